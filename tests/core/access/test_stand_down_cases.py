"""Why a carer was stood down, and that they are: the reason stays in its council and with few; the notice goes with them."""

import pytest

from core import clock
from core.models import Team
from placements.models import ManagerPost
from staffing.models import Lift, LiftApproval, Presence, StandDown, StandDownCase
from tests.cast import at
from tests.core.access.world import DAY, LONG_AGO, TODAY


@pytest.fixture
def cases(cast):
    """One carer of one agency, at work in both councils, stood down five times: in turn at a placement of Amy's team, at
    one of another team's, at no one placement, and twice in South."""
    carer = cast.carer(checked=TODAY - 30 * DAY)
    other = Team.objects.create(authority=cast.north, name="Team 2", part_of=cast.service)
    teams = cast.placement(cast.child(forename="Ada"), LONG_AGO, home=cast.home())
    others = cast.placement(cast.child(forename="Bo", team=other, worker=False), LONG_AGO, home=cast.home())
    souths = cast.placement(
        cast.child(forename="Cy", authority=cast.south, team=cast.south_team, worker=cast.zoe),
        LONG_AGO,
        home=cast.home(authority=cast.south),
    )
    cast.manager(teams, at(LONG_AGO), account=cast.paul)
    for placement in (teams, souths):
        cast.supplies(placement)
        shift = cast.shift(placement, TODAY - DAY)
        Presence.objects.create(shift=shift, carer=carer, starts_at=shift.starts_at, recorded_by=cast.amy)

    def stood_down(authority, placement, by):
        down = StandDown.objects.create(carer=carer, starts_at=clock.now())
        case = StandDownCase.objects.create(
            stand_down=down, authority=authority, placement=placement, reason="R", stood_down_by=by
        )
        lift = Lift.objects.create(case=case, reason="R", asked_by=by, asked_at=clock.now())
        LiftApproval.objects.create(lift=lift, seat="social_worker", by=by, reason="R", approved_at=clock.now())
        return case

    return {
        "team's": stood_down(cast.north, teams, cast.amy),
        "another team's": stood_down(cast.north, others, cast.sal),
        "at no one placement": stood_down(cast.north, None, cast.lee),
        "south's": stood_down(cast.south, souths, cast.zoe),
        "south's, at no one placement": stood_down(cast.south, None, cast.zoe),
    }


HERS = {"team's", "at no one placement"}
NORTHS_ALL = HERS | {"another team's"}
WHO_SEES_WHY = [
    ("amy", HERS),
    ("ben", HERS),
    ("tom", HERS),
    ("hana", NORTHS_ALL),
    ("lee", NORTHS_ALL),
    ("sal", NORTHS_ALL),
    ("zoe", {"south's", "south's, at no one placement"}),
    # Never, in any council: whoever buys placements, whoever employs carers, whoever looks at the whole.
    *[(key, set()) for key in ("carl", "paul", "priya", "ines", "dee", "dora", "lola", "greta", "ava", "nina", "sam")],
]
WHO_SEES_LIFTS = dict(WHO_SEES_WHY) | {"paul": HERS}  # where he manages the placement he has a seat: whether, never why


@pytest.mark.parametrize(("key", "sees"), WHO_SEES_WHY)
def test_why_is_for_few_and_never_leaves_its_council(cast, cases, key, sees):
    user = getattr(cast, key)
    assert set(StandDownCase.for_user(user)) == {cases[name] for name in sees}


@pytest.mark.parametrize(("key", "sees"), WHO_SEES_LIFTS.items())
def test_a_lift_is_for_those_who_see_why_and_for_the_placements_manager(cast, cases, key, sees):
    user = getattr(cast, key)
    wanted = {cases[name] for name in sees}
    assert set(Lift.for_user(user)) == set(Lift.objects.filter(case__in=wanted))
    assert set(LiftApproval.for_user(user)) == set(LiftApproval.objects.filter(lift__case__in=wanted))


def test_a_placements_manager_has_a_seat_while_the_post_lasts(cast, cases):
    assert Lift.for_user(cast.paul).exists()
    ManagerPost.objects.update(ended_at=at(TODAY - DAY))
    assert not Lift.for_user(cast.paul).exists()


@pytest.mark.parametrize("key", ["amy", "carl", "lee", "sal", "dee", "dora", "paul", "priya", "zoe"])
def test_the_notice_goes_wherever_the_carer_works_and_says_the_same(cast, cases, key):
    """Each stand-down, whichever council made it, is seen by whoever may see the carer; nothing in it says which."""
    user = getattr(cast, key)
    assert StandDown.for_user(user).count() == len(cases)
    kept = {field.name for field in StandDown._meta.concrete_fields}
    assert kept == {"id", "carer", "starts_at", "lifted_at", "recorded_at"}
    assert not StandDownCase.for_user(user).exclude(authority=user.authority).exists()
