"""The register beside the placements as they are: who is on it, who is missing, who no longer belongs; and who is trained."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core.dates import months_after
from core.models import User
from governance.models.register import RegisterEntry, RoleTraining
from governance.policies import register as policies
from governance.querysets.register import assured_to, called_for, in_unregistered_settings, not_on_the_register
from placements.models import Placement


@dataclass(frozen=True)
class Missing:
    """A child in an unregistered setting who is not on the register."""

    placement: Placement
    called: str
    due_on: dt.date
    late: bool


@dataclass(frozen=True)
class Entry:
    """A child on the register, as far as a reader may know."""

    entry: RegisterEntry
    called: str
    reviewed_on: dt.date | None
    review_due_on: dt.date
    review_late: bool
    still_true: bool


@dataclass(frozen=True)
class Register:
    missing: list[Missing]
    entries: list[Entry]  # that are still true
    untrue: list[Entry]  # the child has moved, or the home is registered now

    @property
    def late(self) -> list[Missing]:
        return [row for row in self.missing if row.late]

    @property
    def unreviewed(self) -> list[Entry]:
        return [row for row in self.entries if row.review_late]

    @property
    def complete(self) -> bool:
        """Whether every child who is to be on it is, and nobody else."""
        return not self.missing and not self.untrue


def register_for(user: User, *, today: dt.date) -> Register:
    """The register as this person may see it, reconciled with the placements of today. Three queries."""
    placements = assured_to(user)
    true = set(in_unregistered_settings(placements, today).values_list("pk", flat=True))
    rows = [
        _entry(entry, user, today, entry.placement_id in true)
        for entry in RegisterEntry.for_user(user)
        .standing()
        .with_last_minute()
        .select_related("placement__child", "placement__home", "entered_by")
    ]
    missing = [
        Missing(placement, called_for(user, placement.child), due := policies.entry_due(placement), due < today)
        for placement in not_on_the_register(placements, today).select_related("child", "home").order_by("started_on")
    ]
    return Register(missing, [row for row in rows if row.still_true], [row for row in rows if not row.still_true])


def _entry(entry: Any, user: User, today: dt.date, still_true: bool) -> Entry:
    due = policies.next_review(entry.entered_on, entry.reviewed_on)
    return Entry(entry, called_for(user, entry.placement.child), entry.reviewed_on, due, due < today, still_true)


# --- training ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trained:
    """Somebody whom some of the training is for, and when each was last given."""

    person: User
    subjects: list[tuple[str, str, dt.date | None, bool, bool]]  # code, in words, last given, overdue, for them at all

    @property
    def overdue(self) -> bool:
        return any(late for *_, late, _ in self.subjects)


def trained(user: User, *, today: dt.date) -> list[Trained]:
    """Everybody of this person's council and its partners whom it is for, with their training. Two queries."""
    last: dict[tuple[int, str], dt.date] = {}
    for row in RoleTraining.for_user(user).order_by("given_on"):
        last[row.person_id, row.subject] = row.given_on
    return [
        Trained(
            person,
            [
                (
                    code,
                    words,
                    given := last.get((person.pk, code)),
                    (asked := person.role in policies.TRAINED_IN[code]) and _lapsed(given, today),
                    asked,
                )
                for code, words in RoleTraining.Subject.choices
            ],
        )
        for person in policies.to_be_trained(user)
    ]


def _lapsed(given: dt.date | None, today: dt.date) -> bool:
    return given is None or months_after(given, policies.TRAINED_EVERY) < today
