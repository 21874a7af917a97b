"""Homes, and a child's placements in them: started, moved, ended and taken on."""

import datetime as dt
import re

from children import policies as for_child
from children.actions.deciding import decided
from children.models import Child
from core import clock
from core.access import Permission
from core.actions import action, because, touch
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from placements import codes, policies
from placements.models import DailyLog, Home, ManagerPost, Placement, Provider, Visit

POSTCODE = re.compile(r"(?:GIR ?0AA|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})")
WITH_ITS_PLACEMENT = "The placement ended."  # why a manager’s post ended, where nobody gave another reason
CARE_ENDED = "The child ceased to be looked after."


@action
def record_home(
    *,
    provider: Provider | None = None,
    name: str,
    address: str = "",
    postcode: str = "",
    urn: str = "",
    new_provider: str = "",
    provider_kind: str = "PR4",
    by: User,
    as_of: dt.datetime,
) -> Home:
    """Record a home, and its provider where that is new. Until a registration is recorded it is not known."""
    authority_id = for_child.may(by, Permission.RECORD_REGISTRATION, authority_id=by.authority_id)
    for_child.required(name=(name, "Enter the name of the home"))
    if provider is None:
        for_child.required(new_provider=(new_provider, "Enter the name of the provider, or select one from the list"))
        for_child.one_of(provider_kind, codes.PROVIDER_KIND, "provider_kind", "Select what kind of provider it is")
        provider, _ = Provider.objects.get_or_create(name=new_provider.strip(), defaults={"kind": provider_kind})
    home = Home.objects.create(
        authority_id=authority_id,
        provider=provider,
        name=name.strip(),
        address=address.strip(),
        postcode=tidy_postcode(postcode),
        urn=urn.strip().upper(),
    )
    touch(home=home)
    return home


@action
def describe_home(*, home: Home, by: User, as_of: dt.datetime, **details: str) -> Home:
    """Change what is recorded of a home: its name, address, postcode or number. Only what is given changes."""
    for_child.may(by, Permission.RECORD_REGISTRATION, authority_id=home.authority_id)
    for_child.hold(home)
    if unknown := set(details) - {"name", "address", "postcode", "urn"}:
        raise TypeError(f"a home has no {', '.join(sorted(unknown))} to describe")
    if "name" in details:
        for_child.required(name=(details["name"], "Enter the name of the home"))
    for name, value in details.items():
        setattr(home, name, tidy_postcode(value) if name == "postcode" else value.strip())
    home.save(update_fields=list(details))
    touch(home=home)
    return home


@action
def start_placement(
    *,
    child: Child,
    home: Home | None = None,
    provider: Provider | None = None,
    type: str,
    basis: str = Placement.Basis.PLANNED,
    until_18: bool = False,
    started_on: dt.date,
    started_at: dt.datetime | None = None,
    why: str = "",
    postcode: str = "",
    provider_kind: str = "",
    by: User,
    as_of: dt.datetime,
) -> Placement:
    """Record that she lives somewhere from a day, or plan that she will, up to 28 days ahead.

    What has happened is always recordable. A plan may be refused by a gate (LEG-04).
    """
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=child.authority_id)
    for_child.hold(child)
    touch(child=child)
    placement = _place(
        child=child,
        home=home,
        provider=provider,
        type=type,
        basis=basis,
        until_18=until_18,
        started_on=started_on,
        started_at=started_at,
        why=why,
        postcode=postcode,
        provider_kind=provider_kind,
        as_of=as_of,
        day_field="started_on",
    )
    what = f"To live {_where(placement)} from {in_words(started_on)}."
    decided("start_placement", child=child, what=what, why=why, on=started_on, by=by, as_of=as_of)
    return placement


@action
def move_placement(
    *,
    placement: Placement,
    moved_on: dt.date,
    end_reason: str,
    end_note: str = "",
    home: Home | None = None,
    provider: Provider | None = None,
    type: str,
    basis: str = Placement.Basis.PLANNED,
    until_18: bool = False,
    started_at: dt.datetime | None = None,
    why: str = "",
    postcode: str = "",
    provider_kind: str = "",
    by: User,
    as_of: dt.datetime,
) -> Placement:
    """Record a move, as one act: this placement ends on the day the next one starts. Returns the next one."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=placement.child.authority_id)
    for_child.hold(placement.child)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    _check_end(placement, moved_on, end_reason, field="moved_on", what="The date of the move")
    if not policies.has_begun(placement, as_of):
        raise Invalid({"": "This placement has not begun. Call it off, and plan the other one"})
    policies.within_plans(moved_on, as_of, "moved_on", "The date of the move")
    _end(placement, moved_on, end_reason, end_note)
    after = _place(
        child=placement.child,
        home=home,
        provider=provider,
        type=type,
        basis=basis,
        until_18=until_18,
        started_on=moved_on,
        started_at=started_at,
        why=why,
        postcode=postcode,
        provider_kind=provider_kind,
        as_of=as_of,
        day_field="moved_on",
    )
    what = f"To move on {in_words(moved_on)}, and live {_where(after)}."
    reasons = "\n\n".join(part for part in (why.strip(), placement.get_end_reason_display(), end_note.strip()) if part)
    decided("move_placement", child=after.child, what=what, why=reasons, on=moved_on, by=by, as_of=as_of)
    return after


@action
def end_placement(
    *, placement: Placement, ended_on: dt.date, end_reason: str, end_note: str = "", by: User, as_of: dt.datetime
) -> Placement:
    """Record that she left and that no other placement of ours began that day."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    _check_end(placement, ended_on, end_reason, field="ended_on", what="The date the placement ended")
    if not policies.has_begun(placement, as_of):
        raise Invalid({"": "This placement has not begun. Call it off instead"})
    for_child.not_future(ended_on, as_of, "ended_on", "The date the placement ended")
    _end(placement, ended_on, end_reason, end_note)
    what = f"To end the placement {_where(placement)} on {in_words(ended_on)}."
    why = end_note.strip() or placement.get_end_reason_display()
    decided("end_placement", child=placement.child, what=what, why=why, on=ended_on, by=by, as_of=as_of)
    return placement


@action
def call_off_placement(*, placement: Placement, why: str, by: User, as_of: dt.datetime) -> Placement:
    """Record that a planned placement will not happen. The one it was to follow goes on as if nothing was planned."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=placement.child.authority_id)
    for_child.hold(placement.child)
    for_child.hold(placement)
    for_child.required(why=(why, "Enter why it was called off"))
    touch(child=placement.child, placement=placement)
    policies.still_open(placement)
    if policies.has_begun(placement, as_of):
        raise Invalid({"": f"This placement began on {in_words(placement.started_on)}. Record its end instead"})
    because(why.strip())
    _end(placement, placement.started_on, "OTHER", f"Called off before it began: {why.strip()}")
    before = Placement.objects.filter(
        child=placement.child, ended_on=placement.started_on, started_on__lt=placement.started_on
    ).first()
    if before is not None:
        before.ended_on, before.end_reason, before.end_note = None, "", ""
        before.save(update_fields=["ended_on", "end_reason", "end_note"])
        for post in ManagerPost.objects.filter(
            placement=before, ended_at=clock.start_of(placement.started_on), end_reason=WITH_ITS_PLACEMENT
        ):
            post.ended_at, post.end_reason = None, ""
            post.save(update_fields=["ended_at", "end_reason"])
        touch(placement=before)
    what = f"To call off the placement planned {_where(placement)}."
    decided("call_off_placement", child=placement.child, what=what, why=why, by=by, as_of=as_of)
    return placement


@action
def correct_placement(
    *,
    placement: Placement,
    type: str,
    basis: str,
    started_at: dt.datetime | None = None,
    until_18: bool,
    reason: str,
    by: User,
    as_of: dt.datetime,
) -> Placement:
    """Put right what was recorded of a placement and rules go by: its type, whether it was planned, the hour of an
    emergency, and whether it is meant to last. What it said before, who corrected it and why are in its history."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    for_child.required(reason=(reason, "Enter why it is corrected, and how you know"))
    for_child.one_of(basis, Placement.Basis.choices, "basis", "Select whether it is planned or an emergency")
    hour = started_at if basis == Placement.Basis.EMERGENCY else placement.started_at
    _check_hour(basis, hour, placement.started_on, as_of)
    if hour != placement.started_at and hour is not None and _noted_before(placement, hour):
        raise Invalid({"started_at": "There is a visit, a log or a manager on record from before that time"})
    if type != placement.type:
        day = placement.started_on
        if (
            type in codes.TYPES
            and not placement.home
            and policies.needs_home(child=placement.child, type=type, day=day)
        ):
            raise Invalid({"type": "Staff care for the child in a placement of this type: say which home it is first"})
        policies.check_place(child=placement.child, type=type, home=placement.home, day=day, day_field="type")
        policies.gate_under_16(child=placement.child, type=type, home=placement.home, day=day, as_of=as_of)
    corrected = {"type": type, "basis": basis, "started_at": hour, "until_18": until_18}
    changed = [name for name, value in corrected.items() if getattr(placement, name) != value]
    if not changed:
        raise Invalid({"": "This is what the record says already"})
    because(reason.strip())
    for name in changed:
        setattr(placement, name, corrected[name])
    placement.save(update_fields=changed)
    return placement


@action
def take_on(
    *, placement: Placement, followed_from: dt.date, home: Home | None = None, by: User, as_of: dt.datetime
) -> Placement:
    """Take on a placement known only from a return: from this day its records are ours to keep, and the rules apply."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    if placement.followed_from is not None:
        raise Invalid({"": f"This placement has been followed since {in_words(placement.followed_from)}"})
    policies.not_over(placement, as_of)
    what = "The date its records begin here"
    for_child.not_future(followed_from, as_of, "followed_from", what)
    for_child.not_before(followed_from, placement.started_on, "followed_from", what, "the placement started")
    placement.followed_from = followed_from
    if home is not None:
        _live_in(placement, home)
    placement.save(update_fields=["followed_from", "home", "provider"])
    return placement


@action
def say_where(*, placement: Placement, home: Home, by: User, as_of: dt.datetime) -> Placement:
    """Record which home a placement is in, where that was not known: a return does not say."""
    for_child.may(by, Permission.MANAGE_PLACEMENTS, authority_id=placement.child.authority_id)
    for_child.hold(placement)
    touch(child=placement.child, placement=placement)
    if placement.home_id is not None:
        raise Invalid({"home": "The home is on record already. If the child has moved, record the move"})
    _live_in(placement, home)
    placement.save(update_fields=["home", "provider"])
    return placement


# --- the parts they are made of ---------------------------------------------------------------------------------------


def _place(
    *,
    child: Child,
    home: Home | None,
    provider: Provider | None,
    type: str,
    basis: str,
    until_18: bool,
    started_on: dt.date,
    started_at: dt.datetime | None,
    why: str,
    postcode: str,
    provider_kind: str,
    as_of: dt.datetime,
    day_field: str,
) -> Placement:
    what = "The date the placement starts" if day_field == "started_on" else "The date of the move"
    policies.within_plans(started_on, as_of, day_field, what)
    for_child.under_18_on(child, started_on, day_field, what)
    for_child.looked_after_on(child, min(started_on, clock.local_date(as_of)), day_field)
    policies.check_place(child=child, type=type, home=home, day=started_on, day_field=day_field)
    for_child.one_of(basis, Placement.Basis.choices, "basis", "Select whether it is planned or an emergency")
    _check_hour(basis, started_at, started_on, as_of)
    if home is not None and provider is not None and provider.pk != home.provider_id:
        raise Invalid({"provider": f"{home.name} is run by {home.provider}"})
    if provider_kind:
        for_child.one_of(provider_kind, codes.PROVIDER_KIND, "provider_kind", "Select what kind of provider it is")
    policies.not_beside_another(child, started_on, day_field)
    policies.gate_under_16(child=child, type=type, home=home, day=started_on, as_of=as_of)
    provider = home.provider if home else provider
    placement = Placement.objects.create(
        child=child,
        home=home,
        provider=provider,
        type=type,
        provider_kind=provider_kind or (provider.kind if provider else ""),
        basis=basis,
        until_18=until_18,
        started_on=started_on,
        started_at=started_at,
        why=why.strip(),
        postcode=tidy_postcode(postcode) or (home.postcode if home else ""),
        urn=home.urn if home else "",
        followed_from=started_on,
    )
    touch(placement=placement)
    return placement


def _check_hour(basis: str, started_at: dt.datetime | None, started_on: dt.date, as_of: dt.datetime) -> None:
    """Raise Invalid for an hour that is not of the day the placement starts; an emergency has one, and has happened."""
    if basis == Placement.Basis.EMERGENCY and started_at is None:
        raise Invalid({"started_at": "Enter the time the child arrived: the first 48 hours are counted from it"})
    if started_at is not None:
        if clock.local_date(started_at) != started_on:
            raise Invalid(
                {"started_at": f"The time the child arrived must be on {in_words(started_on)}, the day it starts"}
            )
        if basis == Placement.Basis.EMERGENCY and started_at > as_of:
            raise Invalid(
                {"started_at": "An emergency has already happened: the time the child arrived must be in the past"}
            )


def _noted_before(placement: Placement, moment: dt.datetime) -> bool:
    """Whether anything that counts was recorded of a placement from before an instant."""
    return (
        Visit.objects.standing().filter(placement=placement, occurred_at__lt=moment).exists()
        or DailyLog.objects.standing().filter(placement=placement, covers_from__lt=moment).exists()
        or ManagerPost.objects.held().filter(placement=placement, started_at__lt=moment).exists()
    )


def _where(placement: Placement) -> str:
    """Where, inside a decision: the home or, where there is none, what kind of placement it is."""
    kind = codes.TYPES[placement.type][0].lower()
    return f"at {placement.home} ({kind})" if placement.home else f"in a placement of this kind: {kind}"


def _check_end(placement: Placement, day: dt.date, end_reason: str, *, field: str, what: str) -> None:
    for_child.one_of(end_reason, codes.REASON_FOR_CHANGE, "end_reason", "Select why the placement ended")
    policies.still_open(placement)
    for_child.not_before(day, placement.started_on, field, what, "the placement started")


def _end(placement: Placement, day: dt.date, end_reason: str, end_note: str) -> None:
    """End a placement, and with it the post of whoever managed it."""
    placement.ended_on, placement.end_reason, placement.end_note = day, end_reason, end_note.strip()
    placement.save(update_fields=["ended_on", "end_reason", "end_note"])
    left = clock.start_of(day)
    for post in ManagerPost.objects.filter(placement=placement).exclude(ended_at__lte=left):
        post.ended_at, post.end_reason = max(left, post.started_at), post.end_reason or WITH_ITS_PLACEMENT
        post.save(update_fields=["ended_at", "end_reason"])


def _live_in(placement: Placement, home: Home) -> None:
    if home.authority_id != placement.child.authority_id:
        raise Invalid({"home": "Select the home from the list"})
    placement.home, placement.provider = home, home.provider


def end_with_care(*, child: Child, ended_on: dt.date, by: User, as_of: dt.datetime) -> None:
    """What ceasing to be looked after ends on this floor: where she lives, and what was planned."""
    for placement in Placement.objects.filter(child=child).exclude(ended_on__lte=ended_on).order_by("-started_on"):
        for_child.hold(placement)
        if placement.started_on > ended_on and policies.has_begun(placement, as_of):
            raise Invalid(
                {
                    "ended_on": f"The child has a placement that started on {in_words(placement.started_on)}. "
                    "Enter a date on or after that, or check the placement"
                }
            )
        _end(placement, max(ended_on, placement.started_on), placement.end_reason, placement.end_note or CARE_ENDED)
        touch(placement=placement)


def tidy_postcode(postcode: str) -> str:
    """A postcode as it is written on letters. Raises Invalid if it cannot be one."""
    bare = re.sub(r"\s", "", postcode).upper()
    if not bare:
        return ""
    written = f"{bare[:-3]} {bare[-3:]}"
    if not POSTCODE.fullmatch(written):
        raise Invalid({"postcode": "Enter a full UK postcode, like ZZ1 4AB"})
    return written
