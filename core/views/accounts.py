"""Accounts, for the system administrator: people of her own authority and providers' staff, and never a child."""

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import accounts, forms
from core.access import PartnerKind, Permission, Role, access
from core.history_panel import changes
from core.models import Team, User
from core.outbox import links_to
from core.pages import record_form

A_PAGE = 50


class AccountFilter(forms.Form):
    search = forms.TextField(label="Name or email address", required=False)
    role = forms.SelectField(label="Role", choices=[("", "Any role"), *Role.choices], required=False)
    state = forms.SelectField(
        label="Account",
        choices=[("", "Active"), ("waiting", "No password chosen"), ("deactivated", "Deactivated"), ("all", "All")],
        required=False,
    )


@access(Permission.MANAGE_ACCOUNTS)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    form = AccountFilter(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    people = User.for_user(request.user).select_related("team", "authority").matching(chosen.get("search", ""))
    if chosen.get("role"):
        people = people.filter(role=chosen["role"])
    state = chosen.get("state", "")
    if state == "deactivated":
        people = people.filter(is_active=False)
    elif state == "waiting":
        people = people.filter(is_active=True, password_set_at__isnull=True)
    elif state != "all":
        people = people.filter(is_active=True)
    page = Paginator(people, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Accounts",
        "page": page,
        "filter_form": form,
        "chosen": _chosen(request, form),
        "query": _query(request, without="page"),
        "head": ["Name", "Role", "Team", "Account"],
    }
    return render(request, "core/accounts.html", context)


def _query(request: HttpRequest, *, without: str) -> str:
    query: QueryDict = request.GET.copy()
    for name in (without, "page"):
        query.pop(name, None)
    return query.urlencode()


def _chosen(request: HttpRequest, form: forms.Form) -> list[tuple[str, str]]:
    """Each filter in use, as (what it says, the address without it)."""
    found = []
    for name, value in form.cleaned_data.items():
        if value:
            said = dict(getattr(form.fields[name], "choices", [])).get(value, value)
            found.append((f"{form.fields[name].label}: {said}", f"{request.path}?{_query(request, without=name)}"))
    return found


@access(Permission.MANAGE_ACCOUNTS)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    context = {
        "title": account.name,
        "account": account,
        "back_url": reverse("core:accounts"),
        "sent": links_to(account),
        "history": changes(account),
        "is_self": account.pk == request.user.pk,
    }
    return render(request, "core/account_detail.html", context)


def _account(request: HttpRequest, pk: int) -> User:
    account: User = get_object_or_404(User.for_user(request.user).select_related("team", "authority"), pk=pk)
    return account


# --- forms --------------------------------------------------------------------------------------------------------


class AccountForm(forms.Form):
    name = forms.TextField(label="Full name", max_length=150)
    role = forms.SelectField(label="Role", choices=[("", "Select one"), *Role.choices])
    team = forms.ModelSelectField(
        None,  # her own authority's, once it is known whose form this is
        label="Team",
        required=False,
        hint="For social workers and team managers their team; for a head of service the service they head.",
        empty_label="No team",
    )
    partner_kind = forms.SelectField(
        label="Agency",
        choices=[("", "Not a partner professional"), *PartnerKind.choices],
        required=False,
        hint="For partner professionals only.",
    )
    terms = forms.SelectField(
        label="Works here as",
        choices=[("", "Not known"), *User.Terms.choices],
        required=False,
        hint="A child is to have somebody permanent. Not known is never read as temporary.",
    )
    newly_qualified_until = forms.DateField(
        label="Newly qualified until",
        hint="The last day of a social worker’s first assessed and supported year. For others, leave this empty.",
        required=False,
    )

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("team", Team.for_user(by))


class InviteForm(AccountForm):
    email = forms.EmailField(
        label="Email address", autocomplete="off", hint="A work address that only this person reads."
    )
    field_order = ["name", "email", "role", "team", "partner_kind", "terms", "newly_qualified_until"]


class TeamForm(forms.Form):
    name = forms.TextField(label="Name of the team or service", max_length=100)
    part_of = forms.ModelSelectField(
        None, label="Part of which service?", required=False, empty_label="None: it is a service, or stands alone"
    )

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("part_of", Team.for_user(by).filter(part_of__isnull=True))


class ReasonForm(forms.Form):
    reason = forms.TextAreaField(
        label="Why", noun="reason", rows=3, max_length=500, hint="This is kept in the history of the account."
    )


class NoForm(forms.Form):
    """A page with nothing to fill in, only to confirm."""


def _detail_url(account: User) -> str:
    return reverse("core:account_detail", args=[account.pk])


@access(Permission.MANAGE_ACCOUNTS)
def invite(request: HttpRequest) -> HttpResponse:
    return record_form(
        request,
        form_class=InviteForm,
        form_kwargs={"by": request.user},
        act=accounts.invite,
        done=_detail_url,
        title="Invite a person",
        draft_key=None,
        back_url=reverse("core:accounts"),
        submit_label="Send the invitation",
        success="The account is open. A link to choose a password is on its way.",
    )


@access(Permission.MANAGE_ACCOUNTS)
def teams(request: HttpRequest) -> HttpResponse:
    return record_form(
        request,
        form_class=TeamForm,
        form_kwargs={"by": request.user},
        act=accounts.add_team,
        done=lambda _team: reverse("core:teams"),
        title="Teams and services",
        draft_key=None,
        back_url=reverse("core:accounts"),
        submit_label="Add",
        template="core/teams.html",
        success="Team added",
        context={"teams": Team.for_user(request.user).select_related("part_of").order_by("name")},
    )


@access(Permission.MANAGE_ACCOUNTS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    return record_form(
        request,
        form_class=AccountForm,
        form_kwargs={"by": request.user},
        initial={name: getattr(account, name) for name in AccountForm.base_fields},
        act=partial(accounts.change, account=account),
        done=_detail_url,
        title="Change this account",
        draft_key=None,
        caption=account.name,
        back_url=_detail_url(account),
        success="The account has been changed. It takes effect at once.",
    )


@access(Permission.MANAGE_ACCOUNTS)
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    if not account.is_active:
        return redirect(_detail_url(account))
    return record_form(
        request,
        form_class=ReasonForm,
        act=partial(accounts.deactivate, account=account),
        done=_detail_url,
        title="Deactivate this account",
        draft_key=None,
        caption=account.name,
        back_url=_detail_url(account),
        submit_label="Deactivate",
        success="The account is deactivated. Its flags have passed to the next person up.",
        context={
            "intro": "They will be signed out everywhere and sent nothing more. Flags they hold pass to the next "
            "person up. Their allocations stay on record until somebody ends them."
        },
    )


@access(Permission.MANAGE_ACCOUNTS)
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    if account.is_active:
        return redirect(_detail_url(account))
    return record_form(
        request,
        form_class=ReasonForm,
        act=partial(accounts.reactivate, account=account),
        done=_detail_url,
        title="Open this account again",
        draft_key=None,
        caption=account.name,
        back_url=_detail_url(account),
        submit_label="Open the account",
        success="The account is open. A link to choose a password is on its way.",
    )


@access(Permission.MANAGE_ACCOUNTS)
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    return record_form(
        request,
        form_class=NoForm,
        act=partial(accounts.reset, account=account),
        done=_detail_url,
        title="Reset this password",
        draft_key=None,
        caption=account.name,
        back_url=_detail_url(account),
        submit_label="Reset and send a link",
        success="The old password no longer works. A link to choose another is on its way.",
        context={
            "intro": "The password stops working and they are signed out everywhere. A link to choose another is sent "
            "to their email address. It works once, and for 24 hours."
        },
    )
