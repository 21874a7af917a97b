"""Said instead of acting: what the gate of reasons refuses, in whatever words, and what it lets pass."""

import pytest

from core.reasons import no_reason

REFUSED = {
    "known": [
        "It’s known.", "It\'s already known to directors!", "Already known to the DCS", "We’re aware.", "I have told the directors.",
        "The executive director is already aware of these concerns", "The director has been informed.", "Known to Dee Osprey",
        "Dee Osprey is aware of this.", "The police know.", "The senior leadership, and the directors, are all aware.",
        "It’s already known to directors. There’s no alternative. This is only a short-term placement.", "Its known about",
        "Thank you. Directors and managers know about this situation", "DIRECTORS ARE AWARE, AND THERE’S NO CHOICE",
    ],
    "alternative": [
        "There is no alternative placement", "No alternative placement is available", "There is no alternative at the moment",
        "We haven’t got an alternative", "There isn’t another placement tonight.", "We can’t find an alternative placement",
        "Unfortunately, there are no suitable placements available at this time.", "There is nothing more we can do", "No other beds",
        "An alternative placement could not be found", "This is the only option", "Nowhere else",
    ],
    "short": [
        "This placement is temporary", "It is only for a few days until another placement is found", "It’s only for now",
        "It is an interim measure.", "Only a short–term placement", "Just for a couple of nights",
    ],
    "best": ["It’s the best we could find.", "This is the best option"],
    "nothing": ["Noted.", "OK", "Thank you, noted with thanks.", "...", "", "N/A", "As discussed.", "Done.", "W", "It is done", "The situation"],
}  # fmt: skip
PASSED = [
    "Alternative placement found.",
    "A suitable home identified for the child",
    "We found another placement",
    "Staff provided from tonight",
    "The police were told.",
    "Ofsted was informed today.",
    "There is no alternative placement tonight, so two more staff are on from 8pm and I will visit tomorrow",
    "No alternative was found in forty homes; Amy visits daily until Friday.",
    "Directors are aware of the situation, and Dee visits tonight.",
    "We know about this: a manager starts on Monday.",
    "A manager is there now, and directors are aware.",
    "The best available carers are asked for tonight.",
    "We have found another placement",
    "She is not in that home now",
    "It was looked into and found not to be so.",
    "I have told the police and they visit at six",
    "I have told the LADO.",
    "Known risk: a second worker sleeps in.",
    "Temporary staff replaced by two permanent carers on Friday.",
    "She has moved.",
    "She has one.",
    "She is not there now.",
    "The 14th.",
    "Nothing can be done before Friday; on Friday she moves.",
]


@pytest.mark.parametrize(("said", "text"), [(said, text) for said, texts in REFUSED.items() for text in texts])
def test_a_text_that_says_nothing_else_is_an_excuse(said, text):
    assert no_reason(text) == said


@pytest.mark.parametrize("text", PASSED)
def test_a_text_that_says_what_is_done_is_none(text):
    assert no_reason(text) == ""
