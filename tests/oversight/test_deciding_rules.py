"""DEC: who leads, whether decisions are on her record, and who else is in touch with her."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from children.actions import allocate, end_allocation, record_decision
from children.models import Allocation
from core import accounts, clock
from core.access import PartnerKind, Role
from core.errors import Conflict, Invalid, Refused
from core.models import OutboxMessage
from core.working_days import add_working_days
from governance.actions import deciding as acts
from tests.cast import at
from tests.oversight.facts import DAY, check, clocks
from tests.oversight.independent import Facts
from tests.oversight.independent_governance import expected_of_governance

THURSDAY = dt.date(2022, 3, 3)
FRIDAY, MONDAY, TUESDAY = (THURSDAY + n * DAY for n in (1, 4, 5))
LIMBS = {"lead_day_to_day": "day_to_day", "lead_long_term": "long_term", "commissioner": "commissioning"}


@pytest.fixture
def child(cast):
    return cast.child(born=dt.date(2007, 6, 1))


def leads(cast, child, *, since, but=""):
    who = {"lead_day_to_day": cast.amy, "lead_long_term": cast.tom, "commissioner": cast.carl}
    for part, worker in who.items():
        if part != but:
            allocate(
                child=child, worker=worker, part=part, started_on=since, by=cast.tom, as_of=at(max(since, FRIDAY), 9)
            )


def unled(as_of):
    return {limb for limb, (_, stage) in clocks("DEC-04", as_of).items() if stage == "overdue"}


class TestWhoLeads:
    @pytest.mark.failing("F77")
    @pytest.mark.failing("F107")
    @pytest.mark.parametrize("part", LIMBS)
    def test_each_post_may_stand_empty_one_working_day(self, cast, child, part):
        """From Friday until the end of Monday; red from Tuesday."""
        cast.unregistered(child, FRIDAY)
        leads(cast, child, since=FRIDAY, but=part)
        for day in (FRIDAY, FRIDAY + DAY, MONDAY):
            assert unled(at(day, 23, 59)) == set()
        flags = check(at(TUESDAY, 0, 1))
        assert {limb for rule, limb in flags if rule == "DEC-04"} == {LIMBS[part]}
        assert flags["DEC-04", LIMBS[part]].due_at == clock.start_of(TUESDAY)
        assert flags["DEC-04", LIMBS[part]].severity == "red"

    @pytest.mark.failing("F77")
    def test_a_lead_who_leaves_is_followed_within_a_working_day(self, cast, child):
        cast.unregistered(child, FRIDAY)
        leads(cast, child, since=FRIDAY)
        lead = Allocation.objects.get(part="lead_long_term")
        end_allocation(allocation=lead, ended_on=TUESDAY, end_reason="LEFTRL", by=cast.tom, as_of=at(TUESDAY, 9))
        assert unled(at(TUESDAY + DAY, 23)) == set()  # Wednesday is the day it is due
        assert unled(at(TUESDAY + 2 * DAY, 1)) == {"long_term"}
        allocate(
            child=child, worker=cast.hana, part="lead_long_term", started_on=TUESDAY + 2 * DAY, by=cast.tom,
            as_of=at(TUESDAY + 2 * DAY, 9),
        )  # fmt: skip
        assert unled(at(TUESDAY + 2 * DAY, 9, 1)) == set()

    @pytest.mark.failing("F77")
    def test_a_lead_whose_account_is_closed_leads_no_more(self, client, cast):
        """From the day it was closed: a working day to appoint somebody. Opened again, they lead as before."""
        from django.urls import reverse

        today = clock.local_date(clock.now())
        child = cast.child(born=today - 4000 * DAY)
        cast.unregistered(child, today - 60 * DAY)
        leads(cast, child, since=today - 60 * DAY)
        open_again = add_working_days(today, 1)
        assert unled(at(open_again + 9 * DAY)) == set()
        address = reverse("children:leads", args=[child.reference])
        accounts.deactivate(account=cast.carl, reason="Left.", by=cast.sam, as_of=clock.now())
        assert unled(at(today - DAY)) == set()  # still theirs then
        assert unled(at(open_again, 23, 59)) == set()
        assert unled(at(open_again + DAY, 0, 1)) == {"commissioning"}
        facts = Facts(at(open_again + DAY, 0, 1))
        read = {(limb, due) for code, limb, *_, due in expected_of_governance(facts) if code == "DEC-04"}
        assert read == {("commissioning", clock.start_of(open_again + DAY))}
        assert clocks("DEC-04", facts.as_of)["commissioning"][0] == clock.start_of(open_again + DAY)
        client.force_login(cast.tom)
        text = client.get(address).content.decode()
        assert f"{cast.carl}’s account is closed" in text
        assert "Nobody" in text
        accounts.reactivate(account=cast.carl, reason="Back.", by=cast.sam, as_of=clock.now())
        assert unled(at(open_again + DAY, 0, 1)) == set()
        assert "account is closed" not in client.get(address).content.decode()

    @pytest.mark.positive("P6")
    @pytest.mark.positive("P18")
    @pytest.mark.recommendation("R2.4")
    @pytest.mark.recommendation("R2.5")
    def test_three_named_people_raise_nothing_and_neither_does_a_handover_between_them(self, cast, child):
        cast.unregistered(child, FRIDAY)
        leads(cast, child, since=FRIDAY)
        lead = Allocation.objects.get(part="lead_day_to_day")
        end_allocation(allocation=lead, ended_on=MONDAY, end_reason="MANAGE", by=cast.tom, as_of=at(MONDAY, 9))
        allocate(
            child=child, worker=cast.ben, part="lead_day_to_day", started_on=MONDAY, by=cast.tom, as_of=at(MONDAY, 9)
        )
        for ahead in range(0, 40, 3):
            assert unled(at(MONDAY + ahead * DAY)) == set()

    def test_only_where_the_risk_is_high(self, cast, child):
        cast.placement(child, FRIDAY, home=cast.home(status="registered", registered_for="childrens_home"))
        assert unled(at(FRIDAY + 20 * DAY)) == set()
        cast.dol_order(child, FRIDAY + 20 * DAY)
        assert check(at(FRIDAY + 25 * DAY))["DEC-04", "long_term"].due_on == FRIDAY + 21 * DAY

    def test_two_people_never_hold_one_post(self, cast, child):
        leads(cast, child, since=FRIDAY)
        with pytest.raises(Conflict, match="End theirs first"):
            allocate(
                child=child, worker=cast.ben, part="lead_day_to_day", started_on=MONDAY, by=cast.tom,
                as_of=at(MONDAY, 9),
            )  # fmt: skip

    def test_the_page_says_who_leads_and_who_is_to_be_found(self, client, cast, child):
        from django.urls import reverse

        allocate(
            child=child, worker=cast.amy, part="lead_day_to_day", started_on=FRIDAY, by=cast.tom, as_of=at(FRIDAY, 9)
        )
        client.force_login(cast.tom)
        address = reverse("children:leads", args=[child.reference])
        response = client.get(address)
        text = response.content.decode()
        assert [lead.worker if lead else None for _, lead, _ in response.context["leads"]] == [cast.amy, None, None]
        assert "?part=lead_long_term" in text
        client.force_login(cast.amy)
        assert "?part=" not in client.get(address).content.decode()
        assert (
            "Lead, day to day: Amy Sparrow"
            in client.get(reverse("dashboards:child", args=[child.reference])).content.decode()
        )


def decision(child, cast, decided_on, as_of, **fields):
    return record_decision(
        child=child, decided_on=decided_on, kind="trip", decider=cast.amy, what="A day at the sea.", why="She asked.",
        by=cast.amy, as_of=as_of, **fields,
    )  # fmt: skip


class TestOnHerRecord:
    @pytest.fixture(autouse=True)
    def placed(self, cast, child):
        cast.placement(child, dt.date(2022, 1, 10))

    @pytest.mark.failing("F10")
    @pytest.mark.failing("F105")
    @pytest.mark.failing("F106")
    def test_a_decision_kept_in_somebodys_letters_is_flagged_when_it_comes(self, cast, child):
        """Taken on a Friday, it may come until the end of Monday."""
        decision(child, cast, FRIDAY, at(MONDAY, 23, 59))
        assert clocks("DEC-02", at(MONDAY, 23, 59)) == {}
        decision(child, cast, FRIDAY, at(TUESDAY, 9))
        flag = check(at(TUESDAY, 9))["DEC-02", "late"]
        assert (flag.due_at, flag.severity) == (clock.start_of(TUESDAY), "amber")
        assert ("DEC-02", "late") in check(at(TUESDAY + 27 * DAY, 9))
        assert ("DEC-02", "late") not in check(at(TUESDAY + 28 * DAY, 10, 1))  # the clocks have changed

    @pytest.mark.failing("F10")
    @pytest.mark.recommendation("R1.15")
    def test_nobody_can_say_who_decided_that_she_lives_there(self, cast, child):
        """On Friday, with nothing on her record: red from Tuesday, until somebody says who decided and why."""
        child.placements.update(ended_on=FRIDAY)
        placement = cast.unregistered(child, FRIDAY)
        assert clocks("DEC-02", at(MONDAY, 23))["missing"][1] == "due"
        assert check(at(TUESDAY, 9))["DEC-02", "missing"].due_at == clock.start_of(TUESDAY)
        record_decision(
            child=child, decided_on=FRIDAY, kind="placement", decider=cast.tom, what="To live there.", why="No other home.",
            by=cast.amy, as_of=at(TUESDAY, 10),
        )  # fmt: skip
        assert {limb for rule, limb in check(at(TUESDAY, 11)) if rule == "DEC-02"} == {"late"}
        assert placement.child == child

    @pytest.mark.failing("F31")
    def test_a_long_trip_is_a_decision_of_those_who_answer_for_her(self, cast, child):
        """Agreed by commissioning it is refused; by her social worker it is on her record, and raises nothing."""
        with pytest.raises(Refused, match="Trips and outings"):
            record_decision(
                child=child, decided_on=FRIDAY, kind="trip", what="Two days away.", why="She asked.", by=cast.carl,
                as_of=at(FRIDAY, 9),
            )  # fmt: skip
        decision(child, cast, FRIDAY, at(FRIDAY, 9))
        assert clocks("DEC-02", at(TUESDAY, 9)) == {}


class TestContactBySeniorManagers:
    @pytest.fixture(autouse=True)
    def placed(self, cast, child):
        cast.placement(child, dt.date(2022, 1, 10))

    def waiting(self, as_of):
        return {limb for limb, (_, stage) in clocks("DEC-03", as_of).items() if stage == "overdue"}

    def contact(self, cast, child, as_of, **fields):
        fields = {"how": "call", "said": "She rang about her staff.", "by": cast.dee} | fields
        return acts.record_contact(child=child, occurred_at=at(FRIDAY, 17), as_of=as_of, **fields)

    @pytest.mark.failing("F91")
    @pytest.mark.failing("F123")
    def test_a_call_written_the_same_day_waits_for_the_social_worker(self, cast, child):
        contact = self.contact(cast, child, at(FRIDAY, 18))
        assert self.waiting(at(FRIDAY + DAY, 18)) == set()  # all of the last hour is allowed
        assert self.waiting(at(FRIDAY + DAY, 18, 1)) == {"seen"}
        acts.see_contact(contact=contact, by=cast.amy, as_of=at(FRIDAY + DAY, 18, 2))
        assert check(at(FRIDAY + DAY, 18, 3)).keys() & {("DEC-03", "seen"), ("DEC-03", "recorded")} == set()

    @pytest.mark.failing("F92")
    @pytest.mark.failing("F123")
    def test_a_call_a_carer_knows_of_is_missed_from_the_file(self, cast, child):
        """The audit of known calls: reported by somebody else, it waits for whoever had it."""
        contact = acts.report_contact(
            child=child, who=cast.dee, occurred_at=at(FRIDAY, 17), how="call", by=cast.amy, as_of=at(FRIDAY, 20)
        )
        assert self.waiting(at(FRIDAY + DAY, 17)) == set()
        assert self.waiting(at(FRIDAY + DAY, 17, 1)) == {"recorded"}
        with pytest.raises(PermissionDenied):
            acts.write_contact(contact=contact, said="x", by=cast.carl, as_of=at(MONDAY, 9))
        flag = check(at(MONDAY, 9))["DEC-03", "recorded"]
        assert (flag.owner, flag.owner_role) == (cast.dee, "director")  # whose it is to write
        acts.write_contact(contact=contact, said="She rang.", by=cast.dee, as_of=at(MONDAY, 9))
        assert self.waiting(at(MONDAY + DAY, 9)) == set()  # late, and from now on the social worker’s to see
        assert self.waiting(at(MONDAY + DAY, 9, 1)) == {"seen"}
        assert check(at(MONDAY + DAY, 9, 1))["DEC-03", "seen"].owner == cast.amy

    @pytest.mark.failing("F92")
    def test_whoever_has_left_writes_nothing_and_the_head_of_service_says_so(self, cast, child):
        contact = acts.report_contact(
            child=child, who=cast.dee, occurred_at=at(FRIDAY, 17), how="call", by=cast.amy, as_of=at(FRIDAY, 20)
        )
        assert cast.hana.pk
        with pytest.raises(Invalid, match="the one to write"):
            acts.say_unwritten(contact=contact, why="No time.", by=cast.hana, as_of=at(MONDAY, 9))
        cast.dee.is_active = False
        cast.dee.save()
        contact.refresh_from_db()
        flag = check(at(MONDAY, 9))["DEC-03", "recorded"]
        assert (flag.owner, flag.owner_role) == (cast.hana, "head_of_service")
        for by in (cast.carl, cast.amy):
            with pytest.raises(PermissionDenied):
                acts.say_unwritten(contact=contact, why="Left.", by=by, as_of=at(MONDAY, 9))
        with pytest.raises(Invalid, match="Enter why"):
            acts.say_unwritten(contact=contact, why=" ", by=cast.hana, as_of=at(MONDAY, 9))
        acts.say_unwritten(contact=contact, why="She left. She told nobody.", by=cast.hana, as_of=at(MONDAY, 9))
        assert self.waiting(at(MONDAY + DAY, 9, 1)) == {"seen"}
        acts.see_contact(contact=contact, by=cast.amy, as_of=at(MONDAY + DAY, 10))
        assert self.waiting(at(MONDAY + 9 * DAY)) == set()

    @pytest.mark.failing("F91")
    @pytest.mark.failing("F93")
    def test_a_promise_says_who_agreed_and_is_answered_by_the_social_worker(self, cast, child):
        with pytest.raises(Invalid) as invalid:
            self.contact(cast, child, at(FRIDAY, 18), promised="That Corin comes back.")
        assert list(invalid.value.errors) == ["who_agreed"]
        contact = self.contact(cast, child, at(FRIDAY, 18), promised="That he comes back.", who_agreed="Nobody.")
        with pytest.raises(Invalid) as invalid:
            acts.see_contact(contact=contact, by=cast.amy, as_of=at(FRIDAY, 19))
        assert list(invalid.value.errors) == ["answer"]
        for by in (cast.dee, cast.hana):
            with pytest.raises(PermissionDenied):
                acts.see_contact(contact=contact, answer="Fine.", by=by, as_of=at(FRIDAY, 19))
        acts.see_contact(
            contact=contact, answer="He is stood down. I tell her today.", by=cast.amy, as_of=at(FRIDAY, 19)
        )
        with pytest.raises(Conflict):
            acts.see_contact(contact=contact, answer="Again.", by=cast.tom, as_of=at(FRIDAY, 20))

    def test_her_social_worker_is_told_and_the_message_names_nobody(self, cast, child):
        self.contact(cast, child, at(FRIDAY, 18))
        message = OutboxMessage.objects.get()
        assert message.to == cast.amy
        assert not {child.surname, cast.dee.name} & set(message.body.replace(".", " ").split())

    def test_not_tomorrow_and_not_of_nobody(self, cast, child):
        with pytest.raises(Invalid, match="now or in the past"):
            self.contact(cast, child, at(THURSDAY, 9))
        with pytest.raises(Invalid, match="Select a commissioner"):
            acts.report_contact(
                child=child, who=cast.amy, occurred_at=at(FRIDAY, 17), how="call", by=cast.amy, as_of=at(FRIDAY, 20)
            )
        with pytest.raises(PermissionDenied):
            self.contact(cast, child, at(FRIDAY, 18), by=cast.amy)

    def test_the_guardian_and_the_police_may_say_so_of_a_child_of_theirs(self, cast, child):
        police = cast.person("pete", "Pete Dipper", Role.PARTNER, partner_kind=PartnerKind.POLICE)
        what = {"child": child, "who": cast.dee, "occurred_at": at(FRIDAY, 17), "how": "call", "as_of": at(FRIDAY, 20)}
        for person in (cast.greta, police):
            with pytest.raises(PermissionDenied):
                acts.report_contact(by=person, **what)
            cast.allocate(child, person, part="guardian" if person == cast.greta else "partner", since=FRIDAY - 9 * DAY)
            assert acts.report_contact(by=person, **what).written_at is None
        with pytest.raises(PermissionDenied):
            acts.record_contact(
                child=child, occurred_at=at(FRIDAY, 17), how="call", said="S", by=police, as_of=at(FRIDAY, 20)
            )


def test_the_pages_of_a_contact(client, cast, child):
    from django.urls import reverse

    today = clock.local_date(clock.now())
    cast.placement(child, today - 20 * DAY)
    client.force_login(cast.priya)
    of_child = {"args": [child.reference]}
    client.force_login(cast.amy)
    sent = {
        "occurred_at_day": today.day, "occurred_at_month": today.month, "occurred_at_year": today.year,
        "occurred_at_time": "00:00", "how": "call",
    }  # fmt: skip
    reported = client.post(reverse("governance:report_contact", **of_child), sent | {"who": cast.carl.pk})
    assert reported.status_code == 302
    contact = child.senior_contacts.get()
    write, see = (reverse(f"governance:{name}", args=[contact.pk]) for name in ("write_contact", "see_contact"))
    client.force_login(cast.dee)
    assert client.get(write).status_code == 403
    client.force_login(cast.carl)
    assert "Write what was said" in client.get(reverse("governance:contacts", **of_child)).content.decode()
    assert client.post(write, {"said": "She rang.", "promised": "A tablet."}).status_code == 422
    assert (
        client.post(write, {"said": "She rang.", "promised": "A tablet.", "who_agreed": "Nobody."}).status_code == 302
    )
    client.force_login(cast.hana)
    assert client.get(see).status_code == 403
    client.force_login(cast.amy)
    assert "A tablet." in client.get(see).content.decode()
    assert client.post(see, {"answer": "No tablet before a check."}).status_code == 302
    assert "No tablet before a check." in client.get(reverse("governance:contacts", **of_child)).content.decode()
