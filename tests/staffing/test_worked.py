"""The shift as worked: what happened is always recordable, and what it adds up to is reckoned right."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Conflict, Invalid
from core.models import LocalStandard
from placements.actions import write_log
from placements.models import Placement
from staffing import reckoning
from staffing.actions.worked import (
    give_log_cause,
    hand_over,
    move,
    put_right,
    record_awake,
    record_unplanned_shift,
    review_shifts,
    sign_off,
    sign_on,
)
from staffing.models import AwakeCheck, Presence, Shift, StaffingPlan, StandDown
from staffing.worked import worked
from tests.cast import at

DAY = dt.date(2026, 3, 10)
NEXT = DAY + dt.timedelta(days=1)
NIGHT = at(NEXT, 2)  # two in the morning of the shift most tests are about
DONE = at(NEXT, 9)


def minutes(number):
    return dt.timedelta(minutes=number)


@pytest.fixture
def placement(cast):
    return cast.placement(cast.child(born=dt.date(2010, 5, 4)), DAY - dt.timedelta(days=40), home=cast.home())


@pytest.fixture
def shift(cast, placement):
    """A waking night, eight to eight."""
    return cast.shift(placement, DAY, kind="waking_night")


@pytest.fixture
def corin(cast):
    return cast.carer(checked=dt.date(2026, 1, 5))


def on(cast, shift, *, starts_at=None, as_of=NIGHT, by=None, **fields):
    starts_at = starts_at or shift.starts_at
    return sign_on(shift=shift, starts_at=starts_at, by=by or cast.priya, as_of=as_of, **fields)


def as_worked(shift, as_of=DONE):
    (found,) = worked(Shift.objects.filter(pk=shift.pk), as_of=as_of)
    return found


def wrongs(shift, as_of=DONE):
    return {each.what for each in as_worked(shift, as_of).wrongs}


def plan(cast, placement, number):
    StaffingPlan.objects.create(
        placement=placement,
        effective_from=at(placement.started_on),
        by_day=number,
        by_night=number,
        source="Plan",
        why="x",
        recorded_by=cast.amy,
    )


# --- what has happened is always recordable ---------------------------------------------------------------------------


def test_somebody_on_the_rota_signs_on_moves_and_signs_off(cast, shift, corin):
    cast.puts(corin, shift)
    inside = on(cast, shift, carer=corin)
    car = move(presence=inside, where="car", moved_at=at(DAY, 23), note="Asked to.", by=cast.priya, as_of=NIGHT)
    back = move(presence=car, where="inside", moved_at=at(NEXT, 1), by=cast.priya, as_of=NIGHT)
    sign_off(presence=back, ends_at=at(NEXT, 8), by=cast.priya, as_of=DONE)
    rows = list(Presence.objects.values_list("where", "starts_at", "ends_at", "recorded_by"))
    assert rows == [
        ("inside", at(DAY, 20), at(DAY, 23), cast.priya.pk),
        ("car", at(DAY, 23), at(NEXT, 1), cast.priya.pk),
        ("inside", at(NEXT, 1), at(NEXT, 8), cast.priya.pk),
    ]
    assert as_worked(shift).shift.version == shift.version, "what happened does not change the plan"


@pytest.mark.failing("F24")
def test_anybody_who_is_there_can_be_recorded_and_shows(cast, shift, corin):
    """Not on the rota, stood down, unchecked, on another shift at the same time, unknown: each is a fact."""
    unchecked = cast.carer("Sedge", forename="Lane", checked=False)
    elsewhere = cast.carer("Fen", forename="Moss", checked=dt.date(2026, 1, 5))
    other = cast.shift(cast.placement(cast.child(forename="Ash"), DAY, home=cast.home()), DAY, kind="waking_night")
    cast.puts(elsewhere, other)
    on(cast, other, carer=elsewhere)
    StandDown.objects.create(carer=corin, starts_at=at(DAY, 12))
    for carer in (corin, unchecked, elsewhere):
        on(cast, shift, carer=carer)
    on(cast, shift, name="Somebody new", organisation="An agency nobody named")
    assert Presence.objects.filter(shift=shift).count() == 4
    found = as_worked(shift, NIGHT)
    assert [each.what for each in found.wrongs if each.grave] == ["stood_down", "unknown", "unchecked"]
    assert found.wrongs[0].words == "Corin Reed was there and must not be deployed"
    assert not any(found.is_planned(each) for each in found.carers)


def test_a_waiver_covers_whom_it_covers(cast, shift):
    from staffing.models import CheckWaiver

    carer = cast.carer(checked=False)
    on(cast, shift, carer=carer)
    assert "unchecked" in wrongs(shift)
    CheckWaiver.objects.create(
        carer=carer, placement=shift.placement, starts_at=at(DAY, 18), ends_at=at(NEXT, 18), missing=["dbs"],
        reason="x", given_by=cast.tom,
    )  # fmt: skip
    assert "unchecked" not in wrongs(shift)


def test_a_stand_down_that_was_lifted_before_or_made_after_says_nothing_of_that_night(cast, shift, corin):
    presence = on(cast, shift, carer=corin)
    sign_off(presence=presence, ends_at=at(NEXT, 7), by=cast.priya, as_of=DONE)
    StandDown.objects.create(carer=corin, starts_at=at(NEXT, 7))
    assert "stood_down" not in wrongs(shift)
    StandDown.objects.create(carer=corin, starts_at=at(NEXT, 6, 59))
    assert "stood_down" in wrongs(shift)


def test_the_councils_worker_records_who_she_found_in_a_car(cast, shift, corin):
    presence = on(cast, shift, carer=corin, where="car", starts_at=at(NEXT, 1), by=cast.amy)
    assert (presence.recorded_by, presence.where) == (cast.amy, "car")


@pytest.mark.parametrize("who", ["carl", "ines", "dee", "lee", "zoe", "ava"])
def test_who_may_not_record(cast, shift, corin, who):
    with pytest.raises(PermissionDenied):
        on(cast, shift, carer=corin, by=getattr(cast, who))
    assert not Presence.objects.exists()


def test_another_providers_shift_leader_may_not(cast, shift, corin):
    cast.priya.provider_posts.all().delete()
    with pytest.raises(PermissionDenied):
        on(cast, shift, carer=corin)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"starts_at": NIGHT + minutes(6)}, "starts_at", "in the future"),
        ({"starts_at": at(DAY, 7)}, "starts_at", "Check the date"),
        ({"kind": "ghost"}, "kind", "Select"),
        ({"where": "the moon"}, "where", "Select"),
        ({"carer": None}, "carer", "Select a carer, or enter the name"),
        ({"name": "And a name"}, "carer", "Select a carer, or enter the name"),
        ({"kind": "visitor"}, "name", "visitor’s name"),
        ({"carer": None, "name": "x" * 151}, "name", "150 characters"),
    ],
)
def test_only_what_cannot_be_is_sent_back(cast, shift, corin, wrong, field, words):
    with pytest.raises(Invalid) as invalid:
        on(cast, shift, **{"carer": corin} | wrong)
    assert words in invalid.value.errors[field]


def test_clocks_may_differ_by_a_few_minutes(cast, shift, corin):
    assert on(cast, shift, carer=corin, starts_at=NIGHT + minutes(5))


def test_nobody_was_there_before_the_placement_began_or_after_it_ended(cast, corin):
    placement = cast.placement(cast.child(), DAY, home=cast.home(), hour=21)
    night = cast.shift(placement, DAY, kind="waking_night")
    with pytest.raises(Invalid, match="before 21:00 on 10 March 2026"):
        on(cast, night, carer=corin)
    Placement.objects.filter(pk=placement.pk).update(ended_on=DAY)
    with pytest.raises(Invalid, match="after 10 March 2026"):
        on(cast, night, carer=corin, starts_at=at(NEXT, 1), by=cast.amy)


def test_the_same_carer_twice_is_a_conflict_and_the_database_says_so_too(cast, shift, corin):
    first = on(cast, shift, carer=corin)
    with pytest.raises(Conflict, match="Corin Reed is signed on to this shift already, since 20:00 on 10 March 2026"):
        on(cast, shift, carer=corin, starts_at=at(DAY, 22))
    sign_off(presence=first, ends_at=at(NEXT, 1), by=cast.priya, as_of=NIGHT)
    with pytest.raises(Conflict, match="already recorded as being there"):
        on(cast, shift, carer=corin, starts_at=at(NEXT, 0))
    with pytest.raises(IntegrityError, match="in_one_place_at_once"), transaction.atomic():
        Presence.objects.create(shift=shift, carer=corin, starts_at=at(DAY, 23), recorded_by=cast.priya)
    assert on(cast, shift, carer=corin, starts_at=at(NEXT, 1))
    on(cast, shift, name="Somebody New")
    with pytest.raises(Conflict):
        on(cast, shift, name="somebody new")


def test_what_has_ended_does_not_end_again(cast, shift, corin):
    presence = on(cast, shift, carer=corin)
    again = Presence.objects.get()
    sign_off(presence=presence, ends_at=at(NEXT, 1), by=cast.priya, as_of=NIGHT)
    with pytest.raises(Conflict, match="01:00 on 11 March 2026"):
        sign_off(presence=again, ends_at=at(NEXT, 2), by=cast.amy, as_of=NIGHT)
    with pytest.raises(Conflict):
        move(presence=again, where="car", moved_at=at(NEXT, 2), by=cast.amy, as_of=NIGHT)


def test_a_move_that_cannot_be(cast, shift, corin):
    presence = on(cast, shift, carer=corin)
    for fields, field in (
        ({"where": "inside"}, "where"),
        ({"where": "nowhere"}, "where"),
        ({"moved_at": at(DAY, 20)}, "moved_at"),
        ({"moved_at": NIGHT + minutes(6)}, "moved_at"),
    ):
        with pytest.raises(Invalid) as invalid:
            move(presence=presence, **{"where": "car", "moved_at": NIGHT} | fields, by=cast.priya, as_of=NIGHT)
        assert list(invalid.value.errors) == [field]
    with pytest.raises(Invalid, match="after 20:00"):
        sign_off(presence=presence, ends_at=at(DAY, 19), by=cast.priya, as_of=NIGHT)


def test_a_slip_is_put_right_with_its_reason_and_the_history_keeps_it(cast, shift, corin):
    presence = on(cast, shift, carer=corin, starts_at=at(DAY, 21))
    put_right(
        presence=presence, where="car", starts_at=at(DAY, 20), ends_at=at(NEXT, 1), why="Wrong hour.", by=cast.priya,
        as_of=NIGHT,
    )  # fmt: skip
    latest, first = presence.history.all()
    assert (latest.where, latest.history_change_reason, first.where) == ("car", "Wrong hour.", "inside")
    with pytest.raises(Invalid) as invalid:
        put_right(
            presence=presence, where="car", starts_at=NIGHT, ends_at=at(NEXT, 1), why="", by=cast.amy, as_of=NIGHT
        )
    assert list(invalid.value.errors) == ["why"]
    with pytest.raises(Invalid, match="when they came"):
        put_right(presence=presence, where="car", starts_at=NIGHT, ends_at=NIGHT, why="x", by=cast.amy, as_of=NIGHT)


def test_a_visitor_never_counts(cast, placement, shift):
    plan(cast, placement, 1)
    on(cast, shift, kind="visitor", name="A grandmother")
    found = as_worked(shift, NIGHT)
    assert (found.inside, len(found.visitors), found.carers) == (0, 1, [])


def test_a_shift_on_no_rota_can_be_recorded_and_stays_a_draft(cast, placement):
    fields = {"placement": placement, "kind": "day", "by": cast.priya, "as_of": at(DAY, 9)}
    found = record_unplanned_shift(starts_at=at(DAY, 8), ends_at=at(DAY, 20), **fields)
    assert (found.published_at, found.drafted_by) == (None, cast.priya)
    with pytest.raises(Conflict, match="already a shift"):
        record_unplanned_shift(starts_at=at(DAY, 8), ends_at=at(DAY, 19), **fields)
    for starts, ends in ((at(DAY, 10), at(DAY, 20)), (at(DAY, 7), at(DAY, 7)), (at(DAY, 7), at(NEXT, 9))):
        with pytest.raises(Invalid):
            record_unplanned_shift(starts_at=starts, ends_at=ends, **fields)


# --- awake, handed over, no log ---------------------------------------------------------------------------------------


@pytest.mark.failing("F116")
def test_awake_and_asleep_are_recorded_with_who_looked(cast, shift, corin):
    lane = cast.carer("Sedge", forename="Lane", checked=dt.date(2026, 1, 5))
    for carer in (corin, lane):
        on(cast, shift, carer=carer)
    record_awake(
        shift=shift,
        checked_at=NIGHT,
        awake=[lane],
        asleep=[corin],
        witnessed_by="Priya Lark",
        by=cast.priya,
        as_of=NIGHT,
    )
    rows = list(AwakeCheck.objects.values_list("carer__forename", "state", "witnessed_by").order_by("pk"))
    assert rows == [("Lane", "awake", "Priya Lark"), ("Corin", "asleep", "Priya Lark")]
    asleep = next(each for each in as_worked(shift).wrongs if each.what == "asleep")
    assert (asleep.words, asleep.grave) == ("Corin Reed was seen asleep at 02:00", True)


def test_an_awake_check_that_cannot_be(cast, placement, shift, corin):
    sleeping = cast.shift(placement, DAY, kind="sleep_in")
    for fields, words in (
        ({"awake": []}, "one carer at least"),
        ({"asleep": [corin]}, "both awake and asleep"),
        ({"witnessed_by": " "}, "who looked"),
        ({"checked_at": NIGHT + minutes(6)}, "in the future"),
        ({"shift": sleeping}, "sleep-in"),
    ):
        with pytest.raises(Invalid, match=words):
            record_awake(
                **{"shift": shift, "checked_at": NIGHT, "awake": [corin], "witnessed_by": "P"} | fields,
                by=cast.priya,
                as_of=NIGHT,
            )
    assert not AwakeCheck.objects.exists()


def test_a_handover_says_what_and_to_whom(cast, shift):
    said = {"text": "She slept from ten.", "to": "Lane Sedge", "occurred_at": at(NEXT, 8)}
    assert hand_over(shift=shift, **said, by=cast.priya, as_of=DONE).to == "Lane Sedge"
    for name in ("text", "to"):
        with pytest.raises(Invalid) as invalid:
            hand_over(shift=shift, **said | {name: " "}, by=cast.priya, as_of=DONE)
        assert list(invalid.value.errors) == [name]


def written(cast, placement, since, until, as_of=DONE):
    fields = {"how_she_was": "Calm.", "day": "Slept.", "occurred_at": as_of, "by": cast.priya, "as_of": as_of}
    return write_log(placement=placement, covers_from=since, covers_until=until, **fields)


def test_a_missing_log_is_a_record_with_a_cause_and_stays_missing(cast, shift):
    said = {"shift": shift, "cause": "nobody", "explanation": "All from an agency.", "by": cast.priya}
    with pytest.raises(Invalid, match="is not over"):
        give_log_cause(**said, as_of=NIGHT)
    assert not as_worked(shift, at(NEXT, 10)).log_missing
    assert as_worked(shift, at(NEXT, 10, 1)).log_missing
    give_log_cause(**said, as_of=DONE)
    found = as_worked(shift, at(NEXT, 11))
    assert (found.log_missing, found.cause.cause) == (True, "nobody")
    with pytest.raises(Conflict, match="already said why"):
        give_log_cause(**said, as_of=DONE)


def test_the_log_of_a_shift_is_one_that_covers_half_of_it(cast, placement, shift):
    written(cast, placement, at(NEXT, 2, 1), at(NEXT, 8))
    assert not as_worked(shift).log_written
    written(cast, placement, at(NEXT, 2), at(NEXT, 2, 1))
    assert as_worked(shift).log_written
    with pytest.raises(Invalid, match="nothing to explain"):
        give_log_cause(shift=shift, cause="other", explanation="x", by=cast.priya, as_of=DONE)


def test_no_log_is_expected_of_a_draft_or_a_cancelled_shift(cast, placement):
    draft = cast.shift(placement, DAY, published=False)
    assert not as_worked(draft, at(NEXT, 12)).log_missing
    assert wrongs(draft) == set()


# --- reviews ----------------------------------------------------------------------------------------------------------


def test_several_shifts_are_reviewed_in_one_act(cast, placement, shift, corin):
    day = cast.shift(placement, DAY)
    on(cast, shift, carer=corin)
    made = review_shifts(shifts=[shift, day], found="Short.", done="Two more from Monday.", by=cast.amy, as_of=DONE)
    assert {review.shift for review in made} == {shift, day}
    assert as_worked(shift).is_reviewed
    assert as_worked(day).is_reviewed


def test_a_review_before_the_end_of_a_shift_does_not_cover_the_rest_of_it(cast, shift, corin):
    on(cast, shift, carer=corin)
    review_shifts(shifts=[shift], found="x", done="y", by=cast.amy, as_of=NIGHT)
    assert as_worked(shift, at(NEXT, 7, 59)).is_reviewed
    assert not as_worked(shift, at(NEXT, 8)).is_reviewed
    review_shifts(shifts=[shift], found="x", done="y", by=cast.amy, as_of=at(NEXT, 8))
    assert as_worked(shift, at(NEXT, 8)).is_reviewed


@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_after_a_review_is_not_covered_by_it(cast, shift, corin):
    on(cast, shift, carer=corin)
    review_shifts(shifts=[shift], found="x", done="y", by=cast.amy, as_of=DONE)
    assert as_worked(shift).is_reviewed
    on(cast, shift, name="Recorded afterwards")
    assert not as_worked(shift).is_reviewed


def test_nobody_reviews_a_shift_they_were_on(cast, placement, shift):
    amy = cast.carer("Sparrow", forename="Amy", account=cast.amy, checked=dt.date(2026, 1, 5))
    said = {"found": "x", "done": "y", "by": cast.amy, "as_of": DONE}
    on(cast, shift, carer=amy)
    with pytest.raises(Invalid, match="You were on the shift of 20:00 on 10 March 2026"):
        review_shifts(shifts=[shift], **said)
    day = cast.shift(placement, DAY)
    on(cast, day, name="amy sparrow", by=cast.tom)
    with pytest.raises(Invalid, match="You were on"):
        review_shifts(shifts=[day], **said)
    other = cast.shift(placement, NEXT)
    on(cast, other, kind="visitor", name="Amy Sparrow", by=cast.tom, as_of=at(NEXT, 9))
    assert review_shifts(shifts=[other], **said)
    planned = cast.shift(placement, NEXT, kind="sleep_in", hours=(1, 7))
    cast.puts(amy, planned)
    with pytest.raises(Invalid, match="You were on"):
        review_shifts(shifts=[planned], **said)


def test_a_review_that_cannot_be(cast, placement, shift):
    said = {"shifts": [shift], "found": "x", "done": "y", "as_of": DONE}
    later = cast.shift(placement, NEXT + dt.timedelta(days=2))
    for fields, field in (
        ({"found": ""}, "found"),
        ({"done": " "}, "done"),
        ({"shifts": []}, "shifts"),
        ({"shifts": [later]}, "shifts"),
    ):
        with pytest.raises(Invalid) as invalid:
            review_shifts(**said | fields, by=cast.amy)
        assert list(invalid.value.errors) == [field]
    for who in ("priya", "paul", "carl", "zoe", "dee"):
        with pytest.raises(PermissionDenied):
            review_shifts(**said, by=getattr(cast, who))


# --- what it adds up to -----------------------------------------------------------------------------------------------


@pytest.mark.failing("F24")
def test_staff_who_sit_in_cars_do_not_count(cast, placement, shift):
    plan(cast, placement, 5)
    carers = [cast.carer(f"Reed{n}", checked=dt.date(2026, 1, 5)) for n in range(5)]
    rows = [on(cast, shift, carer=carer) for carer in carers]
    assert as_worked(shift, NIGHT).inside == 5
    assert as_worked(shift).below == []
    for row in rows[:3]:
        move(presence=row, where="car", moved_at=at(DAY, 21), by=cast.priya, as_of=NIGHT)
    found = as_worked(shift)
    assert (found.inside, found.minutes_below) == (2, 11 * 60)
    assert "Fewer than 5 were inside for 660 minutes" in [each.words for each in found.wrongs]


def test_nobody_signs_on_to_a_cancelled_shift_where_no_rule_would_look(cast, shift, corin):
    Shift.objects.filter(pk=shift.pk).update(cancelled_at=NIGHT, cancelled_why="The plan changed.")
    shift.refresh_from_db()
    with pytest.raises(Conflict, match="a shift that nobody planned"):
        on(cast, shift, carer=corin)
    assert not Presence.objects.exists()


def test_who_stays_on_from_the_shift_before_counts_once_signed_off(cast, placement, shift, corin):
    """As STF-07 counts, by placement; and whoever never signed off was there until the end of their own shift."""
    plan(cast, placement, 2)
    day, lane = cast.shift(placement, DAY), cast.carer("Sedge", forename="Lane", checked=dt.date(2026, 1, 5))
    row = on(cast, day, carer=lane)
    on(cast, shift, carer=corin)
    assert as_worked(shift, at(DAY, 22)).inside == 1
    assert as_worked(shift, at(DAY, 22)).minutes_below == 120
    sign_off(presence=row, ends_at=at(NEXT, 1), by=cast.priya, as_of=NIGHT)
    assert as_worked(shift, at(NEXT, 0)).inside == 2
    assert as_worked(shift).minutes_below == 7 * 60
    sleeper = cast.shift(placement, DAY, kind="sleep_in", hours=(21, 7))
    on(cast, sleeper, name="Asleep upstairs", starts_at=at(DAY, 21))
    assert as_worked(shift).minutes_below == 7 * 60


def test_a_correction_after_a_review_is_not_yet_looked_into(cast, shift, corin):
    row = on(cast, shift, carer=corin)
    review_shifts(shifts=[shift], found="x", done="y", by=cast.amy, as_of=DONE)
    assert as_worked(shift).is_reviewed
    said = {"starts_at": shift.starts_at, "ends_at": shift.ends_at, "why": "In a car.", "by": cast.priya}
    put_right(presence=row, where="car", as_of=DONE + minutes(1), **said)
    assert not as_worked(shift).is_reviewed


def test_a_forgotten_signature_is_no_shift_while_stood_down(cast, shift, corin):
    on(cast, shift, carer=corin)
    StandDown.objects.create(carer=corin, starts_at=at(NEXT, 8))
    assert wrongs(shift, at(NEXT, 12)) == {"leader", "awake", "log"}


@pytest.mark.parametrize(("gone", "is_below"), [(15, False), (16, True)])
def test_fifteen_minutes_are_borne_and_sixteen_are_not(cast, placement, shift, corin, gone, is_below):
    plan(cast, placement, 1)
    first = on(cast, shift, carer=corin)
    sign_off(presence=first, ends_at=at(DAY, 23), by=cast.priya, as_of=NIGHT)
    on(cast, shift, carer=corin, starts_at=at(DAY, 23) + minutes(gone))
    assert bool(as_worked(shift).below) == is_below


def test_a_council_may_bear_less_and_never_more(cast, placement, shift, corin):
    plan(cast, placement, 1)
    on(cast, shift, carer=corin, starts_at=at(DAY, 20, 12))
    standard = {"authority": cast.north, "key": "STF-07 tolerance", "set_by": cast.dora, "reason": "x"}
    assert not as_worked(shift).below
    LocalStandard.objects.create(value=10, effective_from=DAY, **standard)
    assert as_worked(shift).minutes_below == 12
    LocalStandard.objects.create(value=0, effective_from=NEXT, **standard)
    LocalStandard.objects.filter(effective_from=DAY).update(value=60)
    assert not as_worked(shift).below


def test_a_step_down_by_plan_and_a_ratio_nobody_stated_are_no_breach(cast, placement, shift, corin):
    on(cast, shift, carer=corin)
    assert as_worked(shift).needed is None
    assert not as_worked(shift).below
    cast.dol_order(placement.child, DAY)
    assert as_worked(shift).below, "the order says five"
    plan(cast, placement, 1)
    assert not as_worked(shift).below


@pytest.mark.failing("F13")
def test_a_shift_has_a_leader_who_is_there(cast, placement, shift, corin):
    on(cast, shift, carer=corin, starts_at=at(DAY, 20, 16))
    assert "leader" in wrongs(shift), "none named"
    led = cast.shift(placement, DAY, leader=corin)
    on(cast, led, carer=corin, starts_at=at(DAY, 8, 16))
    assert "The shift leader, Corin Reed, was not signed on by 08:15" in [w.words for w in as_worked(led).wrongs]
    Presence.objects.filter(shift=led).update(starts_at=at(DAY, 8, 15))
    assert "leader" not in wrongs(led)


def test_where_nobody_signed_on_that_is_what_is_said(cast, placement, shift):
    plan(cast, placement, 5)
    assert wrongs(shift, at(DAY, 20, 15)) == {"leader"}
    assert wrongs(shift, at(DAY, 20, 16)) == {"leader", "nobody"}
    assert as_worked(shift).below == []


def test_missed_awake_checks_are_counted_for_each_carer(cast, placement, shift, corin):
    lane = cast.carer("Sedge", forename="Lane", checked=dt.date(2026, 1, 5))
    for carer in (corin, lane):
        on(cast, shift, carer=carer)
    for hour in (21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31):
        moment = at(DAY, 0) + dt.timedelta(hours=hour)
        record_awake(shift=shift, checked_at=moment, awake=[lane], witnessed_by="P", by=cast.priya, as_of=DONE)
    found = as_worked(shift)
    assert found.missed_checks == {("carer", corin.pk): 11}
    assert "11 awake checks of Corin Reed were missed" in [each.words for each in found.wrongs]
    assert as_worked(shift, at(DAY, 21, 15)).missed_checks == {}
    assert as_worked(shift, at(DAY, 21, 16)).missed_checks == {("carer", corin.pk): 1}
    day = cast.shift(placement, DAY)
    on(cast, day, carer=corin)
    assert as_worked(day).missed_checks == {}


def test_a_month_of_shifts_takes_the_queries_of_one(cast, placement, corin, django_assert_num_queries):
    for n in range(10):
        there = cast.shift(placement, DAY - dt.timedelta(days=n), kind="waking_night")
        on(cast, there, carer=corin, as_of=DONE)
    with django_assert_num_queries(14):
        assert len(worked(Shift.objects.filter(pk=there.pk), as_of=DONE)) == 1
    with django_assert_num_queries(14):
        found = worked(Shift.objects.filter(placement=placement), as_of=DONE)
        assert len([each.wrongs for each in found]) == 10


# --- the arithmetic ---------------------------------------------------------------------------------------------------

ZERO = dt.datetime(2026, 3, 28, 20, tzinfo=dt.UTC)  # the clocks go forward in this night
OVER = (ZERO, ZERO + dt.timedelta(hours=12))


def minute(number):
    return ZERO + minutes(number)


people = st.lists(
    st.tuples(st.integers(1, 4), st.integers(-60, 800), st.integers(1, 400)).map(
        lambda row: (row[0], (minute(row[1]), minute(row[1] + row[2])))
    ),
    max_size=10,
)


@given(people=people, needed=st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_below_is_every_minute_with_too_few_and_no_other(people, needed):
    stretches = reckoning.below(needed, people, OVER)
    for number in range(720):
        there = {who for who, (starts, ends) in people if starts <= minute(number) < ends}
        assert (len(there) < needed) == any(s <= minute(number) < e for s, e in stretches)
    assert reckoning.joined(stretches) == stretches


@given(people=people)
@settings(max_examples=100, deadline=None)
def test_alone_is_when_one_is_there_and_nobody_else(people):
    found = reckoning.alone(people, OVER, tolerance=minutes(0))
    for number in range(720):
        there = {who for who, (starts, ends) in people if starts <= minute(number) < ends}
        said = {who for who, spans in found.items() if any(s <= minute(number) < e for s, e in spans)}
        assert said == (there if len(there) == 1 else set())


@pytest.mark.parametrize(
    ("checks", "missed"),
    [
        ([], 11),
        ([60 * n for n in range(1, 12)], 0),
        ([75 * n for n in range(1, 10)], 0),
        ([76], 1 + 10),
        ([300, 705], 4 + 6),
        ([-10, 900], 11),  # outside the time they were there
    ],
)
def test_awake_checks_missed(checks, missed):
    assert reckoning.missed_checks([OVER], [minute(n) for n in checks], OVER) == missed


def test_checks_are_not_missed_of_somebody_who_was_away():
    spans = [(minute(0), minute(100)), (minute(400), minute(460))]
    assert reckoning.missed_checks(spans, [], OVER) == 1
    assert reckoning.missed_checks([(minute(0), minute(50)), (minute(50), minute(100))], [], OVER) == 1


@given(
    spans=st.lists(st.tuples(st.integers(0, 700), st.integers(1, 300)), max_size=5),
    holes=st.lists(st.tuples(st.integers(0, 700), st.integers(1, 300)), max_size=5),
)
@settings(max_examples=150, deadline=None)
def test_what_is_left_outside_the_holes(spans, holes):
    spans = [(minute(a), minute(a + n)) for a, n in spans]
    holes = [(minute(a), minute(a + n)) for a, n in holes]
    left = reckoning.without(spans, holes)
    for number in range(1001):
        at_ = minute(number)
        within, hole = (any(s <= at_ < e for s, e in each) for each in (spans, holes))
        assert (within and not hole) == any(s <= at_ < e for s, e in left)


def test_asleep_lasts_until_the_next_look():
    looks = [(minute(60), True), (minute(120), False), (minute(180), False), (minute(200), True), (minute(240), False)]
    found = reckoning.joined(reckoning.asleep_spans(looks, minute(300)))
    assert found == [(minute(120), minute(200)), (minute(240), minute(300))]
