"""A return that ends care: it never puts out the flags of a child who lives on in a placement here, nor leaves a door open."""

import datetime as dt

import pytest

from children.actions import end_care
from children.models import Allocation, CareEpisode, Child, LegalStatus
from core.access import PartnerKind, Role
from exchange.actions import mend_episode
from exchange.models import ReturnEpisode
from oversight.models import Flag
from oversight.sweep import sweep
from placements.actions import move_placement, take_on
from placements.models import Placement, Registration
from tests.cast import at
from tests.exchange.returns import AS_OF, Council, care, child, codes, day, episode, placements, statuses

MOVED = dt.date(2026, 1, 12)
CARE_LEFT = {"dec": "20/02/2026", "rec": "E4A"}


@pytest.fixture
def council(cast, tmp_path) -> Council:
    return Council(cast.north, tmp_path)


@pytest.fixture
def moved(cast, council) -> Child:
    """Known from a return, taken on, and moved here to a home that is not registered, where nobody does anything."""
    council.take_one(episode(place="U6"), headers=[child(dob="14/05/2009")])
    found = Child.objects.get()
    found.team, found.forename, found.surname = cast.team, "Robin", "Meadow"
    found.save()
    cast.allocate(found, cast.amy, since=day("2019-06-01"))
    cast.allocate(found, cast.greta, part=Allocation.Part.PARTNER, since=day("2019-06-01"))
    placement = take_on(placement=Placement.objects.get(), followed_from=MOVED, by=cast.amy, as_of=at(MOVED))
    home = cast.home(status=Registration.Status.NOT_REGISTERED)
    move_placement(
        placement=placement, moved_on=MOVED, end_reason="CARPL", home=home, type="Z12", basis="emergency",
        started_at=at(MOVED, 9), why="Nothing registered was found.", by=cast.amy, as_of=at(MOVED),
    )  # fmt: skip
    return found


def standing():
    sweep(as_of=AS_OF)
    return Flag.objects.standing().count()


def test_a_child_who_lives_in_a_placement_here_stays_looked_after_and_somebody_is_told(council, moved):
    before = standing()
    assert before > 5
    outcome = council.take_one(episode(place="U6", **CARE_LEFT), year=2025, headers=[child(dob="14/05/2009")])
    assert standing() == before
    assert care() == [(day("2019-06-01"), None, "")]
    assert statuses() == [("C2", day("2019-06-01"), None)]
    assert placements() == [("U6", day("2019-06-01"), MOVED), ("Z12", MOVED, None)]
    assert Allocation.objects.filter(ended_on__isnull=True).count() == 2
    assert codes(outcome) == ["changed_here", "kept_in_care"]  # the end of the placement before, and of care
    told = next(problem["message"] for problem in outcome["problems"] if problem["code"] == "kept_in_care")
    assert "1001" in told
    assert "12 January 2026" in told


def test_once_it_is_settled_here_imports_are_silent(cast, council, moved):
    row = episode(place="U6", **CARE_LEFT)
    council.take_one(row, year=2025, headers=[child(dob="14/05/2009")])
    end_care(child=moved, ended_on=day("2026-02-20"), end_reason="E4A", by=cast.amy, as_of=AS_OF)
    again = council.take_one(row, year=2025, headers=[child(dob="14/05/2009")])
    assert codes(again) == []
    assert care() == [(day("2019-06-01"), day("2026-02-20"), "E4A")]


def test_a_placement_that_has_ended_here_keeps_nobody_in_care(cast, council, moved):
    live = Placement.objects.get(type="Z12")
    live.ended_on, live.end_reason = day("2026-02-20"), "CARPL"
    live.save()
    outcome = council.take_one(episode(place="U6", **CARE_LEFT), year=2025, headers=[child(dob="14/05/2009")])
    assert care() == [(day("2019-06-01"), day("2026-02-20"), "E4A")]
    assert "kept_in_care" not in codes(outcome)


def test_care_that_stops_and_starts_again_is_taken_as_the_return_has_it(council, moved):
    outcome = council.take_one(
        episode(place="U6", dec="10/01/2026", rec="E4A"), episode(decom="12/01/2026", place="Z12"), year=2025,
        headers=[child(dob="14/05/2009")],
    )  # fmt: skip
    assert "kept_in_care" not in codes(outcome)
    assert [spell[:2] for spell in care()] == [(day("2019-06-01"), day("2026-01-10")), (MOVED, None)]
    assert Allocation.objects.filter(ended_on__isnull=True).count() == 2


def test_a_row_that_can_no_longer_be_true_ends_no_care_either(council, moved):
    """The return's only row goes into quarantine: what rests on it would have been taken away."""
    outcome = council.take_one(episode(dec="31/05/2019", place="U6"), year=2025, headers=[child(dob="14/05/2009")])
    assert ReturnEpisode.objects.get().state == ReturnEpisode.State.QUARANTINED
    assert CareEpisode.objects.get().ended_on is None
    assert "kept_in_care" in codes(outcome)


def test_no_mend_ends_it_either(cast, council, moved):
    """The mended row contradicts the one in use: both wait, and what rested on it stays."""
    header = [child(dob="14/05/2009")]
    council.take_one(
        episode(place="U6"),
        episode(decom="01/02/2026", dec="31/01/2026", rne="P", place="K2"),
        year=2025,
        headers=header,
    )
    mend_episode(
        episode=council.episode(day("2026-02-01")), reason="By her file.", by=cast.dee, as_of=AS_OF, DEC=day("2026-02-20"),
        REC="E4A",
    )  # fmt: skip
    assert set(ReturnEpisode.objects.values_list("state", flat=True)) == {ReturnEpisode.State.QUARANTINED}
    assert CareEpisode.objects.get().ended_on is None
    assert LegalStatus.objects.get().ended_on is None


def test_access_ends_with_care_where_a_return_ends_it(cast, council):
    council.take_one(episode(), headers=[child(dob="14/05/2009")])
    found = Child.objects.get()
    partner = cast.person("pat", "Pat Ouzel", Role.PARTNER, partner_kind=PartnerKind.HEALTH)
    cast.allocate(found, partner, part=Allocation.Part.PARTNER, since=day("2019-06-01"))
    later = cast.allocate(found, cast.amy, since=day("2026-02-25"))
    assert Child.for_user(partner).exists()
    council.take_one(episode(**CARE_LEFT), year=2025, headers=[child(dob="14/05/2009")])
    assert not Child.for_user(partner).exists()
    ended = Allocation.objects.get(worker=partner)
    assert (ended.ended_on, ended.end_reason) == (day("2026-02-20"), "OTHERS")
    later.refresh_from_db()
    assert later.ended_on == later.started_on
    assert care() == [(day("2019-06-01"), day("2026-02-20"), "E4A")]
