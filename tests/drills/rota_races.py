"""Two to sixteen people write on one rota at one moment: nobody is booked twice, no change is lost, no page falls over."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.drills import Drill
from tests.drills.rotas import (
    CONFLICT,
    DOUBLE_BOOKINGS,
    ERROR,
    INVALID,
    REFUSED,
    SAVED,
    WRITERS,
    Scene,
    clear,
    count,
    counted,
    insert,
    shuffled,
    writers,
)

CARERS = 8
THROUGH_PAGES = 20  # one round in so many goes through the web's own pages


@dataclass(frozen=True)
class Write:
    """One writer's act, and the shift whose version it says it saw (None: it touches several, or says nothing)."""

    act: Callable[[], Any]
    shift: Any = None
    typed: str = ""  # for a page: what must come back to a loser


@contextmanager
def make_ready() -> Iterator:
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    scene = Scene()
    carers = [scene.new_carer() for _ in range(CARERS)]
    numbers = iter(range(1, 1_000_000))
    try:
        with writers() as all_at_once:
            pages = [Client(raise_request_exception=False) for _ in range(WRITERS)]

            def one_round(chance: random.Random) -> dict[str, int]:
                web = pages if next(numbers) % THROUGH_PAGES == 0 else []
                return race(chance, scene, carers, all_at_once, web)

            yield one_round
    finally:
        scene.close()


def race(chance: random.Random, scene: Scene, carers: list, all_at_once: Callable, pages: list) -> dict[str, int]:
    from staffing.models import Shift

    rota = scene.rotas[0]
    clear(scene.rotas)
    shifts = [
        scene.shift(rota, scene.monday, kind=kind, hours=hours, published=chance.random() < 0.5)
        for kind, hours in (("day", (8, 20)), ("sleep_in", (14, 22)), ("waking_night", (20, 8)))
    ]
    on = [scene.puts(carers[n], shift) for n, shift in enumerate(shifts)]
    writes = [
        _by_page(chance, shifts, pages[n], scene.amy) if pages else _by_act(chance, scene, rota, shifts, on, carers)
        for n in range(chance.randint(2, WRITERS))
    ]
    outcomes = all_at_once([write.act for write in writes])
    counts = counted(outcomes)
    saved = [(write, result) for write, (outcome, result) in zip(writes, outcomes, strict=True) if outcome == SAVED]
    now = {shift.pk: shift for shift in Shift.objects.filter(pk__in=[shift.pk for shift in shifts])}
    losers = [(write, result) for write, (outcome, result) in zip(writes, outcomes, strict=True) if outcome == CONFLICT]
    return {
        "writers": len(writes),
        "saved": counts[SAVED],
        "in conflict": counts[CONFLICT],
        "refused": counts[REFUSED] + counts[INVALID],
        "through pages": len(writes) if pages else 0,
        "double bookings": count(DOUBLE_BOOKINGS, scene.rotas),
        "lost updates": _lost(shifts, now, saved),
        "typing lost": sum(1 for write, answer in losers if write.typed and not _came_back(write.typed, answer)),
        ERROR: counts[ERROR],
    }


def _lost(shifts: list, now: dict, saved: list[tuple[Write, Any]]) -> int:
    """Updates lost: a second writer saved over a version somebody else had already changed, or a change left no version."""
    from staffing.models import Shift

    said_same = Counter(write.shift.pk for write, _ in saved if write.shift is not None)
    changes = Counter(said_same)
    for _, result in saved:
        if isinstance(result, list):  # published: each shift's next version
            changes.update(shift.pk for shift in result if isinstance(shift, Shift))
        elif isinstance(result, Unsaid):
            changes[result.shift_id] += 1
    over = sum(number - 1 for number in said_same.values() if number > 1)
    return over + sum(now[shift.pk].version != shift.version + changes[shift.pk] for shift in shifts)


@dataclass(frozen=True)
class Unsaid:
    """A change by somebody who did not say which version they saw."""

    shift_id: int


def _by_act(chance: random.Random, scene: Scene, rota, shifts: list, on: list, carers: list) -> Write:
    from core import clock
    from staffing.actions import rota as acts
    from staffing.actions.weeks import copy_week, publish

    asked = {"by": scene.amy, "as_of": clock.now()}
    shift, carer = chance.choice(shifts), chance.choice(carers)
    mine = on[shifts.index(shift)]
    fresh = {"shift": _copy(shift), "version": shift.version, **asked}  # each writer has read it by themselves
    longer = dt.timedelta(minutes=chance.choice([-45, -30, -15, 15, 30, 45]))

    def unsaid() -> Unsaid:
        acts.assign(shift=_copy(shift), carer=carer, **asked)
        return Unsaid(shift.pk)

    what = chance.choices(
        ["assign", "unsaid", "take off", "change", "cancel", "lead", "publish", "copy", "import"],
        weights=[30, 15, 12, 14, 4, 8, 6, 6, 5],
    )[0]
    if what == "unsaid":
        return Write(unsaid)
    if what == "publish":
        return Write(partial(publish, placement=rota, week=scene.monday, **asked))
    if what == "copy":
        return Write(partial(_copied, copy_week, rota, scene.monday, asked))
    if what == "import":
        rows = [(each, chance.choice(carers), scene.agency, scene.amy) for each in shuffled(chance, shifts)]
        return Write(partial(insert, rows))
    return Write(
        {
            "assign": partial(acts.assign, carer=carer, **fresh),
            "take off": partial(_taken_off, acts.take_off, mine.pk, shift.version, asked),
            "change": partial(acts.change_shift, starts_at=shift.starts_at, ends_at=shift.ends_at + longer, **fresh),
            "cancel": partial(acts.cancel_shift, why="Not needed.", **fresh),
            "lead": partial(acts.name_leader, carer=mine.carer, **fresh),
        }[what],
        shift,
    )


def _copied(copy_week: Callable, rota, monday: dt.date, asked: dict) -> None:
    copy_week(placement=rota, from_week=monday, to_week=monday + dt.timedelta(days=7), **asked)


def _taken_off(take_off: Callable, pk: int, version: int, asked: dict):
    from staffing.models import Assignment

    assignment = Assignment.objects.select_related("shift__placement__child", "carer").get(pk=pk)
    return take_off(assignment=assignment, why="Ill.", version=version, **asked)


def _copy(shift):
    from staffing.models import Shift

    return Shift.objects.select_related("placement__child", "placement__home").get(pk=shift.pk)


# --- through the pages ------------------------------------------------------------------------------------------------


def _by_page(chance: random.Random, shifts: list, client, by) -> Write:
    """A form sent as a browser sends it, with the version its page had shown."""
    from django.urls import reverse

    from core import clock

    client.force_login(by)  # anew: a drill that was stopped for a while goes on, and its sessions have run out
    shift = chance.choice(shifts)
    if chance.random() < 0.5:
        typed = f"Not needed: {chance.random()}"
        data = {"why": typed, "version": shift.version}
        return Write(partial(_send, client, reverse("staffing:rota_cancel", args=[shift.pk]), data), shift, typed)
    ends = (shift.ends_at + dt.timedelta(minutes=chance.choice([-45, -15, 15, 45]))).astimezone(clock.LONDON)
    data = {"version": shift.version}
    for name, moment in (("starts_at", shift.starts_at.astimezone(clock.LONDON)), ("ends_at", ends)):
        data |= {
            f"{name}_day": moment.day,
            f"{name}_month": moment.month,
            f"{name}_year": moment.year,
            f"{name}_time": f"{moment:%H:%M}",
        }
    page = reverse("staffing:rota_times", args=[shift.pk])
    return Write(partial(_send, client, page, data), shift, f"{ends:%H:%M}")


class Answered(Exception):
    """A page that was not saved, with its answer."""

    def __init__(self, response) -> None:
        super().__init__(f"{response.status_code}")
        self.response = response


def _send(client, page: str, data: dict):
    from django.urls import reverse

    from core.errors import Conflict, Invalid

    response = client.post(page, data)
    if response.status_code == 302 and not response.url.startswith(reverse("core:sign_in")):
        return response
    if response.status_code not in (409, 422):
        raise Answered(response)
    answer = Conflict("409") if response.status_code == 409 else Invalid({"": "422"})
    answer.page = response.content.decode()  # type: ignore[union-attr]
    raise answer


def _came_back(typed: str, answer: Any) -> bool:
    return typed in answer.page


DRILL = Drill(
    name="rota-races",
    goal="5,000 rounds of 2 to 16 writers: 0 double bookings, 0 lost updates, 0 server errors; losers keep what they typed",
    rounds=5_000,
    make_ready=make_ready,
    must_be_zero=("double bookings", "lost updates", "typing lost", ERROR),
)
