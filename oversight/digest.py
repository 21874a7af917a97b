"""What each person's daily message says of her flags: how many and on what they rest. No child, no name, no rule."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Q

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
