"""How an escalation moves, whoever or whatever moved it. Called inside the transaction that holds it."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max

from children.models import Child
from children.policies import hold
from core import clock
from core.dates import in_words
from core.errors import Conflict
from core.models import Authority, User
from escalations import ladder, notices
from escalations.ladder import Near, Posts
from escalations.models import ConflictOfInterest, Escalation, EscalationFlag, EscalationStep
from governance.actions.concerns import escalate as escalate_concern
from governance.models import Concern
from governance.policies.concerns import accounts_they_are_about, never_asked
from oversight import rulebook
from oversight.models import Flag

Kind, State, Why = EscalationStep.Kind, Escalation.State, ConflictOfInterest.Why
NOBODY = "Nobody at the council has an account who could answer this. Telephone them."


@dataclass(frozen=True)
class Begin:
    """What an escalation begins with."""

    authority: Authority
    source: str
    what: str
    level: int
    near: Near
    raised_at: dt.datetime
    raised_by: User | None = None
    automatic: bool = False
    danger: bool = False
    to: User | None = None  # to whom it was written, where that was said
    next_at: dt.datetime | None = None  # where the level's own time does not apply
    conflicts: dict[int, str] = field(default_factory=dict)
    flags: Sequence[tuple[Flag, dt.datetime]] = ()
    fields: dict[str, Any] = field(default_factory=dict)


def begin(given: Begin, posts: Posts, *, as_of: dt.datetime) -> Escalation:
    """Raise it: with a number, and somebody free who has it, from this moment. Raises Conflict where there is nobody."""
    concern, rules = given.fields.get("concern"), [flag.rule for flag, _ in given.flags]
    never = set(given.conflicts) | ({given.raised_by.pk} if given.raised_by else set())
    never |= _subjects_of_flags(given.fields.get("child"), rules)
    if concern is not None and (given.to is None or given.automatic):
        never |= never_asked(concern)
    found = posts.find(given.level, given.near, never=never)
    if given.to is not None and given.to.pk not in never and posts.may_hold(given.to.pk):
        found = given.to, given.level
    if found is None:
        raise Conflict(NOBODY)
    owner, level = found
    hold(given.authority)  # one at a time, so that numbers have no holes and no twins
    last = Escalation.objects.filter(authority=given.authority).aggregate(Max("number"))["number__max"] or 0
    since = given.raised_at
    escalation = Escalation.objects.create(
        authority=given.authority, number=last + 1, source=given.source, what=given.what.strip(), level=level, owner=owner,
        raised_by=given.raised_by, automatic=given.automatic, danger=given.danger, raised_at=since, came_at=since, moves=1,
        next_at=given.next_at or posts.due(level, since, danger=given.danger), **given.fields,
    )  # fmt: skip
    ConflictOfInterest.objects.bulk_create(
        ConflictOfInterest(escalation=escalation, user_id=user, why=why, by=given.raised_by)
        for user, why in given.conflicts.items()
    )
    EscalationFlag.objects.bulk_create(
        EscalationFlag(escalation=escalation, flag=flag, joined_at=at) for flag, at in given.flags
    )
    step(escalation, Kind.RAISED, happened_at=since, by=given.raised_by)
    on_the_concern(escalation, as_of=since)
    _tell_owner(escalation, happened_at=since, as_of=as_of)
    return escalation


def on_the_concern(escalation: Escalation, *, why: str = "", as_of: dt.datetime) -> None:
    """A concern keeps that it was formally escalated, and to whom: by somebody who still reads it."""
    if escalation.concern is None or escalation.raised_by is None or escalation.last_day is None:
        return
    if not Concern.objects.visible_to(escalation.raised_by).filter(pk=escalation.concern_id).exists():
        return
    escalate_concern(
        concern=escalation.concern, recipient=escalation.owner, why=why or escalation.what,
        due_on=escalation.last_day, by=escalation.raised_by, as_of=as_of,
    )  # fmt: skip


def step(
    escalation: Escalation, kind: str, *, happened_at: dt.datetime, by: User | None = None, text: str = ""
) -> EscalationStep:
    return EscalationStep.objects.create(
        escalation=escalation, kind=kind, level=escalation.level, owner=escalation.owner, due_at=escalation.next_at,
        text=text.strip(), by=by, happened_at=happened_at,
    )  # fmt: skip


def put(
    escalation: Escalation,
    kind: str,
    posts: Posts,
    *,
    to: User,
    level: int,
    happened_at: dt.datetime,
    as_of: dt.datetime,
    by: User | None = None,
    text: str = "",
) -> EscalationStep:
    """It is somebody's to answer, from an instant on."""
    escalation.owner, escalation.level, escalation.came_at = to, level, happened_at
    escalation.state = State.OPEN
    escalation.next_at = posts.due(level, happened_at, danger=escalation.danger)
    escalation.moves += 1
    escalation.save(update_fields=["owner", "level", "came_at", "state", "next_at", "moves"])
    made = step(escalation, kind, happened_at=happened_at, by=by, text=text)
    _tell_owner(escalation, happened_at=happened_at, as_of=as_of)
    return made


def _tell_owner(escalation: Escalation, *, happened_at: dt.datetime, as_of: dt.datetime) -> None:
    """Unless their time is over before they could be told, since nobody swept: then it goes on to the next at once."""
    assert escalation.next_at is not None and escalation.last_day is not None  # noqa: S101, PT018 - it is open
    if escalation.next_at <= as_of:
        return
    by_when = in_words(escalation.last_day)
    danger = "Somebody may be in immediate danger. " if escalation.danger else ""
    notices.tell(
        escalation, escalation.owner, key=f"escalation-{escalation.pk}-{escalation.level}-{escalation.moves}",
        text=f"{danger}An escalation is yours to answer, by {by_when}. Unanswered, it {escalation.and_then}.",
        happened_at=happened_at, as_of=as_of,
    )  # fmt: skip


def never_of(escalation: Escalation) -> set[int]:
    """Those it never comes to by itself: whom it is about, who decided, who raised it, and whom its concern was referred
    about."""
    referred = never_asked(escalation.concern) if escalation.concern is not None else set()
    return never_by_hand(escalation) | referred


def never_by_hand(escalation: Escalation) -> set[int]:
    """And those nobody may give it to. Whoever was referred is not among them: to be refused would tell it to whoever tries."""
    rules = escalation.flags.values_list("flag__rule", flat=True)
    return known_never(escalation) | _subjects_of_flags(escalation.child, rules)


def known_never(escalation: Escalation) -> set[int]:
    """Those of them of whom whoever has it may know."""
    conflicted = ConflictOfInterest.objects.filter(escalation=escalation).values_list("user_id", flat=True)
    return set(conflicted) | ({escalation.raised_by_id} if escalation.raised_by_id else set())


def _subjects_of_flags(child: Child | None, rules: Iterable[str]) -> set[int]:
    """Whose conduct the concerns are about that these flags may be of: no closing of a concern clears them. No conflict of
    theirs is written down: others read its trail."""
    if child is None or not rulebook.OF_CONCERNS.intersection(rules):
        return set()
    about = accounts_they_are_about(Concern.objects.filter(child=child), among=ladder.MAY_ANSWER)
    return set().union(*about.values())


def near(escalation: Escalation, as_of: dt.datetime) -> Near:
    """Where it belongs on the ladder."""
    if escalation.child is not None:
        return ladder.near_child(escalation.child, day=clock.local_date(as_of))
    return ladder.near_person(escalation.raised_by)


def go_up(
    escalation: Escalation,
    posts: Posts,
    *,
    happened_at: dt.datetime,
    as_of: dt.datetime,
    to_level: int = 0,
    kind: str = Kind.CLIMBED,
    by: User | None = None,
    text: str = "",
) -> EscalationStep:
    """To the next person up, or to `to_level`. At the top to somebody else there, else to the same person once more."""
    never, place = never_of(escalation), near(escalation, as_of)
    found = _above(escalation, posts, place, never, to_level or escalation.level + 1)
    if found is None:
        kind, found = (Kind.RANG if kind == Kind.CLIMBED else kind), (escalation.owner, escalation.level)
    person, level = found
    return put(
        escalation, kind, posts, to=person, level=level, happened_at=happened_at, as_of=as_of, by=by, text=text
    )  # fmt: skip


def _above(
    escalation: Escalation, posts: Posts, place: Near, never: Collection[int], level: int
) -> tuple[User, int] | None:
    owner = escalation.owner_id
    if escalation.level < ladder.TOP and level <= ladder.TOP:
        return posts.find(level, place, never={*never, owner}) or posts.find(level, place, never=never)
    beside = posts.beside(owner, place, never=never)
    if beside is not None:
        return beside, ladder.TOP
    may_stay = owner not in never and posts.may_hold(owner)
    return None if may_stay else posts.find(ladder.TOP, place, never=never)


def settle(escalation: Escalation, posts: Posts, *, as_of: dt.datetime) -> EscalationStep | None:
    """Give it to somebody who may answer it, where whoever has it may not: on their level, else above. What was answered
    already is only theirs to close, in the time it has."""
    never = never_of(escalation)
    found = posts.find(escalation.level, near(escalation, as_of), never=never)
    if found is None:
        return None
    if escalation.is_answered:
        escalation.owner, escalation.level, escalation.came_at = *found, as_of
        escalation.moves += 1
        escalation.save(update_fields=["owner", "level", "came_at", "moves"])
        return step(
            escalation, Kind.REASSIGNED, happened_at=as_of, text="Whoever had it cannot close it now. It is answered."
        )
    return put(
        escalation, Kind.REASSIGNED, posts, to=found[0], level=found[1], happened_at=as_of, as_of=as_of,
        text="Whoever had it cannot answer it now.",
    )  # fmt: skip


def ask_again(escalation: Escalation, posts: Posts, *, as_of: dt.datetime) -> None:
    """What was answered is to be answered once more, by whoever has it, in their level's time."""
    assert escalation.next_at is not None  # noqa: S101 - it is open
    escalation.state, escalation.came_at = State.OPEN, as_of
    escalation.next_at = min(escalation.next_at, posts.due(escalation.level, as_of, danger=escalation.danger))
    escalation.save(update_fields=["state", "came_at", "next_at"])


def into_danger(escalation: Escalation, posts: Posts, *, happened_at: dt.datetime, as_of: dt.datetime) -> None:
    """Something urgent was found in it: no lower than where danger begins, to be answered the same day, and rung for."""
    escalation.danger = True
    escalation.save(update_fields=["danger"])
    level = max(escalation.level, ladder.DANGER_BEGINS)
    never = never_of(escalation)
    found = posts.find(level, near(escalation, as_of), never=never)
    stays = level == escalation.level and escalation.owner_id not in never
    to, level = (escalation.owner, level) if stays or found is None else found
    put(
        escalation, Kind.REASSIGNED, posts, to=to, level=level, happened_at=happened_at, as_of=as_of,
        text="What was added must be answered the same day.",
    )  # fmt: skip


def end(
    escalation: Escalation, because: str, *, happened_at: dt.datetime, by: User | None = None, text: str = ""
) -> EscalationStep:
    escalation.state, escalation.closed_at, escalation.next_at = State.CLOSED, happened_at, None
    escalation.closed_by, escalation.closed_because = by, because
    escalation.save(update_fields=["state", "closed_at", "next_at", "closed_by", "closed_because"])
    return step(escalation, Kind.CLOSED, happened_at=happened_at, by=by, text=text)
