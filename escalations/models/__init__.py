"""What is stored of how people are answered who speak up. One file a route."""

from escalations.models.escalation import ConflictOfInterest, Escalation, EscalationFlag, EscalationStep

__all__ = ["ConflictOfInterest", "Escalation", "EscalationFlag", "EscalationStep"]
