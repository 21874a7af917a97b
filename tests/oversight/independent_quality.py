"""QA a second time, in plain Python: who should have been to see whether the care is good, and was not."""

from types import SimpleNamespace

from governance.models import QualityAddition, QualityScore, QualityVisit, RegisterEntry, RegisterReview
from placements.models import Placement
from tests.oversight.independent import (
    DAY,
    HOUR,
    OTHER,
    covering,
    date,
    grouped,
    lives_there,
    midnight,
    nth_working_day,
    risk_since,
)

HOMES = {"childrens_home", "secure_home"}


def months_after(day, months):
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month, day=last)
        except ValueError:
            continue
    raise AssertionError


class Quality:
    def __init__(self, as_of):
        mistaken = set(QualityAddition.objects.filter(kind="withdrawal").values_list("visit_id", flat=True))
        counted = QualityVisit.objects.exclude(pk__in=mistaken).filter(occurred_at__lte=as_of).order_by("occurred_at")
        self.visits = grouped(counted, "placement_id")
        self.entries = grouped(RegisterEntry.objects.all(), "placement_id")
        self.minutes = grouped(RegisterReview.objects.order_by("reviewed_on"), "entry_id")
        self.scores = grouped(QualityScore.objects.filter(part="premises"), "visit_id")

    def last(self, placement, kind):
        found = [visit for visit in self.visits[placement.pk] if visit.kind == kind]
        return found[-1] if found else None


def expected_of_quality(facts):
    """{(rule, limb, placement's id, None, None, None, the instant it was overdue from)}."""
    found, quality = set(), Quality(facts.as_of)
    asked = SimpleNamespace(facts=facts, as_of=facts.as_of, today=facts.today)
    for p in Placement.objects.select_related("child"):
        if lives_there(asked, p):
            found |= {("NOT-10", limb, p.pk, None, None, None, due) for limb, due in register(facts, quality, p)}
        if p.followed_from is None or p.followed_from > facts.today or not lives_there(asked, p):
            continue
        for rule, limb, due in [*regular(facts, quality, p), *premises(facts, quality, p)]:
            found.add((rule, limb, p.pk, None, None, None, due))
    return found


def setting(facts, p):
    registration = covering(facts.registrations[p.home_id], facts.today) if p.home_id else None
    status = registration.status if registration else "not_known"
    return status, status == "registered" and registration.registered_for in HOMES


def regular(facts, quality, p):
    risky_from = risk_since(facts, p)
    if risky_from is None:
        return
    status, is_home = setting(facts, p)
    start = max(p.started_on, p.followed_from, risky_from)

    def since(kind):
        visit = quality.last(p, kind)
        return max(start, date(visit.occurred_at)) if visit else start

    independent, review, together = since("independent"), since("review"), since("multi_agency")
    dues = [("QA-03", "", together + 28 * DAY)]
    if is_home:
        dues += [("QA-01", "", months_after(independent, 1)), ("QA-02", "", months_after(review, 6))]
    elif status == "not_registered":
        late = facts.today > independent + 28 * DAY
        dues += (
            [("QA-01L", "none", independent + 28 * DAY)]
            if late
            else [("QA-01L", "fortnightly", independent + 14 * DAY)]
        )
        dues += [("QA-02L", "", review + 84 * DAY)]
    else:
        dues += [("QA-01L", "none", months_after(independent, 1)), ("QA-02L", "", months_after(review, 6))]
    for rule, limb, due in dues:
        if facts.today > due:
            yield rule, limb, midnight(due + DAY)


def premises(facts, quality, p):
    _, is_home = setting(facts, p)
    check = quality.last(p, "premises")
    if check:
        ends = [score.until for score in quality.scores[check.pk] if score.score != "met"]
        if ends and facts.today > min(ends):
            yield "QA-04L", "mitigation", midnight(min(ends) + DAY)
        return
    by_law = p.type in OTHER and not is_home
    risky_from = risk_since(facts, p)
    if risky_from is None and not by_law:
        return
    began = p.started_at or midnight(p.started_on)
    dues = [began + 24 * HOUR if p.basis == "emergency" else began]
    later = max(p.started_on, p.followed_from)
    if not by_law:
        later = max(later, risky_from)
    if later > p.started_on:
        dues.append(midnight(later) + 24 * HOUR)
    if facts.as_of > max(dues):
        yield "QA-04" if by_law else "QA-04L", "premises", max(dues)


def register(facts, quality, p):
    registration = covering(facts.registrations[p.home_id], facts.today) if p.home_id else None
    if registration is None or registration.status != "not_registered":
        return
    standing = [
        e
        for e in quality.entries[p.pk]
        if e.entered_on <= facts.today and (e.left_on is None or facts.today < e.left_on)
    ]
    if not standing:
        limb, due = "entry", nth_working_day(max(p.started_on, registration.started_on), 1)
    else:
        minutes = [m.reviewed_on for m in quality.minutes[standing[0].pk] if m.reviewed_on <= facts.today]
        limb, due = "review", months_after(minutes[-1] if minutes else standing[0].entered_on, 1)
    if facts.today > due:
        yield limb, midnight(due + DAY)
