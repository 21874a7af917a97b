"""What is agreed for a placement: the agencies that supply it, how many staff, of what kind; and thinking about it together."""

import datetime as dt

from children import policies as for_child
from children.actions.deciding import decided
from core import clock, reasons
from core.access import Permission
from core.actions import action, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from placements import policies as for_placement
from placements.models import Placement, Provider
from staffing import policies
from staffing import policies_carers as for_carers
from staffing.models import AgencyAgreement, Assignment, ReflectiveSession, ReplacementPlan, StaffingPlan, StaffType
from staffing.models.agreements import REPLACED_WITHIN

SAYS = {
    "supervises": "who supervises the agency’s carers",
    "trains": "who trains them",
    "disciplines": "who disciplines them",
    "reports_to_lado": "who reports a concern about them to the LADO",
    "hands_over": "who receives the daily handover",
}


# --- agencies ---------------------------------------------------------------------------------------------------------


@action
def bring_in_agency(
    *,
    placement: Placement,
    agency: Provider | None = None,
    new_agency: str = "",
    started_on: dt.date,
    by: User,
    as_of: dt.datetime,
) -> AgencyAgreement:
    """Record that an agency supplies carers to a placement from a day: one on record, or a new one by its name.

    What is agreed with it is signed later (`sign_agreement`), and is overdue if it is not.
    """
    policies.may(by, Permission.MANAGE_AGREEMENTS, placement)
    for_child.hold(placement)
    touch(placement=placement, child=placement.child)
    new_agency = " ".join(new_agency.split())
    if (agency is None) == (not new_agency):
        raise Invalid({"agency": "Select an agency from the list, or enter the name of a new one"})
    for_placement.not_over(placement, as_of)
    what = "The day it starts to supply carers"
    for_placement.within_plans(started_on, as_of, "started_on", what)
    for_placement.covers(placement, started_on, "started_on", what)
    if agency is None:
        agency = Provider.objects.filter(name__iexact=new_agency).first() or Provider.objects.create(name=new_agency)
    if agency.pk == policies.own_provider_id(placement):
        raise Invalid({"agency": f"{agency} runs this placement: its own staff are not brought in"})
    return AgencyAgreement.objects.create(placement=placement, agency=agency, started_on=started_on, recorded_by=by)


@action
def sign_agreement(
    *,
    agreement: AgencyAgreement,
    supervises: str,
    trains: str,
    disciplines: str,
    reports_to_lado: str,
    hands_over: str,
    outcomes: str = "",
    signed_on: dt.date,
    signed_for_agency: str,
    expires_on: dt.date,
    by: User,
    as_of: dt.datetime,
) -> AgencyAgreement:
    """Record what was signed with an agency for this child: who answers for what, and until when (STF-10, CPL-05).

    One that is signed already is renewed: what was signed before is kept, to the day the new one was signed.
    """
    policies.may(by, Permission.MANAGE_AGREEMENTS, agreement.placement)
    for_child.hold(agreement)
    touch(placement=agreement.placement, child=agreement.placement.child)
    answers = {
        "supervises": supervises,
        "trains": trains,
        "disciplines": disciplines,
        "reports_to_lado": reports_to_lado,
        "hands_over": hands_over,
    }
    for_child.required(
        **{name: (answer, f"Enter {SAYS[name]}") for name, answer in answers.items()},
        signed_for_agency=(signed_for_agency, "Enter who signed for the agency"),
    )
    # A longer answer may say “not” of something else.
    named = {name: answer for name, answer in answers.items() if len(answer.split()) <= 3}
    if nobody := {name: f"Enter {SAYS[name]}" for name, answer in named.items() if for_placement.names_nobody(answer)}:
        raise Invalid(nobody)
    for_child.not_future(signed_on, as_of, "signed_on", "The day it was signed")
    for_child.not_before(expires_on, signed_on, "expires_on", "The last day it runs", "it was signed")
    if agreement.ended_on is not None and agreement.ended_on <= clock.local_date(as_of):
        raise Invalid({"": f"This agency stopped supplying carers here on {in_words(agreement.ended_on)}"})
    if agreement.signed_on is not None:
        agreement = _renewed(agreement, signed_on, by)
    for name, answer in answers.items():
        setattr(agreement, name, answer.strip())
    agreement.outcomes = outcomes.strip()
    agreement.signed_on, agreement.expires_on = signed_on, expires_on
    agreement.signed_for_agency, agreement.signed_for_council = signed_for_agency.strip(), by
    agreement.save()
    return agreement


def _renewed(agreement: AgencyAgreement, signed_on: dt.date, by: User) -> AgencyAgreement:
    """The row of a new agreement, in place of one that was signed before and is kept as it was."""
    first = max(agreement.started_on, agreement.signed_on or agreement.started_on)
    for_child.not_before(signed_on, first, "signed_on", "The day it was signed", "the last one was")
    until, agreement.ended_on = agreement.ended_on, signed_on
    agreement.save(update_fields=["ended_on"])
    return AgencyAgreement(
        placement=agreement.placement,
        agency=agreement.agency,
        started_on=signed_on,
        ended_on=until,
        recorded_by=by,
    )


@action
def end_agreement(*, agreement: AgencyAgreement, ended_on: dt.date, by: User, as_of: dt.datetime) -> AgencyAgreement:
    """Record the day from which an agency no longer supplies carers to a placement."""
    policies.may(by, Permission.MANAGE_AGREEMENTS, agreement.placement)
    for_child.hold(agreement)
    touch(placement=agreement.placement, child=agreement.placement.child)
    if agreement.ended_on is not None:
        raise Invalid({"": f"This ended on {in_words(agreement.ended_on)} already"})
    what = "The day it stops supplying carers"
    for_child.not_before(ended_on, agreement.started_on, "ended_on", what, "it started")
    for_placement.within_plans(ended_on, as_of, "ended_on", what)
    shifts = Assignment.objects.standing().filter(agency=agreement.agency, shift__placement=agreement.placement)
    for_carers.on_no_shift(shifts, ended_on, "ended_on")
    agreement.ended_on = ended_on
    agreement.save(update_fields=["ended_on"])
    return agreement


@action
def plan_replacement(
    *,
    placement: Placement,
    agency: Provider,
    why: str,
    replaced_by: str,
    last_day: dt.date,
    by: User,
    as_of: dt.datetime,
) -> ReplacementPlan:
    """Plan until when an agency's carers stay with a child, and who takes their place (STF-13). A further plan for the same
    agency takes the place of the one before.

    Who works with a child is a care decision: Refused for whoever may not take it (DEC-01). Invalid where the reason is
    none, or names no replacement.
    """
    policies.may_any(by, (Permission.PUBLISH_ROTA, Permission.PROPOSE_ROTA), placement)
    for_child.hold(placement)
    touch(placement=placement, child=placement.child)
    policies.decide_staffing_gate(by, placement, as_of)
    for_placement.not_over(placement, as_of)
    if not for_carers.agencies_to_replace(placement, as_of).filter(pk=agency.pk).exists():
        raise Invalid({"agency": f"{agency} supplies no carers here. Select one of the agencies in the list"})
    for_child.required(
        why=(why, "Enter why they stay for now"), replaced_by=(replaced_by, "Enter who takes their place, and how")
    )
    wrong = {}
    if said := reasons.no_reason(why):
        says = f"“{reasons.LABELS[said]}” is no reason" if said in reasons.LABELS else "This says nothing of why"
        wrong["why"] = f"{says}. Enter what it does for the child that these carers stay for now"
    if reasons.no_reason(replaced_by):
        wrong["replaced_by"] = "Enter who takes their place, and how: staff by name or post, and from when"
    day, what = clock.local_date(as_of), "The last day any of them works here"
    latest = day + REPLACED_WITHIN
    if not day < last_day <= latest:
        within = f"after today and on or before {in_words(latest)}, at most {REPLACED_WITHIN.days} days ahead"
        wrong["last_day"] = f"{what} must be {within}. A further plan can be made later"
    if wrong:
        raise Invalid(wrong)
    before = ReplacementPlan.objects.filter(placement=placement, agency=agency).first()
    decided(
        "plan_replacement",
        child=placement.child,
        what=f"Carers of {agency} stay until {in_words(last_day)} at the latest. {replaced_by.strip()}"
        + (f" Before, they were to stay until {in_words(before.last_day)}." if before else ""),
        why=why,
        by=by,
        as_of=as_of,
    )
    return ReplacementPlan.objects.create(
        placement=placement,
        agency=agency,
        made_on=day,
        why=why.strip(),
        replaced_by=replaced_by.strip(),
        last_day=last_day,
        recorded_by=by,
    )


# --- how many staff, and of what kind ---------------------------------------------------------------------------------


@action
def set_staffing(
    *,
    placement: Placement,
    effective_from: dt.datetime,
    by_day: int,
    by_night: int,
    sleeping_in: int = 0,
    source: str,
    why: str,
    alternatives: str = "",
    consulted: str = "",
    by: User,
    as_of: dt.datetime,
) -> StaffingPlan:
    """Set how many staff the child has with them by day, awake by night and sleeping in, from an instant on (STF-07).

    Fewer than before is a step-down, and is set from now on or ahead: it makes no shift that was worked good.
    """
    policies.may(by, Permission.SET_STAFFING, placement)
    for_child.hold(placement)
    touch(placement=placement, child=placement.child)
    for_placement.not_over(placement, as_of)
    numbers = {"by_day": by_day, "by_night": by_night, "sleeping_in": sleeping_in}
    most = for_carers.MOST_STAFF
    if wrong := {n: f"Enter a number between 0 and {most}" for n, count in numbers.items() if not 0 <= count <= most}:
        raise Invalid(wrong)
    if not by_day or not (by_night or sleeping_in):
        raise Invalid({"by_day" if not by_day else "by_night": "A child is never without staff. Enter 1 or more"})
    for_child.required(source=(source, "Enter what it rests on"), why=(why, "Enter why"))
    day, what = clock.local_date(effective_from), "The day it takes effect"
    for_placement.covers(placement, day, "effective_from", what)
    if effective_from > as_of + for_carers.PLANS_AHEAD:
        raise Invalid({"effective_from": f"{what} must be within a year from now"})
    for_carers.not_a_step_down_backwards(placement, effective_from, numbers, as_of)
    starts = effective_from.astimezone(clock.LONDON)
    decided(
        "set_staffing",
        child=placement.child,
        what=f"{by_day} staff by day, {by_night} awake by night and {sleeping_in} sleeping in, from "
        f"{in_words(starts.date())} at {starts:%H:%M}. It rests on: {source.strip()}",
        why=why,
        alternatives=alternatives,
        consulted=consulted,
        by=by,
        as_of=as_of,
    )
    return StaffingPlan.objects.create(
        placement=placement,
        effective_from=effective_from,
        **numbers,
        source=source.strip(),
        why=why.strip(),
        recorded_by=by,
    )


@action
def record_staff_type(
    *,
    placement: Placement,
    reviewed_on: dt.date,
    staff_type: str,
    need: str,
    why: str,
    advice: str,
    by: User,
    as_of: dt.datetime,
) -> StaffType:
    """Record what kind of staff this child needs and why: at the start, and at each review (STF-13)."""
    policies.may(by, Permission.SET_STAFFING, placement)
    touch(placement=placement, child=placement.child)
    for_child.required(
        staff_type=(staff_type, "Enter the kind of staff"),
        need=(need, "Enter the need they are to meet"),
        why=(why, "Enter why this kind of staff meets it"),
        advice=(advice, "Enter what a clinician advised, or that nobody was asked and why"),
    )
    for_child.not_future(reviewed_on, as_of, "reviewed_on", "The day this was decided or reviewed")
    return StaffType.objects.create(
        placement=placement,
        reviewed_on=reviewed_on,
        staff_type=staff_type.strip(),
        need=need.strip(),
        why=why.strip(),
        advice=advice.strip(),
        recorded_by=by,
    )


@action
def record_reflective_session(
    *,
    placement: Placement,
    held_on: dt.date,
    led_by: str,
    agencies: str,
    reflection: str,
    agreed: str,
    by: User,
    as_of: dt.datetime,
) -> ReflectiveSession:
    """Record a session in which the people round a child thought together about her life there (F98)."""
    policies.may(by, Permission.SET_STAFFING, placement)
    touch(placement=placement, child=placement.child)
    for_child.required(
        led_by=(led_by, "Enter who led it"),
        agencies=(agencies, "Enter who was there, and from which agencies"),
        reflection=(reflection, "Enter what was thought"),
        agreed=(agreed, "Enter what will change"),
    )
    for_carers.between(held_on, placement.started_on, "the placement started", as_of, "held_on", "The day it was held")
    return ReflectiveSession.objects.create(
        placement=placement,
        held_on=held_on,
        led_by=led_by.strip(),
        agencies=agencies.strip(),
        reflection=reflection.strip(),
        agreed=agreed.strip(),
        recorded_by=by,
    )
