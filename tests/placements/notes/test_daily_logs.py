"""Writing a daily log, reading it and adding to it, without JavaScript."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children.models import FileRead
from core.errors import Conflict
from core.models import Draft
from placements.actions import withdraw_log
from placements.log_calendar import log_days
from placements.models import DailyLog
from tests.cast import at
from tests.placements.by_hand import Hand
from tests.placements.notes.scene import NOW, TODAY, WORDS, address, errors, log_of, text


def test_a_log_is_written_on_one_page(cast, written, placement):
    hand = Hand(cast.priya)
    page = hand.open(address("log", placement))
    assert "Today so far, Friday 20 March" in text(page)
    assert "From 20:00 on Thursday to now" in text(page)
    day = offered(page)[0]
    hand.send(covers_from=day, how_she_was="Cheerful.", day="School, then cooking.", on_duty="Priya and Noor")
    assert hand.address == reverse("dashboards:placement", args=[placement.pk])
    assert "Log written" in text(hand.page)
    entry = DailyLog.objects.exclude(pk=written.pk).get()
    assert (entry.covers_from, entry.covers_until) == (written.covers_until, NOW)
    assert (entry.author, entry.late, entry.occurred_at) == (cast.priya, False, NOW)
    assert not Draft.objects.exists()


def offered(page) -> list[str]:
    return [value for value, _ in page.context["form"].fields["covers_from"].choices]


def test_one_stretch_is_chosen_already_and_several_are_not(cast, placement):
    hand = Hand(cast.priya)
    hand.open(address("log", placement))
    assert "covers_from" not in hand.form().values
    log_of(placement, cast.priya, at(TODAY, 0), at(TODAY, 9))
    for day in range(2, 20):
        log_of(placement, cast.priya, at(dt.date(2026, 3, day), 0), at(dt.date(2026, 3, day + 1), 0))
    hand.open(address("log", placement))
    assert hand.form().values["covers_from"] == offered(hand.page)
    assert "From 09:00 to now" in text(hand.page)


def test_older_days_without_a_log_are_reached_from_a_link(cast, placement):
    hand = Hand(cast.priya)
    page = hand.open(address("log", placement))
    assert len(offered(page)) == 7
    assert "?day=2026-03-05" in text(page)
    page = hand.open(address("log", placement, day="2026-03-05"))
    (chosen,) = hand.form().values["covers_from"]
    hand.send(covers_from=chosen, how_she_was="Settled.", day="Walk.")
    entry = DailyLog.objects.get()
    assert (entry.covers_from, entry.covers_until) == (at(dt.date(2026, 3, 5), 0), at(dt.date(2026, 3, 6), 0))
    assert entry.late


def test_a_log_first_written_on_paper_says_so(cast, written, placement):
    hand = Hand(cast.priya)
    hand.open(address("log", placement))
    paper = {"occurred_at_day": "20", "occurred_at_month": "3", "occurred_at_year": "2026", "occurred_at_time": "13:10"}
    hand.send(covers_from=offered(hand.page)[0], how_she_was="Well.", day="School.", written="earlier", **paper)
    entry = DailyLog.objects.exclude(pk=written.pk).get()
    assert entry.occurred_at == at(TODAY, 13, 10)
    page = hand.open(address("log_detail", entry))
    assert "(as its author says), saved here on" in text(page)


BAD_LOGS = [
    ({"covers_from": "nonsense"}, ["Select which day the log is for"]),
    ({"covers_from": "2026-03-20T00:00:00/now"}, ["Select which day the log is for"]),
    ({"covers_from": "2026-13-40T00:00:00+00:00/now"}, ["Select which day the log is for"]),
    (
        {"covers_from": "2026-03-20T00:00:00+00:00/2026-03-21T00:00:00+00:00"},
        ["A log can only cover time that has passed"],
    ),
    (
        {"covers_from": "2026-02-20T00:00:00+00:00/2026-02-21T00:00:00+00:00"},
        ["A log cannot cover time before 00:00 on 2 March 2026, when this placement started"],
    ),
    ({"how_she_was": ""}, ["Enter how Robin was"]),
    ({"day": " "}, ["Enter what Robin did, ate and asked for"]),
    ({"written": "earlier"}, ["Enter the date and time it was written"]),
    ({"incidents": "b" * 1_000_000}, ["Anything that worried you must be 10,000 characters or fewer"]),
]


@pytest.mark.parametrize(("changes", "sentences"), BAD_LOGS)
def test_a_log_that_cannot_be_so_comes_back_with_its_typing(cast, placement, changes, sentences):
    hand = Hand(cast.priya)
    hand.open(address("log", placement))
    typed = {"covers_from": offered(hand.page)[0], "how_she_was": "Well.", "day": WORDS} | changes
    page = hand.send(**typed)
    assert page.status_code == 422
    assert errors(page) == sentences
    kept = hand.form().values
    assert kept["day"] == [typed["day"]] or "day" in changes
    assert kept["incidents"] == [changes.get("incidents", "")]
    assert not DailyLog.objects.exists()


def test_a_day_somebody_wrote_meanwhile_is_a_conflict_that_leads_to_that_log(cast, placement):
    hand = Hand(cast.priya)
    hand.open(address("log", placement))
    yesterday = offered(hand.page)[1]
    theirs = log_of(placement, cast.paul, at(dt.date(2026, 3, 19), 0), at(dt.date(2026, 3, 20), 0))
    page = hand.send(covers_from=yesterday, how_she_was="Well.", day=WORDS)
    assert page.status_code == 409
    assert "That day already has a log. Add to it instead." in text(page)
    assert address("add_to_log", theirs) in text(page)
    assert hand.form().values["day"] == [WORDS]
    assert DailyLog.objects.get() == theirs


def test_a_log_sent_twice_is_one_log(cast, placement):
    hand = Hand(cast.priya)
    hand.open(address("log", placement))
    values = hand.form().values | {"covers_from": [offered(hand.page)[0]], "how_she_was": ["Well."], "day": ["School."]}
    for _ in range(2):
        assert hand.client.post(address("log", placement), values).status_code == 302
    assert DailyLog.objects.count() == 1


def test_a_log_half_written_waits_for_the_same_person_alone(cast, placement):
    hand = Hand(cast.priya)
    hand.open(address("log", placement))
    hand.send("save_draft=yes", how_she_was="Half a", covers_from=offered(hand.page)[1])
    hand.client.logout()
    again, other = Hand(cast.priya), Hand(cast.paul)
    again.open(address("log", placement))
    assert again.form().values["how_she_was"] == ["Half a"]
    assert again.form().values["covers_from"] == [offered(again.page)[1]]
    assert "Half a" not in text(other.open(address("log", placement)))


def test_when_nothing_is_left_to_write_the_page_leads_to_the_last_log(cast):
    placement = cast.placement(cast.child(), TODAY, home=cast.home())
    entry = log_of(placement, cast.priya, at(TODAY, 0), at(TODAY, 14, 30))
    page = Hand(cast.priya).open(address("log", placement))
    assert "There is no time to write a log for yet" in text(page)
    assert address("add_to_log", entry) in text(page)


def test_a_log_is_read_and_added_to(cast, written):
    hand = Hand(cast.paul)
    page = hand.open(address("log_detail", written))
    for said in ("Settled.", "Football. Toast.", "Written by Priya Lark", "Written late"):
        assert said in text(page)
    assert FileRead.objects.get().by == cast.paul
    hand.open(address("add_to_log", written))
    hand.send(kind="addendum", text="Her sister rang at nine.")
    assert "Her sister rang at nine." in text(hand.page)
    assert "Her sister rang at nine." in text(Hand(cast.amy).open(address("log_detail", written)))


TAMPERED = ["0001-01-01T00:00:00+14:00/now", "9999-12-31T23:59:59-14:00/now", "2026-03-19T00:00:00/now", "now/now", "/"]


@pytest.mark.parametrize("value", TAMPERED)
def test_a_stretch_we_never_offered_is_none(cast, placement, client, value):
    client.force_login(cast.priya)
    typed = {"covers_from": value, "how_she_was": "Well.", "day": "School.", "written": "now"}
    assert client.post(address("log", placement), typed).status_code == 422
    assert not DailyLog.objects.exists()


def test_a_log_of_the_wrong_day_leaves_its_time_to_the_right_one(cast, written, placement):
    hand = Hand(cast.priya)
    hand.open(address("log_detail", written))
    assert address("withdraw_log", written) in text(hand.page)
    hand.open(address("withdraw_log", written))
    hand.send(reason="It was of the 18th.")
    for said in ("This was recorded in error", "It was of the 18th.", address("log", placement)):
        assert said in text(hand.page)
    assert log_days(placement, as_of=NOW, days=2)[0] == (dt.date(2026, 3, 19), "missing")
    again = log_of(placement, cast.priya, written.covers_from, written.covers_until)
    with pytest.raises(Conflict, match="already has a log"):
        log_of(placement, cast.priya, again.covers_from, again.covers_until)
    with pytest.raises(PermissionDenied):
        withdraw_log(log=again, reason="It was not so.", by=cast.amy, as_of=NOW)
