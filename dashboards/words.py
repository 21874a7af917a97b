"""Small turns of phrase the pages share."""

from placements import codes


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def lower(words: str) -> str:
    """For the middle of a sentence; an abbreviation keeps its capitals."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def type_label(code: str) -> str:
    """A placement's type in words, without its code."""
    return codes.TYPES[code][0] if code in codes.TYPES else code
