"""The only writes behind the door, one file a subject."""

from lado.actions.cases import (
    add_action,
    admit,
    attach_placement,
    close_case,
    end_admission,
    evaluate,
    finish_action,
    hand_over_case,
    hold_meeting,
    identify,
    note,
    open_case,
    open_cases,
    police_involved,
    record_removal,
    stand_down_subject,
    withdraw_removal,
)
from lado.actions.referring import do_not_refer, refer

__all__ = [
    "add_action",
    "admit",
    "attach_placement",
    "close_case",
    "do_not_refer",
    "end_admission",
    "evaluate",
    "finish_action",
    "hand_over_case",
    "hold_meeting",
    "identify",
    "note",
    "open_case",
    "open_cases",
    "police_involved",
    "record_removal",
    "refer",
    "stand_down_subject",
    "withdraw_removal",
]
