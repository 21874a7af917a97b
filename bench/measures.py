"""What is measured, and the floor of each."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db import connection
from django.db.models import Count
from django.test import Client

from bench.rota import YearOfFive
from children.models import Child
from core.models import User
from oversight.models import Flag
from oversight.sweep import sweep
from placements.models import Placement

# The rows the rules turn on, each read once: live followed placements, with her last visit and last log.
READ_ONCE = """
    SELECT count(*), max(v.occurred_at), max(l.covers_until), max(m.started_at), max(o.expires_on), max(s.code), max(r.status)
    FROM placements_placement p
    JOIN children_child c ON c.id = p.child_id
    LEFT JOIN LATERAL (SELECT occurred_at FROM placements_visit WHERE placement_id = p.id
                       ORDER BY occurred_at DESC LIMIT 1) v ON true
    LEFT JOIN LATERAL (SELECT covers_until FROM placements_dailylog WHERE placement_id = p.id
                       ORDER BY covers_from DESC LIMIT 1) l ON p.home_id IS NOT NULL
    LEFT JOIN placements_managerpost m ON m.placement_id = p.id AND m.ended_at IS NULL
    LEFT JOIN placements_dolorder o ON o.child_id = c.id
    LEFT JOIN children_legalstatus s ON s.child_id = c.id AND s.ended_on IS NULL
    LEFT JOIN placements_registration r ON r.home_id = p.home_id AND r.ended_on IS NULL
    WHERE p.ended_on IS NULL AND p.followed_from IS NOT NULL
"""


def all_of_them(*, as_of: datetime, rounds: int, timed: Callable[..., float]) -> Iterator[dict]:
    """Each measure in turn, as rows of bench/results.json. Times are milliseconds, medians of `rounds`."""
    sweep(as_of=as_of)  # the first raises every flag; what recurs each quarter of an hour is a sweep over standing ones

    def read_once() -> None:
        with connection.cursor() as cursor:
            cursor.execute(READ_ONCE)
            cursor.fetchall()

    children = Child.objects.count()
    yield _row(
        f"sweep of all rules, {children:,} children",
        ours=timed(partial(sweep, as_of=as_of), rounds),
        floor=timed(read_once, rounds),
        unit="ms; floor: the rows the rules turn on, read once in one SQL statement",
    )
    worker = busiest("social_worker")
    manager = User.objects.get(role="team_manager", team=worker.team)
    director = User.objects.get(role="director")
    floor = page_time(worker, "/bare/", rounds, timed)
    her_child = Child.for_user(worker).annotate(n=Count("placements")).order_by("-n", "id")[0]
    placement = her_child.placements.order_by("-started_on")[0]
    for name, user, path in (
        ("worklist of a social worker", worker, "/"),
        ("worklist of a team manager", manager, "/"),
        ("a child’s page", worker, f"/children/{her_child.reference}/"),
        ("a placement’s page", worker, f"/placements/{placement.pk}/"),
        ("the director’s page", director, "/oversight/"),
        ("all standing flags, first page", director, "/flags/"),
    ):
        ours = page_time(user, path, rounds, timed)
        yield _row(name, ours=ours, floor=floor, unit="ms; floor: a bare signed-in view with one query")
    rota = YearOfFive(Placement.for_user(worker).live().order_by("id")[0], worker, as_of=as_of)
    yield _row(
        f"one week of a rota of 52 weeks of 5:1, {rota.assignments:,} assignments",
        ours=page_time(worker, f"/placements/{rota.placement.pk}/rota/?week={rota.middle}", rounds, timed),
        floor=floor,
        unit="ms; floor: a bare signed-in view with one query",
    )
    yield _row(
        "a week of that rota copied, every gate asked again",
        ours=timed(rota.copy, rounds),
        floor=timed(rota.copy_by_hand, rounds),
        unit="ms; floor: the same rows by INSERT … SELECT, the database’s own gates included",
    )


def busiest(role: str) -> User:
    """The account with most standing flags in that role: the worst worklist there is."""
    most = (
        Flag.objects.standing().filter(owner__role=role).values("owner").annotate(n=Count("id")).order_by("-n", "owner")
    )
    return User.objects.get(pk=most[0]["owner"])


def page_time(user: User, path: str, rounds: int, timed: Callable[..., float]) -> float:
    """A page through the whole application, middleware and templates included, but for the socket."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get() -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")

    return timed(get, rounds)


def _row(name: str, *, ours: float, floor: float, unit: str) -> dict:
    return {
        "name": name,
        "ours": round(ours, 2),
        "floor": round(floor, 2),
        "ratio": round(ours / floor, 2),
        "unit": unit,
        "peer": None,
        "peer_value": None,
    }
