"""What is heard of a placement, four weeks at a time, and whether a new manager made people speak up.

More concerns, and more consultations of the LADO, are told as what they are: people who speak, and somebody who listens.
The LADO hears by being consulted about a concern and by a referral; the two are counted as one, by the day, so that no
number says how many people were referred.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from core import clock
from core.charts import BarChart, Number, bar_chart
from core.models import User
from governance.models import Concern, ConcernStep, PoliceAttendance, QualityVisit
from placements.models import ManagerPost, Placement

# When something about those who care for children at a placement reached the LADO: registered by the floor that knows (see
# lado/apps.py). Called with the placement and the user, and gives instants.
REFERRED_FROM_ABOVE: list[Callable] = []
WINDOW, WINDOWS = dt.timedelta(days=28), 6
LONGEST = 3 * WINDOW  # how far to either side of a manager's coming it is compared
SERIES = ("Concerns raised", "LADO consulted", "Police came", "Quality-assurance visits")


@dataclass(frozen=True)
class Manager:
    """How often the LADO was consulted since a manager came, and in as long a time before."""

    name: str
    since: dt.datetime
    after: int
    before: int
    days: int

    @property
    def is_more(self) -> bool:
        return self.after > self.before


@dataclass(frozen=True)
class Heard:
    chart: BarChart
    manager: Manager | None
    last_looked: dt.datetime | None
    last_consulted: dt.datetime | None


def heard_of(placement: Placement, user: User, *, as_of: dt.datetime) -> Heard:
    """What this person may know of what was said about a placement, and of who came to look."""
    concerns = Concern.for_user(user).filter(child=placement.child, placement=placement)
    consulted = _consulted(user, placement)
    here = [moment for moment in consulted if moment >= _came(placement)]
    visits = QualityVisit.for_user(user).standing().filter(placement=placement).exclude(kind=QualityVisit.Kind.PREMISES)
    kinds = [
        list(concerns.filter(received_at__lte=as_of).values_list("received_at", flat=True)),
        [moment for moment in here if moment <= as_of],
        _moments(PoliceAttendance.for_user(user).filter(placement=placement), "attended_at", as_of),
        _moments(visits, "occurred_at", as_of),
    ]
    rows = []
    for number in range(WINDOWS):
        until = as_of - number * WINDOW
        if until <= _came(placement):
            break
        day = clock.local_date(until - WINDOW) + dt.timedelta(days=1)
        counts = [Number(sum(until - WINDOW < moment <= until for moment in found)) for found in kinds]
        rows.append((f"{max(day, placement.started_on):%-d %B} to {clock.local_date(until):%-d %B}", counts, ""))
    return Heard(
        chart=bar_chart("What was heard, four weeks at a time", series=SERIES, rows=rows, row_heading="Weeks"),
        manager=_manager(placement, consulted, as_of),
        last_looked=max(kinds[3], default=None),
        last_consulted=max(kinds[1], default=None),
    )


def _came(placement: Placement) -> dt.datetime:
    return placement.started_at or clock.start_of(placement.started_on)


def _moments(found, field: str, as_of: dt.datetime) -> list[dt.datetime]:
    return list(found.filter(**{f"{field}__lte": as_of}).values_list(field, flat=True))


def _consulted(user: User, placement: Placement) -> list[dt.datetime]:
    """One instant of each day on which the LADO was consulted about the child, or something reached them, in order. A
    decision whether somebody is referred is neither: what was decided is not known here."""
    steps = ConcernStep.for_user(user).filter(concern__child=placement.child, kind=ConcernStep.Kind.LADO)
    found = list(steps.values_list("happened_at", flat=True))
    for referred in REFERRED_FROM_ABOVE:
        found += referred(placement, user)
    return sorted({clock.local_date(moment): moment for moment in sorted(found, reverse=True)}.values())


def _manager(placement: Placement, consulted: list[dt.datetime], as_of: dt.datetime) -> Manager | None:
    held = Q(ended_at__isnull=True) | Q(ended_at__gt=as_of)
    post = ManagerPost.objects.filter(held, placement=placement, started_at__lte=as_of).order_by("-started_at").first()
    if post is None:
        return None
    span = min(as_of - post.started_at, LONGEST)
    return Manager(
        name=post.name,
        since=post.started_at,
        after=sum(post.started_at <= moment <= post.started_at + span for moment in consulted),
        before=sum(post.started_at - span <= moment < post.started_at for moment in consulted),
        days=max(span.days, 1),
    )
