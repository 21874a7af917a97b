"""The sweep: idempotent, one query count whatever the children, safe beside others, and nobody's flag is nobody's."""

import datetime as dt

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.test.utils import CaptureQueriesContext

from children.models import Allocation, Child
from core import clock
from core.access import Role
from core.models import LocalStandard, User
from escalations.models import EscalationFlag
from oversight import rulebook
from oversight import sweep as sweeping
from oversight.models import Flag, SweepRun
from oversight.sweep import catch_up, recheck, sweep
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, check, visit
from tests.told_once import told_once

START = dt.date(2022, 1, 10)


@told_once
def placement(cast):
    """An emergency in an unregistered setting, under an order, that nobody does anything about."""
    child = cast.child(born=dt.date(2006, 6, 1))
    cast.dol_order(child, START, months=12)
    return cast.unregistered(child, START, type="Z1", hour=14)


def standing():
    return set(Flag.objects.standing().values_list("pk", flat=True))


def overdue(as_of, *placements):
    """How many clocks of all rules have run out, asked of their queries one by one."""
    asked = sweeping.parameters(as_of=as_of, placements=[placement.pk for placement in placements] or None)
    with connection.cursor() as cursor:
        found = 0
        for rule in rulebook.clocks_in_force(asked["today"]):
            cursor.execute(rule.clocks, asked)
            found += sum(stage == "overdue" for *_, stage in cursor.fetchall())
    return found


def facts_of_flags():
    return set(Flag.objects.standing().values_list("rule", "limb", "placement", "due_at", "owner"))


@pytest.mark.usefixtures("planned_as_in_life")
class TestIdempotence:
    def test_twice_is_once(self, placement):
        as_of = at(START + 60 * DAY)
        first = sweep(as_of=as_of)
        assert first.raised == len(standing()) == overdue(as_of) > 12
        before, rows = standing(), Flag.history.count()
        second = sweep(as_of=as_of)
        assert (second.raised, second.cleared, second.standing) == (0, 0, first.standing)
        assert standing() == before
        assert Flag.history.count() == rows

    def test_history_says_that_a_sweep_did_it(self, placement):
        sweep(as_of=at(START + 60 * DAY))
        rows = Flag.history.values_list("history_change_reason", "history_user_id", "history_type").distinct()
        assert set(rows) == {("sweep", None, "+")}

    def test_a_cleared_flag_is_kept_and_a_new_breach_is_a_new_flag(self, placement):
        first = check(at(START + 9 * DAY))["VIS-07", "social_worker"]
        visit(placement, at(START + 9 * DAY, 13))
        check(at(START + 9 * DAY, 14))
        first.refresh_from_db()
        assert first.cleared_at == at(START + 9 * DAY, 14)
        second = check(at(START + 17 * DAY))["VIS-07", "social_worker"]
        assert second != first
        assert second.due_on == START + 16 * DAY

    def test_it_is_counted(self, placement):
        run = sweep(as_of=at(START + 60 * DAY))
        assert run.finished_at >= run.started_at
        assert SweepRun.last_finished(as_of=clock.now()) == run
        visit(placement, at(START + 60 * DAY, 13))
        after = sweep(as_of=at(START + 60 * DAY, 14))
        assert (after.raised, after.cleared, after.standing) == (0, 2, run.standing - 2)  # VIS-01 and VIS-07

    def test_the_same_statements_however_many_children(self, cast, placement):
        def queries():
            with CaptureQueriesContext(
                connection,
            ) as found:
                sweep(as_of=at(START + 60 * DAY))
            return len(found)

        few = queries()
        for _ in range(12):
            cast.unregistered(cast.child(), START)
        assert queries() == few


@pytest.mark.usefixtures("planned_as_in_life")
class TestPastInstants:
    """A slow sweep, or one that catches up, never undoes what a recheck did after its instant."""

    def test_it_does_not_raise_again_what_has_been_cleared_since(self, placement):
        as_of = at(START + 9 * DAY)
        flag = check(as_of)["VIS-07", "social_worker"]
        visit(placement, as_of + HOUR)
        recheck(subjects={("placement", placement.pk)}, as_of=as_of + 2 * HOUR)
        assert flag.pk not in standing()
        run = sweep(as_of=as_of + HOUR / 2)  # began before the visit
        assert run.raised == 0
        assert not Flag.objects.standing().filter(rule="VIS-07").exists()

    def test_it_does_not_clear_what_was_raised_after_it(self, placement):
        sweep(as_of=at(START + 60 * DAY))
        before = standing()
        assert sweep(as_of=at(START, 15)).cleared == 0
        assert standing() >= before


class TestRecheck:
    def test_only_what_was_touched(self, cast, placement):
        other = cast.unregistered(cast.child(), START)
        recheck(subjects={("placement", placement.pk)}, as_of=at(START + 60 * DAY))
        assert set(Flag.objects.values_list("placement", flat=True)) == {placement.pk}
        visit(other, at(START + DAY))
        self.nothing_is_left_for_a_sweep(placement)

    def nothing_is_left_for_a_sweep(self, placement):
        found = set(Flag.objects.standing().values_list("pk", flat=True))
        assert len(found) > 20
        sweep(as_of=at(START + 60 * DAY))
        assert set(placement.flags.standing().values_list("pk", flat=True)) == found

    @pytest.mark.parametrize("kind", ["placement", "child", "home", "user"])
    def test_whatever_kind_was_touched(self, cast, placement, kind):
        touched = {"placement": placement, "child": placement.child, "home": placement.home, "user": cast.amy}[kind]
        recheck(subjects={(kind, touched.pk)}, as_of=at(START + 60 * DAY))
        self.nothing_is_left_for_a_sweep(placement)

    @pytest.mark.parametrize("kind", ["carer", "agency", "shift"])
    def test_whoever_was_touched_of_those_who_care_for_her(self, cast, placement, kind):
        """Where they work now or worked lately, and nowhere else."""
        elsewhere = cast.unregistered(cast.child(), START)
        carer, shift = cast.carer(), cast.shift(placement, START + 58 * DAY)
        cast.puts(carer, shift)
        cast.puts(carer, cast.shift(elsewhere, START + DAY))
        touched = {"carer": carer, "agency": cast.agency, "shift": shift}[kind]
        recheck(subjects={(kind, touched.pk)}, as_of=at(START + 60 * DAY))
        assert set(Flag.objects.standing().values_list("placement", flat=True)) == {placement.pk}

    def test_an_agency_bears_on_where_it_is_agreed_that_it_supplies(self, cast, placement):
        cast.supplies(placement)
        recheck(subjects={("agency", cast.agency.pk)}, as_of=at(START + 60 * DAY))
        assert set(Flag.objects.standing().values_list("placement", flat=True)) == {placement.pk}

    def test_an_unknown_kind_is_a_mistake_of_ours(self):
        with pytest.raises(ValueError, match="lamp"):
            recheck(subjects={("lamp", 1)}, as_of=at(START))

    def test_nothing_touched_asks_nothing(self, db):
        recheck(subjects={("placement", 0)}, as_of=at(START))
        assert not Flag.objects.exists()

    def test_clears_and_leaves_others_alone(self, cast, placement):
        other = cast.unregistered(cast.child(), START)
        sweep(as_of=at(START + 60 * DAY))
        of_other = set(Flag.objects.standing().filter(placement=other).values_list("pk", flat=True))
        visit(placement, at(START + 60 * DAY))
        visit(other, at(START + 60 * DAY))
        recheck(subjects={("placement", placement.pk)}, as_of=at(START + 60 * DAY, 13))
        assert set(Flag.objects.standing().filter(placement=other).values_list("pk", flat=True)) == of_other
        assert not Flag.objects.standing().filter(placement=placement, rule="VIS-01").exists()


class TestFailure:
    def test_a_rule_that_fails_stops_no_other_and_its_flags_stand(self, placement, monkeypatch, caplog):
        sweep(as_of=at(START + 9 * DAY))
        before = set(Flag.objects.standing().filter(rule="VIS-07").values_list("pk", flat=True))
        assert before
        ordinary = sweeping._statement
        monkeypatch.setattr(
            sweeping, "_statement", lambda code: "SELECT no_such_column, 1, 2" if code == "VIS-07" else ordinary(code)
        )
        visit(placement, at(START + 10 * DAY))
        run = sweep(as_of=at(START + 60 * DAY))
        assert run.failed_rules == ["VIS-07"]
        assert set(Flag.objects.standing().filter(rule="VIS-07").values_list("pk", flat=True)) == before
        assert Flag.objects.standing().filter(rule="VIS-08").exists()
        assert not Flag.objects.standing().filter(rule="VIS-01").exists()
        assert "VIS-07 could not be evaluated: ProgrammingError" in caplog.text
        assert placement.child.surname not in caplog.text

    def test_nor_does_it_when_one_placement_is_checked_again(self, placement, monkeypatch, caplog):
        sweep(as_of=at(START + 60 * DAY))
        standing = set(Flag.objects.standing().filter(rule="VIS-07").values_list("pk", flat=True))
        ordinary = sweeping._statement
        monkeypatch.setattr(
            sweeping, "_statement", lambda code: "SELECT no_such_column, 1, 2" if code == "VIS-07" else ordinary(code)
        )
        visit(placement, at(START + 60 * DAY))
        recheck(subjects={("placement", placement.pk)}, as_of=at(START + 60 * DAY, 13))
        assert standing <= set(Flag.objects.standing().values_list("pk", flat=True))
        assert not Flag.objects.standing().filter(rule="VIS-01").exists()
        assert "VIS-07 could not be evaluated: ProgrammingError" in caplog.text

    def test_flags_of_a_rule_no_longer_in_the_book_are_cleared(self, cast, placement):
        old = Flag.objects.create(
            rule="OLD-01",
            severity="red",
            authority=cast.north,
            child=placement.child,
            placement=placement,
            due_at=at(START),
            raised_at=at(START),
            owner_role=Role.DIRECTOR,
            owner=cast.dee,
        )
        sweep(as_of=at(START + DAY))
        old.refresh_from_db()
        assert old.cleared_at == at(START + DAY)

    def test_a_rule_is_asked_only_while_it_is_in_force(self, cast):
        assert "LEG-04" not in {rule.code for rule in rulebook.in_force(dt.date(2021, 9, 8))}
        assert "LEG-04" in {rule.code for rule in rulebook.in_force(dt.date(2021, 9, 9))}


class TestOwners:
    def holder(self, as_of, code="VIS-01"):
        return check(as_of)[code, ""].owner

    def test_the_next_person_up_each_time_a_post_is_empty(self, cast, placement):
        as_of = at(START + 9 * DAY)
        for key in ("amy", "tom", "hana", "dee", "dora", "sal"):
            person = getattr(cast, key)
            assert self.holder(as_of) == person, key
            User.objects.filter(pk=person.pk).update(is_active=False)
        assert self.holder(as_of) == cast.sam  # a system administrator sees no case, and can fill the posts

    def test_a_standing_flag_goes_to_whoever_follows(self, cast, placement):
        flag = check(at(START + 9 * DAY))["VIS-01", ""]
        Allocation.objects.filter(child=placement.child).update(ended_on=START + 10 * DAY)
        assert self.holder(at(START + 10 * DAY)) == cast.tom
        cast.allocate(placement.child, cast.ben, since=START + 11 * DAY)
        assert self.holder(at(START + 11 * DAY)) == cast.ben
        flag.refresh_from_db()
        assert flag.cleared_at is None
        assert flag.owner == cast.ben
        assert [row.owner_id for row in flag.history.order_by("pk")] == [cast.amy.pk, cast.tom.pk, cast.ben.pk]

    def test_a_child_without_worker_or_team(self, cast):
        child = cast.child(worker=False, team=None)
        cast.placement(child, START, type="U6")
        assert self.holder(at(START + 9 * DAY)) == cast.dee

    def test_never_a_person_of_another_council(self, cast, placement):
        assert cast.zoe.is_active
        assert cast.todd.is_active
        User.objects.filter(authority=cast.north).update(is_active=False)
        cast.person("sid", "Sid Crake", Role.SYSTEM_ADMINISTRATOR, authority=cast.south)
        assert self.holder(at(START + 9 * DAY)).name == "Sid Crake"

    def test_with_nobody_at_all_the_sweep_says_so_and_goes_on(self, cast, placement, caplog):
        User.objects.update(is_active=False)
        run = sweep(as_of=at(START + 60 * DAY))
        assert run.failed_rules == []
        assert "nobody has an account" in caplog.text

    def test_every_flag_of_every_role_has_an_owner_who_sees_it(self, cast, placement):
        sweep(as_of=at(START + 60 * DAY))
        for flag in Flag.objects.standing().select_related("owner"):
            assert Flag.for_user(flag.owner).filter(pk=flag.pk).exists()

    def test_once_it_is_cleared_whoever_held_it_last_sees_it_by_the_child_alone(self, cast, placement):
        sweep(as_of=at(START + 60 * DAY))
        held = Flag.objects.standing().filter(owner=cast.amy).first()
        Child.objects.update(team=None)
        Allocation.objects.all().delete()
        assert Flag.for_user(cast.amy).filter(pk=held.pk).exists()  # it stands, and is hers until it is passed on
        Flag.objects.filter(pk=held.pk).update(cleared_at=at(START + 61 * DAY))
        assert not Flag.for_user(cast.amy).filter(pk=held.pk).exists()

    def test_the_end_of_the_tasks_time_is_no_fault_of_a_rule(self, placement, monkeypatch):
        def over(*_):
            raise SoftTimeLimitExceeded

        monkeypatch.setattr("oversight.sweep._apply", over)
        with pytest.raises(SoftTimeLimitExceeded):
            sweep(as_of=at(START + 60 * DAY))


class TestCatchUp:
    def test_an_outage_leaves_no_hole(self, cast, placement, monkeypatch):
        sweep(as_of=at(START + 2 * DAY))
        visit(placement, at(START + 10 * DAY, 9))  # late by then, and made good before anybody looked
        done: list = []
        monkeypatch.setattr(sweeping, "_after", [lambda *, as_of, now: done.append((as_of, now))])
        runs = catch_up(as_of=at(START + 12 * DAY))
        assert done == [(run.as_of, at(START + 12 * DAY)) for run in runs], "a floor above is told that it is later"
        assert len(runs) == 11
        assert [run.as_of for run in runs] == sorted(run.as_of for run in runs)
        missed = Flag.objects.get(rule="VIS-01")
        assert missed.due_on == START + 7 * DAY
        assert missed.raised_at == at(START + 8 * DAY, 0)
        assert missed.cleared_at == at(START + 11 * DAY, 0)

    def test_it_says_what_a_timely_sweep_would_have_said(self, cast, placement):
        sweep(as_of=at(START + 2 * DAY))
        catch_up(as_of=at(START + 12 * DAY))
        late = facts_of_flags()
        EscalationFlag.objects.all().delete()
        Flag.objects.all().delete()
        for day in range(2, 13):
            sweep(as_of=at(START + day * DAY))
        assert facts_of_flags() == late

    def test_with_nothing_missed_it_is_one_sweep(self, placement):
        assert len(catch_up(as_of=at(START + 2 * DAY, 9))) == 1
        assert len(catch_up(as_of=at(START + 2 * DAY, 10))) == 1

    def test_an_unfinished_sweep_is_no_sweep(self, placement):
        sweep(as_of=at(START + 2 * DAY))
        SweepRun.objects.create(as_of=at(START + 5 * DAY), started_at=at(START + 5 * DAY))
        assert len(catch_up(as_of=at(START + 5 * DAY, 13))) == 4

    def test_a_rule_that_failed_is_replayed_by_itself_once_it_is_mended(self, cast, placement, monkeypatch):
        """VIS-01 fell due on the 7th day. From the 6th to the 9th it could not be asked; on the 10th it can."""
        broken, ordinary = set(), sweeping._statement
        monkeypatch.setattr(
            sweeping, "_statement", lambda code: "SELECT no_such_column" if code in broken else ordinary(code)
        )
        alone = []
        monkeypatch.setattr(
            sweeping,
            "sweep",
            lambda *, as_of, only=(), now=None: alone.append((as_of, list(only))) or sweep(as_of=as_of, only=only),
        )
        catch_up(as_of=at(START + 5 * DAY))
        broken.add("VIS-01")
        for day in (6, 7, 8, 9):
            if day == 9:
                visit(placement, at(START + 9 * DAY, 9))
            runs = catch_up(as_of=at(START + day * DAY))
            assert runs[-1].failed_rules == ["VIS-01"]
            assert len([run for run in runs if run.only]) <= 1, "what still fails is tried once"
            assert SweepRun.last_checked(as_of=at(START + day * DAY)) == (at(START + 5 * DAY), ["VIS-01"])
        assert not Flag.objects.filter(rule="VIS-01").exists()
        broken.clear()
        alone.clear()
        now = at(START + 10 * DAY)
        runs = catch_up(as_of=now)
        days = [at(START + day * DAY, 0) for day in (6, 7, 8, 9)]
        assert alone == [*[(day, ["VIS-01"]) for day in days], (at(START + 10 * DAY, 0), []), (now, [])]
        missed = Flag.objects.get(rule="VIS-01")
        assert missed.due_on == START + 7 * DAY
        assert missed.raised_at == at(START + 8 * DAY, 0), "the day it truly fell due"
        assert missed.cleared_at == at(START + 10 * DAY, 0), "the day after it was visited"
        assert SweepRun.last_checked(as_of=now) == (now, [])
        assert len(catch_up(as_of=now + HOUR)) == 1, "nothing is left to replay"

    def test_a_killed_replay_of_one_rule_goes_on_where_it_was(self, placement):
        sweep(as_of=at(START + 2 * DAY))
        run = sweep(as_of=at(START + 9 * DAY))
        SweepRun.objects.filter(pk=run.pk).update(failed_rules=["VIS-01"])
        sweep(as_of=at(START + 6 * DAY, 0), only=["VIS-01"])
        assert SweepRun.behind(as_of=at(START + 9 * DAY)) == {"VIS-01": at(START + 6 * DAY, 0)}
        assert [run.as_of for run in catch_up(as_of=at(START + 9 * DAY, 13)) if run.only] == [
            at(START + day * DAY, 0) for day in (7, 8, 9)
        ]

    def test_a_rule_that_never_was_checked_is_behind_from_the_first_run_that_asked_it(self, placement):
        for day in (2, 3):
            run = sweep(as_of=at(START + day * DAY))
            SweepRun.objects.filter(pk=run.pk).update(failed_rules=["VIS-01"])
        assert SweepRun.behind(as_of=at(START + 4 * DAY)) == {"VIS-01": at(START + 2 * DAY)}

    def test_the_timetables_task_is_catch_up(self, placement, monkeypatch):
        from oversight import tasks

        asked = []
        monkeypatch.setattr(tasks, "catch_up", lambda *, as_of: asked.append(as_of))
        tasks.sweep.apply()
        assert len(asked) == 1


class TestStandards:
    def test_a_stricter_standard_counts_from_its_day(self, cast, placement):
        other = cast.unregistered(
            cast.child(authority=cast.south, team=cast.south_team, worker=cast.zoe),
            START,
        )
        LocalStandard.objects.create(
            authority=cast.north,
            key="VIS-07 social worker",
            value=3,
            effective_from=START + 5 * DAY,
            set_by=cast.dee,
            reason="Weekly is too little.",
        )

        def breached(day):
            sweep(as_of=at(START + day * DAY))
            flags = Flag.objects.standing().filter(rule="VIS-07", limb="social_worker")
            return set(flags.values_list("placement", flat=True))

        assert breached(4) == set()
        assert breached(5) == {placement.pk}
        assert breached(8) == {placement.pk, other.pk}

    def test_every_key_is_used_by_a_rule(self, db):
        from oversight import standards

        with connection.cursor() as cursor:  # whose checks are complete is the database's own question
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'staffing_missing'")
            queries = [cursor.fetchone()[0], *(rule.clocks for rule in rulebook.ALL)]
        kept = [rule.source_id for rule in rulebook.ALL if rule.kept_by_ladder]  # read by the floor above
        for standard in standards.ALL:
            if standard.key.split()[0] in kept:
                continue
            assert any(f"'{standard.key}'" in query for query in queries), standard.key
