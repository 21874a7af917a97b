"""The pages of the shift as worked: each works, keeps strangers out, says what is wrong, and asks little of the database."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import FileRead
from core import clock
from placements.models import ProviderPost
from staffing.models import AwakeCheck, Handover, LogCause, Presence, Shift, ShiftReview, StaffingPlan, StandDown
from tests.cast import at


def now():
    return clock.now()


def today():
    return clock.local_date(now())


class World:
    """A shift that goes on now, one that is long over, and who is on them."""

    def __init__(self, cast):
        self.cast = cast
        self.placement = cast.placement(cast.child(), today() - dt.timedelta(days=40), home=cast.home())
        self.corin = cast.carer(checked=today() - dt.timedelta(days=90))
        self.lane = cast.carer("Sedge", forename="Lane", checked=today() - dt.timedelta(days=90))
        cast.supplies(self.placement)
        self.shift = self.shift_of(-3, 9)
        self.over = self.shift_of(-62, -50)
        cast.puts(self.lane, self.shift)
        self.presence = self.there(self.corin, self.shift, -2)
        self.there(self.corin, self.over, -62, until=-50)

    def shift_of(self, since, until, **fields):
        return Shift.objects.create(
            placement=self.placement, kind="waking_night", drafted_by=self.cast.amy, published_by=self.cast.amy,
            published_at=self.hour(-90), starts_at=self.hour(since), ends_at=self.hour(until), **fields,
        )  # fmt: skip

    def hour(self, hours):
        return now().replace(second=0, microsecond=0) + dt.timedelta(hours=hours)

    def there(self, carer, shift, since, until=None, **fields):
        ends_at = None if until is None else self.hour(until)
        fields = {"carer": carer, "recorded_by": self.cast.priya} | fields
        return Presence.objects.create(shift=shift, starts_at=self.hour(since), ends_at=ends_at, **fields)


@pytest.fixture
def world(cast):
    return World(cast)


def when(name, moment):
    local = moment.astimezone(clock.LONDON)
    return {
        f"{name}_day": str(local.day), f"{name}_month": str(local.month), f"{name}_year": str(local.year),
        f"{name}_time": f"{local:%H:%M}",
    }  # fmt: skip


@dataclass(frozen=True)
class Page:
    name: str
    about: str
    writes: type
    sends: object
    wrong: dict = field(default_factory=dict)
    error: str = ""
    who: str = "priya"
    powerless: str = "carl"


PAGES = [
    Page("sign_on", "shift", Presence, lambda w: {"carer": w.lane.pk, "where": "car", "when": "now"},
         {"where": "moon"}, "Select where they are from the list"),
    Page("visitor", "shift", Presence, lambda w: {"name": "A grandmother", "when": "now"},
         {"name": ""}, "Enter the visitor’s name"),
    Page("move", "presence", Presence, lambda w: {"where": "car", "when": "now"},
         {"where": "inside"}, "They are there already"),
    Page("sign_off", "presence", Presence.history.model, lambda w: {"when": "now"},
         {"when": "earlier", "ends_at": ""}, "Enter the time, like 21:40"),
    Page("put_right", "presence", Presence.history.model,
         lambda w: {"where": "outside", "why": "A slip."} | when("starts_at", w.hour(-1)),
         {"why": ""}, "Enter what was wrong"),
    Page("awake", "shift", AwakeCheck, lambda w: {f"carer_{w.corin.pk}": "asleep", "witnessed_by": "Priya", "when": "now"},
         {"witnessed_by": ""}, "Enter who looked"),
    Page("hand_over", "shift", Handover, lambda w: {"to": "Lane Sedge", "text": "She slept from ten.", "when": "now"},
         {"to": ""}, "Enter who received it"),
    Page("log_cause", "over", LogCause, lambda w: {"cause": "nobody", "explanation": "All from an agency."},
         {"cause": "dog"}, "Select why there is no log from the list"),
    Page("unplanned_shift", "placement", Shift,
         lambda w: {"kind": "day"} | when("starts_at", w.hour(-1)) | when("ends_at", w.hour(3)),
         {"kind": "lunch"}, "Select the kind of shift from the list"),
    Page("review_shifts", "placement", ShiftReview, lambda w: {"shifts": [w.over.pk], "found": "Nobody led.", "done": "A leader is named."},
         {"found": ""}, "Enter what you found", who="amy", powerless="priya"),
]  # fmt: skip


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def told(request):
    return request.param


@pytest.fixture
def address(told, world):
    return reverse(f"staffing:{told.name}", args=[getattr(world, told.about).pk])


def test_it_works(client, world, told, address):
    client.force_login(getattr(world.cast, told.who))
    shown = client.get(address)
    assert shown.status_code == 200
    assert shown.content.decode().count("<h1") == 1
    before = told.writes.objects.count()
    response = client.post(address, told.sends(world))
    assert response.status_code == 302, response.context["form"].errors
    assert told.writes.objects.count() == before + 1
    assert client.get(response.url).status_code == 200


def test_nobody_else_gets_in(client, world, told, address):
    for who, status in (("zoe", 404), (told.powerless, 403)):
        client.force_login(getattr(world.cast, who))
        assert client.get(address).status_code == status
        assert client.post(address, told.sends(world)).status_code == status
    other = world.cast.person("omar", "Omar Dipper", "shift_leader", at_provider=True)
    client.force_login(other)
    assert client.get(address).status_code in ((404,) if told.who == "priya" else (403,))


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, world, told, address):
    client.force_login(getattr(world.cast, told.who))
    before = told.writes.objects.count()
    data = told.sends(world) | told.wrong
    response = client.post(address, data)
    assert response.status_code == 422
    body = response.content.decode()
    assert "There is a problem" in body
    assert told.error in response.context["form"].errors.as_text()
    for value in data.values():
        if isinstance(value, str) and len(value) > 8:
            assert value in body
    assert client.post(address, {}).status_code == 422
    assert told.writes.objects.count() == before


# --- the shift's page -------------------------------------------------------------------------------------------------


def page_of(client, shift, who):
    client.force_login(who)
    return client.get(reverse("staffing:worked", args=[shift.pk])).content.decode()


def plan(world, number):
    StaffingPlan.objects.create(
        placement=world.placement, effective_from=at(world.placement.started_on), by_day=number, by_night=number,
        source="Plan", why="x", recorded_by=world.cast.amy,
    )  # fmt: skip


def test_planned_stands_beside_actual(client, world):
    plan(world, 2)
    body = page_of(client, world.shift, world.cast.priya)
    assert "1 inside now" in body
    assert "1 too few" in body
    assert "On the rota and not signed on: 1" in body
    assert "Not on the rota" in body
    assert "Tideway Nursing" in body
    assert FileRead.objects.get().page == "shift"


def test_one_tap_signs_on_whoever_was_planned(client, world):
    plan(world, 2)
    body = page_of(client, world.shift, world.cast.priya)
    assert f'name="carer" value="{world.lane.pk}"' in body
    client.post(
        reverse("staffing:sign_on", args=[world.shift.pk]), {"carer": world.lane.pk, "where": "inside", "when": "now"}
    )
    assert "2 inside now" in page_of(client, world.shift, world.cast.priya)


def test_somebody_asleep_is_said_plainly_with_what_must_follow(client, world):
    client.force_login(world.cast.priya)
    sent = {f"carer_{world.corin.pk}": "asleep", "witnessed_by": "Priya Lark", "when": "now"}
    client.post(reverse("staffing:awake", args=[world.shift.pk]), sent)
    body = page_of(client, world.shift, world.cast.priya)
    assert "Corin Reed was seen asleep at" in body
    assert reverse("staffing:stand_down_carer", args=[world.corin.pk]) in body
    assert "within one working day" in body
    StandDown.objects.create(carer=world.corin, starts_at=now())
    body = page_of(client, world.shift, world.cast.priya)
    assert "They are stood down" in body
    assert "Must not be deployed" in body


def test_somebody_known_by_name_alone_is_in_the_check_and_found_asleep(client, world):
    start = world.shift.starts_at
    row = Presence.objects.create(shift=world.shift, name="Joan Pike", starts_at=start, recorded_by=world.cast.priya)
    client.force_login(world.cast.priya)
    address = reverse("staffing:awake", args=[world.shift.pk])
    assert "Joan Pike (not on record)" in client.get(address).content.decode()
    sent = {f"name_{row.pk}": "asleep", f"carer_{world.corin.pk}": "not_seen", "witnessed_by": "Priya", "when": "now"}
    assert client.post(address, sent).status_code == 302
    assert AwakeCheck.objects.get().name == "Joan Pike"
    shown = client.get(reverse("staffing:worked", args=[world.shift.pk])).content.decode()
    assert "Joan Pike was seen asleep" in shown
    assert "Asleep when last seen" in shown
    assert "1 inside now" in shown
    assert reverse("lado:refer") in shown


def test_a_log_that_is_missing_asks_why_and_shows_the_answer(client, world):
    assert "Say why there is no log" in page_of(client, world.over, world.cast.priya)
    LogCause.objects.create(
        shift=world.over, cause="on_paper", explanation="In the office.", recorded_by=world.cast.priya
    )
    body = page_of(client, world.over, world.cast.amy)
    assert "Log missing" in body
    assert "In the office." in body
    assert "Say why there is no log" not in body


@pytest.mark.parametrize(("who", "status"), [
    ("amy", 200), ("tom", 200), ("priya", 200), ("paul", 200), ("carl", 200), ("sal", 200), ("zoe", 404), ("lee", 403), ("ava", 403),
])  # fmt: skip
def test_who_sees_a_shift(client, world, who, status):
    client.force_login(getattr(world.cast, who))
    response = client.get(reverse("staffing:worked", args=[world.shift.pk]))
    assert response.status_code == status
    if who == "carl":
        assert b"Awake check</a>" not in response.content
        assert b"Sign on now" not in response.content


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_pages_take_the_same_queries_however_much_there_is(client, world):
    client.force_login(world.cast.amy)
    pages = {
        reverse("staffing:worked", args=[world.shift.pk]): 24,
        reverse("staffing:review_shifts", args=[world.placement.pk]): 24,
        reverse("staffing:today"): 20,
    }
    before = {address: queries(client, address) for address in pages}
    for number in range(6):
        carer = world.cast.carer(f"Reed{number}", checked=today() - dt.timedelta(days=30))
        world.there(carer, world.shift, -2)
        world.there(None, world.shift_of(-100 - 13 * number, -90 - 13 * number), -99 - 13 * number, name="Somebody")
        AwakeCheck.objects.create(
            shift=world.shift,
            carer=carer,
            checked_at=now(),
            state="asleep",
            witnessed_by="P",
            recorded_by=world.cast.priya,
        )
    for address, most in pages.items():
        assert queries(client, address) == before[address] <= most


# --- today ------------------------------------------------------------------------------------------------------------


def test_todays_shifts_of_those_one_answers_for(client, world):
    address = reverse("staffing:today")
    client.force_login(world.cast.priya)
    body = client.get(address).content.decode()
    assert reverse("staffing:worked", args=[world.shift.pk]) in body
    assert reverse("staffing:worked", args=[world.over.pk]) not in body
    assert "1 inside now" in body
    assert address in client.get("/", follow=True).content.decode(), "in the navigation"
    for who, status in (("zoe", 200), ("carl", 403), ("lee", 403)):
        client.force_login(getattr(world.cast, who))
        response = client.get(address)
        assert response.status_code == status
        assert str(world.placement.child.called) not in response.content.decode()


def test_a_provider_sees_a_placement_without_a_rota_so_as_to_record_what_is_worked(client, world):
    Shift.objects.filter(pk=world.shift.pk).update(cancelled_at=now(), cancelled_why="x")
    client.force_login(world.cast.priya)
    body = client.get(reverse("staffing:today")).content.decode()
    assert "No shift on the rota today" in body
    ProviderPost.objects.filter(person=world.cast.priya).update(ended_on=today())
    assert "No shift on the rota today" not in client.get(reverse("staffing:today")).content.decode()


# --- the review -------------------------------------------------------------------------------------------------------


def test_the_review_lists_what_went_wrong_until_somebody_looked_into_it(client, world):
    client.force_login(world.cast.amy)
    address = reverse("staffing:review_shifts", args=[world.placement.pk])
    body = client.get(address).content.decode()
    assert "No shift leader was named" in body
    waiting = [shift.pk for shift in client.get(address).context["form"].fields["shifts"].queryset]
    assert waiting == [world.shift.pk, world.over.pk]
    sent = {"shifts": waiting, "found": "Nobody led.", "done": "A leader is named."}
    assert client.post(address, sent).status_code == 302
    body = client.get(address).content.decode()
    assert "Nothing is waiting to be reviewed" in body
    assert "A leader is named." in body
    assert client.post(address, sent).status_code == 422, "reviewed already"


def test_only_four_weeks_are_listed(client, world):
    old = world.shift_of(-28 * 24 - 1, -28 * 24 + 5)
    recent = world.shift_of(-27 * 24, -27 * 24 + 5)
    client.force_login(world.cast.amy)
    form = client.get(reverse("staffing:review_shifts", args=[world.placement.pk])).context["form"]
    shown = set(form.fields["shifts"].queryset)
    assert recent in shown
    assert old not in shown


# --- times ------------------------------------------------------------------------------------------------------------


def typed_at(shift, time, as_of, **fields):
    from staffing.forms.worked import SignOff

    form = SignOff({"when": "earlier", "ends_at": time} | fields, shift=shift, as_of=as_of)
    return form.cleaned_data["ends_at"] if form.is_valid() else form.errors["ends_at"][0]


def test_a_time_of_day_is_of_the_night_it_was_typed_in(cast):
    day = dt.date(2026, 3, 10)
    next_day = dt.date(2026, 3, 11)
    shift = Shift(kind="waking_night", starts_at=at(day, 20), ends_at=at(next_day, 8))
    assert typed_at(shift, "23:30", at(next_day, 2)) == at(day, 23, 30)
    assert typed_at(shift, "1.15am", at(next_day, 2)) == at(next_day, 1, 15)
    assert typed_at(shift, "8:10", at(next_day, 9)) == at(next_day, 8, 10)
    assert typed_at(shift, "21:00", at(day, 20, 30)) == "The time cannot be in the future"
    assert "must be a time of day" in typed_at(shift, "late", at(next_day, 2))


def test_the_hour_that_comes_twice_belongs_to_the_night(cast):
    day = dt.date(2026, 10, 24)
    shift = Shift(kind="waking_night", starts_at=at(day, 20), ends_at=at(day + dt.timedelta(days=1), 8))
    found = typed_at(shift, "1:30", at(day + dt.timedelta(days=1), 8))
    assert found.astimezone(clock.LONDON).date() == day + dt.timedelta(days=1)
