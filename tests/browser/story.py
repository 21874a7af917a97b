"""What a person does at a browser, in plain words, so that a journey reads as a story.

Each page a person reaches must answer as the story says (200 unless told otherwise) and is looked at (eyes.py) as wide
as a desk's screen and as narrow as a phone or, where scripts are off, as wide as theirs. What is seen and done is by the
words on the page, never by an id: if the words are wrong, the story stops.

`HELD_SHOTS=folder` keeps a picture of each page there.
"""

import datetime as dt
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from oversight import rulebook
from tests.browser.eyes import WATCH, look
from tests.cast import PASSWORD

DESK, PHONE = 1280, 390
WIDTHS = (DESK, PHONE)
SHOTS = os.environ.get("HELD_SHOTS", "")


def today() -> dt.date:
    return clock.local_date(clock.now())


def days_ago(days: int) -> dt.date:
    return today() - dt.timedelta(days=days)


def _label(words: str) -> re.Pattern:
    return re.compile(rf"^\s*{re.escape(words)}(\s*\(optional\))?\s*$")


def _same_page_for_axe(page, browser):
    def answer(route):
        if route.request.resource_type == "document":
            route.fulfill(
                body=re.sub(r"<script\b.*?</script>", "", page.content(), flags=re.DOTALL), content_type="text/html"
            )
        else:
            route.continue_()

    seen = browser.new_context(viewport=page.viewport_size).new_page()
    seen.add_init_script(WATCH)
    seen.route("**/*", answer)
    return seen


def title(code: str, limb: str = "") -> str:
    """What a page calls a flag of this rule."""
    return rulebook.get(code).title_of(limb)


class Person:
    """Somebody at a browser of their own. The first of `widths` is what they use; the page is looked at in all: a desk’s
    and a phone’s, unless told otherwise, and where scripts are off, since the page is the same, the one they use."""

    def __init__(self, user, browser, address, *, javascript=True, widths=()):
        widths = widths or (WIDTHS if javascript else (DESK,))
        self.user, self.address, self.widths, self.javascript = user, address, widths, javascript
        self.context = browser.new_context(
            viewport={"width": widths[0], "height": 900}, java_script_enabled=javascript, locale="en-GB"
        )
        self.context.add_init_script(WATCH)
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        # axe is itself a script: where scripts are off, it is shown the same page, taken over without its scripts.
        self.seen_page = self.page if javascript else _same_page_for_axe(self.page, browser)

    def leaves(self) -> None:
        self.context.close()
        if self.seen_page is not self.page:
            self.seen_page.context.close()

    # --- coming in ------------------------------------------------------------------------------------------------

    def signs_in(self, password: str = PASSWORD, *, at: str = ""):
        """By the form, as people do."""
        self.opens(at or "core:sign_in")
        self.enters("Email address", self.user.email)
        self.enters("Password", password)
        self.presses("Sign in")
        return self

    def is_signed_in(self):
        """A session there already, to come to the point."""
        session = SessionStore()
        session[SESSION_KEY] = str(self.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = self.user.get_session_auth_hash()
        session.create()
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": self.address}
        self.context.add_cookies([cookie])
        return self

    def makes_room_for(self, user) -> None:
        """Somebody else sits down at this browser, or nobody who has an account: cheaper than one for each."""
        self.context.clear_cookies()
        self.user = user
        if user:
            self.is_signed_in()

    # --- going about ----------------------------------------------------------------------------------------------

    def opens(self, where: str, *args, status: int = 200, anew: bool = False):
        """A page by its name and what it is of, or by its address."""
        return self._arrived(self.page.goto(self.path(where, *args)), status, anew=anew)

    def path(self, where: str, *args) -> str:
        if where.startswith("http"):
            return where
        return self.address + (where if where.startswith("/") else reverse(where, args=args))

    def follows(self, words: str, *, within=None, status: int = 200, exact: bool = False):
        """A link, or a link that looks like a button."""
        place = within or self.page
        as_link, as_button = (place.get_by_role(role, name=words, exact=exact) for role in ("link", "button"))
        link = as_link.or_(as_button.and_(self.page.locator("a"))).first
        assert link.count(), f"no link “{words}” on {self.page.url}:\n{self.words()[:3000]}"
        return self._goes(link.click, status)

    def presses(self, words: str, *, within=None, status: int = 200):
        button = self._one("button", words, (within or self.page).get_by_role("button", name=words, exact=True))
        return self._goes(button.click, status)

    def _goes(self, by, status: int):
        with self.page.expect_navigation() as arrival:
            by()
        return self._arrived(arrival.value, status)

    def _arrived(self, response, status: int, *, anew: bool = False):
        assert response.status == status, (
            f"{self.page.url} answered {response.status}, not {status}\n{self.words()[:2000]}"
        )
        self.looks(anew=anew)
        return self

    def looks(self, *, anew: bool = False) -> None:
        """Hold the page to what every page is held to, at each of their widths."""
        if not self.javascript:
            self.seen_page.goto(self.page.url)
        for width in reversed(self.widths):
            if self.seen_page.viewport_size["width"] != width:
                self.seen_page.set_viewport_size({"width": width, "height": 900})
            look(self.seen_page, anew=anew)
            if SHOTS:
                self._keeps_a_picture(width)

    def _keeps_a_picture(self, width: int) -> None:
        path = re.sub(r"\W+", "-", urlsplit(self.page.url).path).strip("-") or "my-work"
        who = self.user.name.split()[0].lower() if self.user else "anybody"
        name = f"{path}-{who}"
        while (folder := Path(SHOTS) / f"{name}-{width}.png").exists():
            name += "+"
        self.seen_page.screenshot(path=folder, full_page=True)

    def unfolds(self, words: str) -> None:
        """Open what is a click away, under a line that ends so."""
        self.page.locator("summary").filter(has_text=re.compile(rf"{re.escape(words)}\s*$")).first.click()

    # --- filling in -----------------------------------------------------------------------------------------------

    def enters(self, label: str, text: str) -> None:
        self._one("box", label, self.page.get_by_label(_label(label))).fill(text)

    def chooses(self, question: str, *answers: str) -> None:
        for answer in answers:
            self._one("answer", answer, self._group(question).get_by_label(answer, exact=True)).check()

    def ticks(self, words: str) -> None:
        self._one("box", words, self.page.get_by_role("checkbox", name=_label(words))).check()

    def picks(self, label: str, option: str) -> None:
        """From a list, by how the option begins."""
        box = self._one("list", label, self.page.get_by_label(_label(label)))
        words = [text.strip() for text in box.locator("option").all_inner_texts()]
        found = [text for text in words if text.startswith(option)]
        assert len(found) == 1, f"“{option}” is {len(found)} of the options of “{label}”: {words}"
        box.select_option(label=found[0])

    def dates(self, question: str, moment: dt.date | dt.datetime) -> None:
        """A date in its three boxes and, for an instant, its time."""
        group = self._group(question)
        local = moment.astimezone(clock.LONDON) if isinstance(moment, dt.datetime) else moment
        for part in ("Day", "Month", "Year"):
            group.get_by_label(part, exact=True).fill(str(getattr(local, part.lower())))
        if isinstance(moment, dt.datetime):
            group.get_by_label("Time", exact=True).fill(f"{local:%H:%M}")

    def _group(self, question: str):
        return self._one("question", question, self.page.get_by_role("group", name=_label(question)))

    def _one(self, what: str, words: str, found):
        assert found.count() == 1, f"{found.count()} {what} called “{words}” on {self.page.url}:\n{self.words()[:3000]}"
        return found

    # --- seeing ---------------------------------------------------------------------------------------------------

    @property
    def main(self):
        return self.page.locator("main")

    def words(self) -> str:
        return " ".join(self.page.locator("body").inner_text().split())

    def sees(self, *texts: str) -> None:
        for text in texts:
            assert text in self.words(), f"“{text}” is not on {self.page.url}:\n{self.words()[:3000]}"

    def does_not_see(self, *texts: str) -> None:
        for text in texts:
            assert text not in self.words(), f"“{text}” is on {self.page.url}"

    def overdue(self) -> str:
        """What the page says is overdue, without what will be."""
        return self.section("Overdue").first.inner_text().partition("Due in the next")[0]

    def section(self, heading: str):
        """The part of the page under a heading."""
        return self.page.get_by_role("region", name=re.compile(rf"^{re.escape(heading)}"))

    def is_told(self, sentence: str) -> None:
        """The error summary says so; its link leads to the box to mend, and the box says so too."""
        summary = self.page.get_by_role("alert").filter(has_text="There is a problem")
        link = summary.get_by_role("link", name=sentence)
        expect(link).to_have_count(1)
        box = self.page.locator(f'[id="{link.get_attribute("href").removeprefix("#")}"]')
        expect(box).to_have_count(1)
        if self.javascript:
            link.click()
            expect(box).to_be_focused()
        said = self.page.locator(".govuk-error-message").filter(has_text=sentence)
        expect(said).to_have_count(1)
        assert self.page.title().startswith("Error: ")
