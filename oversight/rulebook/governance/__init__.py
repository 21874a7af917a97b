"""Who decides and who looks: one module a family."""

from oversight.rulebook.governance import quality

RULES = (*quality.RULES,)
