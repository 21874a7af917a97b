"""The clocks behind the door: the day before, the day, the day after; and once more by another reading."""

import datetime as dt
import random

import pytest

from core.models import LocalStandard
from lado.models import Referral, ReferralAction, ReferralStep
from lado.policies import clocks as on_the_page
from oversight import clocks as running
from oversight import rulebook
from oversight.models import Flag
from oversight.rulebook import document
from oversight.sweep import recheck
from tests.cast import at
from tests.oversight.facts import DAY, NOT_NOT_YES, clocks, on_days, stands
from tests.oversight.independent import date, midnight, nth_working_day
from tests.sweeps import rules_alone

FIRST = dt.date(2022, 4, 14)  # Maundy Thursday


@pytest.fixture
def placed(cast):
    return cast.unregistered(cast.child(), FIRST - 60 * DAY)


def referred(cast, placement, when=None, **fields):
    fields = {
        "named": "N",
        "post": "carer",
        "harmed": True,
        "category": "physical",
        "what": "W",
        "source": "police",
    } | fields
    return Referral.objects.create(
        authority=cast.north, number=Referral.objects.count() + 1, referred_by=cast.amy, received_at=when or at(FIRST, 16),
        owner=cast.lee, placement=placement, child=placement.child if placement else None, **fields,
    )  # fmt: skip


def step(referral, kind, when, by, **fields):
    return ReferralStep.objects.create(referral=referral, kind=kind, text="T", by=by, happened_at=when, **fields)


class TestDays:
    def test_evaluated_and_met_about_in_working_days(self, cast, placed):
        referral = referred(cast, placed)
        assert on_days("SAF-04", "evaluation", dt.date(2022, 4, 19)) == NOT_NOT_YES  # Easter is passed over
        step(referral, "evaluation", at(FIRST + DAY, 9), cast.lee, decision="employer")
        assert not stands(at(FIRST + 40 * DAY), "SAF-04", "meeting")  # the employer looks into it
        step(referral, "evaluation", at(FIRST + 2 * DAY, 9), cast.lee, decision="strategy")
        assert on_days("SAF-04", "meeting", dt.date(2022, 4, 25)) == NOT_NOT_YES
        assert not stands(at(FIRST + 40 * DAY), "SAF-04", "evaluation")

    @pytest.mark.parametrize(("police", "days"), [(False, 28), (True, 14)])
    def test_reviewed_every_four_weeks_and_every_two_with_the_police(self, cast, placed, police, days):
        referral = referred(cast, placed, police_involved=police)
        met = at(dt.date(2022, 4, 20), 10)
        step(referral, "meeting", met, cast.lee, who_was_there="W")
        assert on_days("SAF-04", "review", met.date() + days * DAY) == NOT_NOT_YES
        step(referral, "review", met + days * DAY, cast.lee, next_review_on=met.date() + (days + 5) * DAY)
        assert on_days("SAF-04", "review", met.date() + (days + 5) * DAY) == NOT_NOT_YES  # sooner, as agreed
        Referral.objects.update(
            closed_at=met + (days + 1) * DAY, evaluated_at=met, outcome="false", retention="removed"
        )
        assert not stands(at(FIRST + 90 * DAY), "SAF-04", "review")

    @pytest.mark.parametrize(("police", "days"), [(False, 28), (True, 14)])
    def test_what_is_left_to_the_employer_is_reviewed_too(self, cast, placed, police, days):
        referral = referred(cast, placed, police_involved=police)
        left = at(FIRST + DAY, 9)
        step(referral, "evaluation", left, cast.lee, decision="employer")
        assert on_days("SAF-04", "review", left.date() + days * DAY) == NOT_NOT_YES
        standards = on_the_page.Standards(cast.north.pk, FIRST)
        owed = on_the_page.owed(referral, list(ReferralStep.objects.all()), [], standards, at(FIRST + DAY))
        assert ("Review it in a meeting", left.date() + days * DAY) in [(row.what, row.by) for row in owed]
        step(referral, "evaluation", left + 10 * DAY, cast.lee, decision="employer")  # looked at again
        assert on_days("SAF-04", "review", left.date() + (days + 10) * DAY) == NOT_NOT_YES
        step(referral, "evaluation", left + 11 * DAY, cast.lee, decision="no_threshold")
        assert not stands(at(FIRST + 90 * DAY), "SAF-04", "review")

    @pytest.mark.parametrize(
        ("limb", "due", "severity"),
        [("first", (2022, 2, 28), "amber"), ("second", (2022, 4, 30), "amber"), ("third", (2023, 1, 31), "red")],
    )
    def test_months_are_calendar_months(self, cast, limb, due, severity):
        referred(cast, cast.unregistered(cast.child(), dt.date(2022, 1, 3)), at(dt.date(2022, 1, 31), 9))
        assert on_days("SAF-05", limb, dt.date(*due)) == NOT_NOT_YES
        assert rulebook.get("SAF-05").severity_of(limb) == severity

    def test_the_dbs_is_told_within_a_month_of_the_removal_also_once_it_is_closed(self, cast, placed):
        referral = referred(
            cast, placed, removed_on=dt.date(2022, 5, 31), evaluated_at=at(FIRST, 17), closed_at=at(FIRST + DAY, 9),
            outcome="substantiated", retention="long",
        )  # fmt: skip
        assert on_days("SAF-07", "", dt.date(2022, 6, 30)) == NOT_NOT_YES
        task = ReferralAction.objects.create(
            referral=referral, kind="dbs", what="W", who="W", due_on=dt.date(2022, 6, 30), recorded_by=cast.lee
        )
        assert stands(at(dt.date(2022, 7, 1)), "SAF-07")  # to be asked for it is not to have done it
        task.done_on, task.evidence = dt.date(2022, 7, 2), "E"
        task.save()
        assert stands(at(dt.date(2022, 7, 1)), "SAF-07")
        assert not stands(at(dt.date(2022, 7, 2)), "SAF-07")

    def test_a_council_may_be_stricter_and_its_page_says_the_same(self, cast, placed):
        referral = referred(cast, placed)
        step(referral, "evaluation", at(FIRST, 17), cast.lee, decision="meeting")
        for key, value in (("SAF-04 meeting", 2), ("SAF-04 evaluation", 9)):
            LocalStandard.objects.create(
                authority=cast.north, key=key, value=value, effective_from=FIRST - DAY, set_by=cast.dora, reason="R"
            )
        assert on_days("SAF-04", "meeting", dt.date(2022, 4, 20)) == NOT_NOT_YES
        standards = on_the_page.Standards(cast.north.pk, FIRST)
        owed = on_the_page.owed(referral, list(ReferralStep.objects.all()), [], standards, at(FIRST + DAY))
        assert owed[0].by == dt.date(2022, 4, 20)
        assert standards.of(on_the_page.EVALUATION) == 1  # never looser


def test_without_a_placement_there_is_no_flag(cast, placed):
    referred(cast, None)
    assert all(clocks(code, at(FIRST + 900 * DAY)) == {} for code in rulebook.BEHIND_THE_DOOR)


def test_what_runs_behind_the_door_is_in_no_list_of_what_is_due(cast, placed):
    referred(cast, placed)
    shown = running.due_soon([placed.pk], as_of=at(FIRST, 17)) + running.running(
        [rule.source_id for rule in rulebook.ALL], [placed.pk], as_of=at(FIRST, 17)
    )
    assert shown
    assert not rulebook.BEHIND_THE_DOOR & {clock.rule.code for clock in shown}
    assert "not the person it is about" in document.render()


# --- a second reading ------------------------------------------------------------------------------------------------------


def months(day, number):
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def expected(as_of):
    """What should stand, one referral and one day at a time, its numbers written out on purpose."""
    today, found = date(as_of), set()
    for r in Referral.objects.filter(placement__isnull=False, received_at__lte=as_of):
        past = [
            s for s in ReferralStep.objects.filter(referral=r).order_by("happened_at", "pk") if s.happened_at <= as_of
        ]
        judged = [s.decision for s in past if s.kind == "evaluation"]
        met = [s for s in past if s.kind in ("meeting", "review")]
        received, last_days = date(r.received_at), []
        if r.closed_at is None or r.closed_at > as_of:
            if not judged:
                last_days.append(("SAF-04", "evaluation", nth_working_day(received, 1)))
            elif judged[-1] in ("strategy", "meeting") and not met:
                last_days.append(("SAF-04", "meeting", nth_working_day(received, 5)))
            left_to_them = [s for s in past if s.kind == "evaluation"][-1:] if judged[-1:] == ["employer"] else []
            for last in met[-1:] or left_to_them:
                by = date(last.happened_at) + (14 if r.police_involved else 28) * DAY
                last_days.append(("SAF-04", "review", min(by, last.next_review_on or by)))
            last_days += [
                ("SAF-05", limb, months(received, n)) for limb, n in (("first", 1), ("second", 3), ("third", 12))
            ]
        told = [a for a in ReferralAction.objects.filter(referral=r, kind="dbs") if a.done_on and a.done_on <= today]
        if r.removed_on and r.removed_on <= today and not told:
            last_days.append(("SAF-07", "", months(r.removed_on, 1)))
        found |= {
            (code, limb, r.placement_id, r.carer_id, midnight(day + DAY))
            for code, limb, day in last_days
            if day < today
        }
    return found


def on_page(as_of):
    """What the LADO's own page says is late, of evaluations, meetings and reviews: the same days, counted a third time."""
    limbs, found = (
        {"Evaluate it": "evaluation", "Hold the allegations meeting": "meeting", "Review it in a meeting": "review"},
        set(),
    )
    for r in Referral.objects.filter(placement__isnull=False, received_at__lte=as_of):
        r.closed_at = r.closed_at if r.closed_at and r.closed_at <= as_of else None
        steps = list(ReferralStep.objects.filter(referral=r, happened_at__lte=as_of).order_by("happened_at", "pk"))
        owed = on_the_page.owed(r, steps, [], on_the_page.Standards(r.authority_id, date(as_of)), as_of)
        found |= {
            (limbs[row.what], r.placement_id, r.carer_id, midnight(row.by + DAY))
            for row in owed
            if row.late and row.what in limbs
        }
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_over_referrals_nobody_chose(cast, seed):
    chance, seen = random.Random(seed), set()
    carers = [cast.carer(f"Reed {n}") for n in range(2)]
    homes = [cast.unregistered(cast.child(), FIRST - 30 * DAY) for _ in range(3)]

    def later(moment, most=60):
        return moment + dt.timedelta(hours=chance.randrange(1, 24 * most))

    for number in range(14):
        received = at(FIRST + chance.randrange(60) * DAY, chance.randrange(24), number)
        closed = later(received, 200) if chance.random() < 0.4 else None
        ended = (
            {"closed_at": closed, "outcome": "false", "retention": "removed", "evaluated_at": received}
            if closed
            else {}
        )
        referral = referred(
            cast, chance.choice([*homes, None]), received, carer=chance.choice([None, *carers]),
            police_involved=chance.random() < 0.4, removed_on=later(received).date() if chance.random() < 0.4 else None, **ended,
        )  # fmt: skip
        for _ in range(chance.choice([0, 1, 2])):
            decision = chance.choice(["strategy", "meeting", "employer", "no_threshold"])
            step(referral, "evaluation", later(received, 10), cast.lee, decision=decision)
        for kind in ["meeting", "review", "review"][: chance.randrange(4)]:
            held = later(received, 40)
            agreed = held.date() + chance.randrange(1, 28) * DAY if chance.random() < 0.5 else None
            step(referral, kind, held, cast.lee, next_review_on=agreed)
        if chance.random() < 0.5:
            done = {"done_on": later(received, 90).date(), "evidence": "E"} if chance.random() < 0.7 else {}
            ReferralAction.objects.create(
                referral=referral,
                kind=chance.choice(["dbs", "police"]),
                what="W",
                who="W",
                due_on=FIRST,
                recorded_by=cast.lee,
                **done,
            )
    codes = sorted(rulebook.BEHIND_THE_DOOR)
    for as_of in sorted(at(FIRST + chance.randrange(20, 480) * DAY, chance.randrange(24)) for _ in range(6)):
        assert rules_alone(as_of=as_of).failed_rules == []
        standing = Flag.objects.standing().filter(rule__in=codes)
        found = set(standing.values_list("rule", "limb", "placement", "carer", "due_at"))
        assert found == expected(as_of)
        assert on_page(as_of) == {row[1:] for row in found if row[0] == "SAF-04"}
        seen |= {(rule, limb) for rule, limb, *_ in found}
    assert len(seen) >= 6, "referrals so tame that most limbs had nothing to say prove little"
    for placement in homes:
        recheck(subjects={("placement", placement.pk)}, as_of=as_of)
    run = rules_alone(as_of=as_of)
    assert (run.raised, run.cleared) == (0, 0)
