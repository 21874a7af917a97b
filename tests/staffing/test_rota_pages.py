"""The rota's pages: what a week says, who may do what on it, what was typed is kept, and what it costs to open."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import Decision
from core import clock
from core.models import Refusal
from staffing.actions.requests import ask_swap, decide_swap
from staffing.actions.rota import assign
from staffing.actions.stand_downs import stand_down
from staffing.models import Assignment, RotaRequest, Shift, StaffingPlan, StandDown
from staffing.views.rota_week import monday_of
from tests.cast import at
from tests.staffing.rota_scene import Rota, ago, monday, today

NEXT = monday(1)


@pytest.fixture
def rota(cast):
    return Rota(cast)


@pytest.fixture
def managed(cast, rota):
    post = cast.manager(rota.placement, at(ago(30), 9))
    post.account = cast.paul
    post.save()
    return rota


def page(client, user, name, *args, week=None, **query):
    client.force_login(user)
    query |= {"week": week.isoformat()} if week else {}
    return client.get(reverse(f"staffing:{name}", args=args), query)


def text(response):
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]+>", " ", response.content.decode())
    return " ".join(body.replace("&#x27;", "'").split())


def send(client, user, name, *args, week=None, **data):
    client.force_login(user)
    query = f"?week={week.isoformat()}" if week else ""
    return client.post(reverse(f"staffing:{name}", args=args) + query, data)


def publishes(client, user, rota, seen=None):
    """Open the page and send what it says was seen."""
    shown = page(client, user, "rota_publish", rota.placement.pk, week=NEXT).content.decode()
    seen = seen or re.search(r'name="seen" value="([^"]*)"', shown)[1]
    return send(client, user, "rota_publish", rota.placement.pk, week=NEXT, seen=seen)


def moment(name, instant):
    local = instant.astimezone(clock.LONDON)
    return {
        f"{name}_day": local.day, f"{name}_month": local.month, f"{name}_year": local.year, f"{name}_time": f"{local:%H:%M}"
    }  # fmt: skip


# --- the week ---------------------------------------------------------------------------------------------------------


def test_the_week_says_who_when_through_whom_and_how_it_is_covered(client, cast, rota):
    short, exact, over = (rota.shift(NEXT + dt.timedelta(days=n), published=n == 1) for n in range(3))
    for shift, size in ((short, 3), (exact, 5), (over, 6)):
        for carer in rota.carers[4 : 4 + size]:
            rota.puts(carer, shift)
    exact.leader = rota.named("Esme Tansy")
    exact.save()
    said = text(page(client, cast.tom, "rota", rota.placement.pk, week=NEXT))
    assert "3 shifts 1 short, by 2 people in all 1 over 2 without a leader 2 drafts" in said
    assert "5 by day, 3 by night" in said
    assert "Order of the court of 4 March" in said
    assert f"Monday {NEXT.day} {NEXT:%b}" in said
    assert "08:00 to 20:00 Short by 2 of 5 No shift leader Harbour Light Care Esme Tansy" in said
    assert "08:00 to 20:00 Exact, 5 of 5 Harbour Light Care Esme Tansy , leader Finn Burdock Gwen Yarrow" in said
    assert "Tideway Nursing Hugo Clover Iris Teasel" in said
    assert "Over by 1" in said
    assert "Published by Amy Sparrow" in said
    assert "Draft by Amy Sparrow" in said
    assert "No sleep-in" not in said, "a kind the week does not have takes no room"


def test_a_plan_that_steps_down_in_the_week_is_said_with_both_numbers(client, cast, rota):
    StaffingPlan.objects.create(
        placement=rota.placement, effective_from=at(NEXT + dt.timedelta(days=3), 0), by_day=4, by_night=2,
        source="Meeting of the 2nd.", why="She is calmer.", recorded_by=cast.amy,
    )  # fmt: skip
    rota.week(NEXT)
    said = text(page(client, cast.amy, "rota", rota.placement.pk, week=NEXT))
    assert "5 by day, 3 by night" in said
    assert "4 by day, 2 by night" in said
    assert "Exact, 5 of 5" in said
    assert "Over by 1" in said


def test_where_no_number_is_on_record_the_page_does_not_pretend(client, cast):
    placement = cast.unregistered(cast.child(born=ago(365 * 14), since=ago(700)), ago(400))
    cast.shift(placement, NEXT, published=False)
    assert "0 on, number needed not known" in text(page(client, cast.amy, "rota", placement.pk, week=NEXT))
    cast.dol_order(placement.child, ago(10))
    said = text(page(client, cast.amy, "rota", placement.pk, week=NEXT))
    assert "Short by 5 of 5" in said
    assert "As many as the deprivation of liberty order states" in said


def test_little_rest_and_long_weeks_are_said_beside_the_carer(client, cast, rota):
    carer = rota.named("Ada Thorne")
    for n in range(5):
        rota.puts(carer, rota.shift(NEXT + dt.timedelta(days=n)))
    rota.puts(rota.named("Hugo Clover"), rota.shift(NEXT, hours=(13, 23)))
    rota.puts(rota.named("Hugo Clover"), rota.shift(NEXT + dt.timedelta(days=1), hours=(7, 9)))
    said = text(page(client, cast.amy, "rota", rota.placement.pk, week=NEXT))
    assert "Ada Thorne Over 48 hours this week" in said
    assert "Hugo Clover Rest under 11 hours" in said
    assert said.count("Rest under 11 hours") == 1
    last = Assignment.objects.filter(carer=carer).latest("starts_at").shift
    assert "Ada Thorne is on shifts for 60 hours this week" in text(page(client, cast.amy, "shift", last.pk))


def test_whoever_was_to_be_taken_off_is_marked_wherever_the_week_is_looked_at(client, cast, rota):
    on, back, free = (rota.named(name) for name in ("Ada Thorne", "Hugo Clover", "Iris Teasel"))
    shift = rota.shift(NEXT)
    now = clock.now()
    rota.puts(on, shift, put_on_at=now - dt.timedelta(days=3))
    for carer in (on, back, free):
        RotaRequest.objects.create(
            placement=rota.placement, carer=carer, reason="Asleep.", asked_by=cast.tom,
            asked_at=now - dt.timedelta(days=2), due_at=now - dt.timedelta(days=1),
        )  # fmt: skip
    RotaRequest.objects.filter(carer=back).update(done_at=now - dt.timedelta(days=1), done_by=cast.amy)
    rota.puts(back, shift, put_on_at=now)
    said = text(page(client, cast.amy, "rota", rota.placement.pk, week=NEXT))
    assert "Ada Thorne Asked to be taken off" in said
    assert "Hugo Clover Was to be taken off, put back" in said
    assert "Late Take Ada Thorne off the rota , asked to be done by" in said
    assert "Take Hugo Clover off the rota" not in said
    assert "Asleep" not in said
    said = text(page(client, cast.carl, "shift", shift.pk))
    assert "Hugo Clover Put on this shift after somebody asked that they be taken off" in said
    assert re.search(r"Iris Teasel: [^:]*Somebody asked that they be taken off this rota", said)
    said = text(page(client, cast.amy, "rota_publish", rota.placement.pk, week=NEXT))
    assert "Somebody asked that they be taken off Ada Thorne, Hugo Clover" in said
    assert "Hugo Clover: was to be taken off, put back" in said
    RotaRequest.objects.update(withdrawn_at=now, withdrawn_by=cast.tom)
    assert "taken off" not in text(page(client, cast.amy, "rota_publish", rota.placement.pk, week=NEXT))


def test_what_is_over_and_was_never_published_is_no_draft_and_not_short(client, cast, rota):
    rota.shift(monday(-1))
    said = text(page(client, cast.amy, "rota", rota.placement.pk, week=monday(-1)))
    assert "1 shift nothing to publish" in said
    assert "Publish this week" not in said
    rota.shift(NEXT)
    said = text(page(client, cast.amy, "rota", rota.placement.pk, week=NEXT))
    assert "1 short, by 5 people in all 1 without a leader 1 draft" in said
    assert "Publish this week" in said


@pytest.mark.parametrize("asked", ["", "soon", "2026-02-30", "0001-01-01", "9999-12-31", "2026-13-01", "٢٠٢٦-01-01"])
def test_a_week_that_is_none_is_this_week(client, cast, rota, asked):
    client.force_login(cast.amy)
    response = client.get(reverse("staffing:rota", args=[rota.placement.pk]), {"week": asked})
    assert response.status_code == 200
    assert response.context["grid"].monday == monday()


def test_any_day_of_a_week_is_that_week(client, cast, rota):
    for n in range(7):
        response = page(client, cast.amy, "rota", rota.placement.pk, week=NEXT + dt.timedelta(days=n))
        assert response.context["grid"].monday == NEXT
    assert f"?week={monday()}" in response.content.decode()
    assert f"?week={monday(2)}" in response.content.decode()
    assert monday_of("2026-01-01", clock.now()) == dt.date(2025, 12, 29)


def test_who_sees_a_rota(client, cast, rota):
    rota.week(NEXT)
    placement = rota.placement.pk
    for who in (cast.amy, cast.tom, cast.carl, cast.paul, cast.priya, cast.dee):
        assert page(client, who, "rota", placement).status_code == 200
    for who in (cast.zoe, cast.ines):  # another council's; not allocated
        assert page(client, who, "rota", placement).status_code == 404
    for who in (cast.lola, cast.ava, cast.nina, cast.sam, cast.greta):
        assert page(client, who, "rota", placement).status_code == 403
    other = cast.placement(cast.child(forename="Sky"), ago(30))
    assert page(client, cast.paul, "rota", other.pk).status_code == 404


def test_who_only_looks_is_offered_nothing_to_do(client, cast, rota):
    shift = rota.week(NEXT)[0]
    for who in (cast.priya, cast.dee):
        body = page(client, who, "rota", rota.placement.pk, week=NEXT).content.decode()
        assert "rota-form" not in body
        assert "Copy last week" not in body
        assert "Put somebody on" not in text(page(client, who, "shift", shift.pk))
        assert send(client, who, "rota_put", rota.placement.pk, shift=f"{shift.pk}.1").status_code == 403
        for act in ("rota_add", "rota_copy", "rota_publish"):
            assert send(client, who, act, rota.placement.pk).status_code == 403
        for act in ("rota_assign", "rota_leader", "rota_times", "rota_cancel"):
            assert send(client, who, act, shift.pk).status_code == 403
    for act in ("rota_put", "rota_add", "rota_copy", "rota_copied", "rota_publish"):
        assert page(client, cast.zoe, act, rota.placement.pk).status_code == 404
    for act in ("shift", "rota_assign", "rota_leader", "rota_times", "rota_cancel"):
        assert page(client, cast.zoe, act, shift.pk).status_code == 404
    on = shift.assignments.first()
    assert page(client, cast.zoe, "rota_take_off", on.pk).status_code == 404
    assert page(client, cast.priya, "rota_take_off", on.pk).status_code == 403


def test_the_rota_opens_in_as_many_queries_for_a_year_as_for_a_week(client, cast, rota):
    rota.week(NEXT)

    def queries():
        client.force_login(cast.tom)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            response = client.get(reverse("staffing:rota", args=[rota.placement.pk]), {"week": NEXT.isoformat()})
        assert response.status_code == 200
        assert len(response.context["grid"].cards) == 14
        return len(seen)

    queries()
    first = queries()
    shifts = [
        Shift(placement=rota.placement, kind=shift.kind, starts_at=shift.starts_at + dt.timedelta(weeks=w),
              ends_at=shift.ends_at + dt.timedelta(weeks=w), drafted_by=cast.amy, leader=shift.leader)
        for w in range(1, 53) for shift in Shift.objects.all()
    ]  # fmt: skip
    Shift.objects.bulk_create(shifts)
    many = [rota.carer(f"Carer{n} Many", cast.provider) for n in range(20)]
    for n, shift in enumerate(shifts):
        on = [(many + rota.carers)[(n * 8 + place) % 36] for place in range(8)]
        shift.on = [(carer, cast.provider) for carer in on]
    Assignment.objects.bulk_create(
        Assignment(shift=shift, carer=carer, agency=agency, starts_at=shift.starts_at, ends_at=shift.ends_at,
                   assigned_by=cast.amy)
        for shift in shifts for carer, agency in shift.on
    )  # fmt: skip
    assert Assignment.objects.count() > 5_500
    assert queries() == first
    assert first <= 30, first


@pytest.mark.parametrize("name", ["shift", "rota_publish", "rota_copy"])
def test_more_carers_and_shifts_take_no_more_queries(client, cast, rota, name):
    shift = rota.shift(NEXT)
    rota.puts(rota.carers[0], shift)
    args = [shift.pk if name == "shift" else rota.placement.pk]

    def queries():
        client.force_login(cast.tom)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(f"staffing:{name}", args=args), {"week": NEXT.isoformat()}).status_code == 200
        return len(seen)

    queries()
    few = queries()
    for carer in rota.carers[1:6]:
        rota.puts(carer, shift)
    for n in range(1, 7):
        rota.puts(rota.carers[n], rota.shift(NEXT + dt.timedelta(days=n)))
    for n in range(5):
        rota.carer(f"Carer{n} Many")
    assert queries() == few


# --- putting carers on ------------------------------------------------------------------------------------------------


def value(rota, carer):
    return f"{carer.pk}-{rota.agency_of[carer.pk].pk}"


def test_a_carer_is_put_on_from_the_grid(client, cast, rota):
    shift, carer = rota.shift(NEXT), rota.named("Hugo Clover")
    answer = send(
        client, cast.carl, "rota_put", rota.placement.pk, week=NEXT, shift=f"{shift.pk}.1", carer=value(rota, carer)
    )
    assert (answer.status_code, answer.url) == (302, f"/placements/{rota.placement.pk}/rota/?week={NEXT}")
    on = Assignment.objects.get()
    assert (on.carer, on.agency, on.assigned_by) == (carer, cast.agency, cast.carl)
    assert "Hugo Clover is on the day shift of Monday" in text(client.get(answer.url))


def test_a_shift_that_changed_meanwhile_is_shown_as_it_is_now(client, cast, rota):
    shift, carer = rota.shift(NEXT), rota.named("Hugo Clover")
    rota.puts(rota.named("Ada Thorne"), shift)
    Shift.objects.filter(pk=shift.pk).update(version=2)
    answer = send(
        client, cast.amy, "rota_put", rota.placement.pk, week=NEXT, shift=f"{shift.pk}.1", carer=value(rota, carer)
    )
    assert answer.status_code == 409
    assert "Somebody changed this shift after you opened it" in text(answer)
    body = answer.content.decode()
    assert f'data-shift="{shift.pk}.2"' in body
    assert re.search(r"<p [^>]*data-said>Somebody changed this shift", body)
    assert f'<option value="{shift.pk}.2" selected>' in body
    assert "Ada Thorne" in text(answer)
    assert not Assignment.objects.filter(carer=carer).exists()
    Shift.objects.filter(pk=shift.pk).update(cancelled_at=clock.now())
    gone = send(
        client, cast.amy, "rota_put", rota.placement.pk, week=NEXT, shift=f"{shift.pk}.2", carer=value(rota, carer)
    )
    assert gone.status_code == 409
    assert "Somebody has cancelled that shift" in text(gone)


@pytest.mark.parametrize("wrong", [{"shift": ""}, {"shift": "x.1"}, {"carer": ""}, {"carer": "999999-1"}])
def test_what_is_not_on_the_page_cannot_be_put(client, cast, rota, wrong):
    sent = {"shift": f"{rota.shift(NEXT).pk}.1", "carer": value(rota, rota.carers[0])} | wrong
    answer = send(client, cast.amy, "rota_put", rota.placement.pk, week=NEXT, **sent)
    assert answer.status_code == 422
    assert "Choose a carer and a shift from those on this page" in text(answer)
    assert not Assignment.objects.exists()


def test_whoever_cannot_be_put_on_is_listed_with_a_neutral_reason_and_cannot_be_chosen(client, cast, rota):
    shift = rota.shift(NEXT)
    stood_down, unchecked, busy = (
        rota.carer("Walt Ivy"),
        rota.carer("Una Nettle", checked=False),
        rota.named("Kai Mallow"),
    )
    StandDown.objects.create(carer=stood_down, starts_at=clock.now())
    rota.puts(busy, rota.shift(NEXT, kind="sleep_in", hours=(9, 12)))
    body = page(client, cast.amy, "shift", shift.pk).content.decode()
    for carer, reason in (
        (stood_down, "Must not be deployed until further notice"),
        (unchecked, "Checks not complete: Identity"),
        (busy, "Already on a shift then"),
    ):
        assert re.search(rf'<option value="{carer.pk}-\d+" disabled>{carer}: {reason}', body), carer
    said = text(page(client, cast.amy, "rota", rota.placement.pk, week=NEXT))
    assert "2 who cannot be put on" in said
    assert "Walt Ivy Tideway Nursing Must not be deployed until further notice" in said
    # Asked for all the same, the gate refuses, in the same words whoever asks, and that is recorded.
    for name, args, sent in (
        ("rota_put", [rota.placement.pk], {"shift": f"{shift.pk}.1", "carer": f"{stood_down.pk}-{cast.agency.pk}"}),
        ("rota_assign", [shift.pk], {"version": 1, "who": f"{stood_down.pk}-{cast.agency.pk}"}),
    ):
        answer = send(client, cast.amy, name, *args, week=NEXT, **sent)
        assert answer.status_code == 422
        assert "The carer is stood down and may be put on no shift, anywhere" in text(answer)
    assert list(Refusal.objects.values_list("code", flat=True)) == ["STF-09-ROTA", "STF-09-ROTA"]


# --- a shift by itself ------------------------------------------------------------------------------------------------


def test_a_shift_is_made_on_its_own_page(client, cast, rota):
    shift, ada, hugo = rota.shift(NEXT), rota.named("Ada Thorne"), rota.named("Hugo Clover")
    assert send(client, cast.amy, "rota_assign", shift.pk, who=value(rota, ada), version=1).status_code == 302
    part = {"from_time": "9am", "until_time": "13:00"}
    assert send(client, cast.amy, "rota_assign", shift.pk, who=value(rota, hugo), version=2, **part).status_code == 302
    assert "09:00 to 13:00" in text(page(client, cast.amy, "shift", shift.pk))
    assert send(client, cast.amy, "rota_leader", shift.pk, carer=ada.pk, version=3).status_code == 302
    answer = send(
        client, cast.amy, "rota_times", shift.pk, version=4,
        **moment("starts_at", at(NEXT, 7)), **moment("ends_at", at(NEXT, 21)),
    )  # fmt: skip
    assert answer.status_code == 302
    shift.refresh_from_db()
    assert (shift.leader, shift.starts_at, shift.ends_at, shift.version) == (ada, at(NEXT, 7), at(NEXT, 21), 5)
    on = Assignment.objects.get(carer=hugo)
    assert (on.starts_at, on.ends_at) == (at(NEXT, 9), at(NEXT, 13))
    assert send(client, cast.amy, "rota_take_off", on.pk, version=5).status_code == 302, "a draft asks for no reason"
    on.refresh_from_db()
    assert on.removed_at
    assert send(client, cast.amy, "rota_cancel", shift.pk, version=6, why="At school all day.").status_code == 302
    shift.refresh_from_db()
    assert shift.cancelled_why == "At school all day."
    said = text(page(client, cast.amy, "shift", shift.pk))
    assert "At school all day." in said
    assert "Put somebody on" not in said


def test_part_of_a_night_goes_past_midnight(client, cast, rota):
    night = rota.shift(NEXT, kind="waking_night")
    sent = {"who": value(rota, rota.carers[0]), "version": 1, "from_time": "23:00", "until_time": "8:00"}
    assert send(client, cast.amy, "rota_assign", night.pk, **sent).status_code == 302
    on = Assignment.objects.get()
    assert (on.starts_at, on.ends_at) == (at(NEXT, 23), at(NEXT + dt.timedelta(days=1), 8))


def test_from_a_published_shift_nobody_is_taken_without_a_reason(client, cast, rota):
    shift = rota.shift(NEXT, published=True)
    on = rota.puts(rota.carers[0], shift)
    answer = send(client, cast.amy, "rota_take_off", on.pk, version=1, why=" ")
    assert answer.status_code == 422
    assert "Enter why they are taken off" in text(answer)
    assert send(client, cast.amy, "rota_take_off", on.pk, version=1, why="Ill.", child_asked="no").status_code == 302
    on.refresh_from_db()
    assert on.removed_why == "Ill."
    assert re.search(r"What was changed .* Ada Thorne off Ill\.", text(page(client, cast.priya, "shift", shift.pk)))


@pytest.mark.failing("F23")
def test_taking_somebody_off_asks_what_a_swap_asks_and_the_shift_says_what_was_changed(client, cast, rota):
    shift = rota.shift(NEXT, published=True)
    ada, hugo, iris = (rota.named(name) for name in ("Ada Thorne", "Hugo Clover", "Iris Teasel"))
    on = rota.puts(ada, shift)
    body = page(client, cast.amy, "rota_take_off", on.pk).content.decode()
    assert body.count('name="analysis"') == 1
    typed = {"version": 1, "why": "She will not have her.", "child_asked": "yes"}
    answer = send(client, cast.amy, "rota_take_off", on.pk, **typed)
    assert answer.status_code == 422
    assert "Enter what the child’s wish tells us, and what it means for risk" in text(answer)
    typed["analysis"] = "Ada sets bedtimes."
    assert send(client, cast.amy, "rota_take_off", on.pk, **typed).status_code == 302
    decision = Decision.objects.get()
    assert decision.what.startswith("A change of staff the child asked for: Ada Thorne off the day of")
    assert decision.what.endswith(
        "Effect on cover: 1 carers planned before and 0 after; 5 are needed, so cover is short."
    )
    assert "Ada sets bedtimes." in decision.why
    assert "She will not have her" not in decision.why, "that stays with the shift"
    rota.puts(hugo, shift)
    swap = ask_swap(
        shift=Shift.objects.get(), outgoing=hugo, incoming=iris, reason="Ill.", by=cast.carl, as_of=clock.now()
    )
    decide_swap(swap=swap, approve=True, why="Cover is kept.", by=cast.amy, as_of=clock.now())
    rota.puts(rota.named("Jude Sorrel"), shift)
    stand_down(carer=rota.named("Jude Sorrel"), reason="Asleep.", by=cast.amy, as_of=clock.now())
    for reader in (cast.amy, cast.carl, cast.priya):
        said = text(page(client, reader, "shift", shift.pk)).partition("What was changed")[2]
        assert "Jude Sorrel off Must not be deployed" in said
        assert "Swap approved: Iris Teasel in place of Hugo Clover Cover is kept. Decided by Amy Sparrow" in said
        assert "Ada Thorne off She will not have her." in said
        for not_said in ("Asleep", "Hugo Clover off", "sets bedtimes"):
            assert not_said not in said


def test_a_swap_says_that_the_carer_who_would_come_cannot(client, cast, rota):
    shift = rota.shift(NEXT, published=True)
    ada, hugo = rota.named("Ada Thorne"), rota.named("Hugo Clover")
    rota.puts(ada, shift)
    swap = ask_swap(shift=shift, outgoing=ada, incoming=hugo, reason="Ill.", by=cast.carl, as_of=clock.now())
    assert "cannot work this shift" not in text(page(client, cast.amy, "swap", swap.pk))
    stand_down(carer=hugo, reason="Asleep.", by=cast.amy, as_of=clock.now())
    for name in ("swap", "decide_swap"):
        said = text(page(client, cast.carl, name, swap.pk))
        assert "Hugo Clover cannot work this shift. Must not be deployed until further notice." in said


def test_a_stale_form_keeps_what_was_typed_and_shows_the_shift_as_it_is(client, cast, rota):
    shift = rota.shift(NEXT, published=True)
    on = rota.puts(rota.named("Ada Thorne"), shift)
    rota.puts(rota.named("Hugo Clover"), shift)
    Shift.objects.filter(pk=shift.pk).update(version=7)
    for name, pk, typed in (
        ("rota_take_off", on.pk, {"why": "She asked to go home early.", "child_asked": "no"}),
        ("rota_cancel", shift.pk, {"why": "Nobody is at home."}),
        ("rota_times", shift.pk, moment("starts_at", at(NEXT, 7, 35)) | moment("ends_at", at(NEXT, 21))),
        ("rota_assign", shift.pk, {"who": value(rota, rota.carers[2]), "from_time": "10:15"}),
    ):
        answer = send(client, cast.amy, name, pk, version=1, **typed)
        body = answer.content.decode()
        assert answer.status_code == 409, name
        assert "Somebody changed this shift after you opened it" in text(answer)
        for field, entered in typed.items():
            assert f'value="{entered}"' in body or f">{entered}</textarea>" in body.replace("\n", ""), (name, field)
        assert 'name="version" value="7"' in body, "sent again, it is about what is shown now"
        assert "Hugo Clover" in text(answer)
    assert send(client, cast.amy, "rota_leader", shift.pk, version=1, carer=on.carer_id).status_code == 409
    shift.refresh_from_db()
    assert (shift.version, shift.cancelled_at, shift.leader) == (7, None, None)


@pytest.mark.failing("F104")
def test_commissioning_changes_drafts_and_is_told_who_decides_a_published_shift(client, cast, managed):
    draft, published = managed.shift(NEXT), managed.shift(NEXT + dt.timedelta(days=1), published=True)
    assert "Put somebody on" in text(page(client, cast.carl, "shift", draft.pk))
    said = text(page(client, cast.carl, "shift", published.pk))
    assert "Put somebody on" not in said
    assert "decided by Maya Redstart, the placement manager, or the child’s social worker" in said
    for name, sent in (
        ("rota_assign", {"who": value(managed, managed.carers[0])}),
        ("rota_cancel", {"why": "She asked for it."}),
        ("rota_times", moment("starts_at", at(NEXT, 7)) | moment("ends_at", at(NEXT, 21))),
    ):
        answer = send(client, cast.carl, name, published.pk, version=1, **sent)
        assert answer.status_code == 422
        assert "Who works with a child is a care decision" in text(answer)
    assert set(Refusal.objects.values_list("code", "by")) == {("DEC-01-STAFF", cast.carl.pk)}
    assert not Assignment.objects.exists()


# --- weeks ------------------------------------------------------------------------------------------------------------


def test_a_whole_week_is_added_in_one_act(client, cast, rota):
    hours = {
        "day_starts": "08:00", "day_ends": "20:00", "waking_night_starts": "8pm", "waking_night_ends": "08:00",
        "sleep_in_starts": "", "sleep_in_ends": "",
    }  # fmt: skip
    answer = send(client, cast.carl, "rota_add", rota.placement.pk, week=NEXT, days=[*"0123456"], **hours)
    assert answer.status_code == 302
    assert Shift.objects.count() == 14
    night = Shift.objects.get(kind="waking_night", starts_at=at(NEXT, 20))
    assert (night.ends_at, night.published_at) == (at(NEXT + dt.timedelta(days=1), 8), None)
    again = send(client, cast.carl, "rota_add", rota.placement.pk, week=NEXT, days=[*"0123456"], **hours)
    assert again.status_code == 422
    assert "those shifts are on the rota already" in text(again)
    more = hours | {"sleep_in_starts": "22:00", "sleep_in_ends": "07:00"}
    send(client, cast.carl, "rota_add", rota.placement.pk, week=NEXT, days=["2"], **more)
    assert Shift.objects.count() == 15
    assert "1 draft shift added. 2 shifts there already" in text(
        client.get(f"/placements/{rota.placement.pk}/rota/?week={NEXT}")
    )


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"days": []}, "Select at least one day"),
        ({"day_ends": ""}, "Enter when the day shift ends"),
        ({"day_starts": "25:00"}, "Day shift starts must be a time of day"),
        ({"day_starts": "", "day_ends": ""}, "Enter when at least one kind of shift starts and ends"),
    ],
)
def test_shifts_that_cannot_be_added(client, cast, rota, sent, sentence):
    sent = {"days": ["0"], "day_starts": "08:00", "day_ends": "20:00"} | sent
    answer = send(client, cast.amy, "rota_add", rota.placement.pk, week=NEXT, **sent)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Shift.objects.exists()


def test_all_of_a_pattern_or_none_of_it(client, cast, rota):
    rota.placement.ended_on = NEXT + dt.timedelta(days=3)
    rota.placement.save()
    sent = {"days": [*"0123456"], "day_starts": "08:00", "day_ends": "20:00"}
    answer = send(client, cast.amy, "rota_add", rota.placement.pk, week=NEXT, **sent)
    assert answer.status_code == 422
    assert not Shift.objects.exists()


def test_a_week_is_copied_and_whoever_is_left_off_is_named_with_the_reason(client, cast, rota):
    rota.week(monday())
    count = Assignment.objects.count()
    ada = rota.named("Ada Thorne")
    mine = Assignment.objects.filter(carer=ada)
    hers, later = mine.count(), [each for each in mine if each.ends_at > clock.now()]
    for each in later:
        each.removed_at, each.removed_why = clock.now(), "Taken off every shift to come"
        each.save()
    StandDown.objects.create(carer=ada, starts_at=clock.now())
    kept = hers - len(later)
    said = text(page(client, cast.tom, "rota_copy", rota.placement.pk, week=NEXT))
    assert f"14 shifts, with {count - len(later)} places filled" in said
    answer = send(client, cast.tom, "rota_copy", rota.placement.pk, week=NEXT)
    assert answer.status_code == 302
    told = client.get(answer.url)
    assert f"14 shifts drafted. {count - hers} carers were put on." in text(told)
    assert text(told).count("Ada Thorne") == kept
    assert not kept or "The carer is stood down and may be put on no shift, anywhere" in text(told)
    again = send(client, cast.tom, "rota_copy", rota.placement.pk, week=NEXT)
    assert again.status_code == 422
    assert "There is nothing to copy" in text(again)
    assert client.get(answer.url.replace(str(NEXT), str(monday(3)))).status_code == 302, (
        "of another week nothing is told"
    )


def test_a_week_is_published_by_those_who_decide(client, cast, managed):
    managed.week(NEXT)
    said = text(page(client, cast.carl, "rota_publish", managed.placement.pk, week=NEXT))
    assert "They are published by Maya Redstart, the placement manager, or the child’s social worker" in said
    assert "Publish 14 shifts" not in said
    grid = text(page(client, cast.carl, "rota", managed.placement.pk, week=NEXT))
    assert "Propose shifts" in grid
    assert "Publish this week" not in grid
    answer = send(client, cast.carl, "rota_publish", managed.placement.pk, week=NEXT)
    assert answer.status_code == 422
    assert "Who works with a child is a care decision" in text(answer)
    assert Refusal.objects.get().code == "DEC-01-STAFF"
    assert "Publish 14 shifts" in text(page(client, cast.paul, "rota_publish", managed.placement.pk, week=NEXT))
    assert publishes(client, cast.paul, managed).status_code == 302
    assert set(Shift.objects.values_list("published_by", flat=True)) == {cast.paul.pk}
    assert "all published" in text(page(client, cast.priya, "rota", managed.placement.pk, week=NEXT))


def test_what_was_changed_after_the_page_was_opened_is_not_published_unseen(client, cast, rota):
    first, *_ = rota.week(NEXT)
    shown = page(client, cast.amy, "rota_publish", rota.placement.pk, week=NEXT).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', shown)[1]
    free = next(each for each in rota.carers if not each.assignments.filter(shift__starts_at__date=NEXT).exists())
    assign(shift=first, carer=free, by=cast.carl, as_of=clock.now())
    for said in (seen, "nothing"):
        answer = publishes(client, cast.amy, rota, seen=said)
        assert answer.status_code == 409
        assert "nothing was published" in text(answer)
        assert not Shift.objects.published().exists()
    assert publishes(client, cast.amy, rota).status_code == 302


def test_a_week_with_a_shift_nobody_leads_is_not_published_and_says_which(client, cast, rota):
    shifts = rota.week(NEXT)
    Shift.objects.filter(pk=shifts[0].pk).update(leader=None)
    assert "1 has no shift leader" in text(page(client, cast.amy, "rota_publish", rota.placement.pk, week=NEXT))
    answer = publishes(client, cast.amy, rota)
    assert answer.status_code == 422
    assert "Name a leader for: the day of" in text(answer)
    assert not Shift.objects.published().exists()


def test_a_manager_of_the_provider_who_does_not_manage_this_placement_only_proposes(client, cast, rota):
    rota.week(NEXT)
    assert "Propose shifts" in text(page(client, cast.paul, "rota", rota.placement.pk, week=NEXT))
    assert send(client, cast.paul, "rota_publish", rota.placement.pk, week=NEXT).status_code == 422
    assert today() < NEXT
