"""The pages of escalations: raising from anything, the trail, the answer, and what a scrutineer may read."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from children.models import Decision, FileRead
from core import clock
from core.models import OutboxMessage
from escalations.actions import ladder as acts
from escalations.actions.raising import raise_escalation
from escalations.models import Escalation
from escalations.sweep import climb
from governance.actions import concerns
from oversight.models import Flag
from tests.core.access.world import DAY, TODAY
from tests.core.access.world import world as everything

NOW = clock.now()
LIST = reverse("escalations:escalations")
SAID = "Robin has had no manager for a month; Meadow House is empty of adults."


@pytest.fixture
def world(cast):
    return everything(cast)


@pytest.fixture
def child(cast):
    child = cast.child(since=TODAY - 100 * DAY)
    cast.placement_ = cast.placement(child, TODAY - 90 * DAY, home=cast.home())
    return child


def page(escalation, name="escalation"):
    return reverse(f"escalations:{name}", args=[escalation.pk])


def shows(client, user, address, status=200):
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == status, (user, address)
    return response.content.decode()


def sends(client, user, address, status=302, **data):
    client.force_login(user)
    response = client.post(address, data)
    assert response.status_code == status, response.content.decode()[:2000]
    return response


def test_the_whole_road_by_its_pages(client, cast, child):
    """A social worker raises it, the manager answers, she rejects, the head of service answers, she accepts."""
    address = reverse("escalations:escalate_child", args=[child.reference])
    shows(client, cast.zoe, address, 404)
    form = shows(client, cast.amy, address)
    assert "Tom Heron" in form
    sends(client, cast.amy, address, status=422, what="")
    sends(client, cast.amy, address, what=SAID, wanted="A manager by Monday.")
    made = Escalation.objects.get()
    assert "Tom Heron" in shows(client, cast.amy, page(made))
    assert "Tom Heron told by email, not sent yet" in " ".join(shows(client, cast.amy, page(made)).split())
    assert "1 for you to answer" in shows(client, cast.tom, "/")
    assert "It is yours to answer" in shows(client, cast.tom, page(made))
    assert made.steps.filter(kind="seen", by=cast.tom).count() == 1
    assert FileRead.objects.filter(child=child, page="escalation", by=cast.tom).exists()
    shows(client, cast.tom, page(made, "accept"), 403)
    sends(client, cast.tom, page(made, "answer"), status=422, text="Already known to directors.")
    sends(client, cast.tom, page(made, "answer"), text="One is advertised for.")
    assert "1 raised by you, with an answer to settle" in shows(client, cast.amy, "/")
    assert "One is advertised for." in shows(client, cast.amy, page(made))
    assert "One is advertised for." in shows(client, cast.amy, page(made, "accept"))
    sends(client, cast.amy, page(made, "reject"), why="By when?")
    assert "Hana Finch" in shows(client, cast.amy, page(made))
    late = sends(client, cast.tom, page(made, "answer"), status=409, text="What I wrote while it went up.")
    assert "What I wrote while it went up." in late.content.decode()
    sends(client, cast.hana, page(made, "answer"), text="She starts on Monday.")
    sends(client, cast.amy, page(made, "accept"))
    body = shows(client, cast.amy, page(made))
    assert "accepted the answer" in body
    assert "Do something about it" not in body


@pytest.mark.parametrize(
    ("name", "record", "by", "owner"),
    [
        ("escalate_concern", "concern", "amy", "hana"), ("escalate_action", "action", "hana", "dee"),
        ("escalate_decision", "decision", "amy", "tom"), ("escalate_flag", "flag", "ines", "tom"),
    ],
)  # fmt: skip
def test_one_click_on_what_is_written_already(client, world, name, record, by, owner):
    address = reverse(f"escalations:{name}", args=[world.records[record]])
    user = getattr(world, by)
    form = shows(client, user, address)
    prefilled = client.get(address).context["form"].initial["what"]
    assert prefilled
    assert prefilled in form
    sends(client, user, address, what=prefilled)
    made = Escalation.objects.latest("pk")
    assert (made.owner, made.child) == (getattr(world, owner), world.child_)
    sends(client, user, address, status=409, what=prefilled)  # once is enough
    back = {"concern": "governance:concern", "action": "governance:action", "flag": "oversight:flag"}
    if record in back:
        assert address in shows(client, user, reverse(back[record], args=[world.records[record]]))
    else:
        decisions = reverse("children:decisions", args=[world.child_.reference])
        assert address in shows(client, user, decisions)
        assert Decision.objects.filter(escalations=made).exists()


def test_a_guardians_concern_is_accepted_by_whoever_wrote_it_down_only_with_her_own_words(
    client, cast, child, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        concerns.raise_concern(
            child=child, category="placement", what="Not the right place.", raiser="guardian", raiser_name="Mx Teal",
            by=cast.amy, as_of=NOW,
        )  # fmt: skip
    made = Escalation.objects.get()
    assert made.raised_by == cast.amy
    acts.answer(escalation=made, text="We look for another home.", by=made.owner, as_of=NOW)
    sends(client, cast.amy, page(made, "accept"), status=422)
    sends(client, cast.amy, page(made, "accept"), told="By telephone. It is what she asked for.")
    assert "It is what she asked for." in shows(client, cast.amy, page(made))


def test_a_flag_cleared_while_somebody_wrote_about_it_loses_nothing_of_what_they_wrote(client, world):
    address = reverse("escalations:escalate_flag", args=[world.records["flag"]])
    Flag.objects.filter(pk=world.records["flag"]).update(cleared_at=NOW)
    shows(client, world.ines, address, 404)
    sent = sends(client, world.ines, address, status=409, what="A long account of it.")
    assert "A long account of it." in sent.content.decode()


def test_what_is_behind_the_lados_door_is_not_escalated(client, world):
    flag = Flag.objects.get(pk=world.records["flag"])
    Flag.objects.filter(pk=flag.pk).update(rule="SAF-07", owner=world.lee)
    flag.refresh_from_db()
    with pytest.raises(PermissionDenied):
        raise_escalation(what="W", flag=flag, by=world.lee, as_of=NOW)
    shows(client, world.lee, reverse("escalations:escalate_flag", args=[flag.pk]), 404)


def test_an_email_about_no_child_is_escalated_to_whom_it_was_written(client, cast):
    address = reverse("escalations:raise")
    assert "Dee Osprey, director" in shows(client, cast.amy, address)
    sends(client, cast.amy, address, what="Six of us have left since May.", to=cast.dee.pk)
    assert Escalation.objects.get().owner == cast.dee


def test_a_provider_without_a_child_says_which_council(client, cast, child):
    from placements.models import ProviderPost

    address = reverse("escalations:raise")
    assert "Which council" not in shows(client, cast.priya, address)
    ProviderPost.objects.create(
        provider=cast.provider, person=cast.priya, authority=cast.south, started_on=TODAY - 10 * DAY
    )
    assert "Which council" in shows(client, cast.priya, address)
    sends(client, cast.priya, address, what=SAID, authority=cast.north.pk)
    assert Escalation.objects.get().authority == cast.north


def test_the_scrutineer_reads_initials_and_no_name_and_no_file(client, cast, child):
    made = raise_escalation(what=SAID, wanted="Ask Robin.", child=child, outside=True, by=cast.amy, as_of=NOW)
    for address in (LIST, page(made), page(made, "answer")):
        body = shows(client, cast.nina, address)
        assert "Robin" not in body
        assert "Meadow" not in body
        assert "/children/" not in body
    body = shows(client, cast.nina, page(made))
    assert "R. has had no manager for a month; M. House" in body
    assert f"R.M. {child.reference}" in body
    assert "Robin has had no manager" in shows(client, cast.amy, page(made))
    sends(client, cast.nina, page(made, "answer"), text="I have asked the director for a date.")
    assert "is asked again, of somebody else at the top" in body
    assert "to the next person up" not in body.split("Where it is")[1].split("trail")[0]
    message = OutboxMessage.objects.get(to=cast.nina)
    assert "next person up" not in message.body
    assert "Robin" not in message.subject + message.body
    inside = raise_escalation(what=SAID, child=child, by=cast.ben, as_of=NOW)
    shows(client, cast.nina, page(inside), 404)


def test_the_scrutineer_is_told_what_is_overdue_and_no_name(client, cast, child):
    flag = Flag.objects.create(
        rule="VIS-02", severity="red", authority=cast.north, child=child, placement=cast.placement_, due_at=NOW - 9 * DAY,
        raised_at=NOW - 9 * DAY, owner=cast.amy, owner_role="social_worker",
    )  # fmt: skip
    climb(as_of=NOW)
    made = Escalation.objects.get()
    for _ in range(4):
        if made.level < 5:
            climb(as_of=made.next_at, now=NOW)
            made.refresh_from_db()
    assert made.owner == cast.nina
    body = shows(client, cast.nina, page(made))
    assert flag.title in body
    assert "9 days over, held by the social worker" in body
    assert reverse("oversight:flag", args=[flag.pk]) not in body
    for name in ("Robin", "Meadow"):
        assert name not in body
    assert f"{reverse('oversight:flag', args=[flag.pk])}" in shows(client, cast.dora, page(made))


def test_who_sees_which(client, cast, child):
    cast.allocate(child, cast.greta, part="partner")
    made = raise_escalation(what=SAID, child=child, by=cast.greta, as_of=NOW)
    assert made.owner == cast.amy
    for user, status in (
        (cast.greta, 200), (cast.amy, 200), (cast.tom, 200), (cast.hana, 200), (cast.dora, 200), (cast.sal, 200),
        (cast.zoe, 404), (cast.carl, 404), (cast.priya, 404), (cast.lee, 404), (cast.sam, 404), (cast.ava, 404),
    ):  # fmt: skip
        shows(client, user, page(made), status)
    for name in ("answer", "close", "pass_back"):  # who has it is said before he writes anything
        client.force_login(cast.tom)
        told = client.get(page(made, name), follow=True)
        assert told.redirect_chain == [(page(made), 302)]
        assert "Amy Sparrow has it: it is theirs to answer" in told.content.decode()
    sends(client, cast.tom, page(made, "close"), status=403, reason="done", text="Done.")
    shows(client, cast.greta, page(made, "close"), 403)


def test_whoever_raised_it_follows_it_also_when_the_child_is_not_theirs_to_see_any_more(client, cast, child):
    made = raise_escalation(what="Nobody visits.", child=child, by=cast.priya, as_of=NOW)
    assert "Robin" in shows(client, cast.priya, page(made))
    cast.placement_.ended_on = TODAY
    cast.placement_.save()
    acts.answer(escalation=made, text="I visit tonight.", by=cast.amy, as_of=NOW)
    for address in (page(made), LIST):
        assert "Robin" not in shows(client, cast.priya, address)
    assert "I visit tonight." in shows(client, cast.priya, page(made))


def test_each_number_of_my_work_is_a_list_of_exactly_that_many(client, cast, child):
    for by in (cast.amy, cast.ben, cast.priya):
        raise_escalation(what=SAID, child=child, by=by, as_of=NOW)
    first = Escalation.objects.get(raised_by=cast.amy)
    acts.answer(escalation=first, text="One starts on Monday.", by=cast.tom, as_of=NOW)
    found = {}
    for user in (cast.amy, cast.tom, cast.priya, cast.nina):
        client.force_login(user)
        for number, words, href in client.get("/").context["escalations"]:
            assert client.get(href).context["page"].paginator.count == number, (user, words)
            found[user, words] = number
    assert found == {
        (cast.tom, "for you to answer"): 1, (cast.tom, "answered by you, for you to close"): 1,
        (cast.amy, "for you to answer"): 1, (cast.amy, "raised by you, with an answer to settle"): 1,
        (cast.amy, "raised by you, still open"): 1, (cast.priya, "raised by you, still open"): 1,
    }  # fmt: skip


def test_the_concerns_page_leads_to_its_escalation(client, cast, child):
    concern = concerns.raise_concern(child=child, category="care", what="Alone all day.", by=cast.amy, as_of=NOW)
    made = raise_escalation(what="Alone.", concern=concern, by=cast.amy, as_of=NOW)
    body = shows(client, cast.amy, concerns.concern_page(concern))
    assert "This was formally escalated" in body
    assert f"Escalation {made.number}" in shows(client, cast.amy, f"{LIST}?show=all&concern={concern.pk}")
    assert "No escalation fits" in shows(client, cast.amy, f"{LIST}?show=nonsense&concern=x")


def test_a_few_queries_whatever_there_is(client, cast, child, django_assert_max_num_queries):
    def measured(number):
        for _ in range(number):
            raise_escalation(what=SAID, child=child, by=cast.amy, as_of=NOW)
        client.force_login(cast.tom)
        client.get(LIST)
        with django_assert_max_num_queries(12) as listed:
            client.get(LIST)
        made = Escalation.objects.first()
        client.get(page(made))
        with django_assert_max_num_queries(30) as one:
            client.get(page(made))
        return len(listed), len(one)

    few, many = measured(1), measured(6)
    assert many[0] == few[0]
    assert many[1] <= few[1]
