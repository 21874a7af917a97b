"""What people type about a child's protection."""

from typing import Any

from core import forms
from core.models import User
from governance.models import Concern, StrategyAttendee, StrategyDiscussion
from governance.policies import protection as policies

Agency = StrategyAttendee.Agency


class Ask(forms.Form):
    why = forms.TextAreaField(
        label="Why is a strategy discussion needed?",
        hint="What makes you think that the child is, or is likely to be, seriously harmed? What was seen, heard or said, "
        "when, and by whom.",
        noun="why a strategy discussion is needed",
    )


class _Held(forms.Form):
    """A strategy discussion as it was held. `child` is whose, and `user` who records it."""

    held_at = forms.DateTimeField(label="When was it held?", noun="date and time it was held")
    chair = forms.TextField(label="Who chaired it?", noun="who chaired it", max_length=150)
    there_social_care = forms.TextField(
        label="Who was there for children’s services?", noun="who was there for children’s services", max_length=300
    )
    there_police = forms.TextField(
        label="Who was there for the police?", noun="who was there for the police", max_length=300
    )
    there_health = forms.TextField(label="Who was there for health?", noun="who was there for health", max_length=300)
    there_other = forms.TextField(
        label="Who else was there?", noun="who else was there", max_length=300, required=False
    )
    concerns = forms.ModelCheckboxesField(
        None, label="Which concerns was it about?", noun="concerns it was about", required=False
    )
    outcome = forms.RadiosField(
        label="What was decided?", noun="what was decided", choices=StrategyDiscussion.Outcome.choices
    )
    reasons = forms.TextAreaField(label="Why?", noun="reasons for the decision")

    def __init__(self, *args: Any, child: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = policies.concerns_to_discuss(child, user)
        if found.exists():
            self.offer("concerns", found)
            self.fields["concerns"].label_from_instance = _called  # type: ignore[attr-defined]
        else:
            del self.fields["concerns"]

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        entered["there"] = {each.value: entered.pop(f"there_{each.value}", "") for each in Agency}
        return entered


def _called(concern: Concern) -> str:
    return f"{concern}: {concern.get_category_display()}"


class Hold(_Held):
    answer = forms.TextAreaField(
        label="What do you tell whoever asked?",
        hint="They read exactly this, and nothing else of what is written here. They may work for a provider.",
        noun="what whoever asked is told",
        rows=3,
    )

    def __init__(self, *args: Any, asked_by: User, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if asked_by == user:
            del self.fields["answer"]


class Record(_Held):
    field_order = ["why"]
    why = forms.TextAreaField(label="Why was it held?", noun="why it was held", rows=3)


class Decline(forms.Form):
    reasons = forms.TextAreaField(label="Why is it not held?", noun="why it is not held")
    answer = forms.TextAreaField(
        label="What do you tell whoever asked?",
        hint="They read exactly this. They may escalate it.",
        noun="what whoever asked is told",
        rows=3,
    )


class Assessment(forms.Form):
    assessed_on = forms.DateField(label="When was it finished?", noun="day it was finished")
    found = forms.TextAreaField(label="What did it find?", noun="what the assessment found")


class Conference(forms.Form):
    held_on = forms.DateField(label="When was the conference?", noun="day of the conference")


class NoConference(forms.Form):
    because = forms.TextAreaField(label="Why is no conference needed?", noun="why no conference is needed")


class Tell(forms.Form):
    agency = forms.RadiosField(
        label="Who was told?", noun="who was told", choices=[("police", "The police"), ("health", "Health")]
    )
    who = forms.TextField(label="Who did you speak to?", noun="who you spoke to")
    text = forms.TextAreaField(label="What did you tell them?", noun="what they were told", rows=3)
    told_at = forms.DateTimeField(
        label="When were they told?",
        hint="Leave empty for now. For example, 27 3 2026 at 14:30",
        noun="date and time they were told",
        required=False,
    )


class SeriousHarm(forms.Form):
    aware_at = forms.DateTimeField(
        label="When did the council become aware of it?", noun="date and time the council became aware"
    )
    what = forms.TextAreaField(label="What happened?", noun="what happened")
    concern = forms.ModelSelectField(
        None, label="Did it come with a concern?", noun="concern", empty_label="No, or not known", required=False
    )

    def __init__(self, *args: Any, child: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = policies.concerns_to_discuss(child, user)
        if found.exists():
            self.offer("concern", found)
            self.fields["concern"].label_from_instance = _called  # type: ignore[attr-defined]
        else:
            del self.fields["concern"]


class DecideSeriousHarm(forms.Form):
    met = forms.YesNoField(
        label="Must it be notified?",
        yes="Yes: serious harm, with abuse or neglect known or suspected",
        no="No",
        error_messages={"required": "Select whether it must be notified"},
    )
    why = forms.TextAreaField(label="Why?", noun="reasons for the decision")
    decided_by = forms.ModelSelectField(None, label="Who decided?", noun="who decided")

    def __init__(self, *args: Any, child: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("decided_by", policies.notice_deciders(child))


class Notify(forms.Form):
    """Only those nobody has told yet are asked about."""

    panel_told_at = forms.DateTimeField(
        label="When was the Panel told?", noun="when the Panel was told", required=False
    )
    ofsted_told_at = forms.DateTimeField(label="When was Ofsted told?", noun="when Ofsted was told", required=False)
    partners_told_at = forms.DateTimeField(
        label="When were the safeguarding partners told?",
        noun="when the safeguarding partners were told",
        required=False,
    )

    def __init__(self, *args: Any, notice: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if getattr(notice, name) is not None:
                del self.fields[name]


class RapidReview(forms.Form):
    held_on = forms.DateField(label="When was the rapid review?", noun="day of the rapid review")
    found = forms.TextAreaField(label="What did it decide?", noun="what the rapid review decided")
