"""May this be done about a protected report, by this person? And by when its reader owes a word."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from core import clock
from core.errors import Conflict
from core.models import Authority, User
from core.working_days import add_working_days
from escalations.models import WhistleReport
from oversight import standards

# Anybody may go to these, whatever has or has not been reported here. Names only: each says on its own pages how.
OUTSIDE = (
    ("Ofsted", "for wrongdoing in children’s social care, and in homes that are or should be registered"),
    ("The Children’s Commissioner for England", "for children’s rights and welfare"),
    ("The Care Quality Commission", "for health and care services"),
    ("The Health and Safety Executive", "for danger at work"),
    ("The Information Commissioner", "for how personal information is kept"),
    ("The external auditor of the council", "for how public money is spent"),
    ("The police", "for a crime, and at once where a child is in danger"),
    ("Protect, the whistleblowing charity", "for free and confidential advice"),
    ("A trade union, or a lawyer", "for advice about your own position"),
)


def may_read(by: User, report: WhistleReport) -> None:
    """Raise PermissionDenied unless `by` is the reader of this report."""
    if not WhistleReport.objects.to_read(by).filter(pk=report.pk).exists():
        raise PermissionDenied("this report is another’s to read")


def made_it(by: User, report: WhistleReport) -> None:
    if not WhistleReport.objects.made_by(by).filter(pk=report.pk).exists():
        raise PermissionDenied("this report is another’s")


def still_open(report: WhistleReport) -> None:
    if not report.is_open:
        raise Conflict("This report is closed. Whoever made it can open it again by adding to it.")


def acknowledge_by(authority: Authority, as_of: dt.datetime) -> dt.date:
    today = clock.local_date(as_of)
    return add_working_days(today, standards.value(authority, standards.WHISTLE_ACKNOWLEDGED, on=today))
