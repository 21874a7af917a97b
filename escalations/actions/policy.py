"""Recording who was asked about a policy on speaking up, and what changed (R9.3)."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from children import policies as for_child
from core.access import Permission
from core.actions import action
from core.errors import Invalid
from core.models import User
from escalations.models import PolicyConsultation
from escalations.policies import policy as policies


@action
def record_consultation(
    *,
    policy: str,
    version: str,
    held_on: dt.date,
    who: str,
    said: str,
    changed: str,
    in_force_on: dt.date | None = None,
    by: User,
    as_of: dt.datetime,
) -> PolicyConsultation:
    """Record that staff were asked about a version of a policy, what they said and what changed because of it."""
    if not policies.keeps(by) or by.authority is None:
        raise PermissionDenied(f"this role may not {Permission.KEEP_POLICY}")
    for_child.one_of(policy, PolicyConsultation.Policy.choices, "policy", "Select which policy it was about")
    for_child.required(
        version=(version, "Enter which version it was"),
        who=(who, "Enter who was asked"),
        said=(said, "Enter what they said"),
        changed=(changed, "Enter what changed, or that nothing did and why"),
    )
    for_child.not_future(held_on, as_of, "held_on", "The day they were asked")
    if in_force_on is not None and in_force_on < held_on:
        raise Invalid({"in_force_on": "Staff are asked before a policy is in force, not after"})
    return PolicyConsultation.objects.create(
        authority=by.authority,
        policy=policy,
        version=version.strip(),
        held_on=held_on,
        who=who.strip(),
        said=said.strip(),
        changed=changed.strip(),
        in_force_on=in_force_on,
        recorded_by=by,
    )
