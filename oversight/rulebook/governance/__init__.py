"""Who decides, who meets, and whether anybody answers. One file a subject."""

from oversight.rulebook.governance import concerns, deciding

RULES = (
    *deciding.RULES,
    *concerns.RULES,
)
