"""Standing a carer down, everywhere and at once; and the three people it takes to lift it (STF-09)."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import reverse

from children import policies as for_child
from core import gates
from core.access import Permission, Role
from core.actions import action, because, touch
from core.errors import Conflict, Invalid, Refused
from core.models import User
from placements.models import Placement
from staffing import notices, policies
from staffing.actions.rota import hold_carers, off, still_led
from staffing.models import Assignment, Carer, Lift, LiftApproval, Shift, StandDown, StandDownCase
from staffing.querysets import placements_known_to

BY_WORD_OF_MOUTH = dt.timedelta(hours=24)  # a stand-down given by telephone is recorded with the moment it was given
TAKEN_OFF = "Must not be deployed"  # what the rota says of why; the same for every reason
SEATS = len(LiftApproval.Seat)


@action
def stand_down(
    *,
    carer: Carer,
    reason: str,
    starts_at: dt.datetime | None = None,
    placement: Placement | None = None,
    held: bool = False,
    by: User,
    as_of: dt.datetime,
) -> StandDown:
    """Stand a carer down from now, or from when it was said within the last 24 hours, until three people lift it.

    They are taken off every shift to come, at every placement and through every agency; of a shift under way, from that
    moment. Whoever answers for a child they were with is told that it is so, and never why.
    """
    if not by.can(Permission.STAND_DOWN):
        raise PermissionDenied(f"this role may not {Permission.STAND_DOWN}")
    if not by.can(Permission.HOLD_STAND_DOWN) and not Carer.objects.visible_to(by).filter(pk=carer.pk).exists():
        raise PermissionDenied("this carer works for nobody this person answers for")
    touch(carer=carer, placement=placement)
    for_child.required(reason=(reason, "Enter why you stand the carer down"))
    authority_id = _where_it_arises(placement, by)
    if held and not by.can(Permission.HOLD_STAND_DOWN):
        raise Invalid({"held": "Only the LADO or the safeguarding lead can hold a stand-down"})
    moment = starts_at or as_of
    if moment > as_of:
        raise Invalid({"starts_at": "A stand-down starts at once: enter a time that is not in the future"})
    if moment < as_of - BY_WORD_OF_MOUTH:
        raise Invalid({"starts_at": "A stand-down can be recorded from up to 24 hours ago"})
    hold_carers([carer.pk])
    take_off_everything(carer, moment)
    standing = StandDown.objects.create(carer=carer, starts_at=moment)
    StandDownCase.objects.create(
        stand_down=standing,
        authority_id=authority_id,
        placement=placement,
        reason=reason.strip(),
        stood_down_by=by,
        held=held,
        held_why=reason.strip() if held else "",
    )
    _tell(standing, "stand-down", "a carer must not be deployed", StandDown.NOTICE, as_of)
    return standing


def _where_it_arises(placement: Placement | None, by: User) -> int:
    """The council that keeps the reason."""
    if placement is not None:
        if not placements_known_to(by).filter(pk=placement.pk).exists():
            raise PermissionDenied("this placement is another's")
        return placement.child.authority_id
    if by.authority_id is None:
        raise Invalid({"placement": "Select the placement where it arose"})
    return by.authority_id


def take_off_everything(carer: Carer, moment: dt.datetime) -> None:
    """Take a carer off every shift from a moment on. The caller holds the carer, so that nobody adds another meanwhile."""
    on = Assignment.objects.filter(carer=carer, removed_at__isnull=True, ends_at__gt=moment)
    shifts = {
        shift.pk: shift
        for shift in Shift.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=on.values("shift"))
        .select_related("placement__child")
        .order_by("pk")
    }
    for assignment in on.select_for_update(of=("self",), no_key=True).order_by("pk"):
        shift = shifts[assignment.shift_id]
        assignment.carer = carer
        off(assignment, TAKEN_OFF, moment)
        touch(placement=shift.placement, child=shift.placement.child)
    for shift in shifts.values():
        still_led(shift)
        shift.version += 1
        shift.save(update_fields=["version", "leader"])


def taken_off_by(standing: StandDown) -> QuerySet[Assignment]:
    """The places on shifts that a stand-down emptied, in whole or from its moment on."""
    whole = Assignment.objects.filter(carer=standing.carer_id, removed_at=standing.starts_at, removed_why=TAKEN_OFF)
    part = Assignment.objects.filter(carer=standing.carer_id, ends_at=standing.starts_at, removed_why=TAKEN_OFF)
    return (whole | part).filter(shift__cancelled_at__isnull=True)


def _tell(standing: StandDown, key: str, subject: str, text: str, as_of: dt.datetime) -> None:
    """Tell everybody who answers for a child the carer was with or was to be with, in whichever council, and the agencies
    they work through. All read the same words."""
    arose = Placement.objects.filter(pk__in=StandDownCase.objects.filter(stand_down=standing).values("placement"))
    affected = list((notices.placements_of(standing.carer, standing.starts_at, as_of) | arose).select_related("child"))
    people = (
        notices.social_workers(affected, as_of)
        + notices.placement_managers(affected, as_of)
        + notices.reviewing_officers(affected, as_of)
        + notices.agency_managers(standing.carer, as_of)
    )
    path = stand_down_page(standing)
    notices.tell(people, key=f"{key}-{standing.pk}", subject=subject, text=text, path=path)


def stand_down_page(standing: StandDown) -> str:
    return reverse("staffing:stand_down", args=[standing.pk])


# --- holding ----------------------------------------------------------------------------------------------------------


@action
def hold(*, case: StandDownCase, why: str, by: User, as_of: dt.datetime) -> StandDownCase:
    """Hold a stand-down: while it is held, lifting it is refused. For the LADO and the safeguarding lead.

    A proposal to lift it that is open is withdrawn: its approvals were given before what it is held for was known.
    """
    case = _hold(case, True, why, by)
    for lift in Lift.objects.select_for_update().filter(case=case, withdrawn_at__isnull=True):
        lift.withdrawn_at = as_of
        lift.save(update_fields=["withdrawn_at"])
    return case


@action
def release(*, case: StandDownCase, why: str, by: User, as_of: dt.datetime) -> StandDownCase:
    """Release a stand-down that was held. It still stands, until three people lift it."""
    return _hold(case, False, why, by)


def _hold(case: StandDownCase, held: bool, why: str, by: User) -> StandDownCase:
    if not by.can(Permission.HOLD_STAND_DOWN):
        raise PermissionDenied(f"this role may not {Permission.HOLD_STAND_DOWN}")
    _theirs(case, by)
    for_child.hold(case)
    touch(carer=case.stand_down.carer, placement=case.placement)
    for_child.required(why=(why, "Enter why"))
    if case.stand_down.lifted_at is not None:
        raise Conflict("This stand-down has been lifted.")
    if case.held == held:
        raise Conflict("It is held already." if held else "It is not held.")
    because(why.strip())
    case.held, case.held_why = held, why.strip()
    case.save(update_fields=["held", "held_why"])
    return case


def _theirs(case: StandDownCase, by: User) -> None:
    if not StandDownCase.objects.visible_to(by).filter(pk=case.pk).exists():
        raise PermissionDenied("this stand-down is another council's")


# --- lifting ----------------------------------------------------------------------------------------------------------


@action
def propose_lift(*, case: StandDownCase, reason: str, by: User, as_of: dt.datetime) -> Lift:
    """Propose to lift a stand-down. Nothing changes until three people have approved it. What the child wishes is heard
    elsewhere: it is never a reason to lift (F104)."""
    _not_from_commissioning(by)
    _theirs(case, by)
    for_child.hold(case)
    touch(carer=case.stand_down.carer, placement=case.placement)
    _still_stands(case)
    policies.not_held(case)
    for_child.required(reason=(reason, "Enter why it should be lifted"))
    return Lift.objects.create(case=case, reason=reason.strip(), asked_by=by, asked_at=as_of)


@action
def approve_lift(*, lift: Lift, seat: str, reason: str, by: User, as_of: dt.datetime) -> LiftApproval:
    """Approve a lift in one of the three seats. The third approval lifts the stand-down, and the IROs are told."""
    _not_from_commissioning(by)
    case = lift.case
    hold_carers([case.stand_down.carer_id])
    for_child.hold(case)
    for_child.hold(lift)
    touch(carer=case.stand_down.carer, placement=case.placement)
    for_child.one_of(seat, LiftApproval.Seat.choices, "seat", "Select your seat")
    _still_stands(case)
    policies.not_held(case)
    if lift.withdrawn_at is not None:
        raise Conflict("This proposal was withdrawn.")
    policies.seat_gate(by, case, seat, as_of)
    for_child.required(reason=(reason, "Enter your own reason"))
    approval = LiftApproval.objects.create(lift=lift, seat=seat, by=by, reason=reason.strip(), approved_at=as_of)
    if LiftApproval.objects.filter(lift=lift).count() == SEATS:
        standing = case.stand_down
        standing.lifted_at = as_of
        standing.save(update_fields=["lifted_at"])
        text = "A carer who was not to be deployed may be deployed again. Three people agreed to it."
        _tell(standing, "lifted", "a stand-down was lifted", text, as_of)
    return approval


@action
def withdraw_lift(*, lift: Lift, by: User, as_of: dt.datetime) -> Lift:
    """Take back a proposal to lift. Its approvals count for nothing then, and another can be made."""
    _not_from_commissioning(by)
    _theirs(lift.case, by)
    for_child.hold(lift.case)
    for_child.hold(lift)
    touch(carer=lift.case.stand_down.carer, placement=lift.case.placement)
    _still_stands(lift.case)
    if lift.withdrawn_at is not None:
        raise Conflict("This proposal was withdrawn already.")
    lift.withdrawn_at = as_of
    lift.save(update_fields=["withdrawn_at"])
    return lift


def _not_from_commissioning(by: User) -> None:
    if by.role == Role.COMMISSIONER:
        raise Refused(
            gates.LIFTING,
            "This was refused. Nobody in commissioning has a part in lifting a stand-down.",
            "It is lifted by safeguarding, the social worker and the placement manager together.",
        )
    if not by.can(Permission.LIFT_STAND_DOWN):
        raise PermissionDenied(f"this role may not {Permission.LIFT_STAND_DOWN}")


def _still_stands(case: StandDownCase) -> None:
    case.stand_down.refresh_from_db(fields=["lifted_at"])
    if case.stand_down.lifted_at is not None:
        raise Conflict("This stand-down has been lifted already.")
