"""A carer stood down is off every shift to come, everywhere, until three people lift it; and nobody learns why from that."""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import Allocation
from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage, Refusal
from placements.models import ManagerPost, Provider, ProviderPost
from staffing.actions.carers import end_engagement
from staffing.actions.requests import ask_swap, decide_swap
from staffing.actions.rota import assign, change_shift, take_off
from staffing.actions.stand_downs import (
    approve_lift,
    hold,
    propose_lift,
    release,
    stand_down,
    taken_off_by,
    withdraw_lift,
)
from staffing.actions.weeks import copy_week
from staffing.models import Assignment, Engagement, Lift, Presence, Shift, StandDown, StandDownCase
from tests.cast import at

MONDAY = dt.date(2022, 3, 7)
NOW = at(dt.date(2022, 3, 4), 10)
FOREVER = dt.timedelta(days=3650)


@contextmanager
def refused(code="STF-09-LIFT"):
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
def elsewhere(cast):
    """A placement of the other council, supplied by the same agency."""
    child = cast.child(surname="Hill", authority=cast.south, team=cast.south_team, worker=cast.zoe)
    placement = cast.unregistered(child, dt.date(2022, 2, 1))
    cast.supplies(placement)
    return placement


@pytest.fixture
def carer(cast, placement):
    return cast.carer()


def stands_down(cast, carer, **fields):
    fields = {"reason": "Found asleep on three waking nights.", "by": cast.amy, "as_of": NOW} | fields
    return stand_down(carer=carer, **fields)


def overlapping() -> int:
    """Planned places on shifts inside a stand-down that stood then: what must never be."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM staffing_assignment a JOIN staffing_standdown s ON s.carer_id = a.carer_id
            WHERE a.removed_at IS NULL AND tstzrange(s.starts_at, s.lifted_at) && tstzrange(a.starts_at, a.ends_at)
            """
        )
        return cursor.fetchone()[0]


# --- standing down ----------------------------------------------------------------------------------------------------


@pytest.mark.failing("F116")
@pytest.mark.failing("F118")
@pytest.mark.failing("F119")
def test_standing_down_takes_the_carer_off_every_shift_everywhere(cast, placement, elsewhere, carer):
    under_way = cast.shift(placement, MONDAY)
    draft = cast.shift(placement, MONDAY + dt.timedelta(days=1), published=False)
    of_another_council = cast.shift(elsewhere, MONDAY + dt.timedelta(days=2), leader=carer)
    over = cast.shift(placement, dt.date(2022, 2, 10))
    on = {shift: cast.puts(carer, shift) for shift in (over, under_way, draft, of_another_council)}
    standing = stands_down(cast, carer, as_of=at(MONDAY, 13), placement=placement)
    for assignment in on.values():
        assignment.refresh_from_db()
    assert (on[over].removed_at, on[over].ends_at) == (None, over.ends_at)
    assert (on[under_way].removed_at, on[under_way].ends_at) == (None, at(MONDAY, 13))
    assert on[draft].removed_at == on[of_another_council].removed_at == at(MONDAY, 13)
    assert {assignment.shift for assignment in taken_off_by(standing)} == {under_way, draft, of_another_council}
    of_another_council.refresh_from_db()
    assert (of_another_council.leader, of_another_council.version) == (None, 2)
    over.refresh_from_db()
    assert over.version == 1
    assert overlapping() == 0
    case = standing.case
    assert (case.authority, case.placement, case.stood_down_by, case.held) == (cast.north, placement, cast.amy, False)


def test_a_stand_down_given_by_telephone_counts_from_then(cast, placement, carer):
    cast.puts(carer, cast.shift(placement, MONDAY))
    standing = stands_down(cast, carer, starts_at=at(MONDAY, 9), as_of=at(MONDAY, 11))
    assert (standing.starts_at, Assignment.objects.get().ends_at) == (at(MONDAY, 9), at(MONDAY, 9))
    with pytest.raises(Invalid, match="not in the future"):
        stands_down(cast, carer, starts_at=at(MONDAY, 12), as_of=at(MONDAY, 11))
    with pytest.raises(Invalid, match="up to 24 hours ago"):
        stands_down(cast, carer, starts_at=at(MONDAY, 10), as_of=at(MONDAY + dt.timedelta(days=1), 11))


def test_who_stands_a_carer_down(cast, placement, carer):
    for stranger in (cast.carl, cast.ines, cast.dee, cast.sam):
        with pytest.raises(PermissionDenied):
            stands_down(cast, carer, by=stranger)
    for stranger in (cast.zoe, cast.todd, cast.paul):  # the carer has been nowhere that is theirs
        with pytest.raises(PermissionDenied):
            stands_down(cast, carer, by=stranger)
    cast.puts(carer, cast.shift(placement, dt.date(2022, 2, 10)))
    assert stands_down(cast, carer, by=cast.priya, placement=placement)
    assert stands_down(cast, carer, by=cast.lee)


def test_a_provider_says_where_it_arose_and_holds_nothing(cast, placement, carer):
    cast.puts(carer, cast.shift(placement, dt.date(2022, 2, 10)))
    with pytest.raises(Invalid) as invalid:
        stands_down(cast, carer, by=cast.paul)
    assert list(invalid.value.errors) == ["placement"]
    with pytest.raises(Invalid, match="Only the LADO or the safeguarding lead"):
        stands_down(cast, carer, by=cast.paul, placement=placement, held=True)
    with pytest.raises(Invalid, match="Enter why"):
        stands_down(cast, carer, reason=" ")
    other = cast.unregistered(
        cast.child(authority=cast.south, team=cast.south_team, worker=cast.zoe), dt.date(2022, 2, 1)
    )
    with pytest.raises(PermissionDenied):
        stands_down(cast, carer, placement=other)


@pytest.mark.trap("8")
def test_nobody_puts_a_stood_down_carer_on_by_any_way(cast, placement, carer):
    """A form, a swap, a copied week, a widened shift, and SQL as the application's own role."""
    shift = cast.shift(placement, MONDAY)
    last_week = cast.puts(carer, cast.shift(placement, MONDAY - dt.timedelta(days=7)))
    Presence.objects.create(
        shift=last_week.shift,
        carer=carer,
        starts_at=last_week.starts_at,
        ends_at=last_week.ends_at,
        recorded_by=cast.amy,
    )
    second = cast.carer("Sedge")
    cast.puts(second, shift)
    stands_down(cast, carer)
    asked = {"by": cast.amy, "as_of": NOW}
    with refused("STF-09-ROTA"):
        assign(shift=shift, carer=carer, **asked)
    swap = ask_swap(
        shift=shift, outgoing=second, incoming=carer, reason="She asks.", child_asked=True, analysis="x", **asked
    )
    with refused("STF-09-ROTA"):
        decide_swap(swap=swap, approve=True, why="She likes him.", **asked)
    copied = copy_week(
        placement=placement, from_week=MONDAY - dt.timedelta(days=7), to_week=MONDAY + dt.timedelta(days=7), **asked
    )
    assert [(refusal[1], copied.assigned) for refusal in copied.refused] == [(carer, [])]
    raw = """
        INSERT INTO staffing_assignment (shift_id, carer_id, agency_id, starts_at, ends_at, removed_why, assigned_by_id)
        SELECT %s, c.id, %s, %s, %s, '', %s FROM staffing_carer c
    """
    values = [shift.pk, cast.agency.pk, shift.starts_at + dt.timedelta(hours=1), shift.ends_at, cast.amy.pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner <> current_user FROM pg_tables WHERE tablename = 'staffing_assignment'")
        assert cursor.fetchone() == (True,)  # asked as the application asks, not as the owner
        with pytest.raises(DatabaseError, match="stood down"), transaction.atomic():
            cursor.execute(raw, values)
    with pytest.raises(DatabaseError, match="stood down"), transaction.atomic():
        Assignment.objects.filter(pk=last_week.pk).update(starts_at=shift.starts_at, ends_at=shift.ends_at, shift=shift)
    with pytest.raises(DatabaseError, match="stood down"), transaction.atomic():
        Assignment.objects.bulk_create(
            [
                Assignment(
                    shift=shift,
                    carer=carer,
                    agency=cast.agency,
                    starts_at=shift.starts_at,
                    ends_at=shift.ends_at,
                    assigned_by=cast.amy,
                )
            ]
        )
    assert overlapping() == 0
    assert {refusal.code for refusal in Refusal.objects.all()} == {"STF-09-ROTA"}
    assert Presence.objects.count() == 1  # what has happened stays on record


@pytest.mark.failing("F121")
def test_it_travels_with_the_carer_through_another_agency_to_another_home(cast, placement, elsewhere, carer):
    stands_down(cast, carer)
    second = Provider.objects.create(name="Second Agency")
    cast.supplies(elsewhere, second)
    Engagement.objects.create(carer=carer, agency=second, started_on=dt.date(2022, 2, 1), recorded_by=cast.amy)
    shift = cast.shift(elsewhere, MONDAY, published=False)
    with refused("STF-09-ROTA") as refusal:
        assign(shift=shift, carer=carer, agency=second, by=cast.zoe, as_of=NOW)
    assert "asleep" not in refusal.value.sentence + refusal.value.remedy


def test_a_cut_shift_is_not_stretched_again(cast, placement, carer):
    shift = cast.shift(placement, MONDAY)
    cast.puts(carer, shift)
    stands_down(cast, carer, as_of=at(MONDAY, 13))
    change_shift(shift=shift, starts_at=at(MONDAY, 8), ends_at=at(MONDAY, 21), by=cast.amy, as_of=at(MONDAY, 14))
    assert Assignment.objects.get().ends_at == at(MONDAY, 13)


# --- who is told what -------------------------------------------------------------------------------------------------


def test_everybody_who_answers_for_a_child_is_told_and_nobody_why(cast, placement, elsewhere, carer):
    ManagerPost.objects.create(placement=placement, name="Paul", account=cast.paul, started_at=at(dt.date(2022, 2, 1)))
    agency_manager = cast.person("dana", "Dana Crake", "provider_manager", at_provider=True)
    ProviderPost.objects.create(
        provider=cast.agency, person=agency_manager, authority=cast.north, started_on=dt.date(2021, 1, 1)
    )
    cast.puts(carer, cast.shift(placement, MONDAY))
    cast.puts(carer, cast.shift(elsewhere, MONDAY + dt.timedelta(days=1)))
    for reason in ("Found asleep on nights.", "She says he frightens her."):
        OutboxMessage.objects.all().delete()
        standing = stands_down(cast, carer, reason=reason, placement=placement, by=cast.lee)
        told = {message.to for message in OutboxMessage.objects.all()}
        assert told == {cast.amy, cast.ines, cast.paul, cast.zoe, agency_manager}
        (text,) = {
            (message.subject, message.body.replace(f"/{standing.pk}/", "/n/"))
            for message in OutboxMessage.objects.all()
        }
        assert StandDown.NOTICE in text[1]
        for word in ("Corin", "Reed", "Robin", "Meadow", "asleep", "frightens", "Lee"):
            assert word not in text[0] + text[1]


def test_a_child_without_a_worker_is_answered_for_by_the_teams_manager(cast, placement, carer):
    Allocation.objects.filter(part="social_worker").delete()
    cast.puts(carer, cast.shift(placement, MONDAY))
    stands_down(cast, carer, by=cast.lee)
    assert {message.to for message in OutboxMessage.objects.all()} == {cast.tom, cast.ines}


def test_reasons_do_not_cross_councils_nor_reach_a_provider(cast, placement, elsewhere, carer):
    cast.puts(carer, cast.shift(elsewhere, MONDAY))
    cast.puts(carer, cast.shift(placement, MONDAY + dt.timedelta(days=2)))
    standing = stands_down(cast, carer, placement=placement)
    for user in (cast.zoe, cast.todd, cast.duncan, cast.paul, cast.priya, cast.carl, cast.ines, cast.dee):
        assert not StandDownCase.for_user(user).exists(), user
    for user in (cast.amy, cast.tom, cast.hana, cast.lee, cast.sal):
        assert StandDownCase.for_user(user).get().reason == "Found asleep on three waking nights."
    for user in (cast.zoe, cast.todd, cast.paul, cast.carl):
        assert StandDown.for_user(user).get() == standing


def test_where_it_arose_at_no_one_placement_those_who_know_the_carer_see_it(cast, placement, elsewhere, carer):
    stands_down(cast, carer, by=cast.lee)
    assert StandDownCase.for_user(cast.sal).exists()
    assert not StandDownCase.for_user(cast.amy).exists()
    cast.puts(carer, cast.shift(placement, dt.date(2022, 2, 10)))
    cast.puts(carer, cast.shift(elsewhere, dt.date(2022, 2, 12)))
    assert StandDownCase.for_user(cast.amy).exists()
    assert not StandDownCase.for_user(cast.zoe).exists()


# --- lifting ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(cast, placement):
    """Paul manages the placement and works for its provider, not for the agency."""
    ManagerPost.objects.create(placement=placement, name="Paul", account=cast.paul, started_at=at(dt.date(2022, 2, 1)))
    return cast.paul


@pytest.fixture
def case(cast, placement, carer):
    return stands_down(cast, carer, placement=placement).case


def proposed(cast, case, **fields):
    return propose_lift(case=case, **{"reason": "Cleared by the inquiry.", "by": cast.amy, "as_of": NOW} | fields)


def approves(lift, by, seat, **fields):
    return approve_lift(lift=lift, seat=seat, by=by, **{"reason": "Agreed.", "as_of": NOW} | fields)


def test_three_people_lift_it_and_the_iro_is_told(cast, placement, carer, case, manager):
    cast.puts(carer, cast.shift(placement, dt.date(2022, 2, 10)))
    lift = proposed(cast, case)
    approves(lift, cast.amy, "social_worker")
    approves(lift, manager, "placement_manager")
    case.stand_down.refresh_from_db()
    assert case.stand_down.lifted_at is None
    OutboxMessage.objects.all().delete()
    later = NOW + dt.timedelta(hours=1)
    approves(lift, cast.lee, "safeguarding", as_of=later)
    case.stand_down.refresh_from_db()
    assert case.stand_down.lifted_at == later
    assert cast.ines in {message.to for message in OutboxMessage.objects.all()}
    assert "Reed" not in "".join(message.body + message.subject for message in OutboxMessage.objects.all())
    assert assign(shift=cast.shift(placement, MONDAY), carer=carer, by=cast.amy, as_of=later)
    with pytest.raises(Conflict, match="lifted already"):
        proposed(cast, case)


@pytest.mark.failing("F104")
@pytest.mark.failing("F117")
def test_commissioning_has_no_part_in_it(cast, case, manager):
    with refused():
        proposed(cast, case, by=cast.carl, reason="The child asks for him.")
    lift = proposed(cast, case)
    for seat in ("safeguarding", "social_worker", "placement_manager"):
        with refused():
            approves(lift, cast.carl, seat)
    assert set(Refusal.objects.values_list("code", "by")) == {("STF-09-LIFT", cast.carl.pk)}


def test_each_seat_is_for_one_kind_of_person(cast, placement, case, manager):
    lift = proposed(cast, case)
    wrong = {
        "safeguarding": (cast.amy, cast.tom, cast.hana, manager),
        "social_worker": (cast.ben, cast.lee, cast.sal, cast.hana, manager, cast.zoe),
        "placement_manager": (
            cast.amy,
            cast.tom,
            cast.lee,
            cast.hana,
            cast._at_provider("pat", "Pat", "provider_manager"),
        ),
    }
    for seat, people in wrong.items():
        for person in people:
            with refused() as refusal:
                approves(lift, person, seat)
            assert "That seat is for" in refusal.value.sentence
    for person in (cast.dee, cast.ines, cast.priya):
        with pytest.raises(PermissionDenied):
            approves(lift, person, "social_worker")
    assert approves(lift, cast.tom, "social_worker")
    assert approves(lift, cast.sal, "safeguarding")
    with pytest.raises(Conflict, match="already approved in that seat"):
        approves(lift, cast.amy, "social_worker")
    assert lift.approvals.count() == 2


def test_the_head_of_service_sits_where_the_manager_employs_the_carer_or_cannot_sign_in(cast, placement, carer, case):
    post = ManagerPost.objects.create(placement=placement, name="Maya", started_at=at(dt.date(2022, 2, 1)))
    lift = proposed(cast, case)
    assert approves(lift, cast.hana, "placement_manager")
    withdraw_lift(lift=lift, by=cast.amy, as_of=NOW)
    post.account = cast.paul
    post.save()
    second = proposed(cast, case)
    with refused():
        approves(second, cast.hana, "placement_manager")
    Engagement.objects.create(carer=carer, agency=cast.provider, started_on=dt.date(2022, 1, 1), recorded_by=cast.amy)
    with refused():
        approves(second, cast.paul, "placement_manager")
    assert approves(second, cast.hana, "placement_manager")


def test_an_employer_does_not_take_the_managers_seat_by_ending_that_meanwhile(cast, placement, manager):
    carer = cast.carer("Sedge", agency=cast.provider)
    case = stands_down(cast, carer, placement=placement).case
    lift = proposed(cast, case)
    before = NOW.date() - dt.timedelta(days=2)
    end_engagement(engagement=carer.engagements.get(), ended_on=before, by=manager, as_of=NOW)
    approves(lift, cast.lee, "safeguarding")
    approves(lift, cast.amy, "social_worker")
    with refused():
        approves(lift, manager, "placement_manager")
    assert approves(lift, cast.hana, "placement_manager")


def test_the_carer_has_no_seat_whatever_their_account(cast, placement, carer, case, manager):
    carer.account = manager
    carer.save()
    with refused():
        approves(proposed(cast, case), manager, "placement_manager")


def test_an_authority_wide_stand_down_is_lifted_where_the_carer_worked(cast, placement, carer, manager):
    case = stands_down(cast, carer, by=cast.lee).case
    lift = proposed(cast, case, by=cast.lee)
    with refused():
        approves(lift, cast.amy, "social_worker")  # the carer worked nowhere: a team manager answers
    assert approves(lift, cast.tom, "social_worker")
    withdraw_lift(lift=lift, by=cast.lee, as_of=NOW)
    cast.puts(carer, cast.shift(placement, dt.date(2022, 2, 10)))
    lift = proposed(cast, case, by=cast.lee)
    assert approves(lift, cast.amy, "social_worker")
    assert approves(lift, manager, "placement_manager")
    assert lift in Lift.for_user(manager)


def test_while_it_is_held_it_is_not_lifted_nor_is_that_proposed(cast, case, manager):
    lift = proposed(cast, case)
    approves(lift, cast.amy, "social_worker")
    approves(lift, manager, "placement_manager")
    for by in (cast.amy, cast.hana, manager):
        with pytest.raises(PermissionDenied):
            hold(case=case, why="x", by=by, as_of=NOW)
    hold(case=case, why="An inquiry is open.", by=cast.lee, as_of=NOW)
    with refused() as refusal:
        approves(lift, cast.sal, "safeguarding")
    assert "is held" in refusal.value.sentence
    with refused():
        proposed(cast, case)
    with pytest.raises(Conflict, match="held already"):
        hold(case=case, why="x", by=cast.sal, as_of=NOW)
    release(case=case, why="It closed.", by=cast.sal, as_of=NOW)
    with pytest.raises(Conflict, match="withdrawn"):  # two had approved before it was known what it was held for
        approves(lift, cast.sal, "safeguarding")
    assert proposed(cast, case)


def test_one_proposal_at_a_time_and_a_withdrawn_one_counts_for_nothing(cast, case, manager):
    lift = proposed(cast, case)
    with pytest.raises(Conflict, match="already proposed"):
        proposed(cast, case, by=cast.tom)
    approves(lift, cast.amy, "social_worker")
    approves(lift, manager, "placement_manager")
    withdraw_lift(lift=lift, by=cast.tom, as_of=NOW)
    with pytest.raises(Conflict, match="withdrawn"):
        approves(lift, cast.lee, "safeguarding")
    second = proposed(cast, case)
    approves(second, cast.lee, "safeguarding")
    case.stand_down.refresh_from_db()
    assert case.stand_down.lifted_at is None
    with pytest.raises(Conflict, match="withdrawn already"):
        withdraw_lift(lift=lift, by=cast.tom, as_of=NOW)


def test_another_council_neither_proposes_nor_approves_nor_holds(cast, placement, elsewhere, carer, case):
    cast.puts(carer, cast.shift(elsewhere, dt.date(2022, 2, 10)))
    for by in (cast.zoe, cast.todd):
        with pytest.raises(PermissionDenied):
            proposed(cast, case, by=by)
    lado = cast.person("lou", "Lou Teal", "lado", authority=cast.south)
    with pytest.raises(PermissionDenied):
        hold(case=case, why="x", by=lado, as_of=NOW)
    with refused():
        approves(proposed(cast, case), lado, "safeguarding")


def test_each_says_why(cast, case):
    lift = proposed(cast, case)
    with pytest.raises(Invalid, match="why it should be lifted"):
        proposed(cast, case, reason=" ")
    with pytest.raises(Invalid, match="your own reason"):
        approves(lift, cast.amy, "social_worker", reason="")
    with pytest.raises(Invalid, match="Enter why"):
        hold(case=case, why=" ", by=cast.lee, as_of=NOW)


# --- whatever is done, in whatever order ------------------------------------------------------------------------------

STEPS = st.one_of(
    st.tuples(st.just("assign"), st.integers(0, 1), st.integers(0, 5)),
    st.tuples(st.just("stand_down"), st.integers(0, 1), st.integers(0, 60)),
    st.tuples(st.just("lift"), st.integers(0, 1), st.integers(0, 1)),
    st.tuples(st.just("take_off"), st.integers(0, 20), st.just(0)),
    st.tuples(st.just("stretch"), st.integers(0, 5), st.integers(-4, 4)),
    st.tuples(st.just("copy"), st.just(0), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 20), st.just(0)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def test_no_sequence_of_acts_leaves_a_planned_place_inside_a_stand_down(cast, placement, carer, manager, steps):
    """A model keeps, by itself, the hours each carer is stood down; the rota is compared with it after each act."""
    with transaction.atomic():
        _play(cast, placement, [carer, cast.carer("Sedge")], manager, steps)
        transaction.set_rollback(True)


def _play(cast, placement, carers, manager, steps):
    now = at(MONDAY, 6)
    shifts = [cast.shift(placement, MONDAY + dt.timedelta(days=n), published=False) for n in range(6)]
    down: dict[int, list[list[dt.datetime]]] = {carer.pk: [] for carer in carers}
    for what, first, second in steps:
        asked = {"by": cast.amy, "as_of": now}
        try:
            if what == "assign":
                shift, carer = shifts[second], carers[first]
                forbidden = any(begins < shift.ends_at and ends > shift.starts_at for begins, ends in down[carer.pk])
                try:
                    assign(shift=shift, carer=carer, **asked)
                    assert not forbidden
                except Refused:
                    assert forbidden
            elif what == "stand_down":
                stand_down(carer=carers[first], reason="x", placement=placement, **asked)
                down[carers[first].pk].append([now, now + FOREVER])
            elif what == "lift":
                case = StandDownCase.objects.filter(stand_down__carer=carers[first], stand_down__lifted_at=None).first()
                if case:
                    lift = propose_lift(case=case, reason="x", **asked)
                    for by, seat in (
                        (cast.lee, "safeguarding"),
                        (cast.amy, "social_worker"),
                        (manager, "placement_manager"),
                    ):
                        approves(lift, by, seat, as_of=now)
                    next(
                        span
                        for span in down[carers[first].pk]
                        if span == [case.stand_down.starts_at, case.stand_down.starts_at + FOREVER]
                    )[1] = now
            elif what == "take_off":
                on = list(Assignment.objects.standing().order_by("pk"))
                if on:
                    take_off(assignment=on[first % len(on)], why="x", **asked)
            elif what == "stretch":
                shift = Shift.objects.get(pk=shifts[first].pk)
                ends = shift.ends_at + dt.timedelta(hours=second)
                change_shift(shift=shift, starts_at=shift.starts_at, ends_at=ends, **asked)
            elif what == "copy":
                copy_week(placement=placement, from_week=MONDAY, to_week=MONDAY + dt.timedelta(days=7), **asked)
            else:
                now += dt.timedelta(hours=first)
        except (Invalid, Conflict, Refused):
            pass
        for assignment in Assignment.objects.filter(removed_at=None):
            spans = down[assignment.carer_id]
            assert not any(begins < assignment.ends_at and ends > assignment.starts_at for begins, ends in spans)
    assert overlapping() == 0
