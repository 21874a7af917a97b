"""What people type about long-term plans, milestones and contingencies."""

from typing import Any

from django.forms import DecimalField

from core import forms
from governance.models import Contingency, LongTermPlan


class PoundsField(forms.Spoken, DecimalField):
    """An amount in pounds, with pence if need be."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"})
        )
        super().__init__(max_digits=9, decimal_places=2, min_value=0, **kwargs)


def _said(label: str, noun: str) -> forms.TextAreaField:
    return forms.TextAreaField(
        label=label, noun=noun, hint="Who, and when they were asked.", rows=3, max_length=2000, required=False
    )


class SayOfPlan(forms.Form):
    health_said = _said("What did health say of it?", "what health said")
    education_said = _said("What did education say of it?", "what education said")
    care_said = _said("What did the child’s social worker say of it?", "what the child’s social worker said")
    interim_safety = forms.TextAreaField(
        label="How is the child kept safe until it is carried out?",
        noun="how the child is kept safe until it is carried out",
        hint="Needed where a move takes more than 28 days.",
        rows=4,
        required=False,
    )


class StartPlan(SayOfPlan):
    kind = forms.RadiosField(
        label="What is it a plan for?", noun="what it is a plan for", choices=LongTermPlan.Kind.choices
    )
    aim = forms.TextAreaField(label="What is it to bring about?", noun="what it is to bring about", rows=3)
    started_on = forms.DateField(label="When did it begin?", noun="day it began")
    field_order = ("kind", "aim", "started_on", "health_said", "education_said", "care_said", "interim_safety")


class EndPlan(forms.Form):
    ended_on = forms.DateField(label="When did it end?", noun="day it ended")
    end_note = forms.TextAreaField(label="How did it end?", noun="how it ended", rows=4)


class AddMilestone(forms.Form):
    what = forms.TextField(label="What will be done?", noun="what will be done")
    due_on = forms.DateField(
        label="By when?", noun="day it is due", hint="It cannot be changed later: a step that slips is shown as missed."
    )


class MeetMilestone(forms.Form):
    met_on = forms.DateField(label="When was it done?", noun="day it was met")
    evidence = forms.TextAreaField(label="What shows it?", noun="what shows that it is done", rows=3)


class MakeContingency(forms.Form):
    what = forms.TextAreaField(label="What will be done instead?", noun="what will be done instead", rows=4)
    weekly_cost = PoundsField(label="What does a week of it cost, in pounds?", noun="cost a week")
    trigger = forms.TextAreaField(
        label="When is it used?", noun="when it is used", hint="A day or an event that anybody can recognise.", rows=3
    )


class DecideContingency(forms.Form):
    state = forms.RadiosField(
        label="Is it used?",
        noun="whether it is used",
        choices=[(value, label) for value, label in Contingency.State.choices if value != "standing"],
    )
    reasons = forms.TextAreaField(label="Why?", noun="reasons", rows=4)
