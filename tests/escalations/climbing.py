"""What the tests of the ladder say and do: who raises, answers, opens and closes, and what happened."""

import datetime as dt

from escalations.actions import ladder as acts
from escalations.actions.raising import raise_escalation
from governance.actions import concerns
from oversight.models import Flag
from tests.cast import at

MONDAY = dt.date(2022, 3, 7)
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def raises(by, as_of=None, **fields):
    fields = {"what": "She has had no manager for a month."} | fields
    return raise_escalation(by=by, as_of=as_of or at(MONDAY, 10), **fields)


def trail(escalation):
    """What happened, at which level, and who had it then; that they were told is left out."""
    escalation.refresh_from_db()
    steps = escalation.steps.exclude(kind="sent").order_by("pk")
    return [(step.kind, step.level, step.owner.name.split()[0]) for step in steps]


def empties(*people):
    for person in people:
        person.is_active = False
        person.save()


def answers(escalation, by, as_of, text="A manager starts on Monday.", **fields):
    return acts.answer(escalation=escalation, text=text, by=by, as_of=as_of, **fields)


def opens(escalation, by, as_of):
    return acts.open_escalation(escalation=escalation, by=by, as_of=as_of)


def closes(escalation, by, as_of, reason="done", text="The manager started, and is on the rota."):
    return acts.close(escalation=escalation, reason=reason, text=text, by=by, as_of=as_of)


def flag(cast, placement, rule="VIS-02", owner=None, raised_at=None, severity="red", limb=""):
    owner, raised_at = owner or cast.amy, raised_at or at(MONDAY, 9)
    return Flag.objects.create(
        rule=rule, limb=limb, severity=severity, authority=cast.north, child=placement.child, placement=placement, due_at=raised_at,
        raised_at=raised_at, owner=owner, owner_role=owner.role,
    )  # fmt: skip


def clears(*flags, as_of):
    Flag.objects.filter(pk__in=[each.pk for each in flags]).update(cleared_at=as_of)


def conduct(cast, child, by, *, found=None, **named):
    """A concern about conduct; `found`: whose account it was found to be about."""
    concern = concerns.raise_concern(
        child=child, category="staff_conduct", what="She was shouted at.", by=by, as_of=at(MONDAY, 9), **named
    )
    if found is not None:
        is_found(cast, concern, found)
    return concern


def is_found(cast, concern, person):
    concern.conduct.carer = cast.carer(person.name, account=person)
    concern.conduct.save()


def digest(as_of):
    from escalations.daily import digest_lines

    return dict(digest_lines(as_of))
