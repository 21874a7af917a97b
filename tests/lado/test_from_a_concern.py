"""Somebody referred from a concern that they own, read and decide: they learn nothing by it, and are asked nothing more."""

import pytest
from django.urls import reverse

from core import clock
from core.models import OutboxMessage
from escalations.actions.raising import raise_escalation
from escalations.models import ConflictOfInterest, Escalation
from escalations.sweep import climb
from governance.actions import concerns
from governance.models import Concern, ConcernStep
from governance.policies import concerns as policies
from lado.models import Referral
from oversight.sweep import sweep
from tests.lado.scene import DAY
from tests.lado.test_door import READ_BY_MANAGERS, everything_open_to, nothing_differs, scene_of, two

__all__ = ["two"]


def raised(scene, by=None, **fields):
    """A concern about how she is cared for: about nobody's conduct, and Tom's to act on."""
    fields = {"category": "care", "what": "She was not collected from school."} | fields
    return concerns.raise_concern(child=scene.child, by=by or scene.pete, as_of=clock.now() - DAY, **fields)


def refer(scene, concern, how="by account", person=None):
    person = person or scene.cast.tom
    if how == "by name":
        return scene.refer(concern=concern, named=f"{person.name}, the manager")
    referral = scene.refer(concern=concern, named="The manager")
    if how == "as a carer":
        scene.carer.account = person
        scene.carer.save()
        scene.act("identify", referral, carer=scene.carer)
    else:
        scene.act("identify", referral, account=person)
    return referral


@pytest.mark.parametrize("reader", ["tom", "hana"])
def test_nothing_they_or_their_manager_opens_differs_by_a_byte(two, client, reader):
    scene, user = scene_of(two), getattr(two, reader)
    concern = raised(scene)
    assert concern.owner == two.tom
    escalated = raise_escalation(what="W", concern=concern, to=two.tom, by=two.pete, as_of=clock.now())
    assert escalated.owner == two.tom
    two.records |= {"concern": concern.pk, "escalation": escalated.pk}
    sweep(as_of=clock.now())
    acts = {"governance:triage_concern", "governance:hand_over_concern", "governance:ask_strategy_about"}
    pages = READ_BY_MANAGERS | {"escalations", *acts}
    everything_open_to(client, user, two.records, pages)  # to open a thing is itself on the next page that lists it
    before = everything_open_to(client, user, two.records, pages)
    for name in ("governance:concern", "escalations:escalation", "escalations:escalate_concern", *acts):
        assert before[0][name][0] == 200, name
    referral = refer(scene, concern, "by name")
    scene.evaluate(referral)
    scene.act("identify", referral, account=two.tom)
    sweep(as_of=clock.now())
    climb(as_of=clock.now())
    nothing_differs(before, everything_open_to(client, user, two.records, pages))
    assert Concern.for_user(two.tom).in_ledger_of(two.tom).filter(owner=two.tom).get(pk=concern.pk)


@pytest.mark.parametrize("how", ["by name", "by account", "as a carer"])
def test_by_itself_its_escalation_never_comes_to_them_and_nothing_says_why(scene, client, how):
    cast, concern = scene.cast, raised(scene)
    refer(scene, concern, how)
    escalated = raise_escalation(what="W", concern=concern, by=scene.pete, as_of=clock.now())
    assert escalated.owner == cast.hana
    assert not ConflictOfInterest.objects.filter(user=cast.tom).exists()
    assert ConcernStep.objects.get(concern=concern, kind="escalated").recipient == cast.hana
    assert not any("conflict" in step.kind for step in escalated.steps.all())
    told = OutboxMessage.objects.filter(key__startswith=f"escalation-{escalated.pk}-")
    assert {message.to for message in told} == {cast.hana}


@pytest.mark.parametrize("referred", [False, True])
def test_whoever_gives_it_to_them_by_hand_learns_nothing(scene, client, referred):
    """To be refused, or to see it go elsewhere, would tell who was referred: anybody could try one name after another."""
    cast, concern = scene.cast, raised(scene)
    if referred:
        refer(scene, concern)
    escalated = raise_escalation(what="W", concern=concern, to=cast.tom, by=scene.pete, as_of=clock.now())
    assert (escalated.owner, escalated.level) == (cast.tom, 2)
    second = raise_escalation(what="W", concern=concern, to=cast.hana, by=cast.amy, as_of=clock.now())
    client.force_login(cast.hana)
    page = reverse("escalations:pass_back", args=[second.pk])
    offered = [str(value) for value, *_ in client.get(page).context["form"].fields["to"].choices]
    assert str(cast.tom.pk) in offered
    assert client.post(page, {"to": cast.tom.pk, "why": "Tom knows her."}).status_code == 302
    second.refresh_from_db()
    assert second.owner == cast.tom


def test_it_climbs_past_them(scene):
    cast, concern = scene.cast, raised(scene)
    refer(scene, concern, person=cast.hana)
    escalated = raise_escalation(what="W", concern=concern, to=cast.tom, by=scene.pete, as_of=clock.now() - 10 * DAY)
    assert escalated.owner == cast.tom
    climb(as_of=escalated.next_at)
    escalated.refresh_from_db()
    assert (escalated.owner, escalated.level) == (cast.sal, 3)


def test_a_guardians_concern_is_an_escalation_to_somebody_else(scene):
    cast = scene.cast
    concern = raised(scene, by=cast.greta)
    assert concern.owner == cast.tom
    scene.refer(concern=concern, named=cast.tom.name, by=cast.greta)
    climb(as_of=clock.now())
    assert Escalation.objects.get(concern=concern).owner == cast.hana


def test_what_leaves_somebody_else_does_not_come_to_them(scene):
    cast, concern = scene.cast, raised(scene)
    refer(scene, concern, person=cast.hana)
    concerns.triage(
        concern=concern, decision="act", reasons="R", conduct=True, named=cast.tom.name, by=cast.sal, as_of=clock.now()
    )
    concern.refresh_from_db()
    assert concern.owner == cast.sal
    assert list(policies.accounts_it_is_about(concern)) == [cast.tom]


def test_the_lado_is_told_what_they_have_in_hand(scene, client):
    cast, concern = scene.cast, raised(scene)
    raise_escalation(what="W", concern=concern, to=cast.tom, by=scene.pete, as_of=clock.now())
    referral = refer(scene, concern)
    client.force_login(cast.lee)

    def page():
        return client.get(reverse("lado:case", args=[referral.pk])).content.decode()

    assert (
        "Tom Heron reads every step of it, may decide and close it, has it to act on, was asked to answer its escalation."
        in page()
    )
    Referral.objects.filter(pk=referral.pk).update(
        closed_at=clock.now(), evaluated_at=clock.now(), outcome="false", retention="L"
    )
    second = refer(scene, concern, person=cast.hana)
    assert "Hana Finch reads" not in page()  # nothing of another referral: not everybody who reads this one reads that
    assert "Tom Heron reads" not in client.get(reverse("lado:case", args=[second.pk])).content.decode()
    concerns.hand_over(concern=concern, owner=cast.hana, why="I have it.", by=cast.hana, as_of=clock.now())
    assert "Tom Heron reads every step of it, may decide and close it, was asked" in page()
    concerns.triage(
        concern=concern, decision="act", reasons="R", conduct=True, named=cast.tom.name, by=cast.hana, as_of=clock.now()
    )
    assert "in hand" not in page()  # what is said there of whose conduct it is shuts them out
    other = scene.refer(child=scene.child, named=cast.tom.name)
    assert "in hand" not in client.get(reverse("lado:case", args=[other.pk])).content.decode()
