"""Who sees the pages of visits and logs, who may write, and how much each asks of the database."""

import pytest

from core.models import Draft
from placements.actions import add_to_visit
from placements.models import Addition, DailyLog, ProviderPost, Visit
from tests.placements.by_hand import Hand
from tests.placements.notes.scene import NOW, TODAY, address, text

PAGES = ["visit", "visit_detail", "add_to_visit", "log", "log_detail", "add_to_log"]
#                 visit detail add  log detail add
ACCESS = {
    "amy": (200, 200, 200, 403, 200, 403),
    "ben": (200, 200, 200, 403, 200, 403),
    "tom": (200, 200, 200, 403, 200, 403),
    "hana": (200, 200, 200, 403, 200, 403),
    "sal": (200, 200, 200, 403, 200, 403),
    "ines": (404, 404, 404, 403, 404, 403),
    "carl": (403, 404, 403, 403, 200, 403),
    "dee": (403, 200, 403, 403, 200, 403),
    "dora": (403, 200, 403, 403, 200, 403),
    "lola": (403, 404, 403, 403, 404, 403),
    "greta": (403, 404, 403, 403, 404, 403),
    "ava": (403, 404, 403, 403, 404, 403),
    "lee": (403, 403, 403, 403, 403, 403),
    "sam": (403, 403, 403, 403, 403, 403),
    "nina": (403, 403, 403, 403, 403, 403),
    "priya": (403, 404, 403, 200, 200, 200),
    "paul": (403, 404, 403, 200, 200, 200),
    "zoe": (404, 404, 404, 403, 404, 403),
    "duncan": (403, 404, 403, 403, 404, 403),
}


@pytest.mark.parametrize("person", ACCESS)
def test_who_sees_which_page(cast, visit, written, placement, person):
    hand = Hand(getattr(cast, person))
    records = [placement, visit, visit, placement, written, written]
    given = tuple(hand.open(address(page, record)).status_code for page, record in zip(PAGES, records, strict=True))
    assert given == ACCESS[person]


@pytest.mark.parametrize("person", ["zoe", "ines", "priya", "carl", "amy"])
def test_nothing_is_written_by_a_post_from_where_it_may_not_come(cast, visit, written, placement, person):
    hand = Hand(getattr(cast, person))
    forbidden = ["log", "add_to_log"] + ([] if person == "amy" else ["visit", "add_to_visit"])
    if person == "priya":
        forbidden = ["visit", "add_to_visit"]
    for page in forbidden:
        record = {"visit": placement, "add_to_visit": visit, "log": placement, "add_to_log": written}[page]
        values = {"kind": "addendum", "text": "x", "outcome": "seen_alone", "go": "send"}
        assert hand.client.post(address(page, record), values).status_code in (403, 404)
    assert (Visit.objects.count(), DailyLog.objects.count(), Addition.objects.count(), Draft.objects.count()) == (
        1,
        1,
        0,
        0,
    )


def test_after_the_placement_ends_its_provider_finds_nothing(cast, written, placement):
    hand = Hand(cast.priya)
    assert hand.open(address("log", placement)).status_code == 200
    placement.ended_on = TODAY
    placement.save()
    for page, record in (("log", placement), ("log_detail", written), ("add_to_log", written)):
        assert hand.open(address(page, record)).status_code == 404
    assert Hand(cast.amy).open(address("log_detail", written)).status_code == 200


def test_a_log_sent_after_the_placement_ended_is_handed_back_to_its_writer_alone(cast, placement):
    hand, esi = Hand(cast.priya), Hand(cast._at_provider("esi", "Esi Petrel", "shift_leader"))
    ProviderPost.objects.filter(person=esi.user).delete()
    hand.open(address("log", placement))
    placement.ended_on = TODAY
    placement.save()
    page = hand.send(how_she_was="Calm at breakfast.", day="School.")
    assert page.status_code == 409
    assert "This placement has ended" in text(page)
    assert "Calm at breakfast." in text(page)
    assert placement.child.called not in text(page)
    for nobody in (esi, Hand(cast.amy)):
        assert nobody.client.post(address("log", placement), {"how_she_was": "x"}).status_code in (403, 404)
    assert not DailyLog.objects.exists()


def test_what_was_added_to_a_visit_is_not_shown_to_a_provider(cast, visit, written):
    add_to_visit(visit=visit, kind="addendum", text="She told me in confidence.", by=cast.amy, as_of=NOW)
    assert "in confidence" not in text(Hand(cast.priya).open(address("log_detail", written)))
    assert not Addition.for_user(cast.priya).exists()


def test_queries(cast, visit, written, placement, django_assert_max_num_queries):
    for number in range(5):
        add_to_visit(visit=visit, kind="addendum", text=f"More, {number}.", by=cast.amy, as_of=NOW)
    amy, priya = Hand(cast.amy), Hand(cast.priya)
    for hand, page, record, queries in (
        (amy, "visit", placement, 5),
        (amy, "visit_detail", visit, 12),
        (amy, "add_to_visit", visit, 5),
        (priya, "log", placement, 9),
        (priya, "log_detail", written, 12),
        (priya, "add_to_log", written, 5),
    ):
        hand.open(address(page, record))  # the first page of a session also writes down that it began
        with django_assert_max_num_queries(queries):
            assert hand.open(address(page, record)).status_code == 200
