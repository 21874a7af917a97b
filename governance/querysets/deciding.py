"""The words for asking about contact by senior managers."""

from children.querysets import HeardQuerySet


class SeniorContactQuerySet(HeardQuerySet):
    """On the child's file. Providers and commissioners see what they had or reported themselves, and no more."""

    own = ("who", "reported_by")
