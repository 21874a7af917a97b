"""What people type about where a child lives."""

import datetime as dt
from typing import Any

from core import clock, forms
from core.models import User
from placements import codes
from placements.models import Home, Placement, Provider, Registration

NONE_CHOSEN = ("", "Select one")
REASONS = [NONE_CHOSEN, *codes.REASON_FOR_CHANGE]


class HomeField(forms.ModelSelectField):
    """A home of the person's own council, and what is known of its registration."""

    def label_from_instance(self, home: Any) -> str:
        status = home.registration or Registration.Status.NOT_KNOWN
        known = (
            "registration not known" if status == Registration.Status.NOT_KNOWN else Registration.Status(status).label
        )
        return f"{home.name}, {home.provider} ({known[:1].lower()}{known[1:]})"


def homes_of(user: User, day: dt.date) -> Any:
    return Home.for_user(user).with_registration(day).select_related("provider").order_by("name")


class Place(forms.Form):
    """Where she lives and how it came about. `day_field` names the field that holds the day."""

    day_field = ""

    type = forms.SelectField(
        label="Type of placement",
        hint="The codes of the statutory return. Some can be used only for placements that start in certain years.",
        choices=[NONE_CHOSEN, *codes.CHOICES],
    )
    home = HomeField(
        None,
        label="Home",
        hint="Needed wherever staff care for the child, and wherever the child is deprived of liberty. Leave it empty for "
        "foster care, or for a parent’s home.",
        required=False,
    )
    provider = forms.ModelSelectField(
        None, label="Fostering agency", hint="For foster care through an agency.", required=False
    )
    postcode = forms.TextField(
        label="Postcode", hint="Leave it empty to use the home’s own.", width=10, max_length=10, required=False
    )
    basis = forms.RadiosField(
        label="Was this planned, or an emergency?",
        noun="whether it was planned or an emergency",
        choices=Placement.Basis.choices,
        reveals={"emergency": "started_at"},
    )
    started_at = forms.TimeField(
        label="What time did the child arrive?",
        noun="time the child arrived",
        hint="The first 48 hours are counted from it. For example, 14:30",
        required=False,
    )
    until_18 = forms.YesNoField(label="Is it meant to last until 18?", noun="whether it is meant to last")
    why = forms.TextAreaField(label="Why this placement", hint="What it offers, and what else was looked for.", rows=4)

    def __init__(self, *args: Any, user: User, day: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("home", homes_of(user, day))
        self.offer("provider", Provider.objects.all())

    def clean(self) -> dict[str, Any]:
        """The day and the hour become one instant; an hour typed and then hidden by "planned" is left out."""
        cleaned: dict[str, Any] = super().clean() or {}
        emergency = cleaned.get("basis") == Placement.Basis.EMERGENCY
        hour, day = cleaned.get("started_at"), cleaned.get(self.day_field)
        if emergency and hour is None and "started_at" not in self.errors:
            self.add_error("started_at", "Enter the time the child arrived: the first 48 hours are counted from it")
        cleaned["started_at"] = clock.at_local(day, hour) if emergency and hour and day else None
        return cleaned


class Start(Place):
    day_field = "started_on"
    started_on = forms.DateField(label="When does it start?", noun="date it starts")
    sections = [
        ("When", ["started_on", "basis", "started_at"]),
        ("Where", ["type", "home", "provider", "postcode"]),
        ("Why", ["until_18", "why"]),
    ]


class Move(Place):
    day_field = "moved_on"
    moved_on = forms.DateField(label="When does the child move?", noun="date of the move")
    end_reason = forms.SelectField(label="Why does the child move?", noun="why the child moves", choices=REASONS)
    end_note = forms.TextAreaField(
        label="More about why", hint="What the child was told, and said.", rows=3, required=False
    )
    sections = [
        ("The move", ["moved_on", "end_reason", "end_note", "basis", "started_at"]),
        ("Where the child moves to", ["type", "home", "provider", "postcode"]),
        ("Why there", ["until_18", "why"]),
    ]


class Correct(forms.Form):
    """What was recorded wrongly of a placement. All of it is shown as it stands, and sent again."""

    type = forms.SelectField(
        label="Type of placement", hint="The codes of the statutory return.", choices=[NONE_CHOSEN, *codes.CHOICES]
    )
    basis = forms.RadiosField(
        label="Was this planned, or an emergency?",
        noun="whether it was planned or an emergency",
        choices=Placement.Basis.choices,
        reveals={"emergency": "started_at"},
    )
    started_at = forms.TimeField(
        label="What time did the child arrive?",
        noun="time the child arrived",
        hint="The first 48 hours are counted from it. For example, 14:30",
        required=False,
    )
    until_18 = forms.YesNoField(label="Is it meant to last until 18?", noun="whether it is meant to last")
    reason = forms.TextAreaField(
        label="Why is it corrected, and how do you know?", noun="why it is corrected, and how you know", rows=3
    )

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placement = placement

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        emergency = cleaned.get("basis") == Placement.Basis.EMERGENCY
        hour = cleaned.get("started_at")
        if emergency and hour is None and "started_at" not in self.errors:
            self.add_error("started_at", "Enter the time the child arrived: the first 48 hours are counted from it")
        cleaned["started_at"] = clock.at_local(self.placement.started_on, hour) if emergency and hour else None
        return cleaned


class End(forms.Form):
    ended_on = forms.DateField(label="When did it end?", noun="date it ended")
    end_reason = forms.SelectField(label="Why did it end?", noun="why it ended", choices=REASONS)
    end_note = forms.TextAreaField(label="More about why it ended", rows=3, required=False)


class CallOff(forms.Form):
    why = forms.TextAreaField(label="Why is it called off?", noun="why it is called off", rows=3)


class TakeOn(forms.Form):
    followed_from = forms.DateField(
        label="From which day are its records kept here?", noun="date its records begin here"
    )
    home = HomeField(
        None, label="Which home is the child in?", noun="home", hint="Leave it empty for foster care.", required=False
    )

    def __init__(self, *args: Any, placement: Placement, user: User, day: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if placement.home_id is None:
            self.offer("home", homes_of(user, day))
        else:
            del self.fields["home"]


class Where(forms.Form):
    home = HomeField(None, label="Which home is the child in?", noun="home")

    def __init__(self, *args: Any, user: User, day: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("home", homes_of(user, day))


class HomeDetails(forms.Form):
    """What a home is called and where it is. The address is left out for those who may see no child there."""

    name = forms.TextField(label="Name of the home", max_length=150)
    address = forms.TextAreaField(
        label="Address",
        hint="It is shown only to people who may see a child living there.",
        rows=3,
        max_length=500,
        counted=False,
    )
    postcode = forms.TextField(label="Postcode", width=10, max_length=10)
    urn = forms.TextField(
        label="Unique reference number",
        hint="The number the return uses for the home, if it has one.",
        width=10,
        max_length=8,
        required=False,
    )

    def __init__(self, *args: Any, with_address: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_address:
            del self.fields["address"], self.fields["postcode"]


class RecordHome(HomeDetails):
    provider = forms.ModelSelectField(None, label="Provider", empty_label="Not in this list", required=False)
    new_provider = forms.TextField(label="Name of the provider", max_length=150, required=False)
    provider_kind = forms.SelectField(
        label="Kind of provider", choices=codes.PROVIDER_KIND[1:], initial="PR4", required=False
    )
    sections = [
        ("The home", ["name", "address", "postcode", "urn"]),
        ("Who runs it", ["provider"]),
        ("If the provider is not in the list", ["new_provider", "provider_kind"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("provider", Provider.objects.all())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["provider_kind"] = cleaned.get("provider_kind") or "PR4"
        if cleaned.get("provider") and cleaned.get("new_provider"):
            self.add_error("new_provider", "Select a provider from the list, or enter a new one, but not both")
        return cleaned
