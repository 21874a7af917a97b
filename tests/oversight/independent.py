"""The rules a second time, in plain Python and one child at a time: written from the regulations, not from the queries.

`expected(as_of)` reads every record there is and answers with what should stand. Slow, and meant to be: it shares no
line with `oversight/rulebook/`. Numbers are written out here on purpose.
"""

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

from children.models import CareEpisode, LegalStatus
from placements.models import (
    Addition,
    DailyLog,
    DolOrder,
    ManagerAbsence,
    ManagerPost,
    Placement,
    Registration,
    UnregisteredAuthorisation,
    Visit,
)

LONDON = ZoneInfo("Europe/London")
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
FOSTER = {"U1", "U2", "U3", "U4", "U5", "U6"}
RESIDENTIAL = {"K1", "K2", "K3", "H5", "R1", "R3", "S1", "Z1", "Z11", "Z12", "Z13", "Z14"}
OTHER = {"H5", "K3", "P2", "P3", "Z1", "Z11", "Z12", "Z13", "Z14"}
ALLOWED = {"childrens_home", "secure_home", "family_centre", "school", "holiday_scheme", "care_home", "hospital"}
LINE = {"social_worker", "team_manager", "head_of_service", "other_representative"}


def midnight(day):
    return dt.datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(dt.UTC)


def date(instant):
    return instant.astimezone(LONDON).date()


def reaches(born, age):
    try:
        return born.replace(year=born.year + age)
    except ValueError:  # 29 February
        return born.replace(year=born.year + age, day=28)


def three_months_after(day):
    return in_month(day, (day.year, day.month + 3) if day.month < 10 else (day.year + 1, day.month - 9))


def a_month_before(day):
    return in_month(day, (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12))


def in_month(day, year_and_month):
    year, month = year_and_month
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month, last)
        except ValueError:
            continue
    raise AssertionError


def nth_working_day(day, number):
    import holidays

    england = holidays.country_holidays("GB", subdiv="ENG")
    while number:
        day += DAY
        if day.weekday() < 5 and day not in england:
            number -= 1
    return day


def covering(records, day):
    found = [r for r in records if r.started_on <= day and (r.ended_on is None or day < r.ended_on)]
    assert len(found) < 2
    return found[0] if found else None


def grouped(queryset, key):
    found = defaultdict(list)
    for record in queryset:
        found[getattr(record, key)].append(record)
    return found


class Facts:
    def __init__(self, as_of):
        self.as_of, self.today = as_of, date(as_of)
        self.care = grouped(CareEpisode.objects.all(), "child_id")
        self.statuses = grouped(LegalStatus.objects.all(), "child_id")
        self.registrations = grouped(Registration.objects.all(), "home_id")
        self.orders = grouped(DolOrder.objects.all(), "child_id")
        # Nobody holds a post for no time.
        self.posts = grouped((m for m in ManagerPost.objects.all() if m.ended_at != m.started_at), "placement_id")
        self.absences = grouped(ManagerAbsence.objects.all(), "post_id")
        self.approvals = grouped(UnregisteredAuthorisation.objects.order_by("authorised_at", "pk"), "placement_id")
        self.logs = grouped(
            DailyLog.objects.filter(occurred_at__lte=as_of, in_error_at=None).order_by("covers_from"), "placement_id"
        )
        corrected = {}
        for addition in Addition.objects.exclude(visit=None).exclude(outcome="").order_by("recorded_at", "pk"):
            corrected[addition.visit_id] = addition.outcome
        self.visits = defaultdict(list)
        for visit in Visit.objects.filter(occurred_at__lte=as_of, manner="in_person", in_error_at=None).order_by(
            "occurred_at"
        ):
            visit.now = corrected.get(visit.pk, visit.outcome)
            self.visits[visit.placement_id].append(visit)


def lives_there(s, p):
    return (
        covering([p], s.today)
        and not (p.started_at and p.started_at > s.as_of)
        and covering(s.facts.care[p.child_id], s.today)
        and s.today < reaches(p.child.date_of_birth, 18)
    )


def expected(as_of):
    """What should stand: {(rule, limb, placement's id, carer's, agency's, shift's, the instant it was overdue from)}."""
    from tests.oversight.independent_concerns import expected_of_concerns
    from tests.oversight.independent_governance import expected_of_governance
    from tests.oversight.independent_meetings import expected_of_meetings
    from tests.oversight.independent_plans import of_plans
    from tests.oversight.independent_protection import expected_of_protection
    from tests.oversight.independent_quality import expected_of_quality
    from tests.oversight.independent_staffing import expected_of_staffing

    facts = Facts(as_of)
    rows = expected_of_placements(facts, of_plans)
    found = {(rule, limb, pk, None, None, None, due) for rule, limb, pk, due in rows}
    found |= expected_of_staffing(facts) | expected_of_governance(facts)
    found |= expected_of_meetings(facts) | expected_of_protection(facts)
    return found | expected_of_concerns(facts) | expected_of_quality(facts)


def expected_of_placements(facts, of_plans):
    found, as_of = set(), facts.as_of
    for p in Placement.objects.select_related("child"):
        today = facts.today
        if not covering([p], today) or (p.started_at and p.started_at > as_of):
            continue
        if not covering(facts.care[p.child_id], today) or today >= reaches(p.child.date_of_birth, 18):
            continue
        began = p.started_at or midnight(p.started_on)
        registration = covering(facts.registrations[p.home_id], today) if p.home_id else None
        status = registration.status if registration else "not_known"
        for rule, due in legality(facts, p, began, registration, status):
            found.add((rule, "", p.pk, due))
        if p.followed_from is None or p.followed_from > today:
            continue
        since = max(p.started_on, p.followed_from)
        risky_from = risk_since(facts, p)
        rows = [
            *statutory(facts, p, since),
            *enhanced(facts, p, since, risky_from),
            *unannounced(facts, p, since, risky_from),
            *care(facts, p, began, since, risky_from, status),
            *away(facts, p, began, since, risky_from, registration),
            *of_plans(facts, p, began, since, risky_from, status),
        ]
        found |= {(rule, limb, p.pk, due) for rule, limb, due in rows}
    return found


def legality(facts, p, began, registration, status):
    if p.started_on >= dt.date(2021, 9, 9) and facts.today < reaches(p.child.date_of_birth, 16):
        lawful = status == "registered" and registration.registered_for in ALLOWED
        if not lawful and (p.type in OTHER or status != "not_known"):
            yield "LEG-04", began if p.type in OTHER else max(began, midnight(registration.started_on))
    if status == "not_registered":
        allowed = began + 24 * HOUR if p.basis == "emergency" else began
        dues = [allowed, midnight(registration.started_on)]
        given = [a for a in facts.approvals[p.pk] if a.authorised_at <= facts.as_of]
        if given:
            dues.append(min(given[-1].expires_at, given[-1].authorised_at + 7 * DAY))
        if facts.as_of > max(dues):
            yield "LEG-05", max(dues)


def risk_since(facts, p):
    """The first day of the unbroken run of risky days that reaches today, found a day at a time."""

    def risky(day):
        registration = covering(facts.registrations[p.home_id], day) if p.home_id else None
        if registration and registration.status == "not_registered":
            return True
        return any(
            o.starts_on <= day <= o.expires_on and (o.discharged_on is None or day < o.discharged_on)
            for o in facts.orders[p.child_id]
        )

    day = facts.today
    if not risky(day):
        return None
    while risky(day - DAY) and day > p.started_on:  # before the placement it makes no difference
        day -= DAY
    return day


def statutory(facts, p, since):
    legal = covering(facts.statuses[p.child_id], facts.today)
    if p.type in {"P1", "A3", "A4", "A5", "A6"} or (legal and legal.code in {"V3", "V4"}):
        return
    met = [v for v in facts.visits[p.pk] if v.capacity in LINE and v.now in {"seen", "seen_alone", "refused"}]
    if not met:
        rule, due = "VIS-01", since + 7 * DAY
    else:
        last = date(met[-1].occurred_at)
        if last + 42 * DAY < reaches(p.started_on, 1):
            rule, due = "VIS-02", last + 42 * DAY
        else:
            rule, due = "VIS-03", three_months_after(last) if p.until_18 else last + 42 * DAY
    if facts.today > due:
        yield rule, "", midnight(due + DAY)


def enhanced(facts, p, since, risky_from):
    if risky_from is None:
        return
    start = max(since, risky_from)
    for limb, days in (("social_worker", 7), ("team_manager", 28), ("head_of_service", 56)):
        seen = [
            date(v.occurred_at)
            for v in facts.visits[p.pk]
            if v.capacity == limb and v.now in {"seen", "seen_alone"} and date(v.occurred_at) >= start
        ]
        if seen:
            due = max(seen) + days * DAY
        elif limb == "team_manager":
            due = nth_working_day(start, 10)
        else:
            due = start + days * DAY
        if facts.today > due:
            yield "VIS-07", limb, midnight(due + DAY)


def unannounced(facts, p, since, risky_from):
    if risky_from is None:
        return
    start = max(since, risky_from)
    counted, by_day = [], []
    for v in facts.visits[p.pk]:
        inspected = v.now == "refused" and {"premises", "rota", "logs"} & set(v.checked)
        if v.announced or v.capacity not in LINE or date(v.occurred_at) < start:
            continue
        if v.now in {"seen", "seen_alone"} or inspected:
            counted.append(v)
            hour = v.occurred_at.astimezone(LONDON).hour
            by_day = [] if hour >= 22 or hour < 6 else [*by_day, v]
    due = (date(counted[-1].occurred_at) if counted else start) + 28 * DAY
    if facts.today > due:
        yield "VIS-08", "unannounced", midnight(due + DAY)
    if len(by_day) >= 3:
        yield "VIS-08", "night", by_day[2].occurred_at


def asked_from(p, began, since, risky_from):
    """When a manager and logs are first asked for; None where they never are."""
    if p.type in FOSTER or (p.type not in RESIDENTIAL and risky_from is None):
        return None
    asked = max(began, midnight(since))
    if p.type not in RESIDENTIAL:
        asked = max(asked, midnight(risky_from))
    return max(asked, began + 48 * HOUR) if p.basis == "emergency" else asked


def away(facts, p, began, since, risky_from, registration):
    """Regulation 48, which binds children's homes registered with Ofsted and no other setting."""
    asked = asked_from(p, began, since, risky_from)
    if asked is None or registration is None or registration.status != "registered":
        return
    if registration.regulator != "ofsted" or registration.registered_for not in {"childrens_home", "secure_home"}:
        return
    today = facts.today
    for post in facts.posts[p.pk]:
        if post.started_at > facts.as_of or (post.ended_at and post.ended_at <= facts.as_of):
            continue
        for a in facts.absences[post.pk]:
            back = a.returned_on if a.returned_on and (a.returned_on <= today or a.called_off) else None
            told = a.notified_on is not None and a.notified_on <= today
            long = a.expected_back_on is None or (a.expected_back_on - a.began_on).days >= 28
            if not long:
                last = a.began_on + 27 * DAY
            elif a.planned:
                last = a_month_before(a.began_on)
            else:
                last = a.began_on + 7 * DAY
            counts = (back - a.began_on).days >= 28 if back else long or today > last
            if counts and not told and today > last:
                yield "STF-05-ABSENCE", "notice", max(asked, midnight(last + DAY))
            owed = back is not None and back > a.began_on
            owed = owed and ((back - a.began_on).days >= 28 or (a.notified_on is not None and a.notified_on <= back))
            if owed and not (a.return_notified_on and a.return_notified_on <= today) and today > back + 7 * DAY:
                yield "STF-05-ABSENCE", "return", max(asked, midnight(back + 8 * DAY))


def care(facts, p, began, since, risky_from, status):
    asked = asked_from(p, began, since, risky_from)
    if asked is None:
        return
    letter = "" if status == "registered" else "L"
    held = [m for m in facts.posts[p.pk] if m.started_at <= facts.as_of]
    if not any(m.ended_at is None or m.ended_at > facts.as_of for m in held):
        due = max([asked, *[m.ended_at for m in held]])
        if facts.as_of > due:
            yield f"STF-05{letter}", "", due

    due = first_silence(facts.logs[p.pk], asked, facts.as_of)
    if due is not None and facts.as_of > due:
        yield f"LOG-01{letter}", "", due


def first_silence(logs, asked, as_of):
    """Goes through every log from the first, and keeps the stretches without one that are a day long or more."""
    silences, edge, first = [], asked, True
    for log in [*logs, None]:
        if first:
            whole = edge + 24 * HOUR
            due = whole
        else:
            local = edge.astimezone(LONDON)
            next_day = dt.datetime.combine(local.date() + DAY, local.time(), tzinfo=LONDON)
            whole = next_day.astimezone(dt.UTC)
            due = whole + 2 * HOUR
        if log is None:
            silences.append((due, None))
        else:
            if log.covers_from >= whole:
                silences.append((due, log.covers_from))
            if log.covers_until > edge:
                edge, first = log.covers_until, False
    looked_at = [due for due, ended in silences if ended is None or ended >= as_of - 28 * DAY]
    return min(looked_at) if looked_at else None
