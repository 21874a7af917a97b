"""A child's chronology: what happened to her, newest first, gathered from every floor below.

A page of it costs the same however long her history is: each kind of record gives no more than a page's worth, from
where the page before left off, and the database puts what they gave in one order.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, TruncMonth
from django.urls import reverse

from children import codes
from children.models import Allocation, CareEpisode, Child, Decision, LegalStatus, Wish
from core import clock
from core.dates import in_words, months_after, read_instant
from core.models import User
from dashboards.words import lower, type_label
from governance.models import Meeting
from oversight import rulebook
from oversight.models import Flag
from placements import codes as placement_codes
from placements.models import DailyLog, DolOrder, ManagerPost, Placement, UnregisteredAuthorisation, Visit

PAGE = 25
# A decision that came with its record is told by that record: a placement, an order. A week's rota is nobody's history.
TOLD_BY_NOTHING_ELSE = ("", "decide_swap", "set_staffing", "plan_replacement", "record_review")
# Of what was overdue: whether the child was seen, logged, managed, safe and lawfully placed. The papers are on their list.
TOLD_OF_FLAGS = rulebook.FIRST - rulebook.BEHIND_THE_DOOR
TEXT = models.TextField()


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `when` is a day where only the day is known; `month` is there instead of it."""

    title: str
    when: dt.date | dt.datetime | None = None
    month: str = ""
    detail: str = ""
    by: str = ""
    url: str = ""
    struck: bool = False  # it was recorded in error; the detail says why


@dataclass(frozen=True)
class Cursor:
    """The last entry of a page: the next page is what stands below it."""

    at: dt.datetime
    kind: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(dt.UTC):%Y%m%dT%H%M%S.%fZ}_{self.kind}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        found = re.fullmatch(r"([^_]+)_(\d{1,4})_(\d{1,18})", text, re.ASCII)
        at = read_instant(found[1]) if found else None
        return cls(at, int(found[2]), int(found[3])) if found and at else None


@dataclass(frozen=True)
class Chronology:
    entries: list[Entry]
    older: Cursor | None


class StartOfDay(Func):
    """The first instant of a date in England."""

    template = "(%(expressions)s::timestamp AT TIME ZONE 'Europe/London')"
    output_field = models.DateTimeField()


class LastInstantOfMonth(Func):
    """The last instant in England of a month, from the local time at which it begins (as TruncMonth has it)."""

    template = "((%(expressions)s + interval '1 month' - interval '1 microsecond') AT TIME ZONE 'Europe/London')"
    output_field = models.DateTimeField()


@dataclass(frozen=True)
class Source:
    """One kind of entry: its records, the field that dates them, the columns it is told from, and the telling."""

    records: QuerySet
    dated_by: str
    columns: tuple
    tell: Callable[..., dict[str, Any]]

    @property
    def by_day(self) -> bool:
        return not isinstance(self.records.model._meta.get_field(self.dated_by), models.DateTimeField)

    def below(self, kind: int, before: Cursor | None, as_of: dt.datetime) -> Q:
        """What has happened by `as_of`, and stands below the cursor in the order (when, kind, number)."""
        name = self.dated_by
        if before is None:
            return Q(**{f"{name}__lte": clock.local_date(as_of) if self.by_day else as_of})
        at: dt.date | dt.datetime = before.at
        if self.by_day:
            at = clock.local_date(before.at)
            if clock.start_of(at) < before.at:
                return Q(**{f"{name}__lte": at})
        below = Q(**{f"{name}__lt": at})
        if kind < before.kind:
            return below | Q(**{name: at})
        return below | Q(**{name: at, "pk__lt": before.pk}) if kind == before.kind else below

    def rows(self, kind: int, before: Cursor | None, as_of: dt.datetime) -> QuerySet:
        at = StartOfDay(F(self.dated_by)) if self.by_day else F(self.dated_by)
        return _row(
            self.records.filter(self.below(kind, before, as_of)).order_by(F(self.dated_by).desc(), "-pk"),
            at, kind, F("pk"), self.columns,
        )[:PAGE + 1]  # fmt: skip


def _row(records: QuerySet, at, kind: int, pk, columns: tuple) -> QuerySet:
    """Every source gives rows of one shape, so that they can be put together: at, kind, number, four texts."""
    padded = (*columns, *[Value("")] * (4 - len(columns)))
    texts = {f"text_{i}": Coalesce(Cast(column, TEXT), Value("", TEXT)) for i, column in enumerate(padded)}
    return records.annotate(
        at_=at, kind_=Value(kind, models.IntegerField()), pk_=Cast(pk, models.BigIntegerField()), **texts
    ).values_list("at_", "kind_", "pk_", *texts)


class LogsByMonth:
    """How many daily logs each month has. A month stands at its last instant, above what happened in it.

    To count no more than a page's worth, it looks so many months back from the newest log below the cursor; what
    stands below that floor is left to the next page if there are older logs to be told among it.
    """

    def __init__(self, logs: QuerySet, before: Cursor | None, as_of: dt.datetime):
        below = clock.start_of(clock.local_date(before.at).replace(day=1)) if before else None
        self.logs = logs.filter(covers_from__lt=below) if below else logs.filter(covers_from__lte=as_of)
        newest = self.logs.order_by("-covers_from").values_list("covers_from", flat=True).first()
        first = clock.local_date(newest).replace(day=1) if newest else None
        self.floor = clock.start_of(months_after(first, 1 - PAGE)) if first else None

    def rows(self, kind: int) -> QuerySet:
        counted = self.logs.filter(covers_from__gte=self.floor) if self.floor else self.logs.none()
        return (
            counted.order_by()
            .annotate(at_=LastInstantOfMonth(TruncMonth("covers_from", tzinfo=clock.LONDON)))
            .values("at_")
            .annotate(kind_=Value(kind, models.IntegerField()), pk_=Value(0, models.BigIntegerField()))
            .annotate(text_0=Cast(Count("pk"), TEXT), text_1=Cast(Count("pk", filter=Q(late=True)), TEXT))
            .annotate(text_2=Value("", TEXT), text_3=Value("", TEXT))
            .values_list("at_", "kind_", "pk_", "text_0", "text_1", "text_2", "text_3")
            .order_by("-at_")
        )

    def hide_older(self, shown: list, more: bool) -> bool:
        """Whether this page must end at the floor, because logs below it belong between what else it would show."""
        if self.floor is None or (more and shown[-1][0] >= self.floor):
            return False
        return self.logs.filter(covers_from__lt=self.floor).exists()


def chronology(child: Child, *, user: User, as_of: dt.datetime, before: Cursor | None = None) -> Chronology:
    """A page of what happened to her, as far as `user` may know it."""
    sources = _sources(child, user)
    logs, by_month = len(sources), LogsByMonth(_standing_logs(child, user), before, as_of)
    parts = [source.rows(kind, before, as_of) for kind, source in enumerate(sources)]
    together = parts[0].union(*parts[1:], by_month.rows(logs), all=True).order_by("-at_", "-kind_", "-pk_")
    rows = list(together[: PAGE + 1])
    shown, more = rows[:PAGE], len(rows) > PAGE
    if by_month.hide_older(shown, more):
        shown, more = [row for row in shown if row[0] >= by_month.floor], True
    entries = []
    for at, kind, pk, *texts in shown:
        if kind == logs:
            entries.append(Entry(**_tell_logs(clock.local_date(at), *texts[:2])))
            continue
        source = sources[kind]
        when = clock.local_date(at) if source.by_day else at.astimezone(clock.LONDON)
        entries.append(Entry(when=when, **source.tell(pk, *texts)))
    last = shown[-1] if more else None
    return Chronology(entries, Cursor(*last[:3]) if last else None)


def _standing_logs(child: Child, user: User) -> QuerySet:
    return DailyLog.for_user(user).standing().filter(placement__child=child)


def _sources(child: Child, user: User) -> list[Source]:
    """Every kind of entry. On one day, those further down this list stand above those further up."""
    hers, her_placements = {"child": child}, {"placement__child": child}
    placements = Placement.for_user(user).filter(**hers)
    where = Coalesce("home__name", "provider__name", "home__provider__name", Value(""))
    posts = ManagerPost.for_user(user).filter(**her_placements)
    managers = posts.held()
    care = CareEpisode.for_user(user).filter(**hers)
    allocations = Allocation.for_user(user).filter(**hers)
    orders = DolOrder.for_user(user).filter(**hers)
    decisions = Decision.for_user(user).filter(**hers, demanded_by__in=TOLD_BY_NOTHING_ELSE)
    visits = Visit.for_user(user).filter(**her_placements)
    flags = Flag.for_user(user).filter(**hers, rule__in=TOLD_OF_FLAGS)
    return [
        Source(care, "ended_on", (F("end_reason"),), _tell_care_ended),
        Source(placements, "ended_on", (F("type"), where, F("end_reason")), _tell_placement_ended),
        Source(managers, "ended_at", (F("name"), F("end_reason")), _tell_manager_ended),
        Source(allocations, "ended_on", (F("part"), F("worker__name"), F("end_reason")), _tell_allocation_ended),
        Source(orders, "discharged_on", (F("discharge_reason"),), _tell_order_discharged),
        Source(care, "started_on", (F("need"),), _tell_care_started),
        Source(LegalStatus.for_user(user).filter(**hers), "started_on", (F("code"),), _tell_legal_status),
        Source(orders, "starts_on", (F("expires_on"), F("staffing_ratio")), _tell_order),
        Source(allocations, "started_on", (F("part"), F("worker__name")), _tell_allocation),
        Source(placements, "started_on", (F("type"), where, F("basis")), _tell_placement),
        Source(managers, "started_at", (F("name"), F("placement_id")), _tell_manager),
        Source(
            UnregisteredAuthorisation.for_user(user).filter(**her_placements),
            "authorised_at",
            (F("authorised_by__name"), F("placement_id"), F("expires_at")),
            _tell_authorisation,
        ),
        Source(decisions, "decided_on", (F("what"), F("decided_by")), _tell_decision),
        Source(
            Meeting.for_user(user).filter(discussed__child=child, called_off_at__isnull=True),
            "held_at",
            (F("series__name"), F("sent_at")),
            _tell_meeting,
        ),
        Source(flags, "due_at", (F("rule"), F("limb")), _tell_overdue),
        Source(flags.cleared(), "cleared_at", (F("rule"), F("limb")), _tell_cleared),
        Source(Wish.for_user(user).filter(**hers), "asked_on", (F("words"), F("recorded_by__name")), _tell_wish),
        Source(
            visits.standing().with_outcome(),
            "occurred_at",
            (F("outcome_now"), F("visitor"), F("manner"), F("announced")),
            _tell_visit,
        ),
        # What was recorded in error is told where it stood, struck through.
        Source(
            posts.filter(ended_at=F("started_at")),
            "started_at",
            (F("name"), F("end_reason"), F("placement_id")),
            _tell_no_manager,
        ),
        Source(
            DailyLog.for_user(user).withdrawn().filter(**her_placements),
            "covers_from",
            (F("why_in_error"),),
            _tell_log_in_error,
        ),
        Source(visits.withdrawn(), "occurred_at", (F("visitor"), F("why_in_error")), _tell_visit_in_error),
    ]


# --- the telling: from a row's texts to words ------------------------------------------------------------------------

NEED, STATUS, CEASED = dict(codes.NEED), dict(codes.LEGAL_STATUS), dict(codes.REASON_CEASED)
CHANGE, WORKER = dict(placement_codes.REASON_FOR_CHANGE), dict(codes.WORKER_CHANGE)
OUTCOME, MANNER, PART = dict(Visit.Outcome.choices), dict(Visit.Manner.choices), dict(Allocation.Part.choices)


def _page(name: str, pk: object) -> str:
    return reverse(name, args=[pk])


def _tell_care_started(pk, need, *_):
    return {"title": "Began to be looked after", "detail": NEED.get(need, "")}


def _tell_care_ended(pk, reason, *_):
    return {"title": "Ceased to be looked after", "detail": CEASED.get(reason, "")}


def _tell_legal_status(pk, code, *_):
    return {"title": f"Legal status: {STATUS.get(code, code)}", "detail": f"Code {code}"}


def _tell_placement(pk, code, where, basis, *_):
    emergency = "Emergency placement" if basis == Placement.Basis.EMERGENCY else "Placement"
    return {
        "title": f"{emergency} started: {type_label(code)}",
        "detail": where,
        "url": _page("dashboards:placement", pk),
    }


def _tell_placement_ended(pk, code, where, reason, *_):
    detail = ". ".join(part for part in (where, CHANGE.get(reason, "")) if part)
    return {"title": f"Placement ended: {type_label(code)}", "detail": detail, "url": _page("dashboards:placement", pk)}


def _tell_manager(pk, name, placement, *_):
    return {"title": f"{name} became manager of the placement", "url": _page("dashboards:placement", placement)}


def _tell_manager_ended(pk, name, reason, *_):
    return {"title": f"{name} stopped being manager of the placement", "detail": reason}


def _tell_allocation(pk, part, worker, *_):
    return {"title": f"{worker} became {lower(PART.get(part, part))}"}


def _tell_allocation_ended(pk, part, worker, reason, *_):
    return {"title": f"{worker} stopped being {lower(PART.get(part, part))}", "detail": WORKER.get(reason, "")}


def _tell_order(pk, expires, ratio, *_):
    detail = f"Until {in_words(dt.date.fromisoformat(expires))}"
    if ratio:
        detail += f"; at most {ratio} staff to one child"
    return {"title": "Deprivation of liberty order took effect", "detail": detail}


def _tell_order_discharged(pk, reason, *_):
    return {"title": "Deprivation of liberty order discharged", "detail": reason}


def _tell_authorisation(pk, by, placement, *_):
    return {
        "title": "Unregistered placement authorised",
        "by": by,
        "url": _page("dashboards:placement", placement),
    }


def _tell_decision(pk, what, by, *_):
    return {"title": "Decision", "detail": what, "by": by}


def _tell_wish(pk: int, words: str, by: str, *_: str) -> dict[str, str]:
    return {"title": "What the child asked for", "detail": words, "by": by}


def _tell_meeting(pk: int, name: str, sent: str, *_: str) -> dict[str, str]:
    detail = "Minutes sent" if sent else "Minutes not sent yet"
    return {"title": f"Meeting: {name}", "detail": detail, "url": _page("dashboards:meeting", pk)}


def _title(code: str, limb: str) -> str:
    rule = rulebook.get(code)
    return rule.title_of(limb) if rule else code


def _tell_overdue(pk: int, code: str, limb: str, *_: str) -> dict[str, str]:
    return {"title": f"Overdue: {lower(_title(code, limb))}", "url": _page("oversight:flag", pk)}


def _tell_cleared(pk: int, code: str, limb: str, *_: str) -> dict[str, str]:
    return {"title": f"No longer overdue: {lower(_title(code, limb))}", "url": _page("oversight:flag", pk)}


def _tell_visit(pk, outcome, visitor, manner, announced):
    how = [] if manner == Visit.Manner.IN_PERSON else [MANNER.get(manner, manner)]
    how += [] if announced == "true" else ["unannounced"]
    detail = ", ".join(how)
    return {
        "title": f"Visit by {visitor}: {lower(OUTCOME.get(outcome, outcome))}",
        "detail": detail[:1].upper() + detail[1:],
        "url": _page("placements:visit_detail", pk),
    }


def _tell_no_manager(pk: int, name: str, reason: str, placement: str, *_: str) -> dict[str, Any]:
    return {
        "title": f"{name} became manager of the placement",
        "detail": reason,
        "url": _page("dashboards:placement", placement),
        "struck": True,
    }


def _tell_log_in_error(pk: int, reason: str, *_: str) -> dict[str, Any]:
    detail = f"Recorded in error: {reason}"
    return {"title": "Daily log", "detail": detail, "url": _page("placements:log_detail", pk), "struck": True}


def _tell_visit_in_error(pk: int, visitor: str, reason: str, *_: str) -> dict[str, Any]:
    return {
        "title": f"Visit by {visitor}",
        "detail": f"Recorded in error: {reason}",
        "url": _page("placements:visit_detail", pk),
        "struck": True,
    }


def _tell_logs(end_of_month: dt.date, count: str, late: str) -> dict:
    one = count == "1"
    return {
        "title": f"{count} daily log{'' if one else 's'}",
        "month": f"{end_of_month:%B %Y}",
        "detail": f"{late} written late" if late != "0" else "",
    }
