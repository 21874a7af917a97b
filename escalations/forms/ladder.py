"""What people type to escalate something, and to answer what was escalated."""

from typing import Any

from core import forms
from core.models import User
from escalations.models import ConflictOfInterest, Escalation


def _with_roles(form: forms.Form, *names: str) -> None:
    """People by name and role, for whoever does not know every name above them."""
    for name in names:
        if name in form.fields:
            field: Any = form.fields[name]
            field.label_from_instance = lambda person: f"{person.name}, {person.get_role_display().lower()}"


class Raise(forms.Form):
    """One click on something that is written already: what it says stands in the form."""

    child = forms.ModelSelectField(
        None, label="Which child is it about?", noun="child", empty_label="No child in particular", required=False
    )
    authority = forms.ModelSelectField(None, label="Which council is it about?", noun="council")
    what = forms.TextAreaField(
        label="What is wrong?",
        hint="What was seen or decided, by whom, and what it means for the child.",
        noun="what is wrong",
    )
    wanted = forms.TextAreaField(
        label="What do you ask for?",
        noun="what you ask for",
        rows=3,
        required=False,
        hint="What should happen, and by when.",
    )
    danger = forms.ConfirmField(
        label="Somebody is in immediate danger",
        hint="It goes to a head of service or the safeguarding lead at once, at any hour, and is due today. Call 999 first.",
        required=False,
    )
    to = forms.ModelSelectField(
        None, label="Who was it written to?", hint="If it was sent to somebody by email, choose them: they must answer now.",
        noun="who must answer", empty_label="Nobody yet: send it to whoever is next", required=False,
    )  # fmt: skip
    about = forms.ModelSelectField(
        None, label="Is it about something one of these people did or decided?", hint="It will never come to them.",
        noun="who it is about", empty_label="No, or not that you know", required=False,
    )  # fmt: skip

    def __init__(
        self, *args: Any, children: Any = None, councils: Any = None, recipients: Any, people: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("child", children), ("authority", councils)):
            if rows is None:
                del self.fields[name]
            else:
                self.offer(name, rows)
        if recipients is None:
            del self.fields["to"]
        else:
            self.offer("to", recipients)
        self.offer("about", people)
        _with_roles(self, "to", "about")

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        about = entered.pop("about", None)
        return entered | {"about": [about] if about else []}


class Answer(forms.Form):
    text = forms.TextAreaField(
        label="Your answer",
        hint="What is done about it, by whom and by when. Whoever raised it reads exactly this, and says whether it is enough.",
        noun="your answer",
    )


class AnswerToFlags(Answer):
    until = forms.DateField(
        label="By when will records have cleared what is overdue?",
        hint="Until then it stays with you. After that it goes up. You can say it once.",
        noun="day by which it will be cleared",
    )


class Close(forms.Form):
    reason = forms.RadiosField(
        label="Why can it be closed?",
        noun="why it can be closed",
        choices=[
            *(each for each in Escalation.Closing.choices if each[0] not in ("accepted", "cleared")),
            *Escalation.NoReason.choices,
        ],
        hints=dict.fromkeys(Escalation.NoReason.values, "Refused: it closes nothing"),
    )
    text = forms.TextAreaField(label="What was done, and how do you know?", noun="what was done")


class PassBack(forms.Form):
    to = forms.ModelSelectField(None, label="Who is to answer it?", noun="who is to answer it")
    why = forms.TextAreaField(label="Why?", noun="why", rows=3)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("to", people)
        _with_roles(self, "to")


class Accept(forms.Form):
    """Nothing to fill in: the answer is on the page."""


class AcceptForAnother(forms.Form):
    told = forms.TextAreaField(
        label="How were they told of this answer, and what did they say?",
        noun="how they were told, and what they said",
        hint="You wrote this concern down for somebody who has no account here. It is for them to say whether it is enough.",
        rows=3,
    )


class Why(forms.Form):
    why = forms.TextAreaField(label="Why?", noun="why")


class Reject(forms.Form):
    why = forms.TextAreaField(label="What is missing?", hint="Whoever has it next reads this.", noun="what is missing")


class Conflict(forms.Form):
    person = forms.ModelSelectField(None, label="Who must not answer it?", noun="who must not answer it")
    why = forms.RadiosField(label="Why?", noun="why", choices=ConflictOfInterest.Why.choices)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("person", people)
        _with_roles(self, "person")


class EscalationFilter(forms.FilterForm):
    """Every filter stands in the address, so that a number anywhere can be a link to exactly what it counts."""

    show = forms.SelectField(
        label="Show",
        choices=[
            ("", "Open"),
            ("answer", "Yours to answer"),
            ("close", "Yours to close"),
            ("read", "Raised by you, answered"),
            ("raised", "Raised by you, open"),
            ("outside", "With the scrutineer"),
            ("closed", "Closed"),
            ("all", "All"),
        ],
        required=False,
    )


def people_of(rows: list[User]) -> Any:
    """A list of people as a form offers them, in no other order."""
    return User.objects.filter(pk__in=[person.pk for person in rows]).order_by("name")
