"""Police attendances at a placement, each recorded (LOG-05)."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.models import User
from governance.models import PoliceAttendance
from governance.policies.concerns import received
from placements import policies as for_placement
from placements.models import Placement


@action
def record_attendance(
    *,
    placement: Placement,
    attended_at: dt.datetime,
    called_by: str,
    why: str,
    outcome: str = "",
    reference: str = "",
    by: User,
    as_of: dt.datetime,
) -> PoliceAttendance:
    """Record that the police came to where the child lives. By anybody who sees the placement."""
    if not by.can(Permission.RAISE_CONCERN):
        raise PermissionDenied(f"this role may not {Permission.RAISE_CONCERN}")
    if not Placement.objects.visible_to(by).filter(pk=placement.pk).exists():
        raise PermissionDenied("this placement is another's")
    touch(child=placement.child, placement=placement)
    for_child.one_of(called_by, PoliceAttendance.CalledBy.choices, "called_by", "Select who called the police")
    for_child.required(why=(why, "Enter why they were called"))
    received(attended_at, as_of, "attended_at")
    for_placement.covers(placement, clock.local_date(attended_at), "attended_at", "The date they came")
    return PoliceAttendance.objects.create(
        placement=placement,
        attended_at=attended_at,
        called_by=called_by,
        why=why.strip(),
        outcome=outcome.strip(),
        reference=reference.strip(),
        recorded_by=by,
    )
