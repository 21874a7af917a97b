"""Setting up a meeting, who belongs to it, planning it and calling it off."""

import datetime as dt
from collections.abc import Iterable, Sequence

from children import policies as for_child
from children.models import Child
from core import clock
from core.access import PROVIDER_ROLES
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from governance import codes
from governance.models import Discussed, Meeting, MeetingSeries, Member, TermsReview
from governance.policies import meetings as policies
from placements.models import ProviderPost

LONGEST_GAP = 366  # days: a meeting held more seldom than once a year is not a series
PLANNED_AHEAD = dt.timedelta(days=366)
SETTLED = dt.timedelta(days=28)  # a meeting held longer ago than this is not put on record as new


def touch_children(meeting: Meeting) -> None:
    """Every child a meeting is about has its rules checked again."""
    for discussed in meeting.discussed.select_related("child"):
        touch(child=discussed.child)


def touch_series(series: MeetingSeries) -> None:
    touch(child=series.child)
    if series.child_id is None and (last := series.meetings.order_by("-held_at").first()):
        touch_children(last)


def _described(name: str, purpose: str, terms: str, every_days: int) -> None:
    for_child.required(
        name=(name, "Enter what the meeting is called"),
        purpose=(purpose, "Enter what the meeting is for"),
        terms=(terms, "Enter its terms of reference"),
    )
    if not 1 <= every_days <= LONGEST_GAP:
        raise Invalid({"every_days": f"Enter a number of days from 1 to {LONGEST_GAP}"})


def _chairs(chair: User, authority_id: int, child: Child | None) -> None:
    if not policies.chairs_of(authority_id, of_child=child is not None).filter(pk=chair.pk).exists():
        raise Invalid({"chair": "Select a chair from the council’s own people who may run meetings"})


@action
def create_series(
    *,
    child: Child | None,
    name: str,
    purpose: str,
    terms: str,
    chair: User,
    required: Sequence[str],
    left_out_why: str = "",
    every_days: int,
    started_on: dt.date,
    by: User,
    as_of: dt.datetime,
) -> MeetingSeries:
    """Set up a meeting about one child, or (without a child) a panel. Its chair is its first member.

    Terms of reference, a purpose, a chair and those who must be asked, or it is not there (MTG-01, R2.7). Whoever is
    always asked, by where the child lives, is left out only with a reason.
    """
    authority_id = by.authority_id if child is None else child.authority_id
    policies.may_set_up(by, child)
    assert authority_id is not None  # noqa: S101 - `may_set_up` has refused it
    touch(child=child)
    _described(name, purpose, terms, every_days)
    _chairs(chair, authority_id, child)
    always = policies.always_asked(child, as_of)
    chosen = policies.asks_whom_it_must(required, left_out_why, always)
    for_child.not_future(started_on, as_of, "started_on", "The day it was set up")
    series = MeetingSeries.objects.create(
        kind=MeetingSeries.Kind.PANEL if child is None else MeetingSeries.Kind.CHILD,
        authority_id=authority_id,
        child=child,
        name=name.strip(),
        purpose=purpose.strip(),
        terms=terms.strip(),
        chair=chair,
        required=chosen,
        left_out=policies.left_out(chosen, always),
        left_out_why=left_out_why.strip(),
        every_days=every_days,
        started_on=started_on,
        recorded_by=by,
    )
    Member.objects.create(series=series, person=chair, part="chair", started_on=started_on, recorded_by=by)
    return series


@action
def change_series(
    *,
    series: MeetingSeries,
    name: str,
    purpose: str,
    terms: str,
    chair: User,
    required: Sequence[str],
    left_out_why: str = "",
    every_days: int,
    by: User,
    as_of: dt.datetime,
) -> MeetingSeries:
    """Change what a meeting is for, who chairs it, who must be asked or how often. What it was is kept in its history."""
    policies.may_keep(by, series)
    for_child.hold(series)
    touch_series(series)
    policies.still_held(series, as_of)
    _described(name, purpose, terms, every_days)
    if chair.pk != series.chair_id:
        _chairs(chair, series.authority_id, series.child)
        _hand_the_chair(series, chair, by, as_of)
    always = policies.always_asked(series.child, as_of)
    series.required = policies.asks_whom_it_must(required, left_out_why, always)
    series.left_out = policies.left_out(series.required, always)
    series.name, series.purpose, series.terms = name.strip(), purpose.strip(), terms.strip()
    series.chair, series.left_out_why, series.every_days = chair, left_out_why.strip(), every_days
    series.save()
    return series


def _hand_the_chair(series: MeetingSeries, chair: User, by: User, as_of: dt.datetime) -> None:
    """The old chair stops belonging to it unless they are asked again; the new one belongs to it from today."""
    today = clock.local_date(as_of)
    for member in policies.members_on(series, today).filter(person__in=[series.chair_id, chair.pk]):
        member.ended_on = today
        member.save(update_fields=["ended_on"])
    Member.objects.create(series=series, person=chair, part="chair", started_on=today, recorded_by=by)


@action
def end_series(*, series: MeetingSeries, ended_on: dt.date, why: str, by: User, as_of: dt.datetime) -> MeetingSeries:
    """Stop holding a meeting from a day on. Its minutes stay, and its open actions stay open."""
    policies.may_keep(by, series)
    for_child.hold(series)
    touch_series(series)
    policies.still_held(series, as_of)
    for_child.required(why=(why, "Enter why it is no longer held"))
    for_child.not_future(ended_on, as_of, "ended_on", "The day it is no longer held")
    for_child.not_before(ended_on, series.started_on, "ended_on", "The day it is no longer held", "it was set up")
    because(why.strip())
    series.ended_on = ended_on
    series.save(update_fields=["ended_on"])
    return series


@action
def review_terms(
    *, series: MeetingSeries, reviewed_on: dt.date, found: str, by: User, as_of: dt.datetime
) -> TermsReview:
    """Record the yearly review of a meeting's terms of reference: what was found, and what changes (R2.10)."""
    policies.may_run(by, series)
    touch_series(series)
    policies.still_held(series, as_of)
    for_child.required(found=(found, "Enter what was found, and what changes"))
    for_child.not_future(reviewed_on, as_of, "reviewed_on", "The day of the review")
    for_child.not_before(reviewed_on, series.started_on, "reviewed_on", "The day of the review", "it was set up")
    return TermsReview.objects.create(series=series, reviewed_on=reviewed_on, found=found.strip(), by=by)


# --- who belongs --------------------------------------------------------------------------------------------------------


@action
def add_member(
    *, series: MeetingSeries, person: User, part: str, started_on: dt.date, by: User, as_of: dt.datetime
) -> Member:
    """Make somebody a member of a meeting, in a part, from a day on: they see the whole of it while it lasts.

    A provider's person speaks for the provider they have a post with.
    """
    policies.may_keep(by, series)
    touch_series(series)
    policies.still_held(series, as_of)
    for_child.one_of(part, [pair for pair in codes.PARTS if pair[0] != "chair"], "part", "Select their part")
    if series.child_id is None and person.role in PROVIDER_ROLES:
        raise Invalid(
            {"person": "A panel looks at many children, and a provider’s people see those placed with them only"}
        )
    today = clock.local_date(as_of)
    if not policies.people_of(series.authority_id, today).filter(pk=person.pk).exists():
        raise Invalid({"person": "Select somebody who works with this council’s children"})
    for_child.not_future(started_on, as_of, "started_on", "The day they join")
    for_child.not_before(started_on, series.started_on, "started_on", "The day they join", "the meeting was set up")
    post = ProviderPost.objects.filter(person=person, authority=series.authority_id).order_by("-started_on").first()
    return Member.objects.create(
        series=series,
        person=person,
        part=part,
        agency=post.provider if post and person.role in PROVIDER_ROLES else None,
        started_on=started_on,
        recorded_by=by,
    )


@action
def end_member(*, member: Member, why: str, by: User, as_of: dt.datetime) -> Member:
    """End a membership today. What the person saw of the meeting by it ends at once."""
    policies.may_keep(by, member.series)
    for_child.hold(member)
    touch_series(member.series)
    for_child.required(why=(why, "Enter why they no longer belong to it"))
    if member.ended_on is not None:
        raise Conflict(f"This ended on {in_words(member.ended_on)} already.")
    if member.part == "chair":
        raise Invalid({"": "A meeting is never without a chair. Name another chair first"})
    because(why.strip())
    member.ended_on = max(clock.local_date(as_of), member.started_on)
    member.save(update_fields=["ended_on"])
    return member


# --- a meeting ----------------------------------------------------------------------------------------------------------


@action
def plan_meeting(
    *,
    series: MeetingSeries,
    held_at: dt.datetime,
    place: str = "",
    children: Iterable[Child] = (),
    by: User,
    as_of: dt.datetime,
) -> Meeting:
    """Plan a meeting, or put one on record that was held lately. A panel says which children it is about."""
    policies.may_run(by, series)
    for_child.hold(series)
    policies.still_held(series, as_of)
    if held_at > as_of + PLANNED_AHEAD:
        raise Invalid({"held_at": "The meeting must be within a year from now"})
    if held_at < as_of - SETTLED or clock.local_date(held_at) < series.started_on:
        raise Invalid({"held_at": "The meeting must be on or after the day it was set up, and within the last 28 days"})
    about = list(children) if series.child is None else [series.child]
    if not about:
        raise Invalid({"children": "Select the children it is about"})
    if any(child.authority_id != series.authority_id for child in about):
        raise Invalid({"children": "Select children of this council"})
    meeting = Meeting.objects.create(
        series=series,
        held_at=held_at,
        place=place.strip(),
        required=policies.asked_on(series, held_at),
        recorded_by=by,
    )
    for child in about:
        Discussed.objects.create(meeting=meeting, child=child)
        touch(child=child)
    return meeting


@action
def call_off(*, meeting: Meeting, why: str, by: User, as_of: dt.datetime) -> Meeting:
    """Record that a meeting was not, or will not be, held. One whose minutes have been sent was."""
    policies.may_run(by, meeting.series)
    for_child.hold(meeting)
    touch_children(meeting)
    policies.not_sent(meeting)
    for_child.required(why=(why, "Enter why it is called off"))
    if meeting.sections.exclude(text="").exists() or meeting.actions.exists():
        raise Invalid({"": "It has minutes or actions, so it was held. Send its minutes instead"})
    meeting.called_off_at, meeting.called_off_why = as_of, why.strip()
    meeting.save(update_fields=["called_off_at", "called_off_why"])
    return meeting
