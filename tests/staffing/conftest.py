"""Where most stories of the first placement begin: see placement_one.py."""

from tests.staffing.placement_one import MOVED, PlacementOne
from tests.told_once import told_once


@told_once
def life(cast):
    return PlacementOne(cast)


@told_once
def agency(life):
    """A nursing agency that signed its agreement the day she was moved."""
    return life.agency(signed_on=MOVED).agency


@told_once
def two(life, agency):
    """Two of its carers of whom everything is in order."""
    return [life.carer(agency) for _ in range(2)]


@told_once
def five(life, agency, two):
    return [*two, *(life.carer(agency) for _ in range(3))]


@told_once
def staff_a(life, agency, two):
    return life.carer(agency, name="Staffa")
