"""Who sees what came of asking staff about the policies: everybody of the council."""

from django.db import models


class PolicyConsultationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PolicyConsultationQuerySet":
        if not user.is_authenticated or not user.is_active or user.authority_id is None:
            return self.none()
        return self.filter(authority_id=user.authority_id)
