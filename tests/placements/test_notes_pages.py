"""The pages of visits and daily logs: done by hand as a person would, without JavaScript."""

import datetime as dt
import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from children.models import FileRead
from core import clock
from core.access import ROLES, Permission
from core.models import Draft
from placements.actions import add_to_visit, record_visit, write_log
from placements.actions.notes import OWN_CAPACITY
from placements.models import Addition, DailyLog, ProviderPost, Visit
from tests.cast import Cast, at
from tests.placements.by_hand import Hand

START = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 20)
NOW = at(TODAY, 15)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The pages are opened at a known moment."""
    monkeypatch.setattr(clock, "now", lambda: NOW.astimezone(dt.UTC))


@pytest.fixture
def placement(cast):
    return cast.placement(cast.child(), START, home=cast.home())


@pytest.fixture
def visit(cast, placement):
    return record_visit(
        placement=placement,
        occurred_at=at(dt.date(2026, 3, 17), 16, 30),
        manner="in_person",
        outcome="seen_alone",
        announced=False,
        capacity="social_worker",
        place="Where she lives",
        childs_words="I want to ring my sister.",
        checked=["rota"],
        by=cast.amy,
        as_of=NOW,
    )


@pytest.fixture
def written(cast, placement):
    return log_of(placement, cast.priya, at(dt.date(2026, 3, 19), 0), at(dt.date(2026, 3, 19), 20))


def log_of(placement, by, covers_from, covers_until):
    return write_log(
        placement=placement,
        covers_from=covers_from,
        covers_until=covers_until,
        occurred_at=NOW,
        how_she_was="Settled.",
        day="Football. Toast.",
        by=by,
        as_of=NOW,
    )


def address(name, record, **query):
    tail = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"placements:{name}", args=[record.pk]) + (f"?{tail}" if tail else "")


def text(page) -> str:
    return page.content.decode()


def errors(page) -> list[str]:
    return [entry.text for entry in page.context["form"].error_list]


STEP_1 = {"announced": "no", "manner": "in_person", "place": "At home"}


def at_step_2(hand, placement, **changes):
    hand.open(address("visit", placement))
    assert hand.send(**(STEP_1 | changes)).context["step"] == 2
    return hand


WORDS = "She said: “I want\nto ring my sister.”"


# --- logging a visit --------------------------------------------------------------------------------------------------


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


# --- reading a visit and adding to it ---------------------------------------------------------------------------------


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


# --- writing a daily log ----------------------------------------------------------------------------------------------


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


# --- who may ----------------------------------------------------------------------------------------------------------

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


# --- how much each page asks of the database --------------------------------------------------------------------------


def test_queries(cast, visit, written, placement, django_assert_max_num_queries):
    for number in range(5):
        add_to_visit(visit=visit, kind="addendum", text=f"More, {number}.", by=cast.amy, as_of=NOW)
    amy, priya = Hand(cast.amy), Hand(cast.priya)
    for hand, page, record, queries in (
        (amy, "visit", placement, 5),
        (amy, "visit_detail", visit, 12),
        (amy, "add_to_visit", visit, 5),
        (priya, "log", placement, 8),
        (priya, "log_detail", written, 12),
        (priya, "add_to_log", written, 5),
    ):
        hand.open(address(page, record))  # the first page of a session also writes down that it began
        with django_assert_max_num_queries(queries):
            assert hand.open(address(page, record)).status_code == 200


TAMPERED = ["0001-01-01T00:00:00+14:00/now", "9999-12-31T23:59:59-14:00/now", "2026-03-19T00:00:00/now", "now/now", "/"]


@pytest.mark.parametrize("value", TAMPERED)
def test_a_stretch_we_never_offered_is_none(cast, placement, client, value):
    client.force_login(cast.priya)
    typed = {"covers_from": value, "how_she_was": "Well.", "day": "School.", "written": "now"}
    assert client.post(address("log", placement), typed).status_code == 422
    assert not DailyLog.objects.exists()
