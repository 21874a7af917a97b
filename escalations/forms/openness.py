"""What is typed to ask for scrutiny from outside."""

from typing import Any

from core import forms
from core.models import User
from escalations.policies.ladder import children_for, councils_for


class OutsideScrutiny(forms.Form):
    what = forms.TextAreaField(
        label="What is wrong, and what came of it so far?",
        noun="what is wrong",
        hint="What you raised, with whom and when, and what they said. If you told nobody before, say why: you need not have.",
    )
    wanted = forms.TextAreaField(label="What do you ask for?", noun="what you ask for", rows=3, required=False)
    child = forms.ModelSelectField(
        None,
        label="Is it about one child?",
        hint="The scrutineer sees initials and a reference, and no file.",
        noun="child",
        empty_label="No",
        required=False,
    )
    authority = forms.ModelSelectField(None, label="Which council is it about?", noun="council")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        children, councils = children_for(user), councils_for(user)
        if children.exists():
            self.offer("child", children)
        else:
            del self.fields["child"]
        if user.authority_id is None and councils.count() > 1:
            self.offer("authority", councils)
        else:
            del self.fields["authority"]
