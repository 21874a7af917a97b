"""What is refused before it happens: an unchecked or stood-down carer on a rota, and decisions that are not one's to take."""

from core import gates
from core.access import Role
from oversight.rulebook.rule import Basis, Kind, Rule

CHECKS_BY = (
    "Children’s Homes (England) Regulations 2015, reg 32 and Schedule 2; by analogy, as a local standard, in a setting that "
    "is not registered."
)
NEUTRAL = "Local standard: a stand-down binds at every placement, through every agency and in every council here."

STF_01_ROTA = Rule(
    code=gates.UNCHECKED_CARER,
    source_id="STF-01",
    title="No carer is put on a shift unchecked",
    authority=CHECKS_BY,
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Planned shifts, drafts too. The database itself refuses, whoever asks and however.",
    period="before every shift",
    what_clears="The missing checks with their evidence; or, in a true emergency, a waiver for 48 hours at most.",
    owned_by=Role.SOCIAL_WORKER,
)
STF_01_WAIVE = Rule(
    code=gates.WAIVING_CHECKS,
    source_id="STF-01",
    title="Checks are waived for 48 hours in all, once at a placement, and never from commissioning",
    authority="Local standard.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Waivers of one carer’s checks at one placement, and at no other of the council’s in the same 48 hours. Whatever was "
    "waived of one carer, at any placement of any council, counts until their checks are complete; the database itself refuses. "
    "The social worker and the reviewing officer are told at once.",
    period="48 hours in all",
    what_clears="The checks; or another carer, whose checks are complete.",
    owned_by=Role.TEAM_MANAGER,
)
STF_09_ROTA = Rule(
    code=gates.STOOD_DOWN,
    source_id="STF-09",
    title="No carer who is stood down is put on a shift",
    authority=NEUTRAL,
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Planned shifts, drafts too. The database itself refuses, whoever asks and however.",
    period="from the moment of the stand-down until it is lifted",
    what_clears="Another carer.",
    owned_by=Role.SOCIAL_WORKER,
)
STF_09_LIFT = Rule(
    code=gates.LIFTING,
    source_id="STF-09",
    title="A stand-down is lifted by three people",
    authority=NEUTRAL + " It is never lifted because the child asks.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Every stand-down. While it is held it cannot be lifted at all. The database itself refuses.",
    period="always",
    what_clears="The approval of safeguarding, the social worker and the placement manager: three people, none from "
    "commissioning and none who employed the carer when they were stood down.",
    owned_by=Role.SOCIAL_WORKER,
)
STF_10_PUBLISH = Rule(
    code=gates.NO_AGREEMENT,
    source_id="STF-10",
    title="No rota is published with an agency that has signed no agreement in time",
    authority="Local standard.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Publishing shifts on which an agency’s carers are put, and putting them on a published one; never the provider "
    "that runs the placement.",
    period="5 working days from the agency’s first unsigned start; a shift to come is asked about as it will be that day",
    what_clears="The agency’s signed agreement; or a rota without its carers.",
    owned_by=Role.SOCIAL_WORKER,
)
DEC_01_STAFF = Rule(
    code=gates.CARE_DECISION,
    source_id="DEC-01",
    title="Who works with the child is decided by the social worker and the placement manager",
    authority="Local standard: care decisions are taken by those who answer for the child’s care. Commissioning and "
    "directors propose; they do not decide.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Publishing a rota, changing a published one, deciding swaps and requests to take a carer off.",
    period="always",
    what_clears="The decision of the placement’s manager, of the child’s social worker or of their team manager.",
    owned_by=Role.SOCIAL_WORKER,
)

RULES = (STF_01_ROTA, STF_01_WAIVE, STF_09_ROTA, STF_09_LIFT, STF_10_PUBLISH, DEC_01_STAFF)
