"""A newly qualified social worker makes her email to the director formal. “Already known” answers nothing, and who says it
loses it."""

import pytest

from escalations.models import Escalation
from tests.browser.story import PHONE, days_ago

pytestmark = pytest.mark.browser


@pytest.fixture
def skye(cast):
    child = cast.child(forename="Skye", surname="Larkspur")
    cast.unregistered(child, days_ago(30), type="Z12")
    return child


def escalated_by_amy(amy, skye, to):
    amy.opens("dashboards:child", skye.reference)
    amy.follows("Escalate something")
    amy.enters("What is wrong?", "I wrote to you on Monday: Skye has had no manager for a month.")
    amy.enters("What do you ask for?", "A manager by Friday.")
    amy.picks("Who was it written to?", to)
    amy.presses("Escalate it")
    return Escalation.objects.get()


def test_an_email_to_a_director_is_formal_and_its_answer_may_be_rejected(cast, skye, at_a_browser):
    amy = at_a_browser(cast.amy).is_signed_in()
    amy.opens("escalations:escalate_child", skye.reference)
    amy.presses("Escalate it", status=422)
    amy.is_told("Enter what is wrong")
    made = escalated_by_amy(amy, skye, "Dee Osprey")
    assert (made.owner, made.level, made.raised_by) == (cast.dee, 4, cast.amy)
    amy.sees("Where it is", "Dee Osprey", "level 4 of 5", "I wrote to you on Monday")

    dee = at_a_browser(cast.dee).is_signed_in()
    dee.opens("dashboards:my_work")
    dee.follows("1 for you to answer")
    dee.follows(str(made))
    dee.sees("It is yours to answer")
    dee.opens("escalations:answer", made.pk)
    dee.presses("Send your answer", status=422)
    dee.is_told("Enter your answer")
    dee.enters("Your answer", "Jo Rook manages the home from Thursday.")
    dee.presses("Send your answer")
    dee.sees("Answered", "not read by Amy")

    amy.opens("dashboards:my_work")
    amy.follows("1 raised by you, with an answer to settle")
    amy.follows(str(made))
    amy.sees("You have an answer from", "Jo Rook manages the home from Thursday.")
    amy.follows("It is not enough")
    amy.enters("What is missing?", "Nobody is there until Thursday.")
    amy.presses("Reject it")
    amy.sees("Nina", "level 5 of 5")


def test_already_known_is_refused_and_the_scrutineer_answers(cast, skye, at_a_browser):
    amy = at_a_browser(cast.amy, widths=(PHONE,)).is_signed_in()
    made = escalated_by_amy(amy, skye, "Dee Osprey")
    dee = at_a_browser(cast.dee, widths=(PHONE,)).is_signed_in()
    dee.opens("escalations:answer", made.pk)
    dee.enters("Your answer", "Already known to directors")
    dee.presses("Send your answer", status=422)
    dee.sees("answers nothing")
    made.refresh_from_db()
    assert (made.owner, made.level) == (cast.nina, 5)

    nina = at_a_browser(cast.nina, widths=(PHONE,)).is_signed_in()
    nina.opens("escalations:escalation", made.pk)
    nina.sees("It is yours to answer", "S. has had no manager")
    nina.does_not_see("Larkspur")
    nina.opens("escalations:answer", made.pk)
    nina.enters("Your answer", "The director reports to me every Monday until the post is filled.")
    nina.presses("Send your answer")
    amy.opens("escalations:escalation", made.pk)
    amy.follows("Accept it")
    amy.presses("Accept it and close")
    amy.sees("How it ended", "accepted the answer")
