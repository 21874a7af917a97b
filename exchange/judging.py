"""What can be true of a child's episodes, and what cannot.

Pure functions over what the returns say of one child, so that the same rows are judged alike whatever order they came
in. A `Doubt` keeps a row in quarantine; a `Remark` is reported, and the row is used.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from children import codes as child_codes
from core.dates import in_words
from exchange.reading import read_date
from placements import codes

LEGAL = frozenset(code for code, _ in child_codes.LEGAL_STATUS)
NEED = frozenset(code for code, _ in child_codes.NEED)
CEASED = frozenset(code for code, _ in child_codes.REASON_CEASED)
PROVIDER = frozenset(code for code, _ in codes.PROVIDER_KIND)
CHANGE = frozenset(code for code, _ in codes.REASON_FOR_CHANGE)
NEW = frozenset("SLPTBU")
CONTINUES = "X1"
NO_HEADER = "no_header"  # whoever the row is of, nobody here knows her


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode as it is to be used. `key` is its first day as the return gave it; `start` may have been mended."""

    key: dt.date
    start: dt.date
    end: dt.date | None
    values: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.values.get(column, "")

    @property
    def said(self) -> str:
        """Its days, in words."""
        return f"{in_words(self.start)} to {in_words(self.end) if self.end else 'no end'}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a row cannot be used as it stands."""

    code: str
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd in a row that is used all the same."""

    code: str
    column: str
    sentence: str


def episode(key: dt.date, values: Mapping[str, str]) -> Episode:
    return Episode(key, read_date(values.get("DECOM", "")) or key, read_date(values.get("DEC", "")), values)


def doubts(episodes: Iterable[Episode], *, born: dt.date | None, today: dt.date) -> dict[dt.date, Doubt]:
    """The episodes of one child that cannot be true, by key. `born` is None while no header names her."""
    found = {}
    credible = []
    for each in episodes:
        doubt = by_itself(each, born, today)
        if doubt:
            found[each.key] = doubt
        else:
            credible.append(each)
    return found | _overlaps(credible)


def by_itself(each: Episode, born: dt.date | None, today: dt.date) -> Doubt | None:
    """Why an episode cannot be true whatever stands beside it, or None."""
    end = each.get("DEC")
    if born is None:
        return Doubt(NO_HEADER, "CHILD", "No header names this child, who is therefore not known. It waits for one.")
    if end and each.end is None:
        return Doubt("unreadable_end", "DEC", f"“{end}” is not a date, so nobody can tell when, or whether, it ended.")
    if each.end and each.end < each.start:
        return Doubt(
            "ends_before_start", "DEC", f"It ends on {in_words(each.end)}, before it starts on {in_words(each.start)}."
        )
    if each.start < born:
        return Doubt(
            "before_birth",
            "DECOM",
            f"It starts on {in_words(each.start)}, before the child was born on {in_words(born)}.",
        )
    for column, day in (("DECOM", each.start), ("DEC", each.end)):
        if day and day > today:
            return Doubt("in_the_future", column, f"{column} is {in_words(day)}, which has not come yet.")
    if each.get("LS") not in LEGAL:
        return Doubt("unknown_legal_status", "LS", _unknown("legal status", each.get("LS")))
    if each.get("PLACE") not in codes.TYPES:
        return Doubt("unknown_placement", "PLACE", _unknown("placement", each.get("PLACE")))
    return None


def _unknown(what: str, code: str) -> str:
    return f"“{code}” is not a {what} code." if code else f"It does not say what {what} the child was in."


def _overlaps(episodes: list[Episode]) -> dict[dt.date, Doubt]:
    """Every episode that shares a day with another. Both cannot be true, and nothing in them says which is."""
    found = {}
    ordered = sorted(episodes, key=lambda e: (e.start, e.end or dt.date.max))
    reaching: Episode | None = None  # of those before, the one that goes on longest
    for position, each in enumerate(ordered):
        following = ordered[position + 1] if position + 1 < len(ordered) else None
        if following and _reaches(each, following):
            both_open = each.end is None and following.end is None
            code = "open_twice" if both_open else "overlaps_next"
            found[each.key] = Doubt(
                code,
                "DEC",
                f"It goes on ({each.said}) after the next episode has begun ({following.said}); both cannot be true.",
            )
        elif reaching and _reaches(reaching, each):
            found[each.key] = Doubt(
                "overlapped",
                "DECOM",
                f"An earlier episode ({reaching.said}) covers days of this one ({each.said}); both cannot be true.",
            )
        if reaching is None or (reaching.end is not None and (each.end is None or each.end > reaching.end)):
            reaching = each
    return found


def _reaches(earlier: Episode, later: Episode) -> bool:
    return earlier.end is None or earlier.end > later.start or earlier.start == later.start


def remarks(each: Episode) -> Iterable[Remark]:
    """What is odd in an episode that can still be used."""
    for column, known in (
        ("RNE", NEW),
        ("CIN", NEED),
        ("REC", CEASED | {CONTINUES}),
        ("PLACE_PROVIDER", PROVIDER),
        ("REASON_PLACE_CHANGE", CHANGE),
    ):
        code = each.get(column)
        if code and code not in known:
            yield Remark("unknown_code", column, f"“{code}” is not a code of {column}. It was left empty.")
    for column in ("RNE", "CIN"):
        if not each.get(column):
            yield Remark("missing_code", column, f"{column} is empty.")
    place = each.get("PLACE")
    if place in codes.TYPES and not codes.valid_on(place, each.start):
        yield Remark("code_out_of_date", "PLACE", f"{place} was not a placement code on {in_words(each.start)}.")
    if each.get("REC") and each.end is None and not each.get("DEC"):
        yield Remark(
            "reason_without_end", "REC", f"It says why it ended ({each.get('REC')}) but not when. It was read as open."
        )
    if each.end and not each.get("REC"):
        yield Remark("end_without_reason", "REC", f"It ended on {in_words(each.end)} but does not say why.")
    for column, longest in (("URN", 8), ("PL_POST", 8)):
        if len(each.get(column)) > longest:
            yield Remark("too_long", column, f"“{each.get(column)}” is too long for {column}. It was left empty.")
