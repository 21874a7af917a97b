"""The first page: each role's own work, every number a link to exactly its list, no more queries for more children."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from children.models import Allocation
from core import clock
from core.access import Permission
from dashboards import worklist
from governance.actions.deciding import report_contact
from governance.models import CourtTask
from oversight.models import Flag, SweepRun
from oversight.sweep import sweep
from placements.actions import record_visit
from tests.dashboards.scene import ago, going_wrong, log, numbers, one_of_each, queries, visit
from tests.told_once import told_once

WORK = "/"
EVERYONE = "amy ben tom hana carl ines lee sal dee dora lola ava sam nina greta paul priya zoe todd duncan".split()  # noqa: SIM905


@told_once
def scene(cast):
    """Two of Amy's going wrong, one of Ben's in foster care overdue, one nobody's, one whose home is not known."""
    cast.priya, cast.paul  # noqa: B018 - made at first use
    cast.wrong = going_wrong(cast, 2)
    cast.foster = cast.placement(cast.child(forename="Ash", since=ago(300), worker=cast.ben), ago(100), type="U6")
    visit(cast.foster, 60, cast.ben)
    cast.lone = cast.child(forename="Alder", since=ago(20), worker=False)
    cast.unknown = cast.placement(
        cast.child(forename="Hazel", since=ago(300), worker=cast.ben), ago(9), home=cast.home(name="Quayside")
    )
    visit(cast.unknown, 3, cast.ben)
    sweep(as_of=clock.now())
    return cast


def page(client, user):
    client.force_login(user)
    response = client.get(WORK)
    assert response.status_code == 200
    return response


@pytest.mark.parametrize("who", EVERYONE)
def test_every_role_has_a_first_page_and_every_link_on_it_opens(client, scene, who):
    response = page(client, getattr(scene, who))
    for href in one_of_each(response):
        assert client.get(href).status_code == 200, (who, href)


@pytest.mark.parametrize("who", ["lee", "nina", "sam"])
def test_a_role_without_cases_is_told_so_and_what_it_can_do(client, scene, who):
    response = page(client, getattr(scene, who))
    assert b"No case is yours to work on here" in response.content
    assert b"Wren0" not in response.content
    can_manage = getattr(scene, who).can(Permission.MANAGE_ACCOUNTS)
    assert (reverse("core:accounts") in response.content.decode()) == can_manage


def test_her_own_flags_come_first_grouped_by_child_with_the_page_that_clears_each(client, scene):
    response = page(client, scene.amy)
    groups = response.context["mine_by_child"]
    assert {group.child.forename for group in groups} == {"Wren0", "Wren1"}
    assert [line.title for group in groups for line in group.lines if line.child.pk != group.child.pk] == []
    for group in groups:
        placement = next(p for p in scene.wrong if p.child_id == group.child.pk)
        weekly = next(line for line in group.lines if line.title == "Weekly visit by the social worker")
        assert weekly.basis == "local standard"
        assert weekly.remedy.href == f"{reverse('placements:visit', args=[placement.pk])}?from=my-work"
        assert re.fullmatch(r"\d+ days over", weekly.when_words)


def test_what_shows_whether_she_is_seen_is_never_under_the_fold(client, scene):
    for group in page(client, scene.amy).context["mine_by_child"]:
        mattering = [line.is_first for line in group.lines]
        assert mattering == sorted(mattering, reverse=True)
        assert {"LOG-01L", "VIS-07", "VIS-08"} <= {line.rule for line in group.first}
        assert group.folded
        assert not [line.title for line in group.folded if line.is_first]


def test_a_day_is_over_from_the_day_after(scene):
    from dashboards.flags import last_day, over_words

    due = clock.end_of(dt.date(2026, 3, 10))
    assert last_day(due) == dt.date(2026, 3, 10)
    assert over_words(due, clock.at_local(dt.date(2026, 3, 11), dt.time(0, 1))) == "1 day over"
    assert over_words(due, clock.at_local(dt.date(2026, 3, 19), dt.time(23))) == "9 days over"
    hour = clock.at_local(dt.date(2026, 3, 10), dt.time(15))
    assert over_words(hour, hour + dt.timedelta(hours=1, minutes=5)) == "1 hour over"


def test_what_a_manager_must_do_herself_is_not_offered_to_the_worker(client, scene):
    def offered(user):
        lines = page(client, user).context
        found = [line for group in lines["mine_by_child"] for line in group.lines]
        return {line.title: line.remedy for line in [*found, *lines["due"]]}

    assert offered(scene.tom)["Visit by the team manager"].label == "Record a visit"
    due = offered(scene.amy)
    assert due["Visit by the head of service"] is None
    assert due["Weekly visit by the social worker"] is not None


def test_a_head_of_service_is_told_of_her_own_visits_and_not_of_hundreds_of_others(client, scene):
    lines = page(client, scene.hana).context["due"]
    assert {line.owner_role for line in lines} == {"Head of service"}
    assert {line.child.pk for line in lines} == {placement.child_id for placement in scene.wrong}


def test_logging_the_visit_takes_the_flag_off_the_page(client, scene, django_capture_on_commit_callbacks):
    placement = scene.wrong[0]
    before = page(client, scene.amy).context["mine"].total
    with django_capture_on_commit_callbacks(execute=True):
        record_visit(
            placement=placement, occurred_at=clock.now(), manner="in_person", outcome="seen_alone", announced=True,
            capacity="social_worker", place="Where she lives", by=scene.amy, as_of=clock.now(),
        )  # fmt: skip
    after = page(client, scene.amy).context
    assert after["mine"].total < before
    hers = [line.title for g in after["mine_by_child"] if g.child.pk == placement.child_id for line in g.lines]
    assert "Weekly visit by the social worker" not in hers


def test_another_authoritys_worker_sees_none_of_it(client, scene):
    response = page(client, scene.zoe)
    assert response.context["mine"].total == 0
    assert not response.context["caseload"]
    for name in (b"Wren", b"Ash", b"Alder", b"Hazel"):
        assert name not in response.content


def test_the_team_manager_sees_who_holds_what_and_what_nobody_has(client, scene):
    response = page(client, scene.tom)
    held = {holder.name: holder.flags.count for holder in response.context["holders"]}
    owned = dict.fromkeys(held, 0)
    for flag in Flag.objects.standing().filter(child__team=scene.team).select_related("owner"):
        owned[flag.owner.name] += 1
    assert held == owned
    assert held["Ben Wren"] >= 1
    assert [child.forename for child in response.context["unallocated"]] == ["Alder"]
    assert [state.placement.pk for state in response.context["not_known"]] == [scene.unknown.pk]


def listed(client, response, href: str) -> int:
    """How many rows stand behind a number."""
    if href == "#unregistered":
        return len(response.context["unregistered"])
    answer = client.get(href)
    assert answer.status_code == 200, href
    return answer.context["page"].paginator.count


@pytest.mark.parametrize("who", ["amy", "ben", "tom", "hana", "carl", "ines", "dora", "dee", "paul"])
def test_every_number_is_the_length_of_the_list_it_leads_to(client, scene, who):
    scene.allocate(scene.wrong[0].child, scene.ines, part=Allocation.Part.IRO, since=ago(9))
    response = page(client, getattr(scene, who))
    found = numbers(response)
    assert found
    for number, href in found:
        assert number == listed(client, response, href), (who, href)


def test_the_shift_leader_sees_each_day_without_a_log_and_todays(client, scene):
    response = page(client, scene.priya)
    due = {d.placement.pk: d for d in response.context["logs_due"]}[scene.wrong[0].pk]
    assert ago(3) not in due.missing
    assert ago(5) in due.missing
    assert any(f"day={ago(2).isoformat()}" in s.href for s in due.stretches)
    assert reverse("placements:log", args=[scene.wrong[0].pk]) in response.content.decode()
    assert "standing" not in response.context  # flags are her manager's to see
    log(scene.wrong[0], 5, scene.priya)
    due = {d.placement.pk: d for d in page(client, scene.priya).context["logs_due"]}[scene.wrong[0].pk]
    assert ago(5) not in due.missing


def test_the_providers_manager_sees_flags_of_her_own_placements_only(client, scene):
    response = page(client, scene.paul)
    assert {line.placement.pk for line in response.context["standing"].lines} <= {
        *(p.pk for p in scene.wrong), scene.unknown.pk,
    }  # fmt: skip
    assert response.context["standing"].total > 0
    assert b"Ash Meadow" not in response.content


def test_it_says_when_the_rules_were_checked_and_when_that_is_too_long_ago(client, scene):
    response = page(client, scene.amy)
    assert response.context["last_checked"] is not None
    assert response.context["last_checked_late"] is False
    SweepRun.objects.update(as_of=clock.now() - dt.timedelta(minutes=31))
    late = page(client, scene.amy)
    assert late.context["last_checked_late"] is True
    assert b"too long ago" in late.content
    now = clock.now()
    SweepRun.objects.update(as_of=now - dt.timedelta(minutes=5))
    SweepRun.objects.create(as_of=now - dt.timedelta(days=60), started_at=now, finished_at=now)  # a look back
    assert page(client, scene.amy).context["last_checked_late"] is False
    SweepRun.objects.create(as_of=now, started_at=now, finished_at=now, failed_rules=["VIS-01", "STF-05"])
    failed = page(client, scene.amy)
    assert failed.context["last_checked_late"] is True
    assert b"2 rules could not be checked: VIS-01, STF-05" in failed.content
    SweepRun.objects.all().delete()
    assert b"Rules not yet checked" in page(client, scene.amy).content


def test_more_children_take_no_more_queries(client, cast):
    people = (cast.amy, cast.tom, cast.hana, cast.carl, cast.paul, cast.priya, cast.ines)

    def taken(user):
        client.force_login(user)
        return queries(client, WORK)

    def more(count):
        for placement in going_wrong(cast, count):
            cast.allocate(placement.child, cast.ines, part=Allocation.Part.IRO, since=ago(9))
            cast.placement(cast.child(since=ago(50), worker=False), ago(30), home=cast.home())
        sweep(as_of=clock.now())
        return {user.role: taken(user) for user in people}

    few, many = more(2), more(8)
    assert few == many
    assert max(many.values()) <= 34  # of a head of service, who may have to stand in for the LADO


def test_a_court_task_is_on_its_owners_list_until_it_is_done(client, cast):
    child = cast.child()
    lola = cast.allocate(child, cast.lola, part=Allocation.Part.LEGAL).worker
    fields = {"child": child, "kind": "direction", "source": "Order", "made_on": ago(40), "recorded_by": cast.amy}
    late = CourtTask.objects.create(what="File the statement", due_on=ago(1), owner=lola, **fields)
    CourtTask.objects.create(what="Tell the guardian", due_on=ago(-9), owner=lola, **fields)
    CourtTask.objects.create(what="Visit weekly", due_on=ago(3), owner=cast.amy, **fields)
    response = page(client, lola)
    assert [task.what for task in response.context["court_tasks"]] == ["File the statement", "Tell the guardian"]
    assert (1, "court tasks overdue: yours", "#court", "red") in response.context["stats"]
    text = response.content.decode()
    assert 'id="court"' in text
    assert text.count("Overdue</strong>") == 1
    plans = reverse("governance:plans", args=[child.reference])
    assert f"{plans}#court" in text
    assert 'id="court"' in client.get(plans).content.decode()
    late.done_on, late.evidence = ago(0), "Filed."
    late.save()
    response = page(client, lola)
    assert [task.what for task in response.context["court_tasks"]] == ["Tell the guardian"]
    assert not [stat for stat in response.context["stats"] if stat[2] == "#court"]


@pytest.mark.parametrize(
    ("url", "allowed", "refused"),
    [
        ("dashboards:due_soon", ["amy", "tom", "hana", "paul"], ["priya", "greta", "lee"]),
        ("dashboards:without_worker", ["tom", "hana", "dora"], ["amy", "priya", "lee"]),
        ("dashboards:not_known", ["amy", "tom", "carl", "paul"], ["priya", "lee", "sam"]),
    ],
)
def test_lists_of_gaps_are_for_those_who_settle_them(client, scene, url, allowed, refused):
    for who, status in [(w, 200) for w in allowed] + [(w, 403) for w in refused]:
        client.force_login(getattr(scene, who))
        assert client.get(reverse(url)).status_code == status, who
    client.logout()
    assert client.get(reverse(url)).status_code == 302


def test_lists_of_gaps_never_cross_authorities(client, scene):
    for url in ("dashboards:without_worker", "dashboards:not_known", "dashboards:due_soon"):
        client.force_login(scene.todd)
        assert client.get(reverse(url)).context["page"].paginator.count == 0


@pytest.mark.parametrize("url", ["dashboards:without_worker", "dashboards:not_known", "dashboards:due_soon"])
def test_lists_of_gaps_take_no_more_queries_for_more(client, scene, url):
    client.force_login(scene.tom)
    few = queries(client, reverse(url))
    for number in range(6):
        cast_child = scene.child(forename=f"Rowan{number}", since=ago(50), worker=False)
        scene.placement(cast_child, ago(30), home=scene.home())
    assert queries(client, reverse(url)) == few


@pytest.mark.parametrize("who", ["amy", "priya"])
def test_a_list_that_is_cut_says_how_much_it_leaves_out(client, cast, monkeypatch, who):
    monkeypatch.setattr(worklist, "CHILDREN", 2)
    today = clock.local_date(clock.now())
    for _ in range(2):
        cast.placement(cast.child(), today - dt.timedelta(days=3), home=cast.home())
    assert " more. " not in page(client, getattr(cast, who)).content.decode()
    for _ in range(3):
        cast.placement(cast.child(), today - dt.timedelta(days=3), home=cast.home())
    assert "And 3 more. " in page(client, getattr(cast, who)).content.decode()


@pytest.mark.failing("F92")
def test_who_was_in_touch_with_a_child_sees_what_is_still_to_be_written(client, scene):
    child = scene.wrong[0].child
    for days in (3, 2):
        report_contact(
            child=child, who=scene.dee, occurred_at=clock.now() - dt.timedelta(days=days), how="call", by=scene.amy,
            as_of=clock.now(),
        )  # fmt: skip
    shown = page(client, scene.dee)
    assert (2, "contacts with a child: yours to write", "#contacts", "red") in shown.context["stats"]
    assert shown.content.count(b"Write what was said") == 2
    assert b"yours to write" not in page(client, scene.hana).content
