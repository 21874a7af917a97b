"""What people type about a child. The actions judge it; forms only read it and say what is missing."""

import datetime as dt
from typing import Any

from children import codes, policies
from children.models import Allocation, Child
from core import forms
from core.dates import in_words
from core.models import User

NONE_CHOSEN = ("", "Select one")
NOT_ANSWERED = ("", "Not known")


def with_codes(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices of a code set, each with its code: people who do returns know them by it."""
    return [(code, f"{code}: {label}") for code, label in choices]


class YesNoNotKnown(forms.RadiosField):
    """Yes, no, or not known: a fact nobody has asked about yet is neither."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("yes", "Yes"), ("no", "No"), NOT_ANSWERED]
        super().__init__(choices=choices, required=False, inline=True, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))


class LookedAfter(forms.Form):
    """That she became looked after: when, why, and under what legal status."""

    started_on = forms.DateField(
        label="When did the child become looked after?", noun="date the child became looked after"
    )
    need = forms.SelectField(
        label="Category of need",
        hint="The main reason for help when the child came into care.",
        choices=[NONE_CHOSEN, *with_codes(codes.NEED)],
    )
    legal_status = forms.SelectField(
        label="Legal status",
        hint="A deprivation of liberty order is never a legal status. It has a page of its own.",
        choices=[NONE_CHOSEN, *with_codes(codes.LEGAL_STATUS)],
    )


class AddChild(forms.Form):
    forename = forms.TextField(label="First name", max_length=100)
    surname = forms.TextField(label="Last name", max_length=100)
    known_as = forms.TextField(label="What the child likes to be called", max_length=100, required=False)
    sex = forms.RadiosField(label="Sex", choices=codes.SEX, inline=True)
    date_of_birth = forms.DateField(label="Date of birth", hint="For example, 27 3 2010")
    ethnicity = forms.SelectField(label="Ethnicity", choices=[NOT_ANSWERED, *codes.ETHNICITY], required=False)
    external_id = forms.TextField(
        label="Number in the return",
        hint="The child’s identifier in your council’s statutory returns, if there is one.",
        max_length=30,
        width=20,
        required=False,
    )
    team = forms.ModelSelectField(None, label="Responsible team")
    looked_after_from = forms.DateField(
        label="When did the child become looked after?", noun="date the child became looked after", required=False
    )
    need = forms.SelectField(label="Category of need", choices=[NONE_CHOSEN, *with_codes(codes.NEED)], required=False)
    legal_status = forms.SelectField(
        label="Legal status",
        hint="A deprivation of liberty order is never a legal status. It has a page of its own.",
        choices=[NONE_CHOSEN, *with_codes(codes.LEGAL_STATUS)],
        required=False,
    )
    sections = [
        ("If the child is looked after now", ["looked_after_from", "need", "legal_status"]),
    ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = policies.teams_for(user)
        self.offer("team", teams)
        if len(teams) < 2:
            del self.fields["team"]  # there is nothing to choose


class DescribeChild(forms.Form):
    known_as = forms.TextField(label="What the child likes to be called", max_length=100, required=False)
    about = forms.TextAreaField(
        label="Who the child is", hint="What the child likes and what matters most, in a few lines.", required=False
    )
    forename = forms.TextField(label="First name", max_length=100)
    surname = forms.TextField(label="Last name", max_length=100)
    sex = forms.RadiosField(label="Sex", choices=codes.SEX, inline=True)
    gender = forms.TextField(label="Gender identity", hint="In the child’s own words.", max_length=50, required=False)
    date_of_birth = forms.DateField(label="Date of birth", hint="For example, 27 3 2010")
    ethnicity = forms.SelectField(label="Ethnicity", choices=[NOT_ANSWERED, *codes.ETHNICITY], required=False)
    language = forms.TextField(label="First language", max_length=60, width=20, required=False)
    religion = forms.TextField(label="Religion", max_length=60, width=20, required=False)
    nationality = forms.TextField(label="Nationality", max_length=60, width=20, required=False)
    disabled = YesNoNotKnown(label="Is the child disabled?", noun="whether the child is disabled")
    has_ehcp = YesNoNotKnown(
        label="Does the child have an education, health and care plan?", noun="whether there is a plan"
    )
    unaccompanied = forms.YesNoField(
        label="Is the child an unaccompanied asylum-seeking child?", noun="whether the child is unaccompanied"
    )
    is_mother = YesNoNotKnown(label="Is the child a mother?", noun="whether the child is a mother")
    own_childs_birth = forms.DateField(label="Their own child’s date of birth", required=False)
    external_id = forms.TextField(
        label="Number in the return",
        hint="The child’s identifier in your council’s statutory returns.",
        max_length=30,
        width=20,
        required=False,
    )
    upn = forms.TextField(
        label="Unique pupil number",
        hint="13 letters and numbers, or UN1 to UN6 if there is none.",
        max_length=20,
        width=20,
        required=False,
    )
    nhs_number = forms.TextField(
        label="NHS number", hint="10 numbers, like 999 000 0018.", max_length=20, width=20, required=False
    )
    sections = [
        ("Name and person", ["known_as", "about", "forename", "surname", "sex", "gender", "date_of_birth"]),
        ("Identity and culture", ["ethnicity", "language", "religion", "nationality"]),
        ("What the child needs", ["disabled", "has_ehcp", "unaccompanied", "is_mother", "own_childs_birth"]),
        ("Numbers", ["external_id", "upn", "nhs_number"]),
    ]

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not child.full_name:  # known only from a return, which has no names
            self.fields["forename"].required = self.fields["surname"].required = False


class LegalStatusForm(forms.Form):
    code = forms.SelectField(
        label="Legal status",
        hint="A deprivation of liberty order is never a legal status. It has a page of its own.",
        choices=[NONE_CHOSEN, *with_codes(codes.LEGAL_STATUS)],
    )
    started_on = forms.DateField(label="When did it begin?", noun="date it began")


class EndCare(forms.Form):
    ended_on = forms.DateField(
        label="When did the child cease to be looked after?", noun="date the child ceased to be looked after"
    )
    end_reason = forms.SelectField(
        label="Why did the child cease to be looked after?",
        noun="why the child ceased to be looked after",
        choices=[NONE_CHOSEN, *with_codes(codes.REASON_CEASED)],
    )


class WorkerField(forms.ModelSelectField):
    def label_from_instance(self, worker: Any) -> str:
        team = f", {worker.team}" if worker.team else ""
        return f"{worker.name}, {worker.get_role_display().lower()}{team}"


class Allocate(forms.Form):
    part = forms.SelectField(label="Role with the child", choices=[NONE_CHOSEN, *Allocation.Part.choices])
    worker = WorkerField(None, label="Who", noun="person")
    started_on = forms.DateField(label="When does it start?", noun="date it starts")
    why_this_worker = forms.TextAreaField(
        label="Why this worker",
        hint="Needed where a newly qualified worker is given a high-risk case: what they bring, and how they are supported.",
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("worker", policies.workers_for(child).select_related("team"))


class EndAllocation(forms.Form):
    ended_on = forms.DateField(label="When did it end?", noun="date it ended")
    end_reason = forms.SelectField(
        label="Why did it end?", noun="why it ended", choices=[NONE_CHOSEN, *codes.WORKER_CHANGE]
    )
    handover = forms.TextAreaField(
        label="Handover note",
        hint="What whoever comes next must know: the child’s story, what the child asked for, what is promised and what "
        "worries you.",
    )

    def __init__(self, *args: Any, allocation: Allocation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if allocation.part != Allocation.Part.SOCIAL_WORKER:
            del self.fields["handover"]


class AllocationField(forms.ModelSelectField):
    def label_from_instance(self, allocation: Any) -> str:
        until = f", until {in_words(allocation.ended_on)}" if allocation.ended_on else ""
        return f"{allocation.worker}, {allocation.get_part_display().lower()}{until}"


class Handover(forms.Form):
    allocation = AllocationField(None, label="Whose handover is it?", noun="whose handover it is")
    handover = forms.TextAreaField(
        label="Handover note",
        hint="What whoever comes next must know: the child’s story, what the child asked for, what is promised and what "
        "worries you.",
    )

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("allocation", policies.handovers_for(child))


class WhyThisWorker(forms.Form):
    allocation = AllocationField(None, label="Which worker?", noun="worker")
    why_this_worker = forms.TextAreaField(
        label="Why this worker", noun="reasons for this worker", hint="What they bring, and how they are supported."
    )

    def __init__(self, *args: Any, child: Child, day: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("allocation", policies.casework_on(child, day))


class CaseSupervisionForm(forms.Form):
    worker = WorkerField(None, label="Who was supervised?", noun="worker who was supervised")
    held_on = forms.DateField(label="When was it held?", noun="date it was held")
    reflection = forms.TextAreaField(
        label="Reflection",
        hint="What the child’s life is like there, what it feels like to work with the child, and what you may not be seeing.",
    )
    agreed = forms.TextAreaField(label="What was agreed", rows=3)

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("worker", policies.supervised_for(child).select_related("team"))
