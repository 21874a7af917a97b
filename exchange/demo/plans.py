"""What was planned, sought and paid for: once as it should be, once as a review found it, once with a part missing."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from children.models import Child
from core.models import User
from governance import agreement_text
from governance.actions import commissioning, long_term, plans
from governance.models import Plan
from placements.models import Placement

if TYPE_CHECKING:
    from exchange.demo.load import Loader

SECTIONS = [code for code, _ in Plan.SECTIONS]
IDENTITY = {"religion", "origin", "culture", "language"}


def care_plan(loader: "Loader", child: Child, worker: User, ago: int, sections: list[str] = SECTIONS) -> None:
    """The law asks it of every looked-after child; most have one, with every part of it written."""
    plans.record_plan(
        child=child, kind="care", made_on=loader.day(ago), covers=sections, by=worker, as_of=loader.at(ago, 16)
    )


def placement_plan(loader: "Loader", placement: Placement, worker: User) -> None:
    """Signed on the day it began, as for each placement."""
    day = placement.started_on
    plans.record_plan(
        child=placement.child, kind="placement", placement=placement, made_on=day, signed_on=day,
        signed_by="The placement manager", by=worker, as_of=loader.at((loader.today - day).days, 16),
    )  # fmt: skip


def in_part(loader: "Loader", placement: Placement) -> None:
    """A care plan that says nothing of who the child is."""
    amy, began = loader.people["amy"], (loader.today - placement.started_on).days
    care_plan(loader, placement.child, amy, began, [code for code in SECTIONS if code not in IDENTITY])
    placement_plan(loader, placement, amy)


def going_well(loader: "Loader", placement: Placement) -> None:
    """Plans on the day, a profile confirmed before it is stale, an agreement about her, a year paid for."""
    child, ben, carl = placement.child, loader.people["ben"], loader.people["carl"]
    began = (loader.today - placement.started_on).days
    day, as_of = placement.started_on, loader.at(began, 17)
    placement_plan(loader, placement, ben)
    plans.write_profile(
        child=child, needs="Few faces, the same ones, and someone awake when she wakes.",
        identity="White British, no religion. Her nan’s Sunday dinner matters more than any festival.",
        risks="Walks out at night when she is frightened; comes back if nobody shouts.",
        outcomes="She sleeps through by spring, keeps up her swimming, and passes the lifeguard’s course.",
        wishes="“Near the pool. Not with boys.”", answers={"livingCompanions": "Solo placement recommended"},
        by=ben, as_of=as_of,
    )  # fmt: skip
    plans.sign_placement_agreement(
        placement=placement, outcomes="She sleeps through by spring, and passes the lifeguard’s course.",
        health_said="CAMHS: someone awake at night.", education_said="Virtual school: the course counts as her placement.",
        text=f"{agreement_text.TEMPLATE}\nTwo carers she chose take her swimming on Tuesdays and Saturdays.",
        signed_on=day, signed_for_provider="Ade Campion", by=carl, as_of=as_of,
    )  # fmt: skip
    commissioning.record_funding(
        placement=placement, starts_on=day, ends_on=day + dt.timedelta(days=364), weekly_cost=Decimal(6200), approved_on=day,
        approved_by="High-cost panel", why="A year, so that she can finish the course.", health_said="CAMHS agreed.",
        education_said="The virtual school agreed.", by=carl, as_of=as_of,
    )  # fmt: skip
    for ago in (20, 4):
        plans.confirm_profile(child=child, by=ben, as_of=loader.at(ago, 10))


def going_wrong(loader: "Loader", placement: Placement) -> None:
    """A care plan without who she is, a stale profile, the general text signed, three months at a time, a plan that slips, and a notice."""
    child = placement.child
    amy, tom, hana, carl, lola = (loader.people[key] for key in ("amy", "tom", "hana", "carl", "lola"))
    without = [code for code in SECTIONS if code not in IDENTITY]
    care_plan(loader, child, amy, 60, without)
    plans.write_profile(
        child=child, needs="A calm house.", identity="Mixed heritage.", risks="Goes missing.",
        outcomes="Somewhere safe while a home is found.", wishes="“Near my mum.”", by=amy, as_of=loader.at(60, 11),
    )  # fmt: skip
    for ago, asked in ((59, "Fernbank Lodge"), (58, "Willow Bank"), (58, "Kite Court")):
        plans.log_search(
            child=child, asked=asked, asked_on=loader.day(ago), meets_wish="against", answer="no",
            why_not="Cannot staff five to one.", by=carl, as_of=loader.at(ago, 12),
        )  # fmt: skip
    plans.sign_placement_agreement(
        placement=placement, outcomes="To be safe.", health_said="Not heard yet.", education_said="Not heard yet.",
        text=agreement_text.TEMPLATE, signed_on=loader.day(57), signed_for_provider="Rowan Teasel", by=carl,
        as_of=loader.at(57, 12),
    )  # fmt: skip
    before = child.placements.exclude(pk=placement.pk).order_by("-started_on")[0]
    for of, first, last in ((before, 240, 151), (before, 150, 62), (placement, 61, -28)):
        commissioning.record_funding(
            placement=of, starts_on=loader.day(first), ends_on=loader.day(last), weekly_cost=Decimal(14800),
            approved_on=loader.day(first), approver=hana, why="Until something is found.",
            why_not_asked="There was no time.", by=carl, as_of=loader.at(first - 1, 9),
        )  # fmt: skip
    plan = long_term.start_long_term_plan(
        child=child, kind="home", aim="The old nursery is refurbished and registered as a home for her.",
        started_on=loader.day(40), health_said="CAMHS: it must be near her clinic.", care_said="Amy: she has not been asked.",
        by=tom, as_of=loader.at(40, 14),
    )  # fmt: skip
    for what, ago in (("Builder chosen", 15), ("Work begun", -10), ("Registered with Ofsted", -90)):
        long_term.add_milestone(plan=plan, what=what, due_on=loader.day(ago), by=tom, as_of=loader.at(40, 14))
    long_term.make_contingency(
        child=child, plan=plan, what="Two rooms at Beacon House with her own carers.", weekly_cost=Decimal(9800),
        trigger="Work not begun in time.", by=tom, as_of=loader.at(40, 15),
    )  # fmt: skip
    for step, by, ago in (("hours_48", tom, 59), ("day_5", hana, 55), ("day_14", hana, 47)):
        commissioning.sign_crisis_check(
            placement=placement, step=step, safeguarding="Her worker rings daily.", care="Agency carers, five at a time.",
            education="A tutor is asked for.", health="Registered with a doctor.", way_out="The provider will apply to Ofsted.",
            by=by, as_of=loader.at(ago, 15),
        )  # fmt: skip
    commissioning.add_court_task(
        child=child, kind="direction", what="File a statement of the steps taken to register the setting or to end the placement.",
        source="Order of the High Court", made_on=loader.day(30), due_on=loader.day(5), owner=amy, by=lola,
        as_of=loader.at(29, 10),
    )  # fmt: skip
    commissioning.record_notice(
        placement=placement, from_whom="Harbour Light Care", received_at=loader.at(2, 11), ends_at=loader.at(2, 11)
        + dt.timedelta(days=28), reasons="Staff sent by agencies are not trained and not known to her.", by=carl,
        as_of=loader.at(2, 12),
    )  # fmt: skip
