"""The record that clears a flag: where it is made, and who can make one that counts. One check for every page."""

from typing import Any

from django.urls import resolve

from core.access import PUBLIC, ROLES, SIGNED_IN, Role
from core.models import User
from oversight.rulebook import Mend, Rule
from placements.actions.notes import capacities_of

_access: dict[str, Any] = {}  # what each page declares, by its name: read once a process


def needed(page: str, href: str) -> Any:
    """What the page of that name, at an address, declares that it needs."""
    if page not in _access:
        _access[page] = resolve(href).func.access  # type: ignore[attr-defined]
    return _access[page]


def may_open(user: User, page: str, href: str) -> bool:
    found = needed(page, href)
    return found in (PUBLIC, SIGNED_IN) or user.can(found)


def way(user: User, rule: Rule, about: Any) -> tuple[Mend, str] | None:
    """The mend of a flag or a clock with its address, for somebody who may make the record and whose record counts.

    Where a post is empty, whoever holds its visit in its place visits for it: see VIS-07.
    """
    mend = rule.mend_of(about.limb)
    href = about.mend_url
    if mend is None or href is None or not may_open(user, mend.page, href):
        return None
    if mend.needs and not user.can(mend.needs):
        return None
    counts = _counts(mend, user.role)
    if not counts and getattr(about, "owner_id", None) == user.pk:
        counts = bool(set(mend.or_above) & set(capacities_of(user.role)))
    return (mend, href) if counts else None


def who_can(rule: Rule, about: Any) -> str:
    """The roles that can make the record which clears it, in words; empty where it is made nowhere in particular."""
    mend, href = rule.mend_of(about.limb), about.mend_url
    if mend is None or href is None:
        return ""
    asked = {mend.needs, needed(mend.page, href)} - {None, PUBLIC, SIGNED_IN}
    able = [Role(role).label for role, rights in ROLES.items() if asked <= rights.may and _counts(mend, role)]
    return " or ".join(filter(None, [", ".join(able[:-1]), *able[-1:]])) if asked else ""


def _counts(mend: Mend, role: str) -> bool:
    """Whether a visit this role may record would be one that counts."""
    return not mend.visited_by or bool(set(mend.visited_by) & set(capacities_of(role)))
