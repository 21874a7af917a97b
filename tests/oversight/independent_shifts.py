"""What happened on shifts, judged a second time in plain Python: one shift and one person at a time. Part of
`independent_staffing.py`, whose facts (`s`) it is given."""

import itertools
from collections import defaultdict

from placements.models import Placement
from staffing.models import Assignment, AwakeCheck, LogCause, Presence, StandDownCase
from tests.oversight.independent import (
    DAY,
    HOUR,
    MINUTE,
    asked_from,
    covering,
    date,
    first_silence,
    lives_there,
    midnight,
    nth_working_day,
    risk_since,
)


def events(s, p):
    yield from for_the_lado(s, p)
    shifts = [x for x in s.shifts[p.pk] if s.as_of - 28 * DAY < x.starts_at <= s.as_of]
    firsts = defaultdict(list)
    for shift in shifts:
        end = min(shift.ends_at, s.as_of)
        for rule, limb, carer, due in on_one_shift(s, p, shift, shifts, end):
            each = (rule, limb) in {("STF-01", "worked"), ("STF-08", "asleep"), ("STF-09", "worked")}
            if each:
                yield rule, limb, carer, None, shift.pk, due
            else:
                firsts[rule, limb].append((due, shift.pk, carer))
    # A shift to come without a leader stands beside those that have begun: the first of all of them is flagged.
    if lives_there(s, p):
        for shift in s.shifts[p.pk]:
            soon = s.as_of < shift.starts_at <= s.as_of + 7 * DAY and s.published(shift)
            due = max(shift.starts_at - 24 * HOUR, shift.published_at or shift.starts_at)
            if soon and not led(s, shift):
                firsts["STF-06", "leaders"].append((due, shift.pk, None))
        yield from without_a_log(s, p)
        yield from asleep_and_still_on(s, p)
    for (rule, limb), rows in firsts.items():
        due, shift_id, carer = min(rows, key=lambda row: (row[0], row[1], row[2] or 0))
        if s.as_of > due or (s.as_of == due and (rule, limb) not in {("STF-11", "worked"), ("STF-07", "worked")}):
            yield rule, limb, carer, None, shift_id, due


def gone(shift, w):
    """When they left: without a signature, at the end of their own shift."""
    return w.until or max(shift.ends_at, w.starts_at)


def ended(shift, w):
    """A review looks at a presence once it is over, and at a corrected one once it is corrected."""
    return max(gone(shift, w), w.put_right_at or w.starts_at)


def led(s, shift):
    return shift.leader_id and any(a.carer_id == shift.leader_id for a in s.on_shift[shift.pk])


def on_one_shift(s, p, shift, shifts, end):
    there = s.there[shift.pk]
    seen = set()
    for w in there:  # unchecked: the first time each was there that nobody has looked into
        if w.who in seen or s.reviewed(shift, ended(shift, w), w.recorded_at):
            continue
        if w.carer_id is None:
            unchecked = True
        else:
            waived = any(
                x.placement_id == p.pk and x.starts_at <= w.starts_at < x.ends_at for x in s.waivers[w.carer_id]
            )
            unchecked = s.lacks(w.carer_id, w.starts_at, w.recorded_at) and not waived
        if unchecked:
            seen.add(w.who)
            yield "STF-01", "worked", w.carer_id, w.starts_at
    for carer_id in {w.carer_id for w in there if w.carer_id}:
        dues = []
        for w in there:
            for sd in s.stand_downs[carer_id] if w.carer_id == carer_id else []:
                standing_until = sd.lifted_at if sd.lifted_at and sd.lifted_at <= s.as_of else None
                meets = gone(shift, w) > sd.starts_at and (standing_until is None or standing_until > w.starts_at)
                over = min(gone(shift, w), standing_until or gone(shift, w))
                over = max(over, w.put_right_at or over)
                if meets and not s.reviewed(shift, over, max(w.recorded_at, sd.recorded_at)):
                    dues.append(max(w.starts_at, sd.starts_at))
        if dues:
            yield "STF-09", "worked", carer_id, min(dues)
    for w in there:
        if w.carer_id:
            listed = [a for a in s.ever_on[shift.pk] if a.carer_id == w.carer_id]
            on = any(a.removed_at is None or a.removed_at > w.starts_at for a in listed)
            if not on and not s.reviewed(shift, ended(shift, w), w.recorded_at):
                yield "STF-11", "unlisted", w.carer_id, w.starts_at
    if s.published(shift):
        if shift.ends_at <= s.as_of and not there and not s.reviewed(shift, shift.ends_at):
            yield "STF-11", "worked", None, shift.ends_at + 2 * HOUR
        leads = [w for w in there if led(s, shift) and w.carer_id == shift.leader_id]
        over = min([shift.ends_at, *[w.starts_at for w in leads]])
        if not s.reviewed(shift, max([over, *[w.put_right_at for w in leads if w.put_right_at]])):
            late = shift.starts_at + 15 * MINUTE
            if not led(s, shift):
                yield "STF-06", "leaders", None, max(shift.published_at, shift.starts_at - 24 * HOUR)
            elif (
                s.as_of > late
                and there
                and not any(w.carer_id == shift.leader_id and w.starts_at <= late for w in there)
            ):
                yield "STF-06", "leaders", None, late
    yield from below_ratio(s, p, shift, shifts, end)
    yield from asleep(s, shift, end)


def below_ratio(s, p, shift, shifts, end):
    need = s.needed(p, shift)
    if not need or not s.there[shift.pk]:
        return
    slept = [look.recorded_at for look in s.awake[shift.pk] if look.state == "asleep"]
    newest = max([*(w.recorded_at for w in s.there[shift.pk]), *(slept if shift.kind != "sleep_in" else [])])
    corrected = [w.put_right_at for w in s.there[shift.pk] if w.put_right_at]

    def enough(moment):
        people = set()
        for other in shifts:
            if other.kind == "sleep_in" and shift.kind != "sleep_in":
                continue
            for w in s.there[other.pk]:
                if w.where in {"inside", "out_with_child"} and w.starts_at <= moment < gone(other, w):
                    last = [look for look in s.awake[other.pk] if look.who == w.who and look.checked_at <= moment][-1:]
                    if other.kind == "sleep_in" or not last or last[0].state == "awake":
                        people.add(w.who)
        return len(people) >= need

    moments = {shift.starts_at, end}
    for other in shifts:
        for w in s.there[other.pk]:
            moments |= {m for m in (w.starts_at, gone(other, w)) if shift.starts_at < m < end}
        moments |= {look.checked_at for look in s.awake[other.pk] if shift.starts_at < look.checked_at < end}
    began = None
    for moment in sorted(moments):
        if moment < end and not enough(moment):
            began = began or moment
            continue
        over = max([moment if moment < end else shift.ends_at, *corrected])  # short until now, it goes on
        if began and moment - began > 15 * MINUTE and not s.reviewed(shift, over, newest):
            yield "STF-07", "worked", None, began + 15 * MINUTE
            return
        began = None


def asleep_and_still_on(s, p):
    """STF-08: somebody found asleep while with the child, in the last 28 days, not stood down since, and on her rota still."""
    first = {}
    for other in Placement.objects.filter(child=p.child_id):
        for shift in s.shifts[other.pk]:
            if shift.kind != "sleep_in" and s.as_of - 28 * DAY < shift.starts_at <= s.as_of:
                for look in s.awake[shift.pk]:
                    if look.state == "asleep" and look.carer_id and may_still_work(s, p, look):
                        first[look.carer_id] = min(look.checked_at, first.get(look.carer_id, look.checked_at))
    for carer_id, moment in first.items():
        yield "STF-08", "still_on", carer_id, None, None, moment


def may_still_work(s, p, look):
    if any(sd.lifted_at is None or sd.lifted_at > look.checked_at for sd in s.stand_downs[look.carer_id]):
        return False
    to_come = [shift for shift in s.shifts[p.pk] if shift.starts_at > look.checked_at]
    return any(a.carer_id == look.carer_id and a.ends_at > s.as_of for shift in to_come for a in s.on_shift[shift.pk])


def without_a_log(s, p):
    """LOG-01: the first shift of the rota of which less than half is told, by a log or by why there is none; while no whole
    day is missing."""
    registration = covering(s.facts.registrations[p.home_id], s.today) if p.home_id else None
    risky_from = risk_since(s.facts, p)
    asked = asked_from(p, p.started_at or midnight(p.started_on), max(p.started_on, p.followed_from), risky_from)
    if asked is None:
        return
    silence = first_silence(s.facts.logs[p.pk], asked, s.as_of)
    if silence is not None and s.as_of > silence:
        return
    causes = list(LogCause.objects.filter(shift__placement=p).select_related("shift"))
    told = [(x.covers_from, x.covers_until) for x in s.facts.logs[p.pk]]
    told += [(x.shift.starts_at, x.shift.ends_at) for x in causes]
    found = []
    for shift in s.shifts[p.pk]:
        if not (s.as_of - 28 * DAY < shift.starts_at and shift.starts_at >= asked and s.published(shift)):
            continue
        if s.as_of <= shift.ends_at + 2 * HOUR:
            continue
        length = int((shift.ends_at - shift.starts_at) / MINUTE)
        instants = (shift.starts_at + n * MINUTE for n in range(length))
        near = [(since, until) for since, until in told if since < shift.ends_at and until > shift.starts_at]
        written = sum(any(since <= at < until for since, until in near) for at in instants)
        if 2 * written < length:
            found.append((shift.ends_at + 2 * HOUR, shift.pk))
    if found:
        due, shift_id = min(found)
        letter = "" if registration and registration.status == "registered" else "L"
        yield f"LOG-01{letter}", "shift", None, None, shift_id, due


def for_the_lado(s, p):
    """SAF-01: of each carer found asleep, or stood down where it arose with the child (or, at no one placement, having been
    with the child), the first that nobody decided about."""
    if not (lives_there(s, p) and p.followed_from and p.followed_from <= s.today):
        return
    lived = set(Placement.objects.filter(child=p.child_id).values_list("pk", flat=True))
    looks = AwakeCheck.objects.filter(shift__placement__in=lived, state="asleep", checked_at__lte=s.as_of, name="")
    rows = [("asleep", look.carer_id, look.checked_at, look.shift_id) for look in looks.exclude(shift__kind="sleep_in")]
    cases = StandDownCase.objects.filter(placement__in=lived, stand_down__starts_at__lte=s.as_of).select_related(
        "stand_down"
    )
    here = StandDownCase.objects.filter(
        placement=None, authority=p.child.authority_id, stand_down__starts_at__lte=s.as_of
    ).select_related("stand_down")
    for case in here:
        carer = case.stand_down.carer_id
        shifts = set(
            Presence.objects.filter(carer=carer, starts_at__lte=s.as_of).values_list("shift__placement", flat=True)
        )
        shifts |= set(Assignment.objects.filter(carer=carer).values_list("shift__placement", flat=True))
        if shifts & lived:
            rows.append(("stood_down", carer, case.stand_down.starts_at, None))
    rows += [("stood_down", case.stand_down.carer_id, case.stand_down.starts_at, None) for case in cases]
    firsts = {}
    for limb, carer, moment, shift in sorted(rows, key=lambda row: (row[2], row[3] or 0)):
        firsts.setdefault((limb, carer), (midnight(nth_working_day(date(moment), 1) + DAY), shift))
    for (limb, carer), (due, shift) in firsts.items():
        if due <= s.as_of:
            yield "SAF-01", limb, carer, None, shift, due


def asleep(s, shift, end):
    looks = defaultdict(list)
    for look in s.awake[shift.pk]:
        looks[look.who].append(look.checked_at)
        if (
            look.state == "asleep"
            and shift.kind != "sleep_in"
            and not s.reviewed(shift, look.checked_at, look.recorded_at)
        ):
            first = [x for x in s.awake[shift.pk] if x.who == look.who and x.state == "asleep"]
            first = [x for x in first if not s.reviewed(shift, x.checked_at, x.recorded_at)]
            if look.pk == first[0].pk:
                yield "STF-08", "asleep", look.carer_id, look.checked_at
    if shift.kind != "waking_night":
        return
    for who in {w.who for w in s.there[shift.pk]}:
        mine = [w for w in s.there[shift.pk] if w.who == who]
        stays = []
        for w in mine:
            since, until = max(w.starts_at, shift.starts_at), min(w.until or end, end)
            if since < until and stays and since <= stays[-1][1]:
                stays[-1] = (stays[-1][0], max(stays[-1][1], until))
            elif since < until:
                stays.append((since, until))
        if not stays:
            continue
        overdue = []
        for since, until in stays:
            points = [since, *[m for m in looks[who] if since <= m <= until], until]
            for earlier, later in itertools.pairwise(points):
                due = earlier + 75 * MINUTE
                while later > due:
                    overdue.append(due)
                    due += 60 * MINUTE
        mine = [w for w in mine if max(w.starts_at, shift.starts_at) < min(w.until or end, end)]
        recorded = max(w.recorded_at for w in mine)
        corrected = [w.put_right_at for w in mine if w.put_right_at]
        if len(overdue) >= 2 and not s.reviewed(shift, max([*overdue, *corrected]), recorded):
            yield "STF-08", "missed", None, overdue[1]
