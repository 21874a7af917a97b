"""Two rotas under deprivation of liberty orders: one kept as it should be, and one as a review found it."""

import datetime as dt
from typing import TYPE_CHECKING

from children import actions as children
from core import clock
from core.models import User
from exchange.demo.carers import KITE, MARRAMGATE, MOORINGS, WHERRYMOOR, engage, looked_after
from placements import actions as placements
from placements.models import Placement, Provider
from staffing.actions import agreements, checks, patterns, requests, rota, stand_downs, weeks, worked
from staffing.models import Carer, Shift

if TYPE_CHECKING:
    from exchange.demo.load import Loader

DAY, NIGHT = (dt.time(8), dt.time(20)), (dt.time(20), dt.time(8))
HOURS = {"day": DAY, "waking_night": NIGHT}
LATER = {"day": DAY, "sleep_in": NIGHT}
WEEK, HOUR = dt.timedelta(days=7), dt.timedelta(hours=1)
FRIDAY = 4


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


# --- going well -------------------------------------------------------------------------------------------------------


def going_well(loader: "Loader", placement: Placement) -> None:
    """A published rota of checked, trained and supervised carers, one leader a shift, and every shift on record. After some
    weeks she is well enough for somebody to sleep in, where two sat up: a step down."""
    ben, tom, max_ = (loader.people[key] for key in ("ben", "tom", "max"))
    began = (loader.today - placement.started_on).days
    as_of = loader.at(began, 7)
    agreement = agreements.bring_in_agency(
        placement=placement, new_agency=WHERRYMOOR, started_on=placement.started_on, by=ben, as_of=as_of
    )
    agreements.sign_agreement(
        agreement=agreement, supervises="Ade Campion, Kite Court", trains="Orpine Training, paid for by the agency",
        disciplines="Merle Dogwood, Wherrymoor", reports_to_lado="Merle Dogwood and Ade Campion, each",
        hands_over="The shift leader at Kite Court", outcomes="She swims twice a week with somebody she chose, and sleeps through.",
        signed_on=placement.started_on, signed_for_agency="Merle Dogwood", expires_on=loader.day(-180), by=ben, as_of=as_of,
    )  # fmt: skip
    agreements.set_staffing(
        placement=placement, effective_from=as_of, by_day=2, by_night=2, source="Order of the High Court",
        why="Two with her, so that one can always stay and one go out.", by=ben, as_of=as_of,
    )  # fmt: skip
    agreements.set_staffing(
        placement=placement, effective_from=clock.at_local(_step_down(loader), DAY[0]), by_day=2, by_night=0, sleeping_in=1,
        source="Step-down agreed at the review of the order", why="She has slept through for a fortnight, and asked for it.",
        by=ben, as_of=loader.at(17, 15),
    )  # fmt: skip
    for ago in range(began, 0, -26):
        agreements.record_staff_type(
            placement=placement, reviewed_on=loader.day(ago), staff_type="Trauma-trained residential carers she knows",
            need="To feel safe at night, and to be believed.", why="Guards in uniform frightened her; these carers do not.",
            advice="CAMHS: few faces, the same ones, awake at night.", by=ben, as_of=loader.at(ago, 10),
        )  # fmt: skip
        children.record_case_supervision(
            child=placement.child, worker=ben, held_on=loader.day(ago), reflection="What her silence on Sundays says.",
            agreed="Ben asks her, and nobody guesses.", by=tom, as_of=loader.at(ago, 16),
        )  # fmt: skip
    agreements.record_reflective_session(
        placement=placement, held_on=loader.day(began // 2), led_by="Nell Avocet, CAMHS",
        agencies="Kite Supported Living; Wherrymoor Care Staffing; North Vale",
        reflection="We plan her days around risk. She plans hers around the pool.", agreed="The pool comes first.",
        by=ben, as_of=loader.at(began // 2, 17),
    )  # fmt: skip
    provider = Provider.objects.get(pk=placement.home.provider_id)  # type: ignore[union-attr]
    team: dict[str, list[Carer]] = {}
    for name, people in KITE.items():
        for person in people:
            by = ben if person.agency else max_
            carer = engage(loader, person, provider, by=by, on=began)
            looked_after(loader, carer, placement, by=by, on=began)
            team.setdefault(name, []).append(carer)
    placements.issue_key(
        placement=placement, kind="fob", what="Front door, fob 4", held_by="Ade Campion", issued_on=placement.started_on,
        by=ben, as_of=as_of,
    )  # fmt: skip
    _plan(loader, placement, team, by=ben, as_of=as_of)
    _work(loader, placement)


def _step_down(loader: "Loader") -> dt.date:
    return monday(loader.day(9))


def _plan(
    loader: "Loader", placement: Placement, team: dict[str, list[Carer]], *, by: User, as_of: dt.datetime
) -> None:
    """A week by hand, and after the step-down another, each copied to those like it and published before it begins."""
    first, stepped, last = monday(placement.started_on), _step_down(loader), monday(loader.today) + WEEK
    for model, until, hours in ((first + WEEK, stepped, HOURS), (stepped, last + WEEK, LATER)):
        _week_by_hand(placement, model, hours, team, by=by, as_of=as_of)
        week = first if hours is HOURS else stepped
        while week < until:
            if week != model:
                weeks.copy_week(placement=placement, from_week=model, to_week=week, by=by, as_of=as_of)
            published = clock.at_local(week - dt.timedelta(days=4), dt.time(10))
            weeks.publish(placement=placement, week=week, by=by, as_of=min(max(as_of, published), loader.as_of))
            week += WEEK


def _week_by_hand(
    placement: Placement, week: dt.date, hours: dict, team: dict[str, list[Carer]], *, by: User, as_of: dt.datetime
) -> None:
    days = [week + dt.timedelta(days=ahead) for ahead in range(7)]
    for shift in patterns.add_pattern(placement=placement, days=days, hours=hours, by=by, as_of=as_of).shifts:
        weekend = clock.local_date(shift.starts_at).weekday() >= FRIDAY
        together = team[("day" if shift.kind == "day" else "night") + (", weekend" if weekend else "")]
        for carer in together[: 1 if shift.kind == "sleep_in" else 2]:
            rota.assign(shift=shift, carer=carer, by=by, as_of=as_of)
        rota.name_leader(shift=shift, carer=together[0], by=by, as_of=as_of)


def _work(loader: "Loader", placement: Placement) -> None:
    """Each shift so far, as its rota said: signed on and off, awake at every hour of the night, handed over."""
    recorders = [loader.people[key] for key in ("joss", "kim")]
    begun = Shift.objects.published().filter(placement=placement, starts_at__lte=loader.as_of)
    for number, shift in enumerate(begun.select_related("leader").prefetch_related("assignments__carer")):
        by, over = recorders[number % 2], shift.ends_at <= loader.as_of
        carers = [assignment.carer for assignment in shift.assignments.all()]
        for carer in carers:
            presence = worked.sign_on(shift=shift, carer=carer, starts_at=shift.starts_at, by=by, as_of=shift.starts_at)
            if over:
                worked.sign_off(presence=presence, ends_at=shift.ends_at, by=by, as_of=shift.ends_at)
        checked_at = shift.starts_at + HOUR
        while shift.kind == "waking_night" and checked_at < min(shift.ends_at, loader.as_of):
            worked.record_awake(
                shift=shift,
                checked_at=checked_at,
                awake=carers,
                witnessed_by=str(shift.leader),
                by=by,
                as_of=checked_at,
            )
            checked_at += HOUR
        if over:
            worked.hand_over(
                shift=shift, to="The next shift leader", text="Settled. Ask her about the gala.", occurred_at=shift.ends_at,
                by=by, as_of=shift.ends_at,
            )  # fmt: skip


# --- going wrong ------------------------------------------------------------------------------------------------------


def going_wrong(loader: "Loader", placement: Placement) -> None:
    """A rota drafted by commissioning from a list: agencies that signed nothing, carers nobody checked, supervised or led,
    some of them in their cars, and one stood down and there again."""
    amy, carl = loader.people["amy"], loader.people["carl"]
    for name, ago in ((MARRAMGATE, 60), (WHERRYMOOR, 58)):
        known = Provider.objects.filter(name=name).first()
        agreements.bring_in_agency(
            placement=placement, agency=known, new_agency="" if known else name, started_on=loader.day(ago), by=carl,
            as_of=loader.at(ago, 10),
        )  # fmt: skip
    provider = Provider.objects.get(pk=placement.home.provider_id)  # type: ignore[union-attr]
    there = {key: engage(loader, person, provider, by=amy, on=58) for key, person in MOORINGS.items()}
    _half_looked_after(loader, there)
    _published_and_left(loader, placement, there)
    _worked_without_a_rota(loader, placement, there)
    requests.ask_off_rota(
        placement=placement, carer=there["freya"], reason="Teya is afraid of her, and says so to everybody.",
        by=loader.people["ines"], as_of=loader.at(3, 12),
    )  # fmt: skip
    _drafted_by_commissioning(loader, placement, there)
    before = placement.child.placements.exclude(pk=placement.pk).latest("started_on")
    placements.issue_key(
        placement=before, kind="fob", what="Side door, fob 11", held_by="Teya", issued_on=before.started_on, by=amy,
        as_of=clock.at_local(before.started_on, dt.time(12)),
    )  # fmt: skip


def _half_looked_after(loader: "Loader", there: dict[str, Carer]) -> None:
    """Training that is claimed and not shown, a supervisor who left, and supervision that stopped."""
    by, as_of = loader.people["amy"], loader.at(50, 10)
    for key, ago in (("bryn", 52), ("emeka", 35)):
        checks.record_supervision(
            carer=there[key], held_on=loader.day(ago), supervisor="Somebody at the agency", reflection="By telephone.",
            by=by, as_of=loader.at(ago, 15),
        )  # fmt: skip
    checks.record_training(
        carer=there["emeka"],
        subject="de_escalation",
        given_on=loader.day(52),
        trainer="A film on the internet",
        by=by,
        as_of=as_of,
    )
    for key in ("jody", "kelda"):
        agency = there[key].engagements.get().agency
        line = checks.name_supervisor(
            carer=there[key], agency=agency, supervisor="Rowan Teasel", started_on=loader.day(60), by=by, as_of=as_of
        )
        for ago in (57, 50) if key == "jody" else (57, 32):
            checks.record_supervision(
                carer=there[key], held_on=loader.day(ago), supervisor="Rowan Teasel", reflection="Tired, and new to this.",
                by=by, as_of=loader.at(ago, 15),
            )  # fmt: skip
        if key == "kelda":
            checks.end_supervisor(line=line, ended_on=loader.day(31), by=by, as_of=loader.at(31, 9))


def _shift(loader: "Loader", placement: Placement, ago: int, kind: str) -> Shift:
    starts, ends = HOURS[kind]
    night = ends <= starts
    return worked.record_unplanned_shift(
        placement=placement, kind=kind, starts_at=clock.at_local(loader.day(ago), starts),
        ends_at=clock.at_local(loader.day(ago - night), ends), by=loader.people["priya"], as_of=loader.at(ago, starts.hour, 5),
    )  # fmt: skip


def _there(loader: "Loader", shift: Shift, *carers: Carer, where: str = "inside", name: str = "") -> None:
    """Priya signs them on when the shift begins and off when it ends."""
    by = loader.people["priya"]
    for carer in carers or (None,):
        presence = worked.sign_on(
            shift=shift, carer=carer, name="" if carer else name, organisation="" if carer else MARRAMGATE, where=where,
            starts_at=shift.starts_at, by=by, as_of=shift.starts_at,
        )  # fmt: skip
        worked.sign_off(presence=presence, ends_at=shift.ends_at, by=by, as_of=shift.ends_at)


def _worked_without_a_rota(loader: "Loader", placement: Placement, there: dict[str, Carer]) -> None:
    """Carers on shifts nobody planned: asleep at three, stood down the next morning, and there again a week later."""
    priya, amy = loader.people["priya"], loader.people["amy"]
    aldo, bryn, emeka, freya, hollie = (there[key] for key in ("aldo", "bryn", "emeka", "freya", "hollie"))
    _there(loader, _shift(loader, placement, 55, "waking_night"), bryn, aldo)
    _there(loader, _shift(loader, placement, 38, "day"), bryn, emeka, aldo)
    night = _shift(loader, placement, 20, "waking_night")
    _there(loader, night, aldo, bryn, emeka, freya, hollie)
    for hours, asleep in ((1, []), (7, [aldo]), (11, [])):
        checked_at = night.starts_at + hours * HOUR
        worked.record_awake(
            shift=night, checked_at=checked_at, awake=[each for each in (aldo, bryn) if each not in asleep], asleep=asleep,
            witnessed_by="Priya Lark", note="On the sofa, under a blanket." if asleep else "", by=priya, as_of=checked_at,
        )  # fmt: skip
    stand_downs.stand_down(
        carer=aldo, placement=placement, reason="Found asleep on a waking night, for the second time this month.",
        by=amy, as_of=loader.at(19, 11),
    )  # fmt: skip
    again = _shift(loader, placement, 12, "waking_night")
    _there(loader, again, aldo, bryn, hollie)
    in_cars = _shift(loader, placement, 6, "day")
    _there(loader, in_cars, bryn, emeka)
    _there(loader, in_cars, freya, hollie, where="car")
    _there(loader, in_cars, where="car", name="A man from the agency")


def _published_and_left(loader: "Loader", placement: Placement, there: dict[str, Carer]) -> None:
    """Amy publishes what the provider's own two can work. One shift has a carer nobody planned, one no record at all; of
    the next, its leader is taken off and somebody unchecked comes on a waiver, and nobody is named to lead it."""
    amy, (jody, kelda) = loader.people["amy"], (there["jody"], there["kelda"])
    coming = next(
        (day, kind)
        for day in (loader.today, loader.today + dt.timedelta(days=1))
        for kind, (starts, _) in HOURS.items()
        if clock.at_local(day, starts) > loader.as_of + HOUR
    )
    published = {}
    for day, kind in ((loader.day(9), "day"), (loader.day(4), "day"), coming):
        as_of = min(clock.at_local(day - dt.timedelta(days=1), dt.time(9)), loader.as_of)
        starts, ends = HOURS[kind]
        shift = rota.add_shift(
            placement=placement, kind=kind, starts_at=clock.at_local(day, starts),
            ends_at=clock.at_local(day + dt.timedelta(days=ends <= starts), ends), by=amy, as_of=as_of,
        )  # fmt: skip
        for carer in (jody, kelda):
            rota.assign(shift=shift, carer=carer, by=amy, as_of=as_of)
        rota.name_leader(shift=shift, carer=kelda if day == loader.day(9) else jody, by=amy, as_of=as_of)
        weeks.publish(placement=placement, week=monday(day), by=amy, as_of=as_of)
        published[day] = Shift.objects.get(pk=shift.pk)
    _there(loader, published[loader.day(9)], kelda, there["bryn"])
    shift = published[coming[0]]
    requests.ask_swap(
        shift=shift, outgoing=kelda, incoming=there["aldo"], reason="Teya asked for Aldo back.", child_asked=True,
        analysis="He let her stay up. What she asks for is company at night, which is not the same as him.",
        by=loader.people["priya"], as_of=loader.as_of,
    )  # fmt: skip
    rota.take_off(assignment=shift.assignments.get(carer=jody), why="Off sick", by=amy, as_of=loader.as_of)
    requests.waive_checks(
        carer=there["gethin"], placement=placement, starts_at=loader.as_of, hours=48, by=loader.people["tom"], as_of=loader.as_of,
        reason="Two of five are off sick, the order says five, and no agency has anybody else tonight.",
    )  # fmt: skip
    rota.assign(shift=shift, carer=there["gethin"], by=amy, as_of=loader.as_of)


def _drafted_by_commissioning(loader: "Loader", placement: Placement, there: dict[str, Carer]) -> None:
    """Carl's draft of the coming week: two where five are to be, one whose certificate turned out to be another's, and at
    night the one of whom Teya is afraid, put back after it was asked that she be taken off."""
    carl, amy = loader.people["carl"], loader.people["amy"]
    days = [loader.today + dt.timedelta(days=ahead) for ahead in range(2, 9)]
    drafted = patterns.add_pattern(placement=placement, days=days, hours=HOURS, by=carl, as_of=loader.as_of).shifts
    for shift in drafted:
        keys = ("bryn", "emeka") if shift.kind == "day" else ("freya",)
        for key in keys:
            rota.assign(shift=shift, carer=there[key], by=carl, as_of=loader.as_of)
    dbs = there["emeka"].checks.get(kind="dbs")
    checks.withdraw_check(check=dbs, why="The certificate is another person’s.", by=amy, as_of=loader.as_of)
