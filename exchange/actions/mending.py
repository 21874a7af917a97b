"""A quarantined row mended by a person, or set aside, with her reason."""

import datetime as dt
from typing import Any

from children import policies
from core.access import Permission
from core.actions import action, because
from core.dates import in_words
from core.errors import Invalid
from core.models import User
from exchange.actions.applying import Batch
from exchange.models import ReturnEpisode

MENDABLE = (
    "DECOM",
    "DEC",
    "RNE",
    "LS",
    "CIN",
    "PLACE",
    "PLACE_PROVIDER",
    "REC",
    "REASON_PLACE_CHANGE",
    "PL_POST",
    "URN",
)


@action
def mend_episode(*, episode: ReturnEpisode, reason: str, by: User, as_of: dt.datetime, **values: Any) -> ReturnEpisode:
    """Correct a quarantined row and judge its child again: what can now be true is used, this row and others of hers.

    `values` are the columns as they should read; a date, a code or nothing. What the return gave is kept beside them.
    The mend is kept even where another row still says otherwise: both may be wrong, and one is mended first.
    """
    if unknown := set(values) - set(MENDABLE):
        raise TypeError(f"an episode has no {', '.join(sorted(unknown))} to mend")
    batch, held = _take(episode, reason, by=by, as_of=as_of)
    given = {"DECOM": held.decom.isoformat()} | held.given
    wanted = {column: _text(value) for column, value in values.items()}
    if "DECOM" in wanted and not wanted["DECOM"]:
        raise Invalid({"DECOM": "Enter the date the episode starts"})
    held.mended = {
        column: value
        for column, value in ({c: held.values.get(c, "") for c in MENDABLE} | wanted).items()
        if value != given.get(column, "")
    }
    start = held.values["DECOM"]
    twin = next((e for e in batch.episodes_of(held) if e is not held and e.values["DECOM"] == start), None)
    if twin is not None and twin.state != ReturnEpisode.State.SET_ASIDE:
        raise Invalid(
            {"DECOM": f"The child has another episode that starts on {in_words(dt.date.fromisoformat(start))}"}
        )
    doubt = batch.doubt_of(held)
    if doubt is not None:
        raise Invalid({doubt.column: doubt.sentence})
    batch.settle()
    batch.save()
    return held


@action
def set_aside(*, episode: ReturnEpisode, reason: str, by: User, as_of: dt.datetime) -> ReturnEpisode:
    """Say that a quarantined row is no episode of hers. It is kept, unused, until a later return gives it otherwise."""
    batch, held = _take(episode, reason, by=by, as_of=as_of)
    held.state, held.reason_code, held.reason = ReturnEpisode.State.SET_ASIDE, "", ""
    batch.settle()
    batch.save()
    return held


def _take(episode: ReturnEpisode, reason: str, *, by: User, as_of: dt.datetime) -> tuple[Batch, ReturnEpisode]:
    """The row, under lock with all that is held of its child, if it is still for somebody to mend."""
    policies.may(by, Permission.IMPORT_RETURNS, authority_id=episode.authority_id)
    policies.required(reason=(reason, "Enter why, and how you know"))
    because(reason.strip())
    batch = Batch(episode.authority, [episode.child_number], as_of=as_of, run=None)
    held = next(each for each in batch.episodes_of(episode) if each.pk == episode.pk)
    if held.state != ReturnEpisode.State.QUARANTINED:
        raise Invalid({"": "This row is no longer in quarantine: somebody has mended it, or a later return has"})
    held.mended_by, held.mended_reason = by, reason.strip()
    return batch, held


def _text(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return " ".join(str(value or "").split()).upper()
