"""The decisions of docs/adr: each has a number of its own, by which code and people refer to it."""

import re
from collections import Counter

from django.conf import settings


def test_each_has_a_number_of_its_own_and_bears_it():
    decisions = sorted((settings.BASE_DIR / "docs" / "adr").glob("*.md"))
    numbers = Counter(path.name[:4] for path in decisions)
    assert {number for number, times in numbers.items() if times > 1} == set()
    for path in decisions:
        first = path.read_text().partition("\n")[0]
        assert re.match(rf"# 0*{int(path.name[:4])}\b", first), (path.name, first)
