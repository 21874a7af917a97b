"""The meeting's pages: the agenda that writes itself, two people at one table, the pack, and who is shown what."""

import pytest
from django.urls import reverse

from children.models import Decision, FileRead, Wish
from core import clock
from governance.actions import concerns, minutes, police
from governance.actions.minutes import Said
from governance.codes import WHOLE_CHILD
from governance.forms.meetings import MINUTES
from governance.models import (
    Action,
    Attendance,
    Contingency,
    Issue,
    LongTermPlan,
    Meeting,
    Milestone,
    MinuteSection,
    SeniorContact,
)
from placements.models import UnregisteredAuthorisation
from tests.cast import at
from tests.governance.round_a_table import DAY, HOUR, Table
from tests.oversight import facts
from tests.told_once import told_once

TODAY = clock.local_date(clock.now())
LAST = TODAY - 7 * DAY


@told_once
def table(cast):
    return Table(cast, start=TODAY - 28 * DAY)


@told_once
def meeting(table, cast):
    """Today's, an hour ago; there was one last week."""
    series = table.sets_up()
    table.joins(series, cast.amy, "social_worker")
    table.joins(series, cast.paul, "placement_manager")
    last = table.meets(series, at(LAST, 9), sent=False)
    table.late = table.agrees(last, at(LAST, 10), what="Find a tutor", owner=cast.amy, due_on=TODAY - DAY)
    table.open = table.agrees(last, at(LAST, 10), what="Ask the school", owner=cast.paul, due_on=TODAY + 5 * DAY)
    table.sends(last, at(LAST, 11))
    when = clock.now() - HOUR
    return table.plans(series, when)


def page(meeting, name="dashboards:meeting"):
    return reverse(name, args=[meeting.pk])


def as_(client, user):
    client.force_login(user)
    return client


def shown(response):
    """The form as the page shows it, as a browser would send it back."""
    form = response.context["form"]
    sent = {"once": str(response.context["once"])}
    for bound in form:
        if bound.name in ("send", "due_on"):
            continue
        value = bound.value()
        sent[bound.name] = "" if value is None else str(value)
    return sent


def test_the_agenda_writes_itself(client, table, cast, meeting):
    facts.visit(table.placement, at(TODAY - 2 * DAY, 11), visitor="Amy Sparrow", recorded_by=cast.amy)
    Decision.objects.create(
        child=table.child, decided_on=TODAY - DAY, what="A tutor, at home", why="Y", decided_by="Tom Heron",
        by_what_authority="Manager", recorded_by=cast.amy,
    )  # fmt: skip
    facts.check(clock.now())
    response = as_(client, cast.hana).get(page(meeting))
    agenda = response.context["agenda"]
    assert ([a.what for a in agenda.overdue], [a.what for a in agenda.open]) == (["Find a tutor"], ["Ask the school"])
    assert agenda.since == at(LAST, 9)
    assert agenda.flags.total > 0
    assert {news.heading for news in agenda.news} == {"Visits", "Decisions recorded"}
    text = response.content.decode()
    for words in ("Find a tutor", "A tutor, at home", "Amy Sparrow, seen", "The child’s voice", "Safety", "Identity"):
        assert words in text
    assert FileRead.objects.filter(child=table.child, by=cast.hana, page="meeting").exists()


@pytest.mark.failing("F115")
def test_police_notices_and_concerns_are_on_it_and_in_the_pack_the_gravest_first(client, table, cast, meeting):
    pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
    cast.allocate(table.child, pete, part="partner", since=LAST)
    table.joins(meeting.series, pete, "police")
    now = clock.now()
    for risk, reference in (("standard", "N1"), ("high", "N2")):
        table.act(
            concerns.raise_concern, pete, now, child=table.child, category="safety", what="Found at a flat at night.",
            risk=risk, police_reference=reference,
        )  # fmt: skip
    table.act(concerns.raise_concern, cast.amy, now, child=table.child, category="care", what="She is always hungry.")
    table.act(
        police.record_attendance, cast.amy, now, placement=table.placement, attended_at=now - HOUR, called_by="staff",
        why="A window was broken.",
    )  # fmt: skip
    text = as_(client, pete).get(page(meeting, "dashboards:meeting_pack")).content.decode()
    assert text.index("high risk") < text.index("standard risk")
    kept = as_(client, cast.hana).get(page(meeting, "dashboards:meeting_pack_text")).content.decode()
    for words in (
        "Police notices",
        "high risk",
        "Concerns",
        "from children’s services",
        "The police came",
        "A window was",
    ):
        assert words in kept
    assert "always hungry" not in kept  # which one it is, and never what it says: the pack goes on paper
    paul = as_(client, cast.paul).get(page(meeting)).content.decode()
    assert "high risk" not in paul


def test_two_people_at_one_table_lose_nothing_and_both_see_what_happened(client, table, cast, meeting):
    hanas = shown(as_(client, cast.hana).get(page(meeting)))
    amys = shown(as_(client, cast.amy).get(page(meeting)))
    client.post(page(meeting), amys | {"text_health": "The nurse came.\nShe is well."})
    response = as_(client, cast.hana).post(page(meeting), hanas | {"text_health": "  Dentist on Friday."}, follow=True)
    text = response.content.decode()
    assert "Health: Amy Sparrow saved at" in text
    assert "Both texts are kept, yours below theirs." in text
    kept = MinuteSection.objects.get(meeting=meeting, section="health").text
    assert kept.startswith("The nurse came.\nShe is well.\n[Amy Sparrow saved the lines above at")
    assert kept.endswith("  Dentist on Friday.")
    seen = as_(client, cast.amy).get(page(meeting)).content.decode()
    assert "Dentist on Friday." in seen
    assert "They had written in the same place, and both texts are kept." in seen


def test_what_was_put_together_can_be_saved_again_however_long_it_is(client, table, cast, meeting):
    said = {"safety": Said("x" * MINUTES + "\n" + "y" * MINUTES, 0)}  # two people's, one under the other
    table.act(minutes.conduct, cast.hana, clock.now(), meeting=meeting, child=table.child, said=said)
    sent = shown(as_(client, cast.hana).get(page(meeting)))
    assert (
        client.post(page(meeting), sent | {"text_safety": said["safety"].text + "\nAnd so it was."}).status_code == 302
    )
    assert MinuteSection.objects.get(meeting=meeting, section="safety").text.endswith("And so it was.")
    assert client.post(page(meeting), sent | {"text_care": "z" * (MINUTES + 1)}).status_code == 422


def test_what_another_said_of_a_seat_meanwhile_stands(client, table, cast, meeting):
    hanas = shown(as_(client, cast.hana).get(page(meeting)))
    amys = shown(as_(client, cast.amy).get(page(meeting)))
    client.post(page(meeting), amys | {"seat_police_0_0_state": "present", "seat_police_0_0_note": "Sgt Tern"})
    table.joins(meeting.series, cast.ines, "iro")  # and a seat more
    client.force_login(cast.hana)
    client.post(page(meeting), hanas | {"seat_health_0_0_state": "apologies"})
    states = dict(Attendance.objects.filter(meeting=meeting).values_list("part", "state"))
    assert states == {"police": "present", "health": "apologies"}


def test_an_action_without_its_measure_is_not_saved_and_nothing_typed_is_lost(client, cast, meeting):
    sent = shown(as_(client, cast.hana).get(page(meeting)))
    typed = {"text_care": "They will train.", "what": "Train them", "owner": str(cast.amy.pk)}
    refused = client.post(page(meeting), sent | typed).content.decode()
    assert "Select which issue it belongs to, or that it is a new one" in refused
    assert "They will train." in refused
    typed["issue"] = "new"
    response = client.post(page(meeting), sent | typed)
    assert response.status_code == 422
    text = response.content.decode()
    assert "Enter how everybody will know that it is done" in text
    assert "Enter the day it is to be done by" in text
    assert "They will train." in text
    assert not Action.objects.filter(what="Train them").exists()
    due = {f"due_on_{part}": str(getattr(TODAY, part)) for part in ("day", "month", "year")}
    response = client.post(page(meeting), sent | typed | due | {"measure": "Certificates", "section": "care"})
    assert response.status_code == 302
    action = Action.objects.get(what="Train them")
    assert (action.meeting, action.issue.what) == (meeting, "Train them")
    for again in ({"issue": str(action.issue_id)}, {"issue": "new", "new_issue": "train  THEM"}):  # and it comes back
        other = typed | due | {"measure": "Seen", "what": f"Again, {len(again)}", "once": ""} | again
        assert client.post(page(meeting), sent | other).status_code == 302
    assert Issue.objects.filter(child=action.child).count() == 3  # the two of last week, and this


def test_a_note_beside_a_seat_is_never_dropped_and_what_was_said_of_a_seat_can_be_taken_back(client, cast, meeting):
    sent = shown(as_(client, cast.hana).get(page(meeting)))
    police = {"seat_police_0_0_state": "", "seat_police_0_0_note": "Sgt Tern rang"}
    response = client.post(page(meeting), sent | police)
    text = response.content.decode()
    assert response.status_code == 422
    assert text.count("Select whether they were here, or clear the note: Police") == 2  # above, and beside the seat
    assert "Sgt Tern rang" in text
    assert client.post(page(meeting), sent | police | {"seat_police_0_0_state": "apologies"}).status_code == 302
    sent = shown(client.get(page(meeting)))
    assert sent["seat_police_0_0_note"] == "Sgt Tern rang"
    back = {"seat_police_0_0_state": "", "seat_police_0_0_note": ""}
    assert client.post(page(meeting), sent | back).status_code == 302
    assert not Attendance.objects.filter(meeting=meeting, part="police").exists()
    assert client.post(page(meeting), shown(client.get(page(meeting)))).status_code == 302  # and saved again as it is


def test_the_page_leads_to_each_of_its_parts_and_says_what_stood_there_last_time(client, cast, meeting):
    text = as_(client, cast.hana).get(page(meeting)).content.decode()
    for target in ("agenda", "attendance", "minutes", "born", *[f"id_text_{code}" for code in WHOLE_CHILD]):
        assert f'href="#{target}"' in text
        assert f'id="{target}"' in text
    assert "Health, last time" in text
    assert "What was said of health." in text


def test_whatever_waits_for_a_decision_is_on_it_in_the_same_few_queries(
    client, table, cast, meeting, django_assert_max_num_queries
):
    hana, address = as_(client, cast.hana), page(meeting)
    by, now = {"recorded_by": cast.amy}, clock.now()
    order = cast.dol_order(table.child, TODAY - 20 * DAY, months=1)
    plan = LongTermPlan.objects.create(child=table.child, kind="move", aim="A home", started_on=LAST, **by)

    def waits(number):
        wish = Wish.objects.create(
            child=table.child, asked_on=LAST, words=f"A dog, {number}", analysis="A", what_happens="W", **by
        )
        Contingency.objects.create(
            child=table.child, plan=plan, made_on=LAST, what=f"Her gran’s, {number}", weekly_cost=1, trigger="T", **by
        )
        SeniorContact.objects.create(
            child=table.child, who=cast.dee, occurred_at=at(LAST), how="call", said="S", promised=f"A trip, {number}",
            who_agreed="W", reported_by=cast.dee, written_at=at(LAST),
        )  # fmt: skip
        return wish

    wish = waits(1)
    UnregisteredAuthorisation.objects.create(
        placement=table.placement, authorised_by=cast.dora, authorised_at=now - 5 * DAY, expires_at=now + 2 * DAY,
        reasons="R", alternatives="A", steps="S",
    )  # fmt: skip
    text = hana.get(address).content.decode()
    for words in (
        "A dog, 1", "A trip, 1", "The director’s authorisation runs out on", "The deprivation of liberty order runs out on",
    ):  # fmt: skip
        assert words in text
    assert "Activate or refuse" not in text  # it is ready, and nothing asks for it yet
    Milestone.objects.create(plan=plan, what="Keys", due_on=TODAY - DAY, **by)
    with django_assert_max_num_queries(80) as few:
        assert "Activate or refuse: Her gran’s, 1" in hana.get(address).content.decode()
    for number in range(2, 5):
        waits(number)
    with django_assert_max_num_queries(len(few)):
        assert "A trip, 4" in hana.get(address).content.decode()
    Decision.objects.create(
        child=table.child, decided_on=TODAY, what="W", why="Y", decided_by="Tom", by_what_authority="M", wish=wish, **by
    )
    SeniorContact.objects.update(seen_at=now, seen_by=cast.amy)
    Contingency.objects.update(state="refused", decided_on=TODAY, decided_by=cast.hana, reasons="R")
    type(order).objects.update(discharged_on=TODAY)
    text = hana.get(address).content.decode()
    assert not {
        w for w in ("A dog, 1", "A trip,", "Activate or refuse", "The deprivation of liberty order runs") if w in text
    }
    assert "A dog, 2" in text
    paul = as_(client, cast.paul).get(address).content.decode()
    assert not {w for w in ("A dog,", "authorisation runs out") if w in paul}


def test_every_meeting_ever_held_is_found_on_some_page(client, cast, meeting, monkeypatch):
    monkeypatch.setattr("governance.views.meetings.SHOWN", 1)
    child = meeting.discussed.get().child
    for address in (
        reverse("governance:series", args=[meeting.series_id]),
        reverse("governance:meetings_of", args=[child.reference]),
    ):
        found = [as_(client, cast.hana).get(address, {"page": n}).context["page"].object_list for n in (1, 2)]
        assert {each.pk for page in found for each in page} == set(Meeting.objects.values_list("pk", flat=True))
        assert "Page 1 of 2" in client.get(address).content.decode()


def test_the_minutes_are_sent_from_the_same_page_and_then_stand(client, table, cast, meeting):
    sent = shown(as_(client, cast.hana).get(page(meeting)))
    response = client.post(page(meeting), sent | {"send": "yes"})
    assert response.status_code == 422
    assert "Nothing is written under: Safety" in response.content.decode()
    all_said = {f"text_{code}": "Said." for code in WHOLE_CHILD}
    here = {name: "present" for name in sent if name.startswith("seat_") and name.endswith("_state")}
    response = client.post(page(meeting), sent | all_said | here | {"send": "yes"}, follow=True)
    assert "The minutes are sent" in response.content.decode()
    assert "form" not in response.context
    assert Meeting.objects.get(pk=meeting.pk).sent_by == cast.hana
    assert client.post(page(meeting), sent | {"text_care": "More."}).status_code == 409


def test_members_read_it_and_others_are_told_that_it_is_not_there(client, table, cast, meeting):
    text = as_(client, cast.paul).get(page(meeting)).content.decode()
    assert "Ask the school" in text
    assert "LEG-05" not in text
    assert client.post(page(meeting), {"text_care": "Mine."}).status_code == 403
    for stranger in (cast.carl, cast.zoe, cast.greta, cast.lee):
        assert as_(client, stranger).get(page(meeting)).status_code == 404
    assert as_(client, cast.priya).get(page(meeting)).status_code == 403


def test_a_providers_manager_sees_no_flag_that_is_the_councils_alone(client, table, cast, meeting):
    facts.check(clock.now())
    flags = as_(client, cast.paul).get(page(meeting)).context["agenda"].flags
    councils = as_(client, cast.hana).get(page(meeting)).context["agenda"].flags
    assert 0 < flags.total < councils.total


def test_a_panel_looks_at_one_child_at_a_time(client, table, cast):
    other = cast.child(forename="Una", surname="Reed")
    panel = table.sets_up(child=False, name="High-cost panel", every_days=28, chair=cast.dee, by=cast.dee)
    meeting = table.meets(panel, clock.now() - 2 * HOUR, children=[table.child, other], sent=False)
    response = as_(client, cast.dee).get(page(meeting), {"child": other.reference})
    assert response.context["child"] == other
    sent = shown(response) | {"text_other": "Una’s house."}
    response = client.post(f"{page(meeting)}?child={other.reference}", sent)
    assert response["Location"].endswith(f"?child={other.reference}")
    assert MinuteSection.objects.get(section="other").child == other
    assert client.get(page(meeting), {"child": "\x00"}).context["child"] == table.child


def test_the_pack_is_printed_or_kept(client, table, cast, meeting):
    printed = as_(client, cast.hana).get(page(meeting, "dashboards:meeting_pack"))
    assert "Find a tutor" in printed.content.decode()
    kept = client.get(page(meeting, "dashboards:meeting_pack_text"))
    assert kept["Content-Disposition"] == f'attachment; filename="meeting-{meeting.pk}.txt"'
    assert "Find a tutor (Amy Sparrow, due" in kept.content.decode()
    assert FileRead.objects.filter(page="meeting pack").count() == 2


def test_ones_own_actions_are_on_the_first_page_and_can_be_finished(client, table, cast, meeting):
    text = as_(client, cast.amy).get(reverse("dashboards:my_work")).content.decode()
    assert "Find a tutor" in text
    assert "Ask the school" not in text
    address = reverse("governance:close_action", args=[table.late.pk])
    assert client.post(address, {"evidence": ""}).status_code == 422
    assert client.post(address, {"evidence": "He began on Monday."}).status_code == 302
    assert "Find a tutor" not in client.get(reverse("dashboards:my_work")).content.decode()
    assert as_(client, cast.paul).get(reverse("governance:action", args=[table.open.pk])).status_code == 200
    again = reverse("governance:redate_action", args=[table.open.pk])
    due = {f"due_on_{part}": str(getattr(TODAY + 9 * DAY, part)) for part in ("day", "month", "year")}
    assert client.post(again, due | {"why": "Half-term."}).status_code == 302
    assert client.get(reverse("governance:hand_over_action", args=[table.open.pk])).status_code == 403


def test_a_meeting_is_set_up_planned_and_its_people_added_on_pages(client, cast, table):
    client = as_(client, cast.tom)
    child = {"reference": table.child.reference}
    response = client.get(reverse("governance:add_series", kwargs=child))
    sent = {
        "name": "Weekly", "purpose": "P", "terms": "", "every_days": "7", "chair": str(cast.tom.pk),
        "required": response.context["form"].initial["required"],
        **{f"started_on_{part}": str(getattr(TODAY, part)) for part in ("day", "month", "year")},
    }  # fmt: skip
    refused = client.post(reverse("governance:add_series", kwargs=child), sent)
    assert refused.status_code == 422
    assert "Enter the terms of reference" in refused.content.decode()
    made = client.post(reverse("governance:add_series", kwargs=child), sent | {"terms": "T"})
    series = client.get(made["Location"]).context["series"]
    assert "Nobody belongs to it as" in client.get(made["Location"]).content.decode()
    joined = {
        "person": str(cast.ines.pk),
        "part": "iro",
        **{k: v for k, v in sent.items() if k.startswith("started_on")},
    }
    assert client.post(reverse("governance:add_member", args=[series.pk]), joined).status_code == 302
    assert client.post(reverse("governance:add_member", args=[series.pk]), joined).status_code == 409
    for person, runs in ((cast.amy, True), (cast.carl, False)):
        table.joins(series, person, "other")
        text = as_(client, person).get(made["Location"]).content.decode()
        assert ("Plan a meeting" in text) == runs
        assert not {words for words in ("Add a member", "It is no longer held", "Change what") if words in text}
        for name in ("end_series", "change_series", "add_member"):
            assert client.get(reverse(f"governance:{name}", args=[series.pk])).status_code == 403
    as_(client, cast.tom)
    for name in ("governance:meetings", "governance:add_panel"):
        assert client.get(reverse(name)).status_code == 200
    assert "Weekly" in client.get(reverse("governance:meetings_of", kwargs=child)).content.decode()


def test_a_partner_finds_the_next_meetings_on_the_first_page(client, cast, table, meeting):
    table.joins(meeting.series, cast.greta, "guardian")
    soon = table.plans(meeting.series, clock.now() + 3 * DAY)
    first = as_(client, cast.greta).get(reverse("dashboards:my_work")).content.decode()
    assert "Your next meetings" in first
    assert page(soon) in first
    assert page(meeting) not in first  # held already
    assert client.get(page(soon)).status_code == 200
