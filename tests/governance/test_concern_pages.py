"""The ledger’s pages: what each reader is shown, that every number is a list of exactly so many, and what is kept apart."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from children.models import FileRead
from core import clock
from core.models import OutboxMessage
from governance.actions import concerns, police
from governance.models import Concern, ConcernReview, ConcernStep, PoliceAttendance
from placements.models import ProviderPost
from tests.core.access.world import DAY, TODAY

NOW = clock.now()
SECRET, WHO = "She was shut in the shed.", "Wilfred Hemlock"
LEDGER = reverse("governance:concerns")


@pytest.fixture
def skye(cast):
    child = cast.child(forename="Skye", surname="Larkspur", since=TODAY - 90 * DAY)
    cast.home_ = cast.home(status="not_registered", name="The Old Rectory")
    cast.placement_ = cast.placement(child, TODAY - 60 * DAY, home=cast.home_, type="Z12")
    cast.pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
    for partner in (cast.pete, cast.greta):
        cast.allocate(child, partner, part="partner", since=TODAY - 50 * DAY)
    cast.manager(cast.placement_, NOW - 50 * DAY, account=cast.paul)
    return child


def raises(child, by, category="care", as_of=NOW, **fields):
    fields = {"what": SECRET} | fields
    return concerns.raise_concern(child=child, category=category, by=by, as_of=as_of, **fields)


def page(concern):
    return reverse("governance:concern", args=[concern.pk])


def shows(client, user, address, status=200):
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


class TestWhoSeesWhat:
    def test_the_council_sees_it_and_a_provider_a_partner_and_a_director_only_their_own(self, client, cast, skye):
        priyas, amys = raises(skye, cast.priya), raises(skye, cast.amy)
        for user in (cast.amy, cast.tom, cast.hana, cast.sal, cast.dora):
            assert SECRET in shows(client, user, page(priyas))
        for user in (cast.paul, cast.greta, cast.pete, cast.dee, cast.carl, cast.zoe):
            shows(client, user, page(amys), 404)
            shows(client, user, page(priyas), 404)
        assert SECRET in shows(client, cast.priya, page(priyas))
        assert set(Concern.for_user(cast.priya)) == {priyas}
        assert FileRead.objects.filter(child=skye, page="concern", by=cast.amy).exists()

    def test_whoever_raised_it_reads_the_answer_and_no_note_also_when_the_placement_has_ended(self, client, cast, skye):
        concern = raises(skye, cast.priya)
        concerns.note(concern=concern, kind="note", text="The provider is not trusted.", by=cast.tom, as_of=NOW)
        concerns.triage(concern=concern, decision="act", reasons="Not trusted.", by=cast.tom, as_of=NOW)
        concerns.answer(concern=concern, text="Thank you. We visit today.", by=cast.tom, as_of=NOW)
        cast.placement_.ended_on = TODAY
        cast.placement_.save()
        body = shows(client, cast.priya, page(concern))
        assert "Thank you. We visit today." in body
        assert "trusted" not in body
        assert "Skye" not in body  # the child is not theirs to see any more
        told = OutboxMessage.objects.get(to=cast.priya)
        assert "Skye" not in told.subject + told.body

    def test_whoever_raised_it_reads_their_own_escalation_and_not_the_councils(self, client, cast, skye):
        concern = raises(skye, cast.priya)
        for by, to, why, said in (
            (cast.amy, cast.hana, "The provider hides things.", "We look for another provider."),
            (cast.priya, cast.dee, "Nobody visits.", "I visit today."),
        ):
            step = concerns.escalate(concern=concern, recipient=to, why=why, due_on=TODAY, by=by, as_of=NOW)
            concerns.reply(escalation=step, text=said, by=to, as_of=NOW)
        concerns.triage(concern=concern, decision="enquire", reasons="They are not trusted.", by=cast.tom, as_of=NOW)
        body = shows(client, cast.priya, page(concern))
        assert "Nobody visits." in body
        assert "I visit today." in body
        assert "another provider" not in body
        assert "hides things" not in body
        assert "trusted" not in body
        assert "another provider" in shows(client, cast.tom, page(concern))

    def test_whose_conduct_it_is_about_is_shown_to_few(self, client, cast, skye):
        concern = raises(skye, cast.amy, category="staff_conduct", named=WHO)
        for user in (cast.tom, cast.hana, cast.sal, cast.dora):
            assert WHO in shows(client, user, page(concern))
        body = shows(client, cast.amy, page(concern))
        assert WHO not in body
        assert "A member of staff" in body

    def test_the_lado_reads_a_workers_concerns_and_a_reference_for_the_child(self, client, cast, skye):
        carer = cast.carer(checked=TODAY - DAY)
        cast.supplies(cast.placement_)
        raises(skye, cast.amy, category="staff_conduct", about=carer, what="Left the room when asked to help.")
        raises(skye, cast.amy)
        address = reverse("governance:worker_concerns", args=[carer.pk])
        body = shows(client, cast.lee, address)
        assert skye.reference in body
        assert "Left the room" in body
        assert "Skye" not in body
        assert SECRET not in body  # about the child, and not about the worker
        assert "Skye" in shows(client, cast.tom, address)
        shows(client, cast.amy, address, 403)
        shows(client, cast.lee, LEDGER, 403)


class TestNumbersAreLists:
    def test_each_number_of_my_work_is_a_list_of_exactly_that_many(self, client, cast, skye):
        for by in (cast.amy, cast.priya, cast.greta):
            raises(skye, by)
        decided = raises(skye, cast.tom)
        concerns.triage(concern=decided, decision="act", reasons="R", owner=cast.amy, by=cast.tom, as_of=NOW)
        found = {}
        for user in (cast.amy, cast.tom, cast.hana, cast.priya, cast.greta, cast.ines):
            client.force_login(user)
            for number, words, href in client.get("/").context["concerns"]:
                assert client.get(href).context["page"].paginator.count == number, (user, words)
                found[user, words] = number
        assert found[cast.tom, "to be decided on"] == 3
        assert found[cast.amy, "yours to act on"] == 1
        assert found[cast.priya, "raised by you, still open"] == 1
        assert (cast.amy, "to be decided on") not in found

    def test_nonsense_in_the_filters_finds_nothing(self, client, cast, skye):
        raises(skye, cast.amy)
        client.force_login(cast.tom)
        for query in ({"show": "x"}, {"about": "x"}, {"child": "x"}, {"home": "x"}):
            assert client.get(LEDGER, query).context["page"].paginator.count == 0
        assert client.get(LEDGER, {"home": str(cast.home_.pk)}).context["page"].paginator.count == 1

    def test_police_notices_stand_first_by_risk(self, client, cast, skye):
        raises(skye, cast.amy, as_of=NOW - DAY)
        low = raises(skye, cast.pete, risk="standard", as_of=NOW - DAY)
        high = raises(skye, cast.pete, risk="high")
        client.force_login(cast.tom)
        assert list(client.get(LEDGER).context["page"])[:2] == [high, low]


class TestPages:
    def test_a_care_agency_raises_one_about_a_child_it_supplies_carers_for_and_opens_no_file(self, client, cast, skye):
        dana = cast.person("dana", "Dana Crake", "provider_manager", at_provider=True)
        ProviderPost.objects.create(
            provider=cast.agency, person=dana, authority=cast.north, started_on=TODAY - 50 * DAY
        )
        address = reverse("governance:raise_concern", args=[skye.reference])
        shows(client, dana, address, 404)
        cast.supplies(cast.placement_)
        assert client.post(address, {"category": "care", "what": "W", "raiser": "me"}).status_code == 302
        concern = Concern.objects.get()
        assert (concern.raised_by, concern.child) == (dana, skye)
        shows(client, dana, page(concern))
        shows(client, dana, reverse("dashboards:child", args=[skye.reference]), 404)
        assert not FileRead.objects.exists()

    def test_a_second_press_makes_no_second_concern(self, client, cast, skye):
        client.force_login(cast.greta)
        sent = {"category": "care", "what": "Once.", "once": str(uuid.uuid4())}
        address = reverse("governance:raise_concern", args=[skye.reference])
        first, second = client.post(address, sent), client.post(address, sent)
        assert first.url == second.url == page(Concern.objects.get())

    def test_a_concern_that_reached_the_council_days_ago_is_late_from_then(self, client, cast, skye):
        client.force_login(cast.amy)
        then = TODAY - 4 * DAY
        sent = {
            "category": "safety", "what": "W", "raiser": "police", "risk": "high", "received_at_day": then.day,
            "received_at_month": then.month, "received_at_year": then.year, "received_at_time": "09:00",
        }  # fmt: skip
        assert client.post(reverse("governance:raise_concern", args=[skye.reference]), sent).status_code == 302
        concern = Concern.objects.get()
        assert concern.raised_by is None
        assert clock.local_date(concern.received_at) == then
        assert concern.recorded_by == cast.amy

    def test_only_the_police_grade_a_notice(self, client, cast, skye):
        client.force_login(cast.amy)
        address = reverse("governance:raise_concern", args=[skye.reference])
        response = client.post(address, {"category": "care", "what": "W", "raiser": "mother", "risk": "high"})
        assert response.status_code == 422
        assert "Only the police grade a notice" in response.content.decode()

    def test_a_provider_is_asked_for_no_police_grade(self, client, cast, skye):
        client.force_login(cast.priya)
        fields = client.get(reverse("governance:raise_concern", args=[skye.reference])).context["form"].fields
        assert not {"risk", "received_at"} & set(fields)
        client.force_login(cast.greta)
        fields = client.get(reverse("governance:raise_concern", args=[skye.reference])).context["form"].fields
        assert set(fields) == {"category", "named", "colleague", "what"}

    def test_opening_it_is_noted_once_and_never_by_whoever_raised_it(self, client, cast, skye):
        concern = raises(skye, cast.amy)
        shows(client, cast.amy, page(concern))
        assert Concern.objects.get().read_at is None
        shows(client, cast.tom, page(concern))
        shows(client, cast.hana, page(concern))
        assert ConcernStep.objects.get(kind="read").by == cast.tom

    def test_patterns_by_child_and_by_address_and_the_meeting(self, client, cast, skye):
        raises(skye, cast.pete, risk="high")
        raises(skye, cast.greta)
        other = cast.child(forename="Joan", since=TODAY - 90 * DAY)
        cast.placement(other, TODAY - 60 * DAY, home=cast.home_, type="Z12")
        raises(other, cast.amy)
        police.record_attendance(
            placement=cast.placement_, attended_at=NOW - DAY, called_by="staff", why="A plate was broken.", by=cast.priya,
            as_of=NOW,
        )  # fmt: skip
        body = shows(client, cast.tom, reverse("governance:child_concerns", args=[skye.reference]))
        assert "Police: 1" in body
        assert "A plate was broken." in body
        at_home = reverse("governance:home_concerns", args=[cast.home_.pk])
        client.force_login(cast.tom)
        assert len(client.get(at_home).context["rows"]) == 3
        cast.allocate(skye, cast.ines, part="iro", since=TODAY - 50 * DAY)
        client.force_login(cast.ines)
        assert len(client.get(at_home).context["rows"]) == 2
        client.force_login(cast.tom)
        met = NOW - dt.timedelta(hours=1)
        local = met.astimezone(clock.LONDON)
        sent = {
            "held_at_day": local.day, "held_at_month": local.month, "held_at_year": local.year, "held_at_time": f"{local:%H:%M}",
            "agencies": "Just me", "outcome": "A second carer.", "decision": "stay", "why": "W", "decided_by": cast.dora.pk,
        }  # fmt: skip
        address = reverse("governance:record_concern_review", args=[skye.reference])
        refused = client.post(address, sent)
        assert refused.status_code == 422
        assert "Select at least two agencies that were there" in refused.content.decode()
        assert "Just me" in refused.content.decode()
        assert client.post(address, sent | {"there": ["police", "health"]}).status_code == 302
        assert (ConcernReview.objects.get().decided_by, ConcernReview.objects.get().there) == (
            cast.dora,
            ["health", "police"],
        )
        assert "Health, Police" in shows(client, cast.tom, reverse("governance:child_concerns", args=[skye.reference]))

    def test_the_placements_page_counts_how_often_the_police_came(self, client, cast, skye):
        client.force_login(cast.paul)
        for days in (3, 20, 40):
            moment = NOW - days * DAY
            local = moment.astimezone(clock.LONDON)
            sent = {
                "attended_at_day": local.day, "attended_at_month": local.month, "attended_at_year": local.year,
                "attended_at_time": "12:00", "called_by": "staff", "why": "W",
            }  # fmt: skip
            address = reverse("governance:police_attendance", args=[cast.placement_.pk])
            assert client.post(address, sent).status_code == 302
        assert PoliceAttendance.objects.count() == 3
        body = shows(client, cast.paul, reverse("dashboards:placement", args=[cast.placement_.pk]))
        assert "When the police came: 2 in the last 28 days" in body
