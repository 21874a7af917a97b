"""Reading a visit, adding to it and correcting it, without JavaScript."""

import pytest

from children.models import FileRead
from placements.models import Addition
from tests.placements.by_hand import Hand
from tests.placements.notes.scene import address, errors, text


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
