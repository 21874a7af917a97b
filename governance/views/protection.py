"""Child protection: a child's page of it, one strategy discussion, serious harm, and what whoever asked is told."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.actions import open_file, open_files
from children.models import Child
from core import clock
from core.access import Permission, access
from core.history_panel import changes
from core.models import User
from governance.actions.protection import protection_page
from governance.heard import heard_of
from governance.models import Concern, ConcernStep, Enquiry, SeriousHarmNotice, StrategyDiscussion
from governance.policies import protection as policies
from placements.views.placing import theirs

SHOWN = 100


def their_child(request: HttpRequest, reference: str) -> Child:
    found: Child = get_object_or_404(
        Child.for_user(request.user).select_related("team", "authority"), reference=reference
    )
    return found


def their_discussion(request: HttpRequest, pk: int) -> StrategyDiscussion:
    """The strategy discussion, for those who read all of it; else a 404."""
    found = StrategyDiscussion.for_user(request.user).in_full_to(request.user)
    record: StrategyDiscussion = get_object_or_404(
        found.select_related("child__team", "child__authority", "asked_by", "answered_by", "enquiry"), pk=pk
    )
    return record


def their_notice(request: HttpRequest, pk: int) -> SeriousHarmNotice:
    notices = SeriousHarmNotice.for_user(request.user)
    related = ("child__team", "child__authority", "concern", "decided_by", "recorded_by")
    notice: SeriousHarmNotice = get_object_or_404(notices.select_related(*related), pk=pk)
    return notice


def _link(may: bool, label: str, name: str, pk: Any) -> tuple[bool, str, str]:
    return may, label, reverse(f"governance:{name}", args=[pk])


def _offered(*links: tuple[bool, str, str]) -> list[tuple[str, str]]:
    return [(label, href) for may, label, href in links if may]


@access(Permission.SEE_PROTECTION)
@require_safe
def protection(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything about the protection of one child, and what is owed."""
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        child = their_child(request, reference)
        open_file(child=child, page="protection", by=user, as_of=as_of)
        discussions = StrategyDiscussion.for_user(user).in_full_to(user).filter(child=child).select_related("asked_by")
        enquiries = Enquiry.for_user(user).filter(child=child).select_related("discussion")
        notices = SeriousHarmNotice.for_user(user).filter(child=child)
        suspected = Concern.for_user(user).filter(child=child, category=Concern.Category.SEXUAL_HARM)
        records = user.can(Permission.RECORD_PROTECTION)
        context = {
            "title": "Child protection",
            "caption": str(child),
            "child": child,
            "discussions": list(discussions[:SHOWN]),
            "enquiries": [(each, policies.owed_of_enquiry(each, as_of)) for each in enquiries[:SHOWN]],
            "notices": [(each, policies.owed_of_notice(each, as_of)) for each in notices[:SHOWN]],
            "suspected": [
                (each, _owed_of_concern(each, user, as_of)) for each in suspected.order_by("-received_at")[:10]
            ],
            "acts": _offered(
                _link(
                    user.can(Permission.ASK_FOR_STRATEGY), "Ask for a strategy discussion", "ask_strategy", reference
                ),
                _link(records, "Record a strategy discussion", "record_strategy", reference),
                _link(records, "Record serious harm", "record_serious_harm", reference),
                _link(user.can(Permission.RAISE_CONCERN), "Raise a concern", "raise_concern", reference),
            ),
            "back_url": reverse("dashboards:child", args=[reference]),
        }
        return render(request, "governance/protection.html", context)


def _owed_of_concern(concern: Concern, user: User, as_of: Any) -> list:
    return policies.owed_of_concern(concern, list(ConcernStep.for_user(user).filter(concern=concern)), as_of)


@access(Permission.SEE_PROTECTION)
@require_safe
def strategy(request: HttpRequest, pk: int) -> HttpResponse:
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        record = their_discussion(request, pk)
        open_file(child=record.child, page="protection", by=user, as_of=as_of)
        enquiry = getattr(record, "enquiry", None)
        records, decides = user.can(Permission.RECORD_PROTECTION), user.can(Permission.TRIAGE_CONCERNS)
        running = enquiry is not None and records
        context = {
            "title": "Strategy discussion",
            "caption": str(record.child),
            "discussion": record,
            "attendees": list(record.attendees.all()),
            "concerns": list(Concern.for_user(user).filter(pk__in=record.about.values("concern"))),
            "enquiry": enquiry,
            "owed": policies.owed_of_enquiry(enquiry, as_of) if enquiry else policies.owed_of_discussion(record, as_of),
            "history": changes(record, *([enquiry] if enquiry else [])),
            "acts": _offered(
                _link(records and record.is_open, "Record that it was held", "hold_strategy", pk),
                _link(records and decides and record.is_open, "Say why it is not held", "decline_strategy", pk),
                *(
                    [
                        _link(running and enquiry.assessed_on is None, "Finish the assessment", "finish_assessment", enquiry.pk),
                        _link(running and enquiry.conference_on is None, "Record the conference", "hold_conference", enquiry.pk),
                        _link(
                            running and decides and not enquiry.conference_settled, "Say why no conference is needed",
                            "need_no_conference", enquiry.pk,
                        ),
                    ]
                    if enquiry
                    else []
                ),
            ),
            "back_url": protection_page(record.child),
        }  # fmt: skip
        return render(request, "governance/protection_strategy.html", context)


@access(Permission.ASK_FOR_STRATEGY)
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """What came of the strategy discussions this person asked for: that each was asked for, and the answer."""
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        found = StrategyDiscussion.for_user(user).asked_by(user).select_related("child")
        rows = list(found.order_by("-asked_at", "-pk")[:SHOWN])
        children = {row.child_id for row in rows}
        seen = set(Child.for_user(user).filter(pk__in=children).values_list("pk", flat=True))
        if seen:
            open_files(children=seen, page="protection", by=user, as_of=as_of)
        context = {
            "title": "Strategy discussions you asked for",
            "rows": [(row, row.child if row.child_id in seen else None) for row in rows],
            "back_url": reverse("dashboards:my_work"),
        }
        return render(request, "governance/protection_asked.html", context)


@access(Permission.SEE_PROTECTION)
@require_safe
def serious_harm(request: HttpRequest, pk: int) -> HttpResponse:
    """Serious harm: what happened, whether it must be notified, who was told when, and the rapid review."""
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        notice = their_notice(request, pk)
        open_file(child=notice.child, page="protection", by=user, as_of=as_of)
        records = user.can(Permission.RECORD_PROTECTION)
        may_tell = records and notice.criteria_met is True
        context = {
            "title": "Serious harm",
            "caption": str(notice.child),
            "notice": notice,
            "told": [(who, getattr(notice, f)) for f, who in notice.TOLD.items()],
            "owed": policies.owed_of_notice(notice, as_of),
            "sees_concern": bool(notice.concern_id) and Concern.for_user(user).filter(pk=notice.concern_id).exists(),
            "history": changes(notice),
            "acts": _offered(
                _link(
                    records, "Decide whether it must be notified" if notice.criteria_met is None else "Decide again",
                    "decide_serious_harm", pk,
                ),
                _link(may_tell and bool(notice.still_to_tell), "Record who was told", "notify_serious_harm", pk),
                _link(
                    records and notice.criteria_met is not False and notice.rapid_review_on is None,
                    "Record the rapid review", "hold_rapid_review", pk,
                ),
            ),
            "back_url": protection_page(notice.child),
        }  # fmt: skip
        return render(request, "governance/protection_serious_harm.html", context)


@access(Permission.SEE_CONCERNS)
@require_safe
def heard(request: HttpRequest, pk: int) -> HttpResponse:
    """What is heard of a placement: silence where there should be noise, and people who speak up (SAF-11)."""
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        placement = theirs(request, pk)
        open_file(child=placement.child, page="placement", by=user, as_of=as_of)
        context = {
            "title": "What is heard of this placement",
            "caption": str(placement.child),
            "placement": placement,
            "heard": heard_of(placement, user, as_of=as_of),
            "acts": _offered(
                _link(user.can(Permission.SEE_QUALITY), "Quality assurance", "quality", placement.pk),
                _link(True, "See the concerns", "child_concerns", placement.child.reference),
                _link(
                    user.can(Permission.RAISE_CONCERN), "Raise a concern", "raise_concern", placement.child.reference
                ),
            ),
            "back_url": reverse("dashboards:placement", args=[placement.pk]),
        }
        return render(request, "governance/protection_heard.html", context)
