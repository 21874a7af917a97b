"""The review’s failings about plans and commissioning, lived through by the product’s own actions: prevented or flagged."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage, Refusal
from governance import agreement_text
from governance.actions import commissioning, long_term, plans
from governance.models import CrisisCheck, Funding, Plan, ReferralProfile, SearchEntry
from governance.policies import plans as policies
from governance.policies.crisis import SIGNED_BY, looks, steps_for
from oversight.clocks import running
from placements import actions as placements
from tests.cast import at
from tests.staffing.placement_one import ARRIVED, DAY, HOUR, MOVED, PlacementOne
from tests.told_once import told_once

PROFILE = {
    "needs": "Adults who stay.", "identity": "Christian, of Jamaican descent.", "risks": "Goes missing when unsettled.",
    "outcomes": "She goes to school each day by Easter.", "wishes": "Near my mum.",
}  # fmt: skip
SECTIONS = [code for code, _ in Plan.SECTIONS]


class Commissioned(PlacementOne):
    """The same life, with what commissioning did."""

    def __init__(self, cast):
        super().__init__(cast)
        for person in (cast.dee, cast.dora, cast.lola, cast.ines):
            assert person.pk

    def profile(self, when):
        return self.act(plans.write_profile, self.cast.amy, when, child=self.child, **PROFILE)

    def asks(self, when, by=None, **fields):
        fields = {"asked": "Fernbank Lodge", "asked_on": when.date(), "meets_wish": "in_part"} | fields
        return self.act(plans.log_search, by or self.cast.carl, when, child=self.child, **fields)

    def agrees(self, day, text):
        return self.act(
            plans.sign_placement_agreement, self.cast.carl, at(day), placement=self.placement, outcomes=PROFILE["outcomes"],
            health_said="CAMHS, 12 October: weekly.", education_said="Virtual school: a tutor by Monday.", text=text,
            signed_on=day, signed_for_provider="Maya Redstart",
        )  # fmt: skip

    def pays(self, first, last, when=None, by=None, **fields):
        fields = {"health_said": "CAMHS agreed.", "education_said": "The virtual school agreed."} | fields
        if "approver" not in fields:
            fields = {"approved_by": "High-cost panel"} | fields
        return self.act(
            commissioning.record_funding, by or self.cast.carl, when or at(first), placement=self.placement, starts_on=first,
            ends_on=last, weekly_cost=Decimal("9500.00"), approved_on=min(first, (when or at(first)).date()),
            why="Nothing else.", **fields,
        )  # fmt: skip

    def stops(self, block, day, when, by=None, **approved):
        return self.act(
            commissioning.stop_funding, by or self.cast.carl, when, block=block, stopped_on=day, approved_on=when.date(),
            why="A new price.", **(approved or {"approver": self.cast.dee}),
        )  # fmt: skip

    def plans_ahead(self, day, **fields):
        said = {"health_said": "H", "education_said": "E", "care_said": "C"} | fields
        return self.act(
            long_term.start_long_term_plan, self.cast.tom, at(day), child=self.child,
            **{"kind": "home", "aim": "A house is refurbished and registered.", "started_on": day} | said,
        )  # fmt: skip

    def steps(self, plan, what, due, as_of):
        return self.act(long_term.add_milestone, self.cast.tom, as_of, plan=plan, what=what, due_on=due)

    def ready(self, when, plan=None):
        return self.act(
            long_term.make_contingency, self.cast.tom, when, child=self.child, plan=plan, what="Two carers at Beacon House.",
            weekly_cost=Decimal(8000), trigger="Notice, or a missed milestone.",
        )  # fmt: skip

    def notices(self, when, hours, from_whom="The provider"):
        return self.act(
            commissioning.record_notice, self.cast.carl, when, placement=self.placement, from_whom=from_whom, received_at=when,
            ends_at=when + hours * HOUR, reasons="Staff are not trained and not known to her.",
        )  # fmt: skip

    def signs_step(self, by, step, when, **fields):
        parts = dict.fromkeys(("safeguarding", "care", "education", "health"), "What is in place.")
        parts |= {"structure": "Meals, school, bed.", "way_out": "Applied to Ofsted on 14 October."} | fields
        return self.act(commissioning.sign_crisis_check, by, when, placement=self.placement, step=step, **parts)


@told_once
def life(cast):
    return Commissioned(cast)


def refused():
    return pytest.raises(Refused, check=lambda refusal: refusal.code == "CPL-04-SEARCH")


class TestPlans:
    @pytest.mark.failing("F58")
    @pytest.mark.recommendation("R6.3")
    def test_a_care_plan_says_who_she_is_or_shows_that_it_does_not(self, life, client):
        tenth = dt.date(2021, 10, 26)
        assert "CPL-01" not in life.red(at(tenth, 23))
        assert "CPL-01" in life.red(at(tenth + DAY, 1))
        short = [code for code in SECTIONS if code != "culture"]
        life.act(
            plans.record_plan,
            life.cast.amy,
            at(tenth + DAY),
            child=life.child,
            kind="care",
            made_on=tenth,
            covers=short,
        )
        assert "CPL-01" not in life.red()
        assert life.flag("CPL-03").severity == "amber"
        client.force_login(life.cast.amy)
        assert b"Identity: culture" in client.get(reverse("governance:plans", args=[life.child.reference])).content
        life.act(
            plans.record_plan,
            life.cast.amy,
            at(tenth + DAY),
            child=life.child,
            kind="care",
            made_on=tenth,
            covers=SECTIONS,
        )
        assert "CPL-03" not in life.red()

    def test_a_placement_plan_counts_once_it_is_signed(self, life):
        fifth = dt.date(2021, 10, 19)
        plan = {"child": life.child, "kind": "placement", "placement": life.placement, "made_on": fifth}
        life.act(plans.record_plan, life.cast.amy, at(fifth), **plan)
        assert "CPL-02" in life.red(at(fifth + DAY, 1))
        with pytest.raises(Invalid, match="who signed it"):
            life.act(plans.record_plan, life.cast.amy, at(fifth + DAY), **plan, signed_on=fifth + DAY)
        life.act(
            plans.record_plan, life.cast.amy, at(fifth + DAY), **plan, signed_on=fifth + DAY, signed_by="Maya Redstart"
        )
        assert "CPL-02" not in life.red()


class TestSearch:
    @pytest.mark.failing("F65")
    @pytest.mark.recommendation("R6.1")
    def test_no_profile_without_outcomes_or_identity_and_no_search_without_a_profile(self, life):
        with refused():
            life.asks(ARRIVED + HOUR)
        assert Refusal.objects.get().code == "CPL-04-SEARCH"
        for part in ("outcomes", "identity"):
            with pytest.raises(Invalid):
                life.act(plans.write_profile, life.cast.amy, ARRIVED, child=life.child, **PROFILE | {part: " "})
        life.profile(ARRIVED + HOUR)
        assert life.asks(ARRIVED + 2 * HOUR).answer == "waiting"

    @pytest.mark.failing("F66")
    def test_a_stale_profile_blocks_the_search_and_the_extension(self, life):
        life.profile(ARRIVED)
        life.pays(MOVED, MOVED + 89 * DAY)
        last = MOVED + 28 * DAY
        life.asks(at(last, 9))
        assert "CPL-04 regular" not in life.red(at(last, 23))
        assert "CPL-04 regular" in life.red(at(last + DAY, 9))
        with refused() as refusal:
            life.asks(at(last + DAY, 9))
        assert "more than 28 days ago" in refusal.value.sentence
        with refused():
            life.pays(MOVED + 90 * DAY, MOVED + 200 * DAY, at(last + DAY, 9))
        # What was done on an earlier day is recorded all the same.
        life.act(plans.confirm_profile, life.cast.amy, at(last + DAY, 10), child=life.child)
        assert "CPL-04 regular" not in life.red()
        life.asks(at(last + DAY, 11))
        assert ReferralProfile.objects.first().same_as is not None

    @pytest.mark.failing("F66")
    def test_what_happened_since_makes_it_stale_after_two_working_days(self, life):
        life.profile(ARRIVED)
        friday = dt.date(2021, 10, 22)
        life.notices(at(friday), 28 * 24)
        life.asks(at(friday + 4 * DAY))  # Tuesday, the second working day
        with refused() as refusal:
            life.asks(at(friday + 5 * DAY))
        assert "before what happened on 22 October 2021" in refusal.value.sentence
        assert "CPL-04 event" in life.red(at(friday + 5 * DAY))

    def test_a_search_made_earlier_is_recorded_and_flagged(self, life):
        life.asks(at(MOVED + 3 * DAY), asked_on=MOVED + DAY)
        assert "CPL-04 unfounded" in life.red()
        flag = life.flag("CPL-04", "unfounded")
        assert flag.owner == life.cast.amy  # who can put it right
        assert (flag.clock_started_at, flag.due_at) == (at(MOVED + DAY, 0), at(MOVED + 2 * DAY, 0))
        life.profile(at(MOVED + 3 * DAY))
        assert "CPL-04 unfounded" not in life.red()

    @pytest.mark.failing("F64")
    def test_what_she_wishes_stands_beside_each_home_asked(self, life, client):
        life.profile(ARRIVED)
        entry = life.asks(ARRIVED + HOUR, meets_wish="against")
        with pytest.raises(Invalid, match="why not"):
            life.act(plans.answer_search, life.cast.carl, ARRIVED + HOUR, entry=entry, answer="no")
        life.act(plans.answer_search, life.cast.carl, ARRIVED + HOUR, entry=entry, answer="no", why_not="Full.")
        client.force_login(life.cast.ines)
        life.cast.allocate(life.child, life.cast.ines, part="iro")
        page = client.get(reverse("governance:commissioning", args=[life.child.reference])).content.decode()
        assert "Near my mum." in page
        assert "Full." in page
        life.pays(MOVED, MOVED + 60 * DAY)
        assert "CPL-08 ending" in life.red(at(MOVED + 18 * DAY))  # and the block ends with nothing found

    def test_who_may(self, life):
        life.profile(ARRIVED)
        for person in (life.cast.amy, life.cast.lee, life.cast.dee):
            with pytest.raises(PermissionDenied):
                life.asks(ARRIVED + HOUR, by=person)
        with pytest.raises(PermissionDenied):
            life.act(plans.write_profile, life.cast.carl, ARRIVED, child=life.child, **PROFILE)
        with pytest.raises(PermissionDenied):
            life.asks(ARRIVED + HOUR, by=life.cast.todd)


class TestAgreement:
    @pytest.mark.failing("F73")
    def test_the_general_text_signed_is_no_agreement_about_her(self, life, client):
        fifth = dt.date(2021, 10, 19)
        assert "CPL-05 missing" in life.red(at(fifth + DAY, 1))
        life.profile(ARRIVED)
        general = life.agrees(fifth + DAY, agreement_text.TEMPLATE + "\n\n")
        assert general.own_lines == 0
        assert {"CPL-05 generic"} == {flag for flag in life.red() if flag.startswith("CPL-05 ")}
        about_her = agreement_text.TEMPLATE.replace("28 days", "56 days") + "\nShe bakes with somebody each Friday."
        hers = life.agrees(fifth + DAY, about_her)
        assert (hers.own_lines, hers.profile) == (2, ReferralProfile.objects.get())
        assert not {flag for flag in life.red() if flag.startswith("CPL-05 ")}
        client.force_login(life.cast.amy)
        page = client.get(reverse("governance:agreement", args=[life.placement.pk])).content.decode()
        assert "<ins>" in page
        assert "She bakes with somebody each Friday." in page

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(alphabet="abc ", max_size=6), max_size=8))
    def test_its_own_lines_are_those_the_page_marks(self, lines):
        text = "\n".join(lines)
        shown = agreement_text.compared(agreement_text.TEMPLATE, text)
        kept = [line.text for line in shown if line.mark != "general"]
        assert kept == [line.strip() for line in text.splitlines()]
        assert agreement_text.own_lines(agreement_text.TEMPLATE, text) == sum(bool(line) for line in kept)


class TestFunding:
    @pytest.mark.failing("F68")
    @pytest.mark.recommendation("R1.17")
    def test_health_and_education_are_asked_or_the_reason_is_kept(self, life):
        life.profile(ARRIVED)
        with pytest.raises(Invalid):
            life.pays(MOVED, MOVED + 89 * DAY, education_said="")
        assert not Funding.objects.exists()
        life.pays(MOVED, MOVED + 89 * DAY, education_said="", why_not_asked="It was Sunday night; asked on Monday.")

    def test_who_approved_it_is_somebody_the_matrix_lets_or_a_panel(self, life, client):
        """A team manager may write a block down, and neither approves it nor names a panel that did."""
        cast, end = life.cast, MOVED + 89 * DAY
        life.profile(ARRIVED)
        for approved in ({"approver": cast.tom}, {"approver": cast.amy}, {"approved_by": "High-cost panel"}):
            with pytest.raises(Refused, match="“What is paid” is not theirs"):
                life.pays(MOVED, end, by=cast.tom, **approved)
        with pytest.raises(Refused, match="“What is paid” is not theirs"):
            life.pays(MOVED, end, approved_by="Amy Sparrow, herself")
        for approved in ({"approved_by": " "}, {"approver": cast.dee, "approved_by": "A panel"}):
            with pytest.raises(Invalid) as invalid:
                life.pays(MOVED, end, **approved)
            assert list(invalid.value.errors) == ["approved_by"]
        assert not Funding.objects.exists()
        block = life.pays(MOVED, end, by=cast.tom, approver=cast.dee)
        assert block.approved_by == f"{cast.dee.name} (director)"
        decision = life.child.decisions.get(kind="funding")
        assert (decision.decider, decision.recorded_by) == (cast.dee, cast.tom)
        with pytest.raises(Invalid, match="is paid for already"):
            life.pays(end, end + 89 * DAY)
        after = end + DAY
        assert life.pays(after, after + 89 * DAY, at(MOVED)).approved_by == "High-cost panel"
        begins, ends = after + 90 * DAY, after + 99 * DAY
        client.force_login(cast.tom)
        page = reverse("governance:record_funding", args=[life.placement.pk])
        form = client.get(page).context["form"]
        assert set(form.fields["approver"].queryset) == {cast.carl, cast.hana, cast.dee, cast.dora}
        sent = {
            "weekly_cost": "9500",
            "health_said": "H",
            "education_said": "E",
            "why": "W",
            "alternatives": "A cheaper home.",
            "consulted": "Her mother.",
        }
        for name, day in (("starts_on", begins), ("ends_on", ends), ("approved_on", MOVED)):
            sent |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
        assert client.post(page, sent | {"approved_by": "High-cost panel"}).status_code == 422
        assert client.post(page, sent | {"approver": cast.hana.pk}).status_code == 302
        assert Funding.objects.first().approved_by == f"{cast.hana.name} (head of service)"
        decision = life.child.decisions.filter(kind="funding").latest("pk")
        assert (decision.alternatives, decision.consulted) == ("A cheaper home.", "Her mother.")

    def test_what_a_home_she_left_is_still_paid_is_no_hindrance_and_two_at_once_are(self, life, cast):
        life.pays(MOVED, MOVED + 89 * DAY)
        left = MOVED + 40 * DAY
        life.placement.ended_on = left
        life.placement.save()
        after = cast.placement(life.child, left)
        policies.paid_once(after, left, left + 89 * DAY)
        with pytest.raises(Invalid, match="paid for already"):
            policies.paid_once(after, left - DAY, left + 89 * DAY)
        with pytest.raises(IntegrityError, match="funding_once"), transaction.atomic():
            Funding.objects.create(
                placement=life.placement, starts_on=MOVED + 89 * DAY, ends_on=MOVED + 99 * DAY, weekly_cost=1, why="W",
                approved_on=MOVED, approved_by="A", why_not_asked="N", recorded_by=cast.carl,
            )  # fmt: skip

    def test_a_block_ends_early_and_another_begins_that_day(self, life, client):
        """Approved as a block is, by those to whom the matrix gives it; of what was agreed nothing else ever changes."""
        cast, new = life.cast, MOVED + 30 * DAY
        when = at(new - DAY)
        life.profile(ARRIVED)
        block = life.pays(MOVED, MOVED + 364 * DAY)
        life.profile(when)
        with pytest.raises(Invalid, match="end that block early first"):
            life.pays(new, new + 99 * DAY, when)
        for by, approved in ((cast.tom, {"approved_by": "High-cost panel"}), (cast.carl, {"approver": cast.amy})):
            with pytest.raises(Refused, match="“What is paid” is not theirs"):
                life.stops(block, new, when, by, **approved)
        with pytest.raises(PermissionDenied):
            life.stops(block, new, when, cast.amy)
        for day in (MOVED - DAY, MOVED + 365 * DAY):
            with pytest.raises(Invalid) as invalid:
                life.stops(block, day, when)
            assert list(invalid.value.errors) == ["stopped_on"]
        client.force_login(cast.tom)
        page = client.get(reverse("governance:commissioning", args=[life.child.reference])).content.decode()
        address = reverse("governance:stop_funding", args=[block.pk])
        assert f'href="{address}"' not in page  # it was over long ago, by the clock on the wall
        sent = {"why": "A new price.", "approver": cast.dee.pk, "alternatives": "None.", "consulted": "The provider."}
        for name, day in (("stopped_on", new), ("approved_on", new - DAY)):
            sent |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
        response = client.post(address, sent | {"stopped_on_year": 2020})
        assert (response.status_code, list(response.context["form"].errors)) == (422, ["stopped_on"])
        assert response.context["form"].data["why"] == "A new price."
        assert client.post(address, sent).status_code == 302
        decision = life.child.decisions.filter(kind="funding").latest("pk")
        assert (decision.decider, decision.recorded_by, decision.why) == (cast.dee, cast.tom, "A new price.")
        row = block.history.first()
        assert (row.history_user, row.stopped_on, row.stop_approved_by) == (
            cast.tom,
            new,
            f"{cast.dee.name} (director)",
        )
        assert life.pays(new, new + 99 * DAY, when).until == new + 100 * DAY
        page = client.get(reverse("governance:commissioning", args=[life.child.reference])).content.decode()
        assert "Ended early: not paid from" in page
        assert life.stops(block, new - DAY, when).until == new - DAY  # earlier still, and never later again
        with pytest.raises(Invalid, match="Enter that day or an earlier one"):
            life.stops(block, new, when)
        for change in ({"weekly_cost": 1}, {"ends_on": new + DAY}, {"stopped_on": None}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Funding.objects.filter(pk=block.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            block.delete()

    @given(st.data())
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_no_day_is_paid_for_twice_however_blocks_begin_and_end(self, life, data):
        """What is let through is what leaves every day paid for once; the action and the database say the same."""
        by = {"by": life.cast.hana, "as_of": at(MOVED, 9)}
        approval = {"approved_on": MOVED, "approver": life.cast.hana}
        with transaction.atomic():
            life.profile(at(MOVED, 8))
            kept = []
            for _ in range(data.draw(st.integers(2, 8))):
                if kept and data.draw(st.booleans()):
                    block = data.draw(st.sampled_from(kept))
                    day = MOVED + data.draw(st.integers(0, 22)) * DAY
                    allowed = block.starts_on <= day < block.until
                    try:
                        commissioning.stop_funding(block=block, stopped_on=day, why="W", **approval, **by)
                    except Invalid:
                        assert not allowed
                    else:
                        assert allowed
                    continue
                first = MOVED + data.draw(st.integers(0, 20)) * DAY
                last = first + data.draw(st.integers(0, 6)) * DAY
                paid = {
                    block.starts_on + n * DAY for block in kept for n in range((block.until - block.starts_on).days)
                }
                allowed = not paid & {first + n * DAY for n in range((last - first).days + 1)}
                fields = {"starts_on": first, "ends_on": last, "weekly_cost": Decimal(1), "why": "W"}
                try:
                    block = commissioning.record_funding(
                        placement=life.placement, why_not_asked="N", **fields, **approval, **by
                    )
                except Invalid:
                    assert not allowed
                    with pytest.raises(IntegrityError, match="funding_once"), transaction.atomic():
                        Funding.objects.create(
                            placement=life.placement, approved_on=MOVED, approved_by="A", why_not_asked="N",
                            recorded_by=life.cast.carl, **fields,
                        )  # fmt: skip
                else:
                    assert allowed
                    kept.append(block)
            transaction.set_rollback(True)

    @pytest.mark.failing("F74")
    @pytest.mark.failing("F49")
    def test_the_third_block_of_three_months_goes_to_the_director(self, life):
        first = MOVED
        for number in range(3):
            life.act(plans.write_profile, life.cast.amy, at(first), child=life.child, **PROFILE)
            life.pays(first, first + 89 * DAY)
            assert ("CPL-08 third" in life.red()) == (number == 2)
            first += 90 * DAY
        flag = life.flag("CPL-08", "third")
        assert (flag.owner, flag.severity) == (life.cast.dee, "amber")
        life.act(plans.confirm_profile, life.cast.amy, at(first), child=life.child)
        life.pays(first, first + 400 * DAY)
        assert "CPL-08 third" not in life.red()


class TestLongTerm:
    @pytest.mark.failing("F69")
    @pytest.mark.failing("F71")
    def test_a_plan_that_slips_is_amber_then_red_and_its_contingency_answers(self, life):
        plan = life.plans_ahead(MOVED + 20 * DAY)
        first, second = MOVED + 50 * DAY, MOVED + 60 * DAY
        assert "CPL-06 bare" in life.red(at(MOVED + 21 * DAY, 1))  # no dated step, and nothing instead
        life.steps(plan, "Builder chosen", first, at(MOVED + 22 * DAY))
        step = life.steps(plan, "Work begun", second, at(MOVED + 22 * DAY))
        contingency = life.ready(at(MOVED + 22 * DAY), plan)
        assert "CPL-06 bare" not in life.red()
        assert "CPL-06 missed" in life.red(at(first + DAY, 1))
        assert "CPL-06 contingency" not in life.red(at(second, 23))
        assert "CPL-06 contingency" in life.red(at(second + DAY, 1))
        assert life.flag("CPL-06", "contingency").owner == life.cast.hana
        with pytest.raises(Invalid, match="reasons"):
            life.act(
                long_term.decide_contingency, life.cast.hana, at(second + DAY), contingency=contingency, state="refused",
                reasons=" ",
            )  # fmt: skip
        for who in ("amy", "tom", "ines"):  # £8,000 a week are not theirs to spend
            with pytest.raises(Refused, check=lambda refusal: "Hana Finch (head of service)" in refusal.remedy):
                life.act(
                    long_term.decide_contingency, getattr(life.cast, who), at(second + DAY), contingency=contingency,
                    state="activated", reasons="Now.",
                )  # fmt: skip
        assert contingency.state == "standing"
        life.act(
            long_term.decide_contingency, life.cast.hana, at(second + DAY), contingency=contingency, state="activated",
            reasons="The house will not be ready this year.",
        )  # fmt: skip
        decision = life.child.decisions.get(demanded_by="decide_contingency")
        assert (decision.kind, decision.decider) == ("funding", life.cast.hana)
        assert decision.what == "To use the contingency, at £8000.00 a week: Two carers at Beacon House."
        assert decision.why == "The house will not be ready this year."
        assert "CPL-06 contingency" not in life.red()
        assert "CPL-06 missed" in life.red()
        life.act(
            long_term.meet_milestone,
            life.cast.tom,
            at(second + DAY),
            milestone=step,
            met_on=second + DAY,
            evidence="Seen.",
        )
        with pytest.raises(Conflict):
            life.act(
                long_term.meet_milestone,
                life.cast.tom,
                at(second + DAY),
                milestone=step,
                met_on=second,
                evidence="Seen.",
            )

    @pytest.mark.failing("F70")
    @pytest.mark.recommendation("R1.16")
    def test_a_plan_health_and_education_never_saw(self, life):
        plan = life.plans_ahead(MOVED + 20 * DAY, education_said="")
        assert "CPL-06 partners" in life.red(at(MOVED + 26 * DAY, 1))
        life.act(
            long_term.say_of_plan, life.cast.tom, at(MOVED + 26 * DAY), plan=plan, health_said="H", care_said="C",
            education_said="There is no school near it.",
        )  # fmt: skip
        assert "CPL-06 partners" not in life.red()

    @pytest.mark.failing("F75")
    def test_a_move_that_takes_months_needs_safety_meanwhile(self, life):
        plan = life.plans_ahead(MOVED + 90 * DAY, kind="move")
        assert "CPL-06 interim" not in life.red(at(MOVED + 118 * DAY, 23))
        assert "CPL-06 interim" in life.red(at(MOVED + 119 * DAY, 1))
        life.act(
            long_term.say_of_plan, life.cast.tom, at(MOVED + 119 * DAY), plan=plan, health_said="H", care_said="C",
            education_said="E", interim_safety="The new provider’s manager is on site at the old house from Monday.",
        )  # fmt: skip
        assert "CPL-06 interim" not in life.red()


class TestCrisis:
    @pytest.mark.failing("F9")
    @pytest.mark.positive("P22")
    def test_two_days_are_two_days_and_then_it_rises(self, life):
        assert not {flag for flag in life.red(ARRIVED + 48 * HOUR) if flag.startswith("CPL-07")}
        assert "CPL-07 hours_48" in life.red(ARRIVED + 49 * HOUR)
        life.signs_step(life.cast.tom, "hours_48", ARRIVED + 49 * HOUR)
        assert "CPL-07 hours_48" not in life.red()
        nine_months = {flag for flag in life.red(at(MOVED + 240 * DAY)) if flag.startswith("CPL-07")}
        assert nine_months == {f"CPL-07 {step}" for step in ("day_5", "day_14", "day_28", "day_56", "day_84", "again")}
        assert life.flag("CPL-07", "day_84").owner == life.cast.dora

    @pytest.mark.recommendation("R1.7")
    @pytest.mark.recommendation("R1.8")
    @pytest.mark.recommendation("R1.9")
    @pytest.mark.recommendation("R1.10")
    @pytest.mark.parametrize("section", ["safeguarding", "care", "education", "health"])
    def test_every_section_is_answered_at_every_step(self, life, section):
        with pytest.raises(Invalid, check=lambda invalid: section in invalid.errors):
            life.signs_step(life.cast.tom, "hours_48", ARRIVED + 40 * HOUR, **{section: ""})

    @pytest.mark.failing("F4")
    @pytest.mark.recommendation("R1.11")
    def test_where_nobody_has_registered_it_each_step_says_the_way_out(self, life, client):
        with pytest.raises(Invalid, match="registration was applied for"):
            life.signs_step(life.cast.tom, "hours_48", ARRIVED + 40 * HOUR, way_out="")
        client.force_login(life.cast.tom)
        page = client.get(reverse("governance:crisis", args=[life.placement.pk])).content.decode()
        assert "This setting is not registered" in page
        home = life.home(
            "Beacon House", MOVED, status="registered", regulator="ofsted", registered_for="childrens_home"
        )
        life.act(
            placements.move_placement, life.cast.amy, at(MOVED + DAY), placement=life.placement, moved_on=MOVED + DAY,
            end_reason="CARPL", home=home, type="K2", basis="emergency", started_at=at(MOVED + DAY, 9),
        )  # fmt: skip
        life.placement = life.child.placements.get(home=home)
        life.signs_step(life.cast.tom, "hours_48", at(MOVED + 2 * DAY), way_out="")

    @pytest.mark.failing("F76")
    def test_by_day_28_it_has_a_structure_or_it_ends(self, life):
        when = at(MOVED + 28 * DAY)
        with pytest.raises(Invalid, match="daily structure"):
            life.signs_step(life.cast.dee, "day_28", when, structure="")
        life.signs_step(life.cast.dee, "day_28", when)
        assert not {flag for flag in life.red(at(MOVED + 56 * DAY, 23)) if flag.startswith("CPL-07")}

    @pytest.mark.failing("F9")
    def test_nobody_signs_the_drift_away_on_its_second_day(self, life):
        for step, day in (("day_5", 1), ("day_84", 2), ("day_84", 56), ("again", 84)):
            with pytest.raises(Invalid, match="can be signed from"):
                life.signs_step(life.cast.dora, step, at(MOVED + day * DAY, 18))
        life.signs_step(life.cast.dora, "day_5", ARRIVED + 48 * HOUR)
        life.signs_step(life.cast.dora, "day_84", at(MOVED + 57 * DAY))
        assert "CPL-07 again" not in life.red(at(MOVED + 112 * DAY, 23))
        assert "CPL-07 again" in life.red(at(MOVED + 113 * DAY, 1))
        life.signs_step(life.cast.dora, "again", at(MOVED + 113 * DAY))
        assert not {flag for flag in life.red(at(MOVED + 141 * DAY, 23)) if flag.startswith("CPL-07")}
        assert "CPL-07 again" in life.red(at(MOVED + 142 * DAY, 1))

    def test_the_page_says_when_each_step_is_due_and_which_somebody_higher_signed_past(self, life, client):
        life.signs_step(life.cast.hana, "day_14", at(MOVED + 10 * DAY))
        client.force_login(life.cast.dora)
        page = client.get(reverse("governance:crisis", args=[life.placement.pk])).content.decode()
        assert page.count("Covered by what Hana Finch signed for “Day 14”") == 2
        assert 'It was due on <time datetime="2021-11-09">' in page
        assert page.count("Overdue") == 4  # days 28, 56 and 84, and every 28 days after
        form = client.get(reverse("governance:sign_crisis_check", args=[life.placement.pk])).content.decode()
        assert "Every 28 days after day 84" in form

    def test_the_clock_the_page_shows_is_the_rules_own(self, life):
        when = at(MOVED + 20 * DAY)
        shown = {look.step.value: look.due_at for look in looks(life.placement, [], when)}
        assert shown == {each.limb: each.due_at for each in running({"CPL-07"}, [life.placement.pk], as_of=when)}

    @pytest.mark.parametrize("step", CrisisCheck.Step.values)
    def test_a_step_is_signed_at_its_rank_or_above(self, life, step):
        cast, line = life.cast, ["tom", "hana", "dee", "dora"]
        rank = ["team_manager", "head_of_service", "director", "dcs"].index(SIGNED_BY[CrisisCheck.Step(step)])
        for number, key in enumerate(line):
            may = step in dict(steps_for(getattr(cast, key)))
            assert may == (number >= rank)
            if not may:
                with pytest.raises(PermissionDenied):
                    life.signs_step(getattr(cast, key), step, at(MOVED + 90 * DAY))
        with pytest.raises(PermissionDenied):
            life.signs_step(cast.amy, step, at(MOVED + 90 * DAY))


class TestNotices:
    @pytest.mark.failing("F1")
    def test_the_first_notice_opens_the_search_and_the_second_is_the_directors(self, life, client):
        life.profile(at(MOVED + 30 * DAY))
        when = at(MOVED + 30 * DAY, 10)
        life.notices(when, 28 * 24)
        message = OutboxMessage.objects.get(key__startswith="notice-received-")  # at once, and once
        assert message.to == life.cast.dora
        assert not {life.child.forename, life.child.surname, "provider"} & set(
            f"{message.subject} {message.body}".split()
        )
        alert = life.flag("NOT-08", "alert")
        assert (alert.owner, alert.severity) == (life.cast.dora, "amber")
        assert {"NOT-08 search", "NOT-08 contingency"} <= life.red(at(MOVED + 31 * DAY, 0, 1))
        owners = {flag.limb: flag.owner for flag in life.flags().filter(rule="NOT-08")}
        assert (owners["search"], owners["contingency"]) == (life.cast.carl, life.cast.tom)
        life.asks(at(MOVED + 31 * DAY, 9))
        life.ready(at(MOVED + 31 * DAY, 10))
        assert not {flag for flag in life.red() if flag.startswith("NOT-08")}
        life.notices(at(MOVED + 40 * DAY), 48)
        assert life.flag("NOT-08", "short").owner == life.cast.dora
        client.force_login(life.cast.carl)
        page = client.get(reverse("governance:commissioning", args=[life.child.reference])).content.decode()
        assert ": 48 hours" in page

    def test_the_time_that_is_left_is_shown(self, life, client):
        """The page lives now: the notice does too."""
        now = clock.now()
        life.notices(now - HOUR, 50)
        client.force_login(life.cast.carl)
        page = client.get(reverse("governance:commissioning", args=[life.child.reference])).content.decode()
        assert "The provider gave notice: 2 days and 0 hours left" in page

    @pytest.mark.failing("F2")
    def test_nothing_regulated_was_available_and_the_search_shows_it(self, life):
        life.profile(ARRIVED)
        for home in ("Fernbank Lodge", "Willow Bank", "Beacon House"):
            life.asks(ARRIVED + HOUR, asked=home, answer="no", why_not="Will not take an order for five to one.")
        assert SearchEntry.objects.filter(answer="no").exclude(why_not="").count() == 3

    @pytest.mark.failing("F124")
    def test_agencies_that_withdraw_give_notice_too(self, life):
        life.notices(at(MOVED + 30 * DAY), 7 * 24, from_whom="Tideway Nursing, for its carers")
        assert "NOT-08 contingency" in life.red(at(MOVED + 31 * DAY, 1))
        life.ready(at(MOVED + 31 * DAY, 2))
        assert "NOT-08 contingency" not in life.red()

    @pytest.mark.positive("P13")
    def test_giving_notice_is_no_failing_of_the_provider(self, life):
        before = set(life.red(at(MOVED + 30 * DAY, 9)))
        life.notices(at(MOVED + 30 * DAY, 9, 1), 28 * 24)
        assert life.red() - before == {"NOT-08 alert"}

    @pytest.mark.positive("P28")
    def test_representations_against_it_are_kept_and_it_may_be_taken_back(self, life):
        notice = life.notices(at(MOVED + 30 * DAY), 48)
        said = {"notice": notice, "response": "The director asked for four weeks."}
        life.act(commissioning.answer_notice, life.cast.tom, at(MOVED + 30 * DAY, 13), withdrawn=False, **said)
        assert "NOT-08 short" in life.red()
        life.act(commissioning.answer_notice, life.cast.tom, at(MOVED + 30 * DAY, 14), withdrawn=True, **said)
        assert not {flag for flag in life.red() if flag.startswith("NOT-08")}
        with pytest.raises(Conflict):
            life.act(commissioning.answer_notice, life.cast.tom, at(MOVED + 30 * DAY, 15), withdrawn=False, **said)


class TestCourt:
    def task(self, life, **fields):
        fields = {
            "kind": "direction", "what": "File a plan for her education.", "source": "Order of 20 October",
            "made_on": MOVED + 8 * DAY, "due_on": MOVED + 22 * DAY, "owner": life.cast.amy,
        } | fields  # fmt: skip
        return life.act(commissioning.add_court_task, life.cast.lola, at(MOVED + 8 * DAY), child=life.child, **fields)

    @pytest.mark.failing("F99")
    def test_what_the_court_directed_is_kept_open_until_it_is_shown_to_be_done(self, life):
        task = self.task(life)
        assert not {"LEG-07 task", "LEG-07 lawyer"} & life.red(at(MOVED + 22 * DAY, 23))
        assert {"LEG-07 task", "LEG-07 lawyer"} <= life.red(at(MOVED + 23 * DAY, 1))
        assert life.flag("LEG-07", "lawyer").owner == life.cast.lola
        done = {"task": task, "done_on": MOVED + 23 * DAY}
        with pytest.raises(Invalid, match="shows that it is done"):
            life.act(commissioning.finish_court_task, life.cast.amy, at(MOVED + 23 * DAY), evidence=" ", **done)
        life.act(
            commissioning.finish_court_task, life.cast.amy, at(MOVED + 23 * DAY), evidence="Filed, bundle C12.", **done
        )
        assert not {"LEG-07 task", "LEG-07 lawyer"} & life.red()

    @pytest.mark.failing("F99")
    def test_what_is_late_is_its_owners_and_the_court_is_told_of_it(self, life, client):
        task = self.task(life, owner=life.cast.tom)
        late = at(MOVED + 23 * DAY, 1)
        assert {"LEG-07 task", "LEG-07 lawyer"} <= life.red(late)
        assert (life.flag("LEG-07", "task").owner, life.flag("LEG-07", "task").owner_role) == (
            life.cast.tom,
            "team_manager",
        )
        told = {"task": task, "told_on": MOVED + 23 * DAY}
        with pytest.raises(Invalid, match="how the court was told"):
            life.act(commissioning.tell_court, life.cast.lola, late, told_how=" ", **told)
        with pytest.raises(PermissionDenied):
            life.act(commissioning.tell_court, life.cast.carl, late, told_how="By letter.", **told)
        life.act(
            commissioning.tell_court, life.cast.lola, late, told_how="By letter: four weeks more asked for.", **told
        )
        assert "LEG-07 lawyer" not in life.red()
        assert "LEG-07 task" in life.red()
        with pytest.raises(Conflict):
            life.act(commissioning.tell_court, life.cast.lola, late, told_how="Again.", **told)
        client.force_login(life.cast.tom)
        page = client.get(reverse("governance:plans", args=[life.child.reference])).content.decode()
        assert "By letter: four weeks more asked for." in page

    @pytest.mark.failing("F100")
    def test_the_guardian_weekly_is_the_social_worker_weekly(self, life):
        self.task(life, kind="visiting", every_days=7, due_on=MOVED + 200 * DAY)
        assert "LEG-07 visiting" not in life.red(at(MOVED + 15 * DAY, 23))
        assert "LEG-07 visiting" in life.red(at(MOVED + 16 * DAY, 1))
        with pytest.raises(Invalid, match="how often"):
            self.task(life, kind="visiting")

    def test_its_owner_can_see_her(self, life):
        for nobody in (life.cast.lee, life.cast.todd, life.cast.nina, life.cast.ines):
            with pytest.raises(Invalid, match="cannot see this child"):
                self.task(life, owner=nobody)


def test_a_provider_sees_its_agreement_and_nothing_of_what_the_council_plans(life, client):
    life.agrees(MOVED, "She bakes.")
    cast = life.cast
    client.force_login(cast.paul)
    assert client.get(reverse("governance:plans", args=[life.child.reference])).status_code == 403
    assert client.get(reverse("governance:commissioning", args=[life.child.reference])).status_code == 403
