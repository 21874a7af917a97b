"""The words for asking about carers, rotas and shifts, and who may see which."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from children.querysets import live
from core.access import Permission
from placements.models import Placement, ProviderPost


def providers_of(user) -> models.QuerySet:
    """The providers this person has a post with today, as ids."""
    return ProviderPost.objects.filter(live(), person=user).values("provider_id")


def _may(user, permission: Permission) -> bool:
    return user.is_authenticated and user.can(permission)


def placements_known_to(user) -> models.QuerySet:
    """The placements whose carers this person may know of: those they see or, for those who reach no child by their
    role and answer for carers across a council (the LADO), all of the council's."""
    if user.authority_id is not None and not user.can(Permission.SEE_CHILDREN):
        return Placement.objects.filter(child__authority_id=user.authority_id)
    return Placement.objects.visible_to(user)


class CarerQuerySet(models.QuerySet):
    def visible_to(self, user) -> "CarerQuerySet":
        """Carers of the agencies that supply the placements this person sees, and whoever worked there; for a
        provider's people, its own carers and those put on shifts in its placements."""
        from staffing.models import AgencyAgreement, Assignment, Engagement, Presence

        if not _may(user, Permission.SEE_CARERS):
            return self.none()
        placements = placements_known_to(user)
        here = placements.filter(live())
        engaged = Engagement.objects.filter(live(), carer=OuterRef("pk"))
        if user.authority_id is None:
            engaged = engaged.filter(agency_id__in=providers_of(user))
        else:
            engaged = engaged.filter(
                Q(agency_id__in=here.values("provider_id"))
                | Q(agency_id__in=here.values("home__provider_id"))
                | Q(agency_id__in=AgencyAgreement.objects.filter(live(), placement__in=here).values("agency_id"))
            )
        planned = Assignment.objects.filter(carer=OuterRef("pk"), shift__placement__in=placements)
        worked = Presence.objects.filter(carer=OuterRef("pk"), shift__placement__in=placements)
        return self.filter(Exists(engaged) | Exists(planned) | Exists(worked))

    def through(self, agencies, day=None) -> "CarerQuerySet":
        """Carers who work through any of these agencies today, or on `day`."""
        from children.querysets import live_on
        from staffing.models import Engagement

        dated = live() if day is None else live_on(day)
        return self.filter(Exists(Engagement.objects.filter(dated, carer=OuterRef("pk"), agency__in=agencies)))

    def matching(self, words: str) -> "CarerQuerySet":
        """Carers whose names begin with each of the words typed."""
        carers = self
        for word in words.split()[:5]:
            carers = carers.filter(Q(forename__istartswith=word) | Q(surname__istartswith=word))
        return carers


class OfCarerQuerySet(models.QuerySet):
    """Records of a carer: seen by those who see the carer."""

    def visible_to(self, user) -> "OfCarerQuerySet":
        from staffing.models import Carer

        return self.filter(carer__in=Carer.objects.visible_to(user))

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
    """Proposals to lift, and their approvals: for those who see why, and for the placement manager whose seat it is."""

    def visible_to(self, user) -> "OfCaseQuerySet":
        from staffing.models import StandDownCase

        case = "case" if self.model.__name__ == "Lift" else "lift__case"
        if not user.is_authenticated or not user.can(Permission.LIFT_STAND_DOWN):
            return self.none()
        if user.authority_id is None:  # a placement manager: where they are to sit, and nothing of the reason
            mine = Placement.objects.filter(managers__account=user, managers__ended_at__isnull=True)
            return self.filter(Q(**{f"{case}__placement__in": mine}) | _worked_at(mine, f"{case}__"))
        return self.filter(**{f"{case}__in": StandDownCase.objects.visible_to(user)})
