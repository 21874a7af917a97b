"""What people type about a carer's checks, training and supervision, and the documents they send."""

from typing import Any

from core import forms
from core.models import User
from placements.models import Placement
from staffing import evidence as documents
from staffing import policies_carers as policies
from staffing.models import Carer, Check, Evidence, Supervision, Training

ACCEPT = ".pdf,.jpg,.jpeg,.png"
WHAT_KIND = "A PDF, or a photograph or scan (JPEG or PNG), smaller than 5 MB."
NO_CHILD = "Carers work with children of several councils. Do not name a child here."


class DocumentField(forms.UploadField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("noun", "document")
        super().__init__(accept=ACCEPT, max_bytes=documents.LARGEST, required=False, **kwargs)


class KeptDocument(forms.ModelSelectField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, kept since {obj.recorded_at:%-d %B %Y}"


class RecordCheck(forms.Form):
    kind = forms.SelectField(
        label="What was checked?", noun="what was checked", choices=[("", "Select one"), *Check.Kind.choices]
    )
    checked_on = forms.DateField(
        label="Date of the certificate, letter or check", noun="date of the certificate, letter or check"
    )
    valid_until = forms.DateField(
        label="Valid until",
        noun="day it is valid until",
        hint="Where the document says so: a visa, for example. For example, 27 3 2028",
        required=False,
    )
    detail = forms.TextAreaField(
        label="What was seen, and how was it verified?",
        noun="what was seen, and how it was verified",
        hint="For a reference: who gave it, and that you spoke to them. For a gap in employment: how it is explained.",
        rows=4,
    )
    upload = DocumentField(label="The document that was seen", hint=WHAT_KIND)
    evidence = KeptDocument(
        None,
        label="Or a document of theirs that is kept already",
        hint="One of the two is needed.",
        required=False,
        empty_label="None of these",
    )

    def __init__(self, *args: Any, user: User, carer: Carer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = Evidence.for_user(user).filter(carer=carer).defer("content")
        self.offer("evidence", kept)
        if not kept:  # nothing to choose instead
            del self.fields["evidence"]
            self.fields["upload"].required = True


class WithdrawCheck(forms.Form):
    why = forms.TextAreaField(
        label="Why does it no longer count?",
        noun="why it no longer counts",
        hint="For example, that the certificate is not theirs. Say nothing here of why anybody was stood down.",
        rows=3,
        max_length=1000,
    )


class RecordTraining(forms.Form):
    subject = forms.SelectField(
        label="What was taught?", noun="what was taught", choices=[("", "Select one"), *Training.Subject.choices]
    )
    placement = forms.ModelSelectField(
        None,
        label="Which child’s plan?",
        noun="placement whose plan was taught",
        hint="Only where a child’s own plan was taught.",
        required=False,
        empty_label="Not a child’s own plan",
    )
    given_on = forms.DateField(label="When was it taught?", noun="day it was taught")
    trainer = forms.TextField(label="Who taught it?", noun="who taught it", max_length=150)
    organisation = forms.TextField(label="For which organisation?", max_length=150, required=False)
    signed_on = forms.DateField(
        label="When did the trainer sign the attendance?",
        noun="day the trainer signed the attendance",
        hint="Leave empty if the trainer has not signed. Without a signature or a certificate it is only a claim.",
        required=False,
    )
    upload = DocumentField(label="Certificate or attendance sheet", hint=WHAT_KIND)
    valid_until = forms.DateField(label="Valid until", noun="day it is valid until", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("placement", Placement.for_user(user).live().select_related("child", "home"))
        self.fields["placement"].label_from_instance = placement_in_words  # type: ignore[attr-defined]


def placement_in_words(placement: Placement) -> str:
    return f"{placement.child}, {placement.home or placement.get_type_display()}"


class SignTraining(forms.Form):
    signed_on = forms.DateField(
        label="When did the trainer sign the attendance?",
        noun="day the trainer signed the attendance",
        required=False,
    )
    upload = DocumentField(label="Certificate or attendance sheet", hint=WHAT_KIND)

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if training.signed_on:
            del self.fields["signed_on"]
        if training.evidence_id:
            del self.fields["upload"]


class NameSupervisor(forms.Form):
    agency = forms.ModelSelectField(None, label="For which agency?", noun="agency")
    supervisor = forms.TextField(label="Who supervises them?", noun="who supervises them", max_length=150)
    started_on = forms.DateField(label="From when?", noun="day it starts")

    def __init__(self, *args: Any, user: User, carer: Carer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("agency", policies.agencies_of(user, carer))


class EndSupervisor(forms.Form):
    ended_on = forms.DateField(label="From which day do they no longer supervise?", noun="day it ends")


class RecordSupervision(forms.Form):
    kind = forms.RadiosField(
        label="What took place?",
        noun="what took place",
        choices=Supervision.Kind.choices,
        hints={
            "practice": "With a reflective part. Due within 7 days of the first shift, then every 28 days.",
            "appraisal": "Due every year.",
        },
    )
    held_on = forms.DateField(label="When was it held?", noun="day it was held")
    supervisor = forms.TextField(label="Who supervised?", noun="who supervised", max_length=150)
    reflection = forms.TextAreaField(
        label="Reflection",
        hint="What the carer thinks is going on, how they answer to it, and what it does to them. For a practice "
        f"supervision. {NO_CHILD}",
        required=False,
    )
    agreed = forms.TextAreaField(label="What was agreed", hint=NO_CHILD, rows=3, required=False)
