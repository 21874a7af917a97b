"""Who holds a flag: the person whose duty it is or, where that post is empty, the next person up. Never nobody.

Only people who still have an account, of the child's own council, are found; in the end a system administrator, who
sees no case but can fill the posts. Found for all flags of a rule at once.
"""

from collections.abc import Mapping

from core.access import Role

# What each is called in the query below, in order of going up.
UP = (
    "worker",
    "manager",
    "head",
    "director",
    "dcs",
    "safeguarding",
    "any_head",
    "any_manager",
    "administrator",
    "last_resort",
)

CHAINS: Mapping[str, tuple[str, ...]] = {
    Role.SOCIAL_WORKER: UP,
    Role.TEAM_MANAGER: UP[1:],
    Role.HEAD_OF_SERVICE: UP[2:],
    Role.DIRECTOR: UP[3:],
    Role.DCS: ("dcs", "director", *UP[5:]),
    Role.COMMISSIONER: ("commissioner", "any_commissioner", *UP[2:]),
    Role.LEGAL: ("lawyer", "any_lawyer", *UP[2:]),
    Role.SAFEGUARDING_LEAD: ("safeguarding", "director", "dcs", *UP[6:]),
    Role.LADO: ("lado", "safeguarding", "dcs", "director", "any_head"),  # and never whoever it is about
}

IN_WORDS = {
    "worker": "the social worker allocated to the child",
    "manager": "the manager of the child’s team",
    "head": "the head of the service that team is part of",
    "director": "a director",
    "dcs": "the director of children’s services",
    "safeguarding": "the safeguarding lead",
    "lado": "the LADO who handles the referral, or another of the authority, who is not the person it is about",
    "commissioner": "the commissioner allocated to the child",
    "any_commissioner": "any commissioner of the authority",
    "lawyer": "the legal adviser allocated to the child",
    "any_lawyer": "any legal adviser of the authority",
    "any_head": "any head of service of the authority",
    "any_manager": "any team manager of the authority",
    "administrator": "a system administrator of the authority",
    "last_resort": "any system administrator",
}

TABLES = """
team_person AS MATERIALIZED (
    SELECT u.team_id, u.authority_id,
           min(u.id) FILTER (WHERE u.role = 'team_manager') AS manager,
           min(u.id) FILTER (WHERE u.role = 'head_of_service') AS head
    FROM core_user u WHERE u.is_active AND u.team_id IS NOT NULL GROUP BY u.team_id, u.authority_id
), authority_person AS MATERIALIZED (
    SELECT u.authority_id,
           min(u.id) FILTER (WHERE u.role = 'director') AS director,
           min(u.id) FILTER (WHERE u.role = 'dcs') AS dcs,
           min(u.id) FILTER (WHERE u.role = 'safeguarding_lead') AS safeguarding,
           min(u.id) FILTER (WHERE u.role = 'lado') AS lado,
           min(u.id) FILTER (WHERE u.role = 'commissioner') AS any_commissioner,
           min(u.id) FILTER (WHERE u.role = 'legal') AS any_lawyer,
           min(u.id) FILTER (WHERE u.role = 'head_of_service') AS any_head,
           min(u.id) FILTER (WHERE u.role = 'team_manager') AS any_manager,
           min(u.id) FILTER (WHERE u.role = 'system_administrator') AS administrator
    FROM core_user u WHERE u.is_active AND u.authority_id IS NOT NULL GROUP BY u.authority_id
)"""

# For each row of `breach` (child_id, authority_id).
JOINS = """
JOIN children_child c ON c.id = breach.child_id
LEFT JOIN core_team team ON team.id = c.team_id
LEFT JOIN team_person own ON own.team_id = c.team_id AND own.authority_id = breach.authority_id
LEFT JOIN team_person above ON above.team_id = team.part_of_id AND above.authority_id = breach.authority_id
LEFT JOIN authority_person person ON person.authority_id = breach.authority_id
LEFT JOIN LATERAL (
    SELECT u.id FROM children_allocation a JOIN core_user u ON u.id = a.worker_id
    WHERE a.child_id = breach.child_id AND a.part = 'social_worker' AND u.is_active
      AND u.authority_id = breach.authority_id
      AND a.started_on <= %(today)s AND (a.ended_on IS NULL OR a.ended_on > %(today)s)
    LIMIT 1
) AS allocated ON true
LEFT JOIN LATERAL (
    SELECT min(u.id) FILTER (WHERE a.part = 'commissioner') AS commissioner,
           min(u.id) FILTER (WHERE a.part = 'legal') AS lawyer
    FROM children_allocation a JOIN core_user u ON u.id = a.worker_id
    WHERE a.child_id = breach.child_id AND a.part IN ('commissioner', 'legal') AND u.is_active
      AND u.authority_id = breach.authority_id
      AND a.started_on <= %(today)s AND (a.ended_on IS NULL OR a.ended_on > %(today)s)
) AS beside ON true"""

_COLUMNS = {
    "worker": "allocated.id",
    "manager": "own.manager",
    "head": "coalesce(above.head, own.head)",
    "director": "person.director",
    "dcs": "person.dcs",
    "safeguarding": "person.safeguarding",
    "lado": "person.lado",
    "commissioner": "beside.commissioner",
    "any_commissioner": "person.any_commissioner",
    "lawyer": "beside.lawyer",
    "any_lawyer": "person.any_lawyer",
    "any_head": "person.any_head",
    "any_manager": "person.any_manager",
    "administrator": "person.administrator",
    "last_resort": "(SELECT min(u.id) FROM core_user u WHERE u.is_active AND u.role = 'system_administrator')",
}


def owner(role: str) -> str:
    """The SQL expression for the owner of a flag that is this role's duty."""
    return f"coalesce({', '.join(_COLUMNS[step] for step in CHAINS[role])})"
