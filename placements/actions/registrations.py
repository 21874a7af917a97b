"""Whether a home is registered, and the director's decision where it is not."""

import datetime as dt

from children import policies as for_child
from children.actions.deciding import decided
from children.querysets import live_on
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from placements import policies
from placements.models import Home, Placement, Registration, UnregisteredAuthorisation

Status = Registration.Status


@action
def record_registration(
    *,
    home: Home,
    status: str,
    regulator: str = "",
    number: str = "",
    registered_for: str = "",
    started_on: dt.date,
    evidence: str,
    by: User,
    as_of: dt.datetime,
) -> Registration:
    """Record whether a home is registered from a day, and how that was checked. What was on record ends on that day."""
    for_child.may(by, Permission.RECORD_REGISTRATION, authority_id=home.authority_id)
    for_child.hold(home)
    for_child.one_of(status, Status.choices, "status", "Select whether the home is registered")
    for_child.required(evidence=(evidence, "Enter how this was checked"))
    if status == Status.REGISTERED:
        for_child.one_of(regulator, Registration.Regulator.choices, "regulator", "Select who registered it")
        for_child.one_of(registered_for, Registration.For.choices, "registered_for", "Select what it is registered as")
    else:
        regulator = number = registered_for = ""
    for_child.not_future(started_on, as_of, "started_on", "The date this is true from")
    later = Registration.objects.filter(home=home, started_on__gt=started_on).order_by("started_on").first()
    if later:
        raise Invalid(
            {
                "started_on": f"“{later.get_status_display()}” is on record from {in_words(later.started_on)}. "
                "Enter a date on or after that"
            }
        )
    for present in Registration.objects.filter(live_on(started_on), home=home):
        present.ended_on = started_on
        present.save(update_fields=["ended_on"])
    registration = Registration.objects.create(
        home=home,
        status=status,
        regulator=regulator,
        number=number.strip(),
        registered_for=registered_for,
        started_on=started_on,
        evidence=evidence.strip(),
        recorded_by=by,
    )
    touch(home=home)
    return registration


@action
def authorise_unregistered(
    *,
    placement: Placement,
    reasons: str,
    alternatives: str,
    steps: str,
    expires_at: dt.datetime,
    by: User,
    as_of: dt.datetime,
) -> UnregisteredAuthorisation:
    """The director of children's services' decision that she may live, for some days, where nobody is registered.

    For a planned placement it comes before the move. It runs no longer than the local standard, then is made again.
    """
    for_child.may(by, Permission.AUTHORISE_UNREGISTERED, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    policies.not_over(placement, as_of)
    for_child.required(
        reasons=(reasons, "Enter the reasons for the decision"),
        alternatives=(alternatives, "Enter what else was sought, and why it could not be used"),
        steps=(steps, "Enter what is being done to end the placement or register the home"),
    )
    if placement.home is None:
        raise Invalid({"": "Nothing says which home this placement is in. Record that, and its registration, first"})
    registration = policies.registration_on(placement.home, max(placement.started_on, clock.local_date(as_of)))
    if registration is None or registration.status == Status.NOT_KNOWN:
        raise Invalid({"": "Whether this home is registered is not known. Have that settled and recorded first"})
    if registration.status == Status.REGISTERED:
        registered_as = registration.get_registered_for_display()
        raise Invalid({"": f"This home is registered ({registered_as}), so there is nothing to authorise"})
    if expires_at <= as_of:
        raise Invalid({"expires_at": "The expiry must be in the future"})
    policies.gate_too_long(placement=placement, expires_at=expires_at, as_of=as_of)
    until = expires_at.astimezone(clock.LONDON)
    decided(
        "authorise_unregistered",
        child=placement.child,
        what=f"To live at {placement.home}, which is not registered, until {in_words(until.date())} at {until:%H:%M}.",
        why=reasons,
        alternatives=alternatives,
        by=by,
        as_of=as_of,
    )
    return UnregisteredAuthorisation.objects.create(
        placement=placement,
        authorised_by=by,
        authorised_at=as_of,
        expires_at=expires_at,
        reasons=reasons.strip(),
        alternatives=alternatives.strip(),
        steps=steps.strip(),
    )
