"""What the database itself refuses, asked in SQL as the application's own role; and what its refusals mean to a person."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.actions import SAME_MOMENT, action, answer_to
from core.errors import Conflict, Invalid, Refused
from core.models import Authority, LocalStandard, Refusal, User
from staffing.models import (
    Assignment,
    Carer,
    Check,
    CheckWaiver,
    Engagement,
    Lift,
    LiftApproval,
    StandDown,
    StandDownCase,
)
from tests.cast import at

MONDAY = dt.date(2022, 3, 7)
NOW = at(dt.date(2022, 3, 4), 10)


@pytest.fixture
def placement(cast):
    return cast.unregistered(cast.child(), dt.date(2022, 2, 1))


def missing(carer, day, authority, *, hour=12):
    with connection.cursor() as cursor:
        cursor.execute("SELECT staffing_missing(%s, %s, %s)", [carer.pk, at(day, hour), authority.pk])
        return cursor.fetchone()[0]


def refuses(answer, sentence, act, *args, **kwargs):
    """The database refuses it, and what that means to a person is `answer`, whose words are `sentence`."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        act(*args, **kwargs)
    meant = answer_to(error.value)
    assert type(meant) is answer
    assert sentence in str(meant)
    return meant


# --- checks -----------------------------------------------------------------------------------------------------------


@pytest.mark.failing("F11")
def test_each_kind_of_check_is_needed(cast):
    carer = cast.carer(checked=False)
    assert missing(carer, MONDAY, cast.north) == list(Check.REQUIRED)
    for n, kind in enumerate(Check.REQUIRED, 1):
        cast.check(carer, kind, on=MONDAY)
        assert missing(carer, MONDAY, cast.north) == list(Check.REQUIRED[n:])
    assert missing(carer, MONDAY - dt.timedelta(days=1), cast.north) == list(Check.REQUIRED)


@pytest.mark.parametrize(("kind", "fact"), [(kind, fact) for kind, facts in Check.FACTS.items() for fact in facts])
def test_what_makes_it_a_check_is_confirmed_or_it_is_none(cast, kind, fact):
    """A photograph not seen, a certificate without the barred list, a gap nobody explained: each leaves the check undone."""
    carer = cast.carer(checked=MONDAY)
    carer.checks.filter(kind=kind).update(confirmed=[each for each in Check.FACTS[kind] if each != fact])
    assert missing(carer, MONDAY, cast.north) == [kind]
    cast.check(carer, "update_service", on=MONDAY)  # which makes no certificate an enhanced one
    assert missing(carer, MONDAY, cast.north) == [kind]


def test_a_dbs_certificate_lasts_three_years_or_with_the_update_service_as_long_as_that_is_looked_up(cast):
    carer = cast.carer(checked=dt.date(2020, 1, 1))
    assert missing(carer, dt.date(2022, 12, 31), cast.north) == []
    assert missing(carer, dt.date(2023, 1, 1), cast.north) == ["dbs"]
    cast.check(carer, "update_service", on=dt.date(2022, 6, 1))
    assert missing(carer, dt.date(2023, 5, 31), cast.north) == []
    assert missing(carer, dt.date(2023, 6, 1), cast.north) == ["dbs"]


def test_a_council_may_ask_for_it_sooner_and_never_later(cast):
    carer = cast.carer(checked=dt.date(2020, 1, 1))
    standard = LocalStandard.objects.create(
        authority=cast.north,
        key="STF-01 DBS",
        value=12,
        effective_from=dt.date(2020, 1, 1),
        set_by=cast.dora,
        reason="x",
    )
    assert missing(carer, dt.date(2021, 1, 1), cast.north) == ["dbs"]
    assert missing(carer, dt.date(2021, 1, 1), cast.south) == []
    standard.value = 60
    standard.save()
    assert missing(carer, dt.date(2023, 1, 1), cast.north) == ["dbs"]


def test_a_check_counts_until_its_last_day_and_not_once_withdrawn(cast):
    carer = cast.carer(checked=False)
    kinds = [kind for kind in Check.REQUIRED if kind != "right_to_work"]
    cast.check(carer, *kinds, on=MONDAY)
    (visa,) = cast.check(carer, "right_to_work", on=MONDAY, valid_until=MONDAY)
    assert missing(carer, MONDAY, cast.north, hour=23) == []
    assert missing(carer, MONDAY + dt.timedelta(days=1), cast.north, hour=0) == ["right_to_work"]
    visa.withdrawn_at = NOW
    visa.save()
    assert missing(carer, MONDAY, cast.north) == ["right_to_work"]


@pytest.mark.failing("F11")
def test_an_unchecked_carer_is_put_on_no_shift(cast, placement):
    carer = cast.carer(checked=False)
    refuses(Refused, "checks are not complete", cast.puts, carer, cast.shift(placement, MONDAY))


def test_checks_must_last_to_the_end_of_the_shift(cast, placement):
    carer = cast.carer(checked=dt.date(2019, 3, 8))  # the certificate's last day is the Monday
    night = cast.shift(placement, MONDAY, kind="waking_night")
    refuses(Refused, "checks are not complete", cast.puts, carer, night)
    assert cast.puts(carer, cast.shift(placement, MONDAY))


def test_a_waiver_is_for_its_hours_and_its_placement(cast, placement):
    carer = cast.carer(checked=False)
    CheckWaiver.objects.create(
        carer=carer, placement=placement, starts_at=at(MONDAY, 8), ends_at=at(MONDAY, 20), missing=[], reason="x",
        given_by=cast.tom,
    )  # fmt: skip
    assert cast.puts(carer, cast.shift(placement, MONDAY))
    longer = cast.shift(placement, MONDAY, kind="sleep_in", hours=(20, 21))
    refuses(Refused, "checks are not complete", cast.puts, carer, longer)
    elsewhere = cast.unregistered(cast.child(surname="Other"), dt.date(2022, 2, 1))
    refuses(Refused, "checks are not complete", cast.puts, carer, cast.shift(elsewhere, MONDAY))


def test_a_waiver_of_more_than_48_hours_or_a_second(cast, placement):
    waiver = {
        "carer": cast.carer(checked=False),
        "placement": placement,
        "missing": [],
        "reason": "x",
        "given_by": cast.tom,
    }
    hours = {"starts_at": NOW, "ends_at": NOW + dt.timedelta(hours=48, minutes=1)}
    refuses(Refused, "48 hours in all", CheckWaiver.objects.create, **waiver, **hours)
    hours["ends_at"] = NOW + dt.timedelta(hours=48)
    CheckWaiver.objects.create(**waiver, **hours)
    refuses(Refused, "48 hours in all", CheckWaiver.objects.create, **waiver, **hours)
    waiver |= {"carer": cast.carer("Sedge", checked=False), "given_by": cast.carl}
    refuses(Refused, "never waived from commissioning", CheckWaiver.objects.create, **waiver, **hours)


# --- stand-downs ------------------------------------------------------------------------------------------------------


def test_a_stand_down_cannot_be_made_over_planned_shifts_nor_back_to_front(cast, placement):
    carer = cast.carer()
    shift = cast.shift(placement, MONDAY)
    assignment = cast.puts(carer, shift)
    refuses(Refused, "take them off in the same act", StandDown.objects.create, carer=carer, starts_at=NOW)
    assert StandDown.objects.create(carer=carer, starts_at=shift.ends_at)  # after it, they touch and do not overlap
    refuses(Refused, "until it is lifted", StandDown.objects.create, carer=carer, starts_at=NOW, lifted_at=NOW)
    assert assignment


def test_hours_before_a_stand_down_can_be_planned_and_not_a_minute_of_it(cast, placement):
    carer = cast.carer()
    StandDown.objects.create(carer=carer, starts_at=at(MONDAY, 12))
    shift = cast.shift(placement, MONDAY)
    refuses(Refused, "is stood down", cast.puts, carer, shift)
    assert cast.puts(carer, shift, ends_at=at(MONDAY, 12))


def test_a_place_on_a_shift_is_not_moved_to_another_carer_or_into_a_stand_down(cast, placement):
    carer, other = cast.carer(), cast.carer("Sedge")
    StandDown.objects.create(carer=other, starts_at=NOW)
    assignment = cast.puts(carer, cast.shift(placement, MONDAY))
    one = Assignment.objects.filter(pk=assignment.pk)
    refuses(Refused, "is stood down", one.update, carer=other)
    removed = cast.puts(other, cast.shift(placement, MONDAY, kind="sleep_in"), removed_at=NOW, removed_why="x")
    refuses(Refused, "is stood down", Assignment.objects.filter(pk=removed.pk).update, removed_at=None)


def test_a_stand_down_is_not_deleted_changed_or_lifted_by_sql(cast):
    carer, other = cast.carer(), cast.carer("Sedge")
    standing = StandDown.objects.create(carer=carer, starts_at=NOW)
    one = StandDown.objects.filter(pk=standing.pk)
    refuses(Refused, "cannot be lifted yet", one.update, lifted_at=NOW)
    refuses(Refused, "nothing changes", one.update, carer=other)
    refuses(Refused, "nothing changes", one.update, starts_at=NOW + dt.timedelta(days=900))
    with pytest.raises(DatabaseError), transaction.atomic():
        one.delete()
    lift_of(cast, other)
    refuses(Refused, "never deleted", StandDownCase.objects.all()._raw_delete, "default")


@pytest.mark.parametrize("wrong", [
    "UPDATE staffing_standdowncase SET stand_down_id = %(other)s WHERE id = %(case)s",
    "UPDATE staffing_standdowncase SET authority_id = %(south)s WHERE id = %(case)s",
    "UPDATE staffing_standdowncase SET reason = 'Another' WHERE id = %(case)s",
    "DELETE FROM staffing_lift WHERE id = %(lift)s",
    "UPDATE staffing_lift SET case_id = %(other_case)s WHERE id = %(lift)s",
    "UPDATE staffing_lift SET withdrawn_at = NULL WHERE id = %(withdrawn)s",
])  # fmt: skip
def test_a_case_and_a_proposal_to_lift_stay_what_they_were_by_sql(cast, wrong):
    """Approvals given for one stand-down lift no other: nothing can be pointed at another, brought back or taken away."""
    one, other = lift_of(cast, cast.carer()), lift_of(cast, cast.carer("Sedge"))
    bare = StandDown.objects.create(carer=other.case.stand_down.carer, starts_at=NOW)
    Lift.objects.filter(pk=other.pk).update(withdrawn_at=NOW)
    known = {
        "case": one.case_id, "lift": one.pk, "other": bare.pk, "other_case": other.case_id, "withdrawn": other.pk,
        "south": cast.south.pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        sentence = "never deleted" if wrong.startswith("DELETE") else "nothing changes"
        refuses(Refused, sentence, cursor.execute, wrong, params=known)
    assert StandDownCase.objects.filter(pk=one.case_id).update(held=True, held_why="x") == 1


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("table", ["assignment", "standdown"])
def test_another_isolation_level_does_not_see_a_stand_down_and_writes_none(db, level, table):
    """A carer's row that a stand-down only locked raises nothing there, even in SERIALIZABLE beside one that is not."""
    database = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "user", "password", "host", "port"}
    }
    other = psycopg2.connect(**database)
    try:
        other.set_session(isolation_level=level)
        values = {
            "assignment": "(shift_id, carer_id, agency_id, starts_at, ends_at, removed_why, assigned_by_id) "
            "VALUES (1, 1, 1, now(), now(), '', 1)",
            "standdown": "(carer_id, starts_at) VALUES (1, now())",
        }[table]
        with pytest.raises(psycopg2.DatabaseError, match="READ COMMITTED only"):
            other.cursor().execute(f"INSERT INTO staffing_{table} {values}")
    finally:
        other.close()


def test_nobody_is_taken_off_at_a_time_to_come(cast, placement):
    """They would be on no shift for the gates and on one for the rules."""
    carer, later = cast.carer(), clock.now() + dt.timedelta(days=1)
    shift = cast.shift(placement, MONDAY)
    refuses(Invalid, "not at a time to come", cast.puts, carer, shift, removed_at=later)
    assignment = Assignment.objects.filter(pk=cast.puts(carer, shift).pk)
    refuses(Invalid, "not at a time to come", assignment.update, removed_at=later)


def lift_of(cast, carer, **fields):
    standing = StandDown.objects.create(carer=carer, starts_at=NOW)
    case = StandDownCase.objects.create(
        stand_down=standing, authority=cast.north, reason="x", stood_down_by=cast.amy, **fields
    )
    return Lift.objects.create(case=case, reason="x", asked_by=cast.amy, asked_at=NOW)


def seats(lift, **people):
    for seat, by in people.items():
        LiftApproval.objects.create(lift=lift, seat=seat, by=by, reason="x", approved_at=NOW)
    return StandDown.objects.filter(pk=lift.case.stand_down_id).update


@pytest.mark.parametrize(
    ("seat", "who"),
    [
        ("safeguarding", "hana"),
        ("social_worker", "carl"),
        ("social_worker", "sal"),
        ("placement_manager", "ben"),
        ("placement_manager", "carl"),
        ("placement_manager", None),
    ],
)
def test_rows_in_the_wrong_seats_lift_nothing(cast, seat, who):
    people = {"safeguarding": cast.lee, "social_worker": cast.amy, "placement_manager": cast.paul}
    people = {each: person for each, person in people.items() if each != seat}
    if who:
        people[seat] = getattr(cast, who)
    lift = seats(lift_of(cast, cast.carer()), **people)
    refuses(Refused, "cannot be lifted yet", lift, lifted_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_three_right_people_lift_it_unless_held_or_one_employs_the_carer(cast):
    three = {"safeguarding": cast.lee, "social_worker": cast.amy, "placement_manager": cast.paul}
    held = seats(lift_of(cast, cast.carer(), held=True), **three)
    refuses(Refused, "cannot be lifted yet", held, lifted_at=NOW)
    own, former = cast.carer("Sedge", agency=cast.provider), cast.carer("Moss", agency=cast.provider)
    left = dt.date(2022, 3, 1)
    Engagement.objects.filter(carer=former).update(ended_on=left)
    employed = seats(lift_of(cast, own), **three)
    refuses(Refused, "cannot be lifted yet", employed, lifted_at=NOW)
    Engagement.objects.filter(carer=own).update(ended_on=left)  # dated before the stand-down, and recorded after it
    refuses(Refused, "cannot be lifted yet", employed, lifted_at=NOW)
    lift = seats(lift_of(cast, former), **three)
    assert lift(lifted_at=NOW) == 1
    refuses(Refused, "nothing changes", lift, lifted_at=None)


# --- what a refusal of the database means -----------------------------------------------------------------------------


class Cause(Exception):
    def __init__(self, pgcode):
        self.pgcode = pgcode


@pytest.mark.parametrize("pgcode", ["40001", "40P01"])
def test_a_deadlock_and_a_failed_serialization_are_conflicts(pgcode):
    error = DatabaseError()
    error.__cause__ = Cause(pgcode)
    assert answer_to(error).sentence == SAME_MOMENT


@pytest.mark.parametrize("how", ["deadlock", "serialization"])
def test_of_two_who_really_meet_in_one_the_other_is_told(transactional_db, how):
    """Two connections, each in an act of its own: in a deadlock, and where each would undo the other's update."""
    amy = User.objects.create(
        email="amy@example.org",
        name="Amy",
        role="system_administrator",
        authority=Authority.objects.create(code="901", name="North Vale"),
    )
    carers = [
        Carer.objects.create(forename="Corin", surname=name, date_of_birth=dt.date(1988, 3, 9), recorded_by=amy)
        for name in ("Reed", "Sedge")
    ]
    both_in = Barrier(2)

    @action
    def act(*, first, second, by, as_of):
        if how == "serialization":
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM staffing_carer")  # what it sees is settled here
            both_in.wait(timeout=20)
            Carer.objects.filter(pk=carers[0].pk).update(forename=str(first))
            return
        Carer.objects.filter(pk=carers[first].pk).update(forename="Corin")
        both_in.wait(timeout=20)
        Carer.objects.filter(pk=carers[second].pk).update(forename="Corin")

    def one(number):
        try:
            if how == "serialization":
                connection.ensure_connection()
                connection.connection.set_session(isolation_level="REPEATABLE READ")
            act(first=number, second=1 - number, by=amy, as_of=NOW)
        except Conflict as conflict:
            return conflict.sentence
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, (0, 1))) == sorted([SAME_MOMENT, "saved"])


def test_an_overlap_and_a_doubled_row_are_conflicts_in_words(cast, placement):
    carer = cast.carer()
    cast.puts(carer, cast.shift(placement, MONDAY))
    night = cast.shift(placement, MONDAY, kind="sleep_in", hours=(19, 23))
    refuses(Conflict, "already on another shift", cast.puts, carer, night)
    refuses(Conflict, "already a shift of that kind", cast.shift, placement, MONDAY)


def test_hours_beyond_the_shift_are_answered_in_the_triggers_own_words(cast, placement):
    shift = cast.shift(placement, MONDAY)
    refuses(Invalid, "longer than the shift", cast.puts, cast.carer(), shift, ends_at=at(MONDAY, 21))


def test_a_refusal_of_the_database_is_recorded_as_any_other(cast, placement):
    @action
    def import_rows(*, by, as_of):
        cast.puts(cast.carer(checked=False), cast.shift(placement, MONDAY))

    with pytest.raises(Refused):
        import_rows(by=cast.amy, as_of=NOW)
    refusal = Refusal.objects.get()
    assert (refusal.code, refusal.action, refusal.by) == ("STF-01-ROTA", "import_rows", cast.amy)
