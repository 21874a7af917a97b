"""The partnership's register beside the placements as they are, its monthly minutes, and who is trained."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.actions import open_file
from core import clock
from core.access import Permission, Scope, access
from core.pages import record_form
from governance.actions import register as acts
from governance.forms import register as forms
from governance.models import RegisterEntry, RoleTraining
from governance.register import register_for, trained
from placements.views.placing import theirs

SHOWS = ("missing", "late", "unreviewed", "untrue")


def register_page() -> str:
    return reverse("governance:register")


@access(Permission.SEE_REGISTER)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """A scrutineer reads initials and references, and when there was a minute; never a name, nor what was said."""
    today = clock.local_date(clock.now())
    found = register_for(request.user, today=today)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    page = {
        "title": "The partnership’s register",
        "register": found,
        "missing": {"": found.missing, "missing": found.missing, "late": found.late}.get(show, []),
        "entries": {"": found.entries, "unreviewed": found.unreviewed}.get(show, []),
        "untrue": found.untrue if show in ("", "untrue") else [],
        "show": show,
        "stats": [
            (len(found.missing), "not on the register", _shown("missing"), "red"),
            (len(found.unreviewed), "without a minute in the last month", _shown("unreviewed"), "red"),
            (len(found.untrue), "no longer true", _shown("untrue"), "amber"),
        ],
        "keeps": request.user.can(Permission.KEEP_REGISTER),
        "names": request.user.rights.scope != Scope.NONE,
        "authority": request.user.authority,
    }
    return render(request, "governance/register.html", page)


def _shown(name: str) -> str:
    return f"{register_page()}?show={name}"


@access(Permission.KEEP_REGISTER)
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    placement = theirs(request, pk)
    return record_form(
        request,
        form_class=forms.Enter,
        act=partial(acts.enter_in_register, placement=placement),
        done=lambda _entry: register_page(),
        title="Enter in the partnership’s register",
        caption=str(placement.child),
        back_url=register_page(),
        submit_label="Enter in the register",
        success="Entered in the register",
        context={
            "intro": "Every child who lives in a setting nobody registered, within one working day of the start. No order "
            "of a court makes the setting lawful."
        },
    )


@access(Permission.KEEP_REGISTER)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """By the placement: that is what a flag knows. Its standing entry is the one that is reviewed."""
    placement = theirs(request, pk)
    entry = RegisterEntry.for_user(request.user).standing().filter(placement=placement).first()
    if entry is None:
        return redirect("governance:enter_in_register", pk=placement.pk)
    return record_form(
        request,
        form_class=forms.Review,
        initial={"reviewed_on": clock.local_date(clock.now())},
        act=partial(acts.record_register_review, entry=entry),
        done=lambda review: reverse("governance:register_entry", args=[review.entry_id]),
        title="Record the executive’s minute",
        caption=str(placement.child),
        back_url=reverse("governance:register_entry", args=[entry.pk]),
        submit_label="Record the minute",
        success="Minute recorded",
        draft_key=f"register-{entry.pk}",
    )


@access(Permission.SEE_REGISTER)
@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """A child's entry and every minute about her: for those who may know who she is."""
    entries = RegisterEntry.for_user(request.user).select_related("placement__child", "placement__home", "entered_by")
    with transaction.atomic():
        found = get_object_or_404(entries, pk=pk)
        if request.user.rights.scope == Scope.NONE:
            raise PermissionDenied
        open_file(child=found.placement.child, page="register", by=request.user, as_of=clock.now())
    page = {
        "title": "On the partnership’s register",
        "caption": str(found.placement.child),
        "back_url": register_page(),
        "entry": found,
        "reviews": list(found.reviews.select_related("recorded_by")),
        "keeps": request.user.can(Permission.KEEP_REGISTER) and found.left_on is None,
    }
    return render(request, "governance/register_entry.html", page)


@access(Permission.KEEP_REGISTER)
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RegisterEntry.for_user(request.user).select_related("placement__child"), pk=pk)
    return record_form(
        request,
        form_class=forms.TakeOff,
        initial={"left_on": clock.local_date(clock.now())},
        act=partial(acts.take_off_register, entry=found),
        done=lambda _entry: register_page(),
        title="Take off the register",
        caption=str(found.placement.child),
        back_url=reverse("governance:register_entry", args=[found.pk]),
        submit_label="Take off the register",
        success="Taken off the register",
        context={"intro": "Only a child who no longer lives there, or whose home is registered now."},
    )


@access(Permission.SEE_REGISTER)
@require_safe
def role_training(request: HttpRequest) -> HttpResponse:
    people = trained(request.user, today=clock.local_date(clock.now()))
    overdue = [row for row in people if row.overdue]
    show = "overdue" if request.GET.get("show") == "overdue" else ""
    page = {
        "title": "Training of those who buy care and work with the child",
        "head": ["Who", *RoleTraining.Subject.labels],
        "rows": overdue if show else people,
        "show": show,
        "overdue": len(overdue),
        "overdue_url": f"{reverse('governance:role_training')}?show=overdue",
        "keeps": request.user.can(Permission.KEEP_REGISTER),
        "authority": request.user.authority,
    }
    return render(request, "governance/role_training.html", page)


@access(Permission.KEEP_REGISTER)
def train(request: HttpRequest) -> HttpResponse:
    back = reverse("governance:role_training")
    return record_form(
        request,
        form_class=forms.Train,
        form_kwargs={"user": request.user},
        act=acts.record_role_training,
        done=lambda _training: back,
        title="Record training",
        back_url=back,
        submit_label="Record training",
        success="Training recorded",
        context={
            "intro": "Every year: commissioners and partners in children’s social care and in what each partner agency does; "
            "they and all who work with the child in speaking up and in the LADO’s role."
        },
    )  # fmt: skip
