"""What was decided about conduct is with the LADO once they have it, and nothing outside says which decision it was."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from children.models import FileRead
from core import clock
from core.models import OutboxMessage
from governance.actions import concerns
from governance.actions.concerns import concern_page
from governance.models import Concern, QualityVisit
from governance.policies.protection import UNSEEN, owed_of_concern
from lado import actions
from lado.models import ConductDecision, DecisionRead
from lado.policies.conduct import unseen_for
from lado.views.cases import caseload
from oversight.models import Flag
from oversight.sweep import sweep
from tests.lado.scene import DAY, HOUR, NOW, SAID
from tests.lado.test_door import READ_BY_MANAGERS, everything_open_to, masked, nothing_differs, two  # noqa: F401
from tests.lado.test_referring import concern_about, steps_of
from tests.oversight.facts import stands

LATER = NOW + 2 * DAY


def grave(scene, **fields):
    return concern_about(scene, category="sexual_harm", **fields)


def refers(concern, by, as_of=NOW, **fields):
    return actions.refer(**(SAID | {"named": "Kay"} | fields), concern=concern, by=by, as_of=as_of).referral


def does_not(concern, by, as_of=NOW):
    actions.do_not_refer(concern=concern, because="She fell by herself; two saw it.", by=by, as_of=as_of)
    return ConductDecision.objects.get(concern=concern)


def opens(referral, by, as_of=NOW):
    actions.open_case(referral=referral, page="case", by=by, as_of=as_of)


def looks(decision, by, as_of=NOW):
    actions.look_at(decision=decision, by=by, as_of=as_of)


WAYS = [pytest.param(refers, opens, id="referred"), pytest.param(does_not, looks, id="not referred")]


def kinds(concern):
    return [step.kind for step in steps_of(concern)]


@pytest.mark.parametrize(("decide", "has_it"), WAYS)
def test_a_managers_decision_has_not_brought_it_to_the_lado(scene, decide, has_it):
    cast, concern = scene.cast, grave(scene)
    decided = decide(concern, cast.tom)
    assert kinds(concern) == ["passed"]
    assert stands(LATER, "SAF-10", "lado")
    has_it(decided, cast.lee)
    assert kinds(concern) == ["passed", "seen"]
    assert not stands(LATER, "SAF-10", "lado")
    assert not [row for row in owed_of_concern(concern, steps_of(concern), NOW) if "LADO" in row.what]
    if has_it is opens:
        opens(decided, cast.lee)  # and it is said once
        assert kinds(concern) == ["passed", "seen"]


@pytest.mark.parametrize(("decide", "has_it"), WAYS)
def test_several_concerns_are_with_the_lado_once_one_of_them_is(scene, decide, has_it):
    cast = scene.cast
    concerns.raise_concern(child=scene.child, category="care", what="W", by=scene.pete, as_of=NOW - HOUR)
    concern = concern_about(scene)
    decided = decide(concern, cast.tom, clock.now())
    assert stands(LATER + 4 * DAY, "SAF-09", "lado")
    has_it(decided, cast.lee, clock.now())
    assert not stands(LATER + 4 * DAY, "SAF-09", "lado")


@pytest.mark.parametrize(("decide", "has_it"), WAYS)
def test_what_the_lado_decides_they_have(scene, decide, has_it):
    concern = grave(scene)
    concerns.about_conduct(concern, scene.cast.amy, NOW)  # else the LADO has no such ledger
    decide(concern, scene.cast.lee)
    assert kinds(concern) == ["passed", "seen"]
    assert not unseen_for(scene.cast.lee).exists()
    assert not OutboxMessage.objects.filter(key__startswith="not-referred-").exists()


def test_a_telephone_call_is_enough_whatever_was_decided(scene):
    concern = grave(scene)
    does_not(concern, scene.cast.tom)
    concerns.consult_lado(concern=concern, spoke_to="Lee Martin", advice="Quite so.", by=scene.cast.tom, as_of=NOW)
    assert not stands(LATER, "SAF-10", "lado")
    assert unseen_for(scene.cast.lee).exists()  # and the decision still waits for their look


def test_who_was_let_in_to_read_has_not_brought_it_to_the_lado(scene):
    cast, concern = scene.cast, grave(scene)
    referral = refers(concern, cast.tom)
    scene.act("admit", referral, person=cast.dora, why="W")
    opens(referral, cast.dora)
    assert kinds(concern) == ["passed"]


def test_only_whose_it_is_says_that_it_was_seen_and_once(scene):
    cast, concern = scene.cast, grave(scene)
    decision = does_not(concern, cast.tom)
    for user in (cast.tom, cast.sal, cast.dora, cast.amy, scene.pete, cast.zoe):
        with pytest.raises(PermissionDenied):
            looks(decision, user)
    looks(decision, cast.lee)
    with pytest.raises(PermissionDenied):
        looks(decision, cast.lee)


def test_it_waits_in_the_lados_work_until_they_have_seen_it(scene, client):
    cast = scene.cast
    decided = [does_not(concern_about(scene), cast.tom) for _ in range(3)]
    client.force_login(cast.lee)
    work = reverse("dashboards:my_work")
    assert "3 decided not to be referred" in client.get(work).content.decode()
    page = client.get(caseload())
    assert [each.pk for each in page.context["unseen"]] == [each.pk for each in decided]  # the oldest first
    assert page.context["not_referred"] == []
    address = reverse("lado:look", args=[decided[0].concern_id])
    assert f'href="{address}"' in page.content.decode()
    shown = client.get(address).content.decode()
    assert all(words in shown for words in ("Laughed as she cried.", "She fell by herself", "Tom Heron"))
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"sure": "on"}).url == reverse("lado:cases")
    assert "2 decided not to be referred" in client.get(work).content.decode()
    page = client.get(caseload())
    assert page.context["not_referred"] == [decided[0]]
    assert client.get(address).status_code == 404
    for user in (cast.tom, cast.sal, cast.zoe):
        client.force_login(user)
        assert client.get(reverse("lado:look", args=[decided[1].concern_id])).status_code == 404


@pytest.mark.parametrize("why", ["there is no LADO", "it is about the LADO"])
def test_whoever_stands_in_looks(scene, client, why):
    """The one who would handle a referral, and nobody beside them."""
    cast, named = scene.cast, ""
    if why == "there is no LADO":
        cast.lee.is_active = False
        cast.lee.save()
    else:
        named = "Martin, Lee"
    concern = grave(scene)
    if named:
        concerns.about_conduct(concern, cast.amy, NOW, named)
    decision = does_not(concern, cast.tom)
    assert [m.to for m in OutboxMessage.objects.filter(key__startswith="not-referred-")] == [cast.sal]
    assert [user for user in (cast.lee, cast.sal, cast.dora, cast.dee, cast.hana) if unseen_for(user)] == [cast.sal]
    client.force_login(cast.sal)
    assert "1 decided not to be referred" in client.get(reverse("dashboards:my_work")).content.decode()
    address = reverse("lado:look", args=[concern.pk])
    assert f'href="{address}"' in client.get(reverse("lado:mine")).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"sure": "on"}).url == reverse("lado:mine")
    assert kinds(concern) == ["passed", "seen"]
    assert not unseen_for(cast.sal).exists()
    assert not stands(LATER, "SAF-10", "lado")
    client.force_login(cast.tom)
    done = client.get(concern_page(concern)).content.decode().partition("What was done")[2]
    assert "Seen by the LADO, or whoever stands in" in done
    assert "Sal" not in done  # who it was would tell whom it is about
    assert decision.decided_by == cast.tom


def test_whoever_handles_a_referral_in_the_lados_place_has_it_by_opening_it(scene):
    cast, concern = scene.cast, grave(scene)
    referral = refers(concern, cast.tom, named="Lee Martin")
    assert referral.owner == cast.sal
    opens(referral, cast.sal)
    assert kinds(concern) == ["passed", "seen"]


def no_lado(cast):
    cast.lee.is_active = False
    cast.lee.save()


def reads_seen(client, user, concern):
    """Whether it stands on the concern as this person reads it: on its page, and in what is owed there."""
    client.force_login(user)
    page = client.get(concern_page(concern))
    said = "Seen by the LADO" in page.content.decode()
    assert said == any(step.kind == "seen" for step in page.context["steps"])
    assert said != any(row.what == UNSEEN for row in page.context["owed"])
    return said


def test_who_stands_in_does_not_read_that_somebody_after_them_was_asked(scene, client):
    """Else the safeguarding lead would read that what never came to her has been seen: which could only mean her."""
    cast, concern = scene.cast, grave(scene)
    no_lado(cast)
    referral = refers(concern, cast.tom, named="Sal Plover")
    assert referral.owner == cast.dora
    client.force_login(cast.sal)
    client.get(concern_page(concern))
    before = masked(client.get(concern_page(concern)))
    opens(referral, cast.dora)
    assert "seen" in kinds(concern)
    assert masked(client.get(concern_page(concern))) == before
    assert not reads_seen(client, cast.sal, concern)
    assert all(reads_seen(client, user, concern) for user in (cast.tom, cast.hana, cast.dora))
    cast.lee.is_active = True
    cast.lee.save()
    assert not reads_seen(client, cast.sal, concern)  # that there is a LADO again tells her nothing


@pytest.mark.parametrize(("decide", "has_it"), WAYS)
def test_who_stands_in_reads_what_they_have_seen_themselves(scene, client, decide, has_it):
    cast, concern = scene.cast, grave(scene)
    no_lado(cast)
    decided = decide(concern, cast.tom)
    assert not reads_seen(client, cast.sal, concern)
    has_it(decided, cast.sal)
    assert all(reads_seen(client, user, concern) for user in (cast.sal, cast.tom, cast.hana, cast.dora))


def test_who_stands_in_reads_what_a_lado_saw_who_has_left(scene, client):
    cast, concern = scene.cast, grave(scene)
    opens(refers(concern, cast.tom), cast.lee)
    no_lado(cast)
    assert reads_seen(client, cast.sal, concern)


def test_to_look_at_a_decision_leaves_a_trace_behind_the_door(scene, client, monkeypatch):
    cast, concern = scene.cast, grave(scene)
    decision = does_not(concern, cast.tom)
    address = reverse("lado:look", args=[concern.pk])
    for user in (cast.tom, cast.sal, cast.dora, cast.amy, cast.zoe):
        client.force_login(user)
        assert client.get(address).status_code == 404
        with pytest.raises(PermissionDenied):
            actions.open_decision(decision=decision, by=user, as_of=NOW)
    assert not DecisionRead.objects.exists()
    files = FileRead.objects.count()
    client.force_login(cast.lee)
    assert client.get(address).status_code == 200
    assert [(read.decision, read.by) for read in DecisionRead.objects.all()] == [(decision, cast.lee)]
    assert client.post(address, {}).status_code == 422  # it is shown again
    assert DecisionRead.objects.count() == 2
    assert FileRead.objects.count() == files  # there it would tell that nobody was referred
    assert kinds(concern) == ["passed"]
    assert DecisionRead.for_user(cast.lee).count() == 2
    assert not any(DecisionRead.for_user(user).exists() for user in (cast.tom, cast.sal, cast.dora))

    def fails(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(actions, "open_decision", fails)
    with pytest.raises(RuntimeError):
        client.get(address)


def test_taken_up_all_the_same_it_is_seen_by_that(scene):
    concern = grave(scene)
    does_not(concern, scene.cast.tom)
    refers(concern, scene.cast.lee)
    assert kinds(concern) == ["passed", "seen"]
    assert not unseen_for(scene.cast.lee).exists()


# --- two worlds, both with a decision: in one somebody is referred, in the other nobody ----------------------------------

# How often the LADO hears of those at a placement, and how long nobody looked, is told as what it is: referrals count (SAF-11).
TELLS_OF_NOISE = {"governance:heard"}
READ = READ_BY_MANAGERS - {"core", "governance:series", "governance:home_concerns", "governance:worker_concerns"}


def in_one_world(two, client, decide, has_it, user):  # noqa: F811
    """What somebody else of the line opens once it is decided, and once the LADO has it; and then it never was."""
    begun = transaction.savepoint()
    decided = decide(Concern.objects.get(pk=two.records["concern"]), two.tom)
    found = []
    for _ in range(2):
        sweep(as_of=clock.now())
        pages, sent = everything_open_to(client, user, two.records, READ)
        found.append(({name: page for name, page in pages.items() if name not in TELLS_OF_NOISE}, sent))
        if len(found) == 1:
            has_it(decided, two.lee)
    transaction.savepoint_rollback(begun)
    return found


@pytest.mark.parametrize("who", ["hana", "paul"])
def test_nobody_outside_reads_which_it_was_before_the_lado_has_it_or_after(two, client, monkeypatch, who):  # noqa: F811
    monkeypatch.setattr(clock, "now", lambda: NOW)  # both happen at one time
    user, before = getattr(two, who), NOW - 2 * DAY
    QualityVisit.objects.create(
        placement=two.placement_, kind="independent", occurred_at=NOW - HOUR, announced=True, summary="S", recorded_by=two.sal
    )  # fmt: skip
    concern = concerns.raise_concern(
        child=two.child_, category="sexual_harm", what="W", named="Tall", received_at=before, by=two.amy, as_of=NOW
    )
    two.records["concern"] = concern.pk
    sweep(as_of=clock.now())
    waits = Flag.objects.standing().filter(rule="SAF-10", limb="lado", child=two.child_)
    assert waits.exists()
    everything_open_to(client, user, two.records, READ)  # to open a file is on the next page that lists it
    referred, not_referred = (in_one_world(two, client, *way.values, user) for way in WAYS)
    for one, other in zip(referred, not_referred, strict=True):
        nothing_differs(one, other)
    first, then = (page for page, _ in referred)
    assert (first["oversight:flags"] != then["oversight:flags"]) == (who == "hana")  # it cleared, and only then
    said = [any("Seen by the LADO" in line for line in page["governance:concern"][2:]) for page in (first, then)]
    assert said == [False, who == "hana"]
