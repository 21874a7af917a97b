"""What each person’s daily message says of disputes they must answer, and of what lies with the reviewing officer."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Q

from core import clock
from core.access import ROLES, Permission, Role
from core.models import User
from escalations.models import Dispute, WhistleReport
from escalations.policies.dispute import prompts
from escalations.querysets.whistle import READERS

OFFICERS = [role for role in Role if Permission.RAISE_DISPUTE in ROLES[role].may]


def digest_lines(as_of: dt.datetime) -> Iterator[tuple[int, list[str]]]:
    """Disputes to answer, answers to look at, and one’s own concerns that lie too long. No child, no name, no report:
    of those by the protected route a message says only that something waits."""
    today = clock.local_date(as_of)
    told: dict[int, list[str]] = defaultdict(list)
    owed = Dispute.objects.owed().order_by().values("answerer")
    for row in owed.annotate(late=Count("pk", filter=Q(due_on__lt=today)), n=Count("pk")):
        told[row["answerer"]].append(_count(row["n"], "dispute") + f" to answer, {row['late']} of them overdue")
    for officer in User.objects.filter(role__in=OFFICERS, is_active=True).select_related("authority"):
        if number := Dispute.objects.visible_to(officer).with_raiser().count():
            told[officer.pk].append(_count(number, "dispute") + " of yours answered: is it enough?")
        if found := prompts(officer, as_of=as_of):
            told[officer.pk].append(
                f"{_count(len(found), 'matter')} of yours with nothing come of it: dispute or Cafcass?"
            )
    for reader in User.objects.filter(role__in=READERS, is_active=True):  # few, and some follow others in the post
        if number := WhistleReport.objects.to_read(reader).waiting().count():
            told[reader.pk].append(f"{number} waiting for you alone")
    yield from told.items()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
