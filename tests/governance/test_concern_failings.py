"""The review’s failings about concerns, lived through by the product’s own actions: each prevented, or flagged in time."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock
from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage, Refusal
from governance.actions import concerns, police, raised
from governance.models import Concern, ConcernStep, ConductSubject
from lado import actions as lado
from staffing.actions import requests
from tests.cast import at
from tests.governance.round_a_table import Table
from tests.staffing.placement_one import DAY, HOUR, PlacementOne
from tests.told_once import told_once

TUESDAY = dt.date(2021, 11, 2)  # three weeks after she came
HIGH = {"category": "safety", "what": "Found outside at night.", "risk": "high", "police_reference": "ZZ/1"}
LEDGER = {"SAF-01", "SAF-08", "SAF-09", "LOG-05"}


class AtATable(Table):
    """The people round somebody else’s child."""

    def __init__(self, life):
        self.cast, self.child, self.placement = life.cast, life.child, life.placement


class Life(PlacementOne):
    def __init__(self, cast):
        super().__init__(cast)
        self.pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
        self.nell = cast.person("nell", "Nell Avocet", "partner", partner_kind="health")
        for partner in (self.pete, self.nell, cast.greta):
            cast.allocate(self.child, partner, part="partner")

    def raises(self, by, as_of, category="care", **fields):
        fields = {"what": "She was left alone all day."} | fields
        return self.act(concerns.raise_concern, by, as_of, child=self.child, category=category, **fields)

    def decides(self, concern, as_of, decision="act", **fields):
        fields = {"reasons": "It is serious."} | fields
        return self.act(concerns.triage, self.cast.tom, as_of, concern=concern, decision=decision, **fields)

    def answers(self, concern, as_of):
        return self.act(concerns.answer, self.cast.tom, as_of, concern=concern, text="We met, and changed the rota.")

    def closes(self, concern, as_of, reason="resolved", done="The manager was changed; she says it is better."):
        return self.act(concerns.close, self.cast.tom, as_of, concern=concern, reason=reason, done=done)

    def passes(self, concern, as_of, by=None):
        """Decided, behind the door: not referred, because …"""
        self.act(lado.do_not_refer, by or self.cast.tom, as_of, concern=concern, because="It was looked into.")

    def meets(self, as_of, **fields):
        fields = {
            "there": ["police", "health", "guardian"], "agencies": "Sgt Tern, Nell, Greta", "outcome": "She moves.", "decision": "move",
            "why": "She is not safe.", "decided_by": self.cast.hana,
        } | fields  # fmt: skip
        return self.act(concerns.record_review, self.cast.tom, as_of, child=self.child, held_at=as_of - HOUR, **fields)

    def police_come(self, when, **fields):
        fields = {"called_by": "staff", "why": "She would not go to bed."} | fields
        return self.act(
            police.record_attendance,
            self.cast.priya,
            when + HOUR,
            placement=self.placement,
            attended_at=when,
            **fields,
        )

    def owed(self, as_of=None):
        """Of this family, what stands."""
        return {words for words in self.red(as_of, of=LEDGER) if words.partition(" ")[0] in LEDGER}


@told_once
def life(cast):
    return Life(cast)


class TestPoliceNotices:
    @pytest.mark.failing("F111")
    def test_a_notice_is_decided_on_and_the_police_are_told(self, life):
        notice = life.raises(life.pete, at(TUESDAY, 9), **HIGH)
        assert notice.owner == life.cast.tom
        assert not life.owed(at(TUESDAY + DAY, 8))
        assert "SAF-08 unread" in life.owed(at(TUESDAY + DAY, 9, 1))
        assert life.flag("SAF-08", "unread").owner == life.cast.hana
        life.act(concerns.open_concern, life.cast.amy, at(TUESDAY + DAY, 10), concern=notice)
        assert not life.owed(at(TUESDAY + DAY, 23, 59))
        assert life.owed(at(TUESDAY + 2 * DAY, 0)) == {"SAF-08 decision"}
        assert life.flag("SAF-08", "decision").owner == life.cast.tom
        life.decides(notice, at(TUESDAY + 2 * DAY, 9))
        assert life.owed() == set()
        assert life.owed(at(dt.date(2021, 11, 6), 0)) == {"SAF-08 feedback"}  # Friday was the third working day
        life.answers(notice, at(dt.date(2021, 11, 6), 9))
        assert life.owed() == set()
        answer = ConcernStep.for_user(life.pete).get(kind="answered")
        assert answer.text == "We met, and changed the rota."
        assert OutboxMessage.objects.filter(to=life.pete, key__startswith=f"concern-{notice.pk}-answered").exists()

    @pytest.mark.failing("F111")
    def test_whoever_raised_it_adds_to_it_and_says_that_an_answer_is_none(self, life, client):
        notice = life.raises(life.pete, at(TUESDAY, 9), **HIGH)
        life.act(concerns.open_concern, life.cast.amy, at(TUESDAY, 10), concern=notice)
        life.decides(notice, at(TUESDAY, 10))
        with pytest.raises(Conflict, match="no answer yet"):
            life.act(raised.not_enough, life.pete, at(TUESDAY, 11), concern=notice, text="Nothing.")
        life.answers(notice, at(TUESDAY, 11))
        for act in (raised.add, raised.not_enough):
            for by in (life.nell, life.cast.tom):
                with pytest.raises(PermissionDenied):
                    life.act(act, by, at(TUESDAY, 12), concern=notice, text="More.")
            with pytest.raises(Invalid):
                life.act(act, life.pete, at(TUESDAY, 12), concern=notice, text=" ")
        life.act(raised.add, life.pete, at(TUESDAY, 12), concern=notice, text="It was two nights.")
        told = OutboxMessage.objects.get(key__startswith=f"concern-{notice.pk}-raiser-")
        assert told.to == life.cast.tom
        life.act(raised.not_enough, life.pete, at(TUESDAY + 6 * DAY, 9), concern=notice, text="Who was on shift?")
        third = TUESDAY + 9 * DAY  # a Thursday, three working days after that Monday
        assert "SAF-08 feedback" not in life.owed(at(third, 23, 59))
        assert "SAF-08 feedback" in life.owed(at(third + DAY, 0))
        with pytest.raises(Invalid, match="Answer whoever raised"):
            life.closes(notice, at(third + DAY, 9))
        client.force_login(life.pete)
        page = client.get(reverse("governance:concern", args=[notice.pk])).content.decode()
        assert "You have no answer to that yet." in page
        assert "It was two nights." in page
        life.answers(notice, at(third + DAY, 10))
        assert "SAF-08 feedback" not in life.owed()

    @pytest.mark.failing("F112")
    @pytest.mark.trap("10")
    def test_a_high_risk_notice_sent_on_to_the_social_worker_is_still_open(self, life):
        notice = life.raises(life.cast.amy, at(TUESDAY, 9), **HIGH, raiser="police", received_at=at(TUESDAY, 8))
        life.act(
            concerns.note, life.cast.tom, at(TUESDAY, 10), concern=notice, kind="forwarded", text="By email.",
            to="Amy Sparrow",
        )  # fmt: skip
        notice.refresh_from_db()
        assert notice.is_open
        assert notice.triaged_at is None
        assert {"SAF-08 decision", "SAF-08 unread"} <= life.owed(at(TUESDAY + 2 * DAY, 0))
        for act, fields in (
            (concerns.triage, {"decision": "no_further", "reasons": "I know about it."}),
            (concerns.close, {"reason": "resolved", "done": "I know about it."}),
        ):
            with pytest.raises(PermissionDenied, match="may not"):
                life.act(act, life.cast.amy, at(TUESDAY + DAY, 9), concern=notice, **fields)

    @pytest.mark.failing("F114")
    def test_many_notices_are_ranked_by_risk_and_seen_as_one_pattern(self, life, client, monkeypatch):
        for number, risk in enumerate(["standard", "standard", "medium", "high"]):
            life.raises(life.pete, at(TUESDAY, 9 + number), category="safety", what="Again.", risk=risk)
        life.raises(life.cast.greta, at(TUESDAY - DAY, 9))
        ranked = list(Concern.for_user(life.cast.tom).ranked().values_list("risk", flat=True))
        assert ranked == ["high", "medium", "standard", "standard", ""]
        client.force_login(life.cast.tom)  # on one page: how many of late, from whom, and about what
        monkeypatch.setattr(clock, "now", lambda: at(TUESDAY, 18).astimezone(dt.UTC))
        page = client.get(reverse("governance:child_concerns", args=[life.child.reference]))
        seen = {name: page.context[name] for name in ("lately_count", "notices_count", "sources", "categories")}
        assert seen == {
            "lately_count": 5,
            "notices_count": 4,
            "sources": [("Police", 4), ("Children’s guardian", 1)],
            "categories": [
                ("Safety: the place, or the people around the child", 4),
                ("How the child is cared for", 1),
            ],
        }
        assert "Police: 4" in page.content.decode()

    @pytest.mark.failing("F115")
    def test_an_officer_reads_the_notices_of_other_officers_about_the_child_and_nothing_more(self, life):
        other = life.cast.person("olly", "Olly Gannet", "partner", partner_kind="police")
        life.cast.allocate(life.child, other, part="partner")
        notice = life.raises(life.pete, at(TUESDAY, 9), **HIGH)
        hers = life.raises(life.cast.greta, at(TUESDAY, 10))
        life.decides(notice, at(TUESDAY, 11))
        assert list(Concern.for_user(other)) == [notice]
        assert not ConcernStep.for_user(other).exists()
        assert list(Concern.for_user(life.nell)) == []
        assert list(Concern.for_user(life.cast.greta)) == [hers]

    @pytest.mark.failing("F110")
    def test_police_called_again_and_again_are_a_pattern(self, life):
        life.police_come(at(TUESDAY - 27 * DAY + 7 * DAY, 22))
        life.police_come(at(TUESDAY - 3 * DAY, 23))
        assert not life.owed(at(TUESDAY, 12))
        life.police_come(at(TUESDAY, 22))
        due = dt.date(2021, 11, 9)  # the fifth working day
        assert not life.owed(at(due, 23, 59))
        assert life.owed(at(due + DAY, 0)) == {"LOG-05"}
        life.meets(at(due + DAY, 12))
        assert life.owed() == set()
        life.police_come(at(due + 2 * DAY, 22))
        assert not life.owed(at(due + 20 * DAY, 12))  # counted from the meeting


class TestTheLedger:
    @pytest.mark.failing("F87")
    @pytest.mark.failing("F55")
    def test_concerns_of_two_agencies_force_a_meeting_and_a_decision(self, life, client):
        life.raises(life.pete, at(TUESDAY, 9))
        second = life.raises(life.nell, at(TUESDAY + DAY, 9), category="health")
        assert second.number == 2
        for concern in Concern.objects.all():
            life.decides(concern, at(TUESDAY + DAY, 10))
            life.answers(concern, at(TUESDAY + DAY, 10))
            life.closes(concern, at(TUESDAY + DAY, 11))  # closing them does not undo that they were two
        assert not life.owed(at(TUESDAY + 2 * DAY, 23, 59))
        assert life.owed(at(TUESDAY + 3 * DAY, 0)) == {"SAF-09 lado"}
        due = dt.date(2021, 11, 10)
        assert life.owed(at(due, 23, 59)) == {"SAF-09 lado"}
        assert life.owed(at(due + DAY, 0)) == {"SAF-09 lado", "SAF-09 meeting"}
        assert life.flag("SAF-09", "meeting").owner == life.cast.hana
        with pytest.raises(Invalid):  # by those who may decide it, and not by the meeting
            life.meets(at(due + DAY, 12), decided_by=life.cast.tom)
        for alone in ([], ["social_care"], ["social_care", "social_care"], ["social_care", "nobody"]):
            with pytest.raises(Invalid, match="at least two agencies"):
                life.meets(at(due + DAY, 12), there=alone, agencies="Just me")
        life.meets(at(due + DAY, 12))
        assert life.owed() == {"SAF-09 lado"}
        client.force_login(life.cast.tom)  # both are closed: the pages still offer what clears it
        consult = reverse("governance:consult_lado", args=[second.pk])
        for page in (
            concerns.concern_page(second),
            reverse("governance:child_concerns", args=[life.child.reference]),
        ):
            assert f'href="{consult}"' in client.get(page).content.decode()
        life.act(
            concerns.consult_lado, life.cast.tom, at(due + 2 * DAY, 10), concern=second, spoke_to="Lee", advice="Refer."
        )
        assert life.owed() == set()
        with pytest.raises(Conflict):
            life.answers(second, at(due + 2 * DAY, 11))  # nothing else is done about a closed one

    @pytest.mark.failing("F87")
    def test_her_weekly_meeting_answers_them_once_it_is_decided_of_it_whether_she_stays(self, life):
        """That they were on its agenda is what the review found: raised at the weekly meeting, and nothing came of it."""
        life.raises(life.pete, at(TUESDAY, 9))
        life.raises(life.cast.greta, at(TUESDAY, 9))
        table = AtATable(life)
        series = table.sets_up(as_of=at(TUESDAY, 10))
        held = table.meets(series, at(TUESDAY + DAY, 14))
        others = {"health", "send", "virtual_school", "police", "advocate", "guardian"}
        alone = table.meets(series, at(TUESDAY + 2 * DAY, 14), missing=others)
        late = at(TUESDAY + 14 * DAY)
        assert "SAF-09 meeting" in life.owed(late)
        with pytest.raises(Invalid, match="two agencies"):
            life.meets(late, meeting=alone)
        review = life.meets(late, meeting=held)
        assert (review.held_at, review.there) == (
            held.held_at, ["social_care", "health", "education", "police", "guardian", "advocate"],
        )  # fmt: skip
        assert "SAF-09 meeting" not in life.owed()

    @pytest.mark.failing("F55")
    def test_whether_she_stays_is_on_her_record_and_whoever_decided_is_told(self, life):
        review = life.meets(at(TUESDAY, 12))
        decision = life.child.decisions.get(demanded_by="record_review")
        assert (decision.kind, decision.what, decision.why) == ("placement", "The child moves.", review.why)
        assert (decision.decider, decision.recorded_by) == (life.cast.hana, life.cast.tom)
        told = OutboxMessage.objects.filter(key__startswith=f"decision-{decision.pk}-")
        assert [message.to for message in told] == [life.cast.hana]
        life.act(
            concerns.record_review, life.cast.hana, at(TUESDAY, 14), child=life.child, held_at=at(TUESDAY, 13),
            there=["police", "social_care"], agencies="Sgt Tern", outcome="O", decision="stay", why="W", decided_by=life.cast.hana,
        )  # fmt: skip
        assert life.child.decisions.filter(demanded_by="record_review").count() == 2
        assert OutboxMessage.objects.filter(key__startswith="decision-").count() == 1  # she knows

    @pytest.mark.failing("F55")
    def test_three_of_one_agency_are_enough(self, life):
        for number in range(3):
            assert "SAF-09 lado" not in life.owed(at(TUESDAY + number * DAY, 8))
            life.raises(life.cast.greta, at(TUESDAY + number * DAY, 9))
        assert "SAF-09 lado" in life.owed(at(TUESDAY + 6 * DAY + DAY, 0))

    @pytest.mark.failing("F60")
    @pytest.mark.failing("F26")
    @pytest.mark.trap("13")
    def test_a_mothers_concern_is_entered_like_a_professionals_and_she_is_answered(self, life):
        hers = life.raises(
            life.cast.amy, at(TUESDAY, 9), category="substances", what="She smelt of cannabis.", raiser="mother",
            raiser_name="Her mother",
        )  # fmt: skip
        assert (hers.number, hers.raised_by, hers.source, hers.owner) == (1, None, "family", life.cast.tom)
        assert life.owed(at(TUESDAY + 2 * DAY, 0)) == {"SAF-09 triage"}
        life.decides(hers, at(TUESDAY + 2 * DAY, 9))
        assert life.owed(at(TUESDAY + 4 * DAY, 0)) == {"SAF-09 answer"}
        with pytest.raises(Invalid, match="Answer whoever raised"):
            life.closes(hers, at(TUESDAY + 4 * DAY, 9))
        life.answers(hers, at(TUESDAY + 4 * DAY, 9))
        assert life.owed() == set()
        life.raises(life.pete, at(TUESDAY + 5 * DAY, 9), category="substances", what="Cannabis was found.")
        assert "SAF-09 lado" in life.owed(at(TUESDAY + 7 * DAY, 0))  # she counts as any agency does

    @pytest.mark.failing("F34")
    def test_a_nurse_who_gets_no_information_has_an_owner_and_a_day(self, life):
        concern = life.raises(life.nell, at(TUESDAY, 9), category="health", what="Nobody answers my questions.")
        assert concern.owner == life.cast.tom
        assert {"SAF-09 triage", "SAF-09 answer"} <= life.owed(at(TUESDAY + 4 * DAY, 0))

    @pytest.mark.failing("F72")
    @pytest.mark.parametrize(
        ("reason", "done"),
        [
            ("best", "We looked."), ("known", "We looked."), ("short", "We looked."), ("resolved", "Already known."),
            ("resolved", "This was the best that could be provided"), ("moved", "It is short-term"),
            ("resolved", "It’s known to directors, and there’s no alternative placement."),
        ],
    )  # fmt: skip
    def test_best_available_and_short_term_close_nothing(self, life, reason, done):
        concern = life.raises(life.cast.greta, at(TUESDAY, 9))
        life.decides(concern, at(TUESDAY, 10))
        life.answers(concern, at(TUESDAY, 10))
        with pytest.raises(Refused, match="not a reason to close") as refusal:
            life.closes(concern, at(TUESDAY, 11), reason=reason, done=done)
        assert "safer" in refusal.value.remedy
        assert Refusal.objects.get().code == "SAF-09-CLOSE"
        life.act(
            concerns.note, life.cast.tom, at(TUESDAY, 12), concern=concern, kind="mitigation",
            text="A second carer by night from tonight (Paul Bunting).",
        )  # fmt: skip
        concern.refresh_from_db()
        assert concern.is_open


class TestConduct:
    @pytest.mark.failing("F109")
    def test_what_the_police_saw_of_a_carer_goes_to_the_lado_within_a_day(self, life):
        concern = life.raises(
            life.pete,
            at(TUESDAY, 9),
            category="staff_conduct",
            what="Staff laughed as she cried.",
            named="Tall, red coat",
        )
        life.decides(concern, at(TUESDAY, 10))
        life.answers(concern, at(TUESDAY, 10))
        assert life.owed(at(TUESDAY + DAY, 23, 59)) == set()
        assert life.owed(at(TUESDAY + 2 * DAY, 0)) == {"SAF-01 concern"}
        with pytest.raises(Invalid, match="referred to the LADO"):
            life.closes(concern, at(TUESDAY + 2 * DAY, 9))
        life.act(
            concerns.consult_lado, life.cast.tom, at(TUESDAY + 2 * DAY, 9), concern=concern, spoke_to="Lee Martin",
            advice="To be referred.",
        )  # fmt: skip
        assert life.owed() == {"SAF-01 concern"}  # a telephone call is no decision
        life.passes(concern, at(TUESDAY + 2 * DAY, 10))
        assert life.owed() == set()

    @pytest.mark.failing("F120")
    def test_concerns_about_one_worker_are_gathered_across_children_and_the_second_prompts_the_lado(self, life):
        cast = life.cast
        carer = life.carer(life.agency().agency, name="Reedmace")
        other = cast.child(forename="Other", since=TUESDAY - 300 * DAY)
        cast.unregistered(other, TUESDAY - 100 * DAY)
        first = life.act(
            concerns.raise_concern, cast.amy, at(TUESDAY, 9), child=other, category="staff_conduct", about=carer, what="Rough."
        )  # fmt: skip
        life.passes(first, at(TUESDAY, 10))
        second = life.raises(cast.amy, at(TUESDAY + DAY, 9), category="staff_conduct", what="Rough again.", named="R.")
        life.decides(second, at(TUESDAY + DAY, 10))
        life.answers(second, at(TUESDAY + DAY, 10))
        life.act(concerns.identify, cast.tom, at(TUESDAY + DAY, 11), concern=second, carer=carer)
        assert life.owed(at(TUESDAY + 3 * DAY, 0)) == {"SAF-01 repeated"}
        assert life.flag("SAF-01", "repeated").owner == cast.hana
        assert life.flag("SAF-01", "repeated").carer is None  # a flag names nobody
        gathered = ConductSubject.for_user(cast.lee).filter(carer=carer)
        assert {row.concern for row in gathered} == {first, second}
        assert not ConductSubject.for_user(cast.amy).exists()
        life.passes(second, at(TUESDAY + 3 * DAY, 9))
        assert life.owed() == set()

    @pytest.mark.positive("P29")
    @pytest.mark.positive("P30")
    def test_a_worker_and_a_manager_who_ask_and_follow_up_raise_nothing(self, life):
        carer = life.carer(life.agency().agency, name="Reedmace")
        life.act(
            requests.ask_off_rota, life.cast.amy, at(TUESDAY, 9), placement=life.placement, carer=carer, reason="Rough."
        )
        for by, day in ((life.cast.amy, TUESDAY), (life.cast.tom, TUESDAY + 14 * DAY)):
            concern = life.raises(by, at(day, 9), category="staff_conduct", about=carer)
            life.decides(concern, at(day, 10))
            life.passes(concern, at(day, 11))
            life.answers(concern, at(day, 12))
            assert life.owed(at(day + 10 * DAY, 12)) == set()

    @pytest.mark.positive("P26")
    def test_a_guardian_who_raises_what_she_sees_raises_no_flag(self, life):
        concern = life.raises(life.cast.greta, at(TUESDAY, 9))
        assert life.owed() == set()
        life.decides(concern, at(TUESDAY, 10))
        life.answers(concern, at(TUESDAY, 12))
        assert life.owed(at(TUESDAY + 28 * DAY, 12)) == set()
        assert life.owed(at(TUESDAY + 29 * DAY, 12)) == {"SAF-09 open"}  # the council's, who did nothing more about it
        step = {"concern": concern, "kind": "mitigation", "text": "Two carers at night, the same ones."}
        life.act(concerns.note, life.cast.tom, at(TUESDAY + 29 * DAY, 13), **step)
        assert life.owed() == set()
