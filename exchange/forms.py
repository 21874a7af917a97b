"""What people hand in and type about returns. The actions judge it; forms read it and say what is missing."""

from typing import Any, cast

from django.core.exceptions import ValidationError

from children import codes as child_codes
from core import forms
from exchange.judging import CONTINUES
from exchange.models import ReturnEpisode
from placements import codes

MEGABYTE = 2**20
LARGEST = 100 * MEGABYTE
MOST_FILES = 60
ENDINGS = (".csv", ".xml")
NEW_EPISODE = {
    "S": "Started to be looked after",
    "L": "Legal status changed",
    "P": "Placement and carer changed",
    "T": "Placement changed, same carer",
    "B": "Legal status, placement and carer changed",
    "U": "Legal status and placement changed, same carer",
}


class Files(forms.forms.FileInput):
    allow_multiple_selected = True


class UploadsField(forms.UploadField):
    """Several files at once, each named in what is said against it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=Files(attrs={"accept": ",".join(ENDINGS)}), max_bytes=LARGEST, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data or []
        if not files:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(files) > MOST_FILES:
            raise ValidationError(f"Select at most {MOST_FILES} files", code="too_many")
        errors = [sentence for file in files if (sentence := _wrong_with(file))]
        if errors:
            raise ValidationError(errors)
        return list(files)


def _wrong_with(file: Any) -> str:
    name = file.name[:100]
    if not file.name.lower().endswith(ENDINGS):
        return f"{name} must be a CSV or XML file"
    if file.size == 0:
        return f"{name} is empty"
    if file.size > LARGEST:
        return f"{name} must be smaller than {LARGEST // MEGABYTE} MB"
    start = file.read(4_096)
    file.seek(0)
    if b"\x00" in start and start[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return f"{name} is not text. Save it from your spreadsheet as CSV"
    return ""


class Upload(forms.Form):
    uploads = UploadsField(
        label="Files of the return",
        hint="CSV or XML. Select all the files of a return together: the header and the episodes belong to each other. "
        f"Each may be up to {LARGEST // MEGABYTE} MB.",
        noun="files of the return",
    )
    year = forms.NumberField(
        label="Year the return’s period begins",
        hint="For example, 2021 for 1 April 2021 to 31 March 2022. Leave empty if the files or their names say it.",
        required=False,
        min_value=1990,
        max_value=2100,
        width=4,
    )


def _labelled(choices: list[tuple[str, str]], empty: str = "None") -> list[tuple[str, str]]:
    return [
        ("", empty),
        *((code, label if label.startswith(f"{code}:") else f"{code}: {label}") for code, label in choices),
    ]


class Reason(forms.Form):
    reason = forms.TextAreaField(
        label="Why, and how you know",
        hint="For example, which record or who told you. It is kept with the row.",
        noun="why, and how you know",
        max_length=2_000,
        rows=3,
    )


class Mend(Reason):
    """The row's columns as they should read. Named as in the return, since that is how people know them."""

    DECOM = forms.DateField(label="Episode starts (DECOM)", noun="date the episode starts")
    DEC = forms.DateField(
        label="Episode ends (DEC)",
        noun="date the episode ends",
        hint="Leave empty if it has not ended.",
        required=False,
    )
    RNE = forms.SelectField(label="Why it started (RNE)", choices=_labelled(list(NEW_EPISODE.items())), required=False)
    REC = forms.SelectField(
        label="Why it ended (REC)",
        choices=_labelled([(CONTINUES, "The next episode follows"), *child_codes.REASON_CEASED]),
        required=False,
    )
    LS = forms.SelectField(label="Legal status (LS)", choices=_labelled(child_codes.LEGAL_STATUS, "Select one"))
    CIN = forms.SelectField(label="Category of need (CIN)", choices=_labelled(child_codes.NEED), required=False)
    PLACE = forms.SelectField(label="Placement (PLACE)", choices=_labelled(codes.CHOICES, "Select one"))
    PLACE_PROVIDER = forms.SelectField(
        label="Provider (PLACE_PROVIDER)", choices=_labelled(codes.PROVIDER_KIND), required=False
    )
    REASON_PLACE_CHANGE = forms.SelectField(
        label="Reason for placement change (REASON_PLACE_CHANGE)",
        choices=_labelled(codes.REASON_FOR_CHANGE),
        required=False,
    )
    PL_POST = forms.TextField(label="Placement postcode (PL_POST)", max_length=8, width=10, required=False)
    URN = forms.TextField(label="URN", max_length=8, width=10, required=False)

    sections = [
        ("When", ["DECOM", "RNE", "DEC", "REC"]),
        ("Legal status and need", ["LS", "CIN"]),
        ("Where", ["PLACE", "PLACE_PROVIDER", "PL_POST", "URN", "REASON_PLACE_CHANGE"]),
        ("Your reason", ["reason"]),
    ]

    def __init__(self, *args: Any, episode: ReturnEpisode, **kwargs: Any) -> None:
        """A code the return gave that is no code of ours stays on offer, marked, so that nothing is altered unseen."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            given = episode.values.get(name, "")
            if isinstance(field, forms.SelectField):
                offered = cast(list[tuple[str, str]], field.choices)
                if given and given not in dict(offered):
                    field.choices = [*offered, (given, f"{given}: not a code of the return")]
