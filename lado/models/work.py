"""What is done about a referral: each step as it was taken, and what others were asked to do."""

from django.db import models
from django.db.models import Q

from core.fields import RecordedAt
from core.history import tracked
from core.models import Protected, User
from lado import codes
from lado.models.referral import Referral
from lado.querysets import OfReferralQuerySet


class ReferralStep(Protected):
    """One thing done about a referral, written once."""

    class Kind(models.TextChoices):
        EVALUATION = "evaluation", "First evaluation"
        MEETING = "meeting", "Allegations meeting"
        REVIEW = "review", "Allegations meeting, reviewing"
        STRATEGY = "strategy", "Strategy discussion"
        ENQUIRY = "enquiry", "Section 47 enquiry"
        NOTE = "note", "Note"
        LEARNING = "learning", "What is to be learnt"
        OUTCOME = "outcome", "Outcome"
        SUMMARY = "summary", "Closing summary for the employer"
        GIVEN = "given", "Closing summary given to the employer"
        REMOVED = "removed", "Removed from the work"
        NOT_REMOVED = "not_removed", "Not removed after all"
        ASKED = "asked", "Strategy discussion asked for"

    insert_only = True
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.TextField()
    decision = models.CharField(
        max_length=20,
        choices=[*codes.Evaluation.choices, *codes.Outcome.choices],
        blank=True,
        help_text="Of an evaluation or an outcome.",
    )
    who_was_there = models.TextField(blank=True, help_text="At a meeting or a discussion: names and agencies.")
    next_review_on = models.DateField(null=True, blank=True, help_text="Agreed at a meeting.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = RecordedAt()
    objects = OfReferralQuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "id"]
        indexes = [models.Index(fields=["referral", "kind", "-happened_at"], name="referral_step_by_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["evaluation", "outcome"]) & ~Q(decision="")
                | ~Q(kind__in=["evaluation", "outcome"]) & Q(decision=""),
                name="referral_step_decides",
            ),
        ]


class ReferralAction(Protected):
    """Something somebody is to do because of a referral, by a day, and the evidence that it was done.

    OF_OTHERS is what is for another agency to do, or another part of the council: that it is late is no fault of the LADO's.
    """

    class Kind(models.TextChoices):
        EMPLOYER = "employer", "For the employer"
        POLICE = "police", "For the police"
        SOCIAL_CARE = "social_care", "For children’s services"
        DBS = "dbs", "Refer to the Disclosure and Barring Service"
        OFSTED = "ofsted", "Tell Ofsted"
        REGULATOR = "regulator", "Tell a professional regulator"

    OF_OTHERS = (Kind.EMPLOYER, Kind.POLICE, Kind.SOCIAL_CARE)

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("whose it is", max_length=20, choices=Kind.choices)
    what = models.TextField("what is to be done")
    who = models.CharField("who does it", max_length=200)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    evidence = models.TextField("how we know that it was done", blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = RecordedAt()
    history = tracked()
    objects = OfReferralQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["referral", "kind"], name="referral_action_by_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, evidence="") | Q(done_on__isnull=False) & ~Q(evidence=""),
                name="referral_action_done_with_evidence",
                violation_error_message="Say on which day it was done, and how we know.",
            ),
        ]
