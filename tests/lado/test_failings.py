"""The review’s failings about Staff A and the LADO, lived through by the product’s own actions: each prevented or flagged."""

import re

import pytest
from django.urls import reverse

from core.errors import Refused
from governance.actions import concerns
from lado import actions
from lado.models import Referral
from staffing.actions import rota, worked
from staffing.models import Assignment
from tests.cast import at
from tests.lado.scene import SAID
from tests.staffing.placement_one import DAY, HOUR, MONDAY, MOVED, PlacementOne
from tests.told_once import told_once

BEHIND = ("SAF-04", "SAF-05", "SAF-07")


class Life(PlacementOne):
    def __init__(self, cast):
        super().__init__(cast)
        self.pete = cast.person("pete", "Pete Gannet", "partner", partner_kind="police")
        cast.allocate(self.child, self.pete, part="partner")
        self.agency_ = self.agency(signed_on=MOVED).agency
        self.staff_a = self.carer(self.agency_, name="Staffa")

    def raises(self, by, as_of, category="staff_conduct", **fields):
        fields = {"what": "He gave her cannabis."} | fields
        return self.act(concerns.raise_concern, by, as_of, child=self.child, category=category, **fields)

    def refers(self, by, as_of, **fields):
        return self.act(actions.refer, by, as_of, **(SAID | {"child": self.child} | fields)).referral

    def sleeps(self, day):
        """Found asleep at three in the morning of a waking night, and that is written down."""
        shift = self.shift(day, self.staff_a, kind="waking_night")
        self.act(
            worked.sign_on, self.cast.priya, at(day, 20, 1), shift=shift, starts_at=at(day, 20), carer=self.staff_a
        )
        found = at(day + DAY, 3)
        return self.act(
            worked.record_awake, self.cast.priya, found, shift=shift, checked_at=found, asleep=[self.staff_a],
            witnessed_by="Priya Lark",
        )  # fmt: skip

    def owed(self, as_of=None, of=("SAF-01",)):
        return {words for words in self.red(as_of, of=of) if words.partition(" ")[0] in of}


@told_once
def life(cast):
    return Life(cast)


@pytest.mark.failing("F27")
@pytest.mark.failing("F118")
def test_that_staff_supplied_cannabis_is_decided_in_a_day_and_the_carer_is_off_every_shift_at_once(life):
    coming = life.shift(MONDAY + 7 * DAY, life.staff_a)
    concern = life.raises(life.cast.amy, at(MONDAY, 9), about=life.staff_a)
    assert life.owed(at(MONDAY + DAY, 23, 59)) == set()
    assert life.owed(at(MONDAY + 2 * DAY, 0)) == {"SAF-01 concern"}
    assert life.flag("SAF-01", "concern").owner == life.cast.tom
    referral = life.refers(
        life.cast.tom, at(MONDAY + 2 * DAY, 9), concern=concern, child=None, stand_down=True, police_involved=True,
        criteria=["offence", "harmed"], category="substances",
    )  # fmt: skip
    assert life.owed() == set()
    assert not Assignment.objects.standing().filter(shift=coming).exists()  # with no request to commissioning
    with pytest.raises(Refused):
        life.act(rota.assign, life.cast.amy, at(MONDAY + 3 * DAY, 9), shift=coming, carer=life.staff_a)
    assert (referral.carer, referral.police_involved, referral.stand_down.carer) == (life.staff_a, True, life.staff_a)


@pytest.mark.failing("F116")
@pytest.mark.failing("F120")
def test_asleep_on_a_waking_night_is_for_the_lado_and_no_email_will_do(life):
    life.sleeps(MONDAY)
    due = MONDAY + 2 * DAY  # found on Tuesday: decided by the end of Wednesday
    assert life.owed(at(due, 23, 59)) == set()
    assert life.owed(at(due + DAY, 0)) == {"SAF-01 asleep"}
    flag = life.flag("SAF-01", "asleep")
    assert (flag.carer, flag.owner, flag.severity) == (life.staff_a, life.cast.tom, "red")
    assert flag.mend_url == reverse("lado:decide_carer", args=[life.staff_a.pk])
    life.reviews(flag.shift, as_of=at(due + DAY, 9))  # that it was looked into answers for the shift, and not for this
    life.raises(life.cast.amy, at(due + DAY, 9), "care", what="He sleeps on nights; I wrote to the manager.")
    assert life.owed(at(due + DAY, 12)) == {"SAF-01 asleep"}
    life.stands_down(life.staff_a, at(due + DAY, 13))
    assert life.owed(at(due + 5 * DAY, 12)) == {"SAF-01 asleep", "SAF-01 stood_down"}
    life.refers(life.cast.hana, at(due + 5 * DAY, 13), carer=life.staff_a, criteria=["neglect"], category="neglect")
    assert life.owed() == set()


@pytest.mark.failing("F108")
def test_of_many_concerns_about_staff_none_is_left_undecided(life):
    other = life.carer(life.agency_, name="Staffb")
    for number, carer in enumerate((life.staff_a, other, life.staff_a)):
        life.raises(life.cast.amy, at(MONDAY + number * DAY, 9), about=carer)
    assert life.owed(at(MONDAY + 9 * DAY, 9)) == {"SAF-01 concern", "SAF-01 repeated"}
    first, second, third = life.child.concerns.order_by("number")
    life.refers(life.cast.tom, at(MONDAY + 9 * DAY, 10), concern=first)
    assert life.owed() == {"SAF-01 concern", "SAF-01 repeated"}  # the next one’s turn, and so until there is none
    for concern in (second, third):
        life.act(
            actions.do_not_refer,
            life.cast.sal,
            at(MONDAY + 9 * DAY, 11),
            concern=concern,
            because="The LADO has it as one.",
        )
    assert life.owed() == set()


@pytest.mark.failing("F109")
@pytest.mark.failing("F113")
def test_the_police_refer_from_their_own_notice(life, client):
    """What an officer saw of a carer reaches the LADO the same day, whatever becomes of the notice."""
    notice = life.raises(
        life.pete,
        at(MONDAY, 9),
        "safety",
        what="No compassion in how they spoke to her.",
        risk="high",
        police_reference="ZZ/1",
    )
    client.force_login(life.pete)
    page = client.get(reverse("governance:concern", args=[notice.pk])).content.decode()
    refer = reverse("lado:refer_concern", args=[notice.pk])
    assert [refer] == re.findall(r'Would the LADO want to know\?.*?<a class="govuk-link" href="([^"]+)"', page)
    sent = SAID | {"named": "Tall, a red coat", "criteria": ["unsuitable"]}
    answer = client.post(refer, sent)
    referral = Referral.objects.get()
    assert answer.url.startswith("/referrals/")
    assert (referral.source, referral.concern, referral.placement, referral.owner) == (
        "police", notice, life.placement, life.cast.lee,
    )  # fmt: skip


@pytest.mark.positive("P9")
def test_removed_and_referred_for_professional_neglect_the_same_morning_raises_nothing(life):
    life.sleeps(MONDAY)
    referral = life.act(
        actions.refer, life.cast.tom, at(MONDAY + DAY, 8), **(SAID | {"criteria": ["neglect"], "category": "neglect"}),
        carer=life.staff_a, child=life.child, stand_down=True,
    ).referral  # fmt: skip
    life.act(
        actions.evaluate,
        life.cast.lee,
        at(MONDAY + DAY, 15),
        referral=referral,
        decision="employer",
        text="It is neglect.",
    )
    for days in (1, 2, 3, 10):
        assert life.owed(at(MONDAY + days * DAY, 23), ("SAF-01", "STF-09", *BEHIND)) == set()


@pytest.mark.positive("P24")
def test_the_one_that_was_made_and_reached_its_outcome_raises_nothing(life):
    lee, made = life.cast.lee, at(MONDAY, 9)
    concern = life.raises(life.cast.amy, made, about=life.staff_a, what="She says that he hit her.")
    referral = life.refers(life.cast.tom, made + HOUR, concern=concern, child=None)
    followed = ("SAF-01", *BEHIND)
    assert life.owed(at(MONDAY + DAY, 9), followed) == set()
    life.act(actions.evaluate, lee, at(MONDAY + DAY, 10), referral=referral, decision="meeting", text="T")
    met = at(MONDAY + 4 * DAY, 10)
    life.act(actions.hold_meeting, lee, met, referral=referral, held_at=met, who_was_there="W", text="T")
    assert life.owed(at(MONDAY + 25 * DAY, 9), followed) == set()
    life.act(
        actions.close_case, lee, at(MONDAY + 25 * DAY, 10), referral=referral, outcome="unsubstantiated", reasons="R",
        summary="S",
    )  # fmt: skip
    assert life.owed(at(MONDAY + 400 * DAY, 9), followed) == set()
