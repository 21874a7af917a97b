"""What people type about who a carer is and which agencies they work through."""

from typing import Any

from django.forms import HiddenInput

from core import forms
from core.models import User
from staffing import policies_carers as policies
from staffing.models import Carer
from staffing.querysets import agencies_known_to


class FindCarer(forms.Form):
    words = forms.TextField(
        label="Name", hint="The beginning of a first name or surname.", max_length=100, required=False
    )


class CarerFilter(forms.FilterForm):
    """Every filter stands in the address, so that a number anywhere can be a link to exactly what it counts. Of a name
    only that there is one: names must not stay in logs and histories."""

    named = forms.TextField(widget=HiddenInput, required=False)
    agency = forms.ModelSelectField(None, label="Agency", required=False, empty_label="Any agency")
    state = forms.SelectField(
        label="Checks",
        choices=[
            ("", "Any"),
            ("cleared", "Cleared"),
            ("not_cleared", "Not cleared"),
            ("stood_down", "Must not be deployed"),
        ],
        required=False,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("agency", agencies_known_to(user))


class Details(forms.Form):
    forename = forms.TextField(label="First name", noun="carer’s first name", max_length=100)
    surname = forms.TextField(label="Last name", noun="carer’s last name", max_length=100)
    date_of_birth = forms.DateField(label="Date of birth", hint="For example, 27 3 1988")
    ni_number = forms.TextField(
        label="National Insurance number",
        hint="On a payslip or a letter about tax. With it, somebody who is on record already is found again.",
        max_length=13,
        width=10,
        required=False,
    )
    care_role_since = forms.DateField(
        label="When did they first have a care role?",
        noun="day they first had a care role",
        hint="In any home or agency. The Level 3 Diploma is due two years after. For example, 27 3 2024",
        required=False,
    )


class Add(Details):
    sections = (
        ("Who they are", ["forename", "surname", "date_of_birth", "ni_number", "care_role_since"]),
        ("Where they work", ["agency", "post", "started_on"]),
    )
    agency = forms.ModelSelectField(None, label="Agency", hint="Or the provider itself, for its own staff.")
    post = forms.TextField(label="Job title", max_length=100, required=False)
    started_on = forms.DateField(label="When do they start with the agency?", noun="day they start with the agency")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = agencies_known_to(user)
        self.offer("agency", agencies)
        if len(agencies) == 1:
            self.initial.setdefault("agency", agencies[0].pk)


class LinkAccount(forms.Form):
    account = forms.ModelSelectField(
        None,
        label="Their account here",
        hint="Only accounts of the agencies they work through are listed.",
        empty_label="They have none",
        required=False,
    )

    def __init__(self, *args: Any, carer: Carer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("account", policies.accounts_for(carer))


class Engage(forms.Form):
    agency = forms.ModelSelectField(None, label="Agency")
    post = forms.TextField(label="Job title", max_length=100, required=False)
    started_on = forms.DateField(label="When do they start with the agency?", noun="day they start with the agency")

    def __init__(self, *args: Any, user: User, carer: Carer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("agency", policies.agencies_to_join(user, carer))


class EndEngagement(forms.Form):
    ended_on = forms.DateField(
        label="From which day do they no longer work through it?", noun="day they leave the agency"
    )
