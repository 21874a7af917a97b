"""The words for asking about carers, rotas and shifts, and who may see which."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Concat

from children.querysets import live, live_on
from core.access import Permission, Role
from core.clock import database_today
from placements.models import Placement, Provider, ProviderPost


def providers_of(user) -> models.QuerySet:
    """The providers this person has a post with today, as ids."""
    return ProviderPost.objects.filter(live(), person=user).values("provider_id")


def _may(user, permission: Permission) -> bool:
    return user.is_authenticated and user.can(permission)


def placements_known_to(user) -> models.QuerySet:
    """The placements whose carers this person may know of: those they see or, for those who reach no child by their
    role and answer for carers across a council (the LADO), all of the council's."""
    over_carers = _may(user, Permission.SEE_CARERS) and not user.can(Permission.SEE_CHILDREN)
    if over_carers and user.authority_id is not None:
        return Placement.objects.filter(child__authority_id=user.authority_id)
    return Placement.objects.visible_to(user)


def shifts_known_to(user) -> models.QuerySet:
    """The shifts of the rotas this person sees or, for those who answer for carers across a council and reach no child
    (the LADO), which shifts there are, by placement and hours. A page for them names no child."""
    from staffing.models import Shift

    if _may(user, Permission.SEE_CARERS) and not user.can(Permission.SEE_CHILDREN):
        return Shift.objects.filter(placement__in=placements_known_to(user))
    return Shift.objects.visible_to(user)


def _not_over() -> Q:
    """A dated record that has not ended: a placement's carers are looked for before the child moves in."""
    return Q(ended_on__isnull=True) | Q(ended_on__gt=database_today())


def agencies_known_to(user) -> models.QuerySet:
    """The organisations whose carers this person deals with: their own, for a provider's people; for a council's, those
    that run or supply the placements they know of, now or soon."""
    from staffing.models import AgencyAgreement

    if user.authority_id is None:
        return Provider.objects.filter(pk__in=providers_of(user))
    here = placements_known_to(user).filter(_not_over())
    supplying = AgencyAgreement.objects.filter(_not_over(), placement__in=here)
    return Provider.objects.filter(
        Q(pk__in=here.values("provider_id"))
        | Q(pk__in=here.values("home__provider_id"))
        | Q(pk__in=supplying.values("agency_id"))
    )


class CarerQuerySet(models.QuerySet):
    def visible_to(self, user) -> "CarerQuerySet":
        """Carers of the agencies that supply the placements this person sees, and whoever worked there; for a
        provider's people, its own carers and those put on shifts in its placements."""
        from staffing.models import Assignment, Engagement, Presence

        if not _may(user, Permission.SEE_CARERS):
            return self.none()
        placements = placements_known_to(user)
        engaged = Engagement.objects.filter(live(), carer=OuterRef("pk"), agency__in=agencies_known_to(user))
        planned = Assignment.objects.filter(carer=OuterRef("pk"), shift__placement__in=placements)
        worked = Presence.objects.filter(carer=OuterRef("pk"), shift__placement__in=placements)
        return self.filter(Exists(engaged) | Exists(planned) | Exists(worked))

    def through(self, agencies, day=None) -> "CarerQuerySet":
        """Carers who work through any of these agencies today, or on `day`."""
        from staffing.models import Engagement

        dated = live() if day is None else live_on(day)
        return self.filter(Exists(Engagement.objects.filter(dated, carer=OuterRef("pk"), agency__in=agencies)))

    def matching(self, words: str) -> "CarerQuerySet":
        """Carers whose names begin with each of the words typed."""
        carers = self
        for word in words.split()[:5]:
            carers = carers.filter(Q(forename__istartswith=word) | Q(surname__istartswith=word))
        return carers

    def named(self, name: str) -> "CarerQuerySet":
        """Carers of this whole name, whatever its capitals, accents, spaces, hyphens and apostrophes."""
        from staffing.models.carers import NameKey

        key = NameKey(Concat("forename", "surname"))
        return self.alias(name_key=key).filter(name_key=NameKey(models.Value(name)))

    def with_agencies(self, day) -> "CarerQuerySet":
        """Each carer with `works_through`: their engagements on `day`, with the agency."""
        from staffing.models import Engagement

        engaged = Engagement.objects.filter(live_on(day)).select_related("agency").order_by("agency__name")
        return self.prefetch_related(models.Prefetch("engagements", engaged, to_attr="works_through"))

    def with_stand_down(self, moment) -> "CarerQuerySet":
        """Each carer with `stood_down`: whether they may be put on no shift at an instant. Never why."""
        from staffing.models import StandDown

        return self.annotate(stood_down=Exists(StandDown.objects.standing_at(moment).filter(carer=OuterRef("pk"))))


class OfCarerQuerySet(models.QuerySet):
    """Records of a carer: seen by those who see the carer."""

    def visible_to(self, user) -> "OfCarerQuerySet":
        from staffing.models import Carer

        records = self.filter(carer__in=Carer.objects.visible_to(user))
        if hasattr(self.model, "placement"):  # what was taught of one child: her name stays with those who see her
            records = records.filter(Q(placement__isnull=True) | Q(placement__in=placements_known_to(user)))
        return records

    def read_by(self, user) -> "OfCarerQuerySet":
        """Each supervision with `is_read`: whether this person may read what was said, and not only that it took place.

        It may speak of a child, and carers work for several councils: it is for the council or provider it was written
        in, and there for those who may see what is behind a carer's checks.
        """
        if not _may(user, Permission.SEE_CHECKS):
            return self.annotate(is_read=models.Value(False))
        if user.authority_id is not None:
            mine = Q(recorded_by__authority_id=user.authority_id)
        else:
            colleagues = ProviderPost.objects.filter(person=OuterRef("recorded_by"), provider__in=providers_of(user))
            mine = Q(Exists(colleagues))
        return self.annotate(is_read=models.Case(models.When(mine, then=True), default=False))

    def standing_at(self, moment) -> "OfCarerQuerySet":
        """Stand-downs in effect at an instant."""
        return self.filter(starts_at__lte=moment).filter(Q(lifted_at__isnull=True) | Q(lifted_at__gt=moment))


class EvidenceQuerySet(models.QuerySet):
    """Documents about carers: for those who check them, never for everybody who sees a rota."""

    def visible_to(self, user) -> "EvidenceQuerySet":
        from staffing.models import Carer

        if not _may(user, Permission.SEE_CHECKS):
            return self.none()
        return self.filter(carer__in=Carer.objects.visible_to(user))


class OfRotaQuerySet(models.QuerySet):
    """What was agreed and asked for about a placement's staff: seen by those who see the placement and its rota."""

    def visible_to(self, user) -> "OfRotaQuerySet":
        if not _may(user, Permission.SEE_ROTA):
            return self.none()
        return self.filter(placement__in=Placement.objects.visible_to(user))


class RotaRequestQuerySet(OfRotaQuerySet):
    """Requests to take a carer off: once their placement is over they go with the child, and are seen where she is."""

    def visible_to(self, user) -> "RotaRequestQuerySet":
        if not _may(user, Permission.SEE_ROTA):
            return self.none()
        placements = Placement.objects.visible_to(user)
        followed = Q(placement__ended_on__lte=database_today(), placement__child__in=placements.values("child"))
        return self.filter(Q(placement__in=placements) | followed)

    def binding(self) -> "RotaRequestQuerySet":
        """Those nobody has withdrawn: the carer is not to be with the child."""
        return self.filter(withdrawn_at__isnull=True)

    def open(self) -> "RotaRequestQuerySet":
        """Those not confirmed as done yet."""
        return self.binding().filter(done_at__isnull=True)

    def about(self, child_id: int) -> "RotaRequestQuerySet":
        return self.filter(placement__child=child_id)


class ShiftQuerySet(OfRotaQuerySet):
    def standing(self) -> "ShiftQuerySet":
        return self.filter(cancelled_at__isnull=True)

    def published(self) -> "ShiftQuerySet":
        return self.standing().filter(published_at__isnull=False)

    def between(self, since, until) -> "ShiftQuerySet":
        """Shifts that start from `since` up to, and not counting, `until`."""
        return self.filter(starts_at__gte=since, starts_at__lt=until)


class OfShiftQuerySet(models.QuerySet):
    """Records of a shift: seen by those who see its placement and its rota."""

    def visible_to(self, user) -> "OfShiftQuerySet":
        if not _may(user, Permission.SEE_ROTA):
            return self.none()
        return self.filter(shift__placement__in=Placement.objects.visible_to(user))


class AssignmentQuerySet(OfShiftQuerySet):
    def standing(self) -> "AssignmentQuerySet":
        """Those not taken off again, of shifts not cancelled."""
        return self.filter(removed_at__isnull=True, shift__cancelled_at__isnull=True)


def _worked_at(placements, case: str = "") -> Q:
    """Where a stand-down arose at no one placement: that its carer was on a shift at one of these, of its council."""
    from staffing.models import Assignment, Presence

    of_case = {"carer": OuterRef(f"{case}stand_down__carer"), "shift__placement__in": placements}
    of_case["shift__placement__child__authority"] = OuterRef(f"{case}authority")
    somewhere = Exists(Assignment.objects.filter(**of_case)) | Exists(Presence.objects.filter(**of_case))
    return Q(**{f"{case}placement__isnull": True}) & Q(somewhere)


class CaseQuerySet(models.QuerySet):
    """Why a carer was stood down: never beyond the council where it arose, and there only for those who may act on it."""

    def visible_to(self, user) -> "CaseQuerySet":
        if not _may(user, Permission.SEE_STAND_DOWN_REASONS) or user.authority_id is None:
            return self.none()
        cases = self.filter(authority_id=user.authority_id)
        if not user.can(Permission.SEE_CHILDREN) or user.can(Permission.HOLD_STAND_DOWN):
            return cases
        placements = Placement.objects.visible_to(user)
        return cases.filter(Q(placement__in=placements) | _worked_at(placements))


class OfCaseQuerySet(models.QuerySet):
    """Proposals to lift, and their approvals: for those who see why, for the placement manager whose seat it is and, once it
    is lifted, for the independent reviewing officer of a child it is about."""

    def visible_to(self, user) -> "OfCaseQuerySet":
        from staffing.models import StandDownCase

        case = "case" if self.model.__name__ == "Lift" else "lift__case"
        if user.is_authenticated and user.role == Role.IRO:  # who agreed, and nothing of the reason
            placements = Placement.objects.visible_to(user)
            theirs = Q(**{f"{case}__placement__in": placements}) | _worked_at(placements, f"{case}__")
            council = {f"{case}__authority": user.authority_id, f"{case}__stand_down__lifted_at__isnull": False}
            return self.filter(theirs, **council)
        if not user.is_authenticated or not user.can(Permission.LIFT_STAND_DOWN):
            return self.none()
        if user.authority_id is None:  # a placement manager: where they are to sit, and nothing of the reason
            mine = Placement.objects.filter(managers__account=user, managers__ended_at__isnull=True)
            return self.filter(Q(**{f"{case}__placement__in": mine}) | _worked_at(mine, f"{case}__"))
        return self.filter(**{f"{case}__in": StandDownCase.objects.visible_to(user)})
