"""Who manages a placement, with authority on site. The post may stand empty, and is flagged; nobody can waive it."""

import datetime as dt

from children import policies as for_child
from core import clock
from core.access import Permission
from core.actions import action, because, touch
from core.errors import Invalid
from core.models import User
from placements import policies
from placements.models import ManagerPost, Placement

IN_ERROR = "Recorded in error"


@action
def appoint_manager(
    *,
    placement: Placement,
    name: str,
    account: User | None = None,
    contact: str = "",
    started_at: dt.datetime,
    by: User,
    as_of: dt.datetime,
) -> ManagerPost:
    """Name the person who manages a placement, from an instant: now, in the past, or ahead of a planned start."""
    for_child.may(by, Permission.APPOINT_MANAGER, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    policies.not_over(placement, as_of)
    if account is not None and account not in policies.managers_for(placement):
        raise Invalid({"account": "Select an account from the list: it must be a manager’s at this provider"})
    policies.a_persons_name(name, account)
    what = "The date the post starts"
    policies.within_plans(clock.local_date(started_at), as_of, "started_at", what)
    policies.covers(placement, clock.local_date(started_at), "started_at", what)
    policies.one_manager(placement, started_at, "started_at")
    return ManagerPost.objects.create(
        placement=placement, name=name.strip(), account=account, contact=contact.strip(), started_at=started_at
    )


@action
def end_manager(
    *, post: ManagerPost, ended_at: dt.datetime, end_reason: str, by: User, as_of: dt.datetime
) -> ManagerPost:
    """Record that a manager has left the post. It is empty from that instant until somebody else is appointed."""
    for_child.may(by, Permission.APPOINT_MANAGER, authority_id=post.placement.child.authority_id)
    for_child.hold(post)
    for_child.required(end_reason=(end_reason, "Enter why the post ended"))
    touch(child=post.placement.child, placement=post.placement)
    if post.ended_at is not None:
        raise Invalid({"": f"{post.name} has left this post already"})
    if ended_at > as_of:
        raise Invalid({"ended_at": "The time the post ended must be in the past"})
    if ended_at <= post.started_at:
        raise Invalid({"ended_at": "The time the post ended must be after it started"})
    because(end_reason.strip())
    post.ended_at, post.end_reason = ended_at, end_reason.strip()
    post.save(update_fields=["ended_at", "end_reason"])
    return post


@action
def withdraw_manager(*, post: ManagerPost, reason: str, by: User, as_of: dt.datetime) -> ManagerPost:
    """Record that a post was recorded in error: nobody of that name ever held it. The placement has been without a
    manager for as long as it would have been had the post never been recorded. The record of it stays."""
    for_child.may(by, Permission.APPOINT_MANAGER, authority_id=post.placement.child.authority_id)
    for_child.hold(post)
    for_child.required(reason=(reason, "Enter why it was recorded in error"))
    touch(child=post.placement.child, placement=post.placement)
    if post.ended_at == post.started_at:
        raise Invalid({"": f"{post.name}’s post does not count already"})
    because(reason.strip())
    post.ended_at, post.end_reason = post.started_at, f"{IN_ERROR}: {reason.strip()}"
    post.save(update_fields=["ended_at", "end_reason"])
    return post
