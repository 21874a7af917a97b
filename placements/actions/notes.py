"""Visits and daily logs, and what is added to them afterwards. Finished notes are never edited."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from children.policies import may
from children.querysets import live_on
from core import clock
from core.access import Permission, Role
from core.actions import action, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from placements.models import Addition, DailyLog, Placement, ProviderPost, Visit

LONGEST = 10_000  # characters one part of a note may have
NAME, PLACE = 150, 200
LOG_CLOSED_WITHIN = dt.timedelta(hours=2)  # rules.csv LOG-01: after this a log is late
LOG_COVERS_AT_MOST = dt.timedelta(hours=37)  # a day of 25 hours and the evening before it

# What each role visits as. Nobody else may claim the first three: rules count on them.
OWN_CAPACITY: dict[str, Visit.Capacity] = {
    Role.SOCIAL_WORKER: Visit.Capacity.SOCIAL_WORKER,
    Role.TEAM_MANAGER: Visit.Capacity.TEAM_MANAGER,
    Role.HEAD_OF_SERVICE: Visit.Capacity.HEAD_OF_SERVICE,
    Role.SAFEGUARDING_LEAD: Visit.Capacity.OTHER_REPRESENTATIVE,
    Role.IRO: Visit.Capacity.IRO,
}
ONLY_THEIR_OWN = (Visit.Capacity.SOCIAL_WORKER, Visit.Capacity.TEAM_MANAGER, Visit.Capacity.HEAD_OF_SERVICE)
# A representative's visit counts towards the statutory ones, so only the authority's own line may say there was one.
SAY_A_REPRESENTATIVE_VISITED = (*ONLY_THEIR_OWN, Visit.Capacity.OTHER_REPRESENTATIVE)


def may_record_as(user: User) -> list[Visit.Capacity]:
    """The capacities in which this person may record a visit: their own first, then those of others who visited."""
    own = OWN_CAPACITY.get(user.role)
    others = [c for c in Visit.Capacity if c not in ONLY_THEIR_OWN and c != own]
    if own not in SAY_A_REPRESENTATIVE_VISITED:
        others = [c for c in others if c != Visit.Capacity.OTHER_REPRESENTATIVE]
    return [own, *others] if own else others


def may_say_whether_seen(user: User, visit: Visit) -> bool:
    """Whether this person may correct what a visit came to: whoever could have recorded it so, and of a visit that
    only the visitor may record, the visitor."""
    if visit.capacity in ONLY_THEIR_OWN and visit.recorded_by_id != user.pk:
        return False
    return visit.capacity in may_record_as(user)


def may_withdraw(user: User, visit: Visit) -> bool:
    """Whether this person may say that a visit was recorded in error: whoever may say what it came to, and those whom its
    visitor answers to, since she may have left."""
    return may_say_whether_seen(user, visit) or user.role in (Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE)


@action
def record_visit(
    *,
    placement: Placement,
    occurred_at: dt.datetime,
    manner: str,
    outcome: str,
    announced: bool,
    capacity: str,
    visitor: str = "",
    place: str,
    childs_words: str = "",
    seen_there: str = "",
    checked: tuple[str, ...] | list[str] = (),
    why_not_seen: str = "",
    submission: UUID | None = None,
    by: User,
    as_of: dt.datetime,
) -> Visit:
    """Record a visit made or attempted. Sent again with the same `submission`, it is the visit already recorded."""
    placement = _held(placement)
    _may_visit(by, placement)
    touch(placement=placement)
    occurred_at, visitor = _utc(occurred_at), visitor.strip()
    details = {
        "occurred_at": occurred_at,
        "manner": manner,
        "outcome": outcome,
        "announced": announced,
        "visitor": visitor,
        "capacity": capacity,
        "place": place.strip(),
        "childs_words": childs_words,
        "seen_there": seen_there,
        "checked": list(checked),
        "why_not_seen": why_not_seen,
    }
    if errors := visit_errors(details, placement=placement, by=by, as_of=as_of):
        raise Invalid(errors)
    if _is_own(capacity, visitor, by):
        details["visitor"] = by.name
    return _once(Visit, submission=submission, placement=placement, recorded_by=by, values=details)


def visit_errors(details: dict[str, Any], *, placement: Placement, by: User, as_of: dt.datetime) -> dict[str, str]:
    """What cannot be so in the details of a visit, for those given so far: a page asks before all of them are."""
    errors: dict[str, str] = {}
    if "occurred_at" in details:
        errors |= _time_errors("occurred_at", "visit", details["occurred_at"], placement=placement, as_of=as_of)
    if "manner" in details:
        errors |= _choice_errors(Visit.Manner, manner=details["manner"])
    if not details.get("place", "somewhere"):
        errors["place"] = "Enter where the visit was"
    if "capacity" in details:
        errors |= _capacity_errors(details["capacity"], details.get("visitor", "").strip(), by=by)
    if "outcome" in details:
        errors |= _choice_errors(Visit.Outcome, outcome=details["outcome"]) or _outcome_errors(
            called=placement.child.called, **details
        )
    if unknown := set(details.get("checked", ())) - {key for key, _ in Visit.INSPECTED}:
        errors["checked"] = f"“{min(unknown)}” is not one of the things that can be inspected"
    errors |= _length_errors(PLACE, **_only(details, "place"))
    errors |= _length_errors(LONGEST, **_only(details, "childs_words", "seen_there", "why_not_seen"))
    return errors


@action
def write_log(
    *,
    placement: Placement,
    covers_from: dt.datetime,
    covers_until: dt.datetime,
    occurred_at: dt.datetime,
    how_she_was: str,
    day: str,
    incidents: str = "",
    on_duty: str = "",
    submission: UUID | None = None,
    by: User,
    as_of: dt.datetime,
) -> DailyLog:
    """Write the log of a stretch of care that has passed. The database refuses a second log of the same hour."""
    placement = _held(placement)
    _may_write_log(by, placement, as_of)
    touch(placement=placement)
    covers_from, covers_until, occurred_at = _utc(covers_from), _utc(covers_until), _utc(occurred_at)
    errors = _stretch_errors(covers_from, covers_until, placement=placement, as_of=as_of)
    errors |= _length_errors(LONGEST, how_she_was=how_she_was, day=day, incidents=incidents, on_duty=on_duty)
    if occurred_at > as_of:
        errors["occurred_at"] = "The time you wrote it cannot be in the future"
    elif occurred_at < covers_from:
        errors["occurred_at"] = "The time you wrote it cannot be before the time it covers"
    if not how_she_was.strip():
        errors["how_she_was"] = f"Enter how {placement.child.called} was"
    if not day.strip():
        errors["day"] = f"Enter what {placement.child.called} did, ate and asked for"
    if errors:
        raise Invalid(errors)
    values = {
        "covers_from": covers_from,
        "covers_until": covers_until,
        "occurred_at": occurred_at,
        "how_she_was": how_she_was,
        "day": day,
        "incidents": incidents,
        "on_duty": on_duty,
        "late": as_of > covers_until + LOG_CLOSED_WITHIN,
    }
    return _once(DailyLog, submission=submission, placement=placement, author=by, values=values)


@action
def add_to_visit(
    *, visit: Visit, kind: str, text: str, reason: str = "", outcome: str = "", by: User, as_of: dt.datetime
) -> Addition:
    """Add to a visit, or correct it. The visit itself stays as it was written.

    A correction may change its outcome, made by somebody who may say so: an outcome clears flags, as a visit does.
    """
    _may_visit(by, visit.placement)
    if outcome and not may_say_whether_seen(by, visit):
        raise PermissionDenied("this person may not say whether the child was seen at this visit")
    touch(placement=visit.placement)
    errors = _addition_errors(kind=kind, text=text, reason=reason)
    if outcome:
        errors |= _choice_errors(Visit.Outcome, outcome=outcome) | _manner_errors(visit.manner, outcome)
        if kind != Addition.Kind.CORRECTION:
            errors["outcome"] = "The outcome can only be changed by a correction"
        elif Visit.objects.with_outcome().filter(pk=visit.pk, outcome_now=outcome).exists():
            errors["outcome"] = "This is already the outcome on record"
    if errors:
        raise Invalid(errors)
    return Addition.objects.create(visit=visit, kind=kind, text=text, reason=reason.strip(), outcome=outcome, by=by)


@action
def withdraw_visit(*, visit: Visit, reason: str, by: User, as_of: dt.datetime) -> Addition:
    """Say that a visit was recorded in error: of another day, another child, or never made. It stays, and counts for
    nothing. What was wrong is then recorded as it was."""
    _may_visit(by, visit.placement)
    if not may_withdraw(by, visit):
        raise PermissionDenied("this person may not say that the visit was recorded in error")
    return _withdraw(visit, reason=reason, by=by, as_of=as_of)


@action
def withdraw_log(*, log: DailyLog, reason: str, by: User, as_of: dt.datetime) -> Addition:
    """Say that a daily log was recorded in error. It stays, and its time is free for the log that should have been."""
    _may_write_log(by, log.placement, as_of)
    return _withdraw(log, reason=reason, by=by, as_of=as_of)


@action
def add_to_log(
    *, log: DailyLog, kind: str, text: str, reason: str = "", outcome: str = "", by: User, as_of: dt.datetime
) -> Addition:
    """Add to a daily log, or correct it. The log itself stays as it was written."""
    _may_write_log(by, log.placement, as_of)
    touch(placement=log.placement)
    errors = _addition_errors(kind=kind, text=text, reason=reason)
    if outcome:
        errors["outcome"] = "Only a visit has an outcome"
    if errors:
        raise Invalid(errors)
    return Addition.objects.create(log=log, kind=kind, text=text, reason=reason.strip(), by=by)


def _withdraw(note: Any, *, reason: str, by: User, as_of: dt.datetime) -> Addition:
    touch(placement=note.placement)
    if not reason.strip():
        raise Invalid({"reason": "Enter why it was recorded in error"})
    if errors := _length_errors(LONGEST, reason=reason):
        raise Invalid(errors)
    if not type(note).objects.standing().filter(pk=note.pk).update(in_error_at=as_of):
        raise Invalid({"": "It is on record already that this was recorded in error"})
    said = {type(note).addition_to: note}
    return Addition.objects.create(**said, kind=Addition.Kind.WITHDRAWAL, reason=reason.strip(), by=by)


def _held(placement: Placement) -> Placement:
    """The placement as it is now, held so that it cannot be ended while a note of it is being written."""
    placements = Placement.objects.select_related("child", "home").select_for_update(of=("self",), no_key=True)
    return placements.get(pk=placement.pk)


def _may_visit(by: User, placement: Placement) -> None:
    may(by, Permission.RECORD_VISIT, authority_id=placement.child.authority_id)


def _may_write_log(by: User, placement: Placement, as_of: dt.datetime) -> None:
    """Raise PermissionDenied unless `by` writes logs, and has the child's council's post with who runs the placement."""
    if not by.can(Permission.WRITE_LOG):
        raise PermissionDenied(f"this role may not {Permission.WRITE_LOG}")
    provider = placement.home.provider_id if placement.home else placement.provider_id
    appointed = {"person": by, "authority": placement.child.authority_id}
    posts = ProviderPost.objects.filter(live_on(clock.local_date(as_of)), **appointed)
    if provider is None or not posts.filter(provider_id=provider).exists():
        raise PermissionDenied("this placement is not with this person’s provider")


def _utc(moment: dt.datetime) -> dt.datetime:
    """The same instant where hours are real ones: on the days the clocks change, English hours do not add up."""
    return moment.astimezone(dt.UTC)


def _once(model: Any, *, submission: UUID | None, values: dict, **whose: Any) -> Any:
    """Write the note, or find the one this very submission has already made."""
    if submission is None:
        return model.objects.create(**whose, **values)
    try:
        with transaction.atomic():
            return model.objects.create(submission=submission, **whose, **values)
    except IntegrityError:
        # Either the form was sent twice, and here is what it made, or something else is in the way.
        already = model.objects.filter(submission=submission, **whose).first()
        if already is None:
            raise
        return already


def _time_errors(
    field: str, what: str, moment: dt.datetime, *, placement: Placement, as_of: dt.datetime
) -> dict[str, str]:
    day = clock.local_date(moment)
    if moment > as_of:
        return {field: f"The {what} cannot be in the future"}
    if day < placement.started_on:
        return {field: f"The {what} cannot be before {in_words(placement.started_on)}, when this placement started"}
    if placement.started_at and moment < placement.started_at:
        return {field: f"The {what} cannot be before {_hour(placement.started_at)}, when this placement started"}
    # On the day she left she was there for some of it.
    if placement.ended_on and day > placement.ended_on:
        return {field: f"The {what} cannot be after {in_words(placement.ended_on)}, when this placement ended"}
    return {}


def _is_own(capacity: str, visitor: str, by: User) -> bool:
    """Whether it is the recorder's own visit: always, in a capacity only they may claim; else where nobody is named."""
    own = OWN_CAPACITY.get(by.role)
    return own is not None and capacity == own.value and (own in ONLY_THEIR_OWN or not visitor)


def _capacity_errors(capacity: str, visitor: str, *, by: User) -> dict[str, str]:
    if errors := _choice_errors(Visit.Capacity, capacity=capacity):
        return errors
    if capacity not in may_record_as(by):
        label = Visit.Capacity(capacity).label
        return {"capacity": f"You cannot record a visit as “{label}”: that person records their own"}
    if not _is_own(capacity, visitor, by) and not visitor:
        return {"visitor": "Enter the name of the person who visited"}
    return _length_errors(NAME, visitor=visitor)


def _outcome_errors(
    *, called: str, outcome: str, manner: str = "", why_not_seen: str = "", **_others: Any
) -> dict[str, str]:
    errors = _manner_errors(manner, outcome)
    if outcome != Visit.Outcome.SEEN_ALONE and not why_not_seen.strip():
        alone = " alone" if outcome == Visit.Outcome.SEEN else ""
        errors["why_not_seen"] = f"Enter why {called} was not seen{alone}"
    return errors


def _manner_errors(manner: str, outcome: str) -> dict[str, str]:
    if outcome == Visit.Outcome.REFUSED and manner not in ("", Visit.Manner.IN_PERSON):
        return {
            "outcome": "A refusal face to face needs a visit in person. Select “Not there, or not met”, or change how "
            "the visit was made"
        }
    return {}


def _stretch_errors(
    covers_from: dt.datetime, covers_until: dt.datetime, *, placement: Placement, as_of: dt.datetime
) -> dict[str, str]:
    sentence = ""
    if covers_until <= covers_from:
        sentence = "The time a log covers must end after it starts"
    elif covers_until > as_of:
        sentence = "A log can only cover time that has passed"
    elif covers_from < starts_at(placement):
        sentence = f"A log cannot cover time before {_hour(starts_at(placement))}, when this placement started"
    elif placement.ended_on and covers_until > clock.end_of(placement.ended_on):
        sentence = f"This placement ended on {in_words(placement.ended_on)}. A log cannot cover time after that"
    elif covers_until - covers_from > LOG_COVERS_AT_MOST:
        sentence = "A log covers one day at most. Write one for each day"
    return {"covers_from": sentence} if sentence else {}


def starts_at(placement: Placement) -> dt.datetime:
    """The instant a placement began: the hour she arrived where it is known, else the start of its first day."""
    return placement.started_at or clock.start_of(placement.started_on)


def _addition_errors(*, kind: str, text: str, reason: str) -> dict[str, str]:
    errors = _length_errors(LONGEST, text=text, reason=reason)
    if kind not in (Addition.Kind.ADDENDUM, Addition.Kind.CORRECTION):
        errors["kind"] = "Select one from the list"
    if not text.strip():
        correcting = kind == Addition.Kind.CORRECTION
        errors["text"] = "Enter what it should say" if correcting else "Enter what you want to add"
    if kind == Addition.Kind.CORRECTION and not reason.strip():
        errors["reason"] = "Enter why it is corrected"
    return errors


def _choice_errors(choices: Any, **fields: str) -> dict[str, str]:
    return {name: "Select one from the list" for name, value in fields.items() if value not in choices.values}


def _only(details: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: details[name] for name in names if name in details}


def _length_errors(limit: int, **fields: str) -> dict[str, str]:
    return {
        name: f"What you enter must be {limit:,} characters or fewer. You entered {len(text):,}"
        for name, text in fields.items()
        if len(text) > limit
    }


def _hour(moment: dt.datetime) -> str:
    local = moment.astimezone(clock.LONDON)
    return f"{local:%H:%M} on {in_words(local.date())}"
