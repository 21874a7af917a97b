"""STF: who is there to care for her, who manages and supervises them, and the shift as it was worked. One file a subject."""

from oversight.rulebook.staffing import (
    absences,
    agreements,
    checks,
    continuity,
    gates,
    managers,
    rotas,
    shifts,
    stand_downs,
    supervision,
    training,
)

RULES = (
    *checks.RULES,
    *training.RULES,
    *supervision.RULES,
    *managers.RULES,
    *absences.RULES,
    *shifts.RULES,
    *stand_downs.RULES,
    *agreements.RULES,
    *rotas.RULES,
    *continuity.RULES,
    *gates.RULES,
)
