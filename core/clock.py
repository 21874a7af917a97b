"""The only reader of the time.

Everything else takes `as_of`, an aware instant, keyword-only. The edge of the system (a request, a task, a command)
reads `now()` once and hands it down; ruff refuses other readers.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models.functions import Now, TruncDate

LONDON = ZoneInfo("Europe/London")


def now() -> dt.datetime:
    """The present instant, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_date(as_of: dt.datetime) -> dt.date:
    """The date in England at the instant `as_of`: the date by which every rule that counts days judges."""
    return as_of.astimezone(LONDON).date()


def start_of(day: dt.date) -> dt.datetime:
    """The first instant of `day` in England."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=LONDON)


def end_of(day: dt.date) -> dt.datetime:
    """The first instant after `day` in England: a thing due on a day is overdue from here, and not before.

    On the days the clocks change this is 23 or 25 hours after `start_of(day)`.
    """
    return start_of(day + dt.timedelta(days=1))


def at_local(day: dt.date, time: dt.time) -> dt.datetime:
    """The instant when English clocks show `time` on `day` (the earlier one where a clock shows it twice)."""
    return dt.datetime.combine(day, time, tzinfo=LONDON)


def database_now() -> Now:
    """The instant the current transaction began, by the database's clock: for what a writer may not choose."""
    return Now()


def database_today() -> TruncDate:
    """Today's date in England by the database's clock: for rights that start and end with a day."""
    return TruncDate(Now(), tzinfo=LONDON)
