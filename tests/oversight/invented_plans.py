"""Plans, searches, money, notices and court tasks nobody chose, from a seed of their own."""

import random

from governance import models
from tests.cast import at
from tests.oversight.facts import DAY, HOUR

PARTS = [code for code, _ in models.Plan.SECTIONS]
TEXTS = dict.fromkeys(("needs", "identity", "risks", "outcomes", "wishes"), "T")


def invent_plans(cast, child, seed, first, last) -> None:
    """What was planned for a child, whose placements are there already."""
    chance = random.Random(f"plans {seed}")
    by = {"recorded_by": cast.amy}
    placements = list(child.placements.order_by("started_on"))

    def day(since=first):
        return since + chance.randrange(max((last - since).days, 1)) * DAY

    def soon(since, within):
        return since + chance.randrange(within) * DAY

    def maybe(likely, value):
        return value if chance.random() < likely else None

    whole = chance.random() < 0.4
    rows = [
        models.Plan(
            child=child, kind="care", version=number, made_on=day(), **by,
            sections=[part for part in PARTS if whole or chance.random() < 0.9],
        )
        for number in range(1, chance.choice([1, 2, 2, 4]))
    ]  # fmt: skip
    rows += [
        models.Plan(
            child=child, kind="placement", placement=p, version=number, made_on=p.started_on, signed_by="M", **by,
            signed_on=maybe(0.8, soon(p.started_on, 20)),
        )
        for number, p in enumerate(placements, 1)
        if chance.random() < 0.6
    ]  # fmt: skip
    models.Plan.objects.bulk_create(rows)
    models.ReferralProfile.objects.bulk_create(
        models.ReferralProfile(child=child, confirmed_on=day(), **TEXTS, **by) for _ in range(chance.choice([0, 3, 12]))
    )
    models.SearchEntry.objects.bulk_create(
        models.SearchEntry(child=child, asked="A", asked_on=day(), meets_wish="meets", **by)
        for _ in range(chance.choice([0, 0, 2, 5]))
    )
    for _ in range(chance.choice([0, 1, 2])):
        _long_term(child, by, cast.hana, chance, day, soon, maybe)
    if chance.random() < 0.3:
        models.Contingency.objects.create(child=child, made_on=day(), what="W", weekly_cost=1, trigger="T", **by)
    for p in placements:
        _money_and_notices(p, by, chance, last, day, soon, maybe)
    _crisis(placements, cast.dora, seed, last)
    models.CourtTask.objects.bulk_create(
        models.CourtTask(
            child=child, kind=kind, what="W", source="S", made_on=made, due_on=soon(made, 200), owner=cast.amy, **by,
            every_days=chance.choice([3, 7, 14]) if kind == "visiting" else None, done_on=maybe(0.4, soon(made, 300)),
            evidence="E", told_on=maybe(0.2, soon(made, 300)), told_how="H",
        )
        for kind, made in ((chance.choice(["direction", "promise", "visiting"]), day()) for _ in range(chance.choice([1, 2, 4])))
    )  # fmt: skip


def _long_term(child, by, decider, chance, day, soon, maybe) -> None:
    started = day()
    said = {name: chance.choice(["S", "S", ""]) for name in ("health_said", "education_said", "care_said")}
    plan = models.LongTermPlan.objects.create(
        child=child, kind=chance.choice(["move", "home"]), aim="A", started_on=started, interim_safety=chance.choice(["", "S"]),
        ended_on=maybe(0.3, soon(started, 300)), **said, **by,
    )  # fmt: skip
    models.Milestone.objects.bulk_create(
        models.Milestone(plan=plan, what="W", due_on=due, met_on=maybe(0.5, soon(due, 60)), evidence="E", **by)
        for due in (soon(started, 200) for _ in range(chance.choice([0, 1, 2, 4])))
    )
    for _ in range(chance.choice([0, 1, 1, 2])):
        made = soon(started, 20)
        decided = maybe(0.5, soon(made, 200))
        fields = {"state": "refused", "decided_on": decided, "decided_by": decider, "reasons": "R"} if decided else {}
        models.Contingency.objects.create(
            child=child, plan=plan, made_on=made, what="W", weekly_cost=1, trigger="T", **fields, **by
        )


def _crisis(placements, signer, seed, last) -> None:
    """Steps signed in time, early, late and out of turn, by a chance of their own."""
    chance = random.Random(f"crisis {seed}")
    parts = dict.fromkeys(("safeguarding", "care", "education", "health"), "P")
    for p in placements:
        days = max(((p.ended_on or last) - p.started_on).days, 1)
        models.CrisisCheck.objects.bulk_create(
            models.CrisisCheck(
                placement=p, step=chance.choice(models.CrisisCheck.Step.values), signed_by=signer, **parts,
                signed_at=at(p.started_on + chance.randrange(min(days, chance.choice([4, 20, 90, 400]))) * DAY, chance.randrange(24)),
            )
            for _ in range(chance.choice([0, 1, 3, 8]))
        )  # fmt: skip


def _money_and_notices(p, by, chance, last, day, soon, maybe) -> None:
    until = p.ended_on or last
    starts = p.started_on
    while starts < until and chance.random() < 0.85:
        ends = min(starts + chance.choice([30, 88, 89, 90, 91, 92, 200]) * DAY, p.ended_on or last + 90 * DAY)
        block = models.Funding.objects.create(
            placement=p, starts_on=starts, ends_on=ends, weekly_cost=1, approved_on=starts, approved_by="A", why="W",
            why_not_asked="N", **by,
        )  # fmt: skip
        if chance.random() < 0.3:  # a new price, or none after it
            block.stopped_on = soon(starts, (ends - starts).days)
            block.stop_approved_on = soon(starts - 10 * DAY, 40)
            block.stop_approved_by = block.stop_why = "A"
            block.save()
            ends = block.stopped_on - DAY
        starts = ends + chance.choice([1, 1, 10]) * DAY
    for _ in range(chance.choice([0, 0, 1, 2])):
        came = at(soon(p.started_on, max((until - p.started_on).days, 1)), chance.randrange(24), 30)
        models.NoticeReceived.objects.create(
            placement=p, from_whom="P", received_at=came, ends_at=came + chance.choice([24, 48, 49, 672]) * HOUR, reasons="R",
            withdrawn_at=maybe(0.3, came + chance.randrange(1, 900) * HOUR), **by,
        )  # fmt: skip
