"""Accounts: who may open, change and close them, and what that does at once."""

import datetime as dt
import io
import re
import threading

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connections
from django.urls import reverse

from core import accounts, actions, clock, outbox
from core.access import Role
from core.errors import Invalid
from core.models import OutboxMessage, Team, User

NOW = clock.now()


@pytest.fixture
def sams(client, cast):
    """The administrator's browser, signed in."""
    client.force_login(cast.sam)
    return client


@pytest.fixture
def rechecked(monkeypatch):
    """The subjects each finished action asked the rules about."""
    asked = []
    monkeypatch.setattr(actions, "_rechecks", [lambda *, subjects, as_of: asked.append(set(subjects))])
    return asked


def url(name, *args):
    return reverse(f"core:{name}", args=args)


# --- who --------------------------------------------------------------------------------------------------------------

PAGES = ["accounts", "invite"]
RECORD_PAGES = ["account_detail", "change_account", "deactivate", "reactivate", "reset"]


@pytest.mark.parametrize("key", ["amy", "tom", "hana", "carl", "dee", "dora", "lee", "priya", "nina", "ava"])
def test_only_an_administrator_may(client, cast, key):
    client.force_login(getattr(cast, key))
    for name in PAGES:
        assert client.get(url(name)).status_code == 403
    for name in RECORD_PAGES:
        assert client.get(url(name, cast.amy.pk)).status_code == 403
        assert client.post(url(name, cast.amy.pk), {"reason": "x"}).status_code in (403, 405)
    cast.amy.refresh_from_db()
    assert cast.amy.is_active


def test_an_administrator_sees_her_own_people_and_providers_staff(sams, cast):
    _ = cast.zoe, cast.priya
    seen = set(User.for_user(cast.sam))
    assert {cast.amy, cast.dora, cast.sam, cast.priya} <= seen
    assert cast.zoe not in seen
    body = sams.get(url("accounts")).content.decode()
    assert "Amy Sparrow" in body
    assert "Priya Lark" in body
    assert "Zoe Teal" not in body


def test_another_authoritys_account_is_not_there(sams, cast):
    for name in RECORD_PAGES:
        stranger, nobody = sams.get(url(name, cast.zoe.pk)), sams.get(url(name, 999_999))
        assert stranger.status_code == nobody.status_code == 404
        assert without_token(stranger) == without_token(nobody)


def without_token(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


def test_an_administrator_sees_no_child(sams, cast):
    child = cast.child(forename="Canary", surname="Marigold")
    from children.models import Child

    assert not Child.for_user(cast.sam).exists()
    for page in [url("accounts"), url("account_detail", cast.amy.pk), url("account_detail", cast.sam.pk)]:
        body = sams.get(page).content.decode()
        assert "Marigold" not in body
        assert child.reference not in body


def test_the_list_is_filtered_and_searched(sams, cast):
    cast.amy.is_active = False
    cast.amy.save()

    def names(**query):
        return {account.name for account in sams.get(url("accounts"), query).context["page"]}

    assert "Amy Sparrow" not in names()
    assert names(state="deactivated") == {"Amy Sparrow"}
    assert names(role="iro") == {"Ines Swift"}
    assert names(search="hero tom") == {"Tom Heron"}
    assert names(search="tom@example") == {"Tom Heron"}
    assert names(search="nobody here") == set()
    assert "Amy Sparrow" in names(state="all")
    assert names(role="no such role") == names()


def test_the_list_costs_the_same_for_many(sams, cast, django_assert_max_num_queries):
    for n in range(60):
        cast.person(f"p{n}", f"Person {n}", Role.SOCIAL_WORKER, team=cast.team)
    sams.get(url("accounts"))
    with django_assert_max_num_queries(5):  # the session, herself, the count, the page, and the last sweep
        assert len(sams.get(url("accounts")).context["page"]) == 50
    assert sams.get(url("accounts"), {"page": 2}).context["page"].number == 2


# --- inviting -----------------------------------------------------------------------------------------------------


def invitation(cast, **changed):
    return {"email": "new@example.org", "name": "Nell Avocet", "role": "social_worker", "team": cast.team.pk} | changed


def test_an_invitation_opens_an_account_and_sends_a_link(sams, cast, rechecked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = sams.post(url("invite"), invitation(cast, email="New@Example.org"))
    new = User.objects.get(email="new@example.org")
    assert response.url == url("account_detail", new.pk)
    assert (new.authority, new.team, new.role) == (cast.north, cast.team, "social_worker")
    assert not new.has_usable_password()
    assert rechecked == [{("user", new.pk)}]
    outbox.deliver(as_of=clock.now())
    assert mail.outbox[0].to == ["new@example.org"]
    assert cast.sam.name not in mail.outbox[0].subject + mail.outbox[0].body  # a message names nobody
    row = new.history.get()
    assert (row.history_user, row.history_change_reason) == (cast.sam, "invite")
    page = sams.get(response.url).content.decode()
    assert "Invited" in page
    assert "sent" in page


def test_a_providers_person_belongs_to_no_authority(sams, cast):
    sams.post(url("invite"), invitation(cast, role="shift_leader"))
    new = User.objects.get(email="new@example.org")
    assert (new.authority, new.team) == (None, None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "AMY@example.org"}, "already an account with this email"),
        ({"email": "nonsense"}, "must be an email address"),
        ({"name": ""}, "Enter the full name"),
        ({"role": ""}, "Select the role"),
        ({"role": "emperor"}, "Select the role"),
        ({"team": ""}, "Select the team they work in"),
        ({"team": "999999"}, "Select the team"),
        ({"role": "partner", "team": ""}, "Select which agency"),
        ({"name": "n" * 151}, "characters or fewer"),
    ],
)
def test_a_bad_invitation_is_told_with_the_typing_kept(sams, cast, changed, said):
    before = User.objects.count()
    response = sams.post(url("invite"), invitation(cast, **changed))
    body = response.content.decode()
    assert response.status_code == 422
    assert said in body
    assert (changed | {"name": changed.get("name", "Nell Avocet")})["name"] in body
    assert User.objects.count() == before
    assert not OutboxMessage.objects.exists()


def test_nobody_is_invited_into_another_authority(sams, cast):
    response = sams.post(url("invite"), invitation(cast, team=cast.south_team.pk))
    assert response.status_code == 422
    with pytest.raises(Invalid):
        accounts.invite(email="x@example.org", name="X", role="iro", authority=cast.south, by=cast.sam, as_of=NOW)


def test_two_invitations_of_one_address_at_one_moment_make_one_account(cast, sams, monkeypatch):
    """The check before saving is a courtesy; the database decides."""
    from core.errors import Conflict

    monkeypatch.setattr(User.objects.__class__, "filter", lambda self, **q: User.objects.none())
    with pytest.raises(Conflict, match="already an account"):
        accounts.invite(email="amy@example.org", name="A", role="iro", by=cast.sam, as_of=NOW)


# --- closing, opening, changing -----------------------------------------------------------------------------------


def test_deactivating_ends_everything_at_once(sams, cast, rechecked, django_capture_on_commit_callbacks):
    outbox.enqueue(to=cast.amy, key="digest-1", subject="Yours", body="2 flags")
    child = cast.child()
    with django_capture_on_commit_callbacks(execute=True):
        response = sams.post(url("deactivate", cast.amy.pk), {"reason": "Left the council on Friday"})
    assert response.url == url("account_detail", cast.amy.pk)
    cast.amy.refresh_from_db()
    assert not cast.amy.is_active
    assert not cast.amy.has_usable_password()
    assert rechecked == [{("user", cast.amy.pk)}]
    assert not OutboxMessage.objects.filter(to=cast.amy).exists()
    assert child.allocations.get().ended_on is None  # a record, for somebody to end
    from children.models import Child

    assert not Child.for_user(cast.amy).exists()
    row = cast.amy.history.first()
    assert (row.history_user, row.history_change_reason) == (cast.sam, "Left the council on Friday")
    assert "Left the council on Friday" in sams.get(response.url).content.decode()


def test_a_reason_is_asked_for(sams, cast):
    response = sams.post(url("deactivate", cast.amy.pk), {"reason": "  "})
    assert response.status_code == 422
    assert "Enter the reason" in response.content.decode()
    cast.amy.refresh_from_db()
    assert cast.amy.is_active


def test_nobody_deactivates_herself(sams, cast):
    assert sams.post(url("deactivate", cast.sam.pk), {"reason": "Tired"}).status_code == 422
    cast.sam.refresh_from_db()
    assert cast.sam.is_active


@pytest.mark.parametrize("role", ["director", "dcs", "team_manager", "iro", "shift_leader"])
def test_nobody_gives_herself_a_role(sams, cast, role):
    """Who runs accounts sees no child, and cannot begin to by herself."""
    cast.person("sid", "Sid Gannet", Role.SYSTEM_ADMINISTRATOR)
    page = sams.post(url("change_account", cast.sam.pk), {"name": "Sam Coot", "role": role, "team": cast.team.pk})
    assert page.status_code == 422
    cast.sam.refresh_from_db()
    assert (cast.sam.role, cast.sam.authority, cast.sam.team) == ("system_administrator", cast.north, None)
    named = {"name": "Samuel Coot", "role": "system_administrator"}
    assert sams.post(url("change_account", cast.sam.pk), named).status_code == 302
    cast.sam.refresh_from_db()
    assert cast.sam.name == "Samuel Coot"


def test_an_authority_keeps_an_administrator(cast):
    """Sam closes Sid's account while Sid, who has read his page, is closing Sam's: one of them stays."""
    sid = cast.person("sid", "Sid Gannet", Role.SYSTEM_ADMINISTRATOR)
    accounts.deactivate(account=sid, reason="Left", by=cast.sam, as_of=NOW)
    stale = User(pk=sid.pk, role=sid.role, authority=cast.north, is_active=True)
    with pytest.raises(Invalid, match="last administrator"):
        accounts.deactivate(account=cast.sam, reason="Left", by=stale, as_of=NOW)
    with pytest.raises(Invalid, match="last administrator"):
        accounts.change(account=cast.sam, name="Sam", role="iro", by=stale, as_of=NOW)
    cast.sam.refresh_from_db()
    assert (cast.sam.is_active, cast.sam.role) == (True, "system_administrator")


def test_an_authority_without_an_administrator_gets_one_again(cast):
    first = {"name": "Una Crane", "authority": "North Vale", "code": "901"}
    with pytest.raises(CommandError, match="has an administrator"):
        call_command("first_administrator", "una@example.org", **first)
    User.objects.filter(role=Role.SYSTEM_ADMINISTRATOR).update(is_active=False)
    with pytest.raises(CommandError, match="not this one"):
        call_command("first_administrator", "una@example.org", **(first | {"code": "999"}))
    call_command("first_administrator", "una@example.org", **first, stdout=io.StringIO())
    assert User.objects.get(email="una@example.org").authority == cast.north
    with pytest.raises(CommandError, match="has an administrator"):
        call_command("first_administrator", "other@example.org", **first)


def test_the_only_director_of_childrens_services_stays(sams, cast):
    response = sams.post(url("deactivate", cast.dora.pk), {"reason": "Retired"})
    assert response.status_code == 422
    assert "only director of children’s services" in response.content.decode()
    cast.dora.refresh_from_db()
    assert cast.dora.is_active
    response = sams.post(url("change_account", cast.dora.pk), {"name": "Dora Kestrel", "role": "director"})
    assert response.status_code == 422
    cast.person("new", "New Director", Role.DCS)
    assert sams.post(url("deactivate", cast.dora.pk), {"reason": "Retired"}).status_code == 302


def test_the_last_director_stays(cast):
    """Without a director of children's services on record, the last director is the top of the line."""
    User.objects.filter(pk=cast.dora.pk).update(is_active=False)
    with pytest.raises(Invalid, match="last director"):
        accounts.deactivate(account=cast.dee, reason="Left", by=cast.sam, as_of=NOW)
    with pytest.raises(Invalid, match="last director"):
        accounts.change(account=cast.dee, name="Dee", role="iro", by=cast.sam, as_of=NOW)
    cast.person("dan", "Dan Gull", Role.DIRECTOR)
    assert not accounts.deactivate(account=cast.dee, reason="Left", by=cast.sam, as_of=NOW).is_active


def test_another_authoritys_directors_do_not_count(cast):
    assert cast.duncan.role == Role.DCS
    with pytest.raises(Invalid, match="only director of children"):
        accounts.deactivate(account=cast.dora, reason="Left", by=cast.sam, as_of=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_take_the_last_two_directors(cast):
    second = cast.person("second", "Second Director", Role.DCS)
    User.objects.filter(pk=cast.dee.pk).update(is_active=False)
    start, refused = threading.Barrier(2), []

    def take(account):
        try:
            start.wait(5)
            accounts.deactivate(account=account, reason="Left", by=cast.sam, as_of=NOW)
        except Invalid as invalid:
            refused.append(invalid)
        finally:
            connections.close_all()

    takers = [threading.Thread(target=take, args=[account]) for account in (cast.dora, second)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert len(refused) == 1
    assert User.objects.filter(role=Role.DCS, is_active=True).count() == 1


def test_opening_again_sends_a_link(sams, cast):
    sams.post(url("deactivate", cast.amy.pk), {"reason": "Left"})
    sams.post(url("reactivate", cast.amy.pk), {"reason": "Came back"})
    cast.amy.refresh_from_db()
    assert cast.amy.is_active
    assert not cast.amy.has_usable_password()
    assert OutboxMessage.objects.get(to=cast.amy).subject == "Held in Mind: choose your password"
    assert cast.amy.history.first().history_change_reason == "Came back"


def test_a_reset_is_in_the_history_without_the_hash(sams, cast):
    sams.post(url("reset", cast.amy.pk))
    row = cast.amy.history.first()
    assert (row.history_user, row.history_change_reason) == (cast.sam, "reset")
    assert "password" not in {f.name for f in row._meta.fields}


def test_a_deactivated_account_is_not_reset(cast):
    accounts.deactivate(account=cast.amy, reason="Left", by=cast.sam, as_of=NOW)
    with pytest.raises(Invalid):
        accounts.reset(account=cast.amy, by=cast.sam, as_of=NOW)


def test_moving_to_another_role_takes_effect_at_once(sams, cast, client):
    assert not cast.amy.can("allocate workers to a child and end an allocation")
    sams.post(url("change_account", cast.amy.pk), {"name": "Amy Heron", "role": "team_manager", "team": cast.team.pk})
    amy = User.objects.get(pk=cast.amy.pk)
    assert (amy.name, amy.role) == ("Amy Heron", "team_manager")
    panel = sams.get(url("account_detail", amy.pk)).context["history"]
    changed = {change.field: (change.old, change.new) for change in panel[0].changes}
    assert changed["Role"] == ("Social worker", "Team manager")
    assert changed["Name"] == ("Amy Sparrow", "Amy Heron")


def test_whether_somebody_stays_and_is_newly_qualified(sams, cast):
    """A child needs somebody permanent, and a newly qualified worker more supervision: the rules go by this."""
    page = sams.get(url("change_account", cast.ben.pk)).content.decode()
    assert "Newly qualified until" in page
    answers = {"name": "Ben Wren", "role": "social_worker", "team": cast.team.pk, "terms": "temporary"}
    until = {f"newly_qualified_until_{part}": value for part, value in (("day", "1"), ("month", "9"), ("year", "2027"))}
    assert sams.post(url("change_account", cast.ben.pk), answers | until).status_code == 302
    cast.ben.refresh_from_db()
    assert (cast.ben.terms, cast.ben.newly_qualified_until) == ("temporary", dt.date(2027, 9, 1))
    shown = sams.get(url("account_detail", cast.ben.pk)).content.decode()
    assert "Agency or other temporary staff" in shown
    again = sams.get(url("change_account", cast.ben.pk)).context["form"]
    assert (again.initial["terms"], again.initial["newly_qualified_until"]) == ("temporary", dt.date(2027, 9, 1))


def test_only_a_social_worker_is_newly_qualified(cast):
    fields = {
        "account": cast.tom,
        "name": "Tom",
        "role": "team_manager",
        "team": cast.team,
        "by": cast.sam,
        "as_of": NOW,
    }
    with pytest.raises(Invalid, match="Only a social worker"):
        accounts.change(newly_qualified_until=dt.date(2027, 9, 1), **fields)
    with pytest.raises(Invalid, match="permanent or temporary"):
        accounts.change(terms="forever", **fields)
    assert accounts.change(terms="permanent", **fields).terms == "permanent"


def test_leaving_a_team_role_leaves_the_team(cast):
    account = accounts.change(account=cast.amy, name="Amy", role="iro", team=cast.team, by=cast.sam, as_of=NOW)
    assert account.team is None


def test_an_account_does_not_cross_from_an_authority_to_a_provider(cast):
    with pytest.raises(Invalid, match="provider"):
        accounts.change(account=cast.amy, name="Amy", role="shift_leader", by=cast.sam, as_of=NOW)
    with pytest.raises(Invalid):
        accounts.change(account=cast.priya, name="Priya", role="iro", by=cast.sam, as_of=NOW)


@pytest.mark.parametrize("key", ["amy", "dora"])
def test_an_action_asks_again_whoever_calls_it(cast, key):
    by = getattr(cast, key)
    for act in (
        lambda: accounts.invite(email="x@example.org", name="X", role="iro", by=by, as_of=NOW),
        lambda: accounts.deactivate(account=cast.tom, reason="R", by=by, as_of=NOW),
        lambda: accounts.reset(account=cast.tom, by=by, as_of=NOW),
        lambda: accounts.deactivate(account=cast.zoe, reason="R", by=cast.sam, as_of=NOW),
        lambda: accounts.change(account=cast.zoe, name="Z", role="iro", by=cast.sam, as_of=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.django_db(transaction=True)
def test_a_leavers_flags_pass_to_the_next_person_up_at_once(cast):
    """On the commit of the act itself, not at the next sweep; and back to whoever is next allocated."""
    from oversight.models import Flag
    from oversight.sweep import sweep

    placement = cast.placement(cast.child(), clock.local_date(NOW) - dt.timedelta(days=100), home=cast.home())
    sweep(as_of=NOW)
    hers = Flag.objects.standing().filter(placement=placement, owner=cast.amy)
    standing = {(flag.rule, flag.limb) for flag in hers}
    assert standing
    accounts.deactivate(account=cast.amy, reason="Left", by=cast.sam, as_of=clock.now())
    assert not Flag.objects.standing().filter(owner=cast.amy).exists()
    passed = Flag.objects.standing().filter(placement=placement, owner=cast.tom)
    assert standing <= {(flag.rule, flag.limb) for flag in passed}
    accounts.deactivate(account=cast.tom, reason="Left", by=cast.sam, as_of=clock.now())
    owners = {flag.owner for flag in Flag.objects.standing().filter(placement=placement)}
    assert not owners & {cast.amy, cast.tom}
    assert all(owner.is_active for owner in owners)


# --- teams, and the first of all ----------------------------------------------------------------------------------


def test_a_service_and_its_team_are_added(sams, cast):
    sams.post(url("teams"), {"name": "Leaving care service"})
    service = Team.objects.get(name="Leaving care service")
    response = sams.post(url("teams"), {"name": "Leaving care team 1", "part_of": service.pk})
    assert response.url == url("teams")
    team = Team.objects.get(name="Leaving care team 1")
    assert (team.part_of, team.authority) == (service, cast.north)
    assert team.history.get().history_user == cast.sam
    assert "Leaving care team 1" in sams.get(url("teams")).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter the name"),
        ({"name": "children in care TEAM 1"}, "already a team of that name"),
        ({"name": "New", "part_of": "south"}, "from the list"),
    ],
)
def test_a_bad_team_is_told(sams, cast, typed, said):
    if typed.get("part_of") == "south":
        typed = typed | {"part_of": cast.south_team.pk}
    before = Team.objects.count()
    response = sams.post(url("teams"), typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Team.objects.count() == before


def test_a_council_sees_its_own_teams(sams, cast):
    Team.objects.create(authority=cast.south, name="Seaside team")
    assert "Seaside" not in sams.get(url("teams")).content.decode()
    assert "Seaside" not in sams.get(url("invite")).content.decode()


def test_the_first_administrator_of_a_new_council(client, db, settings):
    out = io.StringIO()
    first = {"name": "Una Crane", "authority": "East Fen", "code": "903"}
    call_command("first_administrator", "Una@example.org", **first, stdout=out)
    link = out.getvalue().strip().removeprefix(settings.PUBLIC_URL)
    page = client.get(link).url
    client.post(page, {"new_password": "three calm otters"})
    una = User.objects.get(email="una@example.org")
    assert una.check_password("three calm otters")
    assert una.authority.name == "East Fen"
    client.force_login(una)
    assert client.get(url("accounts")).status_code == 200
    with pytest.raises(CommandError, match="already an authority"):
        call_command("first_administrator", "other@example.org", **first)
