"""The review's first months, lived through by the product's own actions: the missed is flagged, the good is not.

A girl of 15 is moved in an emergency, in October 2021, into a house nobody has registered, under a deprivation of
liberty order. In June 2022 she moves to a registered home, and in September, at 16, into supported living registered
with the Care Quality Commission. Names, days and homes are invented.
"""

import datetime as dt

import pytest
from django.test import TestCase

from children import actions as children
from children.models import Allocation
from core.errors import Invalid, Refused
from core.models import Refusal
from oversight.models import Flag
from placements import actions as placements
from staffing.actions import agreements as staffing
from tests.cast import at
from tests.oversight.facts import DAY, HOUR
from tests.sweeps import Swept
from tests.told_once import told_once

BORN = dt.date(2006, 8, 12)
MOVED = dt.date(2021, 10, 12)
ARRIVED = at(MOVED, 19)
SECOND = dt.date(2022, 6, 14)
THIRD = dt.date(2022, 9, 20)


class Life:
    """Does each act as the person whose act it is, at its hour, and lets what follows a commit follow."""

    def __init__(self, cast):
        self.cast = cast
        self.child = self.act(
            children.add_child,
            cast.amy,
            at(dt.date(2021, 1, 4)),
            forename="Skye",
            surname="Larkspur",
            sex="F",
            date_of_birth=BORN,
            looked_after_from=dt.date(2021, 1, 4),
            need="N1",
            legal_status="C2",
        )
        self.act(
            children.allocate,
            cast.tom,
            at(dt.date(2021, 1, 4), 14),
            child=self.child,
            worker=cast.amy,
            part=Allocation.Part.SOCIAL_WORKER,
            started_on=dt.date(2021, 1, 4),
        )

    def act(self, action, by, as_of, **what):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return action(by=by, as_of=as_of, **what)

    def home(self, name, as_of, **registration):
        home = self.act(placements.record_home, self.cast.carl, as_of, provider=self.cast.provider, name=name)
        self.act(
            placements.record_registration,
            self.cast.carl,
            as_of,
            home=home,
            evidence="Looked up on the register.",
            **registration,
        )
        return home

    def crisis(self):
        """Placement 1: the emergency move, recorded the same evening."""
        home = self.home("The Old Rectory", at(MOVED, 18), status="not_registered", started_on=MOVED)
        self.placement = self.act(
            placements.start_placement,
            self.cast.amy,
            ARRIVED + HOUR,
            child=self.child,
            home=home,
            type="Z1",
            basis="emergency",
            started_on=MOVED,
            started_at=ARRIVED,
            why="Notice of 48 hours, and nowhere registered would take her.",
        )
        self.act(
            placements.record_dol_order,
            self.cast.amy,
            ARRIVED + HOUR,
            child=self.child,
            made_on=MOVED,
            starts_on=MOVED,
            expires_on=MOVED + 270 * DAY,
            restrictions="Staff with her at all times.",
            staffing_ratio=5,
        )
        return self.placement

    def move(self, day, home, **fields):
        self.placement = self.act(
            placements.move_placement,
            self.cast.amy,
            at(day, 11),
            placement=self.placement,
            moved_on=day,
            end_reason="CARPL",
            home=home,
            why="As planned.",
            **fields,
        )
        return self.placement

    def visit(self, day, outcome="seen_alone", hour=16, **fields):
        return self.act(
            placements.record_visit,
            self.cast.amy,
            at(day, hour + 1),
            placement=self.placement,
            occurred_at=at(day, hour),
            manner="in_person",
            outcome=outcome,
            **({"announced": True, "capacity": "social_worker", "place": "At the house"} | fields),
        )

    def log(self, day, as_of=None):
        return self.act(
            placements.write_log,
            self.cast.priya,
            as_of or at(day + DAY, 1),
            placement=self.placement,
            covers_from=at(day, 0),
            covers_until=at(day + DAY, 0),
            occurred_at=at(day + DAY, 0, 30),
            how_she_was="Bright.",
            day="School, then swimming.",
        )

    def red(self, as_of=None):
        """What stands: after a sweep, or with no instant, just as the last act left it."""
        if as_of is not None:
            return Swept(as_of, self.red)
        return set(Flag.objects.standing().filter(child=self.child).values_list("rule", flat=True))


@told_once
def life(cast):
    return Life(cast)


class TestFirstPlacement:
    @pytest.mark.failing("F2")
    def test_a_child_of_15_in_an_unregistered_house_is_flagged_as_it_is_recorded(self, life):
        life.crisis()
        assert life.red() == {"LEG-04"}  # at once, by the recheck after the commit, and nobody had to wait for a sweep
        flag = Flag.objects.standing().get(rule="LEG-04")
        assert flag.owner == life.cast.dora
        assert flag.due_at == ARRIVED

        assert "LEG-05" not in life.red(ARRIVED + 24 * HOUR)
        assert "LEG-05" in life.red(ARRIVED + 25 * HOUR)

    @pytest.mark.failing("F2")
    def test_the_directors_reasons_answer_for_the_setting_and_not_for_her_age(self, life):
        placement = life.crisis()
        assert {"LEG-04", "LEG-05"} <= life.red(ARRIVED + 30 * HOUR)
        life.act(
            placements.authorise_unregistered,
            life.cast.dora,
            ARRIVED + 31 * HOUR,
            placement=placement,
            reasons="Nothing registered was offered.",
            alternatives="Sixty homes were asked; the list is on file.",
            steps="The provider is applying; a foster carer is being prepared.",
            expires_at=ARRIVED + 31 * HOUR + 7 * DAY,
        )
        assert "LEG-05" not in life.red()
        assert "LEG-04" in life.red()
        assert "LEG-05" in life.red(ARRIVED + 31 * HOUR + 8 * DAY)  # the decision is made again, or it lapses

    @pytest.mark.failing("F2")
    def test_a_plan_to_do_it_is_refused_and_the_refusal_is_kept(self, life):
        home = life.home("The Old Rectory", at(MOVED - 9 * DAY), status="not_registered", started_on=MOVED - 9 * DAY)
        with pytest.raises(Refused) as refused:
            life.act(
                placements.start_placement,
                life.cast.amy,
                at(MOVED - 2 * DAY),
                child=life.child,
                home=home,
                type="Z1",
                started_on=MOVED,
                why="A plan.",
            )
        assert refused.value.code == "LEG-04-PLAN"
        assert Refusal.objects.get().code == "LEG-04-PLAN"

    @pytest.mark.positive("P22")
    @pytest.mark.trap("3")
    def test_the_first_48_hours_ask_for_no_structure(self, life):
        placement = life.crisis()
        life.act(
            staffing.bring_in_agency,
            life.cast.amy,
            ARRIVED + HOUR,
            placement=placement,
            new_agency="Tideway Nursing",
            started_on=MOVED,
        )

        def agreement():
            standing = Flag.objects.standing().filter(rule="STF-10")
            return list(standing.values_list("limb", "severity"))

        structure = {"STF-05", "STF-05L", "LOG-01", "LOG-01L", "STF-10", "CPL-05A"}
        for hour in (2, 12, 24, 36, 48):
            assert not life.red(ARRIVED + hour * HOUR) & structure
        assert life.red(ARRIVED + 49 * HOUR) & structure == {"STF-05L", "STF-10"}
        assert agreement() == [("unsigned", "amber")]
        fifth = dt.date(2021, 10, 19)  # of the working days after she came, a Tuesday
        assert "STF-10" in life.red(at(fifth, 23, 59))
        assert agreement() == [("unsigned", "amber")]
        assert "STF-10" in life.red(at(fifth + DAY, 0))
        assert agreement() == [("overdue", "red")]

    @pytest.mark.failing("F20")
    def test_nobody_manages_it(self, life):
        placement = life.crisis()
        for days in (3, 30, 240):
            assert "STF-05L" in life.red(ARRIVED + days * DAY)
        (flag,) = Flag.objects.filter(rule="STF-05L")
        assert flag.owner == life.cast.tom
        assert flag.due_at == ARRIVED + 48 * HOUR
        life.act(
            placements.appoint_manager,
            life.cast.tom,
            ARRIVED + 241 * DAY,
            placement=placement,
            name="Maya Redstart",
            contact="On site",
            started_at=ARRIVED + 241 * DAY,
        )
        assert "STF-05L" not in life.red()

    @pytest.mark.failing("F25")
    def test_nobody_writes_what_happened_to_her(self, life):
        life.crisis()
        assert "LOG-01L" not in life.red(ARRIVED + 72 * HOUR)
        for days in (4, 60, 240):
            assert "LOG-01L" in life.red(ARRIVED + days * DAY)
        (flag,) = Flag.objects.filter(rule="LOG-01L")  # one flag that says since when, not one a day
        assert flag.due_at == ARRIVED + 72 * HOUR
        assert flag.owner == life.cast.amy

    @pytest.mark.failing("F25")
    def test_a_log_now_and_then_is_not_a_log_a_day(self, life):
        life.crisis()
        for days in (4, 6, 9):
            life.log(MOVED + days * DAY)
        assert "LOG-01L" in life.red(at(MOVED + 10 * DAY, 12))
        for days in (2, 3, 5, 7, 8):
            life.log(MOVED + days * DAY, as_of=at(MOVED + 10 * DAY, 13))
        assert "LOG-01L" not in life.red()

    @pytest.mark.failing("F52")
    @pytest.mark.positive("P23")
    @pytest.mark.trap("1")
    def test_six_weekly_visits_are_green_by_statute_and_too_few_all_the_same(self, life):
        life.crisis()
        days = [6, 48, 90, 132, 174, 216]
        asked = sorted({day + offset for day in days for offset in (0, 20, 41)})
        for day in asked:
            if day in days:
                life.visit(MOVED + day * DAY)
            red = life.red(at(MOVED + day * DAY, 23))
            assert not red & {"VIS-01", "VIS-02", "VIS-03"}, day
            assert ("VIS-07" in red) is (day > 7), day
        limbs = Flag.objects.standing().filter(rule="VIS-07").values_list("limb", "owner__name")
        assert set(limbs) == {
            ("social_worker", life.cast.amy.name),
            ("team_manager", life.cast.tom.name),
            ("head_of_service", life.cast.hana.name),
        }
        assert "VIS-08" in life.red()  # nobody ever came unannounced

    @pytest.mark.failing("F52")
    def test_logging_a_visit_clears_its_flag_as_it_is_saved(self, life):
        life.crisis()
        assert {"VIS-01", "VIS-07"} <= life.red(at(MOVED + 8 * DAY))
        life.visit(MOVED + 8 * DAY)
        assert not life.red() & {"VIS-01", "VIS-07"}
        assert Flag.objects.filter(rule="VIS-01", cleared_at=at(MOVED + 8 * DAY, 17)).count() == 1

    def test_her_refusal_is_an_attempt_and_inspecting_goes_on(self, life):
        life.crisis()
        refused = {"outcome": "refused", "why_not_seen": "She shouted through the door."}
        life.visit(MOVED + 5 * DAY, announced=False, checked=["premises", "rota"], **refused)
        red = life.red(at(MOVED + 8 * DAY))
        assert "VIS-01" not in red  # met, and herself refused
        assert "VIS-07" in red  # and not seen
        assert "VIS-08" not in life.red(at(MOVED + 33 * DAY))
        assert "VIS-08" in life.red(at(MOVED + 34 * DAY))


class TestSecondPlacement:
    @pytest.fixture
    def moved(self, life):
        life.crisis()
        home = life.home(
            "Kingfisher House",
            at(SECOND - 3 * DAY),
            status="registered",
            regulator="ofsted",
            number="SC900201",
            registered_for="childrens_home",
            started_on=SECOND - 5 * DAY,
        )
        life.move(SECOND, home, type="K2")
        return life

    @pytest.mark.failing("F122")
    def test_a_manager_cannot_be_waived_by_anybody(self, moved):
        assert "STF-05" in moved.red()
        decided = {
            "child": moved.child, "decided_on": SECOND, "what": "No manager will be on site.", "why": "She does not want one.",
            "decided_by": "Commissioning", "by_what_authority": "None stated",
        }  # fmt: skip
        for by in (moved.cast.dee, moved.cast.amy):  # nor does it become commissioning's to decide by being typed
            with pytest.raises(Refused, match="counts as a care decision"):
                moved.act(children.record_decision, by, at(SECOND, 14), **decided)
        decided |= {"decided_by": "Amy Sparrow", "by_what_authority": "Social worker"}
        moved.act(children.record_decision, moved.cast.amy, at(SECOND, 14), **decided)
        for name in (
            "Nobody",
            "No manager on site",
            "None: she does not want one",
            "Waived by commissioning",
            "Agency staff",
            " ",
        ):
            with pytest.raises(Invalid):
                moved.act(
                    placements.appoint_manager,
                    moved.cast.tom,
                    at(SECOND, 15),
                    placement=moved.placement,
                    name=name,
                    started_at=at(SECOND, 15),
                )
        assert "STF-05" in moved.red(at(SECOND + 2 * DAY))

        def overdue_since():
            return Flag.objects.standing().get(rule="STF-05").due_at

        vacant_since = overdue_since()
        post = moved.act(
            placements.appoint_manager,
            moved.cast.tom,
            at(SECOND + 2 * DAY, 12, 10),
            placement=moved.placement,
            name="Wren Bunting",
            started_at=at(SECOND + 2 * DAY, 12, 10),
        )
        assert "STF-05" not in moved.red()
        moved.act(
            placements.end_manager, moved.cast.tom, at(SECOND + 2 * DAY, 12, 20),
            post=post, ended_at=at(SECOND + 2 * DAY, 12, 20), end_reason="There is nobody.",
        )  # fmt: skip
        assert "STF-05" in moved.red(at(SECOND + 2 * DAY, 12, 25))
        assert overdue_since() > vacant_since
        moved.act(
            placements.withdraw_manager, moved.cast.tom, at(SECOND + 2 * DAY, 12, 30),
            post=post, reason="It was meant for another placement.",
        )  # fmt: skip
        assert "STF-05" in moved.red()
        assert overdue_since() == vacant_since
        moved.act(
            placements.appoint_manager,
            moved.cast.tom,
            at(SECOND + 2 * DAY, 13),
            placement=moved.placement,
            name="Robin Dipper",
            started_at=at(SECOND + 2 * DAY, 13),
        )
        assert "STF-05" not in moved.red()

    @pytest.mark.positive("P5")
    def test_daily_records_kept_raise_nothing(self, moved):
        for number in range(30):
            day = SECOND + number * DAY
            moved.log(day)
            assert "LOG-01" not in moved.red()  # as the recheck after each log left it
            if number % 7 == 0:
                assert "LOG-01" not in moved.red(at(day + DAY, 12))
        assert not Flag.objects.filter(rule="LOG-01").exists()

    def test_what_was_unlawful_about_the_first_ends_with_it(self, moved):
        assert not moved.red(at(SECOND + DAY)) & {"LEG-04", "LEG-05", "STF-05L", "LOG-01L"}
        assert Flag.objects.get(rule="LEG-04").cleared_at is not None


class TestThirdPlacement:
    def supported_living(self, life, day):
        return life.home(
            "Wharf Street",
            at(day - DAY),
            status="registered",
            regulator="cqc",
            number="1-900301",
            registered_for="supported_living",
            started_on=day - DAY,
        )

    @pytest.mark.positive("P15")
    @pytest.mark.trap("5")
    def test_registered_with_the_care_quality_commission_at_16(self, life):
        life.crisis()
        life.move(THIRD, self.supported_living(life, THIRD), type="H5")
        red = life.red(at(THIRD + 3 * DAY))
        assert not red & {"LEG-04", "LEG-05"}
        assert "STF-05L" not in red  # it is registered: its manager is a duty by statute

    @pytest.mark.trap("5")
    def test_the_same_placement_at_15(self, life):
        life.crisis()
        day = BORN.replace(year=2022) - DAY
        life.move(day, self.supported_living(life, day), type="H5")
        assert "LEG-04" in life.red()
        assert "LEG-05" not in life.red(at(day, 23))
        assert "LEG-04" not in life.red(at(day + DAY, 0))  # her 16th birthday

    @pytest.mark.trap("6")
    @pytest.mark.parametrize("type", ["H5", "P2"])
    @pytest.mark.parametrize(("start", "breached"), [(dt.date(2021, 9, 1), False), (dt.date(2021, 9, 9), True)])
    def test_the_law_of_the_day_she_was_placed(self, life, type, start, breached):
        home = life.home("Dock Row", at(start), status="not_known", started_on=start)
        life.act(
            placements.start_placement,
            life.cast.amy,
            at(start, 20),
            child=life.child,
            home=home,
            type=type,
            started_on=start,
            why="Nothing else was offered.",
        )
        assert ("LEG-04" in life.red()) is breached
        assert ("LEG-04" in life.red(at(start + 60 * DAY))) is breached
