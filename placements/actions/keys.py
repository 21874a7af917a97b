"""Keys, fobs, door codes and devices: issued to somebody, and given back or switched off (LOG-06)."""

import datetime as dt

from children import policies as for_child
from core.access import Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import User
from placements import policies
from placements.models import Key, Placement

LONGEST, HOW = 150, 200  # characters of a name, and of how it was given back


@action
def issue_key(
    *, placement: Placement, kind: str, what: str, held_by: str, issued_on: dt.date, by: User, as_of: dt.datetime
) -> Key:
    """Record that somebody was given a key, fob, code or device. A care decision: never taken by commissioning."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    for_child.one_of(kind, Key.Kind.choices, "kind", "Select what it is")
    for_child.required(what=(what, "Enter which one it is"), held_by=(held_by, "Enter who holds it"))
    _short_enough(LONGEST, what=what, held_by=held_by)
    for_child.not_future(issued_on, as_of, "issued_on", "The date it was issued")
    policies.covers(placement, issued_on, "issued_on", "The date it was issued")
    return Key.objects.create(
        placement=placement,
        kind=kind,
        what=what.strip(),
        held_by=held_by.strip(),
        issued_on=issued_on,
        recorded_by=by,
    )


@action
def revoke_key(*, key: Key, revoked_on: dt.date, how: str, by: User, as_of: dt.datetime) -> Key:
    """Record that it was given back, switched off or changed. It opens nothing from that day."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=key.placement.child.authority_id)
    for_child.hold(key)
    touch(child=key.placement.child, placement=key.placement)
    for_child.required(how=(how, "Enter how it was given back or switched off"))
    _short_enough(HOW, how=how)
    if key.revoked_on is not None:
        raise Conflict(f"This was given back or switched off on {in_words(key.revoked_on)} already")
    for_child.not_future(revoked_on, as_of, "revoked_on", "The date it was given back or switched off")
    for_child.not_before(
        revoked_on, key.issued_on, "revoked_on", "The date it was given back or switched off", "it was issued"
    )
    because(how.strip())
    key.revoked_on, key.revoked_how = revoked_on, how.strip()
    key.save(update_fields=["revoked_on", "revoked_how"])
    return key


def _short_enough(limit: int, **texts: str) -> None:
    if long := {name: f"Use {limit} characters or fewer" for name, text in texts.items() if len(text) > limit}:
        raise Invalid(long)
