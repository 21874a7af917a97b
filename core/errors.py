"""What an action may answer instead of doing the thing. Each is for a person, in words she can act on."""

from collections.abc import Callable


class Refused(Exception):
    """A gate of the rulebook says no. Recorded as a refusal after the rollback.

    `code` is the rule's code, `sentence` says what was refused and why, `remedy` what would make it lawful. `then` is
    what follows from the refusal itself: it is done once that is recorded, in a transaction of its own.
    """

    def __init__(self, code: str, sentence: str, remedy: str = ""):
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.then: Callable[[], None] | None = None


class Invalid(Exception):
    """Something entered cannot be so. `errors` maps a field's name (or "" for the whole form) to a sentence."""

    def __init__(self, errors: dict[str, str]):
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class Conflict(Exception):
    """Somebody else's record got there first, or says otherwise. Answered with 409; what was typed is kept."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence
