"""Links a person may follow: a link is shown only to somebody the page behind it would let in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from core.models import User
from oversight.mending import may_open


@dataclass(frozen=True)
class Link:
    label: str
    href: str


def link(user: User, label: str, name: str, *args: Any) -> Link | None:
    """A link to the page called `name`, or None where this person's role would be refused there."""
    href = reverse(name, args=args)
    return Link(label, href) if may_open(user, name, href) else None


def offered(*links: Link | None) -> list[Link]:
    return [found for found in links if found]


def first(links: Iterable[Link | None]) -> Link | None:
    return next((found for found in links if found), None)
