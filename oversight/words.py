"""Small turns of phrase about flags and clocks."""

import datetime as dt

from core import clock
from core.dates import in_words


def about(carer: object, agency: object, shift_starts_at: dt.datetime | None) -> str:
    """Whom or what a flag is about, beside a child's placement: a carer, their agency, a shift. Empty where nothing."""
    shift = f"the shift of {in_words(clock.local_date(shift_starts_at))}" if shift_starts_at else ""
    return ", ".join(str(part) for part in (carer, agency, shift) if part)
