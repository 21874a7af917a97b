"""MTG: each rule the day before, on the day and the day after; and the review's failings about meetings, lived through by
the product's own actions: prevented, or flagged.
"""

import datetime as dt

import pytest

from core.errors import Invalid
from core.models import LocalStandard
from governance.actions import meetings, minutes, tasks
from governance.models import Meeting, MeetingSeries
from oversight.models import Flag
from placements.models import Placement
from tests.cast import at
from tests.governance.round_a_table import DAY, HOUR, MONDAY, START, Table
from tests.oversight.facts import NOT_NOT_YES, clocks, on_days, stands
from tests.oversight.independent import nth_working_day
from tests.told_once import told_once

WEEK = 7 * DAY


@told_once
def table(cast):
    return Table(cast)


@told_once
def series(table):
    return table.sets_up()


# --- MTG-01 -------------------------------------------------------------------------------------------------------------


class TestWhatItIsFor:
    @pytest.mark.failing("F81")
    @pytest.mark.recommendation("R2.10")
    def test_its_terms_are_reviewed_once_a_year(self, table, cast, series):
        due = START.replace(year=2023)
        assert on_days("MTG-01", "terms", due) == NOT_NOT_YES
        table.red(at(due + DAY, 1))
        flag = Flag.objects.standing().get(rule="MTG-01", limb="terms")
        assert (flag.severity, flag.owner) == ("amber", cast.hana)
        reviewed = due + DAY
        table.act(
            meetings.review_terms, cast.hana, at(reviewed, 9), series=series, reviewed_on=reviewed, found="It still is."
        )
        assert "MTG-01 terms" not in table.red()
        assert on_days("MTG-01", "terms", dt.date(2024, 2, 8)) == NOT_NOT_YES

    def test_it_is_held_as_often_as_they_say(self, table, series):
        assert on_days("MTG-01", "held", START + WEEK) == NOT_NOT_YES
        table.meets(series, at(START + WEEK, 14))
        assert on_days("MTG-01", "held", START + 2 * WEEK) == NOT_NOT_YES
        last = START + 20 * DAY
        assert "MTG-01 held" in table.red(at(last))
        table.act(meetings.end_series, series.chair, at(last), series=series, ended_on=last, why="She moved on.")
        assert table.red() == set()  # for five working days

    def test_a_child_at_high_risk_without_one_is_flagged_and_so_is_ending_the_only_one(self, table, cast):
        due = nth_working_day(START, 5)
        assert on_days("MTG-01A", "", due) == NOT_NOT_YES
        assert "MTG-01A" in table.red(at(due + DAY, 9))
        assert Flag.objects.standing().get(rule="MTG-01A").owner == cast.tom
        table.sets_up(child=False, name="Panel", every_days=28, chair=cast.dee, by=cast.dee, as_of=at(due + DAY, 10))
        assert "MTG-01A" in table.red()  # a panel over many children is none of hers
        series = table.sets_up(as_of=at(due + DAY, 11))
        assert "MTG-01A" not in table.red()
        table.act(meetings.end_series, cast.hana, at(MONDAY, 9), series=series, ended_on=MONDAY, why="It did nothing.")
        assert on_days("MTG-01A", "", nth_working_day(MONDAY, 5)) == NOT_NOT_YES

    def test_a_child_who_is_not_at_high_risk_needs_none_and_one_under_an_order_does(self, table, cast):
        Placement.objects.filter(pk=table.placement.pk).update(ended_on=START + DAY)
        cast.placement(table.child, START + DAY, home=cast.home(status="registered", registered_for="school"))
        assert clocks("MTG-01A", at(START + 60 * DAY)) == {}
        cast.dol_order(table.child, MONDAY)
        assert on_days("MTG-01A", "", nth_working_day(MONDAY, 5)) == NOT_NOT_YES

    @pytest.mark.failing("F81")
    @pytest.mark.failing("F82")
    def test_a_panel_has_terms_and_looks_at_the_whole_child(self, table, cast):
        """Without terms of reference there is no panel; and none of her life is left out of its minutes."""
        about = {"child": False, "name": "High-cost panel", "every_days": 28, "chair": cast.dee, "by": cast.dee}
        with pytest.raises(Invalid, match="terms of reference"):
            table.sets_up(**about, terms="")
        assert not MeetingSeries.objects.exists()
        with pytest.raises(Invalid, match="Children in care health"):
            table.sets_up(**about, required=["commissioner"])
        panel = table.sets_up(**about)
        assert {"health", "send", "virtual_school", "social_worker"} <= set(panel.required)
        meeting = table.meets(panel, at(MONDAY, 14), children=[table.child], sent=False)
        meeting.sections.filter(section="identity").update(text="")
        with pytest.raises(Invalid, match="Nothing is written under: Identity"):
            table.sends(meeting, at(MONDAY, 16))
        assert on_days("MTG-01", "terms", START.replace(year=2023)) == NOT_NOT_YES


# --- MTG-02 -------------------------------------------------------------------------------------------------------------


class TestMinutes:
    @pytest.mark.failing("F78")
    @pytest.mark.recommendation("R2.9")
    def test_they_go_out_within_two_working_days(self, table, cast, series):
        friday = MONDAY + 4 * DAY
        meeting = table.meets(series, at(friday, 14), sent=False)
        due = MONDAY + 8 * DAY  # a Tuesday
        assert on_days("MTG-02", "", due) == NOT_NOT_YES
        assert "MTG-02" in table.red(at(due + DAY, 1))
        flag = Flag.objects.standing().get(rule="MTG-02")
        assert (flag.severity, flag.owner) == ("red", cast.tom)
        table.sends(meeting, at(due + DAY, 9))
        assert "MTG-02" not in table.red()

    def test_bank_holidays_do_not_count(self, table, series):
        table.meets(series, at(dt.date(2022, 4, 14), 14), sent=False)  # the Thursday before Easter
        assert on_days("MTG-02", "", dt.date(2022, 4, 20)) == NOT_NOT_YES

    def test_one_that_was_called_off_has_none(self, table, series):
        held = at(MONDAY, 14)
        meeting = table.act(meetings.plan_meeting, series.chair, held - HOUR, series=series, held_at=held)
        assert stands(at(MONDAY + 3 * DAY), "MTG-02")
        table.act(meetings.call_off, series.chair, at(MONDAY + 3 * DAY), meeting=meeting, why="Snow.")
        assert not stands(at(MONDAY + 3 * DAY, 13), "MTG-02")
        assert stands(at(MONDAY + 3 * DAY, 11), "MTG-02")  # as it was known then


# --- MTG-03 -------------------------------------------------------------------------------------------------------------


class TestWhoIsThere:
    @pytest.mark.failing("F44")
    @pytest.mark.failing("F33")
    @pytest.mark.parametrize("part", ["send", "health"])
    def test_special_needs_and_health_are_asked_from_the_first_meeting_or_it_is_flagged_that_day(self, table, part):
        type(table.child).objects.filter(pk=table.child.pk).update(has_ehcp=True)
        table.child.refresh_from_db()
        series = table.sets_up()
        assert {"send", "health"} <= set(series.required)
        table.meets(series, at(MONDAY, 14), uninvited=[part])
        assert "MTG-03 uninvited" in table.red()
        flag = Flag.objects.standing().get(rule="MTG-03")
        assert (flag.severity, flag.due_at, flag.owner) == ("amber", at(MONDAY, 14), table.cast.amy)
        table.meets(series, at(MONDAY + WEEK, 14))
        assert not {red for red in table.red() if red.startswith("MTG-03")}

    @pytest.mark.failing("F44")
    @pytest.mark.failing("F33")
    @pytest.mark.parametrize("changes", ["said to have a plan", "an order", "moved where staff care"])
    def test_what_changes_after_it_was_set_up_asks_for_its_own_from_the_next_meeting_on(self, table, cast, changes):
        children = type(table.child).objects.filter(pk=table.child.pk)
        children.update(has_ehcp=False)
        if changes == "moved where staff care":
            Placement.objects.filter(pk=table.placement.pk).update(ended_on=START)
            fostered = cast.placement(table.child, START, type="U6")
        table.child.refresh_from_db()
        series = table.sets_up()
        planned = table.plans(series, at(MONDAY, 14))  # before anything changes
        before = set(planned.required)
        if changes == "said to have a plan":
            children.update(has_ehcp=True)
            new = {"send"}
        elif changes == "an order":
            cast.dol_order(table.child, MONDAY - DAY)
            new = {"guardian"}
        else:
            Placement.objects.filter(pk=fostered.pk).update(ended_on=MONDAY - DAY)
            cast.unregistered(table.child, MONDAY - DAY)
            new = {"placement_manager", "agency", "police", "commissioner", "advocate"}
        assert not new & before
        planned = Meeting.objects.get(pk=planned.pk)
        there = table.there(planned, uninvited=new)
        assert new - {"agency"} <= {part for part, *_ in there}  # no agency supplies
        table.act(minutes.conduct, cast.hana, at(MONDAY, 15), meeting=planned, child=table.child, attendance=there)
        assert "MTG-03 uninvited" in table.red(at(MONDAY, 16))
        after = table.meets(series, at(MONDAY + WEEK, 14))
        assert set(after.required) == before | new
        assert not {red for red in table.red(at(MONDAY + WEEK, 16)) if red.startswith("MTG-03")}
        assert series.required == MeetingSeries.objects.get(pk=series.pk).required

    @pytest.mark.failing("F68")
    @pytest.mark.failing("F70")
    def test_a_panel_that_plans_her_placement_without_health_and_education(self, table, cast):
        """They are always asked; not asked all the same, it has to be said why, and it is flagged that day."""
        panel = table.sets_up(child=False, name="Placement planning", every_days=28, chair=cast.dee, by=cast.dee)
        table.meets(panel, at(MONDAY, 14), children=[table.child], uninvited=["health", "virtual_school"])
        assert "MTG-03 uninvited" in table.red()
        assert Meeting.objects.get().attendances.filter(state="not_invited").exclude(note="").count() == 2

    @pytest.mark.failing("F80")
    def test_an_agency_that_misses_two_in_a_row_is_amber_and_its_managers_see_it(self, table, cast):
        cast.supplies(table.placement)
        series = table.sets_up()
        table.meets(series, at(MONDAY, 14), missing=["agency"])
        assert "MTG-03 missed" not in table.red()
        table.meets(series, at(MONDAY + WEEK, 14))
        table.meets(series, at(MONDAY + 2 * WEEK, 14), missing=["agency"])
        assert "MTG-03 missed" not in table.red()  # not in a row
        table.meets(series, at(MONDAY + 3 * WEEK, 14), missing=["agency"])
        assert "MTG-03 missed" in table.red()
        flag = Flag.objects.standing().get(rule="MTG-03", limb="missed")
        assert (flag.severity, flag.agency, flag.owner) == ("amber", cast.agency, cast.tom)
        assert flag in Flag.for_user(cast.paul)
        table.meets(series, at(MONDAY + 4 * WEEK, 14))
        assert "MTG-03 missed" not in table.red()

    def test_one_that_came_to_supply_carers_in_between_has_missed_one(self, table, cast):
        series = table.sets_up()
        table.meets(series, at(MONDAY, 14))
        cast.supplies(table.placement, since=MONDAY + DAY)
        table.meets(series, at(MONDAY + WEEK, 14), missing=["agency"])
        assert "MTG-03 missed" not in table.red()

    @pytest.mark.failing("F15")
    def test_two_agencies_that_never_meet(self, table, cast):
        first, second = START + 3 * DAY, START + 10 * DAY
        cast.supplies(table.placement, since=first)
        assert clocks("MTG-03A", at(START + 40 * DAY)) == {}
        other = type(cast.agency).objects.create(name="Shoreline Nursing")
        cast.supplies(table.placement, other, since=second)
        assert on_days("MTG-03A", "", second + WEEK) == NOT_NOT_YES
        series = table.sets_up()
        table.meets(series, at(MONDAY, 14), missing=["agency"])
        assert "MTG-03A" in table.red()
        table.meets(series, at(MONDAY + DAY, 14))
        assert "MTG-03A" not in table.red()
        assert on_days("MTG-03A", "", MONDAY + DAY + WEEK) == NOT_NOT_YES

    def test_a_council_may_ask_for_more(self, table, cast):
        cast.supplies(table.placement, since=START)
        cast.supplies(table.placement, type(cast.agency).objects.create(name="Shoreline Nursing"), since=START)
        LocalStandard.objects.create(
            authority=cast.north, key="MTG-03 agencies", value=3, effective_from=START, set_by=cast.dee, reason="R"
        )
        assert on_days("MTG-03A", "", START + 3 * DAY) == NOT_NOT_YES


# --- MTG-04 -------------------------------------------------------------------------------------------------------------


class TestActions:
    @pytest.mark.failing("F78")
    def test_overdue_the_day_after_and_five_working_days_later_its_manager(self, table, cast, series):
        meeting = table.meets(series, at(MONDAY, 14), sent=False)
        friday = MONDAY + 4 * DAY
        action = table.agrees(meeting, at(MONDAY, 15), due_on=friday)
        assert on_days("MTG-04", "overdue", friday) == NOT_NOT_YES
        assert on_days("MTG-04", "escalated", friday + WEEK) == NOT_NOT_YES
        red = table.red(at(friday + WEEK + DAY, 1))
        assert "MTG-04 escalated" in red
        assert "MTG-04 overdue" not in red
        assert {(f.limb, f.severity, f.owner) for f in Flag.objects.filter(rule="MTG-04")} == {
            ("escalated", "red", cast.tom)
        }
        table.act(tasks.close_action, cast.hana, at(friday + WEEK + DAY, 9), action=action, evidence="Seen.")
        assert not {red for red in table.red() if red.startswith("MTG-04")}
        assert stands(at(friday + DAY), "MTG-04", "overdue")  # as it was known then

    def test_put_off_twice_is_drift_and_the_day_it_had_is_kept(self, table, cast, series):
        meeting = table.meets(series, at(MONDAY, 14))
        meeting.sent_at = None
        meeting.save()
        action = table.agrees(meeting, at(MONDAY, 15), due_on=MONDAY + 2 * DAY)

        def puts_off(days):
            when = at(MONDAY + days * DAY, 9)
            table.act(
                tasks.redate_action, cast.hana, when, action=action, due_on=MONDAY + (days + 3) * DAY, why="She is ill."
            )

        puts_off(3)
        assert not {red for red in table.red() if red.startswith("MTG-04")}
        assert stands(at(MONDAY + 3 * DAY, 8), "MTG-04", "overdue")
        puts_off(5)
        assert "MTG-04 drift" in table.red()
        flag = Flag.objects.standing().get(rule="MTG-04", limb="drift")
        assert (flag.severity, flag.owner, flag.due_at) == ("red", cast.hana, at(MONDAY + 5 * DAY, 9))

    @pytest.mark.failing("F79")
    def test_an_issue_that_comes_back_three_meetings_running_is_drift(self, table, cast, series):
        """A manager for the unit: agreed, not done, agreed again."""
        meeting = table.meets(series, at(MONDAY, 14), sent=False)
        first = table.agrees(meeting, at(MONDAY, 15), due_on=MONDAY + 3 * DAY)
        table.sends(meeting, at(MONDAY, 16))
        second = table.meets(series, at(MONDAY + WEEK, 14), sent=False)  # it is overdue by then
        assert "MTG-04 drift" not in table.red()
        table.act(tasks.close_action, cast.hana, at(MONDAY + WEEK, 15), action=first, evidence="An advertisement.")
        table.sends(second, at(MONDAY + WEEK, 16))
        third = table.meets(series, at(MONDAY + 2 * WEEK, 14), sent=False)
        again = table.agrees(third, at(MONDAY + 2 * WEEK, 15), issue=first.issue, what="Interview for a unit manager")
        assert "MTG-04 drift" in table.red()
        flag = Flag.objects.standing().get(rule="MTG-04", limb="drift")
        assert (flag.due_at, flag.owner) == (at(MONDAY + 2 * WEEK, 14), cast.hana)
        table.sends(third, at(MONDAY + 2 * WEEK, 16))
        table.meets(series, at(MONDAY + 3 * WEEK + DAY, 14))  # a fourth: the same flag stands, from the third
        table.red(at(MONDAY + 3 * WEEK + DAY, 18))
        assert Flag.objects.get(rule="MTG-04", limb="drift").due_at == flag.due_at
        table.act(tasks.close_action, cast.hana, at(MONDAY + 3 * WEEK + 2 * DAY), action=again, evidence="On the rota.")
        assert "MTG-04 drift" not in table.red()

    def test_one_with_weeks_to_go_does_not_drift_by_being_on_every_agenda(self, table, series):
        meeting = table.meets(series, at(MONDAY, 14), sent=False)
        table.agrees(meeting, at(MONDAY, 15), due_on=MONDAY + 60 * DAY)
        for week in (1, 2, 3):
            table.meets(series, at(MONDAY + week * WEEK, 14))
        assert "MTG-04 drift" not in table.red()


class TestGoodPractice:
    def test_a_meeting_held_weekly_to_which_everybody_comes_raises_nothing(self, table, cast, series):
        cast.supplies(table.placement)
        for week in range(4):
            when = at(START + week * WEEK, 14)
            meeting = table.meets(series, when, sent=False)
            what = ("Ask for a tutor", "Book the dentist", "Buy her a bicycle", "Plan her birthday")[week]
            action = table.agrees(meeting, when + HOUR, what=what, due_on=START + (week + 1) * WEEK)
            table.sends(meeting, when + 2 * HOUR)
            table.act(tasks.close_action, cast.hana, when + 48 * HOUR, action=action, evidence="Seen by Amy.")
        assert table.red(at(START + 3 * WEEK + DAY)) == set()
        assert not Flag.objects.filter(rule__startswith="MTG").exists()

    def test_what_is_flagged_follows_her_when_she_moves(self, table, series):
        table.meets(series, at(MONDAY, 14), sent=False)
        moved = MONDAY + 3 * DAY
        Placement.objects.filter(pk=table.placement.pk).update(ended_on=moved)
        later = table.cast.placement(
            table.child, moved, home=table.cast.home(status="registered", registered_for="school")
        )
        assert "MTG-02" in table.red(at(moved + DAY))
        assert Flag.objects.standing().get(rule="MTG-02").placement == later
