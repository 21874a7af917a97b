"""Who holds a flag about a concern that is about somebody's conduct: the next who may decide about it, and never whom it is
about. That somebody could not even open what they would be told to answer."""

# ruff: noqa: S608 - the queries are put together from constants of this program

from collections.abc import Sequence

from oversight.rulebook.sql import listed

HOLDER = "Whoever may decide about a concern about somebody’s conduct holds its flag, and never whom it is about."

# A person's whole name in what was typed, the surname last or first: as core/names.py has it.
_WORDS = r"regexp_replace(regexp_replace(lower(u.name), '^\W+|\W+$', '', 'g'), '\W+', '\\W*', 'g')"
_TURNED = r"regexp_replace(lower(u.name), '^\W*(.*?)\W+(\w+)\W*$', '\2 \1')"
_TURNED = _WORDS.replace("lower(u.name)", _TURNED)
NAMED = rf"(u.name ~ '\w' AND s.named ~* ('\y(' || {_WORDS} || '|' || {_TURNED} || ')\y'))"


def decider(concerns: str, *, above: Sequence[str], free: str = "true") -> str:
    """Who decides about what a row `owed` is about, with its child `kid` and their `team`, the nearest first: those who may,
    and never whom any of its concerns (an array) is about. A director may not, and holds none of it unless nobody else is
    left; after them only those who can fill the posts, of any council. Limbs `above` the team's manager begin with the head of the service."""
    nearest = f"limb NOT IN ({listed(above)})" if above else "true"
    return f"""(
    SELECT u.id FROM core_user u
    CROSS JOIN LATERAL (SELECT CASE
        WHEN u.role = 'team_manager' AND u.team_id = kid.team_id AND {nearest} THEN 1
        WHEN u.role = 'head_of_service' AND u.team_id IN (kid.team_id, team.part_of_id) THEN 2
        WHEN u.role = 'safeguarding_lead' THEN 3 WHEN u.role = 'dcs' THEN 4 WHEN u.role = 'head_of_service' THEN 5
        WHEN u.role = 'team_manager' THEN 6 WHEN u.role = 'director' THEN 7
        WHEN u.role = 'system_administrator' AND u.authority_id = owed.authority_id THEN 8
        WHEN u.role = 'system_administrator' THEN 9 END AS turn) AS its
    WHERE u.is_active AND (u.authority_id = owed.authority_id OR its.turn = 9) AND its.turn IS NOT NULL AND {free}
      AND NOT EXISTS (
          SELECT FROM governance_conductsubject s LEFT JOIN staffing_carer own ON own.id = s.carer_id
          WHERE s.concern_id = ANY({concerns}) AND (s.account_id = u.id OR own.account_id = u.id OR {NAMED}))
    ORDER BY its.turn, u.id LIMIT 1)"""


def held(rows: str, *, above: Sequence[str] = ()) -> str:
    """Rows that say with `concerns` which they are about, each with its `holder_id`: nobody, and so the role's next up, where
    none of them is about anybody's conduct."""
    return f"""
        SELECT owed.*, CASE WHEN EXISTS (
            SELECT FROM governance_conductsubject s WHERE s.concern_id = ANY(owed.concerns)
        ) THEN {decider("owed.concerns", above=above)} END AS holder_id
        FROM ({rows}) AS owed
        JOIN children_child kid ON kid.id = owed.child_id
        LEFT JOIN core_team team ON team.id = kid.team_id"""
