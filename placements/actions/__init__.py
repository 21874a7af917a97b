"""The only writes of this floor, one file a noun."""

from placements.actions.absences import call_off_absence, end_absence, notify_absence, notify_return, record_absence
from placements.actions.keys import issue_key, revoke_key
from placements.actions.managers import appoint_manager, end_manager, withdraw_manager
from placements.actions.notes import add_to_log, add_to_visit, record_visit, withdraw_log, withdraw_visit, write_log
from placements.actions.orders import discharge_dol_order, record_dol_order
from placements.actions.placing import (
    call_off_placement,
    correct_placement,
    describe_home,
    end_placement,
    end_with_care,
    move_placement,
    record_home,
    say_where,
    start_placement,
    take_on,
)
from placements.actions.providers import appoint, employ, end_employment
from placements.actions.registrations import authorise_unregistered, record_registration

__all__ = [
    "add_to_log",
    "add_to_visit",
    "appoint",
    "appoint_manager",
    "authorise_unregistered",
    "call_off_absence",
    "call_off_placement",
    "correct_placement",
    "describe_home",
    "discharge_dol_order",
    "employ",
    "end_absence",
    "end_employment",
    "end_manager",
    "end_placement",
    "end_with_care",
    "issue_key",
    "move_placement",
    "notify_absence",
    "notify_return",
    "record_absence",
    "record_dol_order",
    "record_home",
    "record_registration",
    "record_visit",
    "revoke_key",
    "say_where",
    "start_placement",
    "take_on",
    "withdraw_log",
    "withdraw_manager",
    "withdraw_visit",
    "write_log",
]
