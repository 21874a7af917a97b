"""What was read becomes records: each episode once, the latest return's word, nothing half done, nothing lost."""

from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import CareEpisode, Child, LegalStatus
from core.actions import say_who
from core.models import Authority
from exchange.actions.applying import _in_safe_order
from exchange.models import ReturnEpisode
from exchange.projecting import overlap
from placements.models import Placement
from tests.exchange.returns import (
    EPISODES,
    HEADER,
    Council,
    care,
    child,
    codes,
    day,
    episode,
    everything,
    history_rows,
    placements,
    statuses,
    table,
)

# --- what episodes become -----------------------------------------------------------------------------------------------


def test_episodes_become_periods_of_care_statuses_and_placements(council):
    outcome = council.take_one(
        episode(decom="01/06/2019", dec="01/07/2019", ls="V2", place="U6", rec="X1"),
        episode(decom="01/07/2019", dec="10/07/2019", rne="L", ls="C1", place="U6", rec="X1", why="CARPL"),
        episode(decom="10/07/2019", dec="01/09/2019", rne="P", ls="C1", place="K2", rec="E4A"),
        episode(decom="01/12/2019", rne="S", ls="C1", place="U4"),
    )
    assert (outcome["created"], outcome["quarantined"], outcome["children"]) == (4, 0, 1)
    assert care() == [(day("2019-06-01"), day("2019-09-01"), "E4A"), (day("2019-12-01"), None, "")]
    assert statuses() == [
        ("V2", day("2019-06-01"), day("2019-07-01")),
        ("C1", day("2019-07-01"), day("2019-09-01")),
        ("C1", day("2019-12-01"), None),
    ]
    assert placements() == [
        ("U6", day("2019-06-01"), day("2019-07-10")),
        ("K2", day("2019-07-10"), day("2019-09-01")),
        ("U4", day("2019-12-01"), None),
    ]
    first, last = Placement.objects.filter(started_on=day("2019-06-01")).get(), Placement.objects.get(type="U4")
    assert (first.end_reason, first.urn, first.postcode, first.until_18) == ("CARPL", "1234567", "ZZ1 1AA", False)
    assert last.until_18
    assert last.from_return
    assert last.followed_from is None


def test_a_header_says_who_she_is(council):
    council.take_one(episode(), headers=[child(mother="1.0", mc_dob="2024-11-02", upn="A123456789012")])
    amy = Child.objects.get()
    assert (amy.external_id, amy.sex, amy.date_of_birth, amy.ethnicity) == ("1001", "F", day("2008-05-14"), "WBRI")
    assert (amy.is_mother, amy.own_childs_birth, amy.upn) == (True, day("2024-11-02"), "A123456789012")


@pytest.mark.parametrize(("code", "sex"), [("1", "M"), ("2", "F"), ("M", "M"), ("F", "F"), ("U", "U"), ("9", "U")])
def test_sex_is_read_in_either_code_set(council, code, sex):
    council.take_one(episode(), headers=[child(sex=code)])
    assert Child.objects.get().sex == sex


def test_unaccompanied_children_are_marked(council):
    council.take(
        a_header_2019=table(HEADER, child(), child("1002")),
        z_uasc_2019=table("CHILD,SEX,DOB,DUC", "1002,2,14/05/2008,"),
    )
    assert list(Child.objects.filter(unaccompanied=True).values_list("external_id", flat=True)) == ["1002"]


def test_a_urn_of_nothing_but_x_is_kept_as_it_is(council):
    council.take_one(episode(urn="XXXXXXX"))
    assert Placement.objects.get().urn == "XXXXXXX"


def test_a_code_that_was_not_yet_a_code_is_reported_and_used(council):
    outcome = council.take_one(episode(place="K3"))
    assert codes(outcome) == ["code_out_of_date"]
    assert placements() == [("K3", day("2019-06-01"), None)]


def test_xml_and_csv_of_one_return_make_the_same_records(council, tmp_path):
    south = Council(Authority.objects.create(code="902", name="South Mere"), tmp_path / "south")
    council.take(
        header_2019=table(HEADER, child()),
        uasc_2019=table("CHILD,SEX,DOB,DUC", "1001,2,14/05/2008,"),
        episodes_2019=table(EPISODES, episode(dec="01/07/2019"), episode(decom="01/07/2019", rne="P", place="K2")),
    )
    parts = "<RNE>{}</RNE><LS>C2</LS><CIN>N1</CIN><PL>{}</PL><PL_POST>ZZ1 1AA</PL_POST><HOME_POST>ZZ9 9ZZ</HOME_POST>"
    parts += "<URN>1234567</URN><PLACE_PROVIDER>PR1</PLACE_PROVIDER>"
    outcome = south.take(
        return_2019__xml="<EXPSSDA903><CHILD><HEADER><CHILDID>1001</CHILDID><SEX>2</SEX><DOB>2008-05-14</DOB>"
        "<ETHNIC>WBRI</ETHNIC><UASC>1</UASC></HEADER>"
        f"<EPISODE><DECOM>2019-06-01</DECOM>{parts.format('S', 'U6')}<DEC>2019-07-01</DEC><REC>X1</REC></EPISODE>"
        f"<EPISODE><DECOM>2019-07-01</DECOM>{parts.format('P', 'K2')}</EPISODE></CHILD></EXPSSDA903>"
    )
    assert (outcome["files"], outcome["created"], codes(outcome)) == (1, 2, [])
    assert everything(south.authority) == everything(council.authority)


# --- the same and again -------------------------------------------------------------------------------------------------


def test_a_second_import_changes_nothing_and_writes_no_history(council):
    rows = [episode(dec="01/07/2019"), episode(decom="01/07/2019", rne="L", ls="C1"), episode("1002"), episode("1003")]
    first = council.take_one(*rows)
    before, written = everything(council.authority), history_rows()
    second = council.take_one(*rows)
    assert first["created"] == 4
    assert [second[name] for name in ("created", "updated", "quarantined", "rejected", "unchanged")] == [0, 0, 0, 0, 4]
    assert everything(council.authority) == before
    assert history_rows() == written


def test_the_latest_return_that_names_an_episode_wins(council):
    council.take_one(episode(), year=2019)
    outcome = council.take_one(episode(dec="01/05/2020", rec="E4A"), year=2020)
    assert (outcome["updated"], outcome["episodes"]) == (1, 1)
    assert placements() == [("U6", day("2019-06-01"), day("2020-05-01"))]


def test_an_older_return_never_reopens_what_a_later_one_closed(council):
    council.take_one(episode(dec="01/05/2020", rec="E4A"), year=2020)
    outcome = council.take_one(episode(), year=2019)
    assert (outcome["unchanged"], outcome["updated"]) == (1, 0)
    assert placements() == [("U6", day("2019-06-01"), day("2020-05-01"))]
    assert care() == [(day("2019-06-01"), day("2020-05-01"), "E4A")]
    assert council.episode(day("2019-06-01")).year == 2020


def test_an_older_header_never_overwrites_a_later_one(council):
    council.take_one(episode(), headers=[child(ethnic="BCRB")], year=2020)
    council.take_one(episode(), headers=[child(ethnic="NOBT")], year=2019)
    assert Child.objects.get().ethnicity == "BCRB"


def test_an_older_return_still_adds_what_no_later_one_names(council):
    council.take_one(episode(decom="01/06/2020"), year=2020)
    outcome = council.take_one(episode(decom="01/06/2018", dec="01/06/2019", rec="E4A"), year=2018)
    assert outcome["created"] == 1
    assert len(care()) == 2


def test_a_return_sent_again_for_its_own_year_is_the_newer_word(council):
    council.take_one(episode(place="U6"), year=2019)
    council.take_one(episode(place="K2"), year=2019)
    assert placements() == [("K2", day("2019-06-01"), None)]


def test_rows_repeated_in_one_return_are_one_episode_and_a_difference_is_said(council):
    outcome = council.take_one(episode(), episode(), episode(place="K2"))
    assert (outcome["created"], outcome["unchanged"], outcome["episodes"]) == (1, 2, 1)
    assert codes(outcome) == ["repeated"]
    assert placements() == [("K2", day("2019-06-01"), None)]


@pytest.mark.parametrize(
    ("year", "name", "column", "expected"),
    [
        (2015, "episodes_2018", "2017", 2015),
        (None, "episodes_2018", "2017/18", 2017),
        (None, "episodes_2018", "", 2018),
        (None, "episodes", "", 2019),
    ],
    ids=["as told", "its YEAR column", "its name", "its latest date"],
)
def test_the_year_of_a_return(council, year, name, column, expected):
    rows = [f"YEAR,{EPISODES}", f"{column},{episode(dec='30/03/2020')}"]
    council.take(year=year, **{"header": table(HEADER, child()), name: table(*rows)})
    assert council.episode(day("2019-06-01")).year == expected


def test_a_header_without_a_year_is_of_the_year_of_the_episodes_beside_it(council):
    council.take(header=table(HEADER, child(ethnic="BCRB")), episodes=table(EPISODES, episode(dec="30/03/2020")))
    council.take(
        header=table(HEADER, child(ethnic="NOBT")),
        episodes=table(EPISODES, episode(dec="30/03/2019", decom="01/06/2018")),
    )
    assert Child.objects.get().ethnicity == "BCRB"


# A small world of a few years, with moves, ends and mistakes, for the order of imports to make no difference to.
YEARS = {
    2017: [episode(), episode("1002", "01/08/2017", rne="S", place="K2"), episode("1003", "05/05/2017", dec="01/05/2017", rec="E4A")],
    2018: [episode(dec="01/09/2019", why="CARPL"), episode("1002", "01/08/2017", dec="03/03/2019", rec="E4A")],
    2019: [episode(decom="01/09/2019", rne="P", place="K2"), episode("1002", "01/02/2019"), episode("1004", "01/02/2019")],
    2020: [episode(decom="01/09/2019", rne="P", place="R1", dec="01/10/2020", rec="E8"), episode("1003", "05/05/2017")],
    2021: [episode("1002", "01/02/2019", dec="02/02/2021", rec="E4B"), episode("1004", "01/02/2019", ls="", dec="")],
}  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(sorted(YEARS)), again=st.sampled_from(sorted(YEARS)), data=st.data())
def test_the_order_of_imports_makes_no_difference(db, tmp_path_factory, order, again, data):
    straight = Council(_authority(), tmp_path_factory.mktemp("straight"))
    straight.take(
        **{f"episodes_{year}": table(EPISODES, *rows) for year, rows in YEARS.items()},
        **{f"header_{year}": _headers(year) for year in YEARS},
    )
    jumbled = Council(_authority(), tmp_path_factory.mktemp("jumbled"))
    for year in (*order, again):
        jumbled.take(**{f"episodes_{year}": table(EPISODES, *YEARS[year]), f"header_{year}": _headers(year)})
    assert everything(jumbled.authority) == everything(straight.authority)


def _headers(year) -> str:
    return table(
        HEADER, *[child(n, ethnic="WBRI" if year < 2019 else "MWBC") for n in ("1001", "1002", "1003", "1004")]
    )


def _authority() -> Authority:
    number = Authority.objects.count()
    return Authority.objects.create(code=f"X{number}", name=f"Council {number}")


# --- what cannot be true ------------------------------------------------------------------------------------------------


def test_both_of_two_episodes_that_overlap_are_quarantined_and_neither_is_applied(council):
    outcome = council.take_one(
        episode(decom="01/06/2019", dec="10/07/2019"),
        episode(decom="01/07/2019", dec="01/09/2019", rne="P", place="K2", rec="E4A"),
        episode(decom="01/12/2019", place="U4"),
    )
    assert (outcome["created"], outcome["quarantined"]) == (1, 2)
    assert codes(outcome) == ["overlapped", "overlaps_next"]
    assert placements() == [("U4", day("2019-12-01"), None)]
    assert "1 June 2019" in council.episode(day("2019-07-01")).reason


def test_an_episode_reaching_over_several_quarantines_them_all(council):
    council.take_one(
        episode(decom="01/06/2019", dec="01/12/2019"),
        episode(decom="01/07/2019", dec="01/08/2019", rne="P"),
        episode(decom="01/08/2019", dec="01/09/2019", rne="P"),
        episode(decom="01/12/2019", rne="P"),
    )
    assert placements() == [("U6", day("2019-12-01"), None)]
    assert ReturnEpisode.objects.filter(state="quarantined").count() == 3


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (episode(dec="31/05/2019"), "ends_before_start", "DEC"),
        (episode(dec="31/02/2020"), "unreadable_end", "DEC"),
        (episode(decom="13/05/2008"), "before_birth", "DECOM"),
        (episode(decom="03/03/2026"), "in_the_future", "DECOM"),
        (episode(dec="03/03/2026"), "in_the_future", "DEC"),
        (episode(ls="Q9"), "unknown_legal_status", "LS"),
        (episode(ls=""), "unknown_legal_status", "LS"),
        (episode(place="Q9"), "unknown_placement", "PLACE"),
    ],
)
def test_a_row_that_cannot_be_true_is_kept_with_its_reason(council, row, code, column):
    outcome = council.take_one(row)
    assert (outcome["quarantined"], outcome["created"], outcome["episodes"]) == (1, 0, 1)
    assert [(p["code"], p["column"], p["file"], p["line"]) for p in outcome["problems"]] == [
        (code, column, "episodes_2019.csv", 2)
    ]
    assert placements() == statuses() == care() == []
    again = council.take_one(row)
    assert (again["quarantined"], again["unchanged"]) == (0, 1)


def test_two_open_episodes_are_both_doubtful(council):
    outcome = council.take_one(episode(), episode(decom="01/07/2019", rne="P"))
    assert codes(outcome) == ["open_twice", "overlapped"]


def test_days_that_only_touch_do_not_overlap_and_a_stay_of_no_nights_is_a_stay(council):
    outcome = council.take_one(
        episode(decom="01/06/2019", dec="01/07/2019"),
        episode(decom="01/07/2019", dec="01/07/2019", rne="P", place="K2").replace(",01/07/2019,P", ",01/07/2019,P"),
    )
    assert outcome["quarantined"] == 0
    assert placements() == [("U6", day("2019-06-01"), day("2019-07-01")), ("K2", day("2019-07-01"), day("2019-07-01"))]


def test_children_without_a_header_are_kept_and_used_once_a_header_comes(council):
    outcome = council.take(episodes_2019=table(EPISODES, episode(), episode("1002")))
    assert (outcome["quarantined"], outcome["episodes"], outcome["children"]) == (2, 2, 2)
    assert codes(outcome) == ["no_header", "no_header"]
    outcome = council.take(header_2019=table(HEADER, child()))
    assert placements() == [("U6", day("2019-06-01"), None)]
    assert council.episode(day("2019-06-01")).state == "used"
    assert council.episode(day("2019-06-01"), "1002").state == "quarantined"


def test_a_header_without_a_date_of_birth_is_reported_and_makes_no_child(council):
    outcome = council.take_one(episode(), headers=[child(dob="unknown")])
    assert codes(outcome) == ["no_birth", "no_header"]
    assert not Child.objects.exists()


def test_rows_that_cannot_be_read_are_counted_and_the_rest_is_used(council):
    outcome = council.take_one(
        episode(), "broken,row", episode("1002", decom="soon"), episode("1003"), headers=[child(), child("1003")]
    )
    assert (outcome["rows_read"], outcome["rejected"], outcome["created"]) == (4, 2, 2)
    assert {(p["code"], p["line"]) for p in outcome["problems"]} == {("too_few_cells", 3), ("no_start", 4)}


def test_a_file_that_is_no_return_is_reported_and_stops_nothing(council):
    outcome = council.take(
        header_2019=table(HEADER, child()),
        episodes_2019=table(EPISODES, episode()),
        notes="dear all,\nhere are the files\n",
        nothing="",
        page__xml="<html/>",
        bomb__xml='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    )
    assert outcome["files"] == 2
    assert outcome["created"] == 1
    assert sorted(p["file"] for p in outcome["problems"] if p["code"] == "not_a_return") == [
        "bomb.xml", "notes.csv", "nothing.csv", "page.xml",
    ]  # fmt: skip


def test_a_later_return_that_puts_a_row_right_takes_it_out_of_quarantine(council):
    council.take_one(episode(dec="10/07/2019"), episode(decom="01/07/2019", rne="P", place="K2"), year=2019)
    outcome = council.take_one(episode(dec="01/07/2019"), episode(decom="01/07/2019", rne="P", place="K2"), year=2020)
    assert (outcome["updated"], outcome["quarantined"], outcome["unchanged"]) == (2, 0, 0)
    assert placements() == [("U6", day("2019-06-01"), day("2019-07-01")), ("K2", day("2019-07-01"), None)]


def test_a_new_row_that_contradicts_a_used_one_takes_both_out_and_says_so(council):
    council.take_one(episode(), year=2019)
    outcome = council.take_one(episode(decom="01/07/2019", rne="P", place="K2"), year=2020)
    assert codes(outcome) == ["open_twice", "overlapped"]
    assert placements() == []
    assert "1001" in next(p["message"] for p in outcome["problems"] if p["code"] == "open_twice")


def test_an_episode_open_in_an_older_return_and_absent_from_the_newest_is_reported(council):
    council.take_one(episode(), episode("1002"), year=2019)
    outcome = council.take_one(episode("1002"), year=2020)
    assert [p["code"] for p in outcome["problems"]] == ["open_then_absent"]
    assert "1001" in outcome["problems"][0]["message"]
    CareEpisode.objects.filter(child__external_id="1001").update(ended_on=day("2020-06-01"))  # now somebody has said
    assert codes(council.take_one(episode("1002"), year=2020)) == []


# --- beside what people recorded here -----------------------------------------------------------------------------------


@pytest.fixture
def placed(council):
    """A child known from a return, in an open placement a team has taken on."""
    council.take_one(episode())
    placement = Placement.objects.get()
    say_who(None, "test")
    placement.followed_from = day("2019-06-10")
    placement.save()
    return placement


def test_a_return_may_end_a_placement_a_team_has_taken_on(council, placed):
    council.take_one(episode(dec="01/05/2020", rec="E4A"), year=2020)
    placed.refresh_from_db()
    assert (placed.ended_on, placed.followed_from) == (day("2020-05-01"), day("2019-06-10"))


def test_an_end_recorded_here_stands_against_the_return(council, placed):
    placed.ended_on, placed.end_reason = day("2020-04-20"), "CARPL"
    placed.save()
    outcome = council.take_one(episode(dec="01/05/2020", rec="E4A"), year=2020)
    placed.refresh_from_db()
    assert placed.ended_on == day("2020-04-20")
    assert codes(outcome) == ["changed_here"]


def test_importing_the_same_return_again_does_not_reopen_what_was_ended_here(council, placed):
    placed.ended_on, placed.end_reason = day("2020-04-20"), "CARPL"
    placed.save()
    council.take_one(episode())
    council.take_one(episode(), episode("1002"), year=2020)
    placed.refresh_from_db()
    assert placed.ended_on == day("2020-04-20")


def test_a_move_recorded_here_and_told_by_the_return_is_one_placement(council, placed):
    placed.ended_on, placed.end_reason = day("2020-04-20"), "CARPL"
    placed.save()
    Placement.objects.create(
        child=placed.child, type="K2", started_on=day("2020-04-20"), followed_from=day("2020-04-20")
    )
    outcome = council.take_one(
        episode(dec="20/04/2020", why="CARPL"), episode(decom="20/04/2020", rne="P", place="K2"), year=2020
    )
    assert codes(outcome) == []
    assert placements() == [("U6", day("2019-06-01"), day("2020-04-20")), ("K2", day("2020-04-20"), None)]


def test_a_placement_recorded_here_stands_and_the_row_beside_it_waits(council, placed):
    placed.ended_on, placed.end_reason = day("2020-04-20"), "CARPL"
    placed.save()
    Placement.objects.create(
        child=placed.child, type="K2", started_on=day("2020-04-20"), followed_from=day("2020-04-20")
    )
    outcome = council.take_one(
        episode(dec="25/04/2020", why="CARPL"), episode(decom="25/04/2020", rne="P", place="U4"), year=2020
    )
    assert council.episode(day("2020-04-25")).reason_code == "recorded_here"
    assert "recorded_here" in codes(outcome)
    assert placements() == [("U6", day("2019-06-01"), day("2020-04-20")), ("K2", day("2020-04-20"), None)]
    assert (
        council.take_one(
            episode(dec="25/04/2020", why="CARPL"), episode(decom="25/04/2020", rne="P", place="U4"), year=2020
        )["quarantined"]
        == 0
    )


def test_a_placement_taken_on_is_never_taken_away(council, placed):
    outcome = council.take_one(episode(dec="31/05/2019"), year=2020)
    assert placements() == [("U6", day("2019-06-01"), None)]
    assert set(codes(outcome)) == {"ends_before_start", "changed_here", "kept_in_care"}


def test_who_she_is_as_recorded_here_stands_against_the_header(council):
    council.take_one(episode(), headers=[child(ethnic="NOBT")])
    amy = Child.objects.get()
    amy.ethnicity = "BCRB"
    amy.save()
    outcome = council.take_one(episode(), headers=[child(ethnic="WBRI")], year=2020)
    amy.refresh_from_db()
    assert amy.ethnicity == "BCRB"
    assert codes(outcome) == ["differs_from_file"]


def test_a_child_recorded_here_is_recognised_by_her_number(council):
    amy = Child.objects.create(
        authority=council.authority, external_id="1001", forename="Amber", sex="F", date_of_birth=day("2008-05-14")
    )
    council.take_one(episode())
    assert Placement.objects.get().child == amy
    amy.refresh_from_db()
    assert (amy.forename, amy.ethnicity) == ("Amber", "WBRI")


def test_two_councils_may_use_the_same_numbers(council, tmp_path):
    south = Council(Authority.objects.create(code="902", name="South Mere"), tmp_path / "south")
    council.take_one(episode(place="U6"))
    south.take_one(episode(place="K2"))
    assert sorted(Placement.objects.values_list("child__authority__code", "type")) == [("901", "U6"), ("902", "K2")]


@pytest.mark.parametrize(("first", "then"), [("C1", "C2"), ("C2", "C1")])
def test_a_boundary_moves_either_way_without_a_shared_day(council, first, then):
    """One status grows as its neighbour shrinks: the database would refuse them in the wrong order."""

    def rows(middle):
        return (
            episode(decom="01/06/2019", dec="01/07/2019", ls="C1"),
            episode(decom="01/07/2019", dec="01/08/2019", rne="P" if middle == "C1" else "B", ls=middle, place="K2"),
            episode(decom="01/08/2019", rne="B" if middle == "C1" else "P", ls="C2", place="U4"),
        )

    council.take_one(*rows(first))
    held = dict(LegalStatus.objects.values_list("code", "pk"))
    council.take_one(*rows(then), year=2020)
    boundary = {"C1": day("2019-08-01"), "C2": day("2019-07-01")}[then]
    assert statuses() == [("C1", day("2019-06-01"), boundary), ("C2", boundary, None)]
    assert dict(LegalStatus.objects.values_list("code", "pk")) == held


def test_two_records_that_change_places_go_by_way_of_none():
    first = SimpleNamespace(started_on=day("2019-01-01"), ended_on=day("2019-02-01"))
    second = SimpleNamespace(started_on=day("2019-02-01"), ended_on=day("2019-03-01"))
    moves = [("1", first, vars(second).copy()), ("1", second, vars(first).copy())]
    goal = [vars(second).copy(), vars(first).copy()]
    for wave in _in_safe_order(moves):
        for record, fields in wave:
            vars(record).update(fields)
            assert not overlap(first, second)
    assert [vars(first), vars(second)] == goal
