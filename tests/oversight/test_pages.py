"""The flags list and a flag's page: who sees them, what they say, and that answering is not clearing."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from children.models import FileRead
from core import clock
from core.models import OutboxMessage
from core.outbox import digests
from dashboards.flags import lines
from oversight import rulebook
from oversight.models import Flag, FlagAnswer
from oversight.querysets import AGES
from oversight.sweep import sweep
from tests.cast import Cast, at
from tests.oversight.facts import DAY, visit
from tests.told_once import told_once

LIST = "/flags/"


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def today(now):
    return clock.local_date(now)


@told_once
def placement(cast):
    """Two months in an unregistered setting, and nobody has done anything."""
    now = clock.now()
    today = clock.local_date(now)
    child = cast.child(born=today.replace(year=today.year - 17, day=1), since=today - 400 * DAY)
    placement = cast.unregistered(child, today - 60 * DAY, type="K2")
    sweep(as_of=now)
    return placement


@pytest.fixture
def flag(placement):
    return Flag.objects.get(rule="VIS-07", limb="social_worker")


def page_of(flag):
    return reverse("oversight:flag", args=[flag.pk])


def answer(day, doing="A visit is booked."):
    return {"doing": doing, "by_when_day": day.day, "by_when_month": day.month, "by_when_year": day.year}


class TestWhoSees:
    @pytest.mark.parametrize("key", ["amy", "ben", "tom", "hana", "carl", "sal", "dee", "dora"])
    def test_those_who_see_the_child(self, client, cast, flag, key):
        client.force_login(getattr(cast, key))
        assert flag.child.surname in client.get(LIST).content.decode()
        assert client.get(page_of(flag)).status_code == 200

    @pytest.mark.parametrize("key", ["zoe", "todd", "duncan", "ines", "lola"])
    def test_a_stranger_finds_nothing(self, client, cast, flag, key):
        client.force_login(getattr(cast, key))
        assert flag.child.surname not in client.get(LIST).content.decode()
        assert client.get(page_of(flag)).status_code == 404
        assert client.post(page_of(flag), answer(clock.local_date(clock.now()))).status_code == 404

    @pytest.mark.parametrize("key", ["sam", "nina", "ava", "greta", "lee", "priya"])
    def test_a_role_without_the_power_is_refused(self, client, cast, flag, key):
        client.force_login(getattr(cast, key))
        assert client.get(LIST).status_code == 403
        assert client.get(page_of(flag)).status_code == 403

    def test_the_providers_manager_sees_those_of_her_placements_and_answers_none(self, client, cast, flag, today):
        elsewhere = cast.placement(cast.child(surname="Elsewhere"), today - 30 * DAY, type="U6")
        sweep(as_of=clock.now())
        client.force_login(cast.paul)
        shown = client.get(LIST).content.decode()
        assert flag.child.surname in shown
        flag = Flag.objects.get(rule="STF-05L")
        assert "Elsewhere" not in shown
        assert b"Send answer" not in client.get(page_of(flag)).content
        assert client.post(page_of(flag), answer(today)).status_code == 403
        assert client.get(page_of(Flag.objects.filter(placement=elsewhere).first())).status_code == 404

    def test_opening_a_flag_is_a_reading_of_her_file(self, client, cast, flag):
        client.force_login(cast.amy)
        client.get(page_of(flag))
        assert FileRead.objects.get().by == cast.amy

    def test_nobody_signed_in_is_asked_to(self, client, flag):
        assert client.get(LIST).status_code == 302
        assert client.get(page_of(flag)).status_code == 302


STATUTE = {"VIS-01", "LEG-05"}


class TestList:
    @pytest.fixture(autouse=True)
    def as_dee(self, client, cast, placement):
        client.force_login(cast.dee)

    def rows(self, client, **filters):
        page = client.get(LIST, filters).context["page"]
        return {flag.pk for flag in page}

    def test_what_a_row_says(self, client, flag):
        text = client.get(LIST).content.decode()
        assert "Weekly visit by the social worker" in text
        assert "Local standard" in text
        assert "Statute" in text
        assert reverse("dashboards:child", args=[flag.child.reference]) in text
        assert "Amy Sparrow" in text

    @pytest.mark.parametrize(
        ("filters", "chosen"),
        [
            ({"rule": "VIS-07"}, lambda f: f.rule == "VIS-07"),
            ({"family": "VIS"}, lambda f: f.rule.startswith("VIS-")),
            ({"basis": "statute"}, lambda f: f.rule in STATUTE),
            ({"basis": "local"}, lambda f: f.rule not in STATUTE),
            ({"basis": "court"}, lambda f: False),
            ({"severity": "red"}, lambda f: f.rule != "CPL-04"),
            ({"severity": "amber"}, lambda f: f.rule == "CPL-04"),
            ({"whose": "mine"}, lambda f: f.owner.name == "Dee Osprey"),
            ({"whose": "all"}, lambda f: True),
            ({"answered": "yes"}, lambda f: f.rule == "STF-05L"),
            ({"answered": "no"}, lambda f: f.rule != "STF-05L"),
            ({"placement": "0"}, lambda f: False),
            ({"child": "C000000000"}, lambda f: False),
            ({"rule": "VIS-07", "basis": "statute"}, lambda f: False),
        ],
    )
    def test_filters(self, client, cast, today, filters, chosen):
        flags = list(Flag.objects.standing())
        answered = next(flag for flag in flags if flag.rule == "STF-05L")
        FlagAnswer.objects.create(
            flag=answered, by=cast.tom, doing="Advertised.", by_when=today, answered_at=clock.now()
        )
        assert self.rows(client, **filters) == {flag.pk for flag in flags if chosen(flag)}

    def test_of_one_placement_and_one_child(self, client, cast, placement, today):
        cast.placement(cast.child(), today - 30 * DAY, type="U6")
        sweep(as_of=clock.now())
        mine = set(placement.flags.values_list("pk", flat=True))
        assert self.rows(client, placement=placement.pk) == mine == self.rows(client, child=placement.child.reference)

    def test_mine_and_my_teams(self, client, cast, placement, today):
        cast.placement(cast.child(team=None, worker=cast.ben), today - 30 * DAY, type="U6")
        sweep(as_of=clock.now())
        client.force_login(cast.tom)
        assert self.rows(client, whose="mine") == set(Flag.objects.filter(owner=cast.tom).values_list("pk", flat=True))
        assert self.rows(client, whose="team") == set(placement.flags.values_list("pk", flat=True))
        client.force_login(cast.hana)
        assert self.rows(client, whose="team") == set(placement.flags.values_list("pk", flat=True))

    @pytest.mark.parametrize(
        "filters",
        [
            {"rule": "NO-01"},
            {"basis": "<b>"},
            {"placement": "x"},
            {"age": "ancient"},
            {"state": "x"},
            {"child": "x" * 400},
        ],
    )
    def test_nonsense_in_the_address_finds_nothing_and_breaks_nothing(self, client, filters):
        response = client.get(LIST, filters)
        assert response.status_code == 200
        assert list(response.context["page"]) == []
        assert client.get(LIST, {"page": "many"}).status_code == 200

    def test_every_number_of_the_chart_is_a_list_of_that_length(self, client, cast, now):
        counted = Flag.for_user(cast.dee).standing().by_rule_and_age(as_of=now)
        assert sum(row["total"] for row in counted) == Flag.objects.standing().count()
        assert {row["basis"] for row in counted} == {"statute", "local standard"}
        for row in counted:
            assert row["total"] == sum(row[age] for age in AGES)
            for age in AGES:
                assert len(self.rows(client, rule=row["rule"], age=age)) == row[age]

    def test_ages_are_days_over(self, cast, now):
        for flag in Flag.objects.standing():
            days = flag.days_over(as_of=now)
            age = "week" if days < 7 else "month" if days < 28 else "older"
            assert Flag.objects.aged(age, as_of=now).filter(pk=flag.pk).exists()
            assert Flag.objects.older_than(days - 1, as_of=now).filter(pk=flag.pk).exists()
            assert not Flag.objects.older_than(days, as_of=now).filter(pk=flag.pk).exists()

    def test_the_same_queries_for_many_rows(self, client, cast, today, django_assert_max_num_queries):
        client.get(LIST)  # the session's first page writes the session
        with django_assert_max_num_queries(6) as few:
            client.get(LIST)
        for _ in range(10):
            cast.unregistered(cast.child(), today - 60 * DAY)
        sweep(as_of=clock.now())
        with django_assert_max_num_queries(6) as many:
            client.get(LIST)
        assert len(many) == len(few)

    def test_what_the_rulebook_puts_first_stands_first(self, client):
        listed = list(client.get(LIST).context["page"])
        grave = [(f.rule in rulebook.FIRST, f.severity == "red", f.rulebook.basis == "statute") for f in listed]
        assert grave == sorted(grave, reverse=True)
        assert len(set(grave)) >= 3

    def test_what_was_cleared_is_a_list_of_its_own(self, client, cast, flag, placement, now):
        visit(placement, now - dt.timedelta(minutes=5), recorded_by=cast.amy)
        sweep(as_of=now)
        assert flag.pk in self.rows(client, state="cleared") == set(Flag.objects.cleared().values_list("pk", flat=True))
        assert self.rows(client) == set(Flag.objects.standing().values_list("pk", flat=True))
        assert self.rows(client, state="cleared", rule="LEG-05") == set()
        assert "cleared <time" in client.get(LIST, {"state": "cleared"}).content.decode()
        client.force_login(cast.zoe)
        assert self.rows(client, state="cleared") == set()

    def test_pages(self, client, cast, today):
        for _ in range(4):
            cast.unregistered(cast.child(), today - 60 * DAY)
        sweep(as_of=clock.now())
        first = client.get(LIST, {"basis": "local"}).context["page"]
        assert first.paginator.num_pages >= 2
        second = self.rows(client, basis="local", page=2)
        assert second
        assert not second & {flag.pk for flag in first}


class TestAnswering:
    @pytest.fixture(autouse=True)
    def as_amy(self, client, cast):
        client.force_login(cast.amy)

    def test_what_the_page_says(self, client, flag, placement):
        text = client.get(page_of(flag)).content.decode()
        for words in (
            "Weekly visit by the social worker",
            "Local standard. No statute asks for it",
            "Amy Sparrow (the duty of the social worker)",
            "What clears it",
            reverse("placements:visit", args=[placement.pk]),
            "Nobody has answered this flag",
            "keeps it from becoming an escalation until the day it names",
            "History of this flag",
        ):
            assert words in text, words

    @pytest.mark.parametrize(
        ("rule", "limb", "can", "cannot", "said"),
        [
            ("VIS-07", "social_worker", ["amy", "ben"], ["tom", "hana", "ines"], "social worker."),
            ("VIS-07", "team_manager", ["tom"], ["amy", "hana"], "team manager."),
            ("VIS-08", "unannounced", ["amy", "tom", "hana", "sal"], ["ines"], "head of service or safeguarding lead."),
            ("LEG-05", "", ["dora"], ["amy", "tom"], "director of children’s services."),
        ],
    )
    def test_what_clears_it_is_offered_where_it_would_count_and_else_she_is_told_who_can(
        self, client, cast, placement, rule, limb, can, cannot, said
    ):
        cast.allocate(placement.child, cast.ines, part="iro")
        flag = Flag.objects.get(rule=rule, limb=limb)
        for user in [*can, *cannot]:
            client.force_login(getattr(cast, user))
            page = client.get(page_of(flag))
            assert bool(page.context["mend_url"]) == (user in can), user
            told = re.search(r"Who can make that record: (.*?)</p>", page.content.decode())
            assert (told is not None and told[1].endswith(said)) == (user in cannot), user
            line = lines([flag], user=getattr(cast, user), as_of=clock.now())[0]
            assert (line.remedy is not None and line.remedy.label == flag.rulebook.mend_of(limb).label) == (user in can)

    def test_whoever_holds_it_in_place_of_an_empty_post_is_offered_it(self, client, cast, flag):
        flag.child.allocations.all().delete()
        sweep(as_of=clock.now())
        flag.refresh_from_db()
        assert flag.owner == cast.tom
        for user, offered in (cast.tom, True), (cast.hana, False):
            client.force_login(user)
            assert bool(client.get(page_of(flag)).context["mend_url"]) is offered

    def test_it_says_when_whoever_holds_it_was_told_and_not_that_they_were(self, client, cast, flag, now):
        def told():
            return client.get(page_of(flag)).context["told"]

        assert re.fullmatch(r"Amy Sparrow, on the worklist; and in the message of \d+ \w+ \d{4} at \d\d:\d\d", told())
        digests(as_of=now)
        assert told().endswith("which is still to be sent")
        OutboxMessage.objects.filter(to=cast.amy).update(sent_at=at(dt.date(2026, 7, 1), 7, 31))
        assert told() == "Amy Sparrow, in the message sent on 1 July 2026 at 07:31"
        flag.owner = cast.tom  # what was sent to Amy told him nothing; today's is written
        flag.save()
        assert told().startswith("Tom Heron, on the worklist")

    def test_an_answer_is_kept_and_the_flag_stands(self, client, cast, flag, today):
        response = client.post(page_of(flag), answer(today + DAY))
        assert response.status_code == 302
        kept = FlagAnswer.objects.get()
        assert (kept.by, kept.doing, kept.by_when) == (cast.amy, "A visit is booked.", today + DAY)
        sweep(as_of=clock.now())
        flag.refresh_from_db()
        assert flag.standing
        assert "A visit is booked." in client.get(page_of(flag)).content.decode()
        assert client.get(LIST, {"answered": "yes"}).context["page"].paginator.count == 1

    def test_sent_twice_it_is_kept_once(self, client, flag, today):
        for _ in range(2):
            assert client.post(page_of(flag), answer(today)).status_code == 302
        assert FlagAnswer.objects.count() == 1

    def test_bad_input_is_answered_in_words_and_the_typing_kept(self, client, flag, today):
        response = client.post(page_of(flag), answer(today - DAY, "She is in Wales."))
        assert response.status_code == 422
        assert "must be today or in the future" in response.content.decode()
        assert "She is in Wales." in response.content.decode()
        assert client.post(page_of(flag), {}).status_code == 422
        assert client.post(page_of(flag), answer(today, "x" * 1_000_000)).status_code == 422
        assert client.post(page_of(flag), answer(today + 40 * DAY)).status_code == 422
        refused = client.post(page_of(flag), answer(today, "It’s known."))
        assert refused.status_code == 422
        assert "answers nothing" in refused.content.decode()
        assert not FlagAnswer.objects.exists()

    def test_a_draft_is_kept_and_shown(self, client, flag, today):
        client.post(page_of(flag), {**answer(today, "Half a sent"), "save_draft": "yes"})
        assert "Half a sent" in client.get(page_of(flag)).content.decode()
        assert not FlagAnswer.objects.exists()

    def test_a_cleared_flag_takes_no_answer(self, client, cast, flag, placement, now, today):
        visit(placement, now - dt.timedelta(minutes=5), recorded_by=cast.amy)
        sweep(as_of=now)
        text = client.get(page_of(flag)).content.decode()
        assert "Cleared" in text
        assert "Send answer" not in text
        response = client.post(page_of(flag), answer(today))
        assert response.status_code == 422
        assert "nothing left to answer" in response.content.decode()

    def test_nobody_can_dismiss_one(self, flag):
        """The app's own database role may change and clear, by the sweep; no page or action of a person's does."""
        from oversight import actions

        assert {name for name in vars(actions) if name.endswith("_flag")} == {"answer_flag"}

    def test_a_colleague_may_not_answer_what_she_may_not_see(self, cast, flag, now, today):
        from django.core.exceptions import PermissionDenied

        from oversight.actions import answer_flag

        for key in ("zoe", "sam", "paul"):
            with pytest.raises(PermissionDenied):
                answer_flag(flag=flag, doing="Something.", by_when=today, by=getattr(cast, key), as_of=now)


class TestDigest:
    def test_one_message_a_person_with_numbers_and_no_names(self, cast, placement, now):
        digests(as_of=now)
        told = {message.to: message.body for message in OutboxMessage.objects.select_related("to")}
        assert set(told) == {cast.amy, cast.tom, cast.hana, cast.carl, cast.sal, cast.dee, cast.dora}
        assert "1 overdue under statute" in told[cast.amy]
        assert re.search(r"(\d+) overdue under a local standard, \1 of them new since yesterday", told[cast.amy])
        for body in told.values():
            for word in (placement.child.forename, placement.child.surname, placement.home.name, "VIS-"):
                assert word not in body
        digests(as_of=now)
        assert OutboxMessage.objects.count() == len(told)


class TestStandards:
    def test_stricter_from_today_by_a_director(self, cast, now, today):
        from oversight import standards
        from oversight.actions import set_standard

        set_standard(key="VIS-07 social worker", value=5, effective_from=today, reason="Risk.", by=cast.dora, as_of=now)
        assert standards.value(cast.north, standards.WORKER, on=today) == 5
        assert standards.value(cast.north, standards.WORKER, on=today - DAY) == 7
        assert standards.value(cast.south, standards.WORKER, on=today) == 7

    @pytest.mark.parametrize(
        "wrong",
        [{"value": 8}, {"value": 0}, {"key": "VIS-99"}, {"reason": " "}, {"effective_from": dt.date(2020, 1, 1)}],
    )
    def test_never_looser_backdated_or_without_a_reason(self, cast, now, today, wrong):
        from core.errors import Invalid
        from oversight.actions import set_standard

        values = {"key": "VIS-07 social worker", "value": 5, "effective_from": today, "reason": "Risk."} | wrong
        with pytest.raises(Invalid):
            set_standard(**values, by=cast.dee, as_of=now)

    @pytest.mark.parametrize("key", ["amy", "tom", "hana", "sam"])
    def test_only_by_a_director(self, cast, now, today, key):
        from django.core.exceptions import PermissionDenied

        from oversight.actions import set_standard

        with pytest.raises(PermissionDenied):
            set_standard(
                key="VIS-07 social worker",
                value=5,
                effective_from=today,
                reason="Risk.",
                by=getattr(cast, key),
                as_of=now,
            )


@pytest.mark.django_db(transaction=True)
def test_logging_a_visit_clears_its_flag_on_the_same_click(client):
    """The real thing: the page's POST, its commit, the recheck, and the flag gone from the list that comes back."""
    cast, now = Cast(), clock.now()
    today = clock.local_date(now)
    placement = cast.placement(cast.child(), today - 20 * DAY, type="U6")
    sweep(as_of=now)
    client.force_login(cast.amy)
    assert client.get(LIST).context["page"].paginator.count == 1
    from placements.actions import record_visit

    record_visit(
        placement=placement,
        occurred_at=now - dt.timedelta(hours=1),
        manner="in_person",
        outcome="seen_alone",
        announced=True,
        capacity="social_worker",
        place="At home",
        by=cast.amy,
        as_of=clock.now(),
    )
    assert client.get(LIST).context["page"].paginator.count == 0


def test_what_falls_due_next_is_one_query(cast, django_assert_num_queries):
    from oversight.clocks import due_soon

    start = dt.date(2022, 1, 10)
    placements = [cast.unregistered(cast.child(born=dt.date(2005, 6, 1)), start) for _ in range(3)]
    as_of = at(start + 2 * DAY)
    with django_assert_num_queries(1):
        rows = due_soon([p.pk for p in placements[:2]], as_of=as_of, within_days=7)
    assert {row.placement_id for row in rows} == {p.pk for p in placements[:2]}
    weekly = next(row for row in rows if (row.rule.code, row.limb) == ("VIS-07", "social_worker"))
    assert weekly.last_day == start + 7 * DAY
    assert weekly.title == "Weekly visit by the social worker"
    assert weekly.mend_url == reverse("placements:visit", args=[weekly.placement_id])
    assert [row.due_at for row in rows] == sorted(row.due_at for row in rows)
    assert all(row.due_at > as_of for row in rows)
    assert not {row.rule.code for row in rows} & {"STF-05L", "LEG-05"}  # overdue already: those are flags
    assert {row.rule.code for row in due_soon([placements[0].pk], as_of=as_of, within_days=0)} == set()
    assert due_soon([], as_of=as_of) == []
