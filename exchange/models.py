"""What came in from statutory returns: each import, each episode row as the return gave it, and what could not be used."""

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
        path = "import_run__authority_id" if self.model.__name__ == "ImportProblem" else "authority_id"
        return self.filter(**{path: user.authority_id})


class ImportRun(Protected):
    """One set of files handed in, and how far the worker has got with it. Resumable: it counts what is done."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped by a fault"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="imports")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", help_text="Empty from the command line.")
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The year the return’s period begins, if stated.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    requested_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    history = tracked()
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]


class ImportFile(Protected):
    """A file of a return, kept until it is read and then emptied."""

    import_run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content = models.FileField(upload_to="imports/")
    kind = models.CharField(max_length=20, blank=True)
    read = models.BooleanField(default=False)


class ReturnEpisode(Protected):
    """One episode row as the latest return that names it gave it: distinct on authority, CHILD and DECOM.

    Quarantined rows cannot be true beside the others; they are kept here with the reason until somebody mends them.
    """

    class State(models.TextChoices):
        USED = "used", "Used"
        QUARANTINED = "quarantined", "In quarantine"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="return_episodes")
    child_number = models.CharField("CHILD", max_length=30)
    decom = models.DateField("DECOM")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, related_name="return_episodes")
    year = models.PositiveSmallIntegerField("return", help_text="The year the period of the return that gave it begins.")
    values = models.JSONField(help_text="The row's other columns, cleaned, by their names in the return.")
    state = models.CharField(max_length=12, choices=State.choices)
    reason_code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")
    mended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    mended_reason = models.TextField(blank=True)
    recorded_at = RecordedAt()
    history = tracked()
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["child_number", "decom"]
        constraints = [models.UniqueConstraint(fields=["authority", "child_number", "decom"], name="return_episode_once")]
        indexes = [models.Index(fields=["authority"], name="return_quarantine", condition=Q(state="quarantined"))]


class ImportProblem(Protected):
    """Something an import could not use or did not believe: where it stood, and what is wrong with it."""

    insert_only = True
    import_run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()
    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
