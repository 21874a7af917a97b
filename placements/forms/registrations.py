"""What people type about registration, and about living where nobody is registered."""

from core import forms
from placements.models import Registration

NONE_CHOSEN = ("", "Select one")
Status = Registration.Status


class RegistrationForm(forms.Form):
    status = forms.RadiosField(
        label="Is the home registered?",
        noun="whether the home is registered",
        choices=Status.choices,
        hints={
            Status.REGISTERED: "You have seen it on the regulator’s list.",
            Status.NOT_REGISTERED: "You have checked, and nobody is registered to run it.",
            Status.NOT_KNOWN: "Somebody has to settle it. It is not read as “not registered”.",
        },
    )
    regulator = forms.SelectField(
        label="Who registered it", choices=[NONE_CHOSEN, *Registration.Regulator.choices], required=False
    )
    number = forms.TextField(label="Registration number", width=20, max_length=20, required=False)
    registered_for = forms.SelectField(
        label="What it is registered as", choices=[NONE_CHOSEN, *Registration.For.choices], required=False
    )
    started_on = forms.DateField(
        label="From which day is this true?",
        noun="date this is true from",
        hint="What is on record now ends on that day. For example, 27 3 2026",
    )
    evidence = forms.TextAreaField(
        label="How this was checked", hint="The register you looked at, or who told you, and when.", rows=3
    )
    sections = [
        ("If it is registered", ["regulator", "number", "registered_for"]),
        ("How you know", ["started_on", "evidence"]),
    ]


class Authorise(forms.Form):
    reasons = forms.TextAreaField(label="Reasons for the decision")
    alternatives = forms.TextAreaField(
        label="What else was sought",
        hint="Every place asked, and why it could not be used.",
    )
    steps = forms.TextAreaField(
        label="What is being done to end the placement or register the home",
        noun="what is being done to end or register it",
        hint="Who does what, and by when.",
    )
    expires_at = forms.DateTimeField(label="When does this decision expire?", noun="expiry")
