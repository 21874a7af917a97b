"""What people type about who manages a placement."""

from typing import Any

from core import forms
from placements import policies
from placements.models import Placement


class Appoint(forms.Form):
    name = forms.TextField(label="Manager’s name", max_length=150)
    account = forms.ModelSelectField(
        None,
        label="Their account here",
        hint="If the manager signs in to this service. They see the placement while it lasts.",
        empty_label="They have none",
        required=False,
    )
    contact = forms.TextField(label="How to reach them", hint="A telephone number or an email address.", required=False)
    started_at = forms.DateTimeField(label="When does the post start?", noun="date and time the post starts")

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = policies.managers_for(placement)
        self.offer("account", accounts)
        if not accounts:
            del self.fields["account"]


class EndPost(forms.Form):
    ended_at = forms.DateTimeField(label="When did they leave the post?", noun="date and time they left the post")
    end_reason = forms.TextAreaField(label="Why did they leave it?", noun="why they left the post", rows=3)


class Withdraw(forms.Form):
    reason = forms.TextAreaField(
        label="Why was it recorded in error?",
        noun="why it was recorded in error",
        hint="For example, that nobody of this name works there, or that it was meant for another placement.",
        rows=3,
    )
