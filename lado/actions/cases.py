"""What is done about a referral, from its evaluation to its outcome (SAF-04 to SAF-07)."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.db.models.functions import Greatest
from django.urls import reverse

from children import policies as for_child
from core import clock, gates
from core.access import Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Conflict, Invalid, Refused
from core.models import User
from governance.actions.concerns import seen_by_lado
from governance.actions.protection import ask_for_safeguarding
from lado import codes
from lado.actions.referring import (
    case_page,
    keep_subject_outside,
    owned_by_nobody_inside,
    settle,
    stood_down,
    tell_owner,
)
from lado.models import Admission, Receipt, Referral, ReferralAction, ReferralRead, ReferralStep
from lado.policies import clocks
from lado.policies import conduct as policies
from placements.models import Placement
from staffing import notices
from staffing.models import Carer
from staffing.querysets import placements_known_to

Kind = ReferralStep.Kind
NO_CHILD = "Not asked for here: no child is on record. Say at which placement it arose, and evaluate it again."
BY_VOICE = (
    "Not asked for here: whom it is about may be one of those who would read that. Speak to the head of service or the "
    "safeguarding lead, whoever of them has no part in it, and record that it was held."
)
BY_RECORD = "Asked for on the child’s record. Nothing of the referral is said there."
NOTES = (Kind.NOTE, Kind.STRATEGY, Kind.ENQUIRY, Kind.LEARNING, Kind.GIVEN)


def _begin(referral: Referral, by: User, *, closed_too: bool = False) -> None:
    """Hold the referral; `by` must handle it, and it must be open."""
    policies.may_handle(by, referral, closed_too=True)
    for_child.hold(referral)
    policies.may_handle(by, referral, closed_too=closed_too)
    touch(carer=referral.carer, placement=referral.placement, user=referral.account)


def _step(referral: Referral, kind: str, text: str, by: User, happened_at: dt.datetime, **said: object) -> ReferralStep:
    return ReferralStep.objects.create(
        referral=referral, kind=kind, text=text.strip(), by=by, happened_at=happened_at, **said
    )


def _since(referral: Referral, moment: dt.datetime, as_of: dt.datetime, field: str) -> None:
    if moment > as_of:
        raise Invalid({field: "The date and time must be in the past"})
    if moment < referral.received_at:
        day = in_words(clock.local_date(referral.received_at))
        raise Invalid({field: f"The date and time must be after the referral reached the LADO, on {day}"})


# --- reading ----------------------------------------------------------------------------------------------------------


@action
def open_case(*, referral: Referral, page: str, by: User, as_of: dt.datetime) -> ReferralRead:
    """Record that a person opened it. Call it in the transaction that reads: no event, no page.

    Opened by the LADO, or by whoever handles it in their place, it has come to the LADO, and its concern says so.
    """
    if not Referral.objects.visible_to(by).filter(pk=referral.pk).exists():
        raise PermissionDenied("this referral is another's")
    if referral.concern is not None and (by.can(Permission.HANDLE_ALLEGATIONS) or referral.owner_id == by.pk):
        seen_by_lado(concern=referral.concern, by=by, as_of=as_of)
    return ReferralRead.objects.create(referral=referral, by=by, page=page)


@action
def open_cases(*, referrals: list[int], page: str, by: User, as_of: dt.datetime) -> None:
    """The same for a page that shows something of several."""
    seen = Referral.objects.visible_to(by).filter(pk__in=referrals).values_list("pk", flat=True)
    ReferralRead.objects.bulk_create([ReferralRead(referral_id=pk, by=by, page=page) for pk in sorted(seen)])


# --- evaluating and meeting -------------------------------------------------------------------------------------------


@action
def evaluate(*, referral: Referral, decision: str, text: str, by: User, as_of: dt.datetime) -> ReferralStep:
    """Say what is made of a referral at first. It may be evaluated again when more is known."""
    _begin(referral, by)
    for_child.one_of(decision, codes.Evaluation.choices, "decision", "Select what is to happen")
    for_child.required(text=(text, "Enter your reasons"))
    referral.evaluated_at = referral.evaluated_at or as_of
    referral.save(update_fields=["evaluated_at"])
    settle(referral, by, as_of)
    step = _step(referral, Kind.EVALUATION, text, by, as_of, decision=decision)
    if decision == codes.Evaluation.STRATEGY:
        _ask_for_strategy(referral, by, as_of)
    return step


def _ask_for_strategy(referral: Referral, by: User, as_of: dt.datetime) -> None:
    """Ask for it where the child is known, in words that say nothing of the referral; but not where those who would read
    that somebody asked may be whom it is about."""
    if referral.child is None:
        _step(referral, Kind.ASKED, NO_CHILD, by, as_of)
    elif policies.may_be_read_by_subject(referral):
        _step(referral, Kind.ASKED, BY_VOICE, by, as_of)
    elif ask_for_safeguarding(child=referral.child, by=by, as_of=as_of) is not None:
        _step(referral, Kind.ASKED, BY_RECORD, by, as_of)


@action
def hold_meeting(
    *,
    referral: Referral,
    held_at: dt.datetime,
    who_was_there: str,
    text: str,
    next_review_on: dt.date | None = None,
    by: User,
    as_of: dt.datetime,
) -> ReferralStep:
    """Record an allegations meeting: the first one, or a review. The next is at most four weeks later, two with the police."""
    _begin(referral, by)
    _since(referral, held_at, as_of, "held_at")
    for_child.required(
        who_was_there=(who_was_there, "Enter who was there, and for which agency"), text=(text, "Enter what was agreed")
    )
    if referral.evaluated_at is None:
        raise Invalid({"": "Evaluate the referral before you record a meeting about it"})
    if next_review_on is not None:
        day = clock.local_date(held_at)
        standards = clocks.Standards(referral.authority_id, clock.local_date(as_of))
        most = clocks.longest_until_review(standards, police=referral.police_involved)
        if not day < next_review_on <= day + dt.timedelta(days=most):
            raise Invalid({"next_review_on": f"The next review must be within {most} days of this meeting"})
    held = ReferralStep.objects.filter(referral=referral, kind__in=clocks.HELD).exists()
    return _step(
        referral, Kind.REVIEW if held else Kind.MEETING, text, by, held_at, who_was_there=who_was_there.strip(),
        next_review_on=next_review_on,
    )  # fmt: skip


@action
def note(
    *,
    referral: Referral,
    kind: str,
    text: str,
    who_was_there: str = "",
    happened_at: dt.datetime | None = None,
    by: User,
    as_of: dt.datetime,
) -> ReferralStep:
    """Write down a note, what is to be learnt, that a strategy discussion or a section 47 enquiry took place, or that the
    employer was given the closing summary, and when."""
    _begin(referral, by, closed_too=True)
    for_child.one_of(kind, [(each.value, each.label) for each in NOTES], "kind", "Select what you are recording")
    for_child.required(text=(text, "Enter what is to be recorded"))
    if happened_at is not None and happened_at > as_of:
        raise Invalid({"happened_at": "The date and time must be in the past"})
    if kind == Kind.GIVEN and (referral.closed_at is None or (happened_at or as_of) < referral.closed_at):
        raise Invalid({"kind": "There is a closing summary to give once the referral has its outcome"})
    return _step(referral, kind, text, by, happened_at or as_of, who_was_there=who_was_there.strip())


# --- what others are to do ---------------------------------------------------------------------------------------------


@action
def add_action(
    *, referral: Referral, kind: str, what: str, who: str, due_on: dt.date, by: User, as_of: dt.datetime
) -> ReferralAction:
    """Ask somebody for something: the employer, the police, children's services, or a referral to the DBS."""
    _begin(referral, by, closed_too=True)
    for_child.one_of(kind, ReferralAction.Kind.choices, "kind", "Select whose it is")
    for_child.required(what=(what, "Enter what is to be done"), who=(who, "Enter who does it"))
    if due_on < clock.local_date(as_of):
        raise Invalid({"due_on": "The date it is due must be today or in the future"})
    return ReferralAction.objects.create(
        referral=referral, kind=kind, what=what.strip(), who=who.strip()[:200], due_on=due_on, recorded_by=by
    )


@action
def finish_action(
    *, task: ReferralAction, done_on: dt.date, evidence: str, by: User, as_of: dt.datetime
) -> ReferralAction:
    """Record that it was done, and how we know."""
    _begin(task.referral, by, closed_too=True)
    for_child.hold(task)
    for_child.required(evidence=(evidence, "Enter how we know that it was done"))
    for_child.not_future(done_on, as_of, "done_on", "The date it was done")
    if task.done_on is not None:
        raise Conflict("This is recorded as done already.")
    task.done_on, task.evidence = done_on, evidence.strip()
    task.save(update_fields=["done_on", "evidence"])
    return task


@action
def police_involved(*, referral: Referral, involved: bool, why: str, by: User, as_of: dt.datetime) -> Referral:
    """Say that the police are involved, or are no more. With them it is reviewed every two weeks."""
    _begin(referral, by)
    for_child.required(why=(why, "Enter why"))
    because(why.strip())
    referral.police_involved = involved
    referral.save(update_fields=["police_involved"])
    return referral


@action
def stand_down_subject(*, referral: Referral, by: User, as_of: dt.datetime) -> Referral:
    """Stand the carer down at once. Everybody else reads of it what they read of any other."""
    _begin(referral, by)
    if referral.is_stood_down:
        raise Conflict("They are stood down already.")
    stood_down(referral, by, as_of, then="stand_down_subject")
    settle(referral, by, as_of)
    return referral


@action
def record_removal(*, referral: Referral, removed_on: dt.date, why: str, by: User, as_of: dt.datetime) -> Referral:
    """Record that the employer took them off the work because of harm: it must then refer to the DBS (SAF-07)."""
    _begin(referral, by, closed_too=True)
    for_child.required(why=(why, "Enter how they were removed, and why"))
    for_child.not_future(removed_on, as_of, "removed_on", "The date they were removed")
    because(why.strip())
    referral.removed_on = removed_on
    referral.save(update_fields=["removed_on"])
    _step(referral, Kind.REMOVED, why, by, as_of)
    return referral


@action
def withdraw_removal(*, referral: Referral, why: str, by: User, as_of: dt.datetime) -> Referral:
    """Say that they were not removed after all: what was recorded by mistake stays in the trail, and nothing is owed by it."""
    _begin(referral, by, closed_too=True)
    for_child.required(why=(why, "Enter why they were not removed after all"))
    if referral.removed_on is None:
        raise Conflict("No removal is on record.")
    because(why.strip())
    referral.removed_on = None
    referral.save(update_fields=["removed_on"])
    _step(referral, Kind.NOT_REMOVED, why, by, as_of)
    return referral


# --- who it is about, where, and who handles and reads it -----------------------------------------------------------------


@action
def identify(
    *, referral: Referral, carer: Carer | None = None, account: User | None = None, by: User, as_of: dt.datetime
) -> Referral:
    """Say which carer it is about, or whose account, or both; what is not given is taken back, so that a mistake can be mended.

    Whoever it is, is outside from this moment, the LADO too.
    """
    _begin(referral, by, closed_too=True)
    if carer is None and account is None and not referral.named:
        raise Invalid({"carer": "Select a carer, or a person with an account"})
    if carer is not None and not policies.carers_to_name(by, referral).filter(pk=carer.pk).exists():
        raise PermissionDenied("this carer is another's")
    if account is not None and not policies.accounts_to_name(referral).filter(pk=account.pk).exists():
        raise PermissionDenied("this account is another council's")
    referral.carer, referral.account = carer, account
    touch(carer=carer, user=account)
    referral.save(update_fields=["carer", "account"])
    keep_subject_outside(referral, as_of)
    if referral.evaluated_at is not None and not policies.subject_is(by, carer=carer, account=account):
        settle(referral, by, as_of)
    return referral


@action
def attach_placement(*, referral: Referral, placement: Placement, by: User, as_of: dt.datetime) -> Referral:
    """Say at which placement it arose, so that its clocks can be kept. The LADO sees its number, and no child's file."""
    _begin(referral, by, closed_too=True)
    if not placements_known_to(by).filter(pk=placement.pk).exists():
        raise PermissionDenied("this placement is another's")
    touch(placement=placement)
    referral.placement, referral.child = placement, placement.child
    referral.save(update_fields=["placement", "child"])
    return referral


@action
def hand_over_case(*, referral: Referral, owner: User, why: str, by: User, as_of: dt.datetime) -> Referral:
    """Give a referral to another of the LADO's team."""
    _begin(referral, by)
    for_child.required(why=(why, "Enter why"))
    if not policies.others_to_handle(referral).filter(pk=owner.pk).exists():
        raise Invalid({"owner": "Select somebody else of the LADO’s team"})
    because(why.strip())
    referral.owner = owner
    referral.save(update_fields=["owner"])
    tell_owner(referral, f"given-{as_of:%Y%m%dT%H%M%S}", "A referral is yours to handle.")
    return referral


def hand_on(*, account: User, by: User) -> None:
    """When an account is closed or given another role, what it handles and still owes something goes to the next person at
    once, and whatever it was let in to closes. Whoever runs the accounts is told nothing of it."""
    now = clock.database_now()
    for admission in Admission.objects.filter(person=account, ended_at__isnull=True).select_for_update():
        admission.ended_at = Greatest(now, F("started_at"))
        admission.save(update_fields=["ended_at"])
    for referral in Referral.objects.owing().filter(owner=account).select_related("carer", "account"):
        try:
            owner = policies.owner_for(
                referral.authority_id,
                carer=referral.carer,
                account=referral.account,
                named=referral.named,
                leaving=account,
            )
        except Conflict:
            continue  # nobody is left: the next account that is opened is found by the flag’s own way up
        referral.owner = owner
        referral.save(update_fields=["owner"])
        owned_by_nobody_inside(referral, now)
        tell_owner(referral, "given", "A referral is yours to handle.")


@action
def admit(
    *, referral: Referral, person: User, why: str, handles: bool = False, by: User, as_of: dt.datetime
) -> Admission:
    """Let somebody in to one referral, because they need it. Never its subject."""
    _begin(referral, by, closed_too=True)
    for_child.required(why=(why, "Enter why they need it"))
    if not policies.may_be_admitted(referral).filter(pk=person.pk).exists():
        raise Invalid({"person": "Select who is let in from the list"})
    if Admission.objects.filter(referral=referral, person=person, ended_at__isnull=True).exists():
        raise Conflict(f"{person.name} is admitted already.")
    admission = Admission.objects.create(
        referral=referral, person=person, handles=handles, why=why.strip(), started_at=as_of, admitted_by=by
    )
    notices.tell(
        [person], key=f"admission-{admission.pk}", subject="a referral to the LADO",
        text="You have been let in to a referral, because you need it for your work. Every opening is recorded.",
        path=case_page(referral),
    )  # fmt: skip
    return admission


@action
def end_admission(*, admission: Admission, by: User, as_of: dt.datetime) -> Admission:
    """End it: they read nothing of it any more."""
    _begin(admission.referral, by, closed_too=True)
    for_child.hold(admission)
    if admission.ended_at is not None:
        raise Conflict("This has ended already.")
    if admission.person_id == admission.referral.owner_id:
        raise Invalid({"": "They handle this referral: give it to somebody else first"})
    admission.ended_at = as_of
    admission.save(update_fields=["ended_at"])
    return admission


# --- the end ----------------------------------------------------------------------------------------------------------


@action
def close_case(
    *,
    referral: Referral,
    outcome: str,
    reasons: str,
    summary: str,
    learning: str = "",
    answer: str = "",
    by: User,
    as_of: dt.datetime,
) -> Referral:
    """Bring an allegation to its outcome: one of five, with reasons and a summary for the employer.

    Raises Refused where what is given is no outcome: that they resigned, that nothing more is done (SAF-06).
    """
    _begin(referral, by)
    _gate_outcome(outcome)
    for_child.required(
        reasons=(reasons, "Enter the reasons for the outcome"), summary=(summary, "Enter the summary for the employer")
    )
    _ready_to_close(referral)
    referral.closed_at, referral.outcome = as_of, outcome
    referral.retention = codes.RETENTION[codes.Outcome(outcome)]
    referral.save(update_fields=["closed_at", "outcome", "retention"])
    _step(referral, Kind.OUTCOME, reasons, by, as_of, decision=outcome)
    _step(referral, Kind.SUMMARY, summary, by, as_of)
    if learning.strip():
        _step(referral, Kind.LEARNING, learning, by, as_of)
    _answer(referral, answer, as_of)
    return referral


def _answer(referral: Referral, answer: str, as_of: dt.datetime) -> None:
    """Tell whoever referred it that it has come to its end; but for one who turned out to be whom it is about."""
    subjects = policies.subjects_of(carer=referral.carer, account=referral.account)
    receipts = Receipt.objects.filter(referral=referral).exclude(to__in=subjects).select_related("to")
    for receipt in receipts.select_for_update(of=("self",)):
        receipt.answer, receipt.answered_at = answer.strip(), as_of
        receipt.save(update_fields=["answer", "answered_at"])
        notices.tell(
            [receipt.to], key=f"receipt-{receipt.reference}", subject="what you passed to safeguarding",
            text="What you passed to safeguarding has come to its end. You can read what you may be told.",
            path=reverse("lado:receipt", args=[receipt.reference]),
        )  # fmt: skip


def _gate_outcome(outcome: str) -> None:
    if outcome in codes.Outcome.values:
        return
    if outcome in codes.NoOutcome.values:
        raise Refused(
            gates.ALLEGATION_OUTCOME,
            f"This allegation was not closed. “{codes.NoOutcome(outcome).label}” is not an outcome: whether it is so is still open.",
            "Find out, also where they have left, and close it as substantiated, unsubstantiated, unfounded, false or malicious.",
        )
    raise Invalid({"outcome": "Select the outcome"})


def _ready_to_close(referral: Referral) -> None:
    evaluation = (
        ReferralStep.objects.filter(referral=referral, kind=Kind.EVALUATION).order_by("happened_at", "pk").last()
    )
    if evaluation is None:
        raise Invalid({"": "Evaluate the referral before you close it"})
    held = ReferralStep.objects.filter(referral=referral, kind__in=clocks.HELD).exists()
    if evaluation.decision in codes.MEETS and not held:
        raise Invalid({"": "An allegations meeting was to be held: hold it, or evaluate again, before you close this"})
