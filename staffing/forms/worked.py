"""What people type about a shift as it is worked: with a thumb, at night, and most often about now."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from core import clock, forms
from staffing import reckoning
from staffing.actions.worked import A_FEW_MINUTES, NEAR
from staffing.models import Carer, LogCause, Presence, Shift
from staffing.querysets import CarerQuerySet, ShiftQuerySet

NOW, EARLIER = "now", "earlier"
AWAKE, ASLEEP, NOT_SEEN = "awake", "asleep", "not_seen"
PLACES = [
    (Presence.Where.INSIDE, "Inside, and able to see the child"),
    (Presence.Where.OUT_WITH_CHILD, "Out, with the child"),
    (Presence.Where.ELSEWHERE_INSIDE, "Inside, but not able to see the child"),
    (Presence.Where.OUTSIDE, "Outside the house"),
    (Presence.Where.CAR, "In a car"),
]
COUNTS_NOT = dict.fromkeys(
    (Presence.Where.ELSEWHERE_INSIDE, Presence.Where.OUTSIDE, Presence.Where.CAR), "Does not count towards the ratio."
)


class AtATime(forms.Form):
    """Something that happened now, or earlier in the shift at a time of day. `moment` names the field of the time."""

    moment = ""
    first = False  # of two times that both fit, the first is meant

    when = forms.RadiosField(label="When?", noun="when it was", choices=[(NOW, "Now"), (EARLIER, "Earlier")])

    def __init__(self, *args: Any, shift: Shift, as_of: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shift, self.as_of = shift, as_of
        self.fields["when"].widget.reveals = {EARLIER: self.moment}
        self.fields["when"].initial = NOW if as_of < shift.ends_at + NEAR else EARLIER

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        when, time = cleaned.pop("when", None), cleaned.get(self.moment)
        if when == NOW:
            cleaned[self.moment] = self.as_of
        elif when == EARLIER and time is None and self.moment not in self.errors:
            self.add_error(self.moment, "Enter the time, like 21:40")
        elif when == EARLIER and time is not None:
            cleaned[self.moment] = self._instant(time)
            if cleaned[self.moment] is None:
                self.add_error(self.moment, "The time cannot be in the future")
        return cleaned

    def _instant(self, time: dt.time) -> dt.datetime | None:
        """The instant of the shift at which English clocks showed the time typed."""
        day, last = clock.local_date(self.shift.starts_at - NEAR), clock.local_date(self.shift.ends_at + NEAR)
        days = [day + dt.timedelta(days=n) for n in range((last - day).days + 1)]
        return reckoning.nearest(
            [clock.at_local(day, time) for day in days],
            reckoning.utc(self.shift.starts_at, self.shift.ends_at),
            not_after=self.as_of + A_FEW_MINUTES,
            first=self.first,
        )


def _time(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, noun="time", required=False)


class Visitor(AtATime):
    moment, first = "starts_at", True
    field_order = ("name", "organisation", "when", "starts_at", "note")

    name = forms.TextField(label="Visitor’s name", max_length=150)
    organisation = forms.TextField(label="From which organisation?", max_length=150, required=False)
    starts_at = _time("When did they come?")
    note = forms.TextField(label="Why they came", required=False)


class SignOn(AtATime):
    moment, first = "starts_at", True
    field_order = ("carer", "name", "organisation", "where", "when", "starts_at", "note")
    marks_optional = False  # of who and name one is needed, and both would say “optional”

    carer = forms.ModelSelectField(None, label="Who?", empty_label="Somebody who is not in the list", required=False)
    name = forms.TextField(
        label="Name, if they are not in the list",
        hint="Whoever is there is recorded, whether they should be or not.",
        max_length=150,
        required=False,
    )
    organisation = forms.TextField(label="Which agency or organisation?", max_length=150, required=False)
    where = forms.RadiosField(label="Where are they?", noun="where they are", choices=PLACES, hints=COUNTS_NOT)
    starts_at = _time("When did they come?")
    note = forms.TextField(label="Anything to note", required=False)

    def __init__(self, *args: Any, carers: CarerQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("carer", carers)
        self.fields["where"].initial = Presence.Where.INSIDE


class Move(AtATime):
    moment = "moved_at"
    field_order = ("where", "when", "moved_at", "note")

    where = forms.RadiosField(label="Where are they now?", noun="where they are now", choices=PLACES, hints=COUNTS_NOT)
    moved_at = _time("When did they move?")
    note = forms.TextField(label="Why?", required=False)


class SignOff(AtATime):
    moment = "ends_at"

    ends_at = _time("When did they leave?")


class PutRight(forms.Form):
    where = forms.RadiosField(label="Where were they?", noun="where they were", choices=PLACES, hints=COUNTS_NOT)
    starts_at = forms.DateTimeField(label="From when?", noun="date and time they came")
    ends_at = forms.DateTimeField(label="Until when?", noun="date and time they left", required=False)
    why = forms.TextField(label="What was wrong?", noun="what was wrong")


class Awake(AtATime):
    """Every carer who is there, each awake, asleep or not looked at."""

    moment = "checked_at"

    checked_at = _time("When did you look?")
    witnessed_by = forms.TextField(label="Who looked?", noun="who looked", max_length=150)
    note = forms.TextField(label="Anything to note", required=False)

    def __init__(self, *args: Any, carers: Iterable[Carer], unlisted: Iterable[Presence] = (), **kwargs: Any) -> None:
        """`unlisted`: who is there by name alone, each once; their row tells them apart whoever comes meanwhile."""
        super().__init__(*args, **kwargs)
        self.there: dict[str, Carer | str] = {f"carer_{carer.pk}": carer for carer in carers}
        self.there |= {f"name_{presence.pk}": presence.name for presence in unlisted}
        for name, somebody in self.there.items():
            field = forms.RadiosField(
                label=str(somebody) if isinstance(somebody, Carer) else f"{somebody} (not on record)",
                noun=f"whether {somebody} was awake",
                choices=[(AWAKE, "Awake"), (ASLEEP, "Asleep"), (NOT_SEEN, "Not looked at")],
                inline=True,
            )
            self.fields[name] = field
            self._prepare(name, field)
        self.order_fields(list(self.there))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        found = [(somebody, cleaned.pop(name, NOT_SEEN)) for name, somebody in self.there.items()]
        for state in (AWAKE, ASLEEP):
            cleaned[state] = [somebody for somebody, seen in found if seen == state]
        return cleaned


class HandOver(AtATime):
    moment = "occurred_at"
    field_order = ("text", "to", "when", "occurred_at")

    to = forms.TextField(label="Who received it?", noun="who received it", max_length=150)
    text = forms.TextAreaField(
        label="What do they need to know?",
        noun="what they need to know",
        hint="How the child is, what happened, what was promised, what is still to do.",
        rows=6,
        counted=False,
    )
    occurred_at = _time("When did you hand over?")


class WhyNoLog(forms.Form):
    cause = forms.RadiosField(label="Why is there no log?", noun="why there is no log", choices=LogCause.Cause.choices)
    explanation = forms.TextAreaField(label="What happened?", noun="what happened", rows=3, counted=False)


class UnplannedShift(forms.Form):
    kind = forms.RadiosField(label="What kind of shift?", noun="kind of shift", choices=Shift.Kind.choices)
    starts_at = forms.DateTimeField(label="When did it start?", noun="date and time it started")
    ends_at = forms.DateTimeField(label="When does it end?", noun="date and time it ends")


class ShiftsField(forms.ModelCheckboxesField):
    def label_from_instance(self, shift: Any) -> str:
        return called(shift)


class Review(forms.Form):
    shifts = ShiftsField(
        None,
        label="Which shifts did you look into?",
        error_messages={"required": "Select the shifts you looked into"},
    )
    found = forms.TextAreaField(label="What did you find?", noun="what you found", rows=4)
    done = forms.TextAreaField(
        label="What was done about it?",
        noun="what was done about it",
        hint="Who was spoken to, what changes on the next shifts, what was referred and to whom.",
        rows=4,
    )

    def __init__(self, *args: Any, shifts: ShiftQuerySet, said: dict[int, Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("shifts", shifts)
        self.fields["shifts"].widget.hints = {str(pk): ". ".join(words) + "." for pk, words in said.items()}


def called(shift: Shift) -> str:
    """A shift in words: Waking night, Tuesday 3 March, 20:00 to 08:00."""
    starts, ends = shift.starts_at.astimezone(clock.LONDON), shift.ends_at.astimezone(clock.LONDON)
    return f"{shift.get_kind_display()}, {starts:%A} {starts.day} {starts:%B}, {starts:%H:%M} to {ends:%H:%M}"
