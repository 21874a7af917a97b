"""What people type about a meeting: what it is for, who belongs, and everything said and agreed at it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms as django_forms

from children.models import Child
from core import forms
from governance import codes
from governance.actions.minutes import Said
from governance.models import Attendance, Issue, Meeting, MeetingSeries
from governance.policies import meetings as policies
from governance.seats import Seat

MINUTES = 20_000  # characters of one section
NEW = "new"  # an issue that was never spoken of before


class Describe(forms.Form):
    sections = (
        ("What it is for", ["name", "purpose", "terms", "every_days"]),
        ("Who", ["chair", "required", "left_out_why"]),
    )
    name = forms.TextField(label="What is it called?", noun="what it is called", max_length=150)
    purpose = forms.TextAreaField(
        label="What is it for?", noun="what it is for", hint="What must be different for the child.", rows=3
    )
    terms = forms.TextAreaField(
        label="Terms of reference",
        noun="terms of reference",
        hint="What it may decide, what it may not, to whom it answers, and what happens to what is agreed.",
        rows=6,
    )
    every_days = forms.NumberField(
        label="At most how many days from one meeting to the next?",
        noun="number of days",
        hint="For example, 7",
        width=3,
    )
    chair = forms.ModelSelectField(None, label="Who chairs it?", noun="chair")
    required = forms.CheckboxesField(
        label="Who must be asked to it?", noun="who must be asked", choices=codes.REQUIRABLE
    )
    left_out_why = forms.TextAreaField(
        label="Why is somebody who is always asked left out?",
        noun="why somebody is left out",
        hint="Only if you cleared a box that was ticked for you.",
        rows=2,
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, authority_id: int, of_child: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("chair", policies.chairs_of(authority_id, of_child=of_child))


class SetUp(Describe):
    started_on = forms.DateField(label="When was it set up?", noun="day it was set up")


class EndSeries(forms.Form):
    ended_on = forms.DateField(label="From which day is it no longer held?", noun="day it is no longer held")
    why = forms.TextAreaField(label="Why?", noun="why it is no longer held", rows=3)


class ReviewTerms(forms.Form):
    reviewed_on = forms.DateField(label="When were the terms reviewed?", noun="day of the review")
    found = forms.TextAreaField(
        label="What was found, and what changes?",
        noun="what was found",
        hint="Does it do what it is for? Are the right people asked? Are its actions done?",
        rows=5,
    )


class AddMember(forms.Form):
    person = forms.ModelSelectField(None, label="Who?", noun="person")
    part = forms.SelectField(
        label="In which part?", noun="part", choices=[("", "Select one"), *[p for p in codes.PARTS if p[0] != "chair"]]
    )
    started_on = forms.DateField(label="From which day?", noun="day they join")

    def __init__(self, *args: Any, series: MeetingSeries, day: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("person", policies.people_of(series.authority_id, day))
        person: Any = self.fields["person"]
        person.label_from_instance = lambda user: f"{user.name}, {user.get_role_display().lower()}"


class Why(forms.Form):
    why = forms.TextAreaField(label="Why?", noun="why", rows=3, max_length=2000)


class PlanMeeting(forms.Form):
    held_at = forms.DateTimeField(label="When?", noun="day and time")
    place = forms.TextField(label="Where?", noun="place", required=False)
    children = forms.ModelCheckboxesField(None, label="Which children is it about?", noun="children")

    def __init__(self, *args: Any, series: MeetingSeries, children: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if series.child_id is not None:
            del self.fields["children"]
        else:
            self.offer("children", children)


class CloseAction(forms.Form):
    evidence = forms.TextAreaField(
        label="What shows that it is done?",
        noun="what shows that it is done",
        hint="What somebody else could look at: a record, a letter, a date, what the child says.",
        rows=4,
    )


class RedateAction(forms.Form):
    due_on = forms.DateField(label="By when, now?", noun="new day")
    why = forms.TextAreaField(label="Why was the day not kept?", noun="why", rows=3, max_length=2000)


class HandOver(forms.Form):
    owner = forms.ModelSelectField(None, label="Whose action is it now?", noun="person")
    why = forms.TextAreaField(label="Why?", noun="why", rows=3, max_length=2000)

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("owner", owners)


class Conduct(forms.Form):
    """The whole of a meeting about one child on one form: the seats, the sections, and one new action.

    Its cleaned data is what `governance.actions.minutes.conduct` takes.
    """

    marks_optional = False
    what = forms.TextAreaField(
        label="What is to be done?", noun="what is to be done", rows=2, max_length=2000, required=False, counted=False
    )
    owner = forms.ModelSelectField(None, label="Whose action is it?", noun="whose action it is", required=False)
    due_on = forms.DateField(label="By when?", noun="day it is to be done by", required=False)
    measure = forms.TextField(
        label="How shall we know that it is done?", noun="how we shall know", hint="Something anybody could check.",
        max_length=500, required=False,
    )  # fmt: skip
    issue = forms.SelectField(
        label="Which issue does it belong to?",
        noun="issue",
        hint="One that was spoken of before, if it is still about that: so it is seen when it comes back.",
        choices=[],
        required=False,
    )
    new_issue = forms.TextField(label="What is the new issue called?", hint="Only if it is a new one.", required=False)
    section = forms.SelectField(label="Which part of the child’s life?", choices=codes.SECTIONS, required=False)
    send = django_forms.CharField(required=False, widget=django_forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        meeting: Meeting,
        child: Child,
        seats: Sequence[Seat],
        saved: Mapping[str, Any],
        before: Mapping[str, str],
        day: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.seats, self.saved, self.before = list(seats), saved, before
        self.offer("owner", policies.owners_for(meeting.series, day))
        self.issues = {str(each.pk): each for each in Issue.objects.filter(child=child, series=meeting.series)}
        issue: Any = self.fields["issue"]
        issue.choices = [
            ("", "Select one"),
            *[(key, each.what) for key, each in self.issues.items()],
            (NEW, "A new one"),
        ]
        for seat in self.seats:
            name, states = seat.name, [("", "Not said yet"), *Attendance.State.choices]
            self._add(f"{name}_state", forms.SelectField(label=seat.label, choices=states, required=False))
            self._add(
                f"{name}_note",
                forms.TextField(label=f"Who came, or why not: {seat.label}", max_length=200, required=False),
            )
            self._add(f"{name}_was", django_forms.CharField(required=False, widget=django_forms.HiddenInput))
        for code, label in codes.SECTIONS:
            hint = codes.PROMPTS[code]
            # What several people typed and was put together may be longer than one person may type: it can be saved again.
            kept = len(getattr(saved.get(code), "text", ""))
            self._add(
                f"text_{code}",
                forms.TextAreaField(
                    label=label,
                    hint=hint,
                    rows=4,
                    max_length=kept + MINUTES,
                    counted=False,
                    strip=False,
                    required=False,
                ),
            )
            self._add(f"version_{code}", django_forms.IntegerField(required=False, widget=django_forms.HiddenInput))
        # As on the page, so that what is wrong is told in its order: seats, then sections, then the new action.
        self.order_fields([name for name in self.fields if name.startswith(("seat_", "text_"))])

    def _add(self, name: str, field: Any) -> None:
        self.fields[name] = field
        self._prepare(name, field)

    @staticmethod
    def begun(seats: Sequence[Seat], texts: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
        """What it shows at first: what is on record."""
        initial: dict[str, Any] = {"section": "other"}
        for seat in seats:
            if seat.attendance is not None:
                initial[f"{seat.name}_state"] = seat.attendance.state
                initial[f"{seat.name}_note"] = seat.attendance.note
                initial[f"{seat.name}_was"] = _as_sent(seat.attendance.state, seat.attendance.note)
        for code, _ in codes.SECTIONS:
            initial[f"text_{code}"], initial[f"version_{code}"] = texts.get(code, ("", 0))
        return initial

    @property
    def seat_rows(self) -> list[tuple[Seat, Any, Any]]:
        return [(seat, self[f"{seat.name}_state"], self[f"{seat.name}_note"]) for seat in self.seats]

    @property
    def section_rows(self) -> list[tuple[Any, Any, str]]:
        """Each section's box, its last saving, and what stood under it last time."""
        return [(self[f"text_{code}"], self.saved.get(code), self.before.get(code, "")) for code, _ in codes.SECTIONS]

    @property
    def action_fields(self) -> list[Any]:
        return [self[name] for name in ("what", "owner", "due_on", "measure", "issue", "new_issue", "section")]

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        new_action = {name: typed.get(name) for name in ("what", "owner", "due_on", "measure", "issue", "new_issue")}
        begun = any(new_action.values())
        if begun and not new_action["issue"] and "issue" not in self.errors:
            self.add_error("issue", "Select which issue it belongs to, or that it is a new one")
        elif new_action["new_issue"] and new_action["issue"] != NEW:
            self.add_error("new_issue", "Select a new one above, or clear what the new issue is called")
        new_action["issue"] = self.issues.get(new_action["issue"] or "")
        new_action["section"] = typed.get("section") or "other"
        return {
            "attendance": {seat.key: sent for seat in self.seats if (sent := self._changed(seat))},
            "said": {
                code: Said(typed.get(f"text_{code}", ""), typed.get(f"version_{code}") or 0)
                for code, _ in codes.SECTIONS
                if f"text_{code}" in self.data
            },
            "new_action": new_action if begun else None,
            "send": bool(typed.get("send")),
        }

    def _changed(self, seat: Seat) -> tuple[str, str] | None:
        """What is sent of a seat, where it is not what the page was shown with: others may have said otherwise since.

        Neither a state nor a note takes back what was said of it. A note alone says nothing of whether they were here.
        """
        state = self.cleaned_data.get(f"{seat.name}_state", "")
        note = self.cleaned_data.get(f"{seat.name}_note", "")
        if _as_sent(state, note) == self.cleaned_data.get(f"{seat.name}_was", ""):
            return None
        if note and not state:
            self.add_error(f"{seat.name}_state", f"Select whether they were here, or clear the note: {seat.label}")
            return None
        return (state, note)


def _as_sent(state: str, note: str) -> str:
    return f"{state} {note}".strip()
