"""Flags nobody answers become an escalation, one a placement, and records alone close it."""

import pytest

from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage
from escalations.models import Escalation
from escalations.sweep import climb
from governance.models import Concern
from oversight.actions import answer_flag
from tests.cast import at
from tests.escalations.climbing import DAY, MONDAY, answers, clears, closes, conduct, digest, flag, raises, trail


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
