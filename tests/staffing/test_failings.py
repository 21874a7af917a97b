"""The review’s failings about who the carers were, lived through by the product’s own actions: prevented, or flagged the
same day. Those about the shifts themselves are in test_failings_on_shift.py; good practice is in test_good_practice.py.
"""

import datetime as dt

import pytest

from children import actions as children
from core import accounts
from core.errors import Invalid, Refused
from core.models import Refusal
from staffing.actions import agreements, checks, requests, rota, worked
from staffing.models import Assignment
from tests.cast import at
from tests.staffing.placement_one import (
    ARRIVED,
    DAY,
    HOUR,
    MONDAY,
    MOVED,
)


def refused_under(code):
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


class TestAgencies:
    @pytest.mark.failing("F6")
    @pytest.mark.failing("F7")
    def test_nobody_agreed_who_was_in_charge_of_the_agencies_carers(self, life):
        agreement = life.agency()
        assert not {"STF-10 unsigned", "STF-10 overdue", "CPL-05A"} & life.red(ARRIVED + 48 * HOUR)
        assert "STF-10 unsigned" in life.red(ARRIVED + 49 * HOUR)
        flag = life.flag("STF-10", "unsigned")
        assert (flag.severity, flag.agency, flag.owner) == ("amber", agreement.agency, life.cast.amy)
        fifth = dt.date(2021, 10, 19)
        assert not {"STF-10 overdue", "CPL-05A"} & life.red(at(fifth, 23))
        assert {"STF-10 overdue", "CPL-05A"} <= life.red(at(fifth + DAY, 1))
        assert life.flag("STF-10", "overdue").severity == "red"
        life.signs(agreement, fifth + DAY)
        assert not {"STF-10 unsigned", "STF-10 overdue", "CPL-05A"} & life.red()
        assert "STF-10 unsigned" in life.red(at(fifth + 302 * DAY))  # it has run out, and counts as none

    @pytest.mark.failing("F6")
    def test_an_agreement_that_says_nothing_of_her_is_not_about_her(self, life):
        life.signs(life.agency(), MOVED, outcomes="")
        assert "CPL-05A" in life.red(at(MOVED + 8 * DAY))
        assert not {"STF-10 unsigned", "STF-10 overdue"} & life.red()

    @pytest.mark.failing("F6")
    def test_no_rota_is_published_with_it(self, life):
        agency = life.agency().agency
        carer = life.carer(agency)
        monday = MONDAY + 7 * DAY
        life.shift(monday, carer, published=False, as_of=at(monday - 2 * DAY))
        with refused_under("STF-10-PUBLISH"):
            life.publishes(monday, at(monday - DAY))
        assert Refusal.objects.get().code == "STF-10-PUBLISH"
        assert "STF-11 planned" in life.red(at(monday, 9))


class TestChecks:
    @pytest.mark.failing("F11")
    def test_nobody_checked_the_carers_so_nobody_is_put_on_a_shift(self, life, agency):
        carer = life.carer(agency, checked=False)
        with refused_under("STF-01-ROTA"):
            life.shift(MONDAY, carer, as_of=at(MOVED + DAY))
        life.checks(carer, MOVED, kinds=["identity", "dbs"])
        with pytest.raises(Refused):  # some of it is not enough
            life.act(rota.assign, life.cast.amy, at(MOVED + DAY), shift=life.placement.shifts.get(), carer=carer)
        assert not Assignment.objects.exists()

    @pytest.mark.failing("F11")
    @pytest.mark.failing("F117")
    def test_who_came_unchecked_or_unknown_is_recorded_and_flagged_at_once(self, life, agency, two):
        checked, unchecked = two[0], life.carer(agency, checked=False)
        shift = life.shift(MONDAY, checked)
        life.act(worked.sign_on, life.cast.priya, at(MONDAY, 8, 5), shift=shift, starts_at=at(MONDAY, 8), carer=checked)
        assert "STF-01 worked" not in life.red()
        for who in ({"carer": unchecked}, {"name": "Somebody Else"}):
            life.act(worked.sign_on, life.cast.priya, at(MONDAY, 8, 5), shift=shift, starts_at=at(MONDAY, 8), **who)
        flags = life.flags().filter(rule="STF-01L", limb="worked", shift=shift)
        assert set(flags.values_list("carer", flat=True)) == {unchecked.pk, None}
        assert "STF-11 unlisted" in life.red()  # the social worker hears that somebody not on the rota was there
        assert life.flag("STF-11L", "unlisted").owner == life.cast.amy
        life.reviews(shift, as_of=at(MONDAY, 12))
        assert life.red() >= {"STF-01 worked", "STF-11 unlisted"}  # looked into, and they are there still
        life.reviews(shift, as_of=at(MONDAY, 20))
        assert not {"STF-01 worked", "STF-11 unlisted"} & life.red()

    def test_a_waiver_is_amber_while_it_lasts(self, life, agency):
        carer = life.carer(agency, checked=False)
        life.act(
            requests.waive_checks, life.cast.tom, ARRIVED + HOUR, carer=carer, placement=life.placement,
            starts_at=ARRIVED + HOUR, hours=48, reason="Nobody else could come tonight.",
        )  # fmt: skip
        shift = life.shift(MOVED + DAY, carer, as_of=ARRIVED + 2 * HOUR)
        assert "STF-01 waived" in life.red(ARRIVED + 3 * HOUR)
        assert life.flag("STF-01L", "waived").severity == "amber"
        life.act(
            worked.sign_on, life.cast.priya, at(MOVED + DAY, 9), shift=shift, starts_at=shift.starts_at, carer=carer
        )
        assert "STF-01 worked" not in life.red()

    def test_a_check_withdrawn_puts_the_shift_in_doubt(self, life, two):
        carer = two[0]
        shift = life.shift(MONDAY, carer, as_of=at(MOVED + DAY))
        assert not {"STF-01 planned", "STF-01 waived"} & life.red()
        withdrawn = at(MOVED + 2 * DAY, 11)
        life.act(
            checks.withdraw_check, life.cast.amy, withdrawn, check=carer.checks.get(kind="dbs"), why="It was another's."
        )
        flag = life.flag("STF-01L", "planned")
        assert (flag.carer, flag.shift, flag.due_at, flag.severity) == (carer, shift, withdrawn, "red")
        life.checks(carer, MOVED + 2 * DAY, kinds=["dbs"])
        assert "STF-01 planned" not in life.red(at(MOVED + 2 * DAY, 21))


class TestTraining:
    @pytest.mark.failing("F12")
    def test_training_was_said_to_be_given(self, life, agency):
        carer = life.carer(agency, trained=False)
        life.shift(MONDAY, carer)
        said = life.trains(carer, "trauma", MONDAY, signed_on=None, by=life.cast.carl)
        assert "STF-03 claimed" in life.red()
        assert life.flag("STF-03L", "claimed").carer == carer
        life.act(checks.sign_training, life.cast.amy, at(MONDAY, 21), training=said, signed_on=MONDAY)
        assert "STF-03 claimed" not in life.red()

    @pytest.mark.failing("F12")
    @pytest.mark.failing("F124")
    def test_who_is_not_trained_by_the_fourteenth_day_is_flagged(self, life, agency):
        carer = life.carer(agency, trained=False)
        life.shift(MONDAY, carer)
        assert "STF-03 induction" in life.red(at(MONDAY, 8, 1))
        life.trains(carer, "induction", MONDAY)
        assert "STF-03 induction" not in life.red()
        last = MONDAY + 14 * DAY
        assert "STF-03 training" not in life.red(at(last, 23))
        assert "STF-03 training" in life.red(at(last + DAY, 1))
        for subject in ("trauma", "de_escalation", "medicines", "safeguarding", "dol"):
            life.trains(carer, subject, last + DAY)
        assert "STF-03 training" in life.red()  # nobody has taught this child's plan
        life.trains(carer, "childs_plan", last + DAY)
        assert "STF-03 training" not in life.red()


class TestSupervision:
    @pytest.mark.failing("F8")
    @pytest.mark.failing("F7")
    def test_supervision_ended_at_the_move_and_nothing_replaced_it(self, life, agency, two):
        carer = two[0]
        life.shift(MONDAY, carer)
        assert "STF-04 supervisor" not in life.red(at(MONDAY, 9))
        line = carer.supervisors.get()
        life.act(checks.end_supervisor, life.cast.amy, at(MONDAY, 15), line=line, ended_on=MONDAY)
        assert "STF-04 supervisor" in life.red()  # the same day
        flag = life.flag("STF-04L", "supervisor")
        assert (flag.severity, flag.carer, flag.agency) == ("amber", carer, agency)
        life.act(
            checks.name_supervisor, life.cast.amy, at(MONDAY, 16), carer=carer, agency=agency, supervisor="Ivo Knot",
            started_on=MONDAY,
        )  # fmt: skip
        assert "STF-04 supervisor" not in life.red()

    @pytest.mark.failing("F8")
    def test_each_carer_is_supervised_within_a_week_and_then_every_four(self, life, two):
        carer = two[0]
        life.shift(MONDAY, carer)
        assert "STF-04 first" not in life.red(at(MONDAY + 7 * DAY, 23))
        assert "STF-04 first" in life.red(at(MONDAY + 8 * DAY, 1))
        life.supervises(carer, MONDAY + 8 * DAY)
        assert "STF-04 first" not in life.red()
        again = MONDAY + 30 * DAY
        life.shift(again, carer)
        assert not {"STF-04 regular", "STF-04 lapsed"} & life.red(at(MONDAY + 36 * DAY, 23))
        assert "STF-04 regular" in life.red(at(MONDAY + 37 * DAY, 1))
        assert life.flag("STF-04L", "regular").severity == "amber"
        assert "STF-04 lapsed" not in life.red(at(MONDAY + 50 * DAY, 23))
        assert "STF-04 lapsed" in life.red(at(MONDAY + 51 * DAY, 1))
        assert "STF-04 regular" not in life.red()  # one or the other, never the same thing twice
        life.supervises(carer, MONDAY + 51 * DAY)
        assert not {"STF-04 regular", "STF-04 lapsed"} & life.red()

    @pytest.mark.failing("F63")
    def test_the_childs_own_line_never_stopped_to_think(self, life):
        last = MOVED + 28 * DAY
        assert "STF-04 case" not in life.red(at(last, 23))
        assert "STF-04 case" in life.red(at(last + DAY, 1))
        assert life.flag("STF-04L", "case").owner == life.cast.tom
        reflects = {"child": life.child, "worker": life.cast.amy, "held_on": last + DAY, "agreed": "To go at night."}
        with pytest.raises(Invalid, match="reflection"):
            life.act(children.record_case_supervision, life.cast.tom, at(last + DAY), reflection=" ", **reflects)
        assert "STF-04 case" in life.red()
        life.act(
            children.record_case_supervision, life.cast.tom, at(last + DAY), reflection="We see her behaviour, and not her.",
            **reflects,
        )  # fmt: skip
        assert "STF-04 case" not in life.red()

    @pytest.mark.failing("F98")
    def test_the_agencies_never_thought_together(self, life):
        last = MOVED + 84 * DAY
        assert "STF-04 reflective" not in life.red(at(last, 23))
        assert "STF-04 reflective" in life.red(at(last + DAY, 1))
        life.act(
            agreements.record_reflective_session, life.cast.tom, at(last + DAY), placement=life.placement,
            held_on=last + DAY, led_by="A psychologist", agencies="Both agencies, CAMHS and the school",
            reflection="She decides who may stay, since nobody else does.", agreed="Boundaries, kept together.",
        )  # fmt: skip
        assert "STF-04 reflective" not in life.red()


class TestContinuity:
    def leaves(self, life, allocation, day, handover="She sleeps with the light on."):
        return life.act(
            children.end_allocation, life.cast.tom, at(day), allocation=allocation, ended_on=day, end_reason="LEFTRL",
            handover=handover,
        )  # fmt: skip

    def comes(self, life, worker, day, **fields):
        fields = {"part": "social_worker"} | fields
        return life.act(
            children.allocate, life.cast.tom, at(day), child=life.child, worker=worker, started_on=day, **fields
        )

    def stays(self, life, person, **standing):
        fields = {"name": person.name, "role": person.role, "team": life.cast.team}
        return life.act(accounts.change, life.cast.sam, at(MOVED + DAY), account=person, **fields, **standing)

    @pytest.mark.failing("F18")
    def test_her_social_workers_come_and_go(self, life):
        first, second = MOVED + 30 * DAY, MOVED + 60 * DAY
        with pytest.raises(Invalid, match="handover note"):
            self.leaves(life, life.allocation, first, handover="")
        self.leaves(life, life.allocation, first)
        ben = self.comes(life, life.cast.ben, first)
        assert "STF-12 changes" not in life.red(at(second - DAY))
        self.leaves(life, ben, second)
        nell = life.cast.person("nell", "Nell Curlew", "social_worker", team=life.cast.team)
        self.comes(life, nell, second)
        assert "STF-12 changes" in life.red()
        assert "STF-12 handover" not in life.red()
        assert life.flag("STF-12", "changes").owner == life.cast.tom
        assert "STF-12 changes" not in life.red(at(first + 190 * DAY))

    @pytest.mark.failing("F18")
    def test_social_worker_and_manager_are_both_temporary(self, life):
        assert not {"STF-12 temporary", "STF-12 temporary_manager"} & life.red(
            at(MOVED + DAY)
        )  # not known is no breach
        self.stays(life, life.cast.amy, terms="temporary")
        self.stays(life, life.cast.tom, terms="temporary")
        assert {"STF-12 temporary", "STF-12 temporary_manager"} <= life.red(at(MOVED + DAY, 13))
        assert life.flag("STF-12", "temporary_manager").owner == life.cast.hana
        self.stays(life, life.cast.ben, terms="permanent")
        self.comes(life, life.cast.ben, MOVED + DAY, part="second_worker")
        assert "STF-12 temporary" not in life.red()

    @pytest.mark.failing("F19")
    def test_a_newly_qualified_worker_on_the_hardest_case(self, life):
        self.stays(life, life.cast.ben, newly_qualified_until=MOVED + 300 * DAY)
        day = MOVED + 9 * DAY
        ben = self.comes(life, life.cast.ben, day, part="second_worker")
        assert "STF-12 newly_qualified" in life.red()
        life.act(
            children.say_why_this_worker, life.cast.tom, at(day, 14), allocation=ben,
            why_this_worker="She talks to him; he never visits alone.",
        )  # fmt: skip
        assert "STF-12 newly_qualified" not in life.red()
        assert "STF-04 second" not in life.red(at(day + 7 * DAY, 23))
        assert "STF-04 second" in life.red(at(day + 8 * DAY, 1))
        life.act(
            children.record_case_supervision, life.cast.tom, at(day + 8 * DAY), child=life.child, worker=life.cast.ben,
            held_on=day + 8 * DAY, reflection="What it is like to be shouted at.", agreed="Weekly.",
        )  # fmt: skip
        assert "STF-04 second" not in life.red()


class TestStaffType:
    @pytest.mark.failing("F41")
    def test_nobody_could_say_why_nurses(self, life):
        def says(day):
            life.act(
                agreements.record_staff_type, life.cast.amy, at(day), placement=life.placement, reviewed_on=day,
                staff_type="Residential workers", need="A home, not a ward.", why="She needs adults who stay.",
                advice="CAMHS: not nurses.",
            )  # fmt: skip

        assert "STF-13" not in life.red(ARRIVED + 48 * HOUR)
        assert "STF-13" in life.red(ARRIVED + 49 * HOUR)
        says(MOVED + 3 * DAY)
        assert "STF-13" not in life.red(at(MOVED + 31 * DAY, 23))
        assert "STF-13" in life.red(at(MOVED + 32 * DAY, 1))
        says(MOVED + 32 * DAY)
        assert "STF-13" not in life.red()
