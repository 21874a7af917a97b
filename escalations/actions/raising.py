"""Making something formal: a concern, an action, a decision, a flag, or anything else somebody writes (ESC-01, ESC-02)."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied

from children.models import Child, Decision
from children.policies import hold, required
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.errors import Conflict, Invalid
from core.models import Authority, User
from escalations import ladder
from escalations.actions.moves import Begin, Why, begin
from escalations.ladder import Posts
from escalations.models import Escalation
from escalations.policies import ladder as policies
from governance.models import Action, Concern, ConcernStep
from governance.policies.concerns import accounts_they_are_about
from oversight import rulebook
from oversight.models import Flag
from placements.models import Placement

Source = Escalation.Source


@action
def raise_escalation(
    *,
    what: str,
    wanted: str = "",
    concern: Concern | None = None,
    task: Action | None = None,
    decision: Decision | None = None,
    flag: Flag | None = None,
    child: Child | None = None,
    authority: Authority | None = None,
    to: User | None = None,
    about: Iterable[User] = (),
    danger: bool = False,
    outside: bool = False,
    by: User,
    as_of: dt.datetime,
) -> Escalation:
    """Make something a formal escalation. By anybody, about whatever they see; nobody can say that it is not formal.

    It goes to whoever is next above those it has been with, or `to` whom it was written; with `outside` to the
    partnership’s scrutineer at once; in `danger` to a head of service or a safeguarding lead, due the same day. It never
    goes to those it is `about`, nor to whoever took the decision it questions.
    """
    if not by.can(Permission.ESCALATE):
        raise PermissionDenied(f"this role may not {Permission.ESCALATE}")
    required(what=(what, "Enter what is wrong"))
    source = _the_source(by, concern, task, decision, flag, child)
    child = _its_child(concern, task, decision, flag) or child
    council = child.authority if child else _council(by, authority)
    if child is not None:
        touch(child=child)
    held, conflicts = _those_in_it(concern, task, decision, flag)
    conflicts = {person.pk: Why.SUBJECT.value for person in about} | conflicts
    conflicts.pop(by.pk, None)  # whoever raised it is never asked, whatever else they are
    posts, day = Posts.of(council.pk), clock.local_date(as_of)
    near = ladder.near_child(child, day=day) if child else ladder.near_person(by)
    level = min(max(ladder.level_of(by), held) + 1, ladder.TOP)
    if to is not None:
        if to not in [*policies.recipients(posts, near), *policies.recipients(posts, ladder.near_person(by))]:
            raise Invalid({"to": "Select who must answer from the list"})
        if to.pk == by.pk:
            raise Invalid({"to": "Select somebody other than yourself"})
        level = max(ladder.level_of(to), 1)
    danger = danger or (flag is not None and flag.urgent)
    if danger:
        level = max(level, ladder.DANGER_BEGINS)
        to = None if to and ladder.level_of(to) < level else to
    if outside:
        level, to = ladder.TOP, None
    return begin(
        Begin(
            authority=council, source=source, what=what, level=level, near=near, raised_at=as_of, raised_by=by,
            danger=danger, to=to, conflicts=conflicts, flags=[(flag, as_of)] if flag else [],
            fields={
                "child": child, "placement": _where(child, concern, flag, day), "wanted": wanted.strip(),
                "concern": concern, "action": task, "decision": decision,
            },
        ),
        posts, as_of=as_of,
    )  # fmt: skip


def _the_source(
    by: User,
    concern: Concern | None,
    task: Action | None,
    decision: Decision | None,
    flag: Flag | None,
    child: Child | None,
) -> str:
    """What it begins with, which this person must see, and has not escalated already."""
    given = [(concern, Source.CONCERN), (task, Source.ACTION), (decision, Source.DECISION), (flag, Source.FLAGS)]
    for record, source in given:
        if record is None:
            continue
        if not type(record).for_user(by).filter(pk=record.pk).exists():
            raise PermissionDenied("this record is another's")
        if flag is not None:
            _may_be_escalated(flag)
        hold(record.child.authority)  # one at a time: what somebody sends twice at once is escalated once
        again = {"flags__flag": record} if source == Source.FLAGS else {source.value: record}
        before = Escalation.objects.open().filter(raised_by=by, **again).first()
        if before is not None:
            raise Conflict(f"You have escalated this already: it is escalation {before.number}.")
        return source
    if child is not None and not policies.children_for(by).filter(pk=child.pk).exists():
        raise PermissionDenied("this child is another's")
    return Source.TEXT


def _may_be_escalated(flag: Flag) -> None:
    if flag.rule in rulebook.BEHIND_THE_DOOR:
        raise PermissionDenied("everybody who sees the child would read of what is behind the LADO’s door")
    if not flag.standing:
        raise Conflict(
            "A record has cleared this since, so it is not overdue any more. If something is still wrong, escalate it from the "
            "child’s page. What you wrote is still here."
        )


def _its_child(
    concern: Concern | None, task: Action | None, decision: Decision | None, flag: Flag | None
) -> Child | None:
    record = concern or task or decision or flag
    return record.child if record is not None else None


def _council(by: User, given: Authority | None) -> Authority:
    councils = list(policies.councils_for(by))
    if given is not None:
        if given not in councils:
            raise PermissionDenied("another council's ladder")
        return given
    if not councils:
        raise Invalid(
            {"child": "Select the child it is about: no council has appointed you, so a child says whose it is"}
        )
    if len(councils) != 1:
        raise Invalid({"authority": "Select which council it is about"})
    return councils[0]


def _those_in_it(
    concern: Concern | None, task: Action | None, decision: Decision | None, flag: Flag | None
) -> tuple[int, dict[int, str]]:
    """How high up it has been already, and who may not answer it: whose conduct it is about, who decided, or did not do what
    was theirs."""
    if concern is not None:
        decided = ConcernStep.objects.filter(concern=concern, kind__in=("triaged", "closed"))
        deciders = dict.fromkeys(decided.values_list("by_id", flat=True), Why.DECIDED.value)
        about = accounts_they_are_about([concern], among=ladder.MAY_ANSWER).get(concern.pk, ())
        return ladder.level_of(concern.owner), deciders | dict.fromkeys(about, Why.SUBJECT.value)
    if decision is not None:
        decider = decision.decider
        return (ladder.level_of(decider), {decider.pk: Why.DECIDED.value}) if decider else (0, {})
    owner = task.owner if task else flag.owner if flag else None
    return (ladder.FLAG_LEVEL.get(owner.role, 0), {owner.pk: Why.SUBJECT.value}) if owner else (0, {})


def _where(child: Child | None, concern: Concern | None, flag: Flag | None, day: dt.date) -> Placement | None:
    if flag is not None or concern is not None:
        record = flag or concern
        return record.placement if record else None
    return Placement.objects.live_on(day).filter(child=child).first() if child else None
