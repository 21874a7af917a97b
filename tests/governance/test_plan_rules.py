"""CPL-01 to CPL-08, NOT-08 and LEG-07: what falls due when, the day before, the day, the day after."""

import datetime as dt

import pytest

from children.models import LegalStatus
from governance import models
from oversight import rulebook
from oversight.models import Flag
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, NOT_NOT_YES, check, clocks, on_days, stands, visit

START = dt.date(2022, 1, 10)  # a Monday
FIFTH, TENTH = dt.date(2022, 1, 17), dt.date(2022, 1, 24)
TEXTS = dict.fromkeys(("needs", "identity", "risks", "outcomes", "wishes"), "As it is.")


@pytest.fixture
def placement(cast):
    """An emergency move into a house nobody has registered, at nine in the morning."""
    return cast.unregistered(cast.child(since=START, planned=False), START, hour=9, type="Z1", planned=False)


class Records:
    """Each in a line."""

    def __init__(self, cast, placement):
        self.cast, self.placement, self.child = cast, placement, placement.child
        self.by = {"recorded_by": cast.amy}

    def plan(self, day, kind="care", **fields):
        number = models.Plan.objects.filter(kind=kind).count() + 1
        placement = self.placement if kind == "placement" else None
        fields = {"sections": [code for code, _ in models.Plan.SECTIONS] if kind == "care" else []} | fields
        return models.Plan.objects.create(
            child=self.child, kind=kind, version=number, made_on=day, placement=placement, **fields, **self.by
        )

    def profile(self, day):
        return models.ReferralProfile.objects.create(child=self.child, confirmed_on=day, **TEXTS, **self.by)

    def search(self, day):
        return models.SearchEntry.objects.create(
            child=self.child, asked="Fernbank", asked_on=day, meets_wish="meets", **self.by
        )

    def agreement(self, day, own_lines=3):
        return models.PlacementAgreement.objects.create(
            placement=self.placement, outcomes="O", health_said="H", education_said="E", template="T", text="T",
            own_lines=own_lines, signed_on=day, signed_for_provider="P", **self.by,
        )  # fmt: skip

    def block(self, first, last, placement=None):
        return models.Funding.objects.create(
            placement=placement or self.placement, starts_on=first, ends_on=last, weekly_cost=100, approved_on=first,
            approved_by="A", why="W", why_not_asked="N", **self.by,
        )  # fmt: skip

    def stop(self, block, day, approved=None):
        block.stopped_on, block.stop_approved_on = day, approved or day
        block.stop_approved_by = block.stop_why = "A"
        block.save()

    def long_term(self, day, kind="home", **fields):
        fields = dict.fromkeys(("health_said", "education_said", "care_said", "interim_safety"), "S") | fields
        return models.LongTermPlan.objects.create(
            child=self.child, kind=kind, aim="A", started_on=day, **fields, **self.by
        )

    def milestone(self, plan, day, **fields):
        return models.Milestone.objects.create(plan=plan, what="W", due_on=day, **fields, **self.by)

    def contingency(self, day, plan=None, **fields):
        return models.Contingency.objects.create(
            child=self.child, plan=plan, made_on=day, what="W", weekly_cost=1, trigger="T", **fields, **self.by
        )

    def checked(self, step, when):
        parts = dict.fromkeys(("safeguarding", "care", "education", "health", "way_out"), "P")
        return models.CrisisCheck.objects.create(
            placement=self.placement, step=step, signed_at=when, signed_by=self.cast.tom, **parts
        )

    def notice(self, when, hours=28 * 24, **fields):
        return models.NoticeReceived.objects.create(
            placement=self.placement, from_whom="The provider", received_at=when, ends_at=when + hours * HOUR, reasons="R",
            **fields, **self.by,
        )  # fmt: skip

    def task(self, made, due, **fields):
        fields = {"kind": "direction"} | fields
        return models.CourtTask.objects.create(
            child=self.child, what="W", source="S", made_on=made, due_on=due, owner=self.cast.amy, **fields, **self.by
        )


@pytest.fixture
def records(cast, placement):
    return Records(cast, placement)


class TestPlans:
    def test_care_plan_within_ten_working_days_of_the_first_placement(self, records):
        assert on_days("CPL-01", "", TENTH) == NOT_NOT_YES
        records.plan(TENTH)
        assert not stands(at(TENTH + DAY), "CPL-01")

    def test_a_move_does_not_start_it_again(self, cast, records):
        moved = START + 5 * DAY
        records.placement.ended_on = moved
        records.placement.save()
        cast.unregistered(records.child, moved, planned=False)
        assert on_days("CPL-01", "", TENTH) == NOT_NOT_YES

    def test_placement_plan_within_five_working_days_of_each_and_signed(self, records):
        assert on_days("CPL-02", "", FIFTH) == NOT_NOT_YES
        records.plan(START, "placement")
        assert stands(at(FIFTH + DAY), "CPL-02")
        records.plan(START, "placement", signed_on=FIFTH, signed_by="The manager")
        assert not stands(at(FIFTH + DAY), "CPL-02")

    def test_every_part_is_asked_for_and_the_newest_version_counts(self, records):
        assert not stands(at(TENTH + DAY), "CPL-03")  # no plan is another matter
        for code, _ in models.Plan.SECTIONS:
            others = [each for each, _ in models.Plan.SECTIONS if each != code]
            records.plan(START, sections=others)
            assert stands(at(START), "CPL-03"), code
        records.plan(START + DAY)
        assert not stands(at(START + DAY), "CPL-03")
        assert rulebook.get("CPL-03").severity == "amber"

    @pytest.mark.parametrize("code", ["V3", "V4"])
    def test_short_breaks_are_another_regulation(self, records, code):
        LegalStatus.objects.update(code=code)
        assert not stands(at(TENTH + DAY), "CPL-01")
        assert not stands(at(TENTH + DAY), "CPL-02")

    def test_the_law_asks_it_of_a_settled_child_too_and_nothing_else(self, cast):
        child = cast.child(since=START, planned=False)
        cast.placement(child, START, type="U6", planned=False)
        assert on_days("CPL-01", "", TENTH) == NOT_NOT_YES
        assert on_days("CPL-02", "", FIFTH) == NOT_NOT_YES
        late = {rule for rule, _ in check(at(START + 100 * DAY)) if rule.startswith(("CPL", "QA"))}
        assert late == {"CPL-01", "CPL-02"}

    def test_a_placement_known_from_a_return_is_asked_from_the_day_a_team_takes_it_on(self, cast):
        child = cast.child(since=START, planned=False)
        known = cast.placement(child, START, type="U6", planned=False, from_return=True, followed_from=None)
        assert not any(rule.startswith("CPL") for rule, _ in check(at(START + 100 * DAY)))
        known.followed_from = START + 7 * DAY  # a Monday again
        known.save()
        assert on_days("CPL-01", "", TENTH + 7 * DAY) == NOT_NOT_YES
        assert on_days("CPL-02", "", FIFTH + 7 * DAY) == NOT_NOT_YES


class TestProfile:
    def test_every_28_days(self, cast, records):
        assert on_days("CPL-04", "regular", START + 28 * DAY) == NOT_NOT_YES
        records.profile(START + 20 * DAY)
        assert on_days("CPL-04", "regular", START + 48 * DAY) == NOT_NOT_YES

    def test_within_two_working_days_of_an_order_or_a_notice(self, cast, records):
        records.profile(START)
        assert "event" not in clocks("CPL-04", at(START + 9 * DAY))
        friday = dt.date(2022, 1, 21)
        records.notice(at(friday))
        assert on_days("CPL-04", "event", dt.date(2022, 1, 25)) == NOT_NOT_YES
        records.profile(friday)  # the same day: whoever wrote it knew
        assert "event" not in clocks("CPL-04", at(dt.date(2022, 1, 27)))
        cast.dol_order(records.child, dt.date(2022, 2, 1))
        assert on_days("CPL-04", "event", dt.date(2022, 2, 3)) == NOT_NOT_YES

    def test_a_search_made_without_one(self, records):
        records.search(START + DAY)
        assert on_days("CPL-04", "unfounded", START + DAY) == NOT_NOT_YES
        records.profile(START + 2 * DAY)
        assert not stands(at(START + 2 * DAY), "CPL-04", "unfounded")

    def test_the_first_block_needs_none_and_the_next_does(self, records):
        records.block(START, START + 80 * DAY)
        assert not stands(at(START + DAY), "CPL-04", "unfounded")
        records.block(START + 81 * DAY, START + 160 * DAY)
        assert on_days("CPL-04", "unfounded", START + 81 * DAY) == NOT_NOT_YES


class TestAgreementAndBlocks:
    def test_within_five_working_days(self, records):
        assert on_days("CPL-05", "missing", FIFTH) == NOT_NOT_YES
        records.agreement(FIFTH, own_lines=0)
        assert not stands(at(FIFTH + DAY), "CPL-05", "missing")
        assert on_days("CPL-05", "generic", FIFTH)[2]
        records.agreement(FIFTH + DAY, own_lines=1)
        assert clocks("CPL-05", at(FIFTH + DAY)) == {}

    @pytest.mark.parametrize(("ends", "short"), [(dt.date(2022, 10, 9), True), (dt.date(2022, 10, 10), False)])
    def test_three_months_is_short_and_a_day_more_is_not(self, records, ends, short):
        second, third = dt.date(2022, 4, 10), dt.date(2022, 7, 10)
        records.block(START, second - DAY)
        records.block(second, third - DAY)
        records.block(third, ends)
        assert not stands(at(third - DAY), "CPL-08", "third")
        assert stands(at(third), "CPL-08", "third") == short

    def test_42_days_before_a_block_ends_with_nothing_after_it(self, cast, records):
        ends = START + 100 * DAY
        records.block(START, ends)
        assert not stands(at(ends - 43 * DAY, 23, 59), "CPL-08", "ending")
        assert stands(at(ends - 42 * DAY, 0), "CPL-08", "ending")
        records.block(ends + DAY, ends + 400 * DAY)
        assert not stands(at(ends - 42 * DAY), "CPL-08", "ending")

    def test_an_early_end_is_known_once_it_is_approved_and_a_block_that_never_began_is_none(self, records):
        new, told = START + 40 * DAY, START + 20 * DAY
        records.stop(records.block(START, START + 400 * DAY), new, told)
        assert not stands(at(told - DAY, 23, 59), "CPL-08", "ending")
        assert clocks("CPL-08", at(told, 0)) == {"ending": (at(told, 0), "overdue")}
        after = records.block(new, new + 400 * DAY)
        assert not stands(at(told), "CPL-08", "ending")
        assert stands(at(new + DAY), "CPL-04", "unfounded")  # an extension without a profile
        records.stop(after, new, told + DAY)
        assert [stands(at(told + n * DAY), "CPL-08", "ending") for n in (0, 1)] == [False, True]
        assert not stands(at(new + DAY), "CPL-04", "unfounded")

    def test_a_new_price_makes_no_short_block_of_a_long_one(self, records):
        for number in range(3):
            block = records.block(START + 30 * number * DAY, START + 900 * DAY)
            if number < 2:
                records.stop(block, START + 30 * (number + 1) * DAY)
        assert not stands(at(START + 70 * DAY), "CPL-08", "third")


class TestLongTerm:
    def test_what_a_plan_must_have(self, records):
        plan = records.long_term(START, "move", health_said="", interim_safety="")
        assert stands(at(START + DAY, 0), "CPL-06", "bare")
        records.milestone(plan, START + 90 * DAY)
        assert stands(at(START + DAY, 0), "CPL-06", "bare")
        records.contingency(START, plan)
        assert not stands(at(START + DAY), "CPL-06", "bare")
        assert on_days("CPL-06", "partners", START + 5 * DAY) == NOT_NOT_YES
        assert on_days("CPL-06", "interim", START + 28 * DAY) == NOT_NOT_YES
        plan.ended_on = START + 29 * DAY
        plan.save()
        assert clocks("CPL-06", at(START + 29 * DAY)) == {}

    def test_one_missed_is_amber_and_28_days_late_is_red(self, records):
        plan, due = records.long_term(START), START + 10 * DAY
        contingency = records.contingency(START, plan)
        step = records.milestone(plan, due)
        assert on_days("CPL-06", "missed", due) == NOT_NOT_YES
        assert on_days("CPL-06", "contingency", due + 28 * DAY) == NOT_NOT_YES
        assert rulebook.get("CPL-06").severity_of("missed") == "amber"
        assert rulebook.get("CPL-06").severity_of("contingency") == "red"
        contingency.state, contingency.decided_on = "refused", due + 29 * DAY
        contingency.decided_by, contingency.reasons = records.cast.hana, "The builder is in."
        contingency.save()
        assert not stands(at(due + 30 * DAY), "CPL-06", "contingency")
        assert stands(at(due + 30 * DAY), "CPL-06", "missed")
        step.met_on, step.evidence = due + 31 * DAY, "Seen."
        step.save()
        assert not stands(at(due + 31 * DAY), "CPL-06", "missed")

    def test_the_second_missed_is_red_at_once(self, records):
        plan = records.long_term(START)
        records.contingency(START, plan)
        records.milestone(plan, START + 10 * DAY)
        records.milestone(plan, START + 15 * DAY)
        assert on_days("CPL-06", "contingency", START + 15 * DAY) == NOT_NOT_YES


class TestCrisis:
    def test_grace_and_then_each_step(self, records):
        assert not stands(at(START + 2 * DAY, 9), "CPL-07", "hours_48")
        assert stands(at(START + 2 * DAY, 9, 1), "CPL-07", "hours_48")
        assert on_days("CPL-07", "day_5", FIFTH) == NOT_NOT_YES
        for limb, days in [("day_14", 14), ("day_28", 28), ("day_56", 56), ("day_84", 84)]:
            assert on_days("CPL-07", limb, START + days * DAY) == NOT_NOT_YES
        owners = {limb: flag.owner for (rule, limb), flag in check(at(START + 90 * DAY)).items() if rule == "CPL-07"}
        cast = records.cast
        assert owners == {
            "hours_48": cast.tom, "day_5": cast.hana, "day_14": cast.hana, "day_28": cast.dee, "day_56": cast.dee,
            "day_84": cast.dora,
        }  # fmt: skip

    def test_a_later_step_covers_the_earlier_ones(self, records):
        records.checked("day_14", at(START + 14 * DAY))
        assert set(clocks("CPL-07", at(START + 20 * DAY))) == {"day_28", "day_56", "day_84", "again"}

    def test_what_was_signed_early_clears_only_what_was_due_next(self, records):
        records.checked("day_84", at(START + 2 * DAY, 10))
        assert set(clocks("CPL-07", at(START + 20 * DAY))) == {"day_14", "day_28", "day_56", "day_84", "again"}

    def test_it_is_looked_at_again_every_28_days(self, records):
        assert on_days("CPL-07", "again", START + 112 * DAY) == NOT_NOT_YES
        records.checked("again", at(START + 100 * DAY))
        assert on_days("CPL-07", "again", START + 128 * DAY) == NOT_NOT_YES
        assert set(clocks("CPL-07", at(START + 120 * DAY))) == {"again"}

    def test_a_planned_move_to_a_registered_home_has_none(self, cast):
        home = cast.home(status="registered", registered_for="childrens_home")
        placement = cast.placement(cast.child(since=START), START, home=home)
        cast.dol_order(placement.child, START)
        assert clocks("CPL-07", at(START + 90 * DAY)) == {}


class TestNotices:
    def test_the_same_day_opens_the_search_and_the_contingency_and_tells_the_director(self, records):
        when = at(START + 30 * DAY, 10)
        records.notice(when)
        assert stands(when, "NOT-08", "alert")
        assert on_days("NOT-08", "search", START + 30 * DAY)[1:] == (False, True)
        assert on_days("NOT-08", "contingency", START + 30 * DAY)[1:] == (False, True)
        records.search(START + 30 * DAY)
        assert not stands(when + 20 * HOUR, "NOT-08", "search")
        assert stands(when + 20 * HOUR, "NOT-08", "alert")
        records.contingency(START + 30 * DAY)
        assert clocks("NOT-08", when + 20 * HOUR) == {}

    def test_48_hours_is_the_directors_until_there_is_somewhere_to_go(self, cast, records):
        when = at(START + 30 * DAY, 10)
        records.notice(when, hours=48)
        records.search(START + 30 * DAY)
        records.contingency(START + 30 * DAY)
        assert {limb for limb, (_, stage) in clocks("NOT-08", when).items() if stage == "overdue"} == {"short"}
        flag = check(when + HOUR)["NOT-08", "short"]
        assert (flag.owner, flag.severity) == (cast.dora, "red")
        records.placement.ended_on = START + 32 * DAY
        records.placement.save()
        cast.unregistered(records.child, START + 32 * DAY)
        assert clocks("NOT-08", when + 2 * HOUR) == {}

    def test_49_hours_is_no_48(self, records):
        records.notice(at(START), hours=49)
        assert "short" not in clocks("NOT-08", at(START))

    def test_taken_back(self, records):
        records.notice(at(START), withdrawn_at=at(START + DAY))
        assert stands(at(START, 13), "NOT-08", "alert")
        assert clocks("NOT-08", at(START + DAY)) == {}


class TestCourt:
    def test_a_task_overdue_is_told_to_the_worker_and_the_lawyer(self, cast, records):
        due = START + 14 * DAY
        task = records.task(START, due)
        cast.allocate(records.child, cast.lola, part="legal", since=START)
        assert on_days("LEG-07", "task", due) == NOT_NOT_YES
        assert on_days("LEG-07", "lawyer", due) == NOT_NOT_YES
        check(at(due + DAY))
        flags = Flag.objects.standing().filter(rule="LEG-07")
        assert {flag.limb: flag.owner for flag in flags} == {"task": cast.amy, "lawyer": cast.lola}
        task.done_on, task.evidence = due + DAY, "Filed."
        task.save()
        assert clocks("LEG-07", at(due + DAY)) == {}

    def test_as_often_as_the_court_asked_of_others(self, records):
        records.task(START, START + 90 * DAY, kind="visiting", every_days=7)
        assert on_days("LEG-07", "visiting", START + 7 * DAY) == NOT_NOT_YES
        seen = START + 5 * DAY
        visit(records.placement, at(seen), "seen", recorded_by=records.cast.amy)
        visit(records.placement, at(seen + DAY), "seen_alone", capacity="guardian", recorded_by=records.cast.amy)
        assert on_days("LEG-07", "visiting", seen + 7 * DAY) == NOT_NOT_YES
        assert "visiting" not in clocks("LEG-07", at(START + 91 * DAY))
