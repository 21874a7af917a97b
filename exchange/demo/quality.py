"""Who went to look: at one placement hardly anybody, at the other as often as they should; and the partnership's register."""

from typing import TYPE_CHECKING, Any

from governance.actions import quality, register
from governance.models import RoleTraining
from governance.models.quality import CULTURE, PREMISES
from governance.policies.register import TRAINED_IN
from placements.models import Placement

if TYPE_CHECKING:
    from exchange.demo.load import Loader

RUTH = {
    "name": "Ruth Mallard",
    "post": "Quality officer",
    "qualification": "Registered social worker",
    "sector": "social_care",
}
NELL = {"name": "Nell Avocet", "post": "Named nurse", "qualification": "Registered nurse", "sector": "health"}
EDIE = {
    "name": "Edie Crossbill",
    "post": "Virtual school adviser",
    "qualification": "Qualified teacher",
    "sector": "education",
}


def _visits(loader: "Loader", placement: Placement, kind: str, ago: int, *, by: str = "sal", **fields: Any) -> None:
    day = loader.day(ago)
    judged: dict[str, Any] = {
        "needs": [{"about": "To feel safe at night", "score": "met", "evidence": "The night logs, and what she says."}],
        "outcomes": [
            {"about": "Goes to school", "score": "part", "evidence": "The school’s register.", "evidence_on": day},
        ],
        "culture": [
            {"about": code, "score": "met", "evidence": "Staff spoke freely, one at a time."} for code in CULTURE
        ],
    }
    quality.record_quality_visit(
        placement=placement, kind=kind, occurred_at=loader.at(ago, 10), announced=False, by=loader.people[by],
        as_of=loader.at(ago, 17), **{"visitors": [RUTH]} | (judged if kind != "premises" else {}) | fields,
    )  # fmt: skip


def going_wrong(loader: "Loader", placement: Placement) -> None:
    """A house without a kitchen, looked at once; a finding nobody closed; on the register, and never minuted since."""
    tom = loader.people["tom"]
    unsuitable = {
        "kitchen": "Staff bring her meals from next door; she chooses them the day before.",
        "harm_carers": "Two carers together at all times.",
    }
    premises = [
        {"about": code, "score": "not_met", "mitigation": unsuitable[code], "owner": tom, "until": loader.day(31)}
        if code in unsuitable
        else {"about": code, "score": "met"}
        for code in PREMISES
    ]
    _visits(
        loader, placement, "premises", 59, by="amy", premises=premises,
        visitors=[{"name": "Amy Sparrow", "post": "Social worker", "qualification": "Registered social worker", "sector": "social_care"}],
        summary="A building she cannot harm herself in: bare, clinical and without a kitchen.",
    )  # fmt: skip
    there = ("leadership", "skills", "oversight")
    _visits(
        loader, placement, "independent", 40,
        summary="Nobody is in charge. Staff from two agencies do not know who may decide what.",
        culture=[
            {"about": code, "score": "not_met" if code in there else "part", "evidence": "Nobody could name a manager."}
            for code in CULTURE
        ],
        findings=[
            {"what": "A manager with authority on site", "owner": tom, "due_on": loader.day(33),
             "measure": "A named person is on the rota every weekday."},
        ],
    )  # fmt: skip
    register.enter_in_register(
        placement=placement, why="No registered home would take her. The provider has been asked to register.",
        by=loader.people["sal"], as_of=loader.at(50, 12),
    )  # fmt: skip


def going_well(loader: "Loader", placement: Placement) -> None:
    """Seen before she moved in, and by all three since."""
    _visits(
        loader, placement, "premises", 35, by="ben", premises=[{"about": code, "score": "met"} for code in PREMISES],
        summary="Her own flat, with her own kitchen; chosen with her.",
    )  # fmt: skip
    _visits(loader, placement, "independent", 20, summary="Calm, well led, and she knows whom to ask.")
    _visits(
        loader, placement, "multi_agency", 12, visitors=[RUTH, NELL, EDIE], summary="She sleeps, and has begun a course.",
        value={"weekly_cost": 4_800, "staff_to_one": 2, "hours_paid": 336, "hours_delivered": 330,
               "outcome": "A home she chose, and adults who stay."},
    )  # fmt: skip


def checked(loader: "Loader", placement: Placement, worker: str) -> None:
    """Somebody looked at the place before the child moved in, as the law asks of other arrangements."""
    _visits(
        loader, placement, "premises", (loader.today - placement.started_on).days + 2, by=worker,
        premises=[{"about": code, "score": "met"} for code in PREMISES], summary="A room of one’s own, and a kitchen to share.",
    )  # fmt: skip


def trains(loader: "Loader") -> None:
    """One commissioner's training is of this year, the other's of the year before; of the partners, the nurse's; and of those
    who work with the child, one manager's and one worker's."""
    for key, ago in (("carl", 120), ("zack", 500), ("nell", 200), ("tom", 90), ("amy", 90)):
        for subject in RoleTraining.Subject.values:
            if loader.people[key].role not in TRAINED_IN[subject]:
                continue
            register.record_role_training(
                person=loader.people[key], subject=subject, given_on=loader.day(ago), trainer="The safeguarding partnership",
                evidence="On the list of those who came.", by=loader.people["sal"], as_of=loader.at(ago, 16),
            )  # fmt: skip
