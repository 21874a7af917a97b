"""How steady the people round a child are, month by month: figures to think with, and never a flag by themselves.

Agency staff who leave because somebody began to look closely make turnover rise, and that is no worse care.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Max, Min
from django.db.models.functions import Lower

from core import charts, clock
from core.dates import months_after
from placements.models import Placement
from staffing import policies, reckoning
from staffing.models import Assignment, AwakeCheck, Carer, Engagement, Presence, Shift, SupervisionLine
from staffing.reckoning import Span

MONTHS = 6
FAMILIAR = dt.timedelta(days=28)  # somebody who worked with the child within this time is known to them
Key = tuple[str, int | str]


class There(NamedTuple):
    """One person's time at one shift."""

    carer: int | None
    name: str  # of somebody who is not on record
    shift: int
    kind: str
    placement: int
    shift_starts: dt.datetime
    shift_ends: dt.datetime
    starts: dt.datetime
    ends: dt.datetime | None
    organisation: str
    counts: bool

    @property
    def who(self) -> Key:
        return _key(self.carer, self.name)

    @property
    def month(self) -> dt.date:
        return month_of(self.shift_starts)


@dataclass(frozen=True)
class Month:
    """A month of a placement. People are counted once a shift: a carer-shift."""

    first: dt.date
    worked: int = 0
    unfamiliar: int = 0
    agency: int = 0
    came: int = 0
    left: int = 0
    unsupervised: tuple[str, ...] = ()
    lone_nights: int = 0
    most_alone: tuple[str, int] | None = None  # who was alone on most of them, and on how many

    def share(self, part: int) -> int:
        return round(100 * part / self.worked) if self.worked else 0

    @property
    def unfamiliar_share(self) -> int:
        return self.share(self.unfamiliar)

    @property
    def agency_share(self) -> int:
        return self.share(self.agency)

    @property
    def named(self) -> str:
        return f"{self.first:%B %Y}"


def month_of(moment: dt.datetime) -> dt.date:
    return clock.local_date(moment).replace(day=1)


def continuity(placement: Placement, *, as_of: dt.datetime, months: int = MONTHS) -> list[Month]:
    """The last `months` months of a placement, the latest first. A fixed number of queries.

    - unfamiliar: of the carer-shifts, those worked by somebody who had not been with the child, at any of her
      placements, in the 28 days before the shift;
    - agency: those worked by somebody who does not work for the provider that runs the placement;
    - came: first shift ever with the child; left: last shift, and none in the 28 days since;
    - unsupervised: carers put on published shifts on whose day nobody supervised them for that agency;
    - lone nights: waking nights on which, for more than 15 minutes, one carer was the only one awake and inside.
    """
    last = month_of(as_of)
    first = max(months_after(last, 1 - months), placement.started_on.replace(day=1))
    wanted = [months_after(first, n) for n in range(months) if months_after(first, n) <= last]
    if not wanted:
        return []
    since = clock.start_of(first) - FAMILIAR
    there = _there(placement, since, as_of)
    here = [each for each in there if each.placement == placement.pk and each.month >= first]
    came, left = _turnover(placement, here, as_of)
    unfamiliar, agency = _unfamiliar(here, there), _agency(placement, here)
    unsupervised, alone = _unsupervised(placement, first, as_of), _alone(here, as_of)
    names = _names(here)
    found = []
    for month in wanted:
        carer_shifts = {(each.who, each.shift) for each in here if each.month == month}
        nights = alone.get(month, {})
        by_carer = Counter(who for lone in nights.values() for who in lone)
        most = max(by_carer.items(), key=lambda row: (row[1], str(row[0])), default=None)
        found.append(
            Month(
                first=month,
                worked=len(carer_shifts),
                unfamiliar=len(carer_shifts & unfamiliar),
                agency=len(carer_shifts & agency),
                came=came[month],
                left=left[month],
                unsupervised=tuple(sorted(unsupervised.get(month, ()))),
                lone_nights=len(nights),
                most_alone=(names[most[0]], most[1]) if most else None,
            )
        )
    return found[::-1]


def chart(months: Iterable[Month]) -> charts.BarChart:
    """The same months, oldest first, as bars."""
    return charts.bar_chart(
        "Carer-shifts by month",
        row_heading="Month",
        series=["By somebody known to the child", "By somebody not known to the child"],
        rows=[
            (month.named, [charts.Number(month.worked - month.unfamiliar), charts.Number(month.unfamiliar)], "")
            for month in reversed(list(months))
        ],
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def _key(carer_id: int | None, name: str) -> Key:
    return ("carer", carer_id) if carer_id is not None else ("name", name.lower())


def _with_the_child(placement: Placement):
    """Carers, never visitors, at any of the child's placements."""
    return Presence.objects.filter(shift__placement__child=placement.child_id, kind=Presence.Kind.CARER).order_by()


def _there(placement: Placement, since: dt.datetime, as_of: dt.datetime) -> list[There]:
    rows = _with_the_child(placement).filter(starts_at__gte=since, starts_at__lte=as_of)
    fields = (
        "carer_id",
        "name",
        "shift_id",
        "shift__kind",
        "shift__placement_id",
        "shift__starts_at",
        "shift__ends_at",
    )
    return [
        There._make([*row, where in Presence.COUNTS])
        for *row, where in rows.values_list(*fields, "starts_at", "ends_at", "organisation", "where")
    ]


def _names(here: Iterable[There]) -> dict[Key, str]:
    carers = Carer.objects.in_bulk([each.carer for each in here if each.carer is not None])
    return {
        each.who: f"{each.name} (not on record)" if each.carer is None else str(carers[each.carer]) for each in here
    }


def _unfamiliar(here: Iterable[There], there: Iterable[There]) -> set[tuple[Key, int]]:
    """Carer-shifts by somebody who was with the child on no other shift in the 28 days before it."""
    times: dict[Key, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for each in there:
        times[each.who].append((each.starts, each.shift))
    return {
        (each.who, each.shift)
        for each in here
        if not any(
            shift != each.shift and each.shift_starts - FAMILIAR <= starts < each.shift_starts
            for starts, shift in times[each.who]
        )
    }


def _agency(placement: Placement, here: list[There]) -> set[tuple[Key, int]]:
    """Carer-shifts by anybody but the provider's own staff: by the rota, else by whom they work for that day."""
    own = policies.own_provider_id(placement)
    provider = placement.home.provider if placement.home else placement.provider
    shifts = {each.shift for each in here}
    planned = {
        (("carer", carer), shift): agency
        for carer, shift, agency in Assignment.objects.standing()
        .filter(shift__in=shifts)
        .order_by()
        .values_list("carer_id", "shift_id", "agency_id")
    }
    engaged: dict[Key, list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
    if own is not None:
        carers = {each.carer for each in here if each.carer is not None}
        for carer, starts, ends in Engagement.objects.filter(agency=own, carer__in=carers).values_list(
            "carer_id", "started_on", "ended_on"
        ):
            engaged[("carer", carer)].append((starts, ends))

    def is_own(each: There) -> bool:
        if each.carer is None:
            return provider is not None and each.organisation.strip().lower() == provider.name.lower()
        if (each.who, each.shift) in planned:
            return planned[(each.who, each.shift)] == own
        day = clock.local_date(each.shift_starts)
        return any(starts <= day and (ends is None or ends > day) for starts, ends in engaged[each.who])

    return {(each.who, each.shift) for each in here if not is_own(each)}


def _turnover(placement: Placement, here: list[There], as_of: dt.datetime) -> tuple[Counter, Counter]:
    """How many came and how many left, by month."""
    there = {each.who for each in here}
    came: Counter = Counter()
    left: Counter = Counter()
    ever = _with_the_child(placement).filter(starts_at__lte=as_of)
    rows = ever.values("carer_id", called=Lower("name")).annotate(first=Min("starts_at"), last=Max("starts_at"))
    for row in rows:
        if _key(row["carer_id"], row["called"]) not in there:
            continue
        came[month_of(row["first"])] += 1
        if as_of - row["last"] > FAMILIAR:
            left[month_of(row["last"])] += 1
    return came, left


def _unsupervised(placement: Placement, first: dt.date, as_of: dt.datetime) -> dict[dt.date, set[str]]:
    put_on = list(
        Assignment.objects.standing()
        .filter(
            shift__placement=placement,
            shift__published_at__isnull=False,
            shift__starts_at__gte=clock.start_of(first),
            shift__starts_at__lte=as_of,
        )
        .select_related("carer", "shift")
    )
    lines: dict[tuple[int, int], list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
    for carer, agency, starts, ends in SupervisionLine.objects.filter(
        carer__in={each.carer_id for each in put_on}
    ).values_list("carer_id", "agency_id", "started_on", "ended_on"):
        lines[(carer, agency)].append((starts, ends))
    found: dict[dt.date, set[str]] = defaultdict(set)
    for each in put_on:
        day = clock.local_date(each.shift.starts_at)
        held = lines[(each.carer_id, each.agency_id)]
        if not any(starts <= day and (ends is None or ends > day) for starts, ends in held):
            found[month_of(each.shift.starts_at)].add(str(each.carer))
    return found


def _alone(here: list[There], as_of: dt.datetime) -> dict[dt.date, dict[int, set[Key]]]:
    """By month and night: who was, at some time of it, the only one awake and inside."""
    nights: dict[int, list[There]] = defaultdict(list)
    for each in here:
        if each.kind == Shift.Kind.WAKING_NIGHT:
            nights[each.shift].append(each)
    looks: dict[tuple[int, Key], list[tuple[dt.datetime, bool]]] = defaultdict(list)
    for shift, carer, name, moment, state in AwakeCheck.objects.filter(shift__in=nights).values_list(
        "shift_id", "carer_id", "name", "checked_at", "state"
    ):
        looks[(shift, _key(carer, name))].append((moment, state == AwakeCheck.State.AWAKE))
    found: dict[dt.date, dict[int, set[Key]]] = defaultdict(dict)
    for shift, people in nights.items():
        one = people[0]
        over = reckoning.utc(one.shift_starts, max(one.shift_starts, min(one.shift_ends, as_of)))
        awake: list[tuple[Key, Span]] = []
        for each in people:
            if each.counts:
                asleep = reckoning.asleep_spans(looks[(shift, each.who)], as_of)
                span = reckoning.utc(each.starts, each.ends or max(each.starts, as_of))
                awake += [(each.who, part) for part in reckoning.without([span], asleep)]
        if lone := set(reckoning.alone(awake, over)):
            found[one.month][shift] = lone
    return found
