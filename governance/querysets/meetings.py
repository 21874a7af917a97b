"""Who sees which meetings, minutes and actions.

By belonging: whoever chairs a meeting or is a member of it today sees the whole of it, whichever agency they are of. By
reach: a council's people see what was said and agreed about the children they see, and of a panel no other child's
part. Providers and commissioners see by belonging alone, as they do with what professionals wrote about a child.
"""

from django.db import models
from django.db.models import Case, Count, Exists, Max, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from children.models import Child
from children.querysets import child_being_read, live, live_on
from core.access import Permission, Scope
from governance import codes
from governance.querysets.register import assured_to
from placements.models import ProviderPost
from placements.querysets import WITHOUT_NOTES
from staffing.models import AgencyAgreement
from staffing.querysets import providers_of


def _may(user) -> bool:
    return user.is_authenticated and user.can(Permission.ATTEND_MEETINGS)


def series_belonged_to(user) -> QuerySet:
    """The meetings this person is a member of today, or chairs."""
    from governance.models import MeetingSeries, Member

    today = Member.objects.filter(live(), person=user, series=OuterRef("pk"))
    found = MeetingSeries.objects.filter(Q(chair=user) | Exists(today))
    if user.authority_id is not None:
        return found.filter(authority_id=user.authority_id).values("pk")
    # A provider's people: of the councils that appointed them, and of a child while the provider cares for her.
    posts = ProviderPost.objects.filter(live(), person=user)
    found = found.filter(authority__in=posts.values("authority_id"))
    return found.filter(Q(child__isnull=True) | Q(child__in=cared_for_by(user))).values("pk")


def cared_for_by(user) -> QuerySet:
    """The children placed now with this person's provider, or whose placement it supplies with carers now, as ids."""
    supplied = AgencyAgreement.objects.filter(live(), live("placement__"), agency__in=providers_of(user))
    here = Q(pk__in=Child.objects.visible_to(user).values("pk")) | Q(placements__in=supplied.values("placement_id"))
    return Child.objects.filter(here).values("pk")


def children_in_reach(user) -> QuerySet:
    """The children whose meetings this person may read without belonging to them, as ids."""
    if user.rights.scope in WITHOUT_NOTES:
        return Child.objects.none().values("pk")
    return Child.objects.visible_to(user).values("pk")


def _not_anothers(user, name: str) -> Q:
    """While one child's file is read, nothing of another's."""
    read = child_being_read(user)
    return Q() if read is None else Q(**{name: read})


class SeriesQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SeriesQuerySet":
        from governance.models import Discussed

        if not _may(user):
            return self.none()
        reach = children_in_reach(user)
        of_a_panel = Discussed.objects.filter(meeting__series=OuterRef("pk"), child__in=reach)
        seen = Q(pk__in=series_belonged_to(user)) | Q(child__in=reach)
        seen |= Q(Q(child__isnull=True) & Q(Exists(of_a_panel)))
        if user.rights.scope == Scope.AUTHORITY:
            seen |= Q(authority_id=user.authority_id)
        return self.filter(seen)

    def live(self) -> "SeriesQuerySet":
        return self.filter(live())

    def assured_to(self, user, day) -> "SeriesQuerySet":
        """Meetings about the children whose placements this person answers for on a day, and the council's panels."""
        placed = assured_to(user).filter(live_on(day), followed_from__lte=day)
        about = Q(child__in=placed.values("child_id")) | Q(child__isnull=True, authority_id=user.authority_id)
        return self.filter(live_on(day), about)

    def with_last_look(self, day) -> "SeriesQuerySet":
        """With the day somebody last looked at the terms: the last review's or, without one, that of the setting up."""
        return self.annotate(
            looked_at=Greatest("started_on", Max("reviews__reviewed_on", filter=Q(reviews__reviewed_on__lte=day)))
        )


class OfSeriesQuerySet(models.QuerySet):
    """A meeting, and who belongs: seen by those who see the series; of a panel's meetings, those that are theirs."""

    def visible_to(self, user) -> "OfSeriesQuerySet":
        from governance.models import Discussed, Meeting, MeetingSeries

        if not _may(user):
            return self.none()
        found = self.filter(series__in=MeetingSeries.objects.visible_to(user).values("pk"))
        if self.model is not Meeting or user.rights.scope == Scope.AUTHORITY:
            return found
        theirs = Discussed.objects.filter(meeting=OuterRef("pk"), child__in=children_in_reach(user))
        return found.filter(Q(series__in=series_belonged_to(user)) | Q(series__child__isnull=False) | Exists(theirs))

    def live(self) -> "OfSeriesQuerySet":
        return self.filter(live())

    def held(self, as_of) -> "OfSeriesQuerySet":
        """Meetings whose time has come and that were not called off."""
        return self.filter(held_at__lte=as_of, called_off_at__isnull=True)

    def of_several_agencies(self) -> "OfSeriesQuerySet":
        """Meetings at which two agencies or more were present, and whose minutes say so and were sent."""
        agency = Case(
            *[
                When(attendances__state="present", attendances__part__in=parts, then=Value(code))
                for code, parts in codes.SPEAK_FOR.items()
            ]
        )
        return (
            self.filter(sent_at__isnull=False)
            .alias(several=Count(agency, distinct=True))
            .filter(several__gte=codes.SEVERAL)
        )


class OfMeetingQuerySet(models.QuerySet):
    def visible_to(self, user) -> "OfMeetingQuerySet":
        from governance.models import Meeting

        return self.filter(meeting__in=Meeting.objects.visible_to(user).values("pk"))


class SaidQuerySet(models.QuerySet):
    """What a meeting said of one child: for those who belong to it, and those who see that child."""

    def visible_to(self, user) -> "SaidQuerySet":
        if not _may(user):
            return self.none()
        of = "section__" if self.model.__name__ == "MinuteSaving" else ""
        seen = Q(**{f"{of}meeting__series__in": series_belonged_to(user)})
        seen |= Q(**{f"{of}child__in": children_in_reach(user)})
        return self.filter(seen, _not_anothers(user, f"{of}child_id"))


class ActionQuerySet(models.QuerySet):
    """Actions and what they are about: for their owners, those who belong to the meeting, and those who see the child."""

    def visible_to(self, user) -> "ActionQuerySet":
        if not _may(user):
            return self.none()
        is_issue = self.model.__name__ == "Issue"
        series = "series" if is_issue else "meeting__series"
        seen = Q(**{f"{series}__in": series_belonged_to(user)}) | Q(child__in=children_in_reach(user))
        if not is_issue:
            seen |= Q(owner=user)
        return self.filter(seen, _not_anothers(user, "child_id"))

    def open(self) -> "ActionQuerySet":
        return self.filter(closed_at__isnull=True)

    def assured_to(self, user, day) -> "ActionQuerySet":
        """Actions for the children whose placements this person answers for on a day, a scrutineer too, who reaches no
        child: nothing of an action may then be told that says whose it is, its own words least of all."""
        placed = assured_to(user).filter(live_on(day), followed_from__lte=day)
        return self.filter(child__in=placed.values("child_id"))


class OfActionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "OfActionQuerySet":
        from governance.models import Action

        return self.filter(action__in=Action.objects.visible_to(user).values("pk"))
