"""Quarters of a calendar year, as reports are made of them: read from an address, shown in a list, begun and ended."""

import datetime as dt
import re
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months: the first quarter is January to March."""

    year: int
    number: int

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> dt.date:
        return self.after.first - ONE_DAY

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), self.number - 1 or 4)

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.year}-{self.number}"

    def __str__(self) -> str:
        return f"{self.first:%B} to {self.last:%B %Y}"


def of(day: dt.date) -> Quarter:
    """The quarter a day is in."""
    return Quarter(day.year, (day.month + 2) // 3)


def latest(today: dt.date, number: int) -> list[Quarter]:
    """So many quarters up to the one that runs now, the newest first."""
    found = [of(today)]
    while len(found) < number:
        found.append(found[-1].before)
    return found


def read(text: str, *, today: dt.date) -> Quarter:
    """The quarter an address asks for; the one that runs now, where it asks for none we know of."""
    match = re.fullmatch(r"(20\d\d)-([1-4])", text, re.ASCII)
    asked = Quarter(int(match[1]), int(match[2])) if match else of(today)
    return min(asked, of(today))
