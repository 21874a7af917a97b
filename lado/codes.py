"""What a referral says, in the field's own words. The stored values are stable codes."""

from django.db.models import TextChoices


class Post(TextChoices):
    """What somebody does who works with children."""

    CARER = "carer", "Carer"
    SHIFT_LEADER = "shift_leader", "Shift leader"
    MANAGER = "manager", "Manager of a home or an agency"
    FOSTER_CARER = "foster_carer", "Foster carer"
    SOCIAL_WORKER = "social_worker", "Social worker"
    COUNCIL = "council", "Somebody else at the council"
    HEALTH = "health", "Health professional"
    EDUCATION = "education", "Teacher, or somebody else at a school"
    POLICE = "police", "Police officer"
    TRANSPORT = "transport", "Driver or escort"
    VOLUNTEER = "volunteer", "Volunteer"
    OTHER = "other", "Something else"


# Each is enough by itself. The field, what it asks, and examples from the work itself.
CRITERIA = (
    (
        "harmed",
        "They harmed a child, or may have",
        "An injury, a blow, a restraint that was not lawful, drugs or tobacco given to a child.",
    ),
    (
        "offence",
        "They may have committed an offence against a child, or to do with one",
        "Also where the police take no action.",
    ),
    (
        "risk",
        "They behaved towards a child in a way that suggests they may be a risk to children",
        "Also in their own time, or at home.",
    ),
    (
        "unsuitable",
        "They behaved in a way that suggests they may not be suitable to work with children",
        "Also away from work.",
    ),
    (
        "neglect",
        "They did not do what the child’s safety rested on: professional neglect",
        "Asleep on a waking night. Away from the child they were to watch. A risk they knew of and told nobody.",
    ),
)
CRITERION_FIELDS = tuple(name for name, _, _ in CRITERIA)


class Category(TextChoices):
    """What kind of harm, or risk of it."""

    PHYSICAL = "physical", "Physical"
    EMOTIONAL = "emotional", "Emotional"
    SEXUAL = "sexual", "Sexual, or exploitation"
    NEGLECT = "neglect", "Neglect"
    SUBSTANCES = "substances", "Drugs, alcohol or tobacco supplied"
    CONDUCT = "conduct", "Conduct, at work or away from it"


class Outcome(TextChoices):
    """How an allegation ends: in one of these five, and in nothing else (SAF-06)."""

    SUBSTANTIATED = "substantiated", "Substantiated: there is enough evidence that it is so"
    UNSUBSTANTIATED = "unsubstantiated", "Unsubstantiated: there is not enough evidence either way"
    UNFOUNDED = "unfounded", "Unfounded: nothing supports it"
    FALSE = "false", "False: there is enough evidence that it is not so"
    MALICIOUS = "malicious", "Malicious: it is not so, and was meant to deceive"


class NoOutcome(TextChoices):
    """What is said instead of an outcome. None of these ends an allegation."""

    RESIGNED = "resigned", "They have resigned, or the agency no longer uses them"
    NO_FURTHER = "no_further", "No further action"
    DISMISSED = "dismissed", "The employer has dealt with it"


class Retention(TextChoices):
    """How long the employer keeps the record, and why."""

    LONG = "long", "Kept until pension age, or for 10 years if that is longer"
    REMOVED = "removed", "Removed from the personnel file"


RETENTION = {
    Outcome.SUBSTANTIATED: Retention.LONG,
    Outcome.UNSUBSTANTIATED: Retention.LONG,
    Outcome.UNFOUNDED: Retention.LONG,
    Outcome.FALSE: Retention.REMOVED,
    Outcome.MALICIOUS: Retention.REMOVED,
}


class Evaluation(TextChoices):
    """What the LADO makes of a referral at first."""

    STRATEGY = "strategy", "A strategy discussion, and an allegations meeting with it"
    MEETING = "meeting", "An allegations meeting"
    EMPLOYER = "employer", "The employer looks into it, and reports to the LADO"
    NO_THRESHOLD = "no_threshold", "It is below the threshold: advice to the employer"


# After which of these a meeting is owed.
MEETS = (Evaluation.STRATEGY, Evaluation.MEETING)
