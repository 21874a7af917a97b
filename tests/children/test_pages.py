"""Where the acts on a child's record lead, to somebody who then no longer sees her."""

import datetime as dt

import pytest
from django.urls import reverse

from children.models import Allocation
from core import clock
from core.access import Role
from core.models import Team

TODAY = clock.local_date(clock.now())
MY_WORK = reverse("dashboards:my_work")


def typed(name, day=TODAY, **fields):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year} | fields


@pytest.fixture
def child(cast):
    return cast.child(since=TODAY - dt.timedelta(days=90))


def test_a_child_handed_to_another_team_is_no_longer_there_to_go_back_to(client, cast, child):
    other = Team.objects.create(authority=cast.north, name="Team 2", part_of=cast.service)
    una = cast.person("una", "Una Crane", Role.SOCIAL_WORKER, team=other)
    Allocation.objects.filter(child=child).update(ended_on=TODAY)
    client.force_login(cast.tom)
    sent = typed("started_on", worker=una.pk, part="social_worker", why_this_worker="Nobody here is free.")
    answer = client.post(reverse("children:allocate", args=[child.reference]), sent, follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, MY_WORK)
    assert "Allocation recorded" in answer.content.decode()


def test_whoever_still_sees_her_goes_to_her_page(client, cast, child):
    Allocation.objects.filter(child=child).update(ended_on=TODAY)
    client.force_login(cast.tom)
    sent = typed("started_on", worker=cast.ben.pk, part="social_worker", why_this_worker="Knows her.")
    answer = client.post(reverse("children:allocate", args=[child.reference]), sent)
    assert answer.url == reverse("dashboards:child", args=[child.reference])


def test_the_end_of_care_ends_what_an_allocation_showed(client, cast):
    other = Team.objects.create(authority=cast.north, name="Team 2", part_of=cast.service)
    child = cast.child(since=TODAY - dt.timedelta(days=90), team=other)  # Amy holds the case for another team
    client.force_login(cast.amy)
    address = reverse("children:end_care", args=[child.reference])
    answer = client.post(address, typed("ended_on", end_reason="E4A"), follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, MY_WORK)
