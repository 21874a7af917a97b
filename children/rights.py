"""Who decides what about a child: the decision-rights matrix, as data (rule DEC-01).

Written to be read by someone who does not program. A care decision belongs to those who answer for the child's care: the
social worker, the line above and the manager of the placement. Commissioning finds and pays for the placement; directors
answer for the service; neither takes a care decision. A head of service decides about care as part of the line that
manages the social worker, and never who works a shift, which is left to those who know the child and the carers.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q

from children.models import Allocation, Child
from children.querysets import live_on
from core.access import Role
from core.models import User
from core.names import holds

LINE = (Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE)
MANAGES_PLACEMENT = "the placement’s manager"
COURT, PANEL, ANYBODY = "the court", "a panel", "somebody outside the council"

CALLED: dict[str, str] = {
    Role.SOCIAL_WORKER: "the child’s social worker",
    Role.TEAM_MANAGER: "the social worker’s team manager",
    Role.HEAD_OF_SERVICE: "the head of service",
    Role.COMMISSIONER: "the commissioner",
    Role.IRO: "the independent reviewing officer",
    Role.SAFEGUARDING_LEAD: "the safeguarding lead",
    Role.DIRECTOR: "a director",
    Role.DCS: "the director of children’s services",
}


@dataclass(frozen=True)
class Kind:
    """One row of the matrix: a kind of decision, and whose it is."""

    code: str  # as stored, never renamed
    title: str
    such_as: str
    roles: tuple[Role, ...]
    care: bool = False
    placement_manager: bool = False
    outside: tuple[str, ...] = ()  # who has no account here, and may be written down as having decided


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "rota",
            "Who works with the child",
            "a rota, a swap, a carer asked for or sent away",
            (Role.SOCIAL_WORKER, Role.TEAM_MANAGER),
            care=True,
            placement_manager=True,
        ),
        Kind(
            "staffing", "How many staff, and what kind", "the number on a shift, the skills they need", LINE, care=True
        ),
        Kind(
            "device",
            "Phones, tablets and being online",
            "a tablet, a contract, what is blocked; with a check of online safety",
            LINE,
            care=True,
            placement_manager=True,
        ),
        Kind(
            "trip", "Trips and outings", "a day out, a journey, a night away", LINE, care=True, placement_manager=True
        ),
        Kind(
            "contact",
            "Contact with family and friends",
            "visits, calls, who may collect the child",
            LINE,
            care=True,
            placement_manager=True,
        ),
        Kind(
            "restriction",
            "Restrictions",
            "what is locked, searched or kept back, never beyond what the law or the court allows",
            LINE,
            care=True,
            placement_manager=True,
        ),
        Kind(
            "daily",
            "Everyday care",
            "food, bedtimes, clothes, money to spend",
            LINE,
            care=True,
            placement_manager=True,
        ),
        Kind("plan", "The care plan", "school, health, staying in or leaving care", LINE, care=True),
        Kind("placement", "Where the child lives", "a placement, a move, its end", (*LINE, Role.DCS), outside=(PANEL,)),
        Kind(
            "unregistered",
            "Living in an unregistered setting",
            "each authorisation, for a few days",
            (Role.DCS,),
        ),
        Kind(
            "funding",
            "What is paid",
            "a price, a block of weeks, an agency’s contract, a contingency",
            (Role.COMMISSIONER, Role.HEAD_OF_SERVICE, Role.DIRECTOR, Role.DCS),
            outside=(PANEL,),
        ),
        Kind("order", "What a court orders", "a deprivation of liberty order, and its end", (), outside=(COURT,)),
        Kind("review", "What a review decides", "decisions of the child’s review", (Role.IRO,)),
        Kind(
            "safety",
            "Keeping the child safe",
            "a strategy discussion, a safety plan",
            (Role.SAFEGUARDING_LEAD, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE),
        ),
        Kind(
            "other",
            "Anything else",
            "what is none of these: it counts as a care decision",
            (*LINE, Role.IRO, Role.SAFEGUARDING_LEAD),
            care=True,
            placement_manager=True,
            outside=(ANYBODY,),
        ),
    )
}

# Those who are never part of a care decision, nor write one down as somebody else's.
NEVER_CARE = (Role.COMMISSIONER, Role.DIRECTOR, Role.DCS)

# Posts that take no care decision, whoever is said to have them: words of which what is typed may have none.
NEVER_POSTS = re.compile(
    r"\bcommissioning\b|(?<!police )(?<!children’s )(?<!information )\bcommissioner|\bdcs\b"
    r"|(?<!medical )(?<!clinical )(?<!managing )\bdirector\b(?! of nursing)",
    re.IGNORECASE,
)

# A body is written down as what it is: words of which its name has one.
NAMED_AS = {PANEL: ("panel",), COURT: ("court", "judge", "justice")}

# What an act of the house puts on the child's own record as a decision, in the same transaction: act → kind.
DEMANDED: dict[str, str] = {
    "start_placement": "placement",
    "move_placement": "placement",
    "end_placement": "placement",
    "call_off_placement": "placement",
    "end_care": "plan",
    "authorise_unregistered": "unregistered",
    "record_dol_order": "order",
    "discharge_dol_order": "order",
    "record_funding": "funding",
    "stop_funding": "funding",
    "decide_contingency": "funding",
    "record_review": "placement",
    "set_staffing": "staffing",
    "publish": "rota",
    "plan_replacement": "rota",
    "decide_swap": "rota",
    "assign": "rota",
    "take_off": "rota",
    "change_shift": "rota",
    "cancel_shift": "rota",
    "name_leader": "rota",
}


@dataclass(frozen=True)
class Holder:
    """Somebody who may decide: by name, and by what post."""

    name: str
    post: str
    account: User | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.post})"


# Who manages the placement a child lives in on a day: told by the floor that knows it (see placements/apps.py).
MANAGERS_FROM_ABOVE: list[Callable[[Child, dt.date], list[Holder]]] = []


def managers(child: Child, day: dt.date) -> list[Holder]:
    return [holder for told in MANAGERS_FROM_ABOVE for holder in told(child, day)]


def in_words(kind: Kind) -> str:
    """Whose decision it is, in a sentence."""
    whose = [CALLED[role] for role in kind.roles]
    if kind.placement_manager:
        whose.append(MANAGES_PLACEMENT)
    whose += kind.outside
    return whose[0] if len(whose) == 1 else f"{', '.join(whose[:-1])} or {whose[-1]}"


def may_decide(user: User, child: Child, kind: Kind, day: dt.date) -> bool:
    """Whether the matrix gives this person a decision of this kind about a child of her council on a day."""
    if user.role in kind.roles and user.authority_id == child.authority_id:
        return True
    return kind.placement_manager and any(
        holder.account is not None and holder.account.pk == user.pk for holder in managers(child, day)
    )


def decides_outside(name: str, post: str, child: Child, kind: Kind, day: dt.date, by: User) -> bool:
    """Whether the matrix gives it to somebody without an account, written down by name and post.

    What a panel decided is written down by somebody to whom the matrix gives such decisions. Where anybody from outside
    may have decided, nobody of the council did by being typed instead of selected.
    """
    for body in kind.outside:
        if body == ANYBODY:
            return not _may_not(f"{name} {post}", child, kind)
        named = any(word in name.casefold() for word in NAMED_AS[body])
        if named and (body != PANEL or may_decide(by, child, kind, day)):
            return True
    return kind.placement_manager and any(
        holder.account is None and holder.name.casefold() == name.strip().casefold() for holder in managers(child, day)
    )


def _may_not(typed: str, child: Child, kind: Kind) -> bool:
    """Whether what was typed is, or has in it, somebody of her council to whom the matrix does not give it, or their post."""
    if NEVER_POSTS.search(typed):
        return True
    others = User.objects.filter(authority_id=child.authority_id).exclude(role__in=kind.roles)
    return any(holds(typed, name) for name in others.values_list("name", flat=True))


class Matrix:
    """The whole matrix for one child on a day, with who each row means by name. Four queries, whatever is asked."""

    def __init__(self, child: Child, day: dt.date):
        self.child = child
        held = (
            Allocation.objects.filter(live_on(day), child=child, worker__is_active=True)
            .select_related("worker")
            .order_by("started_on", "pk")
        )
        own = {Role.SOCIAL_WORKER: Allocation.Part.SOCIAL_WORKER, Role.COMMISSIONER: Allocation.Part.COMMISSIONER}
        own |= {Role.IRO: Allocation.Part.IRO}
        self._people: dict[str, list[User]] = {
            role: [each.worker for each in held if each.part == part] for role, part in own.items()
        }
        teams = [child.team_id, child.team.part_of_id] if child.team else []
        above = User.objects.filter(authority_id=child.authority_id, is_active=True).filter(
            Q(role__in=(Role.SAFEGUARDING_LEAD, Role.DIRECTOR, Role.DCS))
            | Q(role=Role.TEAM_MANAGER, team_id=child.team_id or 0)
            | Q(role=Role.HEAD_OF_SERVICE, team_id__in=[team for team in teams if team])
        )
        for person in above.order_by("name", "pk"):
            self._people.setdefault(person.role, []).append(person)
        self._managers = managers(child, day)

    def of(self, kind: Kind) -> list[Holder]:
        """Who holds a kind of decision today, by name: the child's own people first."""
        holders = [
            Holder(person.name, person.get_role_display().lower(), person)
            for role in kind.roles
            for person in self._people.get(role, [])
        ]
        return holders + (self._managers if kind.placement_manager else [])

    def rows(self) -> Iterable[tuple[Kind, str, list[Holder]]]:
        """Every kind, whose it is in words, and who that is by name."""
        return [(kind, in_words(kind), self.of(kind)) for kind in KINDS.values()]
