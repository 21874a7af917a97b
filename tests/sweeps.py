"""The rules checked, for a story of the rules."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from unittest import mock

from oversight import rulebook
from oversight import sweep as sweeping
from oversight.models import SweepRun


def rules_alone(*, as_of: dt.datetime, of: Collection[str] = ()) -> SweepRun:
    """A sweep (of some rules, given how their codes begin) without what follows one: the ladder has stories of its own,
    and takes longer than all the rules."""
    only = [rule.code for rule in rulebook.ALL if rule.code.startswith(tuple(of))] if of else []
    assert only or not of, of
    with mock.patch.object(sweeping, "_after", []):
        run = sweeping.sweep(as_of=as_of, only=only)
    assert run.failed_rules == []
    return run


class Swept(Set):
    """What stands after a sweep, as a set of words that begin with a rule's code. A story that asks after one rule has
    that rule checked, and all of them are when it asks what there is. To ask nothing checks nothing, and is an error."""

    def __init__(self, as_of: dt.datetime, standing: Callable[[], set[str]]):
        self.as_of, self.standing, self.checked = as_of, standing, set()

    @classmethod
    def _from_iterable(cls, words: Iterable[str]) -> set[str]:
        return set(words)

    def _check(self, rule: str) -> set[str]:
        if not {rule, ""} & self.checked:
            rules_alone(as_of=self.as_of, of=[rule] if rule else [])
            self.checked.add(rule)
        return self.standing()

    def __contains__(self, words: str) -> bool:
        return words in self._check(words.partition(" ")[0])

    def __ge__(self, others: Collection[str]) -> bool:
        return all(words in self for words in others)

    def __iter__(self) -> Iterator[str]:
        return iter(self._check(""))

    def __len__(self) -> int:
        return len(self._check(""))

    def __del__(self) -> None:
        assert self.checked, "nobody asked what stands, so nothing was checked"

    def __repr__(self) -> str:
        return f"{self.standing()} as of {self.as_of}"
