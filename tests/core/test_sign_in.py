"""Signing in and out, sessions and their limits, passwords, and drafts that outlive a session."""

import datetime as dt
import logging
import re
import statistics
import time
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from core import accounts, clock, outbox, sign_in
from core.middleware import LAST_SEEN, STARTED
from core.models import Draft, SignInFailure
from tests.cast import PASSWORD

SIGN_IN = "/sign-in/"


@pytest.fixture(autouse=True)
def home(settings):
    settings.LOGIN_REDIRECT_URL = "/"


def enter(client, email="amy@example.org", password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"email": email, "password": password} | extra)


def is_signed_in(client):
    return get_user(client).is_authenticated


@pytest.fixture
def amys(client, cast):
    """Amy's browser, signed in."""
    assert enter(client).status_code == 302
    return client


def test_signing_in_leads_to_my_work(client, cast):
    response = enter(client)
    assert (response.status_code, response.url) == (302, "/")
    assert get_user(client) == cast.amy


def test_an_address_in_other_letters_and_with_spaces_is_the_same(client, cast):
    assert enter(client, email=" Amy@Example.ORG ").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [("amy@example.org", "not her password"), ("nobody@example.org", PASSWORD), ("gone@example.org", PASSWORD)],
)
def test_whatever_is_wrong_the_answer_is_the_same(client, cast, email, password):
    cast.person("gone", "Gone Away", "social_worker", team=cast.team, is_active=False)
    response = enter(client, email, password)
    assert response.status_code == 422
    body = response.content.decode()
    assert "The email address or the password is not right" in body
    assert body.count(email) == 1  # what was typed is still there
    assert password not in body
    assert not is_signed_in(client)


def test_wrong_answers_take_the_same_time(client, cast, settings, monkeypatch):
    """With a hasher as slow as in life, knowing an address cannot be told from not knowing it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr(sign_in, "TRIES", 10_000)
    monkeypatch.setattr(sign_in, "TRIES_FROM_ONE_ADDRESS", 10_000)
    cast.amy.set_password(PASSWORD)
    cast.amy.save()
    took = {"amy@example.org": [], "nobody@example.org": []}
    for _ in range(7):
        for email, times in took.items():
            start = time.thread_time()  # what the processor did, whatever else it is doing
            enter(client, email, "wrong")
            times.append(time.thread_time() - start)
    known, unknown = (statistics.median(times) for times in took.values())
    assert known > 0.05  # the hasher was slow indeed
    assert abs(known - unknown) / known < 0.3


@pytest.mark.parametrize("email", ["", "not an address", "a\x00b@example.org"])
def test_bad_input_is_told_at_its_field(client, cast, email):
    response = enter(client, email)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()


@pytest.mark.parametrize(
    "to",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "javascript:alert(1)",
        "\\\\elsewhere",
        SIGN_IN,
        "/sign-out/",
    ],
)
def test_nobody_is_sent_anywhere_else(client, cast, to):
    assert enter(client, next=to).url == "/"


def test_one_returns_to_where_one_was(client, cast):
    page = reverse("core:account") + "?tab=2"
    response = client.get(page)
    assert response.url == f"{SIGN_IN}?next={quote(page)}"
    form = client.get(response.url).content.decode()
    assert f'name="next" value="{page}"' in form
    assert enter(client, next=page).url == page


def test_the_session_key_changes_at_sign_in(client, cast):
    client.get(SIGN_IN)
    session = client.session
    session["kept"] = "yes"
    session.save()
    before = session.session_key
    client.cookies["session"] = before
    enter(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_signing_in_costs_a_bounded_number_of_queries(client, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        enter(client)
    with django_assert_max_num_queries(5):  # the session, the person, her team, her authority, the last sweep
        client.get(reverse("core:account"))


def test_signing_out_ends_the_session_on_the_server(amys, cast):
    key = amys.session.session_key
    response = amys.post(reverse("core:sign_out"))
    assert response.url == reverse("core:signed_out")
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert not Session.objects.filter(pk=key).exists()
    stolen = Client()
    stolen.cookies["session"] = key
    assert not is_signed_in(stolen)


def test_signing_out_takes_a_post(amys):
    assert amys.get(reverse("core:sign_out")).status_code == 405
    assert is_signed_in(amys)


def test_signing_out_twice_is_no_matter(amys):
    amys.post(reverse("core:sign_out"))
    assert amys.post(reverse("core:sign_out")).url == reverse("core:signed_out")


def test_no_page_stays_in_a_browser(amys):
    assert amys.get(reverse("core:account")).headers["Cache-Control"] == "no-store"


# --- too many tries -----------------------------------------------------------------------------------------------


def test_after_ten_failures_even_the_right_password_waits(client, cast, monkeypatch):
    for _ in range(sign_in.TRIES):
        assert enter(client, password="wrong").status_code == 422
    response = enter(client)
    assert response.status_code == 429
    assert "Wait 5 minutes" in response.content.decode()
    assert enter(client, email="AMY@example.org").status_code == 429
    assert enter(client, email="tom@example.org").status_code == 302
    later = clock.now() + sign_in.WINDOW + dt.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    fresh = Client()
    assert enter(fresh).status_code == 302


def test_someone_elsewhere_is_not_made_to_wait(client, cast):
    for _ in range(sign_in.TRIES):
        enter(client, password="wrong")
    assert enter(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_one_address_cannot_try_one_password_on_everybody(client, cast, monkeypatch):
    monkeypatch.setattr(sign_in, "TRIES_FROM_ONE_ADDRESS", 5)
    for n in range(5):
        enter(client, email=f"person{n}@example.org", password="Spring2026")
    assert enter(client, email="person9@example.org").status_code == 429


def test_an_unknown_address_waits_too(client, cast):
    for _ in range(sign_in.TRIES):
        enter(client, email="nobody@example.org")
    assert enter(client, email="nobody@example.org").status_code == 429


def test_what_is_kept_of_a_failure_names_nobody_and_is_soon_forgotten(client, cast):
    enter(client, password="wrong")
    assert SignInFailure.objects.count() == 2
    assert all(re.fullmatch("[0-9a-f]{64}", failure.mark) for failure in SignInFailure.objects.all())
    sign_in.note_failure(email="b@example.org", address="192.0.2.1", as_of=clock.now() + dt.timedelta(minutes=6))
    assert SignInFailure.objects.count() == 2


def test_in_production_an_address_is_what_our_own_proxy_saw(rf, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = rf.get("/", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.5", REMOTE_ADDR="172.16.0.1")
    assert sign_in.address_of(request) == "203.0.113.5"


# --- limits of a session ------------------------------------------------------------------------------------------


def age(client, *, idle=0, started=0):
    session = client.session
    now = int(clock.now().timestamp())
    session[LAST_SEEN], session[STARTED] = now - idle, now - started
    session.save()


def test_a_session_left_alone_ends(amys, settings):
    amys.get(reverse("core:account"))
    age(amys, idle=settings.SESSION_IDLE_SECONDS - 5)
    assert amys.get(reverse("core:account")).status_code == 200
    age(amys, idle=settings.SESSION_IDLE_SECONDS + 5)
    key = amys.session.session_key
    response = amys.get(reverse("core:account"), follow=True)
    assert "Time ran out" in response.content.decode()
    assert not is_signed_in(amys)
    assert not Session.objects.filter(pk=key).exists()


def test_a_busy_session_ends_too_in_the_end(amys, settings):
    age(amys, started=settings.SESSION_ABSOLUTE_SECONDS - 5)
    assert amys.get(reverse("core:account")).status_code == 200
    age(amys, started=settings.SESSION_ABSOLUTE_SECONDS + 5)
    assert amys.get(reverse("core:account")).status_code == 302


def test_being_busy_moves_the_idle_limit(amys, settings):
    amys.get(reverse("core:account"))
    age(amys, idle=settings.SESSION_IDLE_SECONDS - 5)
    amys.get(reverse("core:account"))
    assert clock.now().timestamp() - amys.session[LAST_SEEN] < 60


def test_what_is_posted_too_late_is_kept_as_a_draft_and_not_acted_on(amys, cast, settings):
    age(amys, idle=settings.SESSION_IDLE_SECONDS + 5)
    page = reverse("core:password_change")
    response = amys.post(page, {"draft_key": "visit-12", "childs_words": "I like it here", "checked": ["rota", "logs"]})
    assert response.url == f"{SIGN_IN}?next={quote(page)}"
    draft = Draft.objects.get()
    assert (draft.user, draft.key) == (cast.amy, "visit-12")
    assert draft.data == {"childs_words": ["I like it here"], "checked": ["rota", "logs"]}


def test_a_forged_late_post_leaves_no_draft(cast, settings):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.amy)
    strict.get(reverse("core:account"))
    age(strict, idle=settings.SESSION_IDLE_SECONDS + 5)
    response = strict.post(reverse("core:password_change"), {"draft_key": "visit-12", "childs_words": "Forged"})
    assert response.status_code == 403
    assert not Draft.objects.exists()


def test_every_session_of_a_deactivated_account_is_dead_and_stays_so(amys, cast):
    accounts.deactivate(account=cast.amy, reason="Left the council", by=cast.sam, as_of=clock.now())
    assert amys.get(reverse("core:account")).status_code == 302
    accounts.reactivate(account=cast.amy, reason="Came back", by=cast.sam, as_of=clock.now())
    assert amys.get(reverse("core:account")).status_code == 302


def test_a_reset_ends_every_session_and_the_old_password(amys, cast):
    accounts.reset(account=cast.amy, by=cast.sam, as_of=clock.now())
    assert amys.get(reverse("core:account")).status_code == 302
    assert enter(Client()).status_code == 422


# --- passwords ----------------------------------------------------------------------------------------------------


def link_from_mail(as_of=None):
    outbox.deliver(as_of=as_of or clock.now())
    return re.search(r"https?://[^/\s]+(/password/\S+)", mail.outbox[-1].body)[1]


def test_a_link_from_an_invitation_lets_its_owner_choose_a_password_once(client, cast):
    new = accounts.invite(
        email="New@Example.org",
        name="Nell Avocet",
        role="social_worker",
        team=cast.team,
        by=cast.sam,
        as_of=clock.now(),
    )
    link = link_from_mail()
    opened = client.get(link)
    assert opened.status_code == 302
    assert link.split("/")[-2] not in opened.url  # the token is in the session, not in the address
    page = opened.url
    assert client.get(page).status_code == 200
    short = client.post(page, {"new_password": "short"})
    assert short.status_code == 422
    assert "at least 12 characters" in short.content.decode()
    assert client.post(page, {"new_password": "three calm otters"}).url == SIGN_IN
    assert enter(client, "new@example.org", "three calm otters").status_code == 302
    assert get_user(client) == new
    assert Client().get(link).status_code == 410
    new.refresh_from_db()
    assert new.password_set_at is not None


def test_a_link_is_made_when_it_is_sent_and_is_never_kept(cast):
    accounts.reset(account=cast.amy, by=cast.sam, as_of=clock.now())
    from core.models import OutboxMessage

    kept = OutboxMessage.objects.get()
    outbox.deliver(as_of=clock.now())
    kept.refresh_from_db()
    assert outbox.LINK in kept.body
    assert "/password/" not in kept.body
    assert "Amy" not in mail.outbox[0].body


def test_a_link_ends_after_a_day(client, cast, settings):
    accounts.reset(account=cast.amy, by=cast.sam, as_of=clock.now())
    link = link_from_mail()
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert client.get(link).status_code == 410


@pytest.mark.parametrize(
    "link", ["/password/MQ/x-y/", "/password/!!/chosen/", "/password/MQ/chosen/", "/password/%F0%9F/abc/"]
)
def test_a_made_up_link_opens_nothing(client, cast, link):
    assert client.get(link).status_code in (404, 410)


def test_one_persons_link_is_no_use_for_another(client, cast):
    accounts.reset(account=cast.amy, by=cast.sam, as_of=clock.now())
    token = link_from_mail().split("/")[-2]
    tom = accounts.password_link(cast.tom).split("/")[-3]
    assert client.get(f"/password/{tom}/{token}/").status_code == 410


def test_choosing_a_password_signs_out_whoever_was_signed_in_there(amys, cast):
    accounts.reset(account=cast.tom, by=cast.sam, as_of=clock.now())
    page = amys.get(link_from_mail()).url
    amys.post(page, {"new_password": "three calm otters"})
    assert not is_signed_in(amys)


def test_forgetting_is_answered_alike_for_all(client, cast):
    known = client.post(reverse("core:forgotten"), {"email": "amy@example.org"})
    unknown = client.post(reverse("core:forgotten"), {"email": "nobody@example.org"})
    assert known.content == unknown.content
    client.post(reverse("core:forgotten"), {"email": "AMY@example.org"})
    outbox.deliver(as_of=clock.now())
    assert [m.to for m in mail.outbox] == [["amy@example.org"]]
    assert enter(client).status_code == 302  # her present password is still good


def test_changing_a_password_keeps_this_session_and_ends_the_others(amys, cast):
    elsewhere = Client()
    enter(elsewhere)
    response = amys.post(
        reverse("core:password_change"), {"old_password": PASSWORD, "new_password": "three calm otters"}
    )
    assert response.url == reverse("core:account")
    assert amys.get(reverse("core:account")).status_code == 200
    assert elsewhere.get(reverse("core:account")).status_code == 302
    row = cast.amy.history.first()
    assert (row.history_user, row.history_change_reason) == (cast.amy, "set_password")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("wrong", "three calm otters", "present password is not right"),
        (PASSWORD, "password1234", "too common"),
        (PASSWORD, "123456789012", "entirely numeric"),
        (PASSWORD, "amysparrow12", "too similar"),
        (PASSWORD, "", "Enter the new password"),
    ],
)
def test_a_bad_change_is_told_and_changes_nothing(amys, cast, old, new, said):
    response = amys.post(reverse("core:password_change"), {"old_password": old, "new_password": new})
    assert response.status_code == 422
    assert said in response.content.decode()
    cast.amy.refresh_from_db()
    assert cast.amy.check_password(PASSWORD)


def test_an_open_screen_is_no_place_to_guess_the_present_password(amys, cast):
    for _ in range(sign_in.TRIES):
        amys.post(reverse("core:password_change"), {"old_password": "guess", "new_password": "three calm otters"})
    response = amys.post(
        reverse("core:password_change"), {"old_password": PASSWORD, "new_password": "three calm otters"}
    )
    assert response.status_code == 429


# --- drafts, and pages about nobody -------------------------------------------------------------------------------


def test_a_draft_is_kept_for_its_writer(amys, cast):
    url = reverse("core:draft", args=["visit-12"])
    answer = amys.post(url, {"childs_words": "I like\x00 it", "csrfmiddlewaretoken": "x"})
    assert re.fullmatch(r"\d\d:\d\d", answer.json()["saved_at"])
    amys.post(url, {"childs_words": "I like it here"})
    draft = Draft.objects.get()
    assert (draft.user, draft.data) == (cast.amy, {"childs_words": ["I like it here"]})


def test_a_draft_too_long_is_refused_in_words_the_script_knows(amys):
    answer = amys.post(reverse("core:draft", args=["visit-12"]), {"childs_words": "a" * 1_500_001})
    assert answer.status_code == 413
    assert amys.post(reverse("core:draft", args=["visit-12"]), {"childs_words": "a" * 1_000_000}).status_code == 200


def test_a_draft_of_a_stranger_is_sent_to_sign_in(client, cast):
    assert client.post(reverse("core:draft", args=["visit-12"]), {"a": "b"}).status_code == 302
    assert not Draft.objects.exists()


def test_a_draft_is_not_read_back(amys):
    assert amys.get(reverse("core:draft", args=["visit-12"])).status_code == 405


@pytest.mark.parametrize(
    "name", ["core:hidden", "core:accessibility", "core:signed_out", "core:sign_in", "core:forgotten"]
)
def test_public_pages(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 200


def test_the_page_that_hides_says_nothing_of_the_service(amys):
    body = amys.get(reverse("core:hidden")).content.decode()
    assert "Held" not in body
    assert "Amy" not in body


def test_a_form_opened_before_signing_in_is_refused_and_its_typing_shown(cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.amy)
    words = "She said: <b>I like it here</b> and smiled."
    response = strict.post(reverse("core:password_change"), {"childs_words": words, "old_password": "secret " * 9})
    body = response.content.decode()
    assert response.status_code == 403
    assert "She said: &lt;b&gt;I like it here&lt;/b&gt; and smiled." in body
    assert "secret" not in body


def test_logs_name_nobody(client, cast, caplog):
    with caplog.at_level(logging.INFO):
        enter(client, password="wrong")
        enter(client)
        client.post(reverse("core:sign_out"))
    core = [record.message for record in caplog.records if record.name.startswith("core")]
    assert core == ["sign-in failed", f"user {cast.amy.pk} signed in", f"user {cast.amy.pk} signed out"]
    assert "amy" not in caplog.text.lower()
