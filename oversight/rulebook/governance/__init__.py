"""Who decides: meetings, decisions, concerns, assurance. One file a family."""

from oversight.rulebook.governance import meetings

RULES = (*meetings.RULES,)
