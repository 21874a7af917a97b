"""What is stored behind the door. Every foreign key out of here has no way back: nothing below reaches an allegation."""

from lado.models.decisions import ConductDecision, DecisionRead
from lado.models.referral import Admission, Receipt, Referral, ReferralRead
from lado.models.work import ReferralAction, ReferralStep

__all__ = [
    "Admission",
    "ConductDecision",
    "DecisionRead",
    "Receipt",
    "Referral",
    "ReferralAction",
    "ReferralRead",
    "ReferralStep",
]
