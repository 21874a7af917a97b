"""Carers, whichever agencies they work through: one record a person, whoever adds them."""

import datetime as dt
from typing import Any

from children import policies as for_child
from core.actions import action, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from placements import policies as for_placement
from placements.models import Provider
from staffing import policies_carers as policies
from staffing.models import Assignment, Carer, Engagement, SupervisionLine

STARTED = "The day they start with the agency"
IDENTITY = ("forename", "surname", "date_of_birth", "ni_number")


@action
def add_carer(
    *,
    agency: Provider,
    forename: str,
    surname: str,
    date_of_birth: dt.date,
    ni_number: str = "",
    post: str = "",
    started_on: dt.date,
    care_role_since: dt.date | None = None,
    by: User,
    as_of: dt.datetime,
) -> Carer:
    """Record a carer who works through an agency.

    Somebody on record already, by National Insurance number or by name and date of birth, is not recorded again: they
    are engaged with this agency too, with their checks and any stand-down as they are (`was_on_record` is then true).
    Raises Invalid where they work through this agency already, or where the facts contradict the record.
    """
    policies.may_deal_with(by, agency)
    policies.check_identity(forename, surname, date_of_birth, as_of)
    number = policies.ni_number(ni_number)
    _check_role(care_role_since, date_of_birth, as_of)
    carer = policies.on_record(forename, surname, date_of_birth, number)
    if carer is None:
        carer = Carer.objects.create(
            forename=forename.strip(),
            surname=surname.strip(),
            date_of_birth=date_of_birth,
            ni_number=number,
            care_role_since=care_role_since,
            recorded_by=by,
        )
        carer.was_on_record = False  # type: ignore[attr-defined]
    else:
        for_child.hold(carer)
        carer.was_on_record = True  # type: ignore[attr-defined]
        if number and not carer.ni_number:
            carer.ni_number = number
            carer.save(update_fields=["ni_number"])
    _engaged(carer, agency, post, started_on, by, as_of)
    return carer


@action
def describe_carer(
    *,
    carer: Carer,
    forename: str,
    surname: str,
    date_of_birth: dt.date,
    ni_number: str = "",
    care_role_since: dt.date | None = None,
    by: User,
    as_of: dt.datetime,
) -> Carer:
    """Correct who a carer is. While they are stood down, their identity stays as it is."""
    policies.may_manage(by, carer)
    for_child.hold(carer)
    policies.check_identity(forename, surname, date_of_birth, as_of)
    _check_role(care_role_since, date_of_birth, as_of)
    facts: dict[str, Any] = {
        "forename": forename.strip(),
        "surname": surname.strip(),
        "date_of_birth": date_of_birth,
        "ni_number": policies.ni_number(ni_number),
        "care_role_since": care_role_since,
    }
    changed = {name for name in IDENTITY if getattr(carer, name) not in ("", facts[name])}
    policies.identity_stands(carer, changed, as_of)
    touch(carer=carer)
    for name, value in facts.items():
        setattr(carer, name, value)
    carer.save(update_fields=list(facts))
    return carer


@action
def link_account(*, carer: Carer, account: User | None, by: User, as_of: dt.datetime) -> Carer:
    """Say which account is this carer's own sign-in, or that they have none."""
    policies.may_manage(by, carer)
    for_child.hold(carer)
    if account is not None and account not in policies.accounts_for(carer):
        raise Invalid({"account": "Select an account from the list: it must be of an agency the carer works through"})
    carer.account = account
    carer.save(update_fields=["account"])
    touch(carer=carer)
    return carer


@action
def engage(
    *, carer: Carer, agency: Provider, post: str = "", started_on: dt.date, by: User, as_of: dt.datetime
) -> Engagement:
    """Record that a carer works through one more agency. Their checks, and any stand-down, are theirs wherever they go."""
    policies.may_manage(by, carer)
    policies.may_deal_with(by, agency)
    for_child.hold(carer)
    return _engaged(carer, agency, post, started_on, by, as_of)


@action
def end_engagement(*, engagement: Engagement, ended_on: dt.date, by: User, as_of: dt.datetime) -> Engagement:
    """Record the day from which a carer no longer works through an agency. Who supervises them for it ends that day too."""
    policies.may_manage(by, engagement.carer)
    policies.may_deal_with(by, engagement.agency)
    for_child.hold(engagement.carer)
    for_child.hold(engagement)
    touch(carer=engagement.carer)
    if engagement.ended_on is not None:
        raise Invalid({"": f"This ended on {in_words(engagement.ended_on)} already"})
    what = "The day they leave the agency"
    for_child.not_before(ended_on, engagement.started_on, "ended_on", what, "they started there")
    for_placement.within_plans(ended_on, as_of, "ended_on", what)
    shifts = Assignment.objects.standing().filter(carer=engagement.carer, agency=engagement.agency)
    policies.on_no_shift(shifts, ended_on, "ended_on")
    engagement.ended_on = ended_on
    engagement.save(update_fields=["ended_on"])
    lines = SupervisionLine.objects.select_for_update(of=("self",)).filter(
        carer=engagement.carer, agency=engagement.agency, ended_on__isnull=True
    )
    for line in lines:
        line.ended_on = max(ended_on, line.started_on)
        line.save(update_fields=["ended_on"])
    return engagement


def _engaged(
    carer: Carer, agency: Provider, post: str, started_on: dt.date, by: User, as_of: dt.datetime
) -> Engagement:
    for_child.not_before(started_on, carer.date_of_birth, "started_on", STARTED, "they were born")
    for_placement.within_plans(started_on, as_of, "started_on", STARTED)
    policies.not_engaged(carer, agency, started_on)
    touch(carer=carer)
    return Engagement.objects.create(
        carer=carer, agency=agency, post=post.strip(), started_on=started_on, recorded_by=by
    )


def _check_role(since: dt.date | None, date_of_birth: dt.date, as_of: dt.datetime) -> None:
    if since is not None:
        what = "The day they first had a care role"
        policies.between(since, date_of_birth, "they were born", as_of, "care_role_since", what)
