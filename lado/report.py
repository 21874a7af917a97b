"""The LADO's year: how many, from whom, about whom, what kind, how they ended and in what time. Numbers, and no names."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core import charts, clock
from governance.models import Concern
from lado import codes
from lado.models import Referral, ReferralStep
from lado.querysets.referrals import LENGTHS

ENDED = [*codes.Outcome.choices, ("open", "Still open")]


@dataclass(frozen=True)
class Part:
    """One way of counting: its field, and every value it may have, so that none is left out for being nought."""

    key: str
    title: str
    choices: Sequence[tuple[str, str]]


PARTS = (
    Part("source", "By who raised it", Concern.Raiser.choices),
    Part("post", "By what they do", codes.Post.choices),
    Part("category", "By kind of harm", codes.Category.choices),
    Part("outcome", "By outcome", ENDED),
    Part("length", "By time to the outcome", [(code, label) for code, (label, _) in LENGTHS.items()]),
)


def year_of(day: dt.date) -> int:
    """A year runs from 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def called(year: int) -> str:
    return f"1 April {year} to 31 March {year + 1}"


def called_short(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02}"


def years(today: dt.date) -> list[int]:
    """The years that are offered, this one first."""
    return list(range(year_of(today), year_of(today) - 6, -1))


def rows_of(referrals: Any, year: int) -> list[dict[str, Any]]:
    """A row a referral that reached the LADO in the year. One query."""
    found = referrals.received_in(year).with_length().order_by("received_at", "pk")
    rows = list(found.values("number", "received_at", "closed_at", "source", "post", "category", "outcome", "length"))
    return [row | {"outcome": row["outcome"] or "open"} for row in rows]


def counted(rows: Sequence[dict[str, Any]]) -> list[tuple[Part, list[tuple[str, str, int]]]]:
    """Each way of counting, as (code, label, how many)."""
    found = []
    for part in PARTS:
        numbers = Counter(row[part.key] for row in rows)
        found.append((part, [(code, str(label), numbers[code]) for code, label in part.choices]))
    return found


def drawn(rows: Sequence[dict[str, Any]], href: Callable[..., str]) -> list[tuple[charts.BarChart, list[str]]]:
    """A chart for each, with its table, every number leading to the referrals it counts; and of what there was none."""
    return [
        (
            charts.bar_chart(
                part.title,
                series=["Referrals"],
                row_heading=part.title.removeprefix("By ").capitalize(),
                rows=[
                    (label, [charts.Number(number, href(**{part.key: code}))], "")
                    for code, label, number in numbers
                    if number
                ],
                totals=[charts.Number(len(rows), href())],
            ),
            [label for _, label, number in numbers if not number],
        )
        for part, numbers in counted(rows)
    ]


HEAD = ("number", "reached the LADO", "from", "about", "kind of harm", "outcome", "closed", "days to the outcome")


def sheet(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """A line a referral, for a spreadsheet."""
    labels = {part.key: dict(part.choices) for part in PARTS}
    lines = []
    for row in rows:
        received = clock.local_date(row["received_at"])
        closed = clock.local_date(row["closed_at"]) if row["closed_at"] else None
        lines.append(
            [
                row["number"],
                received.isoformat(),
                *(str(labels[key][row[key]]) for key in ("source", "post", "category", "outcome")),
                closed.isoformat() if closed else "",
                (closed - received).days if closed else "",
            ]
        )
    return lines


def learning(referrals: Any, year: int) -> list[str]:
    """What is to be learnt from those of the year, the oldest first, and no name of anybody on record with them."""
    found = referrals.received_in(year).select_related("carer", "account", "child", "referred_by", "employer")
    named = {each.pk: _names(each) for each in found}
    steps = ReferralStep.objects.filter(referral__in=named, kind=ReferralStep.Kind.LEARNING)
    return [_without(step.text, named[step.referral_id]) for step in steps.order_by("happened_at", "pk")]


def _names(referral: Referral) -> set[str]:
    child, carer = referral.child, referral.carer
    people = [carer, referral.account, referral.referred_by, referral.employer]
    whole = [referral.named, referral.employer_named, *(str(each) for each in people if each)]
    parts = [child.forename, child.surname, child.known_as] if child else []
    parts += [carer.forename, carer.surname] if carer else []
    parts += referral.account.name.split() if referral.account else []
    parts += re.findall(
        r"\b[A-Z][\w’'-]+", referral.named
    )  # “Tom Heron, the team manager”: each word that may be a name
    return {name.strip() for name in [*whole, *parts] if len(name.strip()) > 1}


def _without(text: str, names: set[str]) -> str:
    said = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)({said})(?!\w)", "[name]", text, flags=re.IGNORECASE) if said else text


def average_days(rows: Sequence[dict[str, Any]]) -> int | None:
    """Whole days to the outcome on average, of those that have one."""
    days = [
        (clock.local_date(row["closed_at"]) - clock.local_date(row["received_at"])).days
        for row in rows
        if row["closed_at"]
    ]
    return round(sum(days) / len(days)) if days else None
