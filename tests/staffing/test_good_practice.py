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
    PlacementOne,
)


@pytest.fixture
def life(cast, django_capture_on_commit_callbacks):
    return PlacementOne(cast, django_capture_on_commit_callbacks)


class TestGoodPractice:
    """The registered home she moved to: its own staff, checked, trained, supervised and led, on a rota that is kept."""

    @pytest.fixture
    def second(self, life):
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

    def week(self, life, days=4):
        """Two by day and one awake by night, led, looked at every hour, and written down; from the hour she came."""
        for number in range(days):
            day, turn = SECOND + number * DAY, 3 * (number % 2)
            by_day, by_night = life.staff[turn : turn + 2], life.staff[turn + 2]
            first = {"as_of": at(SECOND, 12, 1), "begins": 13} if number == 0 else {}
            shift = life.shift(day, *by_day, **first)
            night = life.shift(day, by_night, kind="waking_night", as_of=first.get("as_of"))
            life.comes(shift, *by_day)
            row = life.act(
                worked.sign_on, life.cast.priya, at(day, 20, 1), shift=night, starts_at=at(day, 20), carer=by_night
            )
            with one_recheck(as_of=at(day + DAY, 7)):
                for hour in range(1, 12):
                    looked = at(day, 20) + hour * HOUR
                    life.act(
                        worked.record_awake, life.cast.priya, looked, shift=night, checked_at=looked, awake=[by_night],
                        witnessed_by="Priya Lark",
                    )  # fmt: skip
            life.act(worked.sign_off, life.cast.priya, night.ends_at, presence=row, ends_at=night.ends_at)

    def about_staff(self, life, as_of):
        return {code for code in life.red(as_of) if code.startswith(("STF", "CPL-05A", "DEC"))}

    @pytest.mark.positive("P1")
    @pytest.mark.positive("P2")
    @pytest.mark.positive("P3")
    @pytest.mark.positive("P6")
    @pytest.mark.positive("P7")
    @pytest.mark.positive("P18")
    def test_a_home_that_does_it_well_raises_nothing(self, second):
        """A manager on site, each worker checked and trained, and staff chosen by adults: no flag about any of it."""
        self.week(second)
        for day in range(1, 4):
            for hour in (3, 12, 21):
                assert self.about_staff(second, at(SECOND + day * DAY, hour)) == set(), (day, hour)

    @pytest.mark.positive("P7")
    def test_staff_whom_she_would_not_choose_stay_and_nothing_is_raised(self, second):
        """Adults say no to her wish, kindly and on her record: that is a decision, and no breach."""
        self.week(second, days=1)
        tomorrow = second.shift(SECOND + DAY, *second.staff[:2], as_of=at(SECOND, 13))
        swap = second.act(
            requests.ask_swap, second.cast.amy, at(SECOND, 14), shift=tomorrow, outgoing=second.staff[1],
            reason="She says she will only have people she knows.", child_asked=True,
            analysis="She is frightened of strangers; two she knows are on with him.",
        )  # fmt: skip
        second.act(requests.decide_swap, second.cast.amy, at(SECOND, 15), swap=swap, approve=False, why="He stays.")
        assert second.child.decisions.get(demanded_by="decide_swap").why.startswith("He stays.")
        assert self.about_staff(second, at(SECOND, 16)) == set()

    @pytest.mark.positive("P10")
    @pytest.mark.positive("P11")
    def test_an_agencys_carers_who_leave_and_are_replaced_as_planned_raise_nothing(self, second):
        self.week(second)
        day = SECOND + 4 * DAY
        newcomers = [second.carer(second.cast.provider, joined=day - DAY) for _ in range(3)]
        today = second.shift(day, *newcomers, as_of=at(day - DAY, 21))
        for carer in second.staff[:3]:
            engagement = carer.engagements.get()
            second.act(carers.end_engagement, second.cast.amy, at(day, 9), engagement=engagement, ended_on=day)
        second.act(agreements.end_agreement, second.cast.amy, at(day, 9), agreement=second.agreement, ended_on=day)
        for newcomer in newcomers:
            second.act(worked.sign_on, second.cast.priya, at(day, 9), shift=today, starts_at=at(day, 8), carer=newcomer)
        for hour in (9, 12, 19):
            assert self.about_staff(second, at(day, hour)) == set(), hour

    def test_who_left_long_ago_is_asked_for_nothing(self, second):
        """Supervision and appraisals of somebody who has gone are nobody's to give."""
        self.week(second, days=2)
        for carer in second.staff:
            engagement = carer.engagements.get()
            second.act(
                carers.end_engagement,
                second.cast.amy,
                at(SECOND + 3 * DAY),
                engagement=engagement,
                ended_on=SECOND + 3 * DAY,
            )
        assert not {
            code for code in second.red(at(SECOND + 20 * DAY)) if code.startswith(("STF-02", "STF-03", "STF-06"))
        }
        assert not second.flags().filter(rule__startswith="STF-04", carer__isnull=False).exists()
