"""A page for each act on a child's own record. Each begins with who is asking."""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from children import actions
from children.forms import child as forms
from children.models import Allocation, Child
from core import clock
from core.access import Permission, access
from core.models import User
from core.pages import record_form


def child_page(child: Child) -> str:
    return reverse("dashboards:child", args=[child.reference])


def back_to(child: Child) -> Any:
    """Where each of these pages leads when it is done."""
    return lambda _record: child_page(child)


def while_seen(child: Child, user: User) -> Any:
    """The same, after an act that may end what this person sees of her: then her own work, and not a page that is gone."""
    seen = Child.for_user(user).filter(pk=child.pk)
    return lambda _record: child_page(child) if seen.exists() else reverse("dashboards:my_work")


@access(Permission.MANAGE_CHILDREN)
def add(request: HttpRequest) -> HttpResponse:
    return record_form(
        request,
        form_class=forms.AddChild,
        form_kwargs={"user": request.user},
        act=actions.add_child,
        done=child_page,
        title="Add a child",
        submit_label="Add child",
        back_url=reverse("dashboards:find_child"),
        success="Child added",
        draft_key="add-child",
    )


@access(Permission.MANAGE_CHILDREN)
def describe(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    with transaction.atomic():  # the page shows much of her file: no event, no page
        actions.open_file(child=child, page="details", by=request.user, as_of=clock.now())
        initial = {name: getattr(child, name) for name in actions.DETAILS}
    return record_form(
        request,
        form_class=forms.DescribeChild,
        form_kwargs={"child": child},
        initial=initial,
        act=partial(actions.describe_child, child=child),
        done=child_page,
        title="Change the child’s details",
        caption=str(child),
        back_url=child_page(child),
        success="Details saved",
    )


@access(Permission.MANAGE_CHILDREN)
def start_care(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.LookedAfter,
        act=partial(actions.start_care, child=child),
        done=back_to(child),
        title="Record that the child became looked after",
        caption=str(child),
        back_url=child_page(child),
        success="The child is recorded as looked after",
    )


@access(Permission.MANAGE_CHILDREN)
def legal_status(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.LegalStatusForm,
        act=partial(actions.record_legal_status, child=child),
        done=back_to(child),
        title="Record a legal status",
        caption=str(child),
        back_url=child_page(child),
        success="Legal status recorded",
        context={"intro": "The legal status the child has now ends on the day this one begins."},
    )


@access(Permission.MANAGE_CHILDREN)
def end_care(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.EndCare,
        act=partial(actions.end_care, child=child),
        done=while_seen(child, request.user),
        title="Record that the child ceased to be looked after",
        caption=str(child),
        back_url=child_page(child),
        template="children/end_care.html",
        submit_label="End care",
        success="The child is recorded as no longer looked after",
    )


@access(Permission.ALLOCATE)
def allocate(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.Allocate,
        form_kwargs={"child": child},
        initial={"started_on": clock.local_date(clock.now()), "part": request.GET.get("part", "")},
        act=partial(actions.allocate, child=child),
        done=while_seen(child, request.user),
        title="Allocate a worker",
        caption=str(child),
        back_url=child_page(child),
        submit_label="Allocate",
        success="Allocation recorded",
        context={
            "intro": "The person sees the child’s file from the day it starts. When you allocate a social worker, their team "
            "becomes the responsible team."
        },
    )


@access(Permission.ALLOCATE)
def end_allocation(request: HttpRequest, pk: int) -> HttpResponse:
    allocations = Allocation.for_user(request.user).select_related("child", "worker")
    allocation = get_object_or_404(allocations, pk=pk)
    return record_form(
        request,
        form_class=forms.EndAllocation,
        form_kwargs={"allocation": allocation},
        initial={"handover": allocation.handover},
        act=partial(actions.end_allocation, allocation=allocation),
        done=while_seen(allocation.child, request.user),
        title=f"End {allocation.worker}’s allocation",
        caption=str(allocation.child),
        back_url=child_page(allocation.child),
        submit_label="End allocation",
        success="Allocation ended",
        context={
            "intro": f"{allocation.worker} is the child’s {allocation.get_part_display().lower()}. "
            "The access that came with that ends with it."
        },
    )


@access(Permission.MANAGE_CHILDREN)
def handover(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.Handover,
        form_kwargs={"child": child},
        act=actions.write_handover,
        done=back_to(child),
        title="Write a handover note",
        caption=str(child),
        back_url=child_page(child),
        submit_label="Save handover note",
        success="Handover note saved",
        draft_key=f"handover-{child.reference}",
        context={
            "intro": "A social worker leaves a handover note. Until they leave it can be written again; afterwards it stays "
            "as it is."
        },
    )


@access(Permission.ALLOCATE)
def why_this_worker(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.WhyThisWorker,
        form_kwargs={"child": child, "day": clock.local_date(clock.now())},
        act=actions.say_why_this_worker,
        done=back_to(child),
        title="Say why this worker",
        caption=str(child),
        back_url=child_page(child),
        submit_label="Save reasons",
        success="Reasons saved",
        context={
            "intro": "A newly qualified worker is given a case like this only with their manager’s reasons, and is "
            "supervised about it every week."
        },
    )


@access(Permission.ALLOCATE)
def case_supervision(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.CaseSupervisionForm,
        form_kwargs={"child": child},
        initial={"held_on": clock.local_date(clock.now())},
        act=partial(actions.record_case_supervision, child=child),
        done=back_to(child),
        title="Record supervision about this child",
        caption=str(child),
        back_url=child_page(child),
        submit_label="Record supervision",
        success="Supervision recorded",
        draft_key=f"supervision-{child.reference}",
        context={"intro": "You record it as the person who supervised. It cannot be changed afterwards."},
    )
