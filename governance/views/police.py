"""Recording that the police came to where a child lives."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from core.access import Permission, access
from core.pages import record_form
from governance.actions.police import record_attendance
from governance.forms.concerns import Attendance
from placements.models import Placement


@access(Permission.RAISE_CONCERN)
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    placement = get_object_or_404(Placement.for_user(request.user).select_related("child"), pk=pk)
    page = reverse("dashboards:placement", args=[placement.pk])
    return record_form(
        request,
        form_class=Attendance,
        act=partial(record_attendance, placement=placement),
        done=lambda _attendance: page,
        title="Record that the police came",
        caption=str(placement.child),
        back_url=page,
        submit_label="Record it",
        success="Recorded",
        context={
            "intro": "Each time the police come is counted, whoever called them: three in four weeks call a meeting."
        },
    )
