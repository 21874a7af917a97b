"""Who decides, who meets, and whether anybody answers. One file a subject."""

from oversight.rulebook.governance import deciding, quality, register

RULES = (*deciding.RULES, *quality.RULES, *register.RULES)
