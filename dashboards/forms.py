"""The one thing that is typed on these pages: whom to find."""

from core import forms


class FindChild(forms.Form):
    words = forms.TextField(
        label="Name or number",
        error_messages={"required": "Enter a name or a number"},
        hint="The beginning of a first name or surname, the name the child likes to be called, or a reference.",
        max_length=100,
    )
