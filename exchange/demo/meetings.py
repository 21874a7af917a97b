"""The invented meeting of the demonstration: weekly, with terms, to which the agencies do not come."""

import datetime as dt
from typing import TYPE_CHECKING

from governance.actions import meetings, minutes, tasks
from governance.actions.minutes import Said
from governance.models import Attendance, Meeting, MeetingSeries
from governance.policies.meetings import always_asked
from governance.seats import seats_of
from placements.models import Placement

if TYPE_CHECKING:
    from exchange.demo.load import Loader

SET_UP, HELD = 20, (13, 6)  # days ago
MEMBERS = [
    ("amy", "social_worker"), ("paul", "placement_manager"), ("nell", "health"), ("vera", "virtual_school"),
    ("pete", "police"), ("ines", "iro"), ("carl", "commissioner"), ("greta", "guardian"), ("ava", "advocate"),
]  # fmt: skip
TERMS = (
    "It brings together everybody who is with Teya or decides about her. It agrees what is to be done, by whom and by when. "
    "Care decisions stay with the social worker and the placement manager; money stays with commissioning. It answers to the "
    "director, and its minutes go out within two working days."
)
SAID = [
    {
        "safety": "Out after midnight twice. Police brought her back both times and were kind to her.",
        "care": "There has been no manager on site for five weeks. Staff change every few days.",
        "health": "The nurse has not been able to reach anybody at the house.",
        "education": "No school place. A tutor was offered and has not begun.",
        "identity": "She does other people’s hair and would like to do it properly.",
        "voice": "“Ask me before you write about me.” She asked to see her brother.",
    },
    {
        "safety": "Quieter. One night out; she rang to say where she was.",
        "care": "Still no manager. The agencies were asked again and sent nobody.",
        "health": "Seen by the nurse on Tuesday. Sleeping badly.",
        "education": "Nothing new.",
        "identity": "A college has a taster day for hairdressing.",
        "voice": "“I want the same two people at night.”",
        "other": "The next meeting looks at nights alone.",
    },
]


def weekly(loader: "Loader", placement: Placement) -> None:
    """Set up, joined by whoever must be asked, held twice. Of the two actions, the one that matters is overdue."""
    hana = loader.people["hana"]
    set_up = loader.at(SET_UP, 9)
    series = meetings.create_series(
        child=placement.child, name="Weekly meeting about Teya", purpose="That Teya is safe, known, and moves to a home that "
        "is registered.", terms=TERMS, chair=hana, required=always_asked(placement.child, set_up), every_days=7,
        started_on=loader.day(SET_UP), by=hana, as_of=set_up,
    )  # fmt: skip
    for key, part in MEMBERS:
        meetings.add_member(
            series=series, person=loader.people[key], part=part, started_on=loader.day(SET_UP), by=hana, as_of=set_up
        )
    first, second = (_held(loader, series, placement, ago, said) for ago, said in zip(HELD, SAID, strict=True))
    manager = tasks.add_action(
        child=placement.child, meeting=first, what="Name a manager with authority on site at The Moorings",
        owner=loader.people["carl"], due_on=loader.day(HELD[1] + 1), measure="Their name is on the placement’s page",
        new_issue="No manager at The Moorings", section="care", by=hana, as_of=loader.at(HELD[0], 14),
    )  # fmt: skip
    _send(loader, first, HELD[0])
    tasks.redate_action(
        action=manager, due_on=loader.day(2), why="The provider’s candidate withdrew.", by=loader.people["carl"],
        as_of=loader.at(HELD[1], 10),
    )  # fmt: skip
    tasks.add_action(
        child=placement.child, meeting=second, what="Book Teya’s place at the hairdressing taster day",
        owner=loader.people["amy"], due_on=loader.day(-5), measure="She has the date and somebody to go with",
        new_issue="School and what comes after", section="education", by=hana, as_of=loader.at(HELD[1], 14),
    )  # fmt: skip
    _send(loader, second, HELD[1])
    meetings.plan_meeting(
        series=series, held_at=loader.at(0, 0) + dt.timedelta(days=1, hours=13), place="The civic centre, room 2", by=hana,
        as_of=loader.as_of,
    )  # fmt: skip


def _held(loader: "Loader", series: MeetingSeries, placement: Placement, ago: int, said: dict[str, str]) -> Meeting:
    state, hana = Attendance.State, loader.people["hana"]
    meeting = meetings.plan_meeting(
        series=series,
        held_at=loader.at(ago, 13),
        place="The civic centre, room 2",
        by=hana,
        as_of=loader.at(ago + 2, 9),
    )
    away = "They were asked, and sent nobody"
    attendance = {
        seat.key: (state.ABSENT, away) if seat.part == "agency" else (state.PRESENT, "") for seat in seats_of(meeting)
    }
    minutes.conduct(
        meeting=meeting, child=placement.child, attendance=attendance,
        said={section: Said(text, 0) for section, text in said.items()}, by=hana, as_of=loader.at(ago, 14),
    )  # fmt: skip
    return meeting


def _send(loader: "Loader", meeting: Meeting, ago: int) -> None:
    child = meeting.discussed.get().child
    minutes.conduct(meeting=meeting, child=child, send=True, by=loader.people["hana"], as_of=loader.at(ago, 16))
