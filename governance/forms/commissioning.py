"""What people type about funding, a crisis, notices received and what a court was promised."""

from typing import Any

from django.db.models import QuerySet

from children.forms.deciding import Considered
from core import forms
from core.models import User
from governance.forms.deciding import WhoField
from governance.forms.long_term import PoundsField
from governance.models import CourtTask


class Approved(Considered):
    """Who approved what is paid: a person the matrix gives it to, or a panel written down by one."""

    approved_on = forms.DateField(label="When was it approved?", noun="day it was approved")
    approver = WhoField(None, label="Who approved it?", noun="who approved it", empty_label="A panel", required=False)
    approved_by = forms.TextField(
        label="If a panel approved it, which?",
        noun="which panel approved it",
        hint="Written down by somebody who may approve funding themselves.",
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, approvers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("approver", approvers)


class RecordFunding(Approved):
    sections = (
        ("The block", ["starts_on", "ends_on", "weekly_cost"]),
        ("Who was asked", ["health_said", "education_said", "why_not_asked"]),
        ("Who approved it", ["approved_on", "approver", "approved_by", "why", "alternatives", "consulted"]),
    )
    starts_on = forms.DateField(label="When does the block begin?", noun="day the block begins")
    ends_on = forms.DateField(label="What is the last day that is paid for?", noun="last day")
    weekly_cost = PoundsField(label="What does a week cost, in pounds?", noun="cost a week")
    health_said = forms.TextAreaField(label="What did health say?", noun="what health said", rows=3, required=False)
    education_said = forms.TextAreaField(
        label="What did education say?", noun="what education said", rows=3, required=False
    )
    why_not_asked = forms.TextAreaField(
        label="If either was not asked, why?", noun="why they were not asked", rows=3, required=False
    )
    why = forms.TextAreaField(
        label="Why?", noun="why it was approved", hint="Why this long, and what comes after it.", rows=4
    )


class StopFunding(Approved):
    sections = (
        ("The end", ["stopped_on", "why", "alternatives", "consulted"]),
        ("Who approved it", ["approved_on", "approver", "approved_by"]),
    )
    stopped_on = forms.DateField(
        label="From which day is it no longer paid for?",
        noun="day it ends",
        hint="Another block may begin on that day. If this one is never to begin, enter its first day.",
    )
    why = forms.TextAreaField(
        label="Why does it end early?", noun="why the block ends early", hint="For example, a new price.", rows=4
    )


class CrisisCheckForm(forms.Form):
    """The checklist of a step. Where the setting is not registered its last part is asked of every step."""

    step = forms.RadiosField(label="Which step do you sign?", noun="step")
    safeguarding = forms.TextAreaField(
        label="Safeguarding",
        noun="how the child is kept safe",
        hint="Who checks on the child, who was told of what, and what carers’ checks are still missing.",
        rows=4,
    )
    care = forms.TextAreaField(
        label="Care",
        noun="who cares for the child",
        hint="Who is in charge, who is on shift, and what they were told.",
        rows=4,
    )
    education = forms.TextAreaField(label="Education", noun="what the child’s education is now", rows=4)
    health = forms.TextAreaField(label="Health", noun="what the child’s health care is now", rows=4)
    structure = forms.TextAreaField(
        label="Daily structure",
        noun="daily structure there is by now",
        hint="Routine, boundaries, things to do, and who holds them. Asked from day 28 on.",
        rows=4,
        required=False,
    )
    way_out = forms.TextAreaField(
        label="Registration, or the way out",
        noun="way out",
        hint="What is planned, and by when.",
        rows=4,
        required=False,
    )

    def __init__(self, *args: Any, steps: list[tuple[str, str]], unregistered: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps  # type: ignore[attr-defined]
        if unregistered:
            self.fields["way_out"].required = True
            self.fields[
                "way_out"
            ].help_text = (
                "The setting is not registered. The day its registration was applied for, or the way out and its date."
            )


class RecordNotice(forms.Form):
    from_whom = forms.TextField(
        label="Who gave notice?",
        noun="who gave notice",
        hint="The provider, or an agency that supplies carers.",
        max_length=150,
    )
    received_at = forms.DateTimeField(label="When did it reach the council?", noun="time it was received")
    ends_at = forms.DateTimeField(label="When do they stop?", noun="time they stop")
    reasons = forms.TextAreaField(label="What reasons did they give?", noun="reasons they gave", rows=4)


class AnswerNotice(forms.Form):
    response = forms.TextAreaField(
        label="What did the council answer?",
        noun="what was answered",
        hint="Representations made, more time asked for, and what came of it.",
        rows=4,
    )
    withdrawn = forms.YesNoField(label="Have they taken the notice back?", noun="whether they took the notice back")


class AddCourtTask(forms.Form):
    kind = forms.RadiosField(
        label="What is it?",
        noun="what it is",
        choices=CourtTask.Kind.choices,
        reveals={CourtTask.Kind.VISITING: "every_days"},
    )
    every_days = forms.NumberField(
        label="Every how many days?",
        noun="number of days",
        hint="The authority must then see the child at least as often.",
        width=3,
        required=False,
    )
    what = forms.TextAreaField(
        label="What is to be done?", noun="what is to be done", hint="As the order or statement says it.", rows=4
    )
    source = forms.TextField(label="Which order or statement?", noun="which order or statement")
    made_on = forms.DateField(
        label="What is the date of the order or statement?", noun="date of the order or statement"
    )
    due_on = forms.DateField(label="By when?", noun="day it is due")
    owner = forms.ModelSelectField(None, label="Who will do it?", noun="who will do it")

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("owner", owners)


class FinishCourtTask(forms.Form):
    done_on = forms.DateField(label="When was it done?", noun="day it was done")
    evidence = forms.TextAreaField(
        label="What shows it?", noun="what shows that it is done", hint="Where it can be found.", rows=3
    )


class TellCourt(forms.Form):
    told_on = forms.DateField(label="When was the court told?", noun="day the court was told")
    told_how = forms.TextAreaField(
        label="How, and what did it say?",
        noun="how the court was told",
        hint="The letter, statement or hearing, what was asked for, and any new date it gave.",
        rows=4,
    )
