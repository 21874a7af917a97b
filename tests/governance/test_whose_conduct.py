"""A concern about a colleague never goes to them, and they neither read it nor do anything about it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core import clock, names
from core.errors import Invalid
from core.models import OutboxMessage
from governance.actions import concerns, protection
from governance.models import Concern, ConcernStep, ConductSubject, StrategyDiscussion
from governance.policies import concerns as policies
from governance.querysets.concerns import about_staff
from tests.told_once import told_once


class Scene:
    def __init__(self, cast):
        self.cast, self.child = cast, cast.child()
        self.placement = cast.unregistered(self.child, clock.local_date(clock.now()))

    def raises(self, by=None, **fields):
        fields = {"category": "staff_conduct", "what": "He shouted at her."} | fields
        return concerns.raise_concern(child=self.child, by=by or self.cast.amy, as_of=clock.now(), **fields)


@told_once
def scene(cast):
    return Scene(cast)


@pytest.mark.parametrize(
    ("text", "name", "held"),
    [
        ("Tom Heron, the team manager", "Tom Heron", True),
        ("the manager (HERON, Tom)", "Tom Heron", True),
        ("tomheron", "Tom Heron", True),
        ("Siobhan ONeil, night staff", "Siobhan O’Neil", True),
        ("Anna Maria de la Cruz", "Anna Maria de la Cruz", True),
        ("Tom", "Tom Heron", False),
        ("Tom Herons", "Tom Heron", False),
        ("", "Tom Heron", False),
        ("Tom", "", False),
    ],
)
def test_a_text_holds_a_name(scene, text, name, held):
    assert names.holds(text, name) == held
    concern = scene.raises(named=text)
    assert ConductSubject.objects.filter(names.holding("named", name), concern=concern).exists() == held


@pytest.mark.parametrize("how", ["by account", "by name", "as a carer", "said later"])
def test_whoever_it_is_about_has_no_part_in_it(scene, client, how):
    cast = scene.cast
    tom = cast.tom
    if how == "as a carer":
        carer = cast.carer("Heron", forename="T", checked=False, account=tom)
        concern = scene.raises(category="care")
        Concern.objects.filter(pk=concern.pk).update(category="staff_conduct", owner=cast.hana)
        ConductSubject.objects.create(concern=concern, carer=carer, recorded_by=cast.amy)
        concern.refresh_from_db()
    else:
        about = {"by account": {"colleague": tom}, "by name": {"named": "Tom Heron, the team manager"}}
        concern = scene.raises(**about.get(how, {"named": "the manager"}))
    if how == "said later":
        assert concern.owner == tom
        concerns.identify(concern=concern, colleague=tom, by=cast.hana, as_of=clock.now())
        concern.refresh_from_db()
        given = ConcernStep.objects.get(concern=concern, kind="handed_over")
        assert (given.recipient, given.text) == (cast.hana, "It is acted on by somebody who has no part in it.")
    if how.startswith("by"):
        told = OutboxMessage.objects.filter(key__startswith=f"concern-{concern.pk}-")
        assert {message.to for message in told} == {cast.hana, cast.sal}
    assert concern.owner == cast.hana
    assert list(policies.accounts_it_is_about(concern)) == [tom]
    assert tom not in policies.owners_for(concern)
    assert [p.name for p in policies.deciders_of(concern)] == ["Hana Finch", "Sal Plover"]
    assert tom.name not in " ".join(row.who for row in policies.owed(concern, [], clock.now()))
    for model in (Concern, ConcernStep, ConductSubject):
        assert not model.for_user(tom).exists()
    assert Concern.for_user(cast.hana).get() == concern
    now = {"by": tom, "as_of": clock.now()}
    for act in (
        lambda: concerns.triage(concern=concern, decision="act", reasons="R", **now),
        lambda: concerns.note(concern=concern, kind="note", text="T", **now),
        lambda: concerns.answer(concern=concern, text="T", **now),
        lambda: concerns.hand_over(concern=concern, owner=cast.amy, why="W", **now),
        lambda: concerns.close(concern=concern, reason="resolved", done="D", **now),
        lambda: concerns.identify(concern=concern, colleague=cast.amy, **now),
        lambda: concerns.pass_to_safeguarding(concern=concern, **now),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(Invalid):
        concerns.hand_over(concern=concern, owner=tom, why="W", by=cast.hana, as_of=clock.now())
    client.force_login(tom)
    for name in ("governance:concern", "governance:triage_concern", "lado:decide_concern", "lado:refer_concern"):
        assert client.get(reverse(name, args=[concern.pk])).status_code == 404


def test_to_be_its_subject_beats_having_raised_it_having_it_and_what_comes_of_it(scene):
    cast = scene.cast
    concern = scene.raises(by=cast.tom, named="Somebody")
    Concern.objects.update(owner=cast.tom)
    discussion = protection.ask_for_strategy(
        child=scene.child, why="W", concern=concern, by=cast.amy, as_of=clock.now()
    )
    assert StrategyDiscussion.objects.in_full_to(cast.tom).exists()
    concerns.identify(concern=concern, colleague=cast.tom, by=cast.hana, as_of=clock.now())
    assert not Concern.for_user(cast.tom).exists()
    assert not StrategyDiscussion.objects.in_full_to(cast.tom).exists()
    assert StrategyDiscussion.objects.in_full_to(cast.hana).exists()
    with pytest.raises(PermissionDenied):
        protection.decline_strategy(discussion=discussion, reasons="R", answer="A", by=cast.tom, as_of=clock.now())
    OutboxMessage.objects.all().delete()
    concerns.answer(concern=concern, text="T", by=cast.hana, as_of=clock.now())
    protection.ask_for_strategy(child=scene.child, why="W", concern=concern, by=cast.sal, as_of=clock.now())
    assert cast.tom not in {message.to for message in OutboxMessage.objects.all()}


def test_a_manager_finds_that_it_is_about_staff_too(scene, client):
    """What the raiser called it does not decide whether anybody asks if it is referred."""
    cast = scene.cast
    concern = scene.raises(category="substances")
    assert not Concern.objects.filter(about_staff()).exists()
    client.force_login(cast.tom)
    page = reverse("governance:triage_concern", args=[concern.pk])
    sent = {"decision": "act", "reasons": "R"}
    assert client.post(page, sent).status_code == 422  # it is asked each time
    client.post(page, sent | {"conduct": "yes", "named": "Hana Finch"})
    concern.refresh_from_db()
    assert concern.is_conduct
    assert list(policies.accounts_it_is_about(concern)) == [cast.hana]
    shown = client.get(reverse("governance:concern", args=[concern.pk])).content.decode()
    assert "Conduct of somebody who works with the child" in shown
    assert "Decide whether it is referred to the LADO" in shown
    assert Concern.for_user(cast.lee).in_ledger_of(cast.lee).get() == concern
    assert "conduct" not in client.get(page).context["form"].fields
    assert scene.raises(category="safety", colleague=cast.tom).conduct_from  # to say whose it is is to say what it is
    assert scene.raises(category="safety").conduct_from is None


def test_who_may_be_named_is_who_works_with_her_and_only_to_those_who_see_her(scene, client):
    cast = scene.cast
    assert set(policies.colleagues_to_name(scene.child, cast.amy)) == {
        cast.tom, cast.hana, cast.sal, cast.dee, cast.dora,
    }  # fmt: skip
    assert not policies.colleagues_to_name(scene.child, cast.zoe).exists()
    with pytest.raises(PermissionDenied):
        scene.raises(colleague=cast.ben)  # who has nothing to do with her
    client.force_login(cast.amy)
    page = reverse("governance:raise_concern", args=[scene.child.reference])
    sent = {"category": "staff_conduct", "what": "W", "colleague": cast.tom.pk, "raiser": "me", "risk": "none"}
    answer = client.post(page, sent)
    assert ConductSubject.objects.get().account == cast.tom
    assert "Tom Heron" not in client.get(answer.url).content.decode()  # a social worker reads “a member of staff”
    client.force_login(cast.hana)
    assert "Tom Heron" in client.get(answer.url).content.decode()
    client.force_login(
        cast.tom
    )  # whoever names themselves reads no more of it, and is not led to a page that is not there
    answer = client.post(page, sent | {"colleague": "", "named": "Me, Tom Heron"})
    assert answer.url == reverse("governance:concerns")
