"""The invented meetings of the demonstration: Teya’s, every week, to which the agencies do not come; and Leah’s, which works."""

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

NAME = "Weekly meeting about Teya"
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


LEAHS_SET_UP, LEAHS_HELD = 31, (21, 7)  # days ago
LEAHS_MEMBERS = [("ben", "social_worker"), ("ines", "iro"), ("carl", "commissioner")]
LEAHS_TERMS = (
    "It brings together everybody who is with Leah or decides about her, every fortnight, until she has moved on. Care "
    "decisions stay with her social worker and the placement manager. It answers to the head of service."
)
LEAHS_SAID = [
    {
        "safety": "In by eleven each night, or she rang first.",
        "care": "The same four people, two by two. She knows who comes on Sunday.",
        "health": "Registered with the dentist near Kite Court.",
        "education": "Three days of college a week, and the pool on the other two.",
        "identity": "Her uncle comes on Fridays. They cook.",
        "voice": "“I want to do the lifeguard course before it is full.”",
    },
    {
        "safety": "Nothing to report. One late night, agreed beforehand.",
        "care": "Two people by day, one by night from next week, as she asked.",
        "health": "Seen by the dentist. Sleeping well.",
        "education": "The course has begun; college knows.",
        "identity": "Two friends came for her birthday.",
        "voice": "“You did what you said.”",
    },
]


def fortnightly(loader: "Loader", placement: Placement) -> None:
    """Set up in the first days, held as often as it says, everybody there; what was agreed at the first was done."""
    tom, set_up = loader.people["tom"], loader.at(LEAHS_SET_UP, 9)
    series = meetings.create_series(
        child=placement.child, name="Leah’s fortnightly meeting", purpose="That Leah is safe, and moves on when she is ready.",
        terms=LEAHS_TERMS, chair=tom, required=always_asked(placement.child, set_up), every_days=14,
        started_on=loader.day(LEAHS_SET_UP), by=tom, as_of=set_up,
    )  # fmt: skip
    for key, part in LEAHS_MEMBERS:
        meetings.add_member(
            series=series,
            person=loader.people[key],
            part=part,
            started_on=loader.day(LEAHS_SET_UP),
            by=tom,
            as_of=set_up,
        )
    for ago, said in zip(LEAHS_HELD, LEAHS_SAID, strict=True):
        meeting = _held(loader, series, placement, ago, said)
        if ago == LEAHS_HELD[0]:
            course = tasks.add_action(
                child=placement.child, meeting=meeting, what="Book Leah’s place on the lifeguard course",
                owner=loader.people["ben"], due_on=loader.day(LEAHS_HELD[1]), measure="She has the letter",
                new_issue="Becoming a lifeguard", section="education", by=tom, as_of=loader.at(ago, 15),
            )  # fmt: skip
            tasks.close_action(
                action=course, evidence="The letter came; she put it on her wall.", by=loader.people["ben"],
                as_of=loader.at(ago - 5, 16),
            )  # fmt: skip
        _send(loader, meeting, ago)


def weekly(loader: "Loader", placement: Placement) -> None:
    """Set up, joined by whoever must be asked, held twice. Of the two actions, the one that matters is overdue."""
    hana = loader.people["hana"]
    set_up = loader.at(SET_UP, 9)
    series = meetings.create_series(
        child=placement.child, name=NAME, purpose="That Teya is safe, known, and moves to a home that "
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
    state, chair = Attendance.State, series.chair
    away = series.name == NAME  # whose agencies were asked, and sent nobody
    meeting = meetings.plan_meeting(
        series=series,
        held_at=loader.at(ago, 13),
        place="The civic centre, room 2",
        by=chair,
        as_of=loader.at(ago + 2, 9),
    )
    attendance = {
        seat.key: (state.ABSENT, "They were asked, and sent nobody")
        if away and seat.part == "agency"
        else (state.PRESENT, "")
        for seat in seats_of(meeting)
    }
    minutes.conduct(
        meeting=meeting, child=placement.child, attendance=attendance,
        said={section: Said(text, 0) for section, text in said.items()}, by=chair, as_of=loader.at(ago, 14),
    )  # fmt: skip
    return meeting


def _send(loader: "Loader", meeting: Meeting, ago: int) -> None:
    child = meeting.discussed.get().child
    minutes.conduct(meeting=meeting, child=child, send=True, by=meeting.series.chair, as_of=loader.at(ago, 16))
