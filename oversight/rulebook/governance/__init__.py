"""Who decides, who meets, and whether anybody answers. One file a subject."""

from oversight.rulebook.governance import deciding

RULES = (*deciding.RULES,)
