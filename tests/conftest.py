"""The test database is made by the owner and used as the app's role, as in life; its triggers stay on."""

import pytest
from django.test import TransactionTestCase

from tests import database


@pytest.fixture(autouse=True, scope="session")
def _only_what_has_rows_is_emptied():
    """Django would empty every table after a test that commits, and fill in its own again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: database.empty())
        yield


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
