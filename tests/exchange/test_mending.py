"""A quarantined row stays until somebody mends it, and what she says stands, with her reason, until a return says more."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import Invalid
from exchange.actions import mend_episode, set_aside
from exchange.models import ReturnEpisode
from placements.models import Placement
from tests.exchange.returns import AS_OF, EPISODES, HEADER, Council, child, day, episode, placements, table

FIRST, SECOND = day("2019-06-01"), day("2019-07-01")
OVERLAPPING = (
    episode(decom="01/06/2019", dec="10/07/2019"),
    episode(decom="01/07/2019", rne="P", place="K2"),
)


@pytest.fixture
def north(cast, tmp_path) -> Council:
    council = Council(cast.north, tmp_path)
    council.take_one(*OVERLAPPING)
    return council


def mend(council, cast, decom=FIRST, *, by=None, reason="The move was on the first: her file says so.", **values):
    return mend_episode(episode=council.episode(decom), reason=reason, by=by or cast.dee, as_of=AS_OF, **values)


def states(council):
    return dict(ReturnEpisode.objects.filter(authority=council.authority).values_list("decom", "state"))


def test_mending_one_row_frees_both_of_the_pair(north, cast):
    assert states(north) == {FIRST: "quarantined", SECOND: "quarantined"}
    held = mend(north, cast, DEC=SECOND)
    assert states(north) == {FIRST: "used", SECOND: "used"}
    assert placements() == [("U6", FIRST, SECOND), ("K2", SECOND, None)]
    assert (held.mended, held.given["DEC"]) == ({"DEC": "2019-07-01"}, "2019-07-10")
    entry = held.history.order_by("-history_date").first()
    assert (entry.history_user_id, entry.history_change_reason) == (cast.dee.pk, held.mended_reason)
    written = Placement.objects.first().history.get()
    assert (written.history_user_id, written.history_change_reason) == (cast.dee.pk, held.mended_reason)


def test_a_mend_outlives_the_same_return_and_gives_way_to_another(north, cast):
    mend(north, cast, DEC=SECOND)
    again = north.take_one(*OVERLAPPING)
    assert (again["unchanged"], again["quarantined"]) == (2, 0)
    later = north.take_one(*OVERLAPPING, year=2020)
    assert (later["unchanged"], later["quarantined"]) == (2, 0)
    assert states(north) == {FIRST: "used", SECOND: "used"}
    other = north.take_one(episode(decom="01/06/2019", dec="20/07/2019"), OVERLAPPING[1], year=2021)
    assert other["quarantined"] == 2
    assert "mend_replaced" in [problem["code"] for problem in other["problems"]]


def test_the_first_day_can_be_mended_and_the_row_is_still_the_one_the_return_names(north, cast):
    mend(north, cast, SECOND, DECOM=day("2019-07-10"))
    assert placements() == [("U6", FIRST, day("2019-07-10")), ("K2", day("2019-07-10"), None)]
    assert north.take_one(*OVERLAPPING)["unchanged"] == 2
    assert placements() == [("U6", FIRST, day("2019-07-10")), ("K2", day("2019-07-10"), None)]


def test_a_row_can_be_set_aside_as_no_episode(north, cast):
    set_aside(episode=north.episode(SECOND), reason="Entered for her sister.", by=cast.dee, as_of=AS_OF)
    assert states(north) == {FIRST: "used", SECOND: "set_aside"}
    assert placements() == [("U6", FIRST, day("2019-07-10"))]
    assert north.take_one(*OVERLAPPING)["unchanged"] == 2
    assert states(north)[SECOND] == "set_aside"
    north.take_one(OVERLAPPING[0], episode(decom="01/07/2019", dec="05/07/2019", rne="P", place="K2"), year=2020)
    assert states(north)[SECOND] == "quarantined"


def test_two_rows_that_are_both_wrong_are_mended_one_after_the_other(cast, tmp_path):
    """Neither mend alone is enough, so the first is kept although it still stands in quarantine."""
    north = Council(cast.north, tmp_path)
    north.take_one(episode(decom="01/06/2019", dec="10/07/2019"), episode(decom="03/06/2019", rne="P", place="K2"))
    second = day("2019-06-03")
    held = mend(north, cast, FIRST, DEC=day("2019-07-05"))
    assert held.state == "quarantined"
    assert north.episode(FIRST).mended == {"DEC": "2019-07-05"}
    mend(north, cast, second, DECOM=day("2019-07-05"))
    assert set(states(north).values()) == {"used"}
    assert placements() == [("U6", FIRST, day("2019-07-05")), ("K2", day("2019-07-05"), None)]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"DEC": day("2019-05-31")}, "DEC", "before it starts"),
        ({"DECOM": day("2008-05-13")}, "DECOM", "before the child was born"),
        ({"DECOM": day("2026-03-03")}, "DEC", "before it starts"),
        ({"DEC": day("2026-03-03")}, "DEC", "not come yet"),
        ({"LS": "Q9"}, "LS", "not a legal status code"),
        ({"PLACE": ""}, "PLACE", "what placement"),
        ({"DECOM": None}, "DECOM", "Enter the date"),
        ({"DECOM": SECOND, "DEC": None}, "DECOM", "another episode"),
        ({"reason": "  "}, "reason", "Enter why"),
    ],
)
def test_a_mend_that_cannot_be_true_is_refused_and_changes_nothing(north, cast, values, field, words):
    with pytest.raises(Invalid) as refused:
        mend(north, cast, **values)
    assert words in refused.value.errors[field]
    assert north.episode(FIRST).mended == {}
    assert states(north) == {FIRST: "quarantined", SECOND: "quarantined"}


def test_a_row_waiting_for_a_header_is_judged_again_once_the_child_is_known(cast, tmp_path):
    north = Council(cast.north, tmp_path)
    north.take(episodes_2019=table(EPISODES, episode()))
    assert mend(north, cast).reason_code == "no_header"
    north.take(header_2019=table(HEADER, child()))
    assert states(north) == {FIRST: "used"}


def test_only_those_who_may_import_may_mend_and_only_their_own_councils_rows(north, cast):
    for person in (cast.amy, cast.duncan, cast.sam):
        with pytest.raises(PermissionDenied):
            mend(north, cast, by=person, DEC=SECOND)
        with pytest.raises(PermissionDenied):
            set_aside(episode=north.episode(FIRST), reason="x", by=person, as_of=AS_OF)


def test_a_row_somebody_has_mended_already_is_not_mended_again(north, cast):
    stale = north.episode(FIRST)
    mend(north, cast, DEC=SECOND)
    with pytest.raises(Invalid, match="no longer in quarantine"):
        mend_episode(episode=stale, reason="Me too.", by=cast.dora, as_of=AS_OF, DEC=FIRST)
