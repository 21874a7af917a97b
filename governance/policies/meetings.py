"""May this be done to a meeting, its minutes or an action, by this person, in the state it is in?"""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from children import policies as for_child
from children.models import Child
from children.querysets import live_on
from core import clock
from core.access import PROVIDER_ROLES, ROLES, Permission, Role
from core.errors import Conflict, Invalid
from core.models import User
from governance import codes
from governance.models import Action, Meeting, MeetingSeries, Member
from placements import codes as placement_codes
from placements.models import Placement, ProviderPost

ATTENDING = [role for role, rights in ROLES.items() if Permission.ATTEND_MEETINGS in rights.may]
CHAIRING = [role for role, rights in ROLES.items() if Permission.RUN_MEETINGS in rights.may]


# --- who --------------------------------------------------------------------------------------------------------------


def may_run(by: User, series: MeetingSeries) -> None:
    """Raise PermissionDenied unless this person may run this meeting: by their role, in their own council, and theirs."""
    if not runs(by, series):
        raise PermissionDenied(f"this role may not {Permission.RUN_MEETINGS} here")


def runs(user: User, series: MeetingSeries) -> bool:
    if not may_run_any(user, of_child=series.child_id is not None) or user.authority_id != series.authority_id:
        return False
    return MeetingSeries.objects.visible_to(user).filter(pk=series.pk).exists()


def may_run_any(user: User, *, of_child: bool) -> bool:
    """Whoever pays for a child's placement belongs to the meeting about the child, and does not run it."""
    return user.can(Permission.RUN_MEETINGS) and not (of_child and user.role == Role.COMMISSIONER)


def may_set_up(by: User, child: Child | None) -> None:
    """Raise PermissionDenied unless this person may set up a meeting about a child they see, or (without one) a panel."""
    for_child.may(by, Permission.RUN_MEETINGS, authority_id=child.authority_id if child else by.authority_id)
    if not may_run_any(by, of_child=child is not None):
        raise PermissionDenied("whoever pays for a placement sets up no meeting about the child")


# Beside its chair, who may change what a meeting is and who belongs to it, and end it: never whose practice it looks at.
KEEPERS = {
    MeetingSeries.Kind.CHILD: (Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE),
    MeetingSeries.Kind.PANEL: (Role.HEAD_OF_SERVICE, Role.DIRECTOR, Role.DCS),
}


def may_keep(by: User, series: MeetingSeries) -> None:
    """Raise PermissionDenied unless this person may change or end this meeting, or say who belongs to it."""
    if not keeps(by, series):
        raise PermissionDenied("only its chair, or whoever answers for the service, may change or end a meeting")


def keeps(user: User, series: MeetingSeries) -> bool:
    if not runs(user, series):
        return False
    if user.pk == series.chair_id:
        return True
    answers = user.role in KEEPERS[MeetingSeries.Kind(series.kind)]
    return answers and (series.child is None or Child.objects.visible_to(user).filter(pk=series.child.pk).exists())


def may_finish(by: User, action: Action) -> None:
    """Raise PermissionDenied unless the action is this person's, or they may run the meeting it was born in."""
    if not by.can(Permission.ATTEND_MEETINGS) or not Action.objects.visible_to(by).filter(pk=action.pk).exists():
        raise PermissionDenied("this action is another's")
    if not finishes(by, action):
        raise PermissionDenied("only whoever owns an action, or runs the meeting, may do that")


def finishes(user: User, action: Action) -> bool:
    """Whether an action that this person sees is theirs, or of a meeting about the child or a panel that they may run."""
    if action.owner_id == user.pk:
        return True
    of_panel = action.meeting is not None and action.meeting.series.child_id is None
    return may_run_any(user, of_child=not of_panel) and user.authority_id == action.child.authority_id


def people_of(authority_id: int, day: dt.date) -> QuerySet[User]:
    """Who may belong to a council's meetings: its own people, its partners, and the providers' people it appointed."""
    posts = ProviderPost.objects.filter(live_on(day), person=OuterRef("pk"), authority=authority_id)
    return User.objects.filter(
        Q(authority_id=authority_id) | Q(role__in=PROVIDER_ROLES) & Exists(posts), is_active=True, role__in=ATTENDING
    ).order_by("name")


def chairs_of(authority_id: int, *, of_child: bool) -> QuerySet[User]:
    chairing = [role for role in CHAIRING if not (of_child and role == Role.COMMISSIONER)]
    return User.objects.filter(authority_id=authority_id, is_active=True, role__in=chairing).order_by("name")


def members_on(series: MeetingSeries, day: dt.date) -> QuerySet[Member]:
    return series.members.filter(live_on(day)).select_related("person", "agency")


def owners_for(series: MeetingSeries, day: dt.date) -> QuerySet[User]:
    """Who may be given an action: those who belong to the meeting, since they see it."""
    members = Member.objects.filter(live_on(day), series=series, person=OuterRef("pk"))
    return User.objects.filter(Q(pk=series.chair_id) | Exists(members), is_active=True).order_by("name")


def owners_of(action: Action, day: dt.date) -> QuerySet[User]:
    """Who may be given an action that is there already."""
    if action.meeting is None:
        return people_of(action.child.authority_id, day)
    return owners_for(action.meeting.series, day)


# --- what ---------------------------------------------------------------------------------------------------------------


def always_asked(child: Child | None, as_of: dt.datetime) -> list[str]:
    """Who is always asked: of a panel, or of a child by where the child lives, under what, and with which plan."""
    if child is None:
        return list(codes.OF_A_PANEL)
    day = clock.local_date(as_of)
    here = Placement.objects.filter(child=child).live_on(day)
    placement = here.with_setting(day).first()
    asked = list(codes.OF_EVERY_CHILD)
    if placement is not None:
        risky = placement.registration == "not_registered" or placement.dol
        if risky or placement.type in placement_codes.RESIDENTIAL:
            asked += codes.WHERE_STAFF_CARE
        if placement.dol:
            asked.append(codes.UNDER_AN_ORDER)
    if child.has_ehcp is not False:
        asked.append(codes.WITH_A_PLAN)
    return in_order(asked)


def asked_on(series: MeetingSeries, moment: dt.datetime) -> list[str]:
    """Whom a meeting asks that is held at an instant: those its series names, and those always asked as things are then.

    An order, a move or a plan that came after the series was set up asks for its own. Whoever was left out with a reason
    stays left out.
    """
    return in_order({*series.required, *always_asked(series.child, moment)} - {*series.left_out})


def asked_to(meeting: Meeting) -> list[str]:
    """Whom one meeting asks: as planned, and whoever has had to be asked since, until its minutes are sent."""
    if meeting.sent_at is not None or meeting.called_off_at is not None:
        return list(meeting.required)
    return in_order({*meeting.required, *asked_on(meeting.series, meeting.held_at)})


def in_order(parts: Iterable[str]) -> list[str]:
    chosen = set(parts)
    return [code for code, _ in codes.REQUIRABLE if code in chosen]


def in_words(parts: Iterable[str]) -> list[str]:
    labels = dict(codes.PARTS)
    return [labels.get(code, code) for code in parts]


def left_out(chosen: Iterable[str], always: Iterable[str]) -> list[str]:
    """Who of those always asked is not."""
    return in_order({*always} - {*chosen})


def asks_whom_it_must(required: Iterable[str], left_out_why: str, always: Iterable[str]) -> list[str]:
    """Raise Invalid unless somebody is asked, and whoever is always asked is, or it is said why not."""
    chosen = in_order(required)
    if not chosen:
        raise Invalid({"required": "Select who must be asked to it"})
    missing = left_out(chosen, always)
    if missing and not left_out_why.strip():
        names = ", ".join(in_words(missing))
        raise Invalid({"left_out_why": f"Enter why these are not asked: {names}"})
    return chosen


def still_held(series: MeetingSeries, as_of: dt.datetime) -> None:
    """Raise Invalid for a meeting that is no longer held."""
    if series.ended_on is not None and series.ended_on <= clock.local_date(as_of):
        raise Invalid({"": "This meeting is no longer held"})


def not_called_off(meeting: Meeting) -> None:
    if meeting.called_off_at is not None:
        raise Conflict("This meeting was called off.")


def not_sent(meeting: Meeting) -> None:
    """Raise Conflict once the minutes are sent: what was sent stands, and is corrected at the next meeting."""
    not_called_off(meeting)
    if meeting.sent_at is not None:
        raise Conflict("These minutes have been sent. What is wrong in them is put right at the next meeting.")


def still_open(action: Action) -> None:
    if action.closed_at is not None:
        raise Conflict("This action is closed already.")
