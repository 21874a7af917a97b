"""The review’s failings about who looked, and who above knew, lived through by the product’s own actions; and the good
practice of the placements that followed, which raises nothing.
"""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.errors import Invalid
from core.working_days import add_working_days
from dashboards.quality import schedule
from governance.actions.quality import record_quality_visit
from governance.actions.register import enter_in_register, record_register_review
from governance.models import QualityVisit
from tests.cast import at
from tests.governance.quality_scene import ALL_THREE, culture, unsuitable, what_a_visit_says
from tests.staffing.placement_one import ARRIVED, DAY, HOUR, MOVED, SECOND, PlacementOne
from tests.told_once import told_once


@told_once
def life(cast):
    return PlacementOne(cast)


def assures(life, kind, day, *, by=None, hour=11, **fields):
    says = what_a_visit_says(kind, day, hour=hour, **fields)
    return life.act(
        record_quality_visit, by or life.cast.sal, at(day, hour) + HOUR, placement=life.placement, **says
    )  # fmt: skip


class TestPremises:
    @pytest.mark.failing("F3")
    @pytest.mark.failing("F5")
    def test_nobody_checked_the_building_she_was_moved_to(self, life):
        assert "QA-04 premises" not in life.red(ARRIVED + 24 * HOUR)
        assert "QA-04 premises" in life.red(ARRIVED + 25 * HOUR)
        assert life.flag("QA-04", "premises").owner == life.cast.amy
        day = MOVED + 2 * DAY
        until = day + 7 * DAY
        no_kitchen = unsuitable(
            life.cast.tom, until, "kitchen", "harm_carers", mitigation="Staff are never alone with her."
        )
        one_sided = [row for row in no_kitchen if row["about"] != "harm_carers"]
        with pytest.raises(Invalid, match="suitable"):  # a building that keeps her from harming herself is not enough
            assures(life, "premises", day, by=life.cast.amy, premises=one_sided)
        assert "QA-04 premises" in life.red()
        assures(life, "premises", day, by=life.cast.amy, premises=no_kitchen)
        assert not {"QA-04 premises", "QA-04 mitigation"} & life.red(at(until, 23))
        assert "QA-04 mitigation" in life.red(at(until + DAY, 1))
        assert life.flag("QA-04L", "mitigation").owner == life.cast.tom
        assures(life, "premises", until + DAY, by=life.cast.amy)
        assert "QA-04 mitigation" not in life.red()


class TestVisits:
    @pytest.mark.failing("F16")
    @pytest.mark.failing("F83")
    @pytest.mark.recommendation("R1.1")
    def test_nobody_looked_for_nine_months(self, life):
        """The schedule is there from the first day: nobody has to think of making one."""
        assert not {rule for rule in life.red(at(MOVED + 14 * DAY, 23)) if rule.startswith(("QA-01", "QA-02", "QA-03"))}
        assert "QA-01 fortnightly" in life.red(at(MOVED + 15 * DAY, 1))
        flag = life.flag("QA-01L", "fortnightly")
        assert (flag.severity, flag.owner, flag.clock_started_at) == ("amber", life.cast.sal, at(MOVED, 0))
        assert {"QA-01 none", "QA-03"} <= life.red(at(MOVED + 29 * DAY, 1))
        assert "QA-01 fortnightly" not in life.red()
        assert life.flag("QA-01L", "none").severity == "red"
        assert "QA-02" in life.red(at(MOVED + 85 * DAY, 1))
        far = [row.clock.rule.code for row in schedule(life.cast.sal, as_of=at(MOVED + 92 * DAY)) if row.far_overdue]
        assert sorted(far) == ["QA-01L", "QA-02L", "QA-03", "QA-04"]
        day = MOVED + 90 * DAY
        for kind in ("independent", "review", "multi_agency"):
            assures(life, kind, day)
        assert not {rule for rule in life.red() if rule.startswith(("QA-01", "QA-02", "QA-03"))}

    @pytest.mark.failing("F84")
    def test_a_team_without_the_remit_or_the_skill_cannot_be_said_to_have_looked(self, life):
        day = MOVED + 29 * DAY
        for unqualified in ([], [ALL_THREE[0] | {"qualification": " "}], [ALL_THREE[0] | {"name": "Nobody"}]):
            with pytest.raises(Invalid):
                assures(life, "independent", day, by=life.cast.carl, visitors=unqualified)
        assert not QualityVisit.objects.exists()
        assert "QA-01 none" in life.red(at(day, 13))

    @pytest.mark.failing("F48")
    def test_commissioning_never_worked_with_education(self, life):
        day = MOVED + 29 * DAY
        with pytest.raises(Invalid, match="education"):
            assures(life, "multi_agency", day, by=life.cast.carl, visitors=ALL_THREE[:2])
        assert "QA-03" in life.red(at(day, 9))
        assures(life, "multi_agency", day, by=life.cast.carl)
        assert "QA-03" not in life.red()

    @pytest.mark.failing("F67")
    def test_there_is_no_capacity_for_quality(self, cast, client):
        """What is left undone is counted, and each number leads to just that list."""
        for days in (100, 10):
            cast.unregistered(cast.child(), clock.local_date(clock.now()) - days * DAY)
        client.force_login(cast.carl)
        page = reverse("dashboards:quality_schedule")
        for number, label, href, _tone in client.get(page).context["stats"]:
            assert len(client.get(href).context["rows"]) == number, label
        assert {label: number for number, label, *_ in client.get(page).context["stats"]} == {
            "visits scheduled": 8, "overdue": 5, "more than 7 days overdue": 5,
        }  # fmt: skip

    def test_what_staff_say_of_the_culture_is_kept_from_those_it_is_about(self, life, client):
        found = assures(life, "independent", MOVED + 10 * DAY, culture=culture("speaking_up", "leadership", "care"))
        assert found.scores.filter(part="culture", score="not_met").count() == 3


class TestTheRegister:
    @pytest.mark.failing("F2")
    @pytest.mark.failing("F17")
    def test_nobody_above_the_team_knew_of_her(self, life):
        due = add_working_days(MOVED, 1)
        assert "NOT-10 entry" not in life.red(at(due, 23))
        assert "NOT-10 entry" in life.red(at(due + DAY, 1))
        assert life.flag("NOT-10", "entry").owner == life.cast.sal
        entry = life.act(
            enter_in_register, life.cast.sal, at(due + DAY), placement=life.placement, why="Nothing regulated was free."
        )
        assert "NOT-10 entry" not in life.red()
        month = dt.date(2021, 11, due.day + 1)
        assert "NOT-10 review" not in life.red(at(month, 23))
        assert "NOT-10 review" in life.red(at(month + DAY, 1))
        life.act(
            record_register_review, life.cast.dora, at(month + DAY), entry=entry, reviewed_on=month + DAY,
            minute="Still unregistered. Who has seen her?",
        )  # fmt: skip
        assert "NOT-10 review" not in life.red()


class TestGoodPractice:
    @pytest.mark.positive("P16")
    def test_a_planned_move_to_premises_that_were_looked_at_first(self, life):
        """Registered, chosen and seen before she came: nothing is asked for about the building or the register."""
        life.moves_on()
        assures(life, "premises", SECOND - 3 * DAY, by=life.cast.amy)
        assert not {rule for rule in life.red(at(SECOND + DAY)) if rule.startswith(("QA", "NOT-10"))}

    def test_looked_at_as_often_as_it_should_be(self, life):
        assures(life, "premises", MOVED, by=life.cast.amy, hour=20)
        life.act(enter_in_register, life.cast.sal, at(MOVED + DAY), placement=life.placement, why="Nothing else.")
        for days in (12, 24):
            assures(life, "independent", MOVED + days * DAY)
        assures(life, "multi_agency", MOVED + 24 * DAY)
        assert not {rule for rule in life.red(at(MOVED + 30 * DAY)) if rule.startswith(("QA", "NOT-10"))}
