"""A referral from its evaluation to its outcome, act by act."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import accounts, clock
from core.access import Role
from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage, Refusal, User
from governance.actions import concerns, protection
from governance.models import ConcernStep, StrategyDiscussion
from lado import actions, codes
from lado.models import Admission, Receipt, Referral, ReferralAction, ReferralStep
from lado.policies import clocks, conduct
from staffing.models import StandDownCase
from tests.lado.scene import DAY, HOUR, TODAY


def steps(referral):
    return [step.kind for step in ReferralStep.objects.filter(referral=referral)]


def test_from_evaluation_to_outcome(scene):
    referral = scene.refer(named="Kay", child=scene.child)
    scene.act("identify", referral, carer=scene.carer)
    with pytest.raises(Invalid):
        scene.meets(referral)  # nobody has evaluated it
    scene.evaluate(referral, decision="strategy")
    with pytest.raises(Invalid, match="meeting was to be held"):
        scene.closes(referral)
    scene.meets(referral, next_review_on=TODAY + 28 * DAY)
    scene.meets(referral)
    for kind in ("strategy", "enquiry", "learning", "note"):
        scene.act("note", referral, kind=kind, text="T", who_was_there="Amy, Pete")
    with pytest.raises(Invalid, match="once the referral has its outcome"):
        scene.act("note", referral, kind="given", text="T")
    scene.closes(referral, "substantiated", learning="Two awake at night.", answer="It was looked into.")
    assert steps(referral) == [
        "evaluation", "asked", "meeting", "review", "strategy", "enquiry", "learning", "note", "outcome", "summary", "learning",
    ]  # fmt: skip
    referral.refresh_from_db()
    assert (referral.outcome, referral.retention) == ("substantiated", "long")
    assert Receipt.for_user(scene.pete).get().answer == "It was looked into."
    for act, fields in (
        ("evaluate", {"decision": "meeting", "text": "T"}),
        ("police_involved", {"involved": True, "why": "W"}),
    ):
        with pytest.raises(Conflict):
            scene.act(act, referral, **fields)
    scene.act("note", referral, kind="note", text="What came after is still written down.")
    scene.act("note", referral, kind="given", text="To the manager of the agency, by secure e-mail.")


def test_a_strategy_discussion_is_asked_for_in_words_that_say_nothing(scene, client):
    cast = scene.cast
    referral = scene.refer(child=scene.child, named="Kay Dotterel")
    scene.evaluate(referral, decision="strategy")
    scene.evaluate(referral, decision="strategy")  # once, while it is not answered
    asked = StrategyDiscussion.objects.get()
    assert (asked.child, asked.asked_by, asked.about.count()) == (scene.child, cast.lee, 0)
    told = OutboxMessage.objects.filter(key__startswith="strategy-")
    assert {message.to for message in told} == {cast.tom, cast.hana, cast.sal}
    client.force_login(cast.tom)
    shown = client.get(reverse("governance:strategy", args=[asked.pk])).content.decode()
    assert "Safeguarding asks for it" in shown
    for words in ("wrist", "Kay", "Somebody tall", str(referral)):
        assert words not in shown + " ".join(message.body for message in told)
    client.force_login(cast.lee)
    shown = client.get(reverse("lado:case", args=[referral.pk])).content.decode()
    assert "Asked for on the child’s record" in shown
    assert "Asked for " + asked.asked_at.strftime("%-d %B %Y") in shown
    protection.decline_strategy(
        discussion=asked, reasons="R", answer="Dr. Lind is away.", by=cast.hana, as_of=clock.now()
    )
    shown = client.get(reverse("lado:case", args=[referral.pk])).content.decode()
    assert "Dr. Lind is away." in shown
    assert "Skye" not in shown
    [told] = OutboxMessage.objects.filter(key__startswith=f"strategy-{asked.pk}-answered")
    assert (told.to, told.subject) == (cast.lee, "Held in Mind: something waits for you")
    assert client.get(reverse("governance:asked_strategy")).status_code == 403  # no power over a child comes of it


@pytest.mark.parametrize("about", ["post", "named", "account", "no child"])
def test_it_is_asked_for_by_voice_where_its_subject_would_read_it(scene, about):
    fields = {"post": {"post": "social_worker"}, "named": {"named": "Amy Sparrow, from the council"}}.get(about, {})
    referral = scene.refer(child=None if about == "no child" else scene.child, **fields)
    if about == "account":
        scene.act("identify", referral, account=scene.cast.amy)
    scene.evaluate(referral, decision="strategy")
    assert not StrategyDiscussion.objects.exists()
    said = ReferralStep.objects.get(kind="asked").text
    assert said.startswith("Not asked for here: " + ("no child" if about == "no child" else "whom it is about"))


@pytest.mark.parametrize("outcome", codes.Outcome.values)
def test_five_outcomes_each_with_how_long_the_record_is_kept(scene, outcome):
    referral = scene.refer(child=scene.child)
    scene.evaluate(referral, decision="employer")
    scene.closes(referral, outcome)
    referral.refresh_from_db()
    assert referral.retention == ("removed" if outcome in ("false", "malicious") else "long")


@pytest.mark.parametrize("said", [*codes.NoOutcome.values, "pending"])
def test_nothing_else_ends_an_allegation_and_who_tried_is_on_record(scene, said):
    referral = scene.refer(child=scene.child)
    scene.evaluate(referral, decision="employer")
    with pytest.raises(Refused if said in codes.NoOutcome.values else Invalid):
        scene.closes(referral, said)
    assert Refusal.objects.filter(code="SAF-06-CLOSE").count() == (said in codes.NoOutcome.values)
    referral.refresh_from_db()
    assert referral.is_open
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database says the same
        Referral.objects.filter(pk=referral.pk).update(closed_at=clock.now(), outcome=said, retention="long")


def test_reviewed_within_four_weeks_and_two_with_the_police(scene):
    referral = scene.refer(child=scene.child)
    scene.evaluate(referral)
    with pytest.raises(Invalid):
        scene.meets(referral, next_review_on=TODAY + 29 * DAY)
    scene.act("police_involved", referral, involved=True, why="A crime number.")
    with pytest.raises(Invalid):
        scene.meets(referral, next_review_on=TODAY + 15 * DAY)
    scene.meets(referral, next_review_on=TODAY + 14 * DAY)
    with pytest.raises(Invalid):
        scene.act(
            "hold_meeting", referral, held_at=clock.now() - 30 * DAY, who_was_there="W", text="T"
        )  # before it came
    with pytest.raises(Invalid):
        scene.act("hold_meeting", referral, held_at=clock.now() + HOUR, who_was_there="W", text="T")


def test_what_others_are_asked_for_is_done_with_evidence(scene):
    referral = scene.refer(child=scene.child)
    task = scene.act("add_action", referral, kind="dbs", what="Refer", who="Tideway", due_on=TODAY)
    with pytest.raises(Invalid, match="today or in the future"):
        scene.act("add_action", referral, kind="dbs", what="Refer", who="Tideway", due_on=TODAY - DAY)
    done = {"task": task, "by": scene.cast.lee, "as_of": clock.now()}
    for wrong in ({"done_on": TODAY, "evidence": " "}, {"done_on": TODAY + DAY, "evidence": "E"}):
        with pytest.raises(Invalid):
            actions.finish_action(**done, **wrong)
    actions.finish_action(**done, done_on=TODAY, evidence="The DBS’s own letter.")
    with pytest.raises(Conflict):
        actions.finish_action(**done, done_on=TODAY, evidence="E")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReferralAction.objects.update(evidence="")


def test_the_lado_stands_down_and_attaches_the_placement(scene):
    referral = scene.refer(named="Kay")
    assert (referral.child, referral.placement) == (None, None)
    with pytest.raises(Invalid):
        scene.act("stand_down_subject", referral)
    scene.act("attach_placement", referral, placement=scene.placement)
    scene.act("identify", referral, carer=scene.carer)
    scene.act("stand_down_subject", referral)
    referral.refresh_from_db()
    assert (referral.child, referral.stand_down.case) == (scene.child, StandDownCase.objects.get())
    assert StandDownCase.objects.get().placement == scene.placement
    scene.act("record_removal", referral, removed_on=TODAY, why="Dismissed.")
    with pytest.raises(Invalid):
        scene.act("record_removal", referral, removed_on=TODAY + DAY, why="W")
    scene.act("withdraw_removal", referral, why="It was another of that name.")
    assert referral.removed_on is None
    assert [(s.kind, s.text) for s in ReferralStep.objects.filter(referral=referral)] == [
        ("removed", "Dismissed."), ("not_removed", "It was another of that name."),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        scene.act("withdraw_removal", referral, why="W")


def test_whoever_only_reads_does_nothing_and_a_stranger_less(scene):
    referral = scene.refer(child=scene.child)
    scene.act("admit", referral, person=scene.cast.tom, why="Her line manager.")
    for by in (scene.cast.tom, scene.cast.sal, scene.cast.dora, scene.cast.zoe, scene.pete):
        for name, fields in (
            ("evaluate", {"decision": "meeting", "text": "T"}),
            ("note", {"kind": "note", "text": "T"}),
            ("admit", {"person": scene.cast.amy, "why": "W"}),
            ("close_case", {"outcome": "false", "reasons": "R", "summary": "S"}),
        ):
            with pytest.raises(PermissionDenied):
                scene.act(name, referral, by=by, **fields)
    assert steps(referral) == []
    with pytest.raises(Conflict):
        scene.act("admit", referral, person=scene.cast.tom, why="Again.")
    admission = Admission.objects.get()
    actions.end_admission(admission=admission, by=scene.cast.lee, as_of=clock.now())
    assert not Referral.for_user(scene.cast.tom).exists()
    scene.act("admit", referral, person=scene.cast.tom, why="To take it on.", handles=True)
    scene.evaluate(referral)
    scene.act("note", referral, by=scene.cast.tom, kind="note", text="He may act.")


# --- about the LADO ----------------------------------------------------------------------------------------------------


def test_about_the_lado_it_goes_to_the_next_person_and_they_never_read_it(scene):
    cast = scene.cast
    for about in ({"account": cast.lee}, {"named": "lee MARTIN"}, {"named": "the LADO (Lee Martin)"}):
        referral = scene.refer(child=scene.child, **about)
        assert (referral.owner, referral.account) == (cast.sal, cast.lee)
        assert not Referral.for_user(cast.lee).exists()
        scene.act("evaluate", referral, by=cast.sal, decision="meeting", text="T")
        told = OutboxMessage.objects.filter(key__startswith=f"referral-{referral.pk}-")
        assert {message.to for message in told} == {cast.sal}
    User.objects.filter(pk__in=[cast.sal.pk, cast.dora.pk]).update(is_active=False)
    concern = concerns.raise_concern(
        child=scene.child, category="staff_conduct", what="W", named="Lee", by=cast.amy, as_of=clock.now()
    )
    referral = scene.refer(cast.amy, concern=concern, account=cast.lee)
    assert referral.owner == cast.dee  # who has no ledger: the managers still decide about the concern
    scene.act("evaluate", referral, by=cast.dee, decision="meeting", text="T")
    assert not ConcernStep.objects.filter(concern=concern, kind="passed").exists()
    with pytest.raises(Invalid):  # they handle it: somebody must
        actions.end_admission(admission=Admission.objects.get(person=cast.dee), by=cast.dee, as_of=clock.now())


def test_nor_does_it_go_to_whoever_is_named_of_those_who_stand_in(scene):
    cast = scene.cast
    second = cast.person("lou", "Lou Avocet", Role.LADO)
    assert scene.refer(named="Lee Martin, of the council").owner == second  # the other of the LADO's team
    User.objects.filter(role=Role.LADO).update(is_active=False)
    referral = scene.refer(named="Plover, Sal")
    assert (referral.owner, referral.account) == (cast.dora, None)
    assert cast.sal not in conduct.may_be_admitted(referral)
    User.objects.filter(pk=second.pk).update(is_active=True, name="Sal Plover")
    assert not Referral.for_user(User.objects.get(pk=second.pk)).filter(pk=referral.pk).exists()
    Referral.objects.filter(pk=referral.pk).update(carer=scene.carer)  # found on record, it is about nobody else
    assert Referral.for_user(User.objects.get(pk=second.pk)).filter(pk=referral.pk).exists()


def test_said_later_to_be_the_lado_they_are_outside_from_that_moment(scene, client):
    referral = scene.refer(child=scene.child)
    scene.act("identify", referral, account=scene.cast.lee)
    referral.refresh_from_db()
    assert referral.owner == scene.cast.sal
    client.force_login(scene.cast.sal)
    for page in ("dashboards:my_work", "lado:mine"):
        assert "yours to handle" in client.get(reverse(page)).content.decode()
    assert not Referral.for_user(scene.cast.lee).exists()
    with pytest.raises(PermissionDenied):
        scene.evaluate(referral)
    scene.act("identify", referral, by=scene.cast.sal)  # it was a mistake: what was first said of them is still there
    assert Referral.for_user(scene.cast.lee).get().about == "Somebody tall"


def test_only_whom_this_council_deals_with_may_be_said_to_be_its_subject(scene):
    cast = scene.cast
    souths = cast.person("souths", "Southern Staff", Role.SHIFT_LEADER, at_provider=True)
    referral = scene.refer(child=scene.child)
    for about in ({"account": souths}, {"account": cast.zoe}, {"carer": cast.carer("Of nobody", checked=False)}):
        with pytest.raises(PermissionDenied):
            scene.act("identify", referral, **about)
    scene.act("identify", referral, account=scene.kay)


def test_said_to_be_another_carer_that_one_can_be_stood_down_too(scene):
    referral = scene.refer(carer=None, named="Kay", child=scene.child)
    other = scene.cast.carer("Tern", agency=scene.cast.provider, checked=TODAY - 30 * DAY)
    scene.act("identify", referral, carer=other)
    scene.act("stand_down_subject", referral)
    with pytest.raises(Conflict):
        scene.act("stand_down_subject", referral)
    scene.act("identify", referral, carer=scene.carer)
    assert not referral.is_stood_down
    scene.act("stand_down_subject", referral)
    assert (referral.is_stood_down, referral.stand_down.carer) == (True, scene.carer)


def test_whoever_referred_is_told_that_it_is_over_but_not_its_subject_and_whoever_is_let_in_that_they_are(scene):
    cast = scene.cast
    concern = concerns.raise_concern(
        child=scene.child, category="staff_conduct", what="W", named="Somebody", by=cast.tom, as_of=clock.now()
    )
    referral = scene.refer(cast.tom, concern=concern)
    scene.refer(cast.amy, concern=concern)
    scene.act("identify", referral, account=cast.tom)
    scene.act("admit", referral, person=cast.sal, why="W")
    scene.evaluate(referral, decision="employer")
    OutboxMessage.objects.exclude(key__startswith="admission-").delete()
    assert OutboxMessage.objects.get().to == cast.sal
    scene.closes(referral, answer="It was looked into.")
    assert Receipt.for_user(cast.amy).get().answer == "It was looked into."
    assert Receipt.for_user(cast.tom).get().answered_at is None
    told = OutboxMessage.objects.exclude(key__startswith="admission-").get()
    assert (told.to, "Skye" in told.body) == (cast.amy, False)


def test_when_the_lado_leaves_the_next_has_it_and_whoever_closes_accounts_learns_nothing(scene):
    cast = scene.cast
    open_, closed, owing = (scene.refer(child=scene.child) for _ in range(3))
    for each in (closed, owing):
        scene.evaluate(each, decision="employer")
        scene.closes(each)
    scene.act("record_removal", owing, removed_on=TODAY, why="Dismissed.")
    scene.act("admit", open_, person=cast.hana, why="W")
    accounts.deactivate(account=cast.lee, reason="Left.", by=cast.sam, as_of=clock.now())
    open_.refresh_from_db()
    owing.refresh_from_db()
    closed.refresh_from_db()
    assert (open_.owner, owing.owner, closed.owner) == (cast.sal, cast.sal, cast.lee)
    assert set(Referral.for_user(cast.sal)) == {open_, owing}
    accounts.change(account=cast.hana, name="Hana Finch", role=Role.COMMISSIONER, by=cast.sam, as_of=clock.now())
    assert not Referral.for_user(
        User.objects.get(pk=cast.hana.pk)
    ).exists()  # let in for a work that is no longer theirs
    accounts.deactivate(account=cast.sal, reason="Left.", by=cast.sam, as_of=clock.now())
    open_.refresh_from_db()
    assert open_.owner == cast.dora
    assert not Referral.for_user(cast.sam).exists()
    second = cast.person("lou", "Lou Avocet", Role.LADO)
    actions.hand_over_case(referral=open_, owner=second, why="A LADO again.", by=cast.dora, as_of=clock.now())
    assert set(Referral.for_user(second)) == {open_, closed, owing}


def test_the_page_and_the_rules_count_the_same_days():
    """The Easter of 2022: Good Friday is 15 April, Easter Monday the 18th."""
    referral = Referral(authority_id=1, received_at=clock.at_local(dt.date(2022, 4, 14), dt.time(16)))
    standards = clocks.Standards.__new__(clocks.Standards)
    standards.rows = {}
    as_of = clock.at_local(dt.date(2022, 4, 20), dt.time(9))
    found = {row.what: (row.by, row.late) for row in clocks.owed(referral, [], [], standards, as_of)}
    assert found == {
        "Evaluate it": (dt.date(2022, 4, 19), True),
        "Bring it to an outcome": (dt.date(2022, 5, 14), False),
    }
