"""Sam opens, closes and resets accounts, and has no way to any child."""

import re

import pytest
from django.core import mail

from children.models import FileRead
from core import clock, outbox
from core.models import User
from tests.browser.story import days_ago
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser
NEW = "a lantern on the far harbour wall"


def the_link_in_her_mail(live_server) -> str:
    """What the worker sends, sent."""
    outbox.deliver(as_of=clock.now())
    path = re.search(r"https?://[^/\s]+(/password/\S+)", mail.outbox[-1].body).group(1)
    return live_server.url + path


def test_sam_invites_a_person_who_chooses_a_password_and_signs_in(cast, at_a_browser, live_server):
    sam = at_a_browser(cast.sam).is_signed_in()
    sam.opens("dashboards:my_work")
    sam.sees("You see no child’s file.")
    sam.follows("Accounts", exact=True)
    sam.follows("Invite a person")
    sam.enters("Full name", "Olga Rail")
    sam.enters("Email address", cast.amy.email.upper())
    sam.picks("Role", "Social worker")
    sam.picks("Team", "Children in care team 1")
    sam.presses("Send the invitation", status=422)
    sam.is_told("There is already an account with this email address.")
    sam.enters("Email address", "olga@example.org")
    sam.presses("Send the invitation")
    sam.sees("Olga Rail", "Invited")
    olga = User.objects.get(email="olga@example.org")

    link = the_link_in_her_mail(live_server)
    assert mail.outbox[-1].to == ["olga@example.org"]
    her = at_a_browser(olga)
    her.opens(link)
    assert link.rsplit("/", 2)[-2] not in her.page.url, "the token stands in no address once it is opened"
    her.enters("New password", "password1234")
    her.presses("Save password", status=422)
    her.sees("too common")
    her.enters("New password", NEW)
    her.presses("Save password")
    her.sees("Your password has been saved. Sign in with it now.")
    her.enters("Email address", olga.email)
    her.enters("Password", NEW)
    her.presses("Sign in")
    her.sees("My work", "Olga Rail, Social worker")
    at_a_browser(olga).opens(link, status=410).sees("no longer works")


def test_sam_deactivates_and_resets_and_it_takes_effect_at_once(cast, at_a_browser, live_server):
    User.objects.update(password_set_at=clock.now())  # they have all chosen theirs
    sam, ben = at_a_browser(cast.sam).is_signed_in(), at_a_browser(cast.ben).signs_in()
    sam.opens("core:account_detail", cast.ben.pk)
    sam.follows("Reset")
    sam.presses("Reset and send a link")
    sam.sees("The old password no longer works")
    ben.opens("dashboards:my_work").sees("Sign in")
    ben.enters("Email address", cast.ben.email)
    ben.enters("Password", PASSWORD)
    ben.presses("Sign in", status=422)
    ben.sees("The email address or the password is not right. Check both and try again.")
    ben.opens(the_link_in_her_mail(live_server))
    ben.enters("New password", NEW)
    ben.presses("Save password")
    ben.signs_in(NEW).sees("My work")

    sam.opens("core:account_detail", cast.ben.pk)
    sam.follows("Deactivate")
    sam.presses("Deactivate", status=422)
    sam.is_told("Enter the reason")
    sam.enters("Why", "He has left the council.")
    sam.presses("Deactivate")
    sam.sees("The account is deactivated", "Deactivated")
    sam.page.get_by_text("History of this account").click()
    sam.sees("He has left the council.")
    ben.opens("dashboards:my_work").sees("Sign in")
    ben.enters("Email address", cast.ben.email)
    ben.enters("Password", NEW)
    ben.presses("Sign in", status=422)
    assert not User.objects.get(pk=cast.ben.pk).is_active


def test_sam_sees_no_case(cast, at_a_browser):
    child = cast.child(forename="Teya")
    placement = cast.placement(child, days_ago(20), type="U6")
    sam = at_a_browser(cast.sam, widths=(1280,)).is_signed_in()
    for page, *of in [
        ("dashboards:child", child.reference), ("dashboards:placement", placement.pk), ("placements:visit", placement.pk),
        ("children:describe", child.reference), ("oversight:flags",), ("dashboards:find_child",), ("dashboards:director",),
        ("exchange:imports",),
    ]:  # fmt: skip
        response = sam.page.goto(sam.path(page, *of))
        assert response.status in (403, 404), page
        sam.does_not_see("Teya")
    assert not FileRead.objects.exists()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_signing_in_and_out(cast, at_a_browser, javascript):
    amy = at_a_browser(cast.amy, javascript=javascript)
    amy.opens("/find/").sees("Sign in")
    amy.presses("Sign in", status=422)
    amy.is_told("Enter the email address")
    amy.enters("Email address", cast.amy.email)
    amy.enters("Password", "not this one at all")
    amy.presses("Sign in", status=422)
    amy.sees("The email address or the password is not right.")
    amy.enters("Password", PASSWORD)
    amy.presses("Sign in")
    assert amy.page.url.endswith("/find/"), "to where she was going"
    amy.presses("Sign out")
    amy.sees("You have signed out")
    amy.opens("/find/").sees("Sign in")
