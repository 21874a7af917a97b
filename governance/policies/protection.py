"""May this be done about a child's protection, by this person, in the state it is in? And what is still owed."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from children.models import Child
from children.querysets import live_on
from core import clock
from core.access import Permission, Role
from core.errors import Conflict, Invalid
from core.models import User
from core.working_days import add_working_days
from governance.models import Concern, ConcernStep, Enquiry, SeriousHarmNotice, StrategyDiscussion
from governance.policies.concerns import Owed, days_given, standard_of
from governance.querysets.concerns import to_raise_about
from governance.querysets.protection import TO_LADO
from placements.models import DolOrder, Placement, Registration
from staffing.models import StaffingPlan

Kind = ConcernStep.Kind
UNSEEN = "Consult the LADO, who has not seen yet what was passed to safeguarding"
# In working days: Working Together to Safeguard Children for the first three, the Children Act 2004 s16C for the notice.
CONFERENCE_DAYS, ASSESSMENT_DAYS, REVIEW_DAYS, NOTICE_DAYS = 15, 45, 15, 5
STRATEGY, TEST = ("SAF-02 strategy", 1), ("SAF-10 test", 1)  # a council's own may be stricter
# Who decides whether serious harm must be notified.
MAY_DECIDE_NOTICE = (Role.HEAD_OF_SERVICE, Role.SAFEGUARDING_LEAD, Role.DCS)


def may_ask(by: User, child: Child) -> None:
    """Raise PermissionDenied unless this person works with the child and may ask for a strategy discussion."""
    if not by.can(Permission.ASK_FOR_STRATEGY):
        raise PermissionDenied(f"this role may not {Permission.ASK_FOR_STRATEGY}")
    if not to_raise_about(by).filter(pk=child.pk).exists():
        raise PermissionDenied("this child is another's")


def may_record(by: User, child: Child) -> None:
    if not by.can(Permission.RECORD_PROTECTION):
        raise PermissionDenied(f"this role may not {Permission.RECORD_PROTECTION}")
    if not Child.objects.visible_to(by).filter(pk=child.pk).exists():
        raise PermissionDenied("this child is another's")


def may_decide(by: User, child: Child) -> None:
    """Whether there is a discussion or a conference at all is a manager's to say."""
    may_record(by, child)
    if not by.can(Permission.TRIAGE_CONCERNS):
        raise PermissionDenied(f"this role may not {Permission.TRIAGE_CONCERNS}")


def may_answer(by: User, discussion: StrategyDiscussion) -> None:
    """Nobody answers what is asked about their own conduct."""
    if not StrategyDiscussion.objects.in_full_to(by).filter(pk=discussion.pk).exists():
        raise PermissionDenied("this discussion is another's to answer")


def still_open(discussion: StrategyDiscussion) -> None:
    if not discussion.is_open:
        raise Conflict("This is answered already. If there is something new, ask for another strategy discussion.")


def concerns_to_discuss(child: Child, user: User) -> QuerySet[Concern]:
    """The concerns about a child that a discussion may be about, as far as this person sees them, the newest first."""
    return Concern.for_user(user).filter(child=child).order_by("-received_at", "-pk")


def notice_deciders(child: Child) -> QuerySet[User]:
    """Who may decide whether serious harm of this child must be notified."""
    people = User.objects.filter(authority_id=child.authority_id, is_active=True, role__in=MAY_DECIDE_NOTICE)
    return people.order_by("name")


def where_she_lived(child: Child, moment: dt.datetime) -> Placement | None:
    return Placement.objects.live_on(clock.local_date(moment)).filter(child=child).first()


def was_held_about(concern: Concern) -> bool:
    return StrategyDiscussion.objects.about(concern).filter(held_at__isnull=False).exists()


def may_close(concern: Concern) -> None:
    """Raise Invalid for a concern about sexual harm that no strategy discussion has looked at."""
    if concern.is_sexual_harm and not was_held_about(concern):
        raise Invalid({"": "Hold a strategy discussion about this concern before you close it"})


# --- what is owed -----------------------------------------------------------------------------------------------------


def is_cared_for_closely(concern: Concern) -> bool:
    """Whether the child, on the day of the concern, lived in a setting not registered, under a deprivation of liberty order
    or with a number of staff set for them: then everything is done the same day (SAF-10)."""
    day, placement = clock.local_date(concern.received_at), concern.placement
    if DolOrder.objects.in_effect(day).filter(child=concern.child_id).exists():
        return True
    if placement is None:
        return False
    unregistered = Registration.objects.filter(live_on(day), home=placement.home_id, status="not_registered")
    set_for_her = StaffingPlan.objects.filter(placement=placement, effective_from__lte=concern.received_at)
    plan = set_for_her.order_by("-effective_from", "-pk").first()
    return (placement.home_id is not None and unregistered.exists()) or (
        plan is not None and plan.by_day + plan.by_night > 0
    )


def owed_of_concern(concern: Concern, steps: list[ConcernStep], as_of: dt.datetime) -> list[Owed]:
    """What a suspicion of sexual harm asks for: a strategy discussion and, where staff care for the child closely, all of it
    on the day it is raised."""
    if not concern.is_sexual_harm:
        return []
    today, day = clock.local_date(as_of), clock.local_date(concern.received_at)
    done, held = {step.kind for step in steps}, was_held_about(concern)
    closely = is_cared_for_closely(concern)

    def within(standard: tuple[str, int]) -> dt.date:
        return add_working_days(day, days_given(concern, standard))

    waits = [
        (not held, "Hold a strategy discussion", day if closely else within(STRATEGY)),
        (
            closely and not held and concern.source != "police" and Kind.TOLD_POLICE not in done,
            "Tell the police",
            day,
        ),
        (closely and not held and concern.source != "health" and Kind.TOLD_HEALTH not in done, "Tell health", day),
        (
            closely and not done.intersection(TO_LADO),
            UNSEEN if Kind.PASSED in done else "Consult the LADO",
            day,
        ),
        (
            closely and not SeriousHarmNotice.objects.filter(concern=concern, decided_at__isnull=False).exists(),
            "Decide whether it is serious harm that must be notified",
            within(TEST),
        ),
    ]
    return [Owed(what, concern.owner.name, by, by < today) for owes, what, by in waits if owes]


def owed_of_discussion(discussion: StrategyDiscussion, as_of: dt.datetime) -> list[Owed]:
    """That somebody who asked for one is answered: by a discussion that was held, or by why there is none."""
    if not discussion.is_open:
        return []
    day = clock.local_date(discussion.asked_at)
    by = add_working_days(day, standard_of(discussion.child.authority_id, STRATEGY, day))
    return [Owed("Hold it, or say why not", "", by, by < clock.local_date(as_of))]


def owed_of_enquiry(enquiry: Enquiry, as_of: dt.datetime) -> list[Owed]:
    """The conference and the assessment, from the day of the strategy discussion."""
    held = enquiry.discussion.held_at
    assert held is not None  # noqa: S101 - an enquiry begins with a discussion that was held
    today, day = clock.local_date(as_of), clock.local_date(held)
    waits = [
        (not enquiry.conference_settled, "Hold the child protection conference", CONFERENCE_DAYS),
        (enquiry.assessed_on is None, "Finish the assessment", ASSESSMENT_DAYS),
    ]
    rows = [(what, add_working_days(day, days)) for owes, what, days in waits if owes]
    return [Owed(what, "", by, by < today) for what, by in rows]


def owed_of_notice(notice: SeriousHarmNotice, as_of: dt.datetime) -> list[Owed]:
    today, day = clock.local_date(as_of), clock.local_date(notice.aware_at)
    waits = [
        (notice.criteria_met is None, "Decide whether it must be notified", NOTICE_DAYS),
        (bool(notice.still_to_tell), f"Tell {_listed(notice.still_to_tell)}", NOTICE_DAYS),
        (notice.criteria_met is not False and notice.rapid_review_on is None, "Hold the rapid review", REVIEW_DAYS),
    ]
    rows = [(what, add_working_days(day, days)) for owes, what, days in waits if owes]
    return [Owed(what, "", by, by < today) for what, by in rows]


def _listed(words: list[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])
