"""Actions: agreed with a person, a day and a measure; closed with evidence; given another day with a reason."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from children.models import Child
from core import clock
from core.access import Permission
from core.actions import action, because, touch
from core.errors import Invalid
from core.models import User
from governance import codes
from governance.models import Action, ActionRedating, Issue, Meeting
from governance.policies import meetings as policies

LONGEST = 366  # days ahead: further off, a date is a slip or a wish
SHORT = 200


@action
def add_action(
    *,
    child: Child,
    meeting: Meeting | None = None,
    what: str,
    owner: User | None,
    due_on: dt.date | None,
    measure: str,
    issue: Issue | None = None,
    new_issue: str = "",
    section: str = "other",
    by: User,
    as_of: dt.datetime,
) -> Action:
    """Agree an action: what, whose, by when, and how everybody will know. All of them, or it is not saved (MTG-02, R2.8).

    Without an issue it begins one of its own. Without a meeting it was agreed elsewhere, as after a visit.
    """
    if meeting is None:
        for_child.may(by, Permission.RUN_MEETINGS, authority_id=child.authority_id)
        owners = policies.people_of(child.authority_id, clock.local_date(as_of))
    else:
        policies.may_run(by, meeting.series)
        policies.not_sent(meeting)
        owners = policies.owners_for(meeting.series, clock.local_date(as_of))
    touch(child=child)
    for_child.required(
        what=(what, "Enter what is to be done"),
        owner=(owner, "Select whose action it is: one person"),
        due_on=(due_on, "Enter the day it is to be done by"),
        measure=(measure, "Enter how everybody will know that it is done"),
    )
    assert owner is not None and due_on is not None  # noqa: S101, PT018 - asked for just above
    if not owners.filter(pk=owner.pk).exists():
        raise Invalid({"owner": "Select somebody who belongs to the meeting"})
    _to_come(due_on, as_of, "due_on")
    for_child.one_of(section, codes.SECTIONS, "section", "Select a section")
    if issue is not None and issue.child_id != child.pk:
        raise Invalid({"issue": "Select an issue of this child"})
    series, called = meeting.series if meeting else None, " ".join((new_issue.strip() or what).split())[:SHORT]
    # The same words are the same issue: typed anew each week it would never be seen to come back (MTG-04).
    known = Issue.objects.filter(child=child, series=series, what__iexact=called).first() if series else None
    about = (
        issue
        or known
        or Issue.objects.create(child=child, series=series, section=section, what=called, raised_at=as_of)
    )
    return Action.objects.create(
        child=child,
        meeting=meeting,
        issue=about,
        what=what.strip(),
        owner=owner,
        due_on=due_on,
        measure=measure.strip(),
        agreed_at=as_of,
        recorded_by=by,
    )


def agree(
    *, child: Child, what: str, owner: User, due_on: dt.date, measure: str, section: str, by: User, as_of: dt.datetime
) -> Action:
    """An action agreed in no meeting, with an issue of its own. Whoever calls has asked whether `by` may."""
    issue = Issue.objects.create(child=child, section=section, what=" ".join(what.split())[:SHORT], raised_at=as_of)
    return Action.objects.create(
        child=child,
        issue=issue,
        what=what,
        owner=owner,
        due_on=due_on,
        measure=measure,
        agreed_at=as_of,
        recorded_by=by,
    )


def _to_come(day: dt.date, as_of: dt.datetime, field: str) -> None:
    today = clock.local_date(as_of)
    if not today <= day <= today + dt.timedelta(days=LONGEST):
        raise Invalid({field: "The day it is to be done by must be today or within a year"})


@action
def close_action(*, action: Action, evidence: str, by: User, as_of: dt.datetime) -> Action:
    """Close an action with what shows that it is done: by its owner, or by somebody who runs the meeting."""
    policies.may_finish(by, action)
    for_child.hold(action)
    touch(child=action.child)
    policies.still_open(action)
    for_child.required(evidence=(evidence, "Enter what shows that it is done"))
    action.closed_at, action.closed_by, action.evidence = as_of, by, evidence.strip()
    action.save(update_fields=["closed_at", "closed_by", "evidence"])
    return action


@action
def redate_action(*, action: Action, due_on: dt.date, why: str, by: User, as_of: dt.datetime) -> ActionRedating:
    """Give an action another day. The day it had, and why it was not kept, stay on record and are counted (MTG-04)."""
    policies.may_finish(by, action)
    for_child.hold(action)
    touch(child=action.child)
    policies.still_open(action)
    for_child.required(why=(why, "Enter why it needs another day"))
    _to_come(due_on, as_of, "due_on")
    if due_on == action.due_on:
        raise Invalid({"due_on": "Enter another day than the one it has"})
    because(why.strip())
    redated = ActionRedating.objects.create(
        action=action, from_on=action.due_on, to_on=due_on, why=why.strip(), redated_at=as_of, by=by
    )
    action.due_on = due_on
    action.save(update_fields=["due_on"])
    return redated


@action
def hand_over(*, action: Action, owner: User, why: str, by: User, as_of: dt.datetime) -> Action:
    """Give an action to another person: whoever had it has left, or it was never theirs to do."""
    policies.may_finish(by, action)
    if not by.can(Permission.RUN_MEETINGS):
        raise PermissionDenied("only whoever runs meetings may give an action to somebody else")
    for_child.hold(action)
    touch(child=action.child)
    policies.still_open(action)
    for_child.required(why=(why, "Enter why"))
    if not policies.owners_of(action, clock.local_date(as_of)).filter(pk=owner.pk).exists():
        raise Invalid({"owner": "Select somebody who belongs to the meeting"})
    because(why.strip())
    action.owner = owner
    action.save(update_fields=["owner"])
    return action
