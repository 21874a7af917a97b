"""The only writes to a child's own record, one file a noun."""

from children.actions.child import (
    DETAILS,
    WHEN_CARE_ENDS,
    add_child,
    allocate,
    describe_child,
    end_allocation,
    end_care,
    open_file,
    open_files,
    record_case_supervision,
    record_legal_status,
    say_why_this_worker,
    start_care,
    write_handover,
)
from children.actions.deciding import decided, record_decision, record_wish

__all__ = [
    "DETAILS",
    "WHEN_CARE_ENDS",
    "add_child",
    "allocate",
    "decided",
    "describe_child",
    "end_allocation",
    "end_care",
    "open_file",
    "open_files",
    "record_case_supervision",
    "record_decision",
    "record_legal_status",
    "record_wish",
    "say_why_this_worker",
    "start_care",
    "write_handover",
]
