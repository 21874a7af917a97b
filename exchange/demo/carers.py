"""The invented carers of the demonstration, and what is known of each, recorded through the product's own actions."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import User
from placements.models import Placement, Provider
from staffing.actions import carers, checks
from staffing.models import Carer, Check, Training

if TYPE_CHECKING:
    from exchange.demo.load import Loader

MARRAMGATE, WHERRYMOOR = "Marramgate Nursing", "Wherrymoor Care Staffing"
ENGAGED = 500  # days ago
TAUGHT = [
    Training.Subject.TRAUMA,
    Training.Subject.DE_ESCALATION,
    Training.Subject.MEDICINES,
    Training.Subject.SAFEGUARDING,
    Training.Subject.DOL,
]
REFLECTION = (
    "What the evenings are like for the child, and what the carer feels when a door is locked. Agreed to say more."
)


@dataclass(frozen=True)
class Person:
    """A carer. `agency` empty: the staff of the provider itself. `care_role` is in days ago."""

    forename: str
    surname: str
    born: dt.date
    agency: str = ""
    care_role: int = 300
    checked: bool = True


# Of the placement going well: who works together, by day and by night, from Monday to Thursday and to Sunday.
KITE = {
    "night": [Person("Lorna", "Samphire", dt.date(1979, 2, 11), care_role=3200), Person("Mac", "Thistle", dt.date(1991, 7, 3))],
    "night, weekend": [
        Person("Nuala", "Bedstraw", dt.date(1985, 10, 27), care_role=2100),
        Person("Ossie", "Marjoram", dt.date(1994, 4, 16), WHERRYMOOR),
    ],
    "day": [Person("Petra", "Lovage", dt.date(1976, 12, 1), care_role=4100), Person("Quentin", "Borage", dt.date(1997, 5, 22))],
    "day, weekend": [
        Person("Ravi", "Chervil", dt.date(1988, 8, 9), care_role=1500),
        Person("Sian", "Pimpernel", dt.date(1990, 1, 30), WHERRYMOOR),
    ],
}  # fmt: skip

# Of the placement going wrong: two of the provider's own, whoever two agencies sent, and some nobody ever checked.
MOORINGS = {
    "jody": Person("Jody", "Comfrey", dt.date(1983, 3, 19)),
    "kelda": Person("Kelda", "Thrift", dt.date(1992, 11, 5)),
    "aldo": Person("Aldo", "Bracken", dt.date(1987, 6, 14), MARRAMGATE, care_role=900),
    "bryn": Person("Bryn", "Sorrel", dt.date(1995, 9, 8), MARRAMGATE),
    "emeka": Person("Emeka", "Clover", dt.date(1990, 2, 24), MARRAMGATE),
    "freya": Person("Freya", "Mallow", dt.date(1998, 12, 12), WHERRYMOOR),
    "gethin": Person("Gethin", "Rush", dt.date(1981, 5, 2), checked=False),
    "hollie": Person("Hollie", "Burdock", dt.date(2000, 7, 21), WHERRYMOOR, checked=False),
}


def document(carer: Carer, kind: str) -> SimpleUploadedFile:
    """A document of the carer's own: an empty page with their number and what it is, so that no two are the same."""
    return SimpleUploadedFile(
        f"{kind}.pdf", f"%PDF-1.4\n% invented, {kind} of carer {carer.pk}\n%%EOF\n".encode(), "application/pdf"
    )


def engage(loader: "Loader", person: Person, provider: Provider, *, by: User, on: int) -> Carer:
    """Record a carer, `on` being how many days ago, and, unless nobody ever did, what was checked of them."""
    as_of = loader.at(on, 9)
    agency = Provider.objects.get(name=person.agency) if person.agency else provider
    carer = carers.add_carer(
        agency=agency, forename=person.forename, surname=person.surname, date_of_birth=person.born,
        post="Residential support worker", started_on=loader.day(ENGAGED), care_role_since=loader.day(person.care_role),
        by=by, as_of=as_of,
    )  # fmt: skip
    if person.checked:
        for kind in Check.REQUIRED:
            checks.record_check(
                carer=carer, kind=kind, checked_on=loader.day(ENGAGED), upload=document(carer, kind),
                confirmed=Check.FACTS.get(kind, ()), detail="Original seen, and verified with whoever issued it.", by=by,
                as_of=as_of,
            )  # fmt: skip
    return carer


def looked_after(loader: "Loader", carer: Carer, placement: Placement, *, by: User, on: int) -> None:
    """All that is owed to a carer who is looked after: training signed for, somebody who supervises them, and does."""
    as_of = loader.at(on, 9)
    agency = carer.engagements.get().agency
    if carer.care_role_since and carer.care_role_since < loader.day(730):
        checks.record_check(
            carer=carer, kind=Check.Kind.DIPLOMA, checked_on=loader.day(ENGAGED), upload=document(carer, "diploma"),
            detail="Certificate seen.", by=by, as_of=as_of,
        )  # fmt: skip
    taught = [(Training.Subject.INDUCTION, ENGAGED - 2), *[(subject, on + 20) for subject in TAUGHT]]
    for subject, ago in [*taught, (Training.Subject.CHILDS_PLAN, on)]:
        checks.record_training(
            carer=carer, subject=subject, given_on=loader.day(ago), trainer="Tansy Orpine", organisation="Orpine Training",
            placement=placement if subject in Training.OF_A_PLACEMENT else None, signed_on=loader.day(ago), by=by, as_of=as_of,
        )  # fmt: skip
    checks.name_supervisor(
        carer=carer, agency=agency, supervisor="Ade Campion", started_on=loader.day(ENGAGED), by=by, as_of=as_of
    )
    for ago in (on + 15, on - 5, on - 28):
        checks.record_supervision(
            carer=carer, held_on=loader.day(ago), supervisor="Ade Campion", reflection=REFLECTION,
            agreed="To be talked about again in four weeks.", by=by, as_of=max(as_of, loader.at(ago, 12)),
        )  # fmt: skip
    checks.record_supervision(
        carer=carer, kind="appraisal", held_on=loader.day(on + 110), supervisor="Ade Campion", agreed="A steady year.",
        by=by, as_of=as_of,
    )  # fmt: skip
