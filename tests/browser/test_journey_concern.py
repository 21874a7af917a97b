"""A police officer raises a concern; the manager decides and answers; the officer reads the answer."""

import pytest

from core import clock
from governance.actions.concerns import raise_concern, triage
from governance.models import Concern, ConcernStep
from tests.browser.story import PHONE, days_ago

pytestmark = pytest.mark.browser


@pytest.fixture
def skye(cast):
    child = cast.child(forename="Skye", surname="Larkspur")
    cast.unregistered(child, days_ago(30), type="Z12")
    cast.pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
    cast.allocate(child, cast.pete, part="partner", since=days_ago(20))
    return child


def test_an_officer_raises_a_concern_and_sees_its_answer(cast, skye, at_a_browser):
    pete = at_a_browser(cast.pete).is_signed_in()
    pete.opens("governance:concerns")
    pete.sees("0 concerns")
    pete.follows("Raise a concern")
    pete.presses("Raise it", status=422)
    pete.is_told("Select what the concern is about")
    pete.chooses("What is it about?", "Safety: the place, or the people around the child")
    pete.enters("What is your concern?", "Found at the bus station after midnight.")
    pete.chooses("If it is a police notice (VIST or PPN), what risk did the police give it?", "High")
    pete.enters("Police reference", "ZZ/4410")
    pete.presses("Raise it")
    pete.sees(
        "Your concern is on record", "Concern 1", "Police notice: high risk", "You have no answer yet", "Tom Heron"
    )
    concern = Concern.objects.get()
    assert (concern.raised_by, concern.source, concern.owner) == (cast.pete, "police", cast.tom)

    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:my_work")
    tom.follows("1 to be decided on")
    tom.sees("1 concern", "Police notice: high risk", "Not decided")
    tom.follows("Concern 1")
    tom.sees("Who must do what", "Decide what is to be done", "Found at the bus station")
    tom.follows("Decide what is to be done")
    tom.chooses("What is to be done?", "Act on it")
    tom.chooses("Is it about the conduct of somebody who works with the child?", "No")
    tom.enters("Your reasons", "She was alone at night.")
    tom.presses("Record the decision")
    tom.follows("Answer whoever raised it")
    tom.enters("What do you tell them?", "Two staff are awake at night from today.")
    tom.presses("Send the answer")
    tom.sees("Act on it until it can be closed")

    pete.opens("governance:concerns")
    pete.follows("Concern 1")
    pete.sees("Two staff are awake at night from today.", "Tom Heron")
    pete.does_not_see("She was alone at night.")
    assert ConcernStep.objects.filter(kind="answered").count() == 1


def test_a_shift_leader_without_scripts_writes_down_what_the_child_says(cast, skye, at_a_browser):
    priya = at_a_browser(cast.priya, javascript=False, widths=(PHONE,)).is_signed_in()
    priya.opens("governance:raise_concern", skye.reference)
    priya.chooses("What is it about?", "How the child is cared for")
    priya.enters("What is your concern?", "She says that nobody asks her anything.")
    priya.picks("Who raised it?", "The child")
    priya.presses("Raise it")
    priya.sees("The child", "Written down by Priya Lark")
    paul = at_a_browser(cast.paul, widths=(PHONE,)).is_signed_in()
    paul.opens("governance:concerns")
    paul.sees("0 concerns")
    paul.opens("governance:concern", Concern.objects.get().pk, status=404)


def test_best_available_closes_nothing_and_the_page_says_what_would(cast, skye, at_a_browser):
    as_of = clock.now()
    concern = raise_concern(child=skye, category="care", what="Left alone all day.", by=cast.amy, as_of=as_of)
    triage(concern=concern, decision="act", reasons="It is serious.", by=cast.tom, as_of=as_of)
    tom = at_a_browser(cast.tom, widths=(PHONE,)).is_signed_in()
    tom.opens("governance:close_concern", concern.pk)
    tom.chooses("Why can it be closed?", "It is the best that can be provided")
    tom.enters("What was done, and how do you know it worked?", "Nothing else was found.")
    tom.presses("Close it", status=422)
    tom.sees("is not a reason to close it", "Record what is done meanwhile to make things safer")
    assert Concern.objects.get().is_open
