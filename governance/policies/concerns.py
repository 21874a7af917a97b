"""May this be done about a concern, by this person, in the state it is in? And who must act on it."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from children.models import Allocation, Child
from children.querysets import live
from core import clock, gates, names, reasons
from core.access import PROVIDER_ROLES, ROLES, Permission, Role
from core.errors import Conflict, Invalid, Refused
from core.models import LocalStandard, User
from core.working_days import add_working_days
from governance import codes
from governance.models import Attendance, Concern, ConcernStep, ConductSubject, Discussed, Meeting
from governance.querysets.concerns import to_raise_about
from staffing.models import Carer

OLDEST = dt.timedelta(days=366)  # longer ago than this, a date is a slip of the finger
PARTNERS = {kind: kind for kind in ("police", "health", "education", "virtual_school", "guardian")}

# Whom a concern is about, as only a floor above knows: registered there (see lado/apps.py). Each is called with a concern, and
# gives the accounts.
SUBJECTS_FROM_ABOVE: list[Callable[[Concern], Collection[int]]] = []

MAY_DECIDE = (Role.HEAD_OF_SERVICE, Role.DCS)  # whether a child stays or moves


def raiser_of(user: User) -> str:
    """What an account's holder is, where a concern comes from themselves."""
    if user.role == Role.PARTNER:
        return PARTNERS.get(user.partner_kind, Concern.Raiser.SOCIAL_CARE)
    if user.role in PROVIDER_ROLES:
        return Concern.Raiser.CARER
    return Concern.Raiser.ADVOCATE if user.role == Role.ADVOCATE else Concern.Raiser.SOCIAL_CARE


def source_of(raiser: str) -> str:
    """Who counts as one when it is asked how many different sources raised concerns."""
    return dict(Concern.ONE_SOURCE).get(Concern.Raiser(raiser), raiser)


def may_raise(by: User, child: Child) -> None:
    if not by.can(Permission.RAISE_CONCERN):
        raise PermissionDenied(f"this role may not {Permission.RAISE_CONCERN}")
    if not to_raise_about(by).filter(pk=child.pk).exists():
        raise PermissionDenied("this child is another's")


def may_work_on(by: User, concern: Concern) -> None:
    """Raise PermissionDenied unless `by` has the ledger this concern is in."""
    if not Concern.objects.in_ledger_of(by).filter(pk=concern.pk).exists():
        raise PermissionDenied("this concern is another's to act on")


def may_decide(by: User, concern: Concern) -> None:
    if not by.can(Permission.TRIAGE_CONCERNS):
        raise PermissionDenied(f"this role may not {Permission.TRIAGE_CONCERNS}")
    may_work_on(by, concern)


def still_open(concern: Concern) -> None:
    if not concern.is_open:
        raise Conflict("This concern is closed. If there is something new, raise it as a new concern.")


def received(moment: dt.datetime, as_of: dt.datetime, field: str = "received_at") -> None:
    if moment > as_of:
        raise Invalid({field: "The date and time must be in the past"})
    if moment < as_of - OLDEST:
        raise Invalid({field: "The date must be within the last year"})


# --- whom it is about ---------------------------------------------------------------------------------------------------


def accounts_it_is_about(concern: Concern) -> QuerySet[User]:
    """The accounts of whoever's conduct a concern is about: nothing about it goes to them, and they decide nothing of it."""
    return User.objects.filter(pk__in=accounts_they_are_about([concern]).get(concern.pk, ()))


def accounts_they_are_about(concerns: Iterable[Concern | int], among: Q | None = None) -> dict[int, set[int]]:
    """The same of many, those about nobody with an account left out. `among`: whose names are looked for in what was typed.
    Two queries."""
    people = User.objects.filter(among or Q()).values_list("pk", "authority", "name")
    about = ConductSubject.objects.filter(concern__in=concerns).select_related("concern", "carer")
    found = {subject.concern_id: accounts_of(subject, subject.concern.authority_id, people) for subject in about}
    return {concern: accounts for concern, accounts in found.items() if accounts}


def accounts_of(subject: ConductSubject, authority_id: int, people: QuerySet | None = None) -> set[int]:
    """The same, of a record that need not be written yet: by the account, by the record as a carer, and by the name. Whose
    whole name stands in what was typed is one of them: the worst that this can do is that somebody else acts on it."""
    known = (subject.account_id, subject.carer.account_id if subject.carer else None)
    found = {pk for pk in known if pk is not None}
    if subject.named.strip():
        people = User.objects.values_list("pk", "authority", "name") if people is None else people
        found |= {pk for pk, of, name in people if of in (authority_id, None) and names.holds(subject.named, name)}
    return found


def never_asked(concern: Concern) -> set[int]:
    """Whom a concern is about besides, as only a floor above knows. What they read and do here stays as it was, since any
    change would tell them; but nothing that moves by itself comes to them."""
    return {pk for subjects in SUBJECTS_FROM_ABOVE for pk in subjects(concern)}


def colleagues_to_name(child: Child, user: User) -> QuerySet[User]:
    """The people with an account whom a person may name as whom a concern about a child is about: who works with the child,
    and the line above them. Only for those who see the child, whose page names them too."""
    if not Child.objects.visible_to(user).filter(pk=child.pk).exists():
        return User.objects.none()
    near = Q(pk__in=Allocation.objects.filter(live(), child=child).values("worker"))
    near |= Q(pk__in=[person.pk for person in deciders(child)]) | Q(role__in=(Role.DIRECTOR, Role.DCS))
    people = User.objects.filter(near, authority_id=child.authority_id, is_active=True)
    return people.exclude(pk=user.pk).order_by("name")


# --- who must act -----------------------------------------------------------------------------------------------------


def deciders(child: Child, never: Collection[int] = ()) -> list[User]:
    """Those who may decide about a concern of this child, the nearest first: the team’s manager, the head of its service,
    the safeguarding lead. `never`: whom it is about."""
    roles = (Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.SAFEGUARDING_LEAD)
    found = User.objects.filter(authority_id=child.authority_id, is_active=True, role__in=roles)
    people = list(found.exclude(pk__in=never).order_by("pk"))
    services = {child.team_id, child.team.part_of_id if child.team else None} - {None}
    managers = [p for p in people if p.role == Role.TEAM_MANAGER and child.team_id and p.team_id == child.team_id]
    heads = [p for p in people if p.role == Role.HEAD_OF_SERVICE and p.team_id in services]
    return managers + heads + [p for p in people if p.role == Role.SAFEGUARDING_LEAD]


def deciders_of(concern: Concern) -> list[User]:
    """Those who may decide about a concern there is: never whom it is about."""
    return deciders(concern.child, accounts_it_is_about(concern).values_list("pk", flat=True))


def owner_for(child: Child, never: Collection[int] = ()) -> User:
    """Who must act on a new concern: the first who may decide; where those posts are empty, the council's next up."""
    line = deciders(child, never)
    if line:
        return line[0]
    free = User.objects.filter(authority_id=child.authority_id, is_active=True).exclude(pk__in=never)
    people = list(free.order_by("pk"))
    order = [Role.HEAD_OF_SERVICE, Role.TEAM_MANAGER, Role.DCS, Role.DIRECTOR]
    ranked = sorted(people, key=lambda p: order.index(Role(p.role)) if p.role in order else len(order))
    if not ranked:
        raise Conflict("Nobody at the council has an account, so nobody could act on this. Telephone them.")
    return ranked[0]


def owners_for(concern: Concern) -> QuerySet[User]:
    """Who a concern may be given to: people of the council who see the child and her concerns, and whom it is not about."""
    child = concern.child
    held = Allocation.objects.filter(live(), child=child).values("worker")
    near = Q(pk__in=held) | Q(pk__in=[person.pk for person in deciders(child)])
    if child.team_id:
        near |= Q(team_id=child.team_id)
    roles = [role for role in Role if Permission.SEE_CONCERNS in ROLES[role].may]
    people = User.objects.filter(near | Q(role=Role.DCS), authority_id=child.authority_id, is_active=True)
    return people.filter(role__in=roles).exclude(pk__in=accounts_it_is_about(concern)).order_by("name")


def who_may_decide_where_she_lives(child: Child) -> QuerySet[User]:
    return User.objects.filter(authority_id=child.authority_id, is_active=True, role__in=MAY_DECIDE).order_by("name")


def meetings_about(child: Child, user: User) -> QuerySet[Meeting]:
    """The meetings of several agencies about a child, as this person sees them: any may be the one a run of concerns calls."""
    about = Meeting.objects.filter(Exists(Discussed.objects.filter(meeting=OuterRef("pk"), child=child)))
    seen = Meeting.objects.visible_to(user).values("pk")
    return about.filter(pk__in=seen).of_several_agencies().select_related("series").order_by("-held_at", "-pk")


def several(there: Iterable[str]) -> list[str]:
    """Raise Invalid unless two agencies or more are among these: a council alone with a provider is no such meeting."""
    chosen = set(there)
    found = [code for code, _ in codes.AGENCIES if code in chosen]
    if len(found) < codes.SEVERAL:
        raise Invalid({"there": "Select at least two agencies that were there"})
    return found


def agencies_at(meeting: Meeting) -> list[str]:
    """Which agencies somebody spoke for at a meeting, as codes."""
    parts = set(meeting.attendances.filter(state=Attendance.State.PRESENT).values_list("part", flat=True))
    return [code for code, _ in codes.AGENCIES if parts.intersection(codes.SPEAK_FOR.get(code, ()))]


def carers_to_name(user: User) -> QuerySet[Carer]:
    """The carers a person may name as the one a concern is about."""
    return Carer.objects.visible_to(user).order_by("surname", "forename")


# --- the gate ---------------------------------------------------------------------------------------------------------


def gate_closing(reason: str, done: str) -> None:
    """Refuse to close a concern because it is known already, the best there is, or short (F72, F94)."""
    said = reason if reason in ConcernStep.NoReason.values else ""
    said = said or (reasons.no_reason(done) if done.strip() else "")  # an empty one is asked for by its field
    if said:
        label = {**reasons.LABELS, **dict(ConcernStep.NoReason.choices)}.get(said, "")
        why = f"“{label}” is not a reason to close it" if label else "It says nothing of what was done"
        raise Refused(
            gates.CLOSING_CONCERN,
            f"This concern was not closed. {why}: the child is as much at risk as before.",
            "Record what is done meanwhile to make things safer, each step with who does it and by when: the concern stays "
            "open with it. Close it once what it was about has stopped, the child has moved, a formal process has taken it "
            "over, or it was looked into and found not to be so.",
        )


def may_close(concern: Concern) -> None:
    """Raise Invalid while something is still owed: a decision, an answer, a reply to an escalation, the LADO."""
    kinds = set(ConcernStep.objects.filter(concern=concern).values_list("kind", flat=True))
    if concern.triaged_at is None:
        raise Invalid({"": "Decide first what is to be done about this concern"})
    if concern.answered_at is None:
        raise Invalid({"": "Answer whoever raised this concern before you close it"})
    if ConcernStep.objects.filter(concern=concern, kind="escalated", reply__isnull=True).exists():
        raise Invalid({"": "This concern was formally escalated, and that is not answered yet"})
    if concern.is_conduct and ConcernStep.Kind.PASSED not in kinds:
        raise Invalid(
            {"": "This is about the conduct of staff: decide whether it is referred to the LADO before you close it"}
        )


# --- what is owed -----------------------------------------------------------------------------------------------------

TRIAGE_DAYS, ANSWER_DAYS, LADO_DAYS = ("SAF-09 triage", 1), ("SAF-09 answer", 3), ("SAF-09 LADO", 1)
OPEN_DAYS = ("SAF-09 open", 28)  # and not working days


@dataclass(frozen=True)
class Owed:
    """Something somebody must still do about a concern, by the end of a day."""

    what: str
    who: str
    by: dt.date | None
    late: bool


def days_given(concern: Concern, standard: tuple[str, int]) -> int:
    """How many days the council's own standard gives for a concern."""
    return standard_of(concern.authority_id, standard, clock.local_date(concern.received_at))


def standard_of(authority_id: int, standard: tuple[str, int], day: dt.date) -> int:
    """A council's own number as it stood on a day, never more than the default."""
    key, default = standard
    rows = LocalStandard.objects.filter(authority_id=authority_id, key=key, effective_from__lte=day)
    row = rows.order_by("-effective_from").first()
    return min(row.value, default) if row else default


def owed(concern: Concern, steps: list[ConcernStep], as_of: dt.datetime) -> list[Owed]:
    """Who must do what about a concern, by when, in the order in which it falls due."""
    if not concern.is_open:
        return []
    today, day = clock.local_date(as_of), clock.local_date(concern.received_at)

    def within(standard: tuple[str, int]) -> dt.date:
        return add_working_days(day, days_given(concern, standard))

    found: list[tuple[str, str, dt.date | None]] = []
    undecided = concern.is_conduct and not any(step.kind == ConcernStep.Kind.PASSED for step in steps)
    if concern.triaged_at is None or undecided:
        line = " or ".join(p.name for p in deciders_of(concern)) or concern.owner.name
        if concern.triaged_at is None:
            found.append(("Decide what is to be done", line, within(TRIAGE_DAYS)))
        if undecided:
            found.append(("Decide whether it is referred to the LADO", line, within(LADO_DAYS)))
    answered = {step.in_reply_to_id for step in steps}
    found.extend(
        ("Answer the formal escalation", f"{step.recipient.name}, or whoever it has gone up to since", step.due_on)
        for step in steps
        if step.recipient and step.kind == ConcernStep.Kind.ESCALATED and step.pk not in answered
    )
    if concern.answered_at is None:
        since = max(filter(None, (concern.received_at, concern.unsettled_at)))
        last_day = add_working_days(clock.local_date(since), days_given(concern, ANSWER_DAYS))
        found.append(("Answer whoever raised it", concern.owner.name, last_day))
    if not found:
        safer = [step.happened_at for step in steps if step.kind == ConcernStep.Kind.MITIGATION]
        tended = max(filter(None, (concern.triaged_at, concern.answered_at, *safer)))
        last_day = clock.local_date(tended) + dt.timedelta(days=days_given(concern, OPEN_DAYS))
        found.append(
            ("Act on it until it can be closed, or say what makes it safer meanwhile", concern.owner.name, last_day)
        )
    rows = [Owed(what, who, by, by is not None and by < today) for what, who, by in found]
    return sorted(rows, key=lambda row: row.by or dt.date.max)
