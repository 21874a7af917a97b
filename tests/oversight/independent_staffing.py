"""The rules about carers and shifts a second time, in plain Python: one placement, one shift, one person at a time.

Like `independent.py`, it shares no line with `oversight/rulebook/`, and its numbers are written out on purpose. What is
found is (rule, limb, placement's id, carer's id, agency's id, shift's id, the instant from which it was overdue).
"""

import datetime as dt
from collections import defaultdict

from children.models import Allocation, CaseSupervision
from core.models import User
from placements.models import Key, Placement
from staffing.models import (
    AgencyAgreement,
    Assignment,
    AwakeCheck,
    Carer,
    Check,
    CheckWaiver,
    Engagement,
    Presence,
    ReflectiveSession,
    ReplacementPlan,
    RotaRequest,
    Shift,
    ShiftReview,
    StaffingPlan,
    StaffType,
    StandDown,
    Supervision,
    SupervisionLine,
    Training,
)
from tests.oversight.independent import (
    DAY,
    FOSTER,
    HOUR,
    covering,
    date,
    grouped,
    lives_there,
    midnight,
    nth_working_day,
    reaches,
    risk_since,
)
from tests.oversight.independent_shifts import events

REQUIRED = {"identity", "right_to_work", "dbs", "reference_last", "reference_other", "leaving", "history"} | {
    "qualifications"
}

# What must be said of a check for it to be one.
SAID = {
    "identity": {"photo_seen"}, "right_to_work": {"proof_seen"}, "dbs": {"enhanced", "barred_list"},
    "reference_last": {"last_employer"}, "leaving": {"verified"}, "history": {"full", "gaps_explained"},
}  # fmt: skip


def months_before(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


class Staffing:
    """Every record about carers, as of an instant."""

    def __init__(self, facts):
        self.facts, self.as_of, self.today = facts, facts.as_of, facts.today
        as_of, today = self.as_of, self.today
        self.shifts = grouped(
            [s for s in Shift.objects.order_by("starts_at", "pk") if not (s.cancelled_at and s.cancelled_at <= as_of)],
            "placement_id",
        )
        self.ever = grouped(Shift.objects.all(), "placement_id")  # cancelled too: whoever came all the same was there
        self.all_shifts = {s.pk: s for shifts in self.shifts.values() for s in shifts}
        on = [a for a in Assignment.objects.order_by("starts_at") if not (a.removed_at and a.removed_at <= as_of)]
        self.on_shift, self.on_by_carer = grouped(on, "shift_id"), grouped(on, "carer_id")
        self.ever_on = grouped(Assignment.objects.all(), "shift_id")
        there = list(Presence.objects.filter(kind="carer", starts_at__lte=as_of).order_by("starts_at"))
        for w in there:
            w.who = w.carer_id or w.name.lower()
            w.until = w.ends_at if w.ends_at and w.ends_at <= as_of else None
        self.there = grouped(there, "shift_id")
        self.there_by_carer = grouped([w for w in there if w.carer_id], "carer_id")
        self.reviews = grouped(ShiftReview.objects.filter(reviewed_at__lte=as_of), "shift_id")
        self.checks = grouped(Check.objects.filter(checked_on__lte=today), "carer_id")
        self.waivers = grouped(CheckWaiver.objects.all(), "carer_id")
        self.engaged = grouped(Engagement.objects.all(), "carer_id")
        self.training = grouped(Training.objects.filter(given_on__lte=today), "carer_id")
        self.lines = grouped(SupervisionLine.objects.all(), "carer_id")
        self.supervised = grouped(Supervision.objects.filter(held_on__lte=today).order_by("held_on"), "carer_id")
        self.stand_downs = grouped(StandDown.objects.filter(starts_at__lte=as_of), "carer_id")
        self.plans = grouped(StaffingPlan.objects.order_by("effective_from", "pk"), "placement_id")
        self.agreements = grouped(AgencyAgreement.objects.order_by("started_on"), "placement_id")
        self.types = grouped(StaffType.objects.filter(reviewed_on__lte=today), "placement_id")
        self.reflections = grouped(ReflectiveSession.objects.filter(held_on__lte=today), "placement_id")
        plans = ReplacementPlan.objects.filter(made_on__lte=today).order_by("made_on", "pk")
        self.replaced = {(plan.placement_id, plan.agency_id): plan for plan in plans}  # the latest of each
        self.requests = defaultdict(list)  # by child: a request goes with her
        for request in RotaRequest.objects.filter(asked_at__lte=as_of).select_related("placement"):
            if not (request.withdrawn_at and request.withdrawn_at <= as_of):
                self.requests[request.placement.child_id].append(request)
        looks = list(AwakeCheck.objects.filter(checked_at__lte=as_of).order_by("checked_at"))
        for look in looks:
            look.who = look.carer_id or look.name.lower()
        self.awake = grouped(looks, "shift_id")
        self.allocations = grouped(Allocation.objects.order_by("started_on"), "child_id")
        self.cases = grouped(CaseSupervision.objects.filter(held_on__lte=today), "child_id")
        self.people = {user.pk: user for user in User.objects.all()}
        self.carers = {carer.pk: carer for carer in Carer.objects.all()}

    def lacks(self, carer_id, moment, written_down=None):
        """Which kinds of check are not complete on the English day of an instant (by the national periods). Of what was
        worked: by the papers held when they came or, where that was written down later, by then."""
        day = date(moment)
        held_by = max(moment, written_down) if written_down else None
        live = [
            c
            for c in self.checks[carer_id]
            if (held_by is None or c.recorded_at <= held_by)
            and c.withdrawn_at is None and c.checked_on <= day and (c.valid_until is None or c.valid_until >= day)
            and all(fact in c.confirmed for fact in SAID.get(c.kind, ()))
        ]  # fmt: skip
        kinds = {c.kind for c in live if c.kind != "dbs"}
        looked_up = any(c.kind == "update_service" and c.checked_on > months_before(day, 12) for c in live)
        certificates = [c for c in live if c.kind == "dbs"]
        if certificates and (looked_up or any(c.checked_on > months_before(day, 36) for c in certificates)):
            kinds.add("dbs")
        return REQUIRED - kinds

    def waived(self, carer_id, placement_id, begins, ends):
        for w in self.waivers[carer_id]:
            if w.placement_id == placement_id and w.starts_at <= begins and ends <= w.ends_at:
                return w
        return None

    def reviewed(self, shift, happened, recorded=None):
        return any(
            r.reviewed_at >= happened and (recorded is None or r.recorded_at >= recorded)
            for r in self.reviews[shift.pk]
        )

    def published(self, shift):
        return shift.published_at is not None and shift.published_at <= self.as_of

    def needed(self, p, shift):
        plans = [plan for plan in self.plans[p.pk] if plan.effective_from <= shift.starts_at]
        if plans:
            plan = plans[-1]
            return {"day": plan.by_day, "waking_night": plan.by_night, "sleep_in": plan.sleeping_in}[shift.kind]
        day = date(shift.starts_at)
        for order in sorted(self.facts.orders[p.child_id], key=lambda o: (o.starts_on, o.pk), reverse=True):
            in_effect = order.starts_on <= day <= order.expires_on
            if in_effect and not (order.discharged_on and order.discharged_on <= day) and order.staffing_ratio:
                return 0 if shift.kind == "sleep_in" else order.staffing_ratio
        return None


def expected_of_staffing(facts):
    s, found = Staffing(facts), set()
    for p in Placement.objects.select_related("child", "home"):
        if p.followed_from and p.started_on <= s.today and p.followed_from <= s.today:
            if p.ended_on is None or p.ended_on > s.today - 28 * DAY:
                registration = covering(facts.registrations[p.home_id], s.today) if p.home_id else None
                p.letter = "" if registration and registration.status == "registered" else "L"
                found |= {
                    (f"{r}{p.letter}" if r in {"STF-01", "STF-11"} else r, limb, p.pk, *x)
                    for r, limb, *x in events(s, p)
                }
                found |= {(r, limb, p.pk, *x) for r, limb, *x in put_back(s, p)}
            if lives_there(s, p):
                rows = [
                    *about_carers(s, p),
                    *about_line(s, p),
                    *about_rota(s, p),
                    *about_agencies(s, p),
                    *continuity(s, p),
                ]
                binding = {"STF-01", "STF-02", "STF-03", "STF-04", "STF-11"}
                found |= {(f"{r}{p.letter}" if r in binding else r, limb, p.pk, *x) for r, limb, *x in rows}
        if p.ended_on and p.ended_on < s.today:
            out = Key.objects.filter(placement=p, issued_on__lte=s.today).exclude(revoked_on__lte=s.today)
            if out.exists():
                found.add(("LOG-06", "", p.pk, None, None, None, midnight(p.ended_on + DAY)))
    return found


# --- carers -----------------------------------------------------------------------------------------------------------


def about_carers(s, p):
    near = [x for x in s.shifts[p.pk] if s.as_of - 28 * DAY < x.starts_at <= s.as_of + 28 * DAY]
    by_agency = {(a.carer_id, a.agency_id) for x in near if s.published(x) for a in s.on_shift[x.pk]}
    came_to = [x for x in s.ever[p.pk] if s.as_of - 28 * DAY < x.starts_at <= s.as_of]
    carers = {carer for carer, _ in by_agency} | {w.carer_id for x in came_to for w in s.there[x.pk] if w.carer_id}
    dol = any(
        o.starts_on <= s.today <= o.expires_on and not (o.discharged_on and o.discharged_on <= s.today)
        for o in s.facts.orders[p.child_id]
    )
    for carer_id in carers:
        engagements = [e for e in s.engaged[carer_id] if live(e, s.today)]
        if not engagements:
            continue
        planned = [a for a in s.on_by_carer[carer_id] if a.shift_id in s.all_shifts]
        planned = [a for a in planned if s.published(s.all_shifts[a.shift_id])]
        here = [a.starts_at for a in planned if s.all_shifts[a.shift_id].placement_id == p.pk]
        worked = s.there_by_carer[carer_id]
        here += [w.starts_at for w in worked if w.shift_id in {x.pk for x in s.ever[p.pk]}]
        first = min(here)
        yield from theirs(s, p, carer_id, first, min([first, *[a.starts_at for a in planned]]), dol, engagements)
        assert worked or planned
        for agency_id in {agency for carer, agency in by_agency if carer == carer_id}:
            if any(e.agency_id == agency_id for e in engagements):
                lines = [x for x in s.lines[carer_id] if x.agency_id == agency_id]
                if not any(live(x, s.today) for x in lines):
                    through = [
                        a.starts_at
                        for a in planned
                        if a.agency_id == agency_id and s.all_shifts[a.shift_id].placement_id == p.pk
                    ]
                    ended = [midnight(x.ended_on) for x in lines if x.ended_on and x.ended_on <= s.today]
                    due = max([min(through), *ended])
                    if s.as_of > due:
                        yield "STF-04", "supervisor", carer_id, agency_id, None, due
    yield from leaders(s, p, near)
    yield from to_come(s, p)
    for request in s.requests[p.child_id]:
        done = request.done_at and request.done_at <= s.as_of
        gone = request.placement.ended_on and request.placement.ended_on <= s.today
        if not done and s.as_of > request.due_at and (request.placement == p or gone):
            yield "STF-09", "request", request.carer_id, None, None, request.due_at


def live(record, day):
    return record.started_on <= day and (record.ended_on is None or day < record.ended_on)


def theirs(s, p, carer_id, first, first_ever, dol, engagements):
    day = date(first)
    mine = lambda rule, limb, due: (rule, limb, carer_id, None, None, due)  # noqa: E731
    since = s.carers[carer_id].care_role_since or min(e.started_on for e in s.engaged[carer_id])
    diploma = [
        c for c in s.checks[carer_id] if c.kind == "diploma" and not (c.withdrawn_at and c.withdrawn_at <= s.as_of)
    ]
    if not diploma and s.today > reaches(since, 2):
        yield mine("STF-02", "", midnight(reaches(since, 2) + DAY))

    taught = [t for t in s.training[carer_id] if t.placement_id in (None, p.pk)]
    proved = [t for t in taught if t.evidence_id or (t.signed_on and t.signed_on <= s.today)]
    if not any(t.subject == "induction" for t in proved) and s.as_of > first_ever:
        yield mine("STF-03", "induction", first_ever)
    owed = []
    for subject in ("trauma", "de_escalation", "medicines", "safeguarding", "childs_plan", *(["dol"] if dol else [])):
        of_it = [t for t in proved if t.subject == subject]
        if not any(t.valid_until is None or t.valid_until >= s.today for t in of_it):
            owed.append(max([day + 14 * DAY, *[t.valid_until for t in of_it]]))
    if owed and s.today > min(owed):
        yield mine("STF-03", "training", midnight(min(owed) + DAY))
    claims = [
        t.given_on
        for t in taught
        if t not in proved and not any(x.subject == t.subject and x.given_on >= t.given_on for x in proved)
    ]
    if claims:
        yield mine("STF-03", "claimed", midnight(min(claims)))

    practice = [v.held_on for v in s.supervised[carer_id] if v.kind == "practice" and v.held_on >= day]
    if not practice:
        if s.today > day + 7 * DAY:
            yield mine("STF-04", "first", midnight(day + 8 * DAY))
    elif s.today > practice[-1] + 42 * DAY:
        yield mine("STF-04", "lapsed", midnight(practice[-1] + 43 * DAY))
    elif s.today > practice[-1] + 28 * DAY:
        yield mine("STF-04", "regular", midnight(practice[-1] + 29 * DAY))
    appraised = [v.held_on for v in s.supervised[carer_id] if v.kind == "appraisal"]
    due = reaches(max([min(e.started_on for e in engagements), *appraised]), 1)
    if s.today > due:
        yield mine("STF-04", "appraisal", midnight(due + DAY))


def leaders(s, p, near):
    for leader_id in {x.leader_id for x in near if x.leader_id and s.published(x)}:
        if any(live(x, s.today) for x in s.lines[leader_id]):
            continue
        if not any(live(e, s.today) for e in s.engaged[leader_id]):
            continue
        led = [x.starts_at for x in s.shifts[p.pk] if x.leader_id == leader_id and s.published(x)]
        ended = [midnight(x.ended_on) for x in s.lines[leader_id] if x.ended_on and x.ended_on <= s.today]
        due = max([min(led), *ended])
        if s.as_of >= due:
            yield "STF-06", "supervised", leader_id, None, None, due


def to_come(s, p):
    """Unchecked, and too few, on shifts to come or under way."""
    firsts = {}
    for shift in s.shifts[p.pk]:
        if shift.ends_at <= s.as_of or shift.starts_at > s.as_of + 7 * DAY:
            continue
        for a in s.on_shift[shift.pk]:
            if a.ends_at <= s.as_of or not s.lacks(a.carer_id, a.ends_at):
                continue
            waiver = s.waived(a.carer_id, p.pk, a.starts_at, a.ends_at)
            if waiver:
                row = (waiver.starts_at, None)
            else:
                withdrawn = [
                    c.withdrawn_at
                    for c in Check.objects.filter(carer=a.carer_id)
                    if c.withdrawn_at and c.withdrawn_at <= s.as_of
                ]
                row = (max([a.starts_at - 7 * DAY, *withdrawn]), shift.pk)
            key = (a.carer_id, "waived" if waiver else "planned")
            if key not in firsts or row[0] < firsts[key][0]:
                firsts[key] = row
    for (carer_id, limb), (due, shift_id) in firsts.items():
        if s.as_of >= due:
            yield "STF-01", limb, carer_id, None, shift_id, due
    short = []
    for shift in s.shifts[p.pk]:
        if s.as_of < shift.starts_at <= s.as_of + 7 * DAY and s.published(shift):
            need = s.needed(p, shift) or 0
            on = s.on_shift[shift.pk]
            moments = [shift.starts_at, *[m for a in on for m in (a.starts_at, a.ends_at) if m < shift.ends_at]]
            if min(sum(a.starts_at <= m < a.ends_at for a in on) for m in moments) < need:
                short.append((max(shift.starts_at - 24 * HOUR, shift.published_at), shift.pk))
    if short and s.as_of >= min(short)[0]:
        yield "STF-07", "planned", None, None, min(short)[1], min(short)[0]


def put_back(s, p):
    """Of each carer whom somebody asked to have taken off: the first place on her shifts they were given after that."""
    for carer_id in {request.carer_id for request in s.requests[p.child_id]}:
        asked = min(r.asked_at for r in s.requests[p.child_id] if r.carer_id == carer_id)
        back = []
        for a in s.on_by_carer[carer_id]:
            shift, put = s.all_shifts.get(a.shift_id), a.put_on_at or a.recorded_at
            if shift is None or shift.placement_id != p.pk or shift.starts_at <= s.as_of - 28 * DAY:
                continue
            if asked < put <= s.as_of and not s.reviewed(shift, a.ends_at, a.recorded_at):
                back.append((put, shift.pk))
        if back:
            yield "STF-09", "put_back", carer_id, None, min(back)[1], min(back)[0]


# --- the rota, the agencies, the child's own line ---------------------------------------------------------------------


def about_rota(s, p):
    published = [x for x in s.shifts[p.pk] if s.published(x)]
    kept = any(x.starts_at > s.as_of - 28 * DAY for x in published)
    risky_from = risk_since(s.facts, p)
    if p.type in FOSTER or not (kept or risky_from):
        return
    began = p.started_at or midnight(p.started_on)
    asked = max(began, midnight(max(p.started_on, p.followed_from)))
    if not kept:
        asked = max(asked, midnight(risky_from))
    if p.basis == "emergency":
        asked = max(asked, began + 48 * HOUR)
    if not any(x.starts_at <= s.as_of < x.ends_at for x in published):
        over = [x for x in published if x.ends_at <= s.as_of]
        due = max([asked, *[x.ends_at for x in sorted(over, key=lambda x: x.starts_at)[-1:]]])
        if s.as_of > due:
            yield "STF-11", "planned", None, None, None, due
    reviewed = [t.reviewed_on for t in s.types[p.pk]]
    if reviewed:
        due = midnight(max(reviewed) + 29 * DAY)
        if s.as_of >= due:
            yield "STF-13", "", None, None, None, due
    elif s.as_of > asked:
        yield "STF-13", "", None, None, None, asked
    yield from moved_along(s, p, began)


def moved_along(s, p, began):
    """Carers who were with her just before, in another house, and are with her here through somebody else's agency."""
    came_with, own = set(), p.home.provider_id if p.home else p.provider_id
    for q in Placement.objects.filter(child=p.child_id).exclude(pk=p.pk):
        if q.home_id and q.home_id == p.home_id:
            continue
        since = midnight(p.started_on - 28 * DAY)
        for x in [x for x in s.shifts[q.pk] if s.published(x) and since < x.starts_at <= began]:
            came_with |= {a.carer_id for a in s.on_shift[x.pk]}
        for x in [x for x in s.ever[q.pk] if since < x.starts_at <= began]:
            came_with |= {w.carer_id for w in s.there[x.pk]}
    through = defaultdict(list)
    for x in s.ever[p.pk]:
        if x.pk in s.all_shifts and s.published(s.all_shifts[x.pk]):
            for a in s.on_shift[x.pk]:
                if a.carer_id in came_with and x.starts_at <= s.as_of + 28 * DAY:
                    through[a.agency_id].append(x.starts_at)
        for w in s.there[x.pk]:
            if w.carer_id and w.carer_id in came_with:
                agencies = {a.agency_id for a in s.ever_on[x.pk] if a.carer_id == w.carer_id}
                if not agencies:
                    agencies = {e.agency_id for e in s.engaged[w.carer_id] if live(e, date(w.starts_at))}
                    agencies = set() if own in agencies else agencies
                for agency_id in agencies:
                    through[agency_id].append(x.starts_at)
    for agency_id, times in through.items():
        here = [when for when in times if when >= midnight(max(p.started_on, p.followed_from))]
        if agency_id == own or not here or max(here) <= s.as_of - 7 * DAY:
            continue
        plan = s.replaced.get((p.pk, agency_id))
        due = midnight((plan.last_day if plan else nth_working_day(date(min(here)), 5)) + DAY)
        if s.as_of >= due and (plan is None or max(here) >= due):
            yield "STF-13", "not_replaced" if plan else "moved_along", None, agency_id, None, due


def about_agencies(s, p):
    own = p.home.provider_id if p.home else p.provider_id
    agreed = {a.agency_id: a for a in s.agreements[p.pk] if live(a, s.today)}
    on_rota = {
        a.agency_id
        for x in s.shifts[p.pk]
        if s.published(x) and s.as_of - 28 * DAY < x.starts_at <= s.as_of + 28 * DAY
        for a in s.on_shift[x.pk]
        if a.ends_at > s.as_of
    }
    for agency_id in (set(agreed) | on_rota) - {own}:
        agreement = agreed.get(agency_id)
        chain = None  # the first of its agreements that nobody signed, since one was
        for a in s.agreements[p.pk]:
            if a.agency_id == agency_id and a.started_on <= s.today:
                chain = None if a.signed_on and a.signed_on <= s.today else chain or a.started_on
        if agreement:
            day = chain or agreement.started_on
            signed = agreement.signed_on and agreement.signed_on <= s.today
            if agreement.outcomes == "" or not signed:
                due = nth_working_day(day, 5)
                if s.today > due:
                    yield "CPL-05A", "", None, agency_id, None, midnight(due + DAY)
            if signed and agreement.expires_on >= s.today:
                continue
            if agreement.signed_on and agreement.expires_on < s.today:
                day = agreement.expires_on + DAY
        else:
            through = [
                x.starts_at
                for x in s.shifts[p.pk]
                if s.published(x) and any(a.agency_id == agency_id for a in s.on_shift[x.pk])
            ]
            ended = [a.ended_on for a in s.agreements[p.pk] if a.agency_id == agency_id and a.ended_on <= s.today]
            day = chain or max([date(min(through)), *ended])
        last = nth_working_day(day, 5)
        if s.today > last:
            yield "STF-10", "overdue", None, agency_id, None, midnight(last + DAY)
            continue
        due = midnight(day)
        if p.basis == "emergency":
            due = max(due, p.started_at + 48 * HOUR)
        if s.as_of > due:
            yield "STF-10", "unsigned", None, agency_id, None, due


def about_line(s, p):
    risky_from = risk_since(s.facts, p)
    if risky_from is None:
        return
    began = max(p.started_on, p.followed_from, risky_from)
    waits = defaultdict(list)
    for a in s.allocations[p.child_id]:
        worker = s.people[a.worker_id]
        new = bool(worker.newly_qualified_until and worker.newly_qualified_until >= s.today)
        if not live(a, s.today) or not (a.part == "social_worker" or (a.part == "second_worker" and new)):
            continue
        held = [c.held_on for c in s.cases[p.child_id] if c.worker_id == a.worker_id]
        limb = "second" if a.part == "second_worker" else "case_of_manager" if worker.role == "team_manager" else "case"
        waits[limb].append(max([began, a.started_on, *held]) + (7 if new else 28) * DAY)
    for limb, dues in waits.items():
        if s.today > min(dues):
            yield "STF-04", limb, None, None, None, midnight(min(dues) + DAY)
    due = max([began, *[r.held_on for r in s.reflections[p.pk]]]) + 84 * DAY
    if s.today > due:
        yield "STF-04", "reflective", None, None, None, midnight(due + DAY)


def continuity(s, p):
    allocations = s.allocations[p.child_id]
    from_day = max(p.started_on, p.followed_from)
    social = [a for a in allocations if a.part == "social_worker"]
    left = [
        a
        for a in social
        if a.ended_on and a.started_on < a.ended_on <= s.today and a.ended_on > months_before(s.today, 6)
    ]
    nobody = (None, None, None)
    if len({a.worker_id for a in left}) >= 2:
        yield "STF-12", "changes", *nobody, midnight(max(a.ended_on for a in left))
    without = [a.ended_on for a in left if not a.handover]
    if without:
        yield "STF-12", "handover", *nobody, midnight(min(without))
    permanent = [a for a in allocations if a.part == "second_worker" and s.people[a.worker_id].terms == "permanent"]
    for a in social:
        if (
            live(a, s.today)
            and s.people[a.worker_id].terms == "temporary"
            and not any(live(x, s.today) for x in permanent)
        ):
            gone = [x.ended_on for x in permanent if x.ended_on and x.ended_on <= s.today]
            yield "STF-12", "temporary", *nobody, midnight(max([from_day, a.started_on, *gone]))
    managers = [
        u for u in s.people.values() if u.team_id == p.child.team_id and u.role == "team_manager" and u.is_active
    ]
    if managers and all(u.terms == "temporary" for u in managers):
        yield "STF-12", "temporary_manager", *nobody, midnight(from_day)
    risky_from = risk_since(s.facts, p)
    if risky_from:
        new = [
            a.started_on
            for a in allocations
            if a.part in {"social_worker", "second_worker"}
            and live(a, s.today)
            and s.people[a.worker_id].newly_qualified_until
            and s.people[a.worker_id].newly_qualified_until > s.today
            and not a.why_this_worker
        ]
        if new:
            yield "STF-12", "newly_qualified", *nobody, midnight(max(from_day, risky_from, min(new)))
