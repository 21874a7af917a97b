"""The door: who reads a referral, and that for everybody else the world is the same with it and without."""

import ast
import itertools
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from core import clock
from core.access import SIGNED_IN, Permission, Role
from core.history import history_table
from core.models import OutboxMessage, User
from escalations.actions import raising
from lado import actions
from lado import models as lado
from lado.models import Admission, Receipt, Referral, ReferralRead
from lado.policies import conduct
from oversight.models import Flag
from oversight.sweep import sweep
from staffing.actions import stand_downs
from staffing.models import Assignment, Carer, StandDown
from tests.core.access.addresses import NORTHS, PAGES, PLAIN, PUBLIC_PAGES, RECORD_PAGES, address, record_address
from tests.core.access.world import world
from tests.lado.scene import DAY, SAID, TODAY, Scene
from tests.told_once import told_once

# --- who ---------------------------------------------------------------------------------------------------------------

SUBJECT = ("somebody else", "by account", "as a carer")
LET_IN = ("not let in", "let in", "let in once")


def test_who_reads_a_referral_whoever_they_are_and_whatever_was_granted_them(scene):
    """Every role, of the council and of another; its subject or not; let in or not; with an account or without one now."""
    cast, read, expected = scene.cast, {}, {}
    souths = [cast.person(f"south-{role}", f"South {role}", role, authority=cast.south) for role in Role]
    people = [getattr(cast, NORTHS[role]) for role in Role] + souths
    for user, subject, let_in in itertools.product(people, SUBJECT, LET_IN):
        about = {"named": "N"}
        if subject == "by account":
            about["account"] = user
        elif subject == "as a carer":
            own = Carer.objects.filter(account=user).first()
            about["carer"] = own or cast.carer(f"Own {user.pk}", checked=False, account=user)
        referral = Referral.objects.create(
            authority=cast.north, number=Referral.objects.count() + 1, post="other", harmed=True, category="conduct", what="W",
            source="police", referred_by=scene.pete, received_at=clock.now(), owner=cast.sal, **about,
        )  # fmt: skip
        if let_in != "not let in":
            ended = clock.now() if let_in == "let in once" else None
            Admission.objects.create(
                referral=referral,
                person=user,
                why="W",
                started_at=clock.now() - DAY,
                ended_at=ended,
                admitted_by=cast.sal,
            )
        norths_lado = user == cast.lee
        expected[user, referral] = subject == "somebody else" and (norths_lado or let_in == "let in")
        read.setdefault(user, []).append(referral)
    for user in people:
        seen = set(Referral.for_user(user).filter(pk__in=[each.pk for each in read[user]]))
        assert seen == {each for each in read[user] if expected[user, each]}, user.role
        others = Referral.for_user(user).exclude(pk__in=[each.pk for each in read[user]])
        assert others.exists() == (user == cast.lee)
        user.is_active = False
        assert not Referral.for_user(user).exists()


def test_its_records_are_read_with_it_and_by_nobody_else(scene):
    cast = scene.cast
    referral = scene.refer(cast.tom, carer=scene.carer, child=scene.child)
    scene.evaluate(referral)
    scene.act("add_action", referral, kind="police", what="W", who="W", due_on=TODAY)
    scene.act("admit", referral, person=cast.amy, why="W")
    actions.open_case(referral=referral, page="case", by=cast.amy, as_of=clock.now())
    of_it = [getattr(lado, name) for name in lado.__all__ if name not in ("Receipt", "ConductDecision", "DecisionRead")]
    assert all(model.for_user(cast.lee).exists() and model.for_user(cast.amy).exists() for model in of_it)
    for user in (cast.dora, cast.sal, cast.sam, cast.zoe, scene.kay, cast.paul):
        assert not any(getattr(lado, name).for_user(user).exists() for name in lado.__all__), user
    scene.carer.account = cast.lee
    scene.carer.save()  # it comes out that she is the LADO’s own record
    assert not any(getattr(lado, name).for_user(cast.lee).exists() for name in lado.__all__)


def test_no_read_event_no_page(scene, client, monkeypatch):
    referral = scene.refer(child=scene.child)
    client.force_login(scene.cast.lee)
    page = reverse("lado:case", args=[referral.pk])
    assert client.get(page).status_code == 200
    assert [read.by for read in ReferralRead.objects.all()] == [scene.cast.lee]

    def fails(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(actions, "open_case", fails)
    with pytest.raises(RuntimeError):
        client.get(page)


# --- two worlds ----------------------------------------------------------------------------------------------------------


# What differs between any two openings of a page: a token, the time that a form begins with.
OF_THE_MOMENT = re.compile(
    r'name="(csrfmiddlewaretoken|once|submission)" value="[-\w]+"|value="\d\d:\d\d"|Refresh.*|Rules last checked [\d:]+'
)


def masked(response):
    return OF_THE_MOMENT.sub("", response.content.decode(errors="replace"))


READ_BY_MANAGERS = {"core", "dashboards", "oversight", "lado"} | {
    f"governance:{name}" for name in ("concerns", "concern", "child_concerns", "home_concerns", "worker_concerns", "series", "heard", "protection")
} | {f"staffing:{name}" for name in ("carers", "carer", "stand_down", "rota", "shift", "worked")}  # fmt: skip


def everything_open_to(client, user, records, only=()):
    """Every page this person may ask for, as they get it, and what was written to them."""
    client.force_login(user)
    found = {}
    for name in [*PLAIN, *RECORD_PAGES]:
        needed = PAGES[name].callback.access
        if name in PUBLIC_PAGES or not (needed == SIGNED_IN or user.can(needed)):
            continue
        if only and not {name, name.partition(":")[0]} & only:
            continue
        where = address(name) if name in PLAIN else record_address(name, records)
        response = client.get(where)
        found[name] = (response.status_code, response.get("Location"), *masked(response).splitlines())
    sent = OutboxMessage.objects.filter(to=user).order_by("key")
    return found, list(sent.values_list("key", "subject", "body"))


@told_once
def two(cast):
    """One of everything about a child, and nothing behind the door. Priya is the carer; Paul manages where she works."""
    w = world(cast, allegations=False)
    w.k = Carer.objects.get(pk=w.records["carer"])
    w.k.account = cast.priya
    w.k.save()
    w.pete = cast.person("pete", "Pete Gannet", Role.PARTNER, partner_kind="police")
    cast.allocate(w.child_, w.pete, part="partner", since=TODAY - 60 * DAY)
    w.records |= dict.fromkeys(("referral", "referral action", "admission", "not referred"), 1) | {
        "receipt": "CNEVERWAS0"
    }
    return w


def scene_of(w):
    scene = Scene.__new__(Scene)
    scene.cast, scene.pete, scene.child, scene.placement, scene.carer = w, w.pete, w.child_, w.placement_, w.k
    return scene


def a_whole_case(w):
    """Referred by the police, evaluated, met about, refused, let in to, and closed; and another that stays open, late."""
    act, lee, scene = Scene.act, w.lee, scene_of(w)
    first = scene.refer(carer=None, named="Kay", child=w.child_)
    act(scene, "identify", first, carer=w.k, account=w.priya)
    late = scene.refer(child=w.child_, named="Kay", as_of=clock.now() - 50 * DAY)
    act(scene, "identify", late, carer=w.k)
    scene.evaluate(first, decision="strategy")
    scene.meets(first)
    act(scene, "add_action", first, clock.now() - 2 * DAY, kind="employer", what="W", who="Paul", due_on=TODAY - DAY)
    act(scene, "admit", first, person=w.sal, why="W")
    act(scene, "record_removal", first, removed_on=TODAY - 40 * DAY, why="W")
    scene.closes(first)
    actions.open_case(referral=first, page="case", by=lee, as_of=clock.now())
    sweep(as_of=clock.now())


def test_with_and_without_a_record_about_her_nothing_she_or_her_manager_opens_differs_by_a_byte(two, client):
    sweep(as_of=clock.now())
    people = (two.priya, two.paul)
    without = [everything_open_to(client, user, two.records) for user in people]
    assert len(without[1][0]) > 60, "so few pages prove little"
    flags = Flag.objects.standing().count()
    a_whole_case(two)
    assert Flag.objects.standing().count() > flags  # the LADO’s, which are there to be hidden
    for user, before in zip(people, without, strict=True):
        nothing_differs(before, everything_open_to(client, user, two.records))


def nothing_differs(before, after):
    for name, page in before[0].items():
        assert [(a, b) for a, b in zip(page, after[0][name], strict=True) if a != b] == [], name
    assert before[1] == after[1]


def test_nor_does_anything_a_manager_opens_about_whom_the_police_have_referred(two, client):
    """Somebody of the council who sees the child, her concerns and her flags, and decides about others’ conduct."""
    tom, scene = two.tom, scene_of(two)
    sweep(as_of=clock.now())
    # To open a file, or a concern, is itself on the next page that lists it.
    everything_open_to(client, tom, two.records, READ_BY_MANAGERS)
    before = everything_open_to(client, tom, two.records, READ_BY_MANAGERS)
    assert len(before[0]) > 45, "so few pages prove little"
    for ago in (50, 0):
        referral = scene.refer(child=two.child_, named="Tom", as_of=clock.now() - ago * DAY)
        scene.act("identify", referral, account=tom)
    scene.evaluate(referral, decision="strategy")
    scene.meets(referral)
    scene.closes(referral)
    sweep(as_of=clock.now())
    nothing_differs(before, everything_open_to(client, tom, two.records, READ_BY_MANAGERS))


def test_nor_does_anything_whoever_runs_accounts_opens(two, client):
    """They are shown no messages but their own links: to whom else something was written, and when, would tell."""
    sam, scene = two.sam, scene_of(two)
    accounts = [reverse("core:account_detail", args=[user.pk]) for user in (two.lee, two.sal, two.dora)]

    def read():
        client.force_login(sam)
        pages = [(200, None, *masked(client.get(page)).splitlines()) for page in accounts]
        return pages, everything_open_to(client, sam, two.records)

    read()
    before = read()
    referral = scene.refer(child=two.child_, named="Sam")
    scene.act("identify", referral, account=sam)
    assert OutboxMessage.objects.filter(to=two.lee, key__startswith="referral-").exists()
    after = read()
    assert before[0] == after[0]
    nothing_differs(before[1], after[1])


def test_behind_the_door_a_flag_is_the_lados_and_whoever_holds_it(two, client):
    """In no list, count or message of others, and never for whoever it is about."""
    cast = two
    a_whole_case(two)
    behind = Flag.objects.standing().filter(rule__in=("SAF-04", "SAF-05", "SAF-07"))
    assert {(f.rule, f.limb) for f in behind} == {
        ("SAF-04", "evaluation"), ("SAF-05", "first"), ("SAF-07", ""),
    }  # fmt: skip
    assert {flag.owner for flag in behind} == {cast.lee}
    for role in Role:
        user = getattr(cast, NORTHS[role])
        seen = Flag.for_user(user).filter(pk__in=behind)
        assert seen.exists() == (user == cast.lee), role
    shown = Flag.for_user(cast.lee).filtered(cast.lee, as_of=clock.now(), child=cast.child_.reference)
    assert not shown.exists()  # an agenda and a pack are printed
    assert Flag.for_user(cast.lee).filtered(cast.lee, as_of=clock.now(), whose="mine").count() == behind.count()
    another = scene_of(two).refer(child=cast.child_, named="Wes", as_of=clock.now() - 50 * DAY)
    two.k.account = cast.lee
    two.k.save()
    assert not Flag.for_user(cast.lee).filter(pk__in=behind.filter(carer=two.k)).exists()
    sweep(as_of=clock.now())
    hers = behind.filter(carer=two.k)
    assert {flag.owner for flag in hers} == {cast.sal}  # the next person up, who is not its subject
    assert Flag.for_user(cast.sal).filter(pk__in=behind).count() == hers.count()
    # What is the LADO's is theirs still: that it went away would tell them of the other.
    assert set(Flag.for_user(cast.lee).filter(pk__in=behind)) == set(behind.filter(carer=None))
    assert behind.filter(carer=None).exists()
    assert Referral.for_user(cast.lee).get() == another
    client.force_login(cast.sal)
    up = hers[0]
    assert up.mend_url in client.get(reverse("oversight:flag", args=[up.pk])).content.decode()
    here = Referral.for_user(cast.sal).owing().filter(placement=cast.placement_)
    assert len(here) > 1
    assert client.get(up.mend_url).content.decode().count("Reached the LADO") == len(here)
    Referral.objects.filter(pk__in=[each.pk for each in here[1:]]).update(placement=None)
    [left] = here.all()
    assert client.get(up.mend_url).url == reverse("lado:case", args=[left.pk])
    client.force_login(cast.tom)
    assert client.get(up.mend_url).status_code == 404
    client.force_login(cast.sal)
    assert "Make this a formal escalation" not in client.get(reverse("oversight:flag", args=[up.pk])).content.decode()
    assert client.get(reverse("escalations:escalate_flag", args=[up.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        raising.raise_escalation(what="W", flag=up, by=cast.sal, as_of=clock.now())


def shown(client, w, users, standing):
    """What each of these people reads of a stand-down and its carer, its own number apart."""
    names = (
        "staffing:stand_down",
        "staffing:carer",
        "staffing:shift",
        "staffing:rota",
        "staffing:worked",
        "dashboards:my_work",
    )
    found = {}
    for user in users:
        client.force_login(user)
        for name in names:
            where = address(name) if name in PLAIN else record_address(name, w.records | {"stand-down": standing.pk})
            found[user.email, name] = re.sub(
                rf"stand-downs/{standing.pk}\b", "stand-downs/N", masked(client.get(where))
            )
    return found


def written_of(model, standing):
    """Who is said to have written it and why, in its history."""
    with transaction.get_connection().cursor() as cursor:
        where = "id = %s" if model is StandDown else "carer_id = %s AND history_type = '~'"
        cursor.execute(
            f"SELECT history_user_id, history_change_reason, history_type FROM {history_table(model)} WHERE {where}",
            [standing.pk if model is StandDown else standing.carer_id],
        )
        return cursor.fetchall()


def test_stood_down_from_behind_the_door_reads_like_any_other(two, client):
    """In text, in the actor shown, in its moment, in what is sent, and in its history."""
    two.k = two.carer("Dotterel", forename="Kay", checked=TODAY - 30 * DAY)
    two.records["carer"] = two.k.pk
    two.puts(two.k, two.shift(two.placement_, TODAY + 2 * DAY))
    as_of, seen, users = clock.now(), [], (two.priya, two.paul, two.ines)
    about = {"carer": two.k, "by": two.amy, "as_of": as_of}
    for how in ("refer", "another reason"):
        point = transaction.savepoint()
        if how == "refer":
            referral = actions.refer(**SAID, child=two.child_, stand_down=True, **about).referral
            standing = referral.stand_down
        else:
            standing = stand_downs.stand_down(reason="Missed three trainings.", placement=two.placement_, **about)
        pages = shown(client, two, users, standing)
        sent = OutboxMessage.objects.filter(key__startswith=f"stand-down-{standing.pk}-")
        said = [
            (m.to_id, m.subject, m.body.replace(f"stand-downs/{standing.pk}/", "stand-downs/N/"))
            for m in sent.order_by("to")
        ]
        seen.append(
            (pages, said, standing.starts_at, written_of(StandDown, standing), written_of(Assignment, standing))
        )
        transaction.savepoint_rollback(point)
    assert seen[0] == seen[1]
    assert seen[0][1]
    assert "Safeguarding" in seen[0][0][two.paul.email, "staffing:stand_down"]


# --- beside the pages -----------------------------------------------------------------------------------------------------


def test_what_was_refused_behind_the_door_is_read_there_alone(scene, client):
    referral = scene.refer(child=scene.child, carer=None, named="Kay")
    scene.evaluate(referral, decision="employer")
    with pytest.raises(Exception, match="not closed"):
        scene.closes(referral, "resigned")
    other = scene.cast.person("lou", "Lou Avocet", Role.LADO)
    assert [refusal.code for refusal in conduct.refusals_for(other)] == ["SAF-06-CLOSE"]
    for user in User.objects.exclude(pk=other.pk):
        assert not conduct.refusals_for(user).exists()
    own = scene.refer(child=scene.child, account=other)
    scene.evaluate(own, decision="employer")
    with pytest.raises(Exception, match="not closed"):
        scene.closes(own, "resigned")
    assert len(conduct.refusals_for(other)) == 1  # and nothing of the one about themselves
    root = Path(settings.BASE_DIR)
    readers = {
        str(path.relative_to(root))
        for app in (
            "core",
            "children",
            "placements",
            "staffing",
            "governance",
            "lado",
            "oversight",
            "exchange",
            "dashboards",
        )
        for path in (root / app).rglob("*.py")
        if "Refusal.objects" in path.read_text()
    }
    assert readers == {"core/actions.py", "staffing/actions/weeks.py", "lado/policies/conduct.py"}  # and two only write


def test_nothing_below_or_beside_has_a_way_in(scene):
    """No model knows of a referral, and above the floor only the demonstration, the LADO’s own first page, the flags'
    own words and what follows a sweep do."""
    for name in lado.__all__:
        model = getattr(lado, name)
        for field in model._meta.concrete_fields:
            if field.is_relation:
                assert field.remote_field.hidden, f"{name}.{field.name}"
    root, importing = Path(settings.BASE_DIR), set()
    for app in ("oversight", "escalations", "exchange", "dashboards"):
        for path in (root / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                module = getattr(node, "module", None) or ""
                if isinstance(node, ast.ImportFrom) and module.split(".")[0] == "lado":
                    importing.add(str(path.relative_to(root)))
    assert importing <= {
        "oversight/apps.py",
        "oversight/querysets.py",
        "exchange/demo/lado.py",
        "dashboards/views/my_work.py",
    }


def test_a_receipt_counts_nothing_and_is_its_readers_alone(scene, client):
    first, second = (scene.refer(), scene.refer())
    mine = Receipt.for_user(scene.pete)
    assert len(mine) == 2
    assert not any(str(referral.number) == receipt.reference for referral in (first, second) for receipt in mine)
    client.force_login(scene.pete)
    page = reverse("lado:receipt", args=[mine[0].reference])
    assert "Passed to safeguarding" in client.get(page).content.decode()
    client.force_login(scene.cast.lee)
    assert client.get(page).status_code == 404
    assert Permission.HANDLE_ALLEGATIONS not in scene.pete.rights.may
