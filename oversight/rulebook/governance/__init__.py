"""Who decides and who looks: one module a family."""

from oversight.rulebook.governance import quality, register

RULES = (*quality.RULES, *register.RULES)
