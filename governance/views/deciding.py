"""Contact by senior managers and commissioners with a child: the page on her file, and each act on it."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from children.actions import open_file
from children.models import Child
from children.querysets import one_file
from core import clock
from core.access import Permission, access
from core.pages import record_form
from governance.actions import deciding as acts
from governance.forms import deciding as forms
from governance.models import SeniorContact

A_PAGE = 25


@access(Permission.SEE_CHILDREN)
@require_GET
def contacts(request: HttpRequest, reference: str) -> HttpResponse:
    user, as_of = request.user, clock.now()
    with transaction.atomic(), one_file(user, reference=reference) as child:
        found = (
            SeniorContact.for_user(user)
            .filter(child=child)
            .select_related("child", "who", "seen_by", "reported_by", "unwritten_by")
        )
        page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
        context = {
            "title": "Contact by senior managers",
            "child": child,
            "page": page,
            "never": {contact.pk for contact in page if not contact.is_settled and not acts.can_write(contact)},
            "may_record": user.can(Permission.RECORD_SENIOR_CONTACT),
            "may_report": user.can(Permission.REPORT_SENIOR_CONTACT),
            "may_see": acts.is_to_see(user),
            "may_say_why": acts.says_why_unwritten(user),
            "back_url": reverse("dashboards:child", args=[child.reference]),
        }
        open_file(child=child, page="senior contacts", by=user, as_of=as_of)
        return render(request, "governance/contacts.html", context)


@access(Permission.RECORD_SENIOR_CONTACT)
def record_contact(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.RecordContact,
        act=partial(acts.record_contact, child=child),
        done=lambda _contact: acts.contacts_page(child),
        title="Record your contact with the child",
        caption=str(child),
        back_url=acts.contacts_page(child),
        submit_label="Record contact",
        success="Contact recorded. The social worker is told.",
        draft_key=f"senior-contact-{child.reference}",
        context={
            "intro": "The same day, every time, whoever rang whom. What is written cannot be changed. Decide nothing about "
            "the child’s care in such a contact: bring what the child asked for to those who decide."
        },
    )


@access(Permission.REPORT_SENIOR_CONTACT)
def report_contact(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.ReportContact,
        form_kwargs={"child": child},
        act=partial(acts.report_contact, child=child),
        done=lambda _contact: acts.contacts_page(child),
        title="Report that a senior manager was in touch",
        caption=str(child),
        back_url=acts.contacts_page(child),
        submit_label="Report contact",
        success="Reported. They are asked to write what was said.",
    )


@access(Permission.RECORD_SENIOR_CONTACT)
def write_contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _theirs(request, pk)
    if contact.who_id != request.user.pk:
        raise PermissionDenied
    return record_form(
        request,
        form_class=forms.WriteContact,
        act=partial(acts.write_contact, contact=contact),
        done=lambda _contact: acts.contacts_page(contact.child),
        title="Write what was said",
        caption=str(contact.child),
        back_url=acts.contacts_page(contact.child),
        success="Contact recorded. The social worker is told.",
        draft_key=f"senior-contact-write-{contact.pk}",
    )


@access(Permission.RECORD_SENIOR_CONTACT)
def say_unwritten(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _theirs(request, pk)
    if not acts.says_why_unwritten(request.user):
        raise PermissionDenied
    return record_form(
        request,
        form_class=forms.SayUnwritten,
        act=partial(acts.say_unwritten, contact=contact),
        done=lambda _contact: acts.contacts_page(contact.child),
        title="A contact that cannot be written",
        caption=str(contact.child),
        back_url=acts.contacts_page(contact.child),
        success="Reason recorded. The social worker is told.",
        context={
            "intro": f"{contact.who} had this contact and has not written what was said. As long as there is an account to "
            "write it with, nobody else says why not."
        },
    )


@access(Permission.MANAGE_CHILDREN)
def see_contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _theirs(request, pk)
    if not acts.is_to_see(request.user):
        raise PermissionDenied
    return record_form(
        request,
        form_class=forms.SeeContact,
        act=partial(acts.see_contact, contact=contact),
        done=lambda _contact: acts.contacts_page(contact.child),
        title="I have seen this contact",
        caption=str(contact.child),
        back_url=acts.contacts_page(contact.child),
        template="governance/see_contact.html",
        submit_label="I have seen it",
        success="Recorded that you have seen it",
        context={"contact": contact},
    )


def _theirs(request: HttpRequest, pk: int) -> SeniorContact:
    return get_object_or_404(SeniorContact.for_user(request.user).select_related("child", "who"), pk=pk)
