"""Returns as they really come: every oddity is read, or said to be unreadable at its line; none stops the reading."""

import contextlib
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.reading import (
    EPISODES,
    HEADER,
    KEPT,
    TABLES,
    NotAReturn,
    Row,
    Trouble,
    open_return,
    read_date,
    read_year,
    year_in_name,
    year_of,
)
from tests.exchange import returns


def read(content, name="file.csv"):
    content = content if isinstance(content, bytes) else content.encode()
    opened = open_return(io.BytesIO(content), name)
    found = list(opened.rows)
    return opened, [r for r in found if isinstance(r, Row)], [t for t in found if isinstance(t, Trouble)]


def one(content, name="file.csv") -> Row:
    _, rows, troubles = read(content, name)
    assert not troubles
    assert len(rows) == 1
    return rows[0]


PLAIN = returns.table(returns.EPISODES, returns.episode(dec="02/07/2019"))
EXPECTED = one(PLAIN)


def test_a_row_holds_what_is_not_empty_with_dates_as_iso():
    assert EXPECTED.child == "1001"
    assert EXPECTED.decom == dt.date(2019, 6, 1)
    assert EXPECTED.line == 2
    assert EXPECTED.values["DEC"] == "2019-07-02"
    assert "REASON_PLACE_CHANGE" not in EXPECTED.values


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace("CHILD,DECOM", " Child , decom\u00a0").encode(),
        PLAIN.replace("PLACE_PROVIDER", "Place Provider").encode(),
        PLAIN.replace("CHILD", '"CHILD"').encode(),
        PLAIN.replace("CHILD", "CHILDID").replace("PLACE,", "PL,").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("C2", "\u00a0c2 ").encode(),
        PLAIN.replace("1001", "1001.0").encode(),
        PLAIN.replace("01/06/2019", "2019-06-01").replace("02/07/2019", "2019-07-02 00:00:00").encode(),
        PLAIN.replace("01/06/2019", "1/6/2019").encode(),
        PLAIN.replace(",,", ",#N/A,").encode(),
        PLAIN.encode() + b"\n\n , , \n",
        b"\n\n" + PLAIN.encode(),
    ],
    ids=[
        "byte-order mark", "CRLF", "CR", "UTF-16", "heading case and NBSP", "heading with a space", "quoted heading",
        "names of the XML", "semicolons", "tabs", "NBSP and case in a code", "number as 1.0", "ISO dates", "short date",
        "Excel's #N/A", "blank lines after", "blank lines before",
    ],
)  # fmt: skip
def test_the_same_row_however_it_is_dressed(content):
    row = one(content)
    assert (row.child, row.decom, row.values) == (EXPECTED.child, EXPECTED.decom, EXPECTED.values)


def test_extra_columns_are_passed_over_and_a_year_is_taken():
    row = one(
        "LA,YEAR,CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN,NOTE\n"
        '901,2019/20,1001,01/06/2019,S,C2,N1,U6,PR1,02/07/2019,X1,,ZZ9 9ZZ,ZZ1 1AA,1234567,"said ""no"", twice"\n'
    )
    assert row.year == 2019
    assert row.values == EXPECTED.values


def test_a_quoted_cell_may_hold_a_line_break():
    heading = returns.EPISODES + ",NOTE"
    _, rows, troubles = read(
        f'{heading}\n{returns.episode()},"two\nlines"\n{returns.episode(decom="03/07/2019")},plain\n'
    )
    assert not troubles
    assert [row.line for row in rows] == [2, 4]


def test_a_quote_inside_a_cell_is_a_character_like_others():
    assert one(PLAIN.replace("ZZ1 1AA", '5" PIPE')).values["PL_POST"] == '5" PIPE'


def test_a_quote_nobody_closes_costs_its_own_line_and_no_other():
    good = [returns.episode(str(n)) for n in range(1, 50)]
    bad = returns.episode("77").replace("ZZ9 9ZZ", '"')
    _, rows, troubles = read(returns.table(returns.EPISODES, *good[:5], bad, *good[5:20], bad, *good[20:]))
    assert [t.line for t in troubles] == [7, 23]
    assert all(t.lost for t in troubles)
    assert [row.child for row in rows] == [str(n) for n in range(1, 50)]


def test_a_line_without_end_is_cut_off_and_the_next_is_read():
    _, rows, troubles = read(returns.table(returns.EPISODES, "x" * 500_000, returns.episode()))
    assert [(t.line, t.code, t.lost) for t in troubles] == [(2, "line_too_long", True)]
    assert rows[0].line == 3


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (returns.episode(number=""), "no_child"),
        (returns.episode(decom=""), "no_start"),
        (returns.episode(decom="31/02/2019"), "no_start"),
        (returns.episode(decom="06/13/2019"), "no_start"),
        (returns.episode(decom="01/06/19"), "no_start"),
        (returns.episode(number="9" * 40), "too_long"),
        ("1001,01/06/2019,S", "too_few_cells"),
        (returns.episode() + ",more", "too_many_cells"),
    ],
)
def test_a_row_that_cannot_be_read_is_lost_and_said_to_be(row, code):
    _, rows, troubles = read(returns.table(returns.EPISODES, row, returns.episode("2")))
    assert [(t.line, t.code, t.lost) for t in troubles] == [(2, code, True)]
    assert [r.child for r in rows] == ["2"]


def test_an_unreadable_end_is_kept_as_it_was_for_somebody_to_mend():
    assert one(returns.table(returns.EPISODES, returns.episode(dec="32/01/2020"))).values["DEC"] == "32/01/2020"


def test_null_characters_are_taken_out_and_said():
    _, rows, troubles = read(returns.table(returns.EPISODES, returns.episode().replace("U6", "U\x006")))
    assert rows[0].values["PLACE"] == "U6"
    assert [t.code for t in troubles] == ["null_character"]


def test_windows_encoding_is_read_and_said():
    opened, rows, _ = read(returns.table(returns.EPISODES, returns.episode(post="Caf\u00e9")).encode("cp1252"))
    assert rows[0].values["PL_POST"] == "CAF\u00c9"
    assert [note.code for note in opened.notes] == ["encoding"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"  \n \n", "blank.csv"),
        (b"name,age\nx,1\n", "other.csv"),
        (b"PK\x03\x04\x00\x00\x08", "really-a-spreadsheet.csv"),
        (bytes(range(256)) * 20, "noise.csv"),
        (b"<html><body>Sign in</body></html>", "page.xml"),
        (b"not xml at all", "not.xml"),
        (b"CHILD,DECOM,RNE\n1,01/06/2019,S\n", "half.csv"),
        (b"CHILD,SEX,DOB,ETHNIC,SEX\n1,1,01/01/2010,WBRI,2\n", "twice.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_return_is_said_not_to_be(content, name):
    with pytest.raises(NotAReturn):
        read(content, name)


def test_a_half_table_says_which_columns_it_lacks():
    with pytest.raises(NotAReturn, match="DEC, LS, PLACE"):
        read("CHILD,DECOM,RNE\n1,01/06/2019,S\n")


@pytest.mark.parametrize("kind", sorted(set(TABLES) - set(KEPT)))
def test_other_tables_are_known_and_passed_by(kind):
    opened, rows, troubles = read(",".join(sorted(TABLES[kind])) + "\nnothing,to,see\n")
    assert (opened.kind, rows, troubles) == (kind, [], [])


XML = """<?xml version="1.0" encoding="utf-8"?>
<EXPSSDA903> stray
  <CHILD> stray <HEADER> stray
      <CHILDID> 1001 </CHILDID> stray <UPN/> <SEX>2</SEX><DOB>2008-05-14</DOB> <ETHNIC>WBRI</ETHNIC> <UASC>1</UASC>
      <AREVIEW><REVIEW>2019-07-01</REVIEW><SEX>1</SEX></AREVIEW>
    </HEADER>
    <EPISODE> stray
      <DECOM>01/06/2019</DECOM><RNE>S</RNE><LS>C2</LS> stray <CIN>N1</CIN><PL>U6</PL><PL_POST>ZZ1 1AA</PL_POST>
      <HOME_POST>ZZ9 9ZZ</HOME_POST><URN>1234567</URN><PLACE_PROVIDER>PR1</PLACE_PROVIDER><DEC>2019-07-02</DEC><REC>X1</REC>
    </EPISODE>
  </CHILD>
  {more}
</EXPSSDA903>
"""


def test_xml_is_the_same_return_under_other_names():
    opened, rows, troubles = read(XML.format(more=""), "return.xml")
    assert not troubles
    by_kind = {row.kind: row for row in rows}
    assert by_kind[EPISODES].values == EXPECTED.values
    assert by_kind[EPISODES].line == 7
    assert by_kind[HEADER].values == {"SEX": "2", "DOB": "2008-05-14", "ETHNIC": "WBRI"}
    assert by_kind["UASC"].child == "1001"
    assert opened.latest == dt.date(2019, 7, 1)


def test_broken_xml_gives_whole_children_and_says_where_it_broke():
    more = "<CHILD><HEADER><CHILDID>1002</CHILDID></HEADER><EPISODE><DECOM>01/06/2019</DECOM></EPI"
    _, rows, troubles = read(XML.format(more=more)[: -len("\n</EXPSSDA903>\n")], "return.xml")
    assert {row.child for row in rows} == {"1001"}
    assert [t.code for t in troubles] == ["broken_xml"]


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<EXPSSDA903><CHILD><HEADER><CHILDID>&b;</CHILDID></HEADER></CHILD></EXPSSDA903>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<EXPSSDA903><CHILD><HEADER><CHILDID>&a;</CHILDID></HEADER></CHILD></EXPSSDA903>"""


@pytest.mark.parametrize("content", [BOMB, OUTSIDE])
def test_xml_with_entities_of_its_own_is_refused(content):
    with pytest.raises(NotAReturn, match="entities"):
        read(content, "bomb.xml")


def test_xml_nested_without_end_is_not_followed():
    with pytest.raises(NotAReturn):
        read("<a>" * 100_000, "deep.xml")


def test_a_child_with_endless_episodes_is_cut_off_and_said():
    many = "<EPISODE><DECOM>01/06/2019</DECOM></EPISODE>" * 5_010
    _, rows, troubles = read(
        f"<EXPSSDA903><CHILD><HEADER><CHILDID>1</CHILDID></HEADER>{many}</CHILD></EXPSSDA903>", "many.xml"
    )
    assert len(rows) == 5_000
    assert [t.code for t in troubles] == ["too_many_episodes"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29/02/2020", dt.date(2020, 2, 29)),
        ("29/02/2019", None),
        ("2020-02-29", dt.date(2020, 2, 29)),
        ("2020-02-29T00:00:00", dt.date(2020, 2, 29)),
        ("2020-02-29T13:00:00", None),
        ("01.02.2020", dt.date(2020, 2, 1)),
        ("43890", None),
        ("01/02/1899", None),
        ("", None),
    ],
)
def test_dates(text, expected):
    assert read_date(text) == expected


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("2019-episodes.csv", 2019),
        ("SSDA903_2019_20.xml", 2019),
        ("903 2018-2019 Episodes.csv", 2018),
        ("episodes_201920.csv", 2019),
        ("episodes 20190331.csv", None),
        ("episodes.csv", None),
        ("ssda903.csv", None),
        ("la 3012019.csv", None),
    ],
)
def test_a_year_in_a_name(name, year):
    assert year_in_name(name) == year


def test_years():
    assert [read_year(t) for t in ("2019", "2019/20", "2019-2020", "19", "")] == [2019, 2019, 2019, None, None]
    assert year_of(dt.date(2020, 3, 31)) == 2019
    assert year_of(dt.date(2020, 4, 1)) == 2020


def test_an_end_on_the_first_of_april_belongs_to_the_year_that_ends_before_it():
    opened, _, _ = read(returns.table(returns.EPISODES, returns.episode(dec="01/04/2020")))
    assert year_of(opened.latest) == 2019


@given(st.binary(max_size=400))
def test_no_bytes_stop_the_reading(content):
    for name in ("x.csv", "x.xml"):
        for start in (b"", returns.EPISODES.encode() + b"\n", b"<EXPSSDA903><CHILD>"):
            with contextlib.suppress(NotAReturn):
                _, rows, troubles = read(start + content, name)
                assert all(row.child for row in rows)
                assert all(trouble.message for trouble in troubles)


@given(st.lists(st.text(alphabet=st.sampled_from('",\n\r 01/2019UC'), max_size=60), max_size=8))
def test_every_line_is_read_or_said_to_be_lost(lines):
    """Whatever stands between them, the good rows are all read."""
    good = returns.episode("5")
    content = returns.EPISODES + "\n" + "".join(f"{line}\n{good}\n" for line in lines)
    _, rows, troubles = read(content)
    swallowed = sum(line.count('"') % 2 for line in lines)
    assert len([row for row in rows if row.child == "5"]) >= len(lines) - swallowed
    assert all(t.message for t in troubles)
