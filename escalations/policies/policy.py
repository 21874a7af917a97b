"""Who keeps the record of what staff were asked about the policies."""

from core.access import Permission
from core.models import User


def keeps(user: User) -> bool:
    return user.can(Permission.KEEP_POLICY) and user.authority_id is not None
