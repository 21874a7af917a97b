"""What staff were asked about the policies on speaking up, and what changed because of it (R9.3)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.access import Permission, access
from core.pages import record_form
from escalations.actions import policy as acts
from escalations.forms import policy as forms
from escalations.models import PolicyConsultation
from escalations.policies import policy as policies


@access(Permission.ESCALATE)
@require_safe
def consultations(request: HttpRequest) -> HttpResponse:
    page = {
        "title": "What staff were asked about the policies",
        "back_url": reverse("escalations:speaking_up"),
        "authority": request.user.authority,
        "rows": list(PolicyConsultation.for_user(request.user).select_related("recorded_by")),
        "keeps": policies.keeps(request.user),
        "today": clock.local_date(clock.now()),
    }
    return render(request, "escalations/routes/consultations.html", page)


@access(Permission.KEEP_POLICY)
def consult(request: HttpRequest) -> HttpResponse:
    back = reverse("escalations:consultations")
    return record_form(
        request,
        form_class=forms.Consultation,
        act=acts.record_consultation,
        done=lambda _made: back,
        title="Record what staff were asked",
        back_url=back,
        submit_label="Record it",
        success="Recorded",
    )
