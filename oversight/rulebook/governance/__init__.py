"""What is decided and planned for the child, and by whom. One file a family."""

from oversight.rulebook.governance import commissioning, long_term, plans

RULES = (*plans.RULES, *long_term.RULES, *commissioning.RULES)
