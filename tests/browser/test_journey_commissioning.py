"""Tom seeks a home for a child: her profile, who was asked, what was agreed, the plan that takes months, and a notice."""

import datetime as dt

import pytest

from core import clock
from governance.models import NoticeReceived, PlacementAgreement
from tests.browser.story import days_ago, title, today

pytestmark = pytest.mark.browser


def test_from_the_profile_a_home_is_sought_by_to_the_notice_of_whoever_gave_one(cast, at_a_browser):
    child = cast.child(forename="Skye", surname="Larkspur")
    placement = cast.unregistered(child, days_ago(10), type="Z12")
    assert cast.dora.pk  # there is somebody to be told
    tom = at_a_browser(cast.tom).is_signed_in()

    tom.opens("governance:commissioning", child.reference)
    tom.sees("No home may be asked today", "No referral profile is on record")
    tom.follows("Write the profile")
    tom.enters("What does the child need?", "Adults who stay.")
    tom.enters("Who is the child?", "Christian, of Jamaican descent.")
    tom.enters("What are the risks, and what helps?", "Goes missing when unsettled.")
    tom.enters("Where and with whom does the child wish to live?", "Near my mum.")
    tom.presses("Record profile", status=422)
    tom.is_told("Enter what a placement is to achieve for the child")
    tom.enters("What is a placement to achieve for the child?", "She goes to school each day by Easter.")
    tom.presses("Record profile")
    tom.sees("Referral profile recorded", "She goes to school each day by Easter.")
    tom.does_not_see("No home may be asked today")

    tom.follows("Record that a home was asked")
    tom.enters("Which home or provider was asked?", "Fernbank Lodge")
    tom.chooses("Would it be where the child wishes to live?", "In part")
    tom.chooses("What did they answer?", "Said no")
    tom.presses("Record search", status=422)
    tom.sees("Enter why not")
    tom.enters("If they said no, why?", "Cannot staff five to one.")
    tom.presses("Record search")
    tom.sees("Search recorded", "Fernbank Lodge", "Cannot staff five to one.")

    tom.follows("What this placement agreed to achieve for the child")
    tom.follows("Record the agreement")
    tom.enters("What did health say?", "CAMHS: weekly, with her own nurse.")
    tom.enters("What did education say?", "Virtual school: a tutor by Monday.")
    agreement = tom.page.get_by_label("The agreement")
    agreement.fill(f"{agreement.input_value()}\nTwo carers she chose take her to church on Sundays.")
    tom.dates("When was it signed?", today())
    tom.enters("Who signed for the provider?", "Maya Redstart")
    tom.presses("Record agreement")
    tom.sees("Agreement recorded", "1 line of it is not in the general text", "She goes to school each day by Easter.")
    assert PlacementAgreement.objects.get().own_lines == 1

    tom.opens("governance:plans", child.reference)
    tom.follows("Start a long-term plan")
    tom.chooses("What is it a plan for?", "A home to be found, built or registered")
    tom.enters("What is it to bring about?", "The old nursery is registered as her home.")
    tom.dates("When did it begin?", today())
    tom.presses("Record plan")
    tom.sees("No milestone has a date")
    tom.follows("Add a milestone")
    tom.enters("What will be done?", "Builder chosen")
    tom.dates("By when?", today() + dt.timedelta(days=14))
    tom.presses("Add milestone")
    tom.sees("Milestone added", "Builder chosen")

    tom.opens("governance:commissioning", child.reference)
    tom.follows("Record a notice received")
    tom.enters("Who gave notice?", "Harbour Light Care")
    now = clock.now()
    tom.dates("When did it reach the council?", now)
    tom.dates("When do they stop?", now + dt.timedelta(hours=48))
    tom.enters("What reasons did they give?", "Carers sent by agencies are not known to her.")
    tom.presses("Record notice")
    tom.sees("Harbour Light Care gave notice")
    assert NoticeReceived.objects.get().placement == placement
    tom.opens("oversight:flags")
    tom.sees(title("NOT-08", "short"), "Dora Kestrel")
