"""What is stored of who decides and who answers, one file a noun."""

from governance.models.concerns import Concern, ConcernReview, ConcernStep, ConductSubject
from governance.models.police import PoliceAttendance

__all__ = [
    "Concern",
    "ConcernReview",
    "ConcernStep",
    "ConductSubject",
    "PoliceAttendance",
]
