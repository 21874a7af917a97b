"""What people type to stand a carer down, to hold it, and to lift it."""

from typing import Any

from core import forms
from core.access import Permission
from core.models import User
from placements.models import Placement
from staffing import policies
from staffing.models import Carer, LiftApproval


class PlacementChoice(forms.ModelSelectField):
    """A placement by its child's name or, for those who reach no child, by its home and number."""

    user: User

    def label_from_instance(self, obj: Any) -> str:
        placement: Placement = obj
        place = f" at {placement.home}" if placement.home else ""
        if self.user.can(Permission.SEE_CHILDREN):
            return f"{placement.child}{place}"
        return f"Placement {placement.pk}{place}"


class StandDownForm(forms.Form):
    reason = forms.TextAreaField(
        label="Why do you stand the carer down?",
        hint="Seen only in the council where it arose, by those who may act on it. Never by a provider, an agency or the "
        "carer.",
        noun="why you stand the carer down",
    )
    placement = PlacementChoice(
        None,
        label="Where did it arise?",
        hint="The child’s social worker and the placement manager there have a seat in lifting it.",
        noun="placement where it arose",
        empty_label="At no one placement",
        required=False,
    )
    starts_at = forms.DateTimeField(
        label="If they were told earlier, when?",
        hint="Leave empty for now. Up to 24 hours ago, for example 27 3 2026 at 14:30.",
        noun="date and time they were told",
        required=False,
    )
    held = forms.ConfirmField(
        label="Hold it: it cannot be lifted until you release it",
        required=False,
    )

    def __init__(self, *args: Any, user: User, carer: Carer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("placement", policies.placements_with(user, carer))
        field: Any = self.fields["placement"]
        field.user = user
        if user.authority_id is None:
            field.required, field.empty_label = True, "Select one"
        if not user.can(Permission.HOLD_STAND_DOWN):
            del self.fields["held"]


class Why(forms.Form):
    why = forms.TextAreaField(label="Why?", noun="why", rows=3)


class ProposeLift(forms.Form):
    reason = forms.TextAreaField(
        label="Why should it be lifted?",
        hint="What was found, by whom, and what makes it safe. That the child asks for the carer back is not a reason.",
        noun="why it should be lifted",
    )


class Withdraw(forms.Form):
    sure = forms.ConfirmField(label="Withdraw this proposal")

    def clean(self) -> dict[str, Any]:
        super().clean()
        return {}


class ApproveLift(forms.Form):
    seat = forms.RadiosField(label="In which seat do you approve?", noun="seat in which you approve")
    reason = forms.TextAreaField(label="Your own reason", noun="your own reason")

    def __init__(self, *args: Any, seats: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["seat"]
        field.choices = [choice for choice in LiftApproval.Seat.choices if choice[0] in seats]
        if len(seats) == 1:
            self.initial.setdefault("seat", seats[0])
