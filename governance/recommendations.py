"""Recommendations of the review, each with the page that answers it.

Printed to docs/recommendations.md. A test holds that each page is there, and that somebody may open it.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver

from core.access import ROLES, Permission, Role


@dataclass(frozen=True)
class Recommendation:
    """A recommendation as the catalogue numbers it, in short, and the page, by the name of its address, that answers it."""

    id: str
    asks: str
    page: str
    shows: str


ALL = (
    Recommendation(
        "R1.1",
        "Quality assurance of each placement, scheduled and regular",
        "dashboards:quality_schedule",
        "Every visit from the day a placement starts, and those more than 7 days overdue",
    ),
    Recommendation(
        "R1.2",
        "Quality assurance with social care, education and health",
        "governance:quality_visit",
        "A visit together is not recorded without somebody named and qualified from each of the three",
    ),
    Recommendation(
        "R1.3",
        "Providers tested against the needs in the care plan",
        "governance:quality_visit",
        "Each need is met, met in part or not met",
    ),
    Recommendation(
        "R1.4",
        "Providers tested against the outcomes in the care plan",
        "governance:quality_visit",
        "Each outcome has its evidence, and the date of it",
    ),
    Recommendation(
        "R1.5",
        "Quality of care tested",
        "governance:quality_visit",
        "Each of the five signs of a closed culture is judged",
    ),
    Recommendation(
        "R1.6",
        "Value for money tested",
        "governance:quality_visit_detail",
        "The weekly cost beside what it buys; staff and hours paid for and delivered",
    ),
    Recommendation(
        "R1.7",
        "A framework for crisis packages: safeguarding",
        "governance:crisis",
        "Each step of the crisis clock, from 48 hours on, signed at a rank that rises: the part about safeguarding",
    ),
    Recommendation(
        "R1.8",
        "A framework for crisis packages: care",
        "governance:crisis",
        "Each step of the crisis clock, from 48 hours on, signed at a rank that rises: the part about care",
    ),
    Recommendation(
        "R1.9",
        "A framework for crisis packages: education",
        "governance:crisis",
        "Each step of the crisis clock, from 48 hours on, signed at a rank that rises: the part about education",
    ),
    Recommendation(
        "R1.10",
        "A framework for crisis packages: health",
        "governance:crisis",
        "Each step of the crisis clock, from 48 hours on, signed at a rank that rises: the part about health",
    ),
    Recommendation(
        "R1.11",
        "The framework covers unregistered settings",
        "governance:register",
        "A home recorded as not registered is visited more often, authorised anew and on the register",
    ),
    Recommendation(
        "R1.12",
        "Commissioners trained in children’s social care",
        "governance:role_training",
        "Each commissioner’s and partner’s training, every year",
    ),
    Recommendation(
        "R1.13",
        "Commissioners know what partners do",
        "governance:role_training",
        "Each commissioner’s and partner’s training, every year",
    ),
    Recommendation(
        "R1.14",
        "Clear, auditable records",
        "dashboards:child",
        "Everything on the child’s file in order, with who wrote it and when",
    ),
    Recommendation(
        "R1.15",
        "Decisions on the child’s own record",
        "children:decisions",
        "What was decided about the child, why, and by whom",
    ),
    Recommendation(
        "R1.16",
        "More professions in planning",
        "governance:plans",
        "Who was consulted in planning, and who was not",
    ),
    Recommendation(
        "R1.17",
        "More professions in commissioning",
        "governance:commissioning",
        "What health and education said before money was agreed, or why they were not asked",
    ),
    Recommendation(
        "R1.18",
        "More professions in quality assurance",
        "governance:quality_visit",
        "A visit together is not recorded without somebody named and qualified from each of the three",
    ),
    Recommendation(
        "R2.1",
        "The executive knows every child in an unregistered setting",
        "governance:register",
        "The register beside the placements: who is missing, and who no longer belongs",
    ),
    Recommendation(
        "R2.2",
        "The executive has oversight of them",
        "governance:register",
        "A minute a month about each child",
    ),
    Recommendation(
        "R2.3",
        "The executive assures governance and accountability",
        "dashboards:assurance",
        "Figures of what is to be none, each with its list",
    ),
    Recommendation(
        "R2.4",
        "Somebody is named for day-to-day planning",
        "children:leads",
        "Who leads day to day, at every moment",
    ),
    Recommendation(
        "R2.5",
        "Somebody is named for long-term planning",
        "children:leads",
        "Who leads in the long term, at every moment",
    ),
    Recommendation(
        "R2.6",
        "It is clear who decides",
        "children:decision_rights",
        "Which decision belongs to whom; nobody else may take it",
    ),
    Recommendation(
        "R2.7",
        "Meetings and panels have terms of reference",
        "governance:meetings",
        "Each meeting and panel, which cannot exist without terms of reference",
    ),
    Recommendation(
        "R2.8",
        "Actions are specific, owned and dated",
        "governance:action",
        "Whose, by when, and how it is known to be done; all three, or it is not saved",
    ),
    Recommendation(
        "R2.9",
        "Effective record keeping",
        "governance:series",
        "Each meeting’s minutes, and when they were sent",
    ),
    Recommendation(
        "R2.10",
        "Meetings and panels are reviewed",
        "governance:series",
        "When the terms of reference were last reviewed; actions closed, and put off",
    ),
    Recommendation(
        "R8.4",
        "The officer’s external escalation is reviewed and monitored",
        "escalations:dispute_report",
        "Disputes and referrals to Cafcass by quarter, and whether they were answered and over in time",
    ),
    Recommendation(
        "R9.1",
        "The partnership challenges agencies on how they respond to escalation",
        "escalations:openness",
        "By quarter: raised, answered in time, by whom closed, and by the agency that raised it",
    ),
    Recommendation(
        "R9.2",
        "The openness of senior leaders is measured",
        "escalations:openness",
        "Each director’s answers in time, and closings by whom it was about: none",
    ),
    Recommendation(
        "R9.3",
        "Staff take part in reviewing the escalation policy",
        "escalations:consultations",
        "Which version, who was asked, what they said and what changed",
    ),
    Recommendation(
        "R9.4",
        "Escalation and whistleblowing are distinct",
        "escalations:speaking_up",
        "The two routes side by side, each with its own form: who sees it, who answers and by when",
    ),
    Recommendation(
        "R9.5",
        "Professionals can seek scrutiny from outside",
        "escalations:outside_scrutiny",
        "For every role, from the foot of every page, straight to the partnership’s scrutineer",
    ),
    Recommendation(
        "R10.1",
        "Awareness of the LADO raised",
        "governance:concern",
        "On each concern: would the LADO want to know?",
    ),
    Recommendation(
        "R10.2",
        "All partners know their duty to refer",
        "lado:mine",
        "Whoever they are and whoever they work for: when to refer, the button, and their own receipts",
    ),
    Recommendation(
        "R10.3",
        "Harm by abuse, and the risk of it, are referred",
        "lado:refer",
        "The criteria, each with examples; one is enough",
    ),
    Recommendation(
        "R10.4",
        "Professional neglect is referred",
        "lado:refer",
        "A criterion of its own: asleep on a waking night",
    ),
)

PATH = "docs/recommendations.md"


def document() -> str:
    """The table, for a reader who does not program."""
    lines = [
        "# The review’s recommendations, and where each is answered",
        "",
        "Printed by `manage.py documents`; `make check` compares it. Do not edit it here: the table is in",
        "`governance/recommendations.py`.",
        "",
        "| | Asks for | Answered at | What is shown there | Who may open it |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {r.id} | {r.asks} | {_address(r.page)} | {r.shows} | {_who(r.page)} |" for r in ALL]
    return "\n".join([*lines, ""])


def _pattern(page: str) -> Any:
    namespace, _, name = page.partition(":")
    _, resolver = get_resolver().namespace_dict[namespace]
    return next(pattern for pattern in resolver.url_patterns if getattr(pattern, "name", None) == name)


def _address(page: str) -> str:
    return f"`/{_pattern(page).pattern}`"


def _who(page: str) -> str:
    needed = _pattern(page).callback.access
    if not isinstance(needed, Permission):
        return "Everybody who signs in"
    return ", ".join(str(role.label) for role in Role if needed in ROLES[role].may)
