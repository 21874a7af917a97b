"""Every component and field in a real browser, at a desk and on a phone, with and without JavaScript. No database."""

import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect

from tests.browser.eyes import look
from tests.browser.server import with_axe
from tests.core import gallery

pytestmark = pytest.mark.browser


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args): ...


@pytest.fixture
def address(settings):
    settings.ROOT_URLCONF = "tests.core.gallery"
    server = make_server("127.0.0.1", 0, with_axe(WSGIHandler()), server_class=Server, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    gallery.kept.clear()
    gallery.answer["status"] = 200
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


WRONG = "?visited_on_day=30&visited_on_month=2&visited_on_year=2026&seen=refused&happened_at_day=3"


@pytest.mark.parametrize("query", ["", WRONG], ids=["blank", "wrong"])
def test_every_part_at_once(page, address, width, query):
    assert page.goto(f"{address}/{query}").status == 200
    look(page)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    look(page)


PAGES = ["form", "account/sign_in", "account/password_change", "account/password_reset", "account/password_set"]
PAGES += ["account/spent", "accessibility", *(f"error/{name}" for name in ("400", "403", "404", "409", "500", "csrf"))]


def test_the_pages_everybody_has(page, address, width):
    for name in PAGES:
        assert page.goto(f"{address}/{name}/").status == 200
        look(page)


def test_the_menu_opens_on_a_phone(page, address):
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(address)
    link = page.get_by_role("link", name="Find a child")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    look(page)


def test_the_summary_leads_to_the_box_that_is_wrong(page, address):
    page.goto(f"{address}/{WRONG}")
    page.get_by_role("link", name="Date and time it ended must include a month, a year and a time").click()
    expect(page.locator("#id_happened_at_month")).to_be_focused()


def test_a_field_is_revealed_by_the_answer_that_needs_it(page, address):
    page.goto(f"{address}/form/")
    said = page.get_by_label("What she said")
    expect(said).to_be_hidden()
    page.get_by_label("She refused").check()
    expect(said).to_be_visible()
    look(page)
    page.get_by_label("Seen alone").check()
    expect(said).to_be_hidden()


def test_a_password_can_be_shown(page, address):
    page.goto(f"{address}/account/sign_in/")
    box = page.get_by_label("Password", exact=True)
    box.fill("a calm and quiet morning")
    assert box.get_attribute("type") == "password"
    page.get_by_role("button", name="Show password").click()
    assert box.get_attribute("type") == "text"


def test_what_is_typed_is_kept_as_a_draft_but_never_a_password(page, address):
    page.goto(f"{address}/form/")
    page.get_by_label("What happened").fill("She showed me her drawing.")
    page.get_by_label("Password", exact=True).fill("a calm and quiet morning")
    expect(page.locator("[data-draft-status]")).to_have_text("Draft saved 14:32")
    assert gallery.kept[-1]["note"] == "She showed me her drawing."
    assert "password" not in gallery.kept[-1]
    look(page)


def test_leaving_the_page_keeps_what_was_typed_a_moment_ago(page, address):
    page.goto(f"{address}/form/")
    page.get_by_label("What happened").fill("Half a sente")
    page.goto(f"{address}/error/404/")
    page.wait_for_timeout(300)
    assert [draft["note"] for draft in gallery.kept] == ["Half a sente"]


def test_sending_the_form_leaves_no_draft_behind_it(page, address):
    page.goto(f"{address}/form/")
    page.get_by_label("What happened").fill("All of it.")
    page.get_by_role("button", name="Save visit").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("What happened")).to_have_value("All of it.")
    page.wait_for_timeout(3_000)
    assert gallery.kept == []
    look(page)


@pytest.mark.parametrize(("status", "words"), [(403, "You have been signed out"), (503, "Draft not saved")])
def test_a_draft_that_cannot_be_kept_says_so(page, address, status, words):
    gallery.answer["status"] = status
    page.goto(f"{address}/form/")
    page.get_by_label("What happened").fill("Something that matters")
    expect(page.locator("[data-draft-status]")).to_contain_text(words)
    expect(page.get_by_label("What happened")).to_have_value("Something that matters")


def test_without_javascript_everything_is_there(browser, address):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/form/")
    expect(page.get_by_label("What she said")).to_be_visible()
    expect(page.get_by_role("button", name="Save draft")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("link", name="Find a child")).to_be_visible()
    context.close()


def test_hiding_the_page_leaves_no_way_back_to_it(page, address):
    page.goto(f"{address}/error/404/")
    page.goto(address)
    page.get_by_role("link", name="Hide this page").click()
    expect(page.get_by_role("heading", name="This page is blank")).to_be_visible()
    assert "Held in Mind" not in page.content()
    page.go_back()
    assert page.url.endswith("/error/404/")
