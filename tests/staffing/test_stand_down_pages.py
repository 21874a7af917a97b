"""The pages of stand-downs, swaps, requests and waivers: who opens which, what each shows, and what typing is kept."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import Allocation
from core import clock
from core.models import OutboxMessage, Refusal
from placements.models import ManagerPost
from staffing.actions.requests import ask_off_rota, ask_swap, confirm_off_rota
from staffing.actions.rota import take_off
from staffing.actions.stand_downs import propose_lift, stand_down
from staffing.models import Assignment, CheckWaiver, Lift, RotaRequest, Shift, StandDown, StandDownCase, Swap
from tests.cast import at

REASON = "Found asleep on three waking nights."


def today():
    return clock.local_date(clock.now())


def in_days(number):
    return today() + dt.timedelta(days=number)


@pytest.fixture
def placement(cast):
    placement = cast.unregistered(cast.child(), in_days(-100))
    cast.supplies(placement)
    cast.allocate(placement.child, cast.ines, part=Allocation.Part.IRO)
    ManagerPost.objects.create(placement=placement, name="Paul", account=cast.paul, started_at=at(in_days(-90)))
    return placement


@pytest.fixture
def carer(cast, placement):
    return cast.carer(checked=in_days(-60), since=in_days(-60))


@pytest.fixture
def shift(cast, placement, carer):
    shift = cast.shift(placement, in_days(3), leader=carer)
    cast.puts(carer, shift)
    return shift


@pytest.fixture
def standing(cast, placement, carer, shift):
    return stand_down(carer=carer, reason=REASON, placement=placement, by=cast.amy, as_of=clock.now())


def address(name, record):
    return reverse(f"staffing:{name}", args=[record.pk])


def opened(client, user, name, record):
    client.force_login(user)
    return client.get(address(name, record))


def sent(client, user, name, record, **data):
    client.force_login(user)
    return client.post(address(name, record), data)


def words(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def moment(name, instant):
    local = instant.astimezone(clock.LONDON)
    return {
        f"{name}_day": local.day,
        f"{name}_month": local.month,
        f"{name}_year": local.year,
        f"{name}_time": f"{local:%H:%M}",
    }


# --- who opens which --------------------------------------------------------------------------------------------------


def test_strangers_are_told_nothing_and_colleagues_without_the_power_are_refused(
    client, cast, placement, carer, shift, standing
):
    now = clock.now()
    lift = propose_lift(case=standing.case, reason="x", by=cast.amy, as_of=now)
    other = cast.carer("Sedge", checked=in_days(-60), since=in_days(-60))
    cast.puts(other, shift)
    swap = ask_swap(shift=shift, outgoing=other, reason="x", by=cast.carl, as_of=now)
    request = ask_off_rota(placement=placement, carer=other, reason="x", by=cast.amy, as_of=now)
    pages = [
        ("stand_down_carer", carer, cast.amy, cast.zoe, cast.carl),
        ("stand_down", standing, cast.carl, cast.zoe, cast.lola),
        ("hold", standing, cast.lee, None, cast.amy),
        ("release", standing, cast.lee, None, cast.amy),
        ("propose_lift", standing, cast.tom, cast.zoe, cast.carl),
        ("approve_lift", lift, cast.paul, cast.zoe, cast.carl),
        ("withdraw_lift", lift, cast.amy, cast.paul, cast.carl),
        ("waive", carer, cast.tom, cast.todd, cast.amy),
        ("ask_swap", shift, cast.priya, cast.zoe, cast.ines),
        ("swap", swap, cast.priya, cast.zoe, cast.lee),
        ("decide_swap", swap, cast.paul, cast.zoe, cast.priya),
        ("ask_off_rota", placement, cast.ines, cast.zoe, cast.lee),
        ("rota_request", request, cast.ines, cast.zoe, cast.lee),
        ("confirm_off_rota", request, cast.paul, cast.zoe, cast.ines),
    ]
    for name, record, one, stranger, colleague in pages:
        assert opened(client, one, name, record).status_code == 200, name
        if stranger is not None:
            assert opened(client, stranger, name, record).status_code == 404, name
        assert opened(client, colleague, name, record).status_code == 403, name
    lado = cast.person("lou", "Lou Teal", "lado", authority=cast.south)
    for name in ("hold", "release"):
        assert opened(client, lado, name, standing).status_code == 404


# --- standing down ----------------------------------------------------------------------------------------------------


def test_a_carer_is_stood_down_and_the_page_says_which_shifts_are_short(client, cast, placement, carer, shift):
    cast.dol_order(placement.child, in_days(-10))
    response = sent(client, cast.priya, "stand_down_carer", carer, reason=REASON, placement=placement.pk)
    standing = StandDown.objects.get()
    assert response.url == address("stand_down", standing)
    shown = words(client.get(response.url))
    assert StandDown.NOTICE in shown
    assert "Short by 5 0 of 5" in shown
    assert "No leader" in shown
    assert standing.case.stood_down_by == cast.priya


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, cast, placement, carer):
    cast.puts(carer, cast.shift(placement, in_days(3)))
    response = sent(client, cast.paul, "stand_down_carer", carer, reason="Kept words")
    assert response.status_code == 422
    assert "Select the placement where it arose" in words(response)
    assert b"Kept words" in response.content
    assert not StandDown.objects.exists()


def test_only_safeguarding_is_offered_to_hold_it_at_once_and_reads_which_shifts_are_short(
    client, cast, placement, carer
):
    assert b"Hold it" not in opened(client, cast.amy, "stand_down_carer", carer).content
    assert b"Hold it" in opened(client, cast.lee, "stand_down_carer", carer).content
    assert b"Robin" not in client.get(address("stand_down_carer", carer)).content  # the LADO reaches no child
    shift = cast.shift(placement, in_days(3))
    cast.puts(carer, shift)
    cast.dol_order(placement.child, in_days(-10))
    sent(client, cast.lee, "stand_down_carer", carer, reason=REASON, held="on")
    assert StandDownCase.objects.get().held
    response = opened(client, cast.lee, "stand_down", StandDown.objects.get())
    assert re.search(rf"08:00 to 20:00 Placement {placement.pk} Short by 5 0 of 5", words(response))
    assert b"Robin" not in response.content
    assert address("shift", shift).encode() not in response.content


def test_a_provider_a_commissioner_and_another_council_read_the_notice_and_nothing_else(
    client, cast, placement, carer, standing
):
    south = cast.unregistered(
        cast.child(surname="Hill", authority=cast.south, team=cast.south_team, worker=cast.zoe), in_days(-50)
    )
    cast.supplies(south)
    for reader in (cast.paul, cast.priya, cast.carl, cast.ines, cast.zoe, cast.todd):
        shown = words(opened(client, reader, "stand_down", standing)).replace("Held in Mind", "")
        assert StandDown.NOTICE in shown
        assert "Stood down by Safeguarding" in shown
        for told in ("asleep", "Amy Sparrow", "Propose", "Held"):
            assert told not in shown, (reader, told)
    for reader in (cast.amy, cast.tom, cast.hana, cast.lee, cast.sal):
        assert REASON in words(opened(client, reader, "stand_down", standing))
    assert "Robin" not in words(opened(client, cast.lee, "stand_down", standing))
    assert "Robin" not in words(opened(client, cast.zoe, "stand_down", standing))
    assert "Robin" in words(opened(client, cast.priya, "stand_down", standing))


def test_two_stand_downs_for_different_reasons_read_the_same(client, cast, placement, carer, standing):
    first = words(opened(client, cast.priya, "stand_down", standing))
    other = cast.carer(
        "Reed", forename="Corin", date_of_birth=dt.date(1990, 1, 1), checked=in_days(-60), since=in_days(-60)
    )
    cast.puts(other, cast.shift(placement, in_days(3), kind="sleep_in", leader=other))
    second = stand_down(
        carer=other, reason="The child alleges he hit her.", by=cast.lee, held=True, as_of=standing.starts_at
    )
    again = words(opened(client, cast.priya, "stand_down", second))
    assert again.replace("Sleep-in", "Day").replace("20:00 to 08:00", "08:00 to 20:00") == first


def test_the_page_costs_the_same_however_many_shifts_it_lists(client, cast, placement, carer, shift):
    def cost(standing):
        client.force_login(cast.amy)
        client.get(address("stand_down", standing))  # the first page after signing in asks more
        with CaptureQueriesContext(connection) as taken:
            assert client.get(address("stand_down", standing)).status_code == 200
        return len(taken)

    few = cost(stand_down(carer=carer, reason="x", placement=placement, by=cast.amy, as_of=clock.now()))
    many = cast.carer("Sedge", checked=in_days(-60), since=in_days(-60))
    for n in range(1, 9):
        cast.puts(many, cast.shift(placement, in_days(n), kind="sleep_in", hours=(20, 23), leader=many))
    later = stand_down(carer=many, reason="x", placement=placement, by=cast.amy, as_of=clock.now())
    assert cost(later) == few
    assert few <= 32


def test_the_carers_own_page_says_what_binds_them_and_offers_each_what_they_may_do(client, cast, carer, standing):
    offered = {"amy": ("Stand the carer down",), "tom": ("Stand the carer down", "Waive checks"), "carl": ()}
    for name, acts in offered.items():
        shown = words(opened(client, getattr(cast, name), "carer", carer))
        assert StandDown.NOTICE in shown
        for act in ("Stand the carer down", "Waive checks"):
            assert (act in shown) == (act in acts), (name, act)


# --- holding and lifting ----------------------------------------------------------------------------------------------


def test_three_people_lift_it_on_their_own_pages(client, cast, standing):
    response = sent(client, cast.amy, "propose_lift", standing, reason="Cleared by the inquiry.")
    assert response.url == address("stand_down", standing)
    lift = Lift.objects.get()
    assert "never a reason to lift" in words(opened(client, cast.tom, "propose_lift", standing))
    assert sent(client, cast.tom, "approve_lift", lift, seat="social_worker", reason="I agree.").status_code == 302
    shown = words(opened(client, cast.paul, "approve_lift", lift))
    for told in ("asleep", "Cleared by the inquiry", "I agree", "Tom Heron"):
        assert told not in shown
    assert "Social worker Approved" in shown
    assert sent(client, cast.paul, "approve_lift", lift, seat="placement_manager", reason="Safe.").status_code == 302
    assert "Approve lifting it" in words(opened(client, cast.lee, "stand_down", standing))
    assert sent(client, cast.lee, "approve_lift", lift, seat="safeguarding", reason="Closed.").status_code == 302
    standing.refresh_from_db()
    assert standing.lifted_at is not None
    # Who lifted it, and why, stays on its page: the reasons for those who see the case, the names for the IRO too.
    for reader in (cast.amy, cast.tom, cast.lee, cast.sal):
        shown = words(opened(client, reader, "stand_down", standing))
        assert re.search(r"Proposed .* by Amy Sparrow Cleared by the inquiry\.", shown)
        assert re.search(r"Social worker Approved .* by Tom Heron I agree\.", shown)
        assert "1 stand-down that ended" in words(opened(client, reader, "carer", standing.carer))
    told = words(opened(client, cast.ines, "stand_down", standing))
    for name in ("Amy Sparrow", "Tom Heron", "Paul Bunting", "Lee"):
        assert name in told
    for reader in (cast.ines, cast.carl, cast.paul, cast.priya):
        shown = words(opened(client, reader, "stand_down", standing))
        assert "This stand-down was lifted on" in shown
        for why in ("asleep", "inquiry", "I agree", "Safe.", "Closed."):
            assert why not in shown, (reader, why)
        assert "Tom Heron" not in shown or reader == cast.ines
        assert "stand-down that ended" not in words(opened(client, reader, "carer", standing.carer))


def test_a_seat_that_is_not_theirs_is_not_offered(client, cast, standing):
    lift = propose_lift(case=standing.case, reason="x", by=cast.amy, as_of=clock.now())
    assert "You have no seat to take" in words(opened(client, cast.hana, "approve_lift", lift))
    response = sent(client, cast.hana, "approve_lift", lift, seat="safeguarding", reason="Kept words")
    assert response.status_code == 422
    assert b"Kept words" in response.content
    assert not lift.approvals.exists()


def test_while_held_it_says_so_and_lifting_is_refused_and_recorded(client, cast, standing):
    assert sent(client, cast.lee, "hold", standing, why="An inquiry is open.").status_code == 302
    assert "It is held, so lifting cannot be proposed" in words(opened(client, cast.amy, "stand_down", standing))
    response = sent(client, cast.amy, "propose_lift", standing, reason="Kept words")
    assert response.status_code == 422
    assert "is held, and while it is held it cannot be lifted" in words(response)
    assert b"Kept words" in response.content
    assert Refusal.objects.get().code == "STF-09-LIFT"
    assert sent(client, cast.lee, "hold", standing, why="Again.").status_code == 409
    assert sent(client, cast.sal, "release", standing, why=" ").status_code == 422
    assert sent(client, cast.sal, "release", standing, why="It closed.").status_code == 302
    assert not StandDownCase.objects.get().held


def test_a_proposal_is_withdrawn(client, cast, standing):
    lift = propose_lift(case=standing.case, reason="x", by=cast.amy, as_of=clock.now())
    assert sent(client, cast.amy, "withdraw_lift", lift).status_code == 422
    assert sent(client, cast.amy, "withdraw_lift", lift, sure="on").status_code == 302
    assert sent(client, cast.amy, "withdraw_lift", lift, sure="on").status_code == 409
    assert "Proposals that were withdrawn Proposed" in words(opened(client, cast.tom, "stand_down", standing))
    assert "were withdrawn" not in words(opened(client, cast.paul, "stand_down", standing))


# --- swaps ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(cast, placement):
    return cast.carer("Sedge", checked=in_days(-60), since=in_days(-60))


def test_a_shift_leader_asks_for_a_swap_and_the_social_worker_decides_it(client, cast, carer, other, shift):
    stood_down = cast.carer("Rush", checked=in_days(-60), since=in_days(-60))
    StandDown.objects.create(carer=stood_down, starts_at=clock.now())
    offered = words(opened(client, cast.priya, "ask_swap", shift))
    assert "Corin Sedge" in offered
    assert "Corin Rush" not in offered
    typed = {"outgoing": carer.pk, "incoming": other.pk, "reason": "Kept words", "child_asked": "yes"}
    response = sent(client, cast.priya, "ask_swap", shift, **typed)
    assert response.status_code == 422
    assert "what it means for risk" in words(response)
    assert b"Kept words" in response.content
    response = sent(client, cast.priya, "ask_swap", shift, **typed, analysis="She tests who sets bedtimes.")
    swap = Swap.objects.get()
    assert response.url == address("swap", swap)
    assert "She tests who sets bedtimes." in words(client.get(response.url))
    assert "She tests who sets bedtimes." not in words(opened(client, cast.carl, "swap", swap))
    assert sent(client, cast.amy, "decide_swap", swap, approve="yes").status_code == 422
    assert sent(client, cast.amy, "decide_swap", swap, approve="yes", why="Cover is kept.").status_code == 302
    assert "The decision is on the child’s own record" in words(opened(client, cast.priya, "swap", swap))
    assert Assignment.objects.standing().get().carer == other
    assert sent(client, cast.tom, "decide_swap", swap, approve="no", why="Kept words").status_code == 409


def test_a_commissioner_who_decides_a_swap_is_refused_and_it_is_recorded(client, cast, carer, shift):
    swap = ask_swap(shift=shift, outgoing=carer, reason="x", by=cast.carl, as_of=clock.now())
    response = sent(client, cast.carl, "decide_swap", swap, approve="yes", why="Kept words")
    assert response.status_code == 422
    assert "Rule DEC-01-STAFF" in words(response)
    assert b"Kept words" in response.content
    assert Refusal.objects.get().by == cast.carl


# --- taking a carer off -----------------------------------------------------------------------------------------------


def test_a_request_shows_its_asker_the_clock_and_whether_it_is_done(client, cast, placement, carer, shift):
    response = sent(client, cast.ines, "ask_off_rota", placement, carer=carer.pk, reason="Asleep on nights.")
    request = RotaRequest.objects.get()
    assert response.url == address("rota_request", request)
    shown = words(client.get(response.url))
    assert "Not done yet" in shown
    assert "Asleep on nights." in shown
    assert "08:00 to 20:00" in shown
    assert "Asleep" not in words(opened(client, cast.priya, "rota_request", request))
    response = sent(client, cast.paul, "confirm_off_rota", request, note="Kept words")
    assert response.status_code == 422
    assert "still on 1 shift to come with the child" in words(response)
    assert b"Kept words" in response.content
    take_off(assignment=shift.assignments.get(), why="Asked.", by=cast.paul, as_of=clock.now())
    assert sent(client, cast.paul, "confirm_off_rota", request, note="Taken off.").status_code == 302
    assert "Done" in words(opened(client, cast.ines, "rota_request", request))
    cast.puts(carer, cast.shift(placement, in_days(5)))
    assert "put on shifts with the child again" in words(opened(client, cast.ines, "rota_request", request))


def test_a_flag_leads_to_the_request_and_who_may_lets_the_carer_come_back(client, cast, placement, carer):
    client.force_login(cast.amy)
    to_it = reverse("staffing:off_rota", args=[placement.pk, carer.pk])
    assert client.get(to_it).status_code == 404
    request = ask_off_rota(placement=placement, carer=carer, reason="Asleep.", by=cast.ines, as_of=clock.now())
    assert client.get(to_it).url == address("rota_request", request)
    assert "Withdraw the request" in words(opened(client, cast.ines, "rota_request", request))
    assert "Withdraw the request" not in words(opened(client, cast.paul, "rota_request", request))
    confirm_off_rota(request=request, note="Off it.", by=cast.amy, as_of=clock.now())
    assert "Let the carer come back" not in words(opened(client, cast.ines, "rota_request", request))
    response = sent(client, cast.carl, "withdraw_request", request, why="Kept words")
    assert (response.status_code, Refusal.objects.get().by) == (422, cast.carl)
    assert b"Kept words" in response.content
    assert "Let the carer come back" in words(opened(client, cast.tom, "rota_request", request))
    assert sent(client, cast.tom, "withdraw_request", request, why="Looked into.").status_code == 302
    shown = words(opened(client, cast.amy, "rota_request", request))
    assert "Withdrawn by Tom Heron" in shown
    assert "may be put on shifts with the child again" in shown
    assert client.get(to_it).status_code == 404
    assert opened(client, cast.zoe, "withdraw_request", request).status_code == 404


def test_after_a_day_it_says_that_it_is_late(client, cast, placement, carer, shift):
    yesterday = clock.now() - dt.timedelta(hours=24)
    request = ask_off_rota(placement=placement, carer=carer, reason="x", by=cast.amy, as_of=yesterday)
    assert "Not done, and late" in words(opened(client, cast.amy, "rota_request", request))


def test_a_second_request_is_a_conflict_and_keeps_what_was_typed(client, cast, placement, carer, shift):
    ask_off_rota(placement=placement, carer=carer, reason="x", by=cast.amy, as_of=clock.now())
    response = sent(client, cast.tom, "ask_off_rota", placement, carer=carer.pk, reason="Kept words")
    assert response.status_code == 409
    assert b"Kept words" in response.content
    assert sent(client, cast.tom, "ask_off_rota", placement, reason="x").status_code == 422


# --- waiving ----------------------------------------------------------------------------------------------------------


def test_checks_are_waived_on_a_page_and_not_for_longer(client, cast, placement):
    carer = cast.carer("Rush", checked=False, since=in_days(-60))
    typed = {"placement": placement.pk, "reason": "Kept words", **moment("starts_at", clock.now())}
    response = sent(client, cast.tom, "waive", carer, hours="72", **typed)
    assert response.status_code == 422
    assert "48 hours at most" in words(response)
    assert b"Kept words" in response.content
    assert sent(client, cast.tom, "waive", carer, hours="x", **typed).status_code == 422
    response = sent(client, cast.tom, "waive", carer, hours="48", **typed)
    assert response.url == address("carer", carer)
    waiver = CheckWaiver.objects.get()
    assert waiver.given_by == cast.tom
    # It is seen: on the carer's page, where the message leads, and on the rota; and the page says no more than is so.
    path = f"{address('carer', carer)}#waivers"
    assert {path in message.body for message in OutboxMessage.objects.filter(key__startswith="waiver-")} == {True}
    for reader in (cast.amy, cast.ines, cast.carl):
        shown = words(opened(client, reader, "carer", carer))
        assert "Can be put on no shift" not in shown
        assert "Can be put only on shifts for which their checks are waived" in shown
        assert "Kept words Was missing: identity with a photograph" in shown
        assert "Given by Tom Heron, team manager" in shown
    assert "Can be put on no shift" in words(opened(client, cast.lee, "carer", carer))  # the LADO reaches no child
    assert "Kept words" not in words(client.get(address("carer", carer)))
    client.force_login(cast.amy)
    sent_on = clock.now() + dt.timedelta(hours=1)
    shift = cast.shift(placement, clock.local_date(sent_on), published=False)
    Shift.objects.filter(pk=shift.pk).update(starts_at=sent_on, ends_at=sent_on + dt.timedelta(hours=4))
    shift.refresh_from_db()
    cast.puts(carer, shift)
    week = f"?week={clock.local_date(sent_on)}"
    shown = words(client.get(address("rota", placement) + week))
    assert "Checks waived Corin Rush , until" in shown
    assert "Corin Rush Checks waived until" in shown
    assert "Corin Rush: checks waived until" in words(client.get(address("rota_publish", placement) + week))
