"""The staff of the review's first placements, by the product's own actions: each act by the person whose act it is.

A girl of 15 is moved in an emergency into a house nobody has registered, under an order for five staff to one. Two
nursing agencies send carers. In June she moves to a registered home. All names and days are invented.
"""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from children import actions as children
from core.actions import one_recheck
from oversight.models import Flag
from placements import actions as placements
from staffing.actions import agreements, carers, checks, rota, stand_downs, weeks, worked
from staffing.models import Check, Training
from tests.cast import at
from tests.sweeps import Swept, rules_alone

MOVED = dt.date(2021, 10, 12)  # a Tuesday, in the evening
ARRIVED = at(MOVED, 19)
MONDAY = dt.date(2021, 10, 18)
SECOND = dt.date(2022, 6, 13)  # a Monday
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SAYS = {
    "supervises": "Dana Crake, agency manager", "trains": "Dana Crake", "disciplines": "Dana Crake",
    "reports_to_lado": "Dana Crake", "hands_over": "The placement manager",
}  # fmt: skip
FAMILY = ["Alder", "Birch", "Cedar", "Dogwood", "Elder", "Furze", "Gorse", "Hazel", "Iris", "Jasmine", "Kale", "Laurel"]


def paper(name):
    return SimpleUploadedFile(f"{name}.pdf", PDF + name.encode() + b"\n%%EOF\n")


class PlacementOne:
    def __init__(self, cast):
        self.cast = cast
        for person in (cast.amy, cast.tom, cast.hana, cast.carl, cast.lee, cast.paul, cast.priya):
            assert person.pk
        since = dt.date(2021, 1, 4)
        self.child = self.act(
            children.add_child, cast.amy, at(since), forename="Skye", surname="Larkspur", sex="F",
            date_of_birth=dt.date(2006, 8, 12), looked_after_from=since, need="N1", legal_status="C2",
        )  # fmt: skip
        self.allocation = self.act(
            children.allocate, cast.tom, at(since, 14), child=self.child, worker=cast.amy, part="social_worker",
            started_on=since,
        )  # fmt: skip
        home = self.home("The Old Rectory", MOVED, status="not_registered")
        self.placement = self.act(
            placements.start_placement, cast.amy, ARRIVED + HOUR, child=self.child, home=home, type="Z1",
            basis="emergency", started_on=MOVED, started_at=ARRIVED, why="Notice of 48 hours.",
        )  # fmt: skip
        self.act(
            placements.record_dol_order, cast.amy, ARRIVED + HOUR, child=self.child, made_on=MOVED, starts_on=MOVED,
            expires_on=MOVED + 270 * DAY, restrictions="Staff with her at all times.", staffing_ratio=5,
        )  # fmt: skip
        self.carers = []

    def act(self, action, by, as_of, **what):
        """As the person whose act it is, at its hour, and whatever follows a commit follows."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            return action(by=by, as_of=as_of, **what)

    def home(self, name, day, **registration):
        home = self.act(placements.record_home, self.cast.carl, at(day, 8), provider=self.cast.provider, name=name)
        self.act(
            placements.record_registration, self.cast.carl, at(day, 8), home=home, evidence="Looked up.",
            started_on=day, **registration,
        )  # fmt: skip
        return home

    # --- agencies and carers ------------------------------------------------------------------------------------------

    def agency(self, name="Tideway Nursing", day=MOVED, *, signed_on=None, **fields):
        brought_in = self.act(
            agreements.bring_in_agency, self.cast.carl, at(day, 20), placement=self.placement, new_agency=name,
            started_on=day,
        )  # fmt: skip
        return self.signs(brought_in, signed_on, **fields) if signed_on else brought_in

    def signs(self, agreement, day, **fields):
        fields = SAYS | {
            "outcomes": "She sleeps, and goes to school.", "expires_on": day + 300 * DAY, "signed_on": day,
            "signed_for_agency": "Dana Crake",
        } | fields  # fmt: skip
        return self.act(agreements.sign_agreement, self.cast.tom, at(day, 21), agreement=agreement, **fields)

    def carer(self, agency, *, joined=MOVED, checked=True, trained=True, supervised=True, name=None):
        """A carer of an agency, added by commissioning; what is true of her then depends on what was recorded."""
        name = name or FAMILY[len(self.carers)]
        with one_recheck(as_of=at(joined, 20)):  # all of it is put on record in one go
            carer = self.act(
                carers.add_carer, self.cast.carl, at(joined, 20), agency=agency, forename="Robin", surname=name,
                date_of_birth=dt.date(1990, 1, 1), started_on=joined,
            )  # fmt: skip
            self.carers.append(carer)
            if checked:
                self.checks(carer, joined)
            if trained:
                for subject in Training.Subject.values:
                    self.trains(carer, subject, joined)
            if supervised:
                self.act(
                    checks.name_supervisor, self.cast.amy, at(joined, 20), carer=carer, agency=agency,
                    supervisor="Dana Crake", started_on=joined,
                )  # fmt: skip
        return carer

    def checks(self, carer, day, kinds=Check.REQUIRED):
        for kind in kinds:
            self.act(
                checks.record_check, self.cast.amy, at(day, 20), carer=carer, kind=kind, checked_on=day, detail="Seen.",
                confirmed=Check.FACTS.get(kind, ()), upload=paper(f"{kind} of {carer.pk}"),
            )  # fmt: skip

    def trains(self, carer, subject, day, *, signed_on=True, as_of=None, by=None):
        placement = self.placement if subject == "childs_plan" else None
        return self.act(
            checks.record_training, by or self.cast.amy, as_of or at(day, 20), carer=carer, subject=subject,
            placement=placement, given_on=day, trainer="Dr Ruff", signed_on=day if signed_on is True else signed_on,
        )  # fmt: skip

    def supervises(self, carer, day, **fields):
        return self.act(
            checks.record_supervision, self.cast.amy, at(day, 17), carer=carer, held_on=day, supervisor="Dana Crake",
            **{"reflection": "What it stirred up.", "agreed": "To slow down."} | fields,
        )  # fmt: skip

    # --- the rota -----------------------------------------------------------------------------------------------------

    def shift(self, day, *carers, kind="day", leads=True, published=True, as_of=None, by=None, begins=8):
        """A shift with these carers, the first its leader, published by the social worker."""
        by, as_of = by or self.cast.amy, as_of or at(day - DAY, 9)
        hours = (at(day, begins), at(day, 20)) if kind == "day" else (at(day, 20), at(day + DAY, 8))
        with one_recheck(as_of=as_of):  # it is put together on one page
            shift = self.act(
                rota.add_shift, by, as_of, placement=self.placement, kind=kind, starts_at=hours[0], ends_at=hours[1]
            )
            for carer in carers:
                self.act(rota.assign, by, as_of, shift=shift, carer=carer)
            if leads and carers:
                self.act(rota.name_leader, by, as_of, shift=shift, carer=carers[0])
            if published:
                self.publishes(day, as_of)
                shift.refresh_from_db()
        return shift

    def publishes(self, day, as_of, by=None):
        week = day - day.weekday() * DAY
        return self.act(weeks.publish, by or self.cast.amy, as_of, placement=self.placement, week=week)

    def comes(self, shift, *people, at_once=0, leaves=None, **fields):
        """Signed on at the start (or so many minutes later) and off at the end, by the shift leader's account."""
        rows, ends = [], leaves or shift.ends_at
        with one_recheck(as_of=ends + MINUTE):
            for who in people:
                begins = shift.starts_at + at_once * MINUTE
                about = {"name": who} if isinstance(who, str) else {"carer": who}
                row = self.act(
                    worked.sign_on, self.cast.priya, begins + MINUTE, shift=shift, starts_at=begins, **about, **fields
                )
                self.act(worked.sign_off, self.cast.priya, ends + MINUTE, presence=row, ends_at=ends)
                rows.append(row)
        return rows

    def reviews(self, *shifts, as_of):
        return self.act(
            worked.review_shifts, self.cast.tom, as_of, shifts=shifts, found="As it was.", done="What was done."
        )

    def stands_down(self, carer, as_of, by=None, **fields):
        return self.act(
            stand_downs.stand_down, by or self.cast.amy, as_of, carer=carer, placement=self.placement,
            reason="Found asleep on three waking nights.", **fields,
        )  # fmt: skip

    def moves_on(self):
        """Placement 2: registered, and the same house's people run it."""
        home = self.home(
            "Kingfisher House", SECOND - 5 * DAY, status="registered", regulator="ofsted", number="SC900201",
            registered_for="childrens_home",
        )  # fmt: skip
        self.placement = self.act(
            placements.move_placement, self.cast.amy, at(SECOND, 11), placement=self.placement, moved_on=SECOND,
            end_reason="CARPL", home=home, type="K2", why="A plan, made with her.",
        )  # fmt: skip
        return self.placement

    # --- what stands --------------------------------------------------------------------------------------------------

    def flags(self):
        return Flag.objects.standing().filter(child=self.child)

    def red(self, as_of=None, *, of=()):
        """Rules and their parts that stand (of some rules), without the letter that says where the law binds: after a
        sweep or, with no instant, just as the last act left it."""
        if as_of is not None and not of:
            return Swept(as_of, self.red)
        if as_of is not None:
            rules_alone(as_of=as_of, of=of)
        rows = {f"{rule.removesuffix('L')} {limb}".strip() for rule, limb in self.flags().values_list("rule", "limb")}
        return {words for words in rows if words.startswith(tuple(of))} if of else rows

    def flag(self, rule, limb=""):
        return self.flags().get(rule=rule, limb=limb)
