"""The words for asking what is behind the door, and who may ask."""

from lado.querysets.decisions import ConductDecisionQuerySet, DecisionReadQuerySet
from lado.querysets.referrals import OfReferralQuerySet, ReceiptQuerySet, ReferralQuerySet

__all__ = [
    "ConductDecisionQuerySet",
    "DecisionReadQuerySet",
    "OfReferralQuerySet",
    "ReceiptQuerySet",
    "ReferralQuerySet",
]
