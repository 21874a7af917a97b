"""DEC: who leads, whether decisions are on her record, and who else is in touch with her."""

import datetime as dt

import pytest

from children.actions import allocate, end_allocation
from children.models import Allocation
from core import clock
from tests.cast import at
from tests.oversight.facts import DAY, check, clocks

THURSDAY = dt.date(2022, 3, 3)
FRIDAY, MONDAY, TUESDAY = (THURSDAY + n * DAY for n in (1, 4, 5))
LIMBS = {"lead_day_to_day": "day_to_day", "lead_long_term": "long_term", "commissioner": "commissioning"}


@pytest.fixture
def child(cast):
    return cast.child(born=dt.date(2007, 6, 1))


def leads(cast, child, *, since, but=""):
    who = {"lead_day_to_day": cast.amy, "lead_long_term": cast.tom, "commissioner": cast.carl}
    for part, worker in who.items():
        if part != but:
            allocate(
                child=child, worker=worker, part=part, started_on=since, by=cast.tom, as_of=at(max(since, FRIDAY), 9)
            )


def unled(as_of):
    return {limb for limb, (_, stage) in clocks("DEC-04", as_of).items() if stage == "overdue"}


class TestWhoLeads:
    @pytest.mark.failing("F77")
    @pytest.mark.failing("F107")
    @pytest.mark.parametrize("part", LIMBS)
    def test_each_post_may_stand_empty_one_working_day(self, cast, child, part):
        """From Friday until the end of Monday; red from Tuesday."""
        cast.unregistered(child, FRIDAY)
        leads(cast, child, since=FRIDAY, but=part)
        for day in (FRIDAY, FRIDAY + DAY, MONDAY):
            assert unled(at(day, 23, 59)) == set()
        flags = check(at(TUESDAY, 0, 1))
        assert {limb for rule, limb in flags if rule == "DEC-04"} == {LIMBS[part]}
        assert flags["DEC-04", LIMBS[part]].due_at == clock.start_of(TUESDAY)
        assert flags["DEC-04", LIMBS[part]].severity == "red"

    @pytest.mark.failing("F77")
    def test_a_lead_who_leaves_is_followed_within_a_working_day(self, cast, child):
        cast.unregistered(child, FRIDAY)
        leads(cast, child, since=FRIDAY)
        lead = Allocation.objects.get(part="lead_long_term")
        end_allocation(allocation=lead, ended_on=TUESDAY, end_reason="LEFTRL", by=cast.tom, as_of=at(TUESDAY, 9))
        assert unled(at(TUESDAY + DAY, 23)) == set()  # Wednesday is the day it is due
        assert unled(at(TUESDAY + 2 * DAY, 1)) == {"long_term"}
        allocate(
            child=child, worker=cast.hana, part="lead_long_term", started_on=TUESDAY + 2 * DAY, by=cast.tom,
            as_of=at(TUESDAY + 2 * DAY, 9),
        )  # fmt: skip
        assert unled(at(TUESDAY + 2 * DAY, 9, 1)) == set()

    @pytest.mark.positive("P6")
    @pytest.mark.positive("P18")
    @pytest.mark.recommendation("R2.4")
    @pytest.mark.recommendation("R2.5")
    def test_three_named_people_raise_nothing_and_neither_does_a_handover_between_them(self, cast, child):
        cast.unregistered(child, FRIDAY)
        leads(cast, child, since=FRIDAY)
        lead = Allocation.objects.get(part="lead_day_to_day")
        end_allocation(allocation=lead, ended_on=MONDAY, end_reason="MANAGE", by=cast.tom, as_of=at(MONDAY, 9))
        allocate(
            child=child, worker=cast.ben, part="lead_day_to_day", started_on=MONDAY, by=cast.tom, as_of=at(MONDAY, 9)
        )
        for ahead in range(0, 40, 3):
            assert unled(at(MONDAY + ahead * DAY)) == set()

    def test_only_where_the_risk_is_high(self, cast, child):
        cast.placement(child, FRIDAY, home=cast.home(status="registered", registered_for="childrens_home"))
        assert unled(at(FRIDAY + 20 * DAY)) == set()
        cast.dol_order(child, FRIDAY + 20 * DAY)
        assert check(at(FRIDAY + 25 * DAY))["DEC-04", "long_term"].due_on == FRIDAY + 21 * DAY

    def test_two_people_never_hold_one_post(self, cast, child):
        from core.errors import Conflict

        leads(cast, child, since=FRIDAY)
        with pytest.raises(Conflict, match="End theirs first"):
            allocate(
                child=child, worker=cast.ben, part="lead_day_to_day", started_on=MONDAY, by=cast.tom,
                as_of=at(MONDAY, 9),
            )  # fmt: skip

    def test_the_page_says_who_leads_and_who_is_to_be_found(self, client, cast, child):
        from django.urls import reverse

        allocate(
            child=child, worker=cast.amy, part="lead_day_to_day", started_on=FRIDAY, by=cast.tom, as_of=at(FRIDAY, 9)
        )
        client.force_login(cast.tom)
        address = reverse("children:leads", args=[child.reference])
        response = client.get(address)
        text = response.content.decode()
        assert [lead.worker if lead else None for _, lead, _ in response.context["leads"]] == [cast.amy, None, None]
        assert "?part=lead_long_term" in text
        client.force_login(cast.amy)
        assert "?part=" not in client.get(address).content.decode()
        assert (
            "Lead, day to day: Amy Sparrow"
            in client.get(reverse("dashboards:child", args=[child.reference])).content.decode()
        )
