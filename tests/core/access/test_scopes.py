"""Who reaches which children, on every day: by team, service, council, allocation, provider and placement."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from children.models import Allocation, CareEpisode, Child
from core.access import Role
from core.models import Authority, Team, User
from placements.models import Placement, ProviderPost
from tests.core.access.addresses import record_address
from tests.core.access.world import DAY, LONG_AGO, TODAY


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


def test_two_councils_share_no_name_by_accident(cast):
    assert Authority.objects.count() == 1
    assert cast.zoe.authority_id != cast.amy.authority_id
