"""The writes people make here: answering a flag, and setting a local standard. Nobody can dismiss a flag."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from core import clock
from core.access import Permission, Role
from core.actions import action, because
from core.dates import in_words
from core.errors import Invalid
from core.models import LocalStandard, User
from core.reasons import gate_reason
from core.working_days import add_working_days
from oversight import standards
from oversight.models import Flag, FlagAnswer

LONGEST = 2_000
LONGEST_PLAN = 20  # working days: how far ahead an answer may plan, and how long answers keep a flag off the ladder
URGENT_PLAN = 1  # likewise, where it is urgent: how long answers keep it off
SET_STANDARDS = (Role.DIRECTOR, Role.DCS)


@action
def answer_flag(*, flag: Flag, doing: str, by_when: dt.date, by: User, as_of: dt.datetime) -> FlagAnswer:
    """Say what is being done about a flag, and by when. The flag stands until a record clears it.

    Sent twice, the same answer is kept once. Raises Refused where it says only that it is known, has no alternative or is
    for a short time.
    """
    if not by.can(Permission.ANSWER_FLAGS) or not Flag.for_user(by).filter(pk=flag.pk).exists():
        raise PermissionDenied("this person may not answer this flag")
    flag = Flag.objects.select_for_update(of=("self",)).get(pk=flag.pk)
    doing, today = doing.strip(), clock.local_date(as_of)
    errors = {}
    if flag.cleared_at is not None:
        errors[""] = (
            f"This flag was cleared on {in_words(clock.local_date(flag.cleared_at))}: there is nothing left to answer"
        )
    if not doing:
        errors["doing"] = "Enter what is being done"
    elif len(doing) > LONGEST:
        errors["doing"] = f"What is being done must be {LONGEST} characters or fewer"
    if by_when < today:
        errors["by_when"] = "The date it will be done by must be today or in the future"
    elif by_when > (latest := add_working_days(today, LONGEST_PLAN)):
        errors["by_when"] = f"The date it will be done by must be {in_words(latest)} or earlier"
    if errors:
        raise Invalid(errors)
    gate_reason(doing)
    last = flag.answers.first()
    if last and (last.by_id, last.doing, last.by_when) == (by.pk, doing, by_when):
        return last
    return FlagAnswer.objects.create(flag=flag, by=by, doing=doing, by_when=by_when, answered_at=as_of)


@action
def set_standard(
    *, key: str, value: int, effective_from: dt.date, reason: str, by: User, as_of: dt.datetime
) -> LocalStandard:
    """Set the council's own, stricter interval from a day on. Looser than the default is refused."""
    if by.role not in SET_STANDARDS or not by.is_active or by.authority is None:
        raise PermissionDenied("only a director may set a local standard")
    standard = standards.BY_KEY.get(key)
    if standard is None:
        raise Invalid({"key": "Choose one of the standards in the rulebook"})
    errors = {}
    if not 1 <= value <= standard.default:
        errors["value"] = (
            f"Enter a number of {standard.unit} from 1 to {standard.default}: it may be stricter, never looser"
        )
    if effective_from < clock.local_date(as_of):
        errors["effective_from"] = "A standard takes effect today or later, never in the past"
    if not reason.strip():
        errors["reason"] = "Enter why"
    if errors:
        raise Invalid(errors)
    because(reason.strip())
    return LocalStandard.objects.create(
        authority=by.authority, key=key, value=value, effective_from=effective_from, set_by=by, reason=reason.strip()
    )
