"""What is stored of who decides and who looks, one file a subject."""

from governance.models.quality import (
    QualityAddition,
    QualityFinding,
    QualityScore,
    QualityValue,
    QualityVisit,
    QualityVisitor,
)
from governance.models.register import RegisterEntry, RegisterReview, RoleTraining

__all__ = [
    "QualityAddition",
    "QualityFinding",
    "QualityScore",
    "QualityValue",
    "QualityVisit",
    "QualityVisitor",
    "RegisterEntry",
    "RegisterReview",
    "RoleTraining",
]
