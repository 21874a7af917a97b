"""The history a page shows: who changed what from what to what, and why, in a bounded number of queries."""

import datetime as dt

import pytest
from django.urls import reverse

from children.models import Child
from core import clock
from core.actions import action, because, say_who
from core.history_panel import Change, changes, in_words
from core.models import LocalStandard, Team
from placements.models import Addition, DailyLog, Placement, Visit
from tests.cast import at

NOW = clock.now()


@action
def move(*, child, team, why="", by, as_of, **fields):
    if why:
        because(why)
    Child.objects.filter(pk=child.pk).update(team=team, **fields)


def test_what_changed_from_what_to_what(cast):
    child = cast.child()
    other = Team.objects.create(authority=cast.north, name="Team 2")
    move(child=child, team=other, known_as="Robbie", disabled=True, why="She asked to", by=cast.tom, as_of=NOW)
    changed, added = changes(child)
    assert (changed.who, changed.what, changed.why) == ("Tom Heron", "Changed", "She asked to")
    assert set(changed.changes) == {
        Change("Team", "Children in care team 1", "Team 2"),
        Change("Known as", "", "Robbie"),
        Change("Disabled", "", "Yes"),
    }
    assert added.what == "Added"
    said = {change.field: change.new for change in added.changes}
    assert said["Forename"] == "Robin"
    assert said["Sex"] == "Female"  # the word, not the code
    assert said["Date of birth"] == "4 May 2010"
    assert "Known as" not in said  # what was left empty is not told
    assert "Id" not in said
    assert "Recorded at" not in said


def test_the_reason_a_record_asks_for_is_told_and_not_the_name_of_the_action(cast):
    @action
    def set_sooner(*, why="", by, as_of):
        if why:
            because(why)
        return LocalStandard.objects.create(
            authority=cast.north, key=why or "VIS-07 social worker", value=5, effective_from=clock.local_date(NOW), set_by=by,
            reason="More is at stake.",
        )  # fmt: skip

    assert changes(set_sooner(by=cast.dee, as_of=NOW))[0].why == "More is at stake."
    assert changes(set_sooner(why="The board asked.", by=cast.dee, as_of=NOW))[0].why == "The board asked."


def test_instants_are_told_by_english_clocks(cast):
    placement = cast.placement(cast.child(), dt.date(2024, 7, 1), hour=9)
    Placement.objects.filter(pk=placement.pk).update(started_at=at(dt.date(2024, 7, 1), 23, 30))
    ((field, old, new),) = changes(placement)[0].changes
    assert (field, old, new) == ("Started at", "1 July 2024 at 09:00", "1 July 2024 at 23:30")


def test_a_write_outside_any_action_names_the_database_user(cast):
    child = cast.child()
    Child.objects.filter(pk=child.pk).update(surname="Field")
    assert changes(child)[0].who == "unattributed (database user him_app)"


def test_what_the_house_does_by_itself_is_said_so(cast):
    child = cast.child()
    say_who(None, "sweep")
    Child.objects.filter(pk=child.pk).update(surname="Field")
    assert (changes(child)[0].who, changes(child)[0].why) == ("Held in Mind itself", "Sweep")


def test_a_removed_record_keeps_its_history(cast):
    team = Team.objects.create(authority=cast.north, name="Passing")
    pk = team.pk
    team.delete()
    assert [entry.what for entry in changes(Team(pk=pk))] == ["Removed", "Added"]


def test_a_thing_pointed_at_that_is_gone_is_told_by_number(cast):
    passing = Team.objects.create(authority=cast.north, name="Passing")
    child = cast.child(team=passing)
    Child.objects.filter(pk=child.pk).update(team=cast.team)
    gone = passing.pk
    passing.delete()
    assert changes(child)[0].changes == [Change("Team", f"team {gone}", cast.team.name)]


def test_several_records_as_one_list(cast):
    child = cast.child()
    entries = changes(child, *child.allocations.all(), *child.legal_statuses.all())
    assert {entry.what for entry in entries} == {"Added: child", "Added: allocation", "Added: legal status"}
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)


def test_a_limit_keeps_the_newest_and_still_knows_what_came_before(cast):
    child = cast.child()
    for n in range(10):
        Child.objects.filter(pk=child.pk).update(surname=f"S{n}")
    entries = changes(child, limit=3)
    assert [entry.changes for entry in entries] == [
        [Change("Surname", "S8", "S9")],
        [Change("Surname", "S7", "S8")],
        [Change("Surname", "S6", "S7")],
    ]


def test_one_records_changes_are_not_told_against_anothers(cast):
    one, other = cast.child(forename="One"), cast.child(forename="Other")
    for n in range(3):
        Child.objects.filter(pk=one.pk).update(surname=f"A{n}")
        Child.objects.filter(pk=other.pk).update(surname=f"B{n}")
    for entry in changes(one, other):
        for change in entry.changes:
            assert change.old[:1] in ("", "M") or change.old[0] == change.new[0]


def test_queries_do_not_grow_with_changes(cast, django_assert_num_queries):
    child = cast.child()
    teams = [Team.objects.create(authority=cast.north, name=f"T{n}") for n in range(30)]
    for n, team in enumerate(teams):
        by = cast.tom if n % 2 else cast.amy
        move(child=child, team=team, by=by, as_of=NOW)
    with django_assert_num_queries(3):  # the rows, the authority's name, the teams' names
        assert len(changes(child)) == 31
    with django_assert_num_queries(3):  # the rows, the one before the last of them, the teams' names
        assert len(changes(child, limit=10)) == 10


def test_a_finished_note_tells_its_writing_and_what_was_added(cast, django_assert_max_num_queries):
    placement = cast.placement(cast.child(), dt.date(2024, 1, 1))
    visit = Visit.objects.create(
        placement=placement,
        occurred_at=at(dt.date(2024, 1, 5)),
        outcome="seen_alone",
        announced=True,
        visitor="Amy Sparrow",
        capacity="social_worker",
        place="The home",
        recorded_by=cast.amy,
    )
    for n in range(5):
        Addition.objects.create(visit=visit, kind="addendum", text=f"More {n}", by=cast.ben)
    Addition.objects.create(visit=visit, kind="correction", text="T", reason="Wrong box", outcome="seen", by=cast.amy)
    with django_assert_max_num_queries(3):
        entries = changes(visit)
    assert {entry.what for entry in entries} == {"Added", "Addendum", "Correction"}
    (correction,) = [entry for entry in entries if entry.what == "Correction"]
    assert (correction.who, correction.why) == ("Amy Sparrow", "Wrong box")
    assert correction.changes == [Change("Text", "", "T"), Change("Corrected outcome", "", "Seen, but not alone")]


def test_a_log_and_a_note_without_additions(cast):
    placement = cast.placement(cast.child(), dt.date(2024, 1, 1))
    log = DailyLog.objects.create(
        placement=placement,
        covers_from=clock.start_of(dt.date(2024, 1, 2)),
        covers_until=clock.end_of(dt.date(2024, 1, 2)),
        occurred_at=at(dt.date(2024, 1, 2), 20),
        how_she_was="Quiet",
        day="Drew",
        author=cast.priya,
        late=False,
    )
    assert [(entry.who, entry.what) for entry in changes(log)] == [("Priya Lark", "Added")]


def test_nothing_asked_nothing_told(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert changes() == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("move_placement", "Move placement"),
        ("sweep", "Sweep"),
        ("She asked to", "She asked to"),
        ("left", "Left"),
        ("", ""),
        ("Left the council", "Left the council"),
    ],
)
def test_reasons_in_words(reason, told):
    assert in_words(reason) == told


def test_the_panel_shows_it_and_escapes_it(cast, client):
    from core import accounts

    accounts.change(account=cast.ines, name="<b>Ines</b>", role="iro", by=cast.sam, as_of=NOW)
    client.force_login(cast.sam)
    html = client.get(reverse("core:account_detail", args=[cast.ines.pk])).content.decode()
    assert "Sam Coot" in html
    assert "Ines Swift</del>" in html
    assert "&lt;b&gt;Ines&lt;/b&gt;</ins>" in html
    assert "<b>Ines" not in html
