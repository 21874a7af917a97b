"""STF about carers: each rule the day before, on the day and the day after; amber and red; and what is no breach.

The shift as worked is in test_shift_rules.py; the same rules over rotas nobody chose in test_independent_staffing.py.
"""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import CaseSupervision
from core.models import LocalStandard, User
from oversight import rulebook
from oversight.models import Flag
from placements.models import Key, Provider
from staffing.models import (
    AgencyAgreement,
    Assignment,
    Engagement,
    Presence,
    ReflectiveSession,
    ReplacementPlan,
    RotaRequest,
    Shift,
    ShiftReview,
    StaffType,
    Supervision,
    SupervisionLine,
    Training,
)
from staffing.policies_carers import agencies_to_replace
from tests.cast import at
from tests.oversight.facts import DAY, HOUR, NOT_NOT_YES, check, clocks, on_days, stands

MONDAY = dt.date(2022, 3, 7)
START = MONDAY - 10 * DAY
SLOW = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def placement(cast):
    return cast.unregistered(cast.child(born=dt.date(2008, 5, 4)), START)


@pytest.fixture
def carer(cast, placement):
    """On her first shift on Monday."""
    carer = cast.carer()
    cast.puts(carer, cast.shift(placement, MONDAY))
    return carer


def practice(cast, carer, day, kind="practice"):
    return Supervision.objects.create(
        carer=carer, kind=kind, held_on=day, supervisor="S", reflection="R", recorded_by=cast.amy
    )


def taught(cast, carer, subject, day, **fields):
    fields = {"signed_on": day, "trainer": "T", "recorded_by": cast.amy} | fields
    return Training.objects.create(carer=carer, subject=subject, given_on=day, **fields)


def stricter(cast, key, value):
    LocalStandard.objects.create(
        authority=cast.north, key=key, value=value, effective_from=START, set_by=cast.dee, reason="R"
    )


# --- STF-02, STF-03 ---------------------------------------------------------------------------------------------------


class TestDiploma:
    @SLOW
    @given(since=st.dates(dt.date(2020, 2, 28), dt.date(2020, 3, 20)))
    def test_two_years_after_starting_in_a_care_role(self, cast, placement, carer, since):
        type(carer).objects.filter(pk=carer.pk).update(care_role_since=since)
        due = since.replace(year=2022) if (since.month, since.day) != (2, 29) else dt.date(2022, 2, 28)
        assert on_days("STF-02L", "", due) == NOT_NOT_YES

    def test_an_unknown_start_is_the_first_engagement_on_record(self, cast, placement, carer):
        """A carer whose start nobody entered would never have a clock."""
        engaged = carer.engagements.get()
        engaged.started_on, engaged.ended_on = dt.date(2020, 3, 9), dt.date(2021, 3, 9)
        engaged.save()
        Engagement.objects.create(
            carer=carer, agency=cast.provider, started_on=dt.date(2021, 3, 9), recorded_by=cast.amy
        )
        assert on_days("STF-02L", "", dt.date(2022, 3, 9)) == NOT_NOT_YES

    def test_the_diploma_clears_it(self, cast, placement, carer):
        type(carer).objects.filter(pk=carer.pk).update(care_role_since=dt.date(2019, 1, 1))
        assert stands(at(MONDAY), "STF-02L")
        cast.check(carer, "diploma", on=MONDAY)
        assert not stands(at(MONDAY), "STF-02L")

    def test_the_law_binds_in_a_registered_home(self, cast):
        home = cast.home(status="registered", registered_for="childrens_home")
        carer = cast.carer(care_role_since=dt.date(2019, 1, 1))
        cast.puts(carer, cast.shift(cast.placement(cast.child(), START, home=home), MONDAY))
        assert stands(at(MONDAY), "STF-02")
        assert not stands(at(MONDAY), "STF-02L")
        for number in ("01", "02", "03", "04", "11"):
            assert rulebook.get(f"STF-{number}").basis == "statute"
            assert rulebook.get(f"STF-{number}L").basis == "local standard"


class TestTraining:
    def test_day_14_and_a_stricter_council(self, cast, placement, carer):
        assert on_days("STF-03L", "training", MONDAY + 14 * DAY) == NOT_NOT_YES
        stricter(cast, "STF-03 training", 5)
        assert on_days("STF-03L", "training", MONDAY + 5 * DAY) == NOT_NOT_YES

    def test_all_of_it_and_the_childs_own_plan(self, cast, placement, carer):
        late, elsewhere = at(MONDAY + 15 * DAY), cast.unregistered(cast.child(), START)
        for subject in ("trauma", "de_escalation", "medicines", "safeguarding"):
            taught(cast, carer, subject, MONDAY)
        taught(cast, carer, "childs_plan", MONDAY, placement=elsewhere)
        assert stands(late, "STF-03L", "training")
        taught(cast, carer, "childs_plan", MONDAY, placement=placement)
        assert not stands(late, "STF-03L", "training")
        cast.dol_order(placement.child, START)  # what an order allows is asked for where there is one
        assert stands(late, "STF-03L", "training")
        taught(cast, carer, "dol", MONDAY)
        assert not stands(late, "STF-03L", "training")

    def test_what_has_run_out_is_owed_from_then(self, cast, placement, carer):
        for subject in ("trauma", "de_escalation", "medicines", "safeguarding"):
            taught(cast, carer, subject, MONDAY - DAY, valid_until=MONDAY + 20 * DAY if subject == "trauma" else None)
        taught(cast, carer, "childs_plan", MONDAY, placement=placement)
        assert on_days("STF-03L", "training", MONDAY + 20 * DAY) == NOT_NOT_YES

    def test_induction_comes_before_the_first_shift_anywhere(self, cast, placement, carer):
        assert clocks("STF-03L", at(MONDAY, 8))["induction"] == (at(MONDAY, 8), "due")
        assert stands(at(MONDAY, 8, 1), "STF-03L", "induction")
        taught(cast, carer, "induction", MONDAY, signed_on=None)
        assert stands(at(MONDAY, 9), "STF-03L", "induction")  # said, and not proved
        taught(cast, carer, "induction", MONDAY)
        assert not stands(at(MONDAY, 9), "STF-03L", "induction")

    @pytest.mark.parametrize("proof", ["signature", "certificate"])
    def test_a_claim_without_proof_is_red_the_same_day(self, cast, placement, carer, proof):
        claim = taught(cast, carer, "trauma", MONDAY, signed_on=None)
        assert check(at(MONDAY, 10))["STF-03L", "claimed"].severity == "red"
        if proof == "signature":
            claim.signed_on = MONDAY
        else:
            claim.evidence = carer.evidence.get()
        claim.save()
        assert not stands(at(MONDAY, 10), "STF-03L", "claimed")


# --- STF-04 -----------------------------------------------------------------------------------------------------------


class TestSupervision:
    def test_nobody_supervises_for_that_agency(self, cast, placement, carer):
        assert not stands(at(MONDAY, 7), "STF-04L", "supervisor")
        flag = check(at(MONDAY, 8, 1))["STF-04L", "supervisor"]
        assert (flag.severity, flag.carer, flag.agency, flag.due_at) == ("amber", carer, cast.agency, at(MONDAY, 8))
        line = {"carer": carer, "supervisor": "S", "started_on": START, "recorded_by": cast.amy}
        SupervisionLine.objects.create(agency=cast.provider, **line)  # for another: not for this one
        assert stands(at(MONDAY, 9), "STF-04L", "supervisor")
        SupervisionLine.objects.create(agency=cast.agency, **line, ended_on=MONDAY + DAY)
        assert not stands(at(MONDAY, 23), "STF-04L", "supervisor")
        assert stands(at(MONDAY + DAY, 0, 1), "STF-04L", "supervisor")

    @pytest.mark.parametrize("gap", [0, 7, 20])
    def test_first_within_7_days_then_28_then_42(self, cast, placement, carer, gap):
        assert on_days("STF-04L", "first", MONDAY + 7 * DAY) == NOT_NOT_YES
        held = MONDAY + gap * DAY
        practice(cast, carer, held)
        assert not stands(at(held), "STF-04L", "first")
        cast.puts(carer, cast.shift(placement, held + 30 * DAY))
        assert on_days("STF-04L", "regular", held + 28 * DAY) == NOT_NOT_YES
        assert on_days("STF-04L", "lapsed", held + 42 * DAY) == NOT_NOT_YES
        assert not stands(at(held + 43 * DAY), "STF-04L", "regular")  # one or the other

    def test_what_was_held_before_the_first_shift_here_is_about_other_work(self, cast, placement, carer):
        practice(cast, carer, MONDAY - DAY)
        assert stands(at(MONDAY + 8 * DAY), "STF-04L", "first")

    def test_an_appraisal_is_no_supervision_and_is_owed_every_year(self, cast, placement, carer):
        Engagement.objects.update(started_on=MONDAY - 360 * DAY)
        assert on_days("STF-04L", "appraisal", dt.date(2022, 3, 12)) == NOT_NOT_YES
        practice(cast, carer, MONDAY, kind="appraisal")
        assert not stands(at(dt.date(2022, 3, 14)), "STF-04L", "appraisal")
        assert stands(at(MONDAY + 8 * DAY), "STF-04L", "first")

    def test_who_has_left_the_agency_is_asked_for_nothing(self, cast, placement, carer):
        assert {limb for _, limb in check(at(MONDAY + 8 * DAY))} >= {"supervisor", "first", "induction"}
        Engagement.objects.update(ended_on=MONDAY + 8 * DAY)
        assert not Flag.objects.filter(pk__in=[f.pk for f in check(at(MONDAY + 8 * DAY, 13)).values()], carer=carer)

    @pytest.mark.parametrize(("newly_qualified", "days"), [(None, 28), (MONDAY + 400 * DAY, 7), (START, 28)])
    def test_the_case_worker(self, cast, placement, newly_qualified, days):
        User.objects.filter(pk=cast.amy.pk).update(newly_qualified_until=newly_qualified)
        assert on_days("STF-04L", "case", START + days * DAY) == NOT_NOT_YES
        CaseSupervision.objects.create(
            child=placement.child,
            worker=cast.amy,
            supervisor=cast.tom,
            held_on=START + 5 * DAY,
            reflection="R",
            agreed="A",
        )
        assert on_days("STF-04L", "case", START + (5 + days) * DAY) == NOT_NOT_YES

    def test_the_head_of_service_supervises_a_manager_who_holds_the_case(self, cast):
        cast.unregistered(cast.child(worker=cast.tom), START)
        flags = check(at(START + 29 * DAY))
        assert flags["STF-04L", "case_of_manager"].owner == cast.hana
        assert ("STF-04L", "case") not in flags

    def test_not_where_nothing_is_high_risk(self, cast):
        cast.placement(cast.child(), START, type="U6")
        assert not {code for code, _ in check(at(START + 100 * DAY)) if code.startswith("STF")}

    def test_reflection_together(self, cast, placement):
        assert on_days("STF-04L", "reflective", START + 84 * DAY) == NOT_NOT_YES
        ReflectiveSession.objects.create(
            placement=placement, held_on=START + 10 * DAY, led_by="L", agencies="A", reflection="R", agreed="A",
            recorded_by=cast.amy,
        )  # fmt: skip
        assert on_days("STF-04L", "reflective", START + 94 * DAY) == NOT_NOT_YES


# --- STF-09, STF-10, CPL-05A ------------------------------------------------------------------------------------------


def test_a_request_has_all_of_its_24_hours(cast, placement, carer):
    asked = at(MONDAY, 10)
    request = RotaRequest.objects.create(
        placement=placement, carer=carer, reason="R", asked_by=cast.tom, asked_at=asked, due_at=asked + 24 * HOUR
    )
    assert not stands(asked + 24 * HOUR, "STF-09", "request")
    assert stands(asked + 24 * HOUR + HOUR, "STF-09", "request")
    request.done_at, request.done_by = asked + 26 * HOUR, cast.amy
    request.save()
    assert not stands(asked + 27 * HOUR, "STF-09", "request")


def test_a_request_goes_with_her_until_it_is_done_or_withdrawn(cast, placement, carer):
    asked, moved = at(MONDAY, 10), MONDAY + DAY
    request = RotaRequest.objects.create(
        placement=placement, carer=carer, reason="R", asked_by=cast.tom, asked_at=asked, due_at=asked + 24 * HOUR
    )
    placement.ended_on = moved
    placement.save()
    assert not stands(asked + 30 * HOUR, "STF-09", "request")  # she lives in no placement
    after = cast.unregistered(placement.child, moved)
    flag = check(asked + 30 * HOUR)["STF-09", "request"]
    assert (flag.placement, flag.carer) == (after, carer)
    assert flag.mend_url == f"/placements/{after.pk}/rota/off/{carer.pk}/"
    request.withdrawn_at, request.withdrawn_by = asked + 31 * HOUR, cast.tom
    request.save()
    assert stands(asked + 30 * HOUR, "STF-09", "request")
    assert not stands(asked + 31 * HOUR, "STF-09", "request")


def test_put_back_at_once_from_the_moment_it_was_done(cast, placement, carer):
    asked, put = at(MONDAY, 10), at(MONDAY, 15)
    request = RotaRequest.objects.create(
        placement=placement, carer=carer, reason="R", asked_by=cast.tom, asked_at=asked, due_at=asked + 24 * HOUR,
        done_at=at(MONDAY, 12), done_by=cast.amy,
    )  # fmt: skip
    before = cast.shift(placement, MONDAY + 9 * DAY, published=False)
    cast.puts(carer, before, put_on_at=asked - HOUR)  # it is what was asked about, and the request's own clock
    assert not stands(put, "STF-09", "put_back")
    shift = cast.shift(placement, MONDAY + 40 * DAY, published=False)  # a draft, and weeks ahead
    assignment = cast.puts(carer, shift, put_on_at=put)
    assert not stands(put - HOUR, "STF-09", "put_back")
    flag = check(put)["STF-09", "put_back"]
    assert (flag.carer, flag.shift, flag.due_at, flag.severity, flag.owner) == (carer, shift, put, "red", cast.amy)
    Shift.objects.filter(pk=shift.pk).update(placement=cast.placement(cast.child(surname="Other"), MONDAY))
    assert not stands(put, "STF-09", "put_back")  # with another child
    Shift.objects.filter(pk=shift.pk).update(placement=placement)
    worked = at(MONDAY + 41 * DAY, 12)
    assert stands(worked, "STF-09", "put_back")  # and it is no less so once it is over
    ShiftReview.objects.create(shift=shift, found="F", done="D", reviewed_at=worked, by=cast.tom)
    assert not stands(worked, "STF-09", "put_back")
    assignment.removed_at = put + HOUR
    assignment.save()
    assert not stands(put + HOUR, "STF-09", "put_back")
    Assignment.objects.filter(pk=assignment.pk).update(removed_at=None)
    request.withdrawn_at, request.withdrawn_by = put + HOUR, cast.tom
    request.save()
    assert not stands(put + HOUR, "STF-09", "put_back")


class TestAgreement:
    FIFTH = dt.date(2022, 3, 14)  # of the working days after Monday the 7th

    def test_planned_amber_at_the_start_and_red_after_five_working_days(self, cast, placement):
        cast.supplies(placement, since=MONDAY, signed=False)
        assert not stands(at(MONDAY - DAY, 23), "STF-10", "unsigned")
        assert check(at(MONDAY, 0, 1))["STF-10", "unsigned"].severity == "amber"
        assert on_days("STF-10", "overdue", self.FIFTH) == NOT_NOT_YES
        assert on_days("CPL-05A", "", self.FIFTH) == NOT_NOT_YES
        flags = check(at(self.FIFTH + DAY, 1))
        assert flags["STF-10", "overdue"].severity == "red"
        assert ("STF-10", "unsigned") not in flags

    def test_an_agency_brought_in_later_in_an_emergency_has_no_grace(self, cast):
        placement = cast.unregistered(cast.child(), START, hour=14)
        cast.supplies(placement, since=START, signed=False)
        assert not stands(at(START + 2 * DAY, 14), "STF-10", "unsigned")
        assert stands(at(START + 2 * DAY, 15), "STF-10", "unsigned")
        AgencyAgreement.objects.update(started_on=MONDAY)
        assert stands(at(MONDAY, 1), "STF-10", "unsigned")

    def test_ended_and_brought_in_anew_it_has_no_five_days_again(self, cast, placement):
        first = cast.supplies(placement, since=MONDAY - 20 * DAY, signed=False)
        assert stands(at(MONDAY), "STF-10", "overdue")
        first.ended_on = MONDAY
        first.save()
        second = cast.supplies(placement, since=MONDAY, signed=False)
        assert stands(at(MONDAY), "STF-10", "overdue")
        assert stands(at(MONDAY), "CPL-05A")
        AgencyAgreement.objects.filter(pk=first.pk).update(  # one that was signed ends the stretch
            signed_on=MONDAY - 19 * DAY, signed_for_agency="Dana Crake", signed_for_council=cast.tom, expires_on=MONDAY,
            supervises="A", trains="A", disciplines="A", reports_to_lado="A", hands_over="A",
        )  # fmt: skip
        assert not stands(at(MONDAY, 13), "STF-10", "overdue")
        assert clocks("STF-10", at(MONDAY, 13))["unsigned"][0] == at(second.started_on, 0)

    def test_signed_and_run_out(self, cast, placement):
        agreement = cast.supplies(placement, since=MONDAY, expires_on=MONDAY + 9 * DAY)
        assert not stands(at(MONDAY + 9 * DAY, 23), "STF-10", "unsigned")
        assert stands(at(MONDAY + 10 * DAY, 1), "STF-10", "unsigned")
        assert not stands(at(MONDAY + 40 * DAY), "CPL-05A")  # it said what they were to achieve
        agreement.expires_on = MONDAY + 90 * DAY
        agreement.save()
        assert not stands(at(MONDAY + 10 * DAY, 1), "STF-10", "unsigned")

    def test_the_providers_own_staff_need_none_and_an_unknown_agency_does(self, cast, placement):
        own, other = cast.carer("Own", agency=cast.provider), cast.carer()
        shift = cast.shift(placement, MONDAY)
        cast.puts(own, shift, agency=cast.provider)
        assert not stands(at(MONDAY, 12), "STF-10", "unsigned")
        cast.puts(other, shift)
        flag = check(at(MONDAY, 12))["STF-10", "unsigned"]
        assert flag.agency == cast.agency


# --- STF-11 planned, STF-12, STF-13, LOG-06 ---------------------------------------------------------------------------


class TestRota:
    def test_none_at_all_or_only_a_draft(self, cast, placement):
        assert stands(at(START, 1), "STF-11L", "planned")
        shift = cast.shift(placement, MONDAY, published=False)
        assert stands(at(MONDAY, 12), "STF-11L", "planned")
        shift.published_at, shift.published_by = at(MONDAY, 11), cast.amy
        shift.save()
        assert stands(at(MONDAY, 7), "STF-11L", "planned")
        assert clocks("STF-11L", at(MONDAY, 12))["planned"] == (at(MONDAY, 20), "due")
        assert check(at(MONDAY, 21))["STF-11L", "planned"].due_at == at(MONDAY, 20)

    def test_it_runs_out_where_its_shifts_stop_following_each_other(self, cast, placement):
        for number in range(3):
            cast.shift(placement, MONDAY + number * DAY)
            cast.shift(placement, MONDAY + number * DAY, kind="waking_night")
        assert clocks("STF-11L", at(MONDAY, 12))["planned"] == (at(MONDAY + 3 * DAY, 8), "due")
        placement.shifts.filter(starts_at=at(MONDAY, 20)).update(cancelled_at=at(MONDAY, 9))
        assert clocks("STF-11L", at(MONDAY, 12))["planned"] == (at(MONDAY, 20), "due")

    def test_a_home_that_keeps_no_rota_here_is_not_asked_for_one(self, cast):
        home = cast.home(status="registered", registered_for="childrens_home")
        placement = cast.placement(cast.child(), START, home=home)
        assert "planned" not in clocks("STF-11", at(MONDAY, 12))
        cast.shift(placement, MONDAY)
        assert stands(at(MONDAY + DAY, 12), "STF-11", "planned")

    def test_foster_care_never(self, cast):
        child = cast.child()
        cast.dol_order(child, START)
        cast.placement(child, START, type="U6")
        assert not {code for code, _ in check(at(MONDAY)) if code in {"STF-11", "STF-11L", "STF-13"}}


class TestStaffType:
    def test_from_the_start_and_every_28_days(self, cast, placement):
        assert stands(at(START, 1), "STF-13")
        StaffType.objects.create(
            placement=placement, reviewed_on=MONDAY, staff_type="S", need="N", why="W", advice="A", recorded_by=cast.amy
        )
        assert on_days("STF-13", "", MONDAY + 28 * DAY) == NOT_NOT_YES
        stricter(cast, "STF-13 review", 14)
        assert on_days("STF-13", "", MONDAY + 14 * DAY) == NOT_NOT_YES


class TestMovedAlong:
    """STF-13: an agency's carers who moved with her, and the plan to replace them."""

    FIFTH = dt.date(2022, 3, 14)  # of the working days after Monday the 7th

    @pytest.fixture
    def former(self, cast):
        return cast.unregistered(cast.child(born=dt.date(2008, 5, 4)), START, ended_on=MONDAY)

    @pytest.fixture
    def here(self, cast, former):
        return cast.unregistered(former.child, MONDAY)

    @pytest.fixture
    def carer(self, cast, former, here):
        """On shift with her before she moved, on the day she did, and this week and next."""
        carer = cast.carer()
        cast.puts(carer, cast.shift(former, MONDAY - 2 * DAY))
        for day in range(0, 20, 2):
            cast.puts(carer, cast.shift(here, MONDAY + day * DAY))
        return carer

    def plans(self, cast, here, made_on, last_day, agency=None):
        return ReplacementPlan.objects.create(
            placement=here, agency=agency or cast.agency, made_on=made_on, why="W", replaced_by="R", last_day=last_day,
            recorded_by=cast.amy,
        )  # fmt: skip

    @pytest.mark.failing("F121")
    def test_amber_after_five_working_days_without_a_plan(self, cast, here, carer):
        assert on_days("STF-13", "moved_along", self.FIFTH) == NOT_NOT_YES
        flag = check(at(self.FIFTH + DAY, 1))["STF-13", "moved_along"]
        assert (flag.placement, flag.agency, flag.severity, flag.owner) == (here, cast.agency, "amber", cast.amy)
        assert flag.mend_url == f"/placements/{here.pk}/agencies/replace/"
        other = cast.unregistered(cast.child(forename="Ash"), MONDAY)
        self.plans(cast, other, self.FIFTH, self.FIFTH + 30 * DAY)  # of another child
        self.plans(cast, here, self.FIFTH, self.FIFTH + 30 * DAY, Provider.objects.create(name="Saltmarsh Care"))
        assert stands(at(self.FIFTH + DAY, 2), "STF-13", "moved_along")
        self.plans(cast, here, self.FIFTH + DAY, self.FIFTH + 30 * DAY)
        assert not {limb for code, limb in check(at(self.FIFTH + DAY, 2)) if code == "STF-13"} - {""}

    @pytest.mark.failing("F121")
    def test_red_once_the_plans_last_day_has_passed_and_they_are_still_there(self, cast, here, carer):
        last = MONDAY + 9 * DAY
        self.plans(cast, here, MONDAY, last)
        assert clocks("STF-13", at(last))["not_replaced"] == (at(last + DAY, 0), "due")
        assert on_days("STF-13", "not_replaced", last) == NOT_NOT_YES
        flag = check(at(last + DAY, 1))["STF-13", "not_replaced"]
        assert (flag.agency, flag.severity, flag.owner) == (cast.agency, "red", cast.amy)
        self.plans(cast, here, last + DAY, last + 3 * DAY)
        assert not stands(at(last + DAY, 2), "STF-13", "not_replaced")
        assert on_days("STF-13", "not_replaced", last + 3 * DAY) == NOT_NOT_YES
        Assignment.objects.filter(starts_at__gt=at(last + 4 * DAY, 0)).update(removed_at=at(last, 12))
        assert "not_replaced" not in clocks("STF-13", at(last + 4 * DAY))  # the plan was kept

    @pytest.mark.positive("P11")
    def test_who_was_replaced_or_called_off_raises_nothing(self, cast, here, carer):
        Assignment.objects.filter(starts_at__gt=at(MONDAY + DAY)).update(removed_at=at(MONDAY, 12))
        assert not stands(at(self.FIFTH + DAY), "STF-13", "moved_along")

    @pytest.mark.positive("P11")
    def test_the_new_homes_own_staff_and_who_never_was_with_her_before_raise_nothing(self, cast, former, here, carer):
        late = at(self.FIFTH + DAY)
        Assignment.objects.update(agency=cast.provider)
        assert not stands(late, "STF-13", "moved_along")
        Assignment.objects.update(agency=cast.agency)
        assert stands(late, "STF-13", "moved_along")
        Shift.objects.filter(placement=former).update(published_at=None, published_by=None)
        assert not stands(late, "STF-13", "moved_along")

    def test_with_her_in_the_28_days_before_and_not_earlier(self, cast, former, here, carer):
        late = at(self.FIFTH + DAY)
        for days, known in ((27, True), (28, True), (29, False)):
            begins = at(MONDAY - days * DAY)
            Shift.objects.filter(placement=former).update(starts_at=begins, ends_at=begins + 9 * HOUR)
            assert stands(late, "STF-13", "moved_along") == known, days

    def test_another_placement_in_the_same_house_is_no_move(self, cast, former, here, carer):
        former.home = here.home
        former.save()
        assert not stands(at(self.FIFTH + DAY), "STF-13", "moved_along")

    def test_from_their_own_first_shift(self, cast, here, carer):
        Assignment.objects.filter(starts_at__lt=at(MONDAY + 7 * DAY), shift__placement=here).update(
            removed_at=at(MONDAY, 7)
        )
        assert on_days("STF-13", "moved_along", dt.date(2022, 3, 22)) == NOT_NOT_YES  # the first was on the 15th

    def test_who_came_without_being_on_any_rota(self, cast, former, here):
        carer = cast.carer()
        for place, day in ((former, MONDAY - DAY), (here, MONDAY + 6 * DAY)):
            shift = cast.shift(place, day)
            Presence.objects.create(
                shift=shift, carer=carer, starts_at=shift.starts_at, ends_at=shift.ends_at, recorded_by=cast.priya
            )
        fifth = dt.date(2022, 3, 18)
        assert on_days("STF-13", "moved_along", fifth) == NOT_NOT_YES
        assert not stands(at(MONDAY + 13 * DAY, 8), "STF-13", "moved_along")  # has come to nothing for a week
        Engagement.objects.create(carer=carer, agency=cast.provider, started_on=START, recorded_by=cast.amy)
        assert not stands(at(fifth + DAY, 1), "STF-13", "moved_along")  # she works for the home as well

    def test_a_night_counts_by_the_day_it_begins(self, cast, former, here):
        carer = cast.carer()
        cast.puts(carer, cast.shift(former, MONDAY - 2 * DAY))
        nights = [cast.shift(here, MONDAY + day * DAY, kind="waking_night") for day in (0, 6, 9)]
        for night in nights:  # called in for the small hours
            cast.puts(carer, night, starts_at=night.starts_at + 6 * HOUR)
        assert on_days("STF-13", "moved_along", self.FIFTH) == NOT_NOT_YES
        self.plans(cast, here, MONDAY, MONDAY + 9 * DAY)
        assert not stands(at(MONDAY + 10 * DAY, 1), "STF-13", "not_replaced")
        self.plans(cast, here, MONDAY, MONDAY + 8 * DAY)
        assert stands(at(MONDAY + 9 * DAY, 1), "STF-13", "not_replaced")

    @pytest.mark.parametrize("rostered", [True, False])
    def test_whatever_it_flags_a_plan_can_be_made_for(self, cast, former, here, rostered):
        """Taken off and came all the same, or simply came; and they left the agency the day after."""
        carer, came = cast.carer(), MONDAY + 6 * DAY
        cast.puts(carer, cast.shift(former, MONDAY - DAY))
        shift = cast.shift(here, came)
        if rostered:
            cast.puts(carer, shift, removed_at=at(came, 7))
        Presence.objects.create(
            shift=shift, carer=carer, starts_at=shift.starts_at, ends_at=shift.ends_at, recorded_by=cast.priya
        )
        Engagement.objects.update(ended_on=came + DAY)
        flagged = at(came + 6 * DAY, 12)
        assert check(flagged)["STF-13", "moved_along"].agency == cast.agency
        assert list(agencies_to_replace(here, flagged)) == [cast.agency]
        Engagement.objects.update(ended_on=came)  # had left before
        assert stands(flagged, "STF-13", "moved_along") == rostered
        assert agencies_to_replace(here, flagged).exists() == rostered


class TestContinuity:
    @pytest.fixture
    def changes(self, cast):
        """Amy until the first, Ben until the second, then nobody."""

        def make(first, second):
            child = cast.child(worker=False)
            cast.unregistered(child, START)
            for worker, since, until in ((cast.amy, START - 300 * DAY, first), (cast.ben, first, second)):
                cast.allocate(child, worker, since=since, until=until)
            child.allocations.update(handover="What to know.")
            return child

        return make

    def test_the_second_change_within_six_months_and_not_the_first(self, cast, changes):
        changes(MONDAY, MONDAY + 60 * DAY)
        assert not stands(at(MONDAY + 59 * DAY), "STF-12", "changes")
        assert stands(at(MONDAY + 60 * DAY), "STF-12", "changes")
        assert stands(at(dt.date(2022, 9, 6)), "STF-12", "changes")
        assert not stands(at(dt.date(2022, 9, 7)), "STF-12", "changes")

    def test_the_same_worker_twice_is_one(self, cast):
        child = cast.child(worker=False)
        cast.unregistered(child, START)
        cast.allocate(child, cast.amy, since=START, until=MONDAY)
        cast.allocate(child, cast.amy, since=MONDAY, until=MONDAY + DAY)
        assert not stands(at(MONDAY + 2 * DAY), "STF-12", "changes")

    def test_a_missing_handover_note_is_flagged_until_it_is_written(self, cast, changes):
        child = changes(MONDAY, MONDAY + 60 * DAY)
        assert not stands(at(MONDAY + DAY), "STF-12", "handover")
        child.allocations.filter(worker=cast.amy).update(handover="")
        assert check(at(MONDAY + DAY))["STF-12", "handover"].owner == cast.tom
        child.allocations.filter(worker=cast.amy).update(handover="Late, and yet.")
        assert not stands(at(MONDAY + DAY), "STF-12", "handover")

    @pytest.mark.parametrize(("terms", "flagged"), [("temporary", True), ("permanent", False), ("", False)])
    def test_only_who_is_known_to_be_temporary(self, cast, placement, terms, flagged):
        User.objects.filter(pk__in=[cast.amy.pk, cast.tom.pk]).update(terms=terms)
        assert stands(at(MONDAY), "STF-12", "temporary") is flagged
        assert stands(at(MONDAY), "STF-12", "temporary_manager") is flagged

    def test_a_permanent_second_worker_will_do(self, cast, placement):
        User.objects.filter(pk=cast.amy.pk).update(terms="temporary")
        User.objects.filter(pk=cast.ben.pk).update(terms="permanent")
        cast.allocate(placement.child, cast.ben, part="second_worker", since=START, until=MONDAY)
        assert not stands(at(MONDAY - DAY), "STF-12", "temporary")
        assert check(at(MONDAY))["STF-12", "temporary"].due_on == MONDAY - DAY

    def test_newly_qualified_needs_reasons_where_the_risk_is_high(self, cast, placement):
        User.objects.filter(pk=cast.amy.pk).update(newly_qualified_until=MONDAY)
        assert stands(at(MONDAY - DAY), "STF-12", "newly_qualified")
        assert not stands(at(MONDAY), "STF-12", "newly_qualified")
        placement.child.allocations.update(why_this_worker="She knows her.")
        assert not stands(at(MONDAY - DAY), "STF-12", "newly_qualified")


class TestKeys:
    def test_by_the_end_of_the_day_it_ended(self, cast, placement):
        key = Key.objects.create(
            placement=placement, kind="fob", what="Front door", held_by="Her", issued_on=START, recorded_by=cast.amy
        )
        assert not stands(at(MONDAY), "LOG-06")
        placement.ended_on = MONDAY
        placement.save()
        assert on_days("LOG-06", "", MONDAY) == NOT_NOT_YES
        assert stands(at(MONDAY + 300 * DAY), "LOG-06")
        key.revoked_on = MONDAY + 5 * DAY
        key.save()
        assert stands(at(MONDAY + 4 * DAY), "LOG-06")
        assert not stands(at(MONDAY + 5 * DAY), "LOG-06")
