"""Whether what somebody typed names a person."""

import re


def names(typed: str, name: str) -> bool:
    """Whether a name is what was typed or, having several words, has all of them in it, in any order."""
    said, theirs = _words(typed), _words(name)
    return bool(theirs) and (theirs == said or (len(theirs) > 1 and theirs <= said))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
