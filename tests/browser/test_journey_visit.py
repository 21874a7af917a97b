"""Amy sees what is overdue, logs a visit, and the flag clears on the same click. The whole product in one story."""

import datetime as dt

import pytest

from children.models import FileRead
from core import clock
from core.models import Draft
from oversight.models import Flag
from oversight.tasks import sweep
from placements.models import Visit
from tests.browser.story import PHONE, days_ago, title
from tests.cast import at
from tests.oversight import facts

pytestmark = pytest.mark.browser


@pytest.fixture
def idris(cast):
    """In foster care, last visited 50 days ago: eight days more than the law allows."""
    child = cast.child(forename="Idris", surname="Calloway", sex="M", known_as="Id")
    placement = cast.placement(child, days_ago(120), type="U6", provider=cast.provider)
    facts.visit(placement, at(days_ago(50), 11), recorded_by=cast.amy)
    sweep.apply()
    return placement


def logs_a_visit(amy, *, words="I want to see my brother."):
    """Three steps from wherever the form was opened."""
    amy.sees("Step 1 of 3")
    amy.dates("When was the visit?", clock.now() - dt.timedelta(minutes=20))
    amy.chooses("How did you visit?", "In person")
    amy.chooses("Did they know you were coming?", "No, it was unannounced")
    amy.chooses("Where?", "Where Id lives")
    amy.presses("Continue")
    amy.sees("Step 2 of 3")
    amy.chooses("Did you see Id?", "Seen, and spoken to alone")
    amy.enters("What Id said", words)
    amy.chooses("What did you inspect?", "Premises and the child’s room", "Daily logs")
    amy.presses("Continue")
    amy.sees("Step 3 of 3", "unannounced", "Amy Sparrow", words, "Premises and the child’s room, Daily logs")
    amy.presses("Send")


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_amy_logs_the_visit_and_the_flag_clears_on_the_same_click(cast, idris, at_a_browser, javascript):
    amy = at_a_browser(cast.amy, javascript=javascript).signs_in()
    amy.sees("My work", "Idris Calloway", title("VIS-02"), "8 days over")

    amy.follows(title("VIS-02"), exact=True)
    amy.sees("What clears it", "reg 28(2)(b)", "Statute", "Nobody has answered this flag")

    amy.opens("dashboards:my_work")
    amy.follows("Record a visit for Idris Calloway")
    logs_a_visit(amy)
    amy.sees("My work", "Visit recorded", "Nothing of yours is overdue")

    amy.opens("dashboards:child", idris.child.reference)
    amy.sees("Nothing is overdue", "Unannounced")
    amy.follows("Visit by Amy Sparrow")
    amy.sees("I want to see my brother.", "Recorded by Amy Sparrow")
    visit, flag = Visit.objects.latest("recorded_at"), Flag.objects.get(placement=idris)
    assert (visit.outcome, visit.announced, visit.visitor) == ("seen_alone", False, "Amy Sparrow")
    assert flag.cleared_at is not None
    assert not Draft.objects.exists()
    assert FileRead.objects.filter(child=idris.child, by=cast.amy, page="child").exists()


def test_tom_sees_it_cleared_and_zoe_sees_that_nothing_is_there(cast, idris, at_a_browser):
    amy = at_a_browser(cast.amy, widths=(PHONE,)).is_signed_in()
    amy.opens("placements:visit", idris.pk)
    logs_a_visit(amy)
    visit, flag = Visit.objects.latest("recorded_at"), Flag.objects.get(placement=idris)

    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:my_work")
    tom.sees("Nothing of your team’s is overdue")
    tom.opens("oversight:flag", flag.pk)
    tom.sees("Cleared", "Days it was over 8", "History of this flag")
    tom.opens("placements:visit_detail", visit.pk)
    tom.sees("Recorded by Amy Sparrow", "I want to see my brother.")

    zoe = at_a_browser(cast.zoe, widths=(1280,)).is_signed_in()  # resized, the menu may still be on its way out
    zoe.opens("dashboards:child", idris.child.reference, status=404)
    nothing_there = zoe.words()
    for page, of in [
        ("dashboards:placement", idris.pk),
        ("placements:visit", idris.pk),
        ("placements:visit_detail", visit.pk),
        ("placements:add_to_visit", visit.pk),
        ("oversight:flag", flag.pk),
        ("dashboards:child", "C0000000"),
    ]:
        zoe.opens(page, of, status=404)
        assert zoe.words() == nothing_there, "the page for what is hidden must read like the page for what is not there"
    assert not FileRead.objects.filter(by=cast.zoe).exists()
