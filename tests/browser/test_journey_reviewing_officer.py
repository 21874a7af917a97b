"""The reviewing officer’s road: asked about a concern that lies, to a dispute, to an answer that is not enough, to Cafcass.

And somebody who reports wrongdoing by the protected route, without scripts, and reads the answer where only they look.
"""

import pytest

from core import clock
from escalations.models import CafcassReferral, Dispute, WhistleReport
from governance.actions.concerns import raise_concern
from tests.browser.story import PHONE, days_ago
from tests.cast import at

pytestmark = pytest.mark.browser


@pytest.fixture
def skye(cast):
    child = cast.child(forename="Skye", surname="Larkspur")
    cast.unregistered(child, days_ago(90), type="Z12")
    cast.allocate(child, cast.ines, part="iro", since=days_ago(90))
    raise_concern(
        child=child, category="placement", what="Nobody manages the home.", by=cast.ines, as_of=at(days_ago(25))
    )
    return child


@pytest.mark.failing("F86")
def test_from_a_concern_nobody_acted_on_to_a_dispute_and_to_cafcass(cast, skye, at_a_browser):
    ines = at_a_browser(cast.ines).is_signed_in()
    ines.opens("dashboards:my_work")
    ines.sees("Concern 1 is still open", "Dispute it formally, or refer it to Cafcass")
    ines.follows("Open a dispute")
    ines.presses("Open it", status=422)
    ines.is_told("Enter what you dispute")
    ines.enters("What do you dispute?", "There has been no manager for nine weeks.")
    ines.enters("What do you ask for?", "A manager within the week.")
    ines.enters("Whom did you speak to informally, and what was said?", "Tom says that it is in hand.")
    ines.chooses("Is it informal or formal?", "Formal: the head of service must answer")
    ines.presses("Open it")
    ines.sees("Dispute 1", "Hana Finch must answer by", "All of it is to be over by")
    dispute = Dispute.objects.get()
    assert dispute.concern is not None

    hana = at_a_browser(cast.hana, widths=(PHONE,)).is_signed_in()
    hana.opens("dashboards:my_work")
    hana.follows("Dispute 1, about Skye Larkspur")
    hana.does_not_see("Say that it is over")
    hana.follows("Answer it")
    hana.enters("Your answer", "It is already known to directors.")
    hana.presses("Send your answer", status=422)
    hana.enters("Your answer", "We are advertising.")
    hana.presses("Send your answer")

    ines.opens("dashboards:my_work")
    ines.does_not_see("Concern 1 is still open")
    ines.follows("Dispute 1, about Skye Larkspur")
    ines.sees("We are advertising.")
    ines.follows("The answer is not enough")
    ines.enters("Why is it not enough?", "An advertisement looks after nobody.")
    ines.presses("Send it up")
    ines.sees("Dee Osprey must answer by")

    ines.opens("dashboards:child", skye.reference)
    ines.follows("Dispute or Cafcass", within=ines.page.get_by_role("navigation", name="Menu"))
    ines.sees("Skye Larkspur", "Dispute 1")
    ines.follows("Refer to Cafcass")
    ines.enters("Why do you ask Cafcass?", "Nine weeks, and no answer that helps her.")
    ines.enters("How did it reach Cafcass, and what did you send?", "By letter, with the dispute.")
    ines.picks("Is it about a dispute?", "Dispute 1")
    ines.presses("Record the referral")
    ines.sees("The referral is on record", "Nine weeks, and no answer that helps her.")
    assert CafcassReferral.objects.get().dispute == dispute


def test_wrongdoing_is_reported_to_one_reader_and_answered_where_only_its_maker_looks(cast, at_a_browser):
    amy = at_a_browser(cast.amy, javascript=False, widths=(PHONE,)).is_signed_in()
    amy.opens("dashboards:my_work")
    amy.follows("Speaking up")
    amy.sees("Two routes, and how they differ", "Ofsted")
    amy.follows("Report wrongdoing")
    amy.enters("What is wrong?", "Logs are written by people who were not there.")
    amy.enters("Whom or what is it about, and where?", "The Moorings, at night.")
    amy.picks("Who is to read it?", "Nina Stork")
    amy.chooses("May whoever reads it know that it is from you?", "No: keep my name sealed")
    amy.presses("Send the report")
    amy.sees("Your report is sent", "Nina Stork, partnership scrutineer", "Sealed")
    assert WhistleReport.objects.get().raised_at <= clock.now()

    nina = at_a_browser(cast.nina, widths=(PHONE,)).is_signed_in()
    nina.opens("dashboards:my_work")
    nina.follows("1 protected report")
    nina.follows("Protected report")
    nina.sees("Sealed: they do not want to be known")
    nina.does_not_see("Amy Sparrow")
    nina.follows("Tell them something")
    nina.chooses("What are you telling them?", "The answer: what came of it")
    nina.enters("What do you tell them?", "Ofsted has the logs.")
    nina.presses("Tell them")
    amy.opens("escalations:my_reports")
    amy.sees("Answered", "Ofsted has the logs.")
