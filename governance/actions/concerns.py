"""The concern ledger: raised, decided, passed on, escalated, answered and closed (SAF-08, SAF-09, ESC-02)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.urls import reverse

from children import policies as for_child
from children.actions.deciding import decided
from children.models import Child
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.errors import Conflict, Invalid
from core.models import User
from governance.models import Concern, ConcernReview, ConcernStep, ConductSubject, Meeting
from governance.policies import concerns as policies
from governance.policies import protection
from placements.models import Placement
from staffing import notices
from staffing.models import Carer

Kind = ConcernStep.Kind
NOTES = (Kind.NOTE, Kind.FORWARDED, Kind.MITIGATION)
NO_PART = "It is acted on by somebody who has no part in it."


def concern_page(concern: Concern) -> str:
    return reverse("governance:concern", args=[concern.pk])


# --- raising ----------------------------------------------------------------------------------------------------------


@action
def raise_concern(
    *,
    child: Child,
    category: str,
    what: str,
    raiser: str = "",
    raiser_name: str = "",
    risk: str = "",
    police_reference: str = "",
    about: Carer | None = None,
    colleague: User | None = None,
    named: str = "",
    received_at: dt.datetime | None = None,
    by: User,
    as_of: dt.datetime,
) -> Concern:
    """Enter a concern in the ledger: with a number, and somebody who must act on it, from this moment.

    It is from `by`, unless `raiser` says it came to them from somebody else: the child, her mother, a neighbour. `risk`
    makes it a police notice. `about`, `colleague` or `named` says whose conduct it is about: it never goes to them.
    """
    policies.may_raise(by, child)
    touch(child=child)
    for_child.one_of(category, Concern.Category.choices, "category", "Select what the concern is about")
    for_child.required(what=(what, "Enter what the concern is"))
    came_from = raiser or policies.raiser_of(by)
    for_child.one_of(came_from, Concern.Raiser.choices, "raiser", "Select who raised it")
    if risk:
        for_child.one_of(risk, Concern.Risk.choices, "risk", "Select the risk the police gave it")
    elif police_reference.strip():
        raise Invalid({"risk": "Select the risk the police gave it"})
    if risk and came_from != Concern.Raiser.POLICE:
        raise Invalid({"risk": "Only the police grade a notice. Leave this empty, or say that it came from the police"})
    moment = received_at or as_of
    policies.received(moment, as_of)
    if about is not None and not policies.carers_to_name(by).filter(pk=about.pk).exists():
        raise PermissionDenied("this carer is another's")
    if colleague is not None and not policies.colleagues_to_name(child, by).filter(pk=colleague.pk).exists():
        raise PermissionDenied("this account is another's")
    subject = ConductSubject(carer=about, account=colleague, named=named.strip(), recorded_by=by)
    # Whoever says whose conduct it is says that it is about conduct, whatever else it is about.
    is_conduct = category == Concern.Category.STAFF_CONDUCT or bool(about or colleague or named.strip())
    never = policies.accounts_of(subject, child.authority_id)
    for_child.hold(child.authority)  # one at a time, so that numbers have no holes and no twins
    last = Concern.objects.filter(authority=child.authority).aggregate(Max("number"))["number__max"] or 0
    concern = Concern.objects.create(
        authority=child.authority,
        number=last + 1,
        child=child,
        placement=_where(child, moment),
        category=category,
        what=what.strip(),
        raised_by=None if raiser and raiser != policies.raiser_of(by) else by,
        raiser=came_from,
        raiser_name=raiser_name.strip(),
        source=policies.source_of(came_from),
        risk=risk,
        police_reference=police_reference.strip(),
        received_at=moment,
        conduct_from=moment if is_conduct and category != Concern.Category.STAFF_CONDUCT else None,
        owner=policies.owner_for(child, never),
        recorded_by=by,
    )
    if is_conduct:
        subject.concern = concern
        subject.save()
    _tell(
        list({concern.owner, *policies.deciders(child, never)} - {by}), concern, "raised", "A concern has been raised."
    )
    return concern


def _where(child: Child, moment: dt.datetime) -> Placement | None:
    """The placement she was in then."""
    return Placement.objects.live_on(clock.local_date(moment)).filter(child=child).first()


def _tell(people: list[User], concern: Concern, what: str, text: str, key: str = "") -> None:
    notices.tell(
        people, key=f"concern-{concern.pk}-{what}{key}", subject=f"concern {concern.number}", text=text,
        path=concern_page(concern),
    )  # fmt: skip


def _told(concern: Concern) -> list[User]:
    """Who is told what came of it: nobody, where whoever raised it turned out to be whom it is about."""
    return [person for person in [concern.told] if person not in policies.accounts_it_is_about(concern)]


# --- what is done about it --------------------------------------------------------------------------------------------


def _hold(concern: Concern, by: User) -> None:
    """Hold the concern; it must be in the ledger of whoever acts."""
    policies.may_work_on(by, concern)
    for_child.hold(concern)
    touch(child=concern.child)


def _begin(concern: Concern, by: User) -> None:
    """Hold the concern; it must be open, and in the ledger of whoever acts."""
    _hold(concern, by)
    policies.still_open(concern)


def _step(concern: Concern, kind: str, by: User, as_of: dt.datetime, **said: Any) -> ConcernStep:
    return ConcernStep.objects.create(concern=concern, kind=kind, by=by, happened_at=as_of, **said)


@action
def open_concern(*, concern: Concern, by: User, as_of: dt.datetime) -> Concern:
    """Note that somebody of the council's has opened it, the first time somebody other than whoever raised it does."""
    if concern.read_at is not None or by.pk in (concern.raised_by_id, concern.recorded_by_id):
        return concern
    policies.may_work_on(by, concern)
    for_child.hold(concern)
    if concern.read_at is None:
        touch(child=concern.child)
        concern.read_at = as_of
        concern.save(update_fields=["read_at"])
        _step(concern, Kind.READ, by, as_of)
    return concern


@action
def triage(
    *,
    concern: Concern,
    decision: str,
    reasons: str,
    owner: User | None = None,
    conduct: bool = False,
    named: str = "",
    by: User,
    as_of: dt.datetime,
) -> ConcernStep:
    """Decide what is to be done about a concern, with reasons, and by whom. A manager’s act: a social worker to whom it was
    sent cannot take it alone. `conduct`: it is about somebody who works with the child, whatever it was raised as."""
    policies.may_decide(by, concern)
    _begin(concern, by)
    if conduct:
        about_conduct(concern, by, as_of, named)
    for_child.one_of(decision, ConcernStep.Triage.choices, "decision", "Select what is to be done")
    for_child.required(reasons=(reasons, "Enter your reasons"))
    if owner is not None and not policies.owners_for(concern).filter(pk=owner.pk).exists():
        raise Invalid({"owner": "Select who acts on it from the list"})
    concern.triaged_at = concern.triaged_at or as_of
    concern.read_at = concern.read_at or as_of
    concern.owner = owner or concern.owner
    concern.save(update_fields=["triaged_at", "read_at", "owner"])
    step = _step(concern, Kind.TRIAGED, by, as_of, decision=decision, text=reasons.strip())
    if concern.owner != by:
        _tell([concern.owner], concern, "triaged", "A concern is yours to act on.", f"-{step.pk}")
    return step


def about_conduct(concern: Concern, by: User, as_of: dt.datetime, named: str = "") -> None:
    """From now on it is about the conduct of staff, too. Never taken back: it ends in a decision whether it is referred."""
    if not concern.is_conduct:
        concern.conduct_from = as_of
        concern.save(update_fields=["conduct_from"])
    ConductSubject.objects.get_or_create(concern=concern, defaults={"named": named.strip(), "recorded_by": by})
    _keep_subject_outside(concern, by, as_of)


@action
def note(*, concern: Concern, kind: str, text: str, to: str = "", by: User, as_of: dt.datetime) -> ConcernStep:
    """Write down something that was done: a note, what makes it safer meanwhile, or that it was passed on to somebody.

    Passing it on closes nothing and stops no clock (F112).
    """
    _begin(concern, by)
    for_child.one_of(kind, [(each.value, each.label) for each in NOTES], "kind", "Select what you are recording")
    for_child.required(text=(text, "Enter what was done"))
    if kind == Kind.FORWARDED and not to.strip():
        raise Invalid({"to": "Enter who it was passed on to"})
    return _step(concern, kind, by, as_of, text=text.strip(), to=to.strip() if kind == Kind.FORWARDED else "")


@action
def hand_over(*, concern: Concern, owner: User, why: str, by: User, as_of: dt.datetime) -> ConcernStep:
    """Give a concern to somebody else to act on. By whoever decides, or whoever has it now."""
    if concern.owner_id != by.pk:
        policies.may_decide(by, concern)
    _begin(concern, by)
    for_child.required(why=(why, "Enter why"))
    if not policies.owners_for(concern).filter(pk=owner.pk).exists():
        raise Invalid({"owner": "Select who acts on it from the list"})
    if concern.owner_id == owner.pk:
        raise Conflict(f"{owner.name} has it already.")
    concern.owner = owner
    concern.save(update_fields=["owner"])
    step = _step(concern, Kind.HANDED_OVER, by, as_of, text=why.strip(), recipient=owner)
    _tell([owner], concern, "given", "A concern is yours to act on.", f"-{step.pk}")
    return step


@action
def consult_lado(*, concern: Concern, advice: str, spoke_to: str, by: User, as_of: dt.datetime) -> ConcernStep:
    """Record that the LADO was consulted about it: with whom, and what they advised.

    A closed concern may be the last of a run, and no closing undoes that the run must be brought to the LADO.
    """
    _hold(concern, by)
    for_child.required(advice=(advice, "Enter what the LADO advised"), spoke_to=(spoke_to, "Enter who you spoke to"))
    return _step(concern, Kind.LADO, by, as_of, text=advice.strip(), to=spoke_to.strip()[:200])


@action
def pass_to_safeguarding(*, concern: Concern, by: User, as_of: dt.datetime) -> ConcernStep:
    """Say on a concern that it was decided whether somebody is referred: it is about conduct, whatever it was raised as. What
    was decided is kept elsewhere: what stands here is the same either way, and is written once."""
    if not Concern.objects.visible_to(by).filter(pk=concern.pk).exists():
        raise PermissionDenied("this concern is another's")
    for_child.hold(concern)
    touch(child=concern.child)
    about_conduct(concern, by, as_of)
    said = ConcernStep.objects.filter(concern=concern, kind=Kind.PASSED).first()
    return said or _step(concern, Kind.PASSED, by, as_of)


@action
def seen_by_lado(*, concern: Concern, by: User, as_of: dt.datetime) -> None:
    """Say on a concern, once, that the LADO has what was passed on: a referral, or the decision that nobody is referred. It
    is the same either way. Written with the act by which they have it, which has asked who may.

    Nothing is said before it is passed on: else everybody with the ledger would read that somebody outside referred it.
    """
    if not _unseen(concern):
        return
    for_child.hold(concern)
    if _unseen(concern):
        touch(child=concern.child)
        _step(concern, Kind.SEEN, by, as_of)


def _unseen(concern: Concern) -> bool:
    said = ConcernStep.objects.filter(concern=concern, kind__in=(Kind.PASSED, Kind.SEEN))
    return set(said.values_list("kind", flat=True)) == {Kind.PASSED}


@action
def identify(
    *, concern: Concern, carer: Carer | None = None, colleague: User | None = None, by: User, as_of: dt.datetime
) -> ConductSubject:
    """Say which carer on record a concern about conduct is about, so that it is gathered with the others about them; or
    which colleague. Whoever it is, is outside from this moment: where they had it, the next person has."""
    if not by.can(Permission.SEE_CONDUCT):
        raise PermissionDenied(f"this role may not {Permission.SEE_CONDUCT}")
    policies.may_work_on(by, concern)
    for_child.hold(concern)
    touch(child=concern.child)
    if carer is None and colleague is None:
        raise Invalid({"carer": "Select a carer, or a colleague"})
    if carer is not None and not policies.carers_to_name(by).filter(pk=carer.pk).exists():
        raise PermissionDenied("this carer is another's")
    if colleague is not None and not policies.colleagues_to_name(concern.child, by).filter(pk=colleague.pk).exists():
        raise PermissionDenied("this account is another's")
    if not concern.is_conduct:
        raise Invalid({"": "Only a concern about the conduct of staff is about a carer, or a colleague"})
    subject = ConductSubject.objects.select_for_update(of=("self",)).get(concern=concern)
    subject.carer, subject.account = carer or subject.carer, colleague or subject.account
    subject.save(update_fields=["carer", "account"])
    _keep_subject_outside(concern, by, as_of)
    return subject


def _keep_subject_outside(concern: Concern, by: User, as_of: dt.datetime) -> None:
    """Where whoever must act on a concern is whom it is about, the next person has it from this moment."""
    never = set(policies.accounts_it_is_about(concern).values_list("pk", flat=True))
    if concern.owner_id not in never:
        return
    concern.owner = policies.owner_for(concern.child, never | policies.never_asked(concern))
    concern.save(update_fields=["owner"])
    step = _step(concern, Kind.HANDED_OVER, by, as_of, text=NO_PART, recipient=concern.owner)
    _tell([concern.owner], concern, "given", "A concern is yours to act on.", f"-{step.pk}")


# --- escalating and answering -----------------------------------------------------------------------------------------


@action
def escalate(
    *, concern: Concern, recipient: User, due_on: dt.date, why: str = "", by: User, as_of: dt.datetime
) -> ConcernStep:
    """Keep on a concern that `by` escalated it formally, to whom it went first and by when it is due (ESC-02, F88). Written
    with the escalation itself, which goes on from there. By whoever raised the concern, or anybody who reads the ledger."""
    if not Concern.objects.visible_to(by).filter(pk=concern.pk).exists():
        raise PermissionDenied("this concern is another's")
    for_child.hold(concern)
    touch(child=concern.child)
    return _step(concern, Kind.ESCALATED, by, as_of, recipient=recipient, text=why.strip(), due_on=due_on)


@action
def reply(*, escalation: ConcernStep, text: str, by: User, as_of: dt.datetime) -> ConcernStep:
    """Keep the answer to a formal escalation on its concern. Written with the answer, by whoever had the escalation."""
    concern = escalation.concern
    for_child.hold(concern)
    touch(child=concern.child)
    for_child.required(text=(text, "Enter your answer"))
    if ConcernStep.objects.filter(in_reply_to=escalation).exists():
        raise Conflict("This is answered already.")
    return _step(concern, Kind.REPLIED, by, as_of, text=text.strip(), in_reply_to=escalation)


@action
def answer(*, concern: Concern, text: str, by: User, as_of: dt.datetime) -> ConcernStep:
    """Tell whoever raised it what came of it. They read this; where they have no account, it says how they were told."""
    _begin(concern, by)
    for_child.required(text=(text, "Enter the answer"))
    concern.answered_at = concern.answered_at or as_of
    concern.save(update_fields=["answered_at"])
    step = _step(concern, Kind.ANSWERED, by, as_of, text=text.strip())
    if concern.told != by:
        _tell(_told(concern), concern, "answered", "A concern you raised has an answer.", f"-{step.pk}")
    return step


@action
def close(*, concern: Concern, reason: str, done: str, by: User, as_of: dt.datetime) -> ConcernStep:
    """Close a concern: a manager’s act, for a reason that counts and with what was done.

    Raises Refused where the reason is that it is known already, the best there is, or only for a short time.
    """
    policies.may_decide(by, concern)
    _begin(concern, by)
    policies.gate_closing(reason, done)
    for_child.one_of(reason, ConcernStep.Closing.choices, "reason", "Select why it can be closed")
    for_child.required(done=(done, "Enter what was done"))
    policies.may_close(concern)
    protection.may_close(concern)
    concern.closed_at = as_of
    concern.save(update_fields=["closed_at"])
    step = _step(concern, Kind.CLOSED, by, as_of, decision=reason, text=done.strip())
    if concern.told != by:
        _tell(_told(concern), concern, "closed", "A concern you raised has been closed.")
    return step


# --- the meeting a run of them calls ----------------------------------------------------------------------------------


@action
def record_review(
    *,
    child: Child,
    meeting: Meeting | None = None,
    held_at: dt.datetime | None = None,
    there: Sequence[str] = (),
    agencies: str = "",
    outcome: str,
    decision: str,
    why: str,
    decided_by: User,
    by: User,
    as_of: dt.datetime,
) -> ConcernReview:
    """Record the meeting of several agencies about a run of concerns, with the decision whether the child stays or moves.

    Either a meeting whose minutes were sent here, at which two agencies were; or one held elsewhere, with the agencies that
    were there and who came. That concerns were on a weekly agenda is not enough: somebody decides whether the child stays.
    The decision goes on the child's record as `decided_by`'s, who is told of it where somebody else wrote it down.
    """
    for_child.may(by, Permission.TRIAGE_CONCERNS, authority_id=child.authority_id)
    if not Child.objects.visible_to(by).filter(pk=child.pk).exists():
        raise PermissionDenied("this child is another's")
    touch(child=child)
    if meeting is not None:
        if not policies.meetings_about(child, by).filter(pk=meeting.pk).exists():
            raise Invalid({"meeting": "Select a meeting about this child at which two agencies or more were"})
        held_at, there = meeting.held_at, policies.agencies_at(meeting)
    else:
        for_child.required(
            held_at=(held_at, "Enter the date and time of the meeting"),
            agencies=(agencies, "Enter who was there, and for which agency"),
        )
        there = policies.several(there)
    assert held_at is not None  # noqa: S101 - asked for just above
    policies.received(held_at, as_of, "held_at")
    for_child.required(
        outcome=(outcome, "Enter what was agreed"),
        why=(why, "Enter the reasons for the decision"),
    )
    for_child.one_of(decision, ConcernReview.Decision.choices, "decision", "Select whether the child stays or moves")
    if not policies.who_may_decide_where_she_lives(child).filter(pk=decided_by.pk).exists():
        raise Invalid({"decided_by": "Select who decided from the list"})
    review = ConcernReview.objects.create(
        child=child,
        meeting=meeting,
        held_at=held_at,
        there=there,
        agencies=agencies.strip(),
        outcome=outcome.strip(),
        decision=decision,
        why=why.strip(),
        decided_by=decided_by,
        recorded_by=by,
    )
    taken = decided(
        "record_review",
        child=child,
        what=f"{review.get_decision_display()}.",
        why=why,
        on=clock.local_date(held_at),
        decider=decided_by,
        by=by,
        as_of=as_of,
    )
    if decided_by != by:
        notices.tell(
            [decided_by],
            key=f"decision-{taken.pk}",
            subject="a decision of yours was recorded",
            text="Whether a child stays or moves was recorded as your decision. If you did not decide it, say so.",
            path=reverse("children:decisions", args=[child.reference]),
        )
    return review
