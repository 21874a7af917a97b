"""May this be done about a child's protection, by this person, in the state it is in? And what is still owed."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from children.models import Child
from core import clock
from core.access import Permission, Role
from core.errors import Conflict, Invalid
from core.models import User
from core.working_days import add_working_days
from governance.models import Concern, ConcernStep, Enquiry, SeriousHarmNotice, StrategyDiscussion
from governance.policies.concerns import Owed
from governance.querysets.concerns import to_raise_about
from placements.models import Placement

Kind = ConcernStep.Kind
# In working days: Working Together to Safeguard Children for the first three, the Children Act 2004 s16C for the notice.
CONFERENCE_DAYS, ASSESSMENT_DAYS, REVIEW_DAYS, NOTICE_DAYS = 15, 45, 15, 5
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


def owed_of_concern(concern: Concern, steps: list[ConcernStep], as_of: dt.datetime) -> list[Owed]:
    """What the gravest suspicions ask for, all of it on the day they are raised."""
    if not concern.is_sexual_harm:
        return []
    today, day = clock.local_date(as_of), clock.local_date(concern.received_at)
    done, held = {step.kind for step in steps}, was_held_about(concern)
    waits = [
        (not held, "Hold a strategy discussion", day),
        (not held and concern.source != "police" and Kind.TOLD_POLICE not in done, "Tell the police", day),
        (not held and concern.source != "health" and Kind.TOLD_HEALTH not in done, "Tell health", day),
        (Kind.LADO not in done, "Consult the LADO", day),
        (
            not SeriousHarmNotice.objects.filter(concern=concern, decided_at__isnull=False).exists(),
            "Decide whether it is serious harm that must be notified",
            add_working_days(day, 1),
        ),
    ]
    return [Owed(what, concern.owner.name, by, by < today) for owes, what, by in waits if owes]


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
        (bool(notice.still_to_tell), f"Tell {', '.join(notice.still_to_tell)}", NOTICE_DAYS),
        (notice.criteria_met is not False and notice.rapid_review_on is None, "Hold the rapid review", REVIEW_DAYS),
    ]
    rows = [(what, add_working_days(day, days)) for owes, what, days in waits if owes]
    return [Owed(what, "", by, by < today) for what, by in rows]
