"""A rota of five carers round one child, 52 weeks long, for the pages of a rota to be measured on."""

import datetime as dt
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core import clock
from core.models import User
from placements.models import Placement, Provider
from staffing.actions.weeks import copy_week
from staffing.models import AgencyAgreement, Assignment, Carer, Check, Engagement, Evidence, Shift

WEEKS, CARERS, TOGETHER = 52, 24, 5
STARTS = {"day": (6, 14), "waking_night": (22,)}  # three shifts of eight hours, by English clocks
HOURS, WEEK = 8, dt.timedelta(days=7)
AGENCY = "Bench Care Staffing"

COPY_SHIFTS = """
    INSERT INTO staffing_shift (placement_id, kind, starts_at, ends_at, drafted_by_id, cancelled_why, version)
    SELECT placement_id, kind, starts_at + %(later)s, ends_at + %(later)s, %(by)s, '', 1 FROM staffing_shift
    WHERE placement_id = %(placement)s AND starts_at >= %(since)s AND starts_at < %(until)s
"""
COPY_ASSIGNMENTS = """
    INSERT INTO staffing_assignment (shift_id, carer_id, agency_id, starts_at, ends_at, removed_why, assigned_by_id)
    SELECT made.id, a.carer_id, a.agency_id, a.starts_at + %(later)s, a.ends_at + %(later)s, '', %(by)s
    FROM staffing_shift s
    JOIN staffing_assignment a ON a.shift_id = s.id
    JOIN staffing_shift made ON made.placement_id = s.placement_id AND made.kind = s.kind
     AND made.starts_at = s.starts_at + %(later)s
    WHERE s.placement_id = %(placement)s AND s.starts_at >= %(since)s AND s.starts_at < %(until)s
"""


def _at(day: dt.date, hour: int) -> datetime:
    """So many hours by the clock on the wall after the start of a day."""
    return clock.at_local(day + dt.timedelta(days=hour // 24), dt.time(hour % 24))


class YearOfFive:
    """The rota, made once in a database and found again: `first` is its first Monday, `assignments` how many there are."""

    def __init__(self, placement: Placement, by: User, *, as_of: datetime):
        self.placement, self.by, self.as_of = placement, by, as_of
        if not Provider.objects.filter(name=AGENCY).exists():
            with transaction.atomic():
                self._make()
        shifts = Shift.objects.filter(placement=placement)
        begins = clock.local_date(shifts.order_by("starts_at")[0].starts_at)
        self.first = begins - dt.timedelta(days=begins.weekday())
        self.assignments = Assignment.objects.filter(shift__in=shifts).count()

    @property
    def middle(self) -> dt.date:
        return self.first + WEEKS // 2 * WEEK

    def _make(self) -> None:
        agency = Provider.objects.create(name=AGENCY)
        today = clock.local_date(self.as_of)
        long_ago = today - dt.timedelta(days=400)
        AgencyAgreement.objects.create(
            placement=self.placement, agency=agency, started_on=self.placement.started_on, recorded_by=self.by
        )
        carers = Carer.objects.bulk_create(
            Carer(forename="Carer", surname=f"Number {n}", date_of_birth=dt.date(1990, 1, 1), recorded_by=self.by)
            for n in range(CARERS)
        )
        Engagement.objects.bulk_create(
            Engagement(carer=carer, agency=agency, started_on=long_ago, recorded_by=self.by) for carer in carers
        )
        seen = Evidence.objects.bulk_create(
            Evidence(
                carer=carer, name="checks.pdf", media_type="application/pdf", size=5, sha256=f"{carer.pk:064}",
                content=b"%PDF-", recorded_by=self.by,
            )
            for carer in carers
        )  # fmt: skip
        Check.objects.bulk_create(
            Check(
                carer=each.carer, kind=kind, checked_on=long_ago, detail="Seen", confirmed=list(Check.FACTS.get(kind, ())),
                evidence=each, checked_by=self.by,
            )
            for each in seen
            for kind in Check.REQUIRED
        )  # fmt: skip
        monday = today - dt.timedelta(days=today.weekday()) - WEEKS // 2 * WEEK
        times = [
            (kind, _at(monday, 24 * day + hour), _at(monday, 24 * day + hour + HOURS))
            for day in range(7 * WEEKS)
            for kind, hours in STARTS.items()
            for hour in hours
        ]
        shifts = Shift.objects.bulk_create(
            Shift(
                placement=self.placement, kind=kind, starts_at=begins, ends_at=ends, drafted_by=self.by,
                published_at=self.as_of, published_by=self.by, leader=carers[number * TOGETHER % CARERS],
            )
            for number, (kind, begins, ends) in enumerate(times)
        )  # fmt: skip
        Assignment.objects.bulk_create(
            Assignment(
                shift=shift, carer=carers[(number * TOGETHER + place) % CARERS], agency=agency,
                starts_at=shift.starts_at, ends_at=shift.ends_at, assigned_by=self.by,
            )
            for number, shift in enumerate(shifts)
            for place in range(TOGETHER)
        )  # fmt: skip

    def copy(self) -> None:
        """The last week copied to the one after it, and taken back."""
        last = self.first + (WEEKS - 1) * WEEK
        with transaction.atomic():
            copied = copy_week(
                placement=self.placement, from_week=last, to_week=last + WEEK, by=self.by, as_of=self.as_of
            )
            if copied.refused or len(copied.assigned) < 7 * TOGETHER:
                raise RuntimeError(f"{len(copied.refused)} refused of a week that can be copied")
            transaction.set_rollback(True)

    def copy_by_hand(self) -> None:
        """The same rows by one INSERT … SELECT for each table, the database's own gates included."""
        last = self.first + (WEEKS - 1) * WEEK
        given: dict[str, Any] = {
            "placement": self.placement.pk,
            "by": self.by.pk,
            "later": WEEK,
            "since": clock.start_of(last),
            "until": clock.start_of(last + WEEK),
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COPY_SHIFTS, given)
            cursor.execute(COPY_ASSIGNMENTS, given)
            transaction.set_rollback(True)
