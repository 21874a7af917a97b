"""May this be done to a child's record, by this person, in the state it is in?

`may` is asked by every action again, whatever page or command called it: first whether the role allows it, then whether
the record is of the person's own authority. Which children a page offers is said by `visible_to`.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from children import rights
from children.models import Allocation, CareEpisode, Child, Wish
from children.querysets import live_on
from core import clock, gates
from core.access import Permission, Role, Scope
from core.dates import birthday, in_words
from core.errors import Invalid, Refused
from core.models import Team, User

YOUNGEST_WITHOUT_A_SLIP = 25  # a care leaver's duties end here; an older "child" is a mistyped year

WHO_MAY_HOLD: dict[str, tuple[Role, ...]] = {
    Allocation.Part.SOCIAL_WORKER: (Role.SOCIAL_WORKER, Role.TEAM_MANAGER),
    Allocation.Part.SECOND_WORKER: (Role.SOCIAL_WORKER, Role.TEAM_MANAGER),
    Allocation.Part.LEAD_DAY_TO_DAY: (Role.SOCIAL_WORKER, Role.TEAM_MANAGER),
    Allocation.Part.LEAD_LONG_TERM: rights.LINE,
    Allocation.Part.IRO: (Role.IRO,),
    Allocation.Part.LEGAL: (Role.LEGAL,),
    Allocation.Part.COMMISSIONER: (Role.COMMISSIONER,),
    Allocation.Part.ADVOCATE: (Role.ADVOCATE,),
    Allocation.Part.PARTNER: (Role.PARTNER,),
}


# Those whose work with a child is supervised as casework.
CASE_WORKERS = (Allocation.Part.SOCIAL_WORKER, Allocation.Part.SECOND_WORKER)


def may(by: User, permission: Permission, *, authority_id: int | None) -> int:
    """Raise PermissionDenied unless `by` may do this for a record of this authority. Returns the authority's id."""
    if not by.can(permission):
        raise PermissionDenied(f"this role may not {permission}")
    if authority_id is None or by.authority_id != authority_id:
        raise PermissionDenied("this record is another authority's")
    return authority_id


def may_about(by: User, permission: Permission, child: Child) -> None:
    """Raise PermissionDenied unless `by` may do this about a child they know of: a provider's people belong to no council,
    so here it is the child they must see."""
    if not by.can(permission):
        raise PermissionDenied(f"this role may not {permission}")
    if by.rights.scope == Scope.PROVIDER:
        if not Child.objects.filter(pk=child.pk).visible_to(by).exists():
            raise PermissionDenied("this child is placed elsewhere")
    elif by.authority_id != child.authority_id:
        raise PermissionDenied("this record is another authority's")


def gate_decision(
    *,
    kind: rights.Kind,
    child: Child,
    decider: User | None,
    decided_by: str,
    by_what_authority: str = "",
    day: dt.date,
    by: User,
) -> None:
    """Refuse a decision that the decision-rights matrix gives to somebody else (DEC-01), whoever writes it down."""
    theirs = (
        rights.may_decide(decider, child, kind, day)
        if decider
        else rights.decides_outside(decided_by, by_what_authority, child, kind, day, by)
    )
    passed_on = kind.care and by.role in rights.NEVER_CARE and by != decider
    if theirs and not passed_on:
        return
    people = "; ".join(str(holder) for holder in rights.Matrix(child, day).of(kind))
    what = "counts as a care decision: it" if kind.care else "is not theirs to decide: it"
    raise Refused(
        gates.DECISION_RIGHTS,
        f"This was refused. “{kind.title}” {what} belongs to {rights.in_words(kind)}, and to nobody else.",
        (f"Ask one of them to decide: {people}. " if people else "Nobody has that post now. Fill it first. ")
        + "What the child asks for is recorded as a wish, with what it means for risk.",
    )


def deciders_for(child: Child, day: dt.date) -> QuerySet[User]:
    """The accounts of those the matrix gives any decision about a child: her council's, and her placement's manager."""
    roles = {role for kind in rights.KINDS.values() for role in kind.roles}
    managers = [holder.account.pk for holder in rights.managers(child, day) if holder.account]
    own = Q(authority_id=child.authority_id, role__in=roles, is_active=True)
    return User.objects.filter(own | Q(pk__in=managers)).order_by("name")


def holders_of(code: str, child: Child) -> QuerySet[User]:
    """The open accounts of her council that the matrix gives one kind of decision by their role."""
    roles = rights.KINDS[code].roles
    return User.objects.filter(authority_id=child.authority_id, role__in=roles, is_active=True).order_by("name")


def open_wishes(child: Child, user: User) -> QuerySet[Wish]:
    """The wishes of hers that nobody has decided about yet, as far as this person sees them."""
    return Wish.for_user(user).filter(child=child, decisions__isnull=True).order_by("-asked_on", "-pk")


def hold(record: Any) -> None:
    """Read a record anew and keep others from changing it until this transaction ends."""
    manager = type(record)._default_manager
    record.refresh_from_db(from_queryset=manager.select_for_update(of=("self",), no_key=True))


def required(**entered: Any) -> None:
    """Raise Invalid for each thing left empty: its name, and the sentence that asks for it."""
    if missing := {name: sentence for name, (value, sentence) in entered.items() if not _given(value)}:
        raise Invalid(missing)


def _given(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def one_of(value: str, choices: Any, field: str, sentence: str) -> None:
    """Raise Invalid unless `value` is one of the model's choices: commands and imports may send anything."""
    if value not in dict(choices):
        raise Invalid({field: sentence})


def not_future(day: dt.date, as_of: dt.datetime, field: str, what: str) -> None:
    if day > clock.local_date(as_of):
        raise Invalid({field: f"{what} must be today or in the past"})


def not_before(day: dt.date, first: dt.date, field: str, what: str, because: str) -> None:
    """Raise Invalid if `day` is before `first`; `because` says what happened on that day ("she was born")."""
    if day < first:
        raise Invalid({field: f"{what} must be on or after {in_words(first)}, when {because}"})


def care_on(child: Child, day: dt.date) -> CareEpisode | None:
    """The period of being looked after that covers `day`."""
    return CareEpisode.objects.filter(live_on(day), child=child).first()


def looked_after_on(child: Child, day: dt.date, field: str) -> CareEpisode:
    """Raise Invalid unless the child was looked after on `day`."""
    episode = care_on(child, day)
    if episode is None:
        raise Invalid(
            {field: f"{child.called} was not looked after on {in_words(day)}. Check the date, or record that first"}
        )
    return episode


def present_care(child: Child) -> CareEpisode | None:
    """The period of being looked after that has not ended."""
    return CareEpisode.objects.filter(child=child, ended_on__isnull=True).first()


def under_18_on(child: Child, day: dt.date, field: str, what: str) -> None:
    if day >= (last := birthday(child.date_of_birth, 18)):
        raise Invalid({field: f"{what} must be before {in_words(last)}, when {child.called} turned 18"})


def check_birth(date_of_birth: dt.date, as_of: dt.datetime) -> None:
    today = clock.local_date(as_of)
    not_future(date_of_birth, as_of, "date_of_birth", "Date of birth")
    if birthday(date_of_birth, YOUNGEST_WITHOUT_A_SLIP) <= today:
        years = YOUNGEST_WITHOUT_A_SLIP
        raise Invalid({"date_of_birth": f"Check the year: this would make the child {years} or older"})


def teams_for(user: User) -> QuerySet[Team]:
    """The teams this person may make responsible for a child: those whose children she then sees."""
    teams = Team.objects.filter(authority=user.authority)
    scope = user.rights.scope
    if scope == Scope.AUTHORITY:
        return teams
    if user.team is None or scope not in (Scope.TEAM, Scope.SERVICE):
        return teams.none()
    return teams.filter(Q(pk=user.team.pk) | Q(part_of=user.team) if scope == Scope.SERVICE else Q(pk=user.team.pk))


def handovers_for(child: Child) -> QuerySet[Allocation]:
    """The social workers who may still write, or for whom it may still be written, what comes after them must know."""
    theirs = Allocation.objects.filter(child=child, part=Allocation.Part.SOCIAL_WORKER)
    return theirs.filter(Q(ended_on__isnull=True) | Q(handover="")).select_related("worker").order_by("-started_on")


def casework_on(child: Child, day: dt.date) -> QuerySet[Allocation]:
    """Who holds the case on `day`, and whoever supports them."""
    return (
        Allocation.objects.filter(live_on(day), child=child, part__in=CASE_WORKERS)
        .select_related("worker")
        .order_by("part")
    )


def supervised_for(child: Child) -> QuerySet[User]:
    """Those who hold a child's case, or support whoever does, or did: whose supervision about the child may be recorded."""
    held = Allocation.objects.filter(child=child, part__in=CASE_WORKERS)
    return User.objects.filter(pk__in=held.values("worker")).order_by("name")


def workers_for(child: Child, part: str = "") -> QuerySet[User]:
    """The people of the child's own authority who may be given a part with her, or any part."""
    roles = WHO_MAY_HOLD.get(part) or {role for held in WHO_MAY_HOLD.values() for role in held}
    return User.objects.filter(authority_id=child.authority_id, is_active=True, role__in=roles).order_by("name")
