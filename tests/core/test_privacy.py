"""What leaves the house says nobody's name: logs, e-mails, addresses, and pages that say something went wrong."""

import datetime as dt
import io
import logging

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import path, reverse

from config.logs import Line
from core import accounts, clock, documents, outbox
from core.access import public
from core.actions import action
from core.models import OutboxMessage
from oversight.models import Flag

TODAY = clock.local_date(clock.now())
NAMES = ("Quillon", "Marchbanks", "Pipistrelle")  # no such words anywhere in the house


@pytest.fixture
def child(cast):
    """A child whose names are like nothing else, with an overdue flag that Amy holds."""
    child = cast.child(forename=NAMES[0], surname=NAMES[1], known_as=NAMES[2])
    cast.placement_ = cast.placement(child, TODAY - dt.timedelta(days=100), home=cast.home(name="Marchbanks House"))
    return child


@pytest.fixture
def lines():
    """Everything written to the log, at every level, as production writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line(values=False))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def names_in(text):
    return [name for name in NAMES if name.lower() in text.lower()]


@public
def broken(request):
    """A fault whose message, and whose database's message, quote the record."""

    @action
    def fail(*, by, as_of):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO children_child (forename, surname) VALUES (%s, %s)", NAMES[:2])

    fail(by=None, as_of=clock.now())


@pytest.fixture
def with_a_broken_page(settings):
    from config import urls

    class WithBroken:
        urlpatterns = [*urls.urlpatterns, path("broken/", broken)]
        handler400, handler403, handler404, handler500 = (
            urls.handler400,
            urls.handler403,
            urls.handler404,
            urls.handler500,
        )

    settings.ROOT_URLCONF = WithBroken


def test_the_log_names_no_child(cast, child, lines, with_a_broken_page):
    amy = Client(raise_request_exception=False)
    amy.force_login(cast.amy)
    page = reverse("dashboards:child", args=[child.reference])
    shown = amy.get(page)
    assert names_in(shown.content.decode())  # she is on the page, and so she could be in the log
    amy.get(reverse("dashboards:find_child"), {"name": NAMES[1], "q": NAMES[1]})
    amy.get(f"/children/{NAMES[1]}/")
    amy.post(reverse("placements:visit", args=[cast.placement_.pk]), {"childs_words": f"{NAMES[0]} said so"})
    amy.post(reverse("core:draft", args=["visit-1"]), {"childs_words": f"{NAMES[0]} said so"})
    answer = amy.get("/broken/")
    assert answer.status_code == 500
    assert not names_in(answer.content.decode())
    written = lines.getvalue()
    assert "IntegrityError" in written
    # The one line with a name is the address that a person typed one into; no address of ours holds one.
    ours = [line for line in written.splitlines() if f"/children/{NAMES[1]}/" not in line and "django.db" not in line]
    assert not names_in("\n".join(ours))


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_a_commit_names_no_child_either(lines):
    def recheck():
        raise ValueError(f"could not check {NAMES[0]} {NAMES[1]}")

    with transaction.atomic():
        transaction.on_commit(recheck, robust=True)
    told = [line for line in lines.getvalue().splitlines() if "on_commit" in line]
    assert len(told) == 1
    assert "ValueError" in told[0]
    assert not names_in(lines.getvalue())


def test_sql_is_not_logged_in_production(settings):
    """Statements hold names; they are logged only with DEBUG."""
    assert settings.DEBUG is False
    assert connection.queries_logged is False
    assert connection.force_debug_cursor is False


def test_no_mail_names_a_child_or_where_she_lives(cast, child, client, settings):
    from oversight.sweep import sweep

    sweep(as_of=clock.now())
    assert Flag.objects.filter(child=child, owner=cast.amy).exists()
    client.force_login(cast.amy)
    outbox.digests(as_of=clock.now())
    accounts.reset(account=cast.tom, by=cast.sam, as_of=clock.now())
    outbox.deliver(as_of=clock.now())
    to_amy = [m for m in mail.outbox if m.to == ["amy@example.org"]]
    assert to_amy
    for message in mail.outbox:
        told = f"{message.subject}\n{message.body}"
        assert not names_in(told)
        assert "Amy" not in told
        assert "Harbour Light" not in told
        assert "House" not in told
        assert settings.PUBLIC_URL in told  # where to sign in, and no other address
    for kept in OutboxMessage.objects.all():
        assert not names_in(kept.subject + kept.body + kept.key)


def test_a_subject_cannot_smuggle_a_header(cast):
    outbox.enqueue(to=cast.amy, key="k", subject="Flag\nBcc: thief@example.org", body="Sign in.")
    assert outbox.deliver(as_of=clock.now()) == {"sent": 0, "failed": 1}
    assert mail.outbox == []


def test_a_page_that_is_not_there_is_the_same_for_everyone(cast, child, client):
    """What is not there, what is not hers, and what she may not even guess at."""
    client.force_login(cast.zoe)
    pages = [
        client.get(reverse("dashboards:child", args=[child.reference])),
        client.get(reverse("dashboards:child", args=["C000000000"])),
        client.get("/nothing/here/"),
    ]
    assert [page.status_code for page in pages] == [404, 404, 404]
    for page in pages:
        assert "Page not found" in page.content.decode()
        assert not names_in(page.content.decode())


def test_the_page_for_a_fault_needs_no_database(rf, monkeypatch):
    from core.views.here import went_wrong

    def down():
        raise AssertionError("it asked the database")

    monkeypatch.setattr(connection, "cursor", down)
    assert "something went wrong" in went_wrong(rf.get("/")).content.decode()


# --- documents printed from the code ------------------------------------------------------------------------------


def test_printed_documents_tell_the_truth():
    assert documents.out_of_date() == []
    assert {"docs/access.md", "docs/history.md", "docs/rulebook.md"} <= set(documents._documents)


def test_a_document_that_no_longer_does_is_found_and_mended(monkeypatch, tmp_path, settings):
    from django.core.management import CommandError

    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(documents, "_documents", {"docs/x.md": lambda: "true\n"})
    with pytest.raises(CommandError, match=r"docs/x\.md"):
        call_command("documents", check=True)
    call_command("documents", stdout=io.StringIO())
    assert (tmp_path / "docs/x.md").read_text() == "true\n"
    call_command("documents", check=True)
    (tmp_path / "docs/x.md").write_text("false\n")
    with pytest.raises(CommandError):
        call_command("documents", check=True)


def test_the_access_document_has_every_role_and_permission():
    from core.access import Permission, Role

    text = documents.access_document()
    for role in Role:
        assert f"### {role.label}" in text
    for permission in Permission:
        assert f"| {permission.value} |" in text
