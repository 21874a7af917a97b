"""Referring somebody to the LADO, and deciding that nobody is (SAF-01).

To refer takes nobody's leave. Not to refer is a decision, with a reason, by somebody who has no part in it.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.urls import reverse

from children import policies as for_child
from children.models import Child
from core import clock
from core.access import Permission, Role
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import Authority, User
from core.outbox import WAITS
from governance.actions.concerns import pass_to_safeguarding, seen_by_lado
from governance.models import Concern
from governance.policies.concerns import raiser_of
from governance.querysets.concerns import to_raise_about
from lado import codes
from lado.models import Admission, ConductDecision, DecisionRead, Receipt, Referral, ReferralStep
from lado.policies import conduct as policies
from lado.querysets.referrals import about
from placements.models import Placement, Provider
from staffing import notices
from staffing.actions import stand_downs
from staffing.models import AwakeCheck, Carer, StandDown, StandDownCase
from staffing.querysets import placements_known_to

Answer = ConductDecision.Answer
STOOD_DOWN = "Passed to safeguarding."  # all that a stand-down from behind the door says of why


def case_page(referral: Referral) -> str:
    return reverse("lado:case", args=[referral.pk])


@action
def refer(
    *,
    what: str,
    post: str,
    category: str,
    criteria: list[str],
    child: Child | None = None,
    carer: Carer | None = None,
    account: User | None = None,
    named: str = "",
    employer: Provider | None = None,
    employer_named: str = "",
    happened_at: dt.datetime | None = None,
    source: str = "",
    concern: Concern | None = None,
    authority: Authority | None = None,
    stand_down: bool = False,
    police_involved: bool = False,
    by: User,
    as_of: dt.datetime,
) -> Receipt:
    """Refer an adult who works with children to the LADO: anybody may. What comes back is a receipt and nothing else.

    With `stand_down` the carer is stood down in the same act. A concern referred a second time is added to the first.
    """
    if not by.can(Permission.REFER_TO_LADO):
        raise PermissionDenied(f"this role may not {Permission.REFER_TO_LADO}")
    authority = _to_whom(authority, child, concern, by)
    carer, named, found = _whom(concern, carer, named, by)
    if account is not None and account.role != Role.LADO:
        raise PermissionDenied("whose account it is, is for the LADO to say")
    if account is not None and not policies.handlers(authority.pk).filter(pk=account.pk).exists():
        raise Invalid({"account": "Select the LADO of the council that it goes to"})
    account = account or found or policies.is_about_a_handler(named, authority.pk)
    _entered(what, post, category, criteria, happened_at, as_of)
    if carer is None and account is None:
        for_child.required(named=(named, "Enter who it is about, as far as you know"))
    came_from = source or raiser_of(by)
    for_child.one_of(came_from, Concern.Raiser.choices, "source", "Select who raised it")
    for_child.hold(authority)  # one at a time: numbers without holes, and a concern referred once
    earlier = Referral.objects.open().filter(concern=concern).first() if concern else None
    if earlier is None:
        child = child or (concern.child if concern else None)
        referral = Referral.objects.create(
            authority=authority,
            number=(Referral.objects.filter(authority=authority).aggregate(Max("number"))["number__max"] or 0) + 1,
            carer=carer,
            account=account,
            named=named.strip(),
            post=post,
            employer=employer,
            employer_named=employer_named.strip(),
            child=child,
            placement=_where(child, concern, happened_at or as_of),
            **dict.fromkeys(criteria, True),
            category=category,
            what=what.strip(),
            happened_at=happened_at,
            source=came_from,
            referred_by=by,
            received_at=as_of,
            concern=concern,
            police_involved=police_involved,
            owner=policies.owner_for(authority.pk, carer=carer, account=account, named=named),
        )
        owned_by_nobody_inside(referral, as_of)
    else:
        referral = _again(
            earlier, what, named, employer_named, criteria, category, happened_at, carer=carer, account=account,
            police_involved=police_involved, by=by, as_of=as_of,
        )  # fmt: skip
    touch(carer=referral.carer, placement=referral.placement)
    if stand_down and not referral.is_stood_down:
        stood_down(referral, by, as_of)
    if by.can(Permission.DECIDE_CONDUCT) and not policies.subject_is(
        by, carer=referral.carer, account=referral.account
    ):
        settle(referral, by, as_of)
    tell_owner(referral, "received", "A referral has reached you.")
    return Receipt.objects.create(referral=referral, to=by, given_at=as_of)


def _to_whom(authority: Authority | None, child: Child | None, concern: Concern | None, by: User) -> Authority:
    """The council whose LADO it goes to: the child's or, where there is none, one of the referrer's own."""
    if concern is not None:
        if not Concern.objects.visible_to(by).filter(pk=concern.pk).exists():
            raise PermissionDenied("this concern is another's")
        return concern.authority
    if child is not None:
        if not to_raise_about(by).filter(pk=child.pk).exists():
            raise PermissionDenied("this child is another's")
        return child.authority
    councils = policies.councils_of(by)
    if authority is not None and authority.pk not in councils:
        raise PermissionDenied("this council is another's")
    if authority is None and len(councils) != 1:
        raise Invalid({"authority": "Select the council to whose LADO it goes"})
    return authority or Authority.objects.get(pk=councils[0])


def _whom(concern: Concern | None, carer: Carer | None, named: str, by: User) -> tuple[Carer | None, str, User | None]:
    """Who it is about, as (carer, name, account): as the referrer says or, where they cannot know, as the concern has it."""
    if carer is not None and not Carer.objects.visible_to(by).filter(pk=carer.pk).exists():
        raise PermissionDenied("this carer is another's")
    subject = policies.whose_conduct(concern) if concern else None
    if subject is not None:
        return carer or subject.carer, named or subject.named, subject.account
    return carer, named, None


def _entered(
    what: str, post: str, category: str, criteria: list[str], happened_at: dt.datetime | None, as_of: dt.datetime
) -> None:
    for_child.required(what=(what, "Enter what happened, or what was said"))
    for_child.one_of(post, codes.Post.choices, "post", "Select what they do")
    for_child.one_of(category, codes.Category.choices, "category", "Select what kind of harm it is")
    if not criteria:
        raise Invalid({"criteria": "Select at least one thing that makes it a matter for the LADO"})
    for name in criteria:
        for_child.one_of(name, [(field, field) for field in codes.CRITERION_FIELDS], "criteria", "Select from the list")
    if happened_at is not None and happened_at > as_of:
        raise Invalid({"happened_at": "The date and time must be in the past"})


def _again(
    referral: Referral, what: str, named: str, employer_named: str, criteria: list[str], category: str,
    happened_at: dt.datetime | None, *, carer: Carer | None, account: User | None, police_involved: bool, by: User,
    as_of: dt.datetime,
) -> Referral:  # fmt: skip
    """Add what is said a second time to the referral there is: nothing that somebody entered is lost."""
    for_child.hold(referral)
    asked = {name: sentence for name, sentence, _ in codes.CRITERIA}
    said = [
        f"Referred again. {what.strip()}",
        "\n".join(asked[name] for name in criteria),
        codes.Category(category).label,
        f"About: {named.strip()}" if named.strip() else "",
        f"Works for: {employer_named.strip()}" if employer_named.strip() else "",
        f"When: {in_words(clock.local_date(happened_at))}" if happened_at else "",
        "The police are involved." if police_involved else "",
    ]
    ReferralStep.objects.create(
        referral=referral, kind=ReferralStep.Kind.NOTE, text="\n".join(filter(None, said)), by=by, happened_at=as_of
    )
    referral.police_involved = referral.police_involved or police_involved
    referral.carer, referral.account = referral.carer or carer, referral.account or account
    referral.save(update_fields=["police_involved", "carer", "account"])
    keep_subject_outside(referral, as_of)
    return referral


def keep_subject_outside(referral: Referral, as_of: dt.datetime) -> None:
    """Where its owner turns out to be whom it is about, the next person has it from this moment."""
    if not Referral.objects.filter(about(referral.owner), pk=referral.pk).exists():
        return
    referral.owner = policies.owner_for(
        referral.authority_id, carer=referral.carer, account=referral.account, named=referral.named
    )
    referral.save(update_fields=["owner"])
    owned_by_nobody_inside(referral, as_of)
    tell_owner(referral, "given", "A referral is yours to handle.")


def _where(child: Child | None, concern: Concern | None, moment: dt.datetime) -> Placement | None:
    """The placement of the child then or, where it was between two, the last before."""
    if concern is not None and concern.placement_id is not None:
        return concern.placement
    if child is None:
        return None
    day = clock.local_date(moment)
    return Placement.objects.filter(child=child, started_on__lte=day).order_by("-started_on", "-pk").first()


def owned_by_nobody_inside(referral: Referral, as_of: Any) -> None:
    """Let its owner in where they are not of the LADO's team: somebody must be able to act on it."""
    if referral.owner.can(Permission.HANDLE_ALLEGATIONS):
        return
    Admission.objects.get_or_create(
        referral=referral,
        person=referral.owner,
        ended_at=None,
        defaults={
            "handles": True,
            "started_at": as_of,
            "why": "There is no LADO who could handle it: there is none, or it is about them.",
        },
    )


def tell_owner(referral: Referral, key: str, text: str) -> None:
    notices.tell(
        [referral.owner], key=f"referral-{referral.pk}-{key}-{referral.owner_id}", subject=WAITS, text=text,
        path=case_page(referral),
    )  # fmt: skip


def stood_down(referral: Referral, by: User, as_of: dt.datetime, *, then: str = "refer") -> StandDown:
    """Stand the subject down, in this transaction. The record of it, its history too, is like that of any other."""
    if referral.carer is None:
        raise Invalid({"stand_down": "Only a carer on record can be stood down. Say first which carer it is"})
    placement = referral.placement if _knows(by, referral) else None
    if placement is None and by.authority_id is None:
        raise Invalid(
            {"stand_down": "Say which child it is about, so that a council keeps the stand-down, or refer without it"}
        )
    because(stand_downs.stand_down.__name__)
    standing = stand_downs.stand_down(
        carer=referral.carer,
        reason=STOOD_DOWN,
        placement=placement,
        by=by,
        as_of=as_of,
    )
    because(then)
    referral.stand_down = standing
    referral.save(update_fields=["stand_down"])
    return standing


def _knows(by: User, referral: Referral) -> bool:
    """Whether the placement is one where this person may say that a stand-down arose."""
    return placements_known_to(by).filter(pk=referral.placement_id).exists()


# --- deciding ---------------------------------------------------------------------------------------------------------


def settle(referral: Referral, by: User, as_of: dt.datetime) -> None:
    """A referral decides everything of the kind that is known of its subject in the council and not decided yet."""
    concern = referral.concern
    # A director who stands in for the LADO may not have the ledger: then a manager who has it decides about the concern.
    if concern is not None and Concern.objects.visible_to(by).filter(pk=concern.pk).exists():
        _decide(by, as_of, referral.authority_id, referral=referral, concern=referral.concern, carer=referral.carer)
        _pass_on(concern, by, as_of)
    if referral.carer is not None:
        for what in _all_of(referral.carer, referral.authority_id):
            _decide(by, as_of, referral.authority_id, referral=referral, carer=referral.carer, **what)


def _pass_on(concern: Concern, by: User, as_of: dt.datetime) -> None:
    """Say on the concern that it was decided and, where the LADO decided, that they have it. A manager’s decision has not
    brought it to the LADO, whichever it was (SAF-09, SAF-10)."""
    pass_to_safeguarding(concern=concern, by=by, as_of=as_of)
    if policies.looks(by, concern):
        seen_by_lado(concern=concern, by=by, as_of=as_of)


def _tell_lado_of(concern: Concern, by: User) -> None:
    """The LADO hears at once, as of a referral: how soon it is seen must not say which it was."""
    if policies.looks(by, concern):
        return
    seen = Concern.objects.filter(pk=concern.pk)
    people = [p for p in policies.handlers(concern.authority_id) if seen.visible_to(p).exists()]
    notices.tell(
        people or [p for p in [policies.who_looks(concern)] if p], key=f"not-referred-{concern.pk}", subject=WAITS,
        path=reverse("lado:cases" if people else "lado:mine"),
        text="It was decided that a matter is not referred to you. Read why, and take it up if you would.",
    )  # fmt: skip


def _all_of(carer: Carer, authority_id: int) -> list[dict[str, AwakeCheck | StandDownCase]]:
    looks = [{"look": look} for look in policies.undecided_looks(authority_id, carer)]
    return [*looks, *({"case": case} for case in policies.undecided_cases(authority_id, carer))]  # type: ignore[list-item]


def _decide(by: User, as_of: dt.datetime, authority_id: int, *, referral: Referral | None, **about: object) -> None:
    """Write the decision, unless there is one already."""
    source = {name: about[name] for name in ("concern", "case", "look") if name in about}
    if ConductDecision.objects.filter(**source).exists():
        return
    ConductDecision.objects.create(
        authority_id=authority_id,
        answer=Answer.REFERRED if referral else Answer.NOT_REFERRED,
        referral=referral,
        decided_by=by,
        decided_at=as_of,
        **about,
    )


@action
def do_not_refer(
    *, concern: Concern | None = None, carer: Carer | None = None, because: str, by: User, as_of: dt.datetime
) -> None:
    """Decide that a concern about conduct, or what was found of a carer, is not referred, because …

    Kept behind the door, where the LADO reads it. Raises Refused for its own subject and for commissioning.
    """
    subject = policies.whose_conduct(concern) if concern else None
    touch(carer=carer or (subject.carer if subject else None), child=concern.child if concern else None)
    policies.may_decide(by, concern=concern, carer=carer or (subject.carer if subject else None))
    for_child.required(because=(because, "Enter why it is not referred"))
    policies.gate_because(because)
    if concern is not None:
        if not Concern.objects.in_ledger_of(by).filter(pk=concern.pk).exists():
            raise PermissionDenied("this concern is another's to act on")
        for_child.hold(concern)
        if ConductDecision.objects.filter(concern=concern).exists():
            raise Conflict("This has been decided already.")
        whom = subject.carer if subject else None
        _decide(by, as_of, concern.authority_id, referral=None, because=because.strip(), concern=concern, carer=whom)
        _pass_on(concern, by, as_of)
        _tell_lado_of(concern, by)
        return
    if carer is None or not Carer.objects.visible_to(by).filter(pk=carer.pk).exists():
        raise PermissionDenied("this carer is another's")
    if by.authority_id is None:
        raise PermissionDenied("a council decides this")
    stand_downs.hold_carers([carer.pk])
    undecided = _all_of(carer, by.authority_id)
    if not undecided:
        raise Conflict("There is nothing left to decide about this carer.")
    for what in undecided:
        _decide(by, as_of, by.authority_id, referral=None, because=because.strip(), carer=carer, **what)


@action
def open_decision(*, decision: ConductDecision, by: User, as_of: dt.datetime) -> DecisionRead:
    """Record that a person opened a decision not to refer. Call it in the transaction that reads: no event, no page. It is not
    seen by that: they say so (`look_at`)."""
    if not policies.unseen_for(by).filter(pk=decision.pk).exists():
        raise PermissionDenied("this decision is another's to look at, or has been seen")
    return DecisionRead.objects.create(decision=decision, by=by)


@action
def look_at(*, decision: ConductDecision, by: User, as_of: dt.datetime) -> ConductDecision:
    """Say, as the LADO, that one has seen a decision not to refer: with that the LADO has it, and by nothing less. Whoever
    would not leave it at that refers it."""
    if not policies.unseen_for(by).filter(pk=decision.pk).exists():
        raise PermissionDenied("this decision is another's to look at, or has been seen")
    assert decision.concern is not None  # noqa: S101 - only those about a concern are looked at
    seen_by_lado(concern=decision.concern, by=by, as_of=as_of)
    return decision
