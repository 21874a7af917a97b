"""Who holds a flag about concerns of which one is about somebody's conduct, a second time, in plain Python.

It shares no line with `oversight/rulebook/conduct.py`.
"""

import re

from core.models import User
from governance.models import ConductSubject
from staffing.models import Carer


def says(text, name):
    """Whether the words of a name stand in a text, one after another; the last of them may come first."""
    words, said = (re.findall(r"[^\W_]+", each.lower()) for each in (name, text))
    orders = [words, words[-1:] + words[:-1]]
    return bool(words) and any(
        said[at : at + len(words)] == order for order in orders for at in range(len(said) - len(words) + 1)
    )


def is_about(concerns):
    """The accounts of those these concerns are about, or None where none is about anybody's conduct."""
    subjects = list(ConductSubject.objects.filter(concern__in=concerns))
    if not subjects:
        return None
    accounts = {subject.account_id for subject in subjects}
    accounts |= set(Carer.objects.filter(pk__in=[s.carer_id for s in subjects]).values_list("account", flat=True))
    return accounts | {user.pk for user in User.objects.all() if any(says(s.named, user.name) for s in subjects)}


def holder(child, concerns, above):
    """The nearest who may decide about them, or None where it is simply the role's. `above`: not for the team's manager."""
    about = is_about(concerns)
    if about is None:
        return None
    free = [u for u in User.objects.filter(is_active=True).order_by("pk") if u.pk not in about]
    ours = [u for u in free if u.authority_id == child.authority_id]
    service = child.team.part_of_id if child.team else None
    line = [] if above else [u for u in ours if u.role == "team_manager" and u.team_id == child.team_id]
    line += [u for u in ours if u.role == "head_of_service" and u.team_id in (child.team_id, service) and u.team_id]
    rest = ("safeguarding_lead", "dcs", "head_of_service", "team_manager", "director", "system_administrator")
    line += [u for role in rest for u in ours if u.role == role]
    return [*line, *(u for u in free if u.role == "system_administrator")][0]
