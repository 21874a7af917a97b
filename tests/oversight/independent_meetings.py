"""The rules about meetings and actions a second time, in plain Python: one placement, one meeting, one action at a time."""

import datetime as dt

from governance.models import Action, Attendance, Meeting, MeetingSeries
from placements.models import Placement
from staffing.models import AgencyAgreement
from tests.oversight.independent import DAY, date, lives_there, midnight, nth_working_day, risk_since


class Table:
    """Every record about meetings, as of an instant."""

    def __init__(self, facts):
        self.facts, self.as_of, self.today = facts, facts.as_of, facts.today
        meetings = Meeting.objects.filter(held_at__lte=self.as_of).order_by("held_at", "pk")
        self.meetings = [m for m in meetings if not (m.called_off_at and m.called_off_at <= self.as_of)]
        for m in self.meetings:
            m.children = set(m.discussed.values_list("child_id", flat=True))
            m.rows = list(Attendance.objects.filter(meeting=m))
        self.actions = list(Action.objects.filter(agreed_at__lte=self.as_of).select_related("issue"))

    def live(self, record):
        return record.started_on <= self.today and (record.ended_on is None or self.today < record.ended_on)

    def held_of(self, series):
        return [m for m in self.meetings if m.series_id == series.pk]

    def due_at(self, action, moment):
        later = [r for r in action.redatings.order_by("redated_at", "pk") if r.redated_at > moment]
        return later[0].from_on if later else action.due_on

    def open_at(self, action, moment):
        return action.closed_at is None or action.closed_at > moment


def expected_of_meetings(facts):
    t, found = Table(facts), set()
    for p in Placement.objects.select_related("child"):
        if p.followed_from and p.followed_from <= t.today and lives_there(t, p):
            for rows in (
                the_series(t, p),
                no_series(t, p),
                the_minutes(t, p),
                the_seats(t, p),
                the_agencies(t, p),
                the_actions(t, p),
            ):
                found |= first_of_each(p, rows)
    return found


def first_of_each(p, rows):
    """One flag for each rule, limb and agency: the oldest."""
    oldest = {}
    for rule, limb, agency, due in rows:
        key = (rule, limb, p.pk, None, agency, None)
        oldest[key] = min(due, oldest.get(key, due))
    return {(*key, due) for key, due in oldest.items()}


def series_of(t, p):
    for series in MeetingSeries.objects.filter(authority_id=p.child.authority_id):
        held = t.held_of(series)
        if t.live(series) and (
            series.child_id == p.child_id or (not series.child_id and held and p.child_id in held[-1].children)
        ):
            yield series, held


def the_series(t, p):
    for series, held in series_of(t, p):
        since = max([series.started_on, *[r.reviewed_on for r in series.reviews.all() if r.reviewed_on <= t.today]])
        again = dt.date(since.year + 1, since.month, 28 if (since.month, since.day) == (2, 29) else since.day)
        if t.today > again:
            yield "MTG-01", "terms", None, midnight(again + DAY)
        if series.child_id:
            last = max([series.started_on, p.started_on, p.followed_from, *[date(m.held_at) for m in held]])
            if t.today > last + series.every_days * DAY:
                yield "MTG-01", "held", None, midnight(last + (series.every_days + 1) * DAY)


def no_series(t, p):
    """High risk, and nobody has set up a meeting about her; or the last one ended, and no other began."""
    risky_from = risk_since(t.facts, p)
    if risky_from is None:
        return
    hers = [s for s in MeetingSeries.objects.filter(child=p.child_id) if s.started_on <= t.today]
    if any(t.live(s) for s in hers):
        return
    fifth = nth_working_day(max([p.started_on, p.followed_from, risky_from, *[s.ended_on for s in hers]]), 5)
    if t.today > fifth:
        yield "MTG-01A", "", None, midnight(fifth + DAY)


def the_minutes(t, p):
    waiting = [m for m in t.meetings if p.child_id in m.children and not (m.sent_at and m.sent_at <= t.as_of)]
    for m in waiting[:1]:
        second = nth_working_day(date(m.held_at), 2)
        if t.today > second:
            yield "MTG-02", "", None, midnight(second + DAY)


def suppliers(t, p):
    """Each agency that supplies the placement today, and since when."""
    found = {}
    for agreement in AgencyAgreement.objects.filter(placement=p).order_by("-started_on"):
        if t.live(agreement):
            found[agreement.agency_id] = agreement.started_on
    return found


def the_seats(t, p):
    for series, held in series_of(t, p):
        if not held:
            continue
        for part in held[-1].required:
            seats = suppliers(t, p).items() if part == "agency" else [(None, series.started_on)]
            for agency, since in seats:
                met = [m for m in held if part in m.required and date(m.held_at) >= since]
                states = [
                    {r.state for r in m.rows if r.part == part and (agency is None or r.agency_id == agency)}
                    for m in met[-2:]
                ]
                if not states or not states[-1]:
                    continue
                if states[-1] == {"not_invited"}:
                    yield "MTG-03", "uninvited", agency, met[-1].held_at
                elif "present" not in states[-1] and len(states) == 2 and states[0] and "present" not in states[0]:
                    yield "MTG-03", "missed", agency, met[-1].held_at


def the_agencies(t, p):
    supplying = suppliers(t, p)
    if len(supplying) < 2:
        return
    together = [
        date(m.held_at)
        for m in t.meetings
        if p.child_id in m.children
        and len({r.agency_id for r in m.rows if r.state == "present" and r.agency_id in supplying}) >= 2
    ]
    last = max([p.started_on, p.followed_from, sorted(supplying.values())[1], *together])
    if t.today > last + 7 * DAY:
        yield "MTG-03A", "", None, midnight(last + 8 * DAY)


def the_actions(t, p):
    for action in t.actions:
        if action.child_id != p.child_id or not t.open_at(action, t.as_of):
            continue
        due = t.due_at(action, t.as_of)
        fifth = nth_working_day(due, 5)
        if due < t.today <= fifth:
            yield "MTG-04", "overdue", None, midnight(due + DAY)
        if t.today > fifth:
            yield "MTG-04", "escalated", None, midnight(fifth + DAY)
        redated = sorted(r.redated_at for r in action.redatings.all() if r.redated_at <= t.as_of)
        if len(redated) > 1:
            yield "MTG-04", "drift", None, redated[1]
        run = running(t, p, action.issue)
        if len(run) > 2:
            yield "MTG-04", "drift", None, run[2]


def running(t, p, issue):
    """The meetings, one after another up to the last, to which an issue came back."""
    run = []
    if issue.series_id is None:
        return run
    for m in reversed(t.meetings):
        if m.series_id != issue.series_id or p.child_id not in m.children:
            continue
        about = list(Action.objects.filter(issue=issue))
        born = any(a.meeting_id == m.pk for a in about)
        late = any(
            a.agreed_at < m.held_at and t.open_at(a, m.held_at) and t.due_at(a, m.held_at) < date(m.held_at)
            for a in about
        )
        if not born and not late:
            break
        run.insert(0, m.held_at)
    return run
