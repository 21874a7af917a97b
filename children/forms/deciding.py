"""What people type of a decision, and of what a child wishes."""

from typing import Any

from children import policies, rights
from children.models import Child
from core import forms
from core.access import Permission
from core.dates import in_words
from core.models import User


class PersonField(forms.ModelSelectField):
    def label_from_instance(self, person: Any) -> str:
        return f"{person.name}, {person.get_role_display().lower()}"


class WishField(forms.ModelSelectField):
    def label_from_instance(self, wish: Any) -> str:
        words = wish.words if len(wish.words) <= 60 else f"{wish.words[:59]}…"
        return f"{in_words(wish.asked_on)}: {words}"


class Considered(forms.Form):
    """What every decision about where a child lives, who cares for them and what is paid leaves on the child's record beside
    its reason: to be mixed into the form of the act that decides it."""

    alternatives = forms.TextAreaField(
        label="What else was considered?",
        noun="what else was considered",
        hint="And why it was not chosen. If nothing was, say so.",
        rows=3,
    )
    consulted = forms.TextAreaField(
        label="Who was consulted about it?",
        noun="who was consulted",
        hint="The child, family, placement, agencies and professionals; and who should have been and was not, and why.",
        rows=3,
    )


class DecisionForm(forms.Form):
    kind = forms.SelectField(
        label="What is it about?",
        noun="what the decision is about",
        choices=[("", "Select one"), *((kind.code, kind.title) for kind in rights.KINDS.values())],
    )
    decided_on = forms.DateField(label="When was it decided?", noun="date it was decided")
    what = forms.TextAreaField(label="What was decided", rows=3)
    why = forms.TextAreaField(label="Why", noun="why it was decided")
    alternatives = forms.TextAreaField(
        label="What else was considered", hint="And why it was not chosen.", rows=3, required=False
    )
    decider = PersonField(
        None,
        label="Who decided?",
        noun="who decided",
        hint="The person whose decision it was. It may be you.",
        empty_label="Somebody without an account here",
        required=False,
    )
    decided_by = forms.TextField(
        label="Who decided, if they have no account here",
        hint="A name, the court, or the names of a panel.",
        noun="who decided",
        required=False,
    )
    by_what_authority = forms.TextField(
        label="By what authority, if they have no account here",
        hint="The post they hold, the panel, the order or the delegation.",
        noun="by what authority they decided",
        required=False,
    )
    consulted = forms.TextAreaField(
        label="Who was consulted?",
        noun="who was consulted",
        hint="The child, family, placement, agencies and professionals. If nobody was, say so.",
        rows=3,
    )
    not_consulted = forms.TextAreaField(label="Who should have been consulted and was not?", rows=2, required=False)
    why_not_consulted = forms.TextAreaField(
        label="Why were they not?", noun="why they were not consulted", rows=2, required=False
    )
    wish = WishField(
        None, label="Does it answer something the child asked for?", noun="wish", empty_label="No", required=False
    )

    def __init__(self, *args: Any, child: Child, user: User, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wishes = policies.open_wishes(child, user)
        if wishes:
            self.offer("wish", wishes)
        else:
            del self.fields["wish"]
        if user.can(Permission.RECORD_DECISION):
            self.offer("decider", policies.deciders_for(child, day))
        else:  # records its own decisions alone
            for name in ("decider", "decided_by", "by_what_authority"):
                del self.fields[name]


class WishForm(forms.Form):
    asked_on = forms.DateField(label="When did the child ask?", noun="date the child asked")
    words = forms.TextAreaField(
        label="What did the child ask for?",
        noun="what the child asked for",
        hint="In the child’s own words: “Only these staff.” “No visits.”",
        rows=3,
    )
    analysis = forms.TextAreaField(
        label="What does it tell us, and what does it mean for risk?",
        noun="what the wish tells us, and what it means for risk",
        hint="An adult’s own analysis. Asking for less oversight, for certain adults or to be left alone can be a sign of "
        "harm. Who gains if the wish is granted?",
    )
    what_happens = forms.TextAreaField(
        label="What will happen?",
        noun="what will happen",
        hint="Who decides, by when, and who tells the child the answer.",
        rows=3,
    )
