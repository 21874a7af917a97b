"""What is known of a carer: checks and their evidence, training, who supervises them, supervision and appraisal."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from children import policies as for_child
from core import clock
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from placements import policies as for_placement
from placements.models import Placement, Provider
from staffing import evidence as documents
from staffing import policies_carers as policies
from staffing.models import Carer, Check, Evidence, Supervision, SupervisionLine, Training
from staffing.querysets import placements_known_to

NOT_CONFIRMED = "Confirm each of these, or the check has not been made: record it once they are so"
WITHOUT_EVIDENCE = "Select the document that was seen: that somebody else checked is no check"


# --- documents and checks ---------------------------------------------------------------------------------------------


@action
def attach_evidence(*, carer: Carer, upload: Any, by: User, as_of: dt.datetime) -> Evidence:
    """Keep a document about a carer. `upload` is a file as Django receives it: at most 5 MB, a PDF, JPEG or PNG.

    The same document sent again for the same carer is kept once.
    """
    policies.may_manage(by, carer)
    document = documents.read(upload)
    digest = hashlib.sha256(document.content).hexdigest()
    kept = Evidence.objects.filter(carer=carer, sha256=digest).defer("content").first()
    return kept or Evidence.objects.create(
        carer=carer,
        name=document.name,
        media_type=document.media_type,
        size=len(document.content),
        sha256=digest,
        content=document.content,
        recorded_by=by,
    )


@action
def record_check(
    *,
    carer: Carer,
    kind: str,
    checked_on: dt.date,
    valid_until: dt.date | None = None,
    detail: str,
    confirmed: Iterable[str] = (),
    upload: Any = None,
    evidence: Evidence | None = None,
    by: User,
    as_of: dt.datetime,
) -> Check:
    """Record what was checked of a carer, with its evidence: a new document (`upload`) or one of theirs kept already.

    `confirmed` are the facts without which a check of its kind is none (`Check.FACTS`): what is not so is not recorded as
    if it were. Raises Invalid where one is missing, without evidence, for a document that is another carer's (checks are
    never inherited) and for one that is the evidence of another kind of check already.
    """
    policies.may_manage(by, carer)
    for_child.one_of(kind, Check.Kind.choices, "kind", "Select what was checked")
    for_child.required(detail=(detail, "Enter what was seen, and how it was verified"))
    asked = Check.FACTS.get(kind, ())
    if not set(asked) <= set(confirmed):
        raise Invalid({"confirmed": NOT_CONFIRMED})
    policies.between(checked_on, carer.date_of_birth, "they were born", as_of, "checked_on", "The date of the check")
    _not_out_before(valid_until, checked_on, "the check was made")
    if upload:
        evidence = attach_evidence(carer=carer, upload=upload, by=by, as_of=as_of)
    if evidence is None:
        raise Invalid({"upload": WITHOUT_EVIDENCE})
    others = Check.objects.filter(evidence__sha256=evidence.sha256, withdrawn_at__isnull=True).exclude(carer=carer)
    if evidence.carer_id != carer.pk or others.exists():
        raise Invalid(
            {
                "upload": "This document is the evidence of another carer’s check. One letter for several people checks "
                "nobody: select a document of this carer’s own"
            }
        )
    _only_of_its_kind(carer, kind, evidence)
    touch(carer=carer)
    return Check.objects.create(
        carer=carer,
        kind=kind,
        checked_on=checked_on,
        valid_until=valid_until,
        detail=detail.strip(),
        confirmed=list(asked),
        evidence=evidence,
        checked_by=by,
    )


def _only_of_its_kind(carer: Carer, kind: str, evidence: Evidence) -> None:
    """One letter is not two references, nor a certificate a history: each kind of check has a document of its own."""
    may_share = next((kinds for kinds in Check.ONE_DOCUMENT if kind in kinds), {kind})
    others = Check.objects.filter(carer=carer, evidence__sha256=evidence.sha256, withdrawn_at__isnull=True)
    if other := others.exclude(kind__in=may_share).first():
        raise Invalid(
            {
                "upload": f"This document is the evidence of another check already: “{other.get_kind_display()}”. Select "
                "the document of this one"
            }
        )


@action
def withdraw_check(*, check: Check, why: str, by: User, as_of: dt.datetime) -> Check:
    """Record that a check no longer counts: it was wrong, or what it rests on turned out not to be so."""
    policies.may_manage(by, check.carer)
    for_child.hold(check)
    for_child.required(why=(why, "Enter why the check no longer counts"))
    if check.withdrawn_at is not None:
        raise Invalid({"": "This check was withdrawn already"})
    because(why.strip())
    check.withdrawn_at, check.withdrawn_why = as_of, why.strip()
    check.save(update_fields=["withdrawn_at", "withdrawn_why"])
    touch(carer=check.carer)
    return check


# --- training ---------------------------------------------------------------------------------------------------------


@action
def record_training(
    *,
    carer: Carer,
    subject: str,
    placement: Placement | None = None,
    given_on: dt.date,
    trainer: str,
    organisation: str = "",
    signed_on: dt.date | None = None,
    valid_until: dt.date | None = None,
    upload: Any = None,
    by: User,
    as_of: dt.datetime,
) -> Training:
    """Record what a carer is said to have been taught. It counts once there is a certificate (`upload`) or the day on
    which the trainer signed the attendance; without either it is kept as a claim."""
    policies.may_manage(by, carer)
    for_child.one_of(subject, Training.Subject.choices, "subject", "Select what was taught")
    for_child.required(trainer=(trainer, "Enter who taught it"))
    if subject in Training.OF_A_PLACEMENT:
        if placement is None or not placements_known_to(by).filter(pk=placement.pk).exists():
            raise Invalid({"placement": "Select the placement whose plan was taught"})
    elif placement is not None:
        raise Invalid({"placement": "Only a child’s own plan is taught for one placement. Select none"})
    policies.between(given_on, carer.date_of_birth, "they were born", as_of, "given_on", "The day it was taught")
    _check_signed(signed_on, given_on, as_of)
    _not_out_before(valid_until, given_on, "it was taught")
    touch(carer=carer, placement=placement)
    return Training.objects.create(
        carer=carer,
        subject=subject,
        placement=placement,
        given_on=given_on,
        trainer=trainer.strip(),
        organisation=organisation.strip(),
        signed_on=signed_on,
        valid_until=valid_until,
        evidence=attach_evidence(carer=carer, upload=upload, by=by, as_of=as_of) if upload else None,
        recorded_by=by,
    )


@action
def sign_training(
    *, training: Training, signed_on: dt.date | None = None, upload: Any = None, by: User, as_of: dt.datetime
) -> Training:
    """Add the proof that training took place: the trainer's signature, a certificate, or both."""
    policies.may_manage(by, training.carer)
    for_child.hold(training)
    if not signed_on and not upload:
        raise Invalid({"signed_on": "Enter the day the trainer signed, or select the certificate"})
    if signed_on and training.signed_on:
        raise Invalid({"signed_on": f"The trainer’s signature is on record already, of {in_words(training.signed_on)}"})
    if upload and training.evidence_id:
        raise Invalid({"upload": "The certificate is on record already"})
    _check_signed(signed_on, training.given_on, as_of)
    if signed_on:
        training.signed_on = signed_on
    if upload:
        training.evidence = attach_evidence(carer=training.carer, upload=upload, by=by, as_of=as_of)
    training.save(update_fields=["signed_on", "evidence"])
    touch(carer=training.carer, placement=training.placement)
    return training


# --- supervision ------------------------------------------------------------------------------------------------------


@action
def name_supervisor(
    *, carer: Carer, agency: Provider, supervisor: str, started_on: dt.date, by: User, as_of: dt.datetime
) -> SupervisionLine:
    """Say who supervises a carer for one of the agencies they work through, from a day on."""
    policies.may_manage(by, carer)
    policies.may_deal_with(by, agency)
    for_child.hold(carer)
    if for_placement.names_nobody(supervisor):
        raise Invalid({"supervisor": "Enter the name of the person who supervises them"})
    if supervisor.strip().lower() == str(carer).lower():
        raise Invalid({"supervisor": "Nobody supervises themselves. Enter somebody else’s name"})
    for_placement.within_plans(started_on, as_of, "started_on", "The day it starts")
    policies.works_through(carer, agency, max(started_on, clock.local_date(as_of)))
    lines = SupervisionLine.objects.exclude(ended_on__lte=started_on).filter(carer=carer, agency=agency)
    if line := lines.order_by("started_on").first():
        until = f" until {in_words(line.ended_on)}" if line.ended_on else ""
        raise Invalid(
            {
                "started_on": f"{line.supervisor} supervises them for {agency} from {in_words(line.started_on)}{until}. "
                "End that first, or enter a later day"
            }
        )
    touch(carer=carer)
    return SupervisionLine.objects.create(
        carer=carer, agency=agency, supervisor=supervisor.strip(), started_on=started_on, recorded_by=by
    )


@action
def end_supervisor(*, line: SupervisionLine, ended_on: dt.date, by: User, as_of: dt.datetime) -> SupervisionLine:
    """Record the day from which somebody no longer supervises a carer: in the past, today, or planned. Somebody else must
    begin."""
    policies.may_manage(by, line.carer)
    policies.may_deal_with(by, line.agency)
    for_child.hold(line)
    if line.ended_on is not None and line.ended_on <= clock.local_date(as_of):
        raise Invalid({"": f"This ended on {in_words(line.ended_on)} already"})
    what = "The day it ends"
    for_child.not_before(ended_on, line.started_on, "ended_on", what, "it started")
    for_placement.within_plans(ended_on, as_of, "ended_on", what)
    line.ended_on = ended_on
    line.save(update_fields=["ended_on"])
    touch(carer=line.carer)
    return line


@action
def record_supervision(
    *,
    carer: Carer,
    kind: str = Supervision.Kind.PRACTICE,
    held_on: dt.date,
    supervisor: str,
    reflection: str = "",
    agreed: str = "",
    by: User,
    as_of: dt.datetime,
) -> Supervision:
    """Record a supervision or a year's appraisal that took place. A practice supervision has a reflective part."""
    policies.may_manage(by, carer)
    for_child.one_of(kind, Supervision.Kind.choices, "kind", "Select what took place")
    for_child.required(supervisor=(supervisor, "Enter who supervised"))
    if kind == Supervision.Kind.PRACTICE:
        for_child.required(reflection=(reflection, "Enter the reflection: a supervision without it is a conversation"))
    else:
        for_child.required(agreed=(agreed, "Enter what was agreed"))
    policies.between(held_on, carer.date_of_birth, "they were born", as_of, "held_on", "The day it was held")
    touch(carer=carer)
    return Supervision.objects.create(
        carer=carer,
        kind=kind,
        held_on=held_on,
        supervisor=supervisor.strip(),
        reflection=reflection.strip(),
        agreed=agreed.strip(),
        recorded_by=by,
    )


def _check_signed(signed_on: dt.date | None, given_on: dt.date, as_of: dt.datetime) -> None:
    if signed_on is not None:
        what = "The day the trainer signed"
        policies.between(signed_on, given_on, "it was taught", as_of, "signed_on", what)


def _not_out_before(valid_until: dt.date | None, day: dt.date, because_of: str) -> None:
    if valid_until is not None:
        for_child.not_before(valid_until, day, "valid_until", "The last day it is valid", because_of)
