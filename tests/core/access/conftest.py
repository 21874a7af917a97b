from tests.core.access import world as everything
from tests.told_once import told_once


@told_once
def world(cast):
    """The cast, with `records`: one of everything about one child of North's."""
    return everything.world(cast)
