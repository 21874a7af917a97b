import pytest

from core.models import Authority
from tests.exchange.returns import Council


@pytest.fixture
def council(db, tmp_path) -> Council:
    return Council(Authority.objects.create(code="901", name="North Vale"), tmp_path / "returns")
