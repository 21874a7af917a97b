"""The only writes of this floor: an import asked for, read and applied, and a quarantined row mended."""

from exchange.actions.applying import apply_batch, give_up_on
from exchange.actions.mending import mend_episode, set_aside
from exchange.actions.running import (
    ATTEMPTS,
    claim,
    close_dead_runs,
    close_file,
    date_undated_files,
    fail,
    finish,
    let_go,
    open_run,
    pile,
    refuse_file,
    request_import,
    sweep_up,
)

__all__ = [
    "ATTEMPTS",
    "apply_batch",
    "claim",
    "close_dead_runs",
    "close_file",
    "date_undated_files",
    "fail",
    "finish",
    "give_up_on",
    "let_go",
    "mend_episode",
    "open_run",
    "pile",
    "refuse_file",
    "request_import",
    "set_aside",
    "sweep_up",
]
