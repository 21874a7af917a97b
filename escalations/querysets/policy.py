"""Who sees what came of asking staff about the policies: everybody of the council, and of those it has appointed."""

from django.db import models


class PolicyConsultationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "PolicyConsultationQuerySet":
        from escalations.policies.ladder import councils_for

        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(authority__in=councils_for(user))
