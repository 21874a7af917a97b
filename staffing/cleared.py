"""Who is cleared to work, and what is missing where they are not: the database's own answer, and the words for it.

`staffing_missing()` in the database decides (STF-01; Children's Homes (England) Regulations 2015 reg 32 and Schedule 2).
The gate on the rota, the rulebook and these pages all ask it, so they cannot disagree.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, Expression, F, Func, TextField, Value

from children.querysets import live
from core import clock
from core.models import User
from staffing.models import Carer, Check
from staffing.querysets import CarerQuerySet, placements_known_to

SOON = dt.timedelta(days=28)  # this long before a check runs out, its page says so
Kind = Check.Kind

# What is missing, as it stands after "Missing: ".
LACKS: dict[str, str] = {
    Kind.IDENTITY: "identity with a photograph",
    Kind.RIGHT_TO_WORK: "right to work in the UK",
    Kind.DBS: "enhanced DBS certificate with barred list, in date",
    Kind.REFERENCE_LAST: "reference from the last employer",
    Kind.REFERENCE_OTHER: "second reference",
    Kind.LEAVING: "verified reason for leaving earlier care work",
    Kind.HISTORY: "full employment history with its gaps explained",
    Kind.QUALIFICATIONS: "qualifications",
}
NOTHING = f"all {len(Check.REQUIRED)} checks"


def in_words(kinds: Iterable[str]) -> list[str]:
    """What a carer lacks, each in words, in the order in which they are required."""
    return [LACKS.get(kind, kind) for kind in kinds]


# --- many carers ------------------------------------------------------------------------------------------------------


class Missing(Func):
    """The kinds of check a carer lacks at an instant, by the standards of a council (None: the national ones)."""

    function = "staffing_missing"
    output_field = ArrayField(TextField())

    def __init__(self, moment: dt.datetime, authority_id: int | None, carer: str = "pk") -> None:
        authority = Value(authority_id, output_field=BigIntegerField())
        super().__init__(F(carer), Value(moment, output_field=DateTimeField()), authority)


def with_lacks(carers: CarerQuerySet, moment: dt.datetime, councils: Iterable[int | None]) -> CarerQuerySet:
    """Each carer with `lacks`: the kinds of check they lack at an instant by the standards of any of these councils.
    Empty: they are cleared. One query for all of them."""
    first, *others = [Missing(moment, council) for council in councils]
    lacks: Expression = first
    for other in others:
        lacks = Func(lacks, other, function="array_cat", output_field=ArrayField(TextField()))
    return carers.annotate(lacks=lacks)


def lacking(carer: Carer) -> list[str]:
    """In words, what a carer read with `with_lacks` lacks, each thing once."""
    kinds = dict.fromkeys(carer.lacks)  # type: ignore[attr-defined]
    return [NOTHING] if len(kinds) == len(Check.REQUIRED) else in_words(kinds)


def councils_of(user: User) -> list[int | None]:
    """Whose standards a page goes by: the reader's own council's or, for a provider's people, those of every council
    that places with them now, so that whoever reads as cleared is let through wherever they may be put on."""
    if user.authority_id is not None:
        return [user.authority_id]
    placing = placements_known_to(user).filter(live()).order_by("child__authority_id")
    return list(placing.values_list("child__authority_id", flat=True).distinct()) or [None]


# --- one carer --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """How one required check stands. `state` is "complete", "soon", "not confirmed", "out of date" or "missing"."""

    kind: str
    state: str
    last_day: dt.date | None = None  # the last day it counts, where that is within the next 28

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


def states_of(
    carer: Carer, checks: Iterable[Check], as_of: dt.datetime, councils: Iterable[int | None]
) -> dict[str, State]:
    """How each required check of a carer stands today and over the next 28 days, by kind. `checks` are all of theirs."""
    today = clock.local_date(as_of)
    first_without = _first_days_without(carer, today, councils)
    standing = [check for check in checks if check.withdrawn_at is None and check.checked_on <= today]
    once = {check.kind for check in standing}
    counted = {check.kind for check in standing if not check.unconfirmed}
    found: dict[str, State] = {}
    for kind in Check.REQUIRED:
        day = first_without.get(kind)
        if day is None:
            found[kind] = State(kind, "complete")
        elif day > today:
            found[kind] = State(kind, "soon", day - dt.timedelta(days=1))
        else:
            found[kind] = State(
                kind, "out of date" if kind in counted else "not confirmed" if kind in once else "missing"
            )
    return found


def _first_days_without(carer: Carer, today: dt.date, councils: Iterable[int | None]) -> dict[str, dt.date]:
    """The first day, from today to 28 days on, on which a carer lacks each kind of check; kinds never lacked left out.

    The database is asked for each day, so what it means by "in date" is written down nowhere else.
    """
    days = [today + dt.timedelta(days=n) for n in range(SOON.days + 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind, min(asked.place) FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS asked(moment, place),
                 unnest(%s::bigint[]) AS council,
                 unnest(staffing_missing(%s, asked.moment, council)) AS kind
            GROUP BY kind
            """,
            [[clock.start_of(day) for day in days], list(councils), carer.pk],
        )
        return {kind: days[place - 1] for kind, place in cursor.fetchall()}
