"""Decisions on a child's own record, and what she wished. Who may decide is said by the matrix in children/rights.py."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from children import policies, rights
from children.models import Child, Decision, Wish
from core import clock
from core.access import Permission
from core.actions import action, touch
from core.errors import Invalid
from core.models import User

BY_THE_MATRIX = "{post}, by the decision-rights matrix"


@action
def record_decision(
    *,
    child: Child,
    decided_on: dt.date,
    what: str,
    why: str,
    kind: str = "other",
    decider: User | None = None,
    decided_by: str = "",
    by_what_authority: str = "",
    alternatives: str = "",
    consulted: str = "",
    not_consulted: str = "",
    why_not_consulted: str = "",
    wish: Wish | None = None,
    by: User,
    as_of: dt.datetime,
) -> Decision:
    """Record a decision on her own record. It is never changed afterwards: a new decision replaces it.

    `decider` is whose decision it was; somebody without an account is named in `decided_by`, with their authority.
    Raises Refused where the decision-rights matrix gives such a decision to others (DEC-01), Invalid, PermissionDenied.
    """
    touch(child=child)
    own_only = not by.can(Permission.RECORD_DECISION)
    policies.may_about(by, Permission.TAKE_DECISION, child)
    if own_only and decider is None and not decided_by.strip():
        decider = by
    if own_only and decider != by:
        raise PermissionDenied("this role records its own decisions alone")
    policies.one_of(kind, _choices(), "kind", "Select what the decision is about")
    policies.required(what=(what, "Enter what was decided"), why=(why, "Enter why it was decided"))
    if decider is None:
        policies.required(
            decided_by=(decided_by, "Enter who decided"),
            by_what_authority=(by_what_authority, "Enter by what authority they decided"),
        )
    if not_consulted.strip():
        policies.required(why_not_consulted=(why_not_consulted, "Enter why they were not consulted"))
    policies.not_future(decided_on, as_of, "decided_on", "The date of the decision")
    policies.not_before(decided_on, child.date_of_birth, "decided_on", "The date of the decision", "the child was born")
    if wish is not None and wish.child_id != child.pk:
        raise Invalid({"wish": "Select a wish of this child’s"})
    policies.gate_decision(
        kind=rights.KINDS[kind],
        child=child,
        decider=decider,
        decided_by=decided_by,
        by_what_authority=by_what_authority,
        day=decided_on,
        by=by,
    )
    return Decision.objects.create(
        child=child,
        kind=kind,
        decided_on=decided_on,
        what=what.strip(),
        why=why.strip(),
        alternatives=alternatives.strip(),
        decider=decider,
        decided_by=_named(decider) if decider else decided_by.strip(),
        by_what_authority=by_what_authority.strip() or _authority(decider, rights.KINDS[kind]),
        consulted=consulted.strip(),
        not_consulted=not_consulted.strip(),
        why_not_consulted=why_not_consulted.strip(),
        wish=wish,
        entered_at=as_of,
        recorded_by=by,
    )


@action
def record_wish(
    *,
    child: Child,
    asked_on: dt.date,
    words: str,
    analysis: str,
    what_happens: str,
    by: User,
    as_of: dt.datetime,
) -> Wish:
    """Record what she asked for, in her own words, with `by`'s reading of what it means for risk (VOI-06).

    It decides nothing and takes no duty away. Never changed afterwards.
    """
    touch(child=child)
    policies.may_about(by, Permission.RECORD_WISH, child)
    policies.required(
        words=(words, "Enter what the child asked for, in their own words"),
        analysis=(analysis, "Enter what the wish tells us, and what it means for risk"),
        what_happens=(what_happens, "Enter what will happen, and who will tell the child"),
    )
    policies.not_future(asked_on, as_of, "asked_on", "The date the child asked")
    policies.not_before(asked_on, child.date_of_birth, "asked_on", "The date the child asked", "the child was born")
    return Wish.objects.create(
        child=child,
        asked_on=asked_on,
        words=words.strip(),
        analysis=analysis.strip(),
        what_happens=what_happens.strip(),
        recorded_by=by,
    )


def decided(
    act: str,
    *,
    child: Child,
    what: str,
    why: str,
    alternatives: str = "",
    consulted: str = "",
    on: dt.date | None = None,
    decider: User | None = None,
    decided_by: str = "",
    by_what_authority: str = "",
    by: User,
    as_of: dt.datetime,
) -> Decision:
    """Put the decision an act carries out on her own record, in the act's transaction (rights.DEMANDED says for which).

    Call it inside the action. `by` decided, unless `decider` did or `decided_by` names a court or a panel. `on` is the day,
    today where none is given. Raises Refused where the matrix gives it to somebody else (DEC-01).
    """
    kind = rights.KINDS[rights.DEMANDED[act]]
    day = min(on or clock.local_date(as_of), clock.local_date(as_of))
    if decider is None and not decided_by:
        decider = by
    policies.gate_decision(kind=kind, child=child, decider=decider, decided_by=decided_by, day=day, by=by)
    return Decision.objects.create(
        child=child,
        kind=kind.code,
        decided_on=day,
        what=what,
        why=why.strip() or "No reason was given with it.",
        alternatives=alternatives.strip(),
        decider=decider,
        decided_by=_named(decider) if decider else decided_by,
        by_what_authority=by_what_authority or _authority(decider, kind),
        consulted=consulted.strip(),
        demanded_by=act,
        entered_at=as_of,
        recorded_by=by,
    )


def _choices() -> list[tuple[str, str]]:
    return [(kind.code, kind.title) for kind in rights.KINDS.values()]


def _named(decider: User) -> str:
    return f"{decider.name} ({decider.get_role_display().lower()})"


def _authority(decider: User | None, kind: rights.Kind) -> str:
    """By what post the matrix gives it to them: their role or, for a provider's people, the placement they manage."""
    if decider is None:
        return ""
    post = decider.get_role_display() if decider.role in kind.roles else "Placement manager"
    return BY_THE_MATRIX.format(post=post)
