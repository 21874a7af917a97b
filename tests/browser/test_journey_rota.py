"""A rota's real week: proposed by commissioning with the keyboard, mended and published by the manager, copied, worked."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from core import clock
from core.models import Refusal
from placements.actions import appoint_manager
from staffing.actions.rota import change_shift
from staffing.actions.stand_downs import approve_lift, stand_down
from staffing.models import Assignment, Lift, Shift
from tests.cast import at
from tests.staffing.rota_scene import Rota, ago, monday

pytestmark = pytest.mark.browser
NEXT = monday(1)


@pytest.fixture
def rota(cast):
    """Paul manages Robin's placement, with an account of his own."""
    rota = Rota(cast)
    appoint_manager(
        placement=rota.placement, name="Paul Bunting", account=cast.paul, started_at=at(ago(30), 9), by=cast.tom,
        as_of=clock.now(),
    )  # fmt: skip
    return rota


def card(person, kind, day: dt.date):
    """A shift on the grid, by its name."""
    return person.page.get_by_role("article", name=re.compile(rf"^{kind} on {day:%A} {day.day} {day:%B}"))


def choose(person, carer):
    return person.page.get_by_role("button", name=f"Choose {carer}", exact=True)


def keys(person, *pressed):
    for key in pressed:
        person.page.keyboard.press(key)


def opens_week(person, rota, week=NEXT):
    person.opens(f"/placements/{rota.placement.pk}/rota/?week={week}")


def test_carl_proposes_next_week_by_keyboard_and_is_told_who_publishes_it(cast, rota, at_a_browser):
    carl = at_a_browser(cast.carl).is_signed_in()
    opens_week(carl, rota)
    carl.sees(
        "No shifts this week", "It is published by Paul Bunting, the placement manager, or the child’s social worker"
    )
    carl.page.get_by_role("link", name="propose shifts").focus()
    with carl.page.expect_navigation():
        keys(carl, "Enter")
    carl.page.get_by_label("Sunday").focus()
    keys(carl, "Space")
    with carl.page.expect_navigation():
        keys(carl, "Enter")
    carl.sees("12 draft shifts added", "12 short, by 48 people in all", "12 without a leader", "No day")

    choose(carl, "Ada Thorne").focus()
    keys(carl, "Enter")
    said = carl.page.get_by_role("status")
    expect(said).to_have_text(
        "Ada Thorne: choose a shift. Move with the arrow keys and press Enter; Escape puts them back."
    )
    expect(card(carl, "Day", NEXT).get_by_role("button", name="Put Ada Thorne here")).to_be_focused()
    keys(carl, "ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp", "Enter")
    wednesday = card(carl, "Day", NEXT + dt.timedelta(days=2))
    expect(wednesday).to_contain_text("Short by 4 of 5")
    expect(wednesday).to_contain_text("Ada Thorne")
    expect(said).to_contain_text("Ada Thorne is on the day shift of Wednesday")
    expect(wednesday.get_by_role("button", name="Put Ada Thorne here")).to_be_focused()
    keys(carl, "Enter")  # the same again: the server says no, in place, and it is announced
    sentence = "This carer is already on another shift at some of that time."
    expect(wednesday).to_contain_text(sentence)
    expect(said).to_have_text(sentence)
    expect(wednesday.get_by_role("button", name="Put Ada Thorne here")).to_be_focused()
    carl.looks()
    keys(carl, "Escape")
    expect(choose(carl, "Ada Thorne")).to_be_focused()
    expect(carl.page.get_by_role("button", name="Put Ada Thorne here")).to_have_count(0)

    carl.does_not_see("Publish this week")
    carl.opens("staffing:rota_publish", rota.placement.pk)
    carl.opens(f"/placements/{rota.placement.pk}/rota/publish/?week={NEXT}")
    carl.sees("They are published by Paul Bunting, the placement manager", "Short by 4 of 5", "No shift leader")
    assert not carl.page.get_by_role("button", name=re.compile("^Publish")).count()
    assert not Shift.objects.published().exists()


def test_paul_mends_the_cover_with_the_mouse_and_publishes(cast, rota, at_a_browser):
    shifts = rota.week(NEXT)
    saturday = NEXT + dt.timedelta(days=5)
    Assignment.objects.filter(shift=shifts[10]).exclude(carer=shifts[10].leader_id).first().delete()
    Shift.objects.filter(pk=shifts[10].pk).update(leader=None)
    free = next(
        carer for carer in rota.carers if not carer.assignments.filter(shift__starts_at__date=saturday).exists()
    )
    paul = at_a_browser(cast.paul).is_signed_in()
    opens_week(paul, rota)
    paul.sees("1 short, by 1 person in all", "1 without a leader")
    change_shift(
        shift=shifts[10], starts_at=at(saturday, 8), ends_at=at(saturday, 21), version=1, by=cast.amy, as_of=clock.now()
    )
    row, day = paul.page.locator(".rota-carer", has_text=str(free)), card(paul, "Day", saturday)
    row.drag_to(day)
    expect(day).to_contain_text("Somebody changed this shift after you opened it")
    expect(day).to_contain_text("08:00 to 21:00")
    expect(paul.page.get_by_role("status")).to_contain_text("Somebody changed this shift")
    assert not Assignment.objects.filter(carer=free, shift=shifts[10]).exists()
    row.drag_to(day)
    expect(day).to_contain_text("Exact, 5 of 5")
    expect(day).to_contain_text(str(free))
    expect(paul.page.locator(".rota-facts")).not_to_contain_text("short")
    paul.looks()

    paul.follows("Day on", within=day)
    paul.presses(f"Make {free} leader")
    paul.sees("Shift leader named", "Leads everybody on the shift")
    paul.follows("The rota of this week")
    paul.follows("Publish this week")
    paul.presses("Publish 14 shifts")
    paul.sees("all published", "Published by Paul Bunting")
    assert Shift.objects.published().filter(published_by=cast.paul).count() == 14


def test_a_stale_form_is_handed_back_with_what_was_typed_and_the_shift_as_it_is(cast, rota, at_a_browser):
    shift = rota.week(NEXT, published=True)[0]
    on = shift.assignments.order_by("pk").first()
    amy = at_a_browser(cast.amy, javascript=False).is_signed_in()
    opens_week(amy, rota)
    amy.follows("Day on", within=card(amy, "Day", NEXT))
    amy.follows(f"Take off {on.carer}")
    amy.enters("Why are they taken off?", "She rang in ill this morning.")
    amy.chooses("Did the child ask for this?", "No")
    change_shift(shift=shift, starts_at=at(NEXT, 7), ends_at=at(NEXT, 20), version=1, by=cast.paul, as_of=clock.now())
    amy.presses("Take off", status=409)
    amy.sees("Somebody changed this shift after you opened it", "The shift as it is now", "07:00 to 20:00")
    why = amy.page.get_by_label("Why are they taken off?")
    expect(why).to_have_value("She rang in ill this morning.")
    amy.presses("Take off")
    amy.sees(f"{on.carer} was taken off", "Short by 1 of 5")
    on.refresh_from_db()
    assert on.removed_why == "She rang in ill this morning."


def test_a_week_is_copied_without_whoever_was_stood_down_since(cast, rota, at_a_browser):
    rota.week(monday(), published=True)
    ada = rota.named("Ada Thorne")
    rota.puts(ada, rota.shift(monday(), kind="waking_night", hours=(0, 7), published=True))
    stand_down(carer=ada, reason="What was seen on camera.", placement=rota.placement, by=cast.sal, as_of=clock.now())
    people, hers = Assignment.objects.standing().count(), Assignment.objects.standing().filter(carer=ada).count()
    tom = at_a_browser(cast.tom).is_signed_in()
    opens_week(tom, rota)
    tom.follows("Copy last week")
    tom.presses("Copy last week")
    tom.sees(f"15 shifts drafted. {people - hers} carers were put on.", f"Left off: {hers}")
    rows = tom.page.get_by_role("row").filter(has_text="Ada Thorne")
    expect(rows).to_have_count(hers)
    expect(rows.first).to_contain_text("The carer is stood down and may be put on no shift, anywhere")
    tom.does_not_see("camera")
    assert set(Refusal.objects.values_list("code", flat=True)) == {"STF-09-ROTA"}
    tom.follows("See the week")
    tom.page.get_by_text("1 who cannot be put on").click()
    tom.sees("Ada Thorne Harbour Light Care Must not be deployed until further notice")
    assert not Assignment.objects.filter(carer=ada, shift__starts_at__gte=at(NEXT, 0)).exists()


def test_priya_works_a_shift_a_swap_is_decided_and_a_stand_down_is_lifted_by_three(cast, rota, at_a_browser):
    began = clock.now().replace(second=0, microsecond=0) - dt.timedelta(hours=1)
    shift = Shift.objects.create(
        placement=rota.placement, kind="waking_night", starts_at=began, ends_at=began + dt.timedelta(hours=9), drafted_by=cast.paul,
        published_by=cast.paul, published_at=began, leader=rota.named("Ada Thorne"),
    )  # fmt: skip
    for carer in rota.carers[:5]:
        rota.puts(carer, shift)
    hugo = rota.named("Hugo Clover")
    later = rota.shift(NEXT, published=True)
    rota.puts(hugo, later)

    priya = at_a_browser(cast.priya).is_signed_in()
    priya.opens("dashboards:my_work")
    priya.follows("Rota of Robin", exact=False)
    priya.opens("staffing:shift", shift.pk)
    priya.follows("See who was there")
    button = priya.page.get_by_role("button", name=re.compile("Sign on now.*Ada Thorne"))
    priya._goes(button.click, 200)
    priya.sees("Signed on", "1 inside now", "2 too few")
    priya.follows("Awake check")
    priya.chooses("Ada Thorne", "Awake")
    priya.enters("Who looked?", "Priya Lark")
    priya.chooses("When?", "Now")
    priya.presses("Sign the check")
    priya.sees("Ada Thorne: awake", "seen by Priya Lark")
    priya.follows("Hand over")
    priya.enters("What do they need to know?", "He sleeps with the light on.")
    priya.enters("Who received it?", "Bram Sedge")
    priya.chooses("When?", "Now")
    priya.presses("Save the handover")
    priya.sees("He sleeps with the light on.")
    priya.follows("Sign off Ada Thorne")
    priya.chooses("When?", "Now")
    priya.presses("Sign off")
    priya.sees("0 inside now")
    priya.follows("Write the log")
    priya.enters("How was Robin?", "Calm, and asleep by ten.")
    priya.enters("What Robin did, ate and asked for", "Pasta. He asked to ring his nan.")
    priya.presses("Save log")
    assert shift.placement.logs.get().author == cast.priya
    opens_week(priya, rota)
    priya.follows("Day on", within=card(priya, "Day", NEXT))
    priya.follows("Swap Hugo Clover")
    priya.picks("Who should work it instead?", "Iris Teasel")
    priya.enters("Why?", "He is needed at another house.")
    priya.chooses("Did the child ask for this?", "No")
    priya.presses("Ask for it")

    tom = at_a_browser(cast.tom).is_signed_in()
    tom.opens("dashboards:my_work")
    tom.sees("Asked about staff, and not answered yet")
    tom.follows("Swap on Robin’s day")
    tom.follows("Decide it")
    tom.chooses("What do you decide?", "Approve it: the rota is changed")
    tom.enters("Why?", "Iris knows Robin.")
    tom._goes(tom.page.locator("main form button[type=submit]").first.click, 200)
    assert set(later.assignments.filter(removed_at=None).values_list("carer", flat=True)) == {
        rota.named("Iris Teasel").pk
    }

    rota.puts(hugo, rota.shift(NEXT + dt.timedelta(days=2), published=True))
    priya.opens("staffing:carer", hugo.pk)
    priya.follows("Stand the carer down")
    priya.enters("Why do you stand the carer down?", "Found asleep on the stairs.")
    priya.picks("Where did it arise?", "Robin Meadow")
    priya.presses("Stand down now")
    assert not Assignment.objects.standing().filter(carer=hugo).exists()

    standing = hugo.stand_downs.get()
    tom.opens("staffing:stand_down", standing.pk)
    tom.follows("Propose to lift it")
    tom.enters("Why should it be lifted?", "It was another carer: the cameras show it.")
    tom.presses("Propose it")
    lift = Lift.objects.get()
    for seat, who in (("social_worker", cast.tom), ("safeguarding", cast.sal)):
        approve_lift(lift=lift, seat=seat, reason="I have seen what was found.", by=who, as_of=clock.now())
    standing.refresh_from_db()
    assert standing.lifted_at is None, "a seat is still empty"
    paul = at_a_browser(cast.paul).is_signed_in()
    paul.opens("staffing:stand_down", standing.pk)
    paul.follows("Approve lifting it")
    paul.enters("Your own reason", "Hugo can work here safely.")
    paul.presses("Approve lifting it")
    standing.refresh_from_db()
    assert standing.lifted_at is not None
    tom.opens("staffing:stand_down", standing.pk)
    tom.sees("How it was lifted", "by Paul Bunting", "Hugo can work here safely.")
    opens_week(tom, rota)
    tom.page.get_by_role("button", name="Choose Hugo Clover").wait_for()
