"""A meeting's agenda, which writes itself from the records: what was to be done, what stands, what is new since last time.

Each reader's agenda is made of what that reader may see, so a provider's manager reads no flag that is the council's alone.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from children.models import Child, Decision, Wish
from core import clock
from core.access import Permission
from core.dates import in_words
from core.models import User
from dashboards.flags import Flags, counted_together
from dashboards.links import Link
from dashboards.words import count
from governance.models import (
    Action,
    Concern,
    Contingency,
    Meeting,
    Milestone,
    NoticeReceived,
    PoliceAttendance,
    SeniorContact,
)
from placements.models import DailyLog, DolOrder, Placement, UnregisteredAuthorisation, Visit
from staffing.models import RotaRequest, Swap

SHOWN = 12
FIRST_LOOKS_BACK = dt.timedelta(days=28)  # the first meeting of a series has no last time
AUTHORISED, ORDERED = dt.timedelta(days=7), dt.timedelta(days=28)  # how long before they run out a meeting is told


@dataclass(frozen=True)
class News:
    """One kind of thing that is new since last time, or waits: how many, and the newest of them. A line without a page
    has an empty address."""

    heading: str
    lines: Sequence[Link]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


@dataclass(frozen=True)
class Agenda:
    since: dt.datetime
    last: Meeting | None
    overdue: Sequence[Action]
    open: Sequence[Action]  # and not overdue
    closed: Sequence[Action]  # since last time
    flags: Flags | None
    news: Sequence[News] = field(default_factory=tuple)

    @property
    def is_first(self) -> bool:
        return self.last is None


# What is new since last time, each of (user, child, since, until).
NewsOf = Callable[[User, Child, dt.datetime, dt.datetime], News | None]


def agenda(meeting: Meeting, child: Child, user: User, *, as_of: dt.datetime) -> Agenda:
    """The agenda of a meeting about one child, as it stands at an instant."""
    last = (
        Meeting.for_user(user)
        .filter(series=meeting.series_id, discussed__child=child, called_off_at=None, held_at__lt=meeting.held_at)
        .order_by("-held_at")
        .first()
    )
    since = last.held_at if last else meeting.held_at - FIRST_LOOKS_BACK
    today = clock.local_date(as_of)
    of_hers = Action.for_user(user).filter(child=child).select_related("owner", "issue").order_by("due_on", "pk")
    open_now = list(of_hers.open().annotate(times_redated=Count("redatings", distinct=True)))
    flags = counted_together(user, as_of=as_of, child=child.reference, whose="all")
    return Agenda(
        since=since,
        last=last,
        overdue=[action for action in open_now if action.due_on < today],
        open=[action for action in open_now if action.due_on >= today],
        closed=list(of_hers.filter(closed_at__gt=since)[:SHOWN]),
        flags=flags if user.can(Permission.SEE_FLAGS) else None,
        news=[told for make in NEWS if (told := make(user, child, since, as_of))],
    )


def _news(heading: str, found: QuerySet, line: Callable[..., str], page: str = "") -> News | None:
    """`page` is the name of the page of one such record."""
    total = found.count()
    lines = [Link(line(record), reverse(page, args=[record.pk]) if page else "") for record in found[:SHOWN]]
    return News(heading, lines, total) if total else None


def _police_notices(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    """Those open, and those that came since; the gravest first. A meeting without them is blind (F115)."""
    found = Concern.for_user(user).filter(child=child, received_at__lte=until).exclude(risk="")
    gravest = found.filter(Q(closed_at__isnull=True) | Q(received_at__gt=since)).ranked()
    return _news("Police notices", gravest, lambda c: f"{_concern(c)}, {c.get_risk_display().lower()} risk", CONCERN)


def _concerns(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    found = Concern.for_user(user).filter(child=child, received_at__lte=until, risk="")
    found = found.filter(Q(closed_at__isnull=True) | Q(received_at__gt=since)).order_by("-received_at", "-pk")
    return _news("Concerns", found, _concern, CONCERN)


CONCERN = "governance:concern"


def _concern(concern: Concern) -> str:
    """Which one it is, and never what it says: the pack goes on paper."""
    state = "open" if concern.is_open else "closed"
    about = concern.get_category_display()
    return f"{concern}, {_day(concern.received_at)}: {about}, from {concern.get_raiser_display().lower()}, {state}"


def _police_came(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    found = PoliceAttendance.for_user(user).filter(
        placement__child=child, attended_at__gt=since, attended_at__lte=until
    )
    return _news(
        "The police came",
        found.order_by("-attended_at"),
        lambda a: f"{_day(a.attended_at)}: called by {a.get_called_by_display().lower()}. {a.why[:200]}",
    )


def _awaited(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    """What somebody has asked for and nobody has decided, and what has to be decided again."""
    swaps = Swap.for_user(user).filter(state=Swap.State.ASKED, shift__placement__child=child, shift__ends_at__gt=until)
    requests = RotaRequest.for_user(user).open().about(child.pk)
    lines = [*_running_out(user, child, until), *_contingencies(user, child, until)]  # what cannot wait, first
    lines += [
        Link(f"A swap on the shift of {_day(swap.shift.starts_at)}", reverse("staffing:swap", args=[swap.pk]))
        for swap in swaps.select_related("shift")
    ]
    lines += [
        Link(f"Take {request.carer} off the rota", reverse("staffing:rota_request", args=[request.pk]))
        for request in requests.select_related("carer")
    ]
    lines += [*_contacts(user, child, until), *_wishes(user, child, until)]
    return News("Decisions awaited", lines[:SHOWN], len(lines)) if lines else None


def _wishes(user: User, child: Child, until: dt.datetime) -> list[Link]:
    """What the child asked for, in the child's own words, where no decision answers it."""
    decided = Exists(Decision.objects.filter(wish=OuterRef("pk")))
    found = Wish.for_user(user).filter(~decided, child=child, asked_on__lte=clock.local_date(until))
    page = reverse("children:decisions", args=[child.reference])
    return [Link(f"A wish of {in_words(wish.asked_on)}: {wish.words[:200]}", page) for wish in found]


def _contingencies(user: User, child: Child, until: dt.datetime) -> list[Link]:
    """Those to be activated or refused: a milestone of their plan was missed, or a notice came since they were made."""
    today = clock.local_date(until)
    missed = Milestone.objects.filter(plan=OuterRef("plan"), due_on__lt=today, met_on__isnull=True)
    noticed = NoticeReceived.objects.filter(
        placement__child=OuterRef("child"), received_at__lte=until, ends_at__gt=until, withdrawn_at__isnull=True
    )
    waiting = Contingency.for_user(user).filter(child=child, state=Contingency.State.STANDING)
    return [
        Link(f"Activate or refuse: {each.what[:200]}", reverse("governance:decide_contingency", args=[each.pk]))
        for each in waiting.filter(Exists(missed) | Exists(noticed))
    ]


def _contacts(user: User, child: Child, until: dt.datetime) -> list[Link]:
    """What a senior manager or commissioner promised the child, where the social worker has not seen it."""
    found = SeniorContact.for_user(user).filter(child=child, seen_at__isnull=True, occurred_at__lte=until)
    page = reverse("governance:contacts", args=[child.reference])
    return [
        Link(f"Promised by {each.who}, {_day(each.occurred_at)}: {each.promised[:200]}", page)
        for each in found.exclude(promised="").select_related("who")
    ]


def _running_out(user: User, child: Child, until: dt.datetime) -> list[Link]:
    """What makes it lawful that the child lives there, where it runs out before long and is not renewed."""
    living = Placement.for_user(user).filter(child=child).live_on(clock.local_date(until))
    newest = UnregisteredAuthorisation.for_user(user).filter(placement__in=living.values("pk")).order_by("-expires_at")
    order = DolOrder.for_user(user).filter(child=child, discharged_on__isnull=True).order_by("-expires_on").first()
    lines = []
    if (given := newest.first()) and until < given.expires_at <= until + AUTHORISED:
        page = reverse("dashboards:placement", args=[given.placement_id])
        lines.append(Link(f"The director’s authorisation runs out on {_day(given.expires_at)}", page))
    if order and clock.local_date(until) <= order.expires_on <= clock.local_date(until + ORDERED):
        page = reverse("dashboards:child", args=[child.reference])
        lines.append(Link(f"The deprivation of liberty order runs out on {in_words(order.expires_on)}", page))
    return lines


def _decisions(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    found = Decision.for_user(user).filter(child=child, recorded_at__gt=since, recorded_at__lte=until)
    return _news(
        "Decisions recorded",
        found.order_by("-decided_on", "-pk"),
        lambda d: f"{in_words(d.decided_on)}: {d.what[:200]} ({d.decided_by})",
    )


def _visits(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    found = (
        Visit.for_user(user).standing().filter(placement__child=child, occurred_at__gt=since, occurred_at__lte=until)
    )
    outcomes = dict(Visit.Outcome.choices)
    return _news(
        "Visits",
        found.with_outcome().order_by("-occurred_at"),
        lambda v: f"{_day(v.occurred_at)}: {v.visitor}, {outcomes[v.outcome_now].lower()}",
        "placements:visit_detail",
    )


def _logs(user: User, child: Child, since: dt.datetime, until: dt.datetime) -> News | None:
    """How many, and those in which somebody was worried."""
    found = (
        DailyLog.for_user(user).standing().filter(placement__child=child, covers_from__gt=since, covers_from__lte=until)
    )
    total = found.count()
    if not total:
        return None
    worried = found.exclude(incidents="").order_by("-covers_from")[: SHOWN - 1]
    lines = [Link(f"{count(total, 'daily log')} written", "")]
    lines += [
        Link(f"{_day(log.covers_from)}: {log.incidents[:200]}", reverse("placements:log_detail", args=[log.pk]))
        for log in worried
    ]
    return News("Daily logs", lines, 1 + found.exclude(incidents="").count())


def _day(moment: dt.datetime) -> str:
    return in_words(clock.local_date(moment))


NEWS: tuple[NewsOf, ...] = (_police_notices, _concerns, _police_came, _awaited, _decisions, _visits, _logs)
