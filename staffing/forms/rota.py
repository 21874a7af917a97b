"""What people type about a rota: shifts to add, who is put on them, hours, and why somebody is taken off."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import HiddenInput, Select

from core import clock, forms
from staffing.models import Shift

Kind = Shift.Kind
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL = {Kind.DAY: (dt.time(8), dt.time(20)), Kind.WAKING_NIGHT: (dt.time(20), dt.time(8))}


class Version(forms.NumberField):
    """The version of the shift its writer saw. The page writes it itself, so that after a conflict it is the present one."""

    def __init__(self) -> None:
        super().__init__(widget=HiddenInput, error_messages={"required": "Open the page again: it is not whole"})


class Seen(forms.Form):
    """Which drafts of a week, at which versions, its publisher saw: `12.3 14.1`. The page writes it itself, as with Version."""

    seen = forms.TextField(widget=HiddenInput, required=False)

    def clean_seen(self) -> dict[int, int]:
        pairs = re.findall(r"\b(\d{1,9})\.(\d{1,9})\b", self.cleaned_data["seen"], re.ASCII)
        return {int(shift): int(version) for shift, version in pairs}


class Pattern(forms.Form):
    """Shifts of up to three kinds, on any days of a week."""

    days = forms.CheckboxesField(label="On which days?", error_messages={"required": "Select at least one day"})
    day_starts = forms.TimeField(label="Day shift starts", required=False, hint="")
    day_ends = forms.TimeField(label="Day shift ends", required=False, hint="")
    waking_night_starts = forms.TimeField(label="Waking night starts", required=False, hint="")
    waking_night_ends = forms.TimeField(label="Waking night ends", required=False, hint="")
    sleep_in_starts = forms.TimeField(label="Sleep-in starts", required=False, hint="")
    sleep_in_ends = forms.TimeField(label="Sleep-in ends", required=False, hint="")
    sections = [
        ("Day", ["day_starts", "day_ends"]),
        ("Waking night", ["waking_night_starts", "waking_night_ends"]),
        ("Sleep-in", ["sleep_in_starts", "sleep_in_ends"]),
    ]
    marks_optional = False

    def __init__(self, *args: Any, monday: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["days"]
        days.choices = [
            (str(n), f"{name} {(monday + dt.timedelta(days=n)).day} {monday + dt.timedelta(days=n):%B}")
            for n, name in enumerate(DAYS)
        ]
        self.monday = monday

    @staticmethod
    def usual(day: str = "", kind: str = "") -> dict[str, Any]:
        """What the page begins with: the usual day and waking night all week, or one kind on one day."""
        kinds = [kind] if kind in USUAL else list(USUAL) if not kind else []
        hours = {f"{each}_{end}": USUAL[Kind(each)][n] for each in kinds for n, end in enumerate(("starts", "ends"))}
        return {"days": [day] if day in {*"0123456"} else [*"0123456"], **hours}

    def clean(self) -> dict[str, Any]:
        """Leaves what the action takes: `days`, and `hours` by kind."""
        typed = super().clean() or {}
        hours: dict[str, tuple[dt.time, dt.time]] = {}
        for kind in Kind:
            starts, ends = (typed.pop(f"{kind.value}_{end}", None) for end in ("starts", "ends"))
            wrong = any(f"{kind.value}_{end}" in self.errors for end in ("starts", "ends"))
            if starts is not None and ends is not None:
                hours[kind.value] = (starts, ends)
            elif (starts is None) != (ends is None) and not wrong:
                end = "ends" if ends is None else "starts"
                self.add_error(f"{kind.value}_{end}", f"Enter when the {kind.label.lower()} shift {end}")
        if not hours and not self.errors:
            raise ValidationError("Enter when at least one kind of shift starts and ends")
        days = [self.monday + dt.timedelta(days=int(n)) for n in typed.get("days", [])]
        return {"days": days, "hours": hours}


class SelectWithReasons(Select):
    """A list in which some cannot be chosen, each with its reason."""

    disabled: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.disabled:
            option["attrs"]["disabled"] = True
        return option


class Add(forms.Form):
    """Put a carer on a shift. Whoever cannot be is in the list too, with the reason, and cannot be chosen."""

    who = forms.SelectField(label="Carer", noun="a carer", widget=SelectWithReasons)
    from_time = forms.TimeField(
        label="From", noun="time they start", required=False, hint="Only if not the whole shift. For example, 14:30"
    )
    until_time = forms.TimeField(
        label="Until", noun="time they finish", required=False, hint="Only if not the whole shift."
    )
    version = Version()

    def __init__(self, *args: Any, choices: Sequence[Any], shift: Shift, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices, self.shift = {choice.value: choice for choice in choices}, shift
        by_agency: dict[str, list[tuple[str, str]]] = {}
        for choice in sorted(choices, key=lambda each: (bool(each.reason), str(each.carer))):
            by_agency.setdefault(choice.agency.name, []).append((choice.value, f"{choice.carer}: {choice.about}"))
        field: Any = self.fields["who"]
        field.choices = [("", "Select a carer"), *sorted(by_agency.items())]
        field.widget.disabled = frozenset(choice.value for choice in choices if choice.reason)

    def clean(self) -> dict[str, Any]:
        """Leaves what the action takes: `carer`, `agency`, hours within the shift, `version`."""
        typed = super().clean() or {}
        choice = self.choices.get(typed.pop("who", ""))
        begins, ends = typed.pop("from_time", None), typed.pop("until_time", None)
        return {
            "carer": choice.candidate.carer if choice else None,
            "agency": choice.agency if choice else None,
            "starts_at": within(self.shift, begins, after=False) if begins else None,
            "ends_at": within(self.shift, ends, after=True) if ends else None,
            "version": typed.get("version"),
        }


def within(shift: Shift, time: dt.time, *, after: bool) -> dt.datetime:
    """The instant a time of day means within a shift, which may go past midnight."""
    day = clock.local_date(shift.starts_at)
    moment = clock.at_local(day, time)
    too_early = moment <= shift.starts_at if after else moment < shift.starts_at
    return clock.at_local(day + dt.timedelta(days=1), time) if too_early else moment


class Leader(forms.Form):
    carer = forms.NumberField(widget=HiddenInput)
    version = Version()


class Times(forms.Form):
    starts_at = forms.DateTimeField(label="When does it start?", noun="date and time the shift starts")
    ends_at = forms.DateTimeField(label="When does it end?", noun="date and time the shift ends")
    version = Version()


class Cancel(forms.Form):
    why = forms.TextAreaField(label="Why is it cancelled?", noun="why the shift is cancelled", rows=3, max_length=500)
    version = Version()


def asked_by_the_child() -> tuple[Any, Any]:
    """The two questions of every change of staff: whether the child asked for it, and what an adult makes of that."""
    return (
        forms.YesNoField(
            label="Did the child ask for this?",
            reveals={"yes": "analysis"},
            error_messages={"required": "Select whether the child asked for this"},
        ),
        forms.TextAreaField(
            label="What does the child’s wish tell us, and what does it mean for risk?",
            hint="An adult’s own analysis. What the child wishes is heard; who works the shift is decided by adults, and the "
            "decision goes on the child’s record.",
            noun="what the child’s wish tells us, and what it means for risk",
            required=False,
        ),
    )


def analysed(typed: dict[str, Any]) -> dict[str, Any]:
    """What is thought of a wish counts only where there was one."""
    return typed if typed.get("child_asked") else typed | {"analysis": ""}


class TakeOff(forms.Form):
    why = forms.TextField(
        label="Why are they taken off?",
        noun="why they are taken off",
        hint="Kept with the shift, and read by everybody who sees its rota.",
        max_length=200,
    )
    child_asked, analysis = asked_by_the_child()
    version = Version()

    def clean(self) -> dict[str, Any]:
        return analysed(super().clean() or {})


class TakeOffDraft(forms.Form):
    """From a draft nobody has been told of, no reason is asked."""

    version = Version()
