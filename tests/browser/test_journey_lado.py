"""A police officer refers a carer; the LADO walks the referral to its outcome; what the officer may be told is all they read."""

import pytest

from lado.models import Referral
from lado.policies import conduct
from tests.browser.story import PHONE, days_ago

pytestmark = pytest.mark.browser


@pytest.fixture
def skye(cast):
    child = cast.child(forename="Skye", surname="Larkspur")
    placement = cast.unregistered(child, days_ago(30), type="Z12")
    cast.pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
    cast.allocate(child, cast.pete, part="partner", since=days_ago(20))
    cast.k = cast.carer("Dotterel", forename="Kay", agency=cast.provider, checked=days_ago(20))
    cast.puts(cast.k, cast.shift(placement, days_ago(2)), agency=cast.provider)
    return child


def test_an_officer_refers_and_the_lado_brings_it_to_its_outcome(cast, skye, at_a_browser):
    pete = at_a_browser(cast.pete).is_signed_in()
    pete.opens("dashboards:my_work")
    pete.follows("Refer somebody to the LADO")
    pete.sees("You have referred nobody", "professional neglect")
    pete.follows("Refer to the LADO")
    pete.presses("Refer", status=422)
    pete.is_told("Select what they do")
    pete.enters("Who is it about?", "Kay, who is tall")
    pete.picks("What do they do?", "Carer")
    pete.picks("Which child is it about?", "Skye Larkspur")
    pete.chooses(
        "What makes it a matter for the LADO?",
        "They did not do what the child’s safety rested on: professional neglect",
    )
    pete.chooses("What kind of harm, or risk of it?", "Neglect")
    pete.enters("What happened, or was said?", "Asleep at three when we brought her back.")
    pete.presses("Refer")
    pete.sees("Passed to safeguarding", "Reference")
    pete.does_not_see("Lee Martin", "Asleep at three")

    lee = at_a_browser(cast.lee).is_signed_in()
    lee.opens("dashboards:my_work")
    lee.follows("1 in hand")
    lee.sees("1 referral", "Kay, who is tall", "Evaluate it")
    lee.follows("Referral 1")
    lee.sees("Asleep at three", skye.reference, "Who may read it")
    lee.does_not_see("Skye")
    lee.follows("Say who it is about")
    lee.picks("Which carer is it?", "Kay Dotterel")
    lee.presses("Record it")
    lee.follows("Evaluate it")
    lee.chooses("What is to happen?", "The employer looks into it, and reports to the LADO")
    lee.enters("Your reasons", "Nobody was awake with her.")
    lee.presses("Record the evaluation")
    lee.follows("Stand the carer down")
    lee.ticks("Yes, do it now")
    lee.presses("Stand down now")
    lee.sees("The carer is stood down", "Bring it to an outcome")
    lee.follows("Everything about Kay Dotterel")
    lee.sees("Stood down", "Referral 1")
    lee.follows("Referral 1")
    lee.follows("Bring it to its outcome")
    lee.chooses("What is the outcome?", "They have resigned, or the agency no longer uses them")
    lee.enters("The reasons for the outcome", "They left.")
    lee.enters("The closing summary for the employer", "They left.")
    lee.presses("Close the referral", status=422)
    lee.sees("is not an outcome")
    lee.chooses("What is the outcome?", "Substantiated: there is enough evidence that it is so")
    lee.enters("What may whoever referred it be told?", "What you told us was so.")
    lee.presses("Close the referral")
    lee.sees("Substantiated", "Kept until pension age")
    lee.opens("lado:year")
    lee.sees("By outcome", "By time to the outcome", "Download as CSV")

    pete.opens("lado:mine")
    pete.sees("Came to its end")
    pete.opens("lado:case", Referral.objects.get().pk, status=404)
    assert conduct.undecided_cases(cast.north.pk).count() == 0


def test_a_shift_leader_on_a_phone_without_scripts_refers_a_colleague(cast, skye, at_a_browser):
    priya = at_a_browser(cast.priya, javascript=False, widths=(PHONE,)).is_signed_in()
    priya.opens("lado:refer_carer", cast.k.pk)
    priya.chooses("What makes it a matter for the LADO?", "They harmed a child, or may have")
    priya.chooses("What kind of harm, or risk of it?", "Physical")
    priya.enters("What happened, or was said?", "She pulled her by the arm.")
    priya.presses("Refer")
    priya.sees("Passed to safeguarding")
    assert Referral.objects.get().carer == cast.k
    paul = at_a_browser(cast.paul, widths=(PHONE,)).is_signed_in()
    paul.opens("lado:mine")
    paul.sees("You have referred nobody")
