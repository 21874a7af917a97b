"""A day in March on which the pages of visits and logs are opened, and the words for opening them."""

import datetime as dt

from django.urls import reverse

from placements.actions import write_log
from tests.cast import at

START = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 20)
NOW = at(TODAY, 15)


def log_of(placement, by, covers_from, covers_until):
    return write_log(
        placement=placement,
        covers_from=covers_from,
        covers_until=covers_until,
        occurred_at=NOW,
        how_she_was="Settled.",
        day="Football. Toast.",
        by=by,
        as_of=NOW,
    )


def address(name, record, **query):
    tail = "&".join(f"{key}={value}" for key, value in query.items())
    return reverse(f"placements:{name}", args=[record.pk]) + (f"?{tail}" if tail else "")


def text(page) -> str:
    return page.content.decode()


def errors(page) -> list[str]:
    return [entry.text for entry in page.context["form"].error_list]


STEP_1 = {"announced": "no", "manner": "in_person", "place": "At home"}


def at_step_2(hand, placement, **changes):
    hand.open(address("visit", placement))
    assert hand.send(**(STEP_1 | changes)).context["step"] == 2
    return hand


WORDS = "She said: “I want\nto ring my sister.”"
