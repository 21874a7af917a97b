"""The ladder: who is asked, how long they have, and where it goes when they do not answer."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock, outbox
from core.accounts import deactivate
from core.errors import Conflict, Invalid, Refused
from core.models import DigestDay, LocalStandard, OutboxMessage, Refusal
from core.working_days import is_working_day
from escalations import notices
from escalations.actions import ladder as acts
from escalations.actions.raising import raise_escalation
from escalations.ladder import LEVELS, Posts
from escalations.models import ConflictOfInterest, Escalation, EscalationStep
from escalations.sweep import climb, touched
from governance.actions import concerns
from governance.models import Concern
from oversight.actions import answer_flag
from oversight.models import Flag
from tests.cast import at

MONDAY = dt.date(2022, 3, 7)
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


@pytest.fixture
def child(cast):
    return cast.child()


def raises(by, as_of=None, **fields):
    fields = {"what": "She has had no manager for a month."} | fields
    return raise_escalation(by=by, as_of=as_of or at(MONDAY, 10), **fields)


def trail(escalation):
    """What happened, at which level, and who had it then; that they were told is left out."""
    escalation.refresh_from_db()
    steps = escalation.steps.exclude(kind="sent").order_by("pk")
    return [(step.kind, step.level, step.owner.name.split()[0]) for step in steps]


def empties(*people):
    for person in people:
        person.is_active = False
        person.save()


# --- where it begins, and how it climbs -------------------------------------------------------------------------------


def test_it_climbs_to_the_top_each_step_once_and_on_its_day(cast, child):
    made = raises(cast.amy, child=child)
    assert (made.number, made.level, made.owner, made.next_at) == (1, 2, cast.tom, at(MONDAY + 3 * DAY, 0))
    assert climb(as_of=at(MONDAY + 2 * DAY, 23, 59)) == 0
    later = at(MONDAY + 21 * DAY)
    assert climb(as_of=later) == 3
    assert climb(as_of=later) == 0
    assert trail(made) == [
        ("raised", 2, "Tom"), ("climbed", 3, "Hana"), ("climbed", 4, "Dee"), ("climbed", 5, "Nina"),
    ]  # fmt: skip
    when = list(made.steps.filter(kind="climbed").order_by("pk").values_list("happened_at", flat=True))
    assert when == [at(dt.date(2022, 3, 10), 0), at(dt.date(2022, 3, 16), 0), at(dt.date(2022, 3, 24), 0)]
    assert made.next_at == at(dt.date(2022, 4, 1), 0)
    assert (climb(as_of=at(dt.date(2022, 4, 1), 1)), trail(made)[-1]) == (1, ("rang", 5, "Nina"))
    other = cast.person("noor", "Noor Crane", "scrutineer")
    climb(as_of=at(dt.date(2022, 4, 20)))
    assert [step[2] for step in trail(made)[-2:]] == ["Noor", "Nina"]  # at the top it goes round
    assert other.pk


@pytest.mark.parametrize(
    ("by", "level", "owner"),
    [
        ("priya", 1, "amy"), ("greta", 1, "amy"), ("ines", 1, "amy"), ("amy", 2, "tom"), ("tom", 3, "hana"),
        ("hana", 4, "dee"), ("sal", 4, "dee"), ("dee", 5, "nina"), ("dora", 5, "nina"),
    ],
)  # fmt: skip
def test_it_begins_with_whoever_is_next_above_whoever_raised_it(cast, child, by, level, owner):
    cast.placement(child, dt.date(2021, 10, 12), home=cast.home())
    for partner, part in ((cast.greta, "partner"), (cast.ines, "iro")):
        cast.allocate(child, partner, part=part)
    made = raises(getattr(cast, by), child=child)
    assert (made.level, made.owner) == (level, getattr(cast, owner))


def test_about_no_child_it_goes_up_the_line_of_whoever_raised_it(cast):
    assert raises(cast.ben, at(MONDAY, 9)).owner == cast.tom
    assert raises(cast.lee, at(MONDAY, 9)).owner == cast.sal  # of no team
    assert raises(cast.priya, at(MONDAY, 9)).authority == cast.north  # whose council appointed her
    assert raises(cast.nina, at(MONDAY, 9)).owner == cast.dora  # the only scrutineer is not asked about herself
    with pytest.raises(PermissionDenied):
        raises(cast.amy, authority=cast.south)


def test_immediate_danger_goes_to_the_third_level_and_is_due_the_same_day(cast, child):
    made = raises(cast.amy, child=child, danger=True, as_of=at(MONDAY, 15))
    assert (made.level, made.owner, made.next_at) == (3, cast.hana, at(MONDAY + DAY, 0))
    climb(as_of=at(MONDAY + 2 * DAY, 1))
    assert trail(made)[1:] == [("climbed", 4, "Dee"), ("climbed", 5, "Nina")]


def test_it_can_be_said_to_whom_it_was_written_and_whom_it_is_about(cast, child):
    made = raises(cast.amy, child=child, to=cast.dora)
    assert (made.level, made.owner, made.last_day) == (4, cast.dora, MONDAY + 7 * DAY)  # five working days
    about_her = raises(cast.amy, child=child, to=cast.dora, about=[cast.dora, cast.dee])
    assert about_her.owner == cast.nina
    with pytest.raises(Invalid, match="Select who must answer"):
        raises(cast.amy, child=child, to=cast.carl)
    with pytest.raises(Invalid, match="other than yourself"):
        raises(cast.amy, child=child, to=cast.amy)
    assert raises(cast.amy, child=child, outside=True).owner == cast.nina


def test_an_empty_post_is_passed_over_and_at_last_anybody_free_has_it(cast, child):
    empties(cast.tom, cast.hana)
    made = raises(cast.amy, child=child)
    assert (made.level, made.owner) == (3, cast.sal)
    empties(cast.sal, cast.dee, cast.nina)
    climb(as_of=at(MONDAY + DAY))
    assert trail(made)[-1] == ("reassigned", 4, "Dora")
    empties(cast.dora, cast.ben)
    climb(as_of=at(MONDAY + DAY))
    assert trail(made)[-1] == ("reassigned", 5, "Sam")  # Amy, who raised it, is never asked
    empties(cast.sam)
    with pytest.raises(Conflict, match="Nobody at the council"):
        raises(cast.amy, child=child)


def test_while_nobody_at_all_is_left_its_time_goes_on_and_whoever_comes_back_has_it(cast, child):
    made = raises(cast.amy, child=child)
    empties(cast.ben, cast.tom, cast.hana, cast.sal, cast.dee, cast.dora, cast.nina, cast.sam)
    touched(subjects=[("user", cast.tom.pk)], as_of=at(MONDAY, 11))
    climb(as_of=at(MONDAY + 3 * DAY, 1))
    assert trail(made)[1:] == [("rang", 2, "Tom")]
    assert (made.next_at, made.is_open) == (at(MONDAY + 8 * DAY, 0), True)
    cast.dora.is_active = True
    cast.dora.save()
    touched(subjects=[("user", cast.dora.pk)], as_of=at(MONDAY + 3 * DAY, 2))
    assert trail(made)[-1] == ("reassigned", 4, "Dora")


def test_whoever_leaves_leaves_it_to_somebody_else_in_the_same_moment(cast, child, django_capture_on_commit_callbacks):
    made = raises(cast.amy, child=child)
    with django_capture_on_commit_callbacks(execute=True):
        deactivate(account=cast.tom, reason="Left.", by=cast.sam, as_of=at(MONDAY, 11))
    assert trail(made)[-1] == ("reassigned", 3, "Hana")
    assert made.next_at == at(dt.date(2022, 3, 11), 0)


def test_a_council_may_give_less_time_and_never_more(cast, child):
    key = LEVELS[1].standard.key
    for value, since in ((1, MONDAY), (9, MONDAY + 7 * DAY)):
        LocalStandard.objects.create(
            authority=cast.north, key=key, value=value, effective_from=since, set_by=cast.dee, reason="R"
        )
    assert raises(cast.amy, at(MONDAY, 9), child=child).last_day == MONDAY + DAY
    assert raises(cast.amy, at(MONDAY + 7 * DAY, 9), child=child).last_day == MONDAY + 9 * DAY  # the default, two


@settings(max_examples=60, deadline=None)
@given(level=st.integers(1, 5), minutes=st.integers(0, 600 * 24 * 60))
def test_a_level_has_its_working_days_whole(level, minutes):
    """Read another way: count the working days that begin after the moment and end by the due instant."""
    since = at(dt.date(2022, 1, 1), 0) + minutes * MINUTE
    due = Posts(1).due(level, since)
    day, last = clock.local_date(since), clock.local_date(due - MINUTE)
    whole = [day + n * DAY for n in range(1, (last - day).days + 1) if is_working_day(day + n * DAY)]
    assert len(whole) == (1, 2, 3, 5, 5)[level - 1]
    assert is_working_day(last)
    assert due == clock.end_of(last)
    assert Posts(1).due(level, since, danger=True) == clock.end_of(day)


# --- answered ---------------------------------------------------------------------------------------------------------


def answers(escalation, by, as_of, text="A manager starts on Monday.", **fields):
    return acts.answer(escalation=escalation, text=text, by=by, as_of=as_of, **fields)


def opens(escalation, by, as_of):
    return acts.open_escalation(escalation=escalation, by=by, as_of=as_of)


def closes(escalation, by, as_of, reason="done", text="The manager started, and is on the rota."):
    return acts.close(escalation=escalation, reason=reason, text=text, by=by, as_of=as_of)


def test_it_closes_when_whoever_raised_it_accepts_the_answer(cast, child):
    made = raises(cast.amy, child=child)
    with pytest.raises(Invalid, match="no answer yet"):
        acts.accept(escalation=made, by=cast.amy, as_of=at(MONDAY, 11))
    answers(made, cast.tom, at(MONDAY, 12))
    with pytest.raises(Conflict, match="answered already"):
        answers(made, cast.tom, at(MONDAY, 12))
    with pytest.raises(PermissionDenied):
        acts.accept(escalation=made, by=cast.ben, as_of=at(MONDAY, 13))
    acts.accept(escalation=made, by=cast.amy, as_of=at(MONDAY, 13))
    assert [step[0] for step in trail(made)] == ["raised", "answered", "shown", "closed"]
    assert (made.closed_by, made.closed_because, made.next_at) == (cast.amy, "accepted", None)
    assert climb(as_of=at(MONDAY + 30 * DAY)) == 0
    for act in (acts.accept, acts.open_escalation):
        if act is acts.accept:
            with pytest.raises(Conflict, match="is closed"):
                act(escalation=made, by=cast.amy, as_of=at(MONDAY, 14))
        else:
            assert not act(escalation=made, by=cast.amy, as_of=at(MONDAY, 14)).is_open


def test_whoever_answered_closes_it_only_once_the_answer_was_read(cast, child):
    made = raises(cast.amy, child=child)
    with pytest.raises(Invalid, match="in writing first"):
        closes(made, cast.tom, at(MONDAY, 11))
    answers(made, cast.tom, at(MONDAY, 12))
    with pytest.raises(Invalid, match="has not read the answer"):
        closes(made, cast.tom, at(MONDAY, 13))
    opens(made, cast.ben, at(MONDAY, 14))  # a colleague’s reading is not hers
    with pytest.raises(Invalid, match="has not read the answer"):
        closes(made, cast.tom, at(MONDAY, 14))
    opens(made, cast.amy, at(MONDAY, 15))
    for moment in (at(MONDAY, 16), at(MONDAY + 2 * DAY, 23, 59)):
        with pytest.raises(Invalid, match="may still reject the answer, until the end of 9 March 2022"):
            closes(made, cast.tom, moment)
    climb(as_of=at(MONDAY + 3 * DAY, 0))  # and then he has his own time to close it before it goes up
    closes(made, cast.tom, at(MONDAY + 3 * DAY, 0))
    assert (made.closed_by, made.closed_because) == (cast.tom, "done")


def test_an_answer_that_was_read_is_rejected_in_its_time_or_closed_or_goes_up(cast, child):
    rejected, left, again = (raises(cast.amy, child=child, what=what) for what in ("A", "B", "C"))
    acts.ask_outside(escalation=again, why="It is not safe.", by=cast.amy, as_of=at(MONDAY, 10))
    for made, by in ((rejected, cast.tom), (left, cast.tom), (again, cast.nina)):
        answers(made, by, at(MONDAY, 12))
        if made == again:
            acts.reject(escalation=made, why="By when?", by=cast.amy, as_of=at(MONDAY, 13))
            answers(made, by, at(MONDAY, 14))
        opens(made, cast.amy, at(MONDAY + 2 * DAY, 15))
    closes(again, cast.nina, at(MONDAY + 2 * DAY, 16))  # who rejected one answer has had their say
    climb(as_of=at(MONDAY + 4 * DAY, 23, 59))
    acts.reject(escalation=rejected, why="That is a month away.", by=cast.amy, as_of=at(MONDAY + 4 * DAY, 23, 59))
    assert trail(rejected)[-1] == ("climbed", 3, "Hana")
    climb(as_of=at(MONDAY + 8 * DAY, 23, 59))
    assert trail(left)[-1] == ("shown", 2, "Tom")
    climb(as_of=at(MONDAY + 9 * DAY, 0))
    assert trail(left)[-1] == ("climbed", 3, "Hana")


def test_an_answer_nobody_settles_goes_up_in_its_time(cast, child):
    made = raises(cast.amy, child=child)
    answers(made, cast.tom, at(MONDAY, 12))
    assert made.next_at == at(MONDAY + 3 * DAY, 0)
    climb(as_of=at(MONDAY + 3 * DAY, 0))
    assert trail(made)[-1] == ("climbed", 3, "Hana")
    assert (made.state, made.shown_at) == ("open", None)
    with pytest.raises(Conflict, match="Hana Finch has it"):
        answers(made, cast.tom, at(MONDAY + 3 * DAY, 9))
    with pytest.raises(PermissionDenied):
        answers(made, cast.dee, at(MONDAY + 3 * DAY, 9))


def test_one_answer_may_be_rejected_and_then_it_goes_up_at_once(cast, child):
    made = raises(cast.amy, child=child)
    answers(made, cast.tom, at(MONDAY, 12))
    acts.reject(escalation=made, why="That is a month away.", by=cast.amy, as_of=at(MONDAY, 13))
    assert trail(made)[-3:] == [("shown", 2, "Tom"), ("rejected", 2, "Tom"), ("climbed", 3, "Hana")]
    answers(made, cast.hana, at(MONDAY, 14), text="She starts tomorrow.")
    with pytest.raises(Conflict, match="rejected an answer before"):
        acts.reject(escalation=made, why="No.", by=cast.amy, as_of=at(MONDAY, 15))
    acts.ask_outside(escalation=made, why="It is still not safe.", by=cast.amy, as_of=at(MONDAY, 16))
    assert trail(made)[-1] == ("outside", 5, "Nina")
    with pytest.raises(Conflict, match="outside already"):
        acts.ask_outside(escalation=made, why="Again.", by=cast.amy, as_of=at(MONDAY, 17))


def test_only_the_scrutineer_closes_what_nobody_is_left_to_read(cast, child):
    made = raises(cast.amy, child=child)
    answers(made, cast.tom, at(MONDAY, 12))
    empties(cast.amy)
    with pytest.raises(Invalid, match="has not read"):
        closes(made, cast.tom, at(MONDAY, 13))
    climb(as_of=at(dt.date(2022, 3, 25)))
    answers(made, cast.nina, at(dt.date(2022, 3, 25), 13))
    closes(made, cast.nina, at(dt.date(2022, 3, 25), 14))
    assert not made.is_open


@pytest.mark.parametrize(
    "text",
    [
        "It’s already known to directors. There’s no alternative. This is only a short-term placement.", "It’s known.",
        "There is no alternative placement", "No alternative placement is available", "There is no alternative at the moment",
        "Already known to the DCS", "The executive director is already aware of these concerns", "This placement is temporary",
        "Noted.", "OK", "...", "Already known to directors.", "It is known to us", "Directors are aware of this", "The managers know about it.",
        "There is no alternative.", "no other placement available", "There is nowhere else for her", "It is only short-term",
        "for a short time", "It is the best available", "Best that can be provided", "Already known to directors. No alternative!",
        "Known to the directors, and there is no alternative", "it is only temporary",
        "Directors are already aware of the situation.", "The directors were aware of her situation", "No. We know about this.",
        "All of these concerns are already known at a senior level, and nothing could be done.",
        "Known to directors, no alternative", "Noted. There were no alternatives to the situation", "It is known but nothing can be done.",
    ],
)  # fmt: skip
def test_what_is_no_reason_answers_and_closes_nothing(cast, child, text):
    made = raises(cast.amy, child=child)
    with pytest.raises(Refused, match="everything is as it was") as refusal:
        answers(made, cast.tom, at(MONDAY, 12), text=text)
    assert refusal.value.code == Refusal.objects.get().code == "ESC-05-REASON"
    made.refresh_from_db()
    assert (made.state, made.owner) == ("open", cast.tom)  # a manager’s try leaves it with them, and its clock runs


@pytest.mark.parametrize(
    "text",
    [
        "It is known to directors, and from tonight a second carer is on shift.",
        "No alternative was found in forty homes; Amy visits daily until Friday.",
        "We moved her on Monday.",
        "The best available carers are asked for tonight.",
        "Directors are aware of the situation, and Dee visits tonight.",
        "Nothing can be done before Friday; on Friday she moves.",
        "We know about this: a manager starts on Monday.",
    ],
)
def test_an_answer_that_says_what_is_done_is_one(cast, child, text):
    made = raises(cast.amy, child=child)
    answers(made, cast.tom, at(MONDAY, 12), text=text)
    assert made.is_answered


@pytest.mark.parametrize("reason", Escalation.NoReason.values)
def test_a_reason_from_the_list_that_is_none_closes_nothing(cast, child, reason):
    made = raises(cast.amy, child=child)
    answers(made, cast.tom, at(MONDAY, 12))
    opens(made, cast.amy, at(MONDAY, 13))
    with pytest.raises(Refused):
        closes(made, cast.tom, at(MONDAY, 14), reason=reason)
    with pytest.raises(Invalid, match="Select why"):
        closes(made, cast.tom, at(MONDAY, 14), reason="cleared")


# --- conflicts and loops ----------------------------------------------------------------------------------------------


def test_it_leaves_whoever_it_turns_out_to_be_about(cast, child):
    made = raises(cast.amy, child=child)
    acts.name_conflict(escalation=made, person=cast.tom, why="decided", by=cast.amy, as_of=at(MONDAY, 11))
    assert trail(made)[-2:] == [("conflict", 2, "Tom"), ("reassigned", 3, "Hana")]
    with pytest.raises(Refused, match="took the decision"):
        answers(made, cast.tom, at(MONDAY, 12))
    made.refresh_from_db()
    assert made.owner == cast.hana  # a manager’s try sends it nowhere
    with pytest.raises(Conflict, match="already"):
        acts.name_conflict(escalation=made, person=cast.tom, why="subject", by=cast.amy, as_of=at(MONDAY, 13))
    with pytest.raises(PermissionDenied):
        acts.name_conflict(escalation=made, person=cast.hana, why="subject", by=cast.zoe, as_of=at(MONDAY, 13))
    assert ConflictOfInterest.objects.count() == 1


def test_the_database_refuses_what_the_gates_refuse(cast, child):
    """Whoever writes past every action: no answer and no closing by whom it is about, and no escalation is cleared away."""
    made = raises(cast.amy, child=child, about=[cast.dee])
    closed = {"state": "closed", "closed_at": at(MONDAY, 12), "next_at": None, "answered_at": at(MONDAY, 11)}
    here, step = Escalation.objects.filter(pk=made.pk), {"level": 2, "owner": cast.tom, "happened_at": at(MONDAY, 11)}
    for write in (
        lambda: here.update(**closed, closed_because="done", closed_by=cast.dee),
        lambda: here.update(**closed, closed_because="cleared"),
        lambda: here.update(**closed | {"answered_at": None}, closed_because="done", closed_by=cast.tom),
        lambda: here.update(next_at=None),
        lambda: here.update(owner=cast.amy),
        lambda: made.steps.create(kind="answered", by=cast.dee, **step),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()
    here.update(**closed, closed_because="done", closed_by=cast.tom)


def test_the_database_holds_that_nobody_has_what_is_about_them(cast, child):
    """By SQL as the app’s own role: neither given to somebody in conflict nor is whoever has it named, at the end of either."""
    made = raises(cast.amy, child=child, about=[cast.dee])
    given = ("UPDATE escalations_escalation SET owner_id = %s WHERE id = %s", [cast.dee.pk, made.pk])
    named = (
        "INSERT INTO escalations_conflictofinterest (escalation_id, user_id, why) VALUES (%s, %s, 'subject')",
        [made.pk, cast.tom.pk],
    )

    def written(*statements):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for sql, values in statements:
                cursor.execute(sql, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    for statement in (given, named):
        with pytest.raises(DatabaseError, match="never with somebody it is about"):
            written(statement)
    left = ("UPDATE escalations_escalation SET owner_id = %s WHERE id = %s", [cast.hana.pk, made.pk])
    written(named, left)  # named and left in one transaction is as it should be


def test_whoever_it_is_about_does_not_choose_who_answers_it(cast, child):
    """A director it is about cannot keep it from the scrutineer, nor can anybody who was not named yet."""
    made = raises(cast.amy, child=child, about=[cast.dee])
    name = {"escalation": made, "why": "subject", "as_of": at(MONDAY, 11)}
    with pytest.raises(PermissionDenied, match="does not say who answers"):
        acts.name_conflict(person=cast.hana, by=cast.dee, **name)
    with pytest.raises(Invalid, match="from the list"):
        acts.name_conflict(person=cast.nina, by=cast.tom, **name)
    acts.name_conflict(person=cast.nina, by=cast.amy, **name)  # who raised it may
    assert set(made.conflicts.values_list("user", flat=True)) == {cast.dee.pk, cast.nina.pk}


def test_it_is_never_left_with_somebody_it_is_about_for_want_of_another(cast, child):
    made = raises(cast.amy, child=child)
    empties(cast.ben, cast.hana, cast.sal, cast.dee, cast.dora, cast.nina, cast.sam)
    with pytest.raises(Conflict, match="Nobody but Tom Heron"):
        acts.name_conflict(escalation=made, person=cast.tom, why="subject", by=cast.amy, as_of=at(MONDAY, 11))
    assert not made.conflicts.exists()


def test_what_was_answered_stays_answered_when_whoever_answered_leaves(cast, child):
    made = raises(cast.amy, child=child)
    answers(made, cast.tom, at(MONDAY, 12))
    due = made.next_at
    empties(cast.tom)
    climb(as_of=at(MONDAY, 13))
    made.refresh_from_db()
    assert (made.owner, made.state, made.next_at) == (cast.hana, "answered", due)
    assert not OutboxMessage.objects.filter(to=cast.hana).exists()  # she is not asked to answer what is answered


def test_passed_back_once_and_the_second_time_it_is_outside(cast, child):
    made = raises(cast.hana, child=child)
    assert made.owner == cast.dee
    with pytest.raises(Invalid, match="from the list"):  # to whoever raised it
        acts.pass_back(escalation=made, to=cast.hana, why="Look again.", by=cast.dee, as_of=at(MONDAY, 11))
    acts.pass_back(escalation=made, to=cast.dora, why="It is yours.", by=cast.dee, as_of=at(MONDAY, 11))
    assert (trail(made)[-1], made.loops) == (("passed_back", 4, "Dora"), 1)
    acts.pass_back(escalation=made, to=cast.dee, why="No, yours.", by=cast.dora, as_of=at(MONDAY, 12))
    assert trail(made)[-2:] == [("passed_back", 4, "Dora"), ("outside", 5, "Nina")]


def test_it_is_not_passed_below_the_level_of_danger_nor_back_in_from_outside_nor_once_answered(cast, child):
    danger = raises(cast.amy, child=child, danger=True)
    outside = raises(cast.amy, child=child, outside=True)
    for made, by, to in ((danger, cast.hana, cast.tom), (outside, cast.nina, cast.dee)):
        with pytest.raises(Invalid, match="from the list"):
            acts.pass_back(escalation=made, to=to, why="For you.", by=by, as_of=at(MONDAY, 11))
    acts.pass_back(escalation=danger, to=cast.sal, why="She is on call.", by=cast.hana, as_of=at(MONDAY, 11))
    answers(danger, cast.sal, at(MONDAY, 12))
    with pytest.raises(Conflict, match="You have answered this"):
        acts.pass_back(escalation=danger, to=cast.hana, why="Yours.", by=cast.sal, as_of=at(MONDAY, 13))


# --- flags ------------------------------------------------------------------------------------------------------------


def flag(cast, placement, rule="VIS-02", owner=None, raised_at=None, severity="red", limb=""):
    owner, raised_at = owner or cast.amy, raised_at or at(MONDAY, 9)
    return Flag.objects.create(
        rule=rule, limb=limb, severity=severity, authority=cast.north, child=placement.child, placement=placement, due_at=raised_at,
        raised_at=raised_at, owner=owner, owner_role=owner.role,
    )  # fmt: skip


@pytest.fixture
def placement(cast, child):
    return cast.placement(child, dt.date(2021, 10, 12), home=cast.home())


def clears(*flags, as_of):
    Flag.objects.filter(pk__in=[each.pk for each in flags]).update(cleared_at=as_of)


class TestFlags:
    def test_what_nobody_answers_at_one_placement_is_one_escalation(self, cast, placement):
        first = flag(cast, placement)
        amber = flag(cast, placement, "VOI-01", severity="amber")
        assert climb(as_of=at(MONDAY + DAY, 23, 59)) == 0
        climb(as_of=at(MONDAY + 2 * DAY, 0))
        made = Escalation.objects.get()
        assert (made.owner, made.level, made.raised_by, made.raised_at) == (cast.tom, 2, None, at(MONDAY + 2 * DAY, 0))
        second = flag(cast, placement, "LOG-01", raised_at=at(MONDAY + DAY, 9))
        climb(as_of=at(MONDAY + 3 * DAY, 0))
        assert trail(made) == [("raised", 2, "Tom"), ("joined", 2, "Tom")]
        assert {row.flag for row in made.flags.all()} == {first, second}
        assert amber not in {row.flag for row in made.flags.all()}
        clears(first, as_of=at(MONDAY + 3 * DAY, 9))
        climb(as_of=at(MONDAY + 3 * DAY, 10))
        assert Escalation.objects.get().is_open
        clears(second, as_of=at(MONDAY + 3 * DAY, 11))
        climb(as_of=at(MONDAY + 3 * DAY, 12))
        assert trail(made)[-1] == ("closed", 2, "Tom")
        assert (made.closed_because, made.closed_by) == ("cleared", None)
        assert "1 escalation of yours closed" in str(list(digest(at(MONDAY + 3 * DAY, 13))[cast.tom.pk]))

    def test_what_is_urgent_waits_for_no_levels_time_and_rings(self, cast, placement):
        flag(cast, placement, "SAF-10", cast.tom, limb="police", raised_at=at(MONDAY, 16))
        assert climb(as_of=at(MONDAY, 23, 59)) == 0
        climb(as_of=at(MONDAY + DAY, 0))
        made = Escalation.objects.get()
        assert (made.owner, made.level, made.danger, made.raised_at) == (cast.hana, 3, True, at(MONDAY + DAY, 0))
        assert made.next_at == at(MONDAY + 2 * DAY, 0)
        assert "immediate danger" in OutboxMessage.objects.get(to=cast.hana).body
        climb(as_of=at(MONDAY + 2 * DAY, 0))
        assert trail(made)[-1] == ("climbed", 4, "Dee")

    def test_what_is_urgent_and_answered_the_same_day_is_held_for_one_working_day(self, cast, placement):
        made = flag(cast, placement, "SAF-10", cast.tom, limb="police", raised_at=at(MONDAY, 16))
        answer_flag(flag=made, doing="I ring at nine.", by_when=MONDAY + 9 * DAY, by=cast.tom, as_of=at(MONDAY, 17))
        assert climb(as_of=at(MONDAY + DAY, 23, 59)) == 0
        climb(as_of=at(MONDAY + 2 * DAY, 0))
        assert Escalation.objects.get().danger

    def test_what_is_urgent_raises_what_it_joins(self, cast, placement):
        flag(cast, placement)
        climb(as_of=at(MONDAY + 2 * DAY))
        made = Escalation.objects.get()
        answers(made, cast.tom, at(MONDAY + 2 * DAY, 13), until=MONDAY + 18 * DAY)
        flag(cast, placement, "STF-09", limb="worked", raised_at=at(MONDAY + 2 * DAY, 14))
        climb(as_of=at(MONDAY + 3 * DAY, 1))
        assert trail(made)[-2:] == [("joined", 2, "Tom"), ("reassigned", 3, "Hana")]
        assert (made.state, made.next_at, made.danger) == ("open", at(MONDAY + 4 * DAY, 0), True)
        assert OutboxMessage.objects.get(to=cast.hana)

    def test_a_person_who_escalates_what_is_urgent_takes_no_time_from_it(self, cast, placement):
        made = raises(cast.amy, flag=flag(cast, placement, "SAF-10", cast.tom, limb="lado"))
        assert (made.level, made.danger) == (3, True)

    def test_it_never_goes_to_whoever_holds_one_of_its_flags(self, cast, placement):
        flag(cast, placement)
        climb(as_of=at(MONDAY + 2 * DAY))
        made = Escalation.objects.get()
        flag(cast, placement, "VIS-07", cast.tom, raised_at=at(MONDAY, 9))
        climb(as_of=at(MONDAY + 3 * DAY, 9))
        assert trail(made)[-2:] == [("joined", 2, "Tom"), ("reassigned", 3, "Hana")]

    def test_of_what_is_owed_about_a_concern_it_never_goes_to_whom_one_is_about(self, cast, placement):
        concern = conduct(cast, placement.child, cast.amy, colleague=cast.hana)
        by_hand = raises(cast.amy, flag=flag(cast, placement, "SAF-09", cast.tom, limb="triage"), to=cast.hana)
        assert by_hand.owner == cast.sal
        flag(cast, placement, "SAF-10", cast.tom, limb="police", raised_at=at(MONDAY, 16))
        climb(as_of=at(MONDAY + DAY, 0))
        made = Escalation.objects.get(automatic=True)
        assert (made.owner, made.level) == (cast.sal, 3)
        assert list(made.conflicts.values_list("user", flat=True)) == [
            cast.tom.pk
        ]  # that names nobody but who had the flag
        assert concern.is_open

    def test_nor_once_that_concern_is_closed(self, cast, placement):
        concern = conduct(cast, placement.child, cast.amy, colleague=cast.hana)
        done = at(MONDAY, 15)
        Concern.objects.filter(pk=concern.pk).update(triaged_at=done, answered_at=done, closed_at=done)
        flag(cast, placement, "SAF-10", cast.tom, limb="lado", raised_at=at(MONDAY, 16))
        climb(as_of=at(MONDAY + DAY, 0))
        assert Escalation.objects.get().owner == cast.sal

    def test_it_leaves_whoever_has_it_where_a_concern_about_them_joins(self, cast, placement):
        flag(cast, placement, "VIS-01", cast.amy)
        climb(as_of=at(MONDAY + 2 * DAY))
        made = Escalation.objects.get()
        assert made.owner == cast.tom
        conduct(cast, placement.child, cast.amy, colleague=cast.tom)
        flag(cast, placement, "SAF-09", cast.amy, limb="triage", raised_at=at(MONDAY + DAY, 9))
        climb(as_of=at(MONDAY + 3 * DAY, 1))
        assert trail(made)[-2:] == [("joined", 2, "Tom"), ("reassigned", 3, "Hana")]

    def test_an_answer_with_a_day_holds_until_that_day(self, cast, placement):
        made = flag(cast, placement)
        answer_flag(flag=made, doing="I visit on Friday.", by_when=MONDAY + 4 * DAY, by=cast.amy, as_of=at(MONDAY, 10))
        climb(as_of=at(MONDAY + 4 * DAY, 23, 59))
        assert not Escalation.objects.exists()
        climb(as_of=at(MONDAY + 5 * DAY, 9))
        assert Escalation.objects.get().raised_at == at(MONDAY + 5 * DAY, 0)

    def test_answers_again_and_again_hold_it_for_twenty_working_days_from_when_it_was_raised(self, cast, placement):
        made = flag(cast, placement)
        for weeks in range(5):
            now, plans = at(MONDAY + 7 * weeks * DAY, 10), MONDAY + 7 * (weeks + 2) * DAY
            answer_flag(flag=made, doing="I visit on Friday.", by_when=plans, by=cast.amy, as_of=now)
            assert climb(as_of=now) == 0
        climb(as_of=at(MONDAY + 28 * DAY, 23, 59))
        assert not Escalation.objects.exists()
        climb(as_of=at(MONDAY + 29 * DAY, 9))
        assert Escalation.objects.get().raised_at == at(MONDAY + 29 * DAY, 0)

    def test_an_answer_plans_twenty_working_days_ahead_and_is_no_excuse(self, cast, placement):
        made, given = flag(cast, placement), {"by": cast.amy, "as_of": at(MONDAY, 10)}
        with pytest.raises(Invalid, match="must be 4 April 2022 or earlier"):
            answer_flag(flag=made, doing="I visit.", by_when=MONDAY + 29 * DAY, **given)
        with pytest.raises(Refused, match="no alternative"):
            answer_flag(flag=made, doing="There’s no alternative placement.", by_when=MONDAY + 2 * DAY, **given)
        answer_flag(flag=made, doing="I visit.", by_when=MONDAY + 28 * DAY, **given)

    def test_anybody_elses_answer_holds_nothing(self, cast, placement):
        answer_flag(
            flag=flag(cast, placement), doing="She visits on Friday.", by_when=MONDAY + 4 * DAY, by=cast.tom,
            as_of=at(MONDAY, 10),
        )  # fmt: skip
        climb(as_of=at(MONDAY + 2 * DAY))
        assert Escalation.objects.get().owner == cast.tom

    def test_an_answer_with_a_day_keeps_it_and_records_alone_close_it(self, cast, placement):
        flag(cast, placement)
        climb(as_of=at(MONDAY + 2 * DAY))
        made = Escalation.objects.get()
        now = at(MONDAY + 2 * DAY, 10)
        for until, sentence in ((None, "Enter by when"), (MONDAY, "between today"), (MONDAY + 60 * DAY, "between")):
            with pytest.raises(Invalid, match=sentence):
                answers(made, cast.tom, now, until=until)
        answers(made, cast.tom, now, until=MONDAY + 10 * DAY)
        assert made.next_at == at(MONDAY + 11 * DAY, 0)
        with pytest.raises(Invalid, match="made of flags"):
            closes(made, cast.tom, now)
        climb(as_of=at(MONDAY + 11 * DAY, 0))
        assert trail(made)[-1] == ("climbed", 3, "Hana")

    def test_an_answer_holds_for_more_of_the_same_and_for_nothing_else(self, cast, placement):
        flag(cast, placement)
        climb(as_of=at(MONDAY + 2 * DAY))
        made = Escalation.objects.get()
        answers(made, cast.tom, at(MONDAY + 2 * DAY, 10), until=MONDAY + 18 * DAY)
        flag(cast, placement, raised_at=at(MONDAY + 2 * DAY, 11))
        climb(as_of=at(MONDAY + 4 * DAY))
        made.refresh_from_db()
        assert (made.is_answered, made.flags.count()) == (True, 2)
        flag(cast, placement, "LOG-01", raised_at=at(MONDAY + 3 * DAY, 11))
        climb(as_of=at(MONDAY + 7 * DAY))
        made.refresh_from_db()
        assert (made.state, made.owner, made.last_day) == ("open", cast.tom, MONDAY + 9 * DAY)  # two working days
        assert digest(at(MONDAY + 7 * DAY, 13))[cast.tom.pk] == ["1 escalation for you to answer, 1 of them new"]
        climb(as_of=at(MONDAY + 10 * DAY, 0))
        assert trail(made)[-1] == ("climbed", 3, "Hana")

    def test_a_flag_somebody_escalated_is_in_no_second_escalation(self, cast, placement):
        hers = flag(cast, placement)
        made = raises(cast.ines if cast.allocate(placement.child, cast.ines, part="iro") else None, flag=hers)
        assert (made.owner, made.level, made.source) == (cast.tom, 2, "flags")
        climb(as_of=at(MONDAY + 2 * DAY))
        assert Escalation.objects.count() == 1
        with pytest.raises(Conflict, match="already"):
            raises(cast.ines, flag=hers)


# --- concerns, actions, decisions ------------------------------------------------------------------------------------


def test_a_guardians_concern_is_an_escalation_by_itself_for_five_working_days(
    cast, child, django_capture_on_commit_callbacks
):
    cast.allocate(child, cast.greta, part="partner")
    with django_capture_on_commit_callbacks(execute=True):
        concern = concerns.raise_concern(
            child=child, category="placement", what="Not the right place.", by=cast.greta, as_of=at(MONDAY, 10)
        )
    made = Escalation.objects.get()
    assert (made.owner, made.raised_by, made.automatic) == (cast.tom, cast.greta, True)
    assert made.last_day == MONDAY + 7 * DAY
    climb(as_of=at(MONDAY, 11))
    assert Escalation.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):  # answered once, and not twice
        concerns.answer(concern=concern, text="We look for another home from today.", by=cast.tom, as_of=at(MONDAY, 12))
    made.refresh_from_db()
    assert made.is_answered
    assert concern.steps.filter(kind="replied").count() == 1


def test_an_answer_on_the_concern_that_is_none_is_refused_once(cast, child, django_capture_on_commit_callbacks):
    cast.allocate(child, cast.greta, part="partner")
    made = {"child": child, "category": "placement", "what": "Not the right place."}
    with django_capture_on_commit_callbacks(execute=True):
        concern = concerns.raise_concern(by=cast.greta, as_of=at(MONDAY, 10), **made)
    for hour, text in ((12, "This is known to us."), (13, ""), (14, "We look for another home from today.")):
        with django_capture_on_commit_callbacks(execute=True):  # anything written about the child, an answer or not
            if text:
                concerns.answer(concern=concern, text=text, by=cast.tom, as_of=at(MONDAY, hour))
            else:
                concerns.raise_concern(by=cast.greta, as_of=at(MONDAY, hour), **made)
        assert Refusal.objects.count() == 1
    assert Escalation.objects.get(concern=concern).is_answered == (text != "")


def test_whoever_raised_it_rejects_an_answer_also_when_the_concern_is_not_theirs_any_more(cast, child):
    concern = concerns.raise_concern(child=child, category="care", what="Alone.", by=cast.tom, as_of=at(MONDAY, 9))
    made = raises(cast.amy, concern=concern, to=cast.hana)
    answers(made, cast.hana, at(MONDAY, 12))
    cast.amy.team = None
    cast.amy.save()
    child.allocations.all().delete()
    acts.reject(escalation=made, why="Which manager?", by=cast.amy, as_of=at(MONDAY, 13))
    assert (trail(made)[-1], concern.steps.filter(kind="escalated").count()) == (("climbed", 4, "Dee"), 1)


def test_the_concern_keeps_what_was_escalated_and_answered_and_whoever_has_it_reads_it(cast, child):
    concern = concerns.raise_concern(
        child=child, category="care", what="Alone all day.", by=cast.amy, as_of=at(MONDAY, 9)
    )
    made = raises(cast.amy, concern=concern, what="Alone all day.", to=cast.dee)
    assert concern in type(concern).for_user(cast.dee).in_ledger_of(cast.dee)
    sent = concern.steps.get(kind="escalated")
    assert (sent.recipient, sent.due_on) == (cast.dee, MONDAY + 7 * DAY)
    answers(made, cast.dee, at(MONDAY, 12), text="She moves on Monday.")
    assert concern.steps.get(kind="replied").in_reply_to == sent
    acts.reject(escalation=made, why="Which Monday?", by=cast.amy, as_of=at(MONDAY, 13))
    assert concern.steps.filter(kind="escalated").count() == 2
    answers(made, cast.nina, at(MONDAY, 14), text="The 14th.")  # the scrutineer opens no concern
    assert concern.steps.filter(kind="replied").count() == 2
    assert not type(concern).for_user(cast.nina).exists()


def test_the_decision_of_a_concern_is_not_answered_by_whoever_decided(cast, child):
    concern = concerns.raise_concern(child=child, category="care", what="Alone.", by=cast.amy, as_of=at(MONDAY, 9))
    concerns.triage(concern=concern, decision="no_further", reasons="It was once.", by=cast.tom, as_of=at(MONDAY, 10))
    made = raises(cast.amy, concern=concern, to=cast.tom)
    assert made.owner == cast.hana
    assert list(made.conflicts.values_list("user", "why")) == [(cast.tom.pk, "decided")]


def conduct(cast, child, by, *, found=None, **named):
    """A concern about conduct; `found`: whose account it was found to be about."""
    concern = concerns.raise_concern(
        child=child, category="staff_conduct", what="She was shouted at.", by=by, as_of=at(MONDAY, 9), **named
    )
    if found is not None:
        is_found(cast, concern, found)
    return concern


def is_found(cast, concern, person):
    concern.conduct.carer = cast.carer(person.name, account=person)
    concern.conduct.save()


def test_a_concern_about_somebodys_conduct_never_comes_to_them(cast, child):
    """By the account chosen, the name typed, or the account of the carer it was found to be; and half a name is nobody’s."""
    chosen = raises(cast.amy, concern=conduct(cast, child, cast.amy, colleague=cast.tom), to=cast.tom)
    assert chosen.owner == cast.hana
    assert raises(cast.amy, concern=conduct(cast, child, cast.amy, named="Heron, Tom"), to=cast.tom).owner == cast.hana
    named = raises(cast.amy, concern=conduct(cast, child, cast.amy, named="Her manager, TOM HERON"), to=cast.tom)
    assert named.owner == cast.hana
    assert list(named.conflicts.values_list("user", "why")) == [(cast.tom.pk, "subject")]
    assert raises(cast.amy, concern=conduct(cast, child, cast.amy, found=cast.hana), to=cast.hana).owner == cast.sal
    assert raises(cast.amy, concern=conduct(cast, child, cast.amy, named="Tom, I think"), to=cast.tom).owner == cast.tom
    assert [Escalation.for_user(user).filter(pk=named.pk).exists() for user in (cast.tom, cast.hana)] == [False, True]
    shown = [ConflictOfInterest.for_user(user).filter(escalation=named).count() for user in (cast.tom, cast.hana)]
    assert shown == [0, 1]  # whose conduct it is about is told to those who may know, and never to him


def test_a_guardians_concern_about_somebodys_conduct_never_comes_to_them(
    cast, child, django_capture_on_commit_callbacks
):
    cast.allocate(child, cast.greta, part="partner")
    with django_capture_on_commit_callbacks(execute=True):
        conduct(cast, child, cast.greta, named="Tom Heron, the team’s manager")
    assert Escalation.objects.get().owner == cast.hana


def test_whose_conduct_it_is_about_may_be_found_out_later(cast, child):
    concern = conduct(cast, child, cast.amy, named="A man on nights")
    made = raises(cast.amy, concern=concern, to=cast.tom)
    is_found(cast, concern, cast.tom)
    touched(subjects=[("child", child.pk)], as_of=at(MONDAY, 11))
    assert trail(made)[-2:] == [("conflict", 2, "Tom"), ("reassigned", 3, "Hana")]
    empties(cast.ben, cast.tom, cast.sal, cast.dee, cast.dora, cast.nina, cast.sam)
    is_found(cast, concern, cast.hana)
    climb(as_of=at(MONDAY, 13))
    assert (trail(made)[-1][2], made.conflicts.count()) == ("Hana", 1)  # nobody else is left: tried at each sweep
    cast.dee.is_active = True
    cast.dee.save()
    climb(as_of=at(MONDAY, 14))
    assert (trail(made)[-1][2], made.conflicts.count()) == ("Dee", 2)


# --- how people are told ----------------------------------------------------------------------------------------------


def digest(as_of):
    from escalations.daily import digest_lines

    return dict(digest_lines(as_of))


class TestTold:
    def test_at_once_by_day_and_in_the_morning_by_night(self, cast, child):
        made = raises(cast.amy, child=child, as_of=at(MONDAY, 22))
        message = OutboxMessage.objects.get()
        assert (message.key, message.to, message.by_day) == (f"escalation-{made.pk}-2-1", cast.tom, True)
        assert "Robin" not in message.subject + message.body
        for night in (at(MONDAY, 22), at(MONDAY + DAY, 6, 59), at(MONDAY + DAY, 20)):
            assert not outbox.waiting(night).exists()
        assert outbox.waiting(at(MONDAY + DAY, 7)).get() == message
        assert made.steps.get(kind="sent").rings_at == at(MONDAY + DAY, 7)

    def test_danger_rings_at_any_hour(self, cast, child):
        raises(cast.amy, child=child, as_of=at(MONDAY, 2), danger=True)
        assert outbox.waiting(at(MONDAY, 2)).get().to == cast.hana

    def test_five_a_day_and_the_rest_in_the_daily_message(self, cast, child):
        for number in range(7):
            raises(cast.amy, child=child, what=f"Thing {number}", as_of=at(MONDAY, 10))
        assert OutboxMessage.objects.filter(to=cast.tom).count() == notices.BUDGET
        assert notices.interruptions(cast.tom, day=MONDAY) == notices.BUDGET
        assert digest(at(MONDAY + DAY, 7, 30))[cast.tom.pk] == ["7 escalations for you to answer, 7 of them new"]
        raises(cast.amy, child=child, danger=True, to=None, as_of=at(MONDAY, 12))
        for _ in range(5):
            raises(cast.ben, child=child, danger=True, as_of=at(MONDAY, 12))
        assert OutboxMessage.objects.filter(to=cast.hana).count() == 6
        raises(cast.amy, child=child, what="Tomorrow", as_of=at(MONDAY + DAY, 10))
        assert OutboxMessage.objects.filter(to=cast.tom).count() == notices.BUDGET + 1

    def test_whatever_else_interrupts_them_counts_too_but_for_the_daily_message(self, cast, child):
        for number in range(3):
            outbox.enqueue(to=cast.tom, key=f"concern-{number}-raised", subject="S", body="B")
        outbox.enqueue(to=cast.tom, key=f"digest-{cast.tom.pk}-{MONDAY}", subject="S", body="B")
        OutboxMessage.objects.filter(key="concern-0-raised").update(sent_at=at(MONDAY - DAY, 9))
        OutboxMessage.objects.filter(key="concern-1-raised").update(sent_at=at(MONDAY, 9))
        for number in range(5):
            raises(cast.amy, child=child, what=f"Thing {number}", as_of=at(MONDAY, 10))
        assert OutboxMessage.objects.filter(to=cast.tom, key__startswith="escalation-").count() == notices.BUDGET - 2
        assert notices.interruptions(cast.tom, day=MONDAY) == notices.BUDGET

    def test_what_is_closed_reaches_whoever_raised_it_also_when_they_were_told_enough_that_day(self, cast, child):
        made = [raises(cast.amy, child=child, what=f"Thing {number}") for number in range(4)]
        for each in made:
            answers(each, cast.tom, at(MONDAY, 12))
            acts.reject(escalation=each, why="W", by=cast.amy, as_of=at(MONDAY, 13))
            answers(each, cast.hana, at(MONDAY, 14))
            opens(each, cast.amy, at(MONDAY, 15))
            closes(each, cast.hana, at(MONDAY, 16))
        assert OutboxMessage.objects.filter(to=cast.amy).count() == notices.BUDGET
        assert digest(at(MONDAY + DAY, 7, 30))[cast.amy.pk] == ["4 escalations you raised, closed by whoever answered"]

    def test_what_the_sweep_raises_rings_nobody(self, cast, placement):
        flag(cast, placement)
        climb(as_of=at(MONDAY + 2 * DAY))
        assert not OutboxMessage.objects.exists()
        assert digest(at(MONDAY + 2 * DAY, 7, 30))[cast.tom.pk] == ["1 escalation for you to answer, 1 of them new"]

    def test_an_answer_tells_whoever_waits_for_it(self, cast, child):
        made = raises(cast.amy, child=child)
        answers(made, cast.tom, at(MONDAY, 12))
        assert OutboxMessage.objects.get(to=cast.amy).key.startswith(f"escalation-{made.pk}-answered-")
        assert digest(at(MONDAY + DAY, 7))[cast.amy.pk] == ["1 escalation of yours with an answer to read"]


# --- when nobody was there to see -------------------------------------------------------------------------------------


class TestOutage:
    @pytest.mark.parametrize("hours", [1, 24, 8 * 24])
    def test_each_missed_step_is_taken_once_in_order_and_dated_when_it_was_due(self, cast, placement, hours):
        """All services were down: what is found afterwards is what sweeps every quarter of an hour would have left."""
        began = at(MONDAY + 2 * DAY, 23, 30)
        hurt = flag(cast, placement, raised_at=at(MONDAY + DAY, 9))
        raises(cast.ben, child=placement.child)
        raises(cast.ben, child=placement.child, danger=True, as_of=at(MONDAY + 2 * DAY, 23))
        answered = raises(cast.ben, child=placement.child, as_of=at(MONDAY, 9))
        answers(answered, cast.tom, at(MONDAY + DAY, 9))
        ended = began + dt.timedelta(hours=hours)
        with transaction.atomic():
            moment = began
            while moment < ended:
                climb(as_of=moment)
                moment += dt.timedelta(minutes=15) if hours < 25 else dt.timedelta(hours=6)
            climb(as_of=ended)
            in_time = self.left()
            transaction.set_rollback(True)
        climb(as_of=ended)
        assert self.left() == in_time
        assert climb(as_of=ended) == 0
        assert hurt.pk

    def test_after_eight_days_nobody_is_told_more_often_than_in_one(self, cast, child):
        """Told are those who have it now, once, within one day’s budget; those whose turn has passed are not."""
        raises(cast.amy, child=child, what="The first")
        for number in range(7):
            raises(cast.ben, child=child, what=f"Thing {number}", as_of=at(MONDAY + number * DAY, 10))
        OutboxMessage.objects.all().delete()
        DigestDay.objects.create(day=MONDAY)  # the last there was
        now = at(MONDAY + 15 * DAY, 9)
        for day in range(1, 16):
            climb(as_of=at(MONDAY + day * DAY, 0), now=now)
        climb(as_of=now)
        have_it = set(Escalation.objects.values_list("owner", flat=True))
        told = OutboxMessage.objects.order_by().values_list("to").annotate(n=Count("pk"))
        assert have_it == {to for to, _ in told} == {cast.dee.pk}
        assert dict(told) == {cast.dee.pk: notices.BUDGET}
        assert notices.interruptions(cast.dee, day=clock.local_date(now)) == notices.BUDGET
        assert digest(now)[cast.dee.pk] == ["8 escalations for you to answer, 8 of them new"]

    def left(self):
        """Who had what, when, by which step; by what it is about, since numbers are given in the order of finding."""
        rows = EscalationStep.objects.exclude(kind="sent").order_by("escalation__raised_at", "escalation__what", "pk")
        return [
            (step.escalation.what, step.escalation.danger, step.kind, step.level, step.owner.name, step.happened_at)
            for step in rows.select_related("escalation", "owner")
        ]
