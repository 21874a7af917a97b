"""Things for somebody to settle: not breaches, and never flags, but what the rules cannot judge until it is known."""

import datetime as dt

from django.db.models import Q

from core import clock
from placements import codes
from placements.models import Placement, Registration
from placements.querysets import PlacementQuerySet


def registration_not_known(user, *, as_of: dt.datetime) -> PlacementQuerySet:
    """Followed residential placements this person may see, whose home is missing or not known to be registered.

    Not known is never read as not registered: until someone looks it up, LEG-04 and LEG-05 say nothing of it.
    """
    today = clock.local_date(as_of)
    return (
        Placement.for_user(user)
        .live_on(today)
        .filter(type__in=codes.RESIDENTIAL, followed_from__lte=today)
        .with_setting(today)
        .filter(Q(registration__isnull=True) | Q(registration=Registration.Status.NOT_KNOWN))
    )
