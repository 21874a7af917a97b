"""What an administrator types about which provider a person works for."""

from typing import Any

from core import forms
from placements.models import Provider


class Employ(forms.Form):
    provider = forms.ModelSelectField(None, label="Provider", required=False, empty_label="Select one")
    provider_name = forms.TextField(
        label="Or a new provider’s name", hint="Only if it is not in the list.", max_length=150, required=False
    )
    started_on = forms.DateField(label="When did they start there?", noun="day they started")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("provider", Provider.objects.all())


class Appoint(Employ):
    email = forms.EmailField(
        label="Their email address", noun="email address", autocomplete="off", hint="The one they sign in with."
    )
    field_order = ["email", "provider", "provider_name", "started_on"]


class EndEmployment(forms.Form):
    ended_on = forms.DateField(label="When did they leave?", noun="day they left")
    reason = forms.TextAreaField(label="Why", noun="reason", rows=3, max_length=500)
