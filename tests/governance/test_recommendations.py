"""The recommendations: each points at a page that is there, that somebody may open, and that says what it asks for."""

import pytest
from django.urls import reverse

from core import documents
from core.access import SIGNED_IN
from governance import recommendations
from tests.core.access import world as everything
from tests.core.access.addresses import NORTHS, PAGES, PLAIN, record_address

ASKED = [f"R1.{number}" for number in range(1, 19)] + [f"R2.{number}" for number in range(1, 11)]
ASKED += ["R8.4", *(f"R9.{number}" for number in range(1, 6))]
ASKED += [f"R10.{number}" for number in range(1, 5)]


def _row(key):
    """A row of a summary, by what it is called."""
    return f'__key">{key}</dt>'


# What whoever opens the page reads there, for those whose page is all of the answer.
SAYS = {
    "R1.1": "has a schedule from the day it starts",
    "R1.2": "Visitor 3: from",
    "R1.3": "Need 1: is it met here?",
    "R1.4": "Outcome 1: date of that evidence",
    "R1.5": "Staff not encouraged to raise concerns",
    "R1.6": "£9,000",
    "R1.7": _row("Safeguarding"),
    "R1.8": _row("Care"),
    "R1.9": _row("Education"),
    "R1.10": _row("Health"),
    "R1.11": "Every child who lives in a setting nobody registered",
    "R1.12": "Children’s social care",
    "R1.13": "What each partner agency does",
    "R1.14": ">Chronology</h2>",
    "R1.15": "What was decided",
    "R1.16": _row("Education said"),
    "R1.17": "Not all were asked: N",
    "R1.18": "Visitor 2: what qualifies them to judge this",
    "R2.1": "not on the register",
    "R2.2": "without a minute in the last month",
    "R2.3": "What the partnership relies on",
    "R2.4": _row("Lead, day to day"),
    "R2.5": _row("Lead for the long-term plan"),
    "R2.6": "Care decisions belong to those who answer for",
    "R2.7": "What is held again and again",
    "R2.8": _row("How we shall know"),
    "R2.9": 'data-label="Minutes">Not sent</td>',
    "R2.10": _row("Actions put off"),
    "R8.4": "Referrals to Cafcass",
    "R9.1": "Not answered in time by somebody they came to",
    "R9.2": "Closed by somebody it is about, or who took the decision: must be none",
    "R9.3": "What staff were asked about the policies",
    "R9.4": "Two routes, and how they differ",
    "R9.5": "straight to the partnership’s independent scrutineer",
    "R10.1": "Would the LADO want to know?",
    "R10.2": "Anybody can refer, whatever their role",
    "R10.3": "They harmed a child, or may have",
    "R10.4": "Asleep on a waking night",
}


@pytest.fixture
def world(cast):
    return everything.world(cast)


def test_each_is_there_once_and_in_order():
    assert [each.id for each in recommendations.ALL] == ASKED


@pytest.mark.parametrize(
    "asked",
    [pytest.param(each, id=each.id, marks=[pytest.mark.recommendation(each.id)]) for each in recommendations.ALL],
)
def test_its_page_answers_it(client, world, asked):
    address = reverse(asked.page) if asked.page in PLAIN else record_address(asked.page, world.records)
    needed, shown = PAGES[asked.page].callback.access, []
    for key in NORTHS.values():
        user = getattr(world, key)
        if needed == SIGNED_IN or user.can(needed):
            client.force_login(user)
            response = client.get(address, {"kind": "multi_agency"} if asked.page == "governance:quality_visit" else {})
            if response.status_code == 200:
                shown.append(response.content.decode())
                break
    assert shown, f"nobody may open {asked.page}"
    assert SAYS[asked.id] in shown[0]


def test_the_printed_table_is_up_to_date():
    assert recommendations.PATH not in documents.out_of_date()
    text = recommendations.document()
    assert all(f"| {number} |" in text for number in ASKED)
