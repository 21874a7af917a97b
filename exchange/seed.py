"""Invented records at scale, for measuring: the same for the same seed, ending today, with about one in twenty overdue.

People, children and placements are made in Python; visits and logs, of which there are millions, by PostgreSQL from a
few numbers a placement. History triggers stay on.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from children.models import Allocation, CareEpisode, Child, LegalStatus
from core import clock
from core.access import Role
from core.actions import say_who
from core.models import Authority, Team, User
from governance.models import Plan, QualityVisit
from placements import codes
from placements.models import DolOrder, Home, ManagerPost, Placement, Provider, Registration

BATCH = 2_000
# (type of placement, share of children): about what the national return shows, with more high-risk placements.
TYPES = [("U6", 40), ("U4", 25), ("K2", 16), ("P1", 5), ("K3", 8), ("A5", 3), ("Z13", 3)]
FORENAMES = [
    "Alder",
    "Briar",
    "Clover",
    "Dale",
    "Elm",
    "Fern",
    "Glen",
    "Hazel",
    "Ivy",
    "Juniper",
    "Linden",
    "Maple",
    "Oak",
    "Reed",
]
SURNAMES = [
    "Bankside",
    "Coppice",
    "Drift",
    "Eddy",
    "Fallow",
    "Grove",
    "Heath",
    "Islet",
    "Knoll",
    "Ley",
    "Marsh",
    "Nook",
    "Orchard",
]


@dataclass(frozen=True)
class Counts:
    authority: str
    children: int
    placements: int
    visits: int
    logs: int


class AlreadySeeded(Exception):
    """This seed's council is already in the database."""


def seed(*, children: int, years: int, seed: int, as_of: dt.datetime, say: Callable[[str], None]) -> Counts:
    """Make a council of `children` looked-after children with `years` of records. Raises AlreadySeeded."""
    return _Seeder(children, years, seed, as_of, say).run()


class _Seeder:
    def __init__(self, children: int, years: int, seed: int, as_of: dt.datetime, say: Callable[[str], None]):
        self.number, self.years, self.seed, self.as_of, self.say = children, years, seed, as_of, say
        self.random = random.Random(seed)  # noqa: S311 - invented data wants the same answer each time
        self.planning = random.Random(f"plans {seed}")  # noqa: S311 - and what came before is as it was
        self.today = clock.local_date(as_of)

    def run(self) -> Counts:
        name = f"Seed {self.seed} Council"
        if Authority.objects.filter(name=name).exists():
            raise AlreadySeeded(f"{name} is already in this database.")
        with transaction.atomic():
            say_who(None, "seed")
            self.authority = Authority.objects.create(code=f"S{self.seed}"[:10], name=name)
            self._people()
            self._homes()
            done = 0
            for size in self._batches():
                self._children(done, size)
                done += size
                self.say(f"{done:,} of {self.number:,} children")
            self.say("visits…")
            visits = self._visits()
            self.say(f"{visits:,} visits; daily logs…")
            logs = self._logs()
            self.say(f"{logs:,} daily logs")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        placements = Placement.objects.filter(child__authority=self.authority).count()
        return Counts(self.authority.code, self.number, placements, visits, logs)

    def _batches(self) -> Iterator[int]:
        for start in range(0, self.number, BATCH):
            yield min(BATCH, self.number - start)

    def _people(self) -> None:
        password = make_password(None)
        service = Team.objects.create(authority=self.authority, name="Children in care service")

        def account(key: str, role: str, team: Team | None = None) -> User:
            return User(
                email=f"{key}.{self.seed}@seed.example", name=f"{key.replace('-', ' ').title()}", role=role, team=team,
                authority=self.authority, password=password,
            )  # fmt: skip

        account("director-of-childrens-services", Role.DCS).save()
        account("director", Role.DIRECTOR).save()
        account("head-of-service", Role.HEAD_OF_SERVICE, service).save()
        self.recorder = account("commissioner", Role.COMMISSIONER)
        self.recorder.save()
        self.writer = account("shift-leader", Role.SHIFT_LEADER)
        self.writer.save()
        self.teams: list[Team] = []
        self.workers: dict[int | None, list[User]] = {}
        for number in range(max(1, round(self.number / 120))):
            team = Team.objects.create(authority=self.authority, name=f"Team {number + 1}", part_of=service)
            account(f"manager-{number}", Role.TEAM_MANAGER, team).save()
            self.teams.append(team)
            workers = [account(f"worker-{number}-{n}", Role.SOCIAL_WORKER, team) for n in range(8)]
            self.workers[team.pk] = User.objects.bulk_create(workers)

    def _homes(self) -> None:
        provider = Provider.objects.create(name=f"Seed {self.seed} Homes")
        number = max(4, self.number // 60)
        homes = [Home(authority=self.authority, provider=provider, name=f"House {n + 1}") for n in range(number)]
        self.homes = Home.objects.bulk_create(homes)
        self.unregistered = {home.pk for home in self.homes[: max(1, number // 20)]}
        Registration.objects.bulk_create(
            Registration(
                home=home,
                started_on=dt.date(2015, 4, 1),
                evidence="Invented.",
                recorded_by=self.recorder,
                **(
                    {"status": "not_registered"}
                    if home.pk in self.unregistered
                    else {"status": "registered", "regulator": "ofsted", "registered_for": "childrens_home"}
                ),
            )
            for home in self.homes
        )

    def _children(self, first: int, size: int) -> None:
        pick, today = self.random, self.today
        types = pick.choices([t for t, _ in TYPES], [w for _, w in TYPES], k=size)
        children, since = [], []
        for number, type in enumerate(types):
            team = pick.choice(self.teams)
            age = pick.randint(16, 17) if type == "K3" else pick.randint(2, 16)
            born = today - dt.timedelta(days=round(365.25 * age) + pick.randint(5, 330))
            children.append(
                Child(
                    authority=self.authority, team=team, external_id=f"S{first + number + 1}", sex=pick.choice("FM"),
                    forename=pick.choice(FORENAMES), surname=pick.choice(SURNAMES), date_of_birth=born, ethnicity="WBRI",
                )
            )  # fmt: skip
            since.append(today - dt.timedelta(days=pick.randint(20, max(60, 365 * self.years))))
        children = Child.objects.bulk_create(children)
        CareEpisode.objects.bulk_create(
            CareEpisode(child=c, started_on=day, need="N1") for c, day in zip(children, since, strict=True)
        )
        LegalStatus.objects.bulk_create(
            LegalStatus(child=c, started_on=day, code=pick.choice(["C1", "C2", "C2", "V2", "V2", "V4"]))
            for c, day in zip(children, since, strict=True)
        )
        Allocation.objects.bulk_create(
            Allocation(child=c, worker=pick.choice(self.workers[c.team_id]), part="social_worker", started_on=day)
            for c, day in zip(children, since, strict=True)
            if pick.random() > 0.02
        )
        placements: list[Placement] = []
        for child, day, type in zip(children, since, types, strict=True):
            placements += self._moves(child, day, type)
        placements = Placement.objects.bulk_create(placements)
        self._plans(placements)
        self._managers_and_orders([p for p in placements if p.ended_on is None])

    def _moves(self, child: Child, since: dt.date, type: str) -> list[Placement]:
        """One to four placements, one after another, the last of them open."""
        span = (self.today - since).days
        cuts = sorted(
            {since + dt.timedelta(days=self.random.randint(1, span)) for _ in range(self.random.randint(0, 3))}
        )
        starts = [since, *[cut for cut in cuts if cut > since]]
        rows = []
        for number, start in enumerate(starts):
            last = number == len(starts) - 1
            kind = type if last else self.random.choice(["U6", "U6", type])
            residential = kind[0] in "KZ"
            rows.append(
                Placement(
                    child=child,
                    type=kind,
                    started_on=start,
                    followed_from=start,
                    ended_on=None if last else starts[number + 1],
                    until_18=kind == "U4",
                    home=self.random.choice(self.homes) if residential else None,
                )
            )
        return rows

    def _plans(self, placements: list[Placement]) -> None:
        """A care plan for each child and a plan for each placement, but for one in twenty; and the premises looked at."""
        plans, versions, covers = [], dict[int, int](), [code for code, _ in Plan.SECTIONS]
        for p in placements:
            last = versions.get(p.child_id, 0)
            if not last and self.planning.random() > 0.05:
                plans.append(Plan(child_id=p.child_id, kind="care", made_on=p.started_on, version=1, sections=covers))
            versions[p.child_id] = last + 1
            if self.planning.random() > 0.05:
                plans.append(
                    Plan(
                        child_id=p.child_id, kind="placement", placement=p, made_on=p.started_on, version=last + 1,
                        signed_on=p.started_on, signed_by="Invented Manager",
                    )
                )  # fmt: skip
        for plan in plans:
            plan.recorded_by = self.recorder
        Plan.objects.bulk_create(plans)
        QualityVisit.objects.bulk_create(
            QualityVisit(
                placement=p, kind="premises", occurred_at=clock.start_of(p.started_on) - dt.timedelta(days=1), announced=True,
                summary="Invented.", recorded_by=self.recorder,
            )
            for p in placements
            if p.type in codes.OTHER_ARRANGEMENTS and self.planning.random() > 0.05
        )  # fmt: skip

    def _managers_and_orders(self, live: list[Placement]) -> None:
        residential = [p for p in live if p.home_id]
        ManagerPost.objects.bulk_create(
            ManagerPost(placement=p, name="Invented Manager", started_at=clock.start_of(p.started_on))
            for p in residential
            if self.random.random() > 0.05
        )
        DolOrder.objects.bulk_create(
            DolOrder(
                child_id=p.child_id,
                made_on=p.started_on,
                starts_on=p.started_on,
                expires_on=max(self.today, p.started_on) + dt.timedelta(days=90),
                restrictions="Invented.",
                recorded_by=self.recorder,
            )
            for p in residential
            if p.type == "Z13" and (self.today - p.started_on).days < 270
        )

    def _visits(self) -> int:
        """Every 30 to 41 days; one placement in twenty has had none for the last two to four months."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO placements_visit (placement_id, occurred_at, manner, outcome, announced, visitor, capacity, place,
                    childs_words, seen_there, checked, why_not_seen, recorded_by_id)
                SELECT p.id, day + interval '15 hours', 'in_person', (ARRAY['seen_alone','seen_alone','seen','refused'])[1 + n %% 4],
                    n %% 3 <> 0, 'Invented Visitor', 'social_worker', 'Home', 'Invented words.', '', '[]', '', a.worker_id
                FROM (
                    SELECT p.*, c.external_id, hashtext(c.external_id || ' ' || p.started_on || %(seed)s) & 1023 AS chance FROM placements_placement p
                    JOIN children_child c ON c.id = p.child_id WHERE c.authority_id = %(authority)s
                ) p
                JOIN LATERAL (SELECT coalesce(max(worker_id), %(recorder)s) AS worker_id
                              FROM children_allocation WHERE child_id = p.child_id) a ON true
                CROSS JOIN LATERAL generate_series(
                    p.started_on + 4,
                    least(coalesce(p.ended_on, %(today)s), %(today)s - CASE WHEN p.chance %% 20 = 0 THEN 60 + p.chance %% 60 ELSE 1 END),
                    make_interval(days => (30 + p.chance %% 12)::int)) WITH ORDINALITY AS t(day, n)
                """,
                {
                    "seed": f"/{self.seed}",
                    "authority": self.authority.pk,
                    "today": self.today,
                    "recorder": self.recorder.pk,
                },
            )
            return cursor.rowcount

    def _logs(self) -> int:
        """One a day in every placement with a home; one day in fifty is missing, and one placement in thirty has stopped."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO placements_dailylog (placement_id, covers_from, covers_until, occurred_at, how_she_was, day,
                    incidents, on_duty, author_id, late)
                SELECT p.id, d::date::timestamp AT TIME ZONE 'Europe/London', (d::date + 1)::timestamp AT TIME ZONE 'Europe/London',
                    (d::date + 1)::timestamp AT TIME ZONE 'Europe/London', 'Invented.', 'Invented.', '', '', %(writer)s, false
                FROM (
                    SELECT p.*, c.external_id, hashtext(c.external_id || ' ' || p.started_on || %(seed)s) & 1023 AS chance FROM placements_placement p
                    JOIN children_child c ON c.id = p.child_id WHERE c.authority_id = %(authority)s AND p.home_id IS NOT NULL
                ) p
                CROSS JOIN LATERAL generate_series(p.started_on,
                    least(coalesce(p.ended_on, %(today)s), %(today)s - CASE WHEN p.chance %% 30 = 0 THEN 10 ELSE 0 END) - 1,
                    interval '1 day') AS d
                WHERE (hashtext(p.external_id || ' ' || d::date || %(seed)s) & 1023) %% 50 <> 0
                """,
                {
                    "seed": f"/{self.seed}",
                    "authority": self.authority.pk,
                    "today": self.today,
                    "writer": self.writer.pk,
                },
            )
            return cursor.rowcount
