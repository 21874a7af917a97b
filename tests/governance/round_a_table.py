"""The people round one child's table, by the product's own actions: each act by the person whose act it is."""

import datetime as dt

from django.test import TestCase

from core import clock
from governance.actions import meetings, minutes, tasks
from governance.actions.minutes import Said
from governance.codes import WHOLE_CHILD
from governance.models import Attendance
from governance.policies.meetings import always_asked
from governance.seats import seats_of
from oversight.models import Flag
from tests.cast import at
from tests.sweeps import rules_alone

DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
MONDAY = dt.date(2022, 3, 7)
START = MONDAY - 28 * DAY
TERMS = {
    "name": "Weekly meeting",
    "purpose": "That she is safe, known and moves on.",
    "terms": "It agrees what is to be done; care decisions stay with her social worker. It answers to the director.",
    "every_days": 7,
}


class Table:
    """A child of 15 in an unregistered home, her meeting chaired by the head of service, and what stands of her."""

    def __init__(self, cast, *, start=START):
        self.cast, self.start = cast, start
        self.child = cast.child(born=start - 15 * 365 * DAY)
        self.placement = cast.unregistered(self.child, start)

    def act(self, action, by, as_of, /, **what):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return action(by=by, as_of=as_of, **what)

    def sets_up(self, *, child=True, by=None, as_of=None, **fields):
        about = self.child if child else None
        as_of = as_of or at(self.start, 9)
        given = TERMS | {
            "chair": self.cast.hana, "required": always_asked(about, as_of), "started_on": clock.local_date(as_of)
        } | fields  # fmt: skip
        return self.act(meetings.create_series, by or self.cast.hana, as_of, child=about, **given)

    def joins(self, series, person, part):
        as_of = at(series.started_on, 10)
        return self.act(
            meetings.add_member, self.cast.hana, as_of, series=series, person=person, part=part,
            started_on=series.started_on,
        )  # fmt: skip

    def meets(self, series, when, *, children=(), missing=(), uninvited=(), sent=True, **fields):
        """A meeting to which everybody comes, but for those said; with its minutes, sent an hour later."""
        meeting = self.act(
            meetings.plan_meeting, series.chair, when - HOUR, series=series, held_at=when, children=children
        )
        said = {code: Said(f"What was said of {code}.", 0) for code in WHOLE_CHILD}
        about = list(children) or [self.child]
        for child in about:
            self.act(
                minutes.conduct, series.chair, when + HOUR, meeting=meeting, child=child, said=said,
                attendance=self.there(meeting, missing, uninvited), send=sent and child is about[-1], **fields,
            )  # fmt: skip
        meeting.refresh_from_db()
        return meeting

    def plans(self, series, when):
        return self.act(meetings.plan_meeting, series.chair, when - DAY, series=series, held_at=when)

    def seats(self, meeting):
        return seats_of(meeting)

    def sends(self, meeting, when):
        child = meeting.discussed.first().child
        return self.act(minutes.conduct, meeting.series.chair, when, meeting=meeting, child=child, send=True)

    def there(self, meeting, missing=(), uninvited=()):
        state = Attendance.State
        found = {}
        for seat in seats_of(meeting):
            if seat.part in uninvited:
                found[seat.key] = (state.NOT_INVITED, "Nobody thought of it")
            else:
                found[seat.key] = (state.APOLOGIES if seat.part in missing else state.PRESENT, "")
        return found

    def agrees(self, meeting, when, *, owner=None, due_on=None, **fields):
        given = {"what": "Appoint a unit manager", "measure": "Her name is on the rota"} | fields
        return self.act(
            tasks.add_action, self.cast.hana, when, child=self.child, meeting=meeting, owner=owner or self.cast.hana,
            due_on=due_on or clock.local_date(when) + 7 * DAY, **given,
        )  # fmt: skip

    def red(self, as_of=None, family="MTG"):
        if as_of is not None:
            rules_alone(as_of=as_of, of=[family])
        rows = Flag.objects.standing().filter(child=self.child, rule__startswith=family).values_list("rule", "limb")
        return {f"{rule} {limb}".strip() for rule, limb in rows}
