"""Small turns of phrase the pages share."""

import datetime as dt

from core import clock
from placements import codes


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def lower(words: str) -> str:
    """For the middle of a sentence; an abbreviation keeps its capitals."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def type_label(code: str) -> str:
    """A placement's type in words, without its code."""
    return codes.TYPES[code][0] if code in codes.TYPES else code


def covers_words(since: dt.datetime, until: dt.datetime) -> str:
    """A stretch of time, as short as it can be said: a whole day is that day."""
    since, until = since.astimezone(clock.LONDON), until.astimezone(clock.LONDON)
    day = f"{since:%a} {since.day} {since:%B}"
    if since == clock.start_of(since.date()) and until == clock.end_of(since.date()):
        return day
    if since.date() == until.date():
        return f"{day}, {since:%H:%M} to {until:%H:%M}"
    return f"{day}, {since:%H:%M} to {until:%a} {until.day} {until:%B}, {until:%H:%M}"
