"""Counting in calendar months, as the law does, and as PostgreSQL's intervals do; and instants read from addresses."""

import calendar
import datetime as dt


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of the month, `months` later; the month's last day where it has no such day (31 August + 6)."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def birthday(born: dt.date, age: int) -> dt.date:
    """The day a person born on `born` reaches `age`."""
    return months_after(born, 12 * age)


def age_on(born: dt.date, day: dt.date) -> int:
    """Age in whole years on `day`."""
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1


def read_instant(text: str) -> dt.datetime | None:
    """The instant an ISO text stands for, as we write it into an address or a form; None for anything we never wrote.

    Without a zone it is no instant, and far from our times it cannot be reckoned with.
    """
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None and 1900 <= read.year < 2200 else None


def in_words(day: dt.date) -> str:
    """A date inside a sentence: 3 March 2022."""
    return f"{day.day} {day:%B %Y}"
