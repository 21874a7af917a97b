"""Two charts, drawn as SVG by our own templates, each with its table. Widths are worked out here, in per cent.

A view makes one and hands it to its component: `<c-bar-chart :chart="chart" />`, `<c-strip-chart :chart="chart" />`.
"""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

ROW, BAR = 52, 20  # pixels a row of bars takes, and the bar within it


@dataclass(frozen=True)
class Number:
    """A number that is a link to exactly what it counts."""

    count: int
    href: str = ""


@dataclass(frozen=True)
class Segment:
    x: str  # per cent of the chart's width
    width: str
    fill: int
    title: str


@dataclass(frozen=True)
class BarRow:
    label: str
    numbers: Sequence[Number]
    total: Number
    segments: Sequence[Segment]
    text_y: int
    bar_y: int


@dataclass(frozen=True)
class BarChart:
    title: str
    row_heading: str
    series: Sequence[str]
    rows: Sequence[BarRow]
    totals: Sequence[Number]
    total: Number
    height: int = field(default=0)
    bar: int = BAR


def bar_chart(
    title: str,
    *,
    series: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Number], str]],
    totals: Sequence[Number] = (),
    total: Number | None = None,
    row_heading: str = "",
) -> BarChart:
    """Bars of one or more parts. `rows` are (label, a Number for each of `series`, address of the row's total).

    Give `totals` (and `total`) for a last row of sums, each a link of its own.
    """
    longest = max((sum(n.count for n in numbers) for _, numbers, _ in rows), default=0)
    drawn = []
    for index, (label, numbers, href) in enumerate(rows):
        starts = itertools.accumulate((n.count for n in numbers), initial=0)
        segments = [
            Segment(
                x=f"{100 * start / longest:.2f}%",
                width=f"{100 * number.count / longest:.2f}%",
                fill=position,
                title=f"{label}, {name}: {number.count}",
            )
            for position, (name, number, start) in enumerate(zip(series, numbers, starts, strict=False), 1)
            if number.count
        ]
        row_total = Number(sum(n.count for n in numbers), href)
        top = index * ROW
        drawn.append(BarRow(label, numbers, row_total, segments, text_y=top + 16, bar_y=top + 23))
    whole = total or Number(sum(row.total.count for row in drawn))
    return BarChart(title, row_heading, series, drawn, totals, whole, height=len(drawn) * ROW)


DONE, LATE, MISSING, NOT_DUE = "done", "late", "missing", "none"
WORDS = {DONE: "Log written", LATE: "Written late", MISSING: "No log", NOT_DUE: "None due"}


@dataclass(frozen=True)
class Day:
    date: dt.date
    state: str  # DONE, LATE, MISSING or NOT_DUE
    x: str
    width: str
    title: str


@dataclass(frozen=True)
class Run:
    """Days on end in the same state: one row of the table."""

    first: dt.date
    last: dt.date
    days: int
    state: str
    words: str


@dataclass(frozen=True)
class StripChart:
    title: str
    days: Sequence[Day]
    runs: Sequence[Run]
    key: Sequence[tuple[str, str, int]]  # state, words, days


def strip_chart(title: str, days: Sequence[tuple[dt.date, str]], words: dict[str, str] | None = None) -> StripChart:
    """A day a mark, from left to right: which days have what they should have and which have not."""
    words = words or WORDS
    step = 100 / len(days) if days else 0
    drawn = [
        Day(
            date,
            state,
            f"{i * step:.3f}%",
            f"{step * (0.86 if len(days) < 100 else 1):.3f}%",
            f"{_long(date)}: {words[state]}",
        )
        for i, (date, state) in enumerate(days)
    ]
    runs = []
    for state, group in itertools.groupby(drawn, key=lambda day: day.state):
        run = list(group)
        runs.append(Run(run[0].date, run[-1].date, len(run), state, words[state]))
    key = [(state, words[state], sum(d.state == state for d in drawn)) for state in words]
    return StripChart(title, drawn, runs[::-1], [entry for entry in key if entry[2]])


def _long(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"
