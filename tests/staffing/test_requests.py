"""What is asked of a rota and how it is answered: swaps, taking a carer off, and waiving checks in an emergency."""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children.models import Allocation, Decision
from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage, Refusal
from placements.models import ManagerPost
from staffing.actions.requests import (
    ask_off_rota,
    ask_swap,
    confirm_off_rota,
    decide_swap,
    still_on,
    waive_checks,
    withdraw_request,
)
from staffing.actions.rota import assign, take_off
from staffing.actions.weeks import copy_week, publish
from staffing.models import Assignment, CheckWaiver, RotaRequest, Shift, StaffingPlan, StandDown, Swap
from tests.cast import at

MONDAY = dt.date(2022, 3, 7)
NOW = at(dt.date(2022, 3, 4), 10)


@contextmanager
def refused(code):
    with pytest.raises(Refused) as refusal:
        yield refusal
    assert refusal.value.code == code


@pytest.fixture
def placement(cast):
    placement = cast.unregistered(cast.child(), dt.date(2022, 2, 1))
    cast.supplies(placement)
    cast.allocate(placement.child, cast.ines, part=Allocation.Part.IRO)
    return placement


@pytest.fixture
def carer(cast, placement):
    return cast.carer()


@pytest.fixture
def other(cast, placement):
    return cast.carer("Sedge")


@pytest.fixture
def shift(cast, placement, carer):
    shift = cast.shift(placement, MONDAY, leader=carer)
    cast.puts(carer, shift)
    return shift


def told():
    return {message.to for message in OutboxMessage.objects.all()}


def nobody_named():
    for message in OutboxMessage.objects.all():
        for name in ("Corin", "Reed", "Sedge", "Robin", "Meadow"):
            assert name not in message.subject + message.body


# --- swaps ------------------------------------------------------------------------------------------------------------


def asked(cast, shift, outgoing, incoming=None, **fields):
    fields = {"reason": "Ill.", "by": cast.carl, "as_of": NOW} | fields
    return ask_swap(shift=shift, outgoing=outgoing, incoming=incoming, **fields)


def decided(cast, swap, approve=True, **fields):
    return decide_swap(swap=swap, approve=approve, **{"why": "Cover is kept.", "by": cast.amy, "as_of": NOW} | fields)


def on(shift):
    return set(Assignment.objects.standing().filter(shift=shift).values_list("carer__surname", flat=True))


def test_a_swap_is_asked_and_approved_and_the_asker_told(cast, shift, carer, other):
    swap = asked(cast, shift, carer, other)
    assert (swap.state, swap.agency, on(shift)) == ("asked", cast.agency, {"Reed"})
    assert told() == {cast.amy}
    decided(cast, swap)
    shift.refresh_from_db()
    assert (swap.state, swap.decided_by, on(shift), shift.leader) == ("approved", cast.amy, {"Sedge"}, None)
    assert told() == {cast.amy, cast.carl}
    nobody_named()
    decision = Decision.objects.get()
    assert (decision.kind, decision.decider, swap.decision) == ("rota", cast.amy, decision)
    assert decision.what.startswith("A change of staff was approved: Corin Sedge in place of Corin Reed")
    with pytest.raises(Conflict, match="it was approved"):
        decided(cast, swap, approve=False)


def test_a_swap_is_declined_and_the_rota_stays(cast, shift, carer, other):
    version = shift.version
    swap = decided(cast, asked(cast, shift, carer, other), approve=False, why="She knows him best.")
    shift.refresh_from_db()
    assert (swap.state, swap.decided_why, on(shift), shift.version) == (
        "declined",
        "She knows him best.",
        {"Reed"},
        version,
    )


def test_a_swap_during_the_shift_begins_then(cast, shift, carer, other):
    swap = asked(cast, shift, carer, other, as_of=at(MONDAY, 11))
    decided(cast, swap, as_of=at(MONDAY, 12))
    hours = dict(Assignment.objects.values_list("carer__surname", "starts_at"))
    assert hours == {"Reed": at(MONDAY, 8), "Sedge": at(MONDAY, 12)}
    assert Assignment.objects.get(carer=carer).ends_at == at(MONDAY, 12)


@pytest.mark.failing("F23")
@pytest.mark.positive("P7")
@pytest.mark.parametrize("approve", [True, False])
def test_what_the_child_asked_is_analysed_decided_and_on_her_record(cast, placement, shift, carer, approve):
    StaffingPlan.objects.create(
        placement=placement,
        effective_from=at(dt.date(2022, 2, 1)),
        by_day=1,
        by_night=1,
        source="x",
        why="x",
        recorded_by=cast.amy,
    )
    with pytest.raises(Invalid) as invalid:
        asked(cast, shift, carer, child_asked=True)
    assert "analysis" in invalid.value.errors
    swap = asked(cast, shift, carer, child_asked=True, analysis="He sets bedtimes; nothing says he is unsafe.")
    decided(cast, swap, approve=approve, why="Adults decide who works.")
    decision = Decision.objects.get()
    assert swap.decision == decision
    assert decision.child == placement.child
    outcome = "approved" if approve else "declined"
    assert f"was {outcome}: Corin Reed off the shift, the day of 7 March 2022 from 08:00" in decision.what
    effect = (
        "1 carers planned before and 0 after; 1 are needed, so cover is short"
        if approve
        else "1 after; 1 are needed, so cover is exact"
    )
    assert effect in decision.what
    assert "Adults decide who works." in decision.why
    assert "He sets bedtimes" in decision.why
    assert decision.decided_by == "Amy Sparrow (social worker)"


@pytest.mark.failing("F23")
def test_commissioning_asks_for_a_swap_and_does_not_decide_it(cast, shift, carer, other):
    swap = asked(cast, shift, carer, other)
    with refused("DEC-01-STAFF"):
        decided(cast, swap, by=cast.carl)
    swap.refresh_from_db()
    assert (swap.state, on(shift)) == ("asked", {"Reed"})
    assert Refusal.objects.get().action == "decide_swap"


def test_the_placement_manager_decides_a_swap_and_it_is_on_her_record_too(cast, placement, shift, carer):
    ManagerPost.objects.create(placement=placement, name="Paul", account=cast.paul, started_at=at(dt.date(2022, 2, 1)))
    swap = asked(cast, shift, carer, by=cast.priya, child_asked=True, analysis="x")
    assert told() == {cast.amy, cast.paul}
    decided(cast, swap, by=cast.paul)
    assert Decision.objects.get().by_what_authority == "Placement manager, by the decision-rights matrix"


def test_swaps_that_cannot_be(cast, placement, shift, carer, other):
    draft = cast.shift(placement, MONDAY, kind="waking_night", published=False)
    for wrong, field in (
        ({"reason": " "}, "reason"),
        ({"outgoing": other}, "outgoing"),
        ({"incoming": carer}, "incoming"),
        ({"incoming": cast.carer("Elsewhere", agency=cast.provider, since=dt.date(2022, 3, 8))}, "incoming"),
        ({"shift": draft}, ""),
        ({"as_of": at(MONDAY, 20)}, ""),
    ):
        with pytest.raises(Invalid) as invalid:
            asked(cast, **{"shift": shift, "outgoing": carer} | wrong)
        assert list(invalid.value.errors) == [field]
    for stranger in (cast.ines, cast.zoe, cast.lee, cast.dee):
        with pytest.raises(PermissionDenied):
            asked(cast, shift, carer, by=stranger)
    asked(cast, shift, carer, other)
    with pytest.raises(Conflict, match="already waiting"):
        asked(cast, shift, carer)


def test_a_swap_whose_carer_has_gone_meanwhile(cast, shift, carer, other):
    swap = asked(cast, shift, carer, other)
    take_off(assignment=shift.assignments.get(), why="x", by=cast.amy, as_of=NOW)
    with pytest.raises(Conflict, match="no longer on this shift"):
        decided(cast, swap)
    assert decided(cast, swap, approve=False).state == Swap.State.DECLINED


def test_a_swap_asks_every_gate_again(cast, shift, carer, other):
    swap = asked(cast, shift, carer, other)
    StandDown.objects.create(carer=other, starts_at=NOW)
    with refused("STF-09-ROTA"):
        decided(cast, swap)
    assert on(shift) == {"Reed"}


# --- taking a carer off -----------------------------------------------------------------------------------------------


def asks_off(cast, placement, carer, **fields):
    return ask_off_rota(
        placement=placement, carer=carer, **{"reason": "Asleep on nights.", "by": cast.ines, "as_of": NOW} | fields
    )


@pytest.mark.failing("F116")
@pytest.mark.failing("F118")
def test_a_request_is_done_when_the_rota_says_so_and_its_asker_is_told(cast, placement, shift, carer):
    request = asks_off(cast, placement, carer)
    assert request.due_at - request.asked_at == dt.timedelta(hours=24)
    assert told() == {cast.amy}
    confirming = {"request": request, "note": "Taken off.", "as_of": NOW}
    draft = cast.shift(placement, MONDAY + dt.timedelta(days=1), published=False)
    cast.puts(carer, draft)
    with pytest.raises(Invalid, match="still on 2 shifts to come"):
        confirm_off_rota(by=cast.amy, **confirming)
    for assignment in still_on(request, NOW):
        take_off(assignment=assignment, why="Asked.", by=cast.amy, as_of=NOW)
    with refused("DEC-01-STAFF"):
        confirm_off_rota(by=cast.carl, **confirming)
    confirm_off_rota(by=cast.amy, **confirming)
    assert (request.done_at, request.done_by) == (NOW, cast.amy)
    assert cast.ines in told()
    nobody_named()
    with pytest.raises(Conflict, match="already"):
        confirm_off_rota(by=cast.amy, **confirming)


@pytest.mark.parametrize("sees", [True, False])
def test_whoever_asked_is_told_as_long_as_the_child_is_theirs_to_know_of(cast, placement, shift, carer, sees):
    request = asks_off(cast, placement, carer)
    take_off(assignment=shift.assignments.get(), why="Asked.", by=cast.amy, as_of=NOW)
    if not sees:
        assert Allocation.objects.filter(worker=cast.ines).update(ended_on=NOW.date())
    for act, why in ((confirm_off_rota, {"note": "Off it."}), (withdraw_request, {"why": "It was another carer."})):
        OutboxMessage.objects.all().delete()
        act(request=request, by=cast.tom, as_of=NOW, **why)
        assert (cast.ines in told()) == sees, act


def test_shifts_elsewhere_or_over_do_not_keep_a_request_open(cast, placement, carer):
    cast.puts(carer, cast.shift(placement, dt.date(2022, 2, 10)))
    elsewhere = cast.unregistered(cast.child(surname="Other"), dt.date(2022, 2, 1))
    cast.puts(carer, cast.shift(elsewhere, MONDAY))
    request = asks_off(cast, placement, carer)
    assert confirm_off_rota(request=request, note="He was on none.", by=cast.tom, as_of=NOW).done_at


def test_requests_that_cannot_be(cast, placement, carer):
    with pytest.raises(Invalid, match="why they should be taken off"):
        asks_off(cast, placement, carer, reason=" ")
    with pytest.raises(Invalid, match="who works at this placement"):
        asks_off(cast, placement, cast.carer("Elsewhere", agency=cast.provider, since=dt.date(2022, 3, 8)))
    for stranger in (cast.zoe, cast.lee, cast.sam):
        with pytest.raises(PermissionDenied):
            asks_off(cast, placement, carer, by=stranger)
    asks_off(cast, placement, carer)
    with pytest.raises(Conflict, match="already an open request"):
        asks_off(cast, placement, carer, by=cast.tom)
    assert RotaRequest.objects.count() == 1


@pytest.mark.failing("F104")
@pytest.mark.failing("F117")
@pytest.mark.parametrize("done", [True, False])
def test_whoever_is_put_back_is_put_back_in_nobodys_silence(cast, placement, shift, carer, done):
    request = asks_off(cast, placement, carer)
    take_off(assignment=shift.assignments.get(), why="Asked.", by=cast.amy, as_of=NOW)
    if done:
        confirm_off_rota(request=request, note="Off it.", by=cast.amy, as_of=NOW)
    OutboxMessage.objects.all().delete()
    draft = cast.shift(placement, MONDAY + dt.timedelta(days=1), published=False)
    later = NOW + dt.timedelta(hours=1)
    assert assign(shift=draft, carer=carer, by=cast.carl, as_of=later).put_on_at == later
    assert told() == {cast.amy, cast.ines}  # her social worker, and who had asked
    nobody_named()
    assert {reverse("staffing:rota_request", args=[request.pk]) in m.body for m in OutboxMessage.objects.all()} == {
        True
    }
    cast.puts(carer, shift)
    assign(shift=cast.shift(placement, MONDAY + dt.timedelta(days=2)), carer=carer, by=cast.amy, as_of=later)
    assert "though somebody asked that they be taken off" in Decision.objects.latest("pk").what


@pytest.mark.failing("F117")
def test_a_copied_week_leaves_out_whoever_was_to_be_taken_off_and_publishing_says_who_is_on_it(
    cast, placement, shift, carer, other
):
    cast.puts(other, shift)
    asks_off(cast, placement, carer)
    copied = copy_week(
        placement=placement, from_week=MONDAY, to_week=MONDAY + dt.timedelta(days=7), by=cast.carl, as_of=NOW
    )
    assert [each.carer for each in copied.assigned] == [other]
    assert [(who, why) for _, who, why in copied.refused] == [
        (carer, "Somebody asked that they be taken off this rota.")
    ]
    draft = copied.shifts[0]
    assign(shift=draft, carer=carer, by=cast.carl, as_of=NOW)
    Shift.objects.filter(pk=draft.pk).update(leader=other)
    publish(placement=placement, week=MONDAY + dt.timedelta(days=7), by=cast.amy, as_of=NOW)
    assert "though somebody asked that they be taken off: Corin Reed." in Decision.objects.latest("pk").what


@pytest.mark.failing("F119")
def test_a_request_goes_with_her_to_the_next_placement(cast, placement, shift, carer):
    request = asks_off(cast, placement, carer)
    moved = NOW.date() + dt.timedelta(days=1)
    placement.ended_on = moved
    placement.save()
    after = cast.unregistered(placement.child, moved)
    cast.supplies(after, since=moved)
    ManagerPost.objects.create(placement=after, name="Paul", account=cast.paul, started_at=at(moved))
    cast.puts(carer, cast.shift(after, MONDAY + dt.timedelta(days=1)))
    then = at(moved, 13)
    assert still_on(request, then).count() == 2
    with pytest.raises(Conflict, match="already an open request"):
        asks_off(cast, after, carer, by=cast.tom, as_of=then)
    Assignment.objects.update(removed_at=then)
    assert confirm_off_rota(request=request, note="Off it.", by=cast.paul, as_of=then).done_at


@pytest.mark.failing("F104")
def test_who_lets_a_carer_come_back(cast, placement, carer):
    request = asks_off(cast, placement, carer)
    ManagerPost.objects.create(placement=placement, name="Paul", account=cast.paul, started_at=at(dt.date(2022, 2, 1)))
    OutboxMessage.objects.all().delete()
    with pytest.raises(Invalid, match="why the carer may be with the child again"):
        withdraw_request(request=request, why=" ", by=cast.ines, as_of=NOW)
    withdraw_request(request=request, why="It was another carer.", by=cast.ines, as_of=NOW)  # she asked
    assert told() == {cast.amy, cast.paul}
    nobody_named()
    with pytest.raises(Conflict, match="withdrawn"):
        confirm_off_rota(request=request, note="Off it.", by=cast.amy, as_of=NOW)
    again = asks_off(cast, placement, carer)
    confirm_off_rota(request=again, note="Off it.", by=cast.amy, as_of=NOW)
    for who in (cast.carl, cast.paul, cast.ines):  # once it is done, neither who makes the rota nor who asked
        with refused("DEC-01-STAFF"):
            withdraw_request(request=again, why="She asks for him.", by=who, as_of=NOW)
    assert Refusal.objects.filter(action="withdraw_request").count() == 3
    withdraw_request(request=again, why="Looked into: he was not there.", by=cast.tom, as_of=NOW)
    draft = cast.shift(placement, MONDAY, published=False)
    OutboxMessage.objects.all().delete()
    assign(shift=draft, carer=carer, by=cast.carl, as_of=NOW)
    assert not told()


# --- waiving checks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def unchecked(cast, placement):
    carer = cast.carer("Rush", checked=False)
    cast.check(carer, "identity", "right_to_work", on=dt.date(2022, 2, 1))
    return carer


def waives(cast, placement, carer, **fields):
    fields = {"starts_at": NOW, "hours": 48, "reason": "Two carers are ill.", "by": cast.tom, "as_of": NOW} | fields
    return waive_checks(carer=carer, placement=placement, **fields)


def test_checks_are_waived_for_48_hours_and_those_who_answer_for_her_are_told(cast, placement, unchecked):
    night = cast.shift(placement, NOW.date(), kind="waking_night", published=False)
    with refused("STF-01-ROTA"):
        assign(shift=night, carer=unchecked, by=cast.amy, as_of=NOW)
    waiver = waives(cast, placement, unchecked)
    assert waiver.ends_at == NOW + dt.timedelta(hours=48)
    assert waiver.missing == ["dbs", "reference_last", "reference_other", "leaving", "history", "qualifications"]
    assert told() == {cast.amy, cast.ines}
    nobody_named()
    assert assign(shift=night, carer=unchecked, by=cast.amy, as_of=NOW)
    after = cast.shift(placement, MONDAY, published=False)
    with refused("STF-01-ROTA"):
        assign(shift=after, carer=unchecked, by=cast.amy, as_of=NOW)


def test_who_waives_never_commissioning_and_at_most_once(cast, placement, unchecked):
    with refused("STF-01-WAIVE") as refusal:
        waives(cast, placement, unchecked, by=cast.carl)
    assert "never waived from commissioning" in refusal.value.sentence
    for stranger in (cast.amy, cast.paul, cast.todd, cast.dee):
        with pytest.raises(PermissionDenied):
            waives(cast, placement, unchecked, by=stranger)
    with refused("STF-01-WAIVE"):
        waives(cast, placement, unchecked, hours=49)
    waives(cast, placement, unchecked, by=cast.dora, hours=1)
    with refused("STF-01-WAIVE") as refusal:
        waives(cast, placement, unchecked, by=cast.hana)
    assert "already waived once" in refusal.value.sentence
    assert Refusal.objects.filter(code="STF-01-WAIVE").count() == 3
    assert CheckWaiver.objects.count() == 1


def test_not_at_two_placements_of_a_council_in_the_same_48_hours(cast, placement, unchecked):
    second = cast.unregistered(cast.child(surname="Hill"), placement.started_on)
    theirs = cast.child(surname="Moor", authority=cast.south, team=cast.south_team, worker=cast.zoe)
    elsewhere = cast.unregistered(theirs, placement.started_on)
    waives(cast, placement, unchecked, hours=1)
    with pytest.raises(Refused, match="another placement within the same 48 hours"):
        waives(cast, second, unchecked, starts_at=NOW + dt.timedelta(hours=47))
    with refused("STF-01-WAIVE") as refusal:  # 48 hours in all: not 48 at each placement, nor in each council
        waives(cast, second, unchecked, starts_at=NOW + dt.timedelta(hours=48))
    assert "48 hours in all" in refusal.value.sentence
    assert waives(cast, second, unchecked, starts_at=NOW + dt.timedelta(hours=48), hours=7)
    with refused("STF-01-WAIVE") as refusal:
        waives(cast, elsewhere, unchecked, by=cast.todd, hours=41)
    assert (
        placement.child.surname not in refusal.value.sentence + refusal.value.remedy
    )  # nor is one council told of the other's
    assert waives(cast, elsewhere, unchecked, by=cast.todd, hours=40)


def test_what_was_waived_before_the_checks_were_complete_counts_no_more(cast, placement, unchecked):
    theirs = cast.child(surname="Moor", authority=cast.south, team=cast.south_team, worker=cast.zoe)
    elsewhere = cast.unregistered(theirs, placement.started_on)
    waives(cast, placement, unchecked)
    complete = NOW.date() + dt.timedelta(days=3)
    cast.check(unchecked, "dbs", "reference_last", "reference_other", "leaving", "qualifications", on=complete)
    cast.check(unchecked, "history", on=complete, valid_until=complete + dt.timedelta(days=20))
    later = NOW + dt.timedelta(days=40)
    assert waives(cast, elsewhere, unchecked, by=cast.todd, starts_at=later, as_of=later).missing == ["history"]


def test_waivers_that_cannot_be(cast, placement, unchecked, carer):
    for wrong, field in (
        ({"hours": 0}, "hours"),
        ({"reason": ""}, "reason"),
        ({"starts_at": NOW - dt.timedelta(hours=1)}, "starts_at"),
        ({"starts_at": NOW + dt.timedelta(hours=49)}, "starts_at"),
        ({"carer": carer}, ""),  # nothing is missing
    ):
        with pytest.raises(Invalid) as invalid:
            waives(cast, **{"placement": placement, "carer": unchecked} | wrong)
        assert list(invalid.value.errors) == [field]
    StandDown.objects.create(carer=unchecked, starts_at=NOW)
    with refused("STF-09-ROTA"):
        waives(cast, placement, unchecked)
    assert not CheckWaiver.objects.exists()
