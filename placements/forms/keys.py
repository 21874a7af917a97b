"""What people type about keys, fobs and devices."""

from core import forms
from placements.models import Key


class Issue(forms.Form):
    kind = forms.RadiosField(label="What is it?", noun="what it is", choices=Key.Kind.choices)
    what = forms.TextField(
        label="Which one?", noun="which one it is", hint="For example, front door, fob 3. Never write down a code itself.",
        max_length=150,
    )  # fmt: skip
    held_by = forms.TextField(
        label="Who holds it?", noun="who holds it", hint="A name and an organisation, or the child.", max_length=150
    )
    issued_on = forms.DateField(label="When was it issued?", noun="date it was issued")


class Revoke(forms.Form):
    revoked_on = forms.DateField(
        label="When was it given back or switched off?", noun="date it was given back or switched off"
    )
    how = forms.TextField(
        label="How?",
        noun="how it was given back or switched off",
        hint="For example, handed to the manager, or switched off by the alarm company.",
    )
