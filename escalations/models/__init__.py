"""What is stored of how people are answered who speak up. One file a route."""

from escalations.models.dispute import CafcassReferral, Dispute, DisputeStep
from escalations.models.policy import PolicyConsultation
from escalations.models.whistle import IdentityRead, WhistleIdentity, WhistleReport, WhistleStep

__all__ = [
    "CafcassReferral",
    "Dispute",
    "DisputeStep",
    "IdentityRead",
    "PolicyConsultation",
    "WhistleIdentity",
    "WhistleReport",
    "WhistleStep",
]
