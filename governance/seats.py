"""Who a meeting needs, seat by seat: each member, and each part that must be asked and nobody fills."""

from dataclasses import dataclass

from children.querysets import live_on
from core import clock
from core.models import User
from governance import codes
from governance.models import Attendance, Meeting
from governance.policies import meetings as policies
from placements.models import Provider
from staffing.models import AgencyAgreement

LABELS = dict(codes.PARTS)


@dataclass(frozen=True)
class Seat:
    """One seat: a part, the agency where the part is an agency's, and the member who fills it, if one does."""

    part: str
    agency: Provider | None
    person: User | None
    required: bool
    attendance: Attendance | None = None

    @property
    def key(self) -> tuple[str, int | None, int | None]:
        return (self.part, self.agency.pk if self.agency else None, self.person.pk if self.person else None)

    @property
    def name(self) -> str:
        """What a form calls it: the same whoever else has joined or left meanwhile."""
        return "seat_" + "_".join(str(part or 0) for part in self.key)

    @property
    def label(self) -> str:
        part = f"{LABELS[self.part]}, {self.agency}" if self.agency else LABELS[self.part]
        return f"{part}: {self.person}" if self.person else part


def agencies_of(meeting: Meeting) -> list[Provider]:
    """The agencies that supply carers, on the day of the meeting, to the children it is about."""
    day = clock.local_date(meeting.held_at)
    agreed = AgencyAgreement.objects.filter(live_on(day), placement__child__discussed__meeting=meeting)
    return list(Provider.objects.filter(pk__in=agreed.values("agency")).order_by("name"))


def seats_of(meeting: Meeting) -> list[Seat]:
    """Every seat in the order of the parts, with what is recorded of it."""
    recorded = {
        (row.part, row.agency_id, row.person_id): row
        for row in meeting.attendances.select_related("agency", "person").order_by("pk")
    }
    found: dict[tuple, Seat] = {}
    required = policies.asked_to(meeting)
    members = list(policies.members_on(meeting.series, clock.local_date(meeting.held_at)))
    for member in members:
        seat = Seat(member.part, member.agency, member.person, member.part in required)
        found[seat.key] = seat
    for part in required:
        agencies = agencies_of(meeting) if part == "agency" else [None]
        for agency in agencies:
            filled = any(m.part == part and (agency is None or m.agency_id == agency.pk) for m in members)
            if not filled:
                seat = Seat(part, agency, None, True)
                found[seat.key] = seat
    for key, row in recorded.items():
        seat = found.get(key) or Seat(row.part, row.agency, row.person, row.part in required)
        found[key] = Seat(seat.part, seat.agency, seat.person, seat.required, row)
    places = {code: place for place, (code, _) in enumerate(codes.PARTS)}
    return sorted(found.values(), key=lambda seat: (places[seat.part], seat.label))
