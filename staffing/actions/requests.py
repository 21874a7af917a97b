"""What is asked about a rota, and how it is answered: swaps, taking a carer off, and waiving checks in an emergency."""

import datetime as dt

from django.urls import reverse

from children import policies as for_child
from children.actions.deciding import decided
from children.models import Decision
from core import clock, gates
from core.access import Permission, Role
from core.actions import action, because, touch
from core.errors import Conflict, Invalid, Refused
from core.models import User
from placements import policies as for_placement
from placements.models import Placement, Provider
from staffing import notices, policies
from staffing.actions.rota import (
    ANALYSIS_MISSING,
    SWAPPED,
    askers,
    called,
    changed,
    cover_of,
    effect_on_cover,
    hold_carers,
    hold_shift,
    off,
    put_on,
    standing_on,
    still_led,
    the_wish,
)
from staffing.models import Assignment, Carer, CheckWaiver, RotaRequest, Shift, StandDown, Swap
from staffing.models.carers import WAIVED_AT_MOST
from staffing.rota import missing_kinds

DONE_WITHIN = dt.timedelta(hours=24)
ROUNDING = dt.timedelta(minutes=30)  # an emergency is timed by people: its start may be a little while ago


# --- swaps ------------------------------------------------------------------------------------------------------------


@action
def ask_swap(
    *,
    shift: Shift,
    outgoing: Carer,
    incoming: Carer | None = None,
    agency: Provider | None = None,
    reason: str,
    child_asked: bool = False,
    analysis: str = "",
    by: User,
    as_of: dt.datetime,
) -> Swap:
    """Ask that one carer be put in place of another on a published shift (incoming None: nobody in their place).

    Where the child asked, `analysis` is an adult's: what the wish tells us, and what it means for risk (F23).
    """
    policies.may_any(by, (Permission.PROPOSE_ROTA, Permission.RECORD_SHIFT), shift.placement)
    for_child.hold(shift)
    touch(placement=shift.placement, child=shift.placement.child, carer=outgoing)
    policies.still_planned(shift, as_of)
    if shift.published_at is None:
        raise Invalid({"": "This shift is a draft: change who is on it, without a swap"})
    for_child.required(reason=(reason, "Enter why the swap is asked for"))
    if child_asked and not analysis.strip():
        raise Invalid({"analysis": ANALYSIS_MISSING})
    on = {assignment.carer_id for assignment in standing_on(shift) if assignment.ends_at > as_of}
    if outgoing.pk not in on:
        raise Invalid({"outgoing": "Select somebody who is on this shift"})
    if incoming is not None:
        if incoming.pk in on:
            raise Invalid({"incoming": "Select somebody who is not on this shift yet"})
        day = clock.local_date(shift.starts_at)
        agency = policies.agency_for(incoming, shift.placement, day, agency, field="incoming")
    if Swap.objects.filter(shift=shift, outgoing=outgoing, state=Swap.State.ASKED).exists():
        raise Conflict("A swap for this carer on this shift is already waiting for a decision.")
    swap = Swap.objects.create(
        shift=shift,
        outgoing=outgoing,
        incoming=incoming,
        agency=agency if incoming else None,
        reason=reason.strip(),
        child_asked=child_asked,
        analysis=analysis.strip(),
        asked_by=by,
        asked_at=as_of,
    )
    _tell_deciders(shift.placement, f"swap-{swap.pk}", "a swap on a shift waits for you", swap_page(swap), by, as_of)
    return swap


@action
def decide_swap(*, swap: Swap, approve: bool, why: str, by: User, as_of: dt.datetime) -> Swap:
    """Approve a swap, which changes the rota with every gate asked again, or decline it. Either way with a reason.

    The decision goes on her own record, with who took it and what it does to cover; where she asked, also when declined.
    """
    shift = swap.shift
    hold_carers(pk for pk in (swap.outgoing_id, swap.incoming_id) if pk is not None)
    hold_shift(shift, None)
    for_child.hold(swap)
    touch(placement=shift.placement, child=shift.placement.child, carer=swap.outgoing)
    policies.may_any(by, (Permission.PUBLISH_ROTA, Permission.PROPOSE_ROTA), shift.placement)
    policies.decide_staffing_gate(by, shift.placement, as_of)
    for_child.required(why=(why, "Enter why you approve or decline it"))
    if swap.state != Swap.State.ASKED:
        raise Conflict(f"Somebody has decided this swap already: it was {swap.get_state_display().lower()}.")
    before = cover_of(shift)
    because(why.strip())
    if approve:
        policies.still_planned(shift, as_of)
        _swap(swap, by=by, as_of=as_of)
    swap.state = Swap.State.APPROVED if approve else Swap.State.DECLINED
    swap.decided_by, swap.decided_at, swap.decided_why = by, as_of, why.strip()
    if approve or swap.child_asked:
        swap.decision = _on_her_record(swap, effect_on_cover(before, cover_of(shift)), by, as_of)
    swap.save(update_fields=["state", "decided_by", "decided_at", "decided_why", "decision"])
    if swap.asked_by_id != by.pk:
        notices.tell(
            [swap.asked_by],
            key=f"swap-decided-{swap.pk}",
            subject="a swap you asked for is decided",
            text="A swap you asked for was decided.",
            path=swap_page(swap),
        )
    return swap


def _swap(swap: Swap, *, by: User, as_of: dt.datetime) -> None:
    shift = swap.shift
    leaving = [each for each in standing_on(shift) if each.carer_id == swap.outgoing_id and each.ends_at > as_of]
    if not leaving:
        raise Conflict("The carer is no longer on this shift, so there is nothing to swap. Decline it.")
    for assignment in leaving:
        begins, ends = max(assignment.starts_at, as_of), assignment.ends_at
        off(assignment, SWAPPED, as_of)
        if swap.incoming is not None:
            put_on(shift, swap.incoming, swap.agency, begins, ends, by=by, as_of=as_of)
            touch(carer=swap.incoming)
    still_led(shift)
    changed(shift, "leader")


def _on_her_record(swap: Swap, effect: str, by: User, as_of: dt.datetime) -> Decision:
    outcome = "approved" if swap.state == Swap.State.APPROVED else "declined"
    instead = f"{swap.incoming} in place of {swap.outgoing}" if swap.incoming else f"{swap.outgoing} off the shift"
    asked = "A change of staff the child asked for" if swap.child_asked else "A change of staff"
    wish = the_wish(swap.analysis) if swap.child_asked else ""
    return decided(
        "decide_swap",
        child=swap.shift.placement.child,
        what=f"{asked} was {outcome}: {instead}, {called(swap.shift)}. {effect}",
        why=f"{swap.decided_why}\n\nReason given: {swap.reason}{wish}",
        by=by,
        as_of=as_of,
    )


def swap_page(swap: Swap) -> str:
    return reverse("staffing:swap", args=[swap.pk])


# --- taking a carer off a rota ----------------------------------------------------------------------------------------


@action
def ask_off_rota(*, placement: Placement, carer: Carer, reason: str, by: User, as_of: dt.datetime) -> RotaRequest:
    """Ask that a carer be taken off a placement's rota. It is to be confirmed as done within 24 hours, and its asker sees
    whether it is. It goes with the child when she moves."""
    policies.may(by, Permission.SEE_ROTA, placement)
    hold_carers([carer.pk])
    touch(placement=placement, child=placement.child, carer=carer)
    for_placement.not_over(placement, as_of)
    for_child.required(reason=(reason, "Enter why they should be taken off"))
    if carer not in policies.carers_at(placement, as_of):
        raise Invalid({"carer": "Select somebody who works at this placement"})
    if RotaRequest.objects.open().about(placement.child_id).filter(carer=carer).exists():
        raise Conflict("There is already an open request to take this carer off this rota.")
    request = RotaRequest.objects.create(
        placement=placement,
        carer=carer,
        reason=reason.strip(),
        asked_by=by,
        asked_at=as_of,
        due_at=as_of + DONE_WITHIN,
    )
    subject = "a carer is to be taken off a rota within 24 hours"
    _tell_deciders(placement, f"off-rota-{request.pk}", subject, request_page(request), by, as_of)
    return request


@action
def confirm_off_rota(*, request: RotaRequest, note: str, by: User, as_of: dt.datetime) -> RotaRequest:
    """Confirm that a carer was taken off. Invalid while they are on any shift to come with the child, wherever she lives
    now: it is done when the rota says so, and not when somebody does."""
    hold_carers([request.carer_id])  # nobody puts the carer on a shift while this is looked at
    for_child.hold(request)
    placement = policies.where_now(request, as_of)
    touch(placement=placement, child=placement.child, carer=request.carer)
    policies.may_any(by, (Permission.PUBLISH_ROTA, Permission.PROPOSE_ROTA), placement)
    policies.decide_staffing_gate(by, placement, as_of)
    if request.withdrawn_at is not None:
        raise Conflict("This request was withdrawn.")
    if request.done_at is not None:
        raise Conflict("Somebody has confirmed this already.")
    for_child.required(note=(note, "Enter what was done"))
    left = still_on(request, as_of).count()
    if left:
        shifts = "1 shift" if left == 1 else f"{left} shifts"
        raise Invalid(
            {"": f"This is not done: the carer is still on {shifts} to come with the child. Take them off first"}
        )
    request.done_at, request.done_by, request.done_note = as_of, by, note.strip()
    request.save(update_fields=["done_at", "done_by", "done_note"])
    notices.tell(
        askers([request]),
        key=f"off-rota-done-{request.pk}",
        subject="a carer you asked to be taken off a rota is off it",
        text="A request of yours about a rota was confirmed as done.",
        path=request_page(request),
    )
    return request


@action
def withdraw_request(*, request: RotaRequest, why: str, by: User, as_of: dt.datetime) -> RotaRequest:
    """Withdraw a request, done or not: the carer may be with the child again. Those it was told to are told of that too.

    Refused to whoever does not decide it: in the review a carer was back because commissioning put him back (F104).
    """
    hold_carers([request.carer_id])
    for_child.hold(request)
    placement = policies.where_now(request, as_of)
    touch(placement=placement, child=placement.child, carer=request.carer)
    policies.may(by, Permission.SEE_ROTA, placement)
    policies.withdrawing_gate(by, request, as_of)
    for_child.required(why=(why, "Enter why the carer may be with the child again"))
    if request.withdrawn_at is not None:
        raise Conflict("Somebody has withdrawn this already.")
    because(why.strip())
    request.withdrawn_at, request.withdrawn_by, request.withdrawn_why = as_of, by, why.strip()
    request.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    subject = "a request to take a carer off a rota is withdrawn"
    _tell_deciders(
        placement, f"off-rota-withdrawn-{request.pk}", subject, request_page(request), by, as_of, *askers([request])
    )
    return request


def still_on(request: RotaRequest, as_of: dt.datetime):
    """The shifts to come, or under way, with that child that the carer is still on, drafts too."""
    return Assignment.objects.standing().filter(
        carer=request.carer_id, shift__placement__child=request.placement.child_id, ends_at__gt=as_of
    )


def request_page(request: RotaRequest) -> str:
    return reverse("staffing:rota_request", args=[request.pk])


def _tell_deciders(
    placement: Placement, key: str, subject: str, path: str, by: User, as_of: dt.datetime, *others_too: User
) -> None:
    people = notices.social_workers([placement], as_of) + notices.placement_managers([placement], as_of)
    people += others_too
    text = "Something was asked about a rota that you decide."
    others = [person for person in people if person.pk != by.pk]
    notices.tell(others, key=key, subject=subject, text=text, path=path)


# --- waiving checks ---------------------------------------------------------------------------------------------------


@action
def waive_checks(
    *,
    carer: Carer,
    placement: Placement,
    starts_at: dt.datetime,
    hours: int,
    reason: str,
    by: User,
    as_of: dt.datetime,
) -> CheckWaiver:
    """In a true emergency, let a carer work at one placement before their checks are complete: once there, never at two
    placements of a council in the same 48 hours, 48 hours in all at any (the database adds them up, across councils), and
    never from commissioning. The child's social worker and IRO are told at once."""
    touch(placement=placement, child=placement.child, carer=carer)
    remedy = "Complete the checks with their evidence, or put on a carer whose checks are complete."
    if by.role == Role.COMMISSIONER:
        raise Refused(
            gates.WAIVING_CHECKS,
            "This was refused. Checks are never waived from commissioning.",
            f"{remedy} In a true emergency ask the team manager, the head of service or the director of children’s services.",
        )
    policies.may(by, Permission.WAIVE_CHECKS, placement)
    for_placement.not_over(placement, as_of)
    hold_carers([carer.pk])
    for_child.required(reason=(reason, "Enter what the emergency is, and why nobody else could come"))
    if hours < 1:
        raise Invalid({"hours": "Enter how many hours, from 1 to 48"})
    if dt.timedelta(hours=hours) > WAIVED_AT_MOST:
        raise Refused(gates.WAIVING_CHECKS, "This was refused. Checks can be waived for 48 hours at most.", remedy)
    if starts_at < as_of - ROUNDING:
        raise Invalid({"starts_at": "It must start now or later: what has been worked is recorded as it was"})
    if starts_at > as_of + WAIVED_AT_MOST:
        raise Invalid({"starts_at": "It must start within 48 hours: what is further off is no emergency"})
    if CheckWaiver.objects.filter(carer=carer, placement=placement).exists():
        sentence = "This was refused. This carer’s checks were already waived once at this placement."
        raise Refused(gates.WAIVING_CHECKS, sentence, remedy)
    same_hours = CheckWaiver.objects.filter(  # another council's emergency is not this one's to know of
        carer=carer,
        placement__child__authority=placement.child.authority_id,
        starts_at__gt=starts_at - WAIVED_AT_MOST,
        starts_at__lt=starts_at + WAIVED_AT_MOST,
    )
    if same_hours.exists():
        sentence = "This was refused. This carer’s checks are waived at another placement within the same 48 hours."
        raise Refused(gates.WAIVING_CHECKS, sentence, remedy)
    if StandDown.objects.filter(carer=carer).standing_at(starts_at).exists():
        raise Refused(
            gates.STOOD_DOWN,
            "This was refused. The carer is stood down and may be put on no shift, anywhere.",
            "Choose another carer.",
        )
    ends_at = starts_at + dt.timedelta(hours=hours)
    missing = missing_kinds(carer, ends_at, placement.child.authority_id)
    if not missing:
        raise Invalid({"": "Nothing is missing: this carer’s checks are complete and in date, so none need be waived"})
    waiver = CheckWaiver.objects.create(
        carer=carer,
        placement=placement,
        starts_at=starts_at,
        ends_at=ends_at,
        missing=missing,
        reason=reason.strip(),
        given_by=by,
    )
    notices.tell(
        notices.social_workers([placement], as_of) + notices.reviewing_officers([placement], as_of),
        key=f"waiver-{waiver.pk}",
        subject="a carer’s checks were waived",
        text=f"In an emergency {len(missing)} of a carer’s checks were waived for {hours} hours at a placement of a child "
        "you answer for.",
        path=f"{reverse('staffing:carer', args=[carer.pk])}#waivers",
    )
    return waiver
