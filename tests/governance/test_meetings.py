"""Meetings, minutes and actions by the product's own actions: what they ask for, what they refuse, who sees them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core.dates import in_words
from core.errors import Conflict, Invalid
from core.models import DigestDay
from governance.actions import meetings, minutes, tasks
from governance.actions.minutes import Said
from governance.digest import digest_lines
from governance.models import (
    Action,
    ActionRedating,
    Attendance,
    Discussed,
    Issue,
    Meeting,
    MeetingSeries,
    MinuteSection,
)
from governance.policies.meetings import always_asked
from governance.seats import seats_of
from placements.models import ProviderPost
from tests.cast import at
from tests.governance.round_a_table import DAY, MINUTE, MONDAY, START, TERMS, Table
from tests.told_once import told_once


@told_once
def table(cast):
    return Table(cast)


# --- what a meeting needs -----------------------------------------------------------------------------------------------


@pytest.mark.recommendation("R2.7")
@pytest.mark.parametrize("missing", ["name", "purpose", "terms"])
def test_a_meeting_is_not_there_without_its_terms(table, missing):
    with pytest.raises(Invalid) as refused:
        table.sets_up(**{missing: "  "})
    assert set(refused.value.errors) == {missing}
    assert not MeetingSeries.objects.exists()


def test_nor_without_those_who_must_be_asked_nor_a_chair_of_the_councils_own(table, cast):
    with pytest.raises(Invalid, match="who must be asked"):
        table.sets_up(required=[])
    for nobody in (cast.paul, cast.greta, cast.zoe):
        with pytest.raises(Invalid, match="Select a chair"):
            table.sets_up(chair=nobody)


@pytest.mark.recommendation("R2.7")
@pytest.mark.parametrize(
    ("field", "value"), [("terms", " \n"), ("purpose", ""), ("required", []), ("chair", None), ("every_days", 0)]
)
def test_the_database_keeps_that_too(table, cast, field, value):
    given = {
        "kind": "panel", "authority": cast.north, "name": "Panel", "purpose": "P", "terms": "T", "chair": cast.hana,
        "required": ["health"], "every_days": 7, "started_on": START, "recorded_by": cast.hana,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingSeries.objects.create(**given | {field: value})
    assert MeetingSeries.objects.create(**given).pk


def test_who_is_always_asked_depends_on_where_she_lives_and_her_plan(table, cast):
    as_of = at(START, 9)
    assert "send" in always_asked(table.child, as_of)  # nobody has said that there is no plan
    table.child.has_ehcp = False
    assert always_asked(table.child, as_of) == [
        "social_worker", "placement_manager", "agency", "health", "virtual_school", "police", "iro", "commissioner",
        "advocate",
    ]  # fmt: skip
    cast.dol_order(table.child, START)
    table.child.has_ehcp = True
    assert {"guardian", "send"} <= set(always_asked(table.child, as_of))
    fostered = cast.child(forename="Rosie", has_ehcp=False)
    cast.placement(fostered, START, type="U6")
    assert always_asked(fostered, as_of) == ["social_worker", "health", "virtual_school", "iro"]


def test_whoever_is_always_asked_is_left_out_only_with_a_reason(table):
    asked = [part for part in always_asked(table.child, at(START)) if part != "health"]
    with pytest.raises(Invalid, match="Children in care health"):
        table.sets_up(required=asked)
    series = table.sets_up(required=asked, left_out_why="The nurse has left; her successor joins in May.")
    assert "health" not in series.required
    meeting = table.plans(series, at(MONDAY, 14))
    assert "health" not in {seat.part for seat in seats_of(meeting)}  # and stays so from one meeting to the next


def test_others_than_its_own_councils_people_may_not_set_one_up_or_run_it(table, cast):
    for stranger in (cast.zoe, cast.paul, cast.greta, cast.lee):
        with pytest.raises(PermissionDenied):
            table.sets_up(by=stranger)
    series = table.sets_up()
    for stranger in (cast.zoe, cast.todd, cast.paul):
        with pytest.raises(PermissionDenied):
            table.act(
                meetings.plan_meeting, stranger, at(MONDAY), series=series, held_at=at(MONDAY, 14), children=[]
            )  # fmt: skip


def test_its_chair_and_those_who_answer_for_the_child_change_and_end_it_and_nobody_else(table, cast):
    series = table.sets_up()
    for person, part in ((cast.amy, "social_worker"), (cast.carl, "commissioner"), (cast.sal, "other")):
        table.joins(series, person, part)
    given = TERMS | {"required": series.required, "chair": cast.hana}
    joining = {"person": cast.ines, "part": "iro", "started_on": MONDAY}
    acts = [
        (meetings.change_series, {"series": series, **given}),
        (meetings.add_member, {"series": series, **joining}),
        (meetings.end_member, {"member": series.members.get(person=cast.carl), "why": "Left."}),
        (meetings.end_series, {"series": series, "ended_on": MONDAY, "why": "It asks too much."}),
    ]
    # The worker whose practice it looks at, whoever pays, and whoever sits in it or above it.
    for stranger in (cast.amy, cast.carl, cast.sal, cast.dee):
        for act, what in acts:
            with pytest.raises(PermissionDenied):
                table.act(act, stranger, at(MONDAY), **what)
    table.act(meetings.plan_meeting, cast.amy, at(MONDAY), series=series, held_at=at(MONDAY, 14))
    with pytest.raises(PermissionDenied):
        table.act(meetings.plan_meeting, cast.carl, at(MONDAY), series=series, held_at=at(MONDAY, 15))
    for act, what in acts[:-1]:
        table.act(act, cast.tom, at(MONDAY), **what)
    table.act(meetings.change_series, cast.hana, at(MONDAY), series=series, **given | {"chair": cast.sal})
    act, what = acts[-1]
    assert table.act(act, cast.sal, at(MONDAY), **what).ended_on == MONDAY


def test_whoever_pays_for_her_placement_sets_up_chairs_and_finishes_none_of_her_meetings(table, cast):
    with pytest.raises(PermissionDenied):
        table.sets_up(by=cast.carl, chair=cast.hana)
    with pytest.raises(Invalid, match="Select a chair"):
        table.sets_up(chair=cast.carl)
    series = table.sets_up()
    table.joins(series, cast.carl, "commissioner")
    meeting = table.meets(series, at(MONDAY, 14), sent=False)
    action = table.agrees(meeting, at(MONDAY, 15))
    with pytest.raises(PermissionDenied):
        table.act(tasks.close_action, cast.carl, at(MONDAY, 16), action=action, evidence="It is paid for.")
    assert table.sets_up(child=False, name="High-cost panel", chair=cast.carl, by=cast.carl).chair == cast.carl


def test_another_chair_belongs_to_it_and_the_old_one_no_longer(table, cast):
    series = table.sets_up()
    given = TERMS | {"required": series.required, "chair": cast.sal}
    table.act(meetings.change_series, cast.hana, at(MONDAY), series=series, **given)
    assert [(m.person, m.ended_on) for m in series.members.order_by("pk")] == [(cast.hana, MONDAY), (cast.sal, None)]
    with pytest.raises(Invalid, match="never without a chair"):
        table.act(meetings.end_member, cast.sal, at(MONDAY), member=series.members.get(person=cast.sal), why="Left.")


# --- attendance and minutes ---------------------------------------------------------------------------------------------


def test_each_agency_that_supplies_her_carers_has_a_seat(table, cast):
    agreement = cast.supplies(table.placement)
    series = table.sets_up()
    table.joins(series, cast.paul, "placement_manager")
    meeting = table.meets(series, at(MONDAY, 14), sent=False)
    labels = [seat.label for seat in seats_of(meeting)]
    assert labels[0] == "Chair: Hana Finch"
    assert f"Care agency, {agreement.agency}" in labels
    assert "Placement manager, Harbour Light Care: Paul Bunting" in labels


def test_minutes_are_sent_whole_or_not_at_all(table, cast):
    series = table.sets_up()
    meeting = table.meets(series, at(MONDAY, 14), sent=False)
    MinuteSection.objects.filter(section="identity").update(text="")
    with pytest.raises(Invalid, match="Nothing is written under: Identity"):
        table.act(minutes.conduct, cast.hana, at(MONDAY, 16), meeting=meeting, child=table.child, send=True)
    said = {"identity": Said("Her gran rang.", MinuteSection.objects.get(section="identity").version)}
    Attendance.objects.filter(part="police").delete()
    with pytest.raises(Invalid, match=r"Say who was here.*Police"):
        table.act(minutes.conduct, cast.hana, at(MONDAY, 16), meeting=meeting, child=table.child, said=said, send=True)
    assert Meeting.objects.get().sent_at is None
    police = {("police", None, None): (Attendance.State.NOT_INVITED, "")}
    with pytest.raises(Invalid, match="why nobody was asked: Police"):
        table.act(minutes.conduct, cast.hana, at(MONDAY, 16), meeting=meeting, child=table.child, attendance=police)
    police = {("police", None, None): (Attendance.State.NOT_INVITED, "No matter of theirs this week")}
    table.act(
        minutes.conduct, cast.hana, at(MONDAY, 16), meeting=meeting, child=table.child, said=said, attendance=police,
        send=True,
    )  # fmt: skip
    assert Meeting.objects.get().sent_by == cast.hana
    with pytest.raises(Conflict, match="have been sent"):
        table.act(minutes.conduct, cast.hana, at(MONDAY, 17), meeting=meeting, child=table.child, said=said)
    with pytest.raises(Conflict, match="have been sent"):
        table.act(meetings.call_off, cast.hana, at(MONDAY, 17), meeting=meeting, why="It was not held.")


def test_a_meeting_is_minuted_from_half_an_hour_before_it_begins(table, cast):
    series = table.sets_up()
    held = at(MONDAY, 14)
    meeting = table.act(meetings.plan_meeting, cast.hana, held - DAY, series=series, held_at=held)
    said = {"care": Said("Early.", 0)}
    with pytest.raises(Invalid, match="has not begun"):
        table.act(minutes.conduct, cast.hana, held - 31 * MINUTE, meeting=meeting, child=table.child, said=said)
    table.act(minutes.conduct, cast.hana, held - 30 * MINUTE, meeting=meeting, child=table.child, said=said)
    with pytest.raises(Invalid, match="so it was held"):
        table.act(meetings.call_off, cast.hana, held, meeting=meeting, why="Nobody came.")


def test_two_people_edit_the_same_minutes_and_neither_loses_a_character(table, cast):
    series = table.sets_up()
    table.joins(series, cast.amy, "social_worker")
    held = at(MONDAY, 14)
    meeting = table.act(meetings.plan_meeting, cast.hana, held - DAY, series=series, held_at=held)

    def types(who, text, version, minutes_in, section="safety"):
        return table.act(
            minutes.conduct, who, held + minutes_in * MINUTE, meeting=meeting, child=table.child,
            said={section: Said(text, version)},
        )  # fmt: skip

    def now():
        return MinuteSection.objects.get(section="safety")

    types(cast.hana, "She was out until two.\nPolice brought her home.", 0, 1)
    assert types(cast.amy, "She was out until three.\nPolice brought her home.", 1, 2).together == []
    told = types(cast.hana, "She was out until two.\nPolice brought her home.\nA VIST was sent.", 1, 3).together
    assert told == ["Safety: Amy Sparrow saved at 14:02 while you were typing. Their lines and yours are both in it."]
    assert now().text == "She was out until three.\nPolice brought her home.\nA VIST was sent."
    assert (now().version, now().savings.first().how) == (3, "merged")
    told = types(cast.amy, "She was frightened.", 1, 4).together[0]
    assert "Both texts are kept" in told
    text = now().text
    for words in (
        "out until three",
        "A VIST was sent.",
        "She was frightened.",
        "[Hana Finch saved",
        "at 14:03",
        "Amy Sparrow typed",
    ):
        assert words in text
    saving = now().savings.first()
    assert (saving.how, saving.by, saving.typed) == ("both", cast.amy, "She was frightened.")
    assert types(cast.hana, text, 3, 5).together == []  # what she was shown is what is there
    assert now().savings.count() == 4


# --- actions ------------------------------------------------------------------------------------------------------------


@told_once
def meeting(table):
    return table.meets(table.sets_up(), at(MONDAY, 14), sent=False)


@pytest.mark.failing("F78")
@pytest.mark.recommendation("R2.8")
@pytest.mark.parametrize(("field", "empty"), [("owner", None), ("due_on", None), ("measure", " "), ("what", "")])
def test_an_action_has_a_person_a_day_and_a_measure_or_it_is_not_saved(table, cast, meeting, field, empty):
    given = {"what": "Train them", "owner": cast.hana, "due_on": MONDAY + DAY, "measure": "Certificates seen"}
    with pytest.raises(Invalid) as refused:
        table.act(
            tasks.add_action, cast.hana, at(MONDAY, 15), child=table.child, meeting=meeting, **given | {field: empty}
        )
    assert set(refused.value.errors) == {field}
    assert not Action.objects.exists()
    issue = Issue.objects.create(child=table.child, section="care", what="Training", raised_at=at(MONDAY))
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.create(
            child=table.child, issue=issue, agreed_at=at(MONDAY), recorded_by=cast.hana, **given | {field: empty}
        )


def test_it_is_closed_with_evidence_and_given_another_day_with_a_reason(table, cast, meeting):
    action = table.agrees(meeting, at(MONDAY, 15))
    with pytest.raises(Invalid, match="what shows that it is done"):
        table.act(tasks.close_action, cast.hana, at(MONDAY, 16), action=action, evidence=" ")
    with pytest.raises(Invalid, match="why it needs another day"):
        table.act(tasks.redate_action, cast.hana, at(MONDAY, 16), action=action, due_on=MONDAY + 9 * DAY, why="")
    table.act(tasks.redate_action, cast.hana, at(MONDAY, 16), action=action, due_on=MONDAY + 9 * DAY, why="She is ill.")
    kept = ActionRedating.objects.get()
    assert (kept.from_on, kept.to_on, kept.why) == (MONDAY + 7 * DAY, MONDAY + 9 * DAY, "She is ill.")
    table.act(tasks.close_action, cast.hana, at(MONDAY, 17), action=action, evidence="Her name is on the rota.")
    with pytest.raises(Conflict, match="closed already"):
        table.act(tasks.redate_action, cast.hana, at(MONDAY, 17), action=action, due_on=MONDAY + 10 * DAY, why="Again.")


def test_an_action_is_given_to_somebody_who_belongs_and_finished_by_nobody_else(table, cast, meeting):
    with pytest.raises(Invalid, match="belongs to the meeting"):
        table.agrees(meeting, at(MONDAY, 15), owner=cast.paul)
    table.joins(meeting.series, cast.paul, "placement_manager")
    table.joins(meeting.series, cast.greta, "guardian")
    action = table.agrees(meeting, at(MONDAY, 15), owner=cast.paul)
    for other in (cast.greta, cast.zoe, cast.lee):
        with pytest.raises(PermissionDenied):
            table.act(tasks.close_action, other, at(MONDAY, 16), action=action, evidence="Done.")
    table.act(tasks.close_action, cast.paul, at(MONDAY, 16), action=action, evidence="Done.")
    assert Action.objects.get().closed_by == cast.paul


def test_one_agreed_after_a_visit_has_no_meeting(table, cast):
    action = table.act(
        tasks.add_action, cast.hana, at(MONDAY), child=table.child, what="Mend the lock", owner=cast.amy,
        due_on=MONDAY, measure="It locks",
    )  # fmt: skip
    assert (action.meeting, action.issue.what) == (None, "Mend the lock")
    assert list(Action.for_user(cast.tom)) == [action]


# --- who sees it --------------------------------------------------------------------------------------------------------


def sees(user):
    return {
        model.__name__ for model in (MeetingSeries, Meeting, MinuteSection, Action) if model.for_user(user).exists()
    }


ALL = {"MeetingSeries", "Meeting", "MinuteSection", "Action"}


def test_a_member_sees_the_whole_of_it_until_the_day_they_no_longer_belong(table, cast, meeting):
    table.agrees(meeting, at(MONDAY, 15))
    outsiders = (cast.paul, cast.greta, cast.carl, cast.lee, cast.ava)
    assert [sees(user) for user in outsiders] == [set()] * 5
    for user, part in zip(
        outsiders, ("placement_manager", "guardian", "commissioner", "other", "advocate"), strict=True
    ):
        table.joins(meeting.series, user, part)
    assert [sees(user) for user in outsiders] == [ALL] * 5
    assert sees(cast.priya) == sees(cast.zoe) == sees(cast.duncan) == set()
    for member in meeting.series.members.exclude(part="chair"):
        table.act(meetings.end_member, cast.hana, at(MONDAY, 17), member=member, why="Left.")
    assert [sees(user) for user in outsiders] == [set()] * 5


def test_a_providers_person_sees_it_while_the_council_has_appointed_them(table, cast, meeting):
    table.joins(meeting.series, cast.paul, "placement_manager")
    assert "Meeting" in sees(cast.paul)
    ProviderPost.objects.filter(person=cast.paul).update(ended_on=MONDAY)
    assert sees(cast.paul) == set()


def test_a_providers_person_sees_it_while_the_provider_cares_for_the_child(table, cast, meeting):
    dana = cast.person("dana", "Dana Crake", "provider_manager", at_provider=True)
    ProviderPost.objects.create(provider=cast.agency, person=dana, authority=cast.north, started_on=table.start)
    supplies = cast.supplies(table.placement)
    table.joins(meeting.series, cast.paul, "placement_manager")
    table.joins(meeting.series, dana, "agency")
    assert "Meeting" in sees(cast.paul) & sees(dana)
    supplies.ended_on = MONDAY
    supplies.save()
    assert "Meeting" in sees(cast.paul)
    assert sees(dana) == set()
    table.placement.ended_on = MONDAY
    table.placement.save()
    assert sees(cast.paul) == set()


def test_of_a_panel_whoever_does_not_belong_sees_what_is_said_of_their_own_children(table, cast):
    other = cast.child(forename="Una", surname="Reed", team=None, worker=False)
    panel = table.sets_up(child=False, name="High-cost panel", every_days=28, chair=cast.dee, by=cast.dee)
    meeting = table.meets(panel, at(MONDAY, 14), children=[table.child, other])
    assert set(MinuteSection.for_user(cast.amy).values_list("child", flat=True)) == {table.child.pk}
    assert [row.child for row in Discussed.for_user(cast.amy)] == [table.child]
    assert list(Meeting.for_user(cast.amy)) == [meeting]
    assert MinuteSection.for_user(cast.dee).values("child").distinct().count() == 2
    assert not Meeting.for_user(cast.carl).exists()
    assert not MeetingSeries.for_user(cast.zoe).exists()


def test_no_providers_person_belongs_to_a_panel(table, cast):
    panel = table.sets_up(child=False, name="Panel", every_days=28, chair=cast.dee, by=cast.dee)
    joining = {"series": panel, "person": cast.paul, "part": "agency", "started_on": panel.started_on}
    with pytest.raises(Invalid, match="placed with them only"):
        table.act(meetings.add_member, cast.dee, at(panel.started_on, 10), **joining)


def test_a_panel_says_which_children_it_is_about_and_all_of_one_council(table, cast):
    panel = table.sets_up(child=False, name="High-cost panel", every_days=28)
    with pytest.raises(Invalid, match="Select the children"):
        table.meets(panel, at(MONDAY, 14))
    abroad = cast.child(forename="Wren", authority=cast.south, team=cast.south_team, worker=cast.zoe)
    with pytest.raises(Invalid, match="this council"):
        table.meets(panel, at(MONDAY, 14), children=[abroad])


def test_dates_that_cannot_be(table, cast):
    series = table.sets_up()
    for held in (at(MONDAY) + 367 * DAY, at(START - DAY)):
        with pytest.raises(Invalid):
            table.act(meetings.plan_meeting, cast.hana, at(MONDAY), series=series, held_at=held)
    table.act(meetings.plan_meeting, cast.hana, at(MONDAY), series=series, held_at=at(MONDAY, 14))
    with pytest.raises(Conflict, match="already planned"):
        table.act(meetings.plan_meeting, cast.hana, at(MONDAY), series=series, held_at=at(MONDAY, 14))
    table.act(meetings.end_series, cast.hana, at(MONDAY), series=series, ended_on=MONDAY, why="She moved.")
    with pytest.raises(Invalid, match="no longer held"):
        table.act(meetings.plan_meeting, cast.hana, at(MONDAY), series=series, held_at=at(MONDAY, 15))


def test_the_daily_message_says_how_many_and_names_nobody(table, cast):
    series = table.sets_up()
    table.joins(series, cast.amy, "social_worker")
    meeting = table.meets(series, at(MONDAY, 14), sent=False)
    table.agrees(meeting, at(MONDAY, 15), owner=cast.amy, due_on=MONDAY)
    table.agrees(meeting, at(MONDAY, 15), owner=cast.amy, due_on=MONDAY + 3 * DAY)
    table.sends(meeting, at(MONDAY, 16))
    told = dict(digest_lines(at(MONDAY + DAY, 7)))
    assert told == {
        cast.amy.pk: [
            "1 set of minutes sent to you since yesterday", "1 action of yours overdue", "1 action of yours due within 7 days",
        ]
    }  # fmt: skip
    assert dict(digest_lines(at(MONDAY + 2 * DAY, 7)))[cast.amy.pk][0].startswith("1 action")
    DigestDay.objects.create(day=MONDAY)  # and then nobody was told anything for two days
    late = dict(digest_lines(at(MONDAY + 3 * DAY, 7, 30)))[cast.amy.pk][0]
    assert late == f"1 set of minutes sent to you since {in_words(MONDAY)}"
    DigestDay.objects.create(day=MONDAY + 2 * DAY)
    assert dict(digest_lines(at(MONDAY + 3 * DAY, 7, 30)))[cast.amy.pk][0].startswith("1 action")
