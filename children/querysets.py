"""The words for asking about children. Every reading begins with `visible_to(user)`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.shortcuts import get_object_or_404

from core.access import Permission, Scope
from core.clock import database_today

# Scopes that turn on where a child lives are registered by the floor that knows it (see placements/apps.py).
SCOPES_FROM_ABOVE: dict[Scope, Callable] = {}


# While one child's file is being read: who reads, and whose it is.
_read: ContextVar[tuple[int, int] | None] = ContextVar("read", default=None)


@contextmanager
def one_file(user, **which) -> Iterator:
    """Read one child's file: yields her, found among those `user` may see. Raises Http404, the same whether she
    may not be seen or is not there.

    Inside, whether `user` may see her is settled and she is the only child there is, so the many queries of a page do
    not each ask again. It can only narrow what is seen.
    """
    from children.models import Child

    child = get_object_or_404(Child.objects.visible_to(user).select_related("authority", "team"), **which)
    token = _read.set((user.pk, child.pk))
    try:
        yield child
    finally:
        _read.reset(token)


def child_being_read(user) -> int | None:
    """The child whose one file `user` is reading just now, if any: then no other is seen."""
    settled = _read.get()
    return settled[1] if settled is not None and settled[0] == user.pk else None


def live(prefix: str = "") -> Q:
    """A dated record that covers today: from its first day up to, and not counting, its last."""
    return Q(**{f"{prefix}started_on__lte": database_today()}) & (
        Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gt": database_today()})
    )


def live_on(day, prefix: str = "") -> Q:
    """A dated record that covers `day`."""
    return Q(**{f"{prefix}started_on__lte": day}) & (
        Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gt": day})
    )


class ChildQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ChildQuerySet":
        """The children this person may see now: refused by default, and gone the moment her reason ends."""
        if not user.is_authenticated or not user.can(Permission.SEE_CHILDREN):
            return self.none()
        if (read := child_being_read(user)) is not None:
            return self.filter(pk=read)
        scope = user.rights.scope
        if scope in SCOPES_FROM_ABOVE:
            return self.filter(SCOPES_FROM_ABOVE[scope](user))
        children = self.filter(authority_id=user.authority_id)
        if scope == Scope.AUTHORITY:
            return children
        if scope == Scope.SERVICE:
            if user.team_id is None:  # a head of no service yet: "no parent" must not match every team that has none
                return self.none()
            # A child known only from a return has no team yet: somebody must be able to find her one.
            served = Q(team_id=user.team_id) | Q(team__part_of_id=user.team_id)
            return children.filter(served | Q(team__isnull=True))
        allocated = _allocated_to(user)
        if scope == Scope.TEAM and user.team_id:
            return children.filter(allocated | Q(team_id=user.team_id))
        if scope in (Scope.TEAM, Scope.ALLOCATED):
            return children.filter(allocated)
        return self.none()

    def looked_after(self, day=None) -> "ChildQuerySet":
        """Children looked after today, or on `day`."""
        from children.models import CareEpisode

        episodes = CareEpisode.objects.filter(child=OuterRef("pk"))
        return self.filter(Exists(episodes.filter(live() if day is None else live_on(day))))

    def allocated_to(self, user, day) -> "ChildQuerySet":
        """Children whom this person is allocated to on `day`."""
        from children.models import Allocation

        return self.filter(Exists(Allocation.objects.live_on(day).filter(child=OuterRef("pk"), worker=user)))

    def without_worker(self, day) -> "ChildQuerySet":
        """Children looked after on `day` who have no social worker then."""
        from children.models import Allocation

        workers = Allocation.objects.filter(child=OuterRef("pk"), part=Allocation.Part.SOCIAL_WORKER)
        return self.looked_after(day).filter(~Exists(workers.live_on(day)))

    def matching(self, words: str) -> "ChildQuerySet":
        """Children whose names or numbers begin with each of the words typed."""
        children = self
        for word in words.split()[:5]:
            children = children.filter(
                Q(forename__istartswith=word)
                | Q(surname__istartswith=word)
                | Q(known_as__istartswith=word)
                | Q(external_id=word)
                | Q(reference__iexact=word)
            )
        return children


def _allocated_to(user) -> Q:
    """By the worker's few allocations, rather than by looking for one for each child of the council."""
    from children.models import Allocation

    return Q(pk__in=Allocation.objects.filter(live(), worker=user).values("child"))


class OfChildQuerySet(models.QuerySet):
    """Records on a child's file: seen by those who see the child, but never by a provider through a placement."""

    def visible_to(self, user) -> "OfChildQuerySet":
        from children.models import Child

        if not user.is_authenticated or user.rights.scope == Scope.PROVIDER:
            return self.none()
        return self.filter(child__in=Child.objects.visible_to(user))

    def live_on(self, day) -> "OfChildQuerySet":
        return self.filter(live_on(day))

    def in_order(self) -> "OfChildQuerySet":
        return self.order_by(F("started_on").desc())


class LineQuerySet(OfChildQuerySet):
    """What a child's own line wrote for itself: for those who decide about her, and never for a partner or commissioner."""

    def visible_to(self, user) -> "OfChildQuerySet":
        if not user.is_authenticated or not user.can(Permission.RECORD_DECISION):
            return self.none()
        return super().visible_to(user)


class DecisionQuerySet(OfChildQuerySet):
    """Decisions: on the child's file. A placement's manager sees those they took themselves; what is paid is read by those
    who see plans and funding, and so by no partner, advocate or provider."""

    def visible_to(self, user) -> "OfChildQuerySet":
        from children.models import Child

        if not user.is_authenticated:
            return self.none()
        seen = self.priced_for(user)
        if user.rights.scope == Scope.PROVIDER:
            return seen.filter(decider=user, child__in=Child.objects.visible_to(user))
        return super(DecisionQuerySet, seen).visible_to(user)

    def priced_for(self, user) -> "DecisionQuerySet":
        """Without what is paid, for those who do not see funding."""
        return self if user.can(Permission.SEE_PLANS) else self.exclude(kind="funding")


class HeardQuerySet(OfChildQuerySet):
    """What somebody heard from a child. Providers and commissioners see what they themselves wrote, and no more."""

    own: tuple[str, ...] = ("recorded_by",)

    def visible_to(self, user) -> "OfChildQuerySet":
        from children.models import Child

        if user.is_authenticated and user.rights.scope in (Scope.PROVIDER, Scope.PLACEMENTS):
            mine = Q()
            for name in self.own:
                mine |= Q(**{name: user})
            return self.filter(mine, child__in=Child.objects.visible_to(user))
        return super().visible_to(user)


class WishQuerySet(HeardQuerySet):
    """What a child asked for."""

    def with_answers(self, user) -> "WishQuerySet":
        """With what was decided about it, which whoever wrote it down reads too, and `is_answered`."""
        from children.models import Decision

        answered = Exists(Decision.objects.filter(wish=OuterRef("pk")))
        answers = Prefetch("decisions", Decision.objects.priced_for(user))
        return self.annotate(is_answered=answered).prefetch_related(answers)
