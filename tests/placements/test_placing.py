"""Placements started, moved, ended, called off and taken on; and that one child never lives in two places."""

import datetime as dt
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.errors import Conflict, Invalid, Refused
from core.models import Refusal
from placements import policies
from placements.actions import (
    appoint_manager,
    call_off_placement,
    correct_placement,
    end_placement,
    move_placement,
    record_home,
    say_where,
    start_placement,
    take_on,
)
from placements.models import Home, ManagerPost, Placement, Provider, Visit
from tests.cast import at

TODAY = dt.date(2022, 3, 15)
NOW = at(TODAY, 10)


def day(month, number, year=2022):
    return dt.date(year, month, number)


def ago(days):
    return TODAY - dt.timedelta(days=days)


@pytest.fixture
def child(cast):
    """Fifteen, and looked after since January 2021."""
    return cast.child(born=dt.date(2006, 9, 1))


def started(cast, child, **fields):
    fields = {"type": "U6", "started_on": day(3, 1), "why": "Near her school.", "by": cast.amy} | fields
    return start_placement(child=child, **{"as_of": NOW} | fields)


def moved(cast, placement, **fields):
    fields = {"type": "U6", "moved_on": day(3, 10), "end_reason": "LAREQ", "why": "w", "by": cast.amy} | fields
    return move_placement(placement=placement, **{"as_of": NOW} | fields)


def ended(cast, placement, **fields):
    fields = {"ended_on": day(3, 10), "end_reason": "CARPL", "by": cast.amy} | fields
    return end_placement(placement=placement, **{"as_of": NOW} | fields)


def says(invalid, field, words):
    assert words in invalid.value.errors[field]


# --- homes ------------------------------------------------------------------------------------------------------------


def test_a_home_is_recorded_with_a_new_provider(cast):
    home = record_home(
        name="Rowan House", new_provider="Tall Trees", postcode="zz11aa", urn="sc123456", by=cast.carl, as_of=NOW
    )
    assert (home.authority, home.provider.name, home.postcode, home.urn) == (
        cast.north,
        "Tall Trees",
        "ZZ1 1AA",
        "SC123456",
    )
    assert not home.registrations.exists()
    assert home.history.get().history_user == cast.carl


def test_a_provider_is_recorded_once(cast):
    for name in ("Rowan House", "Rowan Lodge"):
        record_home(name=name, new_provider="Tall Trees", by=cast.carl, as_of=NOW)
    assert Provider.objects.get().homes.count() == 2
    with pytest.raises(Conflict, match="already has a home of that name"):
        record_home(name="Rowan House", provider=Provider.objects.get(), by=cast.carl, as_of=NOW)


def test_a_home_needs_a_provider_and_a_real_postcode(cast):
    with pytest.raises(Invalid) as invalid:
        record_home(name="Rowan House", by=cast.carl, as_of=NOW)
    says(invalid, "new_provider", "Enter the name of the provider")
    with pytest.raises(Invalid) as invalid:
        record_home(name="Rowan House", new_provider="Tall Trees", postcode="NOWHERE", by=cast.carl, as_of=NOW)
    says(invalid, "postcode", "full UK postcode")
    assert not Home.objects.exists()
    assert not Provider.objects.exists()


# --- start ------------------------------------------------------------------------------------------------------------


def test_a_placement_is_followed_from_its_first_day(cast, child):
    home = cast.home(status="registered", registered_for="childrens_home", postcode="ZZ1 1AA", urn="SC1")
    placement = started(cast, child, type="K2", home=home, until_18=True)
    assert (placement.followed_from, placement.from_return, placement.until_18) == (day(3, 1), False, True)
    assert (placement.provider, placement.postcode, placement.urn, placement.provider_kind) == (
        home.provider,
        "ZZ1 1AA",
        "SC1",
        "PR4",
    )
    row = placement.history.get()
    assert (row.history_user, row.history_change_reason) == (cast.amy, "start_placement")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"started_on": day(4, 13)}, "started_on", "on or before 12 April 2022"),
        ({"started_on": dt.date(2021, 1, 3)}, "started_on", "was not looked after on 3 January 2021"),
        ({"type": "K2"}, "home", "record it first"),
        ({"type": "Q9"}, "type", "Select the type"),
        ({"type": "K3"}, "type", "cannot start before 28 October 2023"),
        ({"type": "Z11"}, "type", "cannot start before 1 April 2025"),
        ({"basis": "emergency"}, "started_at", "the first 48 hours are counted from it"),
        ({"basis": "emergency", "started_at": at(day(3, 2), 2)}, "started_at", "must be on 1 March 2022"),
        ({"basis": "perhaps"}, "basis", "planned or an emergency"),
        (
            {"basis": "emergency", "started_on": TODAY, "started_at": at(TODAY, 10, 1)},
            "started_at",
            "must be in the past",
        ),
        ({"postcode": "??"}, "postcode", "full UK postcode"),
    ],
)
def test_a_placement_that_cannot_be(cast, child, wrong, field, words):
    with pytest.raises(Invalid) as invalid:
        started(cast, child, **wrong)
    says(invalid, field, words)
    assert not Placement.objects.exists()


def test_a_code_that_has_been_withdrawn_is_refused_from_that_day(cast):
    young_adult = cast.child(born=dt.date(2007, 1, 1))
    fields = {"type": "P2", "as_of": at(day(11, 15, 2023), 10)}
    with pytest.raises(Invalid) as invalid:
        started(cast, young_adult, started_on=day(10, 28, 2023), **fields)
    says(invalid, "type", "cannot start after 27 October 2023")
    assert started(cast, young_adult, started_on=day(10, 27, 2023), **fields)


def test_she_is_not_placed_once_she_is_18(cast):
    grown = cast.child(born=dt.date(2004, 3, 1))
    with pytest.raises(Invalid) as invalid:
        started(cast, grown)
    says(invalid, "started_on", "before 1 March 2022")
    assert started(cast, grown, started_on=day(2, 28))


def test_a_home_of_another_council_or_another_provider_cannot_be_chosen(cast, child):
    with pytest.raises(Invalid, match="from the list"):
        started(cast, child, type="K2", home=cast.home(authority=cast.south))
    with pytest.raises(Invalid, match="is run by Harbour Light Care"):
        started(cast, child, type="K2", home=cast.home(), provider=Provider.objects.create(name="Another"))


def test_the_error_of_an_overlap_says_what_to_do(cast, child):
    started(cast, child)
    with pytest.raises(Invalid) as invalid:
        started(cast, child, started_on=day(3, 5))
    says(invalid, "started_on", "from 1 March 2022 and it has not ended. Record its end, or a move")
    with pytest.raises(Invalid) as invalid:
        started(cast, child, started_on=day(2, 1))
    says(invalid, "started_on", "starts on 1 March 2022")


def test_an_overlap_that_nobody_could_see_is_a_conflict(cast, child, monkeypatch):
    """Two people save at one moment: neither sees the other's, and the database keeps one."""
    started(cast, child)
    monkeypatch.setattr(policies, "not_beside_another", lambda *args, **kwargs: None)
    with pytest.raises(Conflict, match="End or move it first"):
        started(cast, child, started_on=day(3, 5))
    assert Placement.objects.count() == 1


@pytest.mark.parametrize("who", ["carl", "dee", "dora", "ines", "lola", "sal", "zoe", "paul", "priya"])
def test_who_may_not_place(cast, child, who):
    with pytest.raises(PermissionDenied):
        started(cast, child, by=getattr(cast, who))


# --- gates: plans are refused, what has happened is recorded ----------------------------------------------------------


def other_arrangements(cast):
    return {
        "unregistered": {"type": "K2", "home": cast.home(status="not_registered")},
        "by type": {"type": "H5", "home": cast.home()},
        "registered for adults": {
            "type": "K2",
            "home": cast.home(status="registered", registered_for="supported_living", regulator="cqc"),
        },
    }


@pytest.mark.failing("F2")
@pytest.mark.parametrize("kind", ["unregistered", "by type", "registered for adults"])
def test_a_plan_to_place_her_in_other_arrangements_under_16_is_refused_and_kept(cast, child, kind):
    place = other_arrangements(cast)[kind]
    with pytest.raises(Refused) as refused:
        started(cast, child, started_on=day(3, 16), **place)
    assert refused.value.code == "LEG-04-PLAN"
    assert "regulation 27A" in refused.value.sentence
    assert refused.value.remedy
    assert not Placement.objects.exists()
    refusal = Refusal.objects.get()
    assert (refusal.code, refusal.by, refusal.action) == ("LEG-04-PLAN", cast.amy, "start_placement")
    assert refusal.subjects == [f"child {child.pk}"]


@pytest.mark.failing("F2")
@pytest.mark.parametrize("kind", ["unregistered", "by type", "registered for adults"])
def test_what_has_happened_is_recorded_all_the_same(cast, child, kind):
    assert started(cast, child, started_on=TODAY, **other_arrangements(cast)[kind])


def test_a_move_planned_there_is_refused_and_nothing_ends(cast, child):
    placement = started(cast, child)
    with pytest.raises(Refused):
        moved(cast, placement, moved_on=day(3, 20), type="K2", home=cast.home(status="not_registered"))
    placement.refresh_from_db()
    assert placement.ended_on is None
    assert Placement.objects.count() == 1


@pytest.mark.trap("6")
def test_the_plan_is_judged_by_the_law_and_her_age_on_the_day(cast):
    young = cast.child(born=dt.date(2007, 5, 1))
    place = {"type": "H5", "home": cast.home(), "as_of": at(day(8, 25, 2021))}
    with pytest.raises(Refused):
        started(cast, young, started_on=day(9, 9, 2021), **place)
    before_the_law = started(cast, young, started_on=day(9, 8, 2021), **place)
    assert before_the_law
    call_off_placement(placement=before_the_law, why="w", by=cast.amy, as_of=place["as_of"])

    nearly = cast.child(born=dt.date(2006, 3, 20), surname="Brook")
    place = {"type": "K2", "home": cast.home(status="not_registered")}
    with pytest.raises(Refused):
        started(cast, nearly, started_on=day(3, 19), **place)
    assert started(cast, nearly, started_on=day(3, 20), **place)


@pytest.mark.parametrize("registered_for", ["childrens_home", "care_home", "hospital", "family_centre", "school"])
def test_a_plan_for_a_place_the_law_allows_is_not_refused(cast, child, registered_for):
    home = cast.home(status="registered", registered_for=registered_for)
    assert started(cast, child, type="Z1", home=home, started_on=day(3, 20))


def test_wherever_a_child_is_deprived_of_liberty_is_a_home_to_ask_about(cast, child):
    flat = {"type": "T4", "basis": "emergency", "started_at": at(TODAY, 9), "started_on": TODAY}
    assert policies.needs_home(child=child, type="T4", day=TODAY) is False
    cast.dol_order(child, TODAY)
    with pytest.raises(Invalid) as invalid:
        started(cast, child, home=None, **flat)
    assert list(invalid.value.errors) == ["home"]
    for its_own in ("U6", "P1", "A3", "R5"):
        assert policies.needs_home(child=child, type=its_own, day=TODAY) is False
    assert started(cast, child, home=cast.home(), **flat)


@pytest.mark.parametrize("status", [None, "not_known"])
def test_registration_not_known_refuses_nothing(cast, child, status):
    assert started(cast, child, type="K2", home=cast.home(status=status), started_on=day(3, 20))


# --- corrected --------------------------------------------------------------------------------------------------------


def corrected(cast, placement, **fields):
    as_it_is = {name: getattr(placement, name) for name in ("type", "basis", "started_at", "until_18")}
    fields = as_it_is | {"reason": "The plan says otherwise.", "by": cast.amy} | fields
    return correct_placement(placement=placement, as_of=NOW, **fields)


def test_what_rules_go_by_is_corrected_and_history_keeps_what_it_said(cast, child):
    placement = started(cast, child, until_18=True)
    corrected(cast, placement, basis="emergency", started_at=at(day(3, 1), 2), until_18=False, type="U4")
    placement.refresh_from_db()
    assert (placement.basis, placement.started_at, placement.until_18, placement.type) == (
        "emergency", at(day(3, 1), 2), False, "U4",
    )  # fmt: skip
    row = placement.history.first()
    assert (row.history_user, row.history_change_reason) == (cast.amy, "The plan says otherwise.")
    assert row.prev_record.until_18
    ended(cast, placement)
    assert corrected(cast, placement, basis="planned").started_at == at(day(3, 1), 2)  # she came when she came


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, ""),
        ({"until_18": True, "reason": " "}, "reason"),
        ({"basis": "emergency"}, "started_at"),
        ({"basis": "emergency", "started_at": at(day(3, 2), 1)}, "started_at"),
        ({"basis": "emergency", "started_at": at(day(3, 1), 13)}, "started_at"),  # after a visit
        ({"basis": "sudden"}, "basis"),
        ({"type": "K2"}, "type"),  # no home is on record
        ({"type": "Z11"}, "type"),  # no code of that year
        ({"type": "XX"}, "type"),
    ],
)
def test_a_correction_that_cannot_be(cast, child, wrong, field):
    placement = started(cast, child)
    Visit.objects.create(
        placement=placement, occurred_at=at(day(3, 1), 12), outcome="seen", announced=True, visitor="Amy Sparrow",
        capacity="social_worker", place="There", recorded_by=cast.amy,
    )  # fmt: skip
    with pytest.raises(Invalid) as invalid:
        corrected(cast, placement, **wrong)
    assert list(invalid.value.errors) == [field]
    assert placement.history.count() == 1


def test_a_correction_goes_round_no_gate_and_is_not_for_everybody(cast, child):
    planned = started(cast, child, type="K2", home=cast.home(), started_on=day(3, 20))
    with pytest.raises(Refused):
        corrected(cast, planned, type="Z1")
    for other in (cast.priya, cast.zoe):
        with pytest.raises(PermissionDenied):
            corrected(cast, planned, until_18=True, by=other)


# --- move, end, call off ----------------------------------------------------------------------------------------------


def test_a_move_is_one_act_without_a_day_between(cast, child):
    first = started(cast, child, home=cast.home(), type="K2")
    manager = appoint_manager(placement=first, name="Maya Redstart", started_at=at(day(3, 2)), by=cast.amy, as_of=NOW)
    second = moved(cast, first, end_note="She asked.", basis="emergency", started_at=at(day(3, 10), 22))
    first.refresh_from_db()
    manager.refresh_from_db()
    assert (first.ended_on, first.end_reason, first.end_note) == (day(3, 10), "LAREQ", "She asked.")
    assert (second.started_on, second.followed_from) == (day(3, 10), day(3, 10))
    assert manager.ended_at == at(day(3, 10), 0)
    assert first.history.first().history_change_reason == "move_placement"
    assert second.history.get().history_user == cast.amy


def test_a_move_whose_second_half_fails_leaves_the_first_as_it_was(cast, child):
    first = started(cast, child)
    with pytest.raises(Invalid) as invalid:
        moved(cast, first, type="K2")
    says(invalid, "home", "Select the home")
    with pytest.raises(Invalid) as invalid:
        moved(cast, first, moved_on=day(4, 13))
    says(invalid, "moved_on", "on or before 12 April 2022")
    first.refresh_from_db()
    assert first.ended_on is None


def test_a_planned_move_called_off_leaves_things_as_they_were(cast, child):
    first = started(cast, child)
    post = cast.manager(first, NOW - dt.timedelta(hours=1))
    second = moved(cast, first, moved_on=day(3, 25))
    post.refresh_from_db()
    assert clock.local_date(post.ended_at) == day(3, 25)
    with pytest.raises(Invalid, match="has an end already: 25 March 2022"):
        moved(cast, first, moved_on=day(3, 26))
    call_off_placement(placement=second, why="The carer fell ill.", by=cast.amy, as_of=NOW)
    for record in (first, second, post):
        record.refresh_from_db()
    assert (first.ended_on, first.end_reason) == (None, "")
    assert (post.ended_at, post.end_reason) == (None, "")
    assert second.ended_on == second.started_on
    assert "The carer fell ill." in second.end_note
    assert second.history.first().history_change_reason == "The carer fell ill."
    assert moved(cast, first, moved_on=day(3, 24))


def test_what_has_begun_is_ended_and_what_has_not_is_called_off(cast, child):
    placement = started(cast, child)
    with pytest.raises(Invalid, match="Record its end instead"):
        call_off_placement(placement=placement, why="w", by=cast.amy, as_of=NOW)
    planned = moved(cast, placement, moved_on=day(3, 20))
    with pytest.raises(Invalid, match="Call it off"):
        ended(cast, planned, ended_on=day(3, 21))


def test_an_end(cast, child):
    placement = started(cast, child)
    ended(cast, placement)
    assert (placement.ended_on, placement.end_reason) == (day(3, 10), "CARPL")
    with pytest.raises(Invalid, match="has an end already"):
        ended(cast, placement, ended_on=day(3, 12))
    with pytest.raises(Invalid, match="has an end already"):
        moved(cast, placement, moved_on=day(3, 12))


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"ended_on": day(2, 28)}, "ended_on", "on or after 1 March 2022"),
        ({"ended_on": day(3, 16)}, "ended_on", "today or in the past"),
        ({"end_reason": ""}, "end_reason", "Select why"),
    ],
)
def test_an_end_that_cannot_be(cast, child, wrong, field, words):
    placement = started(cast, child)
    with pytest.raises(Invalid) as invalid:
        ended(cast, placement, **wrong)
    says(invalid, field, words)
    placement.refresh_from_db()
    assert placement.ended_on is None


def test_ending_a_placement_by_a_stale_page_does_not_end_it_twice(cast, child):
    placement = started(cast, child)
    stale = Placement.objects.get(pk=placement.pk)
    ended(cast, placement)
    with pytest.raises(Invalid, match="has an end already"):
        ended(cast, stale, ended_on=day(3, 12))


# --- known from a return ----------------------------------------------------------------------------------------------


def returned(cast, child, **fields):
    fields = {"type": "K2", "followed_from": None, "from_return": True} | fields
    return cast.placement(child, day(1, 10), **fields)


def test_taking_a_placement_on(cast, child):
    placement, home = returned(cast, child), cast.home()
    take_on(placement=placement, followed_from=day(3, 15), home=home, by=cast.amy, as_of=NOW)
    placement.refresh_from_db()
    assert (placement.followed_from, placement.home, placement.provider) == (day(3, 15), home, home.provider)
    assert placement.history.first().history_user == cast.amy
    with pytest.raises(Invalid, match="followed since 15 March 2022"):
        take_on(placement=placement, followed_from=day(3, 1), by=cast.amy, as_of=NOW)


@pytest.mark.parametrize(
    ("followed_from", "words"), [(day(1, 9), "on or after 10 January 2022"), (day(3, 16), "today or in the past")]
)
def test_it_is_not_taken_on_before_it_began_nor_ahead(cast, child, followed_from, words):
    with pytest.raises(Invalid) as invalid:
        take_on(placement=returned(cast, child), followed_from=followed_from, by=cast.amy, as_of=NOW)
    says(invalid, "followed_from", words)


def test_an_ended_placement_is_not_taken_on(cast, child):
    placement = returned(cast, child, ended_on=day(3, 15))
    with pytest.raises(Invalid, match="ended on 15 March 2022"):
        take_on(placement=placement, followed_from=day(3, 1), by=cast.amy, as_of=NOW)


def test_saying_where_she_is(cast, child):
    placement, home = returned(cast, child), cast.home()
    say_where(placement=placement, home=home, by=cast.amy, as_of=NOW)
    placement.refresh_from_db()
    assert placement.home == home
    with pytest.raises(Invalid, match="on record already"):
        say_where(placement=placement, home=cast.home(), by=cast.amy, as_of=NOW)


# --- one child, one place ---------------------------------------------------------------------------------------------


def insert(child, start, end):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO placements_placement (child_id, type, provider_kind, basis, until_18, started_on, ended_on,"
            " why, end_reason, end_note, postcode, from_return, urn, followed_from)"
            " VALUES (%s, 'U6', '', 'planned', false, %s, %s, '', '', '', '', false, '', %s)",
            [child.pk, start, end, start],
        )


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (day(3, 5), None, "one_placement_at_once"),
        (day(2, 1), day(3, 2), "one_placement_at_once"),
        (day(2, 10), day(2, 9), "placement_dated"),
    ],
)
def test_the_database_refuses_it_too(cast, child, start, end, name):
    started(cast, child)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        insert(child, start, end)


def test_the_day_one_ends_is_a_day_the_next_may_start(cast, child):
    started(cast, child)
    insert(child, day(2, 1), day(3, 1))
    assert Placement.objects.count() == 2


steps = st.lists(
    st.tuples(st.sampled_from(["start", "move", "end", "call off", "raw"]), st.integers(-60, 40), st.integers(0, 50)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_nothing_anybody_does_leaves_her_in_two_places(cast, child, steps):
    """Any acts in any order, and rows written past the actions: no day ever has two placements."""
    outside = transaction.savepoint()
    try:
        for act, offset, length in steps:
            when = TODAY + dt.timedelta(days=offset)
            latest = Placement.objects.filter(child=child).order_by("-started_on", "-pk").first()
            try:
                if act == "start":
                    started(cast, child, started_on=when)
                elif act == "raw":
                    with transaction.atomic():
                        insert(child, when, when + dt.timedelta(days=length))
                elif latest and act == "move":
                    moved(cast, latest, moved_on=when)
                elif latest and act == "end":
                    ended(cast, latest, ended_on=when)
                elif latest:
                    call_off_placement(placement=latest, why="w", by=cast.amy, as_of=NOW)
            except (Invalid, Conflict, IntegrityError):
                pass
            covered = [
                (p.started_on, p.ended_on or dt.date.max)
                for p in Placement.objects.filter(child=child)
                if p.ended_on is None or p.ended_on > p.started_on
            ]
            covered.sort()
            assert all(end <= following for (_, end), (following, _) in pairwise(covered))
            assert all(start <= end for start, end in covered)
    finally:
        transaction.savepoint_rollback(outside)


def test_a_manager_is_not_left_in_a_placement_that_has_ended(cast, child):
    placement = started(cast, child, type="K2", home=cast.home())
    post = cast.manager(placement, at(day(3, 10), 18))
    ended(cast, placement)
    post.refresh_from_db()
    assert post.ended_at == post.started_at
    assert not ManagerPost.objects.filter(ended_at__isnull=True).exists()
