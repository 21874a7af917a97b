"""The ladder as data: who is asked for an answer, at which level, and in how many working days (ESC-01).

Written to be read by someone who does not program. A level’s time may be made shorter by a council’s own standard, never
longer. Whoever is the subject of an escalation, took the decision it questions or raised it is never asked: the next is,
and after the last of a level the level above. Where nobody at or above a level is free, it is asked of anybody free at the
council who may answer, the highest rank first, and in the end of a system administrator.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from children.models import Allocation, Child
from children.querysets import live_on
from core import clock
from core.access import ROLES, Permission, Role
from core.models import LocalStandard, User
from core.working_days import add_working_days
from oversight import standards
from oversight.standards import Standard


@dataclass(frozen=True)
class Level:
    number: int
    title: str
    standard: Standard
    roles: tuple[Role, ...]


LEVELS = (
    Level(1, "Practitioner", standards.ESCALATED_1, (Role.SOCIAL_WORKER,)),
    Level(2, "Line manager", standards.ESCALATED_2, (Role.TEAM_MANAGER,)),
    Level(3, "Head of service, or safeguarding lead", standards.ESCALATED_3, (Role.HEAD_OF_SERVICE, Role.SAFEGUARDING_LEAD)),
    Level(4, "Director", standards.ESCALATED_4, (Role.DIRECTOR, Role.DCS)),
    Level(5, "Independent scrutineer", standards.ESCALATED_5, (Role.SCRUTINEER,)),
)  # fmt: skip
TOP, DANGER_BEGINS, EXECUTIVE = 5, 3, 4
MOST_LOOPS = 1  # passed back once; the second time it goes outside

# At which level somebody sits. Whoever is on none begins below the first.
LEVEL_OF: dict[str, int] = {role: level.number for level in LEVELS for role in level.roles}
# Whoever holds a flag has the time of a level to answer it, on the ladder or not.
FLAG_LEVEL: dict[str, int] = LEVEL_OF | {
    Role.COMMISSIONER: 2, Role.LEGAL: 2, Role.IRO: 2, Role.LADO: 3, Role.SYSTEM_ADMINISTRATOR: 4,
}  # fmt: skip
ANSWERING = tuple(role for role in Role if Permission.ANSWER_ESCALATIONS in ROLES[role].may)
MAY_ANSWER = Q(role__in=ANSWERING)
BY_RANK = (
    Role.DCS, Role.DIRECTOR, Role.SAFEGUARDING_LEAD, Role.HEAD_OF_SERVICE, Role.TEAM_MANAGER, Role.SOCIAL_WORKER,
)  # fmt: skip


def level_of(person: User) -> int:
    return LEVEL_OF.get(person.role, 0)


@dataclass(frozen=True)
class Near:
    """Where a matter belongs: a child's worker, team and service; without a child, those of whoever raised it."""

    workers: tuple[int, ...] = ()
    team: int | None = None
    service: int | None = None


def near_child(child: Child, *, day: dt.date) -> Near:
    held = Allocation.objects.filter(live_on(day), child=child, part=Allocation.Part.SOCIAL_WORKER)
    service = child.team.part_of_id if child.team_id and child.team else None
    return Near(tuple(held.order_by("pk").values_list("worker_id", flat=True)), child.team_id, service)


def near_person(person: User | None) -> Near:
    team = person.team if person else None
    return Near((), team.pk, team.part_of_id) if team else Near()


@dataclass
class Posts:
    """Everybody of a council who may be asked, and its own standards: read once, and asked again and again."""

    authority_id: int
    people: list[User] = field(default_factory=list)
    administrators: list[User] = field(default_factory=list)
    own: dict[str, list[tuple[dt.date, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, authority_id: int) -> "Posts":
        found = cls(authority_id)
        council = Q(authority_id=authority_id, role__in=ANSWERING)
        anybody = User.objects.filter(council | Q(role=Role.SYSTEM_ADMINISTRATOR), is_active=True).order_by("pk")
        for person in anybody:
            if person.role == Role.SYSTEM_ADMINISTRATOR:
                found.administrators.append(person)
            else:
                found.people.append(person)
        found.administrators.sort(key=lambda person: person.authority_id != authority_id)
        keys = [level.standard.key for level in LEVELS] + [standards.GUARDIAN.key]
        rows = LocalStandard.objects.filter(authority_id=authority_id, key__in=keys).order_by("effective_from")
        for key, since, value in rows.values_list("key", "effective_from", "value"):
            found.own.setdefault(key, []).append((since, value))
        return found

    # --- how long -----------------------------------------------------------------------------------------------------

    def days(self, standard: Standard, day: dt.date) -> int:
        """The working days it gives on a day: the council's own latest, and never more than the default."""
        own = [value for since, value in self.own.get(standard.key, ()) if since <= day]
        return min(own[-1], standard.default) if own else standard.default

    def due(self, level: int, since: dt.datetime, *, danger: bool = False) -> dt.datetime:
        """The instant from which an answer is late: the end of the level’s last working day or, in danger, of the day."""
        day = clock.local_date(since)
        return clock.end_of(day if danger else add_working_days(day, self.days(LEVELS[level - 1].standard, day)))

    # --- who ----------------------------------------------------------------------------------------------------------

    def at(self, level: int, near: Near) -> list[User]:
        """Who may be asked at a level, the nearest first."""
        of = {role: [p for p in self.people if p.role == role] for role in LEVELS[level - 1].roles}
        if level == 1:
            return [p for p in self.people if p.pk in near.workers]
        if level == 2:
            return [p for p in of[Role.TEAM_MANAGER] if near.team and p.team_id == near.team]
        if level == 3:
            heads = [p for p in of[Role.HEAD_OF_SERVICE] if p.team_id and p.team_id in (near.service, near.team)]
            return heads + of[Role.SAFEGUARDING_LEAD]
        return [p for role in LEVELS[level - 1].roles for p in of[role]]

    def find(self, level: int, near: Near, *, never: Collection[int]) -> tuple[User, int] | None:
        """Who is asked at this level or, where nobody there is free, at the next above; at last whoever is free."""
        for number in range(level, TOP + 1):
            for person in self.at(number, near):
                if person.pk not in never:
                    return person, number
        rest = [p for role in BY_RANK for p in self.people if p.role == role]
        return next(((p, TOP) for p in [*rest, *self.administrators] if p.pk not in never), None)

    def beside(self, owner: int, near: Near, *, never: Collection[int]) -> User | None:
        """Somebody else who is free at the top: after the last the first again."""
        free = [p for p in self.at(TOP, near) if p.pk not in never and p.pk != owner]
        return next((p for p in free if p.pk > owner), free[0] if free else None)

    def has_outside(self, *, never: Collection[int] = ()) -> bool:
        """Whether somebody outside the council's own line could be asked."""
        return any(person.pk not in never for person in self.at(TOP, Near()))

    def may_hold(self, person_id: int) -> bool:
        return any(p.pk == person_id for p in self.holders())

    def holders(self) -> Iterable[User]:
        yield from self.people
        yield from self.administrators
