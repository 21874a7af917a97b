"""A child cared for five to one by two organisations, relative to now: the rota's pages read the real clock."""

import datetime as dt

from core import clock
from staffing.models import Assignment, Carer, Shift, StaffingPlan
from tests.cast import at

OWN = ("Ada Thorne", "Bram Sedge", "Cleo Vetch", "Dov Bracken", "Esme Tansy", "Finn Burdock", "Gwen Yarrow")
AGENCY = ("Hugo Clover", "Iris Teasel", "Jude Sorrel", "Kai Mallow", "Lena Rush", "Moss Arden", "Nell Campion")
AGENCY += ("Oona Fennel", "Piers Dock")


def today() -> dt.date:
    return clock.local_date(clock.now())


def ago(days: int) -> dt.date:
    return today() - dt.timedelta(days=days)


def monday(weeks: int = 0) -> dt.date:
    """The Monday of this week, or of a week so many weeks from now."""
    return today() - dt.timedelta(days=today().weekday()) + dt.timedelta(weeks=weeks)


class Rota:
    """Robin's placement with seven of the provider's own carers and nine of an agency's, and the shifts a test makes."""

    def __init__(self, cast):
        self.cast = cast
        self.child = cast.child(born=ago(365 * 14), since=ago(700))
        self.placement = cast.unregistered(self.child, ago(400))
        cast.supplies(self.placement, since=ago(200))
        StaffingPlan.objects.create(
            placement=self.placement, effective_from=at(ago(400), 0), by_day=5, by_night=3, recorded_by=cast.amy,
            source="Order of the court of 4 March", why="Two staff could not keep her safe.",
        )  # fmt: skip
        self.carers = [self.carer(name, cast.provider) for name in OWN] + [self.carer(name) for name in AGENCY]
        self.agency_of = {
            carer.pk: cast.provider if n < len(OWN) else cast.agency for n, carer in enumerate(self.carers)
        }

    def carer(self, name: str, agency=None, **fields) -> Carer:
        forename, surname = name.split()
        fields = {"checked": ago(100), "since": ago(500)} | fields
        return self.cast.carer(surname, forename=forename, agency=agency, **fields)

    def named(self, name: str) -> Carer:
        return next(carer for carer in self.carers if str(carer) == name)

    def shift(self, day: dt.date, *, published=False, **fields) -> Shift:
        return self.cast.shift(self.placement, day, published=published, **fields)

    def puts(self, carer: Carer, shift: Shift, **fields) -> Assignment:
        return self.cast.puts(carer, shift, agency=self.agency_of.get(carer.pk), **fields)

    def week(self, first: dt.date, *, published=False, fill=True) -> list[Shift]:
        """A day shift of five and a waking night of three on each day from `first`, each with a leader."""
        shifts = []
        for n in range(7):
            for kind, size, start in (("day", 5, 0), ("waking_night", 3, 9)):
                shift = self.shift(first + dt.timedelta(days=n), kind=kind, published=published)
                shifts.append(shift)
                if not fill:
                    continue
                span = 9 if kind == "day" else 7
                people = [self.carers[start + (n * 2 + place * 2) % span] for place in range(size)]
                for carer in dict.fromkeys(people):
                    self.puts(carer, shift)
                shift.leader = people[0]
                shift.save(update_fields=["leader"])
        return shifts
