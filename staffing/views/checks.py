"""A carer's checks and their evidence, training, and who supervises them."""

import logging
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from core.access import Permission, access
from core.pages import record_form
from staffing.actions import checks as acts
from staffing.forms import checks as forms
from staffing.models import Carer, Check, Evidence, SupervisionLine, Training
from staffing.views.carers import carer_page, their_carer

logger = logging.getLogger(__name__)
SANDBOXED = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@access(Permission.SEE_CHECKS)
@require_GET
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """A document, to be saved and never shown by us: whatever is in it, it does not become a page of this service."""
    document = get_object_or_404(Evidence.for_user(request.user), pk=pk)
    logger.info("user %s downloaded evidence %s", request.user.pk, document.pk)
    return HttpResponse(
        bytes(document.content),
        content_type=document.media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, document.name) or "attachment",
            "Content-Security-Policy": SANDBOXED,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


@access(Permission.MANAGE_CARERS)
def record_check(request: HttpRequest, pk: int) -> HttpResponse:
    carer = their_carer(request, pk)
    return record_form(
        request,
        form_class=forms.RecordCheck,
        form_kwargs={"carer": carer, "user": request.user},
        initial={"kind": request.GET.get("kind", "")},
        act=partial(acts.record_check, carer=carer),
        done=lambda _check: carer_page(carer),
        title="Record a check",
        caption=str(carer),
        back_url=carer_page(carer),
        submit_label="Record check",
        success="Check recorded",
        context={
            "intro": "The document itself is kept here, for this carer. That an agency or another placement has checked "
            "them is no check."
        },
    )


@access(Permission.MANAGE_CARERS)
def withdraw_check(request: HttpRequest, pk: int) -> HttpResponse:
    check = get_object_or_404(Check.for_user(request.user).select_related("carer"), pk=pk)
    return record_form(
        request,
        form_class=forms.WithdrawCheck,
        act=partial(acts.withdraw_check, check=check),
        done=lambda _check: carer_page(check.carer),
        title="Withdraw a check",
        caption=str(check.carer),
        back_url=carer_page(check.carer),
        submit_label="Withdraw check",
        success="Check withdrawn",
        context={
            "intro": f"“{check.get_kind_display()}” stays on record and no longer counts. Until there is another, the "
            "carer can be put on no shift."
        },
    )


@access(Permission.MANAGE_CARERS)
def record_training(request: HttpRequest, pk: int) -> HttpResponse:
    carer = their_carer(request, pk)
    return record_form(
        request,
        form_class=forms.RecordTraining,
        form_kwargs={"user": request.user},
        act=partial(acts.record_training, carer=carer),
        done=lambda _training: carer_page(carer),
        title="Record training",
        caption=str(carer),
        back_url=carer_page(carer),
        submit_label="Record training",
        success="Training recorded",
    )


@access(Permission.MANAGE_CARERS)
def sign_training(request: HttpRequest, pk: int) -> HttpResponse:
    training = get_object_or_404(Training.for_user(request.user).select_related("carer", "placement"), pk=pk)
    return record_form(
        request,
        form_class=forms.SignTraining,
        form_kwargs={"training": training},
        act=partial(acts.sign_training, training=training),
        done=lambda _training: carer_page(training.carer),
        title="Add the proof of training",
        caption=f"{training.carer}: {training.get_subject_display()}",
        back_url=carer_page(training.carer),
        submit_label="Add proof",
        success="Proof added",
        context={"intro": "The trainer’s signature for the attendance, a certificate, or both."},
    )


@access(Permission.MANAGE_CARERS)
def name_supervisor(request: HttpRequest, pk: int) -> HttpResponse:
    carer = their_carer(request, pk)
    return record_form(
        request,
        form_class=forms.NameSupervisor,
        form_kwargs={"carer": carer, "user": request.user},
        act=partial(acts.name_supervisor, carer=carer),
        done=lambda _line: carer_page(carer),
        title="Who supervises them?",
        caption=str(carer),
        back_url=carer_page(carer),
        success="Supervisor recorded",
    )


@access(Permission.MANAGE_CARERS)
def end_supervisor(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(SupervisionLine.for_user(request.user).select_related("carer", "agency"), pk=pk)
    return record_form(
        request,
        form_class=forms.EndSupervisor,
        act=partial(acts.end_supervisor, line=line),
        done=lambda _line: carer_page(line.carer),
        title=f"{line.supervisor} no longer supervises them",
        caption=str(line.carer),
        back_url=carer_page(line.carer),
        submit_label="Record the end",
        success="Recorded",
        context={"intro": "From that day nobody supervises them for this agency, until somebody else is named."},
    )


@access(Permission.MANAGE_CARERS)
def record_supervision(request: HttpRequest, pk: int) -> HttpResponse:
    carer: Carer = their_carer(request, pk)
    return record_form(
        request,
        form_class=forms.RecordSupervision,
        act=partial(acts.record_supervision, carer=carer),
        done=lambda _supervision: carer_page(carer),
        title="Record a supervision or appraisal",
        caption=str(carer),
        back_url=carer_page(carer),
        success="Supervision recorded",
        draft_key=f"supervision-{carer.pk}",
    )
