"""What is stored of who decides and what is planned, one file a subject."""

from governance.models.commissioning import CourtTask, CrisisCheck, Funding, NoticeReceived
from governance.models.long_term import Contingency, LongTermPlan, Milestone
from governance.models.plans import PlacementAgreement, Plan, ReferralProfile, SearchEntry

__all__ = [
    "Contingency",
    "CourtTask",
    "CrisisCheck",
    "Funding",
    "LongTermPlan",
    "Milestone",
    "NoticeReceived",
    "PlacementAgreement",
    "Plan",
    "ReferralProfile",
    "SearchEntry",
]
