"""Every address of the product, what the number in it is the number of, and who of North and of South asks."""

import re

from django.urls import URLPattern, get_resolver, reverse

from core.access import PROVIDER_ROLES, ROLES, Role, Scope
from placements.models import ProviderPost
from tests.core.access.world import LONG_AGO


def patterns(resolver, names=()):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join([*names, pattern.name or ""]), pattern
        else:
            yield from patterns(pattern, [*names, pattern.namespace] if pattern.namespace else names)


PAGES = dict(patterns(get_resolver()))
PLAIN = [name for name, pattern in PAGES.items() if not pattern.pattern.converters]
PUBLIC_PAGES = {
    "healthz",
    "readyz",
    "core:sign_in",
    "core:sign_out",
    "core:signed_out",
    "core:forgotten",
    "core:choose_password",
    "core:hidden",
    "core:accessibility",
}


def address(name, value="1"):
    return reverse(name, kwargs=dict.fromkeys(PAGES[name].pattern.converters, value))


NORTHS = {
    Role.SOCIAL_WORKER: "amy",
    Role.TEAM_MANAGER: "tom",
    Role.HEAD_OF_SERVICE: "hana",
    Role.COMMISSIONER: "carl",
    Role.IRO: "ines",
    Role.LADO: "lee",
    Role.SAFEGUARDING_LEAD: "sal",
    Role.DIRECTOR: "dee",
    Role.DCS: "dora",
    Role.LEGAL: "lola",
    Role.PROVIDER_MANAGER: "paul",
    Role.SHIFT_LEADER: "priya",
    Role.PARTNER: "greta",
    Role.ADVOCATE: "ava",
    Role.SCRUTINEER: "nina",
    Role.SYSTEM_ADMINISTRATOR: "sam",
}

# What the number in each address is the number of. A new page is added here, or the test below says so.
ABOUT = {
    "core:account_detail": "account",
    "core:change_account": "account",
    "core:deactivate": "account",
    "core:reactivate": "account",
    "core:reset": "account",
    "placements:provider_posts": "provider's person",
    "placements:end_provider_post": "provider's person",
    "children:end_allocation": "allocation",
    "placements:move": "placement",
    "placements:end": "placement",
    "placements:call_off": "placement",
    "placements:take_on": "placement",
    "placements:correct": "placement",
    "placements:where": "placement",
    "placements:appoint_manager": "placement",
    "placements:absences": "placement",
    "placements:authorise": "placement",
    "placements:visit": "placement",
    "placements:log": "placement",
    "dashboards:placement": "placement",
    "placements:end_manager": "manager",
    "placements:withdraw_manager": "manager",
    "placements:record_absence": "manager",
    "placements:notify_absence": "absence",
    "placements:end_absence": "absence",
    "placements:notify_return": "absence",
    "placements:call_off_absence": "absence",
    "placements:discharge_order": "order",
    "placements:home": "home",
    "placements:describe_home": "home",
    "placements:registration": "home",
    "placements:visit_detail": "visit",
    "placements:add_to_visit": "visit",
    "placements:withdraw_visit": "visit",
    "placements:log_detail": "log",
    "placements:add_to_log": "log",
    "placements:withdraw_log": "log",
    "oversight:flag": "flag",
    "exchange:import": "import",
    "exchange:problems": "import",
    "exchange:mend": "row",
    "exchange:set_aside": "row",
    "placements:keys": "placement",
    "placements:issue_key": "placement",
    "placements:revoke_key": "key",
    "staffing:agreements": "placement",
    "staffing:ask_off_rota": "placement",
    "staffing:bring_in_agency": "placement",
    "staffing:continuity": "placement",
    "staffing:plan_replacement": "placement",
    "staffing:record_reflective_session": "placement",
    "staffing:record_staff_type": "placement",
    "staffing:review_shifts": "placement",
    "staffing:rota": "placement",
    "staffing:rota_add": "placement",
    "staffing:rota_copied": "placement",
    "staffing:rota_copy": "placement",
    "staffing:rota_publish": "placement",
    "staffing:rota_put": "placement",
    "staffing:set_staffing": "placement",
    "staffing:staffing_plan": "placement",
    "staffing:unplanned_shift": "placement",
    "staffing:sign_agreement": "agreement",
    "staffing:end_agreement": "agreement",
    "staffing:carer": "carer",
    "staffing:describe_carer": "carer",
    "staffing:engage": "carer",
    "staffing:link_account": "carer",
    "staffing:name_supervisor": "carer",
    "staffing:record_check": "carer",
    "staffing:record_supervision": "carer",
    "staffing:record_training": "carer",
    "staffing:stand_down_carer": "carer",
    "staffing:waive": "carer",
    "staffing:end_engagement": "engagement",
    "staffing:withdraw_check": "check",
    "staffing:sign_training": "training",
    "staffing:end_supervisor": "supervisor",
    "staffing:evidence": "evidence",
    "staffing:ask_swap": "shift",
    "staffing:awake": "shift",
    "staffing:hand_over": "shift",
    "staffing:log_cause": "shift",
    "staffing:rota_assign": "shift",
    "staffing:rota_cancel": "shift",
    "staffing:rota_leader": "shift",
    "staffing:rota_times": "shift",
    "staffing:shift": "shift",
    "staffing:sign_on": "shift",
    "staffing:visitor": "shift",
    "staffing:worked": "shift",
    "staffing:rota_take_off": "assignment",
    "staffing:move": "presence",
    "staffing:put_right": "presence",
    "staffing:sign_off": "presence",
    "staffing:swap": "swap",
    "staffing:decide_swap": "swap",
    "staffing:rota_request": "rota request",
    "staffing:confirm_off_rota": "rota request",
    "staffing:withdraw_request": "rota request",
    "staffing:off_rota": "placement",
    "staffing:stand_down": "stand-down",
    "staffing:hold": "stand-down",
    "staffing:release": "stand-down",
    "staffing:propose_lift": "stand-down",
    "staffing:approve_lift": "lift",
    "staffing:withdraw_lift": "lift",
    "governance:agreement": "placement",
    "governance:sign_placement_agreement": "placement",
    "governance:record_funding": "placement",
    "governance:stop_funding": "block of funding",
    "governance:crisis": "placement",
    "governance:sign_crisis_check": "placement",
    "governance:record_notice": "placement",
    "governance:answer_notice": "notice",
    "governance:answer_search": "search",
    "governance:say_of_plan": "long-term plan",
    "governance:end_long_term_plan": "long-term plan",
    "governance:add_milestone": "long-term plan",
    "governance:contingency_of_plan": "long-term plan",
    "governance:meet_milestone": "milestone",
    "governance:decide_contingency": "contingency",
    "governance:finish_court_task": "court task",
    "governance:tell_court": "court task",
    "governance:series": "meeting series",
    "governance:change_series": "meeting series",
    "governance:end_series": "meeting series",
    "governance:review_terms": "meeting series",
    "governance:add_member": "meeting series",
    "governance:plan_meeting": "meeting series",
    "governance:end_member": "member",
    "governance:call_off": "meeting",
    "dashboards:meeting": "meeting",
    "dashboards:meeting_pack": "meeting",
    "dashboards:meeting_pack_text": "meeting",
    "governance:action": "action",
    "governance:close_action": "action",
    "governance:redate_action": "action",
    "governance:hand_over_action": "action",
    "governance:concern": "concern",
    "governance:triage_concern": "concern",
    "governance:note_concern": "concern",
    "governance:hand_over_concern": "concern",
    "governance:consult_lado": "concern",
    "governance:identify_carer": "concern",
    "governance:answer_concern": "concern",
    "governance:add_to_concern": "concern",
    "governance:concern_not_enough": "concern",
    "governance:close_concern": "concern",
    "governance:ask_strategy_about": "concern",
    "governance:tell_of_concern": "concern",
    "governance:strategy": "strategy discussion",
    "governance:hold_strategy": "strategy discussion",
    "governance:decline_strategy": "strategy discussion",
    "governance:finish_assessment": "enquiry",
    "governance:hold_conference": "enquiry",
    "governance:need_no_conference": "enquiry",
    "governance:serious_harm": "serious harm",
    "governance:decide_serious_harm": "serious harm",
    "governance:notify_serious_harm": "serious harm",
    "governance:hold_rapid_review": "serious harm",
    "governance:heard": "placement",
    "governance:home_concerns": "home",
    "governance:worker_concerns": "carer",
    "governance:police_attendance": "placement",
    "governance:quality": "placement",
    "governance:quality_visit": "placement",
    "governance:premises_check": "placement",
    "governance:quality_visit_detail": "quality visit",
    "governance:add_to_quality_visit": "quality visit",
    "governance:register_entry": "register entry",
    "governance:take_off_register": "register entry",
    "governance:enter_in_register": "placement",
    "governance:review_register": "placement",
    "governance:write_contact": "senior contact",
    "governance:say_unwritten": "senior contact",
    "governance:see_contact": "senior contact",
    "lado:refer_concern": "concern",
    "lado:decide_concern": "concern",
    "lado:look": "not referred",
    "lado:refer_carer": "carer",
    "lado:decide_carer": "carer",
    "lado:worker": "carer",
    "lado:case": "referral",
    "lado:of_placement": "placement",
    "lado:evaluate": "referral",
    "lado:meeting": "referral",
    "lado:note": "referral",
    "lado:task": "referral",
    "lado:police": "referral",
    "lado:stand_down": "referral",
    "lado:removal": "referral",
    "lado:not_removed": "referral",
    "lado:identify": "referral",
    "lado:attach": "referral",
    "lado:hand_over": "referral",
    "lado:admit": "referral",
    "lado:close": "referral",
    "lado:done": "referral action",
    "lado:end_admission": "admission",
    "escalations:escalation": "escalation",
    "escalations:answer": "escalation",
    "escalations:close": "escalation",
    "escalations:pass_back": "escalation",
    "escalations:accept": "escalation",
    "escalations:reject": "escalation",
    "escalations:ask_outside": "escalation",
    "escalations:name_conflict": "escalation",
    "escalations:escalate_concern": "concern",
    "escalations:escalate_action": "action",
    "escalations:escalate_decision": "decision",
    "escalations:escalate_flag": "flag",
    "escalations:dispute": "dispute",
    "escalations:make_formal": "dispute",
    "escalations:note_dispute": "dispute",
    "escalations:answer_dispute": "dispute",
    "escalations:not_enough": "dispute",
    "escalations:resolve_dispute": "dispute",
    "escalations:cafcass_answer": "referral to Cafcass",
    "escalations:add_to_report": "protected report",
    "escalations:let_be_known": "protected report",
    "escalations:choose_reader": "protected report",
    "escalations:report": "protected report",
    "escalations:acknowledge_report": "protected report",
    "escalations:answer_report": "protected report",
    "escalations:close_report": "protected report",
    "escalations:open_seal": "protected report",
}
# What the reference in an address is of, where it is not a child's.
REFERS_TO = {"lado:receipt": "receipt"}
NOT_ABOUT_A_RECORD = {"core:draft", "core:choose_password"}
RECORD_PAGES = [name for name in PAGES if name not in PLAIN and name not in NOT_ABOUT_A_RECORD]


def record_address(name, records):
    if "reference" in PAGES[name].pattern.converters:
        return reverse(name, kwargs={"reference": records[REFERS_TO.get(name, "reference")]})
    also = {"carer": records["carer"]} if "carer" in PAGES[name].pattern.converters else {}
    return reverse(name, kwargs={"pk": records[ABOUT[name]], **also})


def counterpart(world, role):
    """Somebody of this role in South or, where the role is a provider's, of another provider."""
    team = world.south_team if ROLES[role].scope in (Scope.TEAM, Scope.SERVICE) else None
    at_provider = role in PROVIDER_ROLES
    user = world.person(
        f"south-{role}", f"South {role}", role, team=team, authority=world.south, at_provider=at_provider
    )
    if at_provider:
        other, _ = type(world.provider).objects.get_or_create(name="Elsewhere Care")
        ProviderPost.objects.create(provider=other, person=user, authority=world.south, started_on=LONG_AGO)
    return user


def body(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)
