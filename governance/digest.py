"""What each person's daily message says of their meetings and actions: how many, and nobody's name."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, F, Q

from children.querysets import live_on
from core import clock
from core.dates import in_words
from core.outbox import last_digests
from governance.models import Action, Member

SOON = dt.timedelta(days=7)


def digest_lines(as_of: dt.datetime) -> Iterator[tuple[int, list[str]]]:
    """The minutes sent to a person since the last message of the day, and their actions that are overdue or due within a
    week."""
    today, since = clock.local_date(as_of), last_digests(as_of)
    day = clock.local_date(since)
    when = "yesterday" if day == today - dt.timedelta(days=1) else in_words(day)
    told: dict[int, list[str]] = defaultdict(list)
    sent = Q(
        series__meetings__sent_at__gt=since,
        series__meetings__sent_at__lte=as_of,
    ) & ~Q(series__meetings__sent_by=F("person"))
    for row in Member.objects.filter(live_on(today)).filter(sent).order_by().values("person").annotate(n=Count("pk")):
        told[row["person"]].append(f"{_count(row['n'], 'set')} of minutes sent to you since {when}")
    mine = Action.objects.open().filter(due_on__lte=today + SOON).order_by().values("owner")
    for row in mine.annotate(late=Count("pk", filter=Q(due_on__lt=today)), n=Count("pk")):
        if row["late"]:
            told[row["owner"]].append(f"{_count(row['late'], 'action')} of yours overdue")
        if coming := row["n"] - row["late"]:
            told[row["owner"]].append(f"{_count(coming, 'action')} of yours due within 7 days")
    yield from told.items()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
