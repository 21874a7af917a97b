"""The test database is made by the owner and used as the app's role, as in life; its triggers stay on."""

import pytest

from tests import database


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    with django_db_blocker.unblock():
        database.make()
        yield
        database.drop()


@pytest.fixture
def cast(db):
    """The named people and children every test knows: see tests/cast.py."""
    from tests.cast import Cast

    return Cast()
