"""What was read becomes records: a batch of children at a time, each child whole."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import connection
from django.db.models import Q

from children import codes
from children.models import Allocation, CareEpisode, Child, LegalStatus
from core import clock
from core.actions import action, touch
from core.dates import in_words
from core.models import Authority, User
from exchange import judging, projecting
from exchange.bulk import as_row, copy_in
from exchange.judging import Doubt
from exchange.models import ImportProblem, ImportRun, ReturnChild, ReturnEpisode, StagedRow
from exchange.projecting import CARE, KINDS, LEGAL, PLACEMENT, Changes, Run
from exchange.reading import EPISODES, HEADER, UASC, read_date
from placements.models import ManagerPost, Placement

MODELS: dict[str, Any] = {CARE: CareEpisode, LEGAL: LegalStatus, PLACEMENT: Placement}
WHO = ("sex", "date_of_birth", "ethnicity", "upn", "is_mother", "own_childs_birth")  # what a header says of a child
CALLED = {CARE: "period of care", LEGAL: "legal status", PLACEMENT: "placement"}
USED, QUARANTINED, SET_ASIDE = ReturnEpisode.State.USED, ReturnEpisode.State.QUARANTINED, ReturnEpisode.State.SET_ASIDE
TAKEN_BACK = "The return no longer gives it."
ONE_AT_A_TIME = 0x5DA903  # the lock under which one import or mend of an authority at a time changes its records


@dataclass(frozen=True)
class Told:
    """A row as a return told it: the last of its year about this child or episode."""

    number: str
    decom: dt.date | None
    values: dict[str, str]
    year: int
    file: str
    line: int
    times: int  # rows of the year that name it
    differs: bool  # and whether they say different things


@dataclass
class Counts:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    rejected: int = 0

    @property
    def rows_read(self) -> int:
        return self.created + self.updated + self.unchanged + self.quarantined + self.rejected


@action
def apply_batch(*, run: ImportRun, numbers: list[str], by: User | None, as_of: dt.datetime) -> Counts:
    """Apply every staged row about these children, count them, and take them off the pile: all of it or nothing.

    `numbers` are in the database's order and leave out no child between the first and the last: a range is found by
    the index whatever the planner knows of a table that was filled a moment ago.
    """
    batch = Batch(run.authority, numbers, as_of=as_of, run=run)
    for told in _staged(run, HEADER, numbers):
        batch.hear_header(told)
    for told in _staged(run, UASC, numbers):
        batch.hear_unaccompanied(told)
    batch.save_new_children()
    counts = batch.hear_episodes(_staged(run, EPISODES, numbers))
    batch.settle()
    batch.count_states(counts)
    batch.save()
    StagedRow.objects.filter(import_run=run, child_number__range=(numbers[0], numbers[-1])).delete()
    note_progress(run, counts)
    return counts


@action
def give_up_on(*, run: ImportRun, number: str, by: User | None, as_of: dt.datetime) -> Counts:
    """Leave out a child whose record others keep changing at the same moment, and say so: the rest goes on."""
    staged = StagedRow.objects.filter(import_run=run, child_number=number)
    counts = Counts(rejected=staged.filter(kind=EPISODES).count())
    ImportProblem.objects.create(
        import_run=run,
        code="not_saved",
        message=f"Child {number} was being changed by somebody else each time we tried. Import the files again.",
    )
    staged.delete()
    note_progress(run, counts)
    return counts


def note_progress(run: ImportRun, counts: Counts) -> None:
    """Add to what a run has done, in the transaction that did it. It holds its lease a while longer."""
    held = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    for name, number in vars(counts).items():
        held.counts[name] = held.counts.get(name, 0) + number
    held.rows_read += counts.rows_read
    held.attempts = 0
    held.save(update_fields=["counts", "rows_read", "attempts"])
    ImportRun.objects.filter(pk=run.pk).update(lease_until=clock.database_now() + LEASE)


LEASE = dt.timedelta(minutes=5)


def _staged(run: ImportRun, kind: str, numbers: list[str]) -> list[Told]:
    """What the files say about these children, oldest year first: of each year the last row that names the thing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (child_number, decom, year_of_row)
                   child_number, decom, "values", year_of_row, name, line,
                   count(*) OVER told, min("values"::text) OVER told <> max("values"::text) OVER told
            FROM (
                SELECT staged.*, coalesce(staged.year, file.year) AS year_of_row, file.name
                FROM exchange_stagedrow AS staged JOIN exchange_importfile AS file ON file.id = staged.file_id
                WHERE staged.import_run_id = %s AND staged.kind = %s AND staged.child_number BETWEEN %s AND %s
            ) AS staged_rows
            WINDOW told AS (PARTITION BY child_number, decom, year_of_row)
            ORDER BY child_number, decom, year_of_row, file_id DESC, line DESC
            """,
            [run.pk, kind, numbers[0], numbers[-1]],
        )
        return [
            Told(number, decom, values if isinstance(values, dict) else json.loads(values), *rest)
            for number, decom, values, *rest in cursor.fetchall()
        ]


# --- a batch of children ----------------------------------------------------------------------------------------------


@dataclass
class _Child:
    """One child of a batch: what is held of her and what is to become of it."""

    number: str
    record: Child | None = None
    header: ReturnChild | None = None
    episodes: dict[dt.date, ReturnEpisode] = field(default_factory=dict)
    was: dict[dt.date, tuple] = field(default_factory=dict)
    before: dict[str, list[Run]] = field(default_factory=dict)
    told: dict[dt.date, Told] = field(default_factory=dict)
    did: dict[dt.date, str] = field(default_factory=dict)  # what the last row that names an episode did, as counted
    records: dict[str, list[Any]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    changes: dict[str, Changes] = field(default_factory=dict)
    header_changed: bool = False
    changed: bool = False

    def used(self) -> list[judging.Episode]:
        return [judging.episode(e.decom, e.values) for e in self.episodes.values() if e.state == USED]


def _state(episode: ReturnEpisode) -> tuple:
    return (
        episode.year, episode.given, episode.mended, episode.state, episode.reason_code, episode.reason,
        episode.child_id, episode.mended_by_id, episode.mended_reason,
    )  # fmt: skip


class Batch:
    """Children whose rows are judged and applied together, in one transaction, under the authority's lock."""

    def __init__(self, authority: Authority, numbers: Iterable[str], *, as_of: dt.datetime, run: ImportRun | None):
        self.authority, self.run, self.today = authority, run, clock.local_date(as_of)
        self.children = {number: _Child(number) for number in numbers}
        self.problems: list[ImportProblem] = []
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, authority.pk])
        self._load()

    def _load(self) -> None:
        numbers = list(self.children)
        of_these = Q(authority=self.authority, child_number__in=numbers)
        known = Child.objects.filter(authority=self.authority, external_id__in=numbers)
        for record in known.select_for_update(no_key=True).order_by("pk"):
            self.children[record.external_id].record = record
        for header in ReturnChild.objects.filter(of_these):
            self.children[header.child_number].header = header
        for episode in ReturnEpisode.objects.filter(of_these):
            child = self.children[episode.child_number]
            child.episodes[episode.decom] = episode
            child.was[episode.decom] = _state(episode)
        by_id = {child.record.pk: child for child in self.children.values() if child.record}
        for kind, model in MODELS.items():
            for record in model.objects.filter(child__in=by_id).select_for_update(no_key=True).order_by("pk"):
                by_id[record.child_id].records[kind].append(record)
        for child in self.children.values():
            child.before = projecting.runs(child.used())

    def episodes_of(self, episode: ReturnEpisode) -> list[ReturnEpisode]:
        return list(self.children[episode.child_number].episodes.values())

    def doubt_of(self, episode: ReturnEpisode) -> Doubt | None:
        """What is wrong with an episode in itself, her header not being here apart."""
        record = self.children[episode.child_number].record
        born = record.date_of_birth if record else dt.date.min
        return judging.by_itself(judging.episode(episode.decom, episode.values), born, self.today)

    def remark(self, code: str, message: str, *, at: Told | None = None, column: str = "") -> None:
        if self.run is not None:
            self.problems.append(
                ImportProblem(
                    import_run=self.run,
                    file=at.file if at else "",
                    line=at.line if at else None,
                    column=column,
                    code=code,
                    message=message,
                )
            )

    # --- headers

    def hear_header(self, told: Told) -> None:
        """Take the header over unless it is older than the one held: the latest return says who she is."""
        child = self.children[told.number]
        if child.header is not None and told.year < child.header.year:
            return
        if told.differs:
            self.remark(
                "repeated",
                "The header names this child more than once and differently. The last row was used.",
                at=told,
            )
        born = read_date(told.values.get("DOB", ""))
        if born is None or born > self.today:
            said = told.values.get("DOB")
            why = f"“{said}” cannot be the child’s date of birth" if said else "The header gives no date of birth"
            self.remark("no_birth", f"{why}, so the header was not used.", at=told, column="DOB")
            return
        if child.header is None:
            child.header_changed = True
            child.header = ReturnChild(authority=self.authority, child_number=told.number, given={}, year=told.year)
        child.header_changed |= (child.header.given, child.header.year) != (told.values, told.year)
        before = _who(child.header.given) if child.header.given else {}
        if child.record is None:
            child.record = Child(authority=self.authority, external_id=told.number, date_of_birth=born, sex="U")
        for name, value in _who(told.values).items():
            now = getattr(child.record, name)
            if value == now or (before and value == before[name]):
                continue
            empty = child.record.pk is None or (not before and now in ("", None, "U"))
            if empty or (before and now == before[name]):
                setattr(child.record, name, value)
                child.changed = True
            elif value not in ("", None, "U"):
                label = _label(child.record, name)
                self.remark(
                    "differs_from_file",
                    f"The header gives another {label} than the child’s file here, which was kept.",
                    at=told,
                )
        for column, message in _odd(told.values):
            self.remark("unknown_code", message, at=told, column=column)
        child.header.given, child.header.year = told.values, told.year

    def hear_unaccompanied(self, told: Told) -> None:
        child = self.children[told.number]
        if child.record is None:
            self.remark(
                "no_header",
                "The child is listed as unaccompanied, but no header names the child.",
                at=told,
                column="CHILD",
            )
        elif not child.record.unaccompanied:
            child.record.unaccompanied = child.changed = True

    def save_new_children(self) -> None:
        """Save the children the headers make known, so that everything else can be hung from them."""
        new = [child for child in self.children.values() if child.record is not None and child.record.pk is None]
        Child.objects.bulk_create([child.record for child in new if child.record])
        for child in new:
            child.changed = False

    # --- episodes

    def hear_episodes(self, rows: list[Told]) -> Counts:
        """Take over each episode from the latest return that names it, and count what each row did."""
        counts = Counts()
        for told in rows:
            child, key = self.children[told.number], cast(dt.date, told.decom)
            held = child.episodes.get(key)
            counts.unchanged += told.times - 1
            if held is None:
                held = ReturnEpisode(
                    authority=self.authority,
                    child_number=told.number,
                    decom=key,
                    year=told.year,
                    given=told.values,
                    state=USED,
                )
                child.episodes[key], did = held, "created"
            elif told.year < held.year:
                counts.unchanged += 1
                continue
            elif held.given == told.values:
                did, held.year = "unchanged", told.year
            else:
                did = "updated"
                if held.mended or held.state == SET_ASIDE:
                    self.remark(
                        "mend_replaced",
                        "The return now gives this row otherwise, so what was mended here no longer stands.",
                        at=told,
                    )
                held.given, held.year, held.mended = told.values, told.year, {}
                held.mended_by, held.mended_reason, held.state = None, "", USED
            setattr(counts, did, getattr(counts, did) + 1)
            child.told[key] = told
            if key in child.was or did == "created":
                child.did[key] = did
            if told.differs:
                self.remark(
                    "repeated",
                    "The return names this episode more than once and differently. The last row was used.",
                    at=told,
                )
        return counts

    def settle(self) -> None:
        """Judge each child's episodes, and find what her records must become."""
        for child in self.children.values():
            self._settle(child)

    def _settle(self, child: _Child) -> None:
        born = child.record.date_of_birth if child.record else None
        standing = {key: judging.episode(key, e.values) for key, e in child.episodes.items() if e.state != SET_ASIDE}
        doubts = judging.doubts(standing.values(), born=born, today=self.today)
        while True:
            usable = [each for key, each in standing.items() if key not in doubts]
            after = projecting.runs(usable)
            child.changes = _compared(child, after)
            under = self._outlasting(child, after)
            if under is not None:
                child.changes |= _compared(child, after, hold_open=True)
            clashes = {
                key: _clash(kind, clash)
                for kind, changes in child.changes.items()
                for run, clash in changes.clashes
                for key in self._newly_used(child, run)
            }
            if not clashes:
                break
            doubts |= clashes
        for key, held in child.episodes.items():
            held.child = child.record
            if held.state == SET_ASIDE:
                continue
            doubt = doubts.get(key)
            held.state = QUARANTINED if doubt else USED
            held.reason_code, held.reason = (doubt.code, doubt.sentence) if doubt else ("", "")
            self._report(child, key, standing[key], doubt)
        for kind, changes in child.changes.items():
            for record, name, value in changes.kept:
                self.remark("changed_here", _kept(kind, child.number, record, name, value))
        if under is not None:
            self.remark("kept_in_care", _kept_in_care(child.number, under))

    def _outlasting(self, child: _Child, after: dict[str, list[Run]]) -> Placement | None:
        """A placement followed here that goes on, though by the return nobody looks after her any more.

        Rules ask nothing of a child who is not looked after: ending her care in silence would put out every flag of a
        placement in which she lives. Somebody has to say which is true.
        """
        care = child.changes.get(CARE)
        if care is None or any(run.ended_on is None for run in after[CARE]):
            return None
        open_care = [record for record in child.records[CARE] if record.ended_on is None]
        ends = [record for record, fields in care.update if fields.get("ended_on")]
        if not open_care or any(record not in [*care.remove, *ends] for record in open_care):
            return None
        changes = child.changes.get(PLACEMENT)
        finals = {record.pk: fields for record, fields in changes.update} if changes else {}
        for record in child.records[PLACEMENT]:
            ended_on = finals.get(record.pk, {}).get("ended_on", record.ended_on)
            if record.followed_from and (ended_on is None or ended_on > self.today):
                return cast(Placement, record)
        return None

    @staticmethod
    def _newly_used(child: _Child, run: Run) -> list[dt.date]:
        """The episodes a run stands on that were not used before as they are now; all of them, where none is new."""
        now = {key: (child.episodes[key].given, child.episodes[key].mended, USED) for key in run.sources}
        new = [key for key, state in now.items() if child.was.get(key, ())[1:4] != state]
        return new or list(run.sources)

    def _report(self, child: _Child, key: dt.date, episode: judging.Episode, doubt: Doubt | None) -> None:
        told = child.told.get(key)
        if doubt:
            was_used = key in child.was and child.was[key][3] == USED
            if told or was_used:
                sentence = (
                    doubt.sentence if told else f"Child {child.number}, episode of {in_words(key)}: {doubt.sentence}"
                )
                self.remark(doubt.code, sentence, at=told, column=doubt.column)
        elif told:
            for each in judging.remarks(episode):
                self.remark(each.code, each.sentence, at=told, column=each.column)

    def count_states(self, counts: Counts) -> None:
        """Count as quarantined, and as nothing else, each row that put an episode there or left it there changed."""
        for child in self.children.values():
            for key, did in child.did.items():
                held, was = child.episodes[key], child.was.get(key)
                was_quarantined = was is not None and was[3] == QUARANTINED
                if held.state == QUARANTINED and (not was_quarantined or did != "unchanged"):
                    instead = "quarantined"
                elif held.state == USED and was_quarantined and did == "unchanged":
                    instead = "updated"  # the row is as it was, but what stood in its way is gone
                else:
                    continue
                setattr(counts, did, getattr(counts, did) - 1)
                setattr(counts, instead, getattr(counts, instead) + 1)

    # --- saving

    def save(self) -> None:
        """Write what changed, and no more: an import of what is known already writes nothing."""
        changed = [c for c in self.children.values() if c.changed and c.record is not None]
        Child.objects.bulk_update(
            [c.record for c in changed if c.record], fields=[*WHO, "unaccompanied"], batch_size=500
        )
        headers = [c.header for c in self.children.values() if c.header is not None and c.header_changed]
        for header in headers:
            header.child = cast(Child, self.children[header.child_number].record)
        copy_in(ReturnChild, [as_row(header) for header in headers if header.pk is None])
        held = [header for header in headers if header.pk is not None]
        ReturnChild.objects.bulk_update(held, fields=["given", "year"], batch_size=500)
        self._save_episodes()
        for kind in KINDS:
            self._save_records(kind)
        self._end_allocations()
        copy_in(ImportProblem, map(as_row, self.problems))
        for child in self.children.values():
            if child.record is not None and (child.changed or child.changes):
                touch(child=child.record)

    def _save_episodes(self) -> None:
        new, altered = [], []
        for child in self.children.values():
            for key, episode in child.episodes.items():
                if key not in child.was:
                    new.append(episode)
                elif child.was[key] != _state(episode):
                    altered.append(episode)
        for episode in (*new, *altered):
            if self.run is not None:
                episode.import_run = self.run
        copy_in(ReturnEpisode, map(as_row, new))
        fields = [
            "year",
            "given",
            "mended",
            "state",
            "reason_code",
            "reason",
            "child",
            "mended_by",
            "mended_reason",
            "import_run",
        ]
        ReturnEpisode.objects.bulk_update(altered, fields=fields, batch_size=500)

    def _end_allocations(self) -> None:
        """Where a return ended care, whoever was allocated no longer is: access ends with care, as in `end_care`."""
        ended = {}
        for child in self.children.values():
            care = child.changes.get(CARE)
            days = [fields["ended_on"] for _, fields in care.update if fields.get("ended_on")] if care else []
            if child.record is not None and days:
                ended[child.record.pk] = max(days)
        for child_id in CareEpisode.objects.filter(child__in=ended, ended_on__isnull=True).values_list(
            "child", flat=True
        ):
            del ended[child_id]
        for allocation in Allocation.objects.filter(child__in=ended, ended_on__isnull=True).order_by("pk"):
            allocation.ended_on = max(ended[allocation.child_id], allocation.started_on)
            allocation.end_reason = "OTHERS"
            allocation.save(update_fields=["ended_on", "end_reason"])

    def _save_records(self, kind: str) -> None:
        model = MODELS[kind]
        removed, moves, new = [], [], []
        for child in self.children.values():
            changes = child.changes.get(kind)
            if changes is None or child.record is None:
                continue
            for record in changes.remove:
                if _relied_on(record):
                    fields = {"ended_on": record.started_on, "end_reason": "OTHER", "end_note": TAKEN_BACK}
                    moves.append((child.number, record, {n: v for n, v in fields.items() if hasattr(record, n)}))
                else:
                    removed.append(record.pk)
            moves += [(child.number, record, fields) for record, fields in changes.update]
            new += [run.fields | {"child_id": child.record.pk, "from_return": True} for run in changes.create]
        if removed:
            model.objects.filter(pk__in=removed).delete()
        for wave in _in_safe_order(moves):
            names = sorted({name for _, fields in wave for name in fields})
            for record, fields in wave:
                for name, value in fields.items():
                    setattr(record, name, value)
            model.objects.bulk_update([record for record, _ in wave], fields=names, batch_size=500)
        copy_in(model, new)
        if kind == PLACEMENT:
            for _, record, fields in moves:
                if record.followed_from and fields.get("ended_on"):
                    _end_posts(record)


def _compared(child: _Child, after: dict[str, list[Run]], *, hold_open: bool = False) -> dict[str, Changes]:
    """What her records must become; with `hold_open`, her care and legal status without the end the return gives."""
    return {
        kind: projecting.compare(
            kind,
            child.before[kind],
            projecting.still_open(after[kind]) if hold_open else after[kind],
            child.records[kind],
            hold_open=hold_open,
        )
        for kind in ((CARE, LEGAL) if hold_open else KINDS)
        if child.before[kind] != after[kind]
    }


def _who(given: dict[str, str]) -> dict[str, Any]:
    """A header's columns as fields of the child."""
    ethnicity, upn = given.get("ETHNIC", ""), given.get("UPN", "")
    return {
        "sex": codes.SEX_IN_RETURN.get(given.get("SEX", ""), "U"),
        "date_of_birth": read_date(given.get("DOB", "")),
        "ethnicity": ethnicity if ethnicity in dict(codes.ETHNICITY) else "",
        "upn": upn if len(upn) <= 13 else "",
        "is_mother": {"1": True, "0": False}.get(given.get("MOTHER", "")),
        "own_childs_birth": read_date(given.get("MC_DOB", "")),
    }


def _odd(given: dict[str, str]) -> Iterable[tuple[str, str]]:
    for column, known in (("SEX", codes.SEX_IN_RETURN), ("ETHNIC", dict(codes.ETHNICITY))):
        code = given.get(column, "")
        if code not in known:
            yield column, f"“{code}” is not a code of {column}." if code else f"{column} is empty."


def _clash(kind: str, record: Any) -> Doubt:
    started, ended = record.started_on, record.ended_on
    days = f"from {in_words(started)}" + (f" to {in_words(ended)}" if ended else "")
    return Doubt(
        "recorded_here",
        "DECOM",
        f"Another {CALLED[kind]} is on record here {days}, and what people recorded here stands.",
    )


def _kept(kind: str, number: str, record: Any, name: str, value: Any) -> str:
    what = f"Child {number}: the {CALLED[kind]} from {in_words(record.started_on)}"
    if not name:
        return f"{what} is no longer in the return, but a team here has taken it on or changed it. It stays."
    said = in_words(value) if isinstance(value, dt.date) else f"“{value}”" if value not in ("", None) else "nothing"
    label = _label(record, name)
    return f"{what}: the return gives {said} for {label}. What is on record here was kept."


def _kept_in_care(number: str, placement: Placement) -> str:
    return (
        f"Child {number}: by the return the child is no longer looked after, but the placement on record here from "
        f"{in_words(placement.started_on)} has not ended. The child stays looked after here. If the return is right, "
        "record here that being looked after ended; if not, put the return right."
    )


def _label(record: Any, name: str) -> str:
    return str(record._meta.get_field(name).verbose_name)


def _relied_on(record: Any) -> bool:
    """Whether other records hang from it, so that it cannot be taken away."""
    for relation in record._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or hasattr(relation.related_model, "instance_type"):
            continue  # a field of its own, or a row of its history
        if relation.related_model._default_manager.filter(**{relation.field.name: record}).exists():
            return True
    return False


def _end_posts(placement: Placement) -> None:
    """A placement's end ends the post of whoever managed it."""
    left = clock.start_of(placement.ended_on)  # type: ignore[arg-type]
    for post in ManagerPost.objects.filter(placement=placement).exclude(ended_at__lte=left):
        post.ended_at, post.end_reason = max(left, post.started_at), post.end_reason or "The placement ended."
        post.save(update_fields=["ended_at", "end_reason"])


Move = tuple[str, Any, dict[str, Any]]


def _in_safe_order(moves: list[Move]) -> Iterator[list[tuple[Any, dict[str, Any]]]]:
    """The changes in waves, none of which makes two records of a child share a day on the way.

    The database refuses an overlap at once, not at the end: what moves out of the way must move first. Each wave is to
    be carried out before the next is asked for.
    """
    waiting: dict[str, list[tuple[Any, dict[str, Any]]]] = defaultdict(list)
    for number, record, fields in moves:
        waiting[number].append((record, fields))
    while waiting:
        wave = []
        for number, pending in list(waiting.items()):
            free = [
                (record, fields)
                for record, fields in pending
                if not any(
                    projecting.overlap(projecting.Days(record, fields), other)
                    for other, _ in pending
                    if other is not record
                )
            ]
            if not free:  # they change places: one makes itself empty first, and moves with the next wave
                record, fields = pending[0]
                wave.append((record, {"ended_on": record.started_on}))
                waiting[number] = [*pending[1:], (record, {"ended_on": record.ended_on} | fields)]
                continue
            wave += free
            left = [each for each in pending if not any(each[0] is record for record, _ in free)]
            if left:
                waiting[number] = left
            else:
                del waiting[number]
        yield wave
