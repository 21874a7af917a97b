"""What people type about a carer's checks, training and supervision, and the documents they send."""

from typing import Any

from core import forms
from core.models import User
from placements.models import Placement
from staffing import evidence as documents
from staffing import policies_carers as policies
from staffing.actions.checks import NOT_CONFIRMED
from staffing.models import Carer, Check, Evidence, Supervision, Training

ACCEPT = ".pdf,.jpg,.jpeg,.png"
WHAT_KIND = "A PDF, or a photograph or scan (JPEG or PNG), smaller than 5 MB."
NO_CHILD = "Carers work with children of several councils. Do not name a child here."
Kind, Fact = Check.Kind, Check.Fact
SAID = {
    Fact.PHOTO_SEEN: "The photograph is recent, and it is of them",
    Fact.PROOF_SEEN: "The original document was seen, or the right was looked up online",
    Fact.ENHANCED: "It is an enhanced certificate",
    Fact.BARRED_LIST: "It shows that the children’s barred list was checked",
    Fact.LAST_EMPLOYER: "It is from their most recent employer, or they never had one",
    Fact.VERIFIED: "The reason was verified with whoever they worked for, or they never did such work",
    Fact.FULL: "It is complete: everything since they left school",
    Fact.GAPS_EXPLAINED: "Every gap is explained in writing, or there is none",
}


def _confirm(kind: str) -> forms.CheckboxesField:
    facts = Check.FACTS[kind]
    return forms.CheckboxesField(
        label="Confirm each of these" if len(facts) > 1 else "Confirm this",
        choices=[(fact, SAID[Fact(fact)]) for fact in facts],
        error_messages={"required": NOT_CONFIRMED},
    )


class DocumentField(forms.UploadField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("noun", "document")
        super().__init__(accept=ACCEPT, max_bytes=documents.LARGEST, required=False, **kwargs)


class KeptDocument(forms.ModelSelectField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, kept since {obj.recorded_at:%-d %B %Y}"


class RecordCheck(forms.Form):
    """What makes a check of its kind one is confirmed under the kind itself, each fact by its own box."""

    kind = forms.RadiosField(
        label="What was checked?",
        noun="what was checked",
        choices=Kind.choices,
        reveals={kind: f"confirmed_{kind}" for kind in Check.FACTS},
    )
    confirmed_identity = _confirm(Kind.IDENTITY)
    confirmed_right_to_work = _confirm(Kind.RIGHT_TO_WORK)
    confirmed_dbs = _confirm(Kind.DBS)
    confirmed_reference_last = _confirm(Kind.REFERENCE_LAST)
    confirmed_leaving = _confirm(Kind.LEAVING)
    confirmed_history = _confirm(Kind.HISTORY)
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
        self._ask_only(self.data.get("kind", "") if self.is_bound else None)

    def _ask_only(self, kind: str | None) -> None:
        """While the form is read the boxes of other kinds are not asked; to whoever looks at it none is optional."""
        for each in Check.FACTS:
            self.fields[f"confirmed_{each}"].required = kind in (None, each)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._ask_only(None)
        boxes = {kind: cleaned.pop(f"confirmed_{kind}", []) for kind in Check.FACTS}
        kind = cleaned.get("kind", "")
        cleaned["confirmed"] = boxes.get(kind, [])
        name = f"confirmed_{kind}"
        if not set(Check.FACTS.get(kind, ())) <= set(cleaned["confirmed"]) and name not in self.errors:
            self.add_error(name, NOT_CONFIRMED)
        return cleaned


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
