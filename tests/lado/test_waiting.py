"""What the LADO leaves undone is seen by the next person up, by itself, and by nobody it is about."""

import datetime as dt

import pytest

from core import clock
from core.access import Role
from core.models import LocalStandard, OutboxMessage
from core.working_days import add_working_days
from lado.models import Admission, Referral
from lado.waiting import PATIENCE, let_the_next_in
from oversight.sweep import sweep
from tests.cast import at
from tests.lado.scene import TODAY

RECEIVED = at(TODAY - dt.timedelta(days=40), 9)
EVALUATE_BY = add_working_days(clock.local_date(RECEIVED), 1)


def after(working_days: int) -> dt.datetime:
    """The end of so many working days after the evaluation was due, and the first instant that is later."""
    return clock.end_of(add_working_days(EVALUATE_BY, working_days))


def let_in(referral) -> list:
    return [each.person for each in Admission.objects.filter(referral=referral, ended_at=None).order_by("pk")]


def told(user) -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.filter(to=user, key__contains="-overdue-").values_list("subject", "body"))


@pytest.fixture
def left(scene):
    return scene.refer(child=scene.child, as_of=RECEIVED)


def test_each_five_working_days_let_the_next_person_up_in_once(scene, left):
    cast = scene.cast
    early = after(PATIENCE) - dt.timedelta(minutes=1)
    assert let_the_next_in(as_of=early) == 0
    assert not Referral.for_user(cast.sal).exists()
    assert let_the_next_in(as_of=after(PATIENCE)) == 1
    assert let_the_next_in(as_of=after(PATIENCE)) == 0
    assert let_in(left) == [cast.sal]
    assert list(Referral.for_user(cast.sal).handled_by(cast.sal)) == [left]
    assert Admission.objects.get().why == "Something on it has been overdue for more than 5 working days."
    [(subject, body)] = told(cast.sal)
    assert subject == "Held in Mind: something waits for you"
    for words in ("referral", "allegation", "Kay", "Skye"):
        assert words not in body.partition("http")[0]
    assert let_the_next_in(as_of=after(2 * PATIENCE)) == 1
    assert let_in(left) == [cast.sal, cast.dora]
    assert not Referral.for_user(cast.dee).exists()
    left.refresh_from_db()
    assert left.owner == cast.lee  # it stays the LADO's to handle


def test_what_was_done_in_time_is_shown_to_nobody_else(scene, left):
    scene.evaluate(left, as_of=RECEIVED + dt.timedelta(hours=2), decision="no_threshold")
    scene.closes(left, as_of=RECEIVED + dt.timedelta(hours=3))
    assert let_the_next_in(as_of=after(3 * PATIENCE)) == 0
    assert told(scene.cast.sal) == []


def test_whoever_it_is_about_is_passed_over(scene, left):
    cast = scene.cast
    left.account = cast.sal
    left.save()
    assert let_the_next_in(as_of=after(PATIENCE)) == 1
    assert let_in(left) == [cast.dora]
    assert not Referral.for_user(cast.sal).exists()


def test_so_is_whoever_has_the_name_of_one(scene):
    named = scene.refer(named="SAL  plover", as_of=RECEIVED)
    assert let_the_next_in(as_of=after(PATIENCE)) == 1
    assert let_in(named) == [scene.cast.dora]
    assert told(scene.cast.sal) == []


def test_whose_access_was_ended_is_not_let_in_again_for_the_same(scene, left):
    cast = scene.cast
    let_the_next_in(as_of=after(PATIENCE))
    Admission.objects.update(ended_at=after(PATIENCE))
    assert let_the_next_in(as_of=after(PATIENCE)) == 0
    assert let_in(left) == []
    assert let_the_next_in(as_of=after(2 * PATIENCE)) == 1
    assert let_in(left) == [cast.dora]


def test_whoever_might_only_read_it_may_act_from_then_on(scene, left):
    cast = scene.cast
    scene.act("admit", left, RECEIVED, person=cast.sal, why="W")
    assert not Referral.for_user(cast.sal).handled_by(cast.sal).exists()
    assert let_the_next_in(as_of=after(PATIENCE)) == 1
    assert let_in(left) == [cast.sal]
    assert Referral.for_user(cast.sal).handled_by(cast.sal).exists()
    assert let_the_next_in(as_of=after(PATIENCE)) == 0


def test_a_day_that_was_missed_is_left_to_todays_sweep(left):
    assert let_the_next_in(as_of=after(PATIENCE), now=after(2 * PATIENCE)) == 0


def test_after_an_outage_both_whose_turn_came_are_let_in_and_nobody_after_them(scene, left):
    cast = scene.cast
    cast.person("sybil", "Sybil Fulmar", Role.SAFEGUARDING_LEAD)  # one of a role is enough
    assert let_the_next_in(as_of=after(99 * PATIENCE)) == 2
    assert let_in(left) == [cast.sal, cast.dora]
    for user in (cast.dee, cast.hana):
        assert not Referral.for_user(user).exists()


def test_a_stricter_standard_of_the_council_is_reckoned_from(scene, left):
    since = TODAY - dt.timedelta(days=90)
    LocalStandard.objects.create(
        authority=scene.cast.north,
        key="SAF-04 evaluation",
        value=0,
        effective_from=since,
        set_by=scene.cast.dora,
        reason="W",
    )
    assert let_the_next_in(as_of=clock.end_of(add_working_days(clock.local_date(RECEIVED), PATIENCE))) == 1


def test_what_could_not_be_known_before_and_what_is_anothers_to_do_have_waited_in_no_inbox(scene, left):
    """A removal of five months ago is recorded today: the DBS should have heard long ago, and nobody left it lying here."""
    scene.evaluate(left, as_of=RECEIVED + dt.timedelta(hours=2), decision="no_threshold")
    scene.act("add_action", left, RECEIVED, kind="police", what="W", who="Pete", due_on=clock.local_date(RECEIVED))
    scene.closes(left, as_of=RECEIVED + dt.timedelta(hours=3))
    recorded = after(3 * PATIENCE)
    gone = clock.local_date(RECEIVED) - dt.timedelta(days=150)
    scene.act("record_removal", left, recorded, removed_on=gone, why="Dismissed.")
    assert let_the_next_in(as_of=recorded) == 0
    later = clock.end_of(add_working_days(clock.local_date(recorded), PATIENCE))
    assert let_the_next_in(as_of=later - dt.timedelta(minutes=1)) == 0
    assert let_the_next_in(as_of=later) == 1
    scene.act("withdraw_removal", left, later, why="It was another of that name.")
    Admission.objects.all().delete()
    assert let_the_next_in(as_of=later + dt.timedelta(days=90)) == 0


def test_the_sweep_does_it_and_one_that_fails_stops_no_other(scene, left, monkeypatch, caplog):
    from lado import waiting

    other = scene.refer(as_of=RECEIVED)
    whole = waiting.policies.next_up

    def fails(referral):
        if referral.pk == other.pk:  # the first to be looked at
            raise RuntimeError("Kay Dotterel")
        return whole(referral)

    monkeypatch.setattr(waiting.policies, "next_up", fails)
    sweep(as_of=clock.now())
    assert let_in(other) == []
    assert scene.cast.sal in let_in(left)
    assert "RuntimeError" in caplog.text
    assert "Kay" not in caplog.text
