"""Quality-assurance visits: what each must say, who may record one and read it, and what is added afterwards."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import Decision
from core.errors import Invalid
from governance.actions.quality import add_to_quality_visit, record_quality_visit
from governance.actions.tasks import close_action
from governance.models import Finding, QualityScore, QualityValue, QualityVisit, ReferralProfile
from governance.models.quality import PREMISES
from tests.cast import at
from tests.governance.quality_scene import ALL_THREE, NEED, SUITABLE, culture, outcome, unsuitable, what_a_visit_says
from tests.oversight.facts import stands

TODAY = dt.date(2024, 3, 13)
NOW = at(TODAY, 16)
DAY = dt.timedelta(days=1)


@pytest.fixture
def placement(cast):
    assert cast.paul.pk
    return cast.unregistered(cast.child(since=TODAY - 300 * DAY), TODAY - 100 * DAY)


def visited(cast, placement, kind="independent", *, by=None, as_of=NOW, day=TODAY, **fields):
    says = what_a_visit_says(kind, day, **fields)
    return record_quality_visit(placement=placement, by=by or cast.sal, as_of=as_of, **says)


def refused(field, match=None):
    return pytest.raises(Invalid, check=lambda error: field in error.errors, match=match)


class TestWhatItMustSay:
    @pytest.mark.parametrize("kind", QualityVisit.Kind.values)
    def test_a_visit_of_each_kind(self, cast, placement, kind):
        visit = visited(cast, placement, kind)
        assert visit.visitors.count() == (3 if kind == "multi_agency" else 1)
        assert QualityValue.objects.filter(visit=visit).exists() == (kind in ("multi_agency", "review"))
        assert visit.scores.count() == (len(PREMISES) if kind == "premises" else 7)

    @pytest.mark.failing("F84")
    @pytest.mark.parametrize("name", ["name", "post", "qualification"])
    def test_each_visitor_is_named_and_qualified(self, cast, placement, name):
        nobody = ALL_THREE[0] | {name: "  "}
        with refused("visitors"):
            visited(cast, placement, visitors=[nobody])
        with refused("visitors"):
            visited(cast, placement, visitors=[])
        with refused("visitors"):
            visited(cast, placement, visitors=[visitor | {"name": "Nell Coot"} for visitor in ALL_THREE])
        with refused("visitors"):
            visited(cast, placement, visitors=[ALL_THREE[0] | {"name": "TBC"}])
        assert not QualityVisit.objects.exists()

    @pytest.mark.recommendation("R1.2")
    @pytest.mark.recommendation("R1.18")
    @pytest.mark.parametrize("missing", [0, 1, 2])
    def test_a_visit_together_is_by_all_three(self, cast, placement, missing):
        there = [visitor for n, visitor in enumerate(ALL_THREE) if n != missing]
        with refused("visitors", match="Nobody is named from"):
            visited(cast, placement, "multi_agency", visitors=there)

    @pytest.mark.recommendation("R1.3")
    def test_each_need_of_the_plan_is_scored(self, cast, placement):
        for needs in ([], [{"about": "Sleep", "score": ""}], [{"about": " ", "score": "met"}]):
            with refused("needs"):
                visited(cast, placement, needs=needs)

    @pytest.mark.recommendation("R1.4")
    def test_each_outcome_has_its_evidence_and_a_date(self, cast, placement):
        wrong = [outcome(TODAY, evidence=" "), outcome(TODAY, evidence_on=None), outcome(TODAY + DAY)]
        for row in wrong:
            with refused("outcomes"):
                visited(cast, placement, outcomes=[row])

    @pytest.mark.recommendation("R1.5")
    def test_each_sign_of_a_closed_culture_is_judged(self, cast, placement):
        with refused("culture"):
            visited(cast, placement, culture=culture()[:4])
        visit = visited(cast, placement, culture=culture("leadership", "oversight"))
        there = visit.scores.filter(part="culture", score="not_met")
        assert set(there.values_list("about", flat=True)) == {"leadership", "oversight"}

    @pytest.mark.recommendation("R1.6")
    def test_what_it_costs_stands_beside_what_it_gives(self, cast, placement):
        with refused("value"):
            visited(cast, placement, "multi_agency", value=None)
        value = visited(cast, placement, "multi_agency").value
        assert (value.weekly_cost, value.staff_to_one, value.percent_delivered) == (9000, 5, 71)

    def test_an_independent_visitor_does_not_manage_the_place(self, cast, placement):
        cast.manager(placement, at(placement.started_on), name="Ruth Mallard")
        with refused("visitors", match="independently"):
            visited(cast, placement)

    @pytest.mark.failing("F84")
    @pytest.mark.parametrize("name", ["Amy Sparrow", "heron, tom", "Hana Finch", "Carl Rook", "Dora Kestrel, director"])
    def test_nor_answers_for_the_child_placed_the_child_or_pays(self, cast, placement, name):
        cast.allocate(placement.child, cast.carl, part="commissioner", since=TODAY - 300 * DAY)
        assert {cast.tom.pk, cast.hana.pk}
        Decision.objects.create(
            child=placement.child, kind="placement", decided_on=placement.started_on, what="W", why="Y",
            decided_by="Dora Kestrel (director of children’s services)", by_what_authority="P", recorded_by=cast.amy,
        )  # fmt: skip
        with refused("visitors", match="cannot visit independently"):
            visited(cast, placement, visitors=[ALL_THREE[0] | {"name": name}])
        with refused("visitors", match="finds and pays for placements"):
            visited(cast, placement, visitors=[ALL_THREE[0] | {"post": "Commissioning officer"}])
        assert visited(cast, placement)

    @pytest.mark.failing("F84")
    def test_what_was_judged_before_is_judged_again_or_ended_with_the_reason(self, cast, placement):
        visited(cast, placement, day=TODAY - 14 * DAY, needs=[NEED, NEED | {"about": "Grief", "score": "not_met"}])
        with refused("needs", match="“Grief” was judged at the last visit"):
            visited(cast, placement)
        ended = {"about": "grief ", "score": "ended", "evidence": " "}
        with refused("needs", match="Enter why"):
            visited(cast, placement, needs=[NEED, ended])
        with refused("needs", match="Enter each need"):
            visited(cast, placement, needs=[NEED | {"score": "ended"}, ended | {"evidence": "W"}])
        visited(cast, placement, needs=[NEED, ended | {"evidence": "Her therapist, 1 March: it has passed."}])
        with pytest.raises(IntegrityError, match="ended_need_or_outcome_says_why"), transaction.atomic():
            QualityScore.objects.create(
                visit=QualityVisit.objects.first(), part="culture", about="leadership", score="ended", evidence="E"
            )
        visited(cast, placement, day=TODAY, hour=12)  # and it is asked no more

    @pytest.mark.parametrize(
        ("kind", "ago", "may"),
        [("independent", 100, True), ("independent", 101, False), ("premises", 128, True), ("premises", 129, False)],
    )
    def test_when(self, cast, placement, kind, ago, may):
        """Premises are seen before the child moves in; a visit is to where the child lives."""
        day = TODAY - ago * DAY
        if may:
            assert visited(cast, placement, kind, day=day)
        else:
            with refused("occurred_at"):
                visited(cast, placement, kind, day=day)

    def test_not_before_it_was_made(self, cast, placement):
        with refused("occurred_at"):
            visited(cast, placement, as_of=at(TODAY, 10))


class TestPremises:
    @pytest.mark.failing("F5")
    @pytest.mark.parametrize("left_out", ["harm_self", "harm_peers", "harm_carers", "harm_outsiders"])
    def test_harm_by_everybody_is_judged(self, cast, placement, left_out):
        with refused("premises"):
            visited(cast, placement, "premises", premises=[row for row in SUITABLE if row["about"] != left_out])

    @pytest.mark.failing("F3")
    def test_what_is_not_suitable_has_what_makes_up_for_it_a_person_and_an_end(self, cast, placement):
        whole = unsuitable(cast.tom, TODAY + 7 * DAY, "kitchen")
        for without in ({"mitigation": " "}, {"owner": None}, {"until": None}, {"until": TODAY - DAY}):
            with refused("premises"):
                visited(cast, placement, "premises", premises=[whole[0] | without, *whole[1:]])
        with refused("premises", match="food plan"):
            visited(cast, placement, "premises", premises=[whole[0] | {"mitigation": ""}, *whole[1:]])
        kitchen = visited(cast, placement, "premises", premises=whole).scores.get(about="kitchen")
        assert (kitchen.owner, kitchen.until) == (cast.tom, TODAY + 7 * DAY)

    @pytest.mark.failing("F3")
    def test_the_database_holds_it_too(self, cast, placement):
        visit = visited(cast, placement, "premises")
        with pytest.raises(IntegrityError), transaction.atomic():
            QualityScore.objects.create(visit=visit, part="premises", about="other", score="not_met")
        with pytest.raises(IntegrityError), transaction.atomic():
            QualityScore.objects.create(visit=visit, part="outcome", about="School", score="met", evidence="E")


class TestWhoMay:
    def test_record(self, cast, placement):
        cast.allocate(placement.child, cast.ines, part="iro")
        for user in (cast.sal, cast.hana, cast.carl, cast.ines):
            assert visited(cast, placement, by=user)
        for user in (cast.amy, cast.tom, cast.dee, cast.paul, cast.priya):
            with pytest.raises(PermissionDenied):
                visited(cast, placement, by=user)
        assert visited(cast, placement, "premises", by=cast.amy)
        for user in (cast.zoe, cast.paul, cast.lee):
            with pytest.raises(PermissionDenied):
                visited(cast, placement, "premises", by=user)

    @pytest.mark.recommendation("R1.6")
    def test_the_provider_reads_neither_the_value_nor_what_staff_say_of_the_culture(self, client, cast, placement):
        visit = visited(cast, placement, "multi_agency", culture=culture("speaking_up"))
        page = reverse("governance:quality_visit_detail", args=[visit.pk])
        for user, sees in ((cast.sal, True), (cast.carl, True), (cast.paul, False)):
            client.force_login(user)
            shown = client.get(page).content.decode()
            assert "As it was." in shown
            assert ("£9,000" in shown) == sees
            assert ("Staff not encouraged to raise concerns" in shown) == sees
        client.force_login(cast.priya)  # a shift leader is among those who are looked at
        assert client.get(page).status_code == 404
        assert client.get(reverse("governance:quality", args=[placement.pk])).status_code == 403


class TestAfterwards:
    @pytest.fixture
    def finding(self, cast, placement):
        found = {"what": "No fire door", "owner": cast.tom, "due_on": TODAY + 3 * DAY, "measure": "It is fitted."}
        return visited(cast, placement, findings=[found]).findings.get()

    @pytest.mark.parametrize("without", ["what", "owner", "due_on", "measure"])
    def test_a_finding_has_a_person_a_day_and_a_measure(self, cast, placement, without):
        found = {"what": "No fire door", "owner": cast.tom, "due_on": TODAY, "measure": "It is fitted."}
        with refused("findings"):
            visited(cast, placement, findings=[found | {without: None}])
        with refused("findings"):
            visited(cast, placement, findings=[found | {"owner": cast.zoe}])  # nobody of another council's

    def test_it_is_an_action_and_closed_as_one(self, cast, finding):
        """With whatever follows from that: it is in its owner's list, is put off only with a reason, and is flagged."""
        action = finding.action
        assert (action.child, action.owner, action.due_on) == (finding.visit.placement.child, cast.tom, TODAY + 3 * DAY)
        assert action.issue.section == "care"
        assert list(Finding.objects.unfinished()) == [finding]
        assert stands(at(TODAY + 4 * DAY, 1), "MTG-04", "overdue")
        with refused("evidence"):
            close_action(action=action, evidence=" ", by=cast.tom, as_of=NOW)
        close_action(action=action, evidence="Seen.", by=cast.tom, as_of=NOW)
        assert not Finding.objects.unfinished().exists()
        assert not stands(at(TODAY + 4 * DAY, 1), "MTG-04", "overdue")

    def test_a_finished_visit_is_added_to_and_never_edited(self, cast, finding):
        visit = finding.visit
        adds = {"visit": visit, "text": "More.", "as_of": NOW}
        with refused("reason"):
            add_to_quality_visit(kind="correction", by=cast.sal, **adds)
        add_to_quality_visit(kind="addendum", by=cast.sal, **adds)
        add_to_quality_visit(kind="withdrawal", reason="Another child’s.", by=cast.sal, **adds)
        assert not QualityVisit.objects.standing().exists()
        with refused(""):
            add_to_quality_visit(kind="addendum", by=cast.sal, **adds)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            QualityVisit.objects.filter(pk=visit.pk).update(summary="Nothing")


def posted(**fields):
    """A whole form of a visit together, as a browser sends it."""
    data = {
        "occurred_at_day": "12", "occurred_at_month": "3", "occurred_at_year": "2024", "occurred_at_time": "11:00",
        "announced": "no", "summary": "As it was.", "need_1": "Sleep", "need_1_score": "met", "outcome_1": "School",
        "outcome_1_score": "part", "outcome_1_evidence": "The register.", "outcome_1_on_day": "11",
        "outcome_1_on_month": "3", "outcome_1_on_year": "2024", "weekly_cost": "9000", "staff_to_one": "5",
        "hours_paid": "840", "hours_delivered": "600", "bought": "She is safe.",
    }  # fmt: skip
    for n, visitor in enumerate(ALL_THREE, 1):
        data |= {f"visitor_{n}_{name}": text for name, text in visitor.items()}
    data |= {f"culture_{row['about']}": "met" for row in culture()}
    return data | fields


class TestPages:
    @pytest.fixture
    def page(self, client, cast, placement):
        client.force_login(cast.sal)
        return reverse("governance:quality_visit", args=[placement.pk]) + "?kind=multi_agency"

    def test_a_visit_is_recorded(self, client, page):
        response = client.post(page, posted())
        visit = QualityVisit.objects.get()
        assert response.headers["Location"] == reverse("governance:quality_visit_detail", args=[visit.pk])
        assert visit.scores.count() == 7
        assert visit.value.weekly_cost == 9000
        again = client.get(page).content.decode()  # the next one begins with what was judged at this one
        assert 'value="Sleep"' in again
        assert 'value="School"' in again
        assert again.count('value="ended"') == 2

    def test_the_first_begins_with_the_profile_and_the_agreement(self, client, cast, placement, page):
        texts = {"needs": "Adults who stay.\nA quiet house.", "outcomes": "School each day by Easter."}
        ReferralProfile.objects.create(
            child=placement.child,
            confirmed_on=TODAY,
            identity="I",
            risks="R",
            wishes="W",
            recorded_by=cast.amy,
            **texts,
        )
        shown = client.get(page).content.decode()
        for line in ("Adults who stay.", "A quiet house.", "School each day by Easter."):
            assert f'value="{line}"' in shown
        assert 'value="ended"' not in shown

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"visitor_2_qualification": ""}, "Enter what qualifies visitor 2"),
            ({"visitor_3_sector": "health"}, "Nobody is named from education"),
            ({"need_1_score": ""}, "Select how far need 1 is met"),
            ({"outcome_1_evidence": ""}, "Enter what shows how far outcome 1 is reached"),
            ({"outcome_1_on_day": "", "outcome_1_on_month": "", "outcome_1_on_year": ""}, "Enter the date of the evidence"),
            ({"culture_speaking_up": ""}, "Select whether there is staff not encouraged"),
            ({"finding_1": "No fire door"}, "Select who does finding 1"),
            ({"weekly_cost": "a lot"}, "Cost of a week must be a whole number"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_nothing_is_lost(self, client, page, wrong, says):
        response = client.post(page, posted(**wrong))
        assert response.status_code == 422
        assert says in response.content.decode()
        assert not QualityVisit.objects.exists()
        assert "The register." in client.get(page).content.decode() or "outcome_1_evidence" in wrong

    @pytest.mark.failing("F3")
    def test_premises_without_a_kitchen_have_a_food_plan(self, client, cast, placement):
        client.force_login(cast.amy)
        page = reverse("governance:premises_check", args=[placement.pk])
        when = {name: text for name, text in posted().items() if name.partition("_")[0] in {"occurred", "announced"}}
        data = when | {"summary": "A bare house.", "visitor_1_name": "Amy Sparrow", "visitor_1_post": "Social worker"}
        data |= {"visitor_1_qualification": "Registered", "visitor_1_sector": "social_care"}
        data |= {f"premises_{code}": "met" for code in PREMISES} | {"premises_kitchen": "not_met"}
        response = client.post(page, data)
        shown = response.content.decode()
        assert response.status_code == 422
        assert "enter the food plan" in shown
        assert "Select who sees to what is not suitable" in shown
        data |= {"premises_kitchen_mitigation": "Meals come from next door.", "unsuitable_owner": str(cast.tom.pk)}
        data |= {"unsuitable_until_day": "20", "unsuitable_until_month": "3", "unsuitable_until_year": "2024"}
        assert client.post(page, data).status_code == 302
        shown = client.get(reverse("governance:quality", args=[placement.pk])).content.decode()
        assert "Food plan: Meals come from next door." in shown

    def test_an_unknown_kind_is_the_fullest_visit(self, client, cast, placement):
        client.force_login(cast.sal)
        for kind in ("", "premises", "a\x00b", "multi_agency"):
            shown = client.get(reverse("governance:quality_visit", args=[placement.pk]), {"kind": kind})
            assert "Record a visit by social care, health and education" in shown.content.decode()

    def test_what_must_change_leads_to_its_action(self, client, cast, placement):
        found = {"what": "No fire door", "owner": cast.tom, "due_on": TODAY, "measure": "It is fitted."}
        action = visited(cast, placement, findings=[found]).findings.get().action
        for user, opens in ((cast.tom, True), (cast.sal, True), (cast.carl, False), (cast.paul, False)):
            client.force_login(user)
            shown = client.get(reverse("governance:quality", args=[placement.pk])).content.decode()
            assert "No fire door" in shown
            assert (reverse("governance:action", args=[action.pk]) in shown) == opens, user


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    score=st.sampled_from(["met", "part", "not_met", "", "good"]),
    mitigation=st.sampled_from(["", " ", "Meals are cooked next door."]),
    owned=st.booleans(),
    until=st.none() | st.integers(-3, 3),
)
def test_no_unsuitable_premises_are_saved_without_all_three(cast, placement, score, mitigation, owned, until):
    row = {
        "about": "kitchen", "score": score, "mitigation": mitigation, "owner": cast.tom if owned else None,
        "until": None if until is None else TODAY + until * DAY,
    }  # fmt: skip
    whole = mitigation.strip() and owned and until is not None and until >= 0
    if score == "met" or (score in ("part", "not_met") and whole):
        assert visited(cast, placement, "premises", premises=[row, *SUITABLE[1:]])
    else:
        with refused("premises"):
            visited(cast, placement, "premises", premises=[row, *SUITABLE[1:]])
