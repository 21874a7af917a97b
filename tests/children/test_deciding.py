"""Who decides what: the decision-rights matrix, decisions and wishes on her own record, and their pages."""

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from children import rights
from children.actions import record_decision, record_wish
from children.models import Decision, FileRead, Wish
from core.access import PROVIDER_ROLES, ROLES, Permission, Role
from core.errors import Invalid, Refused
from core.models import Refusal
from oversight.models import Flag
from tests.cast import at
from tests.core.access.world import LONG_AGO, TODAY

CARE = [kind.code for kind in rights.KINDS.values() if kind.care]
WITH_THE_PLACEMENT = [kind.code for kind in rights.KINDS.values() if kind.care and kind.placement_manager]
NOW = at(TODAY, 9)


@pytest.fixture
def child(cast):
    return cast.child(since=LONG_AGO, forename="Teya")


@pytest.fixture
def placement(cast, child):
    return cast.unregistered(child, LONG_AGO)


def decides(cast, child, by, kind="device", **fields):
    fields = {"decided_on": TODAY, "what": "A tablet.", "why": "She asked.", "kind": kind} | fields
    return record_decision(child=child, by=by, as_of=NOW, **fields)


def refused():
    return pytest.raises(Refused, check=lambda refusal: refusal.code == "DEC-01-CARE")


# --- the matrix -------------------------------------------------------------------------------------------------------


def test_care_decisions_are_nobodys_in_commissioning_and_no_directors():
    for code in CARE:
        assert not set(rights.KINDS[code].roles) & set(rights.NEVER_CARE), code
    assert {"rota", "staffing", "device", "trip", "contact", "restriction"} <= set(CARE)


def test_whoever_has_a_kind_may_take_decisions_and_nobody_takes_them_without_one():
    """The matrix and the table of rights agree."""
    named = {role for kind in rights.KINDS.values() for role in kind.roles}
    takers = {role for role in Role if Permission.TAKE_DECISION in ROLES[role].may}
    assert takers == named | {Role.PROVIDER_MANAGER}
    holders = {Permission.SET_STAFFING: "staffing", Permission.MANAGE_PLACEMENTS: "placement"}
    holders |= {Permission.AUTHORISE_UNREGISTERED: "unregistered", Permission.PUBLISH_ROTA: "rota"}
    for permission, kind in holders.items():
        may = {role for role in Role if permission in ROLES[role].may} - {Role.PROVIDER_MANAGER}
        stays_out = {Role.HEAD_OF_SERVICE} if kind == "rota" else set()  # who works is left to those who know the child
        assert may - stays_out <= set(rights.KINDS[kind].roles), permission


def test_every_act_that_demands_a_decision_writes_one_and_names_its_kind():
    assert set(rights.DEMANDED.values()) <= set(rights.KINDS)
    written = set()
    for app in ("children", "placements", "staffing", "governance"):
        for path in (Path(settings.BASE_DIR) / app / "actions").glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                called = getattr(getattr(node, "func", None), "id", "")
                if called in ("decided", "_decided") and isinstance(node.args[0], ast.Constant):
                    written.add(node.args[0].value)
    assert written == set(rights.DEMANDED)


@given(role=st.sampled_from(list(Role)), code=st.sampled_from(list(rights.KINDS)))
def test_a_role_decides_what_its_row_says_and_in_its_own_council(role, code):
    """Truth table: without a placement no provider decides; elsewhere nobody does."""
    from children.models import Child
    from core.models import User

    kind = rights.KINDS[code]
    user, child = User(role=role, authority_id=1), Child(authority_id=1)
    elsewhere = User(role=role, authority_id=2)
    told, rights.MANAGERS_FROM_ABOVE[:] = rights.MANAGERS_FROM_ABOVE[:], []
    try:
        assert rights.may_decide(user, child, kind, TODAY) == (role in kind.roles)
        assert not rights.may_decide(elsewhere, child, kind, TODAY)
    finally:
        rights.MANAGERS_FROM_ABOVE[:] = told


# --- decisions --------------------------------------------------------------------------------------------------------


@pytest.mark.failing("F101")
@pytest.mark.failing("F90")
@pytest.mark.failing("F102")
@pytest.mark.recommendation("R2.6")
@pytest.mark.parametrize("who", ["carl", "dee", "dora"])
def test_commissioning_and_directors_take_no_care_decision(cast, child, placement, who):
    """The tablet agreed by commissioning: refused, whoever can decide is named, and the refusal is kept."""
    cast.manager(placement, at(LONG_AGO))
    by = getattr(cast, who)
    for code in CARE:
        with refused() as refusal:
            decides(cast, child, by, code, **({} if who == "carl" else {"decider": by}))
        assert "Amy Sparrow (social worker)" in refusal.value.remedy
        assert ("Maya Redstart (placement manager)" in refusal.value.remedy) == (code in WITH_THE_PLACEMENT)
        assert "recorded as a wish" in refusal.value.remedy
    assert not Decision.objects.exists()
    assert set(Refusal.objects.values_list("code", "by", "action")) == {("DEC-01-CARE", by.pk, "record_decision")}
    assert Refusal.objects.count() == len(CARE)
    assert f"child {child.pk}" in Refusal.objects.first().subjects


@pytest.mark.failing("F105")
@pytest.mark.failing("F106")
@pytest.mark.recommendation("R1.14")
@pytest.mark.recommendation("R1.15")
@pytest.mark.parametrize("who", ["amy", "tom", "hana", "paul"])
def test_the_line_and_the_placements_manager_do(cast, child, placement, who):
    cast.manager(placement, at(LONG_AGO), account=cast.paul)
    by = getattr(cast, who)
    decision = decides(
        cast, child, by, decider=by, alternatives="None.", consulted="Paul.", not_consulted="Her mother.",
        why_not_consulted="No answer.",
    )  # fmt: skip
    assert (decision.decider, decision.recorded_by, decision.child) == (by, by, child)
    assert decision.decided_by == f"{by.name} ({by.get_role_display().lower()})"
    assert "by the decision-rights matrix" in decision.by_what_authority


def test_a_provider_manager_who_does_not_manage_the_placement_decides_nothing(cast, child):
    cast.placement(child, LONG_AGO, home=cast.home())
    with refused():
        decides(cast, child, cast.paul)
    post = cast.manager(child.placements.get(), at(LONG_AGO), until=at(TODAY - dt.timedelta(days=3)), account=cast.paul)
    with refused():
        decides(cast, child, cast.paul)
    decides(cast, child, cast.paul, decided_on=TODAY - dt.timedelta(days=3))  # while it was theirs
    assert post.account == cast.paul


def test_nobody_writes_a_care_decision_down_as_somebody_elses_to_take_it_themselves(cast, child, placement):
    with refused():
        decides(cast, child, cast.dee, decider=cast.amy)
    with refused():
        decides(cast, child, cast.amy, decider=cast.carl)
    with refused():
        decides(cast, child, cast.amy, decided_by="The panel", by_what_authority="Panel")
    with pytest.raises(PermissionDenied):
        decides(cast, child, cast.carl, decider=cast.amy)
    assert decides(cast, child, cast.amy, decider=cast.tom).recorded_by == cast.amy
    cast.manager(placement, at(LONG_AGO))  # has no account
    assert decides(cast, child, cast.amy, decided_by="maya redstart", by_what_authority="Manager").decider is None


def test_money_is_commissionings_and_orders_are_the_courts(cast, child, placement):
    assert decides(cast, child, cast.carl, "funding").decider == cast.carl
    with refused():
        decides(cast, child, cast.amy, "funding", decider=cast.amy)
    with refused():
        decides(cast, child, cast.tom, "unregistered", decider=cast.tom)
    with refused() as refusal:
        decides(cast, child, cast.dora, "order", decider=cast.dora)
    assert "belongs to the court" in refusal.value.sentence
    assert decides(cast, child, cast.amy, "order", decided_by="The court", by_what_authority="Order").decider is None
    with refused():
        decides(cast, child, cast.amy, "order", decided_by="Carl Rook", by_what_authority="His")


def test_a_panels_decision_is_written_down_by_somebody_who_holds_such_decisions(cast, child, placement):
    panel = {"decided_by": "High-cost panel", "by_what_authority": "Its terms"}
    with refused():
        decides(cast, child, cast.amy, "funding", **panel)
    with refused():
        decides(cast, child, cast.hana, "funding", decided_by="Amy Sparrow", by_what_authority="Herself")
    assert decides(cast, child, cast.hana, "funding", **panel).decider is None
    assert decides(cast, child, cast.amy, "placement", **panel).decider is None


@pytest.mark.failing("F101")
@pytest.mark.parametrize("who", ["carl", "dee", "dora"])
def test_a_care_decision_is_not_taken_as_anything_else(cast, child, placement, who):
    """“She may have an iPad”, as “Anything else”: by a director, or by them in another’s name."""
    by = getattr(cast, who)
    for other in ({"decider": by}, {"decider": cast.amy}, {"decided_by": "Amy", "by_what_authority": "A"}):
        if who == "carl":
            other = {}
        with refused():
            decides(cast, child, by, "other", what="She may have an iPad.", **other)
    with refused():
        decides(cast, child, cast.amy, "other", decider=by)
    assert not Decision.objects.exists()


@pytest.mark.failing("F102")
@pytest.mark.parametrize(
    ("name", "post"),
    [
        ("Carl Rook, commissioner", "His post"),
        ("carl rook", "Agreed on the phone"),
        ("Rook, Carl", "Agreed on the phone"),
        ("Amy, for Carl Rook", "Agreed on the phone"),
        ("A colleague", "Head of commissioning"),
        ("The assistant director", "Delegation"),
    ],
)
def test_nor_is_it_by_typing_the_name_or_post_of_somebody_who_may_not(cast, child, placement, name, post):
    assert cast.carl.name == "Carl Rook"
    with refused() as refusal:
        decides(cast, child, cast.amy, "other", what="She may have an iPad.", decided_by=name, by_what_authority=post)
    assert "Amy Sparrow (social worker)" in refusal.value.remedy
    outside = {"decided_by": "Dr Rook of the clinic", "by_what_authority": "Consultant in charge"}
    assert decides(cast, child, cast.amy, "other", what="A blood test.", **outside).decider is None


def test_a_decision_says_why_somebody_was_not_consulted(cast, child):
    with pytest.raises(Invalid) as invalid:
        decides(cast, child, cast.amy, decider=cast.amy, not_consulted="Health.")
    assert list(invalid.value.errors) == ["why_not_consulted"]
    with pytest.raises(Invalid):
        decides(cast, child, cast.amy, "nonsense", decider=cast.amy)


def test_another_council_decides_nothing(cast, child):
    for by in (cast.zoe, cast.carl):
        if by == cast.zoe:
            with pytest.raises(PermissionDenied):
                decides(cast, child, by, decider=by)
    with refused():
        decides(cast, child, cast.amy, decider=cast.zoe)


# --- wishes -----------------------------------------------------------------------------------------------------------

WISHES = ["No manager on site.", "Only these staff.", "No visits."]


def wishes(child, words, by, **fields):
    fields = {"analysis": "Who gains?", "what_happens": "Amy decides by Friday."} | fields
    return record_wish(child=child, asked_on=TODAY, words=words, by=by, as_of=NOW, **fields)


@pytest.mark.failing("F23")
@pytest.mark.parametrize("field", ["words", "analysis", "what_happens"])
def test_a_wish_comes_with_an_adults_analysis_of_risk(cast, child, field):
    with pytest.raises(Invalid) as invalid:
        wishes(child, **{"words": "Only these staff.", "by": cast.amy} | {field: " "})
    assert list(invalid.value.errors) == [field]


@pytest.mark.trap("12")
def test_a_wish_changes_no_duty(cast):
    """No manager, only these staff, no visits: STF-05, STF-07 and VIS-08 stand as they stood."""
    from oversight.sweep import sweep
    from tests.staffing.placement_one import DAY, MOVED, PlacementOne

    life = PlacementOne(cast)
    agency = life.agency(signed_on=MOVED).agency
    two = [life.carer(agency), life.carer(agency)]
    shift = life.shift(MOVED + 30 * DAY, *two)  # where the order's five are needed
    life.comes(shift, *two)
    when = at(MOVED + 35 * DAY, 9)

    def standing():
        sweep(as_of=when)
        flags = Flag.objects.standing().filter(rule__in=("STF-05L", "STF-07", "STF-07L", "VIS-08"))
        return set(flags.values_list("rule", "limb", "due_at", "raised_at"))

    before = standing()
    assert {rule[:6] for rule, *_ in before} >= {"STF-05", "STF-07", "VIS-08"}
    child = life.placement.child
    for words in WISHES:
        life.act(
            record_wish, cast.amy, when, child=child, asked_on=MOVED + 34 * DAY, words=words, analysis="It hides harm.",
            what_happens="Nothing changes.",
        )  # fmt: skip
    assert standing() == before
    wish = Wish.objects.first()
    life.act(
        record_decision, cast.amy, when, child=child, decided_on=MOVED + 35 * DAY, kind="daily", decider=cast.amy,
        what="She may have a lie-in.", why="She asked.", wish=wish,
    )  # fmt: skip
    assert standing() == before
    assert wish.decisions.get().what == "She may have a lie-in."


def test_a_wish_of_anothers_child_is_not_answered(cast, child):
    other = cast.child(forename="Sky")
    wish = wishes(other, "No visits.", cast.amy)
    with pytest.raises(Invalid):
        decides(cast, child, cast.amy, decider=cast.amy, wish=wish)


@pytest.mark.parametrize("role", [role for role in Role if Permission.RECORD_WISH in ROLES[role].may])
def test_commissioners_and_providers_see_the_wishes_they_wrote_and_no_others(cast, child, role):
    cast.placement(child, LONG_AGO, home=cast.home())
    from tests.core.access.addresses import NORTHS

    user = getattr(cast, NORTHS[role])
    if role in (Role.IRO, Role.ADVOCATE):
        cast.allocate(child, user, part=role, since=LONG_AGO)
    mine, amys = wishes(child, "Mine.", user), wishes(child, "Amy’s.", cast.amy)
    seen = set(Wish.for_user(user))
    assert mine in seen
    assert (amys in seen) == (role not in (*PROVIDER_ROLES, Role.COMMISSIONER) or user == cast.amy)


# --- pages ------------------------------------------------------------------------------------------------------------


def page(name, child):
    return reverse(f"children:{name}", args=[child.reference])


def typed(**fields):
    sent = {"decided_on_day": TODAY.day, "decided_on_month": TODAY.month, "decided_on_year": TODAY.year}
    return sent | {"kind": "device", "what": "A tablet.", "why": "She asked.", "consulted": "Nobody."} | fields


@pytest.mark.failing("F102")
def test_the_page_refuses_a_commissioner_and_says_who_can(client, cast, child, placement):
    client.force_login(cast.carl)
    response = client.post(page("decide", child), typed())
    words = response.content.decode()
    assert response.status_code == 422
    assert "DEC-01-CARE" in words
    assert "Amy Sparrow (social worker)" in words
    assert Refusal.objects.get().by == cast.carl
    assert client.post(page("decide", child), typed(kind="funding")).status_code == 302
    assert Decision.objects.get().decided_by == "Carl Rook (commissioner)"


@pytest.mark.recommendation("R2.6")
def test_the_matrix_is_printed_with_who_that_is_today(client, cast, child, placement):
    cast.manager(placement, at(LONG_AGO), account=cast.paul)
    client.force_login(cast.amy)
    response = client.get(page("decision_rights", child))
    rows = {kind.code: [holder.name for holder in holders] for kind, _, holders, _ in response.context["rows"]}
    assert rows["device"] == ["Amy Sparrow", cast.tom.name, cast.hana.name, "Maya Redstart"]
    assert rows["rota"] == ["Amy Sparrow", cast.tom.name, "Maya Redstart"]
    assert rows["unregistered"] == [cast.dora.name]
    assert rows["order"] == []
    assert FileRead.objects.get().page == "who decides"


def test_the_pages_queries_do_not_grow(client, cast, child, placement, django_assert_max_num_queries):
    for number in range(4):
        wish = wishes(child, f"Wish {number}", cast.amy)
        decides(cast, child, cast.amy, decider=cast.amy, wish=wish)
    client.force_login(cast.amy)
    with django_assert_max_num_queries(24):
        client.get(page("decision_rights", child))
    with django_assert_max_num_queries(24):
        response = client.get(page("decisions", child))
    assert response.content.decode().count("A tablet.") == 8  # each decision, and each wish it answers
    assert "Phones, tablets" in client.get(page("decisions", child) + "?kind=device").content.decode()
    assert "No decision is on record" in client.get(page("decisions", child) + "?kind=trip").content.decode()


def test_a_wish_is_recorded_on_its_page_and_once(client, cast, child):
    client.force_login(cast.amy)
    from tests.core.test_pages import hidden

    number = hidden(client.get(page("wish", child)), "once")
    sent = {"asked_on_day": TODAY.day, "asked_on_month": TODAY.month, "asked_on_year": TODAY.year, "once": number}
    sent |= {"words": "No visits.", "analysis": "Who gains?", "what_happens": "Visits go on."}
    for _ in range(2):
        assert client.post(page("wish", child), sent).status_code == 302
    assert Wish.objects.get().recorded_by == cast.amy
    assert "No visits." in client.get(page("decisions", child)).content.decode()


# --- who reads them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if Permission.SEE_CHILDREN in ROLES[role].may])
def test_what_is_paid_is_read_by_those_who_see_funding_and_by_nobody_else(client, cast, child, role):
    """A partner, an advocate and a provider's people read no price, neither by itself nor as the answer to a wish."""
    from tests.core.access.addresses import NORTHS

    cast.placement(child, LONG_AGO, home=cast.home())
    user = getattr(cast, NORTHS[role])
    if role in (Role.IRO, Role.ADVOCATE, Role.PARTNER, Role.LEGAL):
        cast.allocate(child, user, part=role, since=LONG_AGO)
    wish = wishes(child, "To stay.", user if Permission.RECORD_WISH in ROLES[role].may else cast.amy)
    paid = decides(cast, child, cast.carl, "funding", what="To pay £9,500 a week.")
    answer = decides(cast, child, cast.hana, "funding", decider=cast.hana, what="To pay £9,400 a week.", wish=wish)
    reads = Permission.SEE_PLANS in ROLES[role].may
    assert set(Decision.for_user(user)) == ({paid, answer} if reads else set())
    client.force_login(user)
    words = client.get(page("decisions", child)).content.decode()
    assert ("a week" in words) == reads
    assert "Nobody has decided yet" not in words
    assert not reads or user.role not in (*PROVIDER_ROLES, Role.PARTNER, Role.ADVOCATE)
