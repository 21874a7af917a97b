"""The words for asking about flags."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from children.models import Child
from core.access import Permission


class FlagQuerySet(models.QuerySet):
    def visible_to(self, user) -> "FlagQuerySet":
        """Flags (or answers) on the children this person may see, and any she herself owns."""
        from placements.models import Placement

        if not user.is_authenticated or not user.can(Permission.SEE_FLAGS):
            return self.none()
        flag = "" if self.model.__name__ == "Flag" else "flag__"
        seen = Q(**{f"{flag}child__in": Child.objects.visible_to(user)})
        if user.authority_id is None:  # a provider's manager: only the flags of placements with the provider
            seen = Q(**{f"{flag}placement__in": Placement.objects.visible_to(user)})
        return self.filter(seen)

    def standing(self) -> "FlagQuerySet":
        return self.filter(cleared_at__isnull=True)

    def answered(self, yes: bool = True) -> "FlagQuerySet":
        from oversight.models import FlagAnswer

        answers = Exists(FlagAnswer.objects.filter(flag=OuterRef("pk")))
        return self.filter(answers if yes else ~answers)
