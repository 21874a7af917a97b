"""Good practice about staff raises nothing: the registered home she moved to, lived through by the product’s own actions."""

import pytest

from children import actions as children
from core.actions import one_recheck
from placements import actions as placements
from staffing.actions import agreements, carers, requests, worked
from staffing.models import Training
from tests.cast import at
from tests.staffing.placement_one import (
    DAY,
    HOUR,
    SECOND,
)
from tests.told_once import told_once


@told_once
def second(life):
    life.moves_on()
    for part, worker in (
        ("lead_day_to_day", life.cast.amy), ("lead_long_term", life.cast.hana), ("commissioner", life.cast.carl)
    ):  # fmt: skip
        life.act(
            children.allocate, life.cast.tom, at(SECOND, 12), child=life.child, worker=worker, part=part,
            started_on=SECOND,
        )  # fmt: skip
    life.act(
        placements.appoint_manager, life.cast.tom, at(SECOND, 12), placement=life.placement, name="Maya Redstart",
        started_at=at(SECOND, 12),
    )  # fmt: skip
    life.act(
        agreements.set_staffing, life.cast.amy, at(SECOND, 12), placement=life.placement, effective_from=at(SECOND, 12),
        by_day=2, by_night=1, source="The plan", why="A step down, as she settles.",
    )  # fmt: skip
    life.act(
        agreements.record_staff_type, life.cast.amy, at(SECOND, 12), placement=life.placement, reviewed_on=SECOND,
        staff_type="Residential workers", need="A home.", why="They stay.", advice="CAMHS agrees.",
    )  # fmt: skip
    life.agreement = life.agency("Tideway Nursing", SECOND, signed_on=SECOND)
    through = [life.agreement.agency] * 3 + [life.cast.provider] * 3
    life.staff = [life.carer(agency, joined=SECOND - 3 * DAY, trained=False) for agency in through]
    with one_recheck(as_of=at(SECOND, 12)):
        for carer in life.staff:
            for subject in Training.Subject.values:
                life.trains(carer, subject, SECOND - 3 * DAY, as_of=at(SECOND, 12))
    return life


def day_and_night(life, number):
    """Two by day and one awake by night, led, looked at every hour, and written down; from the hour she came."""
    day, turn = SECOND + number * DAY, 3 * (number % 2)
    by_day, by_night = life.staff[turn : turn + 2], life.staff[turn + 2]
    first = {"as_of": at(SECOND, 12, 1), "begins": 13} if number == 0 else {}
    shift = life.shift(day, *by_day, **first)
    night = life.shift(day, by_night, kind="waking_night", as_of=first.get("as_of"))
    life.comes(shift, *by_day)
    row = life.act(worked.sign_on, life.cast.priya, at(day, 20, 1), shift=night, starts_at=at(day, 20), carer=by_night)
    with one_recheck(as_of=at(day + DAY, 7)):
        for hour in range(1, 12):
            looked = at(day, 20) + hour * HOUR
            life.act(
                worked.record_awake, life.cast.priya, looked, shift=night, checked_at=looked, awake=[by_night],
                witnessed_by="Priya Lark",
            )  # fmt: skip
    life.act(worked.sign_off, life.cast.priya, night.ends_at, presence=row, ends_at=night.ends_at)


@told_once
def a_day(second):
    day_and_night(second, 0)
    return second


@told_once
def four_days(a_day):
    for number in range(1, 4):
        day_and_night(a_day, number)
    return a_day


class TestGoodPractice:
    """The registered home she moved to: its own staff, checked, trained, supervised and led, on a rota that is kept."""

    def about_staff(self, life, as_of):
        return life.red(as_of, of=("STF", "CPL-05A", "DEC"))

    @pytest.mark.positive("P1")
    @pytest.mark.positive("P2")
    @pytest.mark.positive("P3")
    @pytest.mark.positive("P6")
    @pytest.mark.positive("P7")
    @pytest.mark.positive("P18")
    def test_a_home_that_does_it_well_raises_nothing(self, four_days):
        """A manager on site, each worker checked and trained, and staff chosen by adults: no flag about any of it."""
        for day in range(1, 4):
            for hour in (3, 12, 21):
                assert self.about_staff(four_days, at(SECOND + day * DAY, hour)) == set(), (day, hour)

    @pytest.mark.positive("P10")
    @pytest.mark.positive("P11")
    def test_an_agencys_carers_who_leave_and_are_replaced_as_planned_raise_nothing(self, four_days):
        day = SECOND + 4 * DAY
        newcomers = [four_days.carer(four_days.cast.provider, joined=day - DAY) for _ in range(3)]
        today = four_days.shift(day, *newcomers, as_of=at(day - DAY, 21))
        for carer in four_days.staff[:3]:
            engagement = carer.engagements.get()
            four_days.act(carers.end_engagement, four_days.cast.amy, at(day, 9), engagement=engagement, ended_on=day)
        four_days.act(
            agreements.end_agreement, four_days.cast.amy, at(day, 9), agreement=four_days.agreement, ended_on=day
        )
        for newcomer in newcomers:
            four_days.act(
                worked.sign_on, four_days.cast.priya, at(day, 9), shift=today, starts_at=at(day, 8), carer=newcomer
            )
        for hour in (9, 12, 19):
            assert self.about_staff(four_days, at(day, hour)) == set(), hour

    @pytest.mark.positive("P11")
    def test_an_agencys_carers_who_moved_with_her_and_are_replaced_as_planned_raise_nothing(self, four_days):
        life = four_days
        former = life.child.placements.exclude(pk=life.placement.pk).get()
        before = life.cast.shift(former, SECOND - DAY)
        for carer in life.staff[:3]:
            life.cast.puts(carer, before, agency=life.agreement.agency)
        late = at(SECOND + 8 * DAY, 1)  # five working days after they came; they last worked two days after
        of = ("STF-12", "STF-13")
        assert life.red(late, of=of) == {"STF-13 moved_along"}
        life.act(
            agreements.plan_replacement, life.cast.amy, at(SECOND, 14), placement=life.placement,
            agency=life.agreement.agency, why="She knows them, and has met nobody else.",
            replaced_by="Three of Maya’s own staff, each on a shift beside them first.", last_day=SECOND + 3 * DAY,
        )  # fmt: skip
        for hours in range(0, 72, 12):
            assert life.red(late + hours * HOUR, of=of) == set(), hours

    @pytest.mark.positive("P7")
    def test_staff_whom_she_would_not_choose_stay_and_nothing_is_raised(self, a_day):
        """Adults say no to her wish, kindly and on her record: that is a decision, and no breach."""
        tomorrow = a_day.shift(SECOND + DAY, *a_day.staff[:2], as_of=at(SECOND, 13))
        swap = a_day.act(
            requests.ask_swap, a_day.cast.amy, at(SECOND, 14), shift=tomorrow, outgoing=a_day.staff[1],
            reason="She says she will only have people she knows.", child_asked=True,
            analysis="She is frightened of strangers; two she knows are on with him.",
        )  # fmt: skip
        a_day.act(requests.decide_swap, a_day.cast.amy, at(SECOND, 15), swap=swap, approve=False, why="He stays.")
        assert a_day.child.decisions.get(demanded_by="decide_swap").why.startswith("He stays.")
        assert self.about_staff(a_day, at(SECOND, 16)) == set()

    def test_who_left_long_ago_is_asked_for_nothing(self, a_day):
        """Supervision and appraisals of somebody who has gone are nobody's to give."""
        day_and_night(a_day, 1)
        for carer in a_day.staff:
            engagement = carer.engagements.get()
            a_day.act(
                carers.end_engagement,
                a_day.cast.amy,
                at(SECOND + 3 * DAY),
                engagement=engagement,
                ended_on=SECOND + 3 * DAY,
            )
        assert not {
            code for code in a_day.red(at(SECOND + 20 * DAY)) if code.startswith(("STF-02", "STF-03", "STF-06"))
        }
        assert not a_day.flags().filter(rule__startswith="STF-04", carer__isnull=False).exists()
