"""What each person's daily message says of her flags: how many and on what they rest. No child, no name, no rule."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Q

from core import clock
from core.dates import in_words
from core.outbox import first_digest, next_digests
from oversight import rulebook
from oversight.models import Flag
from oversight.rulebook import Basis


def digest_lines(as_of: dt.datetime) -> Iterator[tuple[int, list[str]]]:
    """A line for each basis a person holds standing flags under, with how many are new since yesterday. One query."""
    yesterday = as_of - dt.timedelta(days=1)
    held: dict[int, dict[str, list[int]]] = defaultdict(lambda: {basis.value: [0, 0] for basis in Basis})
    rows = (
        Flag.objects.standing()
        .order_by()
        .values("owner_id", "rule")
        .annotate(total=Count("pk"), new=Count("pk", filter=Q(raised_at__gt=yesterday)))
    )
    for row in rows:
        rule = rulebook.get(row["rule"])
        if rule is not None:
            counts = held[row["owner_id"]][rule.basis.value]
            counts[0] += row["total"]
            counts[1] += row["new"]
    for owner, counts_by_basis in held.items():
        yield (
            owner,
            [
                f"{total} overdue under {_a(basis)}" + (f", {new} of them new since yesterday" if new else "")
                for basis, (total, new) in counts_by_basis.items()
                if total
            ],
        )


def _a(basis: str) -> str:
    return basis if basis == Basis.STATUTE else f"a {basis}" if basis == Basis.LOCAL else "court orders or guidance"


def told_words(flag: Flag, *, as_of: dt.datetime) -> str:
    """When whoever holds a flag was told of it by message, or will be. It has been on their list since they have held it."""
    told = first_digest(flag.owner, since=_held_since(flag), until=flag.cleared_at)
    if told is not None and told.sent_at:
        return f"{flag.owner}, in the message sent on {_at(told.sent_at)}"
    if told is not None:
        return f"{flag.owner}, in the message of {_at(told.recorded_at)}, which is still to be sent"
    if not flag.standing:
        return "Nobody by message: it was cleared before one was written"
    return f"{flag.owner}, on the worklist; and in the message of {_at(next_digests(as_of))}"


def _held_since(flag: Flag) -> dt.datetime:
    """When its present owner came to hold it: when it was raised or, by its history, when it was moved to them."""
    moved_at = flag.recorded_at
    for owner, at in flag.history.order_by("-pk").values_list("owner_id", "history_date"):
        if owner != flag.owner_id:
            return moved_at
        moved_at = at
    return flag.recorded_at


def _at(instant: dt.datetime) -> str:
    local = instant.astimezone(clock.LONDON)
    return f"{in_words(local.date())} at {local:%H:%M}"
