"""A form page: what is typed outlives the session, and what is sent twice is done once."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.middleware import LAST_SEEN
from core.models import Draft

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
    import re

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
