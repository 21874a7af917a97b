"""What is stored of who decides: meetings, actions, concerns, assurance. One file a noun."""

from governance.models.meetings import (
    Attendance,
    Discussed,
    Meeting,
    MeetingSeries,
    Member,
    MinuteSaving,
    MinuteSection,
    TermsReview,
)
from governance.models.tasks import Action, ActionRedating, Issue

__all__ = [
    "Action",
    "ActionRedating",
    "Attendance",
    "Discussed",
    "Issue",
    "Meeting",
    "MeetingSeries",
    "Member",
    "MinuteSaving",
    "MinuteSection",
    "TermsReview",
]
