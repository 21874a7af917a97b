"""What people type to raise a concern, and to answer for one."""

from typing import Any

from children.models import Child
from core import clock, forms
from core.access import PROVIDER_ROLES, PartnerKind, Permission, Role
from core.dates import in_words
from core.models import User
from governance import codes
from governance.models import Concern, ConcernReview, ConcernStep, PoliceAttendance
from governance.policies import concerns as policies
from governance.querysets.concerns import to_raise_about

ME = "me"
Kind = ConcernStep.Kind


class WhichChild(forms.Form):
    child = forms.ModelSelectField(None, label="Which child is it about?", noun="child")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("child", to_raise_about(user))


class Raise(forms.Form):
    """Short: what it is about and what it is. The rest is for those who pass on what somebody else said."""

    category = forms.RadiosField(
        label="What is it about?",
        noun="what the concern is about",
        choices=Concern.Category.choices,
        reveals={Concern.Category.STAFF_CONDUCT: "named"},
    )
    named = forms.TextField(
        label="Who is it about?",
        hint="As far as you know: a name, or what they do. Shown to few, and kept apart from what you write below.",
        required=False,
    )
    what = forms.TextAreaField(
        label="What is your concern?",
        hint="What was seen, heard or said, when, and by whom. Do not name a member of staff here.",
        noun="what the concern is",
    )
    about = forms.ModelSelectField(
        None,
        label="Is it about one of these carers?",
        hint="Only where it is about the conduct of somebody who works with the child.",
        noun="carer",
        empty_label="No, or not known",
        required=False,
    )
    colleague = forms.ModelSelectField(
        None,
        label="Or about one of these people, who work with the child?",
        hint="Only where it is about their conduct. Then they cannot read it, and it goes to somebody else.",
        noun="colleague",
        empty_label="No, or not known",
        required=False,
    )
    raiser = forms.SelectField(
        label="Who raised it?",
        noun="who raised it",
        choices=[(ME, "I did"), *Concern.Raiser.choices],
        initial=ME,
    )
    raiser_name = forms.TextField(label="Their name, if they gave it", max_length=150, required=False)
    risk = forms.RadiosField(
        label="If it is a police notice (VIST or PPN), what risk did the police give it?",
        noun="risk the police gave it",
        choices=[("none", "It is not a police notice"), *Concern.Risk.choices],
        initial="none",
    )
    police_reference = forms.TextField(label="Police reference", width=20, max_length=50, required=False)
    received_at = forms.DateTimeField(
        label="When did it reach the council?",
        hint="Leave empty for now. For example, 27 3 2026 at 14:30. The time to decide and to answer runs from here.",
        noun="date and time it reached the council",
        required=False,
    )

    def __init__(self, *args: Any, user: User, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (people := policies.colleagues_to_name(child, user)).exists():
            self.offer("colleague", people)
        else:
            del self.fields["colleague"]
        council = user.authority_id is not None and user.role not in (Role.PARTNER, Role.ADVOCATE)
        police = user.partner_kind == PartnerKind.POLICE
        if user.can(Permission.SEE_CARERS) and (carers := policies.carers_to_name(user)).exists():
            self.offer("about", carers)
        else:
            del self.fields["about"]
        if not council and user.role not in PROVIDER_ROLES:
            del self.fields["raiser"], self.fields["raiser_name"]
        if not council and not police:
            del self.fields["risk"], self.fields["police_reference"]
        if not council:
            del self.fields["received_at"]

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        for name, nothing in (("raiser", ME), ("risk", "none")):
            if entered.get(name) == nothing:
                entered[name] = ""
        return entered


class _About(forms.Form):
    """A form that offers people to choose among: `people` is who."""

    offered = "owner"

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(self.offered, people)


class Triage(_About):
    decision = forms.RadiosField(
        label="What is to be done?", noun="what is to be done", choices=ConcernStep.Triage.choices
    )
    conduct = forms.YesNoField(
        label="Is it about the conduct of somebody who works with the child?",
        hint="If it is, somebody decides within one working day whether it is referred to the LADO.",
        noun="whether it is about the conduct of somebody who works with the child",
        reveals={"yes": "named"},
    )
    named = forms.TextField(
        label="Who is it about?", hint="As far as it is known. Shown to few.", max_length=200, required=False
    )
    reasons = forms.TextAreaField(label="Your reasons", noun="your reasons")
    owner = forms.ModelSelectField(
        None, label="Who acts on it?", noun="who acts on it", empty_label="Whoever has it now", required=False
    )

    def __init__(self, *args: Any, is_conduct: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_conduct:
            del self.fields["conduct"], self.fields["named"]


class Note(forms.Form):
    kind = forms.RadiosField(
        label="What are you recording?",
        noun="what you are recording",
        choices=[
            (Kind.NOTE, "Something that was done or found"),
            (Kind.MITIGATION, "What is done meanwhile to make it safer"),
            (Kind.FORWARDED, "That it was passed on to somebody"),
        ],
        hints={
            Kind.MITIGATION: "Each step, who does it, and by when.",
            Kind.FORWARDED: "By email or otherwise. It stays open, and yours, until it is decided, answered and closed.",
        },
        reveals={Kind.FORWARDED: "to"},
    )
    to = forms.TextField(label="To whom?", noun="who it was passed on to", required=False)
    text = forms.TextAreaField(label="What was done?", noun="what was done")


class HandOver(_About):
    owner = forms.ModelSelectField(None, label="Who is to act on it?", noun="who is to act on it")
    why = forms.TextAreaField(label="Why?", noun="why", rows=3)


class Lado(forms.Form):
    spoke_to = forms.TextField(label="Who did you speak to?", noun="who you spoke to")
    advice = forms.TextAreaField(label="What did they advise?", noun="what the LADO advised")


class Identify(_About):
    offered = "carer"
    carer = forms.ModelSelectField(
        None, label="Which carer is it about?", noun="carer it is about", empty_label="Not one of these", required=False
    )
    colleague = forms.ModelSelectField(
        None,
        label="Or is it about one of these people?",
        hint="Then they cannot read it. Where they had it, the next person has it.",
        noun="colleague",
        empty_label="Not one of these",
        required=False,
    )

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("colleague", colleagues)


class Answer(forms.Form):
    text = forms.TextAreaField(
        label="What do you tell them?",
        hint="They read exactly this. If they have no account, say also how they were told, and when.",
        noun="answer",
    )


class AddToIt(forms.Form):
    text = forms.TextAreaField(
        label="What do you want to add?",
        hint="What you wrote first stays as it is. Whoever acts on it is told that you said more.",
        noun="what you want to add",
    )


class NotEnough(forms.Form):
    text = forms.TextAreaField(
        label="What does the answer leave out?",
        hint="You are then owed another answer, within three working days.",
        noun="what the answer leaves out",
    )


class Close(forms.Form):
    reason = forms.RadiosField(
        label="Why can it be closed?",
        noun="why it can be closed",
        choices=[*ConcernStep.Closing.choices, *ConcernStep.NoReason.choices],
    )
    done = forms.TextAreaField(
        label="What was done, and how do you know it worked?",
        noun="what was done",
        hint="Whoever raised the concern reads this: write it to them, and nothing about anybody that they may not know.",
    )


class Review(_About):
    offered = "decided_by"
    sections = (
        ("The meeting", ["meeting"]),
        ("If its minutes are not here", ["held_at", "there", "agencies"]),
        ("What came of it", ["outcome", "decision", "why", "decided_by"]),
    )
    marks_optional = False
    meeting = forms.ModelSelectField(
        None,
        label="Which meeting was it?",
        hint="Those about this child whose minutes were sent, and at which two agencies or more were.",
        noun="which meeting it was",
        empty_label="One whose minutes are not here",
        required=False,
    )
    held_at = forms.DateTimeField(label="When was the meeting?", noun="date and time of the meeting", required=False)
    there = forms.CheckboxesField(
        label="Which agencies were there?",
        hint="Two or more. A meeting with the provider alone is not one of several agencies.",
        noun="which agencies were there",
        choices=codes.AGENCIES,
        required=False,
    )
    agencies = forms.TextAreaField(
        label="Who was there, and for which agency?", noun="who was there", rows=3, required=False
    )
    outcome = forms.TextAreaField(label="What was agreed?", noun="what was agreed")
    decision = forms.RadiosField(
        label="Does the child stay?",
        noun="whether the child stays or moves",
        choices=ConcernReview.Decision.choices,
    )
    why = forms.TextAreaField(label="Why?", noun="reasons for the decision", rows=3)
    decided_by = forms.ModelSelectField(
        None,
        label="Who decided?",
        hint="The head of service or the director of children’s services: not the meeting.",
        noun="who decided",
    )

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("meeting", meetings)
        field: Any = self.fields["meeting"]
        field.label_from_instance = lambda meeting: f"{meeting.series}, {in_words(clock.local_date(meeting.held_at))}"


class Attendance(forms.Form):
    attended_at = forms.DateTimeField(label="When did the police come?", noun="date and time the police came")
    called_by = forms.RadiosField(
        label="Who called them?", noun="who called the police", choices=PoliceAttendance.CalledBy.choices
    )
    why = forms.TextAreaField(label="Why were they called?", noun="why they were called", rows=3)
    outcome = forms.TextAreaField(label="What came of it?", noun="what came of it", rows=3, required=False)
    reference = forms.TextField(label="Police reference", width=20, max_length=50, required=False)


class ConcernFilter(forms.FilterForm):
    """Every filter stands in the address, so that a number anywhere can be a link to exactly what it counts."""

    show = forms.SelectField(
        label="Show",
        choices=[
            ("", "Open"),
            ("triage", "Not decided on"),
            ("answer", "Not answered"),
            ("mine", "Yours to act on"),
            ("raised", "Raised by you, open"),
            ("answered", "Raised by you, answered"),
            ("closed", "Closed"),
            ("all", "All"),
        ],
        required=False,
    )
    about = forms.SelectField(
        label="About",
        choices=[("", "Anything"), ("police", "Police notices"), *Concern.Category.choices],
        required=False,
    )
