"""Links a person may follow: a link is shown only to somebody the page behind it would let in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import resolve, reverse

from core.access import PUBLIC, SIGNED_IN
from core.models import User

_access: dict[str, Any] = {}  # what each page declares, by its name: read once a process


@dataclass(frozen=True)
class Link:
    label: str
    href: str


def link(user: User, label: str, name: str, *args: Any) -> Link | None:
    """A link to the page called `name`, or None where this person's role would be refused there."""
    return link_to(user, label, name, reverse(name, args=args))


def link_to(user: User, label: str, name: str, href: str) -> Link | None:
    """The same, to a page whose address is known."""
    if name not in _access:
        _access[name] = resolve(href).func.access  # type: ignore[attr-defined]
    needed = _access[name]
    return Link(label, href) if needed in (PUBLIC, SIGNED_IN) or user.can(needed) else None


def offered(*links: Link | None) -> list[Link]:
    return [found for found in links if found]


def first(links: Iterable[Link | None]) -> Link | None:
    return next((found for found in links if found), None)
