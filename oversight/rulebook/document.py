"""The printed rulebook, docs/rulebook.md: generated from the rules, never edited."""

import datetime as dt

from core.access import Role
from oversight import owners, rulebook, standards
from oversight.rulebook.rule import Rule

PATH = "docs/rulebook.md"

OPENING = """# The rulebook

Printed from `oversight/rulebook/` by `manage.py documents`; `make check` compares it. Do not edit it here.

A rule past its time raises a flag. People answer a flag; only a record clears it. What rests on statute, on a court or
guidance, and on a local standard are three different lights and are never shown as one. A thing due *on* a day is
overdue from the day after; a thing allowed so many hours has all of the last one. Weeks are 7 days, months are
calendar months, and working days leave out Saturdays, Sundays and England's bank holidays.

Child clocks run while a placement lasts, the child is looked after and is under 18. A placement known only from a
return is outside the visiting, log and staffing rules until a team takes it on, and its clocks then start that day.
What happened on a shift is looked at for 28 days, also where the placement has ended meanwhile. Flags are red unless a
rule, or a part of one, says that it is amber.
"""


def render() -> str:
    parts = [OPENING]
    for kind, heading in (("clock", "Clocks"), ("gate", "Gates"), ("pattern", "Patterns")):
        rules = [rule for rule in rulebook.ALL if rule.kind.value == kind]
        if rules:
            parts.append(f"## {heading}\n")
            parts += [_rule(rule) for rule in rules]
    parts += [_first(), _standards(), _owners()]
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    lines = [
        f"### {rule.code}: {rule.title}\n",
        f"- **Basis:** {rule.basis.value}",
        f"- **Authority:** {rule.authority}",
        f"- **In force:** {_in_force(rule.in_force_from, rule.in_force_until)}",
        f"- **Scope:** {rule.scope}",
        f"- **Period:** {rule.period}",
        f"- **Who must act:** {rule.owner}",
    ]
    lines += [
        f"  - `{limb.code}`: {limb.title}, {limb.period} ({Role(limb.owner).label})"
        + (f"; {limb.severity}" if limb.severity else "")
        for limb in rule.limbs
    ]
    if urgent := [limb for code, limb in sorted(rulebook.URGENT) if code == rule.code]:
        lines.append(
            f"- **Urgent:** {', '.join(f'`{limb}`' for limb in urgent)}: not answered the day it is raised, it is an escalation"
        )
    if rule.kept_by_ladder:
        lines.append("- **What happens then:** it raises no flag; it goes to the next person up by itself")
    cleared = "What would be lawful" if rule.kind == rulebook.Kind.GATE else "What clears it"
    lines += [f"- **{cleared}:** {rule.what_clears}"]
    if rule.source_id != rule.code:
        lines.append(f"- **Catalogue:** {rule.source_id}")
    return "\n".join(lines) + "\n"


def _in_force(began: dt.date | None, ended: dt.date | None) -> str:
    begins = f"from {began:%Y-%m-%d}" if began else "always"
    return f"{begins} until {ended:%Y-%m-%d}" if ended else begins


def _first() -> str:
    codes = ", ".join(rule.code for rule in rulebook.ALL if rule.code in rulebook.FIRST and rule.raises_flags)
    return f"""## What stands first

What shows whether the child is seen and written about, who manages the place, whether the child may live there, and
whether anybody may be harming the child, stands first on every list, and no page folds it away: {codes}. Of that, and of the
rest, what is red stands before what is amber, then what rests on statute, then the longest overdue.
"""


def _standards() -> str:
    rows = "\n".join(f"| {s.key} | {s.sentence} | {s.default} {s.unit} |" for s in standards.ALL)
    return f"""## Local standards

Data, dated, set by a director with reasons. A council's own may be stricter than the default, never looser.

| Standard | Says | Default, and the loosest |
|---|---|---|
{rows}
"""


def _owners() -> str:
    chains = "\n".join(
        f"- {Role(role).label}: " + "; ".join(owners.IN_WORDS[step] for step in chain) + "."
        for role, chain in owners.CHAINS.items()
    )
    return f"""## Who holds a flag

The person whose duty it is or, where that post is empty or has no account, the next. Only people with an account of
the child's own council, until the last. Looked at again at each check.

{chains}
"""
