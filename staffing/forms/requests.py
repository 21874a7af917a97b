"""What people type to ask something of a rota, and to answer it."""

from typing import Any

from core import clock, forms
from core.models import User
from placements.models import Placement, Provider
from staffing import policies
from staffing.forms.rota import analysed, asked_by_the_child
from staffing.forms.stand_downs import PlacementChoice
from staffing.models import Carer, Shift
from staffing.rota import carers_for, monday_of


class AskSwap(forms.Form):
    outgoing = forms.ModelSelectField(None, label="Who should come off this shift?", noun="carer who should come off")
    incoming = forms.ModelSelectField(
        None,
        label="Who should work it instead?",
        hint="Carers who cannot be put on it are not in the list: they must not be deployed, their checks are not "
        "complete, or they are on another shift then.",
        noun="carer who should work it",
        empty_label="Nobody",
        required=False,
    )
    agency = forms.ModelSelectField(
        None,
        label="Through which agency?",
        hint="Only if they work through more than one.",
        noun="agency",
        empty_label="The one they work through",
        required=False,
    )
    reason = forms.TextAreaField(label="Why?", noun="why the swap is asked for", rows=3)
    child_asked, analysis = asked_by_the_child()

    def __init__(self, *args: Any, shift: Shift, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = set(shift.assignments.filter(removed_at__isnull=True).values_list("carer_id", flat=True))
        monday = monday_of(clock.local_date(shift.starts_at))
        free = [
            candidate
            for candidate in carers_for(shift.placement, monday)
            if candidate.carer.pk not in on and not candidate.why_not(shift.starts_at, shift.ends_at)
        ]
        agencies = {agency.pk for candidate in free for agency in candidate.agencies if len(candidate.agencies) > 1}
        self.offer("outgoing", Carer.objects.filter(pk__in=on))
        self.offer("incoming", Carer.objects.filter(pk__in=[candidate.carer.pk for candidate in free]))
        if agencies:
            self.offer("agency", Provider.objects.filter(pk__in=agencies))
        else:
            del self.fields["agency"]

    def clean(self) -> dict[str, Any]:
        return analysed(super().clean() or {})


class DecideSwap(forms.Form):
    approve = forms.YesNoField(
        label="What do you decide?",
        yes="Approve it: the rota is changed",
        no="Decline it: the rota stays as it is",
        error_messages={"required": "Select whether you approve or decline it"},
    )
    why = forms.TextAreaField(label="Why?", noun="why you approve or decline it")


class AskOffRota(forms.Form):
    carer = forms.ModelSelectField(None, label="Who should be taken off the rota?", noun="carer")
    reason = forms.TextAreaField(
        label="Why?",
        hint="Seen by you and by those who decide about this rota.",
        noun="why they should be taken off",
    )

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("carer", policies.carers_at(placement, clock.now()))


class ConfirmOffRota(forms.Form):
    note = forms.TextAreaField(label="What was done?", noun="what was done", rows=3)


class WithdrawRequest(forms.Form):
    why = forms.TextAreaField(
        label="Why may the carer be with the child again?",
        hint="Seen by whoever asked and by those who decide about this rota.",
        noun="why the carer may be with the child again",
    )


class WaiveChecks(forms.Form):
    placement = PlacementChoice(None, label="At which placement?", noun="placement")
    starts_at = forms.DateTimeField(label="From when?", noun="date and time it starts")
    hours = forms.NumberField(label="For how many hours?", hint="48 at most.", noun="number of hours", width=2)
    reason = forms.TextAreaField(
        label="What is the emergency, and why can nobody else come?",
        noun="what the emergency is, and why nobody else can come",
    )

    def __init__(self, *args: Any, user: User, carer: Carer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("placement", policies.placements_with(user, carer))
        field: Any = self.fields["placement"]
        field.user = user
