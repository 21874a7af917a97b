"""Funding, the steps of a crisis, notices received, and what a court was promised."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children import policies as for_child
from children.actions.deciding import decided
from children.models import Child
from core import clock
from core.access import Permission, Role
from core.actions import action, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from governance.models import CourtTask, CrisisCheck, Funding, NoticeReceived
from governance.policies import crisis
from governance.policies import plans as policies
from placements import policies as for_placement
from placements.models import Placement, Registration
from staffing import notices

LONGEST_NOTICE = dt.timedelta(days=366)


def _at(by: User, permission: Permission, placement: Placement) -> None:
    for_child.may(by, permission, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)


@action
def record_funding(
    *,
    placement: Placement,
    starts_on: dt.date,
    ends_on: dt.date,
    weekly_cost: Decimal,
    approved_on: dt.date,
    approver: User | None = None,
    approved_by: str = "",
    why: str,
    alternatives: str = "",
    consulted: str = "",
    health_said: str = "",
    education_said: str = "",
    why_not_asked: str = "",
    by: User,
    as_of: dt.datetime,
) -> Funding:
    """Record a block a placement is paid for. An extension that is yet to begin needs a true referral profile (CPL-04).

    It was approved by `approver`, or by the panel `approved_by` names. Raises Refused where the decision-rights matrix gives
    money to others, and where a panel is written down by somebody to whom it gives none (DEC-01).
    """
    _at(by, Permission.RECORD_COMMISSIONING, placement)
    for_child.required(why=(why, "Enter why it was approved"))
    _check_approval(approver, approved_by, approved_on, as_of)
    for_child.not_before(ends_on, starts_on, "ends_on", "The last day", "the block begins")
    if not why_not_asked.strip():
        for_child.required(
            health_said=(health_said, "Enter what health said, or below why they were not asked"),
            education_said=(education_said, "Enter what education said, or below why they were not asked"),
        )
    policies.paid_once(placement, starts_on, ends_on)
    if Funding.objects.filter(placement__child=placement.child).paid().exists():
        policies.profile_gate(placement.child, starts_on, as_of, "This extension")
    decision = decided(
        "record_funding",
        child=placement.child,
        what=f"To pay £{weekly_cost} a week from {in_words(starts_on)} to {in_words(ends_on)}.",
        why=why,
        alternatives=alternatives,
        consulted=consulted,
        on=approved_on,
        decider=approver,
        decided_by=approved_by.strip()[:200],
        by_what_authority="" if approver else "As its approval says",
        by=by,
        as_of=as_of,
    )
    return Funding.objects.create(
        placement=placement,
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_cost=weekly_cost,
        approved_on=approved_on,
        approved_by=decision.decided_by,
        why=why.strip(),
        health_said=health_said.strip(),
        education_said=education_said.strip(),
        why_not_asked=why_not_asked.strip(),
        recorded_by=by,
    )


@action
def stop_funding(
    *,
    block: Funding,
    stopped_on: dt.date,
    approved_on: dt.date,
    approver: User | None = None,
    approved_by: str = "",
    why: str,
    alternatives: str = "",
    consulted: str = "",
    by: User,
    as_of: dt.datetime,
) -> Funding:
    """End a block early, `stopped_on` being the first day it no longer pays for: another may begin that day.

    Approved as a block is (DEC-01). A block may be ended on its own first day, and pays for nothing then. One that ends
    early already may end earlier still, and never later: what is paid after it is another block.
    """
    _at(by, Permission.RECORD_COMMISSIONING, block.placement)
    for_child.hold(block)
    for_child.required(why=(why, "Enter why the block ends early"))
    _check_approval(approver, approved_by, approved_on, as_of)
    for_child.not_before(stopped_on, block.starts_on, "stopped_on", "The day it ends", "the block begins")
    if stopped_on >= block.until:
        last = in_words(block.until - dt.timedelta(days=1))
        raise Invalid({"stopped_on": f"The last day of the block is {last}. Enter that day or an earlier one"})
    decision = decided(
        "stop_funding",
        child=block.placement.child,
        what=f"To pay £{block.weekly_cost} a week no longer from {in_words(stopped_on)}. It was agreed until "
        f"{in_words(block.ends_on)}.",
        why=why,
        alternatives=alternatives,
        consulted=consulted,
        on=approved_on,
        decider=approver,
        decided_by=approved_by.strip()[:200],
        by_what_authority="" if approver else "As its approval says",
        by=by,
        as_of=as_of,
    )
    block.stopped_on, block.stop_approved_on = stopped_on, approved_on
    block.stop_approved_by, block.stop_why = decision.decided_by, why.strip()
    block.save(update_fields=["stopped_on", "stop_approved_on", "stop_approved_by", "stop_why"])
    return block


def _check_approval(approver: User | None, approved_by: str, approved_on: dt.date, as_of: dt.datetime) -> None:
    if approver is None:
        for_child.required(approved_by=(approved_by, "Select who approved it, or enter which panel did"))
    elif approved_by.strip():
        raise Invalid({"approved_by": "Select a person or enter a panel, not both"})
    for_child.not_future(approved_on, as_of, "approved_on", "The day it was approved")


# --- crisis -----------------------------------------------------------------------------------------------------------


@action
def sign_crisis_check(
    *,
    placement: Placement,
    step: str,
    safeguarding: str,
    care: str,
    education: str,
    health: str,
    structure: str = "",
    way_out: str = "",
    by: User,
    as_of: dt.datetime,
) -> CrisisCheck:
    """Sign what is in place for the child at a step of the crisis clock, at the rank the step asks for or above (CPL-07).

    No step is signed before the one before it is due. From day 28 on its daily structure is described; where the setting
    is not registered, so is its registration or the way out, at every step.
    """
    _at(by, Permission.SIGN_CRISIS_CHECK, placement)
    for_child.one_of(step, CrisisCheck.Step.choices, "step", "Select the step")
    if step not in dict(crisis.steps_for(by)):
        raise PermissionDenied("this step is signed at a higher rank")
    for_placement.not_over(placement, as_of)
    crisis.not_too_early(placement, step, as_of)
    sections = {
        "safeguarding": (safeguarding, "Enter how the child is kept safe"),
        "care": (care, "Enter who cares for the child, and who is in charge"),
        "education": (education, "Enter what the child’s education is now"),
        "health": (health, "Enter what the child’s health care is now"),
    }
    if step in crisis.STRUCTURED:
        sections["structure"] = (structure, "Enter the daily structure there is by now")
    setting = for_placement.registration_on(placement.home, clock.local_date(as_of))
    if setting is not None and setting.status == Registration.Status.NOT_REGISTERED:
        sections["way_out"] = (way_out, "Enter the day the registration was applied for, or the way out and its date")
    for_child.required(**sections)
    return CrisisCheck.objects.create(
        placement=placement,
        step=step,
        safeguarding=safeguarding.strip(),
        care=care.strip(),
        education=education.strip(),
        health=health.strip(),
        structure=structure.strip(),
        way_out=way_out.strip(),
        signed_at=as_of,
        signed_by=by,
    )


# --- notices ----------------------------------------------------------------------------------------------------------


@action
def record_notice(
    *,
    placement: Placement,
    from_whom: str,
    received_at: dt.datetime,
    ends_at: dt.datetime,
    reasons: str,
    by: User,
    as_of: dt.datetime,
) -> NoticeReceived:
    """Record that a provider or an agency gave notice. The search and the contingency are due the same day (NOT-08), and
    the director of children's services is told at once, by a message that names nobody."""
    _at(by, Permission.RECORD_COMMISSIONING, placement)
    for_child.required(from_whom=(from_whom, "Enter who gave notice"), reasons=(reasons, "Enter the reasons they gave"))
    if received_at > as_of:
        raise Invalid({"received_at": "The time it was received must be now or in the past"})
    if ends_at <= received_at:
        raise Invalid({"ends_at": "They stop after the notice came, not before"})
    if ends_at > received_at + LONGEST_NOTICE:
        raise Invalid({"ends_at": "The time they stop must be within a year of the notice"})
    notice = NoticeReceived.objects.create(
        placement=placement,
        from_whom=from_whom.strip(),
        received_at=received_at,
        ends_at=ends_at,
        reasons=reasons.strip(),
        recorded_by=by,
    )
    if by.role != Role.DCS:
        child = placement.child
        notices.tell(
            User.objects.filter(authority_id=child.authority_id, role=Role.DCS, is_active=True),
            key=f"notice-received-{notice.pk}",
            subject="notice was given on a child’s placement",
            text=f"{notice.hours} hours of notice were given. The search and the contingency are due today.",
            path=reverse("governance:commissioning", args=[child.reference]),
        )
    return notice


@action
def answer_notice(
    *, notice: NoticeReceived, response: str, withdrawn: bool, by: User, as_of: dt.datetime
) -> NoticeReceived:
    """Record what the council answered whoever gave notice, and whether they took it back."""
    _at(by, Permission.RECORD_COMMISSIONING, notice.placement)
    for_child.hold(notice)
    if notice.withdrawn_at is not None:
        raise Conflict("This notice was taken back already")
    for_child.required(response=(response, "Enter what was answered"))
    notice.response, notice.responded_at = response.strip(), as_of
    notice.withdrawn_at = as_of if withdrawn else None
    notice.save(update_fields=["response", "responded_at", "withdrawn_at"])
    return notice


# --- court ------------------------------------------------------------------------------------------------------------


@action
def add_court_task(
    *,
    child: Child,
    kind: str,
    what: str,
    source: str,
    made_on: dt.date,
    due_on: dt.date,
    every_days: int | None = None,
    owner: User,
    by: User,
    as_of: dt.datetime,
) -> CourtTask:
    """Make a task of what a court directed or was promised: dated, with an owner who can see the child (LEG-07)."""
    for_child.may(by, Permission.RECORD_COURT_TASKS, authority_id=child.authority_id)
    for_child.hold(child)
    touch(child=child)
    for_child.one_of(kind, CourtTask.Kind.choices, "kind", "Select what it is")
    for_child.required(what=(what, "Enter what is to be done"), source=(source, "Enter which order or statement"))
    for_child.not_future(made_on, as_of, "made_on", "The date of the order or statement")
    for_child.not_before(due_on, made_on, "due_on", "The day it is due", "the order or statement was made")
    visiting = kind == CourtTask.Kind.VISITING
    if visiting and not 1 <= (every_days or 0) <= 366:
        raise Invalid({"every_days": "Enter how often the court asked for, in days"})
    policies.sees(owner, child)
    return CourtTask.objects.create(
        child=child,
        kind=kind,
        what=what.strip(),
        source=source.strip(),
        made_on=made_on,
        due_on=due_on,
        every_days=every_days if visiting else None,
        owner=owner,
        recorded_by=by,
    )


@action
def finish_court_task(*, task: CourtTask, done_on: dt.date, evidence: str, by: User, as_of: dt.datetime) -> CourtTask:
    """Record that what the court directed or was promised was done, with what shows it. Without it, it is not closed."""
    for_child.may(by, Permission.RECORD_COURT_TASKS, authority_id=task.child.authority_id)
    for_child.hold(task)
    touch(child=task.child)
    if task.done_on is not None:
        raise Conflict(f"This was done on {in_words(task.done_on)} already")
    for_child.required(evidence=(evidence, "Enter what shows that it is done"))
    for_child.not_future(done_on, as_of, "done_on", "The day it was done")
    for_child.not_before(done_on, task.made_on, "done_on", "The day it was done", "the order or statement was made")
    task.done_on, task.evidence = done_on, evidence.strip()
    task.save(update_fields=["done_on", "evidence"])
    return task


@action
def tell_court(*, task: CourtTask, told_on: dt.date, told_how: str, by: User, as_of: dt.datetime) -> CourtTask:
    """Record that the court was told that a task is not done in time, and how. The task stays open."""
    for_child.may(by, Permission.RECORD_COURT_TASKS, authority_id=task.child.authority_id)
    for_child.hold(task)
    touch(child=task.child)
    if task.done_on is not None:
        raise Conflict(f"This was done on {in_words(task.done_on)} already")
    if task.told_on is not None:
        raise Conflict(f"The court was told on {in_words(task.told_on)} already")
    for_child.required(told_how=(told_how, "Enter how the court was told, and what it said"))
    for_child.not_future(told_on, as_of, "told_on", "The day the court was told")
    for_child.not_before(
        told_on, task.made_on, "told_on", "The day the court was told", "the order or statement was made"
    )
    task.told_on, task.told_how = told_on, told_how.strip()
    task.save(update_fields=["told_on", "told_how"])
    return task
