"""What the LADO types to handle a referral."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from children.querysets import live_on
from core import clock, forms
from core.models import User
from governance.models import Concern
from lado import codes, report
from lado.actions.cases import NOTES
from lado.models import Referral, ReferralAction
from lado.policies import conduct as policies
from lado.querysets.referrals import LENGTHS
from staffing.forms.stand_downs import PlacementChoice
from staffing.querysets import placements_known_to


class Evaluate(forms.Form):
    decision = forms.RadiosField(label="What is to happen?", noun="what is to happen", choices=codes.Evaluation.choices)
    text = forms.TextAreaField(label="Your reasons", noun="your reasons")


class Meeting(forms.Form):
    held_at = forms.DateTimeField(label="When was it held?", noun="date and time it was held")
    who_was_there = forms.TextAreaField(
        label="Who was there?", hint="Each with their agency.", noun="who was there", rows=3
    )
    text = forms.TextAreaField(label="What was agreed?", noun="what was agreed")
    next_review_on = forms.DateField(
        label="When is the next review?",
        hint="At most four weeks later, two where the police are involved. Leave empty for the latest day.",
        noun="date of the next review",
        required=False,
    )


class Note(forms.Form):
    kind = forms.RadiosField(
        label="What are you recording?",
        noun="what you are recording",
        choices=[(kind.value, kind.label) for kind in NOTES],
    )
    text = forms.TextAreaField(label="What is to be recorded?", noun="what is to be recorded")
    who_was_there = forms.TextAreaField(
        label="Who was there?", hint="At a strategy discussion.", required=False, rows=3
    )
    happened_at = forms.DateTimeField(
        label="When did it take place?", hint="Leave empty for now.", noun="date and time", required=False
    )


class Task(forms.Form):
    kind = forms.RadiosField(label="Whose is it?", noun="whose it is", choices=ReferralAction.Kind.choices)
    what = forms.TextAreaField(label="What is to be done?", noun="what is to be done", rows=3)
    who = forms.TextField(label="Who does it?", noun="who does it", max_length=200)
    due_on = forms.DateField(label="By when?", noun="date it is due")


class Done(forms.Form):
    done_on = forms.DateField(label="When was it done?", noun="date it was done")
    evidence = forms.TextAreaField(label="How do we know?", noun="how we know that it was done", rows=3)


class Police(forms.Form):
    involved = forms.YesNoField(label="Are the police involved?", noun="whether the police are involved")
    why = forms.TextAreaField(label="Why?", noun="why", rows=3)


class Removal(forms.Form):
    removed_on = forms.DateField(label="When were they removed?", noun="date they were removed")
    why = forms.TextAreaField(label="How, and why?", noun="how they were removed, and why", rows=3)


class NotRemoved(forms.Form):
    why = forms.TextAreaField(label="Why were they not removed after all?", noun="why they were not removed", rows=3)


class Sure(forms.Form):
    sure = forms.ConfirmField(label="Yes, do it now")

    def clean(self) -> dict[str, Any]:
        super().clean()
        return {}


class Looked(Sure):
    sure = forms.ConfirmField(label="I have read what was raised, and why it is not referred")


class Identify(forms.Form):
    carer = forms.ModelSelectField(
        None, label="Which carer is it?", noun="carer", empty_label="Not one of these", required=False
    )
    account = forms.ModelSelectField(
        None,
        label="Or whose account is it?",
        hint="Whoever it is reads nothing of it, whatever their role.",
        noun="account",
        empty_label="Not one of these",
        required=False,
    )

    def __init__(self, *args: Any, user: User, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("carer", policies.carers_to_name(user, referral))
        self.offer("account", policies.accounts_to_name(referral))


class Attach(forms.Form):
    placement = PlacementChoice(None, label="At which placement did it arise?", noun="placement")

    def __init__(self, *args: Any, referral: Referral, user: User, **kwargs: Any) -> None:
        """All are offered, since what is said of the day may be wrong; those of that day first."""
        super().__init__(*args, **kwargs)
        day = clock.local_date(referral.happened_at or referral.received_at)
        placements = placements_known_to(user).annotate(then=Q(live_on(day))).select_related("home", "child")
        self.offer("placement", placements.order_by("-then", "-started_on", "pk"))
        field: Any = self.fields["placement"]
        field.user = user


class HandOver(forms.Form):
    owner = forms.ModelSelectField(None, label="Who is to handle it?", noun="who is to handle it")
    why = forms.TextAreaField(label="Why?", noun="why", rows=3)

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("owner", policies.others_to_handle(referral))


class Admit(forms.Form):
    person = forms.ModelSelectField(None, label="Who is let in?", noun="who is let in")
    why = forms.TextAreaField(label="Why do they need it?", noun="why they need it", rows=3)
    handles = forms.ConfirmField(label="They may act on it, and not only read it", required=False)

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("person", policies.may_be_admitted(referral))


class Close(forms.Form):
    outcome = forms.RadiosField(
        label="What is the outcome?",
        noun="the outcome",
        choices=[*codes.Outcome.choices, *codes.NoOutcome.choices],
        hints={
            codes.NoOutcome.RESIGNED: "No outcome: whether it is so is found out all the same.",
            codes.NoOutcome.NO_FURTHER: "No outcome: say which of the five it is.",
            codes.NoOutcome.DISMISSED: "No outcome: say what was found to be so.",
        },
    )
    reasons = forms.TextAreaField(label="The reasons for the outcome", noun="the reasons for the outcome")
    summary = forms.TextAreaField(
        label="The closing summary for the employer",
        hint="What was alleged, how it was followed up, the outcome, and what it means for their work.",
        noun="the summary for the employer",
    )
    learning = forms.TextAreaField(
        label="What is to be learnt?", hint="It stands in the year’s report: name nobody.", required=False
    )
    answer = forms.TextAreaField(
        label="What may whoever referred it be told?",
        hint="They read this and nothing else. Leave it empty and they read only that it has come to its end.",
        required=False,
        rows=3,
    )


class CaseFilter(forms.FilterForm):
    show = forms.SelectField(
        label="Show",
        required=False,
        choices=[("", "In hand"), ("late", "In hand, with something overdue"), ("closed", "Closed"), ("all", "All")],
    )
    source = forms.SelectField(label="From", required=False, choices=[("", "Anybody"), *Concern.Raiser.choices])
    post = forms.SelectField(label="About", required=False, choices=[("", "Anybody"), *codes.Post.choices])
    category = forms.SelectField(label="Kind of harm", required=False, choices=[("", "Any"), *codes.Category.choices])
    outcome = forms.SelectField(label="Outcome", required=False, choices=[("", "Any"), *report.ENDED])
    length = forms.SelectField(
        label="Time to the outcome",
        required=False,
        choices=[("", "Any"), *((code, label) for code, (label, _) in LENGTHS.items())],
    )
    year = forms.SelectField(label="Reached the LADO", required=False)

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year: Any = self.fields["year"]
        year.choices = [("", "Any year"), *((str(each), report.called(each)) for each in years)]
