"""What is stored of who decides, what is planned, who meets and whether anybody answers. One file a subject."""

from governance.models.commissioning import CourtTask, CrisisCheck, Funding, NoticeReceived
from governance.models.concerns import Concern, ConcernReview, ConcernStep, ConductSubject
from governance.models.deciding import SeniorContact
from governance.models.long_term import Contingency, LongTermPlan, Milestone
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
from governance.models.plans import PlacementAgreement, Plan, ReferralProfile, SearchEntry
from governance.models.police import PoliceAttendance
from governance.models.protection import (
    Enquiry,
    SeriousHarmNotice,
    StrategyAttendee,
    StrategyConcern,
    StrategyDiscussion,
)
from governance.models.quality import (
    Finding,
    QualityAddition,
    QualityScore,
    QualityValue,
    QualityVisit,
    QualityVisitor,
)
from governance.models.register import RegisterEntry, RegisterReview, RoleTraining
from governance.models.tasks import Action, ActionRedating, Issue

__all__ = [
    "Action",
    "ActionRedating",
    "Attendance",
    "Concern",
    "ConcernReview",
    "ConcernStep",
    "ConductSubject",
    "Contingency",
    "CourtTask",
    "CrisisCheck",
    "Discussed",
    "Enquiry",
    "Finding",
    "Funding",
    "Issue",
    "LongTermPlan",
    "Meeting",
    "MeetingSeries",
    "Member",
    "Milestone",
    "MinuteSaving",
    "MinuteSection",
    "NoticeReceived",
    "PlacementAgreement",
    "Plan",
    "PoliceAttendance",
    "QualityAddition",
    "QualityScore",
    "QualityValue",
    "QualityVisit",
    "QualityVisitor",
    "ReferralProfile",
    "RegisterEntry",
    "RegisterReview",
    "RoleTraining",
    "SearchEntry",
    "SeniorContact",
    "SeriousHarmNotice",
    "StrategyAttendee",
    "StrategyConcern",
    "StrategyDiscussion",
    "TermsReview",
]
