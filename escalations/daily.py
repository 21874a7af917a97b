"""What each person's daily message says of escalations: how many, and nobody's name."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, F, Q

from core.outbox import last_digests
from escalations.models import Escalation


def digest_lines(as_of: dt.datetime) -> Iterator[tuple[int, list[str]]]:
    """What they must answer, what came since the last message, what they raised that has an answer, and what was closed."""
    since = last_digests(as_of)
    told: dict[int, list[str]] = defaultdict(list)
    mine = Escalation.objects.open().filter(state="open").order_by().values("owner_id")
    for row in mine.annotate(n=Count("pk"), new=Count("pk", filter=Q(came_at__gt=since))):
        new = f", {row['new']} of them new" if row["new"] else ""
        told[row["owner_id"]].append(f"{_count(row['n'])} for you to answer{new}")
    answered = Escalation.objects.open().filter(state="answered", raised_by__isnull=False, shown_at__isnull=True)
    for row in answered.order_by().values("raised_by_id").annotate(n=Count("pk")):
        told[row["raised_by_id"]].append(f"{_count(row['n'])} of yours with an answer to read")
    over = Escalation.objects.filter(closed_at__gt=since, closed_at__lte=as_of).order_by()
    for row in over.exclude(closed_by=F("raised_by")).values("raised_by_id").annotate(n=Count("pk")):
        if row["raised_by_id"]:
            told[row["raised_by_id"]].append(f"{_count(row['n'])} you raised, closed by whoever answered")
    for row in over.filter(closed_because="cleared").values("owner_id").annotate(n=Count("pk")):
        told[row["owner_id"]].append(f"{_count(row['n'])} of yours closed, since records cleared what was overdue")
    yield from told.items()


def _count(number: int) -> str:
    return f"{number} escalation{'' if number == 1 else 's'}"
