"""Accounts: invited, changed, deactivated, and given a new password. The only writes to them."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from core.access import PROVIDER_ROLES, ROLES, Permission, Role, Scope
from core.actions import action, because, touch
from core.errors import Invalid
from core.models import Authority, OutboxMessage, Team, User
from core.outbox import LINK, enqueue
from core.querysets import TOP_OF_THE_LINE

# What floors above have to say before an account is closed or given another role: each is called with account and by,
# and raises Invalid where it may not be.
ASKED_ABOVE: list[Callable[..., None]] = []

LINK_MESSAGE = """{opening}

Choose a password with this link. It works once, and for 24 hours:

{link}

{closing}
"""


@action
def invite(
    *,
    email: str,
    name: str,
    role: str,
    team: Team | None = None,
    authority: Authority | None = None,
    partner_kind: str = "",
    terms: str = "",
    newly_qualified_until: dt.date | None = None,
    by: User,
    as_of: dt.datetime,
) -> User:
    """Open an account and send its owner a link to choose a password. Nobody else ever knows one.

    The account is of the inviting person's authority; a provider's own staff belong to none.
    """
    _may(by)
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise Invalid({"email": "There is already an account with this email address."})
    place = _place(role=role, team=team, authority=authority, partner_kind=partner_kind, by=by)
    place |= _standing(role, terms, newly_qualified_until)
    user = User(email=email, name=name.strip(), invited_at=as_of, **place)
    user.set_unusable_password()
    user.save()
    _send_link(user, as_of=as_of, opening="An account has been opened for you on Held in Mind.")
    touch(user=user)
    return user


@action
def change(
    *,
    account: User,
    name: str,
    role: str,
    team: Team | None = None,
    partner_kind: str = "",
    terms: str = "",
    newly_qualified_until: dt.date | None = None,
    by: User,
    as_of: dt.datetime,
) -> User:
    """Correct a name, or move a person to another role or team. What she may see changes at once.

    One's own role is for another administrator to change: who runs accounts sees no case, and cannot begin to by
    herself.
    """
    _may(by, account)
    place = _place(role=role, team=team, authority=account.authority, partner_kind=partner_kind, by=by)
    if account.pk == by.pk and any(getattr(account, field) != value for field, value in place.items()):
        raise Invalid({"role": "You cannot change your own role or team. Ask another administrator to do it."})
    if (account.authority_id is None) != (place["authority"] is None):
        raise Invalid({"role": "One account cannot be a provider’s and then an authority’s. Invite them to a new one."})
    if role != account.role:
        _require_another_at_the_top(account, leaving=role not in TOP_OF_THE_LINE, new_role=role)
        _require_another_administrator(account)
        _ask_above(account, by)
    place |= _standing(role, terms, newly_qualified_until)
    account.name = name.strip()
    for field, value in place.items():
        setattr(account, field, value)
    account.save(update_fields=["name", *place])
    touch(user=account)
    return account


@action
def deactivate(*, account: User, reason: str, by: User, as_of: dt.datetime) -> User:
    """Close an account: its sessions end at once, it is sent nothing more, and its flags pass to the next person up."""
    _may(by, account)
    if account.pk == by.pk:
        raise Invalid({"": "You cannot deactivate your own account. Ask another administrator to do it."})
    _require_another_at_the_top(account, leaving=True, new_role="")
    _require_another_administrator(account)
    _ask_above(account, by)
    because(reason)
    account.is_active = False
    account.set_unusable_password()  # so that a session from before stays dead if the account is opened again
    account.save(update_fields=["is_active", "password"])
    OutboxMessage.objects.filter(to=account, sent_at__isnull=True).delete()
    touch(user=account)
    return account


@action
def reactivate(*, account: User, reason: str, by: User, as_of: dt.datetime) -> User:
    """Open a closed account again. Its owner chooses a new password by a link."""
    _may(by, account)
    because(reason)
    account.is_active = True
    account.invited_at = as_of
    account.save(update_fields=["is_active", "invited_at"])
    _send_link(account, as_of=as_of, opening="Your account on Held in Mind has been opened again.")
    touch(user=account)
    return account


@action
def reset(*, account: User, by: User, as_of: dt.datetime) -> User:
    """Make an account's password worthless at once, end its sessions, and send its owner a link to choose another."""
    _may(by, account)
    if not account.is_active:
        raise Invalid({"": "This account is deactivated. Open it again first."})
    account.set_unusable_password()
    account.password_set_at = None
    account.invited_at = as_of
    account.save(update_fields=["password", "password_set_at", "invited_at"])
    _send_link(account, as_of=as_of, opening="Your password for Held in Mind has been reset by an administrator.")
    return account


@action
def set_password(*, password: str, by: User, as_of: dt.datetime) -> User:
    """Choose one's own password. Every session but the one it is done in ends."""
    try:
        validate_password(password, by)
    except ValidationError as error:
        raise Invalid({"new_password": " ".join(error.messages)}) from error
    by.set_password(password)
    by.password_set_at = as_of
    by.save(update_fields=["password", "password_set_at"])
    return by


def forgotten(*, email: str, as_of: dt.datetime) -> None:
    """Send a link to a person who says she has forgotten her password, if there is such an account; one an hour."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is not None:
        ask_for_link(by=user, as_of=as_of)


@action
def ask_for_link(*, by: User, as_of: dt.datetime) -> None:
    """Send oneself a link to choose a password. The present password stays good until the link is used."""
    opening = "Somebody, we hope you, asked for a new password for Held in Mind."
    _send_link(by, as_of=as_of, opening=opening, once="%Y%m%d%H")


@action
def add_team(*, name: str, part_of: Team | None = None, by: User, as_of: dt.datetime) -> Team:
    """Add a team, or a service that teams will be part of, to one's own authority."""
    _may(by)
    name = name.strip()
    if by.authority is None:
        raise PermissionDenied("teams belong to an authority")
    if part_of is not None and part_of.authority_id != by.authority_id:
        raise Invalid({"part_of": "Select a service of your own authority."})
    if Team.objects.filter(authority=by.authority, name__iexact=name).exists():
        raise Invalid({"name": "There is already a team of that name."})
    return Team.objects.create(authority=by.authority, name=name, part_of=part_of)


@action
def begin(*, code: str, authority_name: str, email: str, name: str, by: None = None, as_of: dt.datetime) -> User:
    """Open an authority with its first administrator, who invites everybody else. For whoever sets the service up.

    An authority whose last administrator is gone gets another in the same way: nobody inside could give it one.
    """
    code, authority_name = code.strip(), authority_name.strip()
    authority = Authority.objects.filter(code=code, name__iexact=authority_name).select_for_update().first()
    if authority is None and Authority.objects.filter(Q(code=code) | Q(name__iexact=authority_name)).exists():
        raise Invalid({"code": "There is already an authority of that code or name, and it is not this one."})
    if authority is not None and _administrators(authority.pk).exists():
        raise Invalid({"code": "There is already an authority of that code or name, and it has an administrator."})
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise Invalid({"email": "There is already an account with this email address."})
    authority = authority or Authority.objects.create(code=code, name=authority_name)
    user = User(
        email=email.strip().lower(),
        name=name.strip(),
        role=Role.SYSTEM_ADMINISTRATOR,
        authority=authority,
        invited_at=as_of,
    )
    user.set_unusable_password()
    user.save()
    return user


# --- links --------------------------------------------------------------------------------------------------------


def password_link(user: User) -> str:
    """A link that lets its holder choose this account's password once, within a day. Made at the moment of sending."""
    who = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("core:choose_password", args=[who, default_token_generator.make_token(user)])
    return f"{settings.PUBLIC_URL}{path}"


def owner_of_link(who: str, token: str) -> User | None:
    """Whose link this is, if it still works."""
    try:
        user = User.objects.get(pk=int(urlsafe_base64_decode(who)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return user if default_token_generator.check_token(user, token) else None


def _send_link(user: User, *, as_of: dt.datetime, opening: str, once: str = "%Y%m%dT%H%M%S.%f") -> None:
    closing = "If you did not expect this, tell the person who runs accounts in your service."
    enqueue(
        to=user,
        key=f"password-{user.pk}-{as_of:{once}}",
        subject="Held in Mind: choose your password",
        body=LINK_MESSAGE.format(opening=opening, link=LINK, closing=closing),
    )


# --- policies -----------------------------------------------------------------------------------------------------


def _may(by: User, account: User | None = None) -> None:
    """Raise PermissionDenied unless `by` runs accounts, and this one is hers to run."""
    if not by.can(Permission.MANAGE_ACCOUNTS):
        raise PermissionDenied("this role may not run accounts")
    if account is not None and not User.for_user(by).filter(pk=account.pk).exists():
        raise PermissionDenied("this account is another authority's")


def _ask_above(account: User, by: User) -> None:
    for ask in ASKED_ABOVE:
        ask(account=account, by=by)


def _standing(role: str, terms: str, newly_qualified_until: dt.date | None) -> dict:
    """Whether somebody is likely to stay, and how long they are newly qualified; each may be unknown."""
    if terms and terms not in User.Terms.values:
        raise Invalid({"terms": "Select whether they are permanent or temporary staff."})
    if newly_qualified_until is not None and role != Role.SOCIAL_WORKER:
        raise Invalid({"newly_qualified_until": "Only a social worker is newly qualified. Leave this empty."})
    return {"terms": "" if role in PROVIDER_ROLES else terms, "newly_qualified_until": newly_qualified_until}


def needs_team(role: str) -> bool:
    return ROLES[role].scope in (Scope.TEAM, Scope.SERVICE)


def _place(*, role: str, team: Team | None, authority: Authority | None, partner_kind: str, by: User) -> dict:
    """Where a person of this role belongs, or Invalid."""
    errors = {}
    if role in PROVIDER_ROLES:
        return {"role": role, "team": None, "authority": None, "partner_kind": ""}
    authority = authority or by.authority
    if authority != by.authority:
        errors["role"] = "You can look after the accounts of your own authority only."
    if needs_team(role) and team is None:
        errors["team"] = "Select the team they work in, or the service they head."
    if team is not None and team.authority_id != getattr(authority, "pk", None):
        errors["team"] = "Select a team of your own authority."
    if role == Role.PARTNER and not partner_kind:
        errors["partner_kind"] = "Select which agency they work for."
    if errors:
        raise Invalid(errors)
    return {
        "role": role,
        "team": team if needs_team(role) else None,
        "authority": authority,
        "partner_kind": partner_kind if role == Role.PARTNER else "",
    }


def _administrators(authority_id: int | None) -> QuerySet[User]:
    """Those who run the accounts of an authority now."""
    return User.objects.filter(authority_id=authority_id, role=Role.SYSTEM_ADMINISTRATOR, is_active=True)


def _require_another_administrator(account: User) -> None:
    """Somebody must be left who can let people in. Held, so that two cannot close each other's account at once."""
    if account.role != Role.SYSTEM_ADMINISTRATOR or not account.is_active:
        return
    held = _administrators(account.authority_id).order_by("pk").select_for_update()
    if not any(person.pk != account.pk for person in held):
        raise Invalid({"": "This is the authority’s last administrator of accounts: invite another first."})


def _require_another_at_the_top(account: User, *, leaving: bool, new_role: str) -> None:
    """A flag goes up the line until it finds somebody, so the top of the line is never empty."""
    if account.role not in TOP_OF_THE_LINE or not account.is_active:
        return
    top = list(
        User.objects.filter(authority_id=account.authority_id, role__in=TOP_OF_THE_LINE, is_active=True)
        .order_by("pk")
        .select_for_update()
    )
    others = [person for person in top if person.pk != account.pk]
    if leaving and not others:
        raise Invalid({"": "This is the authority’s last director. Every flag needs an owner: invite another first."})
    if account.role == Role.DCS and new_role != Role.DCS and not any(p.role == Role.DCS for p in others):
        sentence = "This is the authority’s only director of children’s services: invite the next one first."
        raise Invalid({"": sentence})
