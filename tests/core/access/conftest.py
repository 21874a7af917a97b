import pytest

from tests.core.access import world as everything


@pytest.fixture
def world(cast):
    """The cast, with `records`: one of everything about one child of North's."""
    return everything.world(cast)
