"""Forms: what people type, what they are told, and the markup assistive technology depends on."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from core import clock, forms
from tests.core.gallery import EVIL, Visit


class Dated(forms.Form):
    on = forms.DateField(label="Date of visit")


class Timed(forms.Form):
    ended = forms.DateTimeField(label="When did it end?", noun="date and time it ended")


class Noted(forms.Form):
    note = forms.TextAreaField(label="What happened")
    where = forms.TextField(label="Place", required=False)


def errors(form, name):
    assert not form.is_valid()
    return form.errors[name]


def date_form(day="", month="", year=""):
    return Dated({"on_day": day, "on_month": month, "on_year": year})


def timed_form(day, month, year, time):
    return Timed({"ended_day": day, "ended_month": month, "ended_year": year, "ended_time": time})


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        (("27", "3", "2026"), dt.date(2026, 3, 27)),
        (("07", "03", "2026"), dt.date(2026, 3, 7)),
        ((" 27 ", "March", "2026"), dt.date(2026, 3, 27)),
        (("1", "sept", "2026"), dt.date(2026, 9, 1)),
        (("29", "feb", "2028"), dt.date(2028, 2, 29)),
    ],
)
def test_a_date_is_understood_as_people_type_it(typed, date):
    form = date_form(*typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["on"] == date


@pytest.mark.parametrize(
    ("typed", "sentence", "wrong"),
    [
        (("", "", ""), "Enter the date of visit", ("day", "month", "year")),
        (("27", "", "2026"), "Date of visit must include a month", ("month",)),
        (("", "", "2026"), "Date of visit must include a day and a month", ("day", "month")),
        (("30", "2", "2026"), "Date of visit must be a real date", ("day", "month", "year")),
        (("27", "13", "2026"), "Date of visit must be a real date", ("month",)),
        (("x", "3", "2026"), "Date of visit must be a real date", ("day",)),
        (("27", "ma", "2026"), "Date of visit must be a real date", ("month",)),
        (("27", "3", "26"), "Date of visit must have a year of 4 numbers, like 2026", ("year",)),
        (("٢", "3", "2026"), "Date of visit must be a real date", ("day",)),
    ],
)
def test_a_date_that_is_wrong_says_what_is_wrong_and_where(typed, sentence, wrong):
    form = date_form(*typed)
    assert errors(form, "on") == [sentence]
    assert form["on"].wrong_parts == wrong
    html = str(form)
    assert html.count("govuk-input--error") == len(wrong)
    assert form["on"].target == f"id_on_{wrong[0]}"
    assert f'id="id_on_{wrong[0]}"' in html
    for part in typed:  # the typing is kept
        if part:
            assert f'value="{part}"' in html


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_a_date_shown_and_sent_back_is_the_same_date(date):
    shown = forms.DateParts().shown(date)
    form = date_form(*shown)
    assert form.is_valid()
    assert form.cleaned_data["on"] == date


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_whatever_is_typed_for_a_date_gets_an_answer(day, month, year):
    form = date_form(day, month, year)
    assert form.is_valid() or len(form.errors["on"]) == 1


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("14:30", dt.time(14, 30)),
        ("2.30pm", dt.time(14, 30)),
        ("2:30 p.m.", dt.time(14, 30)),
        ("1430", dt.time(14, 30)),
        ("9am", dt.time(9)),
        ("12am", dt.time(0)),
        ("12pm", dt.time(12)),
        ("noon", dt.time(12)),
        ("midnight", dt.time(0)),
        ("0:05", dt.time(0, 5)),
    ],
)
def test_a_time_is_understood_as_people_type_it(typed, time):
    assert forms.parse_time(typed) == time


@pytest.mark.parametrize("typed", ["", "9", "25:00", "14:60", "13pm", "0am", "soon", "14:30:15", "1٣:30"])
def test_what_is_not_a_time_is_not_guessed(typed):
    assert forms.parse_time(typed) is None


def test_a_moment_is_kept_in_english_time():
    form = timed_form("1", "7", "2026", "14:30")
    assert form.is_valid()
    assert form.cleaned_data["ended"] == dt.datetime(2026, 7, 1, 13, 30, tzinfo=dt.UTC)
    assert forms.DateTimeParts().shown(form.cleaned_data["ended"]) == ("1", "7", "2026", "14:30")


def test_just_after_midnight_in_summer_is_the_english_day():
    instant = dt.datetime(2026, 6, 30, 23, 15, tzinfo=dt.UTC)
    assert forms.DateTimeParts().shown(instant) == ("1", "7", "2026", "00:15")
    assert forms.DateParts().shown(instant) == ("1", "7", "2026")


def test_a_moment_the_clocks_skipped_is_refused_and_one_they_repeated_is_the_first():
    form = timed_form("29", "3", "2026", "01:30")
    assert errors(form, "ended") == [
        "Date and time it ended must have a time that happened: at 01:30 the clocks had gone forward"
    ]
    form = timed_form("25", "10", "2026", "01:30")
    assert form.is_valid()
    assert form.cleaned_data["ended"] == clock.at_local(dt.date(2026, 10, 25), dt.time(1, 30))
    assert form.cleaned_data["ended"].astimezone(dt.UTC).hour == 0


def test_a_moment_without_its_time_says_so():
    assert errors(timed_form("1", "7", "2026", ""), "ended") == ["Date and time it ended must include a time"]
    assert errors(timed_form("1", "7", "2026", "late"), "ended") == [
        "Date and time it ended must have a time of day, like 14:30"
    ]


def test_a_note_too_long_says_so_and_is_kept():
    text = "a" * 1_000_000
    form = Noted({"note": text})
    assert errors(form, "note") == ["What happened must be 10,000 characters or fewer"]
    assert text in str(form["note"])
    assert "maxlength=" not in str(form).replace("data-maxlength=", "")  # a browser would cut it short in silence


def test_line_ends_count_once_as_they_do_in_the_browser():
    form = Noted({"note": "a\r\n" * 5_000})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["note"] == ("a\n" * 5_000).strip()


def test_a_line_may_have_200_characters_and_no_nul():
    assert errors(Noted({"note": "x", "where": "w" * 201}), "where") == ["Place must be 200 characters or fewer"]
    assert errors(Noted({"note": "x\x00y"}), "note") == [
        "What happened has a character that cannot be kept. Delete it and type it again"
    ]


def test_a_plain_django_field_gets_limits_and_sentences_too():
    class Plain(forms.Form):
        name = forms.forms.CharField()
        notes = forms.forms.CharField(widget=forms.forms.Textarea)
        other = forms.forms.CharField(error_messages={"required": "Say something"})

    form = Plain({"name": "n" * 201, "notes": "n" * 10_001})
    assert errors(form, "name") == ["Name must be 200 characters or fewer"]
    assert errors(form, "notes") == ["Notes must be 10,000 characters or fewer"]
    assert errors(form, "other") == ["Say something"]


def test_a_label_with_a_percent_sign_breaks_no_sentence():
    class Percent(forms.Form):
        share = forms.TextField(label="Share in %s", max_length=3)

    assert errors(Percent({"share": "12345"}), "share") == ["Share in %s must be 3 characters or fewer"]


@pytest.mark.parametrize(
    ("label", "noun"),
    [
        ("Date of visit", "date of visit"),
        ("DoL order", "DoL order"),
        ("IRO", "IRO"),
        ("I have read it", "I have read it"),
        ("Was she seen?", "was she seen"),
        ("A place", "a place"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence(label, noun):
    assert forms.noun_from(label) == noun


def test_every_kind_of_field_says_what_to_do_when_it_is_left_empty():
    form = Visit({}, {})
    assert {name: list(es) for name, es in form.errors.items()} == {
        "visited_on": ["Enter the date of visit"],
        "child": ["Select the child"],
        "seen": ["Select whether she was seen"],
        "happened_at": ["Enter the date and time it ended"],
        "announced": ["Select whether it was announced"],
        "note": ["Enter what happened"],
        "staff": ["Enter the staff on shift"],
        "email": ["Enter the email address"],
        "password": ["Enter the password"],
        "file": ["Select the return"],
        "sure": ["Tick the box: I have read it to her"],
    }


def test_other_mistakes():
    form = Visit({"seen": "maybe", "staff": "many", "email": "nobody", "at": "soon", "also": ["stranger"]}, {})
    assert errors(form, "seen") == ["Select whether she was seen from the list"]
    assert errors(form, "staff") == ["Staff on shift must be a whole number"]
    assert errors(form, "email") == ["Email address must be an email address, like name@example.com"]
    assert errors(form, "at") == ["Start of shift must be a time of day, like 14:30"]
    assert errors(Visit({"staff": "21"}), "staff") == ["Staff on shift must be 20 or less"]
    assert errors(Visit({"staff": "-1"}), "staff") == ["Staff on shift must be 0 or more"]


def test_a_file_that_is_too_big_or_empty():
    big = SimpleUploadedFile("r.csv", b"x" * (2**20 + 1))
    assert errors(Visit({}, {"file": big}), "file") == ["Return must be smaller than 1 MB"]
    assert errors(Visit({}, {"file": SimpleUploadedFile("r.csv", b"")}), "file") == ["The file you selected is empty"]


def test_yes_and_no_are_answers_and_silence_is_not():
    class Asked(forms.Form):
        told = forms.YesNoField(label="Was she told?", required=False)

    for data, value in (({"told": "yes"}, True), ({"told": "no"}, False), ({}, None)):
        form = Asked(data)
        assert form.is_valid()
        assert form.cleaned_data["told"] is value
    assert 'value="no" id="id_told_1" checked' in str(Asked(initial={"told": False}))


def test_labels_hints_and_errors_are_tied_to_their_control():
    html = str(Visit({}, {}))
    assert '<label class="govuk-label govuk-label--s" for="id_address">' in html
    assert 'aria-describedby="id_address_helptext"' in html
    assert 'aria-describedby="id_note_error id_note-info"' in html
    assert 'id="id_note_error"' in html
    assert 'id="id_note-info"' in html
    assert 'aria-describedby="id_visited_on_helptext id_visited_on_error"' in html  # on the fieldset
    assert "required>" not in html


def test_the_summary_leads_to_each_field_in_the_order_of_the_page():
    form = Visit({}, {})
    form.add_error(None, "The placement has ended.")
    form.add_error("no_such_field", "Nor is this a field.")
    entries = list(form.error_list)
    assert [entry.target for entry in entries[:2]] == ["", ""]
    html = str(form)
    places = [html.index(f'id="{entry.target}"') for entry in entries[2:]]
    assert places == sorted(places)
    assert len(places) == 11


def test_an_error_under_a_revealed_field_is_in_the_summary():
    form = Visit({"seen": "refused"}, {})
    form.add_error("refusal_reason", "Enter what she said")
    assert forms.ErrorEntry("Enter what she said", "id_refusal_reason") in list(form.error_list)


def test_sections_show_each_field_once_and_a_revealed_one_under_its_answer():
    form = Visit()
    assert [section.heading for section in form.shown] == ["", "The visit"]
    html = str(form)
    for name in form.fields:
        assert html.count(f'name="{name}"') >= 1 or html.count(f'name="{name}_day"') == 1
    assert html.count('name="refusal_reason"') == 1
    assert html.index('id="id_seen_2_reveals"') < html.index('name="refusal_reason"')


def test_what_is_typed_is_escaped():
    form = Visit(
        {"address": EVIL, "note": EVIL, "visited_on_day": EVIL, "email": EVIL, "staff": EVIL, "refusal_reason": EVIL},
        {},
    )
    assert "<script>" not in str(form)
    assert "&lt;script&gt;" in str(form)


def test_a_draft_may_fill_the_form_without_complaints():
    data = QueryDict("note=half+a+sentence&visited_on_day=3&seen=alone")
    form: Any = Noted(data)
    form._errors, form.cleaned_data = {}, {}
    assert "half a sentence" in str(form)
    assert "govuk-error-message" not in str(form)


def test_passwords_are_not_shown_again():
    assert "secret words" not in str(Visit({"password": "secret words"}, {}))


def test_filters_do_not_call_themselves_optional():
    class Filter(forms.FilterForm):
        rule = forms.SelectField(label="Rule", choices=[("", "All")], required=False)

    assert "(optional)" not in str(Filter())
    assert 'id="filter_rule"' in str(Filter())
