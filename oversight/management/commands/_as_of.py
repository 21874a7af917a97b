"""The instant a command is asked about."""

import argparse
import datetime as dt

from core import clock


def instant(text: str) -> dt.datetime:
    """An ISO instant; without a zone by English clocks; a date alone is its last second, today now."""
    try:
        if len(text) == len("2022-01-31"):
            day, now = dt.date.fromisoformat(text), clock.now()
            return now if day == clock.local_date(now) else clock.end_of(day) - dt.timedelta(seconds=1)
        read = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a date (2022-01-31) or an instant (2022-01-31T14:00)"
        ) from error
    return read if read.tzinfo else clock.at_local(read.date(), read.time())
