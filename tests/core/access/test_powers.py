"""The table of rights itself: each role's powers, and those that must stay apart."""

import pytest
from django.db import IntegrityError

from core.access import PROVIDER_ROLES, ROLES, Permission, Role, Scope

P = Permission
# What may be done about a carer without reaching a child: the LADO's work.
OVER_CARERS = {
    P.SEE_CARERS,
    P.SEE_CHECKS,
    P.STAND_DOWN,
    P.SEE_STAND_DOWN_REASONS,
    P.LIFT_STAND_DOWN,
    P.HOLD_STAND_DOWN,
    P.SEE_CONDUCT,
    P.DECIDE_CONDUCT,
    P.HANDLE_ALLEGATIONS,
}
SPEAK_UP = {P.REFER_TO_LADO, P.ESCALATE, P.BLOW_WHISTLE}  # nobody needs leave for it


def holders(permission) -> set[str]:
    return {role for role in Role if permission in ROLES[role].may}


def test_every_role_has_its_rights_and_every_right_a_role():
    assert set(ROLES) == set(Role)
    held = set().union(*(rights.may for rights in ROLES.values()))
    assert held == set(Permission)


@pytest.mark.parametrize("role", [role for role in Role if ROLES[role].scope == Scope.NONE])
def test_a_role_with_no_reach_has_no_power_over_a_child(role):
    figures = {P.SEE_REGISTER, P.SEE_QUALITY, P.SEE_OPENNESS}  # initials and references, and no name
    scrutiny = {P.ANSWER_ESCALATIONS, P.HANDLE_WHISTLEBLOWING, P.KEEP_POLICY}
    theirs = {
        Role.LADO: OVER_CARERS | {P.ATTEND_MEETINGS, P.HANDLE_WHISTLEBLOWING},
        Role.SCRUTINEER: figures | scrutiny,
        Role.SYSTEM_ADMINISTRATOR: {P.MANAGE_ACCOUNTS, P.ANSWER_ESCALATIONS},
    }
    assert ROLES[role].may <= theirs[role] | SPEAK_UP


def test_whoever_runs_the_accounts_reaches_no_case_and_no_carer():
    last_resort = {P.ANSWER_ESCALATIONS}  # of what would be nobody's
    assert ROLES[Role.SYSTEM_ADMINISTRATOR].may == SPEAK_UP | last_resort | {P.MANAGE_ACCOUNTS}
    assert holders(P.MANAGE_ACCOUNTS) == {Role.SYSTEM_ADMINISTRATOR}


def test_only_the_director_of_childrens_services_authorises_an_unregistered_placement():
    assert holders(P.AUTHORISE_UNREGISTERED) == {Role.DCS}


def test_commissioning_takes_no_care_decision():
    """It may draft a rota, and record carers and what agencies sign. Who works, how many and who is kept away from
    children is for the social worker's line, the placement manager and safeguarding."""
    assert not ROLES[Role.COMMISSIONER].may & {
        P.RECORD_DECISION,
        P.MANAGE_PLACEMENTS,
        P.ALLOCATE,
        P.AUTHORISE_UNREGISTERED,
        P.APPOINT_MANAGER,
        P.RECORD_VISIT,
        P.PUBLISH_ROTA,
        P.SET_STAFFING,
        P.WAIVE_CHECKS,
        P.RECORD_SHIFT,
        P.REVIEW_SHIFT,
        P.SEE_CHECKS,
        P.STAND_DOWN,
        P.LIFT_STAND_DOWN,
        P.HOLD_STAND_DOWN,
        P.SEE_STAND_DOWN_REASONS,
    }


def test_whoever_sees_a_child_may_raise_a_concern_and_managers_alone_decide_about_it():
    assert holders(P.RAISE_CONCERN) == holders(P.SEE_CHILDREN)
    assert holders(P.TRIAGE_CONCERNS) == {Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.SAFEGUARDING_LEAD}
    assert holders(P.SEE_CONDUCT) == holders(P.TRIAGE_CONCERNS) | {Role.LADO, Role.DCS}


def test_anybody_refers_and_speaks_up_and_few_decide_that_nobody_is_referred():
    assert all(holders(permission) == set(Role) for permission in SPEAK_UP)
    assert holders(P.DECIDE_CONDUCT) == holders(P.SEE_CONDUCT)
    assert holders(P.HANDLE_ALLEGATIONS) == {Role.LADO}


def test_checks_are_waived_by_named_managers_of_the_council_alone():
    assert holders(P.WAIVE_CHECKS) == {Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.DCS}


def test_only_safeguarding_holds_a_stand_down():
    assert holders(P.HOLD_STAND_DOWN) == {Role.LADO, Role.SAFEGUARDING_LEAD}


def test_whoever_may_lift_a_stand_down_is_of_one_of_the_three_seats():
    assert holders(P.LIFT_STAND_DOWN) == {
        Role.LADO,
        Role.SAFEGUARDING_LEAD,
        Role.SOCIAL_WORKER,
        Role.TEAM_MANAGER,
        Role.PROVIDER_MANAGER,
        Role.HEAD_OF_SERVICE,  # in the placement manager's stead
    }
    assert P.SEE_STAND_DOWN_REASONS not in ROLES[Role.PROVIDER_MANAGER].may


def test_whoever_publishes_a_rota_answers_for_the_child_or_manages_the_placement():
    line = {Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE}
    assert holders(P.PUBLISH_ROTA) == line | {Role.PROVIDER_MANAGER}
    assert holders(P.SET_STAFFING) == line
    assert holders(P.REVIEW_SHIFT) == line | {Role.SAFEGUARDING_LEAD}  # never the provider whose shift it was


def test_a_provider_decides_nothing_that_is_the_councils():
    """It records no registration of its own home, signs no agreement with itself, sets no number of its own staff."""
    of_the_shift = {
        P.SEE_CHILDREN, P.SEE_ROTA, P.SEE_CARERS, P.WRITE_LOG, P.RECORD_SHIFT, P.STAND_DOWN, P.RECORD_WISH,
    }  # fmt: skip
    of_the_shift |= {P.RAISE_CONCERN, P.REPORT_SENIOR_CONTACT, P.ASK_FOR_STRATEGY} | SPEAK_UP
    of_the_manager = {
        P.SEE_FLAGS, P.SEE_CHECKS, P.MANAGE_CARERS, P.PROPOSE_ROTA, P.PUBLISH_ROTA, P.LIFT_STAND_DOWN,
        P.SEE_AGREEMENT, P.ATTEND_MEETINGS,
        P.TAKE_DECISION,  # of a placement whose manager they are
    }  # fmt: skip
    assert set(PROVIDER_ROLES) == {Role.PROVIDER_MANAGER, Role.SHIFT_LEADER}
    assert ROLES[Role.SHIFT_LEADER].may == of_the_shift
    assert ROLES[Role.PROVIDER_MANAGER].may == of_the_shift | of_the_manager


def test_meetings_are_run_by_the_council_and_attended_by_whoever_is_asked():
    """Never by a provider, a partner or an advocate, who belong to them; and not by those who reach no case."""
    outside = {Role.LADO, Role.LEGAL, Role.PROVIDER_MANAGER, Role.PARTNER, Role.ADVOCATE}
    assert holders(P.ATTEND_MEETINGS) == holders(P.RUN_MEETINGS) | outside
    assert not holders(P.RUN_MEETINGS) & outside
    assert not holders(P.ATTEND_MEETINGS) & {Role.SHIFT_LEADER, Role.SCRUTINEER, Role.SYSTEM_ADMINISTRATOR}


def test_whoever_works_with_a_child_asks_for_a_strategy_discussion_and_the_line_alone_records_one():
    records = {Role.SOCIAL_WORKER, Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.SAFEGUARDING_LEAD}
    assert holders(P.RECORD_PROTECTION) == records
    assert holders(P.SEE_PROTECTION) == records | {Role.IRO, Role.DCS}
    outside = {Role.PROVIDER_MANAGER, Role.SHIFT_LEADER, Role.PARTNER, Role.ADVOCATE}
    assert holders(P.ASK_FOR_STRATEGY) == records | {Role.IRO} | outside


def test_nobody_of_line_management_reads_a_protected_report_or_opens_the_officers_dispute():
    assert holders(P.BLOW_WHISTLE) == holders(P.ESCALATE) == set(Role)
    assert holders(P.HANDLE_WHISTLEBLOWING) == {Role.SCRUTINEER, Role.LADO}
    assert holders(P.RAISE_DISPUTE) == {Role.IRO}
    assert holders(P.ANSWER_DISPUTE) == {Role.TEAM_MANAGER, Role.HEAD_OF_SERVICE, Role.DIRECTOR, Role.DCS}


def test_nobody_can_be_made_a_superuser(cast):
    cast.amy.is_superuser = True
    with pytest.raises(IntegrityError):
        cast.amy.save()
