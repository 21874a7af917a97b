"""Tom takes a child into care, places her, moves her and ends it: each act once wrongly, and then as it was."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from children.models import Allocation, Child
from core import clock
from placements.actions import end_placement
from placements.models import DailyLog, ManagerPost, Placement, Registration, Visit
from tests.browser.story import days_ago, title, today
from tests.cast import at
from tests.oversight import facts

pytestmark = pytest.mark.browser


def box(person, label):
    return person._one("box", label, person.page.get_by_label(label, exact=True))


def test_tom_adds_a_child_and_places_her_in_an_emergency(cast, at_a_browser):
    cast.home(status=Registration.Status.NOT_REGISTERED, name="The Moorings")
    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:find_child")
    tom.follows("Add a child")
    tom.enters("First name", "Teya")
    tom.enters("Last name", "Marlowe")
    tom.chooses("Sex", "Female")
    tom.dates("Date of birth", today() + dt.timedelta(days=40))
    tom.dates("When did the child become looked after?", days_ago(3))
    tom.picks("Category of need", "N1")
    tom.picks("Legal status", "V2")
    tom.presses("Add child", status=422)
    tom.is_told("Date of birth must be today or in the past")
    assert box(tom, "First name").input_value() == "Teya"
    assert not Child.objects.exists()
    tom.dates("Date of birth", dt.date(today().year - 16, 1, 9))
    tom.presses("Add child")
    tom.sees(
        "Child added", "Teya Marlowe", "Looked after", "No placement is on record today", "Nobody is allocated to Teya"
    )
    teya = Child.objects.get()

    tom.follows("Allocate a worker")
    tom.picks("Role with the child", "Social worker")
    tom.picks("Who", "Amy Sparrow")
    tom.dates("When does it start?", dt.date(1999, 1, 1))
    tom.presses("Allocate", status=422)
    tom.is_told(
        f"The date the allocation starts must be on or after 9 January {today().year - 16}, when the child was born"
    )
    tom.dates("When does it start?", days_ago(3))
    tom.presses("Allocate")
    tom.sees("Allocation recorded", "Amy Sparrow")

    tom.follows("Start a placement")
    tom.dates("When does it start?", days_ago(3))
    tom.chooses("Was this planned, or an emergency?", "Emergency")
    tom.picks("Type of placement", "Z12")
    tom.picks("Home", "The Moorings, Harbour Light Care (not registered)")
    tom.chooses("Is it meant to last until 18?", "No")
    tom.enters("Why this placement", "No registered home would take her.")
    tom.enters("What else was considered?", "Nothing nearer.")
    tom.enters("Who was consulted about it?", "The child and the school.")
    tom.presses("Record placement", status=422)
    tom.is_told("Enter the time the child arrived: the first 48 hours are counted from it")
    expect(box(tom, "Why this placement")).to_have_value("No registered home would take her.")
    assert not Placement.objects.exists()
    tom.enters("What time did the child arrive?", "16:30")
    tom.presses("Record placement")
    tom.sees("Placement recorded", "Not registered", "Emergency", "None on record")
    tom.sees(title("LEG-05"), "Dora Kestrel, director of children’s services")
    tom.sees(title("STF-05L"))

    tom.follows("Appoint a manager")
    tom.enters("Manager’s name", "Rowan Teasel")
    tom.dates("When does the post start?", at(days_ago(4), 9))
    tom.presses("Appoint", status=422)
    tom.sees("must be on or after", "when the placement started")
    assert not ManagerPost.objects.exists()
    tom.dates("When does the post start?", at(days_ago(2), 9))
    tom.presses("Appoint")
    tom.sees("Manager appointed", "Rowan Teasel")
    tom.does_not_see(title("STF-05L"))

    placement = Placement.objects.get()
    assert (placement.started_at, placement.basis) == (at(days_ago(3), 16, 30), "emergency")
    assert Allocation.objects.get(child=teya).worker == cast.amy
    # Three days on there is a manager, and still no rota, no reason for the kind of staff, nothing of what is in place by now.
    standing = teya.flags.standing().values_list("rule", flat=True)
    about_her_care = {rule for rule in standing if rule.startswith(("LEG", "LOG", "STF", "CPL", "VIS"))}
    assert about_her_care == {"LEG-05", "STF-11L", "STF-13", "CPL-07"} | (
        {"LOG-01L"} if clock.now() > at(days_ago(1), 16, 30) + dt.timedelta(days=1) else set()
    )


@pytest.fixture
def callum(cast):
    home = cast.home(status=Registration.Status.REGISTERED, registered_for="childrens_home", name="Beacon House")
    cast.home(status=Registration.Status.REGISTERED, registered_for="childrens_home", name="Fern Lodge")
    return cast.placement(cast.child(forename="Callum", surname="Ashby", sex="M"), days_ago(30), home=home)


def test_tom_moves_a_child_and_then_records_that_the_placement_ended(cast, callum, at_a_browser):
    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:placement", callum.pk)
    tom.follows("Move to another placement")
    tom.dates("When does the child move?", days_ago(31))
    tom.picks("Why does the child move?", "Standards of care concern")
    tom.chooses("Was this planned, or an emergency?", "Planned")
    tom.picks("Type of placement", "K2")
    tom.picks("Home", "Fern Lodge")
    tom.chooses("Is it meant to last until 18?", "No")
    tom.enters("Why this placement", "Near his school.")
    tom.enters("What else was considered?", "Nothing nearer.")
    tom.enters("Who was consulted about it?", "The child and the school.")
    tom.presses("Record move", status=422)
    tom.sees("The date of the move must be on or after", "when the placement started")
    assert Placement.objects.count() == 1
    tom.dates("When does the child move?", days_ago(5))
    tom.presses("Record move")
    tom.sees("Move recorded", "Fern Lodge", "5 days")
    callum.refresh_from_db()
    assert (callum.ended_on, callum.end_reason) == (days_ago(5), "STAND")

    tom.follows("End this placement")
    tom.dates("When did it end?", days_ago(6))
    tom.picks("Why did it end?", "Child asked")
    tom.enters("More about why it ended", "He asked to go home. " + "x" * 1_000_000)
    tom.presses("End placement", status=422)
    tom.sees("must be 10,000 characters or fewer")
    assert len(box(tom, "More about why it ended (optional)").input_value()) > 1_000_000, "a megabyte of typing is kept"
    tom.enters("More about why it ended", "He asked to go home.")
    tom.presses("End placement", status=422)
    tom.sees("The date the placement ended must be on or after", "when the placement started")
    tom.dates("When did it end?", days_ago(1))
    tom.presses("End placement")
    tom.sees("Placement ended", "Ended", "Child asked", "He asked to go home.")
    now = Placement.objects.exclude(pk=callum.pk).get()
    assert (now.started_on, now.ended_on) == (days_ago(5), days_ago(1))


def test_a_visit_that_cannot_have_been_is_not_recorded(cast, callum, at_a_browser):
    amy = at_a_browser(cast.amy).is_signed_in()
    amy.opens("dashboards:placement", callum.pk)
    amy.follows("Log a visit")
    amy.chooses("How did you visit?", "In person")
    amy.chooses("Did they know you were coming?", "Yes, it was announced")
    amy.chooses("Where?", "Where Callum lives")
    for when, sentence in [
        (clock.now() + dt.timedelta(days=2), "The visit cannot be in the future"),
        (at(days_ago(31), 9), "The visit cannot be before "),
    ]:
        amy.dates("When was the visit?", when)
        amy.presses("Continue", status=422)
        amy.sees(sentence)
    amy.dates("When was the visit?", clock.now() - dt.timedelta(hours=1))
    amy.presses("Continue")
    amy.presses("Continue", status=422)
    amy.is_told("Select whether Callum was seen")
    amy.chooses("Did you see Callum?", "Seen, but not alone")
    amy.enters("What Callum said", "w" * 1_000_000)
    amy.presses("Continue", status=422)
    amy.is_told("Enter why Callum was not seen alone")
    amy.sees("must be 10,000 characters or fewer")
    assert not Visit.objects.exists()


def test_a_log_for_a_placement_that_ended_meanwhile_is_handed_back(cast, callum, at_a_browser):
    priya = at_a_browser(cast.priya, widths=(768, 390)).is_signed_in()
    priya.opens(f"/placements/{callum.pk}/log/?day={days_ago(1)}")
    priya.enters("How was Callum?", "Calm at breakfast.")
    priya.enters("What Callum did, ate and asked for", "School.")
    facts.visit(callum, at(days_ago(20)), recorded_by=cast.amy)
    end_placement(placement=callum, ended_on=today(), end_reason="CARPL", by=cast.tom, as_of=clock.now())
    priya.presses("Save log", status=409)
    priya.sees("This placement has ended", "Calm at breakfast.", "It is on no record")
    priya.does_not_see("Callum")
    assert not DailyLog.objects.exists()
