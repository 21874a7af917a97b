"""What may be written on a child's own record, and what may not."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection

from children.actions import (
    add_child,
    allocate,
    describe_child,
    end_allocation,
    end_care,
    open_file,
    record_decision,
    record_legal_status,
    start_care,
)
from children.models import Allocation, CareEpisode, Child, FileRead
from core.errors import Conflict, Invalid
from placements.actions import start_placement
from tests.cast import at

NOW = at(dt.date(2022, 3, 15), 10)
BORN = dt.date(2008, 6, 1)
DETAILS = {"forename": "Wren", "surname": "Field", "sex": "F", "date_of_birth": BORN}


def day(month, number, year=2022):
    return dt.date(year, month, number)


def added(cast, **fields):
    fields = DETAILS | {"looked_after_from": day(1, 10), "need": "N1", "legal_status": "C1"} | fields
    return add_child(**fields, by=cast.amy, as_of=NOW)


def says(invalid, field, words):
    assert words in invalid.value.errors[field]


# --- add and describe -------------------------------------------------------------------------------------------------


def test_a_child_is_added_straight_into_care(cast):
    child = added(cast)
    assert child.authority == cast.north
    assert child.team == cast.team
    assert Child.objects.visible_to(cast.amy).get() == child
    episode, status = child.care_episodes.get(), child.legal_statuses.get()
    assert (episode.started_on, episode.need, episode.ended_on) == (day(1, 10), "N1", None)
    assert (status.started_on, status.code, status.ended_on) == (day(1, 10), "C1", None)
    assert child.history.get().history_user == cast.amy
    assert episode.history.get().history_change_reason == "add_child"


def test_a_child_may_be_added_who_is_not_looked_after(cast):
    child = add_child(**DETAILS, by=cast.amy, as_of=NOW)
    assert not child.care_episodes.exists()
    assert not child.legal_statuses.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"date_of_birth": day(3, 16)}, "date_of_birth", "must be today or in the past"),
        ({"date_of_birth": dt.date(1922, 6, 1)}, "date_of_birth", "Check the year"),
        ({"forename": "  "}, "forename", "Enter the child’s first name"),
        ({"sex": "X"}, "sex", "Select the child’s sex"),
        ({"upn": "12345"}, "upn", "Unique pupil number must be"),
        ({"nhs_number": "999 000 0019"}, "nhs_number", "one is wrong"),
        ({"own_childs_birth": day(1, 1)}, "own_childs_birth", "only if the child is a mother"),
        ({"need": ""}, "need", "Select the category of need"),
        ({"legal_status": ""}, "legal_status", "Select the legal status"),
        ({"looked_after_from": None}, "looked_after_from", "Enter the date the child became looked after"),
        ({"looked_after_from": day(3, 16)}, "looked_after_from", "must be today or in the past"),
        ({"looked_after_from": dt.date(2008, 5, 31)}, "looked_after_from", "when the child was born"),
    ],
)
def test_what_cannot_be_so_is_not_written(cast, wrong, field, words):
    with pytest.raises(Invalid) as invalid:
        added(cast, **wrong)
    says(invalid, field, words)
    assert not Child.objects.exists()
    assert not Child.history.model.objects.exists()


def test_a_child_always_has_a_responsible_team(cast):
    una = cast.person("una", "Una Knot", "social_worker", team=None)
    with pytest.raises(Invalid, match="in no team"):
        add_child(**DETAILS, by=una, as_of=NOW)
    with pytest.raises(PermissionDenied):
        add_child(**DETAILS, team=cast.south_team, by=cast.amy, as_of=NOW)


def test_numbers_are_tidied(cast):
    child = added(cast, upn=" a1234567 89012", nhs_number="999 000 0018")
    assert (child.upn, child.nhs_number) == ("A123456789012", "9990000018")


def test_the_same_number_in_the_return_twice_is_a_conflict(cast):
    added(cast, external_id="7001")
    with pytest.raises(Conflict, match="already recorded"):
        added(cast, external_id="7001")


def test_describing_changes_only_what_is_given_and_says_who(cast):
    child = added(cast, known_as="Jay")
    describe_child(child=child, language="Welsh", by=cast.tom, as_of=NOW)
    child.refresh_from_db()
    assert (child.language, child.known_as) == ("Welsh", "Jay")
    assert child.history.first().history_user == cast.tom
    with pytest.raises(TypeError, match="authority"):
        describe_child(child=child, authority=cast.south, by=cast.tom, as_of=NOW)


def test_her_birth_cannot_move_past_her_coming_into_care(cast):
    child = added(cast)
    with pytest.raises(Invalid) as invalid:
        describe_child(child=child, date_of_birth=day(1, 11), by=cast.amy, as_of=NOW)
    says(invalid, "date_of_birth", "on or before 10 January 2022")


@pytest.mark.parametrize("who", ["carl", "dee", "ines", "lola", "sam", "zoe"])
def test_who_may_not_write_on_her_record(cast, who):
    child = added(cast)
    with pytest.raises(PermissionDenied):
        describe_child(child=child, known_as="Jay", by=getattr(cast, who), as_of=NOW)


# --- being looked after -----------------------------------------------------------------------------------------------


def test_a_new_legal_status_ends_the_one_before_on_the_day(cast):
    child = added(cast)
    record_legal_status(child=child, code="C2", started_on=day(3, 1), by=cast.amy, as_of=NOW)
    assert list(child.legal_statuses.values_list("code", "started_on", "ended_on")) == [
        ("C1", day(1, 10), day(3, 1)),
        ("C2", day(3, 1), None),
    ]


@pytest.mark.parametrize(
    ("code", "started_on", "field", "words"),
    [
        ("C1", day(3, 1), "code", "already has this legal status"),
        ("C2", day(3, 16), "started_on", "today or in the past"),
        ("C2", day(1, 9), "started_on", "was not looked after on 9 January 2022"),
        ("DOL", day(3, 1), "code", "Select the legal status"),
    ],
)
def test_a_legal_status_that_cannot_be(cast, code, started_on, field, words):
    child = added(cast)
    with pytest.raises(Invalid) as invalid:
        record_legal_status(child=child, code=code, started_on=started_on, by=cast.amy, as_of=NOW)
    says(invalid, field, words)
    assert child.legal_statuses.get().ended_on is None


def test_a_legal_status_is_not_slipped_in_before_a_later_one(cast):
    child = added(cast)
    record_legal_status(child=child, code="C2", started_on=day(3, 1), by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid) as invalid:
        record_legal_status(child=child, code="V2", started_on=day(2, 1), by=cast.amy, as_of=NOW)
    says(invalid, "started_on", "from 1 March 2022")


def test_ceasing_to_be_looked_after_ends_everything_that_day_but_a_courts_order(cast):
    child = added(cast)
    allocation = allocate(
        child=child, worker=cast.ben, part="social_worker", started_on=day(1, 10), by=cast.tom, as_of=NOW
    )
    placement = start_placement(
        child=child, type="U6", started_on=day(1, 10), why="Near her school.", by=cast.amy, as_of=NOW
    )
    manager = cast.manager(placement, at(day(1, 11)))
    order = cast.dol_order(child, day(1, 12))
    end_care(child=child, ended_on=day(3, 14), end_reason="E4A", by=cast.amy, as_of=NOW)
    for record in (allocation, placement, manager, order):
        record.refresh_from_db()
    episode = child.care_episodes.get()
    assert (episode.ended_on, episode.end_reason) == (day(3, 14), "E4A")
    assert child.legal_statuses.get().ended_on == day(3, 14)
    assert allocation.ended_on == day(3, 14)
    assert placement.ended_on == day(3, 14)
    assert manager.ended_at == at(day(3, 14), 0)
    assert order.discharged_on is None


def test_care_does_not_end_before_a_placement_that_began_later(cast):
    child = added(cast)
    start_placement(child=child, type="U6", started_on=day(3, 10), why="w", by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid) as invalid:
        end_care(child=child, ended_on=day(3, 9), end_reason="E4A", by=cast.amy, as_of=NOW)
    says(invalid, "ended_on", "started on 10 March 2022")
    assert child.care_episodes.get().ended_on is None


def test_she_may_become_looked_after_again(cast):
    child = added(cast)
    end_care(child=child, ended_on=day(2, 1), end_reason="E4B", by=cast.amy, as_of=NOW)
    again = {"child": child, "need": "N4", "legal_status": "V2", "by": cast.amy, "as_of": NOW}
    with pytest.raises(Invalid) as invalid:
        start_care(started_on=day(1, 31), **again)
    says(invalid, "started_on", "on or after 1 February 2022")
    start_care(started_on=day(2, 20), **again)
    with pytest.raises(Invalid) as invalid:
        start_care(started_on=day(2, 21), **again)
    says(invalid, "started_on", "still is")
    assert CareEpisode.objects.filter(child=child).count() == 2


def test_care_ends_once(cast):
    child = added(cast)
    end_care(child=child, ended_on=day(2, 1), end_reason="E4B", by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="not looked after"):
        end_care(child=child, ended_on=day(2, 2), end_reason="E4B", by=cast.amy, as_of=NOW)


# --- allocation -------------------------------------------------------------------------------------------------------


def allocated(cast, child, **fields):
    fields = {"worker": cast.amy, "part": "social_worker", "started_on": day(1, 10), "by": cast.tom} | fields
    return allocate(child=child, as_of=NOW, **fields)


def test_an_allocation_gives_access_and_its_end_takes_it_away(cast):
    child = added(cast)
    assert not Child.objects.visible_to(cast.ines).exists()
    allocation = allocated(cast, child, worker=cast.ines, part="iro")
    assert Child.objects.visible_to(cast.ines).get() == child
    end_allocation(allocation=allocation, ended_on=day(3, 15), end_reason="LEFTRL", by=cast.tom, as_of=NOW)
    assert not Child.objects.visible_to(cast.ines).exists()
    assert [row.history_user for row in allocation.history.all()] == [cast.tom, cast.tom]


def test_her_team_becomes_her_social_workers(cast):
    child = cast.child(team=None, worker=False)
    allocated(cast, child, by=cast.dora)
    child.refresh_from_db()
    assert child.team == cast.team


def test_two_people_cannot_be_her_social_worker_at_once(cast):
    child = added(cast)
    allocated(cast, child)
    with pytest.raises(Conflict, match="End theirs first"):
        allocated(cast, child, worker=cast.ben)
    allocated(cast, child, worker=cast.ben, part="second_worker")
    assert Allocation.objects.count() == 2


def test_one_hands_over_to_another_on_the_same_day(cast):
    child = added(cast)
    first = allocated(cast, child)
    ending = {"ended_on": day(2, 1), "end_reason": "TSPROC", "by": cast.tom, "as_of": NOW}
    end_allocation(allocation=first, handover="She sleeps with the light on.", **ending)
    assert allocated(cast, child, worker=cast.ben, started_on=day(2, 1)).worker == cast.ben


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"part": "iro"}, "worker", "Amy Sparrow (social worker) cannot have this role"),
        ({"part": "friend"}, "part", "Select their role"),
        ({"started_on": day(3, 16)}, "started_on", "today or in the past"),
    ],
)
def test_an_allocation_that_cannot_be(cast, wrong, field, words):
    child = added(cast)
    with pytest.raises(Invalid) as invalid:
        allocated(cast, child, **wrong)
    says(invalid, field, words)
    assert not Allocation.objects.exists()


def test_nobody_from_elsewhere_or_gone_is_allocated(cast):
    child = added(cast)
    with pytest.raises(Invalid, match="works here now"):
        allocated(cast, child, worker=cast.zoe)
    cast.ben.is_active = False
    cast.ben.save()
    with pytest.raises(Invalid, match="works here now"):
        allocated(cast, child, worker=cast.ben)


@pytest.mark.parametrize("who", ["amy", "carl", "todd"])
def test_who_may_not_allocate(cast, who):
    child = added(cast)
    with pytest.raises(PermissionDenied):
        allocated(cast, child, by=getattr(cast, who))


def test_an_allocation_does_not_end_before_it_starts_nor_twice(cast):
    child = added(cast)
    allocation = allocated(cast, child)
    ending = {"allocation": allocation, "end_reason": "OTHERS", "handover": "Ask.", "by": cast.tom, "as_of": NOW}
    with pytest.raises(Invalid) as invalid:
        end_allocation(ended_on=day(1, 9), **ending)
    says(invalid, "ended_on", "on or after 10 January 2022")
    end_allocation(ended_on=day(2, 1), **ending)
    with pytest.raises(Invalid, match="ended on 1 February 2022"):
        end_allocation(ended_on=day(2, 2), **ending)


# --- decisions and reading --------------------------------------------------------------------------------------------


def decided(cast, child, **fields):
    fields = {
        "decided_on": day(3, 1),
        "what": "She stays at her school.",
        "why": "She asked to.",
        "decided_by": "Tom Heron",
        "by_what_authority": "Team manager",
        "by": cast.amy,
    } | fields
    return record_decision(child=child, as_of=NOW, **fields)


def test_a_decision_is_recorded_once_and_never_changed(cast):
    child = added(cast)
    decision = decided(cast, child)
    assert decision.recorded_by == cast.amy
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match=r"permission denied|append-only"):
        cursor.execute("UPDATE children_decision SET what = 'x' WHERE id = %s", [decision.pk])


@pytest.mark.parametrize("field", ["what", "why", "decided_by", "by_what_authority"])
def test_a_decision_says_what_why_who_and_by_what_authority(cast, field):
    child = added(cast)
    with pytest.raises(Invalid) as invalid:
        decided(cast, child, **{field: " "})
    assert list(invalid.value.errors) == [field]


def test_a_decision_is_not_taken_tomorrow_nor_recorded_by_a_commissioner(cast):
    child = added(cast)
    with pytest.raises(Invalid, match="today or in the past"):
        decided(cast, child, decided_on=day(3, 16))
    with pytest.raises(PermissionDenied):  # a commissioner records no decision but their own
        decided(cast, child, by=cast.carl)


def test_opening_a_file_is_kept(cast):
    child = added(cast)
    open_file(child=child, page="child", by=cast.tom, as_of=NOW)
    read = FileRead.objects.get()
    assert (read.child, read.by, read.page) == (child, cast.tom, "child")
    with pytest.raises(PermissionDenied):
        open_file(child=child, page="child", by=cast.sam, as_of=NOW)
