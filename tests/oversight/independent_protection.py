"""The rules about a child's protection, and about silence, a second time in plain Python: one child and one day at a time.

Like `independent.py`, it shares no line with `oversight/rulebook/`, and its numbers are written out on purpose.
"""

import datetime as dt
from collections import defaultdict
from fractions import Fraction

from governance.models import (
    Concern,
    ConcernStep,
    Enquiry,
    PoliceAttendance,
    QualityAddition,
    QualityVisit,
    SeriousHarmNotice,
    StrategyConcern,
    StrategyDiscussion,
)
from lado.models import Referral
from placements.models import DailyLog, Placement
from staffing.models import StaffingPlan
from tests.oversight.independent import (
    DAY,
    HOUR,
    covering,
    date,
    grouped,
    lives_there,
    midnight,
    nth_working_day,
    risk_since,
)
from tests.oversight.independent_holders import holder, is_about


class Protection:
    def __init__(self, facts):
        self.facts, self.as_of, self.today = facts, facts.as_of, facts.today
        self.concerns = grouped(Concern.objects.filter(received_at__lte=self.as_of).order_by("received_at"), "child_id")
        steps = ConcernStep.objects.filter(happened_at__lte=self.as_of).order_by("happened_at", "pk")
        self.steps = grouped(steps, "concern_id")
        about = StrategyConcern.objects.filter(discussion__held_at__lte=self.as_of)
        self.held = set(about.values_list("concern_id", flat=True))
        discussed = grouped(StrategyConcern.objects.order_by("concern"), "discussion_id")
        self.discussed = defaultdict(tuple, {pk: tuple(a.concern_id for a in each) for pk, each in discussed.items()})
        decided = SeriousHarmNotice.history.filter(decided_at__lte=self.as_of).order_by("decided_at", "history_id")
        self.decided = {row.id: row.criteria_met for row in decided}  # the last there was by then
        self.tested = {row.concern_id for row in decided}
        self.asked = grouped(StrategyDiscussion.objects.filter(asked_at__lte=self.as_of), "child_id")
        self.plans = grouped(StaffingPlan.objects.order_by("effective_from", "pk"), "placement_id")
        self.police = grouped(PoliceAttendance.objects.filter(attended_at__lte=self.as_of), "placement_id")
        self.told = grouped(DailyLog.objects.exclude(incidents="").filter(occurred_at__lte=self.as_of), "placement_id")
        mistaken = set(QualityAddition.objects.filter(kind="withdrawal").values_list("visit_id", flat=True))
        visits = QualityVisit.objects.exclude(kind="premises").exclude(pk__in=mistaken)
        self.visits = grouped(visits.filter(occurred_at__lte=self.as_of), "placement_id")
        not_councils = Referral.objects.filter(account=None).exclude(post__in=["social_worker", "council"])
        referrals = not_councils.filter(received_at__lte=self.as_of)
        self.referrals = grouped(referrals, "placement_id")
        self.placements = {p.pk: p for p in Placement.objects.select_related("child")}

    def past(self, moment):
        return moment is not None and moment <= self.as_of

    def has(self, concern, *kinds):
        return any(step.kind in kinds for step in self.steps[concern.pk])

    def closely(self, c):
        """Whether the child was cared for closely where they lived on the day of the concern."""
        day, there = date(c.received_at), self.placements.get(c.placement_id)
        if there and there.home_id:
            registration = covering(self.facts.registrations[there.home_id], day)
            if registration and registration.status == "not_registered":
                return True
        for order in self.facts.orders[c.child_id]:
            if order.starts_on <= day <= order.expires_on and not (order.discharged_on and order.discharged_on <= day):
                return True
        set_by_then = [plan for plan in self.plans[c.placement_id] if plan.effective_from <= c.received_at]
        return bool(set_by_then) and set_by_then[-1].by_day + set_by_then[-1].by_night > 0


def after(day, number):
    return midnight(nth_working_day(day, number) + DAY)


def first_owed(s):
    """Of each limb at each placement, what fell due first: when, and about which concerns."""
    first = {}

    def add(rule, limb, placement, due, since=None, concerns=()):
        if s.as_of >= due and placement:
            row = (due, since or due, concerns)
            first[rule, limb, placement] = min(row, first.get((rule, limb, placement), row))

    for p in Placement.objects.select_related("child"):
        if lives_there(s, p) and p.followed_from and p.followed_from <= s.today:
            for rule, limb, *row in [*of_concerns(s, p), *of_silence(s, p)]:
                add(rule, limb, p.pk, *row)
    for rule, limb, record, due in of_records(s):
        here = [
            p for p in s.placements.values()
            if p.child_id == record.child_id and covering([p], s.today) and not (p.started_at and p.started_at > s.as_of)
        ]  # fmt: skip
        add(rule, limb, here[0].pk if here else record.placement_id, due)
    return first


def expected_of_protection(facts):
    rows = first_owed(Protection(facts)).items()
    return {(rule, limb, pk, None, None, None, due) for (rule, limb, pk), (due, *_) in rows}


def holders_of_protection(facts):
    """Who holds each flag about a concern about somebody's conduct, by rule, limb and placement."""
    s = Protection(facts)
    return {
        (rule, limb, pk): holder(s.placements[pk].child, concerns, above=limb == "test")
        for (rule, limb, pk), (_, _, concerns) in first_owed(s).items()
        if is_about(concerns) is not None
    }


def of_concerns(s, p):
    for c in s.concerns[p.child_id]:
        day, held, its = date(c.received_at), c.pk in s.held, (c.received_at, (c.pk,))
        if c.category == "sexual_harm" and not s.closely(c) and not held:
            yield "SAF-02", "harm", after(day, 1), *its
        if c.category == "sexual_harm" and s.closely(c):
            today_by = min(midnight(day + DAY), c.received_at + 24 * HOUR)
            if not held:
                yield "SAF-10", "strategy", today_by, *its
            if not s.has(c, "lado", "seen"):
                yield "SAF-10", "lado", today_by, *its
            for agency in ("police", "health"):
                if not held and c.source != agency and not s.has(c, f"told_{agency}"):
                    yield "SAF-10", agency, today_by, *its
            if c.pk not in s.tested:
                yield "SAF-10", "test", after(day, 1), *its
        if c.category != "sexual_harm" and not held:
            decisions = [step for step in s.steps[c.pk] if step.kind == "triaged"]
            since = None
            for number, step in enumerate(decisions):
                if step.decision != "strategy":
                    since = None
                elif since is None:
                    since = c.received_at if number == 0 else step.happened_at
            if since:
                yield "SAF-02", "decided", after(date(since), 1), since, (c.pk,)
    for d in s.asked[p.child_id]:
        if not s.past(d.held_at) and not s.past(d.declined_at):
            yield "SAF-02", "asked", after(date(d.asked_at), 1), d.asked_at, s.discussed[d.pk]


def of_records(s):
    for e in Enquiry.objects.select_related("discussion"):
        if s.past(e.discussion.held_at):
            day = date(e.discussion.held_at)
            if not any(d and d <= s.today for d in (e.conference_on, e.no_conference_on)):
                yield "SAF-03", "conference", e.discussion, after(day, 15)
            if not (e.assessed_on and e.assessed_on <= s.today):
                yield "SAF-03", "assessment", e.discussion, after(day, 45)
    for n in SeriousHarmNotice.objects.all():
        day = date(n.aware_at)
        if day < dt.date(2018, 6, 29) or n.aware_at > s.as_of or s.decided.get(n.pk) is False:
            continue
        if not all(s.past(told) for told in (n.panel_told_at, n.ofsted_told_at, n.partners_told_at)):
            yield "NOT-09", "", n, after(day, 5)
        if not (n.rapid_review_on and n.rapid_review_on <= s.today):
            yield "NOT-09R", "", n, after(day, 15)


def of_silence(s, p):
    risky = risk_since(s.facts, p)
    if risky is None:
        return
    came = p.started_at or midnight(p.started_on)
    days = [max(p.started_on, p.followed_from), risky]
    days += [date(visit.occurred_at) for visit in s.visits[p.pk]]
    concerns = s.concerns[p.child_id]
    days += [
        date(step.happened_at)
        for c in concerns
        for step in s.steps[c.pk]
        if step.kind == "lado" and step.happened_at >= came
    ]
    days += [date(r.received_at) for r in s.referrals[p.pk]]
    silent_from = max(days)
    heard = [c.received_at for c in concerns] + [a.attended_at for a in s.police[p.pk]]
    heard += [log.covers_from for log in s.told[p.pk]]
    if s.today <= silent_from + 28 * DAY:
        yield from fewer(s, p)
    if not any(date(moment) > silent_from for moment in heard):
        yield "SAF-11", "nothing", midnight(silent_from + 29 * DAY)
    elif s.today <= silent_from + 84 * DAY:
        yield "SAF-11", "silence", midnight(silent_from + 29 * DAY)
    else:
        yield "SAF-11", "long", midnight(silent_from + 85 * DAY)


def told(s, p, since):
    """The days since one on which anybody said anything of a placement."""
    moments = [c.received_at for c in s.concerns[p.child_id]]
    moments += [step.happened_at for c in s.concerns[p.child_id] for step in s.steps[c.pk] if step.kind == "lado"]
    moments += [r.received_at for r in s.referrals[p.pk]] + [a.attended_at for a in s.police[p.pk]]
    moments += [log.covers_from for log in s.told[p.pk]]
    return {date(moment) for moment in moments if date(moment) >= since}


def begun(s, p):
    """From when a placement is high-risk and followed, where it is both today."""
    if not (lives_there(s, p) and p.followed_from and p.followed_from <= s.today):
        return None
    risky = risk_since(s.facts, p)
    return risky and max(p.started_on, p.followed_from, risky)


def fewer(s, p):
    """A quarter as often, or less, as at half of the council's others, over the days of the last 84 they are known."""
    if not hasattr(s, "compared"):
        s.compared = {}
        for other in s.placements.values():
            began = begun(s, other)
            first = began and max(began, s.today - 83 * DAY)
            if first and (s.today - first).days >= 27:
                rate = Fraction(len(told(s, other, first)), (s.today - first).days + 1)
                s.compared[other.pk] = (other.child.authority_id, rate, (s.today - first).days + 1)
    if p.pk not in s.compared:
        return
    council, rate, days = s.compared[p.pk]
    others = [theirs for pk, (of, theirs, _) in s.compared.items() if of == council and pk != p.pk]
    louder = [theirs for theirs in others if theirs >= 4 * max(rate, Fraction(1, days))]
    began = begun(s, p)
    last = max(told(s, p, began), default=None)
    if len(others) >= 3 and len(louder) * 2 >= len(others) and last != s.today:
        yield "SAF-11", "fewer", midnight(max(began + 27 * DAY, (last or began) + DAY))
