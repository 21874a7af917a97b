"""Two people write in the same minutes: neither loses a character."""

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.merging import merge

BETWEEN = "[Tom saved the lines above at 10:04. What Amy typed follows.]"
LINES = st.lists(st.sampled_from(["She slept.", "She ate.", "", "School rang.", "A key was lost."]), max_size=6)
TEXTS = LINES.map("\n".join)


def test_in_different_places_both_go_in():
    began = "She slept.\nShe ate.\nSchool rang."
    merged = merge(began, "She slept well.\nShe ate.\nSchool rang.", f"{began}\nA key was lost.", between=BETWEEN)
    assert merged == ("She slept well.\nShe ate.\nSchool rang.\nA key was lost.", False)


def test_in_the_same_place_both_are_kept_and_it_says_so():
    merged = merge("", "Tom’s words.", "Amy’s words.", between=BETWEEN)
    assert merged == (f"Tom’s words.\n{BETWEEN}\nAmy’s words.", True)


def test_what_one_struck_out_and_the_other_changed_is_kept():
    merged = merge("One\nTwo\nThree", "One\nThree", "One\nTwo, and more\nThree", between=BETWEEN)
    assert "Two, and more" in merged.text
    assert merged.clashed


def test_the_same_change_is_made_once():
    assert merge("One", "One\nTwo", "One\nTwo", between=BETWEEN) == ("One\nTwo", False)


def added(began, text):
    """The lines a text has that it did not begin with."""
    left = began.split("\n")
    found = []
    for line in text.split("\n"):
        if line in left:
            left.remove(line)
        else:
            found.append(line)
    return found


@settings(max_examples=300, deadline=None)
@given(began=TEXTS, theirs=TEXTS, mine=TEXTS)
def test_every_line_either_of_them_wrote_is_in_it(began, theirs, mine):
    merged = merge(began, theirs, mine, between=BETWEEN)
    lines = merged.text.split("\n")
    for text in (theirs, mine):
        for line in filter(None, added(began, text)):
            assert lines.count(line) >= 1
    if mine == began:
        assert merged.text == theirs
    if theirs == began:
        assert merged.text == mine
    assert merged.clashed == (BETWEEN in lines)


@settings(max_examples=100, deadline=None)
@given(began=TEXTS, first=st.text(min_size=1, max_size=20), second=st.text(min_size=1, max_size=20))
def test_whatever_characters_are_typed_at_the_end_of_it(began, first, second):
    merged = merge(began, began + "\n" + first, began + "\n" + second, between=BETWEEN)
    assert first in merged.text
    assert second in merged.text
