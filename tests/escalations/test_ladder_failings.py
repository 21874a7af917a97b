"""The review’s failings of escalation, lived through by the product’s own actions: each prevented, or carried on by itself."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children.actions import record_decision
from core.errors import Invalid, Refused
from core.models import OutboxMessage, Refusal
from escalations.actions import ladder as acts
from escalations.actions.raising import raise_escalation
from escalations.models import Escalation
from governance.actions import commissioning, concerns
from governance.models import Concern
from oversight.sweep import sweep
from tests.cast import at
from tests.staffing.placement_one import DAY, PlacementOne
from tests.told_once import told_once

TUESDAY = dt.date(2021, 11, 2)


class Life(PlacementOne):
    def __init__(self, cast):
        super().__init__(cast)
        self.pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
        for partner in (self.pete, cast.greta):
            cast.allocate(self.child, partner, part="partner")
        cast.allocate(self.child, cast.ines, part="iro")

    def raises(self, by, as_of, category="care", **fields):
        fields = {"what": "She was left alone all day."} | fields
        return self.act(concerns.raise_concern, by, as_of, child=self.child, category=category, **fields)

    def escalates(self, by, as_of, **fields):
        fields = {"what": "She is not safe there."} | fields
        if not {"concern", "decision", "task", "flag"} & set(fields):
            fields["child"] = self.child
        return self.act(raise_escalation, by, as_of, **fields)

    def climbs(self, escalation, as_of):
        """Who had it, one after another, after the sweeps up to an instant."""
        sweep(as_of=as_of)
        escalation.refresh_from_db()
        moves = escalation.steps.exclude(
            kind__in=("sent", "seen", "shown", "answered", "rejected", "conflict", "joined")
        )
        return [step.owner.name.split()[0] for step in moves.order_by("pk")]


@told_once
def life(cast):
    return Life(cast)


@pytest.mark.failing("F55")
def test_worry_that_moves_nobody_reaches_the_director_and_then_the_scrutineer_by_itself(life):
    """Many professionals were worried, each told somebody, and nobody moved her: what stands unanswered goes up."""
    for partner, hour in ((life.pete, 9), (life.cast.greta, 10), (life.cast.ines, 11)):
        life.raises(partner, at(TUESDAY, hour))
    sweep(as_of=at(TUESDAY + 21 * DAY, 9))
    sweep(as_of=at(TUESDAY + 60 * DAY, 9))
    made = Escalation.objects.of_flags().get()  # of everything nobody answered at that placement, one
    assert made.flags.count() > 3
    assert (made.level, made.owner) == (5, life.cast.nina)
    guardians = Escalation.objects.get(concern__raiser="guardian")
    assert guardians.owner == life.cast.nina
    assert {step.owner for step in guardians.steps.filter(kind="climbed")} >= {life.cast.hana, life.cast.dee}


@pytest.mark.failing("F88")
def test_an_email_to_a_director_is_formal_because_its_sender_says_so(life):
    cast = life.cast
    made = life.escalates(cast.amy, at(TUESDAY, 9), what="I wrote to the director: please move her.", to=cast.dee)
    assert (made.owner, made.last_day) == (cast.dee, dt.date(2021, 11, 9))  # five working days for a director
    assert OutboxMessage.objects.filter(to=cast.dee, key__startswith=f"escalation-{made.pk}-").exists()
    with pytest.raises(Refused, match="answers nothing"):
        life.act(acts.answer, cast.dee, at(TUESDAY, 12), escalation=made, text="This is known to us.")
    made.refresh_from_db()
    assert made.owner == cast.nina  # the director tried to settle it with that
    other = life.escalates(cast.amy, at(TUESDAY, 9), what="And she has no school.", to=cast.dee)
    assert life.climbs(other, at(dt.date(2021, 11, 10), 0)) == ["Dee", "Nina"]  # said nothing for five days


@pytest.mark.failing("F90")
def test_it_never_goes_to_a_director_who_is_in_the_decision(life):
    cast = life.cast
    decided = life.act(
        record_decision, cast.amy, at(TUESDAY, 9), child=life.child, decided_on=TUESDAY, kind="funding", what="Eight more weeks.",
        why="There is nothing else.", decider=cast.dee,
    )  # fmt: skip
    made = life.escalates(cast.amy, at(TUESDAY, 10), decision=decided)
    assert made.owner == cast.nina  # above every director: Dee decided
    with pytest.raises(Refused, match="took the decision") as refusal:
        life.act(acts.answer, cast.dee, at(TUESDAY, 11), escalation=made, text="I have looked at it, and it stays.")
    assert refusal.value.code == "ESC-05-SELF"
    about_her = life.escalates(cast.amy, at(TUESDAY, 12), about=[cast.dee], what="The director decides about her days.")
    assert life.climbs(about_her, at(TUESDAY + 15 * DAY)) == ["Tom", "Hana", "Dora"]  # Dee is passed over


@pytest.mark.failing("F94")
def test_the_police_escalate_themselves_and_already_known_is_no_answer(life):
    concern = life.raises(life.pete, at(TUESDAY, 9), category="safety", risk="high", police_reference="ZZ/1")
    made = life.escalates(life.pete, at(TUESDAY, 9), concern=concern, what="Nothing has changed since the last notice.")
    assert made.owner == life.cast.hana  # above the manager whose concern it is
    with pytest.raises(Refused, match="already known to directors”"):
        life.act(acts.answer, life.cast.hana, at(TUESDAY, 10), escalation=made, text="Directors are aware of this.")
    life.act(acts.answer, life.cast.hana, at(TUESDAY, 11), escalation=made, text="A strategy discussion at two.")
    life.act(acts.open_escalation, life.pete, at(TUESDAY, 12), escalation=made)
    assert made.shown_at == at(TUESDAY, 12)
    assert Refusal.objects.filter(code="ESC-05-REASON").count() == 1


@pytest.mark.failing("F95")
def test_what_goes_round_inside_goes_to_the_partnership(life):
    made = life.escalates(life.cast.hana, at(TUESDAY, 9))
    life.act(acts.pass_back, life.cast.dee, at(TUESDAY, 10), escalation=made, to=life.cast.tom, why="For the team.")
    assert (made.level, made.owner) == (2, life.cast.tom)
    assert life.climbs(made, at(TUESDAY + 4 * DAY))[-1] == "Sal"  # back up, past Hana, who raised it
    life.act(acts.pass_back, life.cast.sal, at(TUESDAY + 4 * DAY, 13), escalation=made, to=life.cast.tom, why="Again.")
    assert (made.level, made.owner) == (5, life.cast.nina)


@pytest.mark.failing("F96")
def test_an_executive_cannot_refer_it_back_to_the_directors_it_is_about(life):
    cast = life.cast
    made = life.escalates(cast.hana, at(TUESDAY, 9), about=[cast.dee], what="The director decides day by day.")
    assert made.owner == cast.dora
    with pytest.raises(Invalid, match="from the list"):
        life.act(acts.pass_back, cast.dora, at(TUESDAY, 10), escalation=made, to=cast.dee, why="For the director.")
    life.act(acts.pass_back, cast.dora, at(TUESDAY, 10), escalation=made, to=cast.sal, why="For safeguarding.")
    life.act(acts.pass_back, cast.sal, at(TUESDAY, 11), escalation=made, to=cast.tom, why="For the team.")
    assert [step.owner for step in made.steps.filter(kind="outside")] == [cast.nina]


@pytest.mark.failing("F99")
def test_a_guardians_concern_and_what_the_court_directed_are_followed_until_they_are_done(life):
    cast = life.cast
    concern = life.raises(cast.greta, at(TUESDAY, 9), category="placement", what="It is not the right place.")
    made = Escalation.objects.get(concern=concern)
    assert (made.raised_by, made.owner, made.last_day) == (cast.greta, cast.tom, dt.date(2021, 11, 9))
    assert life.climbs(made, at(dt.date(2021, 11, 10), 0)) == ["Tom", "Hana"]
    task = life.act(
        commissioning.add_court_task, cast.amy, at(TUESDAY, 10), child=life.child, kind="direction", what="A report on other homes.",
        source="Order of 2 November", made_on=TUESDAY, due_on=TUESDAY + 3 * DAY, owner=cast.amy,
    )  # fmt: skip
    sweep(as_of=at(dt.date(2021, 11, 8)))
    sweep(as_of=at(dt.date(2021, 11, 20)))
    late = Escalation.objects.of_flags().get()
    assert "LEG-07" in {row.flag.rule.removesuffix("L") for row in late.flags.all()}
    life.act(
        commissioning.finish_court_task,
        cast.amy,
        at(dt.date(2021, 11, 20), 13),
        task=task,
        done_on=dt.date(2021, 11, 20),
        evidence="Filed.",
    )
    sweep(as_of=at(dt.date(2021, 11, 20), 14))
    assert not late.flags.filter(flag__rule__startswith="LEG-07", flag__cleared_at=None).exists()


@pytest.mark.trap("9")
class TestAnExecutiveAndTheirOwnDecision:
    def settles(self, life, made, by, as_of, reason="done", text="I have looked at it again."):
        life.act(acts.close, by, as_of, escalation=made, reason=reason, text=text)

    @pytest.mark.parametrize("who", ["dee", "dora"])
    def test_to_close_it_is_refused_and_it_goes_to_the_scrutineer(self, life, who):
        cast = life.cast
        executive = getattr(cast, who)
        made = life.escalates(cast.amy, at(TUESDAY, 9), about=[executive])
        with pytest.raises(Refused, match="may not answer or close it"):
            self.settles(life, made, executive, at(TUESDAY, 10))
        made.refresh_from_db()
        assert (made.owner, made.level, made.is_open) == (cast.nina, 5, True)
        kept = Refusal.objects.get()
        assert (kept.code, kept.by) == ("ESC-05-SELF", executive)
        assert made.steps.get(kind="outside").text.startswith(executive.name)
        with pytest.raises(Refused):
            self.settles(life, made, executive, at(TUESDAY, 11))
        assert made.steps.filter(kind="outside").count() == 1

    def test_already_known_is_refused_and_it_goes_to_the_scrutineer(self, life, client):
        """Through the page, whose form and refusal stand or fall together."""
        cast = life.cast
        made = life.escalates(cast.amy, at(TUESDAY, 9), to=cast.dora)
        life.act(acts.answer, cast.dora, at(TUESDAY, 10), escalation=made, text="I look into it this week.")
        life.act(acts.open_escalation, cast.amy, at(TUESDAY, 11), escalation=made)
        client.force_login(cast.dora)
        sent = {"reason": "known", "text": "Directors have it in hand.", "once": "5f4dcc3b-5aa7-45d6-9d83-27deb882cf99"}
        response = client.post(reverse("escalations:close", args=[made.pk]), sent)
        assert response.status_code == 422
        assert "answers nothing" in response.content.decode()
        made.refresh_from_db()
        assert (made.owner, made.is_open) == (cast.nina, True)
        assert Refusal.objects.get().code == "ESC-05-REASON"


def test_whoever_may_only_raise_answers_and_closes_nothing(life):
    made = life.escalates(life.pete, at(TUESDAY, 9))
    for act, fields in ((acts.answer, {"text": "I answer."}), (acts.close, {"reason": "done", "text": "Done."})):
        with pytest.raises(PermissionDenied):
            life.act(act, life.pete, at(TUESDAY, 10), escalation=made, **fields)
    assert Concern.for_user(life.pete).count() == 0
