"""The partnership's register: entered, reconciled, minuted, taken off; what a scrutineer reads; and who is trained."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from children.models import Child
from core import clock
from core.dates import months_after
from core.errors import Conflict, Invalid
from core.working_days import add_working_days
from governance.actions.register import (
    enter_in_register,
    record_register_review,
    record_role_training,
    take_off_register,
)
from governance.models import (
    Action,
    Discussed,
    Issue,
    Meeting,
    MeetingSeries,
    RegisterEntry,
    RegisterReview,
    RoleTraining,
)
from governance.register import register_for, trained
from oversight.sweep import sweep
from placements.models import Placement, Registration
from tests.cast import at
from tests.oversight.facts import NOT_NOT_YES, check, clocks, on_days, stands

TODAY = clock.local_date(clock.now())  # what a page shows is of today
DAY = dt.timedelta(days=1)
START = TODAY - 40 * DAY


@pytest.fixture
def placement(cast):
    return cast.unregistered(cast.child(forename="Skye", surname="Larkspur"), START)


def enters(placement, by, day=START):
    return enter_in_register(placement=placement, why="Nowhere else.", by=by, as_of=at(day, 12))


def minutes(entry, by, day, **fields):
    fields = {"minute": "Still there.", "reviewed_on": day} | fields
    return record_register_review(entry=entry, by=by, as_of=at(day, 13), **fields)


class TestTheRegister:
    @pytest.mark.recommendation("R2.1")
    def test_it_is_reconciled_with_where_children_live(self, cast, placement):
        registered = cast.home(status="registered", registered_for="childrens_home")
        cast.placement(cast.child(), START, home=registered)
        cast.placement(cast.child(), START, home=cast.home())  # not known is not taken to be unregistered
        found = register_for(cast.dora, today=TODAY)
        assert [row.placement for row in found.missing] == [placement]
        assert found.missing[0].due_on == add_working_days(START, 1)
        assert (len(found.late), found.complete) == (1, False)
        entry = enters(placement, cast.sal)
        assert register_for(cast.dora, today=TODAY).complete
        Placement.objects.filter(pk=placement.pk).update(ended_on=TODAY)
        found = register_for(cast.dora, today=TODAY)
        assert [row.entry for row in found.untrue] == [entry]
        assert not found.complete

    def test_only_a_child_whom_it_is_about(self, cast, placement):
        with pytest.raises(Invalid):
            enters(cast.placement(cast.child(), START, home=cast.home()), cast.sal)
        with pytest.raises(Invalid, match="why"):
            enter_in_register(placement=placement, why=" ", by=cast.sal, as_of=at(START, 12))
        enters(placement, cast.sal)
        with pytest.raises(Conflict):
            enters(placement, cast.sal)

    def test_it_is_kept_by_safeguarding_and_the_statutory_director(self, cast, placement):
        for user in (cast.amy, cast.hana, cast.dee, cast.nina, cast.carl, cast.paul, cast.duncan):
            with pytest.raises(PermissionDenied):
                enters(placement, user)
        assert enters(placement, cast.dora)

    @pytest.mark.recommendation("R2.2")
    def test_a_minute_a_month_about_each_child(self, cast, placement):
        entry = enters(placement, cast.sal)
        due = months_after(START, 1)
        assert not register_for(cast.dora, today=due).unreviewed
        assert register_for(cast.dora, today=due + DAY).unreviewed
        minutes(entry, cast.sal, due)
        row = register_for(cast.dora, today=due + DAY).entries[0]
        assert (row.reviewed_on, row.review_due_on, row.review_late) == (due, months_after(due, 1), False)
        for wrong in ({"minute": " "}, {"reviewed_on": due + DAY}, {"reviewed_on": START - DAY}):
            with pytest.raises(Invalid):
                minutes(entry, cast.sal, due, **wrong)

    def test_it_is_left_only_when_it_is_no_longer_true(self, cast, placement):
        entry = enters(placement, cast.sal)
        leaves = {"entry": entry, "left_on": TODAY, "why": "Registered.", "by": cast.sal, "as_of": clock.now()}
        with pytest.raises(Invalid, match="still"):
            take_off_register(**leaves)
        Registration.objects.update(status="registered", regulator="ofsted", registered_for="childrens_home")
        take_off_register(**leaves)
        with pytest.raises(Conflict):
            take_off_register(**leaves)
        with pytest.raises(Conflict):
            minutes(entry, cast.sal, TODAY)


class TestNot10:
    def test_entered_within_a_working_day(self, cast, placement):
        assert on_days("NOT-10", "entry", add_working_days(START, 1)) == NOT_NOT_YES
        assert check(at(START + 10 * DAY))["NOT-10", "entry"].owner == cast.sal

    def test_over_a_weekend(self, cast):
        friday = dt.date(2022, 4, 14)  # and then Good Friday, a weekend and a Monday nobody works
        cast.unregistered(cast.child(), friday)
        assert on_days("NOT-10", "entry", dt.date(2022, 4, 19)) == NOT_NOT_YES

    def test_minuted_every_month(self, cast, placement):
        entry = enters(placement, cast.sal)
        due = months_after(START, 1)
        assert set(clocks("NOT-10", at(due))) == {"review"}
        assert on_days("NOT-10", "review", due) == NOT_NOT_YES
        minutes(entry, cast.sal, due - 2 * DAY)
        assert on_days("NOT-10", "review", months_after(due - 2 * DAY, 1)) == NOT_NOT_YES

    def test_from_the_day_nobody_had_registered_it(self, cast):
        home = cast.home(status="not_registered", since=START)
        cast.placement(cast.child(), START - 100 * DAY, home=home)
        assert on_days("NOT-10", "entry", add_working_days(START, 1)) == NOT_NOT_YES

    def test_a_child_nobody_follows_is_known_too(self, cast):
        home = cast.home(status="not_registered")
        cast.placement(cast.child(), START, home=home, followed_from=None, from_return=True)
        assert stands(at(START + 10 * DAY), "NOT-10", "entry")

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        entered=st.none() | st.integers(0, 30),
        minuted=st.lists(st.integers(0, 80), max_size=3),
        asked=st.integers(0, 90),
    )
    def test_the_page_and_the_rule_agree(self, cast, placement, entered, minuted, asked):
        RegisterEntry.objects.update(left_on=F("entered_on"), left_why="Another example")
        today = START + asked * DAY
        day = None if entered is None else START + entered * DAY
        if day:
            entry = RegisterEntry.objects.create(placement=placement, entered_on=day, why="W", entered_by=cast.sal)
            for n in minuted:
                RegisterReview.objects.create(
                    entry=entry, reviewed_on=day + n * DAY, minute="M", recorded_by=cast.sal
                )  # fmt: skip
        if (day and day > today) or any(day + n * DAY > today for n in minuted if day):
            return  # the page is of today, and knows nothing of what is to come
        found = register_for(cast.dora, today=today)
        assert bool(found.late) == stands(at(today, 12), "NOT-10", "entry")
        assert bool(found.unreviewed) == stands(at(today, 12), "NOT-10", "review")


class TestWhatAScrutineerReads:
    @pytest.fixture
    def entry(self, cast, placement):
        entry = enters(placement, cast.sal)
        minutes(entry, cast.sal, START + 5 * DAY, minute="Skye said that she is cold.")
        cast.unregistered(cast.child(forename="Wren", surname="Tansy"), START)
        return entry

    @pytest.mark.parametrize("name", ["governance:register", "dashboards:quality_schedule", "dashboards:assurance"])
    def test_initials_and_a_reference_and_no_name(self, client, cast, placement, entry, name):
        client.force_login(cast.nina)
        shown = client.get(reverse(name)).content.decode()
        assert not [
            word for word in ("Skye", "Larkspur", "Wren", "Tansy", placement.home.name, "cold") if word in shown
        ]
        if name != "dashboards:assurance":
            assert f"S.L. {placement.child.reference}" in shown
            assert f"/placements/{placement.pk}/" not in shown
        client.force_login(cast.dora)
        assert ("Skye Larkspur" in client.get(reverse(name)).content.decode()) == (name != "dashboards:assurance")

    def test_a_minute_is_for_those_who_answer_for_her(self, client, cast, entry):
        page = reverse("governance:register_entry", args=[entry.pk])
        for user, status in ((cast.nina, 403), (cast.hana, 200), (cast.dora, 200), (cast.amy, 403), (cast.duncan, 404)):
            client.force_login(user)
            assert client.get(page).status_code == status, user

    @pytest.mark.recommendation("R2.3")
    def test_each_action_and_each_late_meeting_is_counted_once(self, client, cast, placement, entry):
        """Three late actions of one child are three, and one panel over two children is one."""
        by = {"recorded_by": cast.hana}
        issue = Issue.objects.create(child=placement.child, section="care", what="Skye’s door", raised_at=at(START))
        for number in range(3):
            Action.objects.create(
                child=placement.child, issue=issue, what=f"Mend Skye’s door, {number}", owner=cast.amy, measure="M",
                due_on=TODAY - DAY, agreed_at=at(START), **by,
            )  # fmt: skip
        panel = MeetingSeries.objects.create(
            kind="panel", authority=cast.north, name="Panel", purpose="P", terms="T", chair=cast.dee, every_days=28,
            required=["health"], started_on=TODAY - 400 * DAY, **by,
        )  # fmt: skip
        meeting = Meeting.objects.create(series=panel, held_at=at(TODAY - 3 * DAY), required=["health"], **by)
        for child in Child.objects.all():
            Discussed.objects.create(meeting=meeting, child=child)
        sweep(as_of=clock.now())
        for user in (cast.nina, cast.dora):
            client.force_login(user)
            page = reverse("dashboards:assurance")
            numbers = {figure.label: figure.number for figure in client.get(page).context["figures"]}
            assert numbers["actions overdue"] == 3
            assert numbers["meetings and panels whose terms of reference were not reviewed this year"] == 1
            assert numbers["children at high risk about whom no meeting is held"] == 2
            shown = client.get(page, {"show": "actions"}).content.decode()
            assert ("Mend Skye’s door, 2" in shown) == ("Skye" in shown) == (user == cast.dora)

    def test_each_number_is_of_the_list_it_leads_to(self, client, cast, entry):
        sweep(as_of=clock.now())
        for user in (cast.nina, cast.dora, cast.dee):
            client.force_login(user)
            for figure in client.get(reverse("dashboards:assurance")).context["figures"]:
                listed = client.get(figure.href).context
                rows = {
                    "missing": "missing", "unreviewed": "entries", "untrue": "untrue",
                }.get(figure.href.partition("show=")[2], "rows")  # fmt: skip
                assert len(listed[rows]) == figure.number, (user, figure)


class TestPages:
    def test_a_child_is_entered_minuted_and_taken_off(self, client, cast, placement):
        client.force_login(cast.sal)
        where = reverse("governance:review_register", args=[placement.pk])
        enter = reverse("governance:enter_in_register", args=[placement.pk])
        assert client.get(where).headers["Location"] == enter  # nobody is minuted who is not on it
        assert client.post(enter, {"why": ""}).status_code == 422
        assert client.post(enter, {"why": "Nowhere else."}).status_code == 302
        day = {f"reviewed_on_{part}": str(getattr(TODAY, part)) for part in ("day", "month", "year")}
        entry = RegisterEntry.objects.get()
        assert client.post(where, day | {"minute": "Still there.", "asked": "A plan."}).status_code == 302
        assert "A plan." in client.get(reverse("governance:register_entry", args=[entry.pk])).content.decode()
        off = reverse("governance:take_off_register", args=[entry.pk])
        left = {f"left_on_{part}": str(getattr(TODAY, part)) for part in ("day", "month", "year")}
        assert "still lives there" in client.post(off, left | {"why": "She moved."}).content.decode()


class TestRoleTraining:
    def trains(self, cast, person, subject, day, by=None):
        return record_role_training(
            person=person, subject=subject, given_on=day, trainer="Dr Ruff", evidence="The list of names.",
            by=by or cast.sal, as_of=clock.now(),
        )  # fmt: skip

    @pytest.mark.recommendation("R1.12")
    @pytest.mark.recommendation("R1.13")
    def test_commissioners_and_partners_every_year(self, client, cast):
        rows = [row for row in trained(cast.dora, today=TODAY) if row.person.role in ("commissioner", "partner")]
        assert {row.person for row in rows} == {cast.carl, cast.greta}
        assert all(row.overdue for row in rows)
        assert all(asked for row in rows for *_, asked in row.subjects)
        given_on = months_after(TODAY, -12)
        for subject in RoleTraining.Subject.values:
            self.trains(cast, cast.carl, subject, given_on)
        late = {row.person: row.overdue for row in trained(cast.dora, today=TODAY)}
        assert (late[cast.carl], late[cast.greta]) == (False, True)
        late = {row.person: row.overdue for row in trained(cast.dora, today=TODAY + DAY)}
        assert (late[cast.carl], late[cast.greta]) == (True, True)
        client.force_login(cast.nina)
        shown = client.get(reverse("governance:role_training")).content.decode()
        assert "Carl Rook" in shown
        assert client.post(reverse("governance:record_role_training")).status_code == 403

    @pytest.mark.recommendation("R9.3")
    @pytest.mark.recommendation("R10.1")
    def test_speaking_up_and_the_lados_role_are_for_everybody_who_works_with_the_child(self, client, cast):
        both = {RoleTraining.Subject.SPEAKING_UP, RoleTraining.Subject.LADO}
        asked = {
            row.person: {code for code, *_, is_asked in row.subjects if is_asked}
            for row in trained(cast.dora, today=TODAY)
        }
        assert asked == {
            **dict.fromkeys((cast.amy, cast.ben, cast.tom, cast.hana, cast.ines, cast.ava), both),
            cast.carl: set(RoleTraining.Subject),
            cast.greta: set(RoleTraining.Subject),
        }
        for subject in both:
            self.trains(cast, cast.amy, subject, TODAY)
        assert [row.overdue for row in trained(cast.dora, today=TODAY) if row.person in (cast.amy, cast.ben)] == [
            False,
            True,
        ]
        client.force_login(cast.dora)
        assert "Not asked of them" in client.get(reverse("governance:role_training")).content.decode()

    def test_only_theirs_and_only_by_those_who_keep_the_register(self, cast):
        with pytest.raises(PermissionDenied):
            self.trains(cast, cast.carl, "partners", TODAY, by=cast.carl)
        for person, subject, day in (
            (cast.amy, "partners", TODAY), (cast.carl, "cooking", TODAY), (cast.carl, "partners", TODAY + DAY),
        ):  # fmt: skip
            with pytest.raises(Invalid):
                self.trains(cast, person, subject, day)

    def test_it_is_recorded(self, client, cast):
        client.force_login(cast.dora)
        page = reverse("governance:record_role_training")
        day = {f"given_on_{part}": str(getattr(TODAY, part)) for part in ("day", "month", "year")}
        sent = day | {"person": str(cast.carl.pk), "subject": "partners", "trainer": "Dr Ruff", "evidence": "Seen."}
        assert client.post(page, sent | {"person": str(cast.amy.pk)}).status_code == 422
        assert client.post(page, sent).status_code == 302
        assert RoleTraining.objects.get().person == cast.carl
