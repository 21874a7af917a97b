"""Children in trouble, relative to now: the pages read the real clock. And the reading of pages as a person would."""

import datetime as dt
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from core import clock
from placements.models import DailyLog, Visit


def ago(days: int) -> dt.date:
    return clock.local_date(clock.now()) - dt.timedelta(days=days)


def noon(days: int) -> dt.datetime:
    """Noon so many days ago; never in the future."""
    return min(clock.at_local(ago(days), dt.time(12)), clock.now())


def visit(
    placement, days: int, by, *, outcome="seen_alone", capacity="social_worker", announced=True, **fields
) -> Visit:
    return Visit.objects.create(
        placement=placement, occurred_at=noon(days), outcome=outcome, announced=announced, visitor=by.name,
        capacity=capacity, place="Where she lives", recorded_by=by, **fields,
    )  # fmt: skip


def log(placement, days: int, author, *, late=False) -> DailyLog:
    day = ago(days)
    return DailyLog.objects.create(
        placement=placement, covers_from=clock.start_of(day), covers_until=clock.end_of(day),
        occurred_at=noon(days - 1), how_she_was="Settled", day="School, pasta", author=author, late=late,
    )  # fmt: skip


def going_wrong(cast, count: int, *, worker=None, since: int = 45, **child):
    """Children in unregistered homes under an order, last visited long ago, some days logged, nobody managing."""
    placements = []
    for number in range(count):
        her = cast.child(forename=f"Wren{number}", surname="Example", since=ago(400), worker=worker, **child)
        cast.dol_order(her, ago(30))
        placement = cast.unregistered(her, ago(since))
        visit(placement, 30, cast.amy)
        visit(placement, 12, cast.amy, outcome="refused")
        for days in (3, 4, 6):
            log(placement, days, cast.priya)
        placements.append(placement)
    return placements


class _Anchors(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.href, self.text, self.hidden = None, "", 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a":
            self.href, self.text, self.hidden = attrs.get("href"), "", 0
        elif self.href is not None and tag == "span":
            quiet = ("govuk-visually-hidden", "held-stat__label")
            self.hidden += bool(self.hidden or attrs.get("class") in quiet)

    def handle_endtag(self, tag):
        if tag == "a" and self.href is not None:
            self.found.append((" ".join(self.text.split()), self.href))
            self.href = None
        elif tag == "span" and self.hidden:
            self.hidden -= 1

    def handle_data(self, data):
        if self.href is not None and not self.hidden:
            self.text += data


def links(response) -> list[tuple[str, str]]:
    """Every link of a page: what it says to the eye, and where it leads."""
    parser = _Anchors()
    parser.feed(response.content.decode())
    return parser.found


def one_of_each(response) -> list[str]:
    """Of the links of a page that lead into the service, one to each kind of page with each kind of question."""
    found = {}
    for _, href in links(response):
        parts = urlsplit(href)
        if parts.path.startswith("/") and "sign-out" not in parts.path:
            found[resolve(parts.path).view_name, tuple(sorted(parse_qs(parts.query)))] = href
    return list(found.values())


def numbers(response) -> list[tuple[int, str]]:
    """Every link that is a bare number."""
    return [(int(text), href) for text, href in links(response) if text.isdigit()]


def queries(client, url: str) -> int:
    """How many queries a page takes, once what a process caches is cached."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
