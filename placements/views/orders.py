"""Deprivation of liberty orders."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from children.models import Child
from core.access import Permission, access
from core.pages import record_form
from placements import actions
from placements.forms import orders as forms
from placements.models import DolOrder


def child_page(child: Child) -> str:
    return reverse("dashboards:child", args=[child.reference])


@access(Permission.RECORD_ORDER)
def dol_order(request: HttpRequest, reference: str) -> HttpResponse:
    child = get_object_or_404(Child.for_user(request.user), reference=reference)
    return record_form(
        request,
        form_class=forms.Order,
        act=partial(actions.record_dol_order, child=child),
        done=lambda _order: child_page(child),
        title="Record a deprivation of liberty order",
        caption=str(child),
        back_url=child_page(child),
        submit_label="Record order",
        success="Order recorded",
        draft_key=f"order-{child.reference}",
        context={
            "intro": "An order makes the restrictions it names lawful, as the most that may be done. It does not make "
            "an unregistered home lawful, and it is not a legal status."
        },
    )


@access(Permission.RECORD_ORDER)
def discharge_order(request: HttpRequest, pk: int) -> HttpResponse:
    orders = DolOrder.for_user(request.user).select_related("child")
    order = get_object_or_404(orders, pk=pk)
    return record_form(
        request,
        form_class=forms.Discharge,
        act=partial(actions.discharge_dol_order, order=order),
        done=lambda _order: child_page(order.child),
        title="Record that an order was discharged",
        caption=str(order.child),
        back_url=child_page(order.child),
        submit_label="Record discharge",
        success="Discharge recorded",
    )
