"""What was written about a child, for those who are told no child’s name."""

import re
from collections.abc import Callable

from children.models import Child


def without_names(child: Child | None) -> Callable[[str], str]:
    """A text with each of a child’s names cut down to its first letter: also one of two forenames, or half of a surname."""
    whole = [name for name in (child.forename, child.surname, child.known_as) if name] if child else []
    names = {*whole, *(part for name in whole for part in re.split(r"[\s-]+", name) if len(part) > 2)}
    if not names:
        return str
    found = re.compile(
        "|".join(rf"\b{re.escape(name)}\b" for name in sorted(names, key=len, reverse=True)), re.IGNORECASE
    )
    return lambda text: found.sub(lambda name: f"{name[0][0].upper()}.", text)
