import pytest

from tests.lado.scene import Scene


@pytest.fixture
def scene(cast):
    return Scene(cast)
