"""Long-term plans, their milestones, and what is done instead when they slip (CPL-06)."""

import datetime as dt
from decimal import Decimal

from children import policies as for_child
from children.actions.deciding import decided
from children.models import Child
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from governance.models import Contingency, LongTermPlan, Milestone

AHEAD = dt.timedelta(days=5 * 366)


def _may(by: User, child: Child) -> None:
    for_child.may(by, Permission.RECORD_PLANS, authority_id=child.authority_id)
    for_child.hold(child)
    touch(child=child)


@action
def start_long_term_plan(
    *,
    child: Child,
    kind: str,
    aim: str,
    started_on: dt.date,
    health_said: str = "",
    education_said: str = "",
    care_said: str = "",
    interim_safety: str = "",
    by: User,
    as_of: dt.datetime,
) -> LongTermPlan:
    """Record a plan that will take months, and what health, education and social care said of it."""
    _may(by, child)
    for_child.one_of(kind, LongTermPlan.Kind.choices, "kind", "Select what it is a plan for")
    for_child.required(aim=(aim, "Enter what it is to bring about"))
    for_child.not_future(started_on, as_of, "started_on", "The day it began")
    return LongTermPlan.objects.create(
        child=child,
        kind=kind,
        aim=aim.strip(),
        started_on=started_on,
        health_said=health_said.strip(),
        education_said=education_said.strip(),
        care_said=care_said.strip(),
        interim_safety=interim_safety.strip(),
        recorded_by=by,
    )


@action
def say_of_plan(
    *,
    plan: LongTermPlan,
    health_said: str = "",
    education_said: str = "",
    care_said: str = "",
    interim_safety: str = "",
    by: User,
    as_of: dt.datetime,
) -> LongTermPlan:
    """Add what partners said of a plan since, and how the child is kept safe while it is not yet carried out."""
    _may(by, plan.child)
    for_child.hold(plan)
    _still_runs(plan)
    plan.health_said, plan.education_said = health_said.strip(), education_said.strip()
    plan.care_said, plan.interim_safety = care_said.strip(), interim_safety.strip()
    plan.save(update_fields=["health_said", "education_said", "care_said", "interim_safety"])
    return plan


@action
def end_long_term_plan(
    *, plan: LongTermPlan, ended_on: dt.date, end_note: str, by: User, as_of: dt.datetime
) -> LongTermPlan:
    """Record that a plan was carried out or given up, and how."""
    _may(by, plan.child)
    for_child.hold(plan)
    _still_runs(plan)
    for_child.required(end_note=(end_note, "Enter how it ended"))
    for_child.not_future(ended_on, as_of, "ended_on", "The day it ended")
    for_child.not_before(ended_on, plan.started_on, "ended_on", "The day it ended", "it began")
    plan.ended_on, plan.end_note = ended_on, end_note.strip()
    plan.save(update_fields=["ended_on", "end_note"])
    return plan


@action
def add_milestone(*, plan: LongTermPlan, what: str, due_on: dt.date, by: User, as_of: dt.datetime) -> Milestone:
    """Add a dated step. It is not re-dated later: whoever slips says so by missing it."""
    _may(by, plan.child)
    for_child.hold(plan)
    _still_runs(plan)
    for_child.required(what=(what, "Enter what will be done"))
    for_child.not_before(due_on, plan.started_on, "due_on", "The day it is due", "the plan began")
    if due_on > clock.local_date(as_of) + AHEAD:
        raise Invalid({"due_on": "The day it is due must be within 5 years"})
    return Milestone.objects.create(plan=plan, what=what.strip(), due_on=due_on, recorded_by=by)


@action
def meet_milestone(*, milestone: Milestone, met_on: dt.date, evidence: str, by: User, as_of: dt.datetime) -> Milestone:
    """Record that a step was done, with what shows it."""
    _may(by, milestone.plan.child)
    for_child.hold(milestone)
    if milestone.met_on is not None:
        raise Conflict(f"This was met on {in_words(milestone.met_on)} already")
    for_child.required(evidence=(evidence, "Enter what shows that it is done"))
    for_child.not_future(met_on, as_of, "met_on", "The day it was met")
    milestone.met_on, milestone.evidence = met_on, evidence.strip()
    milestone.save(update_fields=["met_on", "evidence"])
    return milestone


@action
def make_contingency(
    *,
    child: Child,
    plan: LongTermPlan | None = None,
    what: str,
    weekly_cost: Decimal,
    trigger: str,
    by: User,
    as_of: dt.datetime,
) -> Contingency:
    """Write down what will be done if a plan slips, the placement ends or carers stay away, and what a week of it costs."""
    _may(by, child)
    for_child.required(
        what=(what, "Enter what will be done instead"),
        weekly_cost=(weekly_cost, "Enter the cost a week"),
        trigger=(trigger, "Enter when it is used"),
    )
    if plan is not None and plan.child_id != child.pk:
        raise Invalid({"plan": "Select the plan from the list"})
    return Contingency.objects.create(
        child=child,
        plan=plan,
        made_on=clock.local_date(as_of),
        what=what.strip(),
        weekly_cost=weekly_cost,
        trigger=trigger.strip(),
        recorded_by=by,
    )


@action
def decide_contingency(
    *, contingency: Contingency, state: str, reasons: str, by: User, as_of: dt.datetime
) -> Contingency:
    """Activate a contingency, or say why not. It may be decided again as things change.

    It is a decision about what is paid. Raises Refused where the decision-rights matrix gives those to others (DEC-01).
    """
    child = contingency.child
    for_child.may(by, Permission.TAKE_DECISION, authority_id=child.authority_id)
    for_child.hold(child)
    touch(child=child)
    for_child.hold(contingency)
    states = dict(Contingency.State.choices)
    del states[Contingency.State.STANDING]
    for_child.one_of(state, states, "state", "Select whether it is used")
    for_child.required(reasons=(reasons, "Enter the reasons"))
    used = "To use" if state == Contingency.State.ACTIVATED else "Not to use"
    decided(
        "decide_contingency",
        child=child,
        what=f"{used} the contingency, at £{contingency.weekly_cost} a week: {contingency.what}",
        why=reasons,
        by=by,
        as_of=as_of,
    )
    contingency.state, contingency.reasons = state, reasons.strip()
    contingency.decided_on, contingency.decided_by = clock.local_date(as_of), by
    contingency.save(update_fields=["state", "reasons", "decided_on", "decided_by"])
    return contingency


def _still_runs(plan: LongTermPlan) -> None:
    if plan.ended_on is not None:
        raise Invalid({"": f"This plan ended on {in_words(plan.ended_on)}"})
