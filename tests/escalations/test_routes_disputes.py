"""The reviewing officer’s dispute and Cafcass (ESC-03): asked for when a concern lies, climbing by itself, over when they say."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, outbox
from core.errors import Conflict, Invalid
from core.models import LocalStandard, OutboxMessage
from core.working_days import add_working_days
from escalations import quarters
from escalations.actions import dispute as acts
from escalations.daily_routes import digest_lines
from escalations.models import CafcassReferral, Dispute, DisputeStep
from escalations.policies.dispute import prompts
from governance.actions.concerns import raise_concern
from tests.cast import at

MONDAY = dt.date(2022, 2, 7)
DAY = dt.timedelta(days=1)
SAID = {"about": "No manager for nine weeks.", "wanted": "A manager this week.", "said": "Tom: it is in hand."}


@pytest.fixture
def child(cast):
    child = cast.child(forename="Skye", surname="Larkspur")
    cast.unregistered(child, MONDAY - 90 * DAY)
    cast.allocate(child, cast.ines, part="iro")
    return child


def opens(cast, child, day=MONDAY, **fields):
    return acts.raise_dispute(**{"child": child, "by": cast.ines, "as_of": at(day)} | SAID | fields)


def kinds(dispute):
    return list(DisputeStep.objects.filter(dispute=dispute).values_list("kind", flat=True))


def told(user, key):
    return OutboxMessage.objects.filter(to=user, key__startswith=key).count()


class TestAConcernThatLies:
    @pytest.mark.failing("F86")
    def test_after_ten_working_days_the_officer_is_asked_to_dispute_it_or_go_to_cafcass(self, cast, child, client):
        concern = raise_concern(
            child=child, category="placement", what="No manager.", by=cast.ines, as_of=at(MONDAY, 9)
        )
        due = add_working_days(MONDAY, 10)
        assert due == dt.date(2022, 2, 21)
        assert prompts(cast.ines, as_of=at(due, 23, 59)) == []
        assert [p.concern for p in prompts(cast.ines, as_of=at(due + DAY, 0))] == [concern]
        assert prompts(cast.tom, as_of=at(due + DAY)) == []
        client.force_login(cast.ines)
        asks = f"{reverse('escalations:raise_dispute', args=[child.reference])}?concern={concern.pk}"
        cafcass = f"{reverse('escalations:refer_to_cafcass', args=[child.reference])}?concern={concern.pk}"
        for page in (
            reverse("dashboards:my_work"),
            reverse("dashboards:child", args=[child.reference]),
            reverse("escalations:disputes_of", args=[child.reference]),
            reverse("escalations:disputes"),
        ):
            shown = client.get(page).content.decode()
            assert asks in shown, page
            assert cafcass in shown, page
        assert f'value="{concern.pk}" selected' in client.get(asks).content.decode()
        outbox.digests(as_of=at(due + DAY, 8))
        assert "dispute or Cafcass?" in OutboxMessage.objects.get(key__startswith=f"digest-{cast.ines.pk}-").body
        dispute = opens(cast, child, due + DAY, concern=concern)
        assert prompts(cast.ines, as_of=at(due + DAY)) == []
        # Talking is no answer either: an informal one that lies is asked about again.
        later = add_working_days(due + DAY, 10)
        assert prompts(cast.ines, as_of=at(later, 23, 59)) == []
        assert [p.dispute for p in prompts(cast.ines, as_of=at(later + DAY, 0))] == [dispute]

    def test_cafcass_alone_meets_it_and_a_dispute_about_something_else_does_not(self, cast, child):
        concern = raise_concern(child=child, category="care", what="W", by=cast.ines, as_of=at(MONDAY))
        late = at(add_working_days(MONDAY, 11))
        opens(cast, child, MONDAY + 20 * DAY)
        assert len([p for p in prompts(cast.ines, as_of=late) if p.concern]) == 1
        refers(cast, child, MONDAY + 20 * DAY, concern=concern)
        assert prompts(cast.ines, as_of=late) == []

    def test_a_council_may_ask_sooner_and_never_later(self, cast, child):
        raise_concern(child=child, category="care", what="W", by=cast.ines, as_of=at(MONDAY))
        for value, first in ((5, add_working_days(MONDAY, 5)), (30, add_working_days(MONDAY, 10))):
            LocalStandard.objects.update_or_create(
                authority=cast.north, key="ESC-03 prompt", effective_from=MONDAY,
                defaults={"value": value, "set_by": cast.dee, "reason": "R"},
            )  # fmt: skip
            assert prompts(cast.ines, as_of=at(first, 23, 59)) == []
            assert prompts(cast.ines, as_of=at(first + DAY, 0))


def refers(cast, child, day, by=None, **fields):
    return acts.refer_to_cafcass(
        child=child, why="Nothing changed.", sent="By letter.", by=by or cast.ines, as_of=at(day), **fields
    )


class TestTheClock:
    def test_it_goes_up_by_itself_each_step_dated_when_it_fell_due(self, cast, child):
        dispute = opens(cast, child)
        assert (dispute.answerer, dispute.due_on) == (cast.tom, None)
        acts.make_formal(dispute=dispute, why="It is not in hand.", by=cast.ines, as_of=at(MONDAY))
        ten, fifteen, twenty = (add_working_days(MONDAY, number) for number in (10, 15, 20))
        assert (dispute.answerer, dispute.due_on, dispute.ends_on) == (cast.hana, ten, twenty)
        assert acts.chase(as_of=at(ten, 23, 59)) == 0
        assert acts.chase(as_of=at(ten + DAY, 0)) == 1
        dispute.refresh_from_db()
        assert (dispute.answerer, dispute.due_on) == (cast.dee, fifteen)
        # Down for weeks: every step that was missed, once, in order, on its own day.
        assert acts.chase(as_of=at(twenty + 30 * DAY)) == 2
        assert acts.chase(as_of=at(twenty + 30 * DAY)) == 0
        steps = DisputeStep.objects.filter(dispute=dispute, by=None)
        assert [(s.kind, s.answerer, s.happened_at) for s in steps] == [
            ("went_up", cast.dee, clock.end_of(ten)),
            ("went_up", cast.dora, clock.end_of(fifteen)),
            ("ran_out", cast.dora, clock.end_of(twenty)),
        ]
        assert [told(user, "dispute-") for user in (cast.hana, cast.dee, cast.dora)] == [1, 1, 2]
        assert told(cast.ines, "dispute-") == 3
        acts.answer_dispute(
            dispute=dispute, text="A manager starts on Monday.", by=cast.dora, as_of=at(twenty + 31 * DAY)
        )
        assert acts.chase(as_of=at(twenty + 60 * DAY)) == 0

    def test_what_was_answered_and_is_not_over_by_its_last_day_is_told_to_both(self, cast, child):
        dispute = opens(cast, child, formal=True)
        acts.answer_dispute(dispute=dispute, text="Monday.", by=cast.hana, as_of=at(MONDAY + DAY))
        before = told(cast.hana, "dispute-"), told(cast.ines, "dispute-")
        last = add_working_days(MONDAY, 20)
        assert acts.chase(as_of=at(last, 23, 59)) == 0
        assert prompts(cast.ines, as_of=at(last, 23, 59)) == []
        assert acts.chase(as_of=at(last + DAY, 0)) == 1
        assert acts.chase(as_of=at(last + 9 * DAY)) == 0
        assert kinds(dispute)[-1] == "ran_out"
        assert (told(cast.hana, "dispute-"), told(cast.ines, "dispute-")) == (before[0] + 1, before[1] + 1)
        assert [p.what for p in prompts(cast.ines, as_of=at(last + DAY))] == [
            f"Dispute {dispute.number} is not over in the time for all of it"
        ]

    def test_another_officer_takes_over_what_the_last_one_left(self, cast, child):
        concern = raise_concern(child=child, category="care", what="W", by=cast.ines, as_of=at(MONDAY))
        dispute = opens(cast, child, formal=True)
        ivor = cast.person("ivor", "Ivor Crake", "iro")
        child.allocations.filter(worker=cast.ines).delete()
        cast.allocate(child, ivor, part="iro")
        acts.answer_dispute(dispute=dispute, text="Monday.", by=cast.hana, as_of=at(MONDAY + DAY))
        assert (told(ivor, "dispute-"), told(cast.ines, "dispute-")) == (1, 0)
        assert dict(digest_lines(at(MONDAY + DAY)))[ivor.pk] == ["1 dispute of yours answered: is it enough?"]
        late = add_working_days(MONDAY, 11)
        assert [p.concern for p in prompts(ivor, as_of=at(late))] == [concern]
        opens(cast, child, late, by=ivor, concern=concern)
        assert (prompts(ivor, as_of=at(late)), prompts(cast.ines, as_of=at(late))) == ([], [])

    def test_what_was_said_informally_leaves_the_list_once_it_is_answered_and_follows_the_post(self, cast, child):
        dispute = opens(cast, child)
        assert list(Dispute.objects.owed_by(cast.tom)) == [dispute]
        acts.answer_dispute(dispute=dispute, text="It is in hand from Monday.", by=cast.tom, as_of=at(MONDAY))
        assert not Dispute.objects.owed_by(cast.tom).exists()
        cast.tom.role = "social_worker"
        cast.tom.save()
        acts.chase(as_of=at(MONDAY + DAY))
        dispute.refresh_from_db()
        assert dispute.answerer == cast.hana

    def test_an_empty_post_is_passed_over_and_a_closed_account_followed(self, cast, child):
        cast.hana.is_active = False
        cast.hana.save()
        dispute = opens(cast, child, formal=True)
        assert (dispute.answerer, dispute.level) == (cast.dee, 3)
        cast.dee.is_active = False
        cast.dee.save()
        acts.chase(as_of=at(MONDAY + DAY))
        dispute.refresh_from_db()
        assert dispute.answerer == cast.dora
        assert kinds(dispute) == ["informal", "formal", "passed"]

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        offset=st.integers(0, 400),
        acts_on=st.lists(st.tuples(st.sampled_from(["answer", "not_enough", "chase"]), st.integers(0, 9)), max_size=6),
    )
    def test_at_every_moment_somebody_active_owes_it_by_a_day_or_the_officer_is_next(
        self, cast, child, offset, acts_on
    ):
        day = MONDAY + offset * DAY
        with transaction.atomic():
            dispute = opens(cast, child, day, formal=True)
            assert dispute.alert_due_on == add_working_days(day, 10)
            assert dispute.ends_on == add_working_days(day, 20)
            for what, later in acts_on:
                day += later * DAY
                try:
                    if what == "answer":
                        acts.answer_dispute(dispute=dispute, text="She moves.", by=dispute.answerer, as_of=at(day))
                    elif what == "not_enough":
                        acts.not_enough(dispute=dispute, why="W", by=cast.ines, as_of=at(day))
                except Conflict:
                    pass
                acts.chase(as_of=at(day))
                dispute.refresh_from_db()
                assert dispute.is_open
                assert dispute.answerer.is_active
                assert (dispute.due_on is None) == (dispute.answered_at is not None)
                # Overdue at a lower level it never stays.
                assert dispute.due_on is None or dispute.due_on >= day or dispute.answerer == cast.dora
            levels = [s.level for s in DisputeStep.objects.filter(dispute=dispute).exclude(kind="informal")]
            assert levels == sorted(levels)
            transaction.set_rollback(True)


class TestWhoSaysWhat:
    def test_only_the_officer_says_that_it_is_over_and_only_after_an_answer(self, cast, child):
        dispute = opens(cast, child, formal=True)
        over = {
            "dispute": dispute,
            "resolution": "done",
            "why": "She has a manager.",
            "as_of": at(MONDAY + 2 * DAY, 15),
        }
        for user in (cast.hana, cast.dora, cast.amy):
            with pytest.raises(PermissionDenied):
                acts.resolve_dispute(by=user, **over)
        with pytest.raises(Invalid, match="no written answer"):
            acts.resolve_dispute(by=cast.ines, **over)
        with pytest.raises(IntegrityError), transaction.atomic():
            Dispute.objects.update(resolved_at=at(MONDAY), resolution="done")
        acts.answer_dispute(dispute=dispute, text="Monday.", by=cast.hana, as_of=at(MONDAY + DAY))
        assert told(cast.ines, f"dispute-{dispute.pk}-answered") == 1
        acts.not_enough(dispute=dispute, why="Which Monday?", by=cast.ines, as_of=at(MONDAY + DAY))
        assert (dispute.answerer, dispute.due_on) == (cast.dee, add_working_days(MONDAY + DAY, 5))
        with pytest.raises(PermissionDenied):  # it has gone past her
            acts.answer_dispute(dispute=dispute, text="This one.", by=cast.hana, as_of=at(MONDAY + DAY))
        acts.answer_dispute(dispute=dispute, text="The 14th.", by=cast.dora, as_of=at(MONDAY + 2 * DAY))
        acts.resolve_dispute(by=cast.ines, **over)
        assert kinds(dispute) == ["informal", "formal", "answered", "not_enough", "answered", "resolved"]
        with pytest.raises(Conflict):
            acts.note_dispute(dispute=dispute, text="She moves.", by=cast.ines, as_of=at(MONDAY + 3 * DAY))

    def test_cafcass_can_be_asked_at_any_point_and_by_nobody_elses_leave(self, cast, child):
        refers(cast, child, MONDAY)  # without a dispute
        dispute = opens(cast, child)
        refers(cast, child, MONDAY, dispute=dispute)  # informal
        acts.make_formal(dispute=dispute, why="W", by=cast.ines, as_of=at(MONDAY))
        asked = refers(cast, child, MONDAY, dispute=dispute)
        acts.answer_dispute(dispute=dispute, text="She moves.", by=cast.hana, as_of=at(MONDAY))
        acts.resolve_dispute(dispute=dispute, resolution="dropped", why="W", by=cast.ines, as_of=at(MONDAY))
        refers(cast, child, MONDAY, dispute=dispute)  # over
        assert CafcassReferral.objects.count() == 4
        assert told(cast.dora, "cafcass-") == told(cast.hana, "cafcass-") == 4
        for user in (cast.hana, cast.dora, cast.amy, cast.greta):
            with pytest.raises(PermissionDenied):
                refers(cast, child, MONDAY, by=user)
        answer = {"referral": asked, "answer": "They will apply.", "by": cast.ines, "as_of": at(MONDAY + DAY)}
        for day in (MONDAY - DAY, MONDAY + 2 * DAY):
            with pytest.raises(Invalid):
                acts.record_cafcass_answer(answered_on=day, **answer)
        acts.record_cafcass_answer(answered_on=MONDAY, **answer)
        with pytest.raises(Conflict):
            acts.record_cafcass_answer(answered_on=MONDAY, **answer)

    def test_another_officers_child_and_anothers_concern(self, cast, child):
        other = cast.person("ivor", "Ivor Crake", "iro")
        with pytest.raises(PermissionDenied):
            acts.raise_dispute(child=child, by=other, as_of=at(MONDAY), **SAID)
        toms = raise_concern(child=child, category="care", what="W", by=cast.tom, as_of=at(MONDAY))
        with pytest.raises(Invalid):
            opens(cast, child, concern=toms)


class TestPages:
    def test_on_every_page_the_officer_has_there_is_the_way_and_on_a_childs_it_is_hers(self, cast, child, client):
        client.force_login(cast.ines)
        everywhere, hers = reverse("escalations:disputes"), reverse("escalations:disputes_of", args=[child.reference])
        placement = child.placements.get()
        for page, leads in (
            (reverse("dashboards:my_work"), everywhere),
            (reverse("oversight:flags"), everywhere),
            (reverse("core:account"), everywhere),
            (reverse("dashboards:child", args=[child.reference]), hers),
            (reverse("dashboards:placement", args=[placement.pk]), hers),
            (reverse("governance:raise_concern", args=[child.reference]), hers),
        ):
            shown = client.get(page).content.decode()
            assert f'href="{leads}"' in shown.partition('id="main-content"')[0], page
        for user in (cast.amy, cast.dora):
            client.force_login(user)
            assert everywhere not in client.get(reverse("dashboards:my_work")).content.decode()

    def test_a_page_asks_no_more_however_many_there_are(self, cast, child, client, django_assert_max_num_queries):
        client.force_login(cast.ines)
        page = reverse("escalations:disputes")
        for number in range(3):
            opens(cast, child, MONDAY, formal=number == 0)
            refers(cast, child, MONDAY)
        with django_assert_max_num_queries(14):
            client.get(page)
        with django_assert_max_num_queries(18):
            client.get(acts.dispute_page(Dispute.objects.first()))

    def test_from_the_form_to_its_end(self, cast, child, client):
        client.force_login(cast.ines)
        form = reverse("escalations:raise_dispute", args=[child.reference])
        assert client.post(form, {"formal": "yes"}).status_code == 422
        sent = client.post(form, SAID | {"formal": "yes"})
        dispute = Dispute.objects.get()
        assert sent.headers["Location"] == acts.dispute_page(dispute)
        client.force_login(cast.hana)
        shown = client.get(reverse("dashboards:my_work")).content.decode()
        assert acts.dispute_page(dispute) in shown
        answers = reverse("escalations:answer_dispute", args=[dispute.pk])
        assert answers in client.get(acts.dispute_page(dispute)).content.decode()
        assert client.get(reverse("escalations:resolve_dispute", args=[dispute.pk])).status_code == 403
        assert client.post(answers, {"text": "On Monday."}).status_code == 302
        client.force_login(cast.ines)
        page = client.get(acts.dispute_page(dispute)).content.decode()
        assert "On Monday." in page
        assert reverse("escalations:not_enough", args=[dispute.pk]) in page
        over = {"resolution": "agreed", "why": "I have met the manager."}
        assert client.post(reverse("escalations:resolve_dispute", args=[dispute.pk]), over).status_code == 302

    @pytest.mark.recommendation("R8.4")
    def test_the_report_counts_disputes_and_cafcass_and_what_was_in_time(self, cast, child, client):
        today = clock.local_date(clock.now())
        old = today - 60 * DAY
        quarter = quarters.of(old)
        in_time, late, quick = (opens(cast, child, old, formal=True) for _ in range(3))
        informal = opens(cast, child, old)
        for dispute, days in ((in_time, 3), (quick, 1), (late, 40)):
            acts.answer_dispute(dispute=dispute, text="She moves.", by=cast.dora, as_of=at(old + days * DAY))
        acts.resolve_dispute(dispute=quick, resolution="done", why="W", by=cast.ines, as_of=at(old + 5 * DAY))
        refers(cast, child, old)
        refers(cast, child, old, dispute=late)
        client.force_login(cast.nina)
        page = client.get(reverse("escalations:dispute_report"), {"quarter": quarter.key})
        figures = {label: number.count for label, number in page.context["report"].figures}
        assert figures == {
            "Disputes begun": 4, "of which informal so far": 1, "of which made formal": 3,
            "Formal, answered in time": 2, "Formal, not answered in time": 1, "Formal, over in time": 1,
            "Formal, not over in time": 2, "Still open": 3, "Referrals to Cafcass": 2,
            "of which without a dispute": 1, "of which Cafcass has answered": 0,
        }  # fmt: skip
        for _, number in page.context["report"].figures:
            assert len(client.get(number.href).context["report"].rows) == number.count
        shown = page.content.decode()
        assert "Skye" not in shown
        assert f"S.L. {child.reference}" in shown
        assert acts.dispute_page(informal) not in shown
        [row] = [row for row in page.context["report"].chart.rows if row.label == str(quarter)]
        assert [number.count for number in row.numbers] == [1, 3, 2]
        client.force_login(cast.duncan)
        assert not client.get(reverse("escalations:dispute_report"), {"quarter": quarter.key}).context["report"].rows


@given(day=st.dates(dt.date(2001, 1, 1), dt.date(2098, 12, 31)))
def test_every_day_is_in_one_quarter_and_the_next_begins_where_it_ends(day):
    quarter = quarters.of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.after.first == quarter.last + DAY
    assert quarter.after.before == quarter
    assert quarters.read(quarter.key, today=day) == quarter
    assert quarters.read("2099-4", today=day) == quarters.read("nonsense", today=day) == quarter
