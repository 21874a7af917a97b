"""No typing is lost, and nothing is done twice; a whole visit is logged without a mouse."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from core import clock
from core.models import Draft
from oversight.models import Flag
from oversight.tasks import sweep
from placements.models import Visit
from tests.browser.story import days_ago, title
from tests.cast import PASSWORD, at
from tests.oversight import facts

pytestmark = pytest.mark.browser
WORDS = "I want to see my brother, and nobody has told me when."


@pytest.fixture
def idris(cast):
    placement = cast.placement(cast.child(forename="Idris", surname="Calloway", sex="M"), days_ago(120), type="U6")
    facts.visit(placement, at(days_ago(50), 11), recorded_by=cast.amy)
    sweep.apply(throw=True)
    return placement


def says_when(amy):
    amy.dates("When was the visit?", clock.now() - dt.timedelta(minutes=20))
    amy.chooses("How did you visit?", "In person")
    amy.chooses("Did they know you were coming?", "No, it was unannounced")
    amy.chooses("Where?", "Where Idris lives")
    amy.presses("Continue")


def test_a_session_that_ends_in_the_middle_of_a_visit_costs_amy_nothing(cast, idris, at_a_browser):
    amy = at_a_browser(cast.amy).is_signed_in()
    amy.opens("placements:visit", idris.pk)
    says_when(amy)
    amy.chooses("Did you see Idris?", "Seen, and spoken to alone")
    amy.enters("What Idris said", WORDS)
    expect(amy.page.locator("[data-draft-status]")).to_contain_text("Draft saved")
    Session.objects.all().delete()

    amy.enters("What Idris said", WORDS + " He is nine.")
    expect(amy.page.locator("[data-draft-status]")).to_contain_text("You have been signed out")
    amy.looks()
    amy.presses("Continue")
    amy.sees("Sign in")
    amy.enters("Email address", cast.amy.email)
    amy.enters("Password", PASSWORD)
    amy.presses("Sign in")
    amy.sees("Log a visit to Idris")
    assert "step=" in amy.page.url, "signing in leads back to where she was"

    amy.opens(f"/placements/{idris.pk}/visit/?step=2")
    assert amy.page.get_by_label("What Idris said").input_value() == WORDS
    expect(amy.page.get_by_label("Seen, and spoken to alone")).to_be_checked()
    amy.presses("Continue")
    amy.presses("Send")
    amy.sees("Visit recorded")
    assert Visit.objects.latest("recorded_at").childs_words == WORDS
    assert not Draft.objects.exists()


def test_sent_twice_in_a_hurry_it_is_one_visit(cast, idris, at_a_browser):
    amy = at_a_browser(cast.amy, widths=(1280,)).is_signed_in()
    amy.opens("placements:visit", idris.pk)
    says_when(amy)
    amy.chooses("Did you see Idris?", "Seen, and spoken to alone")
    amy.presses("Continue")
    before = Visit.objects.count()
    amy.page.get_by_role("button", name="Send").dblclick()
    amy.page.wait_for_url("**/placements/*/")
    amy.page.go_back()
    send = amy.page.get_by_role("button", name="Send")
    if send.count():
        send.click()
        amy.page.wait_for_load_state()
    assert Visit.objects.count() == before + 1


def test_a_visit_is_logged_with_the_keyboard_alone(cast, idris, at_a_browser):
    amy = at_a_browser(cast.amy, widths=(1280,))
    keys = amy.page.keyboard

    def tab_to(what, *, most=60):
        """Tab on until what has the focus is what was meant, and can be seen to have it."""
        for _ in range(most):
            keys.press("Tab")
            focused = amy.page.locator(":focus")
            name = focused.evaluate(
                "e => (e.labels && e.labels[0] ? e.labels[0].innerText : e.innerText || e.value || '').trim()"
            )
            if name.startswith(what):
                seen = focused.evaluate(
                    "e => { const s = getComputedStyle(e), l = e.labels && e.labels[0] && "
                    "getComputedStyle(e.labels[0], '::before'); return [s, l].some(x => x && "
                    "(x.outlineStyle !== 'none' && parseFloat(x.outlineWidth) > 0 || x.boxShadow !== 'none')); }"
                )
                assert seen, f"nothing shows that “{what}” has the focus"
                return
        raise AssertionError(f"“{what}” is not reached with Tab on {amy.page.url}")

    def press(key, *, status=200):
        amy._goes(lambda: keys.press(key), status)

    amy.opens("core:sign_in")
    keys.press("Tab")
    expect(amy.page.locator(":focus")).to_have_text("Skip to main content")
    keys.press("Enter")
    tab_to("Email address")
    keys.type(cast.amy.email)
    tab_to("Password")
    keys.type(PASSWORD)
    press("Enter")

    tab_to("Record a visit")
    press("Enter")
    amy.sees("Step 1 of 3")
    tab_to("In person")
    keys.press("Space")
    tab_to("Yes, it was announced")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Space")
    tab_to("Where Idris lives")
    keys.press("Space")
    tab_to("Continue")
    press("Enter")
    amy.sees("Step 2 of 3")
    tab_to("Seen, and spoken to alone")
    keys.press("Space")
    tab_to("What Idris said")
    keys.type(WORDS)
    tab_to("Premises")
    keys.press("Space")
    tab_to("Continue")
    press("Enter")
    amy.sees("Step 3 of 3", WORDS)
    tab_to("Send")
    press("Enter")
    amy.sees("Visit recorded", "Nothing of yours is overdue")
    amy.does_not_see(title("VIS-02"))

    visit = Visit.objects.latest("recorded_at")
    assert (visit.childs_words, visit.checked, visit.outcome) == (WORDS, ["premises"], "seen_alone")
    assert Flag.objects.get().cleared_at
