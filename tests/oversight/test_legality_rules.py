"""LEG: whether she may live there at all, by the law of the day she was placed, and who has answered for it."""

import datetime as dt

import pytest

from core import clock
from placements.models import Placement, Registration
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, authorise, check, stands

LAW = dt.date(2021, 9, 9)
FOURTEEN = dt.date(2007, 3, 3)


class TestUnder16:
    @pytest.mark.trap("6")
    @pytest.mark.parametrize("type", ["H5", "P2"])
    @pytest.mark.parametrize(("start", "breached"), [(dt.date(2021, 9, 1), False), (LAW - DAY, False), (LAW, True)])
    def test_by_the_law_of_the_day_she_was_placed(self, cast, type, start, breached):
        cast.placement(cast.child(born=FOURTEEN), start, type=type)
        for days in (0, 30, 300):
            assert stands(at(start + days * DAY), "LEG-04") is breached

    @pytest.mark.trap("5")
    @pytest.mark.positive("P15")
    @pytest.mark.parametrize("type", ["K2", "H5", "Z1", "R1"])
    @pytest.mark.parametrize(("born", "breached"), [(dt.date(2006, 9, 21), False), (dt.date(2006, 9, 22), True)])
    def test_registered_with_the_care_quality_commission(self, cast, type, born, breached):
        """Supported living: lawful from her 16th birthday on, and never before it; never "unregistered"."""
        home = cast.home(status="registered", regulator="cqc", registered_for="supported_living")
        cast.placement(cast.child(born=born), dt.date(2022, 9, 21), type=type, home=home, urn="XXXXXXX")
        rules = {rule for rule, _ in check(at(dt.date(2022, 9, 21), 23))}
        assert ("LEG-04" in rules) is breached
        assert "LEG-05" not in rules

    def test_red_from_the_start_until_her_16th_birthday(self, cast):
        cast.placement(cast.child(born=dt.date(2006, 5, 4)), dt.date(2022, 1, 10), type="H5")
        assert check(at(dt.date(2022, 1, 10), 1))["LEG-04", ""].due_at == clock.start_of(dt.date(2022, 1, 10))
        assert stands(at(dt.date(2022, 5, 3), 23, 59), "LEG-04")
        assert not stands(at(dt.date(2022, 5, 4), 0), "LEG-04")

    def test_until_the_placement_ends(self, cast):
        cast.placement(cast.child(born=FOURTEEN), LAW, type="H5", ended_on=LAW + 30 * DAY)
        assert stands(at(LAW + 29 * DAY, 23), "LEG-04")
        assert not stands(at(LAW + 30 * DAY, 0), "LEG-04")

    @pytest.mark.parametrize("registered_for", Registration.ALLOWED_UNDER_16)
    def test_a_setting_registered_as_the_regulation_allows(self, cast, registered_for):
        home = cast.home(status="registered", registered_for=registered_for)
        cast.placement(cast.child(born=FOURTEEN), LAW, type="Z1", home=home)
        assert not stands(at(LAW + 30 * DAY), "LEG-04")

    @pytest.mark.parametrize(("status", "breached"), [("not_registered", True), ("not_known", False), (None, False)])
    def test_a_childrens_home_by_type_needs_the_fact(self, cast, status, breached):
        cast.placement(cast.child(born=FOURTEEN), LAW, type="K2", home=cast.home(status=status))
        assert stands(at(LAW + 30 * DAY), "LEG-04") is breached

    def test_a_placement_known_only_from_a_return_too(self, cast):
        """What has happened raises its flag at once: no record of ours is needed to know that she may not be there."""
        cast.placement(cast.child(born=FOURTEEN), LAW, type="H5", followed_from=None, from_return=True)
        assert set(check(at(LAW + 30 * DAY))) == {("LEG-04", "")}

    def test_a_home_that_is_later_registered_for_children(self, cast):
        home = cast.home(status="not_registered")
        cast.placement(cast.child(born=FOURTEEN), LAW, type="K2", home=home)
        assert stands(at(LAW + 9 * DAY), "LEG-04")
        home.registrations.update(ended_on=LAW + 10 * DAY)
        Registration.objects.create(
            home=home,
            status="registered",
            regulator="ofsted",
            registered_for="childrens_home",
            started_on=LAW + 10 * DAY,
            evidence="The certificate.",
            recorded_by=cast.carl,
        )
        assert stands(at(LAW + 9 * DAY), "LEG-04")
        assert not {rule for rule, _ in check(at(LAW + 10 * DAY))} & {"LEG-04", "LEG-05"}


class TestUnregistered:
    @pytest.fixture
    def child(self, cast):
        return cast.child(born=dt.date(2005, 5, 4))

    def test_planned_before_the_move(self, cast, child):
        placement = cast.unregistered(child, LAW)
        assert stands(at(LAW, 1), "LEG-05")
        authorise(placement, at(LAW, 2))
        assert not stands(at(LAW, 2), "LEG-05")

    def test_emergency_within_24_hours(self, cast, child):
        cast.unregistered(child, LAW, hour=14)
        assert not stands(at(LAW, 14) + 24 * HOUR, "LEG-05")
        assert stands(at(LAW, 14) + 25 * HOUR, "LEG-05")

    def test_again_before_the_last_runs_out(self, cast, child):
        placement = cast.unregistered(child, LAW)
        authorise(placement, at(LAW - DAY, 12))
        assert not stands(at(LAW + 6 * DAY, 12), "LEG-05")
        assert stands(at(LAW + 6 * DAY, 12, 1), "LEG-05")
        authorise(placement, at(LAW + 8 * DAY, 12), days=2)
        assert not stands(at(LAW + 10 * DAY, 12), "LEG-05")
        assert check(at(LAW + 10 * DAY, 13))["LEG-05", ""].due_at == at(LAW + 10 * DAY, 12)

    def test_no_longer_than_the_local_standard_whatever_it_says(self, cast, child):
        placement = cast.unregistered(child, LAW)
        authorise(placement, at(LAW, 0), days=90)
        assert check(at(LAW + 8 * DAY))["LEG-05", ""].due_at == at(LAW + 7 * DAY, 0)

    def test_an_authorisation_excuses_nothing_else(self, cast):
        placement = cast.unregistered(cast.child(born=FOURTEEN), LAW)
        authorise(placement, at(LAW, 0))
        assert ("LEG-04", "") in check(at(LAW + DAY))
        assert ("LEG-05", "") not in check(at(LAW + DAY))

    def test_a_court_order_makes_the_restriction_lawful_and_not_the_setting(self, cast):
        child = cast.child(born=FOURTEEN)
        cast.unregistered(child, LAW)
        cast.dol_order(child, LAW)
        assert {("LEG-04", ""), ("LEG-05", "")} <= set(check(at(LAW + 2 * DAY)))

    @pytest.mark.parametrize("status", ["not_known", None, "registered"])
    def test_registration_not_known_is_never_this(self, cast, child, status):
        home = cast.home(status=status, registered_for="childrens_home")
        cast.placement(child, LAW, home=home)
        assert not stands(at(LAW + 30 * DAY), "LEG-05")

    def test_from_the_day_a_home_lost_its_registration(self, cast, child):
        home = cast.home(status="registered", registered_for="childrens_home")
        cast.placement(child, LAW, home=home)
        home.registrations.update(ended_on=LAW + 20 * DAY)
        Registration.objects.create(
            home=home,
            status="not_registered",
            started_on=LAW + 20 * DAY,
            evidence="Cancelled.",
            recorded_by=cast.carl,
        )
        assert not stands(at(LAW + 19 * DAY), "LEG-05")
        assert check(at(LAW + 20 * DAY))["LEG-05", ""].due_at == clock.start_of(LAW + 20 * DAY)

    def test_the_directors_duty(self, cast, child):
        cast.unregistered(child, LAW)
        assert check(at(LAW, 3))["LEG-05", ""].owner == cast.dora


def test_what_is_not_known_is_for_somebody_to_settle(cast):
    from dashboards.state import states, with_what_states_need
    from oversight.quality import registration_not_known

    as_of = at(LAW + 30 * DAY)
    unknown = [
        cast.placement(cast.child(), LAW, home=cast.home(status="not_known")),
        cast.placement(cast.child(), LAW, home=cast.home()),
        cast.placement(cast.child(), LAW),
    ]
    deprived = [cast.child() for _ in range(4)]
    for child in deprived:
        cast.dol_order(child, LAW)
    # A flat rented for a week, with or without a home on record; a hospital; and never her own family's home.
    unknown.append(cast.placement(deprived[0], LAW, type="T4"))
    unknown.append(cast.placement(deprived[1], LAW, type="T4", home=cast.home()))
    unknown.append(cast.placement(cast.child(), LAW, type="R2", home=cast.home()))
    cast.placement(deprived[2], LAW, type="P1")
    cast.placement(deprived[3], LAW, type="U6", home=cast.home())
    cast.placement(cast.child(), LAW, type="T4")
    cast.placement(cast.child(), LAW, home=cast.home(status="registered", registered_for="childrens_home"))
    cast.unregistered(cast.child(), LAW)
    cast.placement(cast.child(), LAW, type="U6")
    cast.placement(cast.child(), LAW, from_return=True, followed_from=None)
    cast.placement(cast.child(authority=cast.south, team=cast.south_team, worker=cast.zoe), LAW)
    assert set(registration_not_known(cast.dee, as_of=as_of)) == set(unknown)
    assert not registration_not_known(cast.nina, as_of=as_of)
    # Said as such on each one's page, and on no other's.
    shown = states(list(with_what_states_need(Placement.objects.all(), as_of=as_of)), user=cast.dee, as_of=as_of)
    followed = {s.placement for s in shown if s.registration == "not_known" and s.placement.followed_from}
    assert {p for p in followed if p.child.authority == cast.north} == set(unknown)
