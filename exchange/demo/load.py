"""Load the demonstration through the product's own actions, each done by the person whose act it was, on its day."""

import datetime as dt
from collections.abc import Callable, Iterator

from django.db import connection

from children import actions as children
from children.models import Child
from core import clock
from core.access import Role
from core.actions import one_recheck
from core.models import Authority, Team, User
from exchange.demo import (
    concerns,
    deciding,
    escalations,
    lado,
    meetings,
    plans,
    protection,
    quality,
    rotas,
    routes,
    stories,
)
from exchange.demo import people as cast
from exchange.demo.stories import Story
from oversight.sweep import sweep
from placements import actions as placements
from placements import codes
from placements.models import Home, Placement, Provider

NIGHT, MORNING = dt.time(0), dt.time(9)
WEEKS_OF_SWEEPS = 10


class Loader:
    """Holds the day everything is counted back from, and whom each key stands for."""

    def __init__(self, *, as_of: dt.datetime):
        self.as_of = as_of
        self.today = clock.local_date(as_of)
        self.people: dict[str, User] = {}
        self.homes: dict[str, Home] = {}

    def day(self, ago: int) -> dt.date:
        return self.today - dt.timedelta(days=ago)

    def at(self, ago: int, hour: int, minute: int = 0) -> dt.datetime:
        """An hour some days ago, never later than now."""
        return min(clock.at_local(self.day(ago), dt.time(hour, minute)), self.as_of)

    def load(self) -> None:
        with connection.cursor() as cursor:  # thousands of acts: the disk is waited for once, at the end
            cursor.execute("SET synchronous_commit TO off")
        self.people = cast.make_people(on=self.today)
        with one_recheck(as_of=self.as_of):
            self._homes()
            for story in stories.STORIES:
                self._tell(story)
            for name, quiet in (("north", stories.QUIET), ("south", stories.QUIET_SOUTH)):
                for number, row in enumerate(quiet):
                    self._tell(quiet_story(row, number, council=name))
            quality.trains(self)
            lado.handled(self)
            routes.asks_staff(self)
            for week in range(WEEKS_OF_SWEEPS, 0, -1):  # what was flagged, and cleared, can be looked back on
                sweep(as_of=clock.at_local(self.day(7 * week), MORNING))
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")
        sweep(as_of=self.as_of)

    def _homes(self) -> None:
        recorder = {"north": self.people["carl"], "south": self.people["rhys"]}
        for house in stories.HOUSES:
            by, as_of = recorder[house.council], self.at(2200, 9)
            home = placements.record_home(
                provider=Provider.objects.get(name=house.provider),
                name=house.name,
                address="1 Invented Lane",
                postcode="ZZ1 1ZZ",
                urn=house.number if len(house.number) <= 8 else "",
                by=by,
                as_of=as_of,
            )
            registered = house.status == "registered"
            placements.record_registration(
                home=home,
                status=house.status,
                regulator=house.regulator if registered else "",
                number=house.number,
                registered_for=house.registered_for if registered else "",
                started_on=self.day(2200),
                evidence="Invented for the demonstration.",
                by=by,
                as_of=as_of,
            )
            self.homes[house.key] = home

    def _manager_of(self, worker: User) -> User:
        """Who allocates the case: the team's manager, or the head of service where the post is empty."""
        posts = User.objects.filter(authority=worker.authority, is_active=True)
        return (
            posts.filter(role=Role.TEAM_MANAGER, team=worker.team).first()
            or posts.filter(role=Role.HEAD_OF_SERVICE).first()
            or worker
        )

    def _tell(self, story: Story) -> None:
        worker = self.people[story.worker]
        manager = self._manager_of(worker)
        child = self._child(story, worker, manager)
        self._earlier(story, child, worker)
        placement = self._placement(story, child, worker)
        self._manage(story, placement, worker)
        for visit in story.visits:
            self._visit(placement, visit, story, worker)
        self._logs(story, placement)
        if story.rota:
            (rotas.going_well if story.rota == "well" else rotas.going_wrong)(self, placement)
            (quality.going_well if story.rota == "well" else quality.going_wrong)(self, placement)
        elif story.type in codes.OTHER_ARRANGEMENTS:
            quality.checked(self, placement, story.worker)
        if story.meets:
            (meetings.fortnightly if story.rota == "well" else meetings.weekly)(self, placement)
        if story.plans:
            {"well": plans.going_well, "badly": plans.going_wrong, "in part": plans.in_part}[story.plans](
                self, placement
            )
        else:
            plans.placement_plan(self, placement, worker)
        if story.rota == "badly":
            concerns.going_unanswered(self, placement)
            deciding.going_wrong(self, child)
            protection.going_wrong(self, placement)
            routes.going_unheard(self, child)
            escalations.going_unanswered(self, placement)
        if story.rota == "well":
            protection.going_well(self, placement)
            escalations.going_well(self, placement, worker)
        for ago, what, why, who in story.decisions:
            children.record_decision(
                child=child, kind="placement", decided_on=self.day(ago), what=what, why=why, decider=self.people[who],
                alternatives="Nothing registered was found.", by=worker, as_of=self.at(ago, 17),
            )  # fmt: skip

    def _child(self, story: Story, worker: User, manager: User) -> Child:
        taken_in = max(story.in_care, story.placed)
        as_of = self.at(taken_in, 9)
        born = self.today.replace(year=self.today.year - story.age, day=1) - dt.timedelta(
            days=37 + len(story.surname) * 11
        )
        child = children.add_child(
            team=worker.team, forename=story.forename, surname=story.surname, known_as=story.known_as, sex=story.sex,
            date_of_birth=born, ethnicity=story.ethnicity, about=story.about,
            looked_after_from=self.day(taken_in), need="N1", legal_status=story.legal_status, by=worker, as_of=as_of,
        )  # fmt: skip
        since = taken_in
        for key, left in story.workers_before:
            before = children.allocate(
                child=child, worker=self.people[key], part="social_worker", started_on=self.day(since), by=manager,
                as_of=self.at(since, 9),
            )  # fmt: skip
            children.end_allocation(
                allocation=before, ended_on=self.day(left), end_reason="LEFTRL", handover="Ask before you write. She means it.",
                by=manager, as_of=self.at(left, 16),
            )  # fmt: skip
            since = left
        children.allocate(
            child=child,
            worker=worker,
            part="social_worker",
            started_on=self.day(since),
            by=manager,
            as_of=self.at(since, 9),
        )
        for key, part in story.allocated:
            children.allocate(
                child=child, worker=self.people[key], part=part, started_on=self.day(taken_in), by=manager, as_of=as_of
            )
        plans.care_plan(self, child, worker, taken_in)
        return child

    def _earlier(self, story: Story, child: Child, worker: User) -> None:
        """Where she lived before, one place after another, up to the day she came here."""
        ends = [ago for _, _, ago, _ in story.before[1:]] + [story.placed]
        for (type, house, started, end_reason), ended in zip(story.before, ends, strict=True) if story.before else ():
            placement = placements.start_placement(
                child=child,
                home=self.homes.get(house),
                provider=None if house else Provider.objects.get(name="Northfield Fostering"),
                type=type,
                basis="planned",
                until_18=False,
                started_on=self.day(started),
                why="As the care plan said.",
                by=worker,
                as_of=self.at(started, 9),
            )
            plans.placement_plan(self, placement, worker)
            placements.end_placement(
                placement=placement, ended_on=self.day(ended), end_reason=end_reason, by=worker, as_of=self.at(ended, 9)
            )

    def _placement(self, story: Story, child: Child, worker: User) -> Placement:
        emergency = story.emergency_hour is not None
        started_at = self.at(story.placed, story.emergency_hour) if story.emergency_hour is not None else None
        home = self.homes.get(story.house)
        return placements.start_placement(
            child=child,
            home=home,
            provider=Provider.objects.filter(name=story.provider).first(),
            type=story.type,
            basis="emergency" if emergency else "planned",
            until_18=story.until_18,
            started_on=self.day(story.placed),
            started_at=started_at,
            why="Nothing registered could be found in the time." if emergency else "As the care plan says.",
            by=worker,
            as_of=started_at or self.at(story.placed, 9),
        )

    def _manage(self, story: Story, placement: Placement, worker: User) -> None:
        if story.dol:
            started, expires = story.dol
            placements.record_dol_order(
                child=placement.child,
                made_on=self.day(started),
                starts_on=self.day(started),
                expires_on=self.day(-expires),
                restrictions="Staff within sight of her by day; doors and windows locked by night; no unsupervised telephone.",
                staffing_ratio=story.ratio,
                case_number="ZZ00C00000",
                by=worker,
                as_of=self.at(started, 18),
            )
        for ago in story.authorised:
            placements.authorise_unregistered(
                placement=placement,
                reasons="No registered home has a place for her, and the unit she was in has closed its bed.",
                alternatives="Forty homes were asked. All declined or had no bed.",
                steps="Daily search goes on; the provider has been asked to apply for registration.",
                expires_at=self.at(ago, 12) + dt.timedelta(days=7),
                by=self.people["dora"],
                as_of=self.at(ago, 12),
            )
        if story.manager:
            since = placement.started_at or clock.at_local(placement.started_on, NIGHT)
            post = placements.appoint_manager(
                placement=placement, name=story.manager, contact="By telephone, day and night", started_at=since,
                by=worker, as_of=max(since, self.at(story.placed, 9)),
            )  # fmt: skip
            if story.manager_left is not None:
                left = self.at(story.manager_left, 17)
                placements.end_manager(
                    post=post, ended_at=left, end_reason="Left the provider; nobody appointed.", by=worker, as_of=left
                )

    def _visit(self, placement: Placement, visit, story: Story, worker: User) -> None:
        ago, key, outcome, announced, hour = (
            visit if isinstance(visit, tuple) else (visit, story.worker, "seen_alone", True, 15)
        )
        person = self.people[key]
        partner = person.role == Role.PARTNER
        occurred_at = self.at(ago, hour, 30)
        placements.record_visit(
            placement=placement,
            occurred_at=occurred_at,
            manner="in_person",
            outcome=outcome,
            announced=announced,
            capacity="guardian" if partner else person.role,
            visitor=person.name if partner else "",
            place="Where she lives",
            childs_words=stories.VISIT_WORDS[ago % len(stories.VISIT_WORDS)],
            seen_there="She showed me her room. Staff were about.",
            checked=["premises"] if not announced else [],
            why_not_seen="" if outcome == "seen_alone" else "Staff stayed within earshot the whole time.",
            by=worker if partner else person,
            as_of=min(occurred_at + dt.timedelta(hours=2), self.as_of),
        )

    def _logs(self, story: Story, placement: Placement) -> None:
        """The logs, by the provider's shift leaders in turn, but for the days the story leaves out."""
        if story.type[0] not in "KZ" or placement.home is None:
            return
        leaders = list(
            User.objects.filter(
                role=Role.SHIFT_LEADER,
                provider_posts__provider=placement.home.provider,
                provider_posts__authority=placement.child.authority_id,
                is_active=True,
            ).order_by("id")
        )
        for number, (covers_from, covers_until) in enumerate(self._written_of(story, placement)):
            leader = leaders[number % len(leaders)]
            placements.write_log(
                placement=placement,
                covers_from=covers_from,
                covers_until=covers_until,
                occurred_at=min(covers_until, self.as_of),
                how_she_was=LOG_HOW[number % len(LOG_HOW)],
                day=LOG_DAY[number % len(LOG_DAY)],
                incidents="",
                on_duty=f"{leader.name} and one other",
                by=leader,
                as_of=min(covers_until + dt.timedelta(minutes=40), self.as_of),
            )

    def _written_of(self, story: Story, placement: Placement) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """The time each log covers: a day or, where a rota is kept, a shift, as each of them ends."""
        by_shift = story.rota == "well"
        began = placement.started_at or clock.start_of(placement.started_on)
        for ago in range(min(story.placed, 45) - (not by_shift), -by_shift, -1):
            day = self.day(ago)
            stretches = [(clock.start_of(day), clock.end_of(day))]
            if by_shift:
                morning, evening = (clock.at_local(day, time) for time in rotas.DAY)
                stretches = [(morning, evening), (evening, clock.at_local(self.day(ago - 1), rotas.DAY[0]))]
            for starts, ends in stretches:
                if ago not in story.logs_missing and began < ends <= self.as_of:
                    yield max(starts, began), ends


LOG_HOW = [
    "Settled and talkative.",
    "Tired after a late night; brighter after lunch.",
    "Quiet. Kept to her room until four.",
]
LOG_DAY = [
    "Breakfast late, walk to the shops, cooked with staff in the evening.",
    "School in the morning. Cards after tea. Asked about seeing family.",
    "Swimming. Ate well. Rang a friend. Lights out at eleven.",
]


def quiet_story(row: tuple, number: int, *, council: str) -> Story:
    """A child whose placement is going well: visited when due, logged daily, managed."""
    forename, surname, sex, age, ethnicity, worker, type, placed = row
    house = {"K2": "willow" if council == "north" else "southlodge", "K3": "tern"}.get(type, "")
    if council == "south" and type == "K3":
        house = ""
    every = 80 if type == "U4" and placed > 365 else 34
    first = tuple(range(placed - 5, 3, -every))[-12:]
    latest = () if first and first[-1] <= every else (every // 2,)
    return Story(
        forename, surname, sex, age, ethnicity, worker, type, placed,
        house=house, provider="" if house else "Northfield Fostering", in_care=placed + 30 * (number % 9),
        until_18=type in ("U1", "U4"), manager="Robin Sedge" if type in ("K2", "K3") else "",
        visits=first + latest, allocated=((("will", "yara")[number % 2], "iro"),) if council == "north" else (("xan", "iro"),),
    )  # fmt: skip


def load(*, as_of: dt.datetime, say: Callable[[str], None]) -> bool:
    """Load the demonstration into an empty database. False, and nothing done, where there are councils already."""
    if Authority.objects.exists():
        return False
    say("Making the demonstration: 2 councils, 60 staff, 40 children, all invented…")
    Loader(as_of=as_of).load()
    say(f"{Child.objects.count()} children, {User.objects.count()} staff, {Team.objects.count()} teams.")
    return True
