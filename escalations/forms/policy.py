"""What is typed about what staff were asked of a policy."""

from core import forms
from escalations.models import PolicyConsultation


class Consultation(forms.Form):
    policy = forms.RadiosField(
        label="Which policy was it about?", noun="which policy it was about", choices=PolicyConsultation.Policy.choices
    )
    version = forms.TextField(label="Which version?", noun="which version it was", max_length=50, width=20)
    held_on = forms.DateField(label="When were they asked?", noun="day they were asked")
    who = forms.TextAreaField(
        label="Who was asked, and how many?",
        noun="who was asked",
        hint="Which teams, agencies and providers, and how many of each; newly qualified and night staff among them.",
        rows=3,
    )
    said = forms.TextAreaField(label="What did they say?", noun="what they said")
    changed = forms.TextAreaField(
        label="What changed because of it?", noun="what changed", hint="And what did not, and why."
    )
    in_force_on = forms.DateField(
        label="From when is this version in force?", noun="day this version is in force", required=False
    )
