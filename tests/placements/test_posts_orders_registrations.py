"""Managers, orders of the court, registration, and the director's authorisation."""

import ast
import datetime as dt
import inspect

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction

from core import gates
from core.errors import Conflict, Invalid, Refused
from core.models import LocalStandard, Refusal
from oversight import rulebook
from placements import actions, policies
from placements.actions import (
    appoint_manager,
    authorise_unregistered,
    discharge_dol_order,
    end_manager,
    end_placement,
    record_dol_order,
    record_registration,
    withdraw_manager,
)
from placements.models import DolOrder, ManagerPost, Placement, Registration, UnregisteredAuthorisation
from tests.cast import at

TODAY = dt.date(2022, 3, 15)
NOW = at(TODAY, 10)


def day(month, number, year=2022):
    return dt.date(year, month, number)


def says(invalid, field, words):
    assert words in invalid.value.errors[field]


@pytest.fixture
def child(cast):
    return cast.child(born=dt.date(2006, 9, 1))


@pytest.fixture
def placement(cast, child):
    """In a home nobody is registered to run, since 1 March."""
    return cast.unregistered(child, day(3, 1))


# --- managers ---------------------------------------------------------------------------------------------------------


def appointed(cast, placement, **fields):
    fields = {"name": "Maya Redstart", "started_at": at(day(3, 2), 9), "by": cast.amy} | fields
    return appoint_manager(placement=placement, as_of=NOW, **fields)


def test_a_manager_is_appointed_and_leaves(cast, placement):
    post = appointed(cast, placement, account=cast.paul, contact="The office")
    assert post.account == cast.paul
    end_manager(post=post, ended_at=at(day(3, 9)), end_reason="Took another job.", by=cast.tom, as_of=NOW)
    assert post.ended_at == at(day(3, 9))
    row = post.history.first()
    assert (row.history_user, row.history_change_reason) == (cast.tom, "Took another job.")
    with pytest.raises(Invalid, match="has left this post already"):
        end_manager(post=post, ended_at=at(day(3, 10)), end_reason="x", by=cast.tom, as_of=NOW)


def test_two_managers_at_once(cast, placement, monkeypatch):
    appointed(cast, placement)
    with pytest.raises(Invalid) as invalid:
        appointed(cast, placement, name="Wren Dipper", started_at=at(day(3, 5)))
    says(invalid, "started_at", "Maya Redstart has managed this placement since 2 March 2022. End that post first")
    with pytest.raises(Invalid) as invalid:
        appointed(cast, placement, name="Wren Dipper", started_at=at(day(3, 1)))
    says(invalid, "started_at", "Maya Redstart manages this placement from 2 March 2022")
    monkeypatch.setattr(policies, "one_manager", lambda *args: None)
    with pytest.raises(Conflict, match="End that post first"):
        appointed(cast, placement, name="Wren Dipper", started_at=at(day(3, 5)))
    with pytest.raises(IntegrityError, match="one_manager_at_once"), transaction.atomic():
        cast.manager(placement, at(day(3, 6)))
    assert ManagerPost.objects.count() == 1


def test_one_follows_another_at_the_same_instant(cast, placement):
    first = appointed(cast, placement)
    end_manager(post=first, ended_at=at(day(3, 9)), end_reason="x", by=cast.amy, as_of=NOW)
    assert appointed(cast, placement, name="Wren Dipper", started_at=at(day(3, 9)))


@pytest.mark.failing("F122")
@pytest.mark.trap("12")
@pytest.mark.parametrize(
    "name",
    [
        *("", "None", "n/a", "No manager", "vacant.", " - ", "Not required", "No manager on site", "“No” manager"),
        *("Nobody: the child does not want one", "Waived by commissioning", "She refused a manager", "Position vacant"),
        *("Running without a manager", "Agency", "Duty manager", "To be appointed", "Harbour Agency", "Maya", "M. R."),
    ],
)
def test_nobody_is_not_a_manager(cast, placement, name):
    with pytest.raises(Invalid) as invalid:
        appointed(cast, placement, name=name)
    assert "name" in invalid.value.errors
    assert not ManagerPost.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "Noah None-Such",
        "J. Nott",
        "Norma Vacanti",
        "Mrs Waverley",
        "Robin Dipper (agency)",
        "Ng Thi Mai",
        "Élodie Nil-O’Neill",
    ],
)
def test_a_name_is_judged_by_its_words(cast, placement, name):
    assert appointed(cast, placement, name=name).name == name


def test_an_account_says_who_it_is(cast, placement):
    cast.paul.name = "No Min-jun"  # a family name
    cast.paul.save()
    with pytest.raises(Invalid, match="cannot be waived"):
        appointed(cast, placement, account=cast.paul, name="No manager")
    assert appointed(cast, placement, account=cast.paul, name="No Min-jun").account == cast.paul


@pytest.mark.failing("F122")
def test_a_post_recorded_in_error_never_counted(cast, placement):
    post = appointed(cast, placement, name="Nonesuch Person", started_at=at(day(3, 5), 9))
    for wrong, who in (({"reason": " "}, cast.amy), ({"reason": "x"}, cast.carl)):
        with pytest.raises((Invalid, PermissionDenied)):
            withdraw_manager(post=post, by=who, as_of=NOW, **wrong)
    assert policies.managers_on(placement.child, day(3, 5))
    end_manager(post=post, ended_at=at(day(3, 9)), end_reason="There is nobody.", by=cast.tom, as_of=NOW)
    withdraw_manager(post=post, reason="Nobody of this name works there.", by=cast.tom, as_of=NOW)
    row = post.history.first()
    assert (row.history_user, row.history_change_reason) == (cast.tom, "Nobody of this name works there.")
    assert post.history.count() == 3
    assert not policies.managers_on(placement.child, day(3, 5))
    with pytest.raises(Invalid, match="does not count already"):
        withdraw_manager(post=post, reason="Again.", by=cast.tom, as_of=NOW)
    assert appointed(cast, placement, started_at=at(day(3, 2), 9))  # nothing is in its way


@pytest.mark.failing("F122")
def test_there_is_no_act_that_waives_the_manager(cast, placement):
    """A commissioner may not touch the post, and no act or record of this floor has a word for doing without one."""
    with pytest.raises(PermissionDenied):
        appointed(cast, placement, by=cast.carl)
    words = [name for act in actions.__all__ for name in (act, *inspect.signature(getattr(actions, act)).parameters)]
    words += [field.name for model in (Placement, ManagerPost) for field in model._meta.concrete_fields]
    assert not [word for word in words if any(part in word for part in ("waive", "exempt", "refuse", "no_manager"))]
    assert not ManagerPost._meta.get_field("name").blank
    assert not ManagerPost._meta.get_field("name").null


@pytest.mark.parametrize(
    ("started_at", "words"),
    [
        (at(day(2, 28)), "on or after 1 March 2022"),
        (at(day(4, 13)), "on or before 12 April 2022"),
    ],
)
def test_a_post_outside_the_placement(cast, placement, started_at, words):
    with pytest.raises(Invalid) as invalid:
        appointed(cast, placement, started_at=started_at)
    says(invalid, "started_at", words)


def test_no_manager_for_a_placement_that_has_ended(cast, placement):
    end_placement(placement=placement, ended_on=day(3, 10), end_reason="CLOSE", by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="ended on 10 March 2022"):
        appointed(cast, placement)


def test_a_managers_account_must_be_at_that_provider(cast, placement):
    for account in (cast.priya, cast.amy, cast.zoe):
        with pytest.raises(Invalid) as invalid:
            appointed(cast, placement, account=account)
        says(invalid, "account", "at this provider")


@pytest.mark.parametrize(
    ("ended_at", "end_reason", "field"),
    [(at(day(3, 2), 8), "x", "ended_at"), (at(TODAY, 11), "x", "ended_at"), (at(day(3, 9)), " ", "end_reason")],
)
def test_a_post_that_cannot_end_so(cast, placement, ended_at, end_reason, field):
    post = appointed(cast, placement)
    with pytest.raises(Invalid) as invalid:
        end_manager(post=post, ended_at=ended_at, end_reason=end_reason, by=cast.amy, as_of=NOW)
    assert list(invalid.value.errors) == [field]


# --- deprivation of liberty orders ------------------------------------------------------------------------------------


def ordered(cast, child, **fields):
    fields = {
        "made_on": day(3, 1),
        "starts_on": day(3, 1),
        "expires_on": day(8, 31),
        "restrictions": "Two staff with her at all times.",
        "by": cast.amy,
    } | fields
    return record_dol_order(child=child, as_of=NOW, **fields)


def test_an_order_is_recorded_beside_her_legal_status(cast, child):
    order = ordered(cast, child, staffing_ratio=2, case_number="FD22P00001", by=cast.lola)
    assert order.recorded_by == cast.lola
    assert child.legal_statuses.get().code == "C2"
    assert DolOrder.objects.in_effect(day(8, 31)).exists()
    assert not DolOrder.objects.in_effect(day(9, 1)).exists()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"expires_on": None}, "expires_on", "every order states its own end"),
        ({"expires_on": day(3, 2, 2023)}, "expires_on", "on or before 1 March 2023"),
        ({"expires_on": day(2, 28)}, "expires_on", "on or after 1 March 2022"),
        ({"starts_on": day(2, 28)}, "starts_on", "when it was made"),
        ({"starts_on": day(3, 2, 2023), "expires_on": day(3, 3, 2023)}, "starts_on", "within 12 months"),
        ({"made_on": day(3, 16), "starts_on": day(3, 16)}, "made_on", "today or in the past"),
        ({"restrictions": ""}, "restrictions", "what the order authorises"),
        ({"staffing_ratio": 50}, "staffing_ratio", "between 1 and 20"),
    ],
)
def test_an_order_that_cannot_be(cast, child, wrong, field, words):
    with pytest.raises(Invalid) as invalid:
        ordered(cast, child, **wrong)
    says(invalid, field, words)
    assert not DolOrder.objects.exists()


def test_an_order_may_last_twelve_months_and_not_past_18(cast, child):
    assert ordered(cast, child, expires_on=day(3, 1, 2023))
    nearly = cast.child(born=dt.date(2004, 6, 1))
    with pytest.raises(Invalid, match="beyond 1 June 2022"):
        ordered(cast, nearly, expires_on=day(6, 2))


def test_the_database_refuses_an_order_before_it_was_made(cast, child):
    with pytest.raises(IntegrityError, match="dol_order_made_before_it_starts"), transaction.atomic():
        DolOrder.objects.create(
            child=child,
            made_on=day(3, 2),
            starts_on=day(3, 1),
            expires_on=day(4, 1),
            restrictions="x",
            recorded_by=cast.amy,
        )


def test_an_order_is_discharged_early(cast, child):
    order = ordered(cast, child)
    discharging = {"order": order, "discharge_reason": "She is safe without it.", "by": cast.amy, "as_of": NOW}
    for wrong, words in ((day(3, 16), "today or in the past"), (day(2, 28), "on or after 1 March 2022")):
        with pytest.raises(Invalid, match=words):
            discharge_dol_order(discharged_on=wrong, **discharging)
    discharge_dol_order(discharged_on=day(3, 10), **discharging)
    assert not DolOrder.objects.in_effect(day(3, 10)).exists()
    assert DolOrder.objects.in_effect(day(3, 9)).exists()
    assert order.history.first().history_change_reason == "She is safe without it."
    with pytest.raises(Invalid, match="was discharged on 10 March 2022"):
        discharge_dol_order(discharged_on=day(3, 11), **discharging)


@pytest.mark.parametrize("who", ["carl", "dee", "ines", "priya", "zoe"])
def test_who_may_not_record_an_order(cast, child, who):
    with pytest.raises(PermissionDenied):
        ordered(cast, child, by=getattr(cast, who))


# --- registration -----------------------------------------------------------------------------------------------------


def registered(cast, home, **fields):
    fields = {
        "status": "registered",
        "regulator": "ofsted",
        "number": "SC123",
        "registered_for": "childrens_home",
        "started_on": day(3, 1),
        "evidence": "Seen on the list.",
        "by": cast.carl,
    } | fields
    return record_registration(home=home, as_of=NOW, **fields)


def test_a_new_registration_ends_the_one_before(cast):
    home = cast.home(status="not_registered")
    registered(cast, home)
    assert list(home.registrations.values_list("status", "started_on", "ended_on")) == [
        ("registered", day(3, 1), None),
        ("not_registered", dt.date(2015, 1, 1), day(3, 1)),
    ]
    row = home.registrations.first().history.get()
    assert row.history_user == cast.carl


def test_a_mistake_is_put_right_on_the_same_day(cast):
    home = cast.home()
    registered(cast, home)
    registered(cast, home, status="not_known", evidence="The number was another home’s.")
    assert policies.registration_on(home, TODAY).status == "not_known"
    assert Registration.objects.count() == 2


def test_what_is_not_registered_has_no_number(cast):
    registration = registered(cast, cast.home(), status="not_registered")
    assert (registration.regulator, registration.number, registration.registered_for) == ("", "", "")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"status": "maybe"}, "status"),
        ({"regulator": ""}, "regulator"),
        ({"registered_for": ""}, "registered_for"),
        ({"evidence": ""}, "evidence"),
        ({"started_on": day(3, 16)}, "started_on"),
    ],
)
def test_a_registration_that_cannot_be(cast, wrong, field):
    home = cast.home(status="not_known")
    with pytest.raises(Invalid) as invalid:
        registered(cast, home, **wrong)
    assert list(invalid.value.errors) == [field]
    assert home.registrations.get().ended_on is None


def test_a_registration_is_not_slipped_in_before_a_later_one(cast):
    home = cast.home()
    registered(cast, home)
    with pytest.raises(Invalid) as invalid:
        registered(cast, home, started_on=day(2, 1))
    says(invalid, "started_on", "on record from 1 March 2022")


def test_another_councils_home_is_not_ours_to_say(cast):
    with pytest.raises(PermissionDenied):
        registered(cast, cast.home(), by=cast.zoe)


# --- the director's authorisation -------------------------------------------------------------------------------------


def authorised(cast, placement, **fields):
    fields = {
        "reasons": "Nothing registered was found.",
        "alternatives": "41 homes were asked.",
        "steps": "The provider applies on Monday.",
        "expires_at": NOW + dt.timedelta(days=7),
        "by": cast.dora,
    } | fields
    return authorise_unregistered(placement=placement, **{"as_of": NOW} | fields)


@pytest.mark.failing("F2")
def test_the_director_authorises_with_reasons_for_seven_days(cast, placement):
    authorisation = authorised(cast, placement)
    assert (authorisation.authorised_by, authorisation.authorised_at) == (cast.dora, NOW)
    assert authorisation.expires_at == NOW + dt.timedelta(days=7)
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match=r"permission denied|append-only"):
        cursor.execute("DELETE FROM placements_unregisteredauthorisation")


def test_longer_than_the_standard_is_refused_and_kept(cast, placement):
    with pytest.raises(Refused) as refused:
        authorised(cast, placement, expires_at=NOW + dt.timedelta(days=7, minutes=1))
    assert refused.value.code == "LEG-05-APPROVAL"
    assert "22 March 2022 at 10:00" in refused.value.remedy
    assert Refusal.objects.get().code == "LEG-05-APPROVAL"
    assert not UnregisteredAuthorisation.objects.exists()


def standard(cast, value, since):
    LocalStandard.objects.create(
        authority=cast.north,
        key="LEG-05 re-approval",
        value=value,
        effective_from=since,
        set_by=cast.dora,
        reason="Ours.",
    )


def test_a_council_may_be_stricter_never_looser(cast, placement):
    standard(cast, 14, day(1, 1))
    with pytest.raises(Refused):
        authorised(cast, placement, expires_at=NOW + dt.timedelta(days=8))
    standard(cast, 3, day(3, 1))
    standard(cast, 1, day(3, 16))
    with pytest.raises(Refused):
        authorised(cast, placement, expires_at=NOW + dt.timedelta(days=3, minutes=1))
    assert authorised(cast, placement, expires_at=NOW + dt.timedelta(days=3))


@pytest.mark.parametrize("field", ["reasons", "alternatives", "steps"])
def test_an_authorisation_says_why_and_what_next(cast, placement, field):
    with pytest.raises(Invalid) as invalid:
        authorised(cast, placement, **{field: " "})
    assert list(invalid.value.errors) == [field]


@pytest.mark.parametrize("who", ["dee", "hana", "tom", "amy", "carl", "duncan"])
def test_only_their_own_director_of_childrens_services_authorises(cast, placement, who):
    with pytest.raises(PermissionDenied):
        authorised(cast, placement, by=getattr(cast, who))


@pytest.mark.parametrize(
    ("status", "words"),
    [(None, "is not known"), ("not_known", "is not known"), ("registered", "nothing to authorise")],
)
def test_only_what_is_known_to_be_unregistered_is_authorised(cast, child, status, words):
    home = cast.home(status=status, registered_for="childrens_home" if status == "registered" else "")
    with pytest.raises(Invalid, match=words):
        authorised(cast, cast.placement(child, day(3, 1), home=home))


def test_no_authorisation_in_the_past_or_for_what_is_over_or_nowhere(cast, child, placement):
    with pytest.raises(Invalid, match="in the future"):
        authorised(cast, placement, expires_at=NOW)
    end_placement(placement=placement, ended_on=day(3, 10), end_reason="CLOSE", by=cast.amy, as_of=NOW)
    with pytest.raises(Invalid, match="ended on 10 March"):
        authorised(cast, placement)
    with pytest.raises(Invalid, match="which home"):
        authorised(cast, cast.placement(child, day(3, 10)))


def test_a_planned_placement_is_authorised_before_the_move(cast):
    grown = cast.child(born=dt.date(2005, 9, 1))
    planned = cast.unregistered(grown, day(3, 18))
    assert authorised(cast, planned).authorised_at < at(planned.started_on, 0)


# --- the gates have the codes the rulebook knows ----------------------------------------------------------------------


def raised():
    """The code of every Refused raised in the house: each must be named from core/gates.py."""
    for app in settings.INSTALLED_APPS:
        if "." in app or not (settings.BASE_DIR / app / "apps.py").exists():
            continue
        for file in (settings.BASE_DIR / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    call = node.exc
                    if isinstance(call.func, ast.Name) and call.func.id == "Refused":
                        assert ast.unparse(call.args[0]).startswith("gates."), f"{file} line {node.lineno}"
                        yield getattr(gates, ast.unparse(call.args[0]).removeprefix("gates."))


def test_what_is_refused_under_and_the_rulebooks_gates_are_the_same():
    known = {rule.code for rule in rulebook.ALL if rule.kind == "gate"}
    assert set(raised()) == set(gates.GATES) == known
