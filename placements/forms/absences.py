"""What people type about a manager's absence, and what the regulator was told."""

from core import forms


class Record(forms.Form):
    planned = forms.YesNoField(
        label="Was it planned?",
        noun="whether it was planned",
        hint="Leave is planned. An illness or an emergency is not.",
    )
    began_on = forms.DateField(label="First day away", noun="first day away")
    expected_back_on = forms.DateField(
        label="When are they expected back?",
        noun="day they are expected back",
        hint="The first day back on duty. Leave it empty only where an unplanned absence has no known end: it is then "
        "taken to be long.",
        required=False,
    )
    reason = forms.TextAreaField(label="Why are they away?", noun="why they are away", rows=3)
    in_charge = forms.TextField(
        label="Who is in charge meanwhile?",
        noun="who is in charge meanwhile",
        hint="One named person. The notice to the regulator says who it is.",
        max_length=150,
    )


class Notice(forms.Form):
    notified_on = forms.DateField(label="When was notice given?", noun="date notice was given")


class Back(forms.Form):
    returned_on = forms.DateField(
        label="When did they come back?", noun="date they came back", hint="The first day on duty again."
    )


class NoticeOfReturn(forms.Form):
    notified_on = forms.DateField(label="When was the regulator told?", noun="date the regulator was told")


class CallOff(forms.Form):
    why = forms.TextAreaField(label="Why is it called off?", noun="why it is called off", rows=3)
