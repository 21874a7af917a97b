"""DEC: who decides about a child, whether it is on her record, who answers for her, and who else is in touch with her."""

from core import gates
from core.access import Role
from oversight.rulebook.rule import Basis, Kind, Rule

DEC_01_CARE = Rule(
    code=gates.DECISION_RIGHTS,
    source_id="DEC-01",
    title="A decision is taken by whoever the decision-rights matrix gives it",
    authority="Local standard: care decisions are taken by those who answer for the child’s care. Commissioning and "
    "directors do not take them.",
    basis=Basis.LOCAL,
    kind=Kind.GATE,
    scope="Every decision put on a child’s record, by itself or with the act it decides. Devices, trips, contact, "
    "restrictions and everyday care: the social worker’s line and the placement’s manager.",
    period="always",
    what_clears="The decision of whoever the matrix names. What the child asks for is recorded as a wish.",
    owned_by=Role.SOCIAL_WORKER,
)

RULES = (DEC_01_CARE,)
