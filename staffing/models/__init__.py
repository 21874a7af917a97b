"""What is stored of carers and their shifts, one file a subject."""

from staffing.models.agreements import AgencyAgreement, ReflectiveSession, ReplacementPlan, StaffingPlan, StaffType
from staffing.models.carers import (
    Carer,
    Check,
    CheckWaiver,
    Engagement,
    Evidence,
    Supervision,
    SupervisionLine,
    Training,
)
from staffing.models.rota import Assignment, RotaRequest, Shift, Swap
from staffing.models.stand_downs import Lift, LiftApproval, StandDown, StandDownCase
from staffing.models.worked import AwakeCheck, Handover, LogCause, Presence, ShiftReview

__all__ = [
    "AgencyAgreement",
    "Assignment",
    "AwakeCheck",
    "Carer",
    "Check",
    "CheckWaiver",
    "Engagement",
    "Evidence",
    "Handover",
    "Lift",
    "LiftApproval",
    "LogCause",
    "Presence",
    "ReflectiveSession",
    "ReplacementPlan",
    "RotaRequest",
    "Shift",
    "ShiftReview",
    "StaffType",
    "StaffingPlan",
    "StandDown",
    "StandDownCase",
    "Supervision",
    "SupervisionLine",
    "Swap",
    "Training",
]
