"""Forms as a public service shows them, once for the whole house.

Subclass `Form`, use the field types below, and print `{{ form }}`: labels, hints, errors and what assistive technology
needs come by themselves (templates in `templates/forms/`). `FORM_RENDERER = "core.forms.GovukRenderer"` does the same
for Django's own fields, so that no field can be shown bare.

Error sentences are made from a field's label. Where the label is a question, give `noun="date of the visit"` and the
sentence becomes "Enter the date of the visit". A message given in `error_messages` stands as it is.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from core import clock

SHORT, LONG = 200, 10_000  # characters a line and a note may have, unless a field says otherwise
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

Errors = Mapping[str, str]


# --- how it looks -----------------------------------------------------------------------------------------------------


class GovukBoundField(BoundField):
    """A field on its form, knowing what its template needs."""

    def as_widget(self, widget: forms.Widget | None = None, attrs: Any = None, only_initial: bool = False) -> Any:
        widget = widget or self.field.widget
        if isinstance(widget, DateParts):
            widget.wrong = self.wrong_parts
        if isinstance(widget, RadiosWithHints):
            widget.revealed = {value: self.form[name] for value, name in widget.reveals.items()}
        return super().as_widget(widget, attrs, only_initial)

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """Which boxes of a date its errors are about: all of them, unless an error says which."""
        if not isinstance(self.field.widget, DateParts):
            return ()
        wrong: list[str] = []
        for error in self.form.errors.as_data().get(self.name, []):
            named = (error.code or "").removeprefix("parts:") if (error.code or "").startswith("parts:") else ""
            wrong += named.split(",") if named else self.field.widget.parts
        return tuple(part for part in self.field.widget.parts if part in wrong)

    @property
    def target(self) -> str:
        """The id of the control an error in the summary leads to."""
        widget = self.field.widget
        if isinstance(widget, DateParts):
            return f"{self.auto_id}_{(self.wrong_parts or widget.parts)[0]}"
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return f"{self.auto_id}_0"
        return str(self.auto_id)

    @property
    def is_one_checkbox(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_counted(self) -> bool:
        return bool(getattr(self.field.widget, "counted", 0))

    @property
    def says_optional(self) -> bool:
        marks = getattr(self.form, "marks_optional", True)
        return marks and not self.field.required and not self.field.disabled and not self.is_one_checkbox

    @property
    def aria_describedby(self) -> str:
        ids = super().aria_describedby or ""
        return f"{ids} {self.auto_id}-info".strip() if self.is_counted else ids

    def build_widget_attrs(self, attrs: Any, widget: forms.Widget | None = None) -> Any:
        attrs = super().build_widget_attrs(attrs, widget)
        if (widget or self.field.widget).use_fieldset:
            attrs.pop("aria-invalid", None)  # said by the group's error, or by the box that is wrong
        return attrs


class GovukRenderer(TemplatesSetting):
    """Our templates for forms, fields and widgets; Django's own for the few we have no need to change."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = GovukBoundField

    OURS = {
        "text": "input",
        "email": "input",
        "number": "input",
        "url": "input",
        "tel": "input",
        "search": "input",
        "date": "input",
        "time": "input",
        "datetime": "input",
        "input": "input",
        "password": "password",
        "textarea": "textarea",
        "select": "select",
        "radio": "radios",
        "checkbox_select": "checkboxes",
        "checkbox": "checkbox",
        "file": "file",
        "clearable_file_input": "file",
    }

    def get_template(self, template_name: str) -> Any:
        widget = template_name.removeprefix("django/forms/widgets/").removesuffix(".html")
        return super().get_template(f"forms/widgets/{self.OURS[widget]}.html" if widget in self.OURS else template_name)


# --- sentences --------------------------------------------------------------------------------------------------------

STANDS_ALONE = {  # words after which no "the" is wanted
    *("a", "an", "the", "your", "her", "his", "their", "this", "these"),
    *("what", "when", "where", "why", "how", "who", "whom", "whose", "which", "whether"),
}


def noun_from(label: str) -> str:
    """A label as it stands inside a sentence: "Date of visit" → "date of visit"; names in capitals are left alone."""
    label = label.strip().rstrip("?:").strip()
    first, space, rest = label.partition(" ")
    if first[1:].islower() or first == "A":
        first = first[:1].lower() + first[1:]
    return first + space + rest


def with_the(noun: str) -> str:
    return noun if noun.partition(" ")[0].rstrip(",").lower() in STANDS_ALONE else f"the {noun}"


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _default_messages(field: forms.Field) -> dict[str, Any]:
    messages: dict[str, Any] = {}
    for cls in reversed(type(field).__mro__):
        messages |= getattr(cls, "default_error_messages", {})
    return messages


def sentences_for(field: forms.Field, noun: str) -> Errors:
    """What to say when this field is wrong, by Django's error codes."""
    start = capital(noun)
    say = {
        "required": f"Enter {with_the(noun)}",
        "null_characters_not_allowed": f"{start} has a character that cannot be kept. Delete it and type it again",
    }
    if isinstance(field, forms.FileField):
        say |= {
            "required": f"Select {with_the(noun)}",
            "empty": "The file you selected is empty",
            "invalid": f"Select {with_the(noun)} again: it did not arrive",
        }
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.NullBooleanField):
        choose = f"Select {with_the(noun)}"
        say |= {
            "required": choose,
            "invalid_choice": f"{choose} from the list",
            "invalid_list": f"{choose} from the list",
            "invalid_pk_value": f"{choose} from the list",
        }
    elif isinstance(field, forms.BooleanField):
        say["required"] = f"Tick the box: {field.label or noun}"
    elif isinstance(field, forms.EmailField):
        say["invalid"] = f"{start} must be an email address, like name@example.com"
    elif isinstance(field, forms.DecimalField | forms.FloatField):
        say["invalid"] = f"{start} must be a number"
    elif isinstance(field, forms.IntegerField):
        say["invalid"] = f"{start} must be a whole number"
    for code, words in (("min_value", "or more"), ("max_value", "or less")):
        if getattr(field, code, None) is not None:
            say[code] = f"{start} must be {getattr(field, code)} {words}"
    for code, words in (("min_length", "or more"), ("max_length", "or fewer")):
        if getattr(field, code, None) is not None:
            say[code] = f"{start} must be {getattr(field, code):,} characters {words}"
    # Django fills these in with the % operator.
    return {code: sentence.replace("%", "%%") for code, sentence in say.items()}


# --- forms ------------------------------------------------------------------------------------------------------------


class ErrorEntry(NamedTuple):
    text: str
    target: str  # an id on the page, or "" where the error is about the whole form


class Section(NamedTuple):
    heading: str
    fields: list[BoundField]


class FormParts:
    """What every form of ours has. Goes in front of Django's own: `class SignIn(FormParts, AuthenticationForm)`.

    `sections = [("Heading", ["field", …])]` groups a long form; fields it does not name come first, without a heading.
    """

    use_required_attribute = False  # the page says what is missing, in our words, and browsers keep quiet
    sections: Sequence[tuple[str, Sequence[str]]] = ()
    marks_optional = True
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self._prepare(name, field)

    def _prepare(self, name: str, field: forms.Field) -> None:
        if isinstance(field, forms.CharField) and field.max_length is None:
            limit = LONG if isinstance(field.widget, forms.Textarea) else SHORT
            field.max_length = limit
            field.validators = [*field.validators, MaxLengthValidator(limit)]
        # A browser cuts pasted text short at maxlength and says nothing. We keep it and say what is wrong.
        field.widget.attrs.pop("maxlength", None)
        field.widget.attrs.pop("minlength", None)
        label = str(field.label) if field.label is not None else name.replace("_", " ").capitalize()
        standing = _default_messages(field)
        for code, sentence in sentences_for(field, getattr(field, "noun", "") or noun_from(label)).items():
            if field.error_messages.get(code) in (None, standing.get(code)):
                field.error_messages[code] = sentence

    def offer(self, name: str, records: Any) -> None:
        """Let a field choose among these records and no others: what this person may see, or may use here."""
        field: Any = self.fields[name]
        field.queryset = records

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django's, and an error for a field this form does not have is shown for the whole form."""
        super().add_error(field if field in self.fields else None, error)  # type: ignore[misc]

    @property
    def error_list(self) -> Iterator[ErrorEntry]:
        """Every error in the order of the page, for the summary at its top."""
        for error in self.non_field_errors():  # type: ignore[attr-defined]
            yield ErrorEntry(str(error), "")
        for bound in self.hidden_fields():  # type: ignore[attr-defined]
            yield from (ErrorEntry(str(error), "") for error in bound.errors)
        for section in self.shown:
            for bound in section.fields:
                revealed = [self[name] for name in getattr(bound.field.widget, "reveals", {}).values()]  # type: ignore[index]
                for each in [bound, *revealed]:
                    yield from (ErrorEntry(str(error), each.target) for error in each.errors)

    @property
    def shown(self) -> list[Section]:
        """The visible fields in their sections. A field that a radio button reveals is shown under that button."""
        revealed = {name for field in self.fields.values() for name in getattr(field.widget, "reveals", {}).values()}
        named = {name for _, names in self.sections for name in names}
        visible = {bound.name: bound for bound in self.visible_fields()}  # type: ignore[attr-defined]
        rest = [bound for name, bound in visible.items() if name not in named | revealed]
        grouped = [
            Section(heading, [visible[name] for name in names if name in visible and name not in revealed])
            for heading, names in self.sections
        ]
        return [section for section in [Section("", rest), *grouped] if section.fields]


class Form(FormParts, forms.Form):
    """The form other apps subclass."""


class FilterForm(Form):
    """The filters of a list, sent by GET. Everything in it is optional, and so nothing says so."""

    marks_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "filter_%s")  # there may be another form on the page
        super().__init__(*args, **kwargs)


# --- widgets ----------------------------------------------------------------------------------------------------------


class DateParts(forms.Widget):
    """Day, month and year in three boxes, posted as `name_day`, `name_month` and `name_year`."""

    template_name = "forms/widgets/date.html"
    use_fieldset = True
    parts: tuple[str, ...] = ("day", "month", "year")
    wrong: tuple[str, ...] = ()

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, ...]:
        return tuple(str(data.get(f"{name}_{part}") or "").strip() for part in self.parts)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return all(f"{name}_{part}" not in data for part in self.parts)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_{self.parts[0]}" if id_ else id_

    def shown(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, dt.datetime):
            value = clock.local_date(value)
        if isinstance(value, dt.date):
            return (str(value.day), str(value.month), str(value.year))
        return tuple(value) if isinstance(value, tuple | list) else ("",) * len(self.parts)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        id_ = context["widget"]["attrs"].get("id", f"id_{name}")
        autocomplete = context["widget"]["attrs"].get("autocomplete")
        context["widget"]["id"] = id_
        context["widget"]["parts"] = [
            {
                "name": f"{name}_{part}",
                "id": f"{id_}_{part}",
                "label": part.capitalize(),
                "value": typed,
                "width": {"year": 4, "time": 5}.get(part, 2),
                "is_number": part != "time",
                "is_wrong": part in self.wrong,
                "autocomplete": f"bday-{part}" if autocomplete == "bday" else "off",
            }
            for part, typed in zip(self.parts, self.shown(value), strict=False)
        ]
        return context


class DateTimeParts(DateParts):
    """A date in three boxes and a time of day in a fourth, posted as `name_time`."""

    parts = ("day", "month", "year", "time")

    def shown(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, dt.datetime):
            return (*super().shown(value), f"{value.astimezone(clock.LONDON):%H:%M}")
        if isinstance(value, dt.date):
            return (*super().shown(value), "")
        return super().shown(value)


class ChoiceHints:
    """Options that may each carry a hint, and radio buttons that may each reveal another field."""

    hints: Mapping[Any, str]
    reveals: Mapping[str, str]
    revealed: Mapping[str, BoundField]
    inline: bool

    def __init__(
        self,
        *args: Any,
        hints: Mapping[Any, str] | None = None,
        reveals: Mapping[str, str] | None = None,
        inline: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hints, self.reveals, self.revealed, self.inline = hints or {}, reveals or {}, {}, inline

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        option["hint"] = self.hints.get(str(value), "")
        option["reveals"] = self.revealed.get(str(value))
        return option

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)  # type: ignore[misc]
        context["widget"]["inline"] = self.inline
        return context


class RadiosWithHints(ChoiceHints, forms.RadioSelect):
    pass


class CheckboxesWithHints(ChoiceHints, forms.CheckboxSelectMultiple):
    pass


class CountedTextarea(forms.Textarea):
    """A text area that says how many characters are left."""

    def __init__(self, attrs: Any = None, counted: int = 0) -> None:
        super().__init__(attrs)
        self.counted = counted

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["counted"] = self.counted
        return context


# --- fields -----------------------------------------------------------------------------------------------------------
# All take label=, required=, initial=, disabled=, error_messages= as Django's do, `hint` for what stands under the
# label and `noun` for what the thing is called inside a sentence.


class Spoken:
    """What our fields add to Django's: `hint` for `help_text`, and `noun`."""

    noun: str

    def __init__(self, *args: Any, hint: str = "", noun: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", hint)
        self.noun = noun
        super().__init__(*args, **kwargs)


def _input(width: int = 0, autocomplete: str = "off", **attrs: Any) -> dict[str, Any]:
    """A text box. Browsers of shared tablets must not offer what somebody else typed, so autocomplete is off."""
    attrs["autocomplete"] = autocomplete
    if width:
        attrs["class"] = f"govuk-input--width-{width}"
    return attrs


class TextField(Spoken, forms.CharField):
    """One line of text. `width` is 2, 3, 4, 5, 10, 20 or 30 characters."""

    def __init__(self, *, width: int = 0, autocomplete: str = "off", max_length: int = SHORT, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs=_input(width, autocomplete)))
        super().__init__(max_length=max_length, **kwargs)


class TextAreaField(Spoken, forms.CharField):
    """A note. Counts characters down; line ends are kept as one character, as the browser counts them."""

    def __init__(self, *, rows: int = 5, max_length: int = LONG, counted: bool = True, **kwargs: Any) -> None:
        attrs = {"rows": rows, "cols": False, "autocomplete": "off", "spellcheck": "true"}
        kwargs.setdefault("widget", CountedTextarea(attrs=attrs, counted=max_length if counted else 0))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        text = value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
        return super().to_python(text) or ""


class EmailField(Spoken, forms.EmailField):
    def __init__(self, *, autocomplete: str = "email", **kwargs: Any) -> None:
        attrs = _input(0, autocomplete, spellcheck="false", autocapitalize="none")
        kwargs.setdefault("widget", forms.EmailInput(attrs=attrs))
        super().__init__(**kwargs)


class PasswordField(Spoken, forms.CharField):
    """A password, with a button that shows it. `autocomplete` is "current-password" or "new-password"."""

    def __init__(self, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.PasswordInput(attrs=_input(0, autocomplete)))
        super().__init__(strip=False, **kwargs)


class NumberField(Spoken, forms.IntegerField):
    """A whole number, typed as text: a mouse wheel cannot change it."""

    def __init__(self, *, width: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs=_input(width, inputmode="numeric")))
        super().__init__(**kwargs)


class DateField(Spoken, forms.Field):
    """A date. `autocomplete="bday"` for a person's own birthday. Months may be typed as words."""

    widget = DateParts
    EARLIEST, LATEST = 1900, 2199  # beyond these a year is a slip of the finger

    def __init__(self, *, autocomplete: str = "off", hint: str = "For example, 27 3 2026", **kwargs: Any) -> None:
        super().__init__(hint=hint, **kwargs)
        self.widget.attrs["autocomplete"] = autocomplete

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values or isinstance(value, dt.date):
            return value or None
        texts = dict(zip(("day", "month", "year"), value, strict=False))
        if not any(texts.values()):
            return None
        self._require(texts)
        return self._date(**texts)

    def _require(self, texts: Mapping[str, str]) -> None:
        if missing := [part for part, text in texts.items() if not text]:
            self._wrong(f"must include {_listed([f'a {part}' for part in missing])}", missing)

    def _date(self, day: str, month: str, year: str) -> dt.date:
        year_number, month_number, day_number = _whole(year), _month(month), _whole(day)
        wrong = [
            part
            for part, fine in (
                ("day", day_number is not None and 1 <= day_number <= 31),
                ("month", month_number is not None and 1 <= month_number <= 12),
                ("year", year_number is not None),
            )
            if not fine
        ]
        if wrong:
            self._wrong("must be a real date", wrong)
        if not self.EARLIEST <= (year_number or 0) <= self.LATEST:
            self._wrong("must have a year of 4 numbers, like 2026", ["year"])
        try:
            return dt.date(year_number or 0, month_number or 0, day_number or 0)
        except ValueError:
            return self._wrong("must be a real date", ["day", "month", "year"])

    def _wrong(self, what: str, parts: Sequence[str]) -> Any:
        noun = self.noun or noun_from(str(self.label or "the date"))
        raise ValidationError(f"{capital(noun)} {what}", code=f"parts:{','.join(parts)}")


class DateTimeField(DateField):
    """A date and a time of day in England, as an aware instant."""

    widget = DateTimeParts

    def __init__(self, *, hint: str = "For example, 27 3 2026 at 14:30", **kwargs: Any) -> None:
        super().__init__(hint=hint, **kwargs)

    def to_python(self, value: Any) -> dt.datetime | None:
        if value in self.empty_values or isinstance(value, dt.datetime):
            return value or None
        texts = dict(zip(("day", "month", "year", "time"), value, strict=False))
        if not any(texts.values()):
            return None
        self._require(texts)
        day = self._date(texts["day"], texts["month"], texts["year"])
        time = parse_time(texts["time"])
        if time is None:
            return self._wrong("must have a time of day, like 14:30", ["time"])
        instant = clock.at_local(day, time)
        if instant.astimezone(dt.UTC).astimezone(clock.LONDON).time() != time:
            return self._wrong(f"must have a time that happened: at {time:%H:%M} the clocks had gone forward", ["time"])
        return instant


class TimeField(Spoken, forms.Field):
    """A time of day, typed as 14:30, 2.30pm, 1430 or noon."""

    def __init__(self, *, hint: str = "For example, 14:30", **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs=_input(5)))
        super().__init__(hint=hint, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value

    def to_python(self, value: Any) -> dt.time | None:
        if value in self.empty_values or isinstance(value, dt.time):
            return value if isinstance(value, dt.time) else None
        if not str(value).strip():
            return None
        time = parse_time(str(value))
        if time is None:
            noun = self.noun or noun_from(str(self.label or "the time"))
            raise ValidationError(f"{capital(noun)} must be a time of day, like 14:30", code="invalid")
        return time


class RadiosField(Spoken, forms.ChoiceField):
    """One of a few. `hints={value: text}`; `reveals={value: "field"}` shows a field of the form under its button."""

    def __init__(
        self,
        *,
        hints: Mapping[Any, str] | None = None,
        reveals: Mapping[str, str] | None = None,
        inline: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("widget", RadiosWithHints(hints=hints, reveals=reveals, inline=inline))
        super().__init__(**kwargs)


class YesNoField(Spoken, forms.TypedChoiceField):
    """Yes or no, and no answer until one is given."""

    def __init__(self, *, yes: str = "Yes", no: str = "No", reveals: Mapping[str, str] | None = None, **kwargs: Any):
        kwargs.setdefault("widget", RadiosWithHints(reveals=reveals, inline=not reveals))
        super().__init__(choices=[("yes", yes), ("no", no)], coerce=lambda v: v == "yes", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class SelectField(Spoken, forms.ChoiceField):
    """One of many. Put ("", "Select one") first in `choices`."""


class CheckboxesField(Spoken, forms.MultipleChoiceField):
    """Any of a few."""

    def __init__(self, *, hints: Mapping[Any, str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CheckboxesWithHints(hints=hints))
        super().__init__(**kwargs)


class ConfirmField(Spoken, forms.BooleanField):
    """One checkbox that must be ticked (or may be, with required=False)."""


class ModelRadiosField(Spoken, forms.ModelChoiceField):
    """One record of a few."""

    def __init__(self, queryset: Any, *, hints: Mapping[Any, str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", RadiosWithHints(hints=hints))
        kwargs.setdefault("empty_label", None)
        super().__init__(queryset, **kwargs)


class ModelSelectField(Spoken, forms.ModelChoiceField):
    """One record of many."""

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", "Select one")
        super().__init__(queryset, **kwargs)


class ModelCheckboxesField(Spoken, forms.ModelMultipleChoiceField):
    """Any records of a few."""

    def __init__(self, queryset: Any, *, hints: Mapping[Any, str] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CheckboxesWithHints(hints=hints))
        super().__init__(queryset, **kwargs)


class UploadField(Spoken, forms.FileField):
    """A file. `accept` is the browser's list of endings (".csv,.xml"); `max_bytes` is held on the server."""

    def __init__(self, *, accept: str = "", max_bytes: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accept} if accept else {}))
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and self.max_bytes and file.size > self.max_bytes:
            noun = self.noun or noun_from(str(self.label or "the file"))
            raise ValidationError(f"{capital(noun)} must be smaller than {_size(self.max_bytes)}", code="too_big")
        return file


# --- reading what was typed -------------------------------------------------------------------------------------------


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else None


def _month(text: str) -> int | None:
    """A month by number, or by the first three letters or more of its name."""
    word = text.lower()
    if len(word) >= 3 and word.isalpha():
        return next(
            (n for n, month in enumerate(MONTHS, 1) if month.startswith(word) or (word == "sept" and n == 9)), None
        )
    return _whole(text)


TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h]?(?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?:m\.?)?", re.IGNORECASE | re.ASCII
)


def parse_time(text: str) -> dt.time | None:
    """A time of day as people type it: 14:30, 14.30, 1430, 2:30pm, 9 am, noon, midnight."""
    text = text.strip().lower()
    if text in ("noon", "midday"):
        return dt.time(12)
    if text == "midnight":
        return dt.time(0)
    match = TIME.fullmatch(text)
    if not match or (match["minute"] is None and match["half"] is None):
        return None
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _size(count: int) -> str:
    return f"{count // 2**20} MB" if count >= 2**20 else f"{count // 2**10} KB"
