"""The child and the placement that the tests of the ladder are about."""

import datetime as dt

import pytest


@pytest.fixture
def child(cast):
    return cast.child()


@pytest.fixture
def placement(cast, child):
    return cast.placement(child, dt.date(2021, 10, 12), home=cast.home())
