"""Reading a visit, adding to it and correcting it, without JavaScript."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from children.models import FileRead
from dashboards.state import states, with_what_states_need
from placements.actions import withdraw_visit
from placements.models import Addition, Placement, Visit
from tests.placements.by_hand import Hand
from tests.placements.notes.scene import NOW, address, errors, text


def test_a_visit_says_when_it_was_and_when_it_was_recorded(cast, visit):
    hand = Hand(cast.tom)
    page = hand.open(address("visit_detail", visit))
    for said in (
        "I want to ring my sister.",
        "17 March 2026 at 16:30",
        "Staff rota",
        "Recorded by Amy Sparrow",
        "Recorded late",
    ):
        assert said in text(page)
    read = FileRead.objects.get()
    assert (read.by, read.child) == (cast.tom, visit.placement.child)


def test_a_correction_stands_beside_what_was_first_written(cast, visit):
    hand = Hand(cast.amy)
    hand.open(address("add_to_visit", visit))
    hand.send(kind="addendum", text="She asked about college, too.")
    assert hand.address == address("visit_detail", visit)
    hand.open(address("add_to_visit", visit))
    hand.send(kind="correction", reason="From memory.", text="A carer was in the room.", outcome="seen")
    page = text(hand.page)
    for said in ("Seen, and spoken to alone", "Corrected since: Seen, but not alone", "From memory.", "about college"):
        assert said in page
    assert [a.kind for a in Addition.objects.order_by("pk")] == ["addendum", "correction"]
    visit.refresh_from_db()
    assert visit.outcome == "seen_alone"


BAD_ADDITIONS = [
    ({"text": "More."}, ["Select whether you are adding to it or correcting it"]),
    ({"kind": "addendum"}, ["Enter what you want to say"]),
    ({"kind": "correction", "text": "No."}, ["Enter why it is corrected"]),
    ({"kind": "addendum", "text": "a" * 1_000_000}, ["What you want to say must be 10,000 characters or fewer"]),
]


@pytest.mark.parametrize(("typed", "sentences"), BAD_ADDITIONS)
@pytest.mark.parametrize("note", ["visit", "written"])
def test_an_addition_that_says_too_little_comes_back_with_its_typing(cast, note, typed, sentences, request):
    record = request.getfixturevalue(note)
    hand = Hand(cast.amy if note == "visit" else cast.priya)
    hand.open(address("add_to_visit" if note == "visit" else "add_to_log", record))
    page = hand.send(**typed)
    assert page.status_code == 422
    assert errors(page) == sentences
    assert hand.form().values["text"] == [typed.get("text", "")]
    assert not Addition.objects.exists()


def test_only_the_visitor_is_asked_whether_the_child_was_seen(cast, visit):
    cast.allocate(visit.placement.child, cast.ines, part="iro")
    hand = Hand(cast.ines)
    assert "Was the child seen?" not in text(hand.open(address("add_to_visit", visit)))
    hand.send(kind="correction", reason="Hearsay.", text="I was told she was not.", outcome="not_home")
    assert Addition.objects.get().outcome == ""
    assert "Was the child seen?" in text(Hand(cast.amy).open(address("add_to_visit", visit)))


def test_a_correction_to_the_same_outcome_is_none(cast, visit):
    hand = Hand(cast.amy)
    hand.open(address("add_to_visit", visit))
    page = hand.send(kind="correction", reason="A slip.", text="As it was.", outcome="seen_alone")
    assert errors(page) == ["This is already the outcome on record"]


def test_a_visit_recorded_in_error_stays_and_is_written_again(cast, visit):
    hand = Hand(cast.amy)
    assert address("withdraw_visit", visit) in text(hand.open(address("visit_detail", visit)))
    hand.open(address("withdraw_visit", visit))
    assert errors(hand.send(reason=" ")) == ["Enter why it was recorded in error"]
    hand.send(reason="It was on the 16th.")
    assert hand.address == address("visit_detail", visit)
    for said in ("This was recorded in error", "It was on the 16th.", address("visit", visit.placement)):
        assert said in text(hand.page)
    assert address("withdraw_visit", visit) not in text(hand.page)
    assert not Visit.objects.standing().exists()
    hand.open(address("withdraw_visit", visit))
    assert errors(hand.send(reason="Again.")) == ["It is on record already that this was recorded in error"]
    seen = states(list(with_what_states_need(Placement.objects.all(), as_of=NOW)), user=cast.amy, as_of=NOW)[0].seen
    assert seen.at is None


def test_who_says_that_a_visit_was_recorded_in_error(cast, visit):
    for who in (cast.ben, cast.sal):
        with pytest.raises(PermissionDenied):
            withdraw_visit(visit=visit, reason="It was not so.", by=who, as_of=NOW)
        assert address("withdraw_visit", visit) not in text(Hand(who).open(address("visit_detail", visit)))
    withdraw_visit(visit=visit, reason="Amy has left, and it was of another day.", by=cast.tom, as_of=NOW)


def test_the_database_marks_a_note_once_and_changes_nothing_else_of_it(visit):
    one = Visit.objects.filter(pk=visit.pk)
    for change in ({"visitor": "Somebody"}, {"visitor": "Somebody", "in_error_at": NOW}, {"in_error_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            one.update(**change)
    assert one.update(in_error_at=NOW) == 1
    for change in ({"in_error_at": None}, {"in_error_at": NOW}):
        with pytest.raises(DatabaseError), transaction.atomic():
            one.update(**change)
