"""Carers: one record a person, whichever agencies they work through, and whoever asks."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.errors import Conflict, Invalid
from core.models import LocalStandard
from placements.models import Provider, ProviderPost
from staffing import cleared
from staffing.actions.carers import add_carer, describe_carer, end_engagement, engage, link_account
from staffing.models import Carer, Check, Engagement, StandDown, SupervisionLine
from tests.cast import at

TODAY = clock.local_date(clock.now())  # who may be seen today is asked of the database's own clock
NOW = clock.now()
DAY = dt.timedelta(days=1)
BORN = dt.date(1988, 3, 9)


def ago(days):
    return TODAY - days * DAY


@pytest.fixture
def placement(cast):
    """A placement of North's whose carers come from Tideway Nursing."""
    placement = cast.placement(cast.child(born=ago(365 * 15), since=ago(200)), ago(100), home=cast.home())
    cast.supplies(placement)
    return placement


def added(cast, **fields):
    fields = {
        "agency": cast.agency,
        "forename": "Corin",
        "surname": "Reed",
        "date_of_birth": BORN,
        "started_on": ago(3),
        "by": cast.amy,
    } | fields
    return add_carer(as_of=NOW, **fields)


@pytest.fixture
def elsewhere(cast):
    """An agency that supplies nobody in North, and its manager."""
    agency = Provider.objects.create(name="Far Shore Staffing")
    manager = cast.person("mona", "Mona Ibis", "provider_manager", at_provider=True)
    ProviderPost.objects.create(provider=agency, person=manager, authority=cast.north, started_on=ago(900))
    return manager, agency


# --- adding -----------------------------------------------------------------------------------------------------------


def test_a_carer_is_added_with_the_agency_they_work_through(cast, placement):
    carer = added(cast, ni_number=" ab 12 34 56 c ", post="Support worker", care_role_since=ago(400))
    assert (str(carer), carer.ni_number, carer.was_on_record) == ("Corin Reed", "AB123456C", False)
    engagement = carer.engagements.get()
    assert (engagement.agency, engagement.post, engagement.recorded_by) == (cast.agency, "Support worker", cast.amy)
    assert carer.history.first().history_user == cast.amy


@pytest.mark.parametrize(
    ("again", "number"),
    [
        ({"forename": "CORIN", "surname": " reed "}, "AB123456C"),
        ({"ni_number": "AB123456C", "surname": "Reed-Marsh"}, "AB123456C"),
        ({"ni_number": "AB123456C"}, ""),
    ],
)
def test_somebody_on_record_is_engaged_and_not_recorded_twice(cast, placement, elsewhere, again, number):
    """A carer works through several agencies; the checks belong to the person, and so does a stand-down."""
    manager, agency = elsewhere
    carer = added(cast, ni_number=number)
    cast.check(carer, *Check.REQUIRED, on=ago(2))
    StandDown.objects.create(carer=carer, starts_at=at(ago(1)))
    same = added(cast, agency=agency, by=manager, **again)
    assert (same, same.was_on_record) == (carer, True)
    assert Carer.objects.get().ni_number == "AB123456C"
    assert {engagement.agency for engagement in carer.engagements.all()} == {cast.agency, agency}
    assert StandDown.objects.standing_at(NOW).filter(carer=same).exists()
    assert cleared.lacking(cleared.with_lacks(Carer.objects.all(), NOW, [None]).get()) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Sam", "O'Brien"), ("Sam", "O’Brien")),
        (("Sam", "Van Dyke"), ("Sam Van", "Dyke")),
        (("Sam", "Brown-Smith"), ("SAM", "Brown  Smith")),
        (("José", "Núñez"), ("Jose\u0301", "Nun\u0303ez")),
        (("Jose", "Nunez"), ("José", "Núñez")),
    ],
)
def test_a_name_spelled_otherwise_is_no_second_record(cast, placement, elsewhere, first, second):
    """Under a second record a carer who is stood down would begin again."""
    manager, agency = elsewhere
    first, second = (dict(zip(("forename", "surname"), names, strict=True)) for names in (first, second))
    carer = added(cast, **first)
    assert added(cast, agency=agency, by=manager, **second) == carer
    other = added(cast, forename="Somebody", surname="Else")
    with pytest.raises(Conflict, match="already on record"):  # nor by another way than adding
        describe_carer(carer=other, date_of_birth=BORN, by=cast.amy, as_of=NOW, **second)


def test_names_in_another_alphabet_are_told_apart(cast, placement):
    names = (("Олена", "Коваль"), ("Ірина", "Коваль"), ("Łucja", "Wrona"))
    assert len({added(cast, forename=forename, surname=surname).pk for forename, surname in names}) == len(names)


def test_facts_that_contradict_make_nobody_somebody_else(cast, placement, elsewhere):
    manager, agency = elsewhere
    added(cast, ni_number="AB123456C")
    with pytest.raises(Invalid) as wrong:
        added(cast, agency=agency, by=manager, ni_number="AB123456C", forename="Ola", date_of_birth=dt.date(1991, 1, 1))
    assert "another date of birth" in wrong.value.errors["ni_number"]
    with pytest.raises(Invalid) as wrong:
        added(cast, agency=agency, by=manager, ni_number="AB123456D")
    assert "another National Insurance number" in wrong.value.errors["ni_number"]
    assert Engagement.objects.count() == Carer.objects.count() == 1


def test_the_same_agency_twice_is_said(cast, placement):
    added(cast)
    with pytest.raises(Invalid, match="working through Tideway Nursing from"):
        added(cast)
    assert Engagement.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"forename": " "}, "forename"),
        ({"surname": ""}, "surname"),
        ({"date_of_birth": ago(-1)}, "date_of_birth"),
        ({"date_of_birth": ago(365 * 15)}, "date_of_birth"),
        ({"date_of_birth": dt.date(1888, 3, 9)}, "date_of_birth"),
        ({"ni_number": "12345"}, "ni_number"),
        ({"ni_number": "BG123456C"}, "ni_number"),
        ({"started_on": ago(-29)}, "started_on"),
        ({"started_on": BORN - DAY}, "started_on"),
        ({"care_role_since": ago(-1)}, "care_role_since"),
    ],
)
def test_a_carer_that_cannot_be(cast, placement, wrong, field):
    with pytest.raises(Invalid) as invalid:
        added(cast, **wrong)
    assert list(invalid.value.errors) == [field]
    assert not Carer.objects.exists()


@pytest.mark.parametrize("who", ["amy", "tom", "hana", "carl"])
def test_councils_people_add_carers_to_what_supplies_their_placements(cast, placement, elsewhere, who):
    by = getattr(cast, who)
    assert added(cast, by=by)
    assert added(cast, by=by, forename="Own", agency=cast.provider)
    with pytest.raises(PermissionDenied):
        added(cast, by=by, forename="Other", agency=elsewhere[1])


@pytest.mark.parametrize("who", ["priya", "ines", "lee", "sal", "dee", "dora", "lola", "sam", "zoe", "duncan"])
def test_nobody_else_adds_carers(cast, placement, who):
    with pytest.raises(PermissionDenied):
        added(cast, by=getattr(cast, who))


def test_a_providers_manager_adds_carers_only_where_they_work(cast, placement, elsewhere):
    manager, agency = elsewhere
    assert added(cast, by=manager, agency=agency)
    with pytest.raises(PermissionDenied):
        added(cast, by=manager, forename="Other", agency=cast.agency)
    ProviderPost.objects.filter(person=manager).update(ended_on=TODAY)
    with pytest.raises(PermissionDenied):
        added(cast, by=manager, forename="Third", agency=agency)


def test_an_agency_of_a_placement_yet_to_start_can_be_prepared(cast):
    planned = cast.placement(cast.child(born=ago(365 * 14), since=ago(200)), ago(-5), home=cast.home())
    cast.supplies(planned)
    carer = added(cast)
    assert Carer.objects.visible_to(cast.amy).get() == carer
    assert not Carer.objects.visible_to(cast.zoe).exists()


# --- who they are -----------------------------------------------------------------------------------------------------


def described(cast, carer, **fields):
    fields = {"forename": carer.forename, "surname": carer.surname, "date_of_birth": carer.date_of_birth} | fields
    return describe_carer(carer=carer, by=fields.pop("by", cast.amy), as_of=NOW, **fields)


def test_details_are_corrected_and_the_history_keeps_both(cast, placement):
    carer = added(cast)
    described(cast, carer, surname="Rede", ni_number="AB123456C")
    assert [row.surname for row in carer.history.all()] == ["Rede", "Reed"]
    other = added(cast, forename="Ola")
    with pytest.raises(Conflict, match="already on record"):
        described(cast, other, ni_number="AB123456C")
    with pytest.raises(Conflict, match="already on record"):
        described(cast, other, forename="corin", surname="rede")


def test_a_stood_down_carer_is_not_renamed(cast, placement):
    """Under another name they could begin again: only what is missing can be added."""
    carer = added(cast)
    standing = StandDown.objects.create(carer=carer, starts_at=at(ago(1)))
    for change in ({"surname": "Rede"}, {"date_of_birth": BORN - DAY}, {"forename": "Cory"}):
        with pytest.raises(Invalid, match="stood down"):
            described(cast, carer, **change)
    described(cast, carer, ni_number="AB123456C")
    with pytest.raises(Invalid, match="stood down"):
        described(cast, carer, ni_number="AB123457C")
    carer.refresh_from_db()
    assert (str(carer), carer.ni_number, standing.lifted_at) == ("Corin Reed", "AB123456C", None)


def test_an_account_is_one_of_their_agencys_and_nobody_elses(cast, placement):
    carer = cast.carer(agency=cast.provider)
    link_account(carer=carer, account=cast.priya, by=cast.amy, as_of=NOW)
    assert Carer.objects.get(account=cast.priya) == carer
    other = cast.carer("Moss", agency=cast.provider)
    for account in (cast.priya, cast.amy, cast.zoe):
        with pytest.raises(Invalid, match="Select an account from the list"):
            link_account(carer=other, account=account, by=cast.amy, as_of=NOW)
    link_account(carer=carer, account=None, by=cast.amy, as_of=NOW)
    assert not Carer.objects.filter(account__isnull=False).exists()


def test_nobody_records_what_is_known_of_themselves(cast, placement):
    own = cast.carer(agency=cast.provider, account=cast.paul)
    with pytest.raises(Invalid, match="your own record"):
        described(cast, own, surname="Other", by=cast.paul)
    assert described(cast, own, surname="Other", by=cast.amy)


def test_anothers_carers_are_not_changed(cast, placement, elsewhere):
    manager, agency = elsewhere
    theirs = cast.carer("Far", agency=agency)
    for by in (cast.amy, cast.zoe, cast.paul):
        with pytest.raises(PermissionDenied):
            described(cast, theirs, surname="Near", by=by)
    assert described(cast, theirs, surname="Near", by=manager)


# --- agencies ---------------------------------------------------------------------------------------------------------


def test_one_more_agency_and_an_end(cast, placement):
    carer = cast.carer(checked=False)
    engagement = engage(carer=carer, agency=cast.provider, started_on=ago(1), by=cast.amy, as_of=NOW)
    line = SupervisionLine.objects.create(
        carer=carer, agency=cast.provider, supervisor="Dana Crake", started_on=ago(1), recorded_by=cast.amy
    )
    with pytest.raises(Invalid, match="working through Harbour Light Care"):
        engage(carer=carer, agency=cast.provider, started_on=TODAY, by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="when they started there"):
        end_engagement(engagement=engagement, ended_on=ago(2), by=cast.amy, as_of=NOW)
    end_engagement(engagement=engagement, ended_on=TODAY, by=cast.amy, as_of=NOW)
    line.refresh_from_db()
    assert line.ended_on == TODAY  # who supervised them for that agency does so no longer
    with pytest.raises(Invalid, match="already"):
        end_engagement(engagement=engagement, ended_on=TODAY, by=cast.amy, as_of=NOW)
    assert engage(carer=carer, agency=cast.provider, started_on=TODAY, by=cast.amy, as_of=NOW)


def test_an_agencys_manager_ends_only_their_own_agencys(cast, placement, elsewhere):
    manager, agency = elsewhere
    carer = cast.carer()
    own = Engagement.objects.create(carer=carer, agency=agency, started_on=ago(9), recorded_by=manager)
    with pytest.raises(PermissionDenied):
        end_engagement(engagement=carer.engagements.get(agency=cast.agency), ended_on=TODAY, by=manager, as_of=NOW)
    assert end_engagement(engagement=own, ended_on=TODAY, by=manager, as_of=NOW)


def test_nobody_leaves_an_agency_while_still_on_its_shifts(cast, placement):
    carer = cast.carer(checked=ago(10))
    on = cast.puts(carer, cast.shift(placement, ago(-3)))
    engagement = carer.engagements.get()
    with pytest.raises(Invalid, match="1 planned shift ends after that day"):
        end_engagement(engagement=engagement, ended_on=ago(-2), by=cast.amy, as_of=NOW)
    on.removed_at = NOW
    on.save()
    assert end_engagement(engagement=engagement, ended_on=ago(-2), by=cast.amy, as_of=NOW)


# --- who is cleared: one answer ---------------------------------------------------------------------------------------


def test_many_carers_in_one_query(cast, placement, django_assert_num_queries):
    for number in range(6):
        cast.carer(f"Reed {number}", date_of_birth=BORN, checked=ago(10) if number % 2 else False)
    with django_assert_num_queries(1):
        found = {
            carer.surname[-1]: cleared.lacking(carer) for carer in cleared.with_lacks(Carer.objects.all(), NOW, [None])
        }
    assert found["1"] == []
    assert found["0"] == ["all 8 checks"]


def test_every_required_check_has_words():
    assert list(cleared.LACKS) == list(Check.REQUIRED)


@given(gone=st.integers(0, 1300), kind=st.sampled_from(Check.REQUIRED), valid=st.none() | st.integers(-60, 60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_says_what_the_database_will_say_on_each_day(cast, gone, kind, valid):
    """ "Runs out soon" names the last day on which the gate lets the carer through, and the day after it does not."""
    carer = cast.carer(f"Reed {Carer.objects.count()}", checked=ago(1))
    carer.checks.filter(kind=kind).delete()
    cast.check(carer, kind, on=ago(gone), valid_until=ago(-valid) if valid is not None and -valid <= gone else None)
    state = cleared.states_of(carer, carer.checks.all(), NOW, [None])[kind]

    def lacks(day):
        with connection.cursor() as cursor:
            cursor.execute("SELECT staffing_missing(%s, %s, NULL)", [carer.pk, at(day, 23)])
            return kind in cursor.fetchone()[0]

    if state.state == "soon":
        assert TODAY <= state.last_day <= TODAY + 28 * DAY
        assert not lacks(TODAY)
        assert not lacks(state.last_day)
        assert lacks(state.last_day + DAY)
    else:
        assert lacks(TODAY) is (state.state != "complete")
        assert state.state != "missing"  # there was one
        if state.state == "complete":
            assert not lacks(TODAY + 28 * DAY)


def test_a_providers_people_read_the_strictest_council_that_places_with_them(cast, placement):
    carer = cast.carer(agency=cast.provider, checked=ago(200))
    LocalStandard.objects.create(
        authority=cast.north, key="STF-01 DBS", value=3, effective_from=ago(50), set_by=cast.dora, reason="Ours."
    )
    assert cleared.councils_of(cast.paul) == [cast.north.pk]
    for user in (cast.paul, cast.amy):
        found = cleared.with_lacks(Carer.objects.filter(pk=carer.pk), NOW, cleared.councils_of(user)).get()
        assert found.lacks == ["dbs"]
    assert cleared.with_lacks(Carer.objects.all(), NOW, [None]).get().lacks == []
    both = cleared.with_lacks(Carer.objects.all(), NOW, [cast.south.pk, cast.north.pk]).get()
    assert both.lacks == ["dbs"]
