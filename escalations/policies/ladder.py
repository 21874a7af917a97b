"""May this be done to an escalation, by this person, in the state it is in? And who may never settle it (ESC-05)."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from children.models import Child
from children.querysets import live
from core import clock, gates
from core.access import Permission, Role
from core.dates import in_words
from core.errors import Conflict, Invalid, Refused
from core.models import Authority, User
from escalations import ladder
from escalations.ladder import Near, Posts
from escalations.models import ConflictOfInterest, Escalation, EscalationStep
from governance.querysets.concerns import to_raise_about
from placements.models import ProviderPost


def gate_self(by: User, escalation: Escalation) -> None:
    """Refuse an answer or a closing by whoever it is about, or whoever took the decision it questions."""
    found = ConflictOfInterest.objects.filter(escalation=escalation, user=by).first()
    if found is not None:
        raise Refused(
            gates.ESCALATION_SELF,
            f"This was refused. {by.name} may not answer or close it: "
            + ("it is about what they did." if found.why == "subject" else "they took the decision it questions."),
            f"It is {escalation.owner.name}’s to answer. Tell them what you know.",
        )


def may_act(by: User, escalation: Escalation) -> None:
    """Raise PermissionDenied unless this person may see the escalation, and their role answers any."""
    if not by.can(Permission.ANSWER_ESCALATIONS):
        raise PermissionDenied(f"this role may not {Permission.ANSWER_ESCALATIONS}")
    if not Escalation.objects.visible_to(by).filter(pk=escalation.pk).exists():
        raise PermissionDenied("this escalation is another's")


def is_with(by: User, escalation: Escalation) -> None:
    """Raise unless it is theirs now: Conflict where it was, and has left them while they wrote; else PermissionDenied."""
    if escalation.owner_id == by.pk:
        return
    if EscalationStep.objects.filter(escalation=escalation, owner=by).exists():
        raise Conflict(
            f"It is not yours to answer any more: {escalation.owner.name} has it. What you wrote is still here. Tell them."
        )
    raise PermissionDenied("somebody else has this escalation")


def raised_it(by: User, escalation: Escalation) -> None:
    if escalation.raised_by_id != by.pk or not by.is_active:
        raise PermissionDenied("somebody else raised this")


def still_open(escalation: Escalation) -> None:
    if not escalation.is_open:
        raise Conflict("This escalation is closed. If there is something new, raise it as a new one.")


def free_to_close(escalation: Escalation, posts: Posts) -> dt.datetime | None:
    """From when on whoever answered may close it: whoever raised it has a level’s time, from when they read the answer, to
    reject it, unless they rejected one before. None while they have not read it."""
    if escalation.shown_at is None or escalation.rejected_at is not None:
        return escalation.shown_at
    return posts.due(escalation.level, escalation.shown_at, danger=escalation.danger)


def last_day_before(moment: dt.datetime) -> dt.date:
    return clock.local_date(moment - dt.timedelta(microseconds=1))


def may_close(escalation: Escalation, by: User, posts: Posts, *, as_of: dt.datetime) -> None:
    """Raise Invalid until there is an answer that whoever raised it has been shown, and has not rejected in the time they have
    for it; flags are closed by records alone. What nobody is left to read, since whoever raised it has no account any more,
    only a scrutineer closes."""
    if escalation.of_flags:
        raise Invalid({"": "This is made of flags: it closes by itself once records have cleared them all"})
    if not escalation.is_answered:
        raise Invalid({"": "Answer it in writing first"})
    raiser = escalation.raised_by
    gone = raiser is not None and not raiser.is_active
    if escalation.shown_at is None and not (gone and by.role == Role.SCRUTINEER):
        raise Invalid(
            {
                "": "Whoever raised it has not read the answer yet. It can be closed once they have, and goes up if they do not"
            }
        )
    free = free_to_close(escalation, posts)
    if free is not None and as_of < free:
        raise Invalid(
            {"": f"Whoever raised it may still reject the answer, until the end of {in_words(last_day_before(free))}"}
        )


# --- who may be named -------------------------------------------------------------------------------------------------


def recipients(posts: Posts, near: Near, *, never: set[int] = frozenset()) -> list[User]:  # type: ignore[assignment]
    """To whom something may have been written: the line of the child or of whoever writes, up to the top, the nearest
    first."""
    line = [person for level in ladder.LEVELS for person in posts.at(level.number, near)]
    return [person for person in dict.fromkeys(line) if person.pk not in never]


def passed_back_to(escalation: Escalation, posts: Posts, near: Near, never: set[int]) -> list[User]:
    """To whom whoever has it may pass it: on their own level or below, and free to answer it. In danger no lower than where
    that begins; and what is outside stays outside."""
    lowest = ladder.TOP if escalation.is_outside else ladder.DANGER_BEGINS if escalation.danger else 1
    people = [person for number in range(lowest, escalation.level + 1) for person in posts.at(number, near)]
    return [person for person in dict.fromkeys(people) if person.pk not in {*never, escalation.owner_id}]


def may_be_about(*authorities: int) -> QuerySet[User]:
    """Whom an escalation may be said to be about: those it could come to."""
    return User.objects.filter(
        authority_id__in=authorities,
        is_active=True,
        role__in=[r for r in ladder.ANSWERING if r != Role.SYSTEM_ADMINISTRATOR],
    ).order_by("name")


def may_be_named(by: User, escalation: Escalation) -> QuerySet[User]:
    """Of whom this person may say that it must not come to them: those it could come to. Of a scrutineer only whoever raised
    it says so, or they themselves: else nobody it is about would let it go outside."""
    people = may_be_about(escalation.authority_id)
    return people if by.pk == escalation.raised_by_id else people.exclude(~Q(pk=by.pk), role=Role.SCRUTINEER)


def names_nobody(by: User, escalation: Escalation) -> bool:
    """Whether it is not for this person to say who answers: it is about them, or they took the decision."""
    return (
        ConflictOfInterest.objects.filter(escalation=escalation, user=by).exclude(user=escalation.raised_by_id).exists()
    )


def children_for(by: User) -> QuerySet[Child]:
    """About whom this person may escalate."""
    if by.can(Permission.RAISE_CONCERN):
        found: QuerySet[Child] = to_raise_about(by)
        return found
    return Child.objects.visible_to(by)


def councils_for(by: User) -> QuerySet[Authority]:
    """Whose ladder this person’s words go up, where they are about no child: their council’s or, for a provider’s people,
    of those that appointed them."""
    if by.authority_id is not None:
        return Authority.objects.filter(pk=by.authority_id)
    posts = ProviderPost.objects.filter(live(), person=by)
    return Authority.objects.filter(pk__in=posts.values("authority")).order_by("name")
