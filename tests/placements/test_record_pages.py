"""Every record's page: it works, strangers and colleagues without the power are told so, and bad input is mended.

Each page is told once, as a `Page`: who uses it, what she sends, and what goes wrong. Every test goes over all of them.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import Allocation, CareEpisode, CaseSupervision, Child, Decision, LegalStatus
from core import clock
from core.models import Draft, Refusal
from placements.models import (
    DolOrder,
    Home,
    ManagerPost,
    Placement,
    Registration,
    UnregisteredAuthorisation,
)
from tests.cast import at


def today():
    return clock.local_date(clock.now())


def ago(days):
    return today() - dt.timedelta(days=days)


def sent(name, day, time=None):
    """A date as the browser sends it."""
    parts = {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}
    return parts | ({f"{name}_time": time} if time else {})


class World:
    """A child in an unregistered home, with everything a page may be about."""

    def __init__(self, cast):
        self.cast = cast
        self.child = cast.child(born=ago(365 * 15), since=ago(300), worker=False)
        self.allocation = cast.allocate(self.child, cast.amy, since=ago(300))
        self.home = cast.home(status="not_registered", since=ago(400))
        self.placement = cast.placement(self.child, ago(30), home=self.home)
        self.post = cast.manager(self.placement, at(ago(20)))
        self.order = cast.dol_order(self.child, ago(30))
        self.newcomer = cast.child(born=ago(365 * 14), since=ago(10), forename="Sky", worker=False)
        self.at_home = Child.objects.create(
            forename="Dale", surname="Rill", sex="M", date_of_birth=ago(365 * 9), authority=cast.north, team=cast.team
        )
        self.returned = cast.placement(
            cast.child(born=ago(365 * 12), since=ago(200), forename="Ash"),
            ago(100),
            followed_from=None,
            from_return=True,
        )
        self.planned = cast.placement(self.newcomer, today() + dt.timedelta(days=5), type="U6")
        self.unmanaged = cast.placement(
            cast.child(born=ago(365 * 13), since=ago(200), forename="Fern"), ago(50), home=self.home
        )


@pytest.fixture
def world(cast):
    return World(cast)


@dataclass(frozen=True)
class Page:
    name: str
    who: str
    about: Callable = lambda world: []
    sends: Callable = dict
    wrong: dict = field(default_factory=dict)  # what is sent instead, as text or a date
    error: str = ""
    writes: type | None = None  # the model that gains a row
    changes: Callable | None = None  # or what is true afterwards
    stranger: str = "zoe"
    powerless: str = "carl"


def place(start_field, day, **fields):
    return (
        sent(start_field, day)
        | {"type": "U6", "basis": "planned", "until_18": "no", "why": "Near her school."}
        | fields
    )


def child_details(**fields):
    return {"forename": "Robin", "surname": "Meadow", "sex": "F", "unaccompanied": "no", **fields}


PAGES = [
    Page(
        "children:add",
        "amy",
        sends=lambda w: child_details() | sent("date_of_birth", ago(365 * 12)),
        wrong={"date_of_birth_year": "1899"},
        error="Date of birth must have a year of 4 numbers",
        writes=Child,
        stranger="",
    ),
    Page(
        "children:describe",
        "amy",
        about=lambda w: [w.child.reference],
        sends=lambda w: child_details(known_as="Rob") | sent("date_of_birth", ago(365 * 15)),
        wrong={"nhs_number": "123"},
        error="NHS number must be 10 numbers",
        changes=lambda w: Child.objects.get(pk=w.child.pk).known_as == "Rob",
    ),
    Page(
        "children:start_care",
        "amy",
        about=lambda w: [w.at_home.reference],
        sends=lambda w: sent("started_on", ago(1)) | {"need": "N1", "legal_status": "V2"},
        wrong=lambda: sent("started_on", ago(-1)),
        error="The date the child became looked after must be today or in the past",
        writes=CareEpisode,
    ),
    Page(
        "children:legal_status",
        "amy",
        about=lambda w: [w.child.reference],
        sends=lambda w: sent("started_on", ago(2)) | {"code": "C1"},
        wrong=lambda: sent("started_on", ago(301)),
        error="was not looked after on",
        writes=LegalStatus,
    ),
    Page(
        "children:end_care",
        "amy",
        about=lambda w: [w.child.reference],
        sends=lambda w: sent("ended_on", ago(0)) | {"end_reason": "E4A"},
        wrong=lambda: sent("ended_on", ago(301)),
        error="when the child became looked after",
        changes=lambda w: not CareEpisode.objects.filter(child=w.child, ended_on=None).exists(),
    ),
    Page(
        "children:allocate",
        "tom",
        about=lambda w: [w.child.reference],
        sends=lambda w: sent("started_on", ago(1)) | {"part": "iro", "worker": w.cast.ines.pk},
        wrong={"part": "legal"},
        error="Ines Swift (independent reviewing officer) cannot have this role",
        writes=Allocation,
        stranger="todd",
        powerless="amy",
    ),
    Page(
        "children:end_allocation",
        "tom",
        about=lambda w: [w.allocation.pk],
        sends=lambda w: sent("ended_on", ago(1)) | {"end_reason": "LEFTRL", "handover": "Ask."},
        wrong=lambda: sent("ended_on", ago(301)),
        error="The date the allocation ended must be on or after",
        changes=lambda w: Allocation.objects.get(pk=w.allocation.pk).end_reason == "LEFTRL",
        stranger="todd",
        powerless="amy",
    ),
    Page(
        "children:handover",
        "amy",
        about=lambda w: [w.child.reference],
        sends=lambda w: {"allocation": w.allocation.pk, "handover": "She sleeps with the light on."},
        wrong={"handover": ""},
        error="Enter the handover note",
        changes=lambda w: Allocation.objects.get(pk=w.allocation.pk).handover == "She sleeps with the light on.",
    ),
    Page(
        "children:why_this_worker",
        "tom",
        about=lambda w: [w.child.reference],
        sends=lambda w: {"allocation": w.allocation.pk, "why_this_worker": "The child asked for her."},
        wrong={"why_this_worker": ""},
        error="Enter the reasons for this worker",
        changes=lambda w: Allocation.objects.get(pk=w.allocation.pk).why_this_worker == "The child asked for her.",
        stranger="todd",
        powerless="amy",
    ),
    Page(
        "children:case_supervision",
        "tom",
        about=lambda w: [w.child.reference],
        sends=lambda w: (
            sent("held_on", ago(1)) | {"worker": w.cast.amy.pk, "reflection": "What is it like there?", "agreed": "Go."}
        ),
        wrong=lambda: sent("held_on", ago(-1)),
        error="The date of the supervision must be today or in the past",
        writes=CaseSupervision,
        stranger="todd",
        powerless="amy",
    ),
    Page(
        "children:decide",
        "dee",
        about=lambda w: [w.child.reference],
        sends=lambda w: (
            sent("decided_on", ago(1))
            | {
                "kind": "funding",
                "what": "Four weeks more.",
                "why": "She stays.",
                "decider": w.cast.dee.pk,
                "consulted": "The panel.",
            }
        ),
        wrong={"why": ""},
        error="Enter why it was decided",
        writes=Decision,
        powerless="lola",
    ),
    Page(
        "placements:start",
        "amy",
        about=lambda w: [w.at_home.reference],
        sends=lambda w: place("started_on", ago(0)),
        wrong={"basis": "emergency"},
        error="Enter the time the child arrived: the first 48 hours are counted from it",
        writes=Placement,
    ),
    Page(
        "placements:move",
        "amy",
        about=lambda w: [w.placement.pk],
        sends=lambda w: place("moved_on", ago(1), end_reason="LAREQ", basis="emergency", started_at="14:30"),
        wrong={"type": "K2"},
        error="Select the home. If it is not in the list, record it first",
        writes=Placement,
    ),
    Page(
        "placements:end",
        "amy",
        about=lambda w: [w.placement.pk],
        sends=lambda w: sent("ended_on", ago(1)) | {"end_reason": "CLOSE"},
        wrong=lambda: sent("ended_on", ago(31)),
        error="The date the placement ended must be on or after",
        changes=lambda w: Placement.objects.get(pk=w.placement.pk).ended_on == ago(1),
    ),
    Page(
        "placements:call_off",
        "amy",
        about=lambda w: [w.planned.pk],
        sends=lambda w: {"why": "The carer fell ill."},
        wrong={"why": ""},
        error="Enter why it is called off",
        changes=lambda w: Placement.objects.get(pk=w.planned.pk).ended_on is not None,
    ),
    Page(
        "placements:take_on",
        "amy",
        about=lambda w: [w.returned.pk],
        sends=lambda w: sent("followed_from", ago(0)) | {"home": w.home.pk},
        wrong=lambda: sent("followed_from", ago(101)),
        error="The date its records begin here must be on or after",
        changes=lambda w: Placement.objects.get(pk=w.returned.pk).followed_from == today(),
    ),
    Page(
        "placements:correct",
        "amy",
        about=lambda w: [w.placement.pk],
        sends=lambda w: {
            "type": w.placement.type,
            "basis": "emergency",
            "started_at": "02:30",
            "until_18": "yes",
            "reason": "Misread.",
        },
        wrong={"reason": " "},
        error="Enter why it is corrected, and how you know",
        changes=lambda w: Placement.objects.get(pk=w.placement.pk).until_18,
    ),
    Page(
        "placements:where",
        "amy",
        about=lambda w: [w.returned.pk],
        sends=lambda w: {"home": w.home.pk},
        wrong={"home": "999999"},
        error="Select the home from the list",
        changes=lambda w: Placement.objects.get(pk=w.returned.pk).home == w.home,
    ),
    Page(
        "placements:appoint_manager",
        "amy",
        about=lambda w: [w.unmanaged.pk],
        sends=lambda w: {"name": "Maya Redstart"} | sent("started_at", ago(2), "09:00"),
        wrong={"name": "No manager"},
        error="it cannot be waived",
        writes=ManagerPost,
    ),
    Page(
        "placements:end_manager",
        "amy",
        about=lambda w: [w.post.pk],
        sends=lambda w: {"end_reason": "Left."} | sent("ended_at", ago(2), "09:00"),
        wrong=lambda: sent("ended_at", ago(25), "09:00"),
        error="The time the post ended must be after it started",
        changes=lambda w: ManagerPost.objects.get(pk=w.post.pk).ended_at == at(ago(2), 9),
    ),
    Page(
        "placements:withdraw_manager",
        "tom",
        about=lambda w: [w.post.pk],
        sends=lambda w: {"reason": "Nobody of this name works there."},
        wrong={"reason": " "},
        error="Enter why it was recorded in error",
        changes=lambda w: not ManagerPost.objects.held().filter(pk=w.post.pk).exists(),
    ),
    Page(
        "placements:dol_order",
        "lola",
        about=lambda w: [w.child.reference],
        sends=lambda w: (
            {"restrictions": "Two staff."}
            | sent("made_on", ago(1))
            | sent("starts_on", ago(1))
            | sent("expires_on", ago(-90))
        ),
        wrong=lambda: sent("expires_on", ago(-400)),
        error="12 months is the most",
        writes=DolOrder,
    ),
    Page(
        "placements:discharge_order",
        "amy",
        about=lambda w: [w.order.pk],
        sends=lambda w: {"discharge_reason": "Safe."} | sent("discharged_on", ago(1)),
        wrong=lambda: sent("discharged_on", ago(31)),
        error="The date the order was discharged must be on or after",
        changes=lambda w: DolOrder.objects.get(pk=w.order.pk).discharged_on == ago(1),
    ),
    Page(
        "placements:add_home",
        "carl",
        sends=lambda w: {"name": "Rowan", "new_provider": "Tall Trees", "address": "1 Lane", "postcode": "ZZ1 1AA"},
        wrong={"new_provider": ""},
        error="Enter the name of the provider, or select one from the list",
        writes=Home,
        stranger="",
        powerless="ines",
    ),
    Page(
        "placements:describe_home",
        "amy",
        about=lambda w: [w.home.pk],
        sends=lambda w: {"name": "Rowan", "address": "1 Lane", "postcode": "zz11aa", "urn": "SC9"},
        wrong={"postcode": "nowhere at all"},
        error="Postcode must be 10 characters or fewer",
        changes=lambda w: Home.objects.get(pk=w.home.pk).postcode == "ZZ1 1AA",
        powerless="ines",
    ),
    Page(
        "placements:registration",
        "carl",
        about=lambda w: [w.home.pk],
        sends=lambda w: (
            {"status": "registered", "regulator": "ofsted", "registered_for": "childrens_home", "evidence": "Seen."}
            | sent("started_on", ago(1))
        ),
        wrong={"regulator": ""},
        error="Select who registered it",
        writes=Registration,
        powerless="ines",
    ),
    Page(
        "placements:authorise",
        "dora",
        about=lambda w: [w.placement.pk],
        sends=lambda w: (
            {"reasons": "None found.", "alternatives": "41 asked.", "steps": "Applying."}
            | sent("expires_at", ago(-3), "12:00")
        ),
        wrong=lambda: sent("expires_at", ago(1), "12:00"),
        error="The expiry must be in the future",
        writes=UnregisteredAuthorisation,
        stranger="duncan",
        powerless="dee",
    ),
]


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def told(request):
    return request.param


@pytest.fixture
def address(told, world):
    if told.name == "placements:start":  # she has to be looked after to be placed
        CareEpisode.objects.create(child=world.at_home, started_on=ago(5), need="N1")
    if told.name == "placements:dol_order":
        world.cast.allocate(world.child, world.cast.lola, part="legal", since=ago(10))
    return reverse(told.name, args=told.about(world))


def written():
    """How many rows history and the finished notes hold: whatever is written anywhere makes it grow."""
    kept = [m for m in apps.get_models() if m.__name__.startswith("Historical") or getattr(m, "insert_only", False)]
    return {m.__name__: m.objects.count() for m in kept if m.__name__ not in ("Refusal", "FileRead")}


def typed(client, who, address, data):
    client.force_login(who)
    return client.post(address, data)


def test_it_works(client, world, told, address):
    who = getattr(world.cast, told.who)
    client.force_login(who)
    shown = client.get(address)
    assert shown.status_code == 200
    assert b"<h1" in shown.content
    before = told.writes.objects.count() if told.writes else 0
    response = client.post(address, told.sends(world))
    assert response.status_code == 302, response.context["form"].errors
    assert response.url.startswith(("/children/", "/placements/", "/homes/"))
    if told.writes:
        assert told.writes.objects.count() == before + 1
        record = told.writes.objects.latest("pk")
        if hasattr(record, "history"):
            assert record.history.first().history_user == who
    if told.changes:
        assert told.changes(world)
    assert not Draft.objects.exists()


def test_nobody_else_gets_in(client, world, told, address):
    """Somebody not signed in is asked to; a stranger is told nothing; a colleague without the power is refused."""
    others = [(told.stranger, 404), (told.powerless, 403)]
    people = [(getattr(world.cast, who), status) for who, status in others if who]
    before = written()
    response = client.get(address)
    assert response.status_code == 302
    assert response.url.startswith(reverse("core:sign_in"))
    for person, status in people:
        client.force_login(person)
        assert client.get(address).status_code == status
        assert client.post(address, told.sends(world)).status_code == status
    assert written() == before


def test_what_is_wrong_is_said_where_it_is_and_nothing_is_lost(client, world, told, address):
    wrong = told.wrong() if callable(told.wrong) else told.wrong
    data = told.sends(world) | wrong
    before = written()
    response = typed(client, getattr(world.cast, told.who), address, data)
    assert response.status_code == 422
    body = response.content.decode()
    assert "There is a problem" in body
    assert told.error in response.context["form"].errors.as_text(), response.context["form"].errors
    assert written() == before
    for name, value in data.items():
        kept = response.context["form"].data.get(name)
        assert kept == str(value)
        if isinstance(value, str) and len(value) > 6:
            assert value in body
    nothing = client.post(address, {})
    assert nothing.status_code == 422
    errors = nothing.context["form"].errors
    assert errors
    assert all(not text.startswith("This field") for texts in errors.values() for text in texts)
    assert written() == before


# --- what single pages do besides -------------------------------------------------------------------------------------


def test_a_refusal_shows_what_would_make_it_lawful_and_keeps_the_typing(client, world):
    cast = world.cast
    plan = place("moved_on", ago(-3), type="K2", home=str(world.home.pk), end_reason="LAREQ", why="Nothing else found.")
    response = typed(client, cast.amy, reverse("placements:move", args=[world.placement.pk]), plan)
    body = response.content.decode()
    assert response.status_code == 422
    assert "regulation 27A" in body
    assert "Find a place with a foster carer" in body
    assert "Nothing else found." in body
    assert Refusal.objects.get().code == "LEG-04-PLAN"


def test_a_conflict_is_409_and_keeps_the_typing(client, world):
    decided = {"part": "social_worker", "worker": world.cast.ben.pk} | sent("started_on", ago(1))
    response = typed(client, world.cast.tom, reverse("children:allocate", args=[world.child.reference]), decided)
    assert response.status_code == 409
    assert "End theirs first" in response.content.decode()
    assert response.context["form"].data["worker"] == str(world.cast.ben.pk)


def test_a_megabyte_in_a_note_comes_back_with_an_error(client, world):
    data = {"what": "x" * 1_000_000, "why": "y", "decided_by": "z", "by_what_authority": "z"} | sent(
        "decided_on", ago(1)
    )
    response = typed(client, world.cast.amy, reverse("children:decide", args=[world.child.reference]), data)
    assert response.status_code == 422
    assert "10,000 characters or fewer" in response.context["form"].errors["what"][0]
    assert len(response.context["form"].data["what"]) == 1_000_000


def test_an_unfinished_form_waits_as_a_draft(client, world):
    address = reverse("placements:move", args=[world.placement.pk])
    client.force_login(world.cast.amy)
    assert client.post(address, {"why": "Half a thought", "save_draft": "yes"}).status_code == 302
    assert "Half a thought" in client.get(address).content.decode()
    client.force_login(world.cast.tom)
    assert "Half a thought" not in client.get(address).content.decode()


def test_ending_what_has_not_begun_leads_to_calling_it_off(client, world):
    client.force_login(world.cast.amy)
    response = client.get(reverse("placements:end", args=[world.planned.pk]))
    assert (response.status_code, response.url) == (302, reverse("placements:call_off", args=[world.planned.pk]))


def test_an_hour_typed_for_an_emergency_and_then_hidden_is_left_out(client, world):
    data = place("moved_on", ago(1), end_reason="LAREQ", basis="planned", started_at="14:30")
    assert typed(client, world.cast.amy, reverse("placements:move", args=[world.placement.pk]), data).status_code == 302
    assert Placement.objects.get(child=world.child, started_on=ago(1)).started_at is None


def test_choices_hold_only_what_this_person_may_use(client, world):
    cast = world.cast
    elsewhere = cast.home(authority=cast.south, name="Far House")
    cast.ben.is_active = False
    cast.ben.save()
    client.force_login(cast.tom)
    homes = client.get(reverse("placements:move", args=[world.placement.pk])).context["form"].fields["home"].queryset
    assert world.home in homes
    assert elsewhere not in homes
    workers = client.get(reverse("children:allocate", args=[world.child.reference])).context["form"].fields["worker"]
    assert cast.amy in workers.queryset
    for nobody in (cast.ben, cast.zoe, cast.sam, cast.dee):
        assert nobody not in workers.queryset


def test_a_head_of_service_says_which_team_is_responsible(client, world):
    cast = world.cast
    client.force_login(cast.hana)
    teams = client.get(reverse("children:add")).context["form"].fields["team"].queryset
    assert set(teams) == {cast.team, cast.service}
    client.force_login(cast.amy)
    assert "team" not in client.get(reverse("children:add")).context["form"].fields


# --- homes ------------------------------------------------------------------------------------------------------------


def test_homes_are_seen_by_their_own_council(client, world):
    cast = world.cast
    for who, sees in ((cast.carl, True), (cast.amy, True), (cast.dee, True), (cast.zoe, False)):
        client.force_login(who)
        if who != cast.dee:
            body = client.get(reverse("placements:homes")).content.decode()
            assert (world.home.name in body) is sees
        assert client.get(reverse("placements:home", args=[world.home.pk])).status_code == (200 if sees else 404)
    for who in (cast.ines, cast.dee):
        client.force_login(who)
        assert client.get(reverse("placements:homes")).status_code == 403
    client.force_login(cast.ines)
    assert client.get(reverse("placements:home", args=[world.home.pk])).status_code == 404


def test_an_address_is_shown_only_to_those_who_see_a_child_there(client, world):
    cast = world.cast
    Home.objects.filter(pk=world.home.pk).update(address="5 Quiet Lane", postcode="ZZ9 9ZZ")
    address = reverse("placements:home", args=[world.home.pk])
    client.force_login(cast.amy)
    body = client.get(address).content.decode()
    assert "5 Quiet Lane" in body
    assert str(world.child) in body
    other = cast.person("una", "Una Knot", "social_worker", team=None)
    client.force_login(other)
    body = client.get(address).content.decode()
    assert "Not registered" in body
    for page in (address, reverse("placements:describe_home", args=[world.home.pk])):
        body = client.get(page).content.decode()
        assert world.home.name in body
        for secret in ("5 Quiet Lane", "ZZ9 9ZZ", str(world.child)):
            assert secret not in body


def test_the_number_of_queries_does_not_grow_with_the_homes(client, world):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("placements:homes")).status_code == 200
        return len(captured)

    client.force_login(world.cast.carl)
    queries()  # the first page of a session writes when it began
    few = queries()
    for number in range(15):
        world.cast.home(name=f"House {number}")
    assert queries() == few < 10
