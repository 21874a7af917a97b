"""Who answers for a child and her placement, and how they are told: by a reference and a count, never a name."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from children.models import Allocation
from children.querysets import live_on
from core import clock, gates
from core.access import Role
from core.models import Refusal, User
from core.outbox import enqueue
from placements.models import ManagerPost, Placement
from staffing.models import Assignment, Carer, Engagement, Presence

LOOKING_BACK = dt.timedelta(days=28)  # a carer who was with a child this lately may have been about to come again


def social_workers(placements: Iterable[Placement], as_of: dt.datetime) -> list[User]:
    """The children's social workers; for a child who has none, the managers of the team responsible."""
    return [person for placement in placements for person in _line_of(placement, as_of)]


def _line_of(placement: Placement, as_of: dt.datetime) -> list[User]:
    held = Allocation.objects.filter(
        live_on(clock.local_date(as_of)), child_id=placement.child_id, part=Allocation.Part.SOCIAL_WORKER
    )
    workers = User.objects.filter(pk__in=held.values("worker"), is_active=True)
    return list(workers) or list(
        User.objects.filter(team_id=placement.child.team_id, role=Role.TEAM_MANAGER, is_active=True)
        if placement.child.team_id
        else []
    )


def reviewing_officers(placements: Iterable[Placement], as_of: dt.datetime) -> list[User]:
    """The children's independent reviewing officers."""
    held = Allocation.objects.filter(
        live_on(clock.local_date(as_of)),
        child__in=[placement.child_id for placement in placements],
        part=Allocation.Part.IRO,
    )
    return list(User.objects.filter(pk__in=held.values("worker"), is_active=True))


def placement_managers(placements: Iterable[Placement], as_of: dt.datetime) -> list[User]:
    """The accounts of those who manage the placements now."""
    posts = ManagerPost.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=as_of), placement__in=list(placements), started_at__lte=as_of
    )
    return list(User.objects.filter(pk__in=posts.values("account"), is_active=True))


def agency_managers(carer: Carer, as_of: dt.datetime) -> list[User]:
    """The managers who sign in here for the agencies a carer works through."""
    day = clock.local_date(as_of)
    agencies = Engagement.objects.filter(live_on(day), carer=carer).values("agency")
    return list(
        User.objects.filter(
            live_on(day, "provider_posts__"),
            provider_posts__provider__in=agencies,
            role=Role.PROVIDER_MANAGER,
            is_active=True,
        ).distinct()
    )


def placements_of(carer: Carer, since: dt.datetime, as_of: dt.datetime) -> QuerySet[Placement]:
    """Placements that last, in any council, where a carer was with the child in the weeks before an instant or was to be
    after it."""
    recent = since - LOOKING_BACK
    planned = Assignment.objects.filter(carer=carer, shift__placement=OuterRef("pk"), shift__ends_at__gt=recent)
    worked = Presence.objects.filter(carer=carer, shift__placement=OuterRef("pk"), shift__ends_at__gt=recent)
    day = clock.local_date(as_of)
    return Placement.objects.filter(Exists(planned) | Exists(worked)).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    )


def tell(people: Iterable[User], *, key: str, subject: str, text: str, path: str) -> None:
    """Send each of these people one message. `path` is the page it is about, whose address says nothing of anybody."""
    body = f"{text}\n\nSign in to see it: {settings.PUBLIC_URL}{path}\n"
    for person in {person.pk: person for person in people}.values():
        enqueue(to=person, key=f"{key}-{person.pk}", subject=f"Held in Mind: {subject}", body=body)


def tell_of_refusal(refusal: Refusal) -> None:
    """That somebody tried to put a carer who is stood down on a shift is the social worker's to know: once a day for each
    placement, however often it was tried. Who it was and why they are stood down is not said."""
    if refusal.code != gates.STOOD_DOWN or refusal.action == "waive_checks":
        return
    now = clock.now()
    keys = [int(subject.split()[1]) for subject in refusal.subjects if subject.startswith("placement ")]
    for placement in Placement.objects.select_related("child").filter(pk__in=keys):
        tell(
            [person for person in social_workers([placement], now) if person != refusal.by],
            key=f"stood-down-refused-{placement.pk}-{clock.local_date(now)}",
            subject=f"placement {placement.pk}: a shift was refused",
            text="Somebody who is stood down was to be put on a shift. It was refused.",
            path=reverse("staffing:rota", args=[placement.pk]),
        )
