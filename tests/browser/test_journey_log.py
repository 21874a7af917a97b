"""Priya leads a shift and has a tablet in her hand: yesterday's log in under a minute."""

import time

import pytest

from core import clock
from oversight.models import Flag
from oversight.tasks import sweep
from placements.actions import end_placement
from placements.models import DailyLog, Registration
from tests.browser.story import PHONE, days_ago
from tests.cast import at
from tests.oversight import facts

pytestmark = pytest.mark.browser
TABLET = 768


@pytest.fixture
def callum(cast):
    """Every day has its log but the day before yesterday."""
    home = cast.home(status=Registration.Status.REGISTERED, registered_for="childrens_home", name="Beacon House")
    child = cast.child(forename="Callum", surname="Ashby", sex="M", known_as="Cal")
    placement = cast.placement(child, days_ago(40), home=home)
    cast.manager(placement, at(days_ago(40), 9))
    facts.visit(placement, at(days_ago(2), 16), childs_words="I hate the food.", recorded_by=cast.amy)
    for day in range(40, 0, -1):
        if day != 2:
            facts.log_of(placement, days_ago(day), author=cast.priya)
    sweep.apply(throw=True)
    return placement


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_priya_writes_the_missing_log_in_under_a_minute(cast, callum, at_a_browser, javascript):
    assert Flag.objects.standing().get().rule == "LOG-01"
    priya = at_a_browser(cast.priya, widths=(TABLET, PHONE), javascript=javascript).signs_in()
    priya.sees("Today’s logs", "Cal", "Beacon House", "1 day without a log")
    priya.does_not_see("Ashby")

    began = time.monotonic()
    missing = f"{days_ago(2):%A} {days_ago(2).day}"
    priya.follows(missing)  # 1: the day is chosen by opening it
    priya.enters("How was Cal?", "Calm. Laughed at breakfast.")  # 2
    priya.enters("What Cal did, ate and asked for", "School, football, pasta. Asked to ring his nan.")  # 3
    priya.presses("Save log")  # 4
    assert time.monotonic() - began < 60, "four acts, and the machine's share of a minute"
    priya.sees("Log written")
    priya.does_not_see("1 day without a log")

    log = DailyLog.objects.latest("recorded_at")
    assert (log.author, log.late, log.covers_from, log.covers_until) == (
        cast.priya, True, at(days_ago(2), 0), at(days_ago(1), 0),
    )  # fmt: skip
    assert not Flag.objects.standing().exists()


def test_what_was_seen_on_visits_is_not_hers_and_nothing_is_once_the_placement_ends(cast, callum, at_a_browser):
    visit = callum.visits.get()
    priya = at_a_browser(cast.priya, widths=(TABLET, PHONE)).is_signed_in()
    for page, of in [("dashboards:child", callum.child.reference), ("dashboards:placement", callum.pk)]:
        priya.opens(page, of)
        priya.does_not_see("I hate the food.", "Visits", "Overdue")
    priya.opens("placements:visit_detail", visit.pk, status=404)
    priya.opens("placements:visit", callum.pk, status=403)
    priya.opens("oversight:flags", status=403)
    log = DailyLog.objects.filter(author=cast.priya).first()
    priya.opens("placements:add_to_log", log.pk)
    priya.chooses("What do you want to do?", "Correct it")
    priya.enters("What do you want to say?", "It was Tuesday that he rang.")
    priya.presses("Save", status=422)
    priya.is_told("Enter why it is corrected")
    priya.enters("Why is it corrected?", "I mixed up the days.")
    priya.presses("Save")
    priya.sees("Added", "Correction", "It was Tuesday that he rang.", "I mixed up the days.", "School, then the park.")

    end_placement(placement=callum, ended_on=days_ago(0), end_reason="CARPL", by=cast.tom, as_of=clock.now())
    for page, of in [
        ("dashboards:child", callum.child.reference),
        ("dashboards:placement", callum.pk),
        ("placements:log", callum.pk),
        ("placements:log_detail", log.pk),
        ("placements:add_to_log", log.pk),
    ]:
        priya.opens(page, of, status=404)
    priya.opens("dashboards:my_work")
    priya.sees("No child is placed with you now")


def test_the_same_day_written_by_two_at_once_is_one_log_and_no_typing_is_lost(cast, callum, at_a_browser):
    esi = cast._at_provider("esi", "Esi Petrel", "shift_leader")
    seats = [at_a_browser(user, widths=(TABLET,)).is_signed_in() for user in (cast.priya, esi)]
    for seat in seats:
        seat.opens(f"/placements/{callum.pk}/log/?day={days_ago(2)}")
        seat.enters("How was Cal?", f"As {seat.user.name} saw it.")
        seat.enters("What Cal did, ate and asked for", "School.")
    seats[0].presses("Save log")
    seats[1].presses("Save log", status=409)
    seats[1].sees("This was not saved", "That day already has a log. Add to it instead.")
    assert seats[1].page.get_by_label("How was Cal?").input_value() == "As Esi Petrel saw it."
    assert DailyLog.objects.filter(covers_from=at(days_ago(2), 0)).count() == 1
