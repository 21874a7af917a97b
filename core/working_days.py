"""The working-day calendar of England: not Saturday, not Sunday, not a bank holiday.

Care Planning, Placement and Case Review (England) Regulations 2010 reg 2. Bank holidays come from the `holidays`
library, which carries one-off holidays as they are proclaimed.
"""

import datetime as dt
from functools import lru_cache

import holidays

ONE_DAY = dt.timedelta(days=1)


@lru_cache(maxsize=128)
def bank_holidays(year: int) -> frozenset[dt.date]:
    """England's bank holidays of one year, Good Friday, Christmas Day and substitute days among them."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def add_working_days(day: dt.date, number: int) -> dt.date:
    """The date `number` working days after `day`; the day itself is not counted.

    `number` may be 0 (the day itself, working or not) and may not be negative (ValueError).
    """
    if number < 0:
        raise ValueError("a number of working days cannot be negative")
    while number:
        day += ONE_DAY
        if is_working_day(day):
            number -= 1
    return day


@lru_cache(maxsize=32)
def table_of(number: int, first: dt.date, last: dt.date) -> tuple[tuple[dt.date, ...], tuple[dt.date, ...]]:
    """Each day from `first` to `last`, and beside it the date `number` working days later.

    The two columns go to PostgreSQL as arrays, so a rule can count working days for every placement in one query.
    """
    days, dues = [], []
    day = first
    while day <= last:
        days.append(day)
        dues.append(add_working_days(day, number))
        day += ONE_DAY
    return tuple(days), tuple(dues)
