"""Log a visit, write a daily log, read either, add to either."""

import datetime as dt
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from children.actions import open_file
from core import charts, clock
from core.access import Permission, access
from core.actions import discard_draft, save_draft
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import Draft
from core.pages import drafted_form, posted, record_form, typed
from placements.actions import add_to_log, add_to_visit, record_visit, withdraw_log, withdraw_visit, write_log
from placements.actions.notes import may_record_as, may_say_whether_seen, may_withdraw, visit_errors
from placements.forms.notes import NOW, VISIT_STEPS, AddToNote, AddToVisit, Withdraw, WriteLog, submission_of, value_of
from placements.log_calendar import WORDS, Stretch, covered_by_logs, days_of, turns_of, unwritten
from placements.models import Addition, DailyLog, Placement, Visit
from placements.views.placing import placement_page, theirs

LATE_NOTE = dt.timedelta(hours=24)  # a visit written up later than this is marked so
LOG_PARTS = {
    "how_she_was": "How the child was",
    "day": "What the child did, ate and asked for",
    "incidents": "Anything that worried you",
    "on_duty": "Who was on duty",
}
OFFERED = 7  # stretches a log is offered for at once; the others are reached from the calendar


def _from_my_work(request: HttpRequest) -> bool:
    return request.GET.get("from") == "my-work"


def _return_to(request: HttpRequest, placement: Placement) -> str:
    """Where a note was begun from: a person's own work list, or the placement's page."""
    if _from_my_work(request):
        return reverse("dashboards:my_work")
    return placement_page(placement)


# --- log a visit: three steps, one draft ------------------------------------------------------------------------------

CHECK = len(VISIT_STEPS) + 1  # the last step: check your answers


@access(Permission.RECORD_VISIT)
@require_http_methods(["GET", "POST"])
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Each step is a page. What was typed in the others travels with it, so any page holds all there is to save."""
    pages = VisitPages(request, theirs(request, pk), clock.now())
    return pages.sent() if request.method == "POST" else pages.shown()


class VisitPages:
    """One person's way through the steps of one visit."""

    def __init__(self, request: HttpRequest, placement: Placement, as_of: dt.datetime):
        self.request, self.placement, self.as_of = request, placement, as_of
        self.key = f"visit-{placement.pk}"
        asked = request.GET.get("step", "1")
        self.step = int(asked) if asked in ("1", "2", "3") else 1
        self.draft: Draft | None = None
        self.data: dict[str, list[str]] = {}
        self.details: dict[str, Any] = {}

    def shown(self) -> HttpResponse:
        self.draft = self.request.user.drafts.filter(key=self.key).first()
        self.data = {name: values for name, values in self.draft.data.items() if name != "go"} if self.draft else {}
        unfinished = self._first_unfinished(before=self.step)
        if unfinished:
            return redirect(self.address(unfinished[0]))
        return self._check() if self.step == CHECK else self._page(self.step, self._form(self.step, judged=False))

    def sent(self) -> HttpResponse:
        self.data = typed(self.request)
        pressed = self.data.pop("go", [""])[0]
        if pressed == "discard":
            discard_draft(key=self.key, by=self.request.user)
            return redirect(self.address(1))
        if pressed in ("save", "back"):
            self._save()
            if pressed == "save":
                messages.success(self.request, "Draft saved. Nothing is on the record until you send it.")
            return redirect(self.address(max(self.step - (pressed == "back"), 1)))
        if unfinished := self._first_unfinished(before=min(self.step + 1, CHECK)):
            self._save()
            return self._page(*unfinished, status=422)
        if self.step < CHECK:
            self._save()
            return redirect(self.address(self.step + 1))
        return self._send()

    def address(self, step: int) -> str:
        query = {"step": step} | ({"from": "my-work"} if _from_my_work(self.request) else {})
        return f"{reverse('placements:visit', args=[self.placement.pk])}?{urlencode(query)}"

    def _send(self) -> HttpResponse:
        submission = submission_of(self.data.get("submission", [""])[0])
        try:
            record_visit(
                placement=self.placement,
                submission=submission,
                **self.details,
                by=self.request.user,
                as_of=self.as_of,
            )
        except Invalid as invalid:  # the placement ended since the step was checked
            self._save()
            step = next((n for n, steps in enumerate(VISIT_STEPS, 1) if steps.base_fields.keys() & invalid.errors), 1)
            form = self._form(step)
            _say(form, invalid.errors)
            return self._page(step, form, status=422)
        except Conflict as clash:
            self._save()
            return self._check(status=409, conflict=clash.sentence)
        discard_draft(key=self.key, by=self.request.user)
        messages.success(self.request, "Visit recorded")
        return redirect(_return_to(self.request, self.placement))

    def _first_unfinished(self, *, before: int) -> tuple[int, Any] | None:
        """The first step before `before` that is not finished, its form saying why. The others' details are kept."""
        for step in range(1, before):
            form = self._form(step)
            if form.is_valid():
                self.details |= form.cleaned_data
            known = self.details | getattr(form, "cleaned_data", {})
            errors = visit_errors(known, placement=self.placement, by=self.request.user, as_of=self.as_of)
            _say(form, {field: sentence for field, sentence in errors.items() if field in form.fields})
            if form.errors:
                return step, form
        return None

    def _form(self, step: int, *, judged: bool = True) -> Any:
        """A step's form with what is known of it, or with what most visits are where nothing is."""
        form_class = VISIT_STEPS[step - 1]
        whose = {"user": self.request.user, "called": self.placement.child.called}
        if judged:
            return form_class(posted(self.data), **whose)
        if any(_belongs(name, form_class) for name in self.data):
            return drafted_form(form_class, Draft(data=self.data), whose)
        return form_class(initial=self._usual(), **whose)

    def _usual(self) -> dict[str, Any]:
        """When and who: nothing that says of itself that a visit counts. How and where are for the visitor to say."""
        return {"occurred_at": self.as_of, "capacity": may_record_as(self.request.user)[0]}

    def _page(self, step: int, form: Any, *, status: int = 200) -> HttpResponse:
        page = self._context(step) | {"form": form, "carried": self._carried(form)}
        return render(self.request, "placements/visit.html", page, status=status)

    def _check(self, *, status: int = 200, conflict: str = "") -> HttpResponse:
        page = self._context(CHECK) | {
            "visit": Visit(**self.details | {"visitor": self.details["visitor"] or self.request.user.name}),
            "inspected": _inspected(self.details["checked"]),
            "not_counted": _not_counted(**self.details),
            "carried": self._carried(None),
            "conflict": conflict,
            "first_step": self.address(1),
            "second_step": self.address(2),
        }
        return render(self.request, "placements/visit_check.html", page, status=status)

    def _context(self, step: int) -> dict[str, Any]:
        return {
            "title": f"Log a visit to {self.placement.child.called}",
            "step": step,
            "steps": CHECK,
            "address": self.address(step),
            "called": self.placement.child.called,
            "back_url": _return_to(self.request, self.placement) if step == 1 else "",
            "draft_url": reverse("core:draft", args=[self.key]),
            "draft_key": self.key,
            "drafted": self.draft,
        }

    def _carried(self, form: Any) -> list[tuple[str, str]]:
        """What the other steps hold, to travel unseen with this one."""
        data = {"submission": [str(uuid4())]} | self.data
        kept = (name for name in data if form is None or not _belongs(name, type(form)))
        return [(name, value) for name in kept for value in data[name]]

    def _save(self) -> None:
        save_draft(by=self.request.user, key=self.key, data=self.data, as_of=self.as_of)


def _belongs(posted: str, form_class: Any) -> bool:
    """Whether a posted name is of one of a form's fields: `occurred_at_day` is of `occurred_at`."""
    fields = form_class.base_fields
    return posted in fields or posted.rpartition("_")[0] in fields


def _say(form: Any, errors: dict[str, str]) -> None:
    """Show an action's sentences at their fields, where the form has not found fault with them itself."""
    for field, sentence in errors.items():
        if field not in form.errors:
            form.add_error(field if field in form.fields else None, sentence)


def _inspected(checked: list[str]) -> list[str]:
    return [label for key, label in Visit.INSPECTED if key in checked]


def _not_counted(*, manner: str, capacity: str, outcome: str, **_others: Any) -> str:
    """Why a visit cannot clear what is due (VIS-01 to VIS-03), for its author to know before she wonders."""
    if manner != Visit.Manner.IN_PERSON:
        return "it was not in person"
    if capacity not in Visit.REPRESENTATIVES:
        return "only visits by the authority’s own people count"
    if outcome == Visit.Outcome.NOT_HOME:
        return "the child was not met"
    return ""


# --- read a visit -----------------------------------------------------------------------------------------------------


@access(Permission.SEE_CHILDREN)
@require_safe
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    visits = Visit.for_user(request.user).with_outcome().select_related("placement__child", "recorded_by")
    with transaction.atomic():
        note = get_object_or_404(visits, pk=pk)
        child = note.placement.child
        open_file(child=child, page="visit", by=request.user, as_of=clock.now())
        additions = list(note.additions.select_related("by"))
    may_add = request.user.can(Permission.RECORD_VISIT)
    may_strike = may_add and note.in_error_at is None and may_withdraw(request.user, note)
    page = {
        "title": f"Visit to {child.called} on {in_words(clock.local_date(note.occurred_at))}",
        "back_url": placement_page(note.placement),
        "called": child.called,
        "visit": note,
        "additions": additions,
        "inspected": _inspected(note.checked),
        "outcome_now": Visit.Outcome(note.outcome_now).label if note.outcome_now != note.outcome else "",
        "recorded_late": note.recorded_at - note.occurred_at > LATE_NOTE,
        "add_url": reverse("placements:add_to_visit", args=[pk]) if may_add else "",
        "withdraw_url": reverse("placements:withdraw_visit", args=[pk]) if may_strike else "",
        "again_url": reverse("placements:visit", args=[note.placement_id]) if may_add and note.in_error_at else "",
        "again": "Log the visit as it was",
    }
    return render(request, "placements/visit_detail.html", page)


@access(Permission.RECORD_VISIT)
@require_http_methods(["GET", "POST"])
def visit_addition(request: HttpRequest, pk: int) -> HttpResponse:
    note = get_object_or_404(Visit.for_user(request.user).select_related("placement__child"), pk=pk)
    return _add(
        request,
        act=partial(add_to_visit, visit=note),
        form_class=AddToVisit,
        form_kwargs={"may_say_whether_seen": may_say_whether_seen(request.user, note)},
        what=f"visit on {in_words(clock.local_date(note.occurred_at))}",
        child=note.placement.child,
        back_url=reverse("placements:visit_detail", args=[pk]),
        draft_key=f"add-to-visit-{pk}",
    )


@access(Permission.RECORD_VISIT)
@require_http_methods(["GET", "POST"])
def visit_in_error(request: HttpRequest, pk: int) -> HttpResponse:
    note = get_object_or_404(Visit.for_user(request.user).select_related("placement__child"), pk=pk)
    if not may_withdraw(request.user, note):
        raise PermissionDenied
    return _in_error(
        request,
        act=partial(withdraw_visit, visit=note),
        what=f"visit on {in_words(clock.local_date(note.occurred_at))}",
        child=note.placement.child,
        back_url=reverse("placements:visit_detail", args=[pk]),
    )


def _in_error(request: HttpRequest, *, what: str, child: Any, back_url: str, act: Any) -> HttpResponse:
    return record_form(
        request,
        form_class=Withdraw,
        act=act,
        done=lambda addition: back_url,
        title="Say that a note was recorded in error",
        caption=f"{child.called}: {what}",
        back_url=back_url,
        submit_label="Record that it was an error",
        success="Recorded. The note does not count",
        context={
            "intro": "The note stays on the record, struck through, and counts for nothing: what it cleared is overdue again. "
            "This cannot be taken back. You can then record what should have been there."
        },
    )


def _add(request: HttpRequest, *, what: str, child: Any, back_url: str, **how: Any) -> HttpResponse:
    return record_form(
        request,
        title="Add to or correct a note",
        caption=f"{child.called}: {what}",
        back_url=back_url,
        done=lambda addition: back_url,
        success="Added",
        submit_label="Save",
        **how,
    )


# --- daily logs -------------------------------------------------------------------------------------------------------


@access(Permission.WRITE_LOG)
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the log of a day or a shift that has none, or of the one that goes on."""
    if request.method == "POST" and Placement.ended_for(request.user).filter(pk=pk).exists():
        return _handed_back(request)
    placement, as_of = theirs(request, pk), clock.now()
    logs = covered_by_logs(placement, as_of=as_of)
    turns = turns_of([pk], as_of=as_of).get(pk, [])
    stretches = unwritten(placement, logs, as_of=as_of, turns=turns)
    asked = [stretch for stretch in stretches if str(stretch.day) == request.GET.get("day")]
    asked = [stretch for stretch in asked if f"{stretch.ends_locally:%H:%M}" == request.GET.get("to")] or asked
    offered = [stretch for stretch in stretches if stretch in asked or stretch in stretches[:OFFERED]]
    latest = DailyLog.for_user(request.user).standing().filter(placement=placement).order_by("-covers_until").first()
    page: dict[str, Any] = {
        "chart": charts.strip_chart("The last four weeks", days_of(placement, logs, as_of=as_of, turns=turns), WORDS),
        "more": stretches[OFFERED:],
        "latest": latest,
        "latest_day": _day_of(latest) if latest else None,
        "offered": offered,
    }

    def act(*, covers_from: dt.datetime, covers_until: dt.datetime, **details: Any) -> DailyLog:
        try:
            return write_log(placement=placement, covers_from=covers_from, covers_until=covers_until, **details)
        except Conflict:
            overlapping = (
                DailyLog.for_user(request.user)
                .standing()
                .filter(placement=placement, covers_from__lt=covers_until, covers_until__gt=covers_from)
            )
            page["in_the_way"] = overlapping.order_by("-covers_until").first()
            raise

    chosen = asked or (offered if len(offered) == 1 else [])
    return record_form(
        request,
        form_class=WriteLog,
        form_kwargs={"stretches": offered, "called": placement.child.called, "as_of": as_of},
        initial={
            "covers_from": value_of(chosen[0]) if chosen else None,
            "written": NOW,
            "submission": uuid4(),
        },
        act=act,
        done=lambda entry: _return_to(request, placement),
        title=f"Write {placement.child.called}’s daily log",
        back_url=_return_to(request, placement),
        success="Log written",
        submit_label="Save log",
        template="placements/log.html",
        draft_key=f"log-{pk}",
        context=page,
    )


def _day_of(entry: DailyLog) -> dt.date:
    return Stretch(entry.covers_from, entry.covers_until, goes_on=False).day


def _handed_back(request: HttpRequest) -> HttpResponse:
    """A log sent after its placement ended: its writer's access is over, and her typing is still hers."""
    words = typed(request)
    written = [(label, "\n".join(words[name])) for name, label in LOG_PARTS.items() if any(words.get(name, []))]
    return render(request, "placements/ended.html", {"written": written}, status=409)


@access(Permission.SEE_CHILDREN)
@require_safe
def log_detail(request: HttpRequest, pk: int) -> HttpResponse:
    logs = DailyLog.for_user(request.user).select_related("placement__child", "author")
    with transaction.atomic():
        entry = get_object_or_404(logs, pk=pk)
        child = entry.placement.child
        open_file(child=child, page="log", by=request.user, as_of=clock.now())
        additions = list(Addition.for_user(request.user).filter(log=entry).select_related("by"))
    may_add = request.user.can(Permission.WRITE_LOG)
    page = {
        "title": f"Daily log of {in_words(_day_of(entry))}",
        "caption": child.called,
        "back_url": placement_page(entry.placement),
        "log": entry,
        "written_earlier": entry.recorded_at - entry.occurred_at > dt.timedelta(minutes=5),
        "additions": additions,
        "add_url": reverse("placements:add_to_log", args=[pk]) if may_add else "",
        "withdraw_url": reverse("placements:withdraw_log", args=[pk]) if may_add and not entry.in_error_at else "",
        "again_url": reverse("placements:log", args=[entry.placement_id]) if may_add and entry.in_error_at else "",
        "again": "Write the log that should be there",
    }
    return render(request, "placements/log_detail.html", page)


@access(Permission.WRITE_LOG)
@require_http_methods(["GET", "POST"])
def log_addition(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(DailyLog.for_user(request.user).select_related("placement__child"), pk=pk)
    return _add(
        request,
        act=partial(add_to_log, log=entry),
        form_class=AddToNote,
        what=f"log of {in_words(_day_of(entry))}",
        child=entry.placement.child,
        back_url=reverse("placements:log_detail", args=[pk]),
        draft_key=f"add-to-log-{pk}",
    )


@access(Permission.WRITE_LOG)
@require_http_methods(["GET", "POST"])
def log_in_error(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(DailyLog.for_user(request.user).select_related("placement__child"), pk=pk)
    return _in_error(
        request,
        act=partial(withdraw_log, log=entry),
        what=f"log of {in_words(_day_of(entry))}",
        child=entry.placement.child,
        back_url=reverse("placements:log_detail", args=[pk]),
    )
