"""Running a meeting: who is there, what is said, what is to be done, and sending the minutes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max

from children import policies as for_child
from children.models import Child
from core import clock
from core.actions import action
from core.errors import Invalid
from core.models import User
from governance import codes
from governance.actions.meetings import touch_children
from governance.actions.tasks import add_action
from governance.merging import merge
from governance.models import Attendance, Meeting, MinuteSaving, MinuteSection
from governance.policies import meetings as policies
from governance.seats import Seat, seats_of

SECTIONS = dict(codes.SECTIONS)
SOON = dt.timedelta(minutes=30)  # how long before its time a meeting's minutes may be begun


@dataclass(frozen=True)
class Said:
    """What somebody sends of one section: the text, and the number of the version they began from."""

    text: str
    version: int


@dataclass
class Outcome:
    """What came of one saving: the sections in which somebody else had written meanwhile, in words."""

    meeting: Meeting
    together: list[str] = field(default_factory=list)


@action
def conduct(
    *,
    meeting: Meeting,
    child: Child,
    attendance: Mapping[tuple, tuple[str, str]] | None = None,
    said: Mapping[str, Said] | None = None,
    new_action: Mapping[str, Any] | None = None,
    send: bool = False,
    by: User,
    as_of: dt.datetime,
) -> Outcome:
    """Save what has been typed at a meeting about one child: who is there, what is said, an action born in it.

    All of it or nothing. With `send` the minutes go out with it. Raises Invalid, Conflict and PermissionDenied.
    """
    policies.may_run(by, meeting.series)
    for_child.hold(meeting)
    touch_children(meeting)
    policies.not_sent(meeting)
    if not meeting.discussed.filter(child=child).exists():
        raise Invalid({"": "This meeting is not about that child"})
    if as_of < meeting.held_at - SOON:
        raise Invalid({"": "This meeting has not begun: it can be minuted from half an hour before"})
    _ask_anew(meeting)
    outcome = Outcome(meeting)
    if attendance:
        _record_attendance(meeting, attendance, by)
    for section, what in (said or {}).items():
        if told := save_section(meeting=meeting, child=child, section=section, said=what, by=by, as_of=as_of):
            outcome.together.append(told)
    if new_action:
        add_action(child=child, meeting=meeting, **new_action, by=by, as_of=as_of)
    if send:
        _send(meeting, by, as_of)
    return outcome


def _ask_anew(meeting: Meeting) -> None:
    """Whoever has had to be asked since the meeting was planned has a seat at it too, and MTG-03 sees who sat there."""
    asked = policies.asked_to(meeting)
    if asked != meeting.required:
        meeting.required = asked
        meeting.save(update_fields=["required"])


def _record_attendance(meeting: Meeting, attendance: Mapping[tuple, tuple[str, str]], by: User) -> None:
    seats = {seat.key: seat for seat in seats_of(meeting)}
    for key, (state, note) in attendance.items():
        seat = seats.get(key)
        if seat is None:
            continue
        if not state:
            if seat.attendance is not None:
                seat.attendance.delete()  # what was said of it stays in its history
            continue
        for_child.one_of(state, Attendance.State.choices, "", "Select whether they were here")
        if state == Attendance.State.NOT_INVITED and not note.strip():
            raise Invalid({"": f"Enter why nobody was asked: {seat.label}"})
        now = seat.attendance
        if now is not None and (now.state, now.note) == (state, note.strip()):
            continue
        Attendance.objects.update_or_create(
            meeting=meeting,
            part=seat.part,
            agency=seat.agency,
            person=seat.person,
            defaults={"state": state, "note": note.strip(), "recorded_by": by},
        )


@action
def save_section(*, meeting: Meeting, child: Child, section: str, said: Said, by: User, as_of: dt.datetime) -> str:
    """Save one section of the minutes. Whoever wrote in it meanwhile loses nothing, and neither does this writer.

    Returns "" or, where somebody had written meanwhile, a sentence that says who, when and what became of it.
    """
    for_child.one_of(section, codes.SECTIONS, "", "Select a section")
    MinuteSection.objects.get_or_create(meeting=meeting, child=child, section=section)
    record = MinuteSection.objects.select_for_update(of=("self",), no_key=True).get(
        meeting=meeting, child=child, section=section
    )
    began = _as_it_was(record, said.version)
    if said.text in (record.text, began):
        return ""
    last = record.savings.select_related("by").first()
    if said.version == record.version or last is None:
        _save(record, said.text, "", MinuteSaving.How.ALONE, by, as_of)
        return ""
    when = f"{last.saved_at.astimezone(clock.LONDON):%H:%M}"
    between = f"[{last.by} saved the lines above at {when}. What {by} typed at the same time follows.]"
    merged = merge(began, record.text, said.text, between=between)
    how = MinuteSaving.How.BOTH if merged.clashed else MinuteSaving.How.MERGED
    _save(record, merged.text, said.text, how, by, as_of)
    became = "Both texts are kept, yours below theirs." if merged.clashed else "Their lines and yours are both in it."
    return f"{SECTIONS[section]}: {last.by} saved at {when} while you were typing. {became}"


def _as_it_was(record: MinuteSection, version: int) -> str:
    """The text of a section at a version; nothing, where there never was one."""
    saving = record.savings.filter(version=version).first()
    return saving.text if saving else ""


def _save(record: MinuteSection, text: str, typed: str, how: str, by: User, as_of: dt.datetime) -> None:
    latest = record.savings.aggregate(number=Max("version"))["number"] or 0
    record.text, record.version = text, latest + 1
    record.save(update_fields=["text", "version"])
    MinuteSaving.objects.create(
        section=record, version=record.version, text=text, typed=typed, how=how, by=by, saved_at=as_of
    )


# --- sending ------------------------------------------------------------------------------------------------------------


def _send(meeting: Meeting, by: User, as_of: dt.datetime) -> None:
    """The minutes go out: whole, or not. Nothing of the child's life is left blank, and nobody's seat is left unsaid."""
    if as_of < meeting.held_at:
        raise Invalid({"": "These minutes can be sent once the meeting has begun"})
    blank = list(_not_said(meeting))
    unsaid = [seat.label for seat in seats_of(meeting) if _not_recorded(seat)]
    errors = []
    if blank:
        errors.append(f"Nothing is written under: {', '.join(blank)}. Write what was said, or why nothing was")
    if unsaid:
        errors.append(f"Say who was here, and who was not asked and why: {'; '.join(unsaid)}")
    if errors:
        raise Invalid({"": ". ".join(errors)})
    meeting.sent_at, meeting.sent_by = as_of, by
    meeting.save(update_fields=["sent_at", "sent_by"])


def _not_said(meeting: Meeting) -> Sequence[str]:
    said = set(meeting.sections.exclude(text="").values_list("child_id", "section"))
    children = [row.child for row in meeting.discussed.select_related("child")]
    several = len(children) > 1
    return [
        f"{SECTIONS[section]}, {child}" if several else SECTIONS[section]
        for child in children
        for section in codes.WHOLE_CHILD
        if (child.pk, section) not in said
    ]


def _not_recorded(seat: Seat) -> bool:
    return seat.attendance is None and (seat.required or seat.person is not None)
