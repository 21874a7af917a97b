"""Child protection: a strategy discussion asked for, held or declined; what follows from it; and serious harm notified
(SAF-02, SAF-03, SAF-10, NOT-09).
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children import policies as for_child
from children.models import Child
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.errors import Conflict, Invalid
from core.models import User
from core.outbox import WAITS
from governance.models import (
    Concern,
    ConcernStep,
    Enquiry,
    SeriousHarmNotice,
    StrategyAttendee,
    StrategyConcern,
    StrategyDiscussion,
)
from governance.policies import concerns as for_concern
from governance.policies import protection as policies
from staffing import notices

Agency, Outcome = StrategyAttendee.Agency, StrategyDiscussion.Outcome
TOLD = {"police": ConcernStep.Kind.TOLD_POLICE, "health": ConcernStep.Kind.TOLD_HEALTH}
ASKED = "Enter why a strategy discussion is needed"
OF_SAFEGUARDING = "Safeguarding asks for it. What it is about is told to those who come: ask whoever asked for it."


def _asked_page() -> str:
    return reverse("governance:asked_strategy")


def protection_page(child: Child) -> str:
    return reverse("governance:protection", args=[child.reference])


# --- asking for a strategy discussion ---------------------------------------------------------------------------------


@action
def ask_for_strategy(
    *, child: Child, why: str, concern: Concern | None = None, by: User, as_of: dt.datetime
) -> StrategyDiscussion:
    """Ask for a strategy discussion about a child: by anybody who works with the child, of whatever agency (F113).

    A manager holds it, or says why not; whoever asked is told which.
    """
    policies.may_ask(by, child)
    touch(child=child)
    for_child.required(why=(why, ASKED))
    if concern is not None:
        _may_be_about([concern], child, by)
        mine = StrategyDiscussion.objects.about(concern).open().filter(asked_by=by)
        if mine.exists():
            raise Conflict("You have asked for a strategy discussion about this already. It is not answered yet.")
    return _ask(child, why.strip(), concern, by, as_of)


def _ask(child: Child, why: str, concern: Concern | None, by: User, as_of: dt.datetime) -> StrategyDiscussion:
    discussion = StrategyDiscussion.objects.create(
        child=child, placement=policies.where_she_lived(child, as_of), asked_by=by, asked_at=as_of, why=why
    )
    if concern is not None:
        StrategyConcern.objects.create(discussion=discussion, concern=concern)
    never = list(for_concern.accounts_it_is_about(concern).values_list("pk", flat=True)) if concern else []
    notices.tell(
        [
            person
            for person in for_concern.deciders(child, never) or [for_concern.owner_for(child, never)]
            if person != by
        ],
        key=f"strategy-{discussion.pk}-asked",
        subject="a strategy discussion is asked for",
        text="Somebody who works with a child asks for a strategy discussion. Hold it, or say why not.",
        path=reverse("governance:strategy", args=[discussion.pk]),
    )
    return discussion


@action
def ask_for_safeguarding(*, child: Child, by: User, as_of: dt.datetime) -> StrategyDiscussion | None:
    """Ask for a strategy discussion in the words of safeguarding, which are always the same: what it is about is told to those
    who come. For the floor that may not say more, and has asked itself who reads this. Once, while it is not answered."""
    touch(child=child)
    if StrategyDiscussion.objects.open().filter(child=child, asked_by=by, why=OF_SAFEGUARDING).exists():
        return None
    return _ask(child, OF_SAFEGUARDING, None, by, as_of)


def _may_be_about(concerns: Iterable[Concern], child: Child, by: User) -> None:
    for concern in concerns:
        if not policies.concerns_to_discuss(child, by).filter(pk=concern.pk).exists():
            raise PermissionDenied("this concern is another's")


@action
def decline_strategy(
    *, discussion: StrategyDiscussion, reasons: str, answer: str, by: User, as_of: dt.datetime
) -> StrategyDiscussion:
    """Say that a strategy discussion somebody asked for is not held, and why. A manager’s act; whoever asked is told."""
    policies.may_decide(by, discussion.child)
    policies.may_answer(by, discussion)
    for_child.hold(discussion)
    touch(child=discussion.child)
    policies.still_open(discussion)
    for_child.required(
        reasons=(reasons, "Enter why it is not held"), answer=(answer, "Enter what whoever asked is told")
    )
    if discussion.about.filter(concern__category=Concern.Category.SEXUAL_HARM).exists():
        raise Invalid({"": "This is about suspected sexual harm: the strategy discussion is held, on the same day"})
    discussion.declined_at, discussion.reasons = as_of, reasons.strip()
    _answer(discussion, answer, by)
    return discussion


def _answer(discussion: StrategyDiscussion, answer: str, by: User) -> None:
    discussion.answer, discussion.answered_by = answer.strip(), by
    discussion.save()
    asker = discussion.asked_by
    if asker == by:
        return
    if asker.can(Permission.ASK_FOR_STRATEGY):
        subject, path = "your request has an answer", _asked_page()
    else:  # asked from behind the LADO's door, and read there
        subject, path = WAITS, reverse("lado:cases" if asker.can(Permission.HANDLE_ALLEGATIONS) else "lado:mine")
    notices.tell(
        [asker],
        key=f"strategy-{discussion.pk}-answered",
        subject=subject,
        text="You asked for a strategy discussion about a child. There is an answer.",
        path=path,
    )


# --- holding one ------------------------------------------------------------------------------------------------------


@action
def hold_strategy(
    *,
    discussion: StrategyDiscussion,
    held_at: dt.datetime,
    chair: str,
    there: Mapping[str, str],
    outcome: str,
    reasons: str,
    answer: str = "",
    concerns: Iterable[Concern] = (),
    by: User,
    as_of: dt.datetime,
) -> StrategyDiscussion:
    """Record that a strategy discussion somebody asked for was held: who was there, what was decided and why.

    `there` says for each agency who came: without social care, police and health it was no strategy discussion. Where
    the outcome is a section 47 enquiry, that begins with it, on that day. Whoever asked is told `answer`.
    """
    child = discussion.child
    policies.may_record(by, child)
    policies.may_answer(by, discussion)
    for_child.hold(discussion)
    touch(child=child)
    policies.still_open(discussion)
    if held_at < discussion.asked_at and clock.local_date(held_at) != clock.local_date(discussion.asked_at):
        raise Invalid({"held_at": "It must be held on or after the day it was asked for"})
    return _hold(discussion, held_at, chair, there, outcome, reasons, answer, list(concerns), by, as_of)


@action
def record_strategy(
    *,
    child: Child,
    why: str,
    held_at: dt.datetime,
    chair: str,
    there: Mapping[str, str],
    outcome: str,
    reasons: str,
    concerns: Iterable[Concern] = (),
    by: User,
    as_of: dt.datetime,
) -> StrategyDiscussion:
    """Record a strategy discussion that was held without anybody having asked for it here."""
    policies.may_record(by, child)
    touch(child=child)
    for_child.required(why=(why, ASKED))
    discussion = StrategyDiscussion.objects.create(
        child=child, placement=policies.where_she_lived(child, held_at), asked_by=by, asked_at=min(held_at, as_of),
        why=why.strip(),
    )  # fmt: skip
    return _hold(discussion, held_at, chair, there, outcome, reasons, "", list(concerns), by, as_of)


def _hold(
    discussion: StrategyDiscussion, held_at: dt.datetime, chair: str, there: Mapping[str, str], outcome: str,
    reasons: str, answer: str, concerns: list[Concern], by: User, as_of: dt.datetime,
) -> StrategyDiscussion:  # fmt: skip
    for_concern.received(held_at, as_of, "held_at")
    for_child.required(chair=(chair, "Enter who chaired it"), reasons=(reasons, "Enter the reasons for the decision"))
    for_child.one_of(outcome, Outcome.choices, "outcome", "Select what was decided")
    came = {agency: there[agency].strip() for agency in Agency.values if there.get(agency, "").strip()}
    if missing := [agency.label for agency in StrategyAttendee.NEEDED if agency not in came]:
        raise Invalid(
            {"": f"A strategy discussion needs {' and '.join(missing)}. Without them, hold it again, with them"}
        )
    if discussion.asked_by != by:
        for_child.required(answer=(answer, "Enter what whoever asked is told"))
    _may_be_about(concerns, discussion.child, by)
    discussion.held_at, discussion.chair = held_at, chair.strip()
    discussion.outcome, discussion.reasons = outcome, reasons.strip()
    already = set(discussion.about.values_list("concern_id", flat=True))
    new = {concern.pk for concern in concerns} - already
    StrategyConcern.objects.bulk_create([StrategyConcern(discussion=discussion, concern_id=pk) for pk in sorted(new)])
    StrategyAttendee.objects.bulk_create(
        [StrategyAttendee(discussion=discussion, agency=agency, who=who) for agency, who in came.items()]
    )
    _answer(discussion, answer, by)
    if outcome == Outcome.ENQUIRY:
        Enquiry.objects.create(
            discussion=discussion, child=discussion.child, started_on=clock.local_date(held_at), recorded_by=by
        )
    return discussion


# --- the section 47 enquiry -------------------------------------------------------------------------------------------


def _enquiry(enquiry: Enquiry) -> Child:
    for_child.hold(enquiry)
    touch(child=enquiry.child)
    return enquiry.child


def _day_of(enquiry: Enquiry, day: dt.date, field: str, what: str, as_of: dt.datetime) -> None:
    for_child.not_future(day, as_of, field, what)
    for_child.not_before(day, enquiry.started_on, field, what, "the enquiry began")


@action
def finish_assessment(*, enquiry: Enquiry, assessed_on: dt.date, found: str, by: User, as_of: dt.datetime) -> Enquiry:
    """Record that the assessment of a section 47 enquiry is finished, and what it found."""
    policies.may_record(by, enquiry.child)
    _enquiry(enquiry)
    if enquiry.assessed_on is not None:
        raise Conflict("The assessment is finished already.")
    for_child.required(found=(found, "Enter what the assessment found"))
    _day_of(enquiry, assessed_on, "assessed_on", "The day it was finished", as_of)
    enquiry.assessed_on, enquiry.found = assessed_on, found.strip()
    enquiry.save(update_fields=["assessed_on", "found"])
    return enquiry


@action
def hold_conference(*, enquiry: Enquiry, held_on: dt.date, by: User, as_of: dt.datetime) -> Enquiry:
    """Record that the child protection conference was held. One that was thought not to be needed may be held after all; that
    it was thought so, until then, stays on record."""
    policies.may_record(by, enquiry.child)
    _enquiry(enquiry)
    if enquiry.conference_on is not None:
        raise Conflict("The conference is on record already.")
    _day_of(enquiry, held_on, "held_on", "The day of the conference", as_of)
    enquiry.conference_on = held_on
    enquiry.save(update_fields=["conference_on"])
    return enquiry


@action
def need_no_conference(*, enquiry: Enquiry, because: str, by: User, as_of: dt.datetime) -> Enquiry:
    """Decide that no child protection conference is needed, and why. A manager’s act."""
    policies.may_decide(by, enquiry.child)
    _enquiry(enquiry)
    if enquiry.conference_settled:
        raise Conflict("It is on record already whether there is a conference.")
    for_child.required(because=(because, "Enter why no conference is needed"))
    enquiry.no_conference_on = clock.local_date(as_of)
    enquiry.no_conference_because, enquiry.no_conference_by = because.strip(), by
    enquiry.save(update_fields=["no_conference_on", "no_conference_because", "no_conference_by"])
    return enquiry


# --- telling police and health of a concern ---------------------------------------------------------------------------


@action
def tell_agency(
    *,
    concern: Concern,
    agency: str,
    who: str,
    text: str,
    told_at: dt.datetime | None = None,
    by: User,
    as_of: dt.datetime,
) -> ConcernStep:
    """Record that the police, or health, were told of a concern: who there, what, and when. Also of a closed one: no
    closing undoes that they must know."""
    for_concern.may_work_on(by, concern)
    for_child.hold(concern)
    touch(child=concern.child)
    for_child.one_of(agency, [(each, each) for each in TOLD], "agency", "Select who was told")
    for_child.required(who=(who, "Enter who was told"), text=(text, "Enter what they were told"))
    moment = told_at or as_of
    for_concern.received(moment, as_of, "told_at")
    if moment < concern.received_at:
        raise Invalid({"told_at": "It must be after the concern reached the council"})
    return ConcernStep.objects.create(
        concern=concern, kind=TOLD[agency], text=text.strip(), to=who.strip()[:200], by=by, happened_at=moment
    )


# --- serious harm -----------------------------------------------------------------------------------------------------


@action
def record_serious_harm(
    *, child: Child, aware_at: dt.datetime, what: str, concern: Concern | None = None, by: User, as_of: dt.datetime
) -> SeriousHarmNotice:
    """Record serious harm with abuse or neglect known or suspected, from the moment the council was aware of it.

    Those who decide whether it must be notified are told. Until they have decided, it is taken that it must.
    """
    policies.may_record(by, child)
    touch(child=child)
    for_child.required(what=(what, "Enter what happened"))
    for_concern.received(aware_at, as_of, "aware_at")
    if concern is not None:
        _may_be_about([concern], child, by)
    notice = SeriousHarmNotice.objects.create(
        child=child, placement=policies.where_she_lived(child, aware_at), concern=concern, aware_at=aware_at,
        what=what.strip(), recorded_by=by,
    )  # fmt: skip
    deciders = [person for person in policies.notice_deciders(child) if person != by]
    text = "Serious harm is on record. Decide whether the Panel, Ofsted and the safeguarding partners must be told."
    _tell_of(notice, deciders, "recorded", text)
    return notice


def _tell_of(notice: SeriousHarmNotice, people: list[User], what: str, text: str) -> None:
    notices.tell(
        people, key=f"serious-harm-{notice.pk}-{what}", subject="serious harm", text=text,
        path=reverse("governance:serious_harm", args=[notice.pk]),
    )  # fmt: skip


def _notice(notice: SeriousHarmNotice, by: User) -> None:
    policies.may_record(by, notice.child)
    for_child.hold(notice)
    touch(child=notice.child)


@action
def decide_serious_harm(
    *, notice: SeriousHarmNotice, met: bool, why: str, decided_by: User, by: User, as_of: dt.datetime
) -> SeriousHarmNotice:
    """Record whether serious harm must be notified, why, and who decided. It may be decided again, on new facts."""
    _notice(notice, by)
    for_child.required(why=(why, "Enter the reasons for the decision"))
    if not policies.notice_deciders(notice.child).filter(pk=decided_by.pk).exists():
        raise Invalid({"decided_by": "Select who decided from the list"})
    if not met and any(getattr(notice, field) for field in SeriousHarmNotice.TOLD):
        raise Conflict("Others have been told of it already, and that cannot be undone.")
    notice.criteria_met, notice.why = met, why.strip()
    notice.decided_by, notice.decided_at = decided_by, as_of
    notice.save(update_fields=["criteria_met", "why", "decided_by", "decided_at"])
    if decided_by != by:
        text = "Whether serious harm must be notified was recorded as your decision. If you did not decide it, say so."
        _tell_of(notice, [decided_by], f"decided-{as_of:%Y%m%d%H%M%S%f}", text)
    return notice


@action
def notify_serious_harm(
    *,
    notice: SeriousHarmNotice,
    panel_told_at: dt.datetime | None = None,
    ofsted_told_at: dt.datetime | None = None,
    partners_told_at: dt.datetime | None = None,
    by: User,
    as_of: dt.datetime,
) -> SeriousHarmNotice:
    """Record when the Panel, Ofsted and the safeguarding partners were told of serious harm: each as it was done."""
    _notice(notice, by)
    if not notice.criteria_met:
        raise Invalid({"": "Decide first whether it must be notified"})
    given = {"panel_told_at": panel_told_at, "ofsted_told_at": ofsted_told_at, "partners_told_at": partners_told_at}
    new = {field: moment for field, moment in given.items() if moment is not None}
    if not new:
        raise Invalid({"": "Enter when one of them was told"})
    for field, moment in new.items():
        for_concern.received(moment, as_of, field)
        if moment < notice.aware_at:
            raise Invalid({field: "It must be after the council became aware"})
        if getattr(notice, field) is not None:
            raise Conflict(f"When {SeriousHarmNotice.TOLD[field]} was told is on record already.")
        setattr(notice, field, moment)
    notice.save(update_fields=list(new))
    return notice


@action
def hold_rapid_review(
    *, notice: SeriousHarmNotice, held_on: dt.date, found: str, by: User, as_of: dt.datetime
) -> SeriousHarmNotice:
    """Record the rapid review of serious harm, and what it decided."""
    _notice(notice, by)
    if notice.rapid_review_on is not None:
        raise Conflict("The rapid review is on record already.")
    for_child.required(found=(found, "Enter what the rapid review decided"))
    for_child.not_future(held_on, as_of, "held_on", "The day of the review")
    aware_on = clock.local_date(notice.aware_at)
    for_child.not_before(held_on, aware_on, "held_on", "The day of the review", "the council became aware")
    notice.rapid_review_on, notice.review_found = held_on, found.strip()
    notice.save(update_fields=["rapid_review_on", "review_found"])
    return notice
