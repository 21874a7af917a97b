"""The demonstration is what the README says it is, and shows what it is there to show."""

import datetime as dt

import pytest
from django.db import transaction
from django.test import TestCase
from django.urls import reverse

from children.models import Child
from core import clock
from core.access import Role
from core.models import Authority, User
from escalations.models import Escalation
from exchange.demo import people
from exchange.demo.load import load
from oversight import rulebook
from oversight.models import Flag
from placements.models import Placement, Visit
from staffing.models import Assignment, Presence, Shift, StandDown
from tests.placements.by_hand import Hand

AS_OF = clock.at_local(dt.date(2026, 11, 20), dt.time(10, 30))


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Loaded once for these tests, which only look at it, and taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load(as_of=AS_OF, say=lambda _: None)
        yield
        transaction.set_rollback(True)


def test_a_service_of_the_size_promised_with_a_sign_in_for_every_role(demo, client):
    assert Authority.objects.count() == 2
    assert (Child.objects.count(), User.objects.count()) == (40, 60)
    named = {email for _, _, email in people.sign_ins()}
    accounts = User.objects.filter(email__in=named)
    assert accounts.count() == len(named)
    assert {account.role for account in accounts} == set(Role.values)
    assert client.login(username="amy@north.example", password=people.PASSWORD)


# What is flagged of Teya's placement: of her care and where she lives, and of who cares for her.
OF_CARE = {
    ("LEG-04", ""), ("LEG-05", ""), ("LOG-01L", ""), ("STF-05L", ""), ("VIS-07", "head_of_service"),
    ("VIS-07", "social_worker"), ("VIS-07", "team_manager"), ("VIS-08", "unannounced"),
}  # fmt: skip
OF_CARERS = {
    ("STF-01L", "planned"), ("STF-01L", "waived"), ("STF-01L", "worked"), ("STF-02L", ""),
    ("STF-03L", "claimed"), ("STF-03L", "induction"), ("STF-03L", "training"),
    ("STF-04L", "appraisal"), ("STF-04L", "case"), ("STF-04L", "first"), ("STF-04L", "lapsed"), ("STF-04L", "regular"),
    ("STF-04L", "second"), ("STF-04L", "supervisor"),
    ("STF-06", "leaders"), ("STF-06", "supervised"), ("STF-07", "planned"), ("STF-07", "worked"),
    ("STF-08", "asleep"), ("STF-08", "missed"), ("STF-09", "put_back"), ("STF-09", "request"), ("STF-09", "worked"),
    ("STF-10", "overdue"), ("CPL-05A", ""), ("STF-11L", "planned"), ("STF-11L", "unlisted"), ("STF-11L", "worked"),
    ("STF-12", "changes"), ("STF-12", "newly_qualified"), ("STF-13", ""),
}  # fmt: skip
OF_THOSE_WHO_LOOK = {
    ("QA-01L", "none"),
    ("QA-03", ""),
    ("QA-04L", "mitigation"),
    ("NOT-10", "review"),
    ("MTG-04", "overdue"),
    ("MTG-04", "escalated"),
}
# And of what was planned, sought and paid for.
OF_PLANS = {
    ("CPL-02", ""), ("CPL-03", ""), ("CPL-04", "regular"), ("CPL-05", "generic"), ("CPL-06", "missed"), ("CPL-06", "partners"),
    ("CPL-07", "day_28"), ("CPL-07", "day_56"), ("CPL-08", "third"), ("CPL-08", "ending"), ("LEG-07", "task"),
    ("LEG-07", "lawyer"), ("NOT-08", "search"), ("NOT-08", "contingency"), ("NOT-08", "alert"),
}  # fmt: skip


# And of what was raised about it: two police notices and the guardian's concern, open; and the police came four times.
OF_CONCERNS = {
    ("SAF-08", "decision"), ("SAF-08", "unread"), ("SAF-08", "feedback"), ("SAF-09", "answer"), ("SAF-09", "meeting"),
    ("SAF-09", "lado"), ("LOG-05", ""),
}  # fmt: skip

# The officer's request waits; a suspicion went to the police alone.
OF_PROTECTION = {
    ("SAF-02", "asked"), ("SAF-10", "strategy"), ("SAF-10", "lado"), ("SAF-10", "test"),
}  # fmt: skip
# Aldo was found asleep and stood down, and nobody has decided; behind the door, one allegation was never reviewed.
OF_ALLEGATIONS = {("SAF-01", "asleep"), ("SAF-01", "stood_down"), ("SAF-04", "review"), ("SAF-05", "first")}

# Nobody of the agencies comes to her weekly meeting, and what matters most is not done.
OF_MEETINGS = {("MTG-03", "missed"), ("MTG-03A", ""), ("MTG-04", "overdue")}


# And of who decides: nobody leads the long-term plan, and two calls from above wait, one to be written and one to be seen.
OF_DECIDING = {("DEC-03", "recorded"), ("DEC-03", "seen"), ("DEC-04", "long_term")}


def flagged(child):
    return {(flag.rule, flag.limb) for flag in Flag.objects.standing().filter(child__forename=child)}


def test_teyas_placement_shows_what_a_review_found_and_the_statutory_visits_stay_green(demo):
    of_the_rest = OF_PLANS | OF_THOSE_WHO_LOOK | OF_CONCERNS | OF_MEETINGS | OF_DECIDING | {("LOG-06", "")}
    of_the_rest |= OF_PROTECTION | OF_ALLEGATIONS
    assert flagged("Teya") == OF_CARE | OF_CARERS | of_the_rest
    owners = Flag.objects.standing().filter(child__forename="Teya").values_list("owner__name", flat=True)
    line = {"Amy Sparrow", "Tom Heron", "Hana Finch", "Dee Osprey", "Dora Kestrel"}
    assert set(owners) == line | {"Carl Rook", "Lola Dunlin", "Sal Plover", "Lee Martin"}


def test_every_rule_about_carers_is_seen_at_work(demo):
    """By its own code or, where she lives is registered nowhere, by the local standard's beside it."""
    shown = {rule.removesuffix("L") for rule in Flag.objects.standing().values_list("rule", flat=True)}
    family = {rule.code for rule in rulebook.ALL if rule.kind != "gate" and rule.code.startswith(("STF", "CPL", "LOG"))}
    family -= {"CPL-01", "STF-05-ABSENCE"}  # everybody it asks about has a care plan; no manager is away so long
    assert {code.removesuffix("L") for code in family} <= shown


def test_leahs_placement_goes_well_under_the_same_kind_of_order(demo):
    """A rota kept for weeks, a step down on the way: no flag stands, and none about her carers ever did."""
    assert flagged("Leah") == set()
    ever = set(Flag.objects.filter(child__forename="Leah").values_list("rule", flat=True))
    assert not {rule for rule in ever if rule.startswith(("STF", "CPL"))}
    shifts = Shift.objects.published().filter(placement__child__forename="Leah")
    assert {shift.kind for shift in shifts} == set(Shift.Kind)
    assert shifts.filter(starts_at__lte=AS_OF).exclude(presences__isnull=False).count() == 0


def test_whoever_was_stood_down_is_on_no_shift_to_come_and_was_there_all_the_same(demo):
    stood_down = StandDown.objects.get()
    assert not Assignment.objects.standing().filter(carer=stood_down.carer, ends_at__gt=stood_down.starts_at).exists()
    assert Presence.objects.filter(carer=stood_down.carer, starts_at__gt=stood_down.starts_at).exists()


def test_most_of_the_service_raises_nothing(demo):
    assert Child.objects.filter(flags__cleared_at__isnull=True, flags__isnull=False).distinct().count() <= 8


def test_amy_signs_in_logs_a_visit_and_what_it_answers_is_gone(demo, client, monkeypatch):
    """As the README says: some flags clear on the click that logs it, and what others owe does not."""
    monkeypatch.setattr(clock, "now", lambda: AS_OF.astimezone(dt.UTC))
    placement = Placement.objects.get(child__forename="Teya", ended_on=None)
    visit = reverse("placements:visit", args=[placement.pk])
    with transaction.atomic():  # taken back: the tests beside this one look at the demonstration as it was loaded
        hand = Hand(User.objects.get(email="amy@north.example"))
        hand.client = client
        entered = client.post(reverse("core:sign_in"), {"email": hand.user.email, "password": people.PASSWORD})
        assert (entered.status_code, entered.url) == (302, reverse("dashboards:my_work"))
        assert visit in hand.open(entered.url).content.decode()
        before = flagged("Teya")
        hand.open(f"{visit}?from=my-work")
        hand.send(announced="no", manner="in_person", place="At home")
        hand.send(outcome="seen_alone", childs_words="“Are you coming back?”")
        with TestCase.captureOnCommitCallbacks(execute=True):
            hand.send("go=send")
        assert hand.address == entered.url
        assert "Visit recorded" in hand.page.content.decode()
        assert before - flagged("Teya") == {("VIS-07", "social_worker"), ("VIS-08", "unannounced")}
        assert flagged("Teya") <= before
        transaction.set_rollback(True)


def test_it_is_loaded_once(demo):
    assert not load(as_of=AS_OF, say=lambda _: None)
    assert Visit.objects.count() > 200


def test_what_a_director_tried_to_settle_went_outside_and_what_nobody_answers_climbs(demo):
    email = Escalation.objects.get(source="text", level=5)
    assert [step.kind for step in email.steps.exclude(kind__in=("sent", "seen")).order_by("pk")] == [
        "raised", "outside", "answered", "shown", "closed",
    ]  # fmt: skip
    assert Escalation.objects.get(concern__police_reference="ZZ/4502").level > 3
    assert Escalation.objects.open().of_flags().exists()
    assert Escalation.objects.filter(closed_because="accepted").count() == 2
