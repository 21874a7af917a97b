"""Plans, the referral profile, the search for a home, and what a placement agreed to achieve for this child."""

import datetime as dt
from collections.abc import Iterable

from children import policies as for_child
from children.models import Child
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.errors import Invalid
from core.models import User
from governance import agreement_text, profile_fields
from governance.models import PlacementAgreement, Plan, ReferralProfile, SearchEntry
from governance.policies import plans as policies
from placements import policies as for_placement
from placements.models import Placement


def _on_child(by: User, permission: Permission, child: Child) -> None:
    for_child.may(by, permission, authority_id=child.authority_id)
    for_child.hold(child)
    touch(child=child)


# --- care plan and placement plan -------------------------------------------------------------------------------------


@action
def record_plan(
    *,
    child: Child,
    kind: str,
    placement: Placement | None = None,
    made_on: dt.date,
    covers: Iterable[str] = (),
    signed_on: dt.date | None = None,
    signed_by: str = "",
    by: User,
    as_of: dt.datetime,
) -> Plan:
    """Record that a version of the care plan or the placement plan was made, what it covers, and who signed it."""
    _on_child(by, Permission.RECORD_PLANS, child)
    for_child.one_of(kind, Plan.Kind.choices, "kind", "Select which plan it is")
    of_placement = kind == Plan.Kind.PLACEMENT
    if of_placement and placement is None:
        raise Invalid({"placement": "Select the placement it is a plan for"})
    policies.of_child(placement, child)
    for_child.not_future(made_on, as_of, "made_on", "The day it was made")
    for_child.not_before(made_on, child.date_of_birth, "made_on", "The day it was made", f"{child.called} was born")
    chosen = [code for code, _ in Plan.SECTIONS if code in set(covers)]
    if signed_on is not None:
        for_child.required(signed_by=(signed_by, "Enter who signed it"))
        for_child.not_future(signed_on, as_of, "signed_on", "The day it was signed")
        for_child.not_before(signed_on, made_on, "signed_on", "The day it was signed", "it was made")
    last = Plan.objects.filter(child=child, kind=kind).order_by("-version").first()
    return Plan.objects.create(
        child=child,
        kind=kind,
        placement=placement if of_placement else None,
        version=last.version + 1 if last else 1,
        made_on=made_on,
        sections=[] if of_placement else chosen,
        signed_on=signed_on,
        signed_by=signed_by.strip(),
        recorded_by=by,
    )


# --- the referral profile and the search ------------------------------------------------------------------------------


@action
def write_profile(
    *,
    child: Child,
    needs: str,
    identity: str,
    risks: str,
    outcomes: str,
    wishes: str,
    answers: dict[str, str] | None = None,
    by: User,
    as_of: dt.datetime,
) -> ReferralProfile:
    """Write the profile a home is sought by, as it is true today. What a placement is to achieve is never left out."""
    _on_child(by, Permission.RECORD_PLANS, child)
    texts = {"needs": needs, "identity": identity, "risks": risks, "outcomes": outcomes, "wishes": wishes}
    ask = {
        "needs": "Enter what the child needs",
        "identity": "Enter who the child is: religion, racial origin, culture, language",
        "risks": "Enter what the risks are, and what helps",
        "outcomes": "Enter what a placement is to achieve for the child",
        "wishes": "Enter where and with whom the child wishes to live",
    }
    for_child.required(**{name: (text, ask[name]) for name, text in texts.items()})
    given = {name: text.strip() for name, text in (answers or {}).items() if text and text.strip()}
    for name, text in given.items():
        field = profile_fields.FIELDS.get(name)
        if field is None or (field.options and text not in field.options):
            raise Invalid({name: "Select an option from the list"})
    return ReferralProfile.objects.create(
        child=child,
        confirmed_on=clock.local_date(as_of),
        answers=given,
        recorded_by=by,
        **{name: text.strip() for name, text in texts.items()},
    )


@action
def confirm_profile(*, child: Child, by: User, as_of: dt.datetime) -> ReferralProfile:
    """Say that the referral profile is still true today: a row of its own, so that each confirming stays on record."""
    _on_child(by, Permission.RECORD_PLANS, child)
    today = clock.local_date(as_of)
    last = policies.latest_profile(child, today)
    if last is None:
        raise Invalid({"": "No referral profile is on record. Write it first"})
    kept = ("needs", "identity", "risks", "outcomes", "wishes", "answers")
    return ReferralProfile.objects.create(
        child=child,
        confirmed_on=today,
        same_as=last,
        recorded_by=by,
        **{name: getattr(last, name) for name in kept},
    )


@action
def log_search(
    *,
    child: Child,
    asked: str,
    asked_on: dt.date,
    meets_wish: str,
    answer: str = SearchEntry.Answer.WAITING,
    why_not: str = "",
    by: User,
    as_of: dt.datetime,
) -> SearchEntry:
    """Record that a home or provider was asked. Refused today without a referral profile that is true (CPL-04-SEARCH)."""
    _on_child(by, Permission.RECORD_COMMISSIONING, child)
    for_child.required(asked=(asked, "Enter which home or provider was asked"))
    for_child.one_of(
        meets_wish, SearchEntry.Wish.choices, "meets_wish", "Select whether it is what the child asked for"
    )
    for_child.not_future(asked_on, as_of, "asked_on", "The day it was asked")
    policies.profile_gate(child, asked_on, as_of, "This search")
    entry = SearchEntry(child=child, asked=asked.strip(), asked_on=asked_on, meets_wish=meets_wish, recorded_by=by)
    _answered(entry, answer, why_not, as_of)
    entry.save()
    return entry


@action
def answer_search(*, entry: SearchEntry, answer: str, why_not: str = "", by: User, as_of: dt.datetime) -> SearchEntry:
    """Record what a home or provider that was asked has answered."""
    _on_child(by, Permission.RECORD_COMMISSIONING, entry.child)
    for_child.hold(entry)
    _answered(entry, answer, why_not, as_of)
    entry.save(update_fields=["answer", "answered_on", "why_not"])
    return entry


def _answered(entry: SearchEntry, answer: str, why_not: str, as_of: dt.datetime) -> None:
    for_child.one_of(answer, SearchEntry.Answer.choices, "answer", "Select what they answered")
    if answer == SearchEntry.Answer.NO:
        for_child.required(why_not=(why_not, "Enter why not"))
    entry.answer, entry.why_not = answer, why_not.strip()
    waiting = answer == SearchEntry.Answer.WAITING
    entry.answered_on = None if waiting else clock.local_date(as_of)


# --- the placement's own agreement ------------------------------------------------------------------------------------


@action
def sign_placement_agreement(
    *,
    placement: Placement,
    outcomes: str,
    health_said: str,
    education_said: str,
    text: str,
    signed_on: dt.date,
    signed_for_provider: str,
    by: User,
    as_of: dt.datetime,
) -> PlacementAgreement:
    """Record what this placement agreed to achieve for this child. The general text is kept beside it (CPL-05)."""
    for_child.may(by, Permission.RECORD_COMMISSIONING, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    for_child.required(
        outcomes=(outcomes, "Enter what this placement is to achieve for this child"),
        health_said=(health_said, "Enter what health said"),
        education_said=(education_said, "Enter what education said"),
        text=(text, "Enter the agreement"),
        signed_for_provider=(signed_for_provider, "Enter who signed for the provider"),
    )
    for_child.not_future(signed_on, as_of, "signed_on", "The day it was signed")
    for_placement.not_over(placement, as_of)
    return PlacementAgreement.objects.create(
        placement=placement,
        profile=policies.latest_profile(placement.child, signed_on),
        outcomes=outcomes.strip(),
        health_said=health_said.strip(),
        education_said=education_said.strip(),
        template=agreement_text.TEMPLATE,
        text=text.strip(),
        own_lines=agreement_text.own_lines(agreement_text.TEMPLATE, text),
        signed_on=signed_on,
        signed_for_provider=signed_for_provider.strip(),
        recorded_by=by,
    )
