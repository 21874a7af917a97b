"""What happens to escalations by themselves: after each sweep of the rules, and after what people do.

Everything is looked for in the facts each time. Each step has a transaction of its own, with its escalation held, and is
dated when it was due: whoever is killed between two loses neither, and whoever comes later takes up what is left, in order.
Two at once leave alone what the other holds.
"""

import datetime as dt
import heapq
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from core import clock, gates
from core.actions import say_who
from core.errors import Conflict
from core.models import Refusal, User
from core.working_days import add_working_days
from escalations import ladder
from escalations.actions import moves
from escalations.actions.moves import Begin, Kind, State, Why
from escalations.ladder import Posts
from escalations.models import ConflictOfInterest, Escalation, EscalationFlag, EscalationStep
from governance.models import Concern, ConcernStep
from governance.policies.concerns import accounts_they_are_about
from governance.querysets.concerns import about_staff
from oversight import rulebook, standards
from oversight.actions import LONGEST_PLAN, URGENT_PLAN
from oversight.models import Flag, FlagAnswer
from oversight.querysets import urgent

logger = logging.getLogger(__name__)
OVERDUE = "What is overdue at this placement, and was not answered in time by those whose it is."
GUARDIANS = "A guardian’s concern."


def climb(*, as_of: dt.datetime, now: dt.datetime | None = None) -> int:
    """Whatever is due up to an instant, each thing once and in order. Returns how many steps were taken.

    `now`: when it is done, where that is later, for a day that was missed. Who is asked, and told, is so as of now.
    """
    now = now or as_of
    _keep_from_whom_it_is_about(as_of=now)
    done = _settle(Escalation.objects.misplaced(), as_of=now)
    done += _close_cleared(as_of=as_of)
    done += _guardians(as_of=as_of, now=now)
    done += _gather(as_of=as_of, now=now)
    return done + _go_up(as_of=as_of, now=now)


def touched(*, subjects: Iterable[tuple[str, int]], as_of: dt.datetime) -> None:
    """After an action: nobody whose account was closed keeps an escalation, nor anybody whom its concern is found to be about;
    and a guardian’s concern becomes one."""
    users = [pk for kind, pk in subjects if kind == "user"]
    children = [pk for kind, pk in subjects if kind == "child"]
    if users:
        # All of them: whoever comes back takes up what was left with somebody gone, while nobody was there.
        _settle(Escalation.objects.misplaced(), as_of=as_of)
    if children:
        _keep_from_whom_it_is_about(as_of=as_of, children=children)
        _guardians(as_of=as_of, now=as_of, children=children)
        _answered_on_the_concern(children, as_of=as_of)


# --- one at a time ----------------------------------------------------------------------------------------------------


def _one(pk: int, act: Callable[[Escalation], Any], *, still: Callable[[Escalation], bool]) -> Any:
    """Hold one escalation and do something to it, if it is still so and nobody else holds it. An error stops no other."""
    try:
        with transaction.atomic():
            say_who(None, "ladder")
            held = (
                Escalation.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
                .select_related("child__team", "raised_by__team", "owner", "authority", "concern")
                .filter(pk=pk)
                .first()
            )
            return act(held) if held is not None and still(held) else None
    except SoftTimeLimitExceeded:  # the task's time is over: the next sweep goes on
        raise
    except Exception as error:  # whatever is wrong with one escalation, the others are somebody's too
        logger.error("escalation %d could not be moved: %s", pk, type(error).__name__)
        return None


class _Councils(dict[int, Posts]):
    """Each council's posts, read once a run."""

    def __missing__(self, authority_id: int) -> Posts:
        self[authority_id] = found = Posts.of(authority_id)
        return found


def _settle(misplaced: QuerySet[Escalation], *, as_of: dt.datetime) -> int:
    councils, done = _Councils(), 0
    for pk in list(misplaced.order_by("pk").values_list("pk", flat=True)):
        made = _one(
            pk,
            lambda held: moves.settle(held, councils[held.authority_id], as_of=as_of),
            still=lambda held: Escalation.objects.misplaced().filter(pk=held.pk).exists(),
        )
        done += made is not None
    return done


def _go_up(*, as_of: dt.datetime, now: dt.datetime) -> int:
    """Each that is due goes up, the longest due first, and again as long as its next time has passed too."""
    due = list(Escalation.objects.due(as_of).values_list("next_at", "pk"))
    heapq.heapify(due)
    councils, done = _Councils(), 0
    while due:
        next_at, pk = heapq.heappop(due)

        def up(held: Escalation, when: dt.datetime = next_at) -> dt.datetime | None:
            moves.go_up(held, councils[held.authority_id], happened_at=when, as_of=now)
            return held.next_at

        then = _one(pk, up, still=lambda held, when=next_at: held.next_at == when)  # type: ignore[misc]
        if then is not None:
            done += 1
            if then <= as_of:
                heapq.heappush(due, (then, pk))
    return done


# --- flags ------------------------------------------------------------------------------------------------------------


def _close_cleared(*, as_of: dt.datetime) -> int:
    """Those made of flags that records have cleared, all of them."""
    standing = EscalationFlag.objects.filter(escalation=OuterRef("pk"), flag__cleared_at__isnull=True)
    over = Escalation.objects.open().of_flags().filter(~Exists(standing))
    done = 0
    for pk in list(over.order_by("pk").values_list("pk", flat=True)):

        def end(held: Escalation) -> EscalationStep:
            return moves.end(held, Escalation.Closing.CLEARED, happened_at=as_of)

        done += _one(pk, end, still=lambda held: held.is_open) is not None
    return done


def _not_answered(*, as_of: dt.datetime) -> QuerySet[Flag]:
    """Red flags past their owner's own time that are in no open escalation, and that no answer of the owner's holds: until the
    day it names, and never for longer than an answer may plan ahead, counted from when the flag was raised."""
    today = clock.local_date(as_of)
    standing = (
        Flag.objects.standing()
        .filter(severity="red", placement__isnull=False)
        .exclude(rule__in=rulebook.BEHIND_THE_DOOR)
    )
    held = EscalationFlag.objects.filter(flag=OuterRef("pk"), escalation__closed_at__isnull=True)
    theirs = FlagAnswer.objects.filter(flag=OuterRef("pk"), by=OuterRef("owner"), answered_at__lte=as_of)
    late = urgent() & Q(raised_at__lt=clock.start_of(today))
    councils = _Councils()
    for authority_id in standing.order_by().values_list("authority_id", flat=True).distinct():
        for level in ladder.LEVELS:
            roles = [role for role, number in ladder.FLAG_LEVEL.items() if number == level.number]
            days = councils[authority_id].days(level.standard, today)
            before = _latest_whose_time_is_over(days, today)
            late |= Q(authority_id=authority_id, owner__role__in=roles, raised_at__lt=clock.end_of(before))
    longest, soon = (clock.end_of(_latest_whose_time_is_over(days, today)) for days in (LONGEST_PLAN, URGENT_PLAN))
    may_hold = Q(raised_at__gte=longest) & (~urgent() | Q(raised_at__gte=soon))
    answered = Q(Exists(theirs.filter(by_when__gte=today))) & may_hold
    return standing.filter(late).exclude(Exists(held)).exclude(answered)


def _latest_whose_time_is_over(days: int, today: dt.date) -> dt.date:
    """The last day so many working days after which lie wholly in the past."""
    day = today - dt.timedelta(days=1)
    while add_working_days(day, days) >= today:
        day -= dt.timedelta(days=1)
    return day


def _gather(*, as_of: dt.datetime, now: dt.datetime) -> int:
    """What nobody answered, at each placement, becomes part of the one escalation about it."""
    answers = Max("answers__by_when", filter=Q(answers__by=F("owner"), answers__answered_at__lte=as_of))
    rows = _not_answered(as_of=as_of).annotate(held_until=answers).select_related("owner", "child__team", "authority")
    by_placement: dict[int, list[tuple[Flag, dt.datetime]]] = defaultdict(list)
    councils = _Councils()
    for flag in rows.order_by("raised_at", "pk"):
        assert flag.placement_id is not None  # noqa: S101 - asked for
        joined = min(_ran_out(flag, councils[flag.authority_id]), as_of)
        by_placement[flag.placement_id].append((flag, joined))
    if not by_placement:
        return 0
    there = dict(Escalation.objects.open().of_flags().filter(placement__in=by_placement).values_list("placement", "pk"))
    done = 0
    for placement_id, flags in by_placement.items():
        if placement_id in there:
            _join(there[placement_id], flags, councils, as_of=as_of, now=now)
        else:
            done += _raise_for(placement_id, flags, councils, now=now)
    return done


def _ran_out(flag: Flag, posts: Posts) -> dt.datetime:
    """When its owner's time was over: the day's where it is urgent, else their level's; or the last day they had said, if that
    could still hold it."""
    level = ladder.LEVELS[ladder.FLAG_LEVEL.get(flag.owner.role, 1) - 1]
    day = clock.local_date(flag.raised_at)
    over = clock.end_of(day if flag.urgent else add_working_days(day, posts.days(level.standard, day)))
    held_until: dt.date | None = flag.held_until  # type: ignore[attr-defined]
    if held_until is None:
        return over
    longest = URGENT_PLAN if flag.urgent else LONGEST_PLAN
    return max(over, clock.end_of(min(held_until, add_working_days(day, longest))))


def _raise_for(
    placement_id: int, flags: list[tuple[Flag, dt.datetime]], councils: _Councils, *, now: dt.datetime
) -> int:
    first, posts = flags[0][0], councils[flags[0][0].authority_id]
    since = min(joined for _, joined in flags)
    level = min(min(ladder.FLAG_LEVEL.get(flag.owner.role, 1) for flag, _ in flags) + 1, ladder.TOP)
    danger = any(flag.urgent for flag, _ in flags)
    if danger:
        level = max(level, ladder.DANGER_BEGINS)
    given = Begin(
        authority=first.authority, source=Escalation.Source.FLAGS, what=OVERDUE, level=level,
        near=ladder.near_child(first.child, day=clock.local_date(now)), raised_at=since, automatic=True, danger=danger,
        conflicts={flag.owner_id: Why.SUBJECT.value for flag, _ in flags}, flags=flags,
        fields={"child": first.child, "placement_id": placement_id},
    )  # fmt: skip
    return _raised(given, posts, now=now)


def _raised(given: Begin, posts: Posts, *, now: dt.datetime) -> int:
    try:
        with transaction.atomic():
            say_who(None, "ladder")
            moves.begin(given, posts, as_of=now)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # raised by another at the same moment, or with nobody to have it: asked again next time
        logger.warning("an escalation was not raised: %s", type(error).__name__)
        return 0
    return 1


def _join(
    pk: int, flags: list[tuple[Flag, dt.datetime]], councils: _Councils, *, as_of: dt.datetime, now: dt.datetime
) -> None:
    """More flags for one that is there. Whoever holds one of them is no longer free to answer it; and an answer that held for
    some days holds for more of the same, and not for something else."""

    def join(held: Escalation) -> None:
        answered = set(held.flags.values_list("flag__rule", flat=True))
        new = [EscalationFlag(escalation=held, flag=flag, joined_at=joined) for flag, joined in flags]
        EscalationFlag.objects.bulk_create(new, ignore_conflicts=True)
        owners = {flag.owner_id for flag, _ in flags}
        _conflicted(held, owners)
        if held.is_answered and any(flag.rule not in answered for flag, _ in flags):
            moves.ask_again(held, councils[held.authority_id], as_of=as_of)
        moves.step(held, Kind.JOINED, happened_at=as_of, text=f"{len(flags)} more")
        if any(flag.urgent for flag, _ in flags) and not held.danger:
            moves.into_danger(held, councils[held.authority_id], happened_at=as_of, as_of=now)
        _settle_if_theirs(held, moves.never_of(held), councils, as_of=as_of)

    _one(pk, join, still=lambda held: held.is_open)


# --- concerns about somebody’s conduct ----------------------------------------------------------------------------------


def _keep_from_whom_it_is_about(*, as_of: dt.datetime, children: list[int] | None = None) -> None:
    """Whose conduct a concern is about may be found out after it was escalated: from then on it never comes to them."""
    of_conduct = Escalation.objects.open().filter(about_staff("concern__"))
    if children is not None:
        of_conduct = of_conduct.filter(child__in=children)
    rows = list(of_conduct.order_by("pk").values_list("pk", "concern", "raised_by"))
    if not rows:
        return
    about = accounts_they_are_about([concern for _, concern, _ in rows], among=ladder.MAY_ANSWER)
    known = set(
        ConflictOfInterest.objects.filter(escalation__in=[pk for pk, _, _ in rows]).values_list("escalation", "user")
    )
    councils = _Councils()
    for pk, concern, raised_by in rows:
        new = {user for user in about.get(concern, ()) if user != raised_by and (pk, user) not in known}
        if new:
            _one(pk, lambda held, new=new: _is_about(held, new, councils, as_of=as_of), still=lambda held: held.is_open)  # type: ignore[misc]


def _is_about(held: Escalation, people: set[int], councils: _Councils, *, as_of: dt.datetime) -> None:
    _conflicted(held, people)
    moves.step(held, Kind.CONFLICT, happened_at=as_of, text="The concern names somebody it must not come to.")
    _settle_if_theirs(held, people, councils, as_of=as_of)


def _conflicted(held: Escalation, people: Iterable[int]) -> None:
    ConflictOfInterest.objects.bulk_create(
        [ConflictOfInterest(escalation=held, user_id=person, why=Why.SUBJECT) for person in people],
        ignore_conflicts=True,
    )


def _settle_if_theirs(held: Escalation, people: Collection[int], councils: _Councils, *, as_of: dt.datetime) -> None:
    """It leaves those it is about. Where nobody else is left nothing of this is kept, and it is tried at the next sweep."""
    if held.owner_id in people and moves.settle(held, councils[held.authority_id], as_of=as_of) is None:
        raise Conflict(moves.NOBODY)


# --- concerns of guardians ----------------------------------------------------------------------------------------------


def _guardians(*, as_of: dt.datetime, now: dt.datetime, children: list[int] | None = None) -> int:
    """A guardian's open concern is an escalation by itself, with whoever must act on it (ESC-04)."""
    own = Escalation.objects.filter(concern=OuterRef("pk"), automatic=True)
    rows = Concern.objects.open().filter(raiser=Concern.Raiser.GUARDIAN, received_at__lte=as_of).exclude(Exists(own))
    if children is not None:
        rows = rows.filter(child__in=children)
    concerns = list(rows.select_related("child__team", "owner", "raised_by", "recorded_by", "authority").order_by("pk"))
    about = accounts_they_are_about(concerns, among=ladder.MAY_ANSWER) if concerns else {}
    councils, done = _Councils(), 0
    for concern in concerns:
        posts, day = councils[concern.authority_id], clock.local_date(concern.received_at)
        days = posts.days(standards.GUARDIAN, day)
        conflicts = dict.fromkeys(about.get(concern.pk, set()) - {concern.told.pk}, Why.SUBJECT.value)
        given = Begin(
            authority=concern.authority, source=Escalation.Source.CONCERN, what=GUARDIANS,
            level=max(ladder.level_of(concern.owner), 1), near=ladder.near_child(concern.child, day=clock.local_date(now)),
            raised_at=concern.received_at, raised_by=concern.told, automatic=True, to=concern.owner,
            next_at=clock.end_of(add_working_days(day, days)), conflicts=conflicts,
            fields={"child": concern.child, "placement_id": concern.placement_id, "concern": concern},
        )  # fmt: skip
        done += _raised(given, posts, now=now)
    return done


def _answered_on_the_concern(children: list[int], *, as_of: dt.datetime) -> None:
    """Whoever has an escalation and answers its concern has answered both, where both were raised by the same person."""
    from escalations.actions import ladder as acts

    waiting = Escalation.objects.open().filter(child__in=children, state=State.OPEN, concern__isnull=False)
    for escalation in waiting.select_related("owner", "concern", "raised_by"):
        concern, owner = escalation.concern, escalation.owner
        if concern is None or concern.told != escalation.raised_by:
            continue
        said = ConcernStep.objects.filter(
            concern=concern, kind="answered", by=owner, happened_at__gte=escalation.came_at
        )
        last = said.order_by("-pk").first()
        if last is not None and (last.happened_at == as_of or not _was_refused(last, owner)):
            _quietly(acts.answer, escalation=escalation, text=last.text, by=owner, as_of=as_of)


def _was_refused(said: ConcernStep, owner: User) -> bool:
    """Whether this answer was tried on the escalation before, and a gate refused it: that is kept once."""
    gate = (gates.ESCALATION_REASON, gates.ESCALATION_SELF)
    tried = Refusal.objects.filter(code__in=gate, action="answer", by=owner, recorded_at__gte=said.recorded_at)
    return tried.filter(subjects__contains=[f"child {said.concern.child_id}"]).exists()


def _quietly(act: Callable[..., Any], *, by: User, **what: Any) -> None:
    try:
        act(by=by, **what)
    except Exception as error:  # a refusal is kept; the escalation stays as it was
        logger.warning("an answer to a concern did not answer its escalation: %s", type(error).__name__)
