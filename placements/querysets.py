"""The words for asking about placements, and which children a placement lets a person reach."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from children.models import Child
from children.querysets import child_being_read, live, live_on
from core.access import PROVIDER_ROLES, Permission, Scope
from core.clock import database_today
from placements import codes

# Providers and commissioners see that a child is placed, not what she told her social worker.
WITHOUT_NOTES = (Scope.PROVIDER, Scope.PLACEMENTS)


def _posts_of(user):
    """The posts this person has with a provider today: with one provider at a time, for one council or several."""
    from placements.models import ProviderPost

    return ProviderPost.objects.filter(live(), person=user)


def _placed_with(user) -> Q:
    """Placements with the provider this person works for, of the children of councils that appointed them there."""
    posts = _posts_of(user)
    providers = posts.values("provider_id")
    here = Q(provider_id__in=providers) | Q(home__provider_id__in=providers)
    return here & Q(child__authority_id__in=posts.values("authority_id"))


def children_placed_with(user) -> Q:
    """Children placed now with a provider this person works for, of the councils that appointed them there."""
    from placements.models import Placement

    return Q(Exists(Placement.objects.filter(live(), _placed_with(user), child=OuterRef("pk"))))


def accounts_run_by(user) -> Q:
    """The accounts of providers' staff this person may run: those her council appointed, or nobody has yet."""
    from placements.models import ProviderPost

    posts = ProviderPost.objects.filter(person=OuterRef("pk"))
    return Q(role__in=PROVIDER_ROLES) & (Q(Exists(posts.filter(authority_id=user.authority_id))) | ~Q(Exists(posts)))


def children_in_placements(user) -> Q:
    """Children of this person's authority who are in a placement now."""
    from placements.models import Placement

    return Q(authority_id=user.authority_id) & Q(Exists(Placement.objects.filter(live(), child=OuterRef("pk"))))


class PlacementQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PlacementQuerySet":
        """Placements of the children this person may see; for a provider, only those with it, while they last."""
        if user.is_authenticated and user.rights.scope == Scope.PROVIDER:
            if not user.can(Permission.SEE_CHILDREN):
                return self.none()
            # She is seen for this very placement, so whether she is needs no asking apart.
            read = child_being_read(user)
            return self.filter(live(), _placed_with(user), **({} if read is None else {"child_id": read}))
        return self.filter(child__in=Child.objects.visible_to(user))

    def ended_for(self, user) -> "PlacementQuerySet":
        """Placements with this person's provider that are over. Nothing of them is shown: only that they are over, to
        somebody who had a form of theirs open."""
        return self.filter(_placed_with(user), ended_on__lte=database_today())

    def live(self) -> "PlacementQuerySet":
        return self.filter(live())

    def live_on(self, day) -> "PlacementQuerySet":
        return self.filter(live_on(day))

    def with_setting(self, day) -> "PlacementQuerySet":
        """Each placement with `registration` (the home's status on `day`, empty when nothing is recorded),
        `registered_for`, and `dol` (whether a deprivation of liberty order covers the day)."""
        from placements.models import DolOrder, Registration

        registration = Registration.objects.filter(live_on(day), home=OuterRef("home"))
        return self.annotate(
            registration=Subquery(registration.values("status")[:1]),
            registered_for=Subquery(registration.values("registered_for")[:1]),
            dol=Exists(DolOrder.objects.in_effect(day).filter(child=OuterRef("child"))),
        )

    def high_risk(self, day) -> "PlacementQuerySet":
        """Placements in an unregistered setting, or of a child under a deprivation of liberty order, on `day`."""
        return self.with_setting(day).filter(Q(registration="not_registered") | Q(dol=True))

    def looked_into(self, day) -> "PlacementQuerySet":
        """Placements somebody has to go and judge: high-risk ones, and other arrangements, whose premises the law asks
        about."""
        risky = Q(registration="not_registered") | Q(dol=True)
        return self.with_setting(day).filter(risky | Q(type__in=codes.OTHER_ARRANGEMENTS))


class HomeQuerySet(models.QuerySet):
    """Homes, and their registrations: seen by the people of the council that recorded them, never by address alone."""

    def visible_to(self, user) -> "HomeQuerySet":
        if not user.is_authenticated or not (
            user.can(Permission.RECORD_REGISTRATION) or user.can(Permission.SEE_OVERSIGHT)
        ):
            return self.none()
        home = "" if self.model.__name__ == "Home" else "home__"
        return self.filter(**{f"{home}authority_id": user.authority_id})

    def with_registration(self, day) -> "HomeQuerySet":
        """Each home with `registration`: its status on `day`, empty when nothing is recorded, which means not known."""
        from placements.models import Registration

        registration = Registration.objects.filter(live_on(day), home=OuterRef("pk"))
        return self.annotate(registration=Subquery(registration.values("status")[:1]))


class OfPlacementQuerySet(models.QuerySet):
    """Records of a placement: seen by those who see the placement."""

    def visible_to(self, user) -> "OfPlacementQuerySet":
        from placements.models import Placement

        return self.filter(placement__in=Placement.objects.visible_to(user))


class FinishedNoteQuerySet(models.QuerySet):
    """Finished notes. One recorded in error stays on the record, and no rule, count or calendar goes by it."""

    def standing(self) -> "FinishedNoteQuerySet":
        return self.filter(in_error_at__isnull=True)

    def withdrawn(self) -> "FinishedNoteQuerySet":
        """Those recorded in error, each with `why_in_error`."""
        from placements.models import Addition

        to = self.model.addition_to  # type: ignore[attr-defined]
        said = Addition.objects.filter(**{to: OuterRef("pk")}, kind=Addition.Kind.WITHDRAWAL)
        return self.filter(in_error_at__isnull=False).annotate(why_in_error=Subquery(said.values("reason")[:1]))


class LogQuerySet(FinishedNoteQuerySet):
    """Daily logs: seen by those who see the placement."""

    def visible_to(self, user) -> "LogQuerySet":
        from placements.models import Placement

        return self.filter(placement__in=Placement.objects.visible_to(user))


class ManagerPostQuerySet(OfPlacementQuerySet):
    """Posts of managers. One recorded in error is of no time: it ended as it began, and nobody ever held it."""

    def held(self) -> "ManagerPostQuerySet":
        return self.exclude(ended_at=F("started_at"))


class OfPostQuerySet(models.QuerySet):
    """Records of a placement's manager: seen by those who see the placement."""

    def visible_to(self, user) -> "OfPostQuerySet":
        from placements.models import Placement

        return self.filter(post__placement__in=Placement.objects.visible_to(user))


class AuthorisationQuerySet(OfPlacementQuerySet):
    """Why a director let a child live where nobody is registered: the council's own reasons, not for a provider."""

    def visible_to(self, user) -> "OfPlacementQuerySet":
        if user.is_authenticated and user.rights.scope == Scope.PROVIDER:
            return self.none()
        return super().visible_to(user)


class NoteQuerySet(FinishedNoteQuerySet):
    """What professionals wrote about her, and orders about her: never seen by a provider or commissioner."""

    def visible_to(self, user) -> "NoteQuerySet":
        from placements.models import Addition, Placement

        if not user.is_authenticated or (user.rights.scope in WITHOUT_NOTES and self.model is not Addition):
            return self.none()
        placements = Placement.objects.visible_to(user)
        if self.model is Addition:
            own_log = Q(log__placement__in=placements)
            return self.filter(
                own_log if user.rights.scope in WITHOUT_NOTES else own_log | Q(visit__placement__in=placements)
            )
        if hasattr(self.model, "placement"):
            return self.filter(placement__in=placements)
        return self.filter(child__in=Child.objects.visible_to(user))

    def in_effect(self, day) -> "NoteQuerySet":
        """Deprivation of liberty orders that cover `day`: the last day counts, unless discharged on or before it."""
        return self.filter(starts_on__lte=day, expires_on__gte=day).filter(
            Q(discharged_on__isnull=True) | Q(discharged_on__gt=day)
        )

    def with_outcome(self) -> "NoteQuerySet":
        """Each visit with `outcome_now`: its outcome as last corrected. The visit itself keeps what was first written."""
        from placements.models import Addition

        corrected = Addition.objects.filter(visit=OuterRef("pk"), kind=Addition.Kind.CORRECTION).exclude(outcome="")
        return self.annotate(
            outcome_now=Coalesce(
                Subquery(corrected.order_by("-recorded_at", "-pk").values("outcome")[:1]), F("outcome")
            )
        )
