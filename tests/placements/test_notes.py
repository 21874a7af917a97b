"""Visits and daily logs as actions: what may be written, what may not, and that nothing is written when it may not."""

import datetime as dt
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.errors import Conflict, Invalid
from placements.actions import add_to_log, add_to_visit, record_visit, write_log
from placements.models import Addition, DailyLog, Provider, ProviderPost, Visit
from tests.cast import at

START = dt.date(2026, 3, 2)
NOW = at(dt.date(2026, 3, 20), 15)


@pytest.fixture
def placement(cast):
    return cast.placement(cast.child(), START, home=cast.home())


def visit(placement, by, **changes):
    details = {
        "occurred_at": at(dt.date(2026, 3, 20), 10),
        "manner": "in_person",
        "outcome": "seen_alone",
        "announced": False,
        "capacity": "social_worker",
        "place": "Where she lives",
        "childs_words": "I want to ring my sister.",
    }
    return record_visit(placement=placement, **(details | changes), by=by, as_of=NOW)


def log(placement, by, of=dt.date(2026, 3, 19), **changes):
    details = {
        "covers_from": clock.start_of(of),
        "covers_until": clock.end_of(of),
        "occurred_at": NOW,
        "how_she_was": "Quiet, then cheerful after lunch.",
        "day": "Swimming. Pasta. Asked for new headphones.",
    }
    return write_log(placement=placement, **(details | changes), by=by, as_of=NOW)


def test_a_visit_keeps_what_was_said_and_who_made_it(cast, placement):
    recorded = visit(placement, cast.amy)
    assert (recorded.visitor, recorded.recorded_by, recorded.outcome) == ("Amy Sparrow", cast.amy, "seen_alone")
    assert recorded.childs_words == "I want to ring my sister."


REFUSED = [
    ({"occurred_at": NOW + dt.timedelta(minutes=1)}, "occurred_at", "The visit cannot be in the future"),
    (
        {"occurred_at": at(dt.date(2026, 3, 1), 23, 59)},
        "occurred_at",
        "The visit cannot be before 2 March 2026, when this placement started",
    ),
    ({"outcome": "seen"}, "why_not_seen", "Enter why Robin was not seen alone"),
    ({"outcome": "not_home"}, "why_not_seen", "Enter why Robin was not seen"),
    ({"outcome": "refused", "why_not_seen": "  "}, "why_not_seen", "Enter why Robin was not seen"),
    ({"outcome": "happy"}, "outcome", "Select one from the list"),
    ({"manner": "letter"}, "manner", "Select one from the list"),
    ({"capacity": "director"}, "capacity", "Select one from the list"),
    (
        {"capacity": "team_manager"},
        "capacity",
        "You cannot record a visit as “Team manager”: that person records their own",
    ),
    ({"capacity": "guardian"}, "visitor", "Enter the name of the person who visited"),
    (
        {"capacity": "guardian", "visitor": "x" * 151},
        "visitor",
        "What you enter must be 150 characters or fewer. You entered 151",
    ),
    ({"place": " "}, "place", "Enter where the visit was"),
    ({"checked": ["rota", "cellar"]}, "checked", "“cellar” is not one of the things that can be inspected"),
    (
        {"seen_there": "a" * 10_001},
        "seen_there",
        "What you enter must be 10,000 characters or fewer. You entered 10,001",
    ),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), REFUSED)
def test_a_visit_that_cannot_be_so_is_not_written(cast, placement, changes, field, sentence):
    with pytest.raises(Invalid) as error:
        visit(placement, cast.amy, **changes)
    assert error.value.errors == {field: sentence}
    assert not Visit.objects.exists()


@pytest.mark.parametrize("manner", ["phone", "video"])
def test_nobody_refuses_face_to_face_by_telephone(cast, placement, manner):
    with pytest.raises(Invalid) as error:
        visit(placement, cast.amy, manner=manner, outcome="refused", why_not_seen="She hung up.")
    assert list(error.value.errors) == ["outcome"]


STRANGERS = ["carl", "lee", "dee", "lola", "greta", "ava", "sam", "nina", "paul", "priya", "zoe"]


@pytest.mark.parametrize("person", STRANGERS)
def test_nobody_else_records_a_visit_whatever_page_or_command_asks(cast, placement, person):
    with pytest.raises(PermissionDenied):
        visit(placement, getattr(cast, person), capacity="guardian", visitor="Greta Siskin")
    noted = visit(placement, cast.amy)
    with pytest.raises(PermissionDenied):
        add_to_visit(visit=noted, kind="addendum", text="More.", by=getattr(cast, person), as_of=NOW)
    assert Visit.objects.get() == noted


@pytest.mark.parametrize("person", ["amy", "tom", "dora", "sam", "elsewhere", "gone"])
def test_only_the_homes_own_people_write_its_log(cast, placement, person):
    if person in ("elsewhere", "gone"):
        by = cast.person(person, "Perry Gull", "shift_leader", at_provider=True)
        provider = cast.provider if person == "gone" else Provider.objects.create(name="Another Care")
        ended = clock.local_date(NOW) if person == "gone" else None
        ProviderPost.objects.create(
            provider=provider, person=by, authority=cast.north, started_on=START, ended_on=ended
        )
    else:
        by = getattr(cast, person)
    with pytest.raises(PermissionDenied):
        log(placement, by)
    written = log(placement, cast.priya)
    with pytest.raises(PermissionDenied):
        add_to_log(log=written, kind="addendum", text="More.", by=by, as_of=NOW)
    assert DailyLog.objects.get() == written


def test_every_mistake_is_said_at_once(cast, placement):
    with pytest.raises(Invalid) as error:
        visit(
            placement, cast.amy, occurred_at=NOW + dt.timedelta(days=1), outcome="seen", place="", capacity="guardian"
        )
    assert set(error.value.errors) == {"occurred_at", "why_not_seen", "place", "visitor"}


@pytest.mark.parametrize(
    ("day", "may"),
    [(dt.date(2026, 3, 9), True), (dt.date(2026, 3, 10), True), (dt.date(2026, 3, 11), False)],
)
def test_a_visit_may_be_on_the_day_she_left_and_not_after(cast, placement, day, may):
    placement.ended_on = dt.date(2026, 3, 10)
    placement.save()
    if may:
        assert visit(placement, cast.amy, occurred_at=at(day, 9))
        return
    with pytest.raises(Invalid) as error:
        visit(placement, cast.amy, occurred_at=at(day, 9))
    assert error.value.errors == {"occurred_at": "The visit cannot be after 10 March 2026, when this placement ended"}


def test_a_visit_before_the_hour_she_arrived_is_refused(cast):
    emergency = cast.placement(cast.child(), START, hour=19)
    with pytest.raises(Invalid) as error:
        visit(emergency, cast.amy, occurred_at=at(START, 18, 59))
    assert error.value.errors == {
        "occurred_at": "The visit cannot be before 19:00 on 2 March 2026, when this placement started"
    }
    assert visit(emergency, cast.amy, occurred_at=at(START, 19))


def test_an_end_recorded_meanwhile_counts_even_where_the_page_was_open(cast, placement):
    seen_by_the_page = type(placement).objects.get(pk=placement.pk)
    placement.ended_on = dt.date(2026, 3, 10)
    placement.save()
    with pytest.raises(Invalid):
        visit(seen_by_the_page, cast.amy)


# Who may say a visit was made as what: one's own capacity, and on behalf of those who do not write here.
OWN = {
    "amy": "social_worker",
    "tom": "team_manager",
    "hana": "head_of_service",
    "ines": "iro",
    "sal": "other_representative",
}


@pytest.mark.parametrize("person", OWN)
@pytest.mark.parametrize("capacity", ["social_worker", "team_manager", "head_of_service"])
def test_nobody_claims_a_capacity_the_rules_count_on_that_is_not_theirs(cast, placement, person, capacity):
    by = getattr(cast, person)
    if OWN[person] == capacity:
        assert visit(placement, by, capacity=capacity, visitor="Somebody Else").visitor == by.name
        return
    with pytest.raises(Invalid) as error:
        visit(placement, by, capacity=capacity, visitor="Amy Sparrow")
    assert list(error.value.errors) == ["capacity"]


@pytest.mark.parametrize("person", ["ines", "sal"])
def test_ones_own_visit_carries_ones_own_name(cast, placement, person):
    by = getattr(cast, person)
    assert visit(placement, by, capacity=OWN[person]).visitor == by.name


@pytest.mark.parametrize("capacity", ["other_representative", "iro", "guardian", "advocate", "provider", "partner"])
def test_a_visit_by_somebody_who_does_not_write_here_is_recorded_with_their_name(cast, placement, capacity):
    assert visit(placement, cast.amy, capacity=capacity, visitor=" Greta Siskin ").visitor == "Greta Siskin"


def test_the_reviewing_officer_does_not_vouch_for_the_authoritys_visits(cast, placement):
    with pytest.raises(Invalid) as error:
        visit(placement, cast.ines, capacity="other_representative", visitor="A duty worker")
    assert list(error.value.errors) == ["capacity"]


def test_the_same_form_sent_twice_is_one_visit(cast, placement):
    submission = uuid4()
    first = visit(placement, cast.amy, submission=submission)
    assert visit(placement, cast.amy, submission=submission) == first
    assert Visit.objects.count() == 1


def test_another_persons_submission_is_not_handed_over(cast, placement):
    submission = uuid4()
    visit(placement, cast.amy, submission=submission)
    with pytest.raises(Conflict):
        visit(placement, cast.ben, submission=submission)
    assert Visit.objects.count() == 1


def test_a_log_says_what_it_covers_and_whether_it_was_late(cast, placement):
    late = log(placement, cast.priya)
    assert late.late
    assert (late.covers_from, late.covers_until) == (at(dt.date(2026, 3, 19), 0), at(dt.date(2026, 3, 20), 0))
    today = log(placement, cast.priya, covers_from=late.covers_until, covers_until=NOW)
    assert not today.late


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (120, False), (121, True)])
def test_a_log_is_late_more_than_two_hours_after_the_time_it_covers(cast, placement, minutes, late):
    ended = NOW - dt.timedelta(minutes=minutes)
    assert log(placement, cast.priya, covers_from=ended - dt.timedelta(hours=12), covers_until=ended).late is late


@pytest.mark.parametrize(("minutes", "late"), [(120, False), (121, True)])
def test_two_hours_are_two_hours_on_the_night_the_clocks_go_forward(cast, placement, minutes, late):
    midnight = clock.start_of(dt.date(2026, 3, 29))
    written = midnight.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)
    entry = write_log(
        placement=placement,
        covers_from=clock.start_of(dt.date(2026, 3, 28)),
        covers_until=midnight,
        occurred_at=written,
        how_she_was="Asleep by ten.",
        day="A film.",
        by=cast.priya,
        as_of=written,
    )
    assert entry.late is late


LOG_REFUSED = [
    (
        {"covers_until": NOW + dt.timedelta(minutes=1), "covers_from": NOW - dt.timedelta(hours=1)},
        "covers_from",
        "A log can only cover time that has passed",
    ),
    ({"covers_from": at(dt.date(2026, 3, 20), 0)}, "covers_from", "The time a log covers must end after it starts"),
    (
        {"covers_from": at(dt.date(2026, 3, 1), 12), "covers_until": at(dt.date(2026, 3, 2), 12)},
        "covers_from",
        "A log cannot cover time before 00:00 on 2 March 2026, when this placement started",
    ),
    (
        {"covers_from": at(dt.date(2026, 3, 18), 0)},
        "covers_from",
        "A log covers one day at most. Write one for each day",
    ),
    ({"how_she_was": " "}, "how_she_was", "Enter how Robin was"),
    ({"day": ""}, "day", "Enter what Robin did, ate and asked for"),
    ({"occurred_at": NOW + dt.timedelta(seconds=1)}, "occurred_at", "The time you wrote it cannot be in the future"),
    (
        {"occurred_at": at(dt.date(2026, 3, 18), 23)},
        "occurred_at",
        "The time you wrote it cannot be before the time it covers",
    ),
    (
        {"incidents": "a" * 1_000_000},
        "incidents",
        "What you enter must be 10,000 characters or fewer. You entered 1,000,000",
    ),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), LOG_REFUSED)
def test_a_log_that_cannot_be_so_is_not_written(cast, placement, changes, field, sentence):
    with pytest.raises(Invalid) as error:
        log(placement, cast.priya, **changes)
    assert error.value.errors == {field: sentence}
    assert not DailyLog.objects.exists()


def test_a_log_for_a_closed_placement_is_refused(cast, placement):
    placement.ended_on = dt.date(2026, 3, 10)
    placement.save()
    with pytest.raises(Invalid) as error:
        log(placement, cast.priya, dt.date(2026, 3, 11))
    assert error.value.errors == {
        "covers_from": "This placement ended on 10 March 2026. A log cannot cover time after that"
    }
    assert log(placement, cast.priya, dt.date(2026, 3, 10))


def test_a_second_log_of_the_same_hour_is_a_conflict_that_says_what_to_do(cast, placement):
    first = log(placement, cast.priya)
    with pytest.raises(Conflict) as clash:
        log(placement, cast.paul, covers_from=first.covers_until - dt.timedelta(hours=1), covers_until=NOW)
    assert clash.value.sentence == "That day already has a log. Add to it instead."
    assert DailyLog.objects.get() == first


def test_the_same_log_sent_twice_is_one_log(cast, placement):
    submission = uuid4()
    first = log(placement, cast.priya, submission=submission)
    assert log(placement, cast.priya, submission=submission) == first
    assert DailyLog.objects.count() == 1


def test_a_finished_visit_is_added_to_and_corrected_but_stays_as_it_was(cast, placement):
    noted = visit(placement, cast.amy)
    added = add_to_visit(visit=noted, kind="addendum", text="She also asked about college.", by=cast.amy, as_of=NOW)
    corrected = add_to_visit(
        visit=noted,
        kind="correction",
        text="A member of staff was in the room.",
        reason="I wrote it from memory.",
        outcome="seen",
        by=cast.amy,
        as_of=NOW,
    )
    noted.refresh_from_db()
    assert noted.outcome == "seen_alone"
    assert [addition.pk for addition in noted.additions.all()] == [added.pk, corrected.pk]
    assert (corrected.by, corrected.outcome, corrected.reason) == (cast.amy, "seen", "I wrote it from memory.")


CORRECTION = {"kind": "correction", "text": "She was there after all.", "reason": "The manager told me."}


@pytest.mark.parametrize("person", ["ines", "tom", "ben", "hana", "sal"])
def test_nobody_else_corrects_whether_the_visitor_saw_her(cast, placement, person):
    """It clears flags as a visit does: whoever may not record it may not correct it to one either."""
    noted = visit(placement, cast.amy, outcome="not_home", why_not_seen="Out with staff.")
    by = getattr(cast, person)
    with pytest.raises(PermissionDenied):
        add_to_visit(visit=noted, **CORRECTION, outcome="seen_alone", by=by, as_of=NOW)
    assert Visit.objects.with_outcome().get().outcome_now == "not_home"
    assert add_to_visit(visit=noted, **CORRECTION, by=by, as_of=NOW).by == by  # what else she knows, she may still add


@pytest.mark.parametrize(("capacity", "visitor", "person", "may"), [
    ("guardian", "Greta Siskin", "ines", True),
    ("guardian", "Greta Siskin", "tom", True),
    ("iro", "", "ines", True),
    ("iro", "Ines Swift", "amy", True),  # as she may record one
    ("other_representative", "Rae Crane", "tom", True),
    ("other_representative", "Rae Crane", "ines", False),
])  # fmt: skip
def test_who_may_record_a_visit_may_correct_its_outcome(cast, placement, capacity, visitor, person, may):
    recorder = cast.ines if (capacity, visitor) == ("iro", "") else cast.amy
    noted = visit(placement, recorder, capacity=capacity, visitor=visitor, outcome="not_home", why_not_seen="Out.")
    correct = partial(add_to_visit, visit=noted, **CORRECTION, outcome="seen", by=getattr(cast, person), as_of=NOW)
    if may:
        assert correct().outcome == "seen"
    else:
        with pytest.raises(PermissionDenied):
            correct()


ADDITION_REFUSED = [
    ({"text": " "}, {"text": "Enter what you want to add"}),
    ({"kind": "correction", "text": ""}, {"text": "Enter what it should say", "reason": "Enter why it is corrected"}),
    ({"kind": "correction", "reason": " "}, {"reason": "Enter why it is corrected"}),
    ({"kind": "erasure"}, {"kind": "Select one from the list"}),
    ({"text": "a" * 10_001}, {"text": "What you enter must be 10,000 characters or fewer. You entered 10,001"}),
    ({"outcome": "seen"}, {"outcome": "The outcome can only be changed by a correction"}),
    (
        {"kind": "correction", "reason": "A slip.", "outcome": "seen_alone"},
        {"outcome": "This is already the outcome on record"},
    ),
    ({"kind": "correction", "reason": "A slip.", "outcome": "asleep"}, {"outcome": "Select one from the list"}),
]


@pytest.mark.parametrize(("changes", "errors"), ADDITION_REFUSED)
def test_an_addition_that_says_too_little_is_not_kept(cast, placement, changes, errors):
    noted = visit(placement, cast.amy)
    with pytest.raises(Invalid) as error:
        add_to_visit(visit=noted, **({"kind": "addendum", "text": "More."} | changes), by=cast.amy, as_of=NOW)
    assert error.value.errors == errors
    assert not Addition.objects.exists()


def test_a_log_is_added_to_and_has_no_outcome(cast, placement):
    written = log(placement, cast.priya)
    assert add_to_log(log=written, kind="addendum", text="Her sister rang.", by=cast.priya, as_of=NOW).log == written
    with pytest.raises(Invalid) as error:
        add_to_log(
            log=written, kind="correction", text="No.", reason="A slip.", outcome="seen", by=cast.paul, as_of=NOW
        )
    assert error.value.errors == {"outcome": "Only a visit has an outcome"}
