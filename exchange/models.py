"""What came in from statutory returns: each import, each row as the return gave it, and what could not be used."""

from django.db import models
from django.db.models import Q

from children.models import Child
from core.access import Permission
from core.fields import RecordedAt
from core.history import tracked
from core.models import Authority, Protected, User


class ExchangeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ExchangeQuerySet":
        """Imports are seen by those of the authority who may import: they hold every child's dates."""
        if not user.is_authenticated or not user.can(Permission.IMPORT_RETURNS):
            return self.none()
        fields = {field.name for field in self.model._meta.get_fields()}
        path = "authority_id" if "authority" in fields else "import_run__authority_id"
        return self.filter(**{path: user.authority_id})


class ImportRun(Protected):
    """One set of files handed in, and how far the work on it has got.

    Resumable: files are read into `StagedRow`, and each batch of children takes its rows from there in the transaction
    that applies and counts them. Whoever works on it holds a lease, so that another may go on after a crash.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped by a fault"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="imports")
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty from the command line."
    )
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The year the return’s period begins, if stated."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    requested_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often it was begun: one that keeps failing is stopped."
    )
    finished_at = models.DateTimeField(null=True)
    rows_total = models.PositiveIntegerField(default=0, help_text="Episode rows in the files read so far.")
    rows_read = models.PositiveIntegerField(default=0, help_text="Of these, how many are dealt with.")
    counts = models.JSONField(default=dict)
    history = tracked(
        excluded_fields=["lease_until", "rows_total", "rows_read", "counts"]
    )  # its progress is no history
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)


class ImportFile(Protected):
    """A file of an import. An upload waits in `content` until it is read and is then deleted."""

    untracked = "it is a file on its way in; what was read from it is told by its import and its problems"
    UPLOADS = "imports/"
    import_run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content = models.FileField(upload_to=UPLOADS, blank=True)
    kind = models.CharField(
        max_length=20, blank=True, help_text="Which table of the return it is, told by its columns."
    )
    year = models.PositiveSmallIntegerField(null=True, help_text="Of rows that do not state their own.")
    staged = models.PositiveIntegerField(default=0, help_text="How many of its rows are read: the next begins there.")
    episodes = models.PositiveIntegerField(default=0, help_text="Of these, how many are episodes.")
    lost = models.PositiveIntegerField(default=0, help_text="And how many could not be read.")
    read = models.BooleanField(default=False)
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]


class StagedRow(models.Model):
    """A row read from a file and not yet applied: a working copy, deleted by the batch that deals with it."""

    untracked = "it is a working copy, gone once it is applied to records that are tracked"
    import_run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    child_number = models.CharField(max_length=30)
    decom = models.DateField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    values = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["import_run", "child_number"], name="staged_by_child")]

    def __str__(self) -> str:
        return f"line {self.line}"


class ReturnChild(Protected):
    """A child's header as the latest return that names her gave it: what later headers are compared with."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    child_number = models.CharField("CHILD", max_length=30)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("return")
    given = models.JSONField(help_text="The header's columns, cleaned, by their names in the return.")
    recorded_at = RecordedAt()
    history = tracked()
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "child_number"], name="return_child_once")]


class ReturnEpisode(Protected):
    """One episode row as the latest return that names it gave it: distinct on authority, CHILD and DECOM.

    What cannot be true is kept in quarantine with the reason until somebody mends it. `given` is never altered by hand:
    a mend stands beside it, and stands until a later return gives something else.
    """

    class State(models.TextChoices):
        USED = "used", "Used"
        QUARANTINED = "quarantined", "In quarantine"
        SET_ASIDE = "set_aside", "Set aside: not an episode"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="return_episodes")
    child_number = models.CharField("CHILD", max_length=30)
    decom = models.DateField("DECOM")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, related_name="return_episodes")
    year = models.PositiveSmallIntegerField(
        "return", help_text="The year the period of the latest return that names it begins."
    )
    given = models.JSONField(help_text="The row's other columns, cleaned, by their names in the return.")
    mended = models.JSONField(default=dict, help_text="The columns a person corrected, DECOM among them.")
    state = models.CharField(max_length=12, choices=State.choices)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    import_run = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True, related_name="+")
    mended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    mended_reason = models.TextField(blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["child_number", "decom"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "child_number", "decom"], name="return_episode_once")
        ]
        indexes = [models.Index(fields=["authority"], name="return_quarantine", condition=Q(state="quarantined"))]

    @property
    def values(self) -> dict[str, str]:
        """The row as it is used: what the return gave, with what a person corrected in its place."""
        return {"DECOM": self.decom.isoformat()} | self.given | self.mended


class ImportProblem(Protected):
    """Something an import could not use or did not believe: where it stood, and what is wrong with it."""

    insert_only = True
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="problems")
    file = models.CharField(max_length=255, blank=True)
    line = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()
    child_number = models.CharField(
        max_length=30, blank=True, help_text="Where the child’s file is where it is settled."
    )
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
