"""What people type about orders of the court."""

from core import forms


class Order(forms.Form):
    made_on = forms.DateField(label="When was the order made?", noun="date the order was made")
    starts_on = forms.DateField(label="First day of the order")
    expires_on = forms.DateField(
        label="Last day of the order",
        hint="Every order states its own end, at most 12 months on. For example, 27 3 2026",
    )
    case_number = forms.TextField(label="Case number", width=20, max_length=40, required=False)
    restrictions = forms.TextAreaField(
        label="What it authorises",
        hint="Each restriction, as the order words it. It is a ceiling: doing less is always allowed.",
        rows=6,
    )
    staffing_ratio = forms.NumberField(
        label="Staff to one child, at most",
        hint="For example, 2 if two members of staff may be there at all times.",
        width=2,
        min_value=1,
        max_value=20,
        required=False,
    )


class Discharge(forms.Form):
    discharged_on = forms.DateField(label="When was it discharged?", noun="date it was discharged")
    discharge_reason = forms.TextAreaField(label="Why was it discharged?", noun="why it was discharged", rows=3)
