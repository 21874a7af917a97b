"""What is typed by the protected route, and by whoever reads it. None of it is kept as a draft."""

from typing import Any

from core import forms
from core.access import Permission
from core.models import User
from escalations.models import WhistleReport, WhistleStep
from escalations.querysets.whistle import readers
from governance.querysets.concerns import to_raise_about

Kind = WhistleStep.Kind


class _Readers(forms.Form):
    reader = forms.ModelSelectField(None, label="Who is to read it?", noun="who is to read it")

    def _offer(self, user: User, name: str = "reader") -> None:
        self.offer(name, readers(user))
        field: Any = self.fields[name]
        field.label_from_instance = lambda person: (
            f"{person.name}, {person.get_role_display().lower()}, {person.authority}"
        )


class Report(_Readers):
    what = forms.TextAreaField(
        label="What is wrong?", noun="what is wrong", hint="What you saw or know, when, and how you know it."
    )
    about = forms.TextAreaField(
        label="Whom or what is it about, and where?",
        noun="whom or what it is about, and where it happened",
        rows=3,
    )
    child = forms.ModelSelectField(
        None,
        label="Is it about one child?",
        hint="Whoever reads it sees initials and a reference, and no file.",
        noun="child",
        empty_label="No, or you would rather not say",
        required=False,
    )
    may_be_known = forms.RadiosField(
        label="May whoever reads it know that it is from you?",
        noun="whether whoever reads it may know that it is from you",
        choices=[("no", "No: keep my name sealed"), ("yes", "Yes: they may open the seal")],
        hints={
            "no": "They can still answer you here. Think whether what you write shows who you are.",
            "yes": "You see here when they do. You can seal it again for the future.",
        },
    )
    then_reader = forms.ModelSelectField(
        None,
        label="Who reads it instead, if they do not say in two working days that they have it?",
        hint="It then goes to this person by itself, and the first one reads it no more.",
        noun="who reads it instead",
        empty_label="Nobody: I will look, and choose myself",
        required=False,
    )
    field_order = ["what", "about", "child", "reader", "then_reader", "may_be_known"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(user)
        self._offer(user, "then_reader")
        children = to_raise_about(user) if user.can(Permission.RAISE_CONCERN) else None
        if children is not None and children.exists():
            self.offer("child", children)
        else:
            del self.fields["child"]

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        entered["may_be_known"] = entered.get("may_be_known") == "yes"
        return entered


class Add(forms.Form):
    text = forms.TextAreaField(label="What do you want to add?", noun="what you want to add")


class Known(forms.Form):
    may_be_known = forms.RadiosField(
        label="May whoever reads it know that it is from you?",
        noun="whether whoever reads it may know that it is from you",
        choices=[("no", "No: keep my name sealed"), ("yes", "Yes: they may open the seal")],
    )

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        entered["may_be_known"] = entered.get("may_be_known") == "yes"
        return entered


class ChooseReader(_Readers):
    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(user)


class Tell(forms.Form):
    kind = forms.RadiosField(
        label="What are you telling them?",
        noun="whether this is the answer",
        choices=[(Kind.DONE, "What is being done"), (Kind.ANSWERED, "The answer: what came of it")],
    )
    text = forms.TextAreaField(
        label="What do you tell them?", noun="what you tell them", hint="They read exactly this, and nobody else does."
    )


class Close(forms.Form):
    outcome = forms.RadiosField(label="What came of it?", noun="what came of it", choices=WhistleReport.Outcome.choices)
    text = forms.TextAreaField(label="What was done?", noun="what was done")


class Acknowledge(forms.Form):
    """Nothing to type: the button is the act."""
