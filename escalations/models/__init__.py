"""What is stored of how people are answered who speak up. One file a route."""

from escalations.models.dispute import CafcassReferral, Dispute, DisputeStep
from escalations.models.escalation import ConflictOfInterest, Escalation, EscalationFlag, EscalationStep
from escalations.models.policy import PolicyConsultation
from escalations.models.whistle import IdentityRead, WhistleIdentity, WhistleReport, WhistleStep

__all__ = [
    "CafcassReferral",
    "ConflictOfInterest",
    "Dispute",
    "DisputeStep",
    "Escalation",
    "EscalationFlag",
    "EscalationStep",
    "IdentityRead",
    "PolicyConsultation",
    "WhistleIdentity",
    "WhistleReport",
    "WhistleStep",
]
