"""The director's page: every high-risk placement tells its state, and every number is the length of its list."""

import datetime as dt
import re

import pytest

from children.models import LegalStatus
from core import charts, clock
from core.models import LocalStandard, Team
from dashboards.state import states, with_what_states_need
from oversight import rulebook
from oversight.models import Flag
from oversight.sweep import sweep
from placements.models import Addition, ManagerPost, Placement
from tests.dashboards.scene import ago, going_wrong, log, noon, numbers, queries, visit
from tests.told_once import told_once

OVERSIGHT = "/oversight/"


@told_once
def scene(cast):
    cast.priya  # noqa: B018
    cast.wrong = going_wrong(cast, 2)
    cast.kept = going_wrong(cast, 1, since=20)[0]
    ManagerPost.objects.create(placement=cast.kept, name="Fern Avocet", started_at=noon(19))
    visit(cast.kept, 2, cast.amy)
    registered = cast.home(status="registered", registered_for="childrens_home")
    cast.ordinary = cast.placement(cast.child(forename="Alder", since=ago(90)), ago(80), home=registered)
    sweep(as_of=clock.now())
    return cast


def page(client, user, show=""):
    client.force_login(user)
    response = client.get(OVERSIGHT + (f"?show={show}" if show else ""))
    assert response.status_code == 200
    return response


def rows(response):
    return {state.placement.pk: (state, flags) for state, flags in response.context["rows"]}


def test_each_row_tells_the_state_of_its_placement(client, scene):
    found = rows(page(client, scene.dee))
    assert set(found) == {*(p.pk for p in scene.wrong), scene.kept.pk}
    bad, flags = found[scene.wrong[0].pk]
    assert (bad.registration, bad.days, bad.manager) == ("not_registered", 45, None)
    assert bad.unmanaged_words == "Nobody: 45 days"
    assert (bad.seen_alone.days, bad.seen_alone.words) == (30, "30 days ago")
    assert bad.order is not None
    assert bad.written_days == 3
    assert len(bad.logs) == 28
    assert flags.count == Flag.objects.standing().filter(placement=scene.wrong[0]).count() > 0
    good, _ = found[scene.kept.pk]
    assert good.manager.name == "Fern Avocet"
    assert good.seen_alone.days == 2


@pytest.mark.parametrize("who", ["dee", "dora", "hana", "sal"])
def test_every_number_is_the_length_of_the_list_it_leads_to(client, scene, who):
    """Each of them for the director, and every third for the others, whose lists are asked for in the same words."""
    response = page(client, getattr(scene, who))
    found = numbers(response)
    assert len(found) > 60
    for number, href in found if who == "dee" else found[::3]:
        answer = client.get(href)
        assert answer.status_code == 200, href
        assert number == answer.context["page"].paginator.count, href


def test_numbers_at_the_top_are_the_rows_they_lead_to(client, scene):
    assert set(rows(page(client, scene.dee, "unmanaged"))) == {p.pk for p in scene.wrong}
    assert set(rows(page(client, scene.dee, "unseen"))) == {p.pk for p in scene.wrong}
    assert len(rows(page(client, scene.dee, "unregistered"))) == 3
    assert len(rows(page(client, scene.dee, "order"))) == 3
    assert len(rows(page(client, scene.dee, "no-such-list"))) == 3


def test_the_chart_counts_what_stands_by_rule_and_age(client, scene):
    context = page(client, scene.dee).context
    for chart in (context["chart"], context["rules"]):
        assert chart.total.count == Flag.objects.standing().filter(authority=scene.north).count()
        assert chart.total.count == sum(row.total.count for row in chart.rows) == sum(n.count for n in chart.totals)
    assert any(row.label.startswith("VIS-07") for row in context["rules"].rows)
    assert len(context["chart"].rows) < len(context["rules"].rows)
    assert {rule.family for rule in rulebook.ALL if rule.raises_flags} == set(rulebook.FAMILIES)


def test_a_head_of_service_sees_her_own_service_and_no_other(client, scene):
    apart = Team.objects.create(authority=scene.north, name="Another service’s team")
    other = scene.child(forename="Elsewhere", since=ago(90), worker=False, team=apart)
    placement = scene.unregistered(other, ago(20))
    assert placement.pk in rows(page(client, scene.dee))
    assert placement.pk not in rows(page(client, scene.hana))


def test_another_authoritys_director_sees_none_of_it(client, scene):
    assert not rows(page(client, scene.duncan))
    assert page(client, scene.duncan).context["chart"].total.count == 0


@pytest.mark.parametrize("who", ["amy", "tom", "carl", "ines", "priya", "paul", "greta", "lee", "sam", "zoe"])
def test_those_without_the_power_are_refused(client, scene, who):
    client.force_login(getattr(scene, who))
    assert client.get(OVERSIGHT).status_code == 403


def test_strangers_are_asked_to_sign_in(client, db):
    assert client.get(OVERSIGHT).status_code == 302


def test_thirty_placements_take_the_queries_of_three(client, cast):
    cast.priya  # noqa: B018
    going_wrong(cast, 3)
    sweep(as_of=clock.now())
    client.force_login(cast.dee)
    few = queries(client, OVERSIGHT)
    going_wrong(cast, 27)
    sweep(as_of=clock.now())
    assert len(client.get(OVERSIGHT).context["rows"]) == 30
    assert queries(client, OVERSIGHT) == few
    assert few <= 15


# --- what a state says ------------------------------------------------------------------------------------------------


def state_of(placement, user):
    found = with_what_states_need(Placement.for_user(user).filter(pk=placement.pk), as_of=clock.now())
    return states(list(found), user=user, as_of=clock.now())[0]


@pytest.mark.parametrize(
    ("outcome", "capacity", "manner", "seen", "alone"),
    [
        ("seen_alone", "social_worker", "in_person", True, True),
        ("seen", "team_manager", "in_person", True, False),
        ("refused", "social_worker", "in_person", False, False),
        ("not_home", "social_worker", "in_person", False, False),
        ("seen_alone", "social_worker", "video", False, False),
        ("seen_alone", "guardian", "in_person", False, False),
        ("seen_alone", "provider", "in_person", False, False),
        ("seen_alone", "iro", "in_person", True, True),
    ],
)
def test_seen_means_met_in_person_by_the_authority(cast, outcome, capacity, manner, seen, alone):
    placement = cast.unregistered(cast.child(since=ago(90)), ago(40))
    visit(placement, 5, cast.amy, outcome=outcome, capacity=capacity, manner=manner)
    state = state_of(placement, cast.dee)
    assert (state.seen.at is not None, state.seen_alone.at is not None) == (seen, alone)
    assert state.seen_alone.words == ("5 days ago" if alone else "Never, in 40 days")


def test_a_corrected_visit_counts_as_what_it_was_corrected_to(cast):
    placement = cast.unregistered(cast.child(since=ago(90)), ago(40))
    was = visit(placement, 5, cast.amy)
    assert state_of(placement, cast.dee).seen_alone.at is not None
    Addition.objects.create(
        visit=was, kind="correction", text="She was in bed.", reason="Wrong box", outcome="not_home", by=cast.amy
    )
    assert state_of(placement, cast.dee).seen_alone.at is None


def test_providers_and_commissioners_are_told_nothing_of_visits(cast):
    placement = cast.unregistered(cast.child(since=ago(90)), ago(40))
    visit(placement, 5, cast.amy)
    for user in (cast.priya, cast.carl):
        state = state_of(placement, user)
        assert not state.sees_visits
        assert state.visits == {}


def test_a_manager_gone_leaves_the_post_empty_from_then(cast):
    placement = cast.unregistered(cast.child(since=ago(90)), ago(40))
    cast.manager(placement, noon(40), until=noon(6))
    assert state_of(placement, cast.dee).unmanaged_words == "Nobody: 6 days"
    cast.manager(placement, noon(3))
    assert state_of(placement, cast.dee).manager.name == "Maya Redstart"
    assert state_of(placement, cast.dee).unmanaged_since is None


def just_moved(cast, hours):
    """An emergency move to an unregistered home so many hours ago."""
    began = clock.now() - dt.timedelta(hours=hours)
    return cast.unregistered(cast.child(since=ago(90)), clock.local_date(began), basis="emergency", started_at=began)


@pytest.mark.positive("P22")
@pytest.mark.trap("3")
def test_no_page_is_red_for_what_an_emergency_is_given_time_for(client, cast):
    new, old = just_moved(cast, 3), just_moved(cast, 50)
    states_of = {placement.pk: state_of(placement, cast.dee) for placement in (new, old)}
    assert states_of[new.pk].unmanaged_words.startswith("Nobody yet, due by ")
    assert re.fullmatch(r"Nobody: [23] days", states_of[old.pk].unmanaged_words)
    assert set(rows(page(client, cast.dora, "unmanaged"))) == {old.pk}
    assert page(client, cast.dora).content.decode().count('<strong class="held-bad">Nobody') == 1
    said = {p.pk: client.get(f"/placements/{p.pk}/").content.decode() for p in (new, old)}
    assert "None yet, due by" in said[new.pk]
    assert 'class="held-bad"' not in said[new.pk]
    assert '<strong class="held-bad">Nobody: ' in said[old.pk]
    assert '<strong class="held-bad">None on record' in said[old.pk]
    LocalStandard.objects.create(
        authority=cast.north, key="Emergency grace", value=2, effective_from=ago(9), set_by=cast.dora, reason="Sooner."
    )
    assert set(rows(page(client, cast.dora, "unmanaged"))) == {new.pk, old.pk}


def test_a_placement_known_only_from_a_return_says_nothing_of_managers_or_logs(cast):
    child = cast.child(since=ago(90))
    placement = Placement.objects.create(child=child, type="K2", started_on=ago(80), from_return=True)
    state = state_of(placement, cast.dee)
    assert state.unmanaged_since is None
    assert state.missing_days == []
    assert state.registration == "not_known"


def test_foster_care_has_no_home_to_register_and_no_logs(cast):
    placement = cast.placement(cast.child(since=ago(90)), ago(80), type="U6")
    state = state_of(placement, cast.dee)
    assert (state.registration, state.registration_words, state.logs) == ("", "", [])
    assert not state.needs_manager


def test_days_with_late_and_without_logs_are_told_apart(cast):
    cast.priya  # noqa: B018
    placement = cast.unregistered(cast.child(since=ago(90)), ago(10))
    log(placement, 4, cast.priya)
    log(placement, 5, cast.priya, late=True)
    days = dict(state_of(placement, cast.dee).logs)
    assert days[ago(4)] == charts.DONE
    assert days[ago(5)] == charts.LATE
    assert days[ago(6)] == charts.MISSING
    assert days[ago(12)] == charts.NOT_DUE
    assert days[ago(0)] == charts.NOT_DUE


def test_a_legal_status_is_never_taken_for_an_order(cast):
    child = cast.child(since=ago(90))
    assert LegalStatus.objects.filter(child=child).exists()
    placement = cast.placement(child, ago(80), home=cast.home(status="registered", registered_for="childrens_home"))
    assert not state_of(placement, cast.dee).is_high_risk
    cast.dol_order(child, ago(10))
    assert state_of(placement, cast.dee).is_high_risk
