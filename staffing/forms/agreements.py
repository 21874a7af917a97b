"""What people type about what is agreed for a placement: with its agencies, and about its staff."""

from typing import Any

from children.forms.deciding import Considered
from core import clock, forms
from placements.models import Placement
from staffing import policies_carers as policies
from staffing.models.agreements import REPLACED_WITHIN


class BringIn(forms.Form):
    agency = forms.ModelSelectField(None, label="Agency", required=False)
    new_agency = forms.TextField(
        label="Or a new agency’s name", hint="Only if it is not in the list.", max_length=150, required=False
    )
    started_on = forms.DateField(
        label="When does it start to supply carers here?", noun="day it starts to supply carers"
    )

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("agency", policies.agencies_to_bring_in(placement))


def _who(label: str, noun: str) -> forms.TextField:
    return forms.TextField(label=label, noun=noun)


class Sign(forms.Form):
    sections = (
        ("Who answers for its carers", ["supervises", "trains", "disciplines", "reports_to_lado", "hands_over"]),
        ("For this child", ["outcomes"]),
        ("Signed", ["signed_on", "signed_for_agency", "expires_on"]),
    )
    supervises = _who("Who supervises the agency’s carers?", "who supervises the agency’s carers")
    trains = _who("Who trains them?", "who trains them")
    disciplines = _who("Who disciplines them?", "who disciplines them")
    reports_to_lado = _who(
        "Who reports a concern about them to the LADO?", "who reports a concern about them to the LADO"
    )
    hands_over = _who("Who receives the daily handover?", "who receives the daily handover")
    outcomes = forms.TextAreaField(
        label="What are its carers to achieve for this child?",
        hint="In the child’s own terms. An agreement without this is a general one, and says so on its page.",
        required=False,
    )
    signed_on = forms.DateField(label="When was it signed?", noun="day it was signed")
    signed_for_agency = forms.TextField(
        label="Who signed for the agency?",
        noun="who signed for the agency",
        hint="You sign for the council.",
        max_length=150,
    )
    expires_on = forms.DateField(label="What is the last day it runs?", noun="last day it runs")


class EndAgreement(forms.Form):
    ended_on = forms.DateField(
        label="From which day does it no longer supply carers?", noun="day it stops supplying carers"
    )


class PlanReplacement(forms.Form):
    agency = forms.ModelSelectField(None, label="Which agency’s carers are to be replaced?", noun="agency")
    why = forms.TextAreaField(
        label="Why do they stay for now?",
        noun="why they stay for now",
        hint="What it does for the child. Not that it is short, or that there is no alternative.",
        rows=4,
    )
    replaced_by = forms.TextAreaField(
        label="Who takes their place, and how?",
        noun="who takes their place, and how",
        hint="Staff by name or post, from when, and how the child gets to know them.",
        rows=4,
    )
    last_day = forms.DateField(
        label="What is the last day any of them works here?",
        noun="last day any of them works here",
        hint=f"At most {REPLACED_WITHIN.days} days from today. For example, 27 3 2026",
    )

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("agency", policies.agencies_to_replace(placement, clock.now()))


class SetStaffing(Considered):
    effective_from = forms.DateTimeField(label="From when?", noun="day and time it takes effect")
    by_day = forms.NumberField(label="Staff by day", noun="number of staff by day", width=2)
    by_night = forms.NumberField(label="Waking staff by night", noun="number of waking staff by night", width=2)
    sleeping_in = forms.NumberField(label="Staff sleeping in", noun="number of staff sleeping in", width=2, initial=0)
    source = forms.TextField(
        label="What does it rest on?", noun="what it rests on", hint="The order, the plan or the meeting, and its date."
    )
    why = forms.TextAreaField(label="Why?", noun="why", hint="What has changed for the child.", rows=4)
    field_order = ["effective_from", "by_day", "by_night", "sleeping_in", "source", "why", "alternatives", "consulted"]


class RecordStaffType(forms.Form):
    reviewed_on = forms.DateField(label="When was this decided or reviewed?", noun="day this was decided or reviewed")
    staff_type = forms.TextField(
        label="What kind of staff?",
        noun="kind of staff",
        hint="For example, residential workers trained in trauma-informed care.",
    )
    need = forms.TextAreaField(label="Which assessed need are they to meet?", noun="need they are to meet", rows=4)
    why = forms.TextAreaField(
        label="Why does this kind of staff meet it?", noun="why this kind of staff meets it", rows=4
    )
    advice = forms.TextAreaField(
        label="What did CAMHS or another clinician advise?",
        noun="what a clinician advised",
        hint="Who, and when. If nobody was asked, say so, and why.",
        rows=4,
    )


class RecordReflectiveSession(forms.Form):
    held_on = forms.DateField(label="When was it held?", noun="day it was held")
    led_by = forms.TextField(label="Who led it?", noun="who led it", max_length=150)
    agencies = forms.TextAreaField(
        label="Who was there, and from which agencies?",
        noun="who was there, and from which agencies",
        hint="More than one agency, and those who are with the child from day to day.",
        rows=3,
        max_length=2000,
    )
    reflection = forms.TextAreaField(
        label="What was thought?",
        noun="what was thought",
        hint="With the child at the centre: what the child may be telling us, and what we do to each other.",
        rows=8,
    )
    agreed = forms.TextAreaField(label="What will change?", noun="what will change", rows=4)
