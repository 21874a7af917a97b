"""The words for asking about quality-assurance visits, and who may see what they found."""

from django.db import models
from django.db.models import Exists, OuterRef

from core.access import Permission, Scope
from placements.models import Placement


class QualityQuerySet(models.QuerySet):
    """Visits and what was written at them: for those who see the placement.

    A provider's managers read what was found in their house; its shift leaders do not. What staff say of the culture
    there, and what it costs beside what it gives, are never the provider's to read.
    """

    def visible_to(self, user) -> "QualityQuerySet":
        from governance.models import QualityScore, QualityValue

        at_provider = user.is_authenticated and user.rights.scope == Scope.PROVIDER
        if not user.is_authenticated or (at_provider and not user.can(Permission.SEE_FLAGS)):
            return self.none()
        if self.model is QualityValue and (at_provider or not user.can(Permission.SEE_FLAGS)):
            return self.none()
        of_visit = "" if hasattr(self.model, "placement") else "visit__"
        found = self.filter(**{f"{of_visit}placement__in": Placement.objects.visible_to(user)})
        return found.exclude(part=QualityScore.Part.CULTURE) if at_provider and self.model is QualityScore else found

    def standing(self) -> "QualityQuerySet":
        """Visits that were not withdrawn as recorded by mistake."""
        from governance.models import QualityAddition

        withdrawn = QualityAddition.objects.filter(visit=OuterRef("pk"), kind=QualityAddition.Kind.WITHDRAWAL)
        return self.filter(~Exists(withdrawn))

    def unfinished(self) -> "QualityQuerySet":
        """Findings whose action nobody has closed."""
        return self.filter(action__closed_at__isnull=True)
