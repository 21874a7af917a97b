"""Who decides, what is planned, who meets, and whether anybody answers. One file a subject."""

from oversight.rulebook.governance import (
    commissioning,
    concerns,
    deciding,
    long_term,
    meetings,
    plans,
    quality,
    register,
)

RULES = (
    *(*deciding.RULES, *meetings.RULES, *concerns.RULES),
    *(*plans.RULES, *long_term.RULES, *commissioning.RULES),
    *(*quality.RULES, *register.RULES),
)
