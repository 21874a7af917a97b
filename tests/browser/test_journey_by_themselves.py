"""A missed visit, a missing log and an unmanaged placement raise their flags by themselves, for the right people."""

import pytest

from oversight.models import Flag
from oversight.tasks import sweep
from placements.models import Registration
from tests.browser.story import days_ago, title
from tests.cast import at
from tests.oversight import facts

pytestmark = pytest.mark.browser

NO_VISIT = title("VIS-02")
NO_LOG = title("LOG-01")
NO_MANAGER = title("STF-05")


@pytest.fixture
def callum(cast):
    """In a registered home that has lost its manager and stopped writing; nobody has come for seven weeks."""
    home = cast.home(status=Registration.Status.REGISTERED, registered_for="childrens_home", name="Beacon House")
    placement = cast.placement(
        cast.child(forename="Callum", surname="Ashby", sex="M"), days_ago(90), home=home, why="Near his school."
    )
    facts.visit(placement, at(days_ago(49), 16), recorded_by=cast.amy)
    cast.manager(placement, at(days_ago(90), 9), until=at(days_ago(4), 17))
    for day in range(29, 5, -1):
        facts.log_of(placement, days_ago(day), author=cast.priya)
    return placement


def test_what_nobody_did_is_seen_by_whoever_must_do_it(cast, callum, at_a_browser):
    amy = at_a_browser(cast.amy).is_signed_in()
    amy.opens("dashboards:my_work")
    amy.sees("Rules not yet checked")
    amy.does_not_see(NO_VISIT)

    sweep.apply(throw=True)  # the worker's own task, as beat rings it every quarter of an hour

    amy.opens("dashboards:my_work")
    mine = amy.section("Overdue: yours").inner_text()
    assert NO_VISIT in mine
    assert NO_LOG in mine
    assert "7 days over" in mine
    assert NO_MANAGER not in mine, "appointing a manager is not hers to do"

    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:my_work")
    assert NO_MANAGER in tom.section("Overdue: yours").inner_text()
    assert "Amy Sparrow" in tom.section("Overdue: your team").inner_text()
    tom.follows("2", within=tom.section("Overdue: your team"))
    tom.sees("2 flags standing")
    listed = tom.page.get_by_role("table").inner_text()
    assert NO_VISIT in listed
    assert NO_LOG in listed
    assert NO_MANAGER not in listed

    hana = at_a_browser(cast.hana).is_signed_in()
    hana.opens("dashboards:my_work")
    hana.sees("Nothing of yours is overdue")
    service = hana.section("Overdue: your service").inner_text()
    assert "Amy Sparrow" in service
    assert "Tom Heron" in service

    dora = at_a_browser(cast.dora).is_signed_in()
    dora.opens("dashboards:director")
    rules = dora.section("Everything overdue that you oversee").text_content()  # rule by rule they are folded
    assert all(code in rules for code in ("VIS-02", "LOG-01", "STF-05"))

    owners = dict(Flag.objects.standing().values_list("rule", "owner__email"))
    assert owners == {"VIS-02": cast.amy.email, "LOG-01": cast.amy.email, "STF-05": cast.tom.email}


def test_tom_appoints_a_manager_and_only_that_flag_clears(cast, callum, at_a_browser):
    sweep.apply(throw=True)
    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:my_work")
    tom.follows("Appoint a placement manager for Callum Ashby")

    tom.enters("Manager’s name", "N/A")
    tom.dates("When does the post start?", at(days_ago(1), 9))
    tom.presses("Appoint", status=422)
    tom.is_told("Enter a person’s name. If nobody has the post, appoint nobody: it cannot be waived")
    tom.enters("Manager’s name", "Maya Redstart")
    tom.enters("How to reach them", "01632 960 001")
    tom.presses("Appoint")
    tom.sees("Manager appointed", "Maya Redstart", "01632 960 001")
    tom.does_not_see(NO_MANAGER)
    tom.opens("dashboards:my_work")
    tom.sees("Nothing of yours is overdue")

    assert set(Flag.objects.standing().values_list("rule", flat=True)) == {"VIS-02", "LOG-01"}
