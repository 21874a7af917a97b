"""Who decides that nobody is referred, what there is to decide, and who handles what is referred."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import gates, names
from core.access import Permission, Role
from core.errors import Conflict, Refused
from core.models import Refusal, User
from core.reasons import no_reason
from governance.models import Concern, ConcernStep, ConductSubject, StrategyDiscussion
from governance.querysets.concerns import about_staff, not_about
from lado import codes
from lado.models import ConductDecision, Referral
from placements.models import Placement, ProviderPost
from staffing.models import AwakeCheck, Carer, Shift, StandDownCase

SOMEBODY_ELSE = "This was refused. Whether anybody is referred is decided by somebody who has no part in it."
WHO_DECIDES = (
    "A team manager, a head of service, the safeguarding lead, the LADO or the director of children’s services decides. To refer "
    "takes nobody’s leave: you can always refer it yourself."
)
COUNCILS_OWN = (codes.Post.SOCIAL_WORKER, codes.Post.COUNCIL)
# Who handles what the LADO cannot: where there is none, or it is about them.
STANDS_IN = (Role.SAFEGUARDING_LEAD, Role.DCS, Role.DIRECTOR, Role.HEAD_OF_SERVICE)
IN_TURN = (Role.LADO, *STANDS_IN)


def may_decide(by: User, *, concern: Concern | None = None, carer: Carer | None = None) -> None:
    """Refuse whoever is its subject, and commissioning; others need the power (SAF-01)."""
    if by.role == Role.COMMISSIONER:
        raise Refused(gates.DECIDING_CONDUCT, SOMEBODY_ELSE, WHO_DECIDES)
    if not by.can(Permission.DECIDE_CONDUCT):
        raise PermissionDenied(f"this role may not {Permission.DECIDE_CONDUCT}")
    own = concern is not None and not Concern.objects.filter(not_about(by), pk=concern.pk).exists()
    if own or (carer is not None and carer.account_id == by.pk):
        raise Refused(gates.DECIDING_CONDUCT, SOMEBODY_ELSE, WHO_DECIDES)


# Beside what is never a reason (core/reasons.py). Compared with the whole of what was typed.
_THEY = r"((he|she|they|the carer|the worker)( has| have|.s|.ve)? )?"
THEY_LEFT = re.compile(
    rf"{_THEY}(already )?(left|gone|resigned|been (dismissed|removed)|no longer works? (here|there|for us))( already)?"
)


def gate_because(because: str) -> None:
    """Refuse not to refer because it is known already, or because they have left: neither says that it is not so."""
    if no_reason(because) or THEY_LEFT.fullmatch(because.strip().rstrip(".!").strip().lower()):
        raise Refused(
            gates.DECIDING_CONDUCT,
            "This was refused. That it is known already, or that they have left, is no reason not to refer it; nor is a word "
            "that says nothing of what was found.",
            "Refer it, or say what makes you sure that no child was harmed, or put at risk, by what they did.",
        )


def whose_conduct(concern: Concern) -> ConductSubject | None:
    return ConductSubject.objects.filter(concern=concern).select_related("carer").first()


# --- what there is to decide ------------------------------------------------------------------------------------------


def undecided_concerns(user: User) -> QuerySet[Concern]:
    """Concerns about conduct in this person's ledger about which nobody has decided yet."""
    decided = ConductDecision.objects.filter(concern=OuterRef("pk"))
    found = Concern.objects.in_ledger_of(user).filter(about_staff())
    return found.filter(~Exists(decided)).order_by("received_at", "pk")


def undecided_looks(authority_id: int, carer: Carer | None = None) -> QuerySet[AwakeCheck]:
    """Carers found asleep while a council's child was theirs to watch, about which nobody has decided yet."""
    found = all_looks(authority_id).filter(~Exists(ConductDecision.objects.filter(look=OuterRef("pk"))))
    return found.filter(carer=carer) if carer else found


def undecided_cases(authority_id: int, carer: Carer | None = None) -> QuerySet[StandDownCase]:
    """Stand-downs that arose in a council, about which nobody has decided yet."""
    decided = ConductDecision.objects.filter(case=OuterRef("pk"))
    found = StandDownCase.objects.filter(~Exists(decided), authority_id=authority_id)
    return found.filter(stand_down__carer=carer) if carer else found


def undecided_for(user: User) -> tuple[QuerySet[Concern], QuerySet[AwakeCheck], QuerySet[StandDownCase]]:
    """All of it in the council of the LADO, the oldest first; nothing of it about themselves."""
    own = own_records(user)
    assert user.authority_id is not None  # noqa: S101 - the LADO is a council's
    looks = undecided_looks(user.authority_id).exclude(carer__in=own).select_related("carer")
    cases = undecided_cases(user.authority_id).exclude(stand_down__carer__in=own).select_related("stand_down__carer")
    return undecided_concerns(user), looks.order_by("checked_at", "pk"), cases.order_by("stand_down__starts_at", "pk")


# --- who handles it ---------------------------------------------------------------------------------------------------


def handlers(authority_id: int | None) -> QuerySet[User]:
    """The LADO’s own team in a council."""
    return User.objects.filter(authority_id=authority_id, role=Role.LADO, is_active=True).order_by("pk")


def others_to_handle(referral: Referral) -> QuerySet[User]:
    """To whom of the LADO's team it may be given: never whom it is about."""
    free = handlers(referral.authority_id).exclude(pk__in=subjects_of(carer=referral.carer, account=referral.account))
    return free.exclude(pk__in=[*_named(free, [said_of(referral)]), referral.owner_id])


def subjects_of(*, carer: Carer | None, account: User | None) -> list[int]:
    """The accounts of whoever it is about, where they have one."""
    return [pk for pk in (account.pk if account else None, carer.account_id if carer else None) if pk]


def subject_is(user: User, *, carer: Carer | None, account: User | None) -> bool:
    return user.pk in subjects_of(carer=carer, account=account)


def said_of(referral: Referral) -> str:
    """Who it is about as far as it was said, until they are found on record."""
    return "" if referral.carer_id or referral.account_id else referral.named


def _named(people: QuerySet[User], said: Sequence[str]) -> list[int]:
    """Those of some people whose whole name stands in one of some texts."""
    given = [text for text in said if text.strip()]
    found = people.values_list("pk", "name") if given else ()
    return [pk for pk, name in found if any(names.holds(text, name) for text in given)]


def owner_for(
    authority_id: int, *, carer: Carer | None, account: User | None, named: str = "", leaving: User | None = None
) -> User:
    """Who handles a referral: the LADO or, where there is none or it is about them, the next person up. Never its subject,
    nor, until they are found on record, whoever is named."""
    subjects = [*subjects_of(carer=carer, account=account), *([leaving.pk] if leaving else [])]
    free = User.objects.filter(authority_id=authority_id, is_active=True).exclude(pk__in=subjects)
    free = free.filter(role__in=IN_TURN)
    said = "" if carer or account else named
    people = list(free.exclude(pk__in=_named(free, [said])).order_by("pk"))
    if not people:
        raise Conflict("Nobody at the council has an account who could act on this. Telephone them.")
    return min(people, key=lambda person: (IN_TURN.index(Role(person.role)), person.pk))


def _in_turn(authority_id: int | None) -> list[User]:
    """Who looks at what was decided, the LADO first: the first of them whom it is not about."""
    people = User.objects.filter(authority_id=authority_id, is_active=True, role__in=IN_TURN)
    return sorted(people, key=lambda person: (IN_TURN.index(Role(person.role)), person.pk))


def who_looks(concern: Concern) -> User | None:
    """Who looks at what was decided about a concern: the LADO or, where there is none or it is about them, whoever stands
    in. Read off the concern alone: the same whether somebody is referred or not."""
    seen = Concern.objects.filter(pk=concern.pk)
    return next((p for p in _in_turn(concern.authority_id) if seen.filter(not_about(p)).exists()), None)


def looks(user: User, concern: Concern) -> bool:
    """Whether what this person decides about a concern is the LADO’s own decision, or that of whoever stands in."""
    return user.can(Permission.HANDLE_ALLEGATIONS) or user == who_looks(concern)


def seen_past(user: User) -> QuerySet[ConcernStep]:
    """The steps that say that something was seen, by somebody to whom it came past this person: who would have been asked
    first and was not, to whom that could only mean that it is about them. By their turn, and whoever is there now."""
    if not user.is_authenticated or user.role not in IN_TURN or user.authority_id is None:
        return ConcernStep.objects.none()
    before = IN_TURN[: IN_TURN.index(Role(user.role))]
    in_turn = Q(by__role__in=before) | Q(by__role=user.role, by_id__lte=user.pk)
    return ConcernStep.objects.filter(kind="seen", concern__authority_id=user.authority_id).exclude(in_turn)


def unseen_for(user: User) -> QuerySet[ConductDecision]:
    """Decisions not to refer a concern that wait for this person’s look, the oldest first: as the LADO or, where there is none
    or it is about them, as whoever stands in."""
    unseen = ConductDecision.objects.unseen().filter(authority_id=user.authority_id).order_by("decided_at", "pk")
    if user.can(Permission.HANDLE_ALLEGATIONS):
        return unseen.visible_to(user)
    if user.role not in STANDS_IN or user.authority_id is None:
        return unseen.none()
    for person in _in_turn(user.authority_id):
        if person == user:
            return unseen.filter(not_about(user, "concern__"))
        unseen = unseen.exclude(not_about(person, "concern__"))
    return unseen.none()


def next_up(referral: Referral) -> list[User]:
    """Of each role that stands in for the LADO the one who may be let in to act on it, the nearest first. Never its subject,
    nor whoever has the name of one, nor whoever has it."""
    subjects = subjects_of(carer=referral.carer, account=referral.account)
    free = User.objects.filter(authority_id=referral.authority_id, is_active=True, role__in=STANDS_IN)
    never = [*subjects, referral.owner_id, *_named(free, [referral.named, str(referral.carer or "")])]
    of = {person.role: person for person in free.exclude(pk__in=never).order_by("-pk")}
    return [of[role] for role in STANDS_IN if role in of]


def councils_of(user: User) -> list[int]:
    """The councils to whose LADO a person may refer from nowhere: their own or, for a provider’s people, those that appointed
    them."""
    if user.authority_id is not None:
        return [user.authority_id]
    posts = ProviderPost.objects.filter(person=user, ended_on__isnull=True)
    return sorted(set(posts.values_list("authority_id", flat=True)))


def is_about_a_handler(named: str, authority_id: int | None) -> User | None:
    """The LADO whose own name was given, if only as a part of it, so that a referral about them never waits for them to say
    who it is about."""
    return next((person for person in handlers(authority_id) if names.holds(named, person.name)), None)


def may_handle(by: User, referral: Referral, *, closed_too: bool = False) -> None:
    """Raise PermissionDenied unless `by` may act on it, and Conflict where it is closed."""
    if not Referral.objects.handled_by(by).filter(pk=referral.pk).exists():
        raise PermissionDenied("this referral is another's to act on")
    if not referral.is_open and not closed_too:
        raise Conflict("This referral is closed. If there is something new, refer it again.")


def may_be_admitted(referral: Referral) -> QuerySet[User]:
    """Who may be let in: people of the council who reach cases at all, but not who it is about."""
    subjects = subjects_of(carer=referral.carer, account=referral.account)
    people = User.objects.filter(authority_id=referral.authority_id, is_active=True)
    people = people.exclude(pk__in=[*subjects, *_named(people, [said_of(referral)])])
    outside = (Role.LADO, Role.SYSTEM_ADMINISTRATOR, Role.SCRUTINEER)
    return people.exclude(role__in=outside).order_by("name")


def carers_to_name(user: User, referral: Referral) -> QuerySet[Carer]:
    """The carers a referral may be said to be about: those this person knows of, and the one it is about now."""
    known = Carer.objects.visible_to(user)
    return Carer.objects.filter(Q(pk__in=known.values("pk")) | Q(pk=referral.carer_id)).order_by("surname", "forename")


def accounts_to_name(referral: Referral) -> QuerySet[User]:
    """The accounts it may be said to be about: the council's own, those of the providers it deals with, and the one it is
    about now."""
    theirs = ProviderPost.objects.filter(authority_id=referral.authority_id).values("person")
    near = Q(authority_id=referral.authority_id) | Q(authority__isnull=True, pk__in=theirs)
    return User.objects.filter(near & Q(is_active=True) | Q(pk=referral.account_id)).order_by("name")


def refusals_for(user: User) -> Any:
    """What was refused behind the door in this person's council, newest first: for the LADO, and nothing about themselves."""
    if not user.can(Permission.HANDLE_ALLEGATIONS) or user.authority_id is None:
        return Refusal.objects.none()
    found = Refusal.objects.filter(code__in=gates.BEHIND_THE_DOOR, by__authority_id=user.authority_id).exclude(by=user)
    for subject in [f"user {user.pk}", *(f"carer {pk}" for pk in own_records(user))]:
        found = found.exclude(Q(subjects__contains=[subject]))
    return found.select_related("by").order_by("-recorded_at")


def when_referred(placement: Placement, user: User) -> list[dt.datetime]:
    """When something of which others may know reached the LADO about those who care for children at a placement."""
    found = Referral.objects.known_as_noise(user).filter(placement=placement)
    return list(found.values_list("received_at", flat=True))


def subjects_of_concern(concern: Concern) -> set[int]:
    """The accounts of those about whom a concern was referred, for the floors below, that ask nothing of them and say
    nothing of why."""
    referrals = Referral.objects.filter(concern=concern).select_related("carer", "account")
    return {pk for referral in referrals for pk in _whom(referral)}


def _whom(referral: Referral) -> list[int]:
    """By record or, until they are found there, by name."""
    people = User.objects.filter(Q(authority_id=referral.authority_id) | Q(authority__isnull=True))
    return [*subjects_of(carer=referral.carer, account=referral.account), *_named(people, [said_of(referral)])]


def in_their_hands(referral: Referral) -> list[str]:
    """What those a referral is about have in hand of the concern it came from, in words for whoever reads it: of nobody else
    who was referred from it, which not everybody who reads this one may know."""
    concern, found = referral.concern, list[str]()
    if concern is None:
        return found
    for person in User.objects.filter(pk__in=_whom(referral), is_active=True).order_by("name"):
        if not concern.is_open or not Concern.objects.in_ledger_of(person).filter(pk=concern.pk).exists():
            continue
        asked = ConcernStep.objects.filter(concern=concern, kind="escalated", recipient=person, reply__isnull=True)
        held = [
            "reads every step of it",
            "may decide and close it" if person.can(Permission.TRIAGE_CONCERNS) else "",
            "has it to act on" if concern.owner_id == person.pk else "",
            "was asked to answer its escalation" if asked.exists() else "",
        ]
        found.append(f"{person.name} {', '.join(filter(None, held))}.")
    return found


def own_records(user: User) -> set[int]:
    """The person’s own record as a carer, if there is one: never theirs to read here."""
    return set(Carer.objects.filter(account=user).values_list("pk", flat=True))


def discussions_of(referral: Referral, user: User) -> QuerySet[StrategyDiscussion]:
    """The strategy discussions asked for, or held, about the concern that the referral came from, and those about the child
    since it reached the LADO, each with its enquiry.

    The LADO reads that there are, when and with what outcome, and no word of what was said there; of those about themselves
    nothing.
    """
    since = Q(asked_at__gte=referral.received_at) | Q(held_at__gte=referral.received_at)
    found = Q(child=referral.child_id) & since if referral.child_id else Q(pk__in=[])
    if referral.concern is not None:
        found |= Q(pk__in=StrategyDiscussion.objects.about(referral.concern).values("pk"))
    own = Concern.objects.exclude(not_about(user))
    theirs = [
        d.pk for concern in own.filter(child=referral.child_id) for d in StrategyDiscussion.objects.about(concern)
    ]
    return (
        StrategyDiscussion.objects.filter(found)
        .exclude(pk__in=theirs)
        .select_related("enquiry")
        .order_by("asked_at", "pk")
    )


def may_be_read_by_subject(referral: Referral) -> bool:
    """Whether whom it is about may read what the council’s own people read of a child: one of them, by record, post or name."""
    of_council = User.objects.filter(authority_id=referral.authority_id)
    subjects = subjects_of(carer=referral.carer, account=referral.account)
    if referral.post in COUNCILS_OWN or of_council.filter(pk__in=subjects).exists():
        return True
    return bool(_named(of_council, [referral.named, str(referral.carer or "")]))


def all_looks(authority_id: int) -> QuerySet[AwakeCheck]:
    """Each time a carer was found asleep while a council's child was theirs to watch.

    Somebody known by name alone is referred by that name, from the shift's page: there is no carer to decide about.
    """
    found = AwakeCheck.objects.filter(
        state=AwakeCheck.State.ASLEEP, carer__isnull=False, shift__placement__child__authority_id=authority_id
    ).order_by()
    return found.exclude(shift__kind=Shift.Kind.SLEEP_IN)


def looks_of(carer: Carer, authority_id: int) -> QuerySet[AwakeCheck]:
    """Those of one carer, the oldest first."""
    found = all_looks(authority_id).filter(carer=carer)
    return found.select_related("shift__placement__child", "shift__placement__home").order_by("checked_at")
