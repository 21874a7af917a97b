"""The words for asking about flags."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, When

from children.models import Child
from core import clock
from core.access import Permission
from governance.querysets.register import assured_to
from oversight import rulebook
from oversight.rulebook import Basis

CLEARED = "cleared"
AGES = {"week": "less than 7 days", "month": "7 to 27 days", "older": "28 days or more"}
BASES = {"statute": Basis.STATUTE, "court": Basis.COURT, "local": Basis.LOCAL}


class FlagQuerySet(models.QuerySet):
    def visible_to(self, user) -> "FlagQuerySet":
        """Flags (or answers) on the children this person may see, and any she herself holds.

        A provider's managers see the flags of their placements that are theirs to mend or to know, and no answer: when
        the council's people will come unannounced, and what they say among themselves, are not for them.
        """
        from placements.models import Placement

        if not user.is_authenticated or not user.is_active:
            return self.none()
        flag = "" if self.model.__name__ == "Flag" else "flag__"
        if user.authority_id is None:
            if flag or not user.can(Permission.SEE_FLAGS):
                return self.none()
            return self.filter(_for_provider(), placement__in=Placement.objects.visible_to(user))
        # What she holds now; of one that is cleared, its last holder sees no more than anybody else.
        held = Q(**{f"{flag}owner": user, f"{flag}cleared_at__isnull": True})
        behind = Q(**{f"{flag}rule__in": rulebook.BEHIND_THE_DOOR})
        shown = behind & _inside(user, flag, held)
        if user.can(Permission.SEE_FLAGS):
            shown |= ~behind & (held | Q(**{f"{flag}child__in": Child.objects.visible_to(user)}))
        return self.filter(shown)

    def assured_to(self, user) -> "FlagQuerySet":
        """Flags on the placements whose figures this person answers for, a scrutineer too, who reaches no child: nothing
        of a flag may then be told that says whose it is."""
        return self.filter(placement__in=assured_to(user))

    def standing(self) -> "FlagQuerySet":
        return self.filter(cleared_at__isnull=True)

    def cleared(self) -> "FlagQuerySet":
        return self.filter(cleared_at__isnull=False)

    def answered(self, yes: bool = True) -> "FlagQuerySet":
        return self.filter(_answers() if yes else ~_answers())

    def owned_by(self, user) -> "FlagQuerySet":
        return self.filter(owner=user)

    def of_team(self, user) -> "FlagQuerySet":
        """Flags on the children of this person's team or, for a head of service, of the service's teams."""
        if user.team_id is None:
            return self.none()
        return self.filter(Q(child__team_id=user.team_id) | Q(child__team__part_of_id=user.team_id))

    def of_rule(self, code: str) -> "FlagQuerySet":
        return self.filter(rule=code)

    def of_basis(self, basis: str) -> "FlagQuerySet":
        """By the words of the basis. Three clocks, never merged."""
        return self.filter(rule__in=[rule.code for rule in rulebook.ALL if rule.basis == basis])

    def of_child(self, child) -> "FlagQuerySet":
        return self.filter(child=child)

    def of_placement(self, placement) -> "FlagQuerySet":
        return self.filter(placement=placement)

    def aged(self, age: str, *, as_of: dt.datetime) -> "FlagQuerySet":
        """Overdue for less than a week, for 7 to 27 days, or for longer (see AGES), counted as `days_over` counts."""
        return self.filter(_aged(age, as_of))

    def older_than(self, days: int, *, as_of: dt.datetime) -> "FlagQuerySet":
        """Overdue for more than so many days."""
        return self.filter(due_at__lte=clock.start_of(clock.local_date(as_of) - dt.timedelta(days=days)))

    def for_list(self) -> "FlagQuerySet":
        """With all that a row of a list shows: no query a row. What the rulebook puts first stands first (FIRST), of that
        what is red, of that what the law asks; then the longest overdue."""
        return (
            self.select_related("child", "placement", "placement__home", "owner", "carer", "agency", "shift")
            .annotate(is_answered=_answers())
            .order_by(*_gravest_first(), "due_at", "id")
        )

    def filtered(
        self,
        user,
        *,
        as_of: dt.datetime,
        rule: str = "",
        severity: str = "",
        basis: str = "",
        whose: str = "",
        answered: str = "",
        age: str = "",
        placement: str = "",
        child: str = "",
        owner: str = "",
        state: str = "",
        family: str = "",
    ) -> "FlagQuerySet":
        """Flags by the flags page's filters, as they stand in its address: those standing unless the cleared ones are asked
        for. Nonsense finds nothing.

        What is behind the LADO's door is on the list of whoever holds it and on no other: a child's page, an agenda and
        a pack are seen over shoulders and printed.
        """
        found = self.cleared() if state == CLEARED else self.standing() if not state else self.none()
        if rule:
            found = found.of_rule(rule)
        elif whose != "mine":
            found = found.exclude(rule__in=rulebook.BEHIND_THE_DOOR)
        if family:
            found = found.filter(rule__in=[each.code for each in rulebook.ALL if each.family == family])
        if severity:
            found = found.filter(severity=severity)
        if basis:
            found = found.of_basis(BASES[basis]) if basis in BASES else found.none()
        if whose in ("mine", "team"):
            found = found.owned_by(user) if whose == "mine" else found.of_team(user)
        if answered:
            found = found.answered(answered == "yes") if user.authority_id is not None else found.none()
        if age:
            found = found.aged(age, as_of=as_of) if age in AGES else found.none()
        if placement:
            found = found.filter(placement_id=int(placement)) if _is_id(str(placement)) else found.none()
        if child:
            found = found.filter(child__reference=child)
        if owner:
            found = found.filter(owner_id=int(owner)) if _is_id(owner) else found.none()
        return found

    def by_rule_and_age(self, *, as_of: dt.datetime) -> list[dict[str, Any]]:
        """How many flags each rule has, by age: the rulebook's order, rules without flags left out."""
        counted = {
            row["rule"]: row
            for row in self.order_by()
            .values("rule")
            .annotate(total=Count("pk"), **{age: Count("pk", filter=_aged(age, as_of)) for age in AGES})
        }
        return [
            {"title": rule.title, "basis": rule.basis.value, "family": rule.family, **counted[rule.code]}
            for rule in rulebook.ALL
            if rule.code in counted
        ]


def _inside(user, flag: str, held: Q) -> Q:
    """Of what is behind the LADO's door: for the LADO of the council, and whoever holds it. Never where a referral at the
    same placement, about the same carer or about no carer on record, is about themselves."""
    from lado.models import Referral
    from lado.querysets.referrals import about

    own = Referral.objects.filter(about(user), placement=OuterRef(f"{flag}placement"))
    theirs = Q(Exists(own.filter(carer=OuterRef(f"{flag}carer"))))
    theirs |= Q(Exists(own.filter(carer__isnull=True)), **{f"{flag}carer__isnull": True})
    mine = held | Q(**{f"{flag}authority_id": user.authority_id}) if user.can(Permission.HANDLE_ALLEGATIONS) else held
    return mine & ~theirs


def _gravest_first() -> list[Case]:
    statute = [rule.code for rule in rulebook.ALL if rule.basis == Basis.STATUTE]
    first = (Q(rule__in=rulebook.FIRST), Q(severity="red"), Q(rule__in=statute))
    return [Case(When(which, then=0), default=1) for which in first]


def _for_provider() -> Q:
    shown = Q()
    for rule in rulebook.ALL:
        shown |= Q(rule=rule.code, limb__in=[limb for limb in rule.limb_codes if rule.is_for_provider(limb)])
    return shown


def urgent() -> Q:
    found = Q()
    for rule, limb in rulebook.URGENT:
        found |= Q(rule=rule, limb=limb)
    return found


def _answers() -> Exists:
    from oversight.models import FlagAnswer

    return Exists(FlagAnswer.objects.filter(flag=OuterRef("pk")))


def _aged(age: str, as_of: dt.datetime) -> Q:
    today = clock.local_date(as_of)
    week, month = (clock.start_of(today - dt.timedelta(days=days)) for days in (6, 27))
    return {
        "week": Q(due_at__gt=week),
        "month": Q(due_at__lte=week, due_at__gt=month),
        "older": Q(due_at__lte=month),
    }[age]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
