"""Journeys in a real Chromium: how it is started, and what every page is held to."""

import os
import shutil

import pytest
from django.test.testcases import LiveServerThread

from tests.browser.eyes import WATCH, judged
from tests.browser.server import StayingThreads
from tests.browser.story import Person

# Playwright runs a loop in this thread; Django would take that for asynchronous code and refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

LiveServerThread.server_class = StayingThreads

# The one without a window first: it does the same in four fifths of the time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUIET += ("--disable-component-update", "--disable-sync")
# A page is seen for a moment: to make its scripts fast takes longer than to run them, by a quarter of all a page takes.
QUIET += ("--js-flags=--max-lazy --always-sparkplug --no-maglev --no-opt",)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The Chromium on the PATH, or else the one Playwright installed."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    args = {**browser_type_launch_args, "args": [*QUIET, *sandbox]}
    return args | ({"executable_path": found} if found else {})


@pytest.fixture(scope="session")
def base_url():
    """No address is meant unless a test says it. (The plugin's own fixture is written in a way pytest now warns of.)"""
    return ""


@pytest.fixture(autouse=True, scope="session")
def _what_was_judged_is_known_to_both_workers(tmp_path_factory):
    ours = tmp_path_factory.getbasetemp()
    judged.kept_in((ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "judged-by-axe.txt")


@pytest.fixture
def context(context):
    context.add_init_script(WATCH)
    context.set_default_timeout(10_000)
    return context


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def width(request, page) -> int:
    """Pages are looked at as wide as a desk's screen and as narrow as a phone."""
    page.set_viewport_size({"width": request.param, "height": 900})
    return request.param


@pytest.fixture
def at_a_browser(browser, live_server, cast):
    """Seats a person at a browser: `at_a_browser(cast.amy)`. The service answers for real, on the real database."""
    people = []

    def seat(user, **how):
        people.append(Person(user, browser, live_server.url, **how))
        return people[-1]

    yield seat
    for person in people:
        person.leaves()
