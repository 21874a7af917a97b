"""Quality-assurance visits nobody chose, from a seed of their own: what else is invented stays as it was."""

import random

from governance.models import QualityAddition, QualityScore, QualityVisit, RegisterEntry, RegisterReview
from tests.cast import at
from tests.oversight.facts import DAY


def invent_quality(cast, placement, start, until) -> None:
    chance = random.Random(f"quality {start} {until}")
    for kind, often in (("independent", 14), ("review", 70), ("multi_agency", 25), ("premises", 120)):
        if chance.random() < 0.3:
            continue
        day = start - DAY if kind == "premises" else start
        while (day := day + chance.randrange(2 * often) * DAY) < until and chance.random() < 0.95:
            visit = QualityVisit.objects.create(
                placement=placement, kind=kind, occurred_at=at(day, chance.randrange(24), 30), announced=True, summary="S",
                recorded_by=cast.sal,
            )  # fmt: skip
            if kind == "premises":
                for about in ("kitchen", "bedroom"):
                    QualityScore.objects.create(
                        visit=visit, part="premises", about=about, score=chance.choice(["met", "met", "not_met"]),
                        mitigation="M", owner=cast.tom, until=day + chance.randrange(90) * DAY,
                    )  # fmt: skip
            if chance.random() < 0.1:
                QualityAddition.objects.create(visit=visit, kind="withdrawal", text="T", reason="R", by=cast.sal)
    day = start + chance.choice([0, 1, 9]) * DAY
    while chance.random() < 0.8 and day < until:
        left = day + chance.randrange(200) * DAY if chance.random() < 0.5 else None
        entry = RegisterEntry.objects.create(
            placement=placement,
            entered_on=day,
            why="W",
            entered_by=cast.sal,
            left_on=left,
            left_why="W" if left else "",
        )
        minute = day
        while chance.random() < 0.9 and (minute := minute + chance.randrange(20, 45) * DAY) < (left or until):
            RegisterReview.objects.create(entry=entry, reviewed_on=minute, minute="M", recorded_by=cast.sal)
        if left is None:
            break
        day = left + chance.choice([0, 20]) * DAY
