"""May this be done about a carer or a rota, by this person, in the state it is in?

Also the gates of this floor that the database cannot keep by itself: who decides about staff (DEC-01) and who may sit in
which of the three seats that lift a stand-down (STF-09).
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from children.models import Allocation, Child
from children.querysets import live, live_on
from core import clock, gates
from core.access import Permission, Role
from core.dates import in_words
from core.errors import Conflict, Invalid, Refused
from core.models import User
from core.working_days import add_working_days
from placements.models import ManagerPost, Placement, Provider, ProviderPost
from staffing.agreed import GRACE, unsigned_since
from staffing.models import (
    AgencyAgreement,
    Assignment,
    Carer,
    Engagement,
    LiftApproval,
    Presence,
    RotaRequest,
    Shift,
    StandDown,
    StandDownCase,
)
from staffing.querysets import placements_known_to

SOCIAL_WORK_LINE = (Role.SOCIAL_WORKER, Role.TEAM_MANAGER)
CHANGED_MEANWHILE = (
    "Somebody changed this shift after you opened it, so yours was not saved. What you typed is still here: look at the "
    "shift as it is now, then try again."
)
Seat = LiftApproval.Seat


# --- who may reach what -----------------------------------------------------------------------------------------------


def may(by: User, permission: Permission, placement: Placement) -> None:
    """Raise PermissionDenied unless `by` may do this at this placement. A provider's people belong to no authority, so
    here, unlike children.policies.may, it is the placement that must be theirs."""
    if not by.can(permission):
        raise PermissionDenied(f"this role may not {permission}")
    if not placements_known_to(by).filter(pk=placement.pk).exists():
        raise PermissionDenied("this placement is another's")


def may_any(by: User, permissions: tuple[Permission, ...], placement: Placement) -> None:
    """Raise PermissionDenied unless `by` may do one of these at this placement."""
    may(by, next((each for each in permissions if by.can(each)), permissions[0]), placement)


def own_provider_id(placement: Placement) -> int | None:
    """The provider that runs the placement: its own staff are the carers that work for it."""
    return placement.home.provider_id if placement.home else placement.provider_id


def manager_of(placement: Placement, as_of: dt.datetime) -> ManagerPost | None:
    """Who manages a placement at an instant, if anybody does."""
    dated = Q(started_at__lte=as_of) & (Q(ended_at__isnull=True) | Q(ended_at__gt=as_of))
    return ManagerPost.objects.filter(dated, placement=placement).select_related("account").first()


def may_decide_staffing(user: User, placement: Placement, as_of: dt.datetime) -> bool:
    """Whether this person decides who works at a placement: its manager, the child's own social worker or second worker,
    or their team manager. A colleague of the same team does not."""
    if not user.can(Permission.PUBLISH_ROTA) or not placements_known_to(user).filter(pk=placement.pk).exists():
        return False
    if user.role == Role.TEAM_MANAGER:
        return True
    if user.role == Role.SOCIAL_WORKER:
        parts = (Allocation.Part.SOCIAL_WORKER, Allocation.Part.SECOND_WORKER)
        held = Allocation.objects.filter(live_on(clock.local_date(as_of)), child=placement.child_id, part__in=parts)
        return held.filter(worker=user).exists()
    post = manager_of(placement, as_of)
    return post is not None and post.account_id == user.pk


def decide_staffing_gate(user: User, placement: Placement, as_of: dt.datetime) -> None:
    """Refuse a decision about who works at a placement to whoever may not take it (DEC-01)."""
    if may_decide_staffing(user, placement, as_of):
        return
    post = manager_of(placement, as_of)
    manager = f"the placement manager ({post.name})" if post else "the placement manager, once there is one,"
    raise Refused(
        gates.CARE_DECISION,
        "This was refused. Who works with a child is a care decision: it is taken by the placement manager, or by the "
        "child’s social worker or their team manager, and by nobody else.",
        f"Ask {manager} or the child’s social worker to decide it. You can ask for a change, and those who draft rotas "
        "can draft it.",
    )


def rota_gate(user: User, shift: Shift, as_of: dt.datetime) -> None:
    """A draft may be changed by whoever drafts rotas; a published shift only by those who decide."""
    may_any(user, (Permission.PROPOSE_ROTA, Permission.PUBLISH_ROTA), shift.placement)
    if shift.published_at is not None:
        decide_staffing_gate(user, shift.placement, as_of)


# --- requests ---------------------------------------------------------------------------------------------------------


def where_now(request: RotaRequest, as_of: dt.datetime) -> Placement:
    """Where a request to take a carer off is to be carried out: where it was made or, once that is over, where the child
    lives now."""
    asked, today = request.placement, clock.local_date(as_of)
    if asked.ended_on is None or asked.ended_on > today:
        return asked
    lived = Placement.objects.live_on(today).filter(child=asked.child_id).select_related("child", "home")
    return lived.order_by("-started_on", "-pk").first() or asked


def may_withdraw(user: User, request: RotaRequest, as_of: dt.datetime) -> bool:
    """Whether this person may withdraw a request, after which the carer may be with the child again: the child's social
    worker or their team manager and, while it is not done yet, whoever asked."""
    if request.asked_by_id == user.pk and request.done_at is None and user.role != Role.COMMISSIONER:
        return True
    return user.role in SOCIAL_WORK_LINE and may_decide_staffing(user, where_now(request, as_of), as_of)


def withdrawing_gate(user: User, request: RotaRequest, as_of: dt.datetime) -> None:
    """Refuse to let a carer come back to whoever may not decide it (DEC-01): never commissioning."""
    if may_withdraw(user, request, as_of):
        return
    raise Refused(
        gates.CARE_DECISION,
        "This was refused. Whether a carer who was to be taken off may be with the child again is decided by the child’s "
        "social worker or their team manager; until it is done, whoever asked may withdraw it.",
        "Ask the child’s social worker to decide it.",
    )


# --- shifts -----------------------------------------------------------------------------------------------------------


def same_version(shift: Shift, version: int | None) -> None:
    """Raise Conflict if the shift is no longer as its writer saw it. None: they do not say what they saw."""
    if version is not None and shift.version != version:
        raise Conflict(CHANGED_MEANWHILE)


def still_planned(shift: Shift, as_of: dt.datetime) -> None:
    """Raise Invalid for a shift that was cancelled or is over: what happened is recorded as worked, not planned."""
    if shift.cancelled_at is not None:
        raise Invalid({"": "This shift was cancelled"})
    if shift.ends_at <= as_of:
        raise Invalid({"": "This shift is over. Record who was there on the shift’s own page"})


def agencies_of(carer: Carer, placement: Placement, day: dt.date) -> QuerySet[Provider]:
    """The organisations this carer may be put on a shift through: those they work for that supply the placement that day."""
    engaged = Engagement.objects.filter(live_on(day), carer=carer, agency=OuterRef("pk"))
    supplying = AgencyAgreement.objects.filter(live_on(day), placement=placement, agency=OuterRef("pk"))
    return Provider.objects.filter(Exists(engaged), Q(pk=own_provider_id(placement)) | Exists(supplying))


def carers_at(placement: Placement, as_of: dt.datetime) -> QuerySet[Carer]:
    """The carers of a placement: those of the organisations that supply it, and whoever is on a shift there to come."""
    day = clock.local_date(as_of)
    supplying = AgencyAgreement.objects.filter(live_on(day), placement=placement).values("agency")
    engaged = Engagement.objects.filter(live_on(day), carer=OuterRef("pk")).filter(
        Q(agency=own_provider_id(placement)) | Q(agency__in=supplying)
    )
    planned = Assignment.objects.standing().filter(carer=OuterRef("pk"), shift__placement=placement, ends_at__gt=as_of)
    return Carer.objects.filter(Exists(engaged) | Exists(planned))


def stood_down_by_name(name: str, placement: Placement, moment: dt.datetime) -> Carer | None:
    """The carer of this name who is stood down at an instant and works, or has been on a shift, at this placement."""
    known = carers_at(placement, moment) | Carer.objects.filter(
        Exists(Assignment.objects.filter(carer=OuterRef("pk"), shift__placement=placement))
        | Exists(Presence.objects.filter(carer=OuterRef("pk"), shift__placement=placement))
    )
    standing = StandDown.objects.standing_at(moment).filter(carer=OuterRef("pk"))
    found: Carer | None = Carer.objects.named(name).filter(Exists(standing), pk__in=known).first()
    return found


def placements_with(user: User, carer: Carer) -> QuerySet[Placement]:
    """The placements this person knows of where a carer has been on a shift, or whose suppliers they work for today."""
    engaged = Engagement.objects.filter(live(), carer=carer).values("agency")
    supplied = AgencyAgreement.objects.filter(live(), placement=OuterRef("pk"), agency__in=engaged)
    planned = Assignment.objects.filter(carer=carer, shift__placement=OuterRef("pk"))
    worked = Presence.objects.filter(carer=carer, shift__placement=OuterRef("pk"))
    own = Q(provider__in=engaged) | Q(home__provider__in=engaged)
    return (
        placements_known_to(user)
        .filter(live())
        .filter(own | Q(Exists(supplied)) | Q(Exists(planned)) | Q(Exists(worked)))
        .select_related("child", "home")
        .order_by("child__surname", "child__forename")
    )


def agency_for(
    carer: Carer, placement: Placement, day: dt.date, agency: Provider | None, field: str = "carer"
) -> Provider:
    """The agency a carer works a shift through: the one given, or the only one there can be. Raises Invalid."""
    offered = list(agencies_of(carer, placement, day))
    if agency is not None:
        if agency in offered:
            return agency
        raise Invalid(
            {
                "agency": f"On {in_words(day)} this carer does not work through that agency, or it does not supply this "
                "placement. Select another, or record that first"
            }
        )
    own = [each for each in offered if each.pk == own_provider_id(placement)]
    if own or len(offered) == 1:
        return (own or offered)[0]
    if offered:
        raise Invalid(
            {"agency": "Select the agency: this carer works through more than one that supplies this placement"}
        )
    raise Invalid(
        {
            field: f"This carer works through no agency that supplies this placement on {in_words(day)}. Record that first"
        }
    )


def agreement_gate(
    placement: Placement, days: Mapping[int, Collection[dt.date]], as_of: dt.datetime, remedy: str
) -> None:
    """Refuse an agency on a published rota that has no signed, in-date agreement for a day once its 5 working days are
    over (STF-10): they run from the day it began to supply the placement or, with nothing on record, from its first shift.

    `days`: by agency's id, the days of the shifts its carers are on. A day to come is asked about as it will be then.
    """
    today, late = clock.local_date(as_of), []
    agencies = Provider.objects.filter(pk__in=days).exclude(pk=own_provider_id(placement) or 0).order_by("name")
    for agency in agencies:
        agreements = list(AgencyAgreement.objects.filter(placement=placement, agency=agency))
        for day in sorted(days[agency.pk]):
            agreed = next((each for each in agreements if _covers(each, day)), None)
            if agreed and _signed_for(agreed, day, today):
                continue
            began = unsigned_since(agreements, day) or (
                agreed.started_on if agreed else _first_shift(placement, agency)
            )
            if max(today, day) > add_working_days(began or day, GRACE):
                late.append(agency.name)
                break
    if late:
        raise Refused(
            gates.NO_AGREEMENT,
            f"This was refused. {' and '.join(late)} supplies carers here without a signed agreement in date, and the "
            f"{GRACE} working days it has for that are over by then. Nobody has agreed who supervises, trains and disciplines "
            "its carers.",
            remedy,
        )


def _covers(agreement: AgencyAgreement, day: dt.date) -> bool:
    return agreement.started_on <= day and (agreement.ended_on is None or agreement.ended_on > day)


def _signed_for(agreement: AgencyAgreement, day: dt.date, today: dt.date) -> bool:
    signed, last = agreement.signed_on, agreement.expires_on
    return signed is not None and signed <= today and last is not None and last >= day


def _first_shift(placement: Placement, agency: Provider) -> dt.date | None:
    on = Assignment.objects.standing().filter(shift__placement=placement, agency=agency)
    first = on.aggregate(first=Min("shift__starts_at"))["first"]
    return clock.local_date(first) if first else None


# --- stand-downs ------------------------------------------------------------------------------------------------------


def employs(user: User, case: StandDownCase, as_of: dt.datetime) -> bool:
    """Whether this person has a post with an agency the carer worked through when they were stood down, or has since.

    An end that was not on record by then does not count, whatever its date: to end it meanwhile makes nobody impartial.
    """
    standing = case.stand_down
    had_left = Engagement.history.filter(
        id=OuterRef("pk"),
        ended_on__lte=clock.local_date(standing.starts_at),
        history_date__lte=standing.recorded_at,
    )
    engaged = Engagement.objects.filter(~Exists(had_left), carer=standing.carer_id)
    posts = ProviderPost.objects.filter(live_on(clock.local_date(as_of)), person=user)
    return posts.filter(provider__in=engaged.values("agency")).exists()


def placements_of(case: StandDownCase) -> QuerySet[Placement]:
    """The placement a stand-down arose at or, where it arose at none, those of its council where the carer has worked."""
    if case.placement_id is not None:
        return Placement.objects.filter(pk=case.placement_id)
    carer = case.stand_down.carer
    planned = Assignment.objects.filter(carer=carer, shift__placement=OuterRef("pk"))
    worked = Presence.objects.filter(carer=carer, shift__placement=OuterRef("pk"))
    return Placement.objects.filter(Exists(planned) | Exists(worked), child__authority_id=case.authority_id)


def seats_of(user: User, case: StandDownCase, as_of: dt.datetime) -> list[str]:
    """The seats this person may take in lifting a stand-down: none, as a rule, or one."""
    if not user.can(Permission.LIFT_STAND_DOWN) or user.role == Role.COMMISSIONER:
        return []
    if employs(user, case, as_of) or case.stand_down.carer.account_id == user.pk:
        return []
    sits = {
        Seat.SAFEGUARDING: _is_safeguarding,
        Seat.SOCIAL_WORKER: _holds_the_case,
        Seat.PLACEMENT_MANAGER: _manages,
    }
    return [seat for seat, rule in sits.items() if rule(user, case, as_of)]


def seats_left(user: User, case: StandDownCase, taken: set[str], as_of: dt.datetime) -> list[str]:
    """The seats this person could take now: theirs, not taken, while the stand-down stands and is not held."""
    if case.held or case.stand_down.lifted_at is not None:
        return []
    return [seat for seat in seats_of(user, case, as_of) if seat not in taken]


def _is_safeguarding(user: User, case: StandDownCase, as_of: dt.datetime) -> bool:
    return user.role in (Role.LADO, Role.SAFEGUARDING_LEAD) and user.authority_id == case.authority_id


def _holds_the_case(user: User, case: StandDownCase, as_of: dt.datetime) -> bool:
    if user.role not in SOCIAL_WORK_LINE or user.authority_id != case.authority_id:
        return False
    placements = placements_of(case)
    if not placements.exists():  # the carer never worked for this council: any of its team managers answers
        return user.role == Role.TEAM_MANAGER
    children = Child.objects.filter(placements__in=placements)
    allocated = Allocation.objects.filter(
        live_on(clock.local_date(as_of)), child__in=children, part=Allocation.Part.SOCIAL_WORKER
    )
    if allocated.filter(worker=user).exists():
        return True
    if user.role != Role.TEAM_MANAGER or user.team_id is None:
        return False
    return children.filter(team_id=user.team_id).exists() or allocated.filter(worker__team_id=user.team_id).exists()


def _manages(user: User, case: StandDownCase, as_of: dt.datetime) -> bool:
    """The placement's own manager; the head of service where that manager is the carer's employer, or cannot sign in."""
    if user.role not in (Role.PROVIDER_MANAGER, Role.HEAD_OF_SERVICE):
        return False
    placements = list(placements_of(case))
    accounts = [post.account if post else None for post in (manager_of(each, as_of) for each in placements)]
    if user.role == Role.PROVIDER_MANAGER:
        return user in accounts
    if user.authority_id != case.authority_id:
        return False
    if not placements:
        return True
    stands_in = [
        placement.pk
        for placement, account in zip(placements, accounts, strict=True)
        if account is None or employs(account, case, as_of)
    ]
    return placements_known_to(user).filter(pk__in=stands_in).exists()


def not_held(case: StandDownCase) -> None:
    """Refuse to lift, or to propose it, while the stand-down is held."""
    if case.held:
        raise Refused(
            gates.LIFTING,
            "This was refused. The stand-down is held, and while it is held it cannot be lifted.",
            "The LADO or the safeguarding lead may release it when what it is held for has ended.",
        )


def seat_gate(user: User, case: StandDownCase, seat: str, as_of: dt.datetime) -> None:
    """Refuse an approval from whoever may not take that seat."""
    not_held(case)
    if seat in seats_of(user, case, as_of):
        return
    who = {
        Seat.SAFEGUARDING: "the LADO or the safeguarding lead of the council where it arose",
        Seat.SOCIAL_WORKER: "the child’s social worker, or their team manager",
        Seat.PLACEMENT_MANAGER: "the manager of the placement where it arose or, where that manager employs the carer or "
        "cannot sign in, the head of service",
    }[Seat(seat)]
    raise Refused(
        gates.LIFTING,
        f"This was refused. That seat is for {who}.",
        "A stand-down is lifted by safeguarding, the social worker and the placement manager together: three people, none "
        "from commissioning and none the carer’s employer.",
    )
