"""What is sent twice is done once: a second press of a button, a page asked for again after the connection was lost."""

from collections.abc import Callable
from uuid import UUID

from django.db import connection

from core.actions import held_together
from core.models import Submission, User


def once(number: UUID | None, *, by: User, act: Callable[[], str]) -> tuple[str, bool]:
    """Act, unless this person's submission of this number has been acted on. Returns the address to go to, and whether
    it is from now.

    A second one that arrives meanwhile waits for the first. `act` gives the address; whatever it writes stands or falls
    together with the note that it was done. Raises what `act` raises, and then nothing was done. Without a number it
    just acts.
    """
    if number is None:
        return act(), True
    with held_together():
        with connection.cursor() as cursor:  # held to the end of the transaction; what comes after sees what it left
            key = int.from_bytes(number.bytes[:8], signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        earlier = Submission.objects.filter(user=by, number=number).first()
        if earlier is not None:
            return earlier.address, False
        address = act()
        Submission.objects.create(user=by, number=number, address=address)
    return address, True
