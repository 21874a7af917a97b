"""Escalations of concerns, actions and decisions: what the record keeps of them, and to whom they never come."""

from core.models import Refusal
from escalations.actions import ladder as acts
from escalations.models import ConflictOfInterest, Escalation
from escalations.sweep import climb, touched
from governance.actions import concerns
from tests.cast import at
from tests.escalations.climbing import DAY, MONDAY, answers, conduct, empties, is_found, raises, trail


def test_a_guardians_concern_is_an_escalation_by_itself_for_five_working_days(
    cast, child, django_capture_on_commit_callbacks
):
    cast.allocate(child, cast.greta, part="partner")
    with django_capture_on_commit_callbacks(execute=True):
        concern = concerns.raise_concern(
            child=child, category="placement", what="Not the right place.", by=cast.greta, as_of=at(MONDAY, 10)
        )
    made = Escalation.objects.get()
    assert (made.owner, made.raised_by, made.automatic) == (cast.tom, cast.greta, True)
    assert made.last_day == MONDAY + 7 * DAY
    climb(as_of=at(MONDAY, 11))
    assert Escalation.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):  # answered once, and not twice
        concerns.answer(concern=concern, text="We look for another home from today.", by=cast.tom, as_of=at(MONDAY, 12))
    made.refresh_from_db()
    assert made.is_answered
    assert concern.steps.filter(kind="replied").count() == 1


def test_an_answer_on_the_concern_that_is_none_is_refused_once(cast, child, django_capture_on_commit_callbacks):
    cast.allocate(child, cast.greta, part="partner")
    made = {"child": child, "category": "placement", "what": "Not the right place."}
    with django_capture_on_commit_callbacks(execute=True):
        concern = concerns.raise_concern(by=cast.greta, as_of=at(MONDAY, 10), **made)
    for hour, text in ((12, "This is known to us."), (13, ""), (14, "We look for another home from today.")):
        with django_capture_on_commit_callbacks(execute=True):  # anything written about the child, an answer or not
            if text:
                concerns.answer(concern=concern, text=text, by=cast.tom, as_of=at(MONDAY, hour))
            else:
                concerns.raise_concern(by=cast.greta, as_of=at(MONDAY, hour), **made)
        assert Refusal.objects.count() == 1
    assert Escalation.objects.get(concern=concern).is_answered == (text != "")


def test_whoever_raised_it_rejects_an_answer_also_when_the_concern_is_not_theirs_any_more(cast, child):
    concern = concerns.raise_concern(child=child, category="care", what="Alone.", by=cast.tom, as_of=at(MONDAY, 9))
    made = raises(cast.amy, concern=concern, to=cast.hana)
    answers(made, cast.hana, at(MONDAY, 12))
    cast.amy.team = None
    cast.amy.save()
    child.allocations.all().delete()
    acts.reject(escalation=made, why="Which manager?", by=cast.amy, as_of=at(MONDAY, 13))
    assert (trail(made)[-1], concern.steps.filter(kind="escalated").count()) == (("climbed", 4, "Dee"), 1)


def test_the_concern_keeps_what_was_escalated_and_answered_and_whoever_has_it_reads_it(cast, child):
    concern = concerns.raise_concern(
        child=child, category="care", what="Alone all day.", by=cast.amy, as_of=at(MONDAY, 9)
    )
    made = raises(cast.amy, concern=concern, what="Alone all day.", to=cast.dee)
    assert concern in type(concern).for_user(cast.dee).in_ledger_of(cast.dee)
    sent = concern.steps.get(kind="escalated")
    assert (sent.recipient, sent.due_on) == (cast.dee, MONDAY + 7 * DAY)
    answers(made, cast.dee, at(MONDAY, 12), text="She moves on Monday.")
    assert concern.steps.get(kind="replied").in_reply_to == sent
    acts.reject(escalation=made, why="Which Monday?", by=cast.amy, as_of=at(MONDAY, 13))
    assert concern.steps.filter(kind="escalated").count() == 2
    answers(made, cast.nina, at(MONDAY, 14), text="The 14th.")  # the scrutineer opens no concern
    assert concern.steps.filter(kind="replied").count() == 2
    assert not type(concern).for_user(cast.nina).exists()


def test_the_decision_of_a_concern_is_not_answered_by_whoever_decided(cast, child):
    concern = concerns.raise_concern(child=child, category="care", what="Alone.", by=cast.amy, as_of=at(MONDAY, 9))
    concerns.triage(concern=concern, decision="no_further", reasons="It was once.", by=cast.tom, as_of=at(MONDAY, 10))
    made = raises(cast.amy, concern=concern, to=cast.tom)
    assert made.owner == cast.hana
    assert list(made.conflicts.values_list("user", "why")) == [(cast.tom.pk, "decided")]


def test_a_concern_about_somebodys_conduct_never_comes_to_them(cast, child):
    """By the account chosen, the name typed, or the account of the carer it was found to be; and half a name is nobody’s."""
    chosen = raises(cast.amy, concern=conduct(cast, child, cast.amy, colleague=cast.tom), to=cast.tom)
    assert chosen.owner == cast.hana
    assert raises(cast.amy, concern=conduct(cast, child, cast.amy, named="Heron, Tom"), to=cast.tom).owner == cast.hana
    named = raises(cast.amy, concern=conduct(cast, child, cast.amy, named="Her manager, TOM HERON"), to=cast.tom)
    assert named.owner == cast.hana
    assert list(named.conflicts.values_list("user", "why")) == [(cast.tom.pk, "subject")]
    assert raises(cast.amy, concern=conduct(cast, child, cast.amy, found=cast.hana), to=cast.hana).owner == cast.sal
    assert raises(cast.amy, concern=conduct(cast, child, cast.amy, named="Tom, I think"), to=cast.tom).owner == cast.tom
    assert [Escalation.for_user(user).filter(pk=named.pk).exists() for user in (cast.tom, cast.hana)] == [False, True]
    shown = [ConflictOfInterest.for_user(user).filter(escalation=named).count() for user in (cast.tom, cast.hana)]
    assert shown == [0, 1]  # whose conduct it is about is told to those who may know, and never to him


def test_a_guardians_concern_about_somebodys_conduct_never_comes_to_them(
    cast, child, django_capture_on_commit_callbacks
):
    cast.allocate(child, cast.greta, part="partner")
    with django_capture_on_commit_callbacks(execute=True):
        conduct(cast, child, cast.greta, named="Tom Heron, the team’s manager")
    assert Escalation.objects.get().owner == cast.hana


def test_whose_conduct_it_is_about_may_be_found_out_later(cast, child):
    concern = conduct(cast, child, cast.amy, named="A man on nights")
    made = raises(cast.amy, concern=concern, to=cast.tom)
    is_found(cast, concern, cast.tom)
    touched(subjects=[("child", child.pk)], as_of=at(MONDAY, 11))
    assert trail(made)[-2:] == [("conflict", 2, "Tom"), ("reassigned", 3, "Hana")]
    empties(cast.ben, cast.tom, cast.sal, cast.dee, cast.dora, cast.nina, cast.sam)
    is_found(cast, concern, cast.hana)
    climb(as_of=at(MONDAY, 13))
    assert (trail(made)[-1][2], made.conflicts.count()) == ("Hana", 1)  # nobody else is left: tried at each sweep
    cast.dee.is_active = True
    cast.dee.save()
    climb(as_of=at(MONDAY, 14))
    assert (trail(made)[-1][2], made.conflicts.count()) == ("Dee", 2)
