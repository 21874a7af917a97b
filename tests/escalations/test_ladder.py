"""The ladder: who is asked, how long they have, and where it goes when they do not answer."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from core.accounts import deactivate
from core.errors import Conflict, Invalid, Refused
from core.models import LocalStandard, OutboxMessage, Refusal
from core.working_days import is_working_day
from escalations.actions import ladder as acts
from escalations.ladder import LEVELS, Posts
from escalations.models import ConflictOfInterest, Escalation
from escalations.sweep import climb, touched
from tests.cast import at
from tests.escalations.climbing import (
    DAY,
    MINUTE,
    MONDAY,
    answers,
    closes,
    empties,
    opens,
    raises,
    trail,
)

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
