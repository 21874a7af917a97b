"""May this be planned or sought? With the gate on a search without a referral profile that is true (CPL-04)."""

import datetime as dt

from django.db.models import QuerySet

from children.models import Allocation, Child
from children.querysets import live_on
from core import clock, gates
from core.access import ROLES, Permission
from core.dates import in_words
from core.errors import Invalid, Refused
from core.models import LocalStandard, User
from core.working_days import add_working_days
from governance.models import Funding, NoticeReceived, ReferralProfile
from placements.models import DolOrder, Placement

PROFILE = "CPL-04 profile"  # the local standard's key
PROFILE_DAYS = 28
AFTER_EVENT = 2  # working days


# --- the referral profile ---------------------------------------------------------------------------------------------


def profile_days(authority_id: int, day: dt.date) -> int:
    """How many days a referral profile is taken to be true: the council's own standard, never more than the default."""
    standard = (
        LocalStandard.objects.filter(authority_id=authority_id, key=PROFILE, effective_from__lte=day)
        .order_by("-effective_from")
        .first()
    )
    return min(standard.value, PROFILE_DAYS) if standard else PROFILE_DAYS


def latest_profile(child: Child, day: dt.date) -> ReferralProfile | None:
    return ReferralProfile.objects.filter(child=child, confirmed_on__lte=day).first()


def critical_event(child: Child, as_of: dt.datetime) -> dt.date | None:
    """The last day on which something happened that changes what a home must be told: a notice, or an order."""
    today = clock.local_date(as_of)
    notice = NoticeReceived.objects.filter(placement__child=child, received_at__lte=as_of).first()
    order = DolOrder.objects.filter(child=child, made_on__lte=today).order_by("-made_on").first()
    days = [clock.local_date(notice.received_at)] if notice else []
    return max([*days, *([order.made_on] if order else [])], default=None)


def why_not_current(child: Child, as_of: dt.datetime) -> str:
    """Why the child's referral profile does not count as true now, in a sentence; "" where it does."""
    today = clock.local_date(as_of)
    profile = latest_profile(child, today)
    if profile is None:
        return "No referral profile is on record."
    days = profile_days(child.authority_id, today)
    confirmed = in_words(profile.confirmed_on)
    if profile.confirmed_on + dt.timedelta(days=days) < today:
        return f"The referral profile was last confirmed on {confirmed}, more than {days} days ago."
    event = critical_event(child, as_of)
    if event and event > profile.confirmed_on and add_working_days(event, AFTER_EVENT) < today:
        return f"The referral profile was last confirmed on {confirmed}, before what happened on {in_words(event)}."
    return ""


def profile_gate(child: Child, day: dt.date, as_of: dt.datetime, what: str) -> None:
    """Refuse to search or to extend from today on with a profile that may not be true. What is past is recordable."""
    if day < clock.local_date(as_of):
        return
    if why := why_not_current(child, as_of):
        raise Refused(
            gates.NO_PROFILE,
            f"{what} was refused. {why} Homes would be asked about a child who is no longer as described.",
            "Ask the child’s social worker to confirm the referral profile, or to write it anew, with what the placement "
            "is to achieve. What was done on an earlier day can always be recorded, and is flagged.",
        )


# --- court ------------------------------------------------------------------------------------------------------------


def owners_for(child: Child, day: dt.date) -> QuerySet[User]:
    """Who may own a court task: people of the council with a part in the child's care, or their managers, who see it."""
    may_see = [role for role, rights in ROLES.items() if Permission.SEE_PLANS in rights.may]
    people = User.objects.filter(authority_id=child.authority_id, is_active=True, role__in=may_see)
    allocated = Allocation.objects.filter(live_on(day), child=child).values("worker")
    teams = [team for team in (child.team_id, child.team.part_of_id if child.team else None) if team]
    return (people.filter(pk__in=allocated) | people.filter(team__in=teams)).distinct().order_by("name")


def sees(person: User, child: Child) -> None:
    """Raise Invalid unless this person can see the child: a task nobody can open is nobody's."""
    if not person.can(Permission.SEE_PLANS) or not Child.objects.visible_to(person).filter(pk=child.pk).exists():
        raise Invalid({"owner": f"{person.name} cannot see this child’s record. Select somebody who can"})


def of_child(placement: Placement | None, child: Child) -> None:
    """Raise Invalid for a placement that is another child's."""
    if placement is not None and placement.child_id != child.pk:
        raise Invalid({"placement": "Select the placement from the list"})


def paid_once(placement: Placement, starts_on: dt.date, ends_on: dt.date) -> None:
    """Raise Invalid where some of these days are paid for already: at this placement or, while the child lives there, at
    another. What is still paid at a home the child has left, until its notice ends, is paid beside the next one's."""
    others = Funding.objects.filter(placement__child=placement.child_id).on_days(starts_on, ends_on)
    for block in others.select_related("placement").order_by("starts_on"):
        first, second = sorted([(block.starts_on, block.placement), (starts_on, placement)], key=lambda row: row[0])
        left = first[1].ended_on is not None and first[1].ended_on <= second[0]
        if block.placement_id == placement.pk or not left:
            last = block.until - dt.timedelta(days=1)
            raise Invalid(
                {
                    "starts_on": f"{in_words(block.starts_on)} to {in_words(last)} is paid for already, at "
                    f"£{block.weekly_cost} a week. Begin the day after, or end that block early first"
                }
            )
