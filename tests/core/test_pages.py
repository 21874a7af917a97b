"""A form page: what is typed outlives the session, and what is sent twice is done once."""

import datetime as dt
import re
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from children.models import Decision
from core import clock
from core.errors import Conflict
from core.middleware import LAST_SEEN
from core.models import Draft, Refusal, Submission

TODAY = clock.local_date(clock.now())
KEPT = "What you had typed is kept as a draft."
OVER = "Time ran out and you were signed out."


@pytest.fixture
def amys(client, cast):
    client.force_login(cast.amy)
    return client


@pytest.fixture
def ending(cast):
    """The address of a form that has no draft of its own: the end of a placement."""
    placement = cast.placement(cast.child(), TODAY - dt.timedelta(days=30), home=cast.home())
    return reverse("placements:end", args=[placement.pk])


def run_out(client, settings):
    """The session has been idle too long."""
    client.get(reverse("core:account"))
    session = client.session
    session[LAST_SEEN] -= settings.SESSION_IDLE_SECONDS + 60
    session.save()


def hidden(page, name):
    """What a hidden field of the page holds."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page.content.decode())
    return found and found[1]


# --- typing outlives the session ----------------------------------------------------------------------------------------


def test_typing_sent_too_late_is_found_again_in_every_form(amys, cast, ending, settings):
    key = hidden(amys.get(ending), "draft_key")
    assert key
    run_out(amys, settings)
    typing = {"draft_key": key, "end_reason": "CARPL", "end_note": "She asked to be nearer her sister."}
    answer = amys.post(ending, typing, follow=True)
    assert f"{OVER} {KEPT}" in answer.content.decode()
    amys.force_login(cast.amy)
    page = amys.get(ending).content.decode()
    assert "This is your draft" in page
    assert "nearer her sister" in page


def test_it_is_gone_once_sent(amys, cast, ending, settings):
    key = hidden(amys.get(ending), "draft_key")
    run_out(amys, settings)
    amys.post(ending, {"draft_key": key, "end_reason": "CARPL"})
    amys.force_login(cast.amy)
    day = {"ended_on_day": TODAY.day, "ended_on_month": TODAY.month, "ended_on_year": TODAY.year}
    assert amys.post(ending, day | {"end_reason": "CARPL"}).status_code == 302
    assert not Draft.objects.exists()


def test_two_forms_keep_two_drafts(amys, cast, ending):
    other = cast.placement(cast.child(forename="Other"), TODAY - dt.timedelta(days=9), home=cast.home())
    keys = {
        hidden(amys.get(address), "draft_key")
        for address in (
            ending,
            reverse("placements:end", args=[other.pk]),
            reverse("placements:move", args=[other.pk]),
            reverse("children:end_care", args=[other.child.reference]),
        )
    }
    assert len(keys) == 4
    assert None not in keys


@pytest.mark.parametrize(
    ("page", "data"),
    [("core:password_change", {"old_password": "x", "new_password": "y"}), ("core:account", None)],
)
def test_nothing_is_said_to_be_kept_that_is_not(amys, settings, page, data):
    run_out(amys, settings)
    address = reverse(page)
    answer = (amys.get(address) if data is None else amys.post(address, data)) and amys.get(reverse("core:sign_in"))
    assert OVER in answer.content.decode()
    assert KEPT not in answer.content.decode()
    assert not Draft.objects.exists()


def test_accounts_and_files_are_never_kept(client, cast):
    client.force_login(cast.sam)
    for page in ("core:invite", "core:teams"):
        assert hidden(client.get(reverse(page)), "draft_key") is None
    for page in ("core:change_account", "core:deactivate", "core:reset"):
        assert hidden(client.get(reverse(page, args=[cast.amy.pk])), "draft_key") is None
    client.force_login(cast.dee)
    assert hidden(client.get(reverse("exchange:imports")), "draft_key") is None


def test_a_small_form_is_not_watched_as_it_is_typed(amys, ending):
    """Only forms with much to type save as they are typed; this one is kept where the session ends."""
    page = amys.get(ending).content.decode()
    assert "data-draft-url" not in page
    assert "Save draft" not in page


# --- sent twice, done once ----------------------------------------------------------------------------------------------

DECISION = {
    "decided_on_day": TODAY.day,
    "decided_on_month": TODAY.month,
    "decided_on_year": TODAY.year,
    "kind": "other",
    "what": "She stays.",
    "why": "She asks to.",
    "consulted": "Nobody.",
    "decided_by": "Tom Heron",
    "by_what_authority": "Scheme of delegation",
}


def deciding(child):
    return reverse("children:decide", args=[child.reference])


@pytest.fixture
def decide(amys, cast):
    """The address of a form that makes a new record each time it is acted on, and the number it is shown under."""
    address = deciding(cast.child())
    return address, hidden(amys.get(address), "once")


def test_a_form_sent_twice_is_acted_on_once(amys, decide):
    address, number = decide
    first = amys.post(address, DECISION | {"once": number})
    second = amys.post(address, DECISION | {"once": number})
    assert first.status_code == second.status_code == 302
    assert second.url == first.url
    assert Decision.objects.count() == Submission.objects.count() == 1
    assert amys.get(first.url).content.decode().count("Decision recorded") == 1


def test_another_form_or_other_words_are_another_submission(amys, decide):
    """A page fetched from the browser's memory and filled in anew is never swallowed."""
    address, number = decide
    amys.post(address, DECISION | {"once": number})
    amys.post(address, DECISION | {"once": number, "what": "She moves."})
    amys.post(address, DECISION | {"once": hidden(amys.get(address), "once")})
    assert Decision.objects.count() == 3


def test_without_a_number_it_is_acted_on_as_ever(amys, decide):
    for number in ({}, {"once": ""}, {"once": "nonsense"}):
        assert amys.post(decide[0], DECISION | number).status_code == 302
    assert Decision.objects.count() == 3
    assert not Submission.objects.exists()


def test_a_form_that_was_wrong_keeps_its_number_and_is_acted_on_once_right(amys, decide):
    address, number = decide
    wrong = amys.post(address, DECISION | {"once": number, "why": ""})
    assert wrong.status_code == 422
    assert hidden(wrong, "once") == number
    amys.post(address, DECISION | {"once": number})
    amys.post(address, DECISION | {"once": number})
    assert Decision.objects.count() == 1


def test_one_persons_number_is_not_anothers(amys, cast, client, decide):
    address, number = decide
    amys.post(address, DECISION | {"once": number})
    client.force_login(cast.tom)
    client.post(address, DECISION | {"once": number})
    assert Decision.objects.count() == Submission.objects.count() == 2


def test_what_a_gate_refuses_is_recorded_and_may_be_tried_again(amys, cast):
    """The refusal outlives the transaction it was refused in; the submission does not."""
    young = cast.child(born=TODAY.replace(year=TODAY.year - 12, day=1), since=TODAY - dt.timedelta(days=400))
    home = cast.home(status="registered", registered_for="supported_accommodation")
    address = reverse("placements:start", args=[young.reference])
    day = TODAY + dt.timedelta(days=3)
    typing = {
        "home": home.pk, "type": "K3", "basis": "planned", "why": "Nothing else.", "until_18": "no",
        "alternatives": "None.", "consulted": "Nobody.",
        "started_on_day": day.day, "started_on_month": day.month, "started_on_year": day.year,
        "once": hidden(amys.get(address), "once"),
    }  # fmt: skip
    for times in (1, 2):
        assert amys.post(address, typing).status_code == 422
        assert Refusal.objects.count() == times
    assert Refusal.objects.first().action == "start_placement"
    assert not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outcome", ["done", "failed"])
def test_two_at_one_moment_take_turns(cast, monkeypatch, outcome):
    """The second waits: then it goes where the first went or, where the first came to nothing, it is the first."""
    from children import actions

    child = cast.child()
    clients = [Client(), Client()]
    for each in clients:
        each.force_login(cast.amy)
    address = deciding(child)
    number = hidden(clients[0].get(address), "once")
    inside, go_on, answers = threading.Event(), threading.Event(), {}
    whole, acted = actions.record_decision, []

    def slow(**kwargs):
        acted.append(1)
        if len(acted) == 1:
            inside.set()
            go_on.wait(20)
            if outcome == "failed":
                raise Conflict("Somebody else was there.")
        return whole(**kwargs)

    monkeypatch.setattr(actions, "record_decision", slow)

    def send(which):
        try:
            answers[which] = clients[which].post(address, DECISION | {"once": number})
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send, args=[which]) for which in (0, 1)]
    senders[0].start()
    assert inside.wait(20)
    senders[1].start()
    senders[1].join(1)
    assert senders[1].is_alive()  # it waits
    go_on.set()
    for sender in senders:
        sender.join(20)
    assert Decision.objects.count() == Submission.objects.count() == 1
    assert answers[1].status_code == 302
    assert answers[0].status_code == (302 if outcome == "done" else 409)
    assert len(acted) == (1 if outcome == "done" else 2)


def test_what_is_too_long_to_be_read_is_not_said_to_be_kept(amys, ending, settings):
    """More than the ten megabytes a form may have: it is refused before anything could be kept of it."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    key = hidden(amys.get(ending), "draft_key")
    answer = amys.post(ending, {"draft_key": key, "end_note": "x" * 2_000})
    assert answer.status_code == 400
    assert "kept as a draft" not in answer.content.decode()
    assert "send it in parts" in answer.content.decode()
    assert not Draft.objects.exists()
