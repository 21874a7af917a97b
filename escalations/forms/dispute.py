"""What is typed into a dispute, and about Cafcass."""

from typing import Any

from core import forms
from escalations.models import Dispute


class _WithConcern(forms.Form):
    """Offers the officer’s own open concerns about the child, where there are any."""

    def __init__(self, *args: Any, concerns: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if concerns.exists():
            self.offer("concern", concerns)
        else:
            del self.fields["concern"]


class Raise(_WithConcern):
    about = forms.TextAreaField(
        label="What do you dispute?",
        noun="what you dispute",
        hint="The part of the care plan, or what was not done about it, and what it means for the child.",
    )
    wanted = forms.TextAreaField(label="What do you ask for?", noun="what you ask for", hint="And by when.", rows=3)
    concern = forms.ModelSelectField(
        None, label="Does it come from a concern of yours?", noun="concern", empty_label="No", required=False
    )
    said = forms.TextAreaField(
        label="Whom did you speak to informally, and what was said?",
        noun="whom you spoke to and what was said, or why there was no time to",
        hint="If there was no time to speak to anybody first, say why.",
        rows=4,
    )
    formal = forms.RadiosField(
        label="Is it informal or formal?",
        noun="whether it is informal or formal",
        choices=[("no", "Informal, so far"), ("yes", "Formal: the head of service must answer")],
        hints={"yes": "The answer is due by a day, goes up by itself if there is none, and all of it has an end."},
    )

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        entered["formal"] = entered.get("formal") == "yes"
        return entered


class Formal(forms.Form):
    why = forms.TextAreaField(
        label="Why is what was said informally not enough?",
        noun="why what was said informally is not enough",
        hint="The head of service reads this, with what you dispute and what you ask for.",
    )


class Note(forms.Form):
    text = forms.TextAreaField(label="What was said, and to whom?", noun="what was said, and to whom")


class Answer(forms.Form):
    text = forms.TextAreaField(
        label="Your answer",
        noun="your answer",
        hint="What will be done, by whom and by when. The reviewing officer says whether it is enough.",
    )


class NotEnough(forms.Form):
    why = forms.TextAreaField(label="Why is it not enough?", noun="why it is not enough", rows=4)


class Resolve(forms.Form):
    resolution = forms.RadiosField(label="How did it end?", noun="how it ended", choices=Dispute.Resolution.choices)
    why = forms.TextAreaField(label="What changed, and how do you know?", noun="what changed, and how you know", rows=4)


class Cafcass(_WithConcern):
    why = forms.TextAreaField(
        label="Why do you ask Cafcass?",
        noun="why you ask Cafcass",
        hint="What was tried, and what it means for the child.",
    )
    sent = forms.TextAreaField(
        label="How did it reach Cafcass, and what did you send?",
        noun="how it reached Cafcass, and what was sent",
        hint="This page keeps the record. It sends nothing to Cafcass.",
        rows=3,
    )
    dispute = forms.ModelSelectField(
        None, label="Is it about a dispute?", noun="dispute", empty_label="No: without one", required=False
    )
    concern = forms.ModelSelectField(
        None, label="Does it come from a concern of yours?", noun="concern", empty_label="No", required=False
    )

    def __init__(self, *args: Any, disputes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if disputes.exists():
            self.offer("dispute", disputes)
        else:
            del self.fields["dispute"]


class CafcassAnswer(forms.Form):
    answered_on = forms.DateField(label="When did Cafcass answer?", noun="day Cafcass answered")
    answer = forms.TextAreaField(label="What did Cafcass answer?", noun="what Cafcass answered")
