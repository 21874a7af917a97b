"""The child's page and the placement's page: who may open them, what each is shown, and that opening is recorded."""

from dataclasses import replace

import pytest
from django.db import DatabaseError
from django.urls import reverse

from children.models import Allocation, CareEpisode, Decision, FileRead, LegalStatus
from core import clock
from oversight.sweep import sweep
from placements.actions import discharge_dol_order
from placements.models import Addition, Placement, UnregisteredAuthorisation
from tests.dashboards.scene import ago, going_wrong, log, noon, numbers, one_of_each, queries, visit
from tests.told_once import told_once


@told_once
def placement(cast):
    cast.priya, cast.paul, cast.zoe  # noqa: B018
    placement = going_wrong(cast, 1, about="Likes drawing.", nhs_number="9434765919")[0]
    placement.home.address, placement.home.postcode = "1 Harbour Row", "NV1 4HR"
    placement.home.save()
    cast.allocate(placement.child, cast.ines, part=Allocation.Part.IRO, since=ago(90))
    cast.allocate(placement.child, cast.greta, part=Allocation.Part.PARTNER, since=ago(90))
    cast.allocate(placement.child, cast.lola, part=Allocation.Part.LEGAL, since=ago(90))
    Decision.objects.create(
        child=placement.child, decided_on=ago(40), what="To stay while a registered home is found", why="None had room",
        decided_by="Dora Kestrel", by_what_authority="Director", recorded_by=cast.amy,
    )  # fmt: skip
    UnregisteredAuthorisation.objects.create(
        placement=placement, authorised_by=cast.dora, authorised_at=noon(44), expires_at=noon(37),
        reasons="No place", alternatives="Eleven homes", steps="Registration applied for",
    )  # fmt: skip
    sweep(as_of=clock.now())
    return placement


def child_url(placement):
    return reverse("dashboards:child", args=[placement.child.reference])


def placement_url(placement):
    return reverse("dashboards:placement", args=[placement.pk])


PAGES = pytest.mark.parametrize("url", [child_url, placement_url])

SEES = "amy ben tom hana carl ines sal dee dora lola greta paul priya"
STRANGERS = "zoe todd duncan ava"
NO_FILES = "lee nina sam"


@PAGES
@pytest.mark.parametrize(
    ("who", "status"),
    [(w, 200) for w in SEES.split()] + [(w, 404) for w in STRANGERS.split()] + [(w, 403) for w in NO_FILES.split()],
)
def test_who_may_open_it(client, cast, placement, url, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(url(placement)).status_code == status


@PAGES
def test_the_signed_out_are_asked_to_sign_in(client, placement, url):
    assert client.get(url(placement)).status_code == 302


def test_what_does_not_exist_is_the_same_to_a_stranger(client, cast, placement):
    client.force_login(cast.amy)
    assert client.get(reverse("dashboards:child", args=["C000000000"])).status_code == 404
    assert client.get(reverse("dashboards:placement", args=[placement.pk + 1000])).status_code == 404


@pytest.mark.parametrize("who", SEES.split())
def test_every_link_offered_opens(client, cast, placement, who):
    """Those of these two pages: what is around every page is opened from “My work”."""
    client.force_login(getattr(cast, who))
    urls = [url(placement) for url in (child_url, placement_url)]
    around = one_of_each(client.get(reverse("core:account")))
    found = dict.fromkeys(href for url in urls for href in one_of_each(client.get(url)))
    for href in found:
        if href not in (*urls, *around):
            assert client.get(href).status_code == 200, (who, href)


@PAGES
@pytest.mark.parametrize("who", ["amy", "tom", "dee", "carl", "paul"])
def test_every_number_is_the_length_of_its_list(client, cast, placement, url, who):
    client.force_login(getattr(cast, who))
    found = numbers(client.get(url(placement)))
    assert found
    for number, href in found:
        assert number == client.get(href).context["page"].paginator.count > 0


# --- no event, no page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "name"), [(child_url, "child"), (placement_url, "placement")])
def test_opening_it_is_recorded(client, cast, placement, url, name):
    client.force_login(cast.priya)
    client.get(url(placement))
    assert list(FileRead.objects.values_list("child", "by", "page")) == [(placement.child_id, cast.priya.pk, name)]


@PAGES
def test_a_stranger_who_is_refused_leaves_no_reading(client, cast, placement, url):
    client.force_login(cast.zoe)
    client.get(url(placement))
    assert not FileRead.objects.exists()


@pytest.mark.parametrize(("url", "view"), [(child_url, "child"), (placement_url, "placement")])
def test_where_the_reading_cannot_be_recorded_nothing_is_shown(client, cast, placement, url, view, monkeypatch):
    def fails(**_):
        raise DatabaseError("disk full")

    monkeypatch.setattr(f"dashboards.views.{view}.open_file", fails)
    client.force_login(cast.amy)
    client.raise_request_exception = False
    response = client.get(url(placement))
    assert response.status_code == 500
    assert b"Wren0" not in response.content


def test_who_has_opened_the_file_is_shown_to_those_who_answer_for_her(client, cast, placement):
    client.force_login(cast.ben)
    client.get(child_url(placement))
    client.force_login(cast.amy)
    response = client.get(child_url(placement))
    assert [read.by for read in response.context["reads"]] == [cast.ben]
    assert b"Who has opened this file" in response.content
    for user in (cast.priya, cast.carl, cast.greta):
        client.force_login(user)
        assert b"Who has opened this file" not in client.get(child_url(placement)).content


# --- what each is shown -----------------------------------------------------------------------------------------------


def text(client, user, url):
    client.force_login(user)
    return client.get(url).content.decode()


def test_the_worker_sees_who_she_is_where_and_who_is_responsible(client, cast, placement):
    page = text(client, cast.amy, child_url(placement))
    for words in (
        "Likes drawing.", "Not registered", "Amy Sparrow", "Ines Swift", "To stay while a registered home is found",
        "Nobody: 45 days", "Full care order", "9434765919", "Visit by Amy Sparrow: refused, face to face",
        "Weekly visit by the social worker", "Unregistered placement authorised", "1 Harbour Row",
    ):  # fmt: skip
        assert words in page, words


@PAGES
def test_whether_she_is_seen_logged_managed_and_lawfully_placed_is_first_and_never_folded(client, cast, placement, url):
    client.force_login(cast.tom)
    flags = client.get(url(placement)).context["flags"]
    mattering = [line.is_first for line in flags.lines]
    assert mattering == sorted(mattering, reverse=True)
    assert {"LEG-05", "STF-05L", "LOG-01L", "VIS-07", "VIS-08"} <= {line.rule for line in flags.first}
    assert len(flags.folded) > 2
    assert not [line.title for line in flags.folded if line.is_first]
    cut = replace(flags, lines=[replace(line, rule="VIS-07") for line in flags.lines])
    assert (cut.first, cut.folded) == (cut.lines, [])  # however many there are


def test_a_provider_sees_what_it_needs_to_care_and_nothing_professionals_wrote(client, cast, placement):
    for url in (child_url, placement_url):
        page = text(client, cast.priya, url(placement))
        for words in ("9434765919", "refused", "To stay while", "Ines Swift", "Weekly visit", "Full care order"):
            assert words not in page, words
    assert "Likes drawing." in text(client, cast.priya, child_url(placement))


def test_a_commissioner_sees_no_visits_orders_or_numbers(client, cast, placement):
    for url in (child_url, placement_url):
        page = text(client, cast.carl, url(placement))
        for words in ("9434765919", "refused, face to face", "doors locked at night"):
            assert words not in page, words


def test_addresses_stand_behind_their_own_words_and_never_in_lists(client, cast, placement):
    page = text(client, cast.carl, child_url(placement))
    before, _ = page.split("1 Harbour Row")
    assert "Show the address" in before[-400:]
    for url in ("/", reverse("dashboards:not_known")):
        assert "Harbour Row" not in text(client, cast.carl, url)


def test_a_partner_sees_no_flags(client, cast, placement):
    client.force_login(cast.greta)
    response = client.get(child_url(placement))
    assert response.context["flags"] is None
    assert b"Overdue" not in response.content


def offered(client, user, url):
    client.force_login(user)
    response = client.get(url)
    main = response.context["main_link"]
    return {link.label for link in response.context["links"]} | ({main.label} if main else set())


def test_each_is_offered_what_her_role_may_do(client, cast, placement):
    amy = offered(client, cast.amy, child_url(placement))
    assert {"Log a visit", "Record a legal status", "Record a decision", "Move to another placement"} <= amy
    assert "Allocate a worker" not in amy
    assert "Allocate a worker" in offered(client, cast.tom, child_url(placement))
    assert offered(client, cast.priya, child_url(placement)) == {
        "Write the daily log",
        "Record what the child asks for",
        "Raise a concern",
        "Ask for a strategy discussion",
        "Refer somebody to the LADO",
        "Escalate something",
    }
    assert offered(client, cast.greta, child_url(placement)) == {
        "Raise a concern",
        "Ask for a strategy discussion",
        "Refer somebody to the LADO",
        "Escalate something",
        "Meetings and actions",
    }
    assert "Appoint a manager" in offered(client, cast.amy, placement_url(placement))
    assert "Authorise this unregistered placement" in offered(client, cast.dora, placement_url(placement))
    assert "Authorise this unregistered placement" not in offered(client, cast.dee, placement_url(placement))


def test_what_is_offered_follows_the_state(client, cast, placement):
    cast.manager(placement, noon(3))
    assert "Appoint a manager" not in offered(client, cast.amy, placement_url(placement))
    Placement.objects.filter(pk=placement.pk).update(ended_on=ago(1))
    assert offered(client, cast.amy, placement_url(placement)) == {"Correct this placement"}  # what it was, nothing new
    assert "Start a placement" in offered(client, cast.amy, child_url(placement))
    CareEpisode.objects.filter(child=placement.child).update(ended_on=ago(1))
    after = offered(client, cast.amy, child_url(placement))
    assert "Record the start of being looked after" in after
    assert "Start a placement" not in after


def test_a_placement_known_only_from_a_return_says_so_and_can_be_taken_on(client, cast):
    child = cast.child(since=ago(400))
    known = Placement.objects.create(child=child, type="K2", started_on=ago(300), from_return=True)
    client.force_login(cast.amy)
    for url in (placement_url, child_url):
        response = client.get(url(known))
        assert "No records since" in response.content.decode()
        assert "Nothing is overdue" not in response.content.decode()
        assert response.context["take_on"].href == reverse("placements:take_on", args=[known.pk])
        assert response.context["main_link"] is None
    client.force_login(cast.ines)
    cast.allocate(child, cast.ines, part=Allocation.Part.IRO, since=ago(9))
    assert client.get(placement_url(known)).context["take_on"] is None


def test_a_planned_placement_is_told_apart(client, cast):
    child = cast.child(since=ago(90))
    planned = cast.placement(child, ago(-5), home=cast.home(status="registered", registered_for="childrens_home"))
    client.force_login(cast.amy)
    assert b"Planned from" in client.get(placement_url(planned)).content
    response = client.get(child_url(planned))
    assert response.context["state"] is None
    assert response.context["planned"] == [planned]
    assert "Call this plan off" in offered(client, cast.amy, placement_url(planned))


def test_a_corrected_visit_is_shown_as_corrected(client, cast, placement):
    was = visit(placement, 5, cast.amy)
    Addition.objects.create(
        visit=was, kind="correction", text="In bed.", reason="Wrong box", outcome="not_home", by=cast.amy
    )
    page = text(client, cast.amy, placement_url(placement))
    assert "(corrected)" in page
    assert "Visit by Amy Sparrow: not there, or not met" in text(client, cast.amy, child_url(placement))


def test_who_changed_what_is_on_both_pages(client, cast, placement):
    placement.child.known_as = "Birdie"
    placement.child.save()
    assert "Birdie" in text(client, cast.amy, child_url(placement))
    client.force_login(cast.amy)
    entries = client.get(child_url(placement)).context["history"]
    assert any((change.old, change.new) == ("", "Birdie") for entry in entries for change in entry.changes)


# --- cost -------------------------------------------------------------------------------------------------------------


def test_a_longer_history_takes_no_more_queries(client, cast, placement):
    child = placement.child

    def taken():
        found = {}
        for user in (cast.amy, cast.dee, cast.priya, cast.greta):
            client.force_login(user)
            found |= {(user.role, url): queries(client, url(placement)) for url in (child_url, placement_url)}
        return found

    for days in (8, 9):
        visit(placement, days, cast.ben)
    few = taken()
    for days in range(10, 28):
        log(placement, days, cast.priya)
        visit(placement, days, cast.ben)
        cast.placement(child, ago(400 - days), type="U6", ended_on=ago(399 - days))
    LegalStatus.objects.filter(child=child).update(ended_on=ago(300))
    for days in range(300, 280, -1):
        LegalStatus.objects.create(child=child, code="C2", started_on=ago(days), ended_on=ago(days - 1))
    for _ in range(15):
        Decision.objects.create(
            child=child,
            decided_on=ago(9),
            what="x",
            why="y",
            decided_by="z",
            by_what_authority="w",
            recorded_by=cast.tom,
        )
    sweep(as_of=clock.now())
    many = taken()
    assert [page for page in few if many[page] > few[page]] == []
    assert max(few.values()) <= 50


def test_the_history_tells_of_the_orders_too(client, cast, placement):
    """What the page shows can be seen to have changed: an order as well as a status."""
    order = placement.child.dol_orders.get()
    discharge_dol_order(
        order=order, discharged_on=clock.local_date(clock.now()), discharge_reason="The judge ended it.", by=cast.amy,
        as_of=clock.now(),
    )  # fmt: skip
    client.force_login(cast.amy)
    for page in (child_url(placement), placement_url(placement)):
        entries = client.get(page).context["history"]
        told = [entry for entry in entries if entry.why == "The judge ended it."]
        assert [entry.who for entry in told] == ["Amy Sparrow"], page
        assert any(change.new == "The judge ended it." for change in told[0].changes)
