"""What people type to refer somebody, and to decide that nobody is."""

from typing import Any

from children.models import Child
from core import forms
from core.access import Permission, Role
from core.models import Authority, User
from governance.models import Concern
from governance.querysets.concerns import to_raise_about
from lado import codes
from lado.policies import conduct as policies
from staffing.models import Carer

ME = "me"


class Refer(forms.Form):
    """Who, what they do, what happened, and why it is for the LADO. Everything else can wait."""

    named = forms.TextField(
        label="Who is it about?",
        hint="A name as far as you know it, or what they look like. If they are on one of these lists, select them there.",
        noun="who it is about",
        required=False,
    )
    carer = forms.ModelSelectField(
        None, label="Is it one of these carers?", noun="carer", empty_label="No, or not known", required=False
    )
    account = forms.ModelSelectField(
        None,
        label="Is it about the LADO?",
        hint="Then it goes to somebody else, and the LADO cannot read it.",
        noun="LADO",
        empty_label="No",
        required=False,
    )
    post = forms.SelectField(
        label="What do they do?", noun="what they do", choices=[("", "Select one"), *codes.Post.choices]
    )
    employer_named = forms.TextField(label="Who do they work for?", max_length=200, required=False)
    authority = forms.ModelSelectField(None, label="To which council’s LADO?", noun="council")
    child = forms.ModelSelectField(
        None, label="Which child is it about?", noun="child", empty_label="None, or not known", required=False
    )
    criteria = forms.CheckboxesField(
        label="What makes it a matter for the LADO?",
        hint="One is enough. If you are not sure, refer: the LADO decides.",
        noun="what makes it a matter for the LADO",
        choices=[(name, asked) for name, asked, _ in codes.CRITERIA],
        hints={name: examples for name, _, examples in codes.CRITERIA},
    )
    category = forms.RadiosField(
        label="What kind of harm, or risk of it?", noun="what kind of harm it is", choices=codes.Category.choices
    )
    what = forms.TextAreaField(
        label="What happened, or was said?",
        hint="What was seen or heard, when, and by whom. What the child said, in the child’s own words.",
        noun="what happened",
    )
    happened_at = forms.DateTimeField(label="When did it happen?", noun="date and time it happened", required=False)
    source = forms.SelectField(
        label="Who raised it?", noun="who raised it", choices=[(ME, "I did"), *Concern.Raiser.choices], initial=ME
    )
    police_involved = forms.ConfirmField(label="The police are involved", required=False)
    stand_down = forms.ConfirmField(
        label="Stand the carer down now",
        hint="Only where you have said which carer it is. They come off every shift to come, everywhere.",
        required=False,
    )

    sections = [
        ("Who it is about", ["named", "carer", "account", "post", "employer_named"]),
        ("What happened", ["authority", "child", "criteria", "category", "what", "happened_at", "source"]),
        ("What is done already", ["police_involved", "stand_down"]),
    ]

    def __init__(
        self,
        *args: Any,
        user: User,
        concern: Concern | None = None,
        carer: Carer | None = None,
        child: Child | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_known = concern is not None  # whom it is about, from the concern
        self._who(user, concern, carer)
        self._where(user, concern or child)
        if user.role in (Role.PARTNER, Role.ADVOCATE):
            del self.fields["source"]
        if not user.can(Permission.STAND_DOWN):
            del self.fields["stand_down"]

    def _who(self, user: User, concern: Concern | None, carer: Carer | None) -> None:
        councils = [concern.authority_id] if concern else policies.councils_of(user)
        self.offer("account", User.objects.filter(authority__in=councils, role=Role.LADO, is_active=True))
        if carer is not None:
            del self.fields["carer"], self.fields["named"], self.fields["account"]
        elif user.can(Permission.SEE_CARERS):
            self.offer("carer", Carer.objects.visible_to(user).order_by("surname", "forename"))
        else:
            del self.fields["carer"]
        if concern is not None and "named" in self.fields:
            self.fields["named"].help_text = "Leave this empty if it is whom the concern is about."

    def _where(self, user: User, known: Any) -> None:
        councils = policies.councils_of(user)
        children = to_raise_about(user)
        if known is not None or len(councils) < 2:
            del self.fields["authority"]
        else:
            self.offer("authority", Authority.objects.filter(pk__in=councils))
        if known is not None or not children.exists():
            del self.fields["child"]
        else:
            self.offer("child", children)

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if entered.get("source") == ME:
            entered["source"] = ""
        if "named" in self.fields and not self.is_known and not any(map(entered.get, ("named", "carer", "account"))):
            self.add_error("named", "Enter who it is about, as far as you know")
        return entered


class DoNotRefer(forms.Form):
    because = forms.TextAreaField(
        label="Not referred, because",
        hint="Read by the LADO, and by nobody else. That it is known already, or that they have left, is no reason.",
        noun="why it is not referred",
    )
