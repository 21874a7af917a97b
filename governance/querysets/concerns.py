"""The words for asking about concerns, and who may see which."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from children.models import Child
from children.querysets import child_being_read
from core.access import PartnerKind, Permission, Scope
from core.names import holding
from governance.querysets.meetings import cared_for_by

# Who answers a concern’s escalation reads the concern: registered by the floor that knows them (see escalations/apps.py).
# Each is called with the user, and gives the ids of concerns.
LEDGERS_FROM_ABOVE: list[Callable] = []

# Steps that would tell one of those who read a concern what only a floor above knows: registered there (see lado/apps.py).
# Each is called with the user, and gives the ids of steps.
STEPS_KEPT_FROM: list[Callable] = []

# What whoever raised a concern reads of what was done about it, with their own escalations and the answers to those.
TOLD = ("answered", "closed", "added", "unsettled")


def to_raise_about(user) -> QuerySet[Child]:
    """The children this person may raise a concern about: those they see and, for a care agency’s people, those whose
    placement it supplies with carers today. They open no file by it."""
    if user.rights.scope == Scope.PROVIDER:
        return Child.objects.filter(pk__in=cared_for_by(user))
    return Child.objects.visible_to(user)


def _may(user, permission: Permission) -> bool:
    return user.is_authenticated and user.can(permission)


def says_it_is(user) -> Q:
    """Of the records of whose conduct a concern is about, those that say this person: by their account, by their record
    as a carer, or with the whole of their name in what was typed."""
    return Q(account=user) | Q(carer__account=user) | holding("named", user.name)


def not_about(user, concern: str = "") -> Q:
    """The concerns that are not about this person's own conduct. To be its subject beats every grant."""
    from governance.models import ConductSubject

    if not user.is_authenticated:
        return Q()
    pk = f"{concern[:-2]}_id" if concern else "pk"
    return ~Q(Exists(ConductSubject.objects.filter(says_it_is(user), concern=OuterRef(pk))))


def about_staff(concern: str = "") -> Q:
    """The concerns that are about the conduct of somebody who works with the child, whatever else they are about."""
    return Q(**{f"{concern}category": "staff_conduct"}) | Q(**{f"{concern}conduct_from__isnull": False})


def in_the_ledger(user, concern: str = "") -> Q:
    """The concerns this person sees as the council's own ledger has them, with every step.

    Its line and those who watch over it, for the children they see; whoever must act on one or was asked for an answer;
    and the LADO, where it is about the conduct of staff. Never whom it is about.
    """
    from governance.models import ConcernStep

    theirs = Q(pk__in=[])
    if not user.is_authenticated or not user.is_active or user.authority_id is None:
        return theirs
    if user.can(Permission.SEE_CONCERNS):
        theirs |= Q(**{f"{concern}child__in": Child.objects.visible_to(user)})
    elif user.can(Permission.SEE_CONDUCT):
        theirs |= about_staff(concern)
    if user.can(Permission.RAISE_CONCERN):
        pk = f"{concern[:-2]}_id" if concern else "pk"
        asked = ConcernStep.objects.filter(recipient=user, kind="escalated", concern=OuterRef(pk))
        theirs |= Q(**{f"{concern}owner": user}) | Q(Exists(asked))
        for theirs_from_above in LEDGERS_FROM_ABOVE:
            theirs |= Q(**{f"{pk}__in": theirs_from_above(user)})
    return theirs & Q(**{f"{concern}authority_id": user.authority_id}) & not_about(user, concern)


def raised_by(user, concern: str = "") -> Q:
    """Those this person raised, or wrote down for somebody else: they are told what came of them for as long as they have
    an account."""
    if not _may(user, Permission.RAISE_CONCERN):
        return Q(pk__in=[])
    return Q(**{f"{concern}raised_by": user}) | Q(**{f"{concern}recorded_by": user})


def police_notices_for(user) -> Q:
    """A police officer reads the notices of the police about the children they work with (F115)."""
    if not _may(user, Permission.RAISE_CONCERN) or user.partner_kind != PartnerKind.POLICE:
        return Q(pk__in=[])
    return ~Q(risk="") & Q(child__in=Child.objects.visible_to(user))


class ConcernQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConcernQuerySet":
        """The council's own ledger for those who answer for the child, and for everybody else what they raised: but for
        whoever it is about."""
        theirs = raised_by(user) | police_notices_for(user)
        found = self.filter(in_the_ledger(user) | theirs & not_about(user))
        read = child_being_read(user)
        return found if read is None else found.filter(child_id=read)

    def in_ledger_of(self, user) -> "ConcernQuerySet":
        """Of which this person reads every step, and not only what whoever raised it is told."""
        return self.filter(in_the_ledger(user))

    def open(self) -> "ConcernQuerySet":
        return self.filter(closed_at__isnull=True)

    def police_notices(self) -> "ConcernQuerySet":
        return self.exclude(risk="")

    def to_triage(self) -> "ConcernQuerySet":
        return self.open().filter(triaged_at__isnull=True)

    def since(self, moment) -> "ConcernQuerySet":
        return self.filter(received_at__gt=moment)

    def ranked(self) -> "ConcernQuerySet":
        """Open police notices first, the gravest and then the oldest first; then every other, open ones first."""
        risks = ["high", "medium", "standard"]
        rank = Case(
            *[When(risk=risk, closed_at__isnull=True, then=Value(n)) for n, risk in enumerate(risks)],
            When(closed_at__isnull=True, then=Value(len(risks))),
            default=Value(len(risks) + 1),
            output_field=IntegerField(),
        )
        return self.annotate(rank=rank).order_by("rank", "received_at", "pk")

    def numbers_for(self, user) -> dict[str, int]:
        """How many wait for this person, by the ledger's own filters: to be decided (for those who decide), theirs to act
        on, escalated to them, and raised by them and still open. One query."""
        numbers = self.open().aggregate(
            triage=Count("pk", filter=Q(triaged_at__isnull=True)),
            mine=Count("pk", filter=Q(owner=user)),
            raised=Count("pk", filter=raised_by(user)),
        )
        return numbers if user.can(Permission.TRIAGE_CONCERNS) else numbers | {"triage": 0}

    def filtered(self, user, *, show: str = "", about: str = "", child: str = "", home: str = "") -> "ConcernQuerySet":
        """By the ledger's filters, as they stand in its address. Nonsense finds nothing."""
        ways: dict[str, Any] = {
            "": lambda: self.open(),
            "all": lambda: self,
            "closed": lambda: self.filter(closed_at__isnull=False),
            "triage": lambda: self.to_triage(),
            "answer": lambda: self.open().filter(answered_at__isnull=True),
            "mine": lambda: self.open().filter(owner=user),
            "raised": lambda: self.open().filter(raised_by(user)),
            "answered": lambda: self.filter(raised_by(user), answered_at__isnull=False),
        }
        found = ways[show]() if show in ways else self.none()
        if about:
            kinds = {
                "police": ~Q(risk=""),
                "staff_conduct": Q(category="staff_conduct") | Q(conduct_from__isnull=False) & in_the_ledger(user),
            }
            found = found.filter(kinds.get(about, Q(category=about)))
        if child:
            found = found.filter(child__reference=child)
        if home:
            is_id = home.isascii() and home.isdigit() and len(home) < 19
            found = found.filter(placement__home_id=int(home)) if is_id else found.none()
        return found


class ConcernStepQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConcernStepQuerySet":
        """Every step for those who have the ledger, but for what is kept from them; for whoever raised it, what they are
        told."""
        told = Q(kind__in=TOLD)
        if user.is_authenticated:
            told |= Q(kind="escalated", by=user) | Q(kind="replied", in_reply_to__by=user)
        raised = raised_by(user, "concern__") & not_about(user, "concern__")
        found = self.filter(in_the_ledger(user, "concern__") | (raised & told))
        for kept_from in STEPS_KEPT_FROM:
            found = found.exclude(pk__in=kept_from(user))
        return found


class ConductSubjectQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConductSubjectQuerySet":
        """For those who may know whose conduct a concern is about, of the concerns they see."""
        if not _may(user, Permission.SEE_CONDUCT):
            return self.none()
        return self.filter(in_the_ledger(user, "concern__"))


class ConcernReviewQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConcernReviewQuerySet":
        """For those who have the ledger of the child."""
        if not _may(user, Permission.SEE_CONCERNS):
            return self.none()
        return self.filter(child__in=Child.objects.visible_to(user))
