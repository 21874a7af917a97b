"""Handing in returns, watching them being read, and mending what could not be used."""

import csv
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from children.actions import open_file, open_files
from children.models import Child
from core import clock
from core.access import Permission, access
from core.history_panel import changes
from core.pages import record_form
from core.sheets import BYTE_ORDER_MARK, harmless
from exchange import actions, forms
from exchange.importing import result
from exchange.judging import NO_HEADER
from exchange.models import ImportProblem, ImportRun, ReturnEpisode
from exchange.reading import read_date

PAGE = 50
SECONDS_BETWEEN_LOOKS = 3
MEANING = {
    "files": "Files of the return",
    "rows_read": "Episode rows read",
    "created": "New episodes",
    "updated": "Episodes changed",
    "unchanged": "Rows that changed nothing",
    "quarantined": "Rows put in quarantine",
    "rejected": "Rows that could not be read",
    "children": "Children held from returns",
    "episodes": "Episodes held",
}


@access(Permission.IMPORT_RETURNS)
def imports(request: HttpRequest) -> HttpResponse:
    """The imports so far, and the form that hands in another."""
    runs = ImportRun.for_user(request.user).select_related("by")
    return record_form(
        request,
        form_class=forms.Upload,
        act=actions.request_import,
        done=lambda run: reverse("exchange:import", args=[run.pk]),
        title="Import returns",
        submit_label="Import",
        back_url="",
        success="The files have arrived",
        template="exchange/imports.html",
        context={
            "page": Paginator(runs, PAGE).get_page(request.GET.get("page")),
            "waiting": _quarantined(request).count(),
        },
    )


@access(Permission.IMPORT_RETURNS)
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import has got, and what it came to. Looks again by itself until it is over."""
    run = get_object_or_404(ImportRun.for_user(request.user).select_related("by"), pk=pk)
    counts = result(run)
    found = ImportProblem.for_user(request.user).filter(import_run=run)
    page = Paginator(found, PAGE).get_page(request.GET.get("page")) if run.is_over else None
    _tell_whose(request, page.object_list if page else [])
    context = {
        "title": "Import",
        "back_url": reverse("exchange:imports"),
        "run": run,
        "files": run.files.all(),
        "counts": [(meaning, f"{counts[name]:,}") for name, meaning in MEANING.items()] if run.is_over else [],
        "most": max(run.rows_total, 1),
        "page": page,
        "problems": found.count(),
        "waiting": _quarantined(request).count(),
        "seconds": SECONDS_BETWEEN_LOOKS,
    }
    response = render(request, "exchange/import.html", context)
    if not run.is_over:
        response.headers["Refresh"] = str(SECONDS_BETWEEN_LOOKS)
    return response


@access(Permission.IMPORT_RETURNS)
def problems(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The problem report, for a spreadsheet."""
    run = get_object_or_404(ImportRun.for_user(request.user), pk=pk)
    found = ImportProblem.for_user(request.user).filter(import_run=run)
    columns = ("file", "line", "column", "code", "message")

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield BYTE_ORDER_MARK + writer.writerow(columns)
        for row in found.values_list(*columns).iterator(chunk_size=2_000):
            yield writer.writerow([harmless(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{run.pk}-problems.csv"'
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@access(Permission.IMPORT_RETURNS)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Every row that waits for somebody to mend it. Whose they are, on the page that is shown, is noted as read."""
    rows = _quarantined(request).select_related("child")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    with transaction.atomic():
        _tell(request, page.object_list)
        whose = [row.child_id for row in page.object_list if row.child_id]
        open_files(children=whose, page="quarantine", by=request.user, as_of=clock.now())
    context = {
        "title": "Rows in quarantine",
        "back_url": reverse("exchange:imports"),
        "page": page,
        "head": ["Child", "Episode", "Why it cannot be used", "What you can do"],
    }
    return render(request, "exchange/quarantine.html", context)


@access(Permission.IMPORT_RETURNS)
def mend(request: HttpRequest, pk: int) -> HttpResponse:
    episode = _one(request, pk)
    if episode.reason_code == NO_HEADER:
        # Nothing that can be typed here says who the child is: only a header does.
        page = _beside(request, episode) | {
            "title": "No header names this child",
            "caption": f"Child {episode.child_number}",
            "back_url": reverse("exchange:quarantine"),
        }
        return render(request, "exchange/no_header.html", page)
    values = {name: read_date(v) if name in ("DECOM", "DEC") else v for name, v in episode.values.items()}
    return record_form(
        request,
        form_class=forms.Mend,
        form_kwargs={"episode": episode},
        initial=values,
        act=partial(actions.mend_episode, episode=episode),
        done=_next_for,
        title="Mend a quarantined row",
        caption=f"Child {episode.child_number}",
        submit_label="Save and judge again",
        back_url=reverse("exchange:quarantine"),
        success="Row saved and judged again",
        draft_key=f"mend-{episode.pk}",
        template="exchange/mend.html",
        context=_beside(request, episode),
    )


@access(Permission.IMPORT_RETURNS)
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    episode = _one(request, pk)
    return record_form(
        request,
        form_class=forms.Reason,
        act=partial(actions.set_aside, episode=episode),
        done=lambda _: reverse("exchange:quarantine"),
        title="Set aside: this is not an episode",
        caption=f"Child {episode.child_number}",
        submit_label="Set aside",
        back_url=reverse("exchange:mend", args=[episode.pk]),
        success="Row set aside",
        template="exchange/set_aside.html",
        context=_beside(request, episode),
    )


def _quarantined(request: HttpRequest) -> Any:
    return ReturnEpisode.for_user(request.user).filter(state=ReturnEpisode.State.QUARANTINED)


def _one(request: HttpRequest, pk: int) -> ReturnEpisode:
    """A row that waits to be mended. What the page shows of her file is noted, as everywhere."""
    episode: ReturnEpisode = get_object_or_404(_quarantined(request).select_related("child", "authority"), pk=pk)
    if episode.child is not None and request.method == "GET":
        with transaction.atomic():
            open_file(child=episode.child, page="return rows", by=request.user, as_of=clock.now())
    return episode


def _next_for(episode: ReturnEpisode) -> str:
    """To the list, or back to the row where it is still in quarantine: another row still says otherwise."""
    if episode.state == ReturnEpisode.State.QUARANTINED:
        return reverse("exchange:mend", args=[episode.pk])
    return reverse("exchange:quarantine")


def _beside(request: HttpRequest, episode: ReturnEpisode) -> dict[str, Any]:
    """The row and every other of hers, in order, since it is mostly another row that shows what is wrong."""
    rows = list(
        ReturnEpisode.for_user(request.user).filter(
            authority_id=episode.authority_id, child_number=episode.child_number
        )
    )
    _tell(request, rows)
    return {"episode": episode, "rows": rows, "history": changes(episode)}


def _tell(request: HttpRequest, rows: Any) -> None:
    """Put what a page shows of each row beside it, and a link to the child where this person may see her."""
    seen = {
        child.pk: child.reference
        for child in Child.for_user(request.user).filter(pk__in={row.child_id for row in rows if row.child_id})
    }
    for row in rows:
        values = row.values
        row.starts, row.ends = read_date(values["DECOM"]), read_date(values.get("DEC", ""))
        row.end_as_given = "" if row.ends else values.get("DEC", "")
        row.place, row.status = values.get("PLACE", ""), values.get("LS", "")
        row.reference = seen.get(row.child_id)


def _tell_whose(request: HttpRequest, problems: Any) -> None:
    """Put a link to the child beside each problem that is settled on her file, where this person may see her."""
    numbers = {problem.child_number for problem in problems if problem.child_number}
    theirs = Child.for_user(request.user).filter(external_id__in=numbers, authority=request.user.authority)
    seen = dict(theirs.values_list("external_id", "reference")) if numbers else {}
    for problem in problems:
        problem.reference = seen.get(problem.child_number)
