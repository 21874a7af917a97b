"""What a cleared flag says of how it was cleared, and of the flag whose place another took."""

import datetime as dt

from django.db.models import QuerySet

from oversight.models import Flag, FlagAnswer
from oversight.rulebook import logs
from placements.models import DailyLog
from staffing.models import LogCause, Shift


def by_age_alone(flag: Flag) -> bool:
    """Whether days without a log left the 28 that are looked at with no log ever written of them."""
    if flag.rule not in logs.CODES or flag.cleared_at is None or flag.clock_started_at is None:
        return False
    if flag.shift is not None:
        return _never_logged(flag.shift, flag.cleared_at)
    began = flag.clock_started_at
    written = DailyLog.objects.standing().filter(placement=flag.placement_id, occurred_at__lte=flag.cleared_at)
    after = written.filter(covers_until__gt=began).order_by("covers_from").values_list("covers_from", flat=True).first()
    if after is None or after - began < logs.A_DAY:
        return False
    return flag.cleared_at - after >= dt.timedelta(days=logs.LOOKS_BACK_DAYS)


def _never_logged(shift: Shift, by: dt.datetime) -> bool:
    """Whether neither a log of half of a shift nor why there is none was on record by an instant. Logs never overlap."""
    if shift.cancelled_at is not None or LogCause.objects.filter(shift=shift, recorded_at__lte=by).exists():
        return False
    logs_of_it = DailyLog.objects.standing().filter(
        placement=shift.placement_id,
        covers_from__lt=shift.ends_at,
        covers_until__gt=shift.starts_at,
        occurred_at__lte=by,
    )
    parts = logs_of_it.values_list("covers_from", "covers_until")
    told = sum((min(until, shift.ends_at) - max(since, shift.starts_at) for since, until in parts), dt.timedelta())
    return 2 * told < shift.ends_at - shift.starts_at


def answers_before(flag: Flag, answers: QuerySet[FlagAnswer]) -> list[FlagAnswer]:
    """Of these answers, those given to the flags it took the place of: of one rule, about the same, each raised at the
    very check that cleared the one before. What was said of the first day without a log is not lost with the second."""
    same = {name: getattr(flag, name) for name in ("rule", "limb", "placement_id", "carer_id", "agency_id", "shift_id")}
    before = Flag.objects.filter(**same, cleared_at__lte=flag.raised_at).order_by("-cleared_at", "-raised_at")
    began, found = flag.raised_at, []
    for pk, raised_at, cleared_at in before.values_list("pk", "raised_at", "cleared_at"):
        if cleared_at != began:
            break
        found.append(pk)
        began = raised_at
    return list(answers.filter(flag__in=found).select_related("by")) if found else []
