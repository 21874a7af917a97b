"""The rota of a placement: a week as a grid, shifts added, last week copied, carers put on, and the week published."""

import datetime as dt
import re
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import clock, forms
from core.access import Permission, access
from core.dates import in_words
from core.errors import Conflict, Invalid, Refused
from core.pages import record_form
from placements.models import Placement
from placements.views.placing import placement_page, theirs
from staffing import policies
from staffing.actions import patterns, weeks
from staffing.actions import rota as acts
from staffing.forms.rota import Pattern, Seen
from staffing.models import Carer, Shift
from staffing.views.rota_week import Grid, choices_for, count, monday_of

COPIED = "rota_copied"  # in the session: what came of the last copy
NOT_THERE = "Somebody has cancelled that shift, so nobody was put on it. This is the rota as it is now."
CHOOSE = "Choose a carer and a shift from those on this page"


def rota_page(placement: Placement, monday: dt.date) -> str:
    return f"{reverse('staffing:rota', args=[placement.pk])}?week={monday.isoformat()}"


def _week(request: HttpRequest, as_of: dt.datetime) -> dt.date:
    return monday_of(request.GET.get("week", ""), as_of)


# --- the week ---------------------------------------------------------------------------------------------------------


@access(Permission.SEE_ROTA)
@require_GET
def rota(request: HttpRequest, pk: int) -> HttpResponse:
    as_of = clock.now()
    return _grid(request, theirs(request, pk), _week(request, as_of), as_of)


def _grid(
    request: HttpRequest,
    placement: Placement,
    monday: dt.date,
    as_of: dt.datetime,
    *,
    status: int = 200,
    said: str = "",
    refusal: Refused | None = None,
    shift: int = 0,
) -> HttpResponse:
    """The page, with what is to be said of the shift somebody was to be put on."""
    grid = Grid(placement, monday, request.user, as_of, {shift: said})
    choices = choices_for(placement, monday, as_of) if grid.may_put else []
    context = {
        "title": "Rota",
        "placement": placement,
        "placement_url": placement_page(placement),
        "grid": grid,
        "week": grid.week,
        "may_put": grid.may_put,
        "available": [choice for choice in choices if not choice.reason],
        "unavailable": [choice for choice in choices if choice.reason],
        "chosen_shift": shift,
        "said": said,
        "refusal": refusal,
    }
    return render(request, "staffing/rota.html", context, status=status)


@access(Permission.PROPOSE_ROTA)
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the carer on the shift that were chosen on the grid. The grid's script sends the same form."""
    as_of = clock.now()
    placement, monday = theirs(request, pk), _week(request, as_of)
    if request.method != "POST":
        return redirect(rota_page(placement, monday))
    chosen = re.fullmatch(r"(\d{1,9})\.(\d{1,9})", request.POST.get("shift", ""), re.ASCII)
    number = int(chosen[1]) if chosen else 0
    answer = partial(_grid, request, placement, monday, as_of, shift=number)
    shift = Shift.for_user(request.user).standing().filter(placement=placement, pk=number).first()
    if chosen and shift is None:
        return answer(status=409, said=NOT_THERE)
    carers = {choice.value: choice for choice in choices_for(placement, monday, as_of)}
    choice = carers.get(request.POST.get("carer", ""))
    if shift is None or chosen is None or choice is None:
        return answer(status=422, said=CHOOSE)
    try:
        acts.assign(
            shift=shift,
            carer=choice.candidate.carer,
            agency=choice.agency,
            version=int(chosen[2]),
            by=request.user,
            as_of=as_of,
        )
    except Invalid as invalid:
        return answer(status=422, said="; ".join(invalid.errors.values()))
    except Refused as refused:
        return answer(status=422, said=f"{choice.carer}: {refused.sentence}", refusal=refused)
    except Conflict as clash:
        return answer(status=409, said=clash.sentence)
    messages.success(request, f"{choice.carer} is on the {_called(shift)}")
    return redirect(rota_page(placement, monday))


def _called(shift: Shift) -> str:
    local = shift.starts_at.astimezone(clock.LONDON)
    kind = {"day": "day shift", "waking_night": "waking night", "sleep_in": "sleep-in"}[shift.kind]
    return f"{kind} of {local:%A} {local.day} {local:%B}"


# --- shifts added, a week copied --------------------------------------------------------------------------------------


@access(Permission.PROPOSE_ROTA)
def add_shifts(request: HttpRequest, pk: int) -> HttpResponse:
    as_of = clock.now()
    placement, monday = theirs(request, pk), _week(request, as_of)
    may_decide = policies.may_decide_staffing(request.user, placement, as_of)
    return record_form(
        request,
        form_class=Pattern,
        form_kwargs={"monday": monday},
        initial=Pattern.usual(request.GET.get("day", ""), request.GET.get("kind", "")),
        act=partial(_add, request, placement),
        done=lambda _added: rota_page(placement, monday),
        title="Add shifts" if may_decide else "Propose shifts",
        caption=_caption(placement, monday),
        back_url=rota_page(placement, monday),
        template="staffing/rota_add.html",
        submit_label="Add shifts" if may_decide else "Propose shifts",
    )


def _add(request: HttpRequest, placement: Placement, **typed: Any) -> Any:
    added = patterns.add_pattern(placement=placement, **typed)
    kept = f". {count(added.kept, 'shift')} there already, left as they were" if added.kept else ""
    messages.success(request, f"{count(len(added.shifts), 'draft shift')} added{kept}")
    return added


def _caption(placement: Placement, monday: dt.date) -> str:
    return f"{placement.child}, week of {in_words(monday)}"


@access(Permission.PROPOSE_ROTA)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy the week before into this one. Every carer passes every gate again; who did not is told on the next page."""
    as_of = clock.now()
    placement, monday = theirs(request, pk), _week(request, as_of)
    before = Grid(placement, monday - dt.timedelta(days=7), request.user, as_of)

    def remember(copied: Any) -> str:
        request.session[COPIED] = {
            "placement": placement.pk,
            "week": monday.isoformat(),
            "shifts": len(copied.shifts),
            "assigned": len(copied.assigned),
            "kept": copied.kept,
            "refused": [[shift.pk, carer.pk, sentence] for shift, carer, sentence in copied.refused],
        }
        return f"{reverse('staffing:rota_copied', args=[placement.pk])}?week={monday.isoformat()}"

    return record_form(
        request,
        form_class=forms.Form,
        act=partial(weeks.copy_week, placement=placement, from_week=before.monday, to_week=monday),
        done=remember,
        title="Copy last week",
        caption=_caption(placement, monday),
        back_url=rota_page(placement, monday),
        template="staffing/copy.html",
        submit_label="Copy last week",
        context={"before": before, "monday": monday, "people": sum(len(row.people) for row in before.week.shifts)},
    )


@access(Permission.PROPOSE_ROTA)
@require_GET
def copied(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of copying: exactly who was left off, from which shift, and why."""
    placement, monday = theirs(request, pk), _week(request, clock.now())
    kept = request.session.get(COPIED) or {}
    if (kept.get("placement"), kept.get("week")) != (pk, monday.isoformat()):
        return redirect(rota_page(placement, monday))
    shifts = Shift.for_user(request.user).in_bulk([shift for shift, _, _ in kept["refused"]])
    carers = Carer.for_user(request.user).in_bulk([carer for _, carer, _ in kept["refused"]])
    refused = [
        (shifts[shift], carers[carer], sentence)
        for shift, carer, sentence in kept["refused"]
        if shift in shifts and carer in carers
    ]
    context = {
        "title": "Last week copied",
        "caption": _caption(placement, monday),
        "rota_url": rota_page(placement, monday),
        "shifts": count(kept["shifts"], "shift"),
        "assigned": count(kept["assigned"], "carer was", "carers were"),
        "kept": count(kept["kept"], "shift was", "shifts were") if kept["kept"] else "",
        "refused": sorted(refused, key=lambda row: (str(row[1]), row[0].starts_at)),
    }
    return render(request, "staffing/copied.html", context)


# --- publishing -------------------------------------------------------------------------------------------------------


@access(Permission.PROPOSE_ROTA)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What will be published, and what is short of carers. Whoever only proposes is told who publishes; asked all the
    same, the gate refuses, and that is recorded."""
    as_of = clock.now()
    placement, monday = theirs(request, pk), _week(request, as_of)
    grid = Grid(placement, monday, request.user, as_of)
    drafts = [card for card in grid.cards if card.row in grid.week.drafts]
    return record_form(
        request,
        form_class=Seen,
        act=partial(weeks.publish, placement=placement, week=monday),
        done=lambda _shifts: rota_page(placement, monday),
        title="Publish this week" if grid.week.may_decide else "Who publishes this week",
        caption=_caption(placement, monday),
        back_url=rota_page(placement, monday),
        template="staffing/publish.html",
        submit_label=f"Publish {count(len(drafts), 'shift')}",
        success="Published. This is now the rota those who work it see.",
        draft_key=None,
        context={
            "grid": grid,
            "drafts": drafts,
            "short": [card for card in drafts if card.row in grid.week.short],
            "leaderless": [card for card in drafts if card.row in grid.week.without_leader],
            "to_be_off": sorted({each.on.name for card in drafts for each in card.people if each.on.asked_off}),
        },
    )
