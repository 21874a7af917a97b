"""A newly qualified worker’s email to a director is formal; what the director may not settle goes to the scrutineer."""

import pytest

from escalations.models import Escalation
from tests.browser.story import PHONE, days_ago

pytestmark = pytest.mark.browser


@pytest.fixture
def skye(cast):
    cast.jude = cast.person("jude", "Jude Wigeon", "social_worker", team=cast.team, newly_qualified_until=days_ago(-90))
    child = cast.child(forename="Skye", surname="Larkspur")
    cast.unregistered(child, days_ago(30), type="Z12")
    return child


def test_a_newly_qualified_workers_email_is_answered_by_somebody_it_is_not_about(cast, skye, at_a_browser):
    jude = at_a_browser(cast.jude).is_signed_in()
    jude.opens("dashboards:child", skye.reference)
    jude.follows("Escalate something")
    jude.sees("Nobody can say that it is not formal")
    jude.presses("Escalate it", status=422)
    jude.is_told("Enter what is wrong")
    jude.enters("What is wrong?", "I wrote to the director: Skye is alone with carers nobody supervises.")
    jude.enters("What do you ask for?", "A manager on site.")
    jude.picks("Who was it written to?", "Dee Osprey")
    jude.presses("Escalate it")
    jude.sees("It is formal now", "Escalation 1", "Dee Osprey", "level 4 of 5", "To be answered by")

    dee = at_a_browser(cast.dee).is_signed_in()
    dee.opens("dashboards:my_work")
    dee.follows("1 for you to answer")
    dee.follows("Escalation 1")
    dee.sees("It is yours to answer", "Skye is alone with carers")
    dee.follows("Answer it", within=dee.main.get_by_role("navigation"))
    dee.enters("Your answer", "This is already known to directors.")
    dee.presses("Send your answer", status=422)
    dee.sees("answers nothing", "Say what is done about it")
    dee.opens("escalations:escalation", Escalation.objects.get().pk)
    dee.sees("Nina Stork", "Dee Osprey tried to settle it, which was refused.")
    dee.does_not_see("It is yours to answer")

    nina = at_a_browser(cast.nina).is_signed_in()
    nina.opens("escalations:escalations")
    nina.follows("Escalation 1")
    nina.sees("S. is alone with carers", "S.L.")
    nina.does_not_see("Skye")
    nina.follows("Answer it", within=nina.main.get_by_role("navigation"))
    nina.enters("Your answer", "I have asked for a manager by Friday, in writing, and look at it with the partners.")
    nina.presses("Send your answer")
    nina.sees("Answered", "not read by Jude Wigeon yet")

    jude.opens("dashboards:my_work")
    jude.follows("1 raised by you, with an answer to settle")
    jude.follows("Escalation 1")
    jude.sees("You have an answer from Nina Stork", "by Friday")
    jude.follows("Accept it")
    jude.presses("Accept it and close")
    jude.sees("Closed", "accepted the answer")
    assert Escalation.objects.get().closed_by == cast.jude


def test_without_scripts_on_a_phone_an_answer_is_not_enough_and_goes_up(cast, skye, at_a_browser):
    jude = at_a_browser(cast.jude, javascript=False, widths=(PHONE,)).is_signed_in()
    jude.opens("escalations:escalate_child", skye.reference)
    jude.enters("What is wrong?", "Nobody visits by night.")
    jude.presses("Escalate it")
    tom = at_a_browser(cast.tom, javascript=False, widths=(PHONE,)).is_signed_in()
    made = Escalation.objects.get()
    tom.opens("escalations:answer", made.pk)
    tom.enters("Your answer", "I will look at the rota next month.")
    tom.presses("Send your answer")
    jude.opens("escalations:escalation", made.pk)
    jude.follows("It is not enough")
    jude.enters("What is missing?", "She is there tonight.")
    jude.presses("Reject it")
    jude.sees("It has gone up", "Hana Finch", "Answer rejected", "She is there tonight.")
