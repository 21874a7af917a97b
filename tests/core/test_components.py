"""Each component: the markup that styles and assistive technology depend on, and nothing typed becoming markup."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import path

from core import charts, clock
from core.access import Permission, Role, access, public, signed_in
from core.context import shell
from core.errors import Refused
from core.models import User
from tests.core.gallery import EVIL, NOW, Visit, compiled, context

COMPONENTS = Path(__file__).parents[2] / "templates" / "components"
DAY = dt.date(2026, 3, 27)


@pytest.fixture(autouse=True)
def _only_these_addresses(settings):
    """A component must not depend on which pages there are."""
    settings.ROOT_URLCONF = "tests.core.gallery"


def render(source: str, **values) -> str:
    return compiled(source).render(Context(values))


INLINE = {"when", "number", "tag", "basis_tag", "severity_tag", "last_checked"}


def test_every_component_says_what_it_is_and_is_used():
    templates = {file: file.read_text(encoding="utf-8") for file in COMPONENTS.parent.rglob("*.html")}
    templates[COMPONENTS] = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")
    for component in COMPONENTS.glob("*.html"):
        assert templates[component].startswith("{% comment %} "), component.name
        used = f"<c-{component.stem.replace('_', '-')}"
        assert any(used in source for file, source in templates.items() if file != component), component.name
        if component.stem in INLINE:
            assert not templates[component].endswith("\n"), f"{component.name}: a space before the next comma"


def test_no_template_holds_script_or_style_and_none_trusts_what_it_is_given():
    for template in COMPONENTS.parent.rglob("*.html"):
        source = template.read_text(encoding="utf-8")
        for banned in (
            " style=",
            "<style",
            "<script>",
            "javascript:",
            " onclick=",
            "|safe",
            "autoescape",
            "{{ attrs }}",
        ):
            assert banned not in source, f"{template.name}: {banned}"


# Every attribute a component prints, filled with something that would be markup if it were not escaped: once as text
# (x="{{ evil }}"), once as a value (:x="evil").
PRINTED = [
    ("button", "kind href name value type"),
    ("button", "kind name value type"),
    ("page-heading", "title caption"),
    ("back-link", "href text"),
    ("alert", "kind title"),
    ("notification-banner", "kind title number"),
    ("details", "summary"),
    ("tag", "colour text"),
    ("basis-tag", "basis"),
    ("severity-tag", "severity"),
    ("summary-row", "key value href action about"),
    ("card", "title href level tone"),
    ("table", "caption"),
    ("timeline-item", "title href by level"),
    ("progress-bar", "label id"),
    ("stat", "number label href tone"),
    ("empty-state", "title"),
    ("history-panel", "title"),
]


@pytest.mark.parametrize(("name", "attributes"), PRINTED)
def test_attributes_are_escaped_whichever_way_they_are_given(name, attributes):
    for form in ('{0}="{{{{ evil }}}}"', ':{0}="evil"', "{0}=evil"):
        given = " ".join(form.format(attribute) for attribute in attributes.split())
        html = render(f"<c-{name} {given} >{{{{ evil }}}}</c-{name}>", evil=EVIL)
        assert "<script>" not in html, form
        assert "alert(1)" in html
        assert '"&gt;' not in html, "a quotation mark ended the attribute"
        assert "&amp;lt;" not in html, "escaped twice"


def test_values_inside_lists_are_escaped():
    html = render(
        '<c-breadcrumbs :items="pairs" /><c-sub-navigation :items="tabs" label="x" />'
        '<c-table caption="c" :head="head" />'
        '<c-filter-panel :form="form" :chosen="pairs" clear="/" /><c-history-panel :entries="entries" />'
        '<c-bar-chart :chart="bars" /><c-number :number="number" :about="evil" />'
        '<c-pagination :page="page" :query="evil" />'
        '<c-refusal :refusal="refusal" />',
        evil=EVIL,
        pairs=[(EVIL, EVIL)],
        tabs=[(EVIL, EVIL, True)],
        head=[EVIL, (EVIL, "numeric")],
        form=Visit({"address": EVIL}, {}),
        entries=[SimpleNamespace(who=EVIL, at=NOW, what=EVIL, why=EVIL, changes=[(EVIL, EVIL, EVIL)])],
        bars=charts.bar_chart(
            EVIL, series=[EVIL, "b"], rows=[(EVIL, [charts.Number(1, EVIL)], EVIL)], row_heading=EVIL
        ),
        number=charts.Number(1, EVIL),
        page=Paginator(range(100), 10).page(2),
        refusal=Refused(EVIL, EVIL, EVIL),
    )
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") > 25


def test_a_component_does_not_pick_up_what_the_page_happens_to_call_by_the_same_name():
    words = (
        "href title caption text value open kind tone by name about key label number query actions disabled summary "
        "colour basis severity clear stack sortable level size id plain caption_hidden type action"
    )
    page = dict.fromkeys(words.split(), "leak") | {
        "items": [("leak", "/leak", True)],
        "entries": ["leak"],
        "chosen": [("leak", "leak")],
        "head": ["leak"],
        "at": NOW,
        "late": True,
        "max": 1,
        "page": Paginator(range(100), 10).page(1),
        "form": Visit({}, {}),
        "refusal": Refused("leak", "leak", "leak"),
        "chart": charts.bar_chart("leak", series=["leak"], rows=[]),
    }
    for component in COMPONENTS.glob("*.html"):
        name = component.stem.replace("_", "-")
        html = render(f"<c-{name} />", **page)
        assert "leak" not in html, name
        assert "22 November 2026" not in html, name


def test_button_is_a_button_or_a_link():
    assert '<button type="submit"' in render("<c-button>Save</c-button>")
    assert 'name="save_draft" value="yes"' in render('<c-button name="save_draft" value="yes">Save draft</c-button>')
    link = render('<c-button href="/x" kind="secondary">Go</c-button>')
    assert link.startswith('<a href="/x" role="button"')
    assert "govuk-button--secondary" in link


def test_error_summary_is_silent_without_errors_and_leads_to_fields_with_them():
    assert render('<c-error-summary :form="form" />', form=Visit()) == ""
    assert render('<c-error-summary :form="form" />') == ""
    html = render('<c-error-summary :form="form" />', form=Visit({"visited_on_day": "3"}, {}))
    assert '<a href="#id_visited_on_month">Date of visit must include a month and a year</a>' in html
    assert 'role="alert"' in html


def test_error_summary_of_one_of_djangos_own_forms():
    from django import forms

    class Plain(forms.Form):
        name = forms.CharField()

    html = render('<c-error-summary :form="form" />', form=Plain({}))
    assert '<a href="#id_name">This field is required.</a>' in html


def test_tags_say_their_meaning_in_words():
    assert ">Statute<" in render('<c-basis-tag basis="statute" />')
    assert ">Court or guidance<" in render('<c-basis-tag basis="court or guidance" />')
    assert ">Local standard<" in render('<c-basis-tag basis="local standard" />')
    colours = {
        render(f'<c-basis-tag basis="{basis}" />').split("govuk-tag--")[1].split('"')[0]
        for basis in ("statute", "court or guidance", "local standard")
    }
    assert len(colours) == 3
    assert ">Red<" in render('<c-severity-tag severity="red" />')
    assert ">Amber<" in render('<c-severity-tag severity="amber" />')


def test_summary_row_says_what_change_would_change():
    html = render('<c-summary-list><c-summary-row key="Manager" value="Maya" href="/m" /></c-summary-list>')
    assert '<dt class="govuk-summary-list__key">Manager</dt>' in html
    assert 'Change<span class="govuk-visually-hidden"> manager</span>' in html
    assert "--no-actions" in render('<c-summary-row key="A" value="0" />')
    assert ">0</dd>" in render('<c-summary-row key="A" :value="n" />', n=0)


def test_table_has_a_caption_scopes_and_a_way_to_be_reached_when_it_scrolls():
    html = render(
        '<c-table caption="Flags" :head="head"><tr><td>1</td></tr></c-table>', head=["Child", ("Days", "numeric")]
    )
    assert "<caption" in html
    assert html.count('scope="col"') == 2
    assert 'govuk-table__header--numeric">Days' in html
    assert 'role="region" aria-label="Flags" tabindex="0"' in html
    assert "tabindex" not in render('<c-table caption="Flags" :head="head" stack="yes" />', head=["Child"])


def test_stat_is_a_link_and_nought_is_never_alarming():
    html = render('<c-stat :number="n" label="overdue" href="/flags" tone="red" />', n=3)
    assert html.startswith('<a class="held-stat held-stat--red" href="/flags">')
    assert "held-stat--red" not in render('<c-stat :number="n" label="overdue" href="/flags" tone="red" />', n=0)


def test_when_is_english_time():
    assert "1 July 2026 at 00:15" in render('<c-when :at="at" />', at=dt.datetime(2026, 6, 30, 23, 15, tzinfo=dt.UTC))
    assert '<time datetime="2026-03-27">27 March 2026</time>' in render('<c-when :at="at" />', at=DAY)
    assert render('<c-when :at="at" />', at=None).strip() == ""
    assert "00:00" in render('<c-when :at="at" />', at=clock.start_of(DAY))  # midnight is a time too


def test_last_checked_turns_red_when_late_and_when_never():
    assert "late" not in render('<c-last-checked :at="at" />', at=NOW)
    late = render('<c-last-checked :at="at" :late="late" />', at=NOW, late=True)
    assert "held-checked--late" in late
    assert "22 November 2026 at 14:30" in late
    assert "held-checked--late" in render("<c-last-checked />")
    failed = render('<c-last-checked :at="at" :failed="failed" />', at=NOW, failed=["VIS-01"])
    assert "held-checked--late" in failed
    assert "1 rule could not be checked: VIS-01. All were last checked" in failed


def test_pagination_keeps_the_filters():
    html = render('<c-pagination :page="page" query="rule=VIS-01" />', page=Paginator(range(100), 25).page(2))
    assert 'href="?rule=VIS-01&amp;page=1" rel="prev"' in html
    assert 'href="?rule=VIS-01&amp;page=3" rel="next"' in html
    assert "Page 2 of 4" in html
    assert render('<c-pagination :page="page" />', page=Paginator([], 25).page(1)) == ""


def test_bar_chart_adds_up_and_every_number_is_a_link():
    chart = context(form=Visit())["bars"]
    html = render('<c-bar-chart :chart="chart" />', chart=chart)
    assert 'role="img" aria-labelledby="chart-title"' in html
    assert '<title id="chart-title">Flags by rule and age.' in html
    for number, href in ((3, "/a"), (4, "/b"), (8, "/abc"), (0, "/e"), (9, "/all")):
        assert f'<a class="govuk-link" href="{href}">{number}<' in html
    widths = [float(part.width.rstrip("%")) for part in chart.rows[0].segments]
    assert widths == [37.5, 50.0, 12.5]
    last = chart.rows[0].segments[-1]
    assert float(last.x.rstrip("%")) + float(last.width.rstrip("%")) == 100
    assert [row.total.count for row in chart.rows] == [8, 1]


def test_empty_charts_say_so():
    assert "Nothing to count" in render('<c-bar-chart :chart="c" />', c=charts.bar_chart("None", series=["a"], rows=[]))
    assert "No days to show" in render('<c-strip-chart :chart="c" />', c=charts.strip_chart("None", []))
    charts.bar_chart("Noughts", series=["a"], rows=[("r", [charts.Number(0)], "")])  # nothing to divide by


def test_strip_chart_tells_its_gaps_in_a_table():
    chart = context(form=Visit())["strip"]
    html = render('<c-strip-chart :chart="chart" />', chart=chart)
    assert html.count("<rect") == 28 + len(chart.key)
    assert "No log: 3 days" in html
    assert "Written late: 1 day<" in html
    gaps = [(run.first, run.days) for run in chart.runs if run.state == charts.MISSING]
    assert gaps == [(dt.date(2026, 4, 16), 1), (dt.date(2026, 4, 1), 2)]
    assert sum(run.days for run in chart.runs) == 28


def test_history_says_who_what_from_to_when_and_why():
    html = render('<c-history-panel :entries="entries" />', entries=context(form=Visit())["history"])
    for part in ("Changed", "Amy Sparrow", "22 November 2026 at 14:30", "The order was renewed", "Expires on",
                 "from </span>1 May 2026", "to </span>1 November 2026"):  # fmt: skip
        assert part in html
    assert "No changes are recorded" in render('<c-history-panel :entries="entries" />', entries=[])


# --- the shell --------------------------------------------------------------------------------------------------------


@signed_in
def anyone(request): ...


@access(Permission.MANAGE_ACCOUNTS)
def accounts(request): ...


@public
def nobody(request): ...


class Urls:
    urlpatterns = [
        path("accounts/", accounts, name="accounts"),
        path("work/", anyone, name="work"),
        path("n/", nobody, name="n"),
    ]


@pytest.fixture
def shown(monkeypatch, settings):
    """The labels in the navigation of someone at an address, over a small set of pages."""
    settings.ROOT_URLCONF = Urls
    items = (("My work", "work"), ("Accounts", "accounts"), ("Nobody", "n"), ("Not built yet", "nowhere:at_all"))
    monkeypatch.setattr("core.context.NAVIGATION", items)

    def look(user, address="/"):
        request = RequestFactory().get(address)
        request.user = user
        return [(item.label, item.current) for item in shell(request)["navigation"]]

    return look


def test_navigation_shows_what_a_person_may_open_and_nothing_else(shown):
    assert shown(User(role=Role.SOCIAL_WORKER)) == [("My work", "")]
    assert shown(User(role=Role.SYSTEM_ADMINISTRATOR)) == [("My work", ""), ("Accounts", "")]
    assert shown(AnonymousUser()) == []


def test_navigation_marks_where_you_are(shown):
    admin = User(role=Role.SYSTEM_ADMINISTRATOR)
    assert shown(admin, "/accounts/") == [("My work", ""), ("Accounts", "page")]
    assert shown(admin, "/accounts/7/") == [("My work", ""), ("Accounts", "true")]


def test_the_shell_names_the_person_and_her_role():
    html = render_to_string("errors/404.html", {"user": User(name="Amy Sparrow", role=Role.SOCIAL_WORKER)})
    assert "Amy Sparrow" in html
    assert "Social worker" in html
    assert "GOV.UK" not in html


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "500", "403_csrf"])
def test_an_error_page_needs_neither_a_request_nor_the_database(name):
    html = render_to_string(f"{name}.html")
    assert '<h1 class="govuk-heading-l">' in html
    assert "Held in Mind</title>" in html
    assert html == render_to_string(f"errors/{name.replace('403_csrf', 'csrf')}.html")


def test_the_hidden_page_names_neither_service_nor_person():
    html = render_to_string("core/hidden.html", {"user": User(name="Amy Sparrow"), "service_name": "Held in Mind"})
    assert "Held in Mind" not in html
    assert "Amy" not in html


def test_a_form_page_keeps_the_typing_and_says_what_is_wrong():
    html = render_to_string(
        "core/form.html",
        {
            "form": Visit({"address": "The kitchen"}, {}),
            "title": "Log a visit",
            "caption": "Robin Meadow",
            "back_url": "/c/1",
            "submit_label": "Save visit",
            "draft_url": "/drafts/visit-1/",
            "refusal": Refused("LEG-05", "No.", "Ask."),
            "conflict": "Somebody was first.",
        },
    )
    for part in (
        "<title>Error: Log a visit – Held in Mind</title>",
        'value="The kitchen"',
        "There is a problem",
        "What would make it lawful:</strong> Ask.",
        "Rule LEG-05",
        "Somebody was first.",
        'data-draft-url="/drafts/visit-1/"',
        'name="save_draft"',
        'enctype="multipart/form-data"',
        "js/drafts.js",
        'class="govuk-back-link"',
    ):
        assert part in html, part


def test_a_form_page_without_a_draft_offers_none():
    html = render_to_string("core/form.html", {"form": Visit(), "title": "Add a home"})
    assert "<title>Add a home – Held in Mind</title>" in html
    assert "draft" not in html.lower()
