"""What a cleared flag says of how it was cleared, and of the flag whose place another took."""

import datetime as dt

from django.db.models import QuerySet

from oversight.models import Flag, FlagAnswer
from oversight.rulebook import logs
from placements.models import DailyLog


def by_age_alone(flag: Flag) -> bool:
    """Whether days without a log left the 28 that are looked at with no log ever written of them."""
    if flag.rule not in logs.CODES or flag.cleared_at is None or flag.clock_started_at is None:
        return False
    began = flag.clock_started_at
    written = DailyLog.objects.filter(placement=flag.placement_id, occurred_at__lte=flag.cleared_at)
    after = written.filter(covers_until__gt=began).order_by("covers_from").values_list("covers_from", flat=True).first()
    if after is None or after - began < logs.A_DAY:
        return False
    return flag.cleared_at - after >= dt.timedelta(days=logs.LOOKS_BACK_DAYS)


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
