"""Each record's page tells who changed what, from what to what, and when."""

import pytest

from core.history_panel import changes
from tests.browser.story import days_ago

pytestmark = pytest.mark.browser


def test_amy_changes_a_child_s_details_and_the_history_says_so(cast, at_a_browser):
    child = cast.child(forename="Teya", surname="Marlowe", language="English")
    amy = at_a_browser(cast.amy).is_signed_in()
    amy.opens("dashboards:child", child.reference)
    amy.follows("Change who the child is")
    amy.enters("First language", "Welsh")
    amy.enters("What the child likes to be called", "Tey")
    amy.presses("Save")
    amy.sees("Details saved", "called Tey", "Welsh")

    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:child", child.reference)
    tom.page.get_by_text("Changes to this record").click()
    tom.looks()
    panel = tom.page.locator("details", has_text="Changes to this record")
    newest = panel.get_by_role("listitem").first
    assert "Changed" in newest.inner_text()
    assert "by Amy Sparrow" in newest.inner_text()
    change = newest.get_by_role("listitem").filter(has_text="First language")
    assert change.locator("del").inner_text().endswith("English")
    assert change.locator("ins").inner_text().endswith("Welsh")
    assert "empty" in newest.get_by_role("listitem").filter(has_text="Known as").inner_text()
    tom.page.get_by_text("Who has opened this file").click()
    tom.sees("Amy Sparrow")

    entry = changes(child)[0]
    assert (str(entry.who), {c.field: (c.old, c.new) for c in entry.changes}["First language"]) == (
        "Amy Sparrow", ("English", "Welsh"),
    )  # fmt: skip


def test_a_placement_tells_its_ending_and_a_manager_s_leaving(cast, at_a_browser):
    placement = cast.placement(cast.child(forename="Callum"), days_ago(30), home=cast.home(name="Beacon House"))
    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:placement", placement.pk)
    tom.follows("End this placement")
    tom.dates("When did it end?", days_ago(1))
    tom.picks("Why did it end?", "Child asked")
    tom.presses("End placement")
    tom.page.get_by_text("Changes to this placement").click()
    tom.looks()
    newest = (
        tom.page.locator("details", has_text="Changes to this placement").get_by_role("listitem").first.inner_text()
    )
    assert "by Tom Heron" in newest
    assert "Child asked" in newest
