"""QA: the day before, the day, the day after; by law in a registered children's home, by local standard elsewhere."""

import datetime as dt

import pytest

from core.dates import months_after
from core.models import LocalStandard
from governance.models import QualityAddition, QualityScore, QualityVisit
from oversight import rulebook
from oversight.models import Flag
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, NOT_NOT_YES, check, clocks, on_days, stands

START = dt.date(2022, 1, 10)


def assure(cast, placement, kind, day, *, hour=11, **fields):
    return QualityVisit.objects.create(
        placement=placement, kind=kind, occurred_at=at(day, hour), announced=False, summary="S", recorded_by=cast.sal, **fields
    )  # fmt: skip


@pytest.fixture
def child(cast):
    return cast.child()


@pytest.fixture
def unregistered(cast, child):
    return cast.unregistered(child, START)


@pytest.fixture
def in_a_home(cast, child):
    """A registered children's home, under an order: the regulations bind, the local standards do not."""
    cast.dol_order(child, START, months=24)
    return cast.placement(child, START, home=cast.home(status="registered", registered_for="childrens_home"))


@pytest.fixture
def not_known(cast, child):
    """Under an order, in a home of which nothing is recorded."""
    cast.dol_order(child, START, months=24)
    return cast.placement(child, START, home=cast.home())


class TestIndependentVisits:
    def test_every_fourteen_days_where_nobody_registered(self, cast, unregistered):
        assert on_days("QA-01L", "fortnightly", START + 14 * DAY) == NOT_NOT_YES
        assert rulebook.get("QA-01L").severity_of("fortnightly") == "amber"
        assure(cast, unregistered, "independent", START + 10 * DAY)
        assert on_days("QA-01L", "fortnightly", START + 24 * DAY) == NOT_NOT_YES

    def test_none_in_twenty_eight_is_red_and_one_flag(self, cast, unregistered):
        assert on_days("QA-01L", "none", START + 28 * DAY) == NOT_NOT_YES
        found = check(at(START + 29 * DAY))
        assert ("QA-01L", "fortnightly") not in found
        assert found["QA-01L", "none"].severity == "red"
        assert found["QA-01L", "none"].owner == cast.sal

    def test_every_month_in_a_registered_home_by_law(self, cast, in_a_home):
        due = months_after(START, 1)
        assert on_days("QA-01", "", due) == NOT_NOT_YES
        assert "none" not in clocks("QA-01L", at(due))
        assert rulebook.get("QA-01").basis == "statute"

    def test_not_known_is_not_taken_to_be_unregistered(self, cast, not_known):
        assert set(clocks("QA-01L", at(START + 20 * DAY))) == {"none"}
        assert on_days("QA-01L", "none", months_after(START, 1)) == NOT_NOT_YES
        assert on_days("QA-02L", "", months_after(START, 6)) == NOT_NOT_YES

    def test_recorded_by_mistake_counts_for_nothing(self, cast, unregistered):
        visit = assure(cast, unregistered, "independent", START + 14 * DAY)
        assert not stands(at(START + 15 * DAY), "QA-01L", "fortnightly")
        QualityAddition.objects.create(visit=visit, kind="withdrawal", text="T", reason="R", by=cast.sal)
        assert stands(at(START + 15 * DAY), "QA-01L", "fortnightly")

    def test_nobody_owes_one_where_nothing_is_risky(self, cast, child):
        cast.placement(child, START, home=cast.home(status="registered", registered_for="childrens_home"))
        cast.placement(cast.child(), START, type="U6")
        assert all(
            clocks(code, at(START + 300 * DAY)) == {} for code in ("QA-01", "QA-01L", "QA-02", "QA-02L", "QA-03")
        )

    def test_an_order_made_later_starts_the_clock(self, cast, child):
        cast.placement(child, START, home=cast.home(status="registered", registered_for="childrens_home"))
        cast.dol_order(child, START + 40 * DAY)
        assert on_days("QA-01", "", months_after(START + 40 * DAY, 1)) == NOT_NOT_YES
        due = at(START + 41 * DAY, 0)
        assert not stands(due, "QA-04L", "premises")
        assert stands(due + HOUR, "QA-04L", "premises")

    def test_a_council_may_be_stricter(self, cast, unregistered):
        LocalStandard.objects.create(
            authority=cast.north, key="QA-01 visit", value=7, effective_from=START, set_by=cast.dee, reason="R"
        )
        assert on_days("QA-01L", "fortnightly", START + 7 * DAY) == NOT_NOT_YES


class TestReviewsAndVisitsTogether:
    def test_a_review(self, cast, unregistered):
        assert on_days("QA-02L", "", START + 84 * DAY) == NOT_NOT_YES
        assure(cast, unregistered, "review", START + 80 * DAY)
        assert on_days("QA-02L", "", START + 164 * DAY) == NOT_NOT_YES

    def test_a_review_by_law(self, in_a_home):
        assert on_days("QA-02", "", months_after(START, 6)) == NOT_NOT_YES

    def test_a_visit_together(self, cast, in_a_home):
        assert on_days("QA-03", "", START + 28 * DAY) == NOT_NOT_YES
        assure(cast, in_a_home, "independent", START + 20 * DAY)
        assert stands(at(START + 29 * DAY), "QA-03")
        assure(cast, in_a_home, "multi_agency", START + 20 * DAY)
        assert on_days("QA-03", "", START + 48 * DAY) == NOT_NOT_YES


class TestPremises:
    def test_before_the_move(self, cast, unregistered):
        assert stands(at(START, 0, 1), "QA-04L", "premises")
        assure(cast, unregistered, "premises", START - 3 * DAY)
        assert clocks("QA-04L", at(START, 0, 1)) == {}

    def test_within_a_day_of_an_emergency(self, cast, child):
        placement = cast.unregistered(child, START, type="Z1", hour=19)
        due = at(START + DAY, 19)
        assert clocks("QA-04", due)["premises"] == (due, "due")
        assert stands(due + dt.timedelta(seconds=1), "QA-04", "premises")
        assert "premises" not in clocks("QA-04L", due)
        assure(cast, placement, "premises", START + DAY, hour=20)
        assert clocks("QA-04", due + 2 * HOUR) == {}

    def test_by_law_in_other_arrangements_alone(self, cast, child):
        cast.unregistered(child, START, type="Z1")
        cast.unregistered(cast.child(), START, type="K2")
        assert rulebook.get("QA-04").basis == "statute"
        check(at(START, 1))
        assert {f.placement.type: f.rule for f in Flag.objects.filter(rule__startswith="QA")} == {
            "Z1": "QA-04",
            "K2": "QA-04L",
        }

    def test_the_law_asks_it_wherever_the_arrangement_is_another_one(self, cast, child):
        """Also of one who is safe there, in a place that is registered; never of a foster home."""
        home = cast.home(status="registered", registered_for="supported_accommodation")
        settled = cast.placement(child, START, type="K3", home=home)
        cast.placement(cast.child(), START, type="U6")
        assert stands(at(START, 0, 1), "QA-04", "premises")
        assert {f.rule for f in check(at(START, 1)).values() if f.rule.startswith("QA")} == {"QA-04"}
        assure(cast, settled, "premises", START - DAY)
        assert clocks("QA-04", at(START, 0, 1)) == {}

    def test_the_law_does_not_wait_for_the_risk(self, cast, child):
        cast.placement(child, START, type="Z1")
        cast.dol_order(child, START + 40 * DAY)
        assert clocks("QA-04", at(START + 40 * DAY))["premises"][0] == at(START, 0)

    def test_what_is_unsuitable_comes_to_an_end(self, cast, child):
        """Wherever it was found, also where no check was asked for."""
        placement = cast.placement(child, START, type="U6")
        for n, days in enumerate((9, 5)):
            visit = assure(cast, placement, "premises", START + n * DAY)
            QualityScore.objects.create(
                visit=visit, part="premises", about="kitchen", score="not_met", mitigation="M", owner=cast.tom,
                until=START + days * DAY,
            )  # fmt: skip
        assert on_days("QA-04L", "mitigation", START + 5 * DAY) == NOT_NOT_YES
        assert check(at(START + 6 * DAY))["QA-04L", "mitigation"].owner == cast.tom
        assure(cast, placement, "premises", START + 6 * DAY)
        assert "mitigation" not in clocks("QA-04L", at(START + 7 * DAY))
