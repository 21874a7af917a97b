"""May this be done to a placement, a home or a post, in the state it is in?

Also the gates of this floor. A gate refuses what is only planned or asked for; what has happened can always be
recorded, and raises its flag.
"""

import datetime as dt

from django.db.models import F, Q, QuerySet

from children.models import Child
from children.policies import not_before
from children.querysets import live, live_on
from children.rights import Holder
from core import clock, gates
from core.access import Role
from core.dates import birthday, in_words
from core.errors import Invalid, Refused
from core.models import LocalStandard, User
from placements import codes
from placements.models import DolOrder, Home, ManagerPost, Placement, ProviderPost, Registration

PLANNED_AHEAD = dt.timedelta(days=28)  # further off than this, a date is a slip or a wish
AWAY_AT_MOST = dt.timedelta(days=366)  # and likewise a manager's leave, which is known of longer before
UNDER_16_FROM = dt.date(2021, 9, 9)  # regulation 27A, inserted by SI 2021/161
REAPPROVAL = "LEG-05 re-approval"  # the local standard's key
REAPPROVAL_DAYS = 7

# Words people type where they mean that nobody has the post: wherever one stands, what was typed is no name.
NOBODY = {
    "no", "none", "nobody", "noone", "no-one", "nil", "not", "never", "without", "vacant", "vacancy", "empty",
    "unfilled", "unmanned", "unstaffed", "unmanaged", "unknown", "awaiting", "awaited", "pending", "tba", "tbc",
    "tbd", "na", "n/a", "declined", "exempt", "unnecessary",
}  # fmt: skip
REFUSING = ("refus", "waiv")  # and what begins so: refused, refusal, waived, waiver
# Words that say what somebody does, or that somebody will: no one person is named by these alone.
NO_NAME = {
    "a", "an", "and", "any", "anybody", "anyone", "as", "at", "be", "by", "for", "from", "in", "of", "off", "on",
    "or", "see", "somebody", "someone", "the", "to", "who", "whoever", "with", "acting", "agency", "appointed",
    "appointment", "carer", "cover", "deputy", "duty", "interim", "leader", "manager", "on-call", "provider",
    "registered", "relief", "rota", "shift", "site", "staff", "supervisor", "team", "various", "worker",
}  # fmt: skip


# --- dates ------------------------------------------------------------------------------------------------------------


def within_plans(day: dt.date, as_of: dt.datetime, field: str, what: str) -> None:
    """Raise Invalid for a day further ahead than anything is planned."""
    last = clock.local_date(as_of) + PLANNED_AHEAD
    if day > last:
        days = PLANNED_AHEAD.days
        raise Invalid({field: f"{what} must be on or before {in_words(last)}, no more than {days} days ahead"})


def has_begun(placement: Placement, as_of: dt.datetime) -> bool:
    return placement.started_on <= clock.local_date(as_of)


def still_open(placement: Placement) -> None:
    """Raise Invalid for a placement that has ended, or whose end is planned."""
    if placement.ended_on is not None:
        raise Invalid({"": f"This placement has an end already: {in_words(placement.ended_on)}"})


def not_over(placement: Placement, as_of: dt.datetime) -> None:
    """Raise Invalid for a placement that has ended."""
    if placement.ended_on is not None and placement.ended_on <= clock.local_date(as_of):
        raise Invalid({"": f"This placement ended on {in_words(placement.ended_on)}"})


def not_beside_another(child: Child, day: dt.date, field: str) -> None:
    """Raise Invalid if she has another placement on `day` or after it: one child lives in one place."""
    others = Placement.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), child=child)
    other = others.exclude(ended_on=F("started_on")).order_by("started_on").first()  # one of no days takes none
    if other is None:
        return
    if other.started_on > day:
        raise Invalid({field: f"The child has a placement that starts on {in_words(other.started_on)}. Check the date"})
    until = f"to {in_words(other.ended_on)}" if other.ended_on else "and it has not ended. Record its end, or a move"
    raise Invalid({field: f"The child has a placement from {in_words(other.started_on)} {until}"})


# --- places and people ------------------------------------------------------------------------------------------------


def registration_on(home: Home | None, day: dt.date) -> Registration | None:
    """What is on record of a home's registration on `day`. None: nothing, so it is not known."""
    return Registration.objects.filter(live_on(day), home=home).first() if home else None


def high_risk_from(placement: Placement, day: dt.date) -> dt.date | None:
    """The first day of the unbroken stretch up to `day` in which the setting was recorded as not registered, or the child
    was under a deprivation of liberty order: a renewed order does not begin it again. None where it is neither."""
    homes = Registration.objects.filter(
        home=placement.home_id, status=Registration.Status.NOT_REGISTERED, started_on__lte=day
    )
    orders = DolOrder.objects.filter(child=placement.child_id, starts_on__lte=day)
    one = dt.timedelta(days=1)
    stretches = [(each.started_on, each.ended_on or day + one) for each in homes]
    stretches += [
        (each.starts_on, min(each.expires_on + one, each.discharged_on or each.expires_on + one)) for each in orders
    ]
    joined: tuple[dt.date, dt.date] | None = None
    for first, until in sorted(stretch for stretch in stretches if stretch[0] < stretch[1]):
        joined = (joined[0], max(joined[1], until)) if joined and first <= joined[1] else (first, until)
    return joined[0] if joined and joined[1] > day else None


def check_place(*, child: Child, type: str, home: Home | None, day: dt.date, day_field: str) -> None:
    """Raise Invalid for a type of placement that cannot start on `day`, or a place that does not go with it."""
    if type not in codes.TYPES:
        raise Invalid({"type": "Select the type of placement"})
    if not codes.valid_on(type, day):
        label, first, last = codes.TYPES[type]
        limit = f"after {in_words(last)}" if day > last else f"before {in_words(first)}"
        raise Invalid({"type": f"{type} ({label}) cannot start {limit}. Select another type, or check the date"})
    if home is not None and home.authority_id != child.authority_id:
        raise Invalid({"home": "Select the home from the list"})
    if home is None and needs_home(child=child, type=type, day=day):
        raise Invalid({"home": "Select the home. If it is not in the list, record it first"})


def needs_home(*, child: Child, type: str, day: dt.date) -> bool:
    """Whether a placement that starts on `day` is in somebody's home, whose registration is asked about: wherever staff
    care for a child, and wherever one is deprived of liberty, be it a flat rented for a week."""
    if type in codes.RESIDENTIAL:
        return True
    return type not in codes.NO_HOME and DolOrder.objects.in_effect(day).filter(child=child).exists()


def managers_for(placement: Placement) -> QuerySet[User]:
    """The accounts a placement's manager may have: managers its council appointed at the provider that runs it."""
    provider_id = placement.home.provider_id if placement.home else placement.provider_id
    return User.objects.filter(
        live("provider_posts__"),
        role=Role.PROVIDER_MANAGER,
        is_active=True,
        provider_posts__provider_id=provider_id,
        provider_posts__authority_id=placement.child.authority_id,
    ).order_by("name")


def managers_on(child: Child, day: dt.date) -> list[Holder]:
    """Who managed a placement of the child's at some time of a day: what the decision-rights matrix calls its manager."""
    posts = ManagerPost.objects.held().filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=clock.start_of(day)),
        placement__child=child,
        started_at__lt=clock.end_of(day),
    )
    return [
        Holder(post.name, "placement manager", post.account)
        for post in posts.select_related("account").order_by("started_at")
    ]


def not_anothers_too(*, account: User, by: User) -> None:
    """Raise Invalid where another council relies on a provider's account now: it is not this one's to close or change."""
    if ProviderPost.objects.filter(live(), person=account).exclude(authority=by.authority).exists():
        raise Invalid(
            {"": f"{account.name} works for another council’s children too. End the post you gave them instead"}
        )


def a_persons_name(name: str, account: User | None = None) -> None:
    """Raise Invalid unless a person was named. The post can stand empty, and is then flagged; it is never waived.

    The name of the manager's own account is a name whatever its words are.
    """
    if not name.strip():
        raise Invalid({"name": "Enter the manager’s name"})
    if account is not None and name.strip().lower() == account.name.strip().lower():
        return
    if names_nobody(name):
        raise Invalid({"name": "Enter a person’s name. If nobody has the post, appoint nobody: it cannot be waived"})
    if account is None and not _is_full(name):
        raise Invalid({"name": "Enter the manager’s first name and last name, not what they do"})


def somebody_in_charge(name: str) -> None:
    """Raise Invalid unless a person is named to run the home while its manager is away."""
    if not name.strip() or names_nobody(name):
        raise Invalid(
            {"in_charge": "Enter who is in charge meanwhile. If nobody is, the home has no manager: end the post"}
        )
    if not _is_full(name):
        raise Invalid({"in_charge": "Enter the first name and last name of the person in charge, not what they do"})


def _words(name: str) -> list[str]:
    """The words of a name as they are compared: whole ones, so that Noah None-Such has none that says nobody."""
    bare = (word.strip(".,;:()[]\"'‘’“”-–—") for word in name.lower().split())
    return [word for word in bare if word]


def names_nobody(name: str) -> bool:
    """Whether what was typed for a name is none: “No manager on site”, “N/A”, a dash, or nothing."""
    words = _words(name)
    return not words or any(word in NOBODY or word.startswith(REFUSING) for word in words)


def _is_full(name: str) -> bool:
    """Whether it has two words that can be names, an initial among them at most."""
    found = [word for word in _words(name) if word[0].isalpha() and word not in NO_NAME]
    return len(found) >= 2 and any(len(word) > 1 for word in found)


def one_manager(placement: Placement, moment: dt.datetime, field: str) -> None:
    """Raise Invalid if somebody else manages the placement at `moment` or later."""
    other = (
        ManagerPost.objects.held()
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), placement=placement)
        .order_by("started_at")
        .first()
    )
    if other is None:
        return
    began = in_words(clock.local_date(other.started_at))
    if other.started_at > moment:
        raise Invalid({field: f"{other.name} manages this placement from {began}. Check the date and time"})
    raise Invalid({field: f"{other.name} has managed this placement since {began}. End that post first"})


def covers(placement: Placement, day: dt.date, field: str, what: str) -> None:
    """Raise Invalid for a day before the placement began or after it ended."""
    not_before(day, placement.started_on, field, what, "the placement started")
    if placement.ended_on is not None and day > placement.ended_on:
        raise Invalid({field: f"{what} must be on or before {in_words(placement.ended_on)}, when the placement ended"})


# --- gates ------------------------------------------------------------------------------------------------------------


def in_other_arrangements(type: str, registration: Registration | None) -> bool:
    """Whether a placement is in "other arrangements" that regulation 27A forbids under 16.

    A setting registered as one of those the regulation allows never is. A home known not to be registered, or
    registered as something else, is; so are placements whose type says so. Registration not known says nothing.
    """
    status = registration.status if registration else Registration.Status.NOT_KNOWN
    if registration and status == Registration.Status.REGISTERED:
        return registration.registered_for not in Registration.ALLOWED_UNDER_16
    return type in codes.OTHER_ARRANGEMENTS or status == Registration.Status.NOT_REGISTERED


def gate_under_16(*, child: Child, type: str, home: Home | None, day: dt.date, as_of: dt.datetime) -> None:
    """Refuse a plan to place a child under 16 where the law lets nobody under 16 be placed."""
    if day <= clock.local_date(as_of) or day < UNDER_16_FROM or day >= birthday(child.date_of_birth, 16):
        return
    if in_other_arrangements(type, registration_on(home, day)):
        raise Refused(
            gates.PLACING_UNDER_16,
            f"This plan was refused. {child.called} will be under 16 on {in_words(day)}, and nobody under 16 may be "
            "placed in other arrangements (Care Planning, Placement and Case Review (England) Regulations 2010, "
            "regulation 27A). No director’s decision and no court order changes that.",
            "Find a place with a foster carer, in a registered children’s home, or in a care home, hospital, "
            "residential family centre or school. If the child is already living there, record the day of arrival: what "
            "has happened can always be recorded, and is flagged at once.",
        )


def reapproval_days(authority_id: int, day: dt.date) -> int:
    """How many days one authorisation may run: the council's own standard on `day`, never more than the default."""
    standard = (
        LocalStandard.objects.filter(authority_id=authority_id, key=REAPPROVAL, effective_from__lte=day)
        .order_by("-effective_from")
        .first()
    )
    return min(standard.value, REAPPROVAL_DAYS) if standard else REAPPROVAL_DAYS


def gate_too_long(*, placement: Placement, expires_at: dt.datetime, as_of: dt.datetime) -> None:
    """Refuse an authorisation that would run longer than the local standard allows before it is given again."""
    days = reapproval_days(placement.child.authority_id, clock.local_date(as_of))
    latest = as_of + dt.timedelta(days=days)
    if expires_at > latest:
        local = latest.astimezone(clock.LONDON)
        raise Refused(
            gates.AUTHORISING_TOO_LONG,
            f"This authorisation was refused. It may run for {days} days at most before the decision is made again.",
            f"Enter an expiry on or before {in_words(local.date())} at {local:%H:%M}. It can be given again then, with "
            "fresh reasons.",
        )
