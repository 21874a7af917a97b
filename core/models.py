"""The ground: authorities, teams, accounts, local standards, refusals, the outbox and drafts."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from core.access import PROVIDER_ROLES, ROLES, PartnerKind, Permission, Rights, Role
from core.fields import RecordedAt
from core.history import tracked
from core.querysets import TeamQuerySet, UserQuerySet


class Protected(models.Model):
    """A record that belongs to a child or her placement: every reading of it begins with who is asking."""

    class Meta:
        abstract = True

    @classmethod
    def for_user(cls, user: "User") -> Any:
        """What `user` may see and nothing else, as the model's own queryset. The only way a view may reach a record."""
        return cls.objects.visible_to(user)  # type: ignore[attr-defined]


class Authority(models.Model):
    """A council with children's services. Two in one database never see each other's children."""

    code = models.CharField(max_length=10, unique=True, help_text="The DfE's three-digit number, or an invented code.")
    name = models.CharField(max_length=100, unique=True)
    history = tracked()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "authorities"

    def __str__(self) -> str:
        return self.name


class Team(Protected):
    """People who work together. `part_of` says which service it is a team of; a head of service sits in the service."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=100)
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="teams")
    history = tracked()
    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["authority", "name"], name="team_name_once_per_authority")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username):
        return self.get(email__iexact=username)

    def create_user(self, *, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin, Protected):
    """An account. People sign in with their e-mail address; there is no username.

    One account has one role. Accounts are deactivated, never deleted, since history names them. `is_superuser` stays
    false: nobody walks past the rules. A second factor will hang from here.
    """

    class Terms(models.TextChoices):
        PERMANENT = "permanent", "Permanent staff"
        TEMPORARY = "temporary", "Agency or other temporary staff"

    email = models.EmailField("email address")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=30, choices=Role.choices)
    authority = models.ForeignKey(
        Authority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        help_text="Empty only for a provider's own staff, who may care for several councils' children.",
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    partner_kind = models.CharField(max_length=20, choices=PartnerKind.choices, blank=True)
    terms = models.CharField(
        "works here as",
        max_length=10,
        choices=Terms.choices,
        blank=True,
        help_text="Whether the people a child depends on are likely to stay.",
    )
    newly_qualified_until = models.DateField(
        "newly qualified until",
        null=True,
        blank=True,
        help_text="The end of a social worker’s first assessed and supported year.",
    )
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(
        null=True, blank=True, help_text="When a link to choose a password was last asked for."
    )
    password_set_at = models.DateTimeField(
        null=True, blank=True, help_text="The history tells of a change of password by this; never the password’s hash."
    )
    history = tracked(excluded_fields=["password", "last_login"])

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="There is already an account with this email address.",
            ),
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_never_superuser"),
            models.CheckConstraint(
                condition=Q(authority__isnull=False) | Q(role__in=list(PROVIDER_ROLES)),
                name="user_has_authority",
                violation_error_message="Choose the authority this person works for.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rights(self) -> Rights:
        return ROLES[self.role]

    def can(self, permission: Permission) -> bool:
        """Whether the role allows it. Which children it may be done for is another question: see `visible_to`."""
        return self.is_active and permission in self.rights.may


class LocalStandard(models.Model):
    """A council's own, stricter interval for a rule that has a local part, from a date on.

    `key` names the interval in the rulebook (for example "VIS-07 social worker"); `value` is in the unit the rulebook
    gives for it. It may be stricter than the rulebook's default, never looser than the law; the action refuses that.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="standards")
    key = models.CharField(max_length=60)
    value = models.PositiveIntegerField()
    effective_from = models.DateField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    recorded_at = RecordedAt()
    history = tracked()

    class Meta:
        ordering = ["key", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "key", "effective_from"],
                name="standard_once_a_day",
                violation_error_message="There is already a value for this standard from that date.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value} from {self.effective_from}"


class Refusal(models.Model):
    """A gate said no: what was tried, by whom, under which rule. Written after the rollback, in its own transaction."""

    insert_only = True
    code = models.CharField(max_length=20, help_text="The rule's code in the rulebook.")
    sentence = models.TextField()
    action = models.CharField(max_length=60)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    subjects = models.JSONField(default=list, help_text='What it bore on, as ["placement 12"].')
    recorded_at = RecordedAt()

    class Meta:
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class OutboxMessage(models.Model):
    """Something to be sent, written in the transaction that made it due. The broker is only a doorbell.

    `key` is unique, so nothing is sent twice for one cause; `message_id` is the same at each attempt, so a receiver can
    tell. `lease_until` keeps two senders apart and lets another take over from one that died. Carries no personal data.
    """

    untracked = "each row is itself the record of what was sent, and when"
    key = models.CharField(max_length=200, unique=True)
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="outbox")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    message_id = models.UUIDField(unique=True)
    recorded_at = RecordedAt()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    by_day = models.BooleanField(default=False, help_text="It is not sent at night.")

    class Meta:
        indexes = [models.Index(fields=["id"], name="outbox_unsent", condition=Q(sent_at__isnull=True))]

    def __str__(self) -> str:
        return self.key


class DigestDay(models.Model):
    """A day on which everybody's message of the day has been written, so that it is asked for once and never forgotten."""

    insert_only = True
    day = models.DateField(unique=True)
    recorded_at = RecordedAt()

    def __str__(self) -> str:
        return str(self.day)


class SignInFailure(models.Model):
    """A sign-in that failed: kept for a few minutes, so that a guesser has to wait.

    `mark` is a keyed digest of who was tried and from where, so that the table names nobody.
    """

    untracked = "it counts tries for a few minutes and names nobody"
    mark = models.CharField(max_length=64)
    failed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mark", "failed_at"], name="sign_in_failures")]

    def __str__(self) -> str:
        return f"{self.mark[:8]} at {self.failed_at}"


class Submission(models.Model):
    """A form that was sent and acted on: the number it was shown under with what it said, and where its sender went then.

    Written in the transaction of the act. Sent again, by a second press or a lost connection, a form finds itself here
    and is not acted on twice.
    """

    insert_only = True
    number = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)  # found by sent_once
    address = models.TextField()
    recorded_at = RecordedAt()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "number"], name="sent_once")]

    def __str__(self) -> str:
        return str(self.number)


class Draft(models.Model):
    """What a person has typed into a form and not yet saved: hers alone, one a form and record."""

    untracked = "it is not on any record yet: its writer may still change her mind, and it goes when she sends it"
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=100, help_text='The form and what it is about, as "visit-12".')
    data = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_draft_a_form")]

    def __str__(self) -> str:
        return self.key


def dated(start: str, end: str, name: str) -> models.CheckConstraint:
    """The constraint every dated record carries: it does not end before it starts."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)}),
        name=name,
        violation_error_message="The end cannot be before the start.",
    )


def together(first: str, second: str) -> Q:
    """A condition: both of two fields are given, or neither is."""
    return Q(**{f"{first}__isnull": True, f"{second}__isnull": True}) | Q(
        **{f"{first}__isnull": False, f"{second}__isnull": False}
    )
