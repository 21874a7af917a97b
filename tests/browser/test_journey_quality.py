"""Sal goes to see whether the care is good: what she scores, and the finding that is Tom's to do from then on."""

import datetime as dt

import pytest

from core import clock
from governance.models import Action, QualityScore, QualityVisit, QualityVisitor
from governance.models.quality import CULTURE
from tests.browser.story import days_ago, title, today

pytestmark = pytest.mark.browser


def test_a_visit_is_scored_and_what_must_change_is_somebodys_action(cast, at_a_browser):
    child = cast.child(forename="Skye", surname="Larkspur")
    placement = cast.unregistered(child, days_ago(30), type="Z12")
    sal = at_a_browser(cast.sal).is_signed_in()
    sal.opens("dashboards:quality_schedule")
    sal.sees("Skye Larkspur", "Independent visit")
    sal.opens("governance:quality", placement.pk)
    sal.sees("Nobody has looked into the quality of this placement")
    sal.follows("Record an independent visit")
    sal.dates("When was the visit?", clock.now())
    sal.chooses("Did they know you were coming?", "No, it was unannounced")
    sal.enters("What did you find?", "Nobody is in charge at night.")
    sal.enters("Visitor 1: name", "Ruth Mallard")
    sal.enters("Visitor 1: post", "Quality officer")
    sal.enters("Visitor 1: what qualifies them to judge this", "Registered social worker")
    sal.picks("Visitor 1: from", QualityVisitor.Sector.SOCIAL_CARE.label)
    sal.enters("Need 1", "To feel safe at night")
    sal.chooses("Need 1: is it met here?", "Not met")
    sal.enters("Outcome 1", "Goes to school")
    sal.chooses("Outcome 1: is it reached?", "In part")
    sal.enters("Outcome 1: what shows that?", "The school’s register: two days a week.")
    sal.dates("Outcome 1: date of that evidence", days_ago(2))
    for number, words in enumerate(CULTURE.values()):
        sal.chooses(words, "Plainly there" if number == 0 else "No sign of it")
    sal.enters("Finding 1: what must change?", "A manager on site every night")
    sal.picks("Finding 1: who does it?", "Tom Heron")
    sal.dates("Finding 1: by when?", today() + dt.timedelta(days=5))
    sal.presses("Record it", status=422)
    sal.is_told("Enter how you will know that finding 1 is done")
    sal.enters("Finding 1: how will you know that it is done?", "A named person is on the rota each night.")
    sal.presses("Record it")
    sal.sees("Recorded", "A manager on site every night", "1 of 5 plainly there")
    visit, action = QualityVisit.objects.get(), Action.objects.get()
    assert QualityScore.objects.filter(visit=visit).count() == 2 + len(CULTURE)
    assert (action.owner, action.child) == (cast.tom, child)

    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:my_work")
    tom.follows("A manager on site every night")
    tom.sees("A named person is on the rota each night.")
    sal.opens("dashboards:placement", placement.pk)
    sal.does_not_see(title("QA-01L", "none"))
