"""The second reading of plans and commissioning: what should exist and does not, and what slipped, ends or was promised."""

from children.models import Child
from governance.models import (
    Contingency,
    CourtTask,
    CrisisCheck,
    Funding,
    LongTermPlan,
    Milestone,
    NoticeReceived,
    Plan,
    ReferralProfile,
    SearchEntry,
)
from tests.oversight.independent import (
    DAY,
    HOUR,
    covering,
    date,
    grouped,
    midnight,
    nth_working_day,
    three_months_after,
)

STEPS = {"day_14": 14, "day_28": 28, "day_56": 56, "day_84": 84}
ADOPTION, SHORT_BREAKS = {"A3", "A4", "A5", "A6"}, {"V3", "V4"}
PARTS = {
    *("health", "education", "emotional", "religion", "origin", "culture", "language"),
    *("family", "permanence", "iro", "wishes"),
}


class Planned:
    """All that was planned, sought and promised, by child (or, where it says so, by placement)."""

    def __init__(self):
        self.plans = grouped(Plan.objects.all(), "child_id")
        self.profiles = grouped(ReferralProfile.objects.all(), "child_id")
        self.searches = grouped(SearchEntry.objects.all(), "child_id")
        self.contingencies = grouped(Contingency.objects.all(), "child_id")
        self.long_term = grouped(LongTermPlan.objects.all(), "child_id")
        self.milestones = grouped(Milestone.objects.order_by("due_on", "pk"), "plan_id")
        self.tasks = grouped(CourtTask.objects.all(), "child_id")
        self.checks = grouped(CrisisCheck.objects.all(), "placement_id")
        self.notices = grouped(NoticeReceived.objects.all(), "placement_id")
        self.blocks = {}
        for block in Funding.objects.select_related("placement").order_by("starts_on", "pk"):
            self.blocks.setdefault(block.placement.child_id, []).append(block)


def of_plans(facts, p, began, since, risky_from, status):
    """(rule, limb, overdue from) of one placement a team follows."""
    if not hasattr(facts, "planned"):
        facts.planned = Planned()
    records = facts.planned
    yield from the_law(facts, records, p, since)
    yield from profile(facts, records, p, since, risky_from)
    yield from earliest(facts, [*slipping(facts, records, p), *money(facts, records, p)])
    yield from earliest(facts, [*notices(facts, records, p), *court(facts, records, p, since)])
    if risky_from is None:
        return
    start = max(since, risky_from)
    if facts.today > nth_working_day(start, 5):
        yield "CPL-05", "missing", midnight(nth_working_day(start, 5) + DAY)
    if status == "not_registered" or p.basis == "emergency":
        yield from crisis(facts, p, max(began, midnight(start)))


def earliest(facts, rows):
    """Of several things wrong in one way, the first; and only once it is."""
    first = {}
    for rule, limb, due in rows:
        first[rule, limb] = min(due, first.get((rule, limb), due))
    return [(rule, limb, due) for (rule, limb), due in first.items() if facts.as_of >= due]


def the_law(facts, records, p, since):
    today, legal = facts.today, covering(facts.statuses[p.child_id], facts.today)
    care = [plan for plan in records.plans[p.child_id] if plan.kind == "care" and plan.made_on <= today]
    if care:
        newest = max(care, key=lambda plan: (plan.made_on, plan.version))
        if PARTS - set(newest.sections):
            yield "CPL-03", "", midnight(newest.made_on)
    if p.type in ADOPTION or (legal and legal.code in SHORT_BREAKS):
        return
    first = first_placed(facts, p.child)
    if not care and first is not None and today > nth_working_day(first, 10):
        yield "CPL-01", "", midnight(nth_working_day(first, 10) + DAY)
    signed = [plan.signed_on for plan in records.plans[p.child_id] if plan.placement_id == p.pk and plan.signed_on]
    if not any(day <= today for day in signed) and today > nth_working_day(since, 5):
        yield "CPL-02", "", midnight(nth_working_day(since, 5) + DAY)


def profile(facts, records, p, since, risky_from):
    today = facts.today
    confirmed = [each.confirmed_on for each in records.profiles[p.child_id] if each.confirmed_on <= today]
    asked = [each.asked_on for each in records.searches[p.child_id]]
    asked += [block.starts_on for block in paying(facts, records, p)[1:]]
    untrue = [
        day for day in asked if p.started_on <= day <= today and not any(each >= day - 28 * DAY for each in confirmed)
    ]
    if untrue:
        yield "CPL-04", "unfounded", midnight(min(untrue) + DAY)
    if risky_from is None:
        return
    start = max(since, risky_from)
    regular = max(confirmed, default=start) + 28 * DAY
    if today > regular:
        yield "CPL-04", "regular", midnight(regular + DAY)
    events = [order.made_on for order in facts.orders[p.child_id] if order.made_on <= today]
    for other in p.child.placements.all():
        events += [date(n.received_at) for n in records.notices[other.pk] if n.received_at <= facts.as_of]
    newest = max(events, default=None)
    if newest is None or newest < start or any(each >= newest for each in confirmed):
        return
    if today > nth_working_day(newest, 2):
        yield "CPL-04", "event", midnight(nth_working_day(newest, 2) + DAY)


def slipping(facts, records, p):
    today = facts.today
    for plan in records.long_term[p.child_id]:
        if today < plan.started_on or (plan.ended_on and today >= plan.ended_on):
            continue
        steps = records.milestones[plan.pk]
        kept = [c for c in records.contingencies[p.child_id] if c.plan_id == plan.pk]
        if not steps or not any(c.made_on <= today for c in kept):
            yield "CPL-06", "bare", midnight(plan.started_on + DAY)
        if "" in (plan.health_said, plan.education_said, plan.care_said):
            yield "CPL-06", "partners", midnight(plan.started_on + 6 * DAY)
        if plan.kind == "move" and not plan.interim_safety:
            yield "CPL-06", "interim", midnight(plan.started_on + 29 * DAY)
        late = [m.due_on for m in steps if m.due_on < today and not (m.met_on and m.met_on <= today)]
        if late:
            yield "CPL-06", "missed", midnight(late[0] + DAY)
            if not any(c.decided_on and late[0] < c.decided_on <= today for c in kept):
                red = [late[0] + 29 * DAY, *[day + DAY for day in late[1:2]]]
                yield "CPL-06", "contingency", midnight(min(red))


def paying(facts, records, p):
    """The blocks of a child as they are known today: without those ended on their own first day."""
    kept = []
    for block in records.blocks.get(p.child_id, []):
        block.last, block.told = block.ends_on, None
        if block.stopped_on and block.stop_approved_on <= facts.today:
            block.last, block.told = block.stopped_on - DAY, block.stop_approved_on
        if block.last >= block.starts_on:
            kept.append(block)
    return kept


def money(facts, records, p):
    blocks = paying(facts, records, p)
    begun = [block for block in blocks if block.starts_on <= facts.today]
    if not begun or begun[-1].placement_id != p.pk:
        return
    if len(begun) >= 3 and all(block.ends_on < three_months_after(block.starts_on) for block in begun[-3:]):
        yield "CPL-08", "third", midnight(begun[-1].starts_on)
    if begun[-1] is blocks[-1] and not goes_on(facts, p):
        due = begun[-1].last - 42 * DAY
        yield "CPL-08", "ending", midnight(max(due, begun[-1].told or due))


def goes_on(facts, p):
    """Another home is agreed for the child, from a day to come."""
    return any(other.started_on > facts.today for other in p.child.placements.all())


def notices(facts, records, p):
    today = facts.today
    for notice in records.notices[p.pk]:
        if notice.received_at > facts.as_of or (notice.withdrawn_at and notice.withdrawn_at <= facts.as_of):
            continue
        if goes_on(facts, p):
            continue
        came = date(notice.received_at)
        sought = any(came <= s.asked_on <= today for s in records.searches[p.child_id])
        ready = any(
            came <= day <= today
            for c in records.contingencies[p.child_id]
            for day in (c.made_on, c.decided_on or c.made_on)
        )
        if not sought:
            yield "NOT-08", "search", midnight(came + DAY)
        if not ready:
            yield "NOT-08", "contingency", midnight(came + DAY)
        if notice.ends_at - notice.received_at <= 48 * HOUR:
            yield "NOT-08", "short", notice.received_at
        elif not (sought and ready):
            yield "NOT-08", "alert", notice.received_at


def court(facts, records, p, since):
    today = facts.today
    for task in records.tasks[p.child_id]:
        if task.made_on > today or (task.done_on and task.done_on <= today):
            continue
        if task.kind != "visiting":
            yield "LEG-07", "task", midnight(task.due_on + DAY)
            if task.told_on is None or today < task.told_on:
                yield "LEG-07", "lawyer", midnight(task.due_on + DAY)
        elif today <= task.due_on:
            seen = [
                date(v.occurred_at)
                for v in facts.visits[p.pk]
                if v.capacity == "social_worker" and v.now in {"seen", "seen_alone"}
            ]
            last = max([task.made_on, since, *seen])
            yield "LEG-07", "visiting", midnight(last + (task.every_days + 1) * DAY)


def crisis(facts, p, since):
    """Walk the steps in their order: each may be signed, by itself or by a later one, once the last was due."""
    signed = [c for c in facts.planned.checks[p.pk] if since <= c.signed_at <= facts.as_of]
    last_days = {"day_5": nth_working_day(date(since), 5)} | {s: date(since) + n * DAY for s, n in STEPS.items()}
    may_sign, order = since, ["hours_48", *last_days, "again"]
    for number, step in enumerate(order[:-1]):
        over = since + 48 * HOUR if step == "hours_48" else midnight(last_days[step] + DAY)
        is_over = facts.as_of > over if step == "hours_48" else facts.as_of >= over
        if is_over and not any(c.signed_at >= may_sign and c.step in order[number:] for c in signed):
            yield "CPL-07", step, over
        may_sign = over
    looks = [date(c.signed_at) for c in signed if c.step in order[-2:]]
    asked = max([last_days["day_84"], *looks]) + 28 * DAY
    if facts.today > asked:
        yield "CPL-07", "again", midnight(asked + DAY)


def first_placed(facts, child: Child):
    """The first day of a placement of this time in care that was ours to follow by today."""
    care = covering(facts.care[child.pk], facts.today)
    days = [
        max(p.started_on, p.followed_from)
        for p in child.placements.all()
        if p.followed_from is not None and p.started_on >= care.started_on
        if p.ended_on is None or p.ended_on > p.followed_from
    ]
    return min((day for day in days if day <= facts.today), default=None)
