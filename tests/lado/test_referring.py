"""Anybody refers; few decide that nobody is referred; and what everybody else reads is the same either way."""

import datetime as dt
import itertools

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core import clock
from core.access import Role
from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage, Refusal
from governance.actions import concerns
from governance.models import ConcernStep, ConductSubject
from governance.policies.protection import UNSEEN, owed_of_concern
from lado import actions, codes
from lado.models import ConductDecision, Receipt, Referral, ReferralStep
from staffing.actions import stand_downs
from staffing.models import AwakeCheck, StandDown, StandDownCase
from tests.core.access.addresses import NORTHS
from tests.lado.scene import DAY, SAID, TODAY


def concern_about(scene, carer=None, **fields):
    fields = {"category": "staff_conduct", "what": "Laughed as she cried."} | fields
    return concerns.raise_concern(child=scene.child, about=carer, by=scene.cast.amy, as_of=clock.now(), **fields)


def steps_of(concern):
    return list(ConcernStep.objects.filter(concern=concern))


def not_referred(by, **about):
    return actions.do_not_refer(because="She fell by herself; two saw it.", by=by, as_of=clock.now(), **about)


@pytest.mark.recommendation("R10.2")
def test_whoever_they_are_they_refer_and_get_a_receipt(scene):
    """Partners, a provider's people and those who reach no child, too."""
    for number, role in enumerate(Role, start=1):
        user = getattr(scene.cast, NORTHS[role])
        referral = scene.refer(user)
        assert (referral.number, referral.owner, referral.authority) == (number, scene.cast.lee, scene.cast.north)
        assert [receipt.referral_id for receipt in Receipt.for_user(user)] == [referral.pk]
    assert len(set(Receipt.objects.values_list("reference", flat=True))) == len(Role)
    told = OutboxMessage.objects.filter(key__startswith="referral-")
    assert {message.to for message in told} == {scene.cast.lee}
    assert not any(word in f"{m.subject} {m.body}" for m in told for word in ("Skye", "Dotterel", "wrist"))


@pytest.mark.recommendation("R10.3")
@pytest.mark.recommendation("R10.4")
def test_each_criterion_is_enough_and_none_is_not(scene):
    assert "Asleep on a waking night" in {name: examples for name, _, examples in codes.CRITERIA}["neglect"]
    for name in codes.CRITERION_FIELDS:
        assert getattr(scene.refer(criteria=[name]), name)
    for wrong in ({"criteria": []}, {"criteria": ["authority"]}, {"what": " "}, {"post": "king"}, {"named": ""}):
        with pytest.raises(Invalid):
            scene.refer(**wrong)
    referral = Referral.objects.latest("pk")
    for wrong in (
        dict.fromkeys(codes.CRITERION_FIELDS, False),
        {"named": ""},
        {"closed_at": clock.now()},
        {"outcome": "false"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Referral.objects.filter(pk=referral.pk).update(**wrong)


def test_nobody_refers_from_what_they_may_not_see(scene):
    zoe = scene.cast.zoe
    for about in ({"child": scene.child}, {"carer": scene.carer}, {"concern": concern_about(scene)}):
        with pytest.raises(PermissionDenied):
            scene.refer(zoe, **about)
    with pytest.raises(PermissionDenied):
        scene.refer(scene.pete, account=scene.cast.tom)  # whose account it is, the LADO finds out
    assert scene.cast.duncan  # South has no LADO: the director has it
    assert scene.refer(zoe).authority == scene.cast.south


def test_a_concern_referred_twice_is_one_referral_with_two_receipts(scene):
    concern = concern_about(scene, scene.carer)
    first = scene.refer(scene.cast.amy, concern=concern)
    again = scene.refer(
        scene.cast.tom, concern=concern, what="He did it again.", criteria=["offence"], category="sexual", named="Kay D.",
        police_involved=True,
    )  # fmt: skip
    assert (first, again.carer, again.placement) == (again, scene.carer, scene.placement)
    assert again.police_involved
    said = ReferralStep.objects.get().text
    for words in ("Referred again. He did it again.", "committed an offence", "Sexual", "About: Kay D.", "police"):
        assert words in said
    assert Receipt.objects.filter(referral=first).count() == 2


def test_said_the_second_time_to_be_the_lado_it_goes_to_the_next_person(scene):
    concern = concern_about(scene, named="A man in a suit")
    referral = scene.refer(scene.cast.amy, concern=concern)
    assert referral.owner == scene.cast.lee
    again = scene.refer(scene.cast.tom, concern=concern, named="Lee Martin")
    assert (again, again.owner, again.account) == (referral, scene.cast.sal, scene.cast.lee)


def test_it_arose_where_the_child_lived_on_the_english_day(scene):
    """Half past midnight of a summer's day is the evening before by the clocks of computers."""
    moved = dt.date(2022, 7, 5)
    child = scene.cast.child(since=moved - 60 * DAY)
    scene.cast.placement(child, moved - 30 * DAY, ended_on=moved)
    second = scene.cast.placement(child, moved)
    half_past = dt.datetime(2022, 7, 4, 23, 30, tzinfo=dt.UTC)
    assert scene.refer(scene.cast.amy, named="Kay", child=child, happened_at=half_past).placement == second


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_what_the_concern_says_is_the_same_whichever_it_was(scene):
    tom, texts = scene.cast.tom, []
    ways = (lambda c: scene.refer(tom, concern=c, named="Kay"), lambda c: not_referred(tom, concern=c))
    for decide, category in itertools.product(ways, ("staff_conduct", "sexual_harm")):
        concern = concern_about(scene, scene.carer if category == "staff_conduct" else None, category=category)
        decide(concern)
        concern.refresh_from_db()
        assert concern.is_conduct  # whatever it was raised as
        owed = [row.what for row in owed_of_concern(concern, steps_of(concern), clock.now())]
        assert (UNSEEN in owed) == (category == "sexual_harm")
        step = ConcernStep.objects.get(concern=concern, kind="passed")
        assert ConcernStep.objects.filter(concern=concern).count() == 1
        texts.append((step.get_kind_display(), step.text, step.to, step.decision, step.recipient, step.by))
        if category == "sexual_harm":
            continue
        concerns.triage(concern=concern, decision="act", reasons="R", by=tom, as_of=clock.now())
        concerns.answer(concern=concern, text="T", by=tom, as_of=clock.now())
        concerns.close(concern=concern, reason="resolved", done="He is gone.", by=tom, as_of=clock.now())
    assert set(texts) == {("Passed to safeguarding", "", "", "", None, tom)}
    told = OutboxMessage.objects.filter(key__startswith="not-referred-")  # at once, as of what is referred
    assert [message.to for message in told] == [scene.cast.lee] * 2
    assert {d.answer for d in ConductDecision.for_user(scene.cast.lee)} == {"referred", "not_referred"}
    assert not ConductDecision.for_user(tom).exists()


def test_a_partners_referral_says_nothing_on_the_concern_until_the_lado_evaluates(scene):
    """Else everybody with the ledger would read that the police referred somebody."""
    concern = concerns.raise_concern(
        child=scene.child, category="staff_conduct", what="W", by=scene.pete, as_of=clock.now(), named="Kay"
    )
    referral = scene.refer(scene.pete, concern=concern)
    assert not ConcernStep.objects.filter(concern=concern).exists()
    actions.open_case(referral=referral, page="case", by=scene.cast.lee, as_of=clock.now())
    assert not ConcernStep.objects.filter(concern=concern).exists()
    scene.evaluate(referral)
    assert [(step.kind, step.by) for step in steps_of(concern)] == [(k, scene.cast.lee) for k in ("passed", "seen")]
    assert ConductDecision.objects.get().referral == referral


@pytest.mark.parametrize("key", ["carl", "kay as a manager", "named"])
def test_neither_its_subject_nor_commissioning_decides(scene, key):
    cast, named = scene.cast, ""
    by = cast.carl if key == "carl" else cast.hana
    if key == "kay as a manager":
        scene.carer.account = cast.hana
        scene.carer.save()
    elif key == "named":
        named = "hana  FINCH"
    concern = concern_about(scene, scene.carer if key == "kay as a manager" else None, named=named)
    with pytest.raises(Refused) as refused:
        not_referred(by, concern=concern)
    refusal = Refusal.objects.get()
    assert (refusal.code, refusal.by) == ("SAF-01-DECIDE", by)
    assert "conduct" not in refused.value.sentence  # nor does it say why
    assert not ConductDecision.objects.exists()


def test_who_else_may_not_decide_and_that_it_is_decided_once(scene):
    concern = concern_about(scene)
    for by in (scene.cast.amy, scene.cast.ines, scene.cast.paul, scene.cast.todd):
        with pytest.raises(PermissionDenied):
            not_referred(by, concern=concern)
    with pytest.raises(Invalid):
        actions.do_not_refer(concern=concern, because=" ", by=scene.cast.tom, as_of=clock.now())
    for no_reason in (
        "It is already known about.", "It’s known.", "Known to the LADO", "She has left", "they have resigned!", "Noted.",
    ):  # fmt: skip
        with pytest.raises(Refused, match="no reason not to refer"):
            actions.do_not_refer(concern=concern, because=no_reason, by=scene.cast.tom, as_of=clock.now())
    not_referred(scene.cast.sal, concern=concern)
    with pytest.raises(Conflict):
        not_referred(scene.cast.tom, concern=concern)
    with pytest.raises(Conflict):
        not_referred(scene.cast.tom, carer=scene.carer)  # nothing was found of her


def found_asleep(scene):
    shift = scene.cast.shift(scene.placement, TODAY - 2 * DAY, kind="waking_night")
    return AwakeCheck.objects.create(
        shift=shift,
        carer=scene.carer,
        checked_at=shift.starts_at,
        state="asleep",
        witnessed_by="W",
        recorded_by=scene.cast.amy,
    )


def test_one_decision_about_a_carer_decides_all_that_was_found_of_them(scene):
    look = found_asleep(scene)
    standing = stand_downs.stand_down(
        carer=scene.carer, reason="Asleep.", placement=scene.placement, by=scene.cast.amy, as_of=clock.now()
    )
    referral = scene.refer(scene.cast.tom, carer=scene.carer, criteria=["neglect"])
    decided = ConductDecision.objects.filter(referral=referral, carer=scene.carer)
    assert {(d.look, d.case) for d in decided} == {(look, None), (None, standing.case)}


def test_stood_down_in_the_act_that_refers_or_not_at_all(scene):
    cast = scene.cast
    with pytest.raises(Invalid):
        scene.refer(cast.tom, child=scene.child, stand_down=True)  # nobody knows yet which carer it is
    assert not Referral.objects.exists()
    with pytest.raises(Invalid, match="Say which child"):  # else no council would keep it
        scene.refer(cast.priya, carer=scene.carer, stand_down=True)
    with pytest.raises(PermissionDenied):
        scene.refer(cast.ava, named="Kay", child=scene.child, stand_down=True, carer=scene.carer)
    referral = scene.refer(cast.priya, carer=scene.carer, child=scene.child, stand_down=True)
    case = StandDownCase.objects.get()
    assert referral.stand_down == case.stand_down == StandDown.objects.get()
    assert case.reason == "Passed to safeguarding."
    assert "wrist" not in case.reason
    assert case.authority == cast.north
    assert ConductDecision.objects.count() == 0  # Priya does not decide; the LADO’s evaluation does
    scene.evaluate(referral)
    assert ConductDecision.objects.get().case == case


def test_the_carer_is_the_one_the_concern_names_though_its_sender_cannot_know(scene):
    concern = concerns.raise_concern(
        child=scene.child, category="staff_conduct", what="W", by=scene.pete, as_of=clock.now(), named="Tall, red coat"
    )
    concerns.identify(concern=concern, carer=scene.carer, by=scene.cast.tom, as_of=clock.now())
    assert not ConductSubject.for_user(scene.pete).exists()
    assert scene.refer(scene.pete, concern=concern, **SAID).carer == scene.carer
