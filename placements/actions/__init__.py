"""The only writes of this floor, one file a noun."""

from placements.actions.notes import add_to_log, add_to_visit, record_visit, write_log

__all__ = ["add_to_log", "add_to_visit", "record_visit", "write_log"]
