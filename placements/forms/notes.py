"""The forms of visits, daily logs and what is added to them."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.forms import Field, HiddenInput

from core import clock, forms
from core.dates import read_instant
from core.models import User
from placements.actions.notes import NAME, ONLY_THEIR_OWN, PLACE, may_record_as
from placements.log_calendar import Stretch
from placements.models import Addition, Visit

LIVES, SCHOOL, ELSEWHERE = "At home", "At school or college", "elsewhere"
NOW, EARLIER = "now", "earlier"


class When(forms.Form):
    """Step 1 of a visit: when, how and as whom."""

    heading = "When and where"
    occurred_at = forms.DateTimeField(label="When was the visit?", noun="date and time of the visit")
    manner = forms.RadiosField(label="How did you visit?", choices=Visit.Manner.choices, noun="how you visited")
    announced = forms.YesNoField(
        label="Did they know you were coming?",
        yes="Yes, it was announced",
        no="No, it was unannounced",
        error_messages={"required": "Select whether the visit was announced"},
    )
    place = forms.RadiosField(
        label="Where?",
        noun="where the visit was",
        reveals={ELSEWHERE: "place_other"},
    )
    place_other = forms.TextField(label="Where was it?", max_length=PLACE, required=False, noun="where the visit was")
    capacity = forms.SelectField(label="Who visited?", noun="who visited")
    visitor = forms.TextField(
        label="Their name", hint="Only if it was not you.", max_length=NAME, required=False, noun="name of who visited"
    )

    def __init__(self, *args: Any, user: User, called: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        own, *others = may_record_as(user)
        me = (own.value, f"Me, as {own.label.lower()}")
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (LIVES, f"Where {called} lives"),
            (SCHOOL, SCHOOL),
            (ELSEWHERE, "Somewhere else"),
        ]
        self.fields["capacity"].choices = [me, *((other.value, other.label) for other in others)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        other = cleaned.pop("place_other", "").strip()
        if cleaned.get("place") == ELSEWHERE:
            cleaned["place"] = other
            if not other:
                del cleaned["place"]
                if "place_other" not in self.errors:
                    self.add_error("place_other", "Enter where the visit was")
        if cleaned.get("capacity") in ONLY_THEIR_OWN and cleaned.get("visitor"):
            self.add_error("visitor", "Leave this empty for your own visit, or select who visited")
        return cleaned


class Seen(forms.Form):
    """Step 2 of a visit: whether the child was seen, what she said and what there was to see."""

    heading = "What you found"
    outcome = forms.RadiosField(choices=Visit.Outcome.choices)
    why_not_seen = forms.TextAreaField(rows=2, required=False, noun="why not", counted=False)
    childs_words = forms.TextAreaField(
        hint="In the child’s own words.", rows=4, required=False, noun="what the child said"
    )
    seen_there = forms.TextAreaField(label="What you saw and heard", rows=4, required=False)
    checked = forms.CheckboxesField(
        label="What did you inspect?", noun="what you inspected", choices=Visit.INSPECTED, required=False
    )

    def __init__(self, *args: Any, user: User, called: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].label = f"Did you see {called}?"
        self.fields["outcome"].error_messages["required"] = f"Select whether {called} was seen"
        self.fields["why_not_seen"].label = f"If you did not see {called} alone, why not?"
        self.fields["childs_words"].label = f"What {called} said"


VISIT_STEPS = (When, Seen)


class StretchField(forms.RadiosField):
    """The stretch a log is to cover. Time that somebody wrote of meanwhile is for the action to refuse, not for us."""

    def offer(self, stretches: list[Stretch], *, as_of: dt.datetime) -> None:
        self.as_of = as_of
        self.choices = [(value_of(stretch), day_of(stretch, as_of)) for stretch in stretches]
        self.widget.hints = {value_of(stretch): hours_of(stretch) for stretch in stretches}

    def clean(self, value: Any) -> tuple[dt.datetime, dt.datetime]:
        if stretch := span_of(value or "", self.as_of):
            return stretch
        raise ValidationError(self.error_messages["required"], code="required")


class WriteLog(forms.Form):
    """A daily log on one page. `stretches` are those it may be written for, the latest first."""

    covers_from = StretchField(
        label="Which day is it for?", error_messages={"required": "Select which day the log is for"}
    )
    how_she_was = forms.TextAreaField(rows=3, noun="how the child was", counted=False)
    day = forms.TextAreaField(rows=4, noun="what the child did, ate and asked for", counted=False)
    incidents = forms.TextAreaField(
        label="Anything that worried you", hint="Say what you did about it.", rows=3, required=False, counted=False
    )
    on_duty = forms.TextField(label="Who was on duty", required=False)
    written = forms.RadiosField(
        label="When was this written?",
        choices=[(NOW, "Now"), (EARLIER, "Earlier, on paper")],
        reveals={EARLIER: "occurred_at"},
    )
    occurred_at = forms.DateTimeField(
        label="When was it written on paper?", noun="date and time it was written", required=False
    )
    submission = Field(widget=HiddenInput, required=False)

    def __init__(self, *args: Any, stretches: list[Stretch], called: str, as_of: dt.datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.as_of = as_of
        self.fields["covers_from"].offer(stretches, as_of=as_of)  # type: ignore[attr-defined]
        if any(stretch.turn for stretch in stretches):
            self.fields["covers_from"].label = "Which shift is it for?"
            self.fields["covers_from"].error_messages["required"] = "Select which shift the log is for"
        self.fields["how_she_was"].label = f"How was {called}?"
        self.fields["day"].label = f"What {called} did, ate and asked for"
        self.fields["how_she_was"].error_messages["required"] = f"Enter how {called} was"
        self.fields["day"].error_messages["required"] = f"Enter what {called} did, ate and asked for"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["submission"] = submission_of(cleaned.get("submission"))
        if "covers_from" in cleaned:
            cleaned["covers_from"], cleaned["covers_until"] = cleaned["covers_from"]
        if cleaned.pop("written", NOW) == NOW:
            cleaned["occurred_at"] = self.as_of
        elif not cleaned.get("occurred_at") and "occurred_at" not in self.errors:
            self.add_error("occurred_at", "Enter the date and time it was written")
        return cleaned


class AddToNote(forms.Form):
    """More to say about a finished note, or a correction of it."""

    kind = forms.RadiosField(
        label="What do you want to do?",
        choices=[(Addition.Kind.ADDENDUM, "Add to it"), (Addition.Kind.CORRECTION, "Correct it")],
        hints={Addition.Kind.CORRECTION: "What was first written stays, with the correction beside it."},
        reveals={Addition.Kind.CORRECTION: "reason"},
        error_messages={"required": "Select whether you are adding to it or correcting it"},
    )
    reason = forms.TextField(label="Why is it corrected?", required=False, max_length=1000)
    text = forms.TextAreaField(label="What do you want to say?", noun="what you want to say")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        correcting = cleaned.get("kind") == Addition.Kind.CORRECTION
        if correcting and "reason" not in self.errors and not cleaned.get("reason", "").strip():
            self.add_error("reason", "Enter why it is corrected")
        if not correcting:
            cleaned["reason"] = ""
        return cleaned


class AddToVisit(AddToNote):
    outcome = forms.SelectField(
        label="Was the child seen?",
        hint="Only if this corrects it.",
        choices=[("", "As it was first written"), *Visit.Outcome.choices],
        required=False,
    )

    def __init__(self, *args: Any, may_say_whether_seen: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not may_say_whether_seen:
            del self.fields["outcome"]


class Withdraw(forms.Form):
    reason = forms.TextAreaField(
        label="Why was it recorded in error?",
        noun="why it was recorded in error",
        hint="For example, that it was of another day, or of another child. Do not name the other child.",
        rows=3,
    )


# --- the stretch a button stands for ----------------------------------------------------------------------------------


def value_of(stretch: Stretch) -> str:
    starts, ends = (moment.astimezone(dt.UTC).isoformat() for moment in stretch[:2])
    return f"{starts}/{NOW if stretch.goes_on else ends}"


def span_of(value: str, as_of: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """The instants a button's value stands for: time that goes on ends now."""
    first, _, last = value.partition("/")
    starts = read_instant(first)
    ends = as_of.replace(second=0, microsecond=0) if last == NOW else read_instant(last)
    return (starts, ends) if starts and ends else None


def day_of(stretch: Stretch, as_of: dt.datetime) -> str:
    today, day = clock.local_date(as_of), stretch.day
    named = f"{day:%A} {day.day} {day:%B}" + (f": {stretch.turn}" if stretch.turn else "")
    if day == today:
        return f"Today so far, {named}" if stretch.goes_on else f"Earlier today, {named}"
    return f"Yesterday, {named}" if day == today - dt.timedelta(days=1) else named


def hours_of(stretch: Stretch) -> str:
    """The hours a stretch covers of the day it is named after; nothing for a whole day."""
    starts, ends = stretch.starts.astimezone(clock.LONDON), stretch.ends.astimezone(clock.LONDON)
    whole = ends.time() == dt.time.min
    if starts.date() == stretch.day and starts.time() == dt.time.min:
        since = "" if whole else "From midnight"
    elif starts.date() == stretch.day:
        since = f"From {starts:%H:%M}"
    else:
        since = f"From {starts:%H:%M} on {starts:%A}"
    if not since:
        return ""
    return since + (" to midnight" if whole else " to now" if stretch.goes_on else f" to {ends:%H:%M}")


def submission_of(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
