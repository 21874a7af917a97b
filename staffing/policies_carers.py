"""May this be done about a carer or an agency's agreement, by this person, in the state it is in?"""

import datetime as dt
import re

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from children.policies import not_before, not_future
from children.querysets import live, live_on
from core import clock
from core.access import PROVIDER_ROLES, Permission
from core.dates import age_on, in_words
from core.errors import Invalid
from core.models import User
from placements.models import Placement, Provider
from staffing import policies
from staffing.models import AgencyAgreement, Assignment, Carer, Engagement, Presence, StaffingPlan, StandDown
from staffing.querysets import agencies_known_to

NI_NUMBER = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
YOUNGEST, OLDEST = 16, 85  # beyond these a carer's year of birth is a slip of the finger
RECORDING = dt.timedelta(hours=1)  # a change agreed "from now" is recorded a little later
PLANS_AHEAD = dt.timedelta(days=366)
MOST_STAFF = 20
LATELY = dt.timedelta(days=28)


# --- who may reach which carer ----------------------------------------------------------------------------------------


def may_manage(by: User, carer: Carer) -> None:
    """Raise PermissionDenied unless `by` may record what is known of this carer; Invalid for a carer's own record."""
    if not by.can(Permission.MANAGE_CARERS):
        raise PermissionDenied("this role may not record carers")
    if not Carer.objects.visible_to(by).filter(pk=carer.pk).exists():
        raise PermissionDenied("this carer is another’s")
    if carer.account_id == by.pk:
        raise Invalid({"": "This is your own record. What is recorded of you is recorded by somebody else"})


def may_deal_with(by: User, agency: Provider) -> None:
    """Raise PermissionDenied unless `by` may say who works through this agency."""
    if not by.can(Permission.MANAGE_CARERS):
        raise PermissionDenied("this role may not record carers")
    if not agencies_known_to(by).filter(pk=agency.pk).exists():
        raise PermissionDenied("this agency is another’s")


def agencies_to_join(by: User, carer: Carer) -> QuerySet[Provider]:
    """The agencies this person may engage a carer with: those they deal with, that the carer does not work through."""
    return agencies_known_to(by).exclude(pk__in=Engagement.objects.filter(live(), carer=carer).values("agency"))


def agencies_of(by: User, carer: Carer) -> QuerySet[Provider]:
    """The agencies this carer works through today that this person deals with."""
    return agencies_known_to(by).filter(pk__in=Engagement.objects.filter(live(), carer=carer).values("agency"))


def accounts_for(carer: Carer) -> QuerySet[User]:
    """The accounts that may be this carer's own: of the staff of an agency they work through, and nobody else's yet."""
    agencies = Engagement.objects.filter(live(), carer=carer).values("agency")
    return User.objects.filter(
        Q(carer__isnull=True) | Q(carer=carer),
        live("provider_posts__"),
        provider_posts__provider__in=agencies,
        role__in=PROVIDER_ROLES,
        is_active=True,
    ).order_by("name")


# --- who a carer is ---------------------------------------------------------------------------------------------------


def ni_number(typed: str) -> str:
    """A National Insurance number as it is kept: nine characters, no spaces. Raises Invalid for anything else."""
    number = re.sub(r"[\s-]", "", typed).upper()
    if number and not NI_NUMBER.fullmatch(number):
        raise Invalid(
            {"ni_number": "National Insurance number must be 2 letters, 6 numbers and a letter, like QQ123456C"}
        )
    return number


def check_identity(forename: str, surname: str, date_of_birth: dt.date, as_of: dt.datetime) -> None:
    """Raise Invalid for a carer without a name, or of an age no carer has."""
    missing = {
        field: f"Enter the carer’s {called} name"
        for field, value, called in (("forename", forename, "first"), ("surname", surname, "last"))
        if not value.strip()
    }
    if missing:
        raise Invalid(missing)
    not_future(date_of_birth, as_of, "date_of_birth", "Date of birth")
    age = age_on(date_of_birth, clock.local_date(as_of))
    if not YOUNGEST <= age <= OLDEST:
        raise Invalid({"date_of_birth": f"Check the year: this would make the carer {age} years old"})


def on_record(forename: str, surname: str, date_of_birth: dt.date, number: str) -> Carer | None:
    """The carer on record already whom these facts are about, if any. Raises Invalid where the facts contradict.

    A National Insurance number alone does not make two people one: a slip in it would give somebody another's checks.
    """
    by_number = Carer.objects.filter(ni_number=number).first() if number else None
    if by_number is not None:
        if by_number.date_of_birth != date_of_birth:
            raise Invalid(
                {
                    "ni_number": "A carer with this National Insurance number is on record with another date of birth. "
                    "Check both"
                }
            )
        return by_number
    same = Carer.objects.named(forename + surname).filter(date_of_birth=date_of_birth).first()
    if same is not None and number and same.ni_number:
        raise Invalid(
            {
                "ni_number": "A carer of this name and date of birth is on record with another National Insurance number. "
                "Check it"
            }
        )
    return same


def identity_stands(carer: Carer, changed: set[str], as_of: dt.datetime) -> None:
    """Raise Invalid for a change to who a stood-down carer is: under another name they could begin again."""
    if changed and StandDown.objects.filter(carer=carer).filter(Q(lifted_at__isnull=True) | Q(lifted_at__gt=as_of)):
        raise Invalid(
            {
                "": "This carer is stood down. Their name, date of birth and National Insurance number are not changed "
                "until that is lifted"
            }
        )


# --- working through an agency ----------------------------------------------------------------------------------------


def not_engaged(carer: Carer, agency: Provider, day: dt.date) -> None:
    """Raise Invalid if the carer works through this agency on `day` or is to after it."""
    other = (
        Engagement.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), carer=carer, agency=agency)
        .order_by("started_on")
        .first()
    )
    if other is not None:
        began = in_words(other.started_on)
        raise Invalid({"agency": f"{carer} is on record already as working through {agency} from {began}"})


def works_through(carer: Carer, agency: Provider, day: dt.date) -> None:
    """Raise Invalid unless the carer works through this agency on `day`."""
    if not Engagement.objects.filter(live_on(day), carer=carer, agency=agency).exists():
        raise Invalid({"agency": f"{carer} does not work through {agency} on {in_words(day)}. Check the date"})


def on_no_shift(shifts: QuerySet[Assignment], day: dt.date, field: str) -> None:
    """Raise Invalid while carers are on planned shifts that go on after the start of `day`."""
    count = shifts.filter(removed_at__isnull=True, ends_at__gt=clock.start_of(day)).count()
    if count:
        shifts_are = "1 planned shift ends" if count == 1 else f"{count} planned shifts end"
        raise Invalid({field: f"{shifts_are} after that day. Take the carer off first, or enter a later day"})


# --- placements and agreements ----------------------------------------------------------------------------------------


def agencies_to_bring_in(placement: Placement) -> QuerySet[Provider]:
    """The organisations that could supply carers here: all but the one that runs it and those that do so already."""
    supplying = AgencyAgreement.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=clock.database_today()), placement=placement
    )
    return Provider.objects.exclude(pk__in=supplying.values("agency")).exclude(
        pk__in=[policies.own_provider_id(placement) or 0]
    )


def agencies_to_replace(placement: Placement, as_of: dt.datetime) -> QuerySet[Provider]:
    """The organisations, besides the one that runs it, whose carers work here: by an agreement, by the rota or, where
    somebody simply came, by whom they worked for on that day. Whatever STF-13 flags is among them."""
    day, lately = clock.local_date(as_of), {"shift__placement": placement, "starts_at__gt": as_of - LATELY}
    supplying = AgencyAgreement.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), placement=placement)
    planned = Assignment.objects.standing().filter(**lately)
    came = Presence.objects.filter(kind=Presence.Kind.CARER, carer=OuterRef("carer"), **lately)
    taken_off = Assignment.objects.filter(Exists(came.filter(shift=OuterRef("shift"))))  # and came all the same
    that_day = came.annotate(day=TruncDate("starts_at", tzinfo=clock.LONDON)).filter(day__gte=OuterRef("started_on"))
    engaged = Engagement.objects.filter(
        Exists(that_day.filter(day__lt=OuterRef("ended_on"))) | Q(Exists(that_day), ended_on__isnull=True)
    )
    return Provider.objects.filter(
        Q(pk__in=supplying.values("agency"))
        | Q(pk__in=planned.values("agency"))
        | Q(pk__in=taken_off.values("agency"))
        | Q(pk__in=engaged.values("agency"))
    ).exclude(pk__in=[policies.own_provider_id(placement) or 0])


def not_a_step_down_backwards(
    placement: Placement, effective_from: dt.datetime, numbers: dict[str, int], as_of: dt.datetime
) -> None:
    """Raise Invalid for fewer staff from an instant in the past: what shifts already worked fell short of stands."""
    if effective_from >= as_of - RECORDING:
        return
    for kind, stood in _most_agreed(placement, effective_from, as_of).items():
        if numbers[kind] < stood:
            raise Invalid(
                {"effective_from": "Fewer staff can only be set from now on: what was agreed for earlier shifts stands"}
            )


def _most_agreed(placement: Placement, since: dt.datetime, until: dt.datetime) -> dict[str, int]:
    """The most staff of each kind that were agreed, or ordered, for any shift between two instants."""
    kinds = ("by_day", "by_night", "sleeping_in")
    plans = StaffingPlan.objects.filter(placement=placement)
    rows = [
        tuple(getattr(plan, kind) for kind in kinds)
        for plan in [
            *plans.filter(effective_from__gt=since, effective_from__lte=until),
            *plans.filter(effective_from__lte=since)[:1],
        ]
    ]
    if not plans.filter(effective_from__lte=since).exists():
        orders = placement.child.dol_orders.filter(
            starts_on__lte=clock.local_date(until), expires_on__gte=clock.local_date(since)
        ).exclude(discharged_on__lte=clock.local_date(since))
        rows += [(order.staffing_ratio, order.staffing_ratio, 0) for order in orders if order.staffing_ratio]
    return {kind: max((row[n] for row in rows), default=0) for n, kind in enumerate(kinds)}


def between(day: dt.date, first: dt.date, because: str, as_of: dt.datetime, field: str, what: str) -> None:
    """Raise Invalid unless `day` is in the past or today, and not before `first`, when `because`."""
    not_future(day, as_of, field, what)
    not_before(day, first, field, what, because)
