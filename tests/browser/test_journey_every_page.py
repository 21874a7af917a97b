"""No page left unlooked: every address of the product, opened by somebody whose page it is, at both widths.

An address that is in no table here fails the test, so a new page cannot come without being seen.
"""

import datetime as dt

import pytest
from django.urls import URLPattern, get_resolver

from children.models import Decision, Wish
from core import accounts, clock
from exchange.models import ImportRun, ReturnEpisode
from governance.models import SeniorContact
from oversight.models import Flag
from oversight.tasks import sweep
from placements import actions
from placements.models import Addition, Registration
from tests.browser.story import days_ago
from tests.cast import at
from tests.core.access.world import (
    of_allegations,
    of_concerns,
    of_escalations,
    of_her_meetings,
    of_her_plans,
    of_her_staff,
    of_protection,
    of_quality,
    of_routes,
)
from tests.exchange.returns import Council, episode
from tests.oversight import facts

pytestmark = pytest.mark.browser

NOT_PAGES = {
    "healthz": "plain text, for machines",
    "readyz": "plain text, for machines",
    "core:sign_out": "a button",
    "core:draft": "what the draft's script sends to",
    "exchange:problems": "a file to download",
    "core:hidden": "blank on purpose: looked at in test_gallery.py",
    "staffing:evidence": "a file to download",
    "lado:year_sheet": "a file to download",
    "staffing:rota_put": "what the rota's form sends to",
    "staffing:off_rota": "leads from a flag to the request",
    "staffing:rota_copied": "what was copied, shown once: looked at in test_journey_rota.py",
    "staffing:rota_assign": "a form on the shift's page",
    "staffing:rota_leader": "a form on the shift's page",
    "dashboards:meeting_pack_text": "a file to download",
    "escalations:open_seal": "a button",
    "escalations:openness_sheet": "a file to download",
}


def addresses(resolver=None, names=()) -> set[str]:
    found = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(":".join([*names, pattern.name]))
        else:
            found |= addresses(pattern, [*names, pattern.namespace] if pattern.namespace else names)
    return found


@pytest.fixture
def world(cast, tmp_path):
    """A service with something of every kind in it, some of it going wrong."""

    class World: ...

    w, today = World(), days_ago(0)
    w.teya = cast.child(
        forename="Teya", surname="Marlowe", known_as="Tey", about="Loves dancehall.\nAsk before you write."
    )
    w.moorings = cast.home(
        status=Registration.Status.NOT_REGISTERED,
        name="The Moorings",
        address="1 Quay Street\nSandhaven",
        postcode="ZZ1 4AB",
    )
    w.placement = cast.placement(w.teya, days_ago(61), home=w.moorings, type="Z12", hour=16)
    w.order = cast.dol_order(w.teya, days_ago(60))
    gone = cast.manager(w.placement, at(days_ago(61), 18), until=at(days_ago(47)), name="Rowan Teasel")
    gone.end_reason = "Found other work."
    gone.save()
    facts.authorise(w.placement, at(days_ago(61), 18))
    w.visit = facts.visit(
        w.placement, at(days_ago(18), 11), "seen", why_not_seen="Staff stayed in the room.", recorded_by=cast.amy,
        visitor=cast.amy.name, childs_words="Can we go out?\nI want to see my brother.", checked=["premises", "rota"],
    )  # fmt: skip
    facts.correct(w.visit, "not_home")
    for day in (12, 11, 10, 6, 2):
        w.log = facts.log_of(w.placement, days_ago(day), author=cast.priya)
    Addition.objects.create(log=w.log, kind="addendum", text="She rang her nan.", by=cast.priya)
    for part, worker in [
        ("iro", cast.ines), ("commissioner", cast.carl), ("legal", cast.lola), ("partner", cast.greta),
        ("advocate", cast.ava),
    ]:  # fmt: skip
        cast.allocate(w.teya, worker, part=part, since=days_ago(60))
    w.allocation = w.teya.allocations.get(worker=cast.amy)
    Decision.objects.create(
        child=w.teya, decided_on=days_ago(61), what="Move to The Moorings", why="No other home would take her.",
        alternatives="Forty homes were asked.", decided_by="Dora Kestrel", by_what_authority="Director",
        recorded_by=cast.amy,
    )  # fmt: skip

    Wish.objects.create(
        child=w.teya, asked_on=days_ago(5), words="Only these staff.\nNo visits.", analysis="Who gains from it?",
        what_happens="Amy decides by Friday, and tells her.", recorded_by=cast.amy,
    )  # fmt: skip

    w.contact = SeniorContact.objects.create(
        child=w.teya, who=cast.carl, occurred_at=at(days_ago(3), 17), how="call", said="She rang about her staff.",
        promised="That Corin comes back.", who_agreed="Nobody.", reported_by=cast.carl, written_at=at(days_ago(1), 9),
    )  # fmt: skip
    w.reported = SeniorContact.objects.create(
        child=w.teya, who=cast.dee, occurred_at=at(days_ago(2), 17), how="visit", reported_by=cast.priya
    )

    callum = cast.child(forename="Callum", surname="Ashby", sex="M")
    w.beacon = cast.home(status=Registration.Status.REGISTERED, registered_for="childrens_home", name="Beacon House")
    w.managed = cast.placement(callum, days_ago(30), home=w.beacon)
    w.post = cast.manager(w.managed, at(days_ago(30), 9))
    w.absence = cast.absence(w.post, days_ago(10), planned=False)
    w.returned = cast.absence(w.post, days_ago(20), days=3, notified_on=days_ago(25), returned_on=days_ago(17))
    w.planned = actions.move_placement(
        placement=w.managed, moved_on=today + dt.timedelta(days=9), end_reason="CARPL", type="U6", by=cast.tom,
        as_of=clock.now(),
    )  # fmt: skip

    alone = cast.child(forename="Rosie", surname="Penhale", worker=False)
    w.homeless = cast.placement(alone, days_ago(20), type="K2")
    w.annexe = cast.home(name="The Annexe")
    cast.placement(cast.child(forename="Daisy", surname="Lovell"), days_ago(45), home=w.annexe)

    w.staff = of_her_staff(cast, w.managed)
    w.plans = of_her_plans(cast, w.managed)
    w.met = of_her_meetings(cast, w.teya)
    w.staff |= of_concerns(cast, w.managed, w.staff["carer"])
    w.quality = of_quality(cast, w.placement)
    w.protection = of_protection(cast, w.placement, w.staff["concern"])
    w.routes = of_routes(cast, w.teya)
    w.allegations = of_allegations(cast, w.managed, w.staff)

    council = Council(cast.north, tmp_path)
    council.take_one(
        episode(decom="01/06/2019", dec="01/12/2019"),
        episode(decom="01/10/2019", place="K2"),
        episode("1002", decom="01/09/2019", place="K2"),
        as_of=clock.now(),
    )
    ImportRun.objects.update(by=cast.hana)
    w.run = ImportRun.objects.get()
    w.row = ReturnEpisode.objects.filter(state="quarantined").first()
    w.from_return = ReturnEpisode.objects.get(child_number="1002").child.placements.get()
    w.waiting = ImportRun.objects.create(
        authority=cast.north, by=cast.hana, requested_at=clock.now(), state="running", rows_total=3737, rows_read=1200
    )

    w.closed = cast.person("olga", "Olga Rail", "social_worker", team=cast.team)
    accounts.deactivate(account=w.closed, reason="She left.", by=cast.sam, as_of=clock.now())
    w.link = accounts.password_link(cast.ben).rstrip("/").rsplit("/", 2)[1:]
    sweep.apply()
    w.flag = Flag.objects.standing().get(placement=w.placement, rule="STF-05L")
    w.escalation = of_escalations(cast, w.placement, w.flag)["escalation"]
    return w


def pages(w, cast):
    """Who opens what: (person, name, what it is of)."""
    child, here = w.teya.reference, w.placement.pk
    return [
        (None, "core:sign_in"),
        (None, "core:signed_out"),
        (None, "core:forgotten"),
        (None, "core:choose_password", *w.link),
        (None, "core:accessibility"),
        (cast.amy, "core:account"),
        (cast.amy, "core:password_change"),
        (cast.sam, "core:accounts"),
        (cast.sam, "core:teams"),
        (cast.sam, "core:invite"),
        (cast.sam, "core:account_detail", cast.amy.pk),
        (cast.sam, "core:account_detail", w.closed.pk),
        (cast.sam, "core:change_account", cast.amy.pk),
        (cast.sam, "core:deactivate", cast.amy.pk),
        (cast.sam, "core:reactivate", w.closed.pk),
        (cast.sam, "core:reset", cast.amy.pk),
        (cast.sam, "placements:provider_posts", cast.priya.pk),
        (cast.sam, "placements:end_provider_post", cast.priya.pk),
        (cast.tom, "children:add"),
        (cast.amy, "children:describe", child),
        (cast.amy, "children:start_care", child),
        (cast.amy, "children:end_care", child),
        (cast.amy, "children:legal_status", child),
        (cast.tom, "children:allocate", child),
        (cast.tom, "children:end_allocation", w.allocation.pk),
        (cast.tom, "children:why_this_worker", child),
        (cast.tom, "children:case_supervision", child),
        (cast.amy, "children:handover", child),
        (cast.amy, "children:decide", child),
        (cast.carl, "children:decide", child),
        *[(user, "children:decisions", child) for user in (cast.amy, cast.carl, cast.ava)],
        (cast.amy, "children:decision_rights", child),
        (cast.amy, "children:wish", child),
        *[(user, "children:leads", child) for user in (cast.tom, cast.amy)],
        (cast.amy, "placements:start", child),
        (cast.amy, "placements:move", here),
        (cast.amy, "placements:end", here),
        (cast.amy, "placements:correct", here),
        (cast.amy, "placements:call_off", w.planned.pk),
        (cast.hana, "placements:take_on", w.from_return.pk),
        (cast.tom, "placements:where", w.homeless.pk),
        (cast.tom, "placements:appoint_manager", here),
        (cast.tom, "placements:end_manager", w.post.pk),
        (cast.tom, "placements:withdraw_manager", w.post.pk),
        (cast.tom, "placements:absences", w.managed.pk),
        (cast.tom, "placements:record_absence", w.post.pk),
        *[(cast.tom, f"placements:{page}", w.absence.pk) for page in ("notify_absence", "end_absence", "call_off_absence")],
        (cast.tom, "placements:notify_return", w.returned.pk),
        (cast.lola, "placements:dol_order", child),
        (cast.lola, "placements:discharge_order", w.order.pk),
        (cast.carl, "placements:homes"),
        (cast.carl, "placements:add_home"),
        (cast.amy, "placements:home", w.moorings.pk),
        (cast.carl, "placements:home", w.beacon.pk),
        (cast.carl, "placements:describe_home", w.annexe.pk),
        (cast.carl, "placements:registration", w.annexe.pk),
        (cast.dora, "placements:authorise", here),
        (cast.amy, "placements:visit", here),
        (cast.amy, "placements:visit_detail", w.visit.pk),
        (cast.amy, "placements:add_to_visit", w.visit.pk),
        (cast.amy, "placements:withdraw_visit", w.visit.pk),
        (cast.priya, "placements:log", here),
        (cast.priya, "placements:log_detail", w.log.pk),
        (cast.priya, "placements:add_to_log", w.log.pk),
        (cast.priya, "placements:withdraw_log", w.log.pk),
        (cast.sam, "placements:appoint_to_provider"),
        (cast.amy, "placements:keys", w.managed.pk),
        (cast.amy, "placements:issue_key", w.managed.pk),
        (cast.amy, "placements:revoke_key", w.staff["key"]),
        *staffing_pages(w, cast),
        *plans_pages(w, cast),
        *meetings_pages(w, cast),
        *quality_pages(w, cast),
        *routes_pages(w, cast),
        *ladder_pages(w, cast),
        *[(user, "governance:contacts", child) for user in (cast.amy, cast.carl, cast.dee)],
        (cast.carl, "governance:record_contact", child),
        (cast.priya, "governance:report_contact", child),
        (cast.dee, "governance:write_contact", w.reported.pk),
        (cast.hana, "governance:say_unwritten", w.reported.pk),
        (cast.amy, "governance:see_contact", w.contact.pk),
        (cast.amy, "oversight:flags"),
        (cast.dee, "oversight:standards"),
        (cast.dee, "oversight:set_standard"),
        (cast.tom, "oversight:flag", w.flag.pk),
        (cast.hana, "exchange:imports"),
        (cast.hana, "exchange:import", w.run.pk),
        (cast.hana, "exchange:import", w.waiting.pk),
        (cast.hana, "exchange:quarantine"),
        (cast.hana, "exchange:mend", w.row.pk),
        (cast.hana, "exchange:set_aside", w.row.pk),
        (cast.tom, "dashboards:without_worker"),
        (cast.amy, "dashboards:due_soon"),
        (cast.carl, "dashboards:not_known"),
        (cast.hana, "dashboards:placement", w.from_return.pk),
        (cast.amy, "dashboards:placement", w.planned.pk),
        (cast.hana, "dashboards:child", w.from_return.child.reference),
        (cast.dora, "dashboards:director"),
        # The composed pages, as each role has them.
        *[
            (user, "dashboards:my_work")
            for user in (
                cast.amy, cast.ben, cast.tom, cast.hana, cast.carl, cast.ines, cast.lee, cast.sal, cast.dee, cast.dora,
                cast.lola, cast.paul, cast.priya, cast.greta, cast.ava, cast.nina, cast.sam, cast.zoe,
            )
        ],
        *[(user, "dashboards:child", child) for user in (cast.amy, cast.dora, cast.greta, cast.priya)],
        *[(user, "dashboards:placement", here) for user in (cast.amy, cast.dora, cast.carl, cast.paul, cast.priya)],
        (cast.amy, "dashboards:find_child"),
    ]  # fmt: skip


def staffing_pages(w, cast):
    of, here = w.staff, w.managed.pk
    carer, shift, presence, down = of["carer"], of["shift"], of["presence"], of["stand-down"]
    return [
        (cast.amy, "staffing:carers"),
        (cast.carl, "staffing:add_carer"),
        *[(user, "staffing:carer", carer) for user in (cast.amy, cast.carl, cast.lee, cast.priya)],
        *[
            (cast.amy, f"staffing:{name}", carer)
            for name in (
                "describe_carer", "engage", "link_account", "record_check", "record_training", "name_supervisor",
                "record_supervision",
            )
        ],
        (cast.amy, "staffing:end_engagement", of["engagement"]),
        (cast.amy, "staffing:withdraw_check", of["check"]),
        (cast.amy, "staffing:sign_training", of["training"]),
        (cast.amy, "staffing:end_supervisor", of["supervisor"]),
        *[
            (cast.amy, f"staffing:{name}", here)
            for name in (
                "agreements", "bring_in_agency", "plan_replacement", "staffing_plan", "set_staffing", "record_staff_type",
                "record_reflective_session", "continuity", "ask_off_rota", "rota_add", "rota_copy", "rota_publish",
                "review_shifts",
            )
        ],
        (cast.amy, "staffing:sign_agreement", of["agreement"]),
        (cast.amy, "staffing:end_agreement", of["agreement"]),
        *[(user, "staffing:rota", here) for user in (cast.amy, cast.carl, cast.priya)],
        (cast.amy, "staffing:shift", shift),
        (cast.amy, "staffing:rota_times", shift),
        (cast.amy, "staffing:rota_cancel", shift),
        (cast.amy, "staffing:rota_take_off", of["assignment"]),
        (cast.amy, "staffing:ask_swap", shift),
        (cast.amy, "staffing:swap", of["swap"]),
        (cast.amy, "staffing:decide_swap", of["swap"]),
        (cast.amy, "staffing:rota_request", of["rota request"]),
        (cast.amy, "staffing:confirm_off_rota", of["rota request"]),
        (cast.amy, "staffing:withdraw_request", of["rota request"]),
        (cast.tom, "staffing:waive", carer),
        (cast.priya, "staffing:today"),
        (cast.priya, "staffing:unplanned_shift", here),
        *[(cast.priya, f"staffing:{name}", shift) for name in ("worked", "sign_on", "visitor", "awake", "hand_over")],
        (cast.priya, "staffing:log_cause", shift),
        *[(cast.priya, f"staffing:{name}", presence) for name in ("move", "sign_off", "put_right")],
        (cast.amy, "staffing:stand_down_carer", carer),
        *[(user, "staffing:stand_down", down) for user in (cast.amy, cast.carl, cast.lee)],
        (cast.lee, "staffing:hold", down),
        (cast.lee, "staffing:release", down),
        (cast.amy, "staffing:propose_lift", down),
        (cast.amy, "staffing:approve_lift", of["lift"]),
        (cast.amy, "staffing:withdraw_lift", of["lift"]),
        *concerns_pages(w, cast),
        *protection_pages(w, cast),
        *allegations_pages(w, cast),
    ]  # fmt: skip


def concerns_pages(w, cast):
    callum, here, one = w.managed.child.reference, w.managed.pk, w.staff["concern"]
    return [
        *[(user, "governance:concerns") for user in (cast.tom, cast.priya, cast.dee)],
        (cast.amy, "governance:which_child"),
        *[(user, "governance:raise_concern", callum) for user in (cast.amy, cast.priya)],
        *[(user, "governance:concern", one) for user in (cast.tom, cast.amy)],
        *[
            (cast.tom, f"governance:{name}", one)
            for name in (
                "triage_concern", "note_concern", "hand_over_concern", "consult_lado", "identify_carer",
                "answer_concern", "close_concern",
            )
        ],
        *[(cast.amy, f"governance:{name}", one) for name in ("add_to_concern", "concern_not_enough")],
        (cast.tom, "governance:child_concerns", callum),
        (cast.tom, "governance:record_concern_review", callum),
        (cast.tom, "governance:home_concerns", w.beacon.pk),
        *[(user, "governance:worker_concerns", w.staff["carer"]) for user in (cast.tom, cast.lee)],
        (cast.priya, "governance:police_attendance", here),
        (cast.paul, "dashboards:placement", here),
    ]  # fmt: skip


def protection_pages(w, cast):
    teya, of, one = w.teya.reference, w.protection, w.staff["concern"]
    asked, enquiry, harm = of["strategy discussion"], of["enquiry"], of["serious harm"]
    return [
        (cast.tom, "governance:protection", teya),
        (cast.tom, "dashboards:child", teya),
        *[(user, "governance:ask_strategy", teya) for user in (cast.amy, cast.greta)],
        (cast.amy, "governance:ask_strategy_about", one),
        (cast.greta, "governance:asked_strategy"),
        (cast.amy, "governance:record_strategy", teya),
        *[(cast.tom, "governance:strategy", pk) for pk in (asked, of["strategy held"])],
        *[(cast.tom, f"governance:{name}", asked) for name in ("hold_strategy", "decline_strategy")],
        *[
            (cast.tom, f"governance:{name}", enquiry)
            for name in ("finish_assessment", "hold_conference", "need_no_conference")
        ],
        (cast.tom, "governance:tell_of_concern", one),
        (cast.tom, "governance:record_serious_harm", teya),
        *[
            (cast.tom, f"governance:{name}", harm)
            for name in ("serious_harm", "decide_serious_harm", "notify_serious_harm", "hold_rapid_review")
        ],
        (cast.tom, "governance:heard", w.placement.pk),
    ]


def allegations_pages(w, cast):
    of, lee, callum = w.allegations, cast.lee, w.managed.child.reference
    return [
        *[(user, name) for user in (cast.greta, cast.paul) for name in ("lado:mine", "lado:refer")],
        (cast.greta, "lado:receipt", of["receipt"]),
        (cast.amy, "lado:refer_child", callum),
        *[(cast.tom, f"lado:{name}", w.staff["concern"]) for name in ("refer_concern", "decide_concern")],
        (lee, "lado:look", of["not referred"]),
        *[(cast.tom, f"lado:{name}", w.staff["carer"]) for name in ("refer_carer", "decide_carer")],
        *[(lee, f"lado:{name}") for name in ("cases", "workers", "year")],
        (lee, "lado:worker", w.staff["carer"]),
        (lee, "lado:of_placement", w.managed.pk),
        *[(user, "lado:case", of["referral"]) for user in (lee, cast.sal)],
        *[
            (lee, f"lado:{name}", of["referral"])
            for name in (
                "evaluate", "meeting", "note", "task", "police", "stand_down", "removal", "not_removed", "identify", "attach",
                "hand_over", "admit", "close",
            )
        ],
        (lee, "lado:done", of["referral action"]),
        (lee, "lado:end_admission", of["admission"]),
    ]  # fmt: skip


def plans_pages(w, cast):
    of, here, child = w.plans, w.managed.pk, w.managed.child.reference
    return [
        *[(user, "governance:plans", child) for user in (cast.amy, cast.carl)],
        *[(user, "governance:commissioning", child) for user in (cast.amy, cast.carl)],
        (cast.amy, "governance:plans", w.teya.reference),
        (cast.carl, "governance:commissioning", w.teya.reference),
        *[
            (cast.amy, f"governance:{name}", child)
            for name in (
                "record_plan", "write_profile", "confirm_profile", "start_long_term_plan", "make_contingency",
                "add_court_task",
            )
        ],
        (cast.carl, "governance:log_search", child),
        (cast.carl, "governance:answer_search", of["search"]),
        *[(user, "governance:agreement", here) for user in (cast.tom, cast.paul)],
        *[
            (cast.carl, f"governance:{name}", here)
            for name in ("sign_placement_agreement", "record_funding", "record_notice")
        ],
        (cast.carl, "governance:answer_notice", of["notice"]),
        (cast.carl, "governance:stop_funding", of["block of funding"]),
        *[
            (cast.amy, f"governance:{name}", of["long-term plan"])
            for name in ("say_of_plan", "end_long_term_plan", "add_milestone", "contingency_of_plan")
        ],
        (cast.amy, "governance:meet_milestone", of["milestone"]),
        (cast.hana, "governance:decide_contingency", of["contingency"]),
        (cast.amy, "governance:finish_court_task", of["court task"]),
        (cast.amy, "governance:tell_court", of["court task"]),
        (cast.tom, "governance:crisis", w.placement.pk),
        (cast.tom, "governance:crisis", here),
        (cast.tom, "governance:sign_crisis_check", w.placement.pk),
    ]  # fmt: skip


def meetings_pages(w, cast):
    of, hana = w.met, cast.hana
    return [
        (hana, "governance:meetings"),
        (hana, "governance:add_panel"),
        (cast.amy, "governance:meetings_of", w.teya.reference),
        (hana, "governance:add_series", w.teya.reference),
        *[
            (hana, f"governance:{name}", of["meeting series"])
            for name in ("series", "change_series", "end_series", "review_terms", "add_member", "plan_meeting")
        ],
        (hana, "governance:end_member", of["member"]),
        (hana, "governance:call_off", of["meeting"]),
        *[
            (hana, f"governance:{name}", of["action"])
            for name in ("action", "close_action", "redate_action", "hand_over_action")
        ],
        *[(user, "dashboards:meeting", of["meeting"]) for user in (hana, cast.paul)],
        (hana, "dashboards:meeting_pack", of["meeting"]),
    ]


def routes_pages(w, cast):
    dispute, report, teya = w.routes["dispute"], w.routes["protected report"], w.teya.reference
    return [
        (cast.ines, "escalations:disputes"),
        *[(user, "escalations:dispute_report") for user in (cast.dora, cast.nina)],
        *[(user, "escalations:disputes_of", teya) for user in (cast.ines, cast.hana)],
        (cast.ines, "escalations:raise_dispute", teya),
        (cast.ines, "escalations:refer_to_cafcass", teya),
        *[(user, "escalations:dispute", dispute) for user in (cast.ines, cast.hana)],
        *[
            (cast.ines, f"escalations:{name}", dispute)
            for name in ("make_formal", "note_dispute", "not_enough", "resolve_dispute")
        ],
        (cast.hana, "escalations:answer_dispute", dispute),
        (cast.ines, "escalations:cafcass_answer", w.routes["referral to Cafcass"]),
        *[(user, "escalations:speaking_up") for user in (cast.amy, cast.ines, cast.zoe)],
        *[(user, "escalations:blow_whistle") for user in (cast.amy, cast.zoe)],
        *[(user, "escalations:outside_scrutiny") for user in (cast.amy, cast.priya)],
        *[(user, "escalations:openness") for user in (cast.dora, cast.nina)],
        (cast.amy, "escalations:my_reports"),
        *[(cast.amy, f"escalations:{name}", report) for name in ("add_to_report", "let_be_known", "choose_reader")],
        (cast.nina, "escalations:reports"),
        *[
            (cast.nina, f"escalations:{name}", report)
            for name in ("report", "acknowledge_report", "answer_report", "close_report")
        ],
        *[(user, "escalations:consultations") for user in (cast.amy, cast.dora)],
        (cast.dora, "escalations:consult"),
    ]


def ladder_pages(w, cast):
    one, child = w.escalation, w.placement.child
    decision = Decision.objects.filter(child=child).first() or Decision.objects.filter(child=w.teya).first()
    return [
        *[(user, "escalations:escalations") for user in (cast.tom, cast.amy, cast.nina)],
        *[(user, "escalations:raise") for user in (cast.amy, cast.priya)],
        *[(user, "escalations:escalation", one) for user in (cast.amy, cast.tom)],
        *[(cast.tom, f"escalations:{name}", one) for name in ("answer", "close", "pass_back", "name_conflict")],
        *[(cast.amy, f"escalations:{name}", one) for name in ("accept", "reject", "ask_outside")],
        (cast.amy, "escalations:escalate_child", child.reference),
        (cast.amy, "escalations:escalate_concern", w.staff["concern"]),
        (cast.hana, "escalations:escalate_action", w.met["action"]),
        (cast.tom, "escalations:escalate_decision", decision.pk),
        (cast.tom, "escalations:escalate_flag", w.flag.pk),
    ]


def quality_pages(w, cast):
    here, visit = w.placement.pk, w.quality["quality visit"]
    return [
        *[(user, "governance:quality", here) for user in (cast.sal, cast.amy, cast.paul)],
        (cast.sal, "governance:quality_visit", here),
        (cast.amy, "governance:premises_check", here),
        *[(user, "governance:quality_visit_detail", visit) for user in (cast.sal, cast.paul)],
        (cast.sal, "governance:add_to_quality_visit", visit),
        *[
            (user, name)
            for user in (cast.sal, cast.nina)
            for name in (
                "governance:register",
                "governance:role_training",
                "dashboards:assurance",
                "dashboards:quality_schedule",
            )
        ],
        (cast.dora, "governance:register_entry", w.quality["register entry"]),
        (cast.dora, "governance:take_off_register", w.quality["register entry"]),
        (cast.dora, "governance:enter_in_register", here),
        (cast.dora, "governance:review_register", here),
        (cast.dora, "governance:record_role_training"),
    ]


HALVES = {
    "children, who cares for them and what goes wrong": {
        "core", "children", "placements", "staffing", "lado", "escalations",
    },
    "meetings, concerns, flags and what is put together": {"governance", "oversight", "exchange", "dashboards"},
}  # fmt: skip


@pytest.mark.parametrize("half", HALVES)
def test_every_address_is_opened_and_looked_at(cast, world, at_a_browser, half):
    table, troubles = pages(world, cast), []
    named = {name for _, name, *_ in table}
    assert addresses() - named - set(NOT_PAGES) == set(), "no page of these is ever looked at: put them in the table"
    assert {name.partition(":")[0] for name in named} == set().union(*HALVES.values())
    seat = at_a_browser(None)
    for user, name, *of in table:
        if name.partition(":")[0] not in HALVES[half]:
            continue
        if user != seat.user:
            seat.makes_room_for(user)
        try:
            seat.opens(name, *of)
        except AssertionError as trouble:
            troubles.append(f"{user} at {name}: {trouble}")
    assert troubles == [], "\n\n".join(troubles)
    if "dashboards" in HALVES[half]:
        of_what_is_not_there(seat, cast)


def of_what_is_not_there(amy, cast):
    """What is not there, what is not allowed and what was found or not are pages too."""
    amy.makes_room_for(cast.amy)
    amy.opens("/no/such/page/", status=404)
    amy.opens("dashboards:director", status=403)
    amy.opens("dashboards:find_child")
    amy.presses("Find", status=422)
    amy.is_told("Enter a name or a number")
    amy.enters("Name or number", "Mar")
    amy.presses("Find")
    amy.sees("1 child found", "Teya Marlowe")
    amy.enters("Name or number", "Nobody by this name")
    amy.presses("Find")
    amy.sees("No child found")


def test_a_service_in_which_nothing_has_happened_yet(cast, at_a_browser):
    """The first morning: every list empty, the rules never checked."""
    dora, tom = at_a_browser(cast.dora).is_signed_in(), at_a_browser(cast.tom).is_signed_in()
    for name in (
        "dashboards:my_work",
        "dashboards:director",
        "oversight:flags",
        "exchange:imports",
        "exchange:quarantine",
    ):
        dora.opens(name)
    dora.sees("Nothing is in quarantine")
    for name in ("dashboards:my_work", "dashboards:without_worker", "dashboards:not_known", "placements:homes"):
        tom.opens(name)
