"""Which rules can say anything of some placements: a recheck after a write asks those and passes the others by.

A trait may be too wide and is never too narrow: a test holds that rechecks of every placement leave what a sweep leaves.
A rule that has a flag standing there is always asked, so that it can clear it.
"""

# ruff: noqa: S608 - the query is put together from constants of this program; every value is a parameter

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection

from core import clock
from oversight.rulebook import Rule, Trait
from oversight.rulebook.sql import covers_today

OF_CHILD = ("referralprofile", "searchentry", "longtermplan", "contingency", "courttask")
OF_PLACEMENT = ("placementagreement", "funding", "noticereceived")
PLANNED = " OR ".join(
    [
        *(f"EXISTS (SELECT FROM governance_{table} g WHERE g.child_id = p.child_id)" for table in OF_CHILD),
        *(
            f"""EXISTS (SELECT FROM governance_{table} g JOIN placements_placement q ON q.id = g.placement_id
                        WHERE q.child_id = p.child_id)"""
            for table in OF_PLACEMENT
        ),
    ]
)
QUERY = f"""
    WITH placement AS MATERIALIZED (
        SELECT p.id, coalesce(setting.status = 'registered', false) AS registered,
               coalesce(setting.status = 'not_registered', false) OR EXISTS (
                   SELECT FROM placements_dolorder o WHERE o.child_id = p.child_id
                   AND o.starts_on <= %(today)s AND o.expires_on >= %(today)s
                   AND (o.discharged_on IS NULL OR o.discharged_on > %(today)s)) AS high_risk,
               EXISTS (SELECT FROM staffing_shift s WHERE s.placement_id = p.id
                       AND s.starts_at > %(as_of)s - interval '29 days' AND s.starts_at < %(as_of)s + interval '29 days')
               OR EXISTS (SELECT FROM staffing_agencyagreement g WHERE g.placement_id = p.id)
               OR EXISTS (SELECT FROM staffing_rotarequest r JOIN placements_placement q ON q.id = r.placement_id
                          WHERE q.child_id = p.child_id) AS staffed,
               {PLANNED}
               AS planned,
               EXISTS (SELECT FROM governance_meetingseries m WHERE m.child_id = p.child_id)
               OR EXISTS (SELECT FROM governance_discussed d WHERE d.child_id = p.child_id)
               OR EXISTS (SELECT FROM governance_action x WHERE x.child_id = p.child_id) AS met,
               EXISTS (SELECT FROM governance_concern n WHERE n.child_id = p.child_id)
               OR EXISTS (SELECT FROM governance_strategydiscussion d WHERE d.child_id = p.child_id)
               OR EXISTS (SELECT FROM governance_seriousharmnotice h WHERE h.child_id = p.child_id) AS protected
        FROM placements_placement p
        LEFT JOIN placements_registration setting ON setting.home_id = p.home_id AND {covers_today("setting")}
        WHERE p.id = ANY(%(placements)s)
    )
    -- in the order of Trait
    SELECT bool_or(registered), bool_or(NOT registered), bool_or(high_risk), bool_or(staffed),
           bool_or(high_risk OR staffed), bool_or(high_risk OR planned), bool_or(met),
           bool_or(protected),
           (SELECT array_agg(DISTINCT rule) FROM oversight_flag
            WHERE cleared_at IS NULL AND placement_id = ANY(%(placements)s))
    FROM placement"""


def asked_of(rules: Iterable[Rule], placements: Sequence[int], *, as_of: dt.datetime) -> list[Rule]:
    """The rules that can have a clock at any of these placements, or have a flag standing there."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY, {"as_of": as_of, "today": clock.local_date(as_of), "placements": list(placements)})
        *found, standing = cursor.fetchone()
    traits = {trait for trait, there in zip(Trait, found, strict=True) if there}
    return [rule for rule in rules if traits.issuperset(rule.only) or rule.code in (standing or ())]
