"""The words for asking about child protection, and who may see what of it."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from children.models import Child
from children.querysets import child_being_read
from core.access import Permission
from governance.querysets.concerns import not_about, says_it_is

# The steps of a concern by which the LADO has it: consulted, or what was decided has been seen. That somebody decided is not
# enough. They count alike, so that nobody learns from a number or a flag what was decided.
TO_LADO = ("lado", "seen")


class ProtectionQuerySet(models.QuerySet):
    """For those who see the protection of the children they see.

    Whoever asked for a strategy discussion is given that one back, for what they asked and the answer, for as long as
    they have an account: their page shows nothing else of it.
    """

    def visible_to(self, user) -> "ProtectionQuerySet":
        from governance.models import StrategyDiscussion

        seen = self.in_full_to(user)
        if self.model is not StrategyDiscussion or not user.is_authenticated:
            return seen
        return seen | self.asked_by(user)

    def in_full_to(self, user) -> "ProtectionQuerySet":
        """Of which this person reads all there is: nothing that comes of a concern about their own conduct."""
        from governance.models import ConductSubject, StrategyConcern, StrategyDiscussion

        if not user.is_authenticated or not user.can(Permission.SEE_PROTECTION):
            return self.none()
        of_discussion = "" if hasattr(self.model, "child") else "discussion__"
        seen = self.filter(**{f"{of_discussion}child__in": Child.objects.visible_to(user)})
        if hasattr(self.model, "concern") and not of_discussion:  # serious harm
            return seen.filter(not_about(user, "concern__"))
        discussion = "pk" if self.model is StrategyDiscussion else "discussion"
        theirs = ConductSubject.objects.filter(says_it_is(user), concern=OuterRef("concern"))
        return seen.filter(~Exists(StrategyConcern.objects.filter(Exists(theirs), discussion=OuterRef(discussion))))

    def asked_by(self, user) -> "ProtectionQuerySet":
        """The strategy discussions this person asked for."""
        if not user.can(Permission.ASK_FOR_STRATEGY):
            return self.none()
        read = child_being_read(user)
        return self.filter(asked_by=user, **({} if read is None else {"child_id": read}))

    def open(self) -> "ProtectionQuerySet":
        """Asked for, and neither held nor declined."""
        return self.filter(held_at__isnull=True, declined_at__isnull=True)

    def about(self, concern) -> "ProtectionQuerySet":
        """Strategy discussions asked for, or held, about a concern."""
        return self.filter(Q(about__concern=concern))
