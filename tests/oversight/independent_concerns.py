"""The rules about concerns and police attendances a second time, in plain Python: one child and one day at a time.

Like `independent.py`, it shares no line with `oversight/rulebook/`, and its numbers are written out on purpose.
"""

from governance.models import Concern, ConcernReview, ConcernStep, ConductSubject, PoliceAttendance
from placements.models import Placement
from tests.oversight.independent import DAY, HOUR, date, grouped, lives_there, midnight, nth_working_day
from tests.oversight.independent_holders import holder, is_about


class Ledger:
    def __init__(self, facts):
        self.facts, self.as_of, self.today = facts, facts.as_of, facts.today
        past = {"happened_at__lte": self.as_of}
        self.concerns = grouped(
            Concern.objects.filter(received_at__lte=self.as_of).order_by("received_at", "pk"), "child_id"
        )
        self.lado = grouped(ConcernStep.objects.filter(kind__in=["lado", "seen"], **past), "concern_id")
        self.passed = grouped(ConcernStep.objects.filter(kind="passed", **past), "concern_id")
        self.safer = grouped(ConcernStep.objects.filter(kind="mitigation", **past), "concern_id")
        said = ConcernStep.objects.filter(kind__in=["answered", "unsettled"], **past).order_by("happened_at", "pk")
        self.said = grouped(said, "concern_id")
        self.met = grouped(ConcernReview.objects.filter(held_at__lte=self.as_of), "child_id")
        self.police = grouped(
            PoliceAttendance.objects.filter(attended_at__lte=self.as_of).order_by("attended_at", "pk"), "placement_id"
        )
        self.about = {
            row.concern_id: {("carer", row.carer_id), ("colleague", row.account_id)}
            - {("carer", None), ("colleague", None)}
            for row in ConductSubject.objects.all()
        }
        self.all = {c.pk: c for concerns in self.concerns.values() for c in concerns}

    def answered(self, concern):
        """When it was answered, if whoever raised it has left it at that; and when they last had not."""
        answered, unsettled = None, None
        for step in self.said[concern.pk]:
            if step.kind == "unsettled":
                answered, unsettled = None, step.happened_at
            else:
                answered = answered or step.happened_at
        return answered, unsettled

    def done(self, moment):
        return moment is not None and moment <= self.as_of


def first_owed(s):
    """Of each limb at each placement, what fell due first: when, and about which concerns."""
    first = {}
    for p in Placement.objects.select_related("child__team"):
        if not (lives_there(s, p) and p.followed_from and p.followed_from <= s.today):
            continue
        for rule, limb, due, hours, since, concerns in owed(s, p):
            overdue = s.as_of > due if hours else s.as_of >= due
            if overdue:
                row = (due, since, concerns)
                first[rule, limb, p] = min(row, first.get((rule, limb, p), row))
    return first


def expected_of_concerns(facts):
    s = Ledger(facts)
    found = {(rule, limb, p.pk, None, None, None, due) for (rule, limb, p), (due, *_) in first_owed(s).items()}
    return found | of_conduct(s)


def holders_of_concerns(facts):
    """Who holds each flag about a concern about somebody's conduct, by rule, limb and placement."""
    return {
        (rule, limb, p.pk): holder(p.child, concerns, above=limb in ("unread", "meeting"))
        for (rule, limb, p), (_, _, concerns) in first_owed(Ledger(facts)).items()
        if rule != "LOG-05" and is_about(concerns) is not None
    }


def of_conduct(s):
    """SAF-01, wherever the child lives now: a concern about staff nobody has decided about, from when it was known as that."""
    first = {}
    placements = grouped(Placement.objects.order_by("started_on", "pk"), "child_id")
    for c in s.all.values():
        known_from = c.received_at if c.category == "staff_conduct" else c.conduct_from
        if not s.done(known_from) or s.passed[c.pk]:
            continue
        begun = [p for p in placements[c.child_id] if p.started_on <= s.today]
        now = [
            p for p in begun
            if (p.ended_on is None or p.ended_on > s.today) and (p.started_at is None or p.started_at <= s.as_of)
        ]  # fmt: skip
        where = now[0].pk if now else c.placement_id or (begun[-1].pk if begun else None)
        about = s.about.get(c.pk, set())
        before = [
            other
            for other in s.all.values()
            if about & s.about.get(other.pk, set())
            and other.authority_id == c.authority_id
            and (other.received_at, other.pk) < (c.received_at, c.pk)
        ]
        limb, due = "repeated" if before else "concern", after(known_from, 1)
        if where and s.as_of >= due and due < first.get((limb, where), due + DAY):
            first[limb, where] = due
    return {("SAF-01", limb, pk, None, None, None, due) for (limb, pk), due in first.items()}


def after(moment, days):
    return midnight(nth_working_day(date(moment), days) + DAY)


def owed(s, p):
    concerns = s.concerns[p.child_id]
    for c in concerns:
        rule, decide, tell = ("SAF-08", "decision", "feedback") if c.risk else ("SAF-09", "triage", "answer")
        its = (c.received_at, [c.pk])
        if not s.done(c.triaged_at):
            yield rule, decide, after(c.received_at, 1), False, *its
        answered, unsettled = s.answered(c)
        if not answered:
            yield rule, tell, after(unsettled or c.received_at, 3), False, *its
        if s.done(c.triaged_at) and answered and not s.done(c.closed_at):
            tended = max([c.triaged_at, answered, *[step.happened_at for step in s.safer[c.pk]]])
            yield "SAF-09", "open", midnight(date(tended) + 29 * DAY), False, *its
        if c.risk and not s.done(c.read_at):
            yield rule, "unread", c.received_at + 24 * HOUR, True, *its
    came = p.started_at or midnight(p.started_on)
    met = [r.held_at for r in s.met[p.child_id] if len(set(r.there)) >= 2]
    consulted = [step.happened_at for c in concerns for step in s.lado[c.pk]]
    for limb, times, days in (("meeting", met, 5), ("lado", consulted, 1)):
        run = [c for c in concerns if c.received_at >= came and all(c.received_at > t for t in times)]
        for number, c in enumerate(run):
            lately = [e for e in run[: number + 1] if (date(c.received_at) - date(e.received_at)).days < 28]
            still_open = [e for e in lately if e.closed_at is None or e.closed_at > c.received_at]
            if len(still_open) >= 3 or len({e.source for e in lately}) >= 2:
                yield "SAF-09", limb, after(c.received_at, days), False, c.received_at, [e.pk for e in run]
                break
    times = [a.attended_at for a in s.police[p.pk] if all(a.attended_at > t for t in met)]
    for number, moment in enumerate(times):
        if sum((date(moment) - date(earlier)).days < 28 for earlier in times[: number + 1]) >= 3:
            yield "LOG-05", "", after(moment, 5), False, moment, []
            break
