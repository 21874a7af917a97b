"""The words for asking about teams and accounts."""

from collections.abc import Callable

from django.db import models
from django.db.models import Q

from core.access import Permission, Role

# Every flag finds an owner by going up the line; these are its top.
TOP_OF_THE_LINE = (Role.DCS, Role.DIRECTOR)


# Which accounts of providers' staff a person may run turns on who appointed them: registered by the floor that knows
# it (see placements/apps.py). Each is called with the user, and is a condition on accounts.
ACCOUNTS_FROM_ABOVE: list[Callable] = []


class TeamQuerySet(models.QuerySet):
    def visible_to(self, user) -> "TeamQuerySet":
        """The teams of this person's own authority."""
        if not user.is_authenticated or user.authority_id is None:
            return self.none()
        return self.filter(authority_id=user.authority_id)


class UserQuerySet(models.QuerySet):
    def visible_to(self, user) -> "UserQuerySet":
        """The accounts this person administers: her own authority's, and those of the providers' staff it appointed."""
        if not user.is_authenticated or not user.can(Permission.MANAGE_ACCOUNTS):
            return self.none()
        mine = Q(authority_id=user.authority_id)
        for theirs in ACCOUNTS_FROM_ABOVE:
            mine |= theirs(user)
        return self.filter(mine)

    def matching(self, words: str) -> "UserQuerySet":
        """Accounts whose name or e-mail holds each of the words typed."""
        accounts = self
        for word in words.split()[:5]:
            accounts = accounts.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return accounts
