"""Things for somebody to settle: not breaches, and never flags, but what the rules cannot judge until it is known."""

import datetime as dt

from django.db.models import Q

from core import clock
from placements import codes
from placements.models import Placement, Registration
from placements.querysets import PlacementQuerySet


def registration_not_known(user, *, as_of: dt.datetime) -> PlacementQuerySet:
    """Followed placements this person may see, whose home is missing or not known to be registered.

    Asked about are the residential ones, those of a child under a deprivation of liberty order whatever their type, and
    any with a home on record; never a family's own home. Not known is never read as not registered: until someone looks
    it up, LEG-05 says nothing of it.
    """
    today = clock.local_date(as_of)
    asked = Q(type__in=codes.RESIDENTIAL) | Q(dol=True) | Q(home__isnull=False)
    return (
        Placement.for_user(user)
        .live_on(today)
        .filter(followed_from__lte=today)
        .exclude(type__in=codes.NO_HOME)
        .with_setting(today)
        .filter(asked, Q(registration__isnull=True) | Q(registration=Registration.Status.NOT_KNOWN))
    )
