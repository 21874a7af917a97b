"""Reading one child's file: found only where she may be seen, and never a way to see more."""

import datetime as dt

import pytest
from django.http import Http404

from children.models import Allocation, Child
from children.querysets import one_file
from placements.models import Placement

START = dt.date(2024, 1, 8)


def test_a_file_is_found_only_by_those_who_may_see_her(cast):
    child = cast.child()
    with one_file(cast.amy, reference=child.reference) as found:
        assert found == child
    with pytest.raises(Http404), one_file(cast.zoe, reference=child.reference):
        pass
    with pytest.raises(Http404), one_file(cast.amy, reference="nobody"):
        pass


def test_inside_she_is_the_only_child_and_outside_all_is_as_before(cast):
    child, other = cast.child(), cast.child(forename="Other")
    with one_file(cast.amy, reference=child.reference):
        assert set(Child.for_user(cast.amy)) == {child}
        assert {row.child for row in Allocation.for_user(cast.amy)} == {child}
    assert set(Child.for_user(cast.amy)) == {child, other}


def test_inside_nobody_else_sees_her_by_it(cast):
    child = cast.child()
    with one_file(cast.amy, reference=child.reference):
        assert not Child.for_user(cast.zoe).exists()
        assert not Child.for_user(cast.sam).exists()


def test_inside_a_provider_still_sees_only_the_placement_with_it(cast):
    child = cast.child()
    cast.placement(child, START, type="U6", ended_on=dt.date(2024, 3, 1))
    here = cast.placement(child, dt.date(2024, 3, 1), home=cast.home())
    with one_file(cast.priya, reference=child.reference):
        assert list(Placement.for_user(cast.priya)) == [here]
        assert not Allocation.for_user(cast.priya).exists()


def test_an_error_inside_does_not_leave_her_file_open(cast):
    child, other = cast.child(), cast.child(forename="Other")
    with pytest.raises(ZeroDivisionError), one_file(cast.amy, reference=child.reference):
        _ = 1 / 0
    assert set(Child.for_user(cast.amy)) == {child, other}
