"""Who may do what, and to whom: every address, every role, every scope, on every day."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import URLPattern, get_resolver, reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from children.models import Allocation, CareEpisode, Child, Decision, LegalStatus
from core import clock
from core.access import PROVIDER_ROLES, PUBLIC, ROLES, SIGNED_IN, Permission, Role, Scope
from core.middleware import DeclaredAccess
from core.models import Authority, Protected, Team, User
from exchange.models import ImportProblem, ImportRun, ReturnEpisode
from oversight.models import Flag, FlagAnswer
from placements.models import (
    Addition,
    DailyLog,
    DolOrder,
    Home,
    ManagerPost,
    Placement,
    ProviderPost,
    Registration,
    UnregisteredAuthorisation,
    Visit,
)
from tests.cast import at

TODAY = clock.local_date(clock.now())  # the database decides who sees what today, so these tests live today
LONG_AGO = TODAY - dt.timedelta(days=200)
DAY = dt.timedelta(days=1)


# --- every address ------------------------------------------------------------------------------------------------


def _patterns(resolver, names=()):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join([*names, pattern.name or ""]), pattern
        else:
            yield from _patterns(pattern, [*names, pattern.namespace] if pattern.namespace else names)


PAGES = dict(_patterns(get_resolver()))
PLAIN = [name for name, pattern in PAGES.items() if not pattern.pattern.converters]
PUBLIC_PAGES = {
    "healthz",
    "readyz",
    "core:sign_in",
    "core:sign_out",
    "core:signed_out",
    "core:forgotten",
    "core:choose_password",
    "core:hidden",
    "core:accessibility",
}


def address(name, value="1"):
    return reverse(name, kwargs=dict.fromkeys(PAGES[name].pattern.converters, value))


def test_every_address_has_a_name_of_its_own():
    assert len(PAGES) == len(list(_patterns(get_resolver())))
    assert all(name.rpartition(":")[2] for name in PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_view_says_who_may_use_it(name):
    declared = getattr(PAGES[name].callback, "access", None)
    assert declared in {PUBLIC, SIGNED_IN, *Permission}
    assert (declared == PUBLIC) == (name in PUBLIC_PAGES)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in PUBLIC_PAGES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(client, db, name, method):
    response = getattr(client, method)(
        address(name, value="C123456789" if "reference" in str(PAGES[name].pattern) else "1")
    )
    assert response.status_code == 302
    assert response.url.startswith("/sign-in/?next=")


def test_a_view_that_declares_nothing_is_refused(rf, cast):
    request = rf.get("/")
    request.user = cast.dora

    def view(request):
        raise AssertionError("it was shown")

    with pytest.raises(PermissionDenied):
        DeclaredAccess(view).process_view(request, view, (), {})


NORTHS = {
    Role.SOCIAL_WORKER: "amy",
    Role.TEAM_MANAGER: "tom",
    Role.HEAD_OF_SERVICE: "hana",
    Role.COMMISSIONER: "carl",
    Role.IRO: "ines",
    Role.LADO: "lee",
    Role.SAFEGUARDING_LEAD: "sal",
    Role.DIRECTOR: "dee",
    Role.DCS: "dora",
    Role.LEGAL: "lola",
    Role.PROVIDER_MANAGER: "paul",
    Role.SHIFT_LEADER: "priya",
    Role.PARTNER: "greta",
    Role.ADVOCATE: "ava",
    Role.SCRUTINEER: "nina",
    Role.SYSTEM_ADMINISTRATOR: "sam",
}


@pytest.mark.parametrize("role", Role)
def test_a_role_without_the_permission_is_refused_every_such_address(client, cast, role):
    """Whether or not the record is there, and whether she looks or sends."""
    user = getattr(cast, NORTHS[role])
    assert user.role == role
    client.force_login(user)
    for name, pattern in PAGES.items():
        needed = pattern.callback.access
        if isinstance(needed, Permission) and needed not in ROLES[role].may:
            for method in (client.get, client.post):
                assert method(address(name)).status_code == 403, name


# --- every record of another's ------------------------------------------------------------------------------------


@pytest.fixture
def world(cast):
    """One of everything about one child of North's, in a placement of the provider's that lasts today."""
    child = cast.child(since=LONG_AGO)
    home = cast.home(status=Registration.Status.NOT_REGISTERED)
    placement = cast.placement(child, LONG_AGO, home=home)
    allocation = child.allocations.get()
    for part, key in (("iro", "ines"), ("legal", "lola"), ("advocate", "ava"), ("partner", "greta")):
        cast.allocate(child, getattr(cast, key), part=part, since=LONG_AGO)
    manager = cast.manager(placement, at(LONG_AGO))
    order = cast.dol_order(child, LONG_AGO)
    visit = Visit.objects.create(
        placement=placement,
        occurred_at=at(LONG_AGO + DAY),
        outcome="seen_alone",
        announced=True,
        visitor="Amy Sparrow",
        capacity="social_worker",
        place="The home",
        recorded_by=cast.amy,
    )
    log = DailyLog.objects.create(
        placement=placement,
        covers_from=clock.start_of(LONG_AGO),
        covers_until=clock.end_of(LONG_AGO),
        occurred_at=at(LONG_AGO, 20),
        how_she_was="Quiet",
        day="Drew",
        author=cast.priya,
        late=False,
    )
    Addition.objects.create(visit=visit, kind="addendum", text="More", by=cast.amy)
    log_addition = Addition.objects.create(log=log, kind="addendum", text="More", by=cast.priya)
    Decision.objects.create(
        child=child, decided_on=LONG_AGO, what="W", why="Y", decided_by="T", by_what_authority="P", recorded_by=cast.amy
    )
    UnregisteredAuthorisation.objects.create(
        placement=placement,
        authorised_by=cast.dora,
        authorised_at=at(LONG_AGO),
        expires_at=at(LONG_AGO + 5 * DAY),
        reasons="R",
        alternatives="A",
        steps="S",
    )
    flag = Flag.objects.create(
        rule="VIS-02",
        severity="red",
        authority=cast.north,
        child=child,
        placement=placement,
        due_at=at(LONG_AGO + 60 * DAY),
        raised_at=at(LONG_AGO + 60 * DAY),
        owner_role=Role.SOCIAL_WORKER,
        owner=cast.amy,
    )
    FlagAnswer.objects.create(flag=flag, by=cast.amy, doing="D", by_when=TODAY, answered_at=at(LONG_AGO + 61 * DAY))
    run = ImportRun.objects.create(authority=cast.north, by=cast.dee, requested_at=at(LONG_AGO), state="done")
    ImportProblem.objects.create(import_run=run, code="X", message="M")
    row = ReturnEpisode.objects.create(
        authority=cast.north, child_number="7", decom=LONG_AGO, year=2020, given={}, state="quarantined", reason="R"
    )
    cast.child_, cast.placement_ = child, placement
    cast.log_addition = log_addition
    cast.records = {
        "reference": child.reference,
        "placement": placement.pk,
        "allocation": allocation.pk,
        "manager": manager.pk,
        "order": order.pk,
        "home": home.pk,
        "visit": visit.pk,
        "log": log.pk,
        "flag": flag.pk,
        "import": run.pk,
        "row": row.pk,
        "account": cast.amy.pk,
        "provider's person": cast.priya.pk,
    }
    return cast


# What the number in each address is the number of. A new page is added here, or the test below says so.
ABOUT = {
    "core:account_detail": "account",
    "core:change_account": "account",
    "core:deactivate": "account",
    "core:reactivate": "account",
    "core:reset": "account",
    "placements:provider_posts": "provider's person",
    "placements:end_provider_post": "provider's person",
    "children:end_allocation": "allocation",
    "placements:move": "placement",
    "placements:end": "placement",
    "placements:call_off": "placement",
    "placements:take_on": "placement",
    "placements:where": "placement",
    "placements:appoint_manager": "placement",
    "placements:authorise": "placement",
    "placements:visit": "placement",
    "placements:log": "placement",
    "dashboards:placement": "placement",
    "placements:end_manager": "manager",
    "placements:discharge_order": "order",
    "placements:home": "home",
    "placements:describe_home": "home",
    "placements:registration": "home",
    "placements:visit_detail": "visit",
    "placements:add_to_visit": "visit",
    "placements:log_detail": "log",
    "placements:add_to_log": "log",
    "oversight:flag": "flag",
    "exchange:import": "import",
    "exchange:problems": "import",
    "exchange:mend": "row",
    "exchange:set_aside": "row",
}
NOT_ABOUT_A_RECORD = {"core:draft", "core:choose_password"}
RECORD_PAGES = [name for name in PAGES if name not in PLAIN and name not in NOT_ABOUT_A_RECORD]


def record_address(name, records):
    if "reference" in PAGES[name].pattern.converters:
        return reverse(name, kwargs={"reference": records["reference"]})
    return reverse(name, kwargs={"pk": records[ABOUT[name]]})


def counterpart(world, role):
    """Somebody of this role in South or, where the role is a provider's, of another provider."""
    team = world.south_team if ROLES[role].scope in (Scope.TEAM, Scope.SERVICE) else None
    at_provider = role in PROVIDER_ROLES
    user = world.person(
        f"south-{role}", f"South {role}", role, team=team, authority=world.south, at_provider=at_provider
    )
    if at_provider:
        other, _ = type(world.provider).objects.get_or_create(name="Elsewhere Care")
        ProviderPost.objects.create(provider=other, person=user, authority=world.south, started_on=LONG_AGO)
    return user


def body(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


@pytest.mark.parametrize("role", Role)
def test_to_anothers_people_a_record_is_not_there(client, world, role):
    """404 for each address about it, word for word as for a record that never was, and nothing said of it."""
    client.force_login(counterpart(world, role))
    never = dict.fromkeys(world.records, 987_654_321) | {"reference": "CNEVERWAS00"}
    for name in RECORD_PAGES:
        if PAGES[name].callback.access not in {SIGNED_IN, *ROLES[role].may}:
            continue
        for method in (client.get, client.post):
            response, nothing = method(record_address(name, world.records)), method(record_address(name, never))
            if response.status_code == nothing.status_code == 405:
                continue
            assert (response.status_code, nothing.status_code) == (404, 404), name
            assert body(response) == body(nothing), name
            assert b"Meadow" not in response.content


def test_every_page_about_a_record_is_tried():
    by_reference = {name for name in RECORD_PAGES if "reference" in PAGES[name].pattern.converters}
    assert set(RECORD_PAGES) - by_reference == set(ABOUT)


@pytest.mark.parametrize("name", RECORD_PAGES)
def test_and_to_somebody_of_norths_it_is_there(client, world, name):
    """Else the test above would show nothing."""
    answers = set()
    for key in NORTHS.values():
        user = getattr(world, key)
        needed = PAGES[name].callback.access
        if needed == SIGNED_IN or user.can(needed):
            client.force_login(user)
            answers.add(client.get(record_address(name, world.records)).status_code)
    assert answers & {200, 302, 405}, answers


# --- every kind of record, every role -----------------------------------------------------------------------------

PROTECTED = [m for m in apps.get_models() if issubclass(m, Protected) and m not in (User, Team)]
FILE = {CareEpisode, LegalStatus, Allocation, Decision}  # and who read it
NOTES = {Visit, DolOrder}
OF_PLACEMENT = {Placement, ManagerPost, DailyLog, UnregisteredAuthorisation, Addition}
FLAGS = {Flag, FlagAnswer}
HOMES = {Home, Registration}
RETURNS = {ImportRun, ImportProblem, ReturnEpisode}
EVERY_FILE = {Child} | FILE | NOTES | OF_PLACEMENT

# Of the one child of `world`, what each role of North's sees. Greta, Ava, Ines and Lola are allocated to her.
SEES = {
    Role.SOCIAL_WORKER: EVERY_FILE | FLAGS | HOMES,
    Role.TEAM_MANAGER: EVERY_FILE | FLAGS | HOMES,
    Role.HEAD_OF_SERVICE: EVERY_FILE | FLAGS | HOMES | RETURNS,
    Role.COMMISSIONER: {Child} | FILE | OF_PLACEMENT | FLAGS | HOMES,
    Role.IRO: EVERY_FILE | FLAGS,
    Role.LADO: set(),
    Role.SAFEGUARDING_LEAD: EVERY_FILE | FLAGS | HOMES,
    Role.DIRECTOR: EVERY_FILE | FLAGS | HOMES | RETURNS,
    Role.DCS: EVERY_FILE | FLAGS | HOMES | RETURNS,
    Role.LEGAL: EVERY_FILE | FLAGS,
    Role.PROVIDER_MANAGER: {Child} | OF_PLACEMENT - {UnregisteredAuthorisation},
    Role.SHIFT_LEADER: {Child} | OF_PLACEMENT - {UnregisteredAuthorisation},
    Role.PARTNER: EVERY_FILE,
    Role.ADVOCATE: EVERY_FILE,
    Role.SCRUTINEER: set(),
    Role.SYSTEM_ADMINISTRATOR: set(),
}


@pytest.mark.parametrize("role", Role)
def test_what_each_role_sees_of_a_child_within_its_reach(world, role):
    user = getattr(world, NORTHS[role])
    seen = {model for model in PROTECTED if model.for_user(user).exists()}
    seen -= {m for m in PROTECTED if not m.objects.exists()}
    assert {m.__name__ for m in seen} == {m.__name__ for m in SEES[role]}


def test_providers_and_commissioners_see_no_addition_to_a_visit(world):
    for key in ("paul", "priya", "carl"):
        assert [a.pk for a in Addition.for_user(getattr(world, key))] == [world.log_addition.pk]


@pytest.mark.parametrize("role", Role)
def test_souths_people_see_nothing_of_norths(world, role):
    user = counterpart(world, role)
    for model in PROTECTED:
        assert not model.for_user(user).exists(), model.__name__


@pytest.mark.parametrize("role", Role)
def test_a_deactivated_account_and_a_stranger_see_nothing(world, role):
    from django.contrib.auth.models import AnonymousUser

    user = getattr(world, NORTHS[role])
    user.is_active = False
    for model in PROTECTED:
        assert not model.for_user(user).exists(), model.__name__
        assert not model.for_user(AnonymousUser()).exists(), model.__name__


def test_every_protected_record_was_tried(world):
    tried = {model for model in PROTECTED if model.objects.exists()}
    untried = {m.__name__ for m in PROTECTED} - {m.__name__ for m in tried}
    assert untried <= {"FileRead", "ImportFile", "ReturnChild"}, untried


# --- scopes: who reaches which children ---------------------------------------------------------------------------


def reached(user):
    return set(Child.for_user(user))


@pytest.fixture
def children(cast):
    """Three of North's, one of South's: hers, her team's, another team's, another council's."""
    other = Team.objects.create(authority=cast.north, name="Team 2", part_of=cast.service)
    apart = Team.objects.create(authority=cast.north, name="Disabled children’s team")
    return {
        "hers": cast.child(forename="A"),
        "team": cast.child(forename="B", worker=cast.ben),
        "service": cast.child(forename="C", team=other, worker=False),
        "apart": cast.child(forename="D", team=apart, worker=False),
        "no team": cast.child(forename="E", team=None, worker=False),
        "south": cast.child(forename="F", authority=cast.south, team=cast.south_team, worker=cast.zoe),
    }


@pytest.mark.parametrize(
    ("key", "reach"),
    [
        ("amy", {"hers", "team"}),
        ("tom", {"hers", "team"}),
        ("hana", {"hers", "team", "service", "no team"}),
        ("carl", set()),
        ("ines", set()),
        ("sal", {"hers", "team", "service", "apart", "no team"}),
        ("dee", {"hers", "team", "service", "apart", "no team"}),
        ("dora", {"hers", "team", "service", "apart", "no team"}),
        ("lola", set()),
        ("lee", set()),
        ("greta", set()),
        ("ava", set()),
        ("nina", set()),
        ("sam", set()),
        ("paul", set()),
        ("priya", set()),
        ("zoe", {"south"}),
        ("todd", {"south"}),
        ("duncan", {"south"}),
    ],
)
def test_reach_by_team_service_and_authority(cast, children, key, reach):
    assert reached(getattr(cast, key)) == {children[name] for name in reach}


def test_an_allocation_reaches_beyond_the_team_but_not_beyond_the_council(cast, children):
    cast.allocate(children["apart"], cast.amy)
    assert children["apart"] in reached(cast.amy)
    cast.allocate(children["apart"], cast.zoe, part="second_worker")
    assert children["apart"] not in reached(cast.zoe)
    cast.allocate(children["south"], cast.ines, part="iro")
    assert children["south"] not in reached(cast.ines)


def test_a_head_of_service_without_a_service_reaches_nobody(cast, children):
    cast.hana.team = None
    assert reached(cast.hana) == set()


def test_a_worker_without_a_team_reaches_only_her_own(cast, children):
    cast.amy.team = None
    assert reached(cast.amy) == {children["hers"]}


offsets = st.integers(min_value=-400, max_value=400)


@pytest.mark.parametrize(
    ("key", "part"), [("ines", "iro"), ("ava", "advocate"), ("greta", "partner"), ("lola", "legal")]
)
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=offsets, length=st.none() | st.integers(min_value=0, max_value=400))
def test_an_allocation_shows_her_on_exactly_the_days_it_covers(cast, key, part, start, length):
    """From its first day up to, and not counting, its last."""
    child = Child.objects.filter(forename="Robin").first() or cast.child()
    Allocation.objects.filter(child=child, part=part).delete()
    first = TODAY + start * DAY
    last = None if length is None else first + length * DAY
    cast.allocate(child, getattr(cast, key), part=part, since=first, until=last)
    covers_today = first <= TODAY and (last is None or last > TODAY)
    assert reached(getattr(cast, key)) == ({child} if covers_today else set())
    assert CareEpisode.for_user(getattr(cast, key)).exists() == covers_today


@pytest.mark.parametrize("end", [-1, 0, 1, None])
@pytest.mark.parametrize("start", [-1, 0, 1])
def test_an_allocation_on_the_days_around_today(cast, start, end):
    if end is not None and end < start:
        return
    child = cast.child()
    cast.allocate(
        child, cast.ines, part="iro", since=TODAY + start * DAY, until=None if end is None else TODAY + end * DAY
    )
    assert bool(reached(cast.ines)) == (start <= 0 and (end is None or end > 0))


@pytest.mark.parametrize("key", ["paul", "priya"])
@pytest.mark.parametrize("end", [-1, 0, 1, None])
@pytest.mark.parametrize("start", [-2, 0, 1])
def test_a_provider_reaches_her_while_the_placement_lasts(cast, key, start, end):
    if end is not None and end < start:
        return
    user = getattr(cast, key)
    placement = cast.placement(
        cast.child(),
        TODAY + start * DAY,
        home=cast.home(),
        ended_on=None if end is None else TODAY + end * DAY,
    )
    covers_today = start <= 0 and (end is None or end > 0)
    assert bool(reached(user)) == covers_today
    assert (placement in Placement.for_user(user)) == covers_today


@pytest.mark.parametrize("key", ["paul", "priya"])
def test_a_provider_reaches_only_its_own_placement_of_hers(cast, key):
    """She was elsewhere before: that placement is not the provider's to read."""
    child = cast.child()
    before = cast.placement(child, LONG_AGO, home=cast.home(provider=other_provider()), ended_on=TODAY - 30 * DAY)
    now = cast.placement(child, TODAY - 30 * DAY, home=cast.home())
    seen = set(Placement.for_user(getattr(cast, key)))
    assert now in seen
    assert before not in seen


def other_provider():
    from placements.models import Provider

    return Provider.objects.create(name="Elsewhere Care")


@pytest.mark.parametrize("end", [0, 1])
def test_a_post_with_a_provider_ends_with_its_day(cast, end):
    cast.placement(cast.child(), LONG_AGO, home=cast.home())
    ProviderPost.objects.filter(person=cast.priya).update(ended_on=TODAY + end * DAY)
    assert bool(reached(cast.priya)) == (end > 0)


@pytest.mark.parametrize(("end", "sees"), [(None, True), (1, True), (0, False)])
def test_a_commissioner_reaches_a_child_while_she_is_placed(cast, end, sees):
    child = cast.child()
    assert reached(cast.carl) == set()
    cast.placement(child, LONG_AGO, ended_on=None if end is None else TODAY + end * DAY)
    assert reached(cast.carl) == ({child} if sees else set())


def test_losing_a_role_takes_effect_at_the_next_question(client, world):
    client.force_login(world.amy)
    page = record_address("dashboards:child", world.records)
    assert client.get(page).status_code == 200
    User.objects.filter(pk=world.amy.pk).update(team=None)
    Allocation.objects.filter(worker=world.amy).update(ended_on=TODAY)
    assert client.get(page).status_code == 404
    User.objects.filter(pk=world.amy.pk).update(role=Role.SCRUTINEER)
    assert client.get(page).status_code == 403


# --- the table itself ---------------------------------------------------------------------------------------------


def test_every_role_has_its_rights_and_every_right_a_role():
    assert set(ROLES) == set(Role)
    held = set().union(*(rights.may for rights in ROLES.values()))
    assert held == set(Permission)


@pytest.mark.parametrize("role", Role)
def test_a_role_with_no_reach_has_no_power_over_a_child(role):
    if ROLES[role].scope == Scope.NONE:
        assert ROLES[role].may <= {Permission.MANAGE_ACCOUNTS}


def test_powers_that_must_stay_apart():
    """The administrator reaches no case; only the director of children's services authorises an unregistered
    placement; commissioning takes no care decision; a provider records no registration of its own home."""
    assert ROLES[Role.SYSTEM_ADMINISTRATOR].may == {Permission.MANAGE_ACCOUNTS}
    assert [r for r in Role if Permission.AUTHORISE_UNREGISTERED in ROLES[r].may] == [Role.DCS]
    assert not ROLES[Role.COMMISSIONER].may & {
        Permission.RECORD_DECISION,
        Permission.MANAGE_PLACEMENTS,
        Permission.ALLOCATE,
        Permission.AUTHORISE_UNREGISTERED,
        Permission.APPOINT_MANAGER,
        Permission.RECORD_VISIT,
    }
    for role in PROVIDER_ROLES:
        assert ROLES[role].may <= {Permission.SEE_CHILDREN, Permission.SEE_FLAGS, Permission.WRITE_LOG}


def test_nobody_can_be_made_a_superuser(cast):
    from django.db import IntegrityError

    cast.amy.is_superuser = True
    with pytest.raises(IntegrityError):
        cast.amy.save()


# --- how the house is laid out ------------------------------------------------------------------------------------

FLOORS = (
    "core",
    "children",
    "placements",
    "staffing",
    "governance",
    "lado",
    "oversight",
    "escalations",
    "exchange",
    "dashboards",
    "config",
)
ROOT = Path(settings.BASE_DIR)


def sources(*names):
    for app in FLOORS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts and (not names or names[0] in (path.stem, path.parent.name)):
                yield path


def test_no_view_reaches_for_everything():
    """`Model.for_user(user)` is the only way in; `.objects` in a view would show what it likes."""
    found = []
    views = list(sources("views"))
    assert len(views) > 8
    for path in views:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
                found += [f"{path.relative_to(ROOT)}:{node.lineno}"]
    assert found == []


def test_foreign_keys_point_down():
    up = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in FLOORS:
            continue
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model._meta.app_label in FLOORS:
                here, there = (FLOORS.index(m._meta.app_label) for m in (model, field.related_model))
                if there > here:
                    up.append(f"{model._meta.label}.{field.name}")
    assert up == []


def test_every_app_of_ours_has_its_floor():
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours | {"config"} == set(FLOORS)


def test_there_are_no_signals():
    """What follows a write is in the action that writes."""
    banned = re.compile(r"django\.(dispatch|.*signals)")
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert not any(banned.match(f"{module}.{name}".lstrip(".")) for name in names), path


def test_no_model_overrides_its_saving():
    for model in apps.get_models():
        if model._meta.app_label in FLOORS and not hasattr(model, "history_object"):
            for name in ("save", "delete"):
                assert name not in vars(model), f"{model._meta.label}.{name}"


def test_django_uses_the_driver_that_was_measured():
    import importlib.util

    from django.db import connection

    assert importlib.util.find_spec("psycopg") is None
    assert connection.Database.__name__ == "psycopg2"


def test_the_admin_is_not_there():
    assert not apps.is_installed("django.contrib.admin")


@pytest.mark.parametrize("name", PAGES)
def test_no_address_can_hold_a_name(name):
    converters = PAGES[name].pattern.converters
    for key, converter in converters.items():
        if type(converter).__name__ == "IntConverter":
            continue
        assert (name, key) in {
            ("core:choose_password", "who"),
            ("core:choose_password", "token"),
            ("core:draft", "key"),
        } or key == "reference"


def test_two_councils_share_no_name_by_accident(cast):
    assert Authority.objects.count() == 1
    assert cast.zoe.authority_id != cast.amy.authority_id
