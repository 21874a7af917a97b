"""A day replayed later says what a sweep said on that day: also of what was answered, or decided, and then again."""

import datetime as dt

from core.db import rows_of
from governance.actions import concerns, protection, raised
from governance.models import Concern, Enquiry, SeriousHarmNotice, StrategyDiscussion
from oversight import rulebook
from oversight.models import Flag
from oversight.sweep import TYPES, parameters
from tests.cast import at
from tests.oversight.facts import DAY
from tests.oversight.independent import Facts
from tests.oversight.independent_concerns import expected_of_concerns
from tests.oversight.independent_protection import expected_of_protection
from tests.sweeps import rules_alone

FIRST = dt.date(2022, 3, 7)
CODES = ("SAF-08", "SAF-09", "SAF-10", "SAF-03", "NOT-09", "NOT-09R")


def noon(day):
    return at(FIRST + day * DAY, 12)


def said(as_of):
    """Every clock of these rules as it stood: whose, since when, until when, and whether it was overdue."""
    return {
        (code, *row) for code in CODES for row in rows_of(rulebook.get(code).clocks, TYPES, parameters(as_of=as_of))
    }


def overdue(day):
    as_of = noon(day)
    assert rules_alone(as_of=as_of, of=CODES).failed_rules == []
    flags = Flag.objects.standing().filter(rule__in=CODES)
    return set(flags.values_list("rule", "limb", "placement", "carer", "agency", "shift", "due_at"))


def lived(acts, days=40):
    """Live each day with what was done on it; then ask of every day again."""
    live, stood = {}, {}
    for day in range(days):
        for act in acts.get(day, ()):
            act(as_of=at(FIRST + day * DAY, 9))
        live[day], stood[day] = said(noon(day)), overdue(day)
    replayed = {day: said(noon(day)) for day in range(days)}
    assert [day for day in range(days) if replayed[day] != live[day]] == []
    for day in range(days):
        facts = Facts(noon(day))
        read = {row for row in expected_of_concerns(facts) | expected_of_protection(facts) if row[0] in CODES}
        assert read == stood[day], day
        run = rules_alone(as_of=noon(day), of=CODES)
        assert run.raised == 0, day
    return {day: {(rule, limb) for rule, limb, *_ in rows} for day, rows in stood.items()}


def a_concern(cast, placement, **fields):
    fields = {"category": "care", "raiser": "health", "source": "health"} | fields
    return Concern.objects.create(
        authority=cast.north, number=Concern.objects.count() + 1, child=placement.child, placement=placement, what="W",
        received_at=at(FIRST, 8), owner=cast.tom, recorded_by=cast.amy, **fields,
    )  # fmt: skip


def test_answers_that_were_not_enough(cast):
    placement = cast.unregistered(cast.child(), FIRST - 10 * DAY)
    plain = a_concern(cast, placement)
    notice = a_concern(cast, placement, risk="high", raiser="police", source="police")

    def both(act, by, **fields):
        def acts(as_of):
            for pk in (plain.pk, notice.pk):
                act(concern=Concern.objects.get(pk=pk), by=by, as_of=as_of, **fields)

        return acts

    answer = both(concerns.answer, cast.tom, text="A.")
    not_enough = both(raised.not_enough, cast.amy, text="No.")
    decide = both(concerns.triage, cast.tom, decision="act", reasons="R")
    stood = lived({0: [decide], 1: [answer], 8: [not_enough], 10: [answer], 20: [not_enough], 38: [answer]})
    late = [day for day, rows in stood.items() if {("SAF-09", "answer"), ("SAF-08", "feedback")} <= rows]
    assert late == list(range(24, 38))  # none of the days on which it had an answer
    assert not any(("SAF-09", "open") in rows for rows in stood.values())


def test_a_conference_that_was_not_needed_and_then_was(cast):
    placement = cast.unregistered(cast.child(), FIRST - 10 * DAY)
    held = StrategyDiscussion.objects.create(
        child=placement.child, placement=placement, asked_at=at(FIRST, 8), asked_by=cast.amy, why="W", held_at=at(FIRST, 8),
        chair="C", outcome="enquiry", reasons="R", answered_by=cast.tom,
    )  # fmt: skip
    enquiry = Enquiry.objects.create(discussion=held, child=placement.child, started_on=FIRST, recorded_by=cast.tom)

    def not_needed(as_of):
        protection.need_no_conference(enquiry=enquiry, because="She is safe.", by=cast.tom, as_of=as_of)

    def is_held(as_of):
        protection.hold_conference(enquiry=enquiry, held_on=FIRST + 35 * DAY, by=cast.tom, as_of=as_of)

    stood = lived({3: [not_needed], 35: [is_held]})
    assert not any(("SAF-03", "conference") in rows for rows in stood.values())


def test_serious_harm_that_was_decided_twice(cast):
    placement = cast.unregistered(cast.child(), FIRST - 10 * DAY)
    concern = a_concern(cast, placement, category="sexual_harm")
    notice = SeriousHarmNotice.objects.create(
        child=placement.child,
        placement=placement,
        concern=concern,
        aware_at=at(FIRST, 8),
        what="W",
        recorded_by=cast.tom,
    )

    def decide(met):
        return lambda as_of: protection.decide_serious_harm(
            notice=notice, met=met, why="W", decided_by=cast.hana, by=cast.hana, as_of=as_of
        )

    stood = lived({1: [decide(False)], 12: [decide(True)], 30: [decide(False)]})
    assert not any(("SAF-10", "test") in rows for rows in stood.values())
    assert [day for day, rows in stood.items() if ("NOT-09", "") in rows] == list(range(12, 30))
