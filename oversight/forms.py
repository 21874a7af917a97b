"""The flags list's filters, and the answer to a flag."""

from typing import Any

from django.forms import CharField, HiddenInput

from core import forms
from oversight import rulebook, standards
from oversight.actions import LONGEST, LONGEST_PLAN
from oversight.querysets import AGES, CLEARED

WHOSE = {"": "Everybody’s that I may see", "mine": "Mine", "team": "My team’s"}


def _choices(of: dict[str, str], empty: str = "Any") -> list[tuple[str, str]]:
    return [("", empty), *of.items()]


class FlagFilter(forms.FilterForm):
    """Every filter stands in the address, so a number anywhere can be a link to exactly what it counts."""

    whose = forms.SelectField(label="Whose", choices=list(WHOSE.items()), required=False)
    state = forms.SelectField(
        label="Standing or cleared", choices=[("", "Standing"), (CLEARED, "Cleared")], required=False
    )
    rule = forms.SelectField(label="Rule", choices=[], required=False)
    family = forms.SelectField(label="About", choices=_choices(rulebook.FAMILIES), required=False)
    basis = forms.SelectField(
        label="Rests on",
        choices=_choices({"statute": "Statute", "court": "Court or guidance", "local": "Local standard"}),
        required=False,
    )
    severity = forms.SelectField(label="Severity", choices=_choices({"red": "Red", "amber": "Amber"}), required=False)
    age = forms.SelectField(label="Overdue for", choices=_choices(AGES), required=False)
    answered = forms.SelectField(label="Answered", choices=_choices({"yes": "Yes", "no": "No"}), required=False)
    # These come from links, and are shown where they are chosen: nobody knows a placement by its number.
    placement = CharField(label="Placement", widget=HiddenInput, max_length=18, required=False)
    child = CharField(label="Child", widget=HiddenInput, max_length=12, required=False)
    owner = CharField(label="Held by", widget=HiddenInput, max_length=18, required=False)

    def __init__(self, *args: Any, for_provider: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [rule for rule in rulebook.ALL if rule.raises_flags]
        if for_provider:
            del self.fields["answered"]
            offered = [rule for rule in offered if rule.for_provider]
        rules = {rule.code: f"{rule.code} {rule.title}" for rule in offered}
        self.fields["rule"].choices = _choices(rules)  # type: ignore[attr-defined]


class SetStandard(forms.Form):
    key = forms.SelectField(
        label="Which standard?",
        noun="standard",
        choices=_choices(
            {s.key: f"{s.sentence} (at most {s.default} {s.unit})" for s in standards.ALL}, empty="Select one"
        ),
    )
    value = forms.NumberField(label="At most how many?", noun="number", hint="In the unit the standard is given in.")
    effective_from = forms.DateField(label="From which day?", noun="the day it takes effect", hint="Today or later.")
    reason = forms.TextAreaField(label="Why", noun="why", rows=3, hint="It is shown with the standard, and kept.")


class Answer(forms.Form):
    doing = forms.TextAreaField(label="What is being done?", noun="what is being done", rows=4, max_length=LONGEST)
    by_when = forms.DateField(
        label="By when?",
        noun="the date it will be done by",
        hint=f"At most {LONGEST_PLAN} working days ahead.",
    )
