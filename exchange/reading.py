"""Reading the files of a children looked after return (SSDA903): CSV or XML, as they really come.

`open_return` says what a file is; iterating over what it gives yields a `Row` for each usable row and a `Trouble` for
each that is not. Files are read as a stream: a million rows take no more memory than one. Nothing here touches the
database, and nothing in a file can stop the reading of the others.
"""

import codecs
import contextlib
import csv
import datetime as dt
import io
import re
import xml.sax
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

EPISODES, HEADER, UASC = "Episodes", "Header", "UASC"

# The columns by which a file is known, whatever its name. The first that fits is meant, so the particular come first.
# Rows are kept of the first three; the others are known, so that they pass by unharmed.
TABLES: dict[str, frozenset[str]] = {
    EPISODES: frozenset({"CHILD", "DECOM", "RNE", "LS", "PLACE", "DEC"}),
    UASC: frozenset({"CHILD", "SEX", "DOB", "DUC"}),
    HEADER: frozenset({"CHILD", "SEX", "DOB", "ETHNIC"}),
    "Reviews": frozenset({"CHILD", "REVIEW", "REVIEW_CODE"}),
    "Missing": frozenset({"CHILD", "MISSING", "MIS_START", "MIS_END"}),
    "OC2": frozenset({"CHILD", "SDQ_SCORE", "CONVICTED"}),
    "OC3": frozenset({"CHILD", "IN_TOUCH", "ACTIV", "ACCOM"}),
    "PrevPerm": frozenset({"CHILD", "PREV_PERM"}),
    "AD1": frozenset({"CHILD", "DATE_INT", "DATE_MATCH"}),
    "PlacedAdoption": frozenset({"CHILD", "DATE_PLACED", "DATE_PLACED_CEASED"}),
    "SWEpisodes": frozenset({"CHILD", "SW_ID", "SW_DECOM"}),
    "DoLo": frozenset({"CHILD", "DOLO_START", "DOLO_END"}),
}
KEPT = {
    EPISODES: (
        "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST",
        "URN",
    ),
    HEADER: ("SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    UASC: ("DUC",),
}  # fmt: skip
DATES = frozenset({"DECOM", "DEC", "DOB", "MC_DOB", "DUC"})
NUMBERS = frozenset({"CHILD", "SEX", "MOTHER", "URN", "YEAR"})  # a spreadsheet may have written them as 1.0
AS_TYPED = frozenset({"CHILD"})
ALIASES = {"CHILDID": "CHILD", "CHILD_ID": "CHILD", "PL": "PLACE"}  # the XML's names, which some CSV files borrow

NOTHING = frozenset({"#N/A", "#NA", "N/A", "#REF!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#DIV/0!", "NULL", "NAN"})
INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
CHILD_LENGTH = 30  # what ReturnEpisode can hold
VALUE_LENGTH = 60
LONGEST_LINE = 200_000
LINES_IN_A_ROW = 20  # a quoted cell may hold line breaks; more of them than this is a quote nobody closed
EPISODES_OF_A_CHILD = 5_000
CHUNK = 1 << 16


class NotAReturn(Exception):
    """The file is not a table of the return, or cannot be read at all. The message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table that is kept. `values` holds its columns that are not empty; dates in it are ISO dates."""

    kind: str
    line: int
    child: str
    decom: dt.date | None
    year: int | None
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong at a line. `lost` where a row of Episodes could not be read and is rejected."""

    line: int | None
    column: str
    code: str
    message: str
    lost: bool = False


@dataclass
class Return:
    """A recognised file: which table it is, and its rows as they are read. `latest` is the latest date met so far."""

    kind: str
    rows: Iterator[Row | Trouble]
    latest: dt.date | None = None
    notes: list[Trouble] = field(default_factory=list)

    def let_go(self) -> None:
        """Read no further. The file is its opener's to close, and only after this."""
        if isinstance(self.rows, Generator):
            self.rows.close()


def open_return(file: BinaryIO, name: str) -> Return:
    """Say what a file is and begin reading it. Raises NotAReturn."""
    start = file.read(CHUNK)
    file.seek(0)
    if not start.strip():
        raise NotAReturn("The file is empty.")
    if _looks_like_xml(start, name):
        opened = Return("XML", iter(()))
        opened.rows = _XmlReading(file, opened).rows()
        return opened
    return _open_csv(file)


# --- what every value goes through ------------------------------------------------------------------------------------


def cleaned(column: str, value: str) -> str:
    """A cell without what spreadsheets and printing put round it. A date becomes ISO, if it is one."""
    value = value.translate(INVISIBLE).replace("\x00", "").strip()
    if not value or value.upper() in NOTHING:
        return ""
    if column in NUMBERS and value.endswith(".0") and value[:-2].isdigit():
        value = value[:-2]
    if column in DATES:
        day = read_date(value)
        return day.isoformat() if day else value
    value = " ".join(value.split())
    return value if column in AS_TYPED else value.upper()


ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?Z?")
ENGLISH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 0?0:00(?::00)?)?")


def read_date(text: str) -> dt.date | None:
    """A date in either style, or None. Two-digit years and American order are not guessed at."""
    if match := ENGLISH.fullmatch(text):
        day, month, year = map(int, match.groups())
    elif match := ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
    else:
        return None
    try:
        return dt.date(year, month, day) if 1900 <= year < 2100 else None
    except ValueError:
        return None


def read_year(text: str) -> int | None:
    """The year a return's period begins, from "2019", "2019/20" or "2019-2020"."""
    match = re.match(r"(?:19|20)\d\d(?!\d)", text)
    return int(match[0]) if match else None


def year_in_name(name: str) -> int | None:
    """The first year a file's name states: 2019-episodes.csv, SSDA903_2019_20.xml. Not a date such as 20190331."""
    match = re.search(r"(?<!\d)(?:19|20)\d\d(?=(?:\d\d)?(?!\d))", name)
    return int(match[0]) if match else None


def year_of(day: dt.date) -> int:
    """The year in which the return's period (1 April to 31 March) that holds `day` begins."""
    return day.year if (day.month, day.day) >= (4, 1) else day.year - 1


def _row(opened: Return, kind: str, line: int, cells: dict[str, str]) -> Iterator[Row | Trouble]:
    """The row its cells make, if it says which child and episode it is about."""
    values = {}
    lost = kind == EPISODES
    for column, cell in cells.items():
        value = cleaned(column, cell)
        if len(value) > (CHILD_LENGTH if column == "CHILD" else VALUE_LENGTH):
            if column in ("CHILD", "DECOM"):
                yield Trouble(
                    line,
                    column,
                    "too_long",
                    f"{column} is {len(value):,} characters long: this is not a {column}.",
                    lost,
                )
                return
            yield Trouble(line, column, "too_long", f"{column} is {len(value):,} characters long. It was cut short.")
            value = value[:VALUE_LENGTH]
        if value:
            values[column] = value
    child, decom = values.pop("CHILD", ""), values.pop("DECOM", "")
    year = read_year(values.pop("YEAR", ""))
    if not child:
        yield Trouble(line, "CHILD", "no_child", "The row does not say which child it is about.", lost)
        return
    day = None
    if kind == EPISODES:
        day = read_date(decom)
        if day is None:
            said = f"“{decom[:40]}” is not a date" if decom else "DECOM is empty"
            yield Trouble(line, "DECOM", "no_start", f"{said}, so the episode has no first day.", lost)
            return
        end = read_date(values.get("DEC", ""))
        # The day an episode ends is not one it covers: one that ends on 1 April still belongs to the year before.
        opened.latest = max(filter(None, (opened.latest, day, end and end - dt.timedelta(days=1))))
    yield Row(kind, line, child, day, year, values)


# --- CSV --------------------------------------------------------------------------------------------------------------


def _open_csv(file: BinaryIO) -> Return:
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=None)
    lines = _Lines(text)
    try:
        heading = next((line for line in lines if line.strip(" ,;\t\n\ufeff\u00a0")), "")
        delimiter, columns, kind = _table(heading)
    except NotAReturn:
        text.detach()  # the file is its opener's to close
        raise
    opened = Return(kind, iter(()))
    if kind not in KEPT:
        text.detach()
    else:
        opened.rows = _csv_rows(opened, lines, delimiter, columns)
        if encoding == "cp1252":
            opened.notes.append(
                Trouble(
                    None,
                    "",
                    "encoding",
                    "The file is not in UTF-8. It was read as Windows-1252; check accented letters.",
                )
            )
    return opened


def _encoding(file: BinaryIO) -> str:
    """UTF-8 if every byte of the file allows it, else what Windows writes. One pass, a chunk at a time."""
    start = file.read(4)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = start
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = file.read(1 << 20)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _table(heading: str) -> tuple[str, list[str], str]:
    """How the heading is divided, its columns, and which table has them."""
    best: list[str] = []
    for delimiter in ",;\t|":
        try:
            cells = next(csv.reader([heading], delimiter=delimiter), [])
        except csv.Error:
            continue
        columns = [_column(cell) for cell in cells]
        held = set(columns)
        for kind, needed in TABLES.items():
            if needed <= held:
                twice = sorted({c for c in columns if c in KEPT.get(kind, ()) and columns.count(c) > 1})
                if twice:
                    raise NotAReturn(f"The columns {', '.join(twice)} stand in it twice.")
                return delimiter, columns, kind
        best = max(best, columns, key=len)
    if "DECOM" in best:
        missing = sorted(TABLES[EPISODES] - set(best))
        raise NotAReturn(f"Its first line looks like Episodes but lacks the columns {', '.join(missing)}.")
    raise NotAReturn("Its first line does not hold the columns of any table of the return.")


def _column(cell: str) -> str:
    name = re.sub(r"[\s_-]+", "_", cell.translate(INVISIBLE).strip().strip("\"'").strip()).upper()
    return ALIASES.get(name, name)


class _Lines:
    """Lines of a file with their numbers. One can be put back; a line without end is cut off, not swallowed."""

    def __init__(self, text: io.TextIOWrapper):
        self.text, self.number, self.cut = text, 0, False
        self.waiting: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number += 1
        self.cut = False
        if self.waiting:
            return self.waiting.pop()
        line = self.text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            self.cut = True
            while (rest := self.text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
        return line

    def put_back(self, lines: list[str]) -> None:
        self.waiting.extend(reversed(lines))
        self.number -= len(lines)


def _csv_rows(opened: Return, lines: _Lines, delimiter: str, columns: list[str]) -> Iterator[Row | Trouble]:
    wanted = [(i, c) for i, c in enumerate(columns) if c in ("CHILD", "DECOM", "YEAR") or c in KEPT[opened.kind]]
    lost = opened.kind == EPISODES
    try:
        for line in lines:
            at = lines.number
            try:
                cells = _row_cells(lines, line, delimiter, columns)
            except _Unreadable as unreadable:
                yield Trouble(at, "", unreadable.code, unreadable.message, lost)
                continue
            if cells is None:
                continue
            if "\x00" in line:
                yield Trouble(at, "", "null_character", "The row held null characters. They were taken out.")
            yield from _row(opened, opened.kind, at, {column: cells[i] for i, column in wanted})
    finally:
        lines.text.detach()


class _Unreadable(Exception):
    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def _row_cells(lines: _Lines, line: str, delimiter: str, columns: list[str]) -> list[str] | None:
    """The cells of the row that begins on a line, or None for a blank one. Raises _Unreadable."""
    width = len(columns)
    if lines.cut:
        raise _Unreadable("line_too_long", f"The line is longer than {LONGEST_LINE:,} characters.")
    try:
        if line.count('"') % 2:
            cells = _joined(lines, line, delimiter, width) or _cells(line, delimiter, strict=False)
            if len(cells) < width:
                raise _Unreadable("quote_not_closed", "A quotation mark on this line is never closed.")
        else:
            cells = _cells(line, delimiter)
    except csv.Error:
        raise _Unreadable("quote_misplaced", "The quotation marks on this line do not pair up.") from None
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        code = "too_few_cells" if len(cells) < width else "too_many_cells"
        raise _Unreadable(code, f"The row has {len(cells)} cells and the table {width} columns.")
    return cells


def _cells(line: str, delimiter: str, *, strict: bool = True) -> list[str]:
    return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=strict), [])


def _joined(lines: _Lines, line: str, delimiter: str, width: int) -> list[str]:
    """The cells of a row that goes on over the next lines because a quoted cell holds line breaks.

    Nothing, and those lines are read as rows of their own, where joining them makes no row of this table.
    """
    taken: list[str] = []
    for more in lines:
        taken.append(more)
        if more.count(delimiter) >= width - 1:
            break  # a whole row of its own
        if more.count('"') % 2:
            with contextlib.suppress(csv.Error):
                cells = _cells(line + "".join(taken), delimiter)
                if len(cells) == width:
                    return cells
            break
        if len(taken) == LINES_IN_A_ROW or lines.cut:
            break
    else:
        lines.number -= 1  # the end of the file is not a line
    lines.put_back(taken)
    return []


# --- XML --------------------------------------------------------------------------------------------------------------


def _looks_like_xml(start: bytes, name: str) -> bool:
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    return start.replace(b"\x00", b"").lstrip().startswith(b"<") or name.lower().endswith(".xml")


class _XmlReading(ContentHandler):
    """Takes EXPSSDA903/CHILD/{HEADER, EPISODE*} apart as it is read. A child's rows are given out once she is whole."""

    DEPTH = 50

    def __init__(self, file: BinaryIO, opened: Return):
        super().__init__()
        self.file, self.opened = file, opened
        self.path: list[str] = []
        self.text: list[str] = []
        self.held = 0
        self.ready: list[Row | Trouble] = []
        self.met_child = self.met_part = False
        self.header: dict[str, str] = {}
        self.header_line = 0
        self.episodes: list[tuple[int, dict[str, str]]] = []
        self.episode: dict[str, str] | None = None
        self.dropped = 0

    def rows(self) -> Iterator[Row | Trouble]:
        parser = create_parser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
        parser.setContentHandler(self)
        self.parser = parser
        broken = ""
        try:
            while chunk := self.file.read(CHUNK):
                parser.feed(chunk)
                yield from self._given_out()
            parser.close()
        except DefusedXmlException:
            raise NotAReturn(
                "It defines entities of its own, which a return has no need of and which can do harm."
            ) from None
        except xml.sax.SAXException as error:
            broken = error.getMessage() if isinstance(error, xml.sax.SAXParseException) else str(error)
        except (UnicodeError, ValueError, LookupError) as error:
            broken = str(error)
        yield from self._given_out()
        if not self.met_part:
            raise NotAReturn("It is XML, but not of this return." if not broken else f"It is not whole XML: {broken}.")
        if broken:
            yield Trouble(
                self._line(),
                "",
                "broken_xml",
                f"The XML breaks off here ({broken}). The child it breaks off in, and what follows, were not read.",
            )

    def _given_out(self) -> Iterator[Row | Trouble]:
        ready, self.ready = self.ready, []
        yield from ready

    def _line(self) -> int:
        return int(self.parser.getLineNumber() or 0)

    def startElement(self, name: str, attrs: object) -> None:  # noqa: N802 - the library's name
        tag = name.rpartition(":")[2].upper()
        self.path.append(tag)
        if len(self.path) > self.DEPTH:
            raise xml.sax.SAXException("elements lie too deep inside each other")
        self.text, self.held = [], 0
        if tag == "CHILD" and len(self.path) == 2:
            self.met_child = True
            self.header, self.episodes, self.episode, self.dropped = {}, [], None, 0
            self.header_line = self._line()
        elif self.path[1:] == ["CHILD", "HEADER"]:
            self.met_part, self.header_line = True, self._line()
        elif self.path[1:] == ["CHILD", "EPISODE"]:
            self.met_part = True
            self.episode = {}
            self.episode_line = self._line()

    def characters(self, content: str) -> None:
        if self.held < 1_000:  # more than any column may hold; the rest of it is not kept
            self.text.append(content)
            self.held += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the library's name
        tag = self.path[-1]
        inside = self.path[1:-1]
        text = "".join(self.text)
        column = ALIASES.get(tag, tag)
        if inside == ["CHILD", "HEADER"] and (column in KEPT[HEADER] or column in ("CHILD", "UASC", "DUC", "YEAR")):
            self.header[column] = text
        elif inside == ["CHILD", "HEADER", "UASC"] and column == "DUC":
            self.header["DUC"] = text
        elif inside == ["CHILD", "EPISODE"] and self.episode is not None:
            if column in KEPT[EPISODES] or column in ("DECOM", "YEAR"):
                self.episode[column] = text
        elif self.path[1:] == ["CHILD", "EPISODE"] and self.episode is not None:
            if len(self.episodes) < EPISODES_OF_A_CHILD:
                self.episodes.append((self.episode_line, self.episode))
            else:
                self.dropped += 1
            self.episode = None
        elif self.path[1:] == ["CHILD"]:
            self._finish_child()
        self.path.pop()
        self.text, self.held = [], 0  # text between elements belongs to none

    def _finish_child(self) -> None:
        header, child = self.header, self.header.get("CHILD", "")
        unaccompanied = header.pop("UASC", "").strip() == "1" or bool(header.get("DUC", "").strip())
        duc = header.pop("DUC", "")
        if set(header) - {"CHILD", "YEAR"}:
            self.ready += _row(self.opened, HEADER, self.header_line, header)
        if unaccompanied:
            self.ready += _row(self.opened, UASC, self.header_line, {"CHILD": child, "DUC": duc})
        year = {"YEAR": header["YEAR"]} if "YEAR" in header else {}
        for line, episode in self.episodes:
            self.ready += _row(self.opened, EPISODES, line, {"CHILD": child} | year | episode)
        if self.dropped:
            self.ready.append(
                Trouble(
                    self.header_line,
                    "",
                    "too_many_episodes",
                    f"This child has more than {EPISODES_OF_A_CHILD:,} episodes; {self.dropped:,} were not read.",
                )
            )
