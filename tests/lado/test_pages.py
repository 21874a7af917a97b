"""The pages: each works, a stranger finds nothing, a reader may not act, and numbers lead to what they count."""

import csv
import io
import re

import pytest
from django.urls import reverse

from core import clock
from governance.actions import concerns, protection
from lado import actions, report
from lado.models import Admission, ConductDecision, Receipt, Referral, ReferralAction, ReferralStep
from lado.views import cases
from tests.lado.scene import DAY, SAID, TODAY


def page(name, *args, **query):
    return reverse(f"lado:{name}", args=args) + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")


def seen(client, name, *args, status=200, **query):
    response = client.get(page(name, *args, **query))
    assert response.status_code == status
    return response.content.decode()


def sends(client, name, *args, **data):
    return client.post(page(name, *args), data)


def on(day, name):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def test_a_shift_leader_refers_from_nowhere_and_reads_a_receipt(scene, client):
    client.force_login(scene.cast.priya)
    shown = seen(client, "refer")
    assert "Asleep on a waking night" in shown
    assert "Is it about the LADO?" in shown
    assert sends(client, "refer", named="K").status_code == 422
    assert not Receipt.objects.exists()
    answer = sends(client, "refer", **SAID, carer=scene.carer.pk, child=scene.child.pk, stand_down="on", source="child")
    receipt = Receipt.objects.get()
    assert answer.url == page("receipt", receipt.reference)
    shown = client.get(answer.url).content.decode()
    assert receipt.reference in shown
    assert not any(word in shown for word in ("Dotterel", "Skye", "wrist", "Lee Martin"))
    assert receipt.referral.source == "child"
    assert receipt.reference in seen(client, "mine")
    seen(client, "case", receipt.referral.pk, status=404)
    assert client.get(page("cases")).status_code == 403


def test_the_lado_walks_a_referral_to_its_end(scene, client):
    referral = scene.refer(named="Kay", child=scene.child, as_of=clock.now() - 3 * DAY)
    yesterday = TODAY - DAY
    client.force_login(scene.cast.lee)
    assert "Evaluate it" in seen(client, "cases")
    pk = referral.pk
    for name, data in (
        ("identify", {"carer": scene.carer.pk}),
        ("evaluate", {"decision": "meeting", "text": "T"}),
        ("meeting", {"who_was_there": "W", "text": "T", **on(yesterday, "held_at"), "held_at_time": "12:00"}),
        ("note", {"kind": "strategy", "text": "T"}),
        ("task", {"kind": "police", "what": "Interview", "who": "Pete", **on(TODAY, "due_on")}),
        ("police", {"involved": "yes", "why": "W"}),
        ("stand_down", {"sure": "on"}),
        ("removal", {"why": "W", **on(TODAY, "removed_on")}),
        ("not_removed", {"why": "W"}),
        ("removal", {"why": "W", **on(TODAY, "removed_on")}),
        ("attach", {"placement": scene.placement.pk}),
        ("admit", {"person": scene.cast.sal.pk, "why": "W"}),
    ):
        answer = sends(client, name, pk, **data)
        assert (answer.status_code, answer.url) == (302, page("case", pk)), name
    sends(client, "done", ReferralAction.objects.get().pk, evidence="E", **on(TODAY, "done_on"))
    shown = seen(client, "case", pk)
    for words in ("Kay Dotterel", "Interview", "Strategy discussion", "Sal Plover", "Stood down"):
        assert words in shown
    assert "Skye" not in shown  # the LADO sees no child’s file, and reads her reference
    assert scene.child.reference in shown
    sends(client, "end_admission", Admission.objects.get().pk, sure="on")
    assert sends(client, "close", pk, outcome="resigned", reasons="R", summary="S").status_code == 422
    sends(client, "close", pk, outcome="unfounded", reasons="R", summary="S", answer="It was looked into.")
    referral.refresh_from_db()
    assert referral.outcome == "unfounded"
    assert "Kept until pension age" in seen(client, "case", pk)
    shown = seen(client, "cases")  # the DBS has not been told: it stays in hand
    assert "1</strong> referral" in shown
    assert "Disclosure and Barring Service" in shown
    sends(client, "task", pk, kind="dbs", what="Refer", who="H", **on(TODAY, "due_on"))
    sends(client, "done", ReferralAction.objects.latest("pk").pk, evidence="E", **on(TODAY, "done_on"))
    assert "0</strong> referrals" in seen(client, "cases")
    assert "1</strong> referral" in seen(client, "cases", show="closed")
    assert "Reached the LADO: 1 April" in seen(client, "cases", show="all", length="one", year=report.year_of(TODAY))
    client.force_login(scene.pete)
    assert "It was looked into." in seen(client, "receipt", Receipt.objects.get().reference)


def test_whoever_was_let_in_reads_and_is_offered_nothing_to_do(scene, client):
    referral = scene.refer(child=scene.child)
    scene.act("admit", referral, person=scene.cast.sal, why="W")
    client.force_login(scene.cast.sal)
    assert "Do something about it" not in seen(client, "case", referral.pk)
    assert f"Referral {referral.number}" in seen(client, "mine")
    for name in ("evaluate", "note", "close", "admit"):
        assert client.get(page(name, referral.pk)).status_code == 403
    client.force_login(scene.cast.hana)
    for name in ("case", "evaluate", "note", "close", "admit"):
        assert client.get(page(name, referral.pk)).status_code == 404


def main_button(shown):
    """Where the button leads that begins something."""
    [href] = re.findall(r'<a href="([^"]+)" role="button"', shown)
    return href


def test_a_manager_decides_from_the_concern_and_from_the_carer(scene, client):
    from tests.lado.test_referring import concern_about, found_asleep

    concern, look = concern_about(scene, scene.carer), found_asleep(scene)
    client.force_login(scene.cast.tom)
    shown = client.get(reverse("governance:concern", args=[concern.pk])).content.decode()
    assert page("decide_concern", concern.pk) in shown
    assert "Decide whether it is referred to the LADO" in shown
    shown = seen(client, "decide_concern", concern.pk)
    assert "professional neglect" in shown
    assert main_button(shown) == page("refer_concern", concern.pk)
    answer = sends(client, "decide_concern", concern.pk, because="Two saw it.")
    assert answer.url == reverse("governance:concern", args=[concern.pk])
    shown = client.get(answer.url).content.decode()
    assert "Passed to safeguarding" in shown
    assert "Two saw it." not in shown
    assert page("decide_concern", concern.pk) not in shown
    shown = seen(client, "decide_carer", scene.carer.pk)
    assert "Found asleep" in shown
    assert main_button(shown) == page("refer_carer", scene.carer.pk)
    sends(client, "decide_carer", scene.carer.pk, because="It was a sleep-in.")
    assert ConductDecision.objects.get(look=look).because == "It was a sleep-in."
    client.force_login(scene.cast.lee)
    shown = seen(client, "cases")
    assert page("look", concern.pk) in shown
    assert "Two saw it." in seen(client, "look", concern.pk)
    assert sends(client, "look", concern.pk, sure="on").url == page("cases")
    shown = seen(client, "cases")
    assert page("look", concern.pk) not in shown
    assert "Two saw it." in shown
    assert shown.count("Take it up all the same") == 2
    scene.refer(by=scene.cast.tom, concern=concern, as_of=clock.now())
    shown = seen(client, "cases")
    assert shown.count("Take it up all the same") == 1
    assert "It has been referred" in shown
    Referral.objects.filter(concern=concern).update(account=scene.cast.lee)  # what is about them they do not hear of
    assert seen(client, "cases").count("Take it up all the same") == 2
    another = concern_about(scene)
    assert "Laughed as she cried." in seen(client, "decide_concern", another.pk)
    answer = sends(client, "decide_concern", another.pk, because="It is one of the agency’s own.")
    assert client.get(answer.url).status_code == 200
    client.force_login(scene.cast.carl)
    assert client.get(page("decide_concern", concern.pk)).status_code == 403


def test_the_lado_reads_when_there_was_a_strategy_discussion_about_it_and_no_word_of_it(scene, client):
    from tests.lado.test_referring import concern_about

    concern = concern_about(scene, scene.carer)
    referral = scene.refer(scene.cast.tom, concern=concern)
    protection.record_strategy(
        child=scene.child, why="She has bruises.", held_at=clock.now(), chair="Tom Heron", concerns=[concern],
        there={"social_care": "Tom", "police": "Pete", "health": "Nell"}, outcome="enquiry", reasons="Two saw it.",
        by=scene.cast.tom, as_of=clock.now(),
    )  # fmt: skip
    scene.act("admit", referral, person=scene.cast.hana, why="W")
    client.force_login(scene.cast.lee)
    shown = seen(client, "case", referral.pk)
    assert "Section 47 enquiry began" in shown
    assert not any(words in shown for words in ("She has bruises.", "Two saw it.", "Nell"))
    client.force_login(scene.cast.hana)  # let in to read, and no more
    assert "Section 47 enquiry" not in seen(client, "case", referral.pk)


@pytest.mark.failing("F120")
def test_one_workers_page_gathers_everything_and_is_behind_the_door(scene, client):
    from tests.lado.test_referring import concern_about, found_asleep

    concern = concern_about(scene, named="Kay")
    actions.do_not_refer(concern=concern, because="Two saw it.", by=scene.cast.sal, as_of=clock.now())
    concerns.identify(concern=concern, carer=scene.carer, by=scene.cast.tom, as_of=clock.now())
    client.force_login(scene.cast.lee)
    assert "Not referred, because" in seen(
        client, "worker", scene.carer.pk
    )  # though it was decided before that was said
    assert "Kay Dotterel" not in seen(client, "workers")
    found_asleep(scene)
    assert "Kay Dotterel" in seen(client, "workers")  # to be found asleep counts like a concern
    referral = scene.refer(scene.cast.tom, carer=scene.carer, child=scene.child, stand_down=True)
    shown = seen(client, "worker", scene.carer.pk)
    for words in (
        str(referral),
        "Concern 1",
        "Found asleep",
        "Stood down",
        scene.child.reference,
        "Harbour Light Care",
    ):
        assert words in shown
    scene.carer.account = scene.cast.lee
    scene.carer.save()
    assert "Kay Dotterel" not in seen(client, "workers")
    seen(client, "worker", scene.carer.pk, status=404)


def test_the_pages_ask_the_same_however_many_there_are(scene, client, django_assert_max_num_queries, monkeypatch):
    def several(number):
        for _ in range(number):
            referral = scene.refer(child=scene.child, as_of=clock.now() - 3 * DAY)
            scene.evaluate(referral)
            scene.act("add_action", referral, kind="police", what="W", who="W", due_on=TODAY)

    client.force_login(scene.cast.lee)
    several(2)
    seen(client, "cases")
    with django_assert_max_num_queries(24) as asked:
        seen(client, "cases")
    few = len(asked)
    several(5)
    monkeypatch.setattr(cases, "A_PAGE", 2)
    with django_assert_max_num_queries(few + 1):  # of all there ever was, one page is read
        shown = seen(client, "cases", show="all")
    assert "7</strong> referrals" in shown
    assert len(re.findall(r'href="/allegations/\d+/"', shown)) == 2
    with django_assert_max_num_queries(few):
        seen(client, "cases")
    with django_assert_max_num_queries(32):
        seen(client, "case", Referral.objects.latest("pk").pk)


# --- the year ---------------------------------------------------------------------------------------------------------


def a_year_of(scene, year):
    first = clock.start_of(clock.local_date(clock.now()).replace(year=year, month=4, day=1))
    rows = [
        ("police", "carer", "physical", 0, 20),
        ("police", "manager", "neglect", 40, 90),
        ("child", "carer", "sexual", 364, None),
    ]
    for number, (source, post, category, day, took) in enumerate(rows, start=1):
        received = first + day * DAY + 9 * DAY / 24
        ended = {} if took is None else {
            "closed_at": received + took * DAY, "outcome": "substantiated", "retention": "long", "evaluated_at": received,
        }  # fmt: skip
        Referral.objects.create(
            authority=scene.cast.north, number=number, named="=HYPERLINK()", post=post, harmed=True, category=category, what="W",
            source=source, referred_by=scene.pete, received_at=received, owner=scene.cast.lee, **ended,
        )  # fmt: skip
    Referral.objects.create(
        authority=scene.cast.north, number=9, named="N", post="carer", harmed=True, category="physical", what="W",
        source="police", referred_by=scene.pete, received_at=first - DAY / 24, owner=scene.cast.lee,
    )  # fmt: skip


def test_each_part_of_the_years_numbers_adds_up_and_leads_to_what_it_counts(scene, client):
    year = report.year_of(TODAY) - 1
    a_year_of(scene, year)
    rows = report.rows_of(Referral.for_user(scene.cast.lee), year)
    assert len(rows) == 3  # the hour before 1 April is another year’s
    for part, numbers in report.counted(rows):
        assert sum(number for _, _, number in numbers) == 3, part.key
    found = {part.key: {code: n for code, _, n in numbers if n} for part, numbers in report.counted(rows)}
    assert found == {
        "source": {"police": 2, "child": 1}, "post": {"carer": 2, "manager": 1},
        "category": {"physical": 1, "neglect": 1, "sexual": 1}, "outcome": {"substantiated": 2, "open": 1},
        "length": {"one": 1, "three": 1, "open": 1},
    }  # fmt: skip
    client.force_login(scene.cast.lee)
    assert "What is to be learnt" not in seen(client, "year", year=year)
    of_it = Referral.objects.get(number=1)
    of_it.child = scene.child
    of_it.carer = scene.carer
    of_it.save()
    ReferralStep.objects.create(
        referral=of_it, kind="learning", by=scene.cast.lee, happened_at=of_it.received_at,
        text="Two awake at night: Kay could not watch SKYE alone.",
    )  # fmt: skip
    shown = seen(client, "year", year=year)
    assert "Two awake at night: [name] could not watch [name] alone." in shown
    links = re.findall(r'<a [^>]*href="(/allegations/\?[^"]+)"[^>]*>(?:<strong>)?(\d+)', shown)
    assert len(links) > 12
    for href, number in links:
        assert f"<strong>{number}</strong> referral" in client.get(href.replace("&amp;", "&")).content.decode(), href
    assert "brought to an outcome in 55 days" in shown


def test_the_sheet_has_a_line_a_referral_and_no_name(scene, client):
    year = report.year_of(TODAY) - 1
    a_year_of(scene, year)
    client.force_login(scene.cast.lee)
    sheet = client.get(page("year_sheet", year=year))
    lines = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert lines[0] == list(report.HEAD)
    assert [line[0] for line in lines[1:]] == ["1", "2", "3"]
    assert [line[-1] for line in lines[1:]] == ["20", "90", ""]
    assert "HYPERLINK" not in sheet.content.decode()
    for nonsense in ("banana", "00202400", "20244"):
        assert client.get(page("year", year=nonsense)).status_code == 200
    assert client.get(page("cases", year="²")).status_code == 200


def test_where_it_can_have_arisen_is_offered_first(scene, client):
    """The placements of the day it happened or, where that is not known, was referred; then all others, the newest first."""
    old, last_year = (scene.cast.placement(scene.cast.child(), TODAY - n * DAY) for n in (900, 300))
    for placement, ended in ((old, 600), (last_year, 200)):
        placement.ended_on = TODAY - ended * DAY
        placement.save()
    client.force_login(scene.cast.lee)
    for happened_at, offered in (
        (None, [scene.placement, last_year, old]),
        (clock.now() - 250 * DAY, [last_year, scene.placement, old]),
    ):
        shown = seen(client, "attach", scene.refer(happened_at=happened_at).pk)
        places = [shown.index(f'value="{placement.pk}"') for placement in offered]
        assert places == sorted(places)
