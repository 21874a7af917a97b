"""Child protection: who may ask, who decides, who reads what; and that the pages say what the rules say."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import FileRead
from core import clock
from core.errors import Conflict, Invalid
from core.models import OutboxMessage
from governance.actions import concerns
from governance.actions import protection as acts
from governance.models import Concern, Enquiry, SeriousHarmNotice, StrategyDiscussion
from governance.policies import protection as policies
from tests.cast import at
from tests.core.access.world import DAY, TODAY
from tests.oversight.facts import clocks

NOW, HOUR = clock.now(), dt.timedelta(hours=1)
WHY, REASONS, ANSWER = "She has bruises again.", "The provider is not trusted.", "We met, and she is safe tonight."
THERE = {"social_care": "Tom Heron", "police": "Pete Gannet", "health": "Nell Avocet", "other": ""}
ASKED = reverse("governance:asked_strategy")


@pytest.fixture
def skye(cast):
    child = cast.child(forename="Skye", surname="Larkspur", since=TODAY - 90 * DAY)
    cast.placement_ = cast.unregistered(child, TODAY - 60 * DAY)
    cast.pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
    cast.allocate(child, cast.pete, part="partner", since=TODAY - 50 * DAY)
    assert cast.priya.pk
    return child


def raises(child, by, category="sexual_harm", as_of=NOW - HOUR, **fields):
    return concerns.raise_concern(child=child, category=category, what="W", by=by, as_of=as_of, **fields)


def asks(child, by, **fields):
    return acts.ask_for_strategy(child=child, why=WHY, by=by, as_of=NOW, **fields)


def holds(discussion, by, **fields):
    fields = {
        "held_at": NOW, "chair": "Tom Heron", "there": THERE, "outcome": "enquiry", "reasons": REASONS, "answer": ANSWER,
    } | fields  # fmt: skip
    return acts.hold_strategy(discussion=discussion, by=by, as_of=NOW, **fields)


def shows(client, user, address, status=200):
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


class TestAsking:
    def test_anybody_who_works_with_her_asks_and_is_told_the_answer_and_nothing_else(self, client, cast, skye):
        for asker in (cast.priya, cast.pete):
            notice = raises(skye, asker)
            assert reverse("governance:ask_strategy_about", args=[notice.pk]) in shows(
                client, asker, concerns.concern_page(notice)
            )
            asked = asks(skye, asker, concern=notice)
            assert "not answered" in shows(client, asker, ASKED)
            holds(asked, cast.tom)
            page = shows(client, asker, ASKED)
            assert WHY in page
            assert ANSWER in page
            assert REASONS not in page
            assert "Nell Avocet" not in page
            told = OutboxMessage.objects.get(to=asker, key__startswith=f"strategy-{asked.pk}-answered")
            assert "Skye" not in told.subject + told.body
            for name in ("strategy", "hold_strategy", "decline_strategy"):
                shows(client, asker, reverse(f"governance:{name}", args=[asked.pk]), 403)
            shows(client, asker, reverse("governance:protection", args=[skye.reference]), 403)
            assert not Enquiry.for_user(asker).exists()
            assert list(StrategyDiscussion.for_user(asker)) == [asked]
        # and for as long as they have an account, also when the child is no longer theirs to see
        cast.placement_.ended_on = TODAY
        cast.placement_.save()
        page = shows(client, cast.priya, ASKED)
        assert ANSWER in page
        assert "Skye" not in page

    def test_those_who_decide_are_told_that_somebody_asked(self, cast, skye):
        asked = asks(skye, cast.pete)
        told = OutboxMessage.objects.filter(key__startswith=f"strategy-{asked.pk}-asked")
        assert {message.to for message in told} == {cast.tom, cast.hana, cast.sal}

    def test_not_by_strangers_nor_twice_nor_about_what_they_do_not_see(self, cast, skye):
        theirs = raises(skye, cast.amy)
        for stranger in (cast.zoe, cast.lee, cast.carl, cast.dee, cast.sam):
            with pytest.raises(PermissionDenied):
                asks(skye, stranger)
        with pytest.raises(PermissionDenied):
            asks(skye, cast.pete, concern=theirs)
        mine = raises(skye, cast.pete)
        asks(skye, cast.pete, concern=mine)
        with pytest.raises(Conflict, match="not answered yet"):
            asks(skye, cast.pete, concern=mine)
        with pytest.raises(Invalid):
            acts.ask_for_strategy(child=skye, why=" ", by=cast.amy, as_of=NOW)

    def test_a_manager_says_why_it_is_not_held_and_never_of_sexual_harm(self, client, cast, skye):
        asked = asks(skye, cast.priya, concern=raises(skye, cast.priya, "care"))
        said = {"reasons": REASONS, "answer": "It was looked into by her social worker.", "as_of": NOW}
        with pytest.raises(PermissionDenied):
            acts.decline_strategy(discussion=asked, by=cast.amy, **said)
        acts.decline_strategy(discussion=asked, by=cast.tom, **said)
        page = shows(client, cast.priya, ASKED)
        assert "looked into by her social worker" in page
        assert REASONS not in page
        with pytest.raises(Conflict):
            holds(asked, cast.tom)
        grave = asks(skye, cast.priya, concern=raises(skye, cast.priya))
        with pytest.raises(Invalid, match="same day"):
            acts.decline_strategy(discussion=grave, by=cast.tom, **said)


class TestHolding:
    @pytest.mark.parametrize("missing", ["social_care", "police", "health"])
    def test_without_one_of_the_three_it_was_none(self, cast, skye, missing):
        asked = asks(skye, cast.amy)
        with pytest.raises(Invalid, match="needs"):
            holds(asked, cast.tom, there=THERE | {missing: " "})
        assert StrategyDiscussion.objects.get().is_open

    def test_an_enquiry_begins_with_it_and_ends_with_what_was_found(self, cast, skye):
        discussion = holds(asks(skye, cast.amy), cast.tom)
        enquiry = discussion.enquiry
        assert (enquiry.started_on, enquiry.child) == (clock.local_date(NOW), skye)
        with pytest.raises(PermissionDenied):
            acts.need_no_conference(enquiry=enquiry, because="W", by=cast.amy, as_of=NOW)
        acts.need_no_conference(enquiry=enquiry, because="She is safe where she is.", by=cast.tom, as_of=NOW)
        acts.hold_conference(enquiry=enquiry, held_on=TODAY, by=cast.amy, as_of=NOW)  # it was needed after all
        enquiry.refresh_from_db()
        assert (enquiry.conference_on, enquiry.no_conference_because) == (TODAY, "She is safe where she is.")
        with pytest.raises(Invalid, match="on or after"):
            acts.finish_assessment(enquiry=enquiry, assessed_on=TODAY - DAY, found="F", by=cast.amy, as_of=NOW)
        acts.finish_assessment(enquiry=enquiry, assessed_on=TODAY, found="F", by=cast.amy, as_of=NOW)
        assert policies.owed_of_enquiry(enquiry, NOW) == []
        none = acts.record_strategy(
            child=skye, why=WHY, held_at=NOW, chair="C", there=THERE, outcome="none", reasons=REASONS, by=cast.amy, as_of=NOW
        )  # fmt: skip
        assert not Enquiry.objects.filter(discussion=none).exists()

    def test_the_asker_is_told_something(self, cast, skye):
        asked = asks(skye, cast.pete)
        with pytest.raises(Invalid, match="whoever asked"):
            holds(asked, cast.tom, answer="")
        with pytest.raises(Invalid, match="on or after the day"):
            holds(asked, cast.tom, held_at=NOW - 2 * DAY)
        assert StrategyDiscussion.objects.get().is_open

    def test_the_database_keeps_no_outcome_without_reasons(self, cast, skye):
        asked = asks(skye, cast.amy)
        for wrong in ({"held_at": NOW}, {"declined_at": NOW, "reasons": "R"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                StrategyDiscussion.objects.filter(pk=asked.pk).update(**wrong)

    def test_a_concern_about_sexual_harm_is_not_closed_before_one_was_held_about_it(self, cast, skye):
        concern = raises(skye, cast.amy)
        concerns.triage(concern=concern, decision="strategy", reasons="R", by=cast.tom, as_of=NOW)
        concerns.answer(concern=concern, text="T", by=cast.tom, as_of=NOW)
        close = {"concern": concern, "reason": "formal", "done": "An enquiry.", "by": cast.tom, "as_of": NOW}
        holds(asks(skye, cast.amy), cast.tom)  # about something else
        with pytest.raises(Invalid, match="strategy discussion"):
            concerns.close(**close)
        holds(asks(skye, cast.amy), cast.tom, concerns=[concern])
        concerns.close(**close)
        acts.tell_agency(
            concern=concern, agency="health", who="Nell", text="T", by=cast.tom, as_of=NOW
        )  # still possible


class TestSeriousHarm:
    def record(self, cast, skye, **fields):
        return acts.record_serious_harm(
            child=skye, aware_at=NOW - HOUR, what="She was found hurt.", by=cast.amy, as_of=NOW, **fields
        )

    def test_decided_told_and_reviewed(self, client, cast, skye):
        notice = self.record(cast, skye)
        told = {message.to for message in OutboxMessage.objects.filter(key__startswith="serious-harm-")}
        assert told == {cast.hana, cast.sal, cast.dora}
        assert [row.what for row in policies.owed_of_notice(notice, NOW)][
            1
        ] == "Tell the Panel, Ofsted and the safeguarding partners"
        with pytest.raises(Invalid, match="Decide first"):
            acts.notify_serious_harm(notice=notice, panel_told_at=NOW, by=cast.amy, as_of=NOW)
        decide = {"notice": notice, "why": "W", "by": cast.amy, "as_of": NOW}
        with pytest.raises(Invalid):  # not by those who cannot decide it
            acts.decide_serious_harm(met=True, decided_by=cast.tom, **decide)
        acts.decide_serious_harm(met=True, decided_by=cast.hana, **decide)
        acts.notify_serious_harm(notice=notice, panel_told_at=NOW, by=cast.amy, as_of=NOW)
        assert notice.still_to_tell == ["Ofsted", "the safeguarding partners"]
        with pytest.raises(Conflict):
            acts.notify_serious_harm(notice=notice, panel_told_at=NOW, by=cast.amy, as_of=NOW)
        with pytest.raises(Conflict, match="cannot be undone"):
            acts.decide_serious_harm(met=False, decided_by=cast.hana, **decide)
        acts.notify_serious_harm(notice=notice, ofsted_told_at=NOW, partners_told_at=NOW, by=cast.amy, as_of=NOW)
        acts.hold_rapid_review(notice=notice, held_on=TODAY, found="A review.", by=cast.sal, as_of=NOW)
        assert policies.owed_of_notice(notice, NOW) == []
        page = shows(client, cast.dora, reverse("governance:serious_harm", args=[notice.pk]))
        assert "A review." in page
        assert FileRead.objects.filter(child=skye, page="protection", by=cast.dora).exists()
        shows(client, cast.dee, reverse("governance:serious_harm", args=[notice.pk]), 403)

    def test_that_it_need_not_be_notified_is_somebodys_decision_with_reasons(self, cast, skye):
        concern = raises(skye, cast.amy)
        notice = self.record(cast, skye, concern=concern)
        acts.decide_serious_harm(notice=notice, met=False, why="No harm.", decided_by=cast.sal, by=cast.amy, as_of=NOW)
        assert policies.owed_of_notice(notice, NOW) == []
        assert "notified" not in " ".join(row.what for row in policies.owed_of_concern(concern, [], NOW))
        assert OutboxMessage.objects.filter(to=cast.sal, key__contains="-decided-").exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            SeriousHarmNotice.objects.filter(pk=notice.pk).update(why="")


class TestPages:
    def test_the_pages_say_what_is_owed_and_each_act_is_a_form(self, client, cast, skye):
        concern = raises(skye, cast.priya)
        page = shows(client, cast.tom, concerns.concern_page(concern))
        for words in ("Hold a strategy discussion", "Tell the police", "Tell health", "Consult the LADO"):
            assert words in page
        told = {"agency": "police", "who": "Sergeant Gannet", "text": "All of it."}
        assert client.post(reverse("governance:tell_of_concern", args=[concern.pk]), told).status_code == 302
        assert "Tell the police" not in shows(client, cast.tom, concerns.concern_page(concern))
        record = reverse("governance:record_strategy", args=[skye.reference])
        offered = shows(client, cast.tom, f"{record}?concern={concern.pk}")
        assert re.search(rf'name="concerns" value="{concern.pk}" [^>]*checked', offered)
        moment = NOW.astimezone(clock.LONDON)
        parts = ("day", moment.day), ("month", moment.month), ("year", moment.year), ("time", f"{moment:%H:%M}")
        when = {f"held_at_{part}": value for part, value in parts}
        sent = {f"there_{agency}": who for agency, who in THERE.items()} | when
        sent |= {"why": WHY, "chair": "Tom", "outcome": "enquiry", "reasons": REASONS, "concerns": [concern.pk]}
        response = client.post(record, sent)
        held = StrategyDiscussion.objects.get()
        assert response["Location"] == reverse("governance:strategy", args=[held.pk])
        shows(client, cast.ines, reverse("governance:protection", args=[skye.reference]), 404)
        page = shows(client, cast.amy, reverse("governance:protection", args=[skye.reference]))
        assert "Consult the LADO" in page
        assert "Hold the child protection conference" in page
        assert "Section 47 enquiry" in shows(client, cast.amy, reverse("dashboards:child", args=[skye.reference]))
        assert "Section 47" not in shows(client, cast.dee, reverse("dashboards:child", args=[skye.reference]))
        assert "Nell Avocet" in shows(client, cast.amy, response["Location"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(received=st.integers(0, 60 * 24), later=st.integers(0, 6 * 24 * 4), closely=st.booleans())
def test_the_page_and_the_rule_agree_on_what_is_late(cast, received, later, closely):
    """Whatever the hour, at weekends, over Easter and on the night the clocks change."""
    with transaction.atomic():
        child = cast.child(born=dt.date(2008, 5, 4))
        start = dt.date(2022, 3, 1)
        placement = cast.unregistered(child, start) if closely else cast.placement(child, start, type="U6")
        moment = at(dt.date(2022, 3, 7), 0) + dt.timedelta(hours=received)
        concern = Concern.objects.create(
            authority=cast.north, number=1, child=child, placement=placement, category="sexual_harm", what="W",
            raiser="education", source="education", received_at=moment, owner=cast.tom, recorded_by=cast.amy,
        )  # fmt: skip
        as_of = moment + dt.timedelta(minutes=15 * later)
        limbs = {"Hold": "strategy", "Tell the police": "police", "Tell health": "health", "Consult": "lado"}
        late = {row.what for row in policies.owed_of_concern(concern, [], as_of) if row.late}
        on_page = {next((limb for words, limb in limbs.items() if what.startswith(words)), "test") for what in late}
        rule, names = ("SAF-10", {}) if closely else ("SAF-02", {"harm": "strategy"})
        by_rule = {limb for limb, (_, stage) in clocks(rule, as_of, [placement.pk]).items() if stage == "overdue"}
        assert on_page == {names.get(limb, limb) for limb in by_rule}
        transaction.set_rollback(True)
