"""What people type about contact by senior managers with a child."""

from typing import Any

from children.models import Child
from core import forms
from core.models import User
from governance.models import SeniorContact


class WhoField(forms.ModelSelectField):
    def label_from_instance(self, person: Any) -> str:
        return f"{person.name}, {person.get_role_display().lower()}"


class WriteContact(forms.Form):
    said = forms.TextAreaField(label="What was said?", noun="what was said", hint="By the child, and by you.")
    promised = forms.TextAreaField(
        label="What was promised?",
        noun="what was promised",
        hint="Anything the child may now expect. Leave it empty if nothing was.",
        rows=3,
        required=False,
    )
    who_agreed = forms.TextAreaField(
        label="Who agreed to what was promised?",
        noun="who agreed to what was promised",
        hint="Care decisions belong to the social worker and the placement’s manager. If nobody agreed, say so.",
        rows=2,
        required=False,
    )


class RecordContact(WriteContact):
    occurred_at = forms.DateTimeField(label="When was it?", noun="time of the contact")
    how = forms.RadiosField(label="How?", noun="how you were in touch", choices=SeniorContact.How.choices)
    field_order = ["occurred_at", "how", "said", "promised", "who_agreed"]


class ReportContact(forms.Form):
    who = WhoField(None, label="Who was in touch with the child?", noun="who was in touch")
    occurred_at = forms.DateTimeField(label="When was it?", noun="time of the contact")
    how = forms.RadiosField(label="How?", noun="how they were in touch", choices=SeniorContact.How.choices)

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(authority_id=child.authority_id, is_active=True, role__in=SeniorContact.SENIOR)
        self.offer("who", people.order_by("name"))


class SayUnwritten(forms.Form):
    why = forms.TextAreaField(
        label="Why can it not be written?",
        noun="why it cannot be written",
        hint="And what is known of the contact from others.",
        rows=4,
    )


class SeeContact(forms.Form):
    answer = forms.TextAreaField(
        label="What happens about it?",
        noun="what happens about it",
        hint="What happens about anything promised, who decides, and who tells the child.",
        rows=3,
        required=False,
    )
