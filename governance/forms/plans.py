"""What people type about a child's plans, referral profile, search and placement agreement."""

from typing import Any

from core import forms
from governance import profile_fields
from governance.models import Plan, SearchEntry


class RecordPlan(forms.Form):
    kind = forms.RadiosField(label="Which plan is it?", noun="which plan it is", choices=Plan.Kind.choices)
    placement = forms.ModelSelectField(
        None,
        label="Which placement is it a plan for?",
        noun="placement",
        hint="For a placement plan only.",
        required=False,
    )
    made_on = forms.DateField(label="When was this version made?", noun="day it was made")
    covers = forms.CheckboxesField(
        label="Which parts of the care plan are written?",
        hint="Tick a part only if it is about this child and is true now. What is not ticked is shown as missing.",
        choices=Plan.SECTIONS,
        required=False,
    )
    signed_on = forms.DateField(
        label="When was it agreed and signed by the carer or manager?", noun="day it was signed", required=False
    )
    signed_by = forms.TextField(label="Who signed it?", noun="who signed it", max_length=150, required=False)

    def __init__(self, *args: Any, placements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("placement", placements)
        field: Any = self.fields["placement"]
        field.label_from_instance = lambda p: f"{p.home or p.get_type_display()}, from {p.started_on:%-d %B %Y}"


class WriteProfile(forms.Form):
    """The five texts, then the fields of the placements standard, all of them optional."""

    needs = forms.TextAreaField(label="What does the child need?", noun="what the child needs")
    identity = forms.TextAreaField(
        label="Who is the child?",
        noun="who the child is",
        hint="Religion or belief, racial origin, culture, language, and what a home must do about each.",
    )
    risks = forms.TextAreaField(
        label="What are the risks, and what helps?",
        noun="what the risks are",
        hint="What is true now, not what once was.",
    )
    outcomes = forms.TextAreaField(
        label="What is a placement to achieve for the child?",
        noun="what a placement is to achieve for the child",
        hint="What will be different for the child, and by when. No home is sought without this.",
    )
    wishes = forms.TextAreaField(
        label="Where and with whom does the child wish to live?",
        noun="where and with whom the child wishes to live",
        hint="In the child’s own words.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = [("The child", ["needs", "identity", "risks", "outcomes", "wishes"])]
        for heading, fields in profile_fields.SECTIONS.items():
            for field in fields:
                options = [("", "Not answered"), *((option, option) for option in field.options)]
                self.fields[field.name] = (
                    forms.SelectField(label=field.label, choices=options, required=False)
                    if field.options
                    else forms.TextField(label=field.label, required=False)
                )
                self._prepare(field.name, self.fields[field.name])
            self.sections.append((heading, [field.name for field in fields]))

    marks_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        answers = {name: given.pop(name) for name in list(given) if name in profile_fields.FIELDS}
        return given | {"answers": answers}


class ConfirmProfile(forms.Form):
    still_true = forms.ConfirmField(label="I have read it, and everything in it is true of the child today")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given.pop("still_true", None)
        return given


class Answer(forms.Form):
    answer = forms.RadiosField(
        label="What did they answer?", noun="what they answered", choices=SearchEntry.Answer.choices
    )
    why_not = forms.TextAreaField(
        label="If they said no, why?",
        noun="why not",
        hint="In their own words.",
        rows=3,
        max_length=2000,
        required=False,
    )


class LogSearch(Answer):
    asked = forms.TextField(label="Which home or provider was asked?", noun="which home or provider was asked")
    asked_on = forms.DateField(label="When was it asked?", noun="day it was asked")
    meets_wish = forms.RadiosField(
        label="Would it be where the child wishes to live?",
        noun="whether it is what the child asked for",
        choices=SearchEntry.Wish.choices,
    )
    field_order = ("asked", "asked_on", "meets_wish", "answer", "why_not")


class SignAgreement(forms.Form):
    outcomes = forms.TextAreaField(
        label="What is this placement to achieve for this child?",
        noun="what this placement is to achieve for this child",
        hint="From the referral profile: what will be different for the child, and how it will be known.",
    )
    health_said = forms.TextAreaField(label="What did health say?", noun="what health said", rows=3)
    education_said = forms.TextAreaField(label="What did education say?", noun="what education said", rows=3)
    text = forms.TextAreaField(
        label="The agreement",
        noun="agreement",
        hint="It begins as the general text. Change it and add to it until it is about this child: its page shows which "
        "lines are.",
        rows=14,
    )
    signed_on = forms.DateField(label="When was it signed?", noun="day it was signed")
    signed_for_provider = forms.TextField(
        label="Who signed for the provider?",
        noun="who signed for the provider",
        hint="You sign for the council.",
        max_length=150,
    )
