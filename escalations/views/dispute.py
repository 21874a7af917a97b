"""Disputes of the reviewing officer and referrals to Cafcass: the officer’s own page, a child’s, and one dispute’s."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from children.actions import open_file
from children.models import Child
from children.querysets import one_file
from core import clock
from core.access import Permission, access
from core.models import User
from escalations.models import CafcassReferral, Dispute, DisputeStep
from escalations.policies import dispute as policies

RELATED = ("child__team", "child__authority", "raised_by", "answerer", "concern")


def disputes_of_page(child: Child) -> str:
    return reverse("escalations:disputes_of", args=[child.reference])


def their_dispute(request: HttpRequest, pk: int) -> Dispute:
    found: Dispute = get_object_or_404(Dispute.for_user(request.user).select_related(*RELATED), pk=pk)
    return found


@access(Permission.RAISE_DISPUTE)
@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    """What the officer has under way, what has lain too long, and each child for whom they may begin."""
    user, as_of = request.user, clock.now()
    page = {
        "title": "Dispute or Cafcass",
        "back_url": reverse("dashboards:my_work"),
        "prompts": policies.prompts(user, as_of=as_of),
        "rows": rows(Dispute.for_user(user).open(), as_of),
        "over": rows(Dispute.for_user(user).filter(resolved_at__isnull=False)[:20], as_of),
        "referrals": list(CafcassReferral.for_user(user).select_related("child", "dispute")),
        "children": list(Child.for_user(user).order_by("forename", "surname")),
        "today": clock.local_date(as_of),
    }
    return render(request, "escalations/routes/disputes.html", page)


def rows(found: Any, as_of: dt.datetime) -> list[tuple[Dispute, str]]:
    """Disputes, each with who is next in words."""
    today = clock.local_date(as_of)
    return [(dispute, policies.owed_words(dispute, today)) for dispute in found.select_related(*RELATED)]


@access(Permission.SEE_ESCALATIONS)
@require_safe
def disputes_of(request: HttpRequest, reference: str) -> HttpResponse:
    """A page of the child’s file: opening it is recorded in the transaction that reads."""
    user, as_of = request.user, clock.now()
    with transaction.atomic(), one_file(user, reference=reference) as child:
        page = {
            "title": "Disputes and Cafcass",
            "child": child,
            "back_url": reverse("dashboards:child", args=[child.reference]),
            "rows": rows(Dispute.for_user(user).filter(child=child), as_of),
            "referrals": list(
                CafcassReferral.for_user(user).filter(child=child).select_related("dispute", "referred_by")
            ),
            "prompts": policies.prompts(user, as_of=as_of, child=child),
            "raises": user.can(Permission.RAISE_DISPUTE),
            "today": clock.local_date(as_of),
        }
        open_file(child=child, page="disputes", by=user, as_of=as_of)
        return render(request, "escalations/routes/disputes_of.html", page)


@access(Permission.SEE_ESCALATIONS)
@require_safe
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    user, as_of = request.user, clock.now()
    with transaction.atomic():
        record = their_dispute(request, pk)
        open_file(child=record.child, page="dispute", by=user, as_of=as_of)
        page = _page(record, user, as_of)
    return render(request, "escalations/routes/dispute.html", page)


def _page(record: Dispute, user: User, as_of: dt.datetime) -> dict[str, Any]:
    today = clock.local_date(as_of)
    return {
        "title": str(record),
        "child": record.child,
        "dispute": record,
        "steps": list(DisputeStep.for_user(user).filter(dispute=record).select_related("by", "answerer")),
        "referrals": list(CafcassReferral.for_user(user).filter(dispute=record).select_related("referred_by")),
        "next": policies.owed_words(record, today),
        "late": record.owes_answer and record.due_on is not None and record.due_on < today,
        "over_time": record.is_open and record.ends_on is not None and record.ends_on < today,
        "acts": _acts(record, user),
        "back_url": disputes_of_page(record.child),
    }


def _acts(record: Dispute, user: User) -> list[tuple[str, str]]:
    """What this person may do about it as it stands, as (label, address)."""
    raises = user.can(Permission.RAISE_DISPUTE)
    offered = [
        (raises and not record.is_formal, "Make it formal", "make_formal"),
        (raises and record.is_formal and record.answered_at is not None, "The answer is not enough", "not_enough"),
        (raises, "Write down what was said", "note_dispute"),
        (raises, "Say that it is over", "resolve_dispute"),
        (record.answered_at is None and policies.may_answer_it(user, record), "Answer it", "answer_dispute"),
    ]
    acts = [(label, reverse(f"escalations:{name}", args=[record.pk])) for may, label, name in offered if may]
    if raises:
        acts.append(("Refer to Cafcass", f"{_cafcass(record.child)}?dispute={record.pk}"))
    return acts if record.is_open else acts[-1:] if raises else []


def _cafcass(child: Child) -> str:
    return reverse("escalations:refer_to_cafcass", args=[child.reference])
