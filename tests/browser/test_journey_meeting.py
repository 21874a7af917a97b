"""Hana chairs a whole meeting on one page: the agenda that wrote itself, who is there, what is said, what is to be done,
and the minutes sent. Amy writes at the same table, and neither loses a word.
"""

import datetime as dt

import pytest

from core import clock
from governance.models import Action, Meeting
from oversight.tasks import sweep
from tests.browser.story import days_ago, title
from tests.cast import at
from tests.governance.round_a_table import DAY, Table
from tests.oversight import facts

pytestmark = pytest.mark.browser

SAID = {
    "Safety": "She was home by ten all week.",
    "Care": "Two carers are new; she knows their names.",
    "Health": "The nurse saw her on Tuesday.",
    "Education": "She went in on three days.",
    "Identity": "Her gran came for tea.",
}


@pytest.fixture
def table(cast):
    """A meeting is planned for just now, the second: at the first a tutor was promised by yesterday."""
    table = Table(cast, start=days_ago(21))
    series = table.sets_up()
    for person, part in ((cast.amy, "social_worker"), (cast.paul, "placement_manager"), (cast.ines, "iro")):
        table.joins(series, person, part)
    last = table.meets(series, at(days_ago(7), 9), sent=False)
    table.agrees(last, at(days_ago(7), 10), what="Find a tutor", owner=cast.amy, due_on=days_ago(1))
    table.sends(last, at(days_ago(7), 11))
    facts.visit(table.placement, at(days_ago(3), 16), visitor="Amy Sparrow", recorded_by=cast.amy)
    when = clock.now() - dt.timedelta(minutes=5)
    table.meeting = table.plans(series, when)
    sweep.apply()
    return table


def test_a_chair_runs_a_whole_meeting_on_one_page(cast, table, at_a_browser):
    hana = at_a_browser(cast.hana).is_signed_in()
    hana.opens("dashboards:meeting", table.meeting.pk)
    hana.sees(
        "Agenda", "Find a tutor", "Amy Sparrow, seen, and spoken to alone", title("LEG-05"), "nobody fills this seat"
    )
    for seat in table.seats(table.meeting):
        hana.picks(seat.label, "Here" if seat.part != "police" else "Not asked")
        if seat.part == "police":
            hana.enters(f"Who came, or why not: {seat.label}", "No matter of theirs this week")
    for section, words in SAID.items():
        hana.enters(section, words)
    hana.enters("What is to be done?", "Start the tutor on Monday")
    hana.picks("Whose action is it?", "Amy Sparrow")
    hana.enters("How shall we know that it is done?", "Her timetable says so")
    hana.picks("Which issue does it belong to?", "A new one")

    amy = at_a_browser(cast.amy).is_signed_in()
    amy.opens("dashboards:meeting", table.meeting.pk)
    amy.enters("Safety", "Police were not called.")
    amy.presses("Save")
    amy.sees("Saved")

    hana.presses("Save and send the minutes", status=422)  # a day is missing, and the child's own voice
    hana.is_told("Enter the day it is to be done by")
    hana.dates("By when?", days_ago(0) + 7 * DAY)
    hana.enters("The child’s voice", "“I want the same two people at night.”")
    hana.presses("Save and send the minutes")
    hana.sees(
        "The minutes are sent", "Safety: Amy Sparrow saved at", "Police were not called.", "She was home by ten all week.",
        "Start the tutor on Monday", "No matter of theirs this week",
    )  # fmt: skip
    assert Meeting.objects.get(pk=table.meeting.pk).sent_by == cast.hana
    assert Action.objects.get(what="Start the tutor on Monday").owner == cast.amy

    amy.opens("dashboards:my_work")
    amy.sees("Your actions", "Find a tutor", "Start the tutor on Monday")
    amy.follows("Find a tutor")
    amy.follows("Close it")
    amy.enters("What shows that it is done?", "Mr Godwit began on Friday.")
    amy.presses("Close it")
    amy.sees("Done", "Mr Godwit began on Friday.")


def test_the_same_without_scripts_and_a_provider_reads_it(cast, table, at_a_browser):
    hana = at_a_browser(cast.hana, javascript=False).is_signed_in()
    hana.opens("dashboards:meeting", table.meeting.pk)
    hana.enters("Safety", "She was home by ten all week.")
    hana.presses("Save")
    hana.sees("Saved by Hana Finch")
    hana.follows("Pack to print")
    hana.sees("Meeting pack", "Find a tutor", "She was home by ten all week.")

    paul = at_a_browser(cast.paul).is_signed_in()
    paul.opens("governance:meetings")
    paul.opens("dashboards:meeting", table.meeting.pk)
    paul.sees("She was home by ten all week.", "Find a tutor")
    paul.does_not_see(title("LEG-05"))
