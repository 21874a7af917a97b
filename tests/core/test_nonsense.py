"""Whatever stands in an address, a page answers: with itself, or with a sentence, and never with an error of ours."""

import datetime as dt

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.access import PUBLIC, SIGNED_IN
from core.dates import read_instant
from tests.core.access import world as everything
from tests.core.access.addresses import ABOUT, NORTHS, PAGES, PLAIN, RECORD_PAGES, record_address, reverse

# The names our pages read from their addresses, and some they do not.
NAMES = [
    "page", "before", "day", "to", "from", "step", "week", "kind", "carer", "placement", "child", "owner", "standard", "show",
    "whose", "rule", "about", "home", "basis", "severity", "age", "answered", "search", "role", "state", "words", "next", "nobody",
]  # fmt: skip
NASTY = [
    "", "0", "-1", "1", "99999999999999999999", "٣", "1e9", "None", "\x00", "a\x00b", "%", "_", "'", '"><script>', "../..",
    "2024-01-01", "0001-01-01", "9999-12-31", "2026-W53", "2024-13-45", "24:00", "23:59", "2024-02-30T25:61",
    "2024-01-01T00:00:00_1_1", "0001-01-01T00:00:00Z_1_1", "9999-12-31T23:59:59-14:00_1_1", "20260101T000000.000000Z_99_1",
    "20260101T000000.000000Z_1_99999999999999999999", "20260101T000000.000000Z_-1_-1", "x" * 5000,
]  # fmt: skip
READABLE = sorted(
    name
    for name in [*PLAIN, *RECORD_PAGES]
    if name in PLAIN or name in ABOUT or "reference" in PAGES[name].pattern.converters
)
QUERIES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NASTY) | st.text(max_size=12), min_size=1, max_size=5)


@pytest.fixture
def ask(cast):
    """Opens a page as everybody of North's who may."""
    world = everything.world(cast)
    clients = {}
    for key in NORTHS.values():
        clients[key] = Client()
        clients[key].force_login(getattr(world, key))

    def open_page(name, query):
        address = reverse(name) if name in PLAIN else record_address(name, world.records)
        needed = PAGES[name].callback.access
        may = [key for key in clients if needed in (PUBLIC, SIGNED_IN) or getattr(world, key).can(needed)]
        return {key: clients[key].get(address, query).status_code for key in may[:3]}

    return open_page


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(READABLE), query=QUERIES)
@example(name="dashboards:child", query={"before": "2024-01-01T00:00:00_1_1"})
@example(name="dashboards:child", query={"before": "0001-01-01T00:00:00Z_1_1"})
@example(name="dashboards:child", query={"before": "9999-12-31T23:59:59-14:00_1_1"})
@example(name="dashboards:child", query={"before": "20260101T000000.000000Z_1_99999999999999999999"})
@example(name="oversight:flags", query=dict.fromkeys(NAMES, "a\x00b"))
@example(name="dashboards:find_child", query=dict.fromkeys(NAMES, "\x00"))
@example(name="core:accounts", query=dict.fromkeys(NAMES, "\x00"))
@example(name="staffing:carers", query=dict.fromkeys(NAMES, "\x00"))
@example(name="staffing:rota", query={"week": "0001-01-01"})
@example(name="staffing:rota", query={"week": "9999-12-31"})
@example(name="staffing:rota_add", query={"day": "9999-12-31", "kind": "\x00"})
def test_no_address_breaks_a_page(ask, name, query):
    for key, status in ask(name, query).items():
        assert status < 500, (key, status)


@pytest.mark.parametrize("text", NASTY)
def test_an_instant_is_read_or_it_is_none(text):
    read = read_instant(text.partition("_")[0])
    assert read is None or read.astimezone(dt.UTC)


@given(st.datetimes(timezones=st.timezones()))
def test_whatever_it_reads_can_be_reckoned_with(moment):
    read = read_instant(moment.isoformat())
    assert (read is not None) == (1900 <= moment.year < 2200)
    if read is not None:
        assert read.astimezone(dt.UTC) == moment.astimezone(dt.UTC)
