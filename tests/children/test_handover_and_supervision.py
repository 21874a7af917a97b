"""What a worker leaves behind, why a worker was chosen, and the supervision in which her life is thought about."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from children.actions import (
    allocate,
    end_allocation,
    record_case_supervision,
    say_why_this_worker,
    write_handover,
)
from children.models import Allocation, CaseSupervision
from core.errors import Conflict, Invalid
from tests.cast import at

TODAY = dt.date(2022, 3, 15)
NOW = at(TODAY, 10)
DAY = dt.timedelta(days=1)
NOTE = "She sleeps with the light on, and was promised a visit from her brother."


@pytest.fixture
def allocation(cast):
    return cast.child().allocations.get()


def ends(cast, allocation, **fields):
    fields = {"ended_on": TODAY, "end_reason": "TSPROC", "by": cast.tom, "as_of": NOW} | fields
    return end_allocation(allocation=allocation, **fields)


class TestHandover:
    @pytest.mark.parametrize("note", ["", "   "])
    def test_a_social_worker_does_not_leave_without_one(self, cast, allocation, note):
        with pytest.raises(Invalid) as invalid:
            ends(cast, allocation, handover=note)
        assert "Enter a handover note" in invalid.value.errors["handover"]
        allocation.refresh_from_db()
        assert allocation.ended_on is None

    def test_it_may_be_written_before_by_who_leaves_and_again_until_then(self, cast, allocation):
        write_handover(allocation=allocation, handover="A first try.", by=cast.amy, as_of=NOW)
        write_handover(allocation=allocation, handover=NOTE, by=cast.amy, as_of=NOW)
        ends(cast, allocation)
        allocation.refresh_from_db()
        assert (allocation.handover, allocation.ended_on) == (NOTE, TODAY)

    def test_a_note_that_was_left_stays_and_a_missing_one_can_be_written_later(self, cast, allocation):
        Allocation.objects.filter(pk=allocation.pk).update(ended_on=TODAY)  # as an import leaves it
        write_handover(allocation=allocation, handover=NOTE, by=cast.tom, as_of=NOW)
        with pytest.raises(Conflict, match="stays as it is"):
            write_handover(allocation=allocation, handover="Another.", by=cast.tom, as_of=NOW)
        allocation.refresh_from_db()
        assert allocation.handover == NOTE

    def test_others_leave_without_one(self, cast, allocation):
        iro = cast.allocate(allocation.child, cast.ines, part="iro")
        assert ends(cast, iro).handover == ""
        with pytest.raises(Invalid, match="Select a social worker"):
            write_handover(allocation=iro, handover=NOTE, by=cast.tom, as_of=NOW)

    @pytest.mark.parametrize("who", ["carl", "ines", "zoe"])
    def test_who_may_not_write_one(self, cast, allocation, who):
        with pytest.raises(PermissionDenied):
            write_handover(allocation=allocation, handover=NOTE, by=getattr(cast, who), as_of=NOW)

    def test_when_care_ends_nobody_comes_after(self, cast, allocation):
        from children.actions import end_care

        end_care(child=allocation.child, ended_on=TODAY, end_reason="E4A", by=cast.amy, as_of=NOW)
        allocation.refresh_from_db()
        assert allocation.ended_on == TODAY


class TestWhyThisWorker:
    def test_said_when_allocated_or_afterwards_by_a_manager(self, cast, allocation):
        second = allocate(
            child=allocation.child, worker=cast.ben, part="second_worker", started_on=TODAY, by=cast.tom, as_of=NOW,
            why_this_worker=" The child took to him. ",
        )  # fmt: skip
        assert second.why_this_worker == "The child took to him."
        say_why_this_worker(allocation=allocation, why_this_worker="She has time.", by=cast.tom, as_of=NOW)
        allocation.refresh_from_db()
        assert allocation.why_this_worker == "She has time."
        assert allocation.history.first().history_user == cast.tom

    def test_never_by_the_worker_nor_for_a_past_allocation(self, cast, allocation):
        reasons = {"why_this_worker": "I am good.", "as_of": NOW}
        with pytest.raises(PermissionDenied):
            say_why_this_worker(allocation=allocation, by=cast.amy, **reasons)
        own = cast.allocate(allocation.child, cast.tom, part="second_worker")
        with pytest.raises(PermissionDenied, match="own allocation"):
            say_why_this_worker(allocation=own, by=cast.tom, **reasons)
        with pytest.raises(Invalid, match="Enter why this worker"):
            say_why_this_worker(allocation=allocation, why_this_worker=" ", by=cast.tom, as_of=NOW)
        ends(cast, allocation, handover=NOTE)
        with pytest.raises(Invalid, match="ended on 15 March 2022"):
            say_why_this_worker(allocation=allocation, by=cast.tom, **reasons)


class TestCaseSupervision:
    def records(self, cast, allocation, **fields):
        fields = {
            "child": allocation.child, "worker": cast.amy, "held_on": TODAY, "reflection": "What is it like there?",
            "agreed": "To go at night.", "by": cast.tom, "as_of": NOW,
        } | fields  # fmt: skip
        return record_case_supervision(**fields)

    def test_the_manager_records_it_and_it_is_never_changed(self, cast, allocation):
        supervision = self.records(cast, allocation)
        assert (supervision.supervisor, supervision.worker) == (cast.tom, cast.amy)
        assert CaseSupervision.for_user(cast.amy).get() == supervision
        assert not CaseSupervision.for_user(cast.carl).exists()
        assert not CaseSupervision.for_user(cast.zoe).exists()
        assert CaseSupervision.insert_only

    def test_nobody_supervises_herself(self, cast, allocation):
        cast.allocate(allocation.child, cast.tom, part="second_worker")
        with pytest.raises(Invalid) as invalid:
            self.records(cast, allocation, worker=cast.tom)
        assert "Nobody can supervise themselves" in invalid.value.errors["worker"]
        assert self.records(cast, allocation, worker=cast.tom, by=cast.hana).supervisor == cast.hana

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"reflection": " "}, "reflection"), ({"agreed": ""}, "agreed"), ({"held_on": TODAY + DAY}, "held_on")],
    )
    def test_without_reflection_it_is_none(self, cast, allocation, wrong, field):
        with pytest.raises(Invalid) as invalid:
            self.records(cast, allocation, **wrong)
        assert field in invalid.value.errors
        assert not CaseSupervision.objects.exists()

    def test_only_of_who_worked_with_her_then(self, cast, allocation):
        with pytest.raises(Invalid, match="Ben Wren did not work with"):
            self.records(cast, allocation, worker=cast.ben)
        with pytest.raises(Invalid, match="did not work with"):
            self.records(cast, allocation, held_on=dt.date(2020, 12, 1))

    @pytest.mark.parametrize("who", ["amy", "carl", "ines", "todd", "dee"])
    def test_who_may_not(self, cast, allocation, who):
        with pytest.raises(PermissionDenied):
            self.records(cast, allocation, by=getattr(cast, who))
