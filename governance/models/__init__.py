"""What is stored of who decides and who looks, one file a subject."""

from governance.models.quality import (
    QualityAddition,
    QualityFinding,
    QualityScore,
    QualityValue,
    QualityVisit,
    QualityVisitor,
)

__all__ = [
    "QualityAddition",
    "QualityFinding",
    "QualityScore",
    "QualityValue",
    "QualityVisit",
    "QualityVisitor",
]
