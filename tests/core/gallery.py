"""A page with every component and every kind of field on it, for the tests. No part of the service."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import Template
from django.template.context import make_context
from django.urls import include, path
from django_cotton.compiler_regex import CottonCompiler  # type: ignore[import-untyped]

from core import charts, clock, forms
from core.access import Role, public
from core.errors import Refused
from core.models import User

NOW = clock.at_local(dt.date(2026, 11, 22), dt.time(14, 30))
DAY = dt.date(2026, 3, 27)
EVIL = '"><script>alert(1)</script>'


def compiled(source: str) -> Template:
    return Template(CottonCompiler().process(source))


class Visit(forms.Form):
    sections = [("The visit", ["seen", "refusal_reason", "happened_at", "note", "also"])]

    visited_on = forms.DateField(label="Date of visit")
    child = forms.SelectField(label="Child", choices=[("", "Select one"), ("1", "Robin Meadow")])
    address = forms.TextField(label="Where", required=False, hint="Where you met her.", width=20)
    seen = forms.RadiosField(
        label="Was she seen?",
        noun="whether she was seen",
        choices=[("alone", "Seen alone"), ("seen", "Seen with others"), ("refused", "She refused")],
        hints={"alone": "Nobody else could hear."},
        reveals={"refused": "refusal_reason"},
    )
    refusal_reason = forms.TextField(label="What she said", required=False)
    happened_at = forms.DateTimeField(label="Date and time it ended")
    announced = forms.YesNoField(label="Was it announced?", noun="whether it was announced")
    note = forms.TextAreaField(label="What happened")
    also = forms.CheckboxesField(
        label="Who else was there", choices=[("carer", "Carer"), ("iro", "IRO")], required=False
    )
    staff = forms.NumberField(label="Staff on shift", max_value=20, min_value=0)
    at = forms.TimeField(label="Start of shift", required=False)
    email = forms.EmailField(label="Email address")
    password = forms.PasswordField(label="Password")
    file = forms.UploadField(label="Return", accept=".csv", max_bytes=2**20)
    sure = forms.ConfirmField(label="I have read it to her")


class Filter(forms.FilterForm):
    severity = forms.SelectField(label="Severity", choices=[("", "All"), ("red", "Red")], required=False)
    rule = forms.SelectField(
        label="Rule", choices=[("", "All"), ("VIS-01", "Visit by the social worker")], required=False
    )


def context(*, form) -> dict:
    n = charts.Number
    return {
        "form": form,
        "filter_form": Filter(auto_id="filter_%s"),
        "evil": EVIL,
        "crumbs": [("My work", "/"), ("Robin Meadow", "/c/1")],
        "tabs": [("Overview", "/c/1", True), ("Placements", "/c/1/placements", False), ("Timeline", "/c/1/t", False)],
        "now": NOW,
        "day": DAY,
        "last_checked": NOW,
        "refusal": Refused(
            "LEG-05", "This placement is not authorised.", "The director’s authorisation, with reasons."
        ),
        "chosen": [("Red", "/flags"), ("Visits", "/flags?severity=red")],
        "head": ["Child", "Rule", ("Days overdue", "numeric")],
        "wide": [f"Quite a long column heading {i}" for i in range(8)],
        "page": Paginator(range(100), 25).page(2),
        "bars": charts.bar_chart(
            "Flags by rule and age",
            series=["Up to 7 days", "8 to 30 days", "Over 30 days"],
            row_heading="Rule",
            rows=[
                ("VIS-01 Visit by the social worker", [n(3, "/a"), n(4, "/b"), n(1, "/c")], "/abc"),
                ("STF-05 Accountable manager", [n(1, "/d"), n(0, "/e"), n(0, "/f")], "/def"),
            ],
            totals=[n(4, "/g"), n(4, "/h"), n(1, "/i")],
            total=n(9, "/all"),
        ),
        "strip": charts.strip_chart(
            "Daily logs, last 28 days",
            [
                (
                    DAY + dt.timedelta(days=i),
                    charts.MISSING if i in (5, 6, 20) else charts.LATE if i == 11 else charts.DONE,
                )
                for i in range(27)
            ]
            + [(DAY + dt.timedelta(days=27), charts.NOT_DUE)],
        ),
        "history": [
            SimpleNamespace(
                who="Amy Sparrow",
                at=NOW,
                what="Changed",
                why="The order was renewed",
                changes=[("Expires on", "1 May 2026", "1 November 2026"), ("Judge", "", EVIL)],
            ),
            SimpleNamespace(who="Amy Sparrow", at=NOW, what="Added", why="", changes=[]),
        ],
        "messages": [Message(constants.SUCCESS, "Visit recorded. The flag has cleared.")],
        "is_demonstration": True,
        "navigation": [
            SimpleNamespace(label=label, href="/", current="page" if label == "Flags" else "")
            for label in ("My work", "Find a child", "Flags", "Oversight")
        ],
    }


@public
def gallery(request):
    request.user = User(pk=1, name="Amy Sparrow", role=Role.SOCIAL_WORKER, email="amy@example.org")
    form = Visit(request.GET, {}) if request.GET else Visit(initial={"visited_on": DAY, "happened_at": NOW})
    source = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")
    return HttpResponse(compiled(source).render(make_context(context(form=form), request)))


@public
def form_page(request):
    """The page every record's form has, with a draft that is kept in `kept`."""
    form = Visit(request.POST or None, request.FILES or None)
    page = {"form": form, "title": "Log a visit", "back_url": "/", "draft_url": "/draft/", "submit_label": "Save visit"}
    return render(request, "core/form.html", page, status=422 if request.POST else 200)


kept: list[dict] = []  # what the draft page was sent, and below, what it is to answer
answer = {"status": 200}


@public
def draft(request):
    kept.append(request.POST.dict())
    return JsonResponse({"saved_at": "14:32"}, status=answer["status"])


def page_of(template: str, **values):
    @public
    def show(request):
        return render(request, template, values)

    return show


class SignIn(forms.Form):
    email = forms.EmailField(label="Email address")
    password = forms.PasswordField(label="Password")


# The addresses the shell looks for.
core = [
    path("hidden/", page_of("core/hidden.html"), name="hidden"),
    path("sign-out/", draft, name="sign_out"),
    path("account/", gallery, name="account"),
    path("accessibility/", page_of("core/accessibility.html"), name="accessibility"),
]

urlpatterns = [
    path("", include((core, "core"))),
    path("", gallery),
    path("form/", form_page),
    path("draft/", draft),
    *[
        path(f"account/{name}/", page_of(f"core/{name}.html", form=SignIn(), reset_url="/reset/"))
        for name in ("sign_in", "password_change", "password_reset", "password_set")
    ],
    path("account/spent/", page_of("core/password_set.html", valid_link=False, reset_url="/reset/")),
    path("accessibility/", page_of("core/accessibility.html")),
    *[path(f"error/{name}/", page_of(f"errors/{name}.html")) for name in ("400", "403", "404", "409", "500", "csrf")],
]
