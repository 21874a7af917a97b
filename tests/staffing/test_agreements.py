"""What is agreed for a placement: who answers for each agency's carers, how many staff and of what kind."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import Decision
from core.errors import Conflict, Invalid, Refused
from core.models import Refusal
from placements.actions import end_placement
from placements.models import Provider
from staffing.actions.agreements import (
    bring_in_agency,
    end_agreement,
    plan_replacement,
    record_reflective_session,
    record_staff_type,
    set_staffing,
    sign_agreement,
)
from staffing.agreed import card_of, replacements, standing_of
from staffing.models import AgencyAgreement, Presence, ReflectiveSession, ReplacementPlan, StaffingPlan, StaffType
from staffing.rota import required_for
from tests.cast import at

TODAY = dt.date(2024, 3, 13)  # a Wednesday
NOW = at(TODAY, 10)
DAY = dt.timedelta(days=1)


def ago(days):
    return TODAY - days * DAY


@pytest.fixture
def placement(cast):
    child = cast.child(born=dt.date(2010, 5, 4), since=ago(300))
    return cast.placement(child, ago(100), home=cast.home())


def brought(cast, placement, **fields):
    fields = {"agency": cast.agency, "started_on": ago(20), "by": cast.carl} | fields
    return bring_in_agency(placement=placement, as_of=NOW, **fields)


def signed(cast, agreement, **fields):
    fields = {
        "supervises": "Dana Crake, agency manager",
        "trains": "Dana Crake",
        "disciplines": "Dana Crake",
        "reports_to_lado": "Tom Heron, team manager",
        "hands_over": "Amy Sparrow, social worker",
        "outcomes": "She goes to school and sleeps through.",
        "signed_on": ago(18),
        "signed_for_agency": "Dana Crake",
        "expires_on": ago(-180),
        "by": cast.carl,
    } | fields
    return sign_agreement(agreement=agreement, as_of=fields.pop("as_of", NOW), **fields)


# --- agencies ---------------------------------------------------------------------------------------------------------


def test_an_agency_is_brought_in_signed_with_and_ended(cast, placement):
    agreement = brought(cast, placement)
    assert card_of(agreement, TODAY).state == "unsigned"
    agreement = signed(cast, agreement)
    assert (agreement.signed_for_council, agreement.signed_on) == (cast.carl, ago(18))
    assert card_of(agreement, TODAY).state == "signed"
    end_agreement(agreement=agreement, ended_on=TODAY, by=cast.amy, as_of=NOW)
    assert card_of(agreement, TODAY).is_over
    with pytest.raises(Invalid, match="already"):
        end_agreement(agreement=agreement, ended_on=TODAY, by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="stopped supplying"):
        signed(cast, agreement, signed_on=TODAY)
    assert brought(cast, placement, started_on=TODAY)  # and comes again


def test_a_new_agency_is_recorded_once(cast, placement):
    first = brought(cast, placement, agency=None, new_agency="  Quiet   Harbour Staffing ")
    assert first.agency.name == "Quiet Harbour Staffing"
    end_agreement(agreement=first, ended_on=ago(5), by=cast.amy, as_of=NOW)
    brought(cast, placement, agency=None, new_agency="quiet harbour staffing", started_on=ago(4))
    assert Provider.objects.filter(name__icontains="quiet").count() == 1


def test_one_agreement_at_a_time(cast, placement):
    brought(cast, placement)
    with pytest.raises(Conflict, match="already supplies this placement"):
        brought(cast, placement, started_on=ago(10))
    assert AgencyAgreement.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"agency": None}, "agency"),
        ({"new_agency": "Another"}, "agency"),
        ({"started_on": ago(101)}, "started_on"),
        ({"started_on": ago(-29)}, "started_on"),
    ],
)
def test_an_agency_that_cannot_be_brought_in(cast, placement, wrong, field):
    with pytest.raises(Invalid) as invalid:
        brought(cast, placement, **wrong)
    assert list(invalid.value.errors) == [field]


def test_the_provider_that_runs_it_is_no_agency_here(cast, placement):
    with pytest.raises(Invalid, match="runs this placement"):
        brought(cast, placement, agency=cast.provider)


def test_none_for_a_placement_that_is_over(cast, placement):
    end_placement(placement=placement, ended_on=ago(1), end_reason="CLOSE", by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="ended on"):
        brought(cast, placement, by=cast.amy)


@pytest.mark.failing("F7")
@pytest.mark.parametrize("field", ["supervises", "trains", "disciplines", "reports_to_lado", "hands_over"])
@pytest.mark.parametrize("answer", ["", " ", "nobody", "TBC", "n/a"])
def test_nothing_is_signed_that_leaves_open_who_answers(cast, placement, field, answer):
    agreement = brought(cast, placement)
    with pytest.raises(Invalid) as invalid:
        signed(cast, agreement, **{field: answer})
    assert list(invalid.value.errors) == [field]
    agreement.refresh_from_db()
    assert agreement.signed_on is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"signed_for_agency": " "}, "signed_for_agency"),
        ({"signed_on": ago(-1)}, "signed_on"),
        ({"expires_on": ago(19)}, "expires_on"),
    ],
)
def test_an_agreement_that_cannot_be(cast, placement, wrong, field):
    with pytest.raises(Invalid) as invalid:
        signed(cast, brought(cast, placement), **wrong)
    assert list(invalid.value.errors) == [field]


def test_a_renewal_keeps_what_was_signed_before(cast, placement):
    first = signed(cast, brought(cast, placement), expires_on=ago(5))
    assert card_of(first, TODAY).state == "expired"
    with pytest.raises(Invalid, match="when the last one was"):
        signed(cast, first, signed_on=ago(19))
    second = signed(cast, first, signed_on=ago(2), supervises="Sid Plover")
    first.refresh_from_db()
    assert second.pk != first.pk
    assert (first.supervises, first.expires_on, first.ended_on) == ("Dana Crake, agency manager", ago(5), ago(2))
    assert (second.started_on, second.ended_on, second.supervises) == (ago(2), None, "Sid Plover")
    assert [card_of(each, TODAY).state for each in (first, second)] == ["over", "signed"]


def test_an_agency_with_shifts_to_come_is_not_ended(cast, placement):
    agreement = brought(cast, placement)
    on = cast.puts(cast.carer(checked=ago(30)), cast.shift(placement, ago(-2)))
    with pytest.raises(Invalid, match="1 planned shift ends after"):
        end_agreement(agreement=agreement, ended_on=TODAY, by=cast.carl, as_of=NOW)
    on.removed_at = NOW
    on.save()
    assert end_agreement(agreement=agreement, ended_on=TODAY, by=cast.carl, as_of=NOW)


@pytest.mark.parametrize("who", ["paul", "priya", "ines", "lee", "sal", "dee", "dora", "zoe", "sam"])
def test_others_agree_nothing_with_agencies(cast, placement, who):
    by = getattr(cast, who)
    agreement = cast.supplies(placement, signed=False)
    with pytest.raises(PermissionDenied):
        brought(cast, placement, agency=Provider.objects.create(name="Other"), by=by)
    with pytest.raises(PermissionDenied):
        signed(cast, agreement, by=by)
    with pytest.raises(PermissionDenied):
        end_agreement(agreement=agreement, ended_on=TODAY, by=by, as_of=NOW)


@pytest.mark.parametrize(
    ("fields", "today", "state", "words"),
    [
        ({"signed": False}, ago(0), "unsigned", "is to be signed by 20 March 2024"),
        ({"signed": False}, ago(-7), "unsigned", "is to be signed by 20 March 2024"),
        ({"signed": False}, ago(-8), "unsigned", "was to be signed by 20 March 2024"),
        ({"signed": False}, ago(1), "ahead", "before 13 March 2024"),
        ({}, ago(-336), "signed", "until 13 March 2025"),
        ({}, ago(-337), "soon", "until 13 March 2025"),
        ({}, ago(-365), "soon", "until 13 March 2025"),
        ({}, ago(-366), "expired", "ran out on 13 March 2025"),
    ],
)
def test_a_card_says_plainly_how_it_stands(cast, placement, fields, today, state, words):
    """5 working days from a Wednesday; the last day counts; the day after it has run out."""
    agreement = cast.supplies(placement, since=TODAY, **fields)
    card = card_of(agreement, today)
    assert card.state == state
    assert words in card.sentence


# --- how many staff ---------------------------------------------------------------------------------------------------


def planned(cast, placement, **fields):
    fields = {
        "effective_from": NOW,
        "by_day": 3,
        "by_night": 2,
        "source": "The order of 1 March",
        "why": "She has not run for a month.",
        "by": cast.amy,
    } | fields
    return set_staffing(placement=placement, as_of=NOW, **fields)


def needs(cast, placement, *shifts):
    found = required_for(placement, shifts)
    return [found[shift.pk] for shift in shifts]


def test_a_step_down_is_a_new_row_that_earlier_shifts_do_not_feel(cast, placement):
    before, after = cast.shift(placement, ago(1)), cast.shift(placement, ago(-7))
    night = cast.shift(placement, ago(-7), kind="waking_night", hours=(20, 8))
    first = planned(cast, placement, effective_from=at(ago(100)), by_day=5, by_night=5)
    step = planned(cast, placement, effective_from=at(ago(-5)), by_day=2, by_night=1)
    assert needs(cast, placement, before, after, night) == [5, 2, 1]
    plans = StaffingPlan.for_user(cast.amy)
    assert list(standing_of(plans, NOW)) == [(step, "ahead"), (first, "now")]
    assert list(standing_of(plans, at(ago(-6)))) == [(step, "now"), (first, "before")]


def test_a_step_down_is_never_set_backwards(cast, placement):
    """Else who set it could make shifts that were short good again."""
    planned(cast, placement, effective_from=at(ago(100)), by_day=5, by_night=5)
    for fewer in ({"by_day": 4, "by_night": 5}, {"by_day": 5, "by_night": 4}):
        with pytest.raises(Invalid, match="only be set from now on"):
            planned(cast, placement, effective_from=NOW - dt.timedelta(hours=2), **fewer)
        assert planned(cast, placement, effective_from=NOW - dt.timedelta(minutes=50), **fewer)
    with pytest.raises(Invalid, match="only be set from now on"):
        planned(cast, placement, effective_from=at(ago(90)), by_day=4, by_night=4)
    assert planned(cast, placement, effective_from=at(ago(50)), by_day=6, by_night=6)


def test_nor_behind_the_orders_own_ratio(cast, placement):
    cast.dol_order(placement.child, ago(60))
    with pytest.raises(Invalid, match="only be set from now on"):
        planned(cast, placement, effective_from=at(ago(10)), by_day=4, by_night=5)
    assert planned(cast, placement, effective_from=at(ago(10)), by_day=5, by_night=5)
    assert planned(cast, placement, by_day=2, by_night=1)


@pytest.fixture
def shifts(cast, placement):
    return [cast.shift(placement, ago(n)) for n in range(1, 60, 4)]


@given(
    rows=st.lists(st.tuples(st.integers(-60, 40), st.integers(1, 6), st.integers(1, 6)), max_size=5),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_set_no_shift_that_was_worked_needs_fewer_afterwards(cast, placement, shifts, rows):
    for days, by_day, by_night in rows:
        earlier = needs(cast, placement, *shifts)
        try:
            planned(cast, placement, effective_from=at(ago(-days), 7), by_day=by_day, by_night=by_night)
        except Invalid:
            assert needs(cast, placement, *shifts) == earlier
        else:
            for old, new in zip(earlier, needs(cast, placement, *shifts), strict=True):
                assert old is None or new >= old


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"by_day": 0}, "by_day"),
        ({"by_day": 21}, "by_day"),
        ({"by_night": -1}, "by_night"),
        ({"by_night": 0}, "by_night"),
        ({"source": " "}, "source"),
        ({"why": ""}, "why"),
        ({"effective_from": at(ago(101))}, "effective_from"),
        ({"effective_from": at(ago(-367))}, "effective_from"),
    ],
)
def test_a_plan_that_cannot_be(cast, placement, wrong, field):
    with pytest.raises(Invalid) as invalid:
        planned(cast, placement, **wrong)
    assert list(invalid.value.errors) == [field]
    assert not StaffingPlan.objects.exists()


def test_a_sleep_in_may_be_the_only_cover_by_night(cast, placement):
    assert planned(cast, placement, by_night=0, sleeping_in=1)


# --- agency staff who stay for now ------------------------------------------------------------------------------------


def replaced(cast, placement, **fields):
    fields = {
        "agency": cast.agency, "why": "She would not come without them, and sleeps when they are here.",
        "replaced_by": "Maya’s own team of six, two new faces a week.", "last_day": ago(-84), "by": cast.amy,
    } | fields  # fmt: skip
    return plan_replacement(placement=placement, as_of=fields.pop("as_of", NOW), **fields)


@pytest.mark.failing("F121")
@pytest.mark.positive("P11")
def test_they_stay_by_a_decision_on_her_record_until_a_day_and_each_further_plan_is_counted(cast, placement):
    cast.supplies(placement)
    first = replaced(cast, placement, last_day=ago(-10))
    assert (first.made_on, first.last_day, first.recorded_by) == (TODAY, ago(-10), cast.amy)
    later = replaced(cast, placement, as_of=at(ago(-11)), last_day=ago(-95))
    decisions = Decision.objects.filter(demanded_by="plan_replacement").order_by("pk")
    assert [decision.kind for decision in decisions] == ["rota", "rota"]
    assert "stay until 23 March 2024 at the latest" in decisions[0].what
    assert "Before, they were to stay until 23 March 2024." in decisions[1].what
    other = cast.supplies(placement, Provider.objects.create(name="Saltmarsh Care")).agency
    theirs = replaced(cast, placement, agency=other, last_day=ago(-1))
    plans = ReplacementPlan.objects.all()
    found = {(each.plan, each.state, each.number) for each in replacements(plans, ago(-10))}
    assert found == {(later, "now", 2), (first, "before", 1), (theirs, "over", 1)}


@pytest.mark.failing("F121")
@pytest.mark.parametrize(
    "excuse", ["", "TBC", "There is no alternative.", "It is only for a short time.", "They are the best available."]
)
def test_what_is_no_reason_keeps_nobody(cast, placement, excuse):
    cast.supplies(placement)
    with pytest.raises(Invalid) as invalid:
        replaced(cast, placement, why=excuse)
    assert list(invalid.value.errors) == ["why"]
    assert not ReplacementPlan.objects.exists()


@pytest.mark.failing("F121")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"replaced_by": " "}, "replaced_by"),
        ({"replaced_by": "Nobody"}, "replaced_by"),
        ({"last_day": TODAY}, "last_day"),
        ({"last_day": ago(-85)}, "last_day"),
    ],
)
def test_a_plan_that_replaces_nobody_or_never_is_none(cast, placement, wrong, field):
    cast.supplies(placement)
    with pytest.raises(Invalid) as invalid:
        replaced(cast, placement, **wrong)
    assert list(invalid.value.errors) == [field]
    assert replaced(cast, placement, last_day=ago(-1))


def test_all_that_is_wrong_with_a_plan_is_said_at_once(cast, placement):
    cast.supplies(placement)
    with pytest.raises(Invalid) as refused:
        replaced(cast, placement, why="There is no alternative.", replaced_by="Nobody", last_day=ago(-200))
    assert set(refused.value.errors) == {"why", "replaced_by", "last_day"}


def test_the_database_too_keeps_a_plan_within_weeks(cast, placement):
    fields = {"placement": placement, "agency": cast.agency, "made_on": TODAY, "recorded_by": cast.amy}
    for last in (TODAY, ago(-85)):
        with pytest.raises(IntegrityError, match="replaced_within_weeks"), transaction.atomic():
            ReplacementPlan.objects.create(why="W", replaced_by="R", last_day=last, **fields)
    assert ReplacementPlan.objects.create(why="W", replaced_by="R", last_day=ago(-84), **fields)


def test_only_an_agency_whose_carers_are_here(cast, placement):
    for none in (cast.agency, cast.provider):
        with pytest.raises(Invalid, match="supplies no carers here"):
            replaced(cast, placement, agency=none)
    carer, shift = cast.carer(checked=ago(30)), cast.shift(placement, ago(3))
    came = Presence.objects.create(shift=shift, carer=carer, starts_at=shift.starts_at, recorded_by=cast.priya)
    assert replaced(cast, placement)  # who came without an agreement or a rota came through somebody
    Presence.objects.filter(pk=came.pk).update(starts_at=at(ago(29)))
    with pytest.raises(Invalid, match="supplies no carers here"):
        replaced(cast, placement)
    cast.puts(carer, shift)
    assert replaced(cast, placement)
    own = cast.carer("Own", agency=cast.provider, checked=ago(30))
    cast.puts(own, shift, agency=cast.provider)
    with pytest.raises(Invalid, match="supplies no carers here"):
        replaced(cast, placement, agency=cast.provider)


@pytest.mark.failing("F121")
def test_who_works_with_her_is_no_decision_of_commissioning_or_directors(cast, placement):
    cast.supplies(placement)
    with pytest.raises(Refused) as refused:
        replaced(cast, placement, by=cast.carl)
    assert refused.value.code == "DEC-01-STAFF"
    assert Refusal.objects.get().by == cast.carl
    for who in (cast.dee, cast.dora, cast.ines, cast.zoe):
        with pytest.raises(PermissionDenied):
            replaced(cast, placement, by=who)
    with pytest.raises(Refused):
        replaced(cast, placement, by=cast.paul)
    cast.manager(placement, at(ago(20)), account=cast.paul)
    assert replaced(cast, placement, by=cast.paul)
    assert replaced(cast, placement, by=cast.tom)


def test_no_plan_for_a_placement_that_is_over(cast, placement):
    cast.supplies(placement)
    end_placement(placement=placement, ended_on=TODAY, end_reason="CLOSE", by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="ended on"):
        replaced(cast, placement)


# --- of what kind, and thinking together ------------------------------------------------------------------------------

TYPE = {"staff_type": "Residential workers", "need": "N", "why": "W", "advice": "CAMHS: not nurses."}
SESSION = {"led_by": "Dr Wray", "agencies": "Tideway, CAMHS", "reflection": "R", "agreed": "A"}


def typed(cast, placement, **fields):
    fields = TYPE | {"reviewed_on": TODAY, "by": cast.amy} | fields
    return record_staff_type(placement=placement, as_of=NOW, **fields)


def held(cast, placement, **fields):
    fields = SESSION | {"held_on": ago(1), "by": cast.amy} | fields
    return record_reflective_session(placement=placement, as_of=NOW, **fields)


@pytest.mark.failing("F41")
@pytest.mark.parametrize("field", TYPE)
def test_a_kind_of_staff_has_its_reasons_and_a_clinicians_advice(cast, placement, field):
    with pytest.raises(Invalid) as invalid:
        typed(cast, placement, **{field: " "})
    assert list(invalid.value.errors) == [field]
    assert typed(cast, placement)
    assert StaffType.objects.count() == 1


@pytest.mark.parametrize("field", SESSION)
def test_a_reflective_session_says_who_thought_what(cast, placement, field):
    with pytest.raises(Invalid) as invalid:
        held(cast, placement, **{field: " "})
    assert list(invalid.value.errors) == [field]
    assert held(cast, placement)
    assert ReflectiveSession.objects.count() == 1


def test_neither_is_of_a_day_to_come(cast, placement):
    for act, field in ((typed, "reviewed_on"), (held, "held_on")):
        with pytest.raises(Invalid, match="today or in the past"):
            act(cast, placement, **{field: ago(-1)})
    with pytest.raises(Invalid, match="when the placement started"):
        held(cast, placement, held_on=ago(101))


@pytest.mark.parametrize("who", ["carl", "paul", "priya", "ines", "dee", "dora", "zoe"])
def test_a_commissioner_or_provider_sets_no_staffing(cast, placement, who):
    for act in (planned, typed, held):
        with pytest.raises(PermissionDenied):
            act(cast, placement, by=getattr(cast, who))
