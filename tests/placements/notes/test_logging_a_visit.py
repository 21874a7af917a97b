"""Logging a visit: done by hand as a person would, without JavaScript."""

import datetime as dt
import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from core.access import ROLES, Permission
from core.models import Draft
from placements.actions import record_visit, write_log
from placements.actions.notes import OWN_CAPACITY
from placements.models import DailyLog, Visit
from tests.cast import Cast, at
from tests.placements.by_hand import Hand
from tests.placements.notes.scene import NOW, START, STEP_1, TODAY, WORDS, address, at_step_2, errors, text


def test_a_visit_is_logged_in_three_steps(cast, placement):
    hand = Hand(cast.amy)
    page = hand.open(address("visit", placement))
    assert "Step 1 of 3" in text(page)
    hand.send(**(STEP_1 | {"place": "elsewhere", "place_other": "In the park"}))
    hand.send(outcome="seen", why_not_seen="Staff stayed in the room.", childs_words=WORDS, checked=["rota", "logs"])
    page = hand.page
    assert "Step 3 of 3" in text(page)
    for answer in (
        "In the park",
        "Staff stayed in the room.",
        "Staff rota, Daily logs",
        "Amy Sparrow",
        "20 March 2026",
    ):
        assert answer in text(page)
    assert not Visit.objects.exists(), "nothing is on the record before it is sent"
    hand.send("go=send")
    assert hand.address == reverse("dashboards:placement", args=[placement.pk])
    assert "Visit recorded" in text(hand.page)
    visit = Visit.objects.get()
    assert (visit.placement, visit.recorded_by, visit.visitor) == (placement, cast.amy, "Amy Sparrow")
    assert (visit.occurred_at, visit.place, visit.announced) == (NOW, "In the park", False)
    assert (visit.outcome, visit.checked) == ("seen", ["rota", "logs"])
    assert visit.childs_words == WORDS
    assert not Draft.objects.exists()


def test_it_returns_to_the_work_list_it_was_begun_from(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement)
    hand.open(address("visit", placement, **{"from": "my-work"}))
    hand.send(**(STEP_1 | {"announced": "yes"}))
    hand.send(outcome="seen_alone")
    hand.send("go=send")
    assert hand.address == reverse("dashboards:my_work")


def test_a_guardians_visit_is_recorded_for_her_and_does_not_claim_to_count(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement, capacity="guardian", visitor="Greta Siskin")
    page = hand.send(outcome="seen_alone")
    assert "only visits by the authority’s own people count" in text(page)
    hand.send("go=send")
    assert (Visit.objects.get().visitor, Visit.objects.get().capacity) == ("Greta Siskin", "guardian")


def test_where_the_child_is_at_high_risk_it_says_what_a_refused_visit_does_not_count_for(cast, placement):
    seen, inspected = "the child was not seen", "neither the premises, the rota nor the logs were inspected"
    said = text(at_step_2(Hand(cast.amy), placement).send(outcome="refused", why_not_seen="Would not."))
    assert "Step 3 of 3" in said
    assert (seen in said, inspected in said) == (False, False)  # the statutory visits alone are due here
    cast.dol_order(placement.child, START)
    hand = at_step_2(Hand(cast.amy), placement)
    for checked, counts in (["rota"], True), (["medicines"], False):
        said = text(hand.send(outcome="refused", why_not_seen="Would not.", checked=checked))
        assert (seen in said, inspected in said) == (True, not counts)
        hand.send("go=back")


def test_the_way_back_keeps_what_was_typed(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement)
    hand.send("go=back", childs_words=WORDS)
    assert hand.page.context["step"] == 1
    assert hand.form().values["announced"] == ["no"]
    hand.send(**(STEP_1 | {"announced": "yes"}))
    assert hand.form().values["childs_words"] == [WORDS]
    assert errors(hand.page) == [], "what is half typed is not complained of"
    hand.send(outcome="seen_alone")
    hand.send("go=send")
    assert Visit.objects.get().announced is True


def test_a_box_unticked_on_the_way_back_stays_unticked(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement)
    hand.send(outcome="seen_alone", checked=["rota", "logs"])
    hand.send("go=back")
    hand.send(checked=[])
    hand.send("go=send")
    assert Visit.objects.get().checked == []


def test_a_draft_waits_until_she_is_back_on_any_machine(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement)
    hand.send("go=save", childs_words=WORDS)
    assert "Draft saved" in text(hand.page)
    hand.client.logout()
    again = Hand(cast.amy)
    assert "This is your draft" in text(again.open(address("visit", placement)))
    assert again.form().values["announced"] == ["no"]
    again.send()
    assert again.form().values["childs_words"] == [WORDS]
    assert not Visit.objects.exists()


def test_a_form_sent_after_the_session_ended_is_kept(cast, placement, monkeypatch):
    hand = at_step_2(Hand(cast.amy), placement)
    later = NOW + dt.timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    hand.send(outcome="seen_alone", childs_words=WORDS)
    assert not Visit.objects.exists()
    again = Hand(cast.amy)
    again.open(address("visit", placement, step=2))
    assert again.form().values["childs_words"] == [WORDS]
    assert again.form().values["outcome"] == ["seen_alone"]
    again.send()
    again.send("go=send")
    assert Visit.objects.get().occurred_at == NOW


def test_what_the_script_saves_while_typing_is_the_whole_visit(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement)
    form = hand.form()
    saved = hand.client.post(hand.page.context["draft_url"], form.values | {"childs_words": ["My words"]})
    assert saved.status_code == 200
    again = Hand(cast.amy)
    again.open(address("visit", placement))
    assert again.form().values["announced"] == ["no"]
    again.send()
    assert again.form().values["childs_words"] == ["My words"]


def test_a_draft_is_of_one_person_and_one_placement(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement, place="elsewhere", place_other="In the park")
    hand.send("go=save", childs_words=WORDS)
    sister = cast.placement(cast.child(forename="Wren"), START, home=cast.home())
    for person, place in ((cast.amy, sister), (cast.ben, placement)):
        other = Hand(person)
        assert "In the park" not in text(other.open(address("visit", place)))
        other.send(**(STEP_1 | {"announced": "yes"}))
        assert WORDS not in text(other.page)


def test_a_draft_can_be_deleted(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement, place="elsewhere", place_other="In the park")
    hand.open(address("visit", placement))
    hand.send("go=discard")
    assert "In the park" not in text(hand.page)
    assert not Draft.objects.exists()


def test_nobody_can_begin_at_the_end(cast, placement):
    hand = Hand(cast.amy)
    for step in (2, 3):
        assert hand.client.get(address("visit", placement, step=step))["Location"] == address(
            "visit", placement, step=1
        )
    hand.open(address("visit", placement, step="nonsense"))
    assert hand.page.context["step"] == 1
    hand.page = hand.client.post(address("visit", placement, step=3), {"outcome": "seen_alone"})
    assert (hand.page.status_code, hand.page.context["step"]) == (422, 1)
    assert not Visit.objects.exists()


def test_nothing_that_makes_a_visit_count_is_chosen_beforehand(cast, placement):
    """By telephone is as near as in person: whoever does not say which is asked."""
    hand = Hand(cast.amy)
    hand.open(address("visit", placement))
    chosen = hand.form().values
    assert not {name for name in ("manner", "announced", "place") if any(chosen.get(name, []))}
    assert errors(hand.send(announced="no")) == ["Select how you visited", "Select where the visit was"]


BAD_STEP_1 = [
    ({"occurred_at_time": "15:01"}, "The visit cannot be in the future"),
    ({"occurred_at_month": "2"}, "The visit cannot be before 2 March 2026, when this placement started"),
    ({"occurred_at_day": "31", "occurred_at_month": "2"}, "Date and time of the visit must be a real date"),
    ({"occurred_at_time": "half past"}, "Date and time of the visit must have a time of day, like 14:30"),
    (
        {"occurred_at_day": "", "occurred_at_month": "", "occurred_at_year": "", "occurred_at_time": ""},
        "Enter the date and time of the visit",
    ),
    ({"announced": []}, "Select whether the visit was announced"),
    ({"manner": []}, "Select how you visited"),
    ({"place": []}, "Select where the visit was"),
    ({"place": "elsewhere"}, "Enter where the visit was"),
    ({"place": "elsewhere", "place_other": "x" * 201}, "Where the visit was must be 200 characters or fewer"),
    ({"capacity": "team_manager"}, "Select who visited from the list"),
    ({"capacity": "guardian"}, "Enter the name of the person who visited"),
    ({"visitor": "Somebody Else"}, "Leave this empty for your own visit, or select who visited"),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD_STEP_1)
def test_what_cannot_be_so_is_said_on_the_first_step(cast, placement, changes, sentence):
    hand = Hand(cast.amy)
    hand.open(address("visit", placement))
    page = hand.send(**(STEP_1 | changes))
    assert (page.status_code, page.context["step"]) == (422, 1)
    assert errors(page) == [sentence]
    assert text(page).startswith("<!DOCTYPE html>")
    assert "<title>Error: " in text(page)
    kept, drafted = hand.form().values, Draft.objects.get().data
    for name, value in changes.items():
        if value and name != "capacity":
            assert kept[name] == drafted[name] == [value]
    assert not Visit.objects.exists()


BAD_STEP_2 = [
    ({}, {}, "Select whether Robin was seen"),
    ({}, {"outcome": "seen"}, "Enter why Robin was not seen alone"),
    ({}, {"outcome": "not_home"}, "Enter why Robin was not seen"),
    (
        {"manner": "phone"},
        {"outcome": "refused", "why_not_seen": "She hung up."},
        "A refusal face to face needs a visit in person. Select “Not there, or not met”, or change how the "
        "visit was made",
    ),
    (
        {},
        {"outcome": "seen_alone", "seen_there": "é " * 500_000},
        "What you saw and heard must be 10,000 characters or fewer",
    ),
    ({}, {"outcome": "seen_alone", "checked": ["cellar"]}, "Select what you inspected from the list"),
]


@pytest.mark.parametrize(("first", "typed", "sentence"), BAD_STEP_2)
def test_what_cannot_be_so_is_said_on_the_second_step(cast, placement, first, typed, sentence):
    hand = at_step_2(Hand(cast.amy), placement, **first)
    page = hand.send(childs_words=WORDS, **typed)
    assert (page.status_code, page.context["step"]) == (422, 2)
    assert errors(page) == [sentence]
    kept = hand.form().values
    assert kept["childs_words"] == [WORDS]
    for name, value in typed.items():
        if name != "checked":
            assert kept[name][0].strip() == value.strip()
    assert not Visit.objects.exists()


def test_a_placement_that_ended_while_she_typed_is_said_where_it_can_be_mended(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement)
    hand.send(outcome="seen_alone", childs_words=WORDS)
    placement.ended_on = dt.date(2026, 3, 18)
    placement.save()
    page = hand.send("go=send")
    assert (page.status_code, page.context["step"]) == (422, 1)
    assert errors(page) == ["The visit cannot be after 18 March 2026, when this placement ended"]
    hand.send(occurred_at_day="17")
    hand.send()
    hand.send("go=send")
    assert Visit.objects.get().childs_words == WORDS


def test_sent_twice_it_is_one_visit(cast, placement):
    hand = at_step_2(Hand(cast.amy), placement)
    hand.send(outcome="seen_alone")
    values, action = hand.form().values, hand.form().action
    for _ in range(2):
        assert hand.client.post(action, values | {"go": ["send"]}).status_code == 302
    assert Visit.objects.count() == 1
    assert not Draft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_the_same_moment_it_is_one_visit_and_one_log():
    cast = Cast()
    placement = cast.placement(cast.child(), START, home=cast.home())
    submission, made, ready = uuid4(), [], threading.Barrier(2)
    by = {"visit": cast.amy, "log": cast.priya}

    def send(what):
        try:
            ready.wait(10)
            if what == "visit":
                made.append(
                    record_visit(
                        placement=placement,
                        occurred_at=NOW,
                        manner="in_person",
                        outcome="seen_alone",
                        announced=True,
                        capacity="social_worker",
                        place="Where she lives",
                        submission=submission,
                        by=by[what],
                        as_of=NOW,
                    ).pk
                )
            else:
                made.append(
                    write_log(
                        placement=placement,
                        covers_from=at(TODAY, 0),
                        covers_until=NOW,
                        occurred_at=NOW,
                        how_she_was="Well.",
                        day="School.",
                        submission=submission,
                        by=by[what],
                        as_of=NOW,
                    ).pk
                )
        finally:
            connection.close()

    for what, model in (("visit", Visit), ("log", DailyLog)):
        made.clear()
        threads = [threading.Thread(target=send, args=[what]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert made == [model.objects.get().pk] * 2


def test_everyone_who_may_record_a_visit_has_a_capacity_of_her_own():
    may = {role for role, rights in ROLES.items() if Permission.RECORD_VISIT in rights.may}
    assert may == set(OWN_CAPACITY)
