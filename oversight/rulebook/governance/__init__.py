"""Who decides and who answers. One file a subject."""

from oversight.rulebook.governance import concerns

RULES = (*concerns.RULES,)
