"""The ladder: who is asked, how long they have, and where it goes when they do not answer."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import Conflict, Invalid, Refused
from core.models import Refusal
from escalations.actions import ladder as acts
from escalations.actions.raising import raise_escalation
from escalations.models import Escalation, EscalationStep
from escalations.sweep import climb
from tests.cast import at

MONDAY = dt.date(2022, 3, 7)
DAY = dt.timedelta(days=1)


@pytest.fixture
def child(cast):
    return cast.child()


def kinds(escalation):
    return list(escalation.steps.exclude(kind="sent").order_by("pk").values_list("kind", "level", "owner__name"))


def test_it_climbs_to_the_top_each_step_on_its_day(cast, child):
    made = raise_escalation(what="She has no manager.", child=child, by=cast.amy, as_of=at(MONDAY, 10))
    assert (made.number, made.level, made.owner, made.next_at) == (1, 2, cast.tom, at(MONDAY + 3 * DAY, 0))
    assert climb(as_of=at(MONDAY + 2 * DAY, 23, 59)) == 0
    assert climb(as_of=at(MONDAY + 60 * DAY)) > 4
    made.refresh_from_db()
    assert kinds(made)[:4] == [
        ("raised", 2, "Tom Heron"), ("climbed", 3, "Hana Finch"), ("climbed", 4, "Dee Osprey"), ("climbed", 5, "Nina Stork"),
    ]  # fmt: skip
    when = list(made.steps.filter(kind="climbed").order_by("pk").values_list("happened_at", flat=True))
    assert when == [at(dt.date(2022, 3, 10), 0), at(dt.date(2022, 3, 16), 0), at(dt.date(2022, 3, 24), 0)]
    assert made.owner == cast.nina
    assert made.next_at > at(MONDAY + 60 * DAY)
