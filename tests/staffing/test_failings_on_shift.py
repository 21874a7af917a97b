"""The review’s failings about the rota and the shifts: who decided, who led, who was really there, and Staff A.

By the product’s own actions, as in test_failings.py.
"""

import pytest

from core.errors import Invalid, Refused
from core.models import OutboxMessage, Refusal
from placements.actions import keys
from staffing.actions import agreements, carers, checks, requests, rota, worked
from staffing.models import Assignment
from tests.cast import at
from tests.staffing.placement_one import (
    ARRIVED,
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    MOVED,
    SECOND,
)


def refused_under(code):
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


class TestWhoDecides:
    @pytest.mark.failing("F22")
    def test_commissioning_made_the_rota(self, life, two):
        life.shift(MONDAY, two[0], published=False, by=life.cast.carl)  # proposed: that it may
        with refused_under("DEC-01-STAFF"):
            life.publishes(MONDAY, at(MONDAY - DAY, 12), by=life.cast.carl)
        assert Refusal.objects.get().by == life.cast.carl
        assert "STF-11 planned" in life.red(at(MONDAY, 9))  # a draft is no rota
        life.publishes(MONDAY, at(MONDAY, 9))
        assert "STF-11 planned" not in life.red()

    @pytest.mark.failing("F22")
    def test_an_emergency_has_two_days_before_there_must_be_a_rota(self, life):
        assert "STF-11 planned" not in life.red(ARRIVED + 48 * HOUR)
        assert "STF-11 planned" in life.red(ARRIVED + 49 * HOUR)

    @pytest.mark.failing("F23")
    def test_she_chose_who_was_let_on_shift(self, life, two):
        life.act(
            agreements.set_staffing, life.cast.amy, at(MOVED, 22), placement=life.placement, effective_from=at(MOVED, 22),
            by_day=2, by_night=1, source="The plan", why="As agreed.",
        )  # fmt: skip
        kept, sent_away = two
        shift = life.shift(MONDAY, kept, sent_away)
        wish = {"shift": shift, "outgoing": sent_away, "reason": "She does not want her here.", "child_asked": True}
        with pytest.raises(Invalid, match="wish tells us"):
            life.act(requests.ask_swap, life.cast.carl, at(MONDAY - DAY, 12), **wish)
        swap = life.act(
            requests.ask_swap, life.cast.carl, at(MONDAY - DAY, 12), analysis="She tests who stays. One fewer is a risk.",
            **wish,
        )  # fmt: skip
        with refused_under("DEC-01-STAFF"):
            life.act(
                requests.decide_swap, life.cast.carl, at(MONDAY - DAY, 13), swap=swap, approve=True, why="She asked."
            )
        life.act(requests.decide_swap, life.cast.tom, at(MONDAY - DAY, 14), swap=swap, approve=True, why="For one day.")
        decision = life.child.decisions.get(demanded_by="decide_swap")
        assert "Effect on cover" in decision.what
        assert "2 carers planned before and 1 after" in decision.what
        assert "STF-07 planned" in life.red()  # her wish does not change how many she needs


class TestShiftLeader:
    @pytest.mark.failing("F13")
    def test_each_shift_has_one_leader_over_both_agencies(self, life, two):
        leader, other = two[0], life.carer(life.agency("Saltmarsh Care", signed_on=MOVED).agency)
        with pytest.raises(Invalid, match="Each shift needs one leader"):
            life.shift(MONDAY, leader, other, leads=False)
        life.shift(MONDAY + DAY, leader, other, published=False)
        life.act(
            rota.name_leader, life.cast.amy, at(MONDAY - DAY, 10), shift=life.placement.shifts.first(), carer=leader
        )
        shift, _ = life.publishes(MONDAY, at(MONDAY - DAY, 11))
        assert "STF-06 leaders" not in life.red(at(MONDAY - DAY, 12))
        place = shift.assignments.get(carer=leader)
        life.act(rota.take_off, life.cast.amy, at(MONDAY - DAY, 13), assignment=place, why="Ill.")
        assert "STF-06 leaders" in life.red()
        life.act(rota.name_leader, life.cast.amy, at(MONDAY - DAY, 14), shift=shift, carer=other)
        assert "STF-06 leaders" not in life.red()

    @pytest.mark.failing("F13")
    def test_a_leader_who_does_not_come_leads_nobody(self, life, two):
        leader, other = two
        shift = life.shift(MONDAY, leader, other)
        life.act(worked.sign_on, life.cast.priya, at(MONDAY, 8, 1), shift=shift, starts_at=at(MONDAY, 8), carer=other)
        assert "STF-06 leaders" not in life.red(at(MONDAY, 8, 15))
        assert "STF-06 leaders" in life.red(at(MONDAY, 8, 16))
        life.reviews(shift, as_of=at(MONDAY, 12))
        assert "STF-06 leaders" in life.red()  # nobody leads it still
        life.reviews(shift, as_of=at(MONDAY, 20))
        assert "STF-06 leaders" not in life.red()

    @pytest.mark.failing("F14")
    def test_nobody_supervised_the_shift_leader(self, life, agency):
        leader = life.carer(agency, supervised=False)
        life.shift(MONDAY, leader)
        red = life.red(at(MONDAY, 8, 1))
        assert {"STF-06 supervised", "STF-04 supervisor"} <= red
        assert life.flag("STF-06", "supervised").carer == leader
        life.act(
            checks.name_supervisor, life.cast.amy, at(MONDAY, 9), carer=leader, agency=agency, supervisor="Ivo Knot",
            started_on=MONDAY,
        )  # fmt: skip
        assert not {"STF-06 supervised", "STF-04 supervisor"} & life.red()


class TestRatio:
    @pytest.mark.failing("F24")
    @pytest.mark.trap("11")
    def test_staff_in_their_cars_count_for_nothing(self, life, five):
        shift = life.shift(MONDAY, *five)
        rows = [
            life.act(
                worked.sign_on, life.cast.priya, at(MONDAY, 8, 1), shift=shift, starts_at=at(MONDAY, 8), carer=carer
            )
            for carer in five
        ]
        assert "STF-07 worked" not in life.red(at(MONDAY, 11))
        for row in rows[:3]:
            life.act(
                worked.move, life.cast.priya, at(MONDAY, 11, 1), presence=row, where="car", moved_at=at(MONDAY, 11)
            )
        assert "STF-07 worked" not in life.red(at(MONDAY, 11, 15))
        assert "STF-07 worked" in life.red(at(MONDAY, 11, 16))
        flag = life.flag("STF-07", "worked")
        assert (flag.shift, flag.due_at, flag.severity) == (shift, at(MONDAY, 11, 15), "red")
        life.reviews(shift, as_of=at(MONDAY, 12))
        assert "STF-07 worked" in life.red()  # looked into, and they sit there still
        for row in shift.presences.filter(ends_at=None):
            life.act(worked.sign_off, life.cast.priya, at(MONDAY, 20, 1), presence=row, ends_at=at(MONDAY, 20))
        assert "STF-07 worked" in life.red(at(MONDAY, 21))
        life.reviews(shift, as_of=at(MONDAY, 22))
        assert "STF-07 worked" not in life.red()

    @pytest.mark.trap("11")
    def test_out_with_her_counts_and_a_visitor_never_does(self, life, five):
        shift = life.shift(MONDAY, *five)
        for carer in five[:4]:
            life.act(
                worked.sign_on, life.cast.priya, at(MONDAY, 8, 1), shift=shift, starts_at=at(MONDAY, 8), carer=carer,
                where="out_with_child",
            )  # fmt: skip
        life.act(
            worked.sign_on, life.cast.priya, at(MONDAY, 8, 1), shift=shift, starts_at=at(MONDAY, 8), name="Her aunt",
            kind="visitor",
        )  # fmt: skip
        assert "STF-07 worked" in life.red(at(MONDAY, 8, 16))
        life.act(
            worked.sign_on, life.cast.priya, at(MONDAY, 8, 20), shift=shift, starts_at=at(MONDAY, 8, 10), carer=five[4]
        )
        assert "STF-07 worked" not in life.red()  # he had come in time, and it was written down late

    @pytest.mark.failing("F24")
    def test_nobody_wrote_down_who_was_there(self, life, five):
        life.shift(MONDAY, *five)
        assert "STF-11 worked" not in life.red(at(MONDAY, 22))
        red = life.red(at(MONDAY, 22, 1))
        assert "STF-11 worked" in red
        assert "STF-07 worked" not in red

    def test_a_rota_that_is_short_is_amber_a_day_before(self, life, five):
        life.shift(MONDAY, *five[:4], as_of=at(MONDAY - 3 * DAY))
        assert "STF-07 planned" not in life.red(at(MONDAY - DAY, 7, 59))
        assert "STF-07 planned" in life.red(at(MONDAY - DAY, 8))
        assert life.flag("STF-07", "planned").severity == "amber"
        life.act(rota.assign, life.cast.amy, at(MONDAY - DAY, 9), shift=life.placement.shifts.get(), carer=five[4])
        assert "STF-07 planned" not in life.red()


class TestStaffA:
    @pytest.mark.failing("F116")
    def test_he_was_found_asleep_on_a_waking_night(self, life, staff_a):
        shift = life.shift(MONDAY, staff_a, kind="waking_night")
        life.act(
            worked.sign_on, life.cast.priya, at(MONDAY, 20, 1), shift=shift, starts_at=at(MONDAY, 20), carer=staff_a
        )
        life.act(
            worked.record_awake, life.cast.priya, at(MONDAY, 21), shift=shift, checked_at=at(MONDAY, 21), asleep=[staff_a],
            witnessed_by="Priya Lark",
        )  # fmt: skip
        flag = life.flag("STF-08", "asleep")
        assert (flag.carer, flag.shift, flag.severity, flag.owner) == (staff_a, shift, "red", life.cast.amy)
        life.shift(MONDAY + DAY, staff_a, kind="waking_night")
        life.reviews(shift, as_of=at(MONDAY, 21, 30))
        assert "STF-08 still_on" in life.red(at(MONDAY, 21, 45))  # to look into it takes him off no shift
        life.stands_down(staff_a, at(MONDAY, 22))
        assert "STF-08 still_on" not in life.red()
        assert not Assignment.objects.standing().filter(carer=staff_a, ends_at__gt=at(MONDAY, 22)).exists()
        life.reviews(shift, as_of=at(MONDAY + DAY, 9))
        assert "STF-08 asleep" not in life.red()

    @pytest.mark.failing("F116")
    def test_nobody_looked_whether_anybody_was_awake(self, life, staff_a):
        shift = life.shift(MONDAY, staff_a, kind="waking_night")
        life.act(
            worked.sign_on, life.cast.priya, at(MONDAY, 20, 1), shift=shift, starts_at=at(MONDAY, 20), carer=staff_a
        )
        assert "STF-08 missed" not in life.red(at(MONDAY, 22, 15))
        assert "STF-08 missed" in life.red(at(MONDAY, 22, 16))
        assert life.flag("STF-08", "missed").severity == "amber"
        life.act(  # they had looked, and write it down
            worked.record_awake, life.cast.priya, at(MONDAY, 22, 20), shift=shift, checked_at=at(MONDAY, 21),
            awake=[staff_a], witnessed_by="Priya Lark",
        )  # fmt: skip
        assert "STF-08 missed" not in life.red()

    @pytest.mark.failing("F104")
    @pytest.mark.failing("F117")
    @pytest.mark.trap("8")
    def test_commissioning_put_him_back_because_she_asked(self, life, staff_a):
        life.stands_down(staff_a, at(MOVED + DAY))
        with refused_under("STF-09-ROTA"):
            life.shift(MONDAY, staff_a, by=life.cast.carl, published=False)
        assert Refusal.objects.get().by == life.cast.carl
        subject = f"Held in Mind: placement {life.placement.pk}: a shift was refused"
        told = OutboxMessage.objects.get(subject=subject)  # nor without her knowing
        assert told.to == life.cast.amy
        assert not any(word in told.body for word in (*str(staff_a).split(), *str(life.placement.child).split()))
        shift = life.placement.shifts.get()
        assert not shift.assignments.exists()
        other = life.agency("Saltmarsh Care", signed_on=MOVED).agency  # nor through another agency
        life.act(
            carers.engage, life.cast.carl, at(MOVED + 2 * DAY), carer=staff_a, agency=other, started_on=MOVED + 2 * DAY
        )
        with refused_under("STF-09-ROTA"):
            life.act(rota.assign, life.cast.carl, at(MOVED + 3 * DAY), shift=shift, carer=staff_a, agency=other)
        assert OutboxMessage.objects.filter(subject=told.subject).count() == 1  # once a day, however often it is tried

    @pytest.mark.failing("F117")
    @pytest.mark.failing("F119")
    def test_he_came_all_the_same_and_the_social_worker_hears_at_once(self, life, two, staff_a):
        standing = life.stands_down(staff_a, at(MOVED + DAY))
        other = two[0]
        shift = life.shift(MONDAY, other, kind="waking_night")
        life.act(
            worked.sign_on, life.cast.priya, at(MONDAY, 20, 5), shift=shift, starts_at=at(MONDAY, 20), carer=staff_a
        )
        flag = life.flag("STF-09", "worked")
        assert (flag.owner, flag.carer, flag.shift, flag.due_at) == (life.cast.amy, staff_a, shift, at(MONDAY, 20))
        assert standing.case.reason not in "".join(
            [flag.title, flag.about, flag.rulebook.authority, flag.rulebook.what_clears]
        )
        life.reviews(shift, as_of=at(MONDAY, 21))
        assert "STF-09 worked" in life.red(at(MONDAY, 22))  # it was looked into, and he was still there
        row = shift.presences.get()
        life.act(worked.sign_off, life.cast.priya, at(MONDAY, 22, 1), presence=row, ends_at=at(MONDAY, 22))
        life.reviews(shift, as_of=at(MONDAY, 22, 30))
        assert "STF-09 worked" not in life.red()
        life.act(  # and again, put on record after that was looked into
            worked.sign_on, life.cast.priya, at(MONDAY + DAY, 20, 5), shift=life.shift(MONDAY + DAY, other, kind="waking_night"),
            starts_at=at(MONDAY + DAY, 20), carer=staff_a,
        )  # fmt: skip
        assert "STF-09 worked" in life.red()

    @pytest.mark.failing("F117")
    @pytest.mark.parametrize("kind", ["visitor", "carer"])
    def test_under_his_own_name_he_is_no_visitor(self, life, two, staff_a, kind):
        life.stands_down(staff_a, at(MOVED + DAY))
        shift = life.shift(MONDAY, two[0])
        row = life.act(
            worked.sign_on, life.cast.priya, at(MONDAY, 8, 1), shift=shift, starts_at=at(MONDAY, 8), name="robin  STAFFA",
            kind=kind,
        )  # fmt: skip
        assert (row.carer, row.kind, row.name) == (staff_a, "carer", "")
        assert f"by name, as a {kind}" in row.note
        assert life.flag("STF-09", "worked").carer == staff_a

    @pytest.mark.failing("F118")
    def test_an_urgent_request_to_take_him_off_was_not_carried_out(self, life, staff_a):
        life.shift(MONDAY, staff_a)
        asked = at(MOVED + 3 * DAY, 10)
        request = life.act(
            requests.ask_off_rota,
            life.cast.tom,
            asked,
            placement=life.placement,
            carer=staff_a,
            reason="An allegation.",
        )
        assert "STF-09 request" not in life.red(asked + 24 * HOUR)
        assert "STF-09 request" in life.red(asked + 24 * HOUR + MINUTE)
        flag = life.flag("STF-09", "request")
        assert (flag.carer, flag.owner) == (staff_a, life.cast.amy)
        with pytest.raises(Invalid, match="This is not done"):
            life.act(requests.confirm_off_rota, life.cast.amy, asked + 25 * HOUR, request=request, note="Done.")
        place = staff_a.assignments.get()
        life.act(rota.take_off, life.cast.amy, asked + 25 * HOUR, assignment=place, why="As asked.")
        life.act(requests.confirm_off_rota, life.cast.amy, asked + 26 * HOUR, request=request, note="He is off it.")
        assert "STF-09 request" not in life.red()

    @pytest.mark.failing("F104")
    @pytest.mark.failing("F117")
    def test_taken_off_because_asked_and_put_back_by_commissioning(self, life, staff_a):
        asked = at(MOVED + 3 * DAY, 10)
        request = life.act(
            requests.ask_off_rota, life.cast.tom, asked, placement=life.placement, carer=staff_a, reason="Asleep."
        )
        life.act(requests.confirm_off_rota, life.cast.amy, asked + HOUR, request=request, note="He is off it.")
        back = asked + 5 * DAY
        shift = life.shift(MONDAY + 14 * DAY, staff_a, by=life.cast.carl, published=False, as_of=back)
        assert "STF-09 put_back" in life.red(back)
        flag = life.flag("STF-09", "put_back")
        assert (flag.carer, flag.shift, flag.owner, flag.due_at) == (staff_a, shift, life.cast.amy, back)
        with refused_under("DEC-01-STAFF"):
            life.act(requests.withdraw_request, life.cast.carl, back + HOUR, request=request, why="She asks for him.")
        life.act(
            rota.take_off, life.cast.amy, back + HOUR, assignment=shift.assignments.get(), why="He is not to be here."
        )
        assert "STF-09 put_back" not in life.red()

    @pytest.mark.failing("F119")
    @pytest.mark.failing("F118")
    def test_a_request_nobody_carried_out_is_not_ended_by_the_move(self, life, staff_a):
        asked = at(SECOND - DAY, 20)
        life.act(requests.ask_off_rota, life.cast.tom, asked, placement=life.placement, carer=staff_a, reason="Asleep.")
        life.moves_on()
        assert "STF-09 request" not in life.red(asked + 24 * HOUR)
        assert "STF-09 request" in life.red(asked + 24 * HOUR + MINUTE)
        assert life.flag("STF-09", "request").placement == life.placement

    @pytest.mark.failing("F119")
    @pytest.mark.failing("F121")
    @pytest.mark.trap("8")
    def test_the_same_staff_move_with_her_and_pass_every_gate_again(self, life, agency, staff_a):
        unchecked = life.carer(agency, checked=False)
        life.stands_down(staff_a, at(SECOND - 20 * DAY))
        life.moves_on()
        life.act(
            agreements.bring_in_agency, life.cast.tom, at(SECOND, 12), placement=life.placement, agency=agency,
            started_on=SECOND,
        )  # fmt: skip
        shift = life.shift(SECOND + 7 * DAY, published=False, as_of=at(SECOND, 13))
        for carer, code in ((staff_a, "STF-09-ROTA"), (unchecked, "STF-01-ROTA")):
            with refused_under(code):
                life.act(rota.assign, life.cast.amy, at(SECOND, 14), shift=shift, carer=carer)
        assert not Assignment.objects.filter(shift=shift).exists()

    @pytest.mark.failing("F121")
    def test_they_stay_by_a_plan_and_until_a_day(self, life, agency, two):
        carer = two[0]
        life.shift(SECOND - DAY, carer)
        life.moves_on()
        agreement = life.act(
            agreements.bring_in_agency, life.cast.tom, at(SECOND, 12), placement=life.placement, agency=agency,
            started_on=SECOND,
        )  # fmt: skip
        life.signs(agreement, SECOND)
        for ahead in (1, 8, 15, 22):
            life.shift(SECOND + ahead * DAY, carer, as_of=at(SECOND, 22))
        fifth = SECOND + 8 * DAY
        assert "STF-13 moved_along" not in life.red(at(fifth, 23))
        assert "STF-13 moved_along" in life.red(at(fifth + DAY, 1))
        flag = life.flag("STF-13", "moved_along")
        assert (flag.severity, flag.agency, flag.owner) == ("amber", agency, life.cast.amy)
        last = SECOND + 20 * DAY
        plan = {
            "placement": life.placement, "agency": agency, "last_day": last,
            "why": "She would not come without them; they know what calms her.",
            "replaced_by": "Maya’s team, two new faces a week.",
        }  # fmt: skip
        with refused_under("DEC-01-STAFF"):
            life.act(agreements.plan_replacement, life.cast.carl, at(fifth + DAY, 9), **plan)
        with pytest.raises(Invalid, match="no reason"):
            life.act(
                agreements.plan_replacement, life.cast.amy, at(fifth + DAY, 9), **plan | {"why": "No alternative."}
            )
        life.act(agreements.plan_replacement, life.cast.amy, at(fifth + DAY, 9), **plan)
        assert not {"STF-13 moved_along", "STF-13 not_replaced"} & life.red()
        assert life.child.decisions.filter(demanded_by="plan_replacement", kind="rota").count() == 1
        assert "STF-13 not_replaced" not in life.red(at(last, 23))
        assert "STF-13 not_replaced" in life.red(at(last + DAY, 1))
        assert life.flag("STF-13", "not_replaced").severity == "red"
        place = carer.assignments.get(starts_at=at(SECOND + 22 * DAY, 8))
        life.act(rota.take_off, life.cast.amy, at(last + DAY, 9), assignment=place, why="Maya’s team is here.")
        assert "STF-13 not_replaced" not in life.red()


class TestKeys:
    @pytest.mark.failing("F103")
    def test_she_kept_a_fob_to_the_house_she_had_left(self, life):
        old = life.placement
        fob = life.act(
            keys.issue_key, life.cast.amy, at(MOVED, 21), placement=old, kind="fob", what="Front door", held_by="Skye",
            issued_on=MOVED,
        )  # fmt: skip
        life.moves_on()
        assert "LOG-06" not in life.red(at(SECOND, 23))
        assert "LOG-06" in life.red(at(SECOND + DAY, 1))
        assert life.flag("LOG-06").placement == old
        assert "LOG-06" in life.red(at(SECOND + 100 * DAY))  # no time that passes gives it back
        life.act(
            keys.revoke_key,
            life.cast.amy,
            at(SECOND + 100 * DAY, 13),
            key=fob,
            revoked_on=SECOND + 100 * DAY,
            how="Given back.",
        )
        assert "LOG-06" not in life.red()
