"""May this be done about a dispute, by this person, as it stands? Who owes an answer, by when, and what is old enough to dispute."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from children.models import Allocation, Child
from children.querysets import live_on
from core import clock
from core.access import Permission, Role
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from core.working_days import add_working_days
from escalations.models import CafcassReferral, Dispute, DisputeStep
from governance.models import Concern
from oversight import standards

# How far up each answers: an informal talk with the manager; the alert to the head; then those above.
LEVELS = (Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.DIRECTOR, Role.DCS)
INFORMAL, ALERT, TOP = 1, 2, len(LEVELS)
EACH_ABOVE = 5  # working days for each level over the first: two of them fill what the alert leaves of the whole


def may_raise(by: User, child: Child) -> None:
    if not by.can(Permission.RAISE_DISPUTE):
        raise PermissionDenied(f"this role may not {Permission.RAISE_DISPUTE}")
    if not Child.objects.visible_to(by).filter(pk=child.pk).exists():
        raise PermissionDenied("this child is another’s")


def may_answer(by: User, dispute: Dispute) -> None:
    """Whoever owes the answer, or somebody further up the same line."""
    if not may_answer_it(by, dispute):
        raise PermissionDenied("this dispute is another’s to answer")


def may_answer_it(by: User, dispute: Dispute) -> bool:
    if not by.can(Permission.ANSWER_DISPUTE) or not Dispute.objects.visible_to(by).filter(pk=dispute.pk).exists():
        return False
    return dispute.answerer_id == by.pk or (by.role in LEVELS and level_of(by) >= dispute.level)


def level_of(user: User) -> int:
    return LEVELS.index(Role(user.role)) + 1


def gone() -> Q:
    """Disputes whose answerer has no account any more, or another post."""
    return Q(answerer__is_active=False) | ~Q(answerer__role__in=LEVELS)


def not_told_that_time_ran_out() -> Q:
    steps = DisputeStep.objects.filter(dispute=OuterRef("pk"), kind=DisputeStep.Kind.RAN_OUT)
    return ~Q(
        Exists(steps.annotate(day=TruncDate("happened_at", tzinfo=clock.LONDON)).filter(day__gt=OuterRef("ends_on")))
    )


def still_open(dispute: Dispute) -> None:
    if not dispute.is_open:
        raise Conflict("This dispute is over. If there is something new, raise it as a new dispute.")


def concerns_of(officer: User, child: Child | None = None) -> QuerySet[Concern]:
    """What this reviewing officer raised about the children they have now, and what the officers before them did."""
    theirs = Q(raised_by=officer) | Q(raised_by__role=officer.role)
    found = Concern.objects.visible_to(officer).filter(theirs, child__in=Child.objects.visible_to(officer))
    return found if child is None else found.filter(child=child)


def officers(dispute: Dispute, as_of: dt.datetime) -> list[User]:
    """Who is told of an answer: the child's reviewing officer now or, where there is none, whoever raised it."""
    held = Allocation.objects.filter(
        live_on(clock.local_date(as_of)), child=dispute.child_id, part=Allocation.Part.IRO, worker__is_active=True
    )
    return [each.worker for each in held.select_related("worker")] or [dispute.raised_by]


def own_concern(by: User, child: Child, concern: Concern | None) -> None:
    if concern is not None and not concerns_of(by, child).filter(pk=concern.pk).exists():
        raise Invalid({"concern": "Select one of your own concerns about this child"})


# --- who answers, and by when -----------------------------------------------------------------------------------------


def answerer_at(child: Child, level: int) -> tuple[User, int]:
    """Who answers at this level, and at which level they are: the next up where a post is empty, and else the next down."""
    people = list(User.objects.filter(authority_id=child.authority_id, is_active=True, role__in=LEVELS).order_by("pk"))
    team, service = child.team_id, child.team.part_of_id if child.team else None
    for at in [*range(level, TOP + 1), *range(level - 1, 0, -1)]:
        for person in people:
            if person.role == LEVELS[at - 1] and (
                at > ALERT or (person.team_id is not None and person.team_id in (team, service))
            ):
                return person, at
    raise Conflict(
        "Nobody above the child’s team has an account, so nobody could answer. Cafcass can be asked at once."
    )


def days(dispute: Dispute, standard: standards.Standard, on: dt.date) -> int:
    return standards.value(dispute.authority, standard, on=on)


def alert_due(dispute: Dispute, as_of: dt.datetime) -> tuple[dt.date, dt.date]:
    """The last day for the answer to an alert made now, and for all of it."""
    today = clock.local_date(as_of)
    ends = add_working_days(today, days(dispute, standards.DISPUTE_TOTAL, today))
    return min(add_working_days(today, days(dispute, standards.DISPUTE_ALERT, today)), ends), ends


def next_due(dispute: Dispute, day: dt.date) -> dt.date:
    """The last day for the level above, of what went up on `day`: within the whole, and never before that day."""
    due = add_working_days(day, EACH_ABOVE)
    return max(min(due, dispute.ends_on or due), day)


# --- what prompts the reviewing officer -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prompt:
    """Something of the reviewing officer’s own that nothing came of in time."""

    what: str
    child: Child
    since: dt.date
    concern: Concern | None = None
    dispute: Dispute | None = None


def prompts(user: User, *, as_of: dt.datetime, child: Child | None = None) -> list[Prompt]:
    """An officer's open concerns, and informal disputes, that are older than the local standard allows (F86), and formal ones
    whose whole time is past; those of the officers before them too.

    A concern is met by a dispute or a referral to Cafcass that names it. A few queries.
    """
    if not user.can(Permission.RAISE_DISPUTE) or user.authority is None:
        return []
    today = clock.local_date(as_of)
    number = standards.value(user.authority, standards.DISPUTE_PROMPT, on=today)
    named = Dispute.objects.filter(concern__isnull=False).values("concern")
    asked = CafcassReferral.objects.filter(concern__isnull=False).values("concern")
    mine = concerns_of(user, child).filter(closed_at__isnull=True)
    disputes = Dispute.objects.visible_to(user).open().filter(Q(formal_at__isnull=True) | Q(ends_on__lt=today))
    if child is not None:
        disputes = disputes.filter(child=child)
    found = [
        Prompt(f"Concern {concern.number} is still open", concern.child, day, concern=concern)
        for concern in mine.exclude(pk__in=named).exclude(pk__in=asked).select_related("child")
        if _old(day := clock.local_date(concern.received_at), number, today)
    ]
    found += [
        Prompt(f"Dispute {dispute.number} is {state}", dispute.child, day, dispute=dispute)
        for dispute in disputes.select_related("child")
        for state, day in [_standing(dispute)]
        if dispute.is_formal or _old(day, number, today)
    ]
    return sorted(found, key=lambda prompt: prompt.since)


def _standing(dispute: Dispute) -> tuple[str, dt.date]:
    if dispute.is_formal and dispute.ends_on is not None:
        return "not over in the time for all of it", dispute.ends_on
    return "still informal", clock.local_date(dispute.informal_at)


def _old(day: dt.date, number: int, today: dt.date) -> bool:
    return add_working_days(day, number) < today


def owed_words(dispute: Dispute, today: dt.date) -> str:
    """Who is next, and by when, in a sentence."""
    if not dispute.is_open:
        return ""
    if not dispute.is_formal:
        return f"{dispute.answerer} was spoken to. It is informal, and no clock runs."
    if dispute.answered_at is not None:
        return f"{dispute.raised_by} has an answer to look at."
    late = dispute.due_on is not None and dispute.due_on < today
    return f"{dispute.answerer} {'was to' if late else 'must'} answer by {in_words(dispute.due_on) if dispute.due_on else ''}."
