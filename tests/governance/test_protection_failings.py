"""The review’s failings about a child’s protection, lived through by the product’s own actions: each flagged in time."""

import datetime as dt

import pytest
from django.urls import reverse

from core.working_days import add_working_days
from governance.actions import concerns, protection
from governance.heard import heard_of
from governance.models import Concern
from lado import actions as lado
from lado.models import Referral
from placements import actions as placements
from tests.cast import at
from tests.governance.test_concern_failings import TUESDAY, Life
from tests.staffing.placement_one import DAY, HOUR, MOVED, SECOND
from tests.told_once import told_once

DISCLOSED = dt.date(2022, 7, 5)  # a Tuesday, at the second placement, under the order still
THERE = {"social_care": "Tom Heron", "police": "Pete Gannet", "health": "Nell Avocet"}
FAMILY = ("SAF-02", "SAF-03", "SAF-10", "SAF-11", "NOT-09")


class Protected(Life):
    def of_family(self, as_of=None):
        return {words for words in self.red(as_of, of=FAMILY) if words.partition(" ")[0].removesuffix("R") in FAMILY}

    def suspects(self, by, as_of):
        return self.raises(by, as_of, category="sexual_harm", what="She says that she is pregnant.")

    def holds(self, as_of, *about):
        return self.act(
            protection.record_strategy, self.cast.tom, as_of, child=self.child, why="She may be coming to harm.",
            held_at=as_of, chair="Tom Heron", there=THERE, outcome="enquiry", reasons="Reasonable cause.", concerns=about,
        )  # fmt: skip

    def consults(self, concern, as_of):
        return self.act(
            concerns.consult_lado, self.cast.tom, as_of, concern=concern, spoke_to="Lee Martin", advice="Refer."
        )

    def refers(self, concern, as_of):
        return self.act(
            lado.refer, self.cast.tom, as_of, concern=concern, named="Night staff", post="carer", category="emotional",
            criteria=["unsuitable"], what="Shouted at her.",
        )  # fmt: skip

    def silence(self, day):
        return {words for words in self.of_family(at(day, 12)) if words.startswith("SAF-11")}


@told_once
def life(cast):
    return Protected(cast)


class TestSuspicions:
    @pytest.mark.failing("F42")
    @pytest.mark.failing("F5")
    def test_a_pregnancy_disclosed_is_a_matter_of_the_same_day(self, life):
        """And the harm is not taken to come from outside: the LADO is asked, as the police are."""
        life.moves_on()
        concern = life.suspects(life.cast.priya, at(DISCLOSED, 15))
        all_of_it = {"SAF-10 strategy", "SAF-10 lado", "SAF-10 police", "SAF-10 health"}
        assert not all_of_it & life.of_family(at(DISCLOSED, 23, 59))
        assert all_of_it <= life.of_family(at(DISCLOSED + DAY, 0))
        assert life.flag("SAF-10", "police").owner == life.cast.tom
        morning = at(DISCLOSED + DAY, 9)
        life.consults(concern, morning)
        told = {"concern": concern, "who": "The duty sergeant", "text": "All of it."}
        life.act(protection.tell_agency, life.cast.tom, morning, agency="police", **told)
        assert {"SAF-10 strategy", "SAF-10 health"} == life.of_family() & all_of_it
        held = life.holds(at(DISCLOSED + DAY, 11), concern)
        assert not all_of_it & life.of_family()
        assert "SAF-10 test" in life.of_family(at(DISCLOSED + 2 * DAY, 0))
        assert life.flag("SAF-10", "test").owner == life.cast.hana
        notice = life.act(
            protection.record_serious_harm, life.cast.tom, at(DISCLOSED + 2 * DAY, 9), child=life.child,
            aware_at=at(DISCLOSED, 15), what="Pregnant at 15.", concern=concern,
        )  # fmt: skip
        life.act(
            protection.decide_serious_harm, life.cast.hana, at(DISCLOSED + 2 * DAY, 10), notice=notice, met=True,
            why="Abuse is suspected.", decided_by=life.cast.hana,
        )  # fmt: skip
        assert not life.of_family()
        due = add_working_days(DISCLOSED, 5)
        assert not life.of_family(at(due, 23, 59))
        assert life.of_family(at(due + DAY, 0)) == {"NOT-09"}
        assert life.flag("NOT-09").owner == life.cast.dora
        told_at = at(due + DAY, 9)
        life.act(
            protection.notify_serious_harm, life.cast.tom, told_at, notice=notice,
            panel_told_at=told_at, ofsted_told_at=told_at, partners_told_at=told_at,
        )  # fmt: skip
        assert not life.of_family()
        review = add_working_days(DISCLOSED, 15)
        assert "NOT-09R" in life.of_family(at(review + DAY, 0))
        life.act(
            protection.hold_rapid_review, life.cast.sal, at(review + DAY, 9), notice=notice, held_on=review + DAY,
            found="A practice review.",
        )  # fmt: skip
        conference = add_working_days(DISCLOSED + DAY, 15)
        assert "SAF-03 conference" in life.of_family(at(conference + DAY, 0))
        life.act(
            protection.hold_conference, life.cast.tom, at(conference + DAY, 9), enquiry=held.enquiry,
            held_on=conference + DAY,
        )  # fmt: skip
        last = add_working_days(DISCLOSED + DAY, 45)
        assert "SAF-03 assessment" not in life.of_family(at(last, 23))
        assert "SAF-03 assessment" in life.of_family(at(last + DAY, 0))
        assert life.flag("SAF-03", "assessment").owner == life.cast.amy
        life.act(
            protection.finish_assessment, life.cast.amy, at(last + DAY, 9), enquiry=held.enquiry, assessed_on=last + DAY,
            found="She was abused.",
        )  # fmt: skip
        assert "SAF-03 assessment" not in life.of_family()

    @pytest.mark.failing("F29")
    def test_nobody_saw_what_was_done_to_her_and_nobody_had_looked(self, life):
        """No manager, nobody unannounced, nothing heard: each is red within the month. And a first suspicion is enough."""
        unseen = life.red(at(MOVED + 29 * DAY, 1))
        assert {"SAF-11 nothing", "VIS-08 unannounced", "QA-01 none", "STF-05"} <= unseen
        assert life.flag("SAF-11", "nothing").severity == "red"
        life.suspects(life.cast.greta, at(MOVED + 30 * DAY, 17))
        assert {"SAF-10 strategy", "SAF-10 lado"} <= life.of_family(at(MOVED + 31 * DAY, 0))

    @pytest.mark.failing("F113")
    def test_an_officer_asks_for_a_strategy_discussion_from_the_notice_and_is_answered(self, life, client):
        notice = life.raises(life.pete, at(TUESDAY, 9), category="safety", risk="high", police_reference="ZZ/1")
        client.force_login(life.pete)
        address = reverse("governance:ask_strategy_about", args=[notice.pk])
        assert f'href="{address}"' in client.get(concerns.concern_page(notice)).content.decode()
        assert client.get(address).status_code == 200
        asked = life.act(
            protection.ask_for_strategy, life.pete, at(TUESDAY, 10), child=life.child, concern=notice, why="Third time."
        )
        assert "SAF-02 asked" not in life.of_family(at(TUESDAY + DAY, 23, 59))
        assert "SAF-02 asked" in life.of_family(at(TUESDAY + 2 * DAY, 0))
        assert life.flag("SAF-02", "asked").owner == life.cast.tom
        life.act(
            protection.hold_strategy, life.cast.tom, at(TUESDAY + 2 * DAY, 10), discussion=asked,
            held_at=at(TUESDAY + 2 * DAY, 9), chair="Tom Heron", there=THERE, outcome="single", reasons="No reasonable cause.",
            answer="We met with your sergeant. Her social worker sees her today.",
        )  # fmt: skip
        assert not {words for words in life.of_family() if words.startswith("SAF-02")}
        assert "sees her today" in client.get(reverse("governance:asked_strategy")).content.decode()

    def test_a_manager_who_decides_on_a_discussion_must_hold_it(self, life):
        concern = life.raises(life.nell, at(TUESDAY, 9))
        life.decides(concern, at(TUESDAY, 10), "strategy")
        assert "SAF-02 decided" in life.of_family(at(TUESDAY + 2 * DAY, 0))
        life.holds(at(TUESDAY + 2 * DAY, 9), concern)
        assert "SAF-02 decided" not in life.of_family()


class TestSilence:
    @pytest.mark.failing("F108")
    @pytest.mark.trap("2")
    def test_one_consultation_in_nine_months_and_then_several_in_weeks(self, life):
        """The first placement is amber and red for its silence. The second, about which much is said, is better."""
        first = life.raises(life.pete, at(MOVED + 3 * DAY, 9), category="staff_conduct")
        assert life.silence(MOVED + 28 * DAY) == set()
        assert life.silence(MOVED + 29 * DAY) == {"SAF-11 silence"}
        assert life.flag("SAF-11", "silence").severity == "amber"
        consulted = MOVED + 60 * DAY
        life.passes(first, at(consulted - DAY, 9))
        assert life.silence(consulted) == {"SAF-11 silence"}  # that it was decided is no word to the LADO
        life.consults(first, at(consulted, 9))
        assert life.silence(consulted) == set()
        assert life.silence(consulted + 29 * DAY) == {"SAF-11 nothing"}
        assert life.silence(consulted + 180 * DAY) == {"SAF-11 nothing"}
        life.raises(life.nell, at(consulted + 181 * DAY, 9))
        assert life.silence(consulted + 182 * DAY) == {"SAF-11 long"}  # concerns alone, and the LADO hears of none
        assert life.flag("SAF-11", "long").severity == "red"
        life.moves_on()
        assert life.silence(SECOND) == set()
        for days in (9, 16, 23):
            concern = life.raises(life.cast.paul, at(SECOND + days * DAY, 9), category="staff_conduct")
            life.passes(concern, at(SECOND + days * DAY, 9))
            life.consults(concern, at(SECOND + days * DAY, 10))
        for days in (24, 29, 45, 51):
            assert life.silence(SECOND + days * DAY) == set(), days

    @pytest.mark.positive("P8")
    def test_a_rise_after_a_new_manager_came_makes_the_picture_better(self, life, client):
        life.moves_on()
        life.act(
            placements.appoint_manager, life.cast.tom, at(SECOND, 12), placement=life.placement, name="Maya Redstart",
            started_at=at(SECOND, 12),
        )  # fmt: skip
        for days in (2, 8, 15):
            moment = at(SECOND + days * DAY, 9)
            concern = life.raises(life.cast.paul, moment, category="staff_conduct", what="Shouted at her.")
            life.decides(concern, moment + HOUR)
            life.refers(concern, moment + HOUR)
            life.answers(concern, moment + 2 * HOUR)
            assert not life.of_family(moment + 3 * HOUR)
            assert not life.owed()
        as_of = at(SECOND + 26 * DAY, 9)
        assert not life.of_family(as_of)
        heard = heard_of(life.placement, life.cast.tom, as_of=as_of)
        assert (heard.manager.after, heard.manager.before, heard.manager.is_more) == (3, 0, True)
        assert [number.count for number in heard.chart.rows[0].numbers] == [3, 3, 0, 0]
        assert Concern.objects.count() == 3
        life.consults(concern, moment + 5 * HOUR)  # once more of the same day is no more noise
        life.act(
            lado.do_not_refer,
            life.cast.tom,
            as_of,
            concern=life.raises(life.pete, as_of, named="N"),
            because="She was not on that night.",
        )
        heard = heard_of(life.placement, life.cast.tom, as_of=as_of)  # nor is that nobody is referred
        assert [number.count for number in heard.chart.rows[0].numbers] == [4, 3, 0, 0]
        for about in (
            {"post": "council"},
            {"account": life.cast.hana},
        ):  # of her, and of her colleagues, he learns nothing
            Referral.objects.update(**about)
            assert heard_of(life.placement, life.cast.tom, as_of=as_of).manager.after == 1  # that he consulted them
            Referral.objects.update(post="carer", account=None)
        client.force_login(life.cast.tom)
        page = client.get(reverse("governance:heard", args=[life.placement.pk])).content.decode()
        assert "Since Maya Redstart came" in page or "More is said since Maya Redstart came" in page
