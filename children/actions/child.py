"""The only writes to a child's own record. Each is one human act."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied

from children import codes, policies
from children.actions.deciding import decided
from children.models import Allocation, CareEpisode, CaseSupervision, Child, FileRead, LegalStatus
from children.querysets import live_on
from core.access import Permission
from core.actions import action, touch
from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import Team, User

# What a child's details page may change. Who is responsible, where she lives and her status have acts of their own.
DETAILS = (
    "forename",
    "surname",
    "known_as",
    "sex",
    "gender",
    "date_of_birth",
    "external_id",
    "ethnicity",
    "language",
    "religion",
    "nationality",
    "upn",
    "nhs_number",
    "disabled",
    "has_ehcp",
    "unaccompanied",
    "is_mother",
    "own_childs_birth",
    "about",
)

# What the floors above do on the day a child ceases to be looked after: each is called with child, ended_on, by, as_of.
WHEN_CARE_ENDS: list[Callable[..., None]] = []


# --- who she is -------------------------------------------------------------------------------------------------------


@action
def add_child(
    *,
    by: User,
    as_of: dt.datetime,
    team: Team | None = None,
    looked_after_from: dt.date | None = None,
    need: str = "",
    legal_status: str = "",
    **details: Any,
) -> Child:
    """Add a child to the authority of `by`, and record that she is looked after if a date is given."""
    authority_id = policies.may(by, Permission.MANAGE_CHILDREN, authority_id=by.authority_id)
    team = team or by.team
    if team is None:
        raise Invalid({"": "You are in no team, so nobody would be responsible for the child. Ask for a team first"})
    if team.authority_id != by.authority_id:
        raise PermissionDenied("this team is another authority's")
    if not looked_after_from and (need or legal_status):
        raise Invalid({"looked_after_from": "Enter the date the child became looked after, or leave this part empty"})
    policies.required(
        forename=(details.get("forename", ""), "Enter the child’s first name"),
        surname=(details.get("surname", ""), "Enter the child’s last name"),
        sex=(details.get("sex", ""), "Select the child’s sex"),
        date_of_birth=(details.get("date_of_birth"), "Enter the child’s date of birth"),
    )
    child = Child(authority_id=authority_id, team=team)
    _describe(child, details, as_of)
    child.save()
    touch(child=child)
    if looked_after_from:
        try:
            start_care(
                child=child, started_on=looked_after_from, need=need, legal_status=legal_status, by=by, as_of=as_of
            )
        except Invalid as invalid:
            names = {"started_on": "looked_after_from"}
            raise Invalid({names.get(field, field): text for field, text in invalid.errors.items()}) from invalid
    return child


@action
def describe_child(*, child: Child, by: User, as_of: dt.datetime, **details: Any) -> Child:
    """Change what is recorded of who she is. Only the fields given change."""
    policies.may(by, Permission.MANAGE_CHILDREN, authority_id=child.authority_id)
    policies.hold(child)
    _describe(child, details, as_of)
    first = CareEpisode.objects.filter(child=child).order_by("started_on").first()
    if first and child.date_of_birth > first.started_on:
        raise Invalid(
            {
                "date_of_birth": f"Date of birth must be on or before {in_words(first.started_on)}, "
                "when the child became looked after"
            }
        )
    child.save(update_fields=list(details))
    touch(child=child)
    return child


def _describe(child: Child, details: dict[str, Any], as_of: dt.datetime) -> None:
    if unknown := set(details) - set(DETAILS):
        raise TypeError(f"a child has no {', '.join(sorted(unknown))} to describe")
    for name in details:
        setattr(child, name, _tidy(name, details[name]))
    policies.check_birth(child.date_of_birth, as_of)
    if "sex" in details:
        policies.one_of(child.sex, codes.SEX, "sex", "Select the child’s sex from the list")
    if child.ethnicity:
        policies.one_of(child.ethnicity, codes.ETHNICITY, "ethnicity", "Select the child’s ethnicity from the list")
    if child.upn and not re.fullmatch(r"[A-Z][0-9]{11}[0-9A-Z]|UN[1-6]", child.upn):
        raise Invalid({"upn": "Unique pupil number must be a letter, 11 numbers and a number or letter, or UN1 to UN6"})
    if child.nhs_number and not _is_nhs_number(child.nhs_number):
        raise Invalid({"nhs_number": "NHS number must be 10 numbers, like 999 000 0018. Check it: one is wrong"})
    if child.own_childs_birth:
        if not child.is_mother:
            raise Invalid({"own_childs_birth": "Enter their own child’s date of birth only if the child is a mother"})
        policies.not_future(child.own_childs_birth, as_of, "own_childs_birth", "Their own child’s date of birth")
        policies.not_before(
            child.own_childs_birth,
            child.date_of_birth,
            "own_childs_birth",
            "Their own child’s date of birth",
            "the child was born",
        )


def _tidy(name: str, value: Any) -> Any:
    if name in ("upn", "nhs_number"):
        return re.sub(r"[\s-]", "", value).upper()
    return value.strip() if isinstance(value, str) else value


def _is_nhs_number(number: str) -> bool:
    """Ten digits, the last of which checks the others (modulus 11)."""
    if not re.fullmatch(r"[0-9]{10}", number):
        return False
    check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(number[:9])) % 11
    return check % 11 == int(number[9])


# --- being looked after -----------------------------------------------------------------------------------------------


@action
def start_care(
    *, child: Child, started_on: dt.date, need: str, legal_status: str, by: User, as_of: dt.datetime
) -> CareEpisode:
    """Record that she became looked after (Children Act 1989 s22), why, and under what legal status."""
    policies.may(by, Permission.MANAGE_CHILDREN, authority_id=child.authority_id)
    policies.hold(child)
    policies.one_of(need, codes.NEED, "need", "Select the category of need")
    policies.one_of(legal_status, codes.LEGAL_STATUS, "legal_status", "Select the legal status")
    what = "The date the child became looked after"
    policies.not_future(started_on, as_of, "started_on", what)
    policies.not_before(started_on, child.date_of_birth, "started_on", what, "the child was born")
    policies.under_18_on(child, started_on, "started_on", what)
    latest = CareEpisode.objects.filter(child=child).order_by("-started_on").first()
    if latest and latest.ended_on is None:
        raise Invalid(
            {"started_on": f"The child has been looked after since {in_words(latest.started_on)} and still is"}
        )
    if latest and latest.ended_on:
        policies.not_before(started_on, latest.ended_on, "started_on", what, "the child last ceased to be looked after")
    episode = CareEpisode.objects.create(child=child, started_on=started_on, need=need)
    LegalStatus.objects.create(child=child, code=legal_status, started_on=started_on)
    touch(child=child)
    return episode


@action
def record_legal_status(*, child: Child, code: str, started_on: dt.date, by: User, as_of: dt.datetime) -> LegalStatus:
    """Record the legal status she is looked after under from a day. The one before ends on that day."""
    policies.may(by, Permission.MANAGE_CHILDREN, authority_id=child.authority_id)
    policies.hold(child)
    policies.one_of(code, codes.LEGAL_STATUS, "code", "Select the legal status")
    what = "The date the legal status began"
    policies.not_future(started_on, as_of, "started_on", what)
    episode = policies.looked_after_on(child, started_on, "started_on")
    later = LegalStatus.objects.filter(child=child, started_on__gt=started_on).order_by("started_on").first()
    if later:
        raise Invalid(
            {
                "started_on": f"{later.get_code_display()} is on record from {in_words(later.started_on)}. "
                "Enter a date on or after that"
            }
        )
    present = LegalStatus.objects.filter(live_on(started_on), child=child).first()
    if present and present.code == code:
        raise Invalid({"code": f"The child already has this legal status, since {in_words(present.started_on)}"})
    if present:
        present.ended_on = started_on
        present.save(update_fields=["ended_on"])
    status = LegalStatus.objects.create(child=child, code=code, started_on=started_on, ended_on=episode.ended_on)
    touch(child=child)
    return status


@action
def end_care(*, child: Child, ended_on: dt.date, end_reason: str, by: User, as_of: dt.datetime) -> CareEpisode:
    """Record that she ceased to be looked after.

    On the same day her legal status, her allocations and her placement end. Orders of the court stay: only a court ends
    them.
    """
    policies.may(by, Permission.MANAGE_CHILDREN, authority_id=child.authority_id)
    policies.hold(child)
    policies.one_of(end_reason, codes.REASON_CEASED, "end_reason", "Select why the child ceased to be looked after")
    episode = policies.present_care(child)
    if episode is None:
        raise Invalid({"": f"{child.called} is not looked after, so there is nothing to end"})
    what = "The date the child ceased to be looked after"
    policies.not_future(ended_on, as_of, "ended_on", what)
    policies.not_before(ended_on, episode.started_on, "ended_on", what, "the child became looked after")
    episode.ended_on, episode.end_reason = ended_on, end_reason
    episode.save(update_fields=["ended_on", "end_reason"])
    for status in LegalStatus.objects.filter(child=child, ended_on__isnull=True):
        policies.not_before(ended_on, status.started_on, "ended_on", what, "the child’s present legal status began")
        status.ended_on = ended_on
        status.save(update_fields=["ended_on"])
    for allocation in Allocation.objects.filter(child=child, ended_on__isnull=True):
        allocation.ended_on, allocation.end_reason = max(ended_on, allocation.started_on), "OTHERS"
        allocation.save(update_fields=["ended_on", "end_reason"])
    for end in WHEN_CARE_ENDS:
        end(child=child, ended_on=ended_on, by=by, as_of=as_of)
    decided(
        "end_care",
        child=child,
        what=f"To end being looked after on {in_words(ended_on)}.",
        why=episode.get_end_reason_display(),
        on=ended_on,
        by=by,
        as_of=as_of,
    )
    touch(child=child)
    return episode


# --- who is responsible for her ---------------------------------------------------------------------------------------


@action
def allocate(
    *,
    child: Child,
    worker: User,
    part: str,
    started_on: dt.date,
    why_this_worker: str = "",
    by: User,
    as_of: dt.datetime,
) -> Allocation:
    """Give a named person a part with her, from a day. Her responsible team becomes her social worker's.

    Why this worker: owed where the worker is newly qualified and the placement high-risk (STF-12).
    """
    policies.may(by, Permission.ALLOCATE, authority_id=child.authority_id)
    policies.hold(child)
    policies.one_of(part, Allocation.Part.choices, "part", "Select their role with the child")
    if worker.authority_id != child.authority_id or not worker.is_active:
        raise Invalid({"worker": "Select somebody who works here now"})
    if worker.role not in policies.WHO_MAY_HOLD[part]:
        raise Invalid(
            {"worker": f"{worker.name} ({worker.get_role_display().lower()}) cannot have this role with the child"}
        )
    what = "The date the allocation starts"
    policies.not_future(started_on, as_of, "started_on", what)
    policies.not_before(started_on, child.date_of_birth, "started_on", what, "the child was born")
    allocation = Allocation.objects.create(
        child=child, worker=worker, part=part, started_on=started_on, why_this_worker=why_this_worker.strip()
    )
    if part == Allocation.Part.SOCIAL_WORKER and worker.team_id and worker.team_id != child.team_id:
        child.team = worker.team
        child.save(update_fields=["team"])
    touch(child=child)
    return allocation


@action
def end_allocation(
    *,
    allocation: Allocation,
    ended_on: dt.date,
    end_reason: str,
    handover: str = "",
    by: User,
    as_of: dt.datetime,
) -> Allocation:
    """End a person's part with her. The access that came with it ends too.

    A social worker leaves a handover note (STF-12): theirs, written before, or what their manager writes now.
    """
    policies.may(by, Permission.ALLOCATE, authority_id=allocation.child.authority_id)
    policies.hold(allocation)
    policies.one_of(end_reason, codes.WORKER_CHANGE, "end_reason", "Select why the allocation ended")
    if allocation.ended_on is not None:
        raise Invalid({"": f"This allocation ended on {in_words(allocation.ended_on)}"})
    what = "The date the allocation ended"
    policies.not_future(ended_on, as_of, "ended_on", what)
    policies.not_before(ended_on, allocation.started_on, "ended_on", what, "it started")
    allocation.handover = handover.strip() or allocation.handover
    if allocation.part == Allocation.Part.SOCIAL_WORKER:
        policies.required(handover=(allocation.handover, HANDOVER_MISSING))
    allocation.ended_on, allocation.end_reason = ended_on, end_reason
    allocation.save(update_fields=["ended_on", "end_reason", "handover"])
    touch(child=allocation.child)
    return allocation


HANDOVER_MISSING = "Enter a handover note: what whoever comes next must know"


@action
def write_handover(*, allocation: Allocation, handover: str, by: User, as_of: dt.datetime) -> Allocation:
    """Write what whoever comes next must know, before a social worker leaves or, where none was left, afterwards.

    Until the allocation ends it may be written again; a note that was left stays as it is.
    """
    policies.may(by, Permission.MANAGE_CHILDREN, authority_id=allocation.child.authority_id)
    policies.hold(allocation)
    policies.required(handover=(handover, HANDOVER_MISSING))
    if allocation.part != Allocation.Part.SOCIAL_WORKER:
        raise Invalid({"allocation": "Select a social worker of the child’s"})
    if allocation.ended_on is not None and allocation.handover:
        raise Conflict(f"{allocation.worker} left a handover note, and it stays as it is.")
    allocation.handover = handover.strip()
    allocation.save(update_fields=["handover"])
    touch(child=allocation.child)
    return allocation


@action
def say_why_this_worker(*, allocation: Allocation, why_this_worker: str, by: User, as_of: dt.datetime) -> Allocation:
    """Record the manager's reasons for giving this worker the case: what they bring, and how they are supported."""
    policies.may(by, Permission.ALLOCATE, authority_id=allocation.child.authority_id)
    policies.hold(allocation)
    policies.required(why_this_worker=(why_this_worker, "Enter why this worker, and how they are supported"))
    if allocation.ended_on is not None:
        raise Invalid({"allocation": f"This allocation ended on {in_words(allocation.ended_on)}"})
    if by.pk == allocation.worker_id:
        raise PermissionDenied("nobody gives the reasons for their own allocation")
    allocation.why_this_worker = why_this_worker.strip()
    allocation.save(update_fields=["why_this_worker"])
    touch(child=allocation.child)
    return allocation


@action
def record_case_supervision(
    *,
    child: Child,
    worker: User,
    held_on: dt.date,
    reflection: str,
    agreed: str,
    by: User,
    as_of: dt.datetime,
) -> CaseSupervision:
    """Record a supervision about one child, with its reflective part. `by` is who supervised; nobody supervises herself.

    Never changed afterwards. By local standard every four weeks in a high-risk placement, every week for a worker who is
    newly qualified (STF-04).
    """
    policies.may(by, Permission.ALLOCATE, authority_id=child.authority_id)
    if by.pk == worker.pk:
        raise Invalid({"worker": "Nobody can supervise themselves: their own manager records this"})
    policies.required(
        reflection=(reflection, "Enter the reflection: what the child’s life is like, and what you may not be seeing"),
        agreed=(agreed, "Enter what was agreed"),
    )
    policies.not_future(held_on, as_of, "held_on", "The date of the supervision")
    held = Allocation.objects.filter(live_on(held_on), child=child, worker=worker, part__in=policies.CASE_WORKERS)
    if not held.exists():
        raise Invalid({"worker": f"{worker.name} did not work with {child.called} on {in_words(held_on)}"})
    supervision = CaseSupervision.objects.create(
        child=child, worker=worker, supervisor=by, held_on=held_on, reflection=reflection.strip(), agreed=agreed.strip()
    )
    touch(child=child)
    return supervision


# --- reading -----------------------------------------------------------------------------------------------------------


@action
def open_file(*, child: Child, page: str, by: User, as_of: dt.datetime) -> FileRead:
    """Record that a person opened her file. Call it in the transaction that reads: no event, no page."""
    if not by.can(Permission.SEE_CHILDREN):
        raise PermissionDenied(f"this role may not {Permission.SEE_CHILDREN}")
    return FileRead.objects.create(child=child, by=by, page=page)


@action
def open_files(*, children: Iterable[int], page: str, by: User, as_of: dt.datetime) -> None:
    """The same for a page that shows something of several files at once. `children` are their ids."""
    if not by.can(Permission.SEE_CHILDREN):
        raise PermissionDenied(f"this role may not {Permission.SEE_CHILDREN}")
    FileRead.objects.bulk_create([FileRead(child_id=pk, by=by, page=page) for pk in sorted(set(children))])
