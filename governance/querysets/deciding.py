"""The words for asking about contact by senior managers."""

from children.querysets import HeardQuerySet


class SeniorContactQuerySet(HeardQuerySet):
    """On the child's file. Providers and commissioners see what they had or reported themselves, and no more."""

    own = ("who", "reported_by")

    def to_write(self, user) -> "SeniorContactQuerySet":
        """Those this person had, and has not written yet."""
        return self.filter(who=user, written_at__isnull=True)
