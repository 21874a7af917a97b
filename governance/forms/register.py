"""What is typed into the partnership's register and the records of training."""

from typing import Any

from core import forms
from core.models import User
from governance.models.register import RoleTraining
from governance.policies import register as policies


class Enter(forms.Form):
    why = forms.TextAreaField(
        label="Why is the child there, and what is being done to end it?",
        noun="why the child is there, and what is being done to end it",
        rows=4,
    )


class Review(forms.Form):
    reviewed_on = forms.DateField(label="When did the executive look at this?", noun="day the executive looked at this")
    minute = forms.TextAreaField(
        label="What was minuted about this child?",
        noun="what was minuted about this child",
        hint="How the child is, what has been done since last month to end or register it, and what the executive was not told.",
        rows=5,
    )
    asked = forms.TextAreaField(
        label="What does the partnership ask for?", hint="Of whom, and by when.", rows=3, required=False
    )


class TakeOff(forms.Form):
    left_on = forms.DateField(label="From when?", noun="day the child is taken off")
    why = forms.TextAreaField(
        label="Why is the child taken off?",
        noun="why the child is taken off",
        hint="The move, or the registration and how it was checked.",
        rows=3,
    )


class Train(forms.Form):
    person = forms.ModelSelectField(None, label="Who was trained?", noun="who was trained")
    subject = forms.RadiosField(
        label="What was it about?", noun="what the training was about", choices=RoleTraining.Subject.choices
    )
    given_on = forms.DateField(label="When?", noun="day of the training")
    trainer = forms.TextField(label="Who gave it?", noun="who gave it", max_length=150)
    evidence = forms.TextAreaField(
        label="What shows that they were there?",
        noun="what shows that they were there",
        hint="The certificate or the list of names, and where it is kept.",
        rows=2,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("person", policies.to_be_trained(user))
