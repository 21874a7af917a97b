"""Every address says who may use it, and nobody else is answered: strangers sign in, other roles are refused."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import get_resolver

from core.access import PUBLIC, ROLES, SIGNED_IN, Permission, Role
from core.middleware import DeclaredAccess
from tests.core.access.addresses import NORTHS, PAGES, PUBLIC_PAGES, address, patterns


def test_every_address_has_a_name_of_its_own():
    assert len(PAGES) == len(list(patterns(get_resolver())))
    assert all(name.rpartition(":")[2] for name in PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_view_says_who_may_use_it(name):
    declared = getattr(PAGES[name].callback, "access", None)
    assert declared in {PUBLIC, SIGNED_IN, *Permission}
    assert (declared == PUBLIC) == (name in PUBLIC_PAGES)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(client, db, method):
    for name, pattern in PAGES.items():
        if name in PUBLIC_PAGES:
            continue
        value = "C123456789" if "reference" in str(pattern.pattern) else "1"
        response = getattr(client, method)(address(name, value=value))
        assert (response.status_code, response.get("Location", "")[:15]) == (302, "/sign-in/?next="), name


def test_a_view_that_declares_nothing_is_refused(rf, cast):
    request = rf.get("/")
    request.user = cast.dora

    def view(request):
        raise AssertionError("it was shown")

    with pytest.raises(PermissionDenied):
        DeclaredAccess(view).process_view(request, view, (), {})


@pytest.mark.parametrize("role", Role)
def test_a_role_without_the_permission_is_refused_every_such_address(client, cast, role):
    """Whether or not the record is there, and whether she looks or sends: the first role refused tries both, and what it is
    refused by (DeclaredAccess) is the same before every view and knows of neither."""
    user = getattr(cast, NORTHS[role])
    assert user.role == role
    client.force_login(user)
    earlier = list(Role)[: list(Role).index(role)]
    for name, pattern in PAGES.items():
        needed = pattern.callback.access
        if isinstance(needed, Permission) and needed not in ROLES[role].may:
            tried = any(needed not in ROLES[before].may for before in earlier)
            for method in [client.get] if tried else [client.get, client.post]:
                assert method(address(name)).status_code == 403, name
