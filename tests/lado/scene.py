"""A house, a carer with a sign-in of her own, and the people who might refer her. All invented."""

import datetime as dt

from core import clock
from core.access import PartnerKind, Role
from lado import actions
from lado.models import Referral
from tests.cast import at

TODAY = clock.local_date(clock.now())  # the database decides who sees what today
NOW = clock.now()
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
LONG_AGO = TODAY - 200 * DAY
SAID = {
    "post": "carer",
    "category": "physical",
    "criteria": ["harmed"],
    "what": "Held her by the wrist until it was red.",
}


class Scene:
    """Skye lives in a house of Harbour Light Care that nobody registered. Kay works there; Paul manages it."""

    def __init__(self, cast):
        self.cast = cast
        self.child = cast.child(forename="Skye", surname="Larkspur", since=LONG_AGO)
        self.placement = cast.unregistered(self.child, LONG_AGO)
        cast.manager(self.placement, at(LONG_AGO), account=cast.paul)
        self.kay = cast._at_provider("kay", "Kay Dotterel", Role.SHIFT_LEADER)
        self.carer = cast.carer(
            "Dotterel", forename="Kay", agency=cast.provider, checked=TODAY - 30 * DAY, account=self.kay
        )
        self.pete = cast.person("pete", "Pete Gannet", Role.PARTNER, partner_kind=PartnerKind.POLICE)
        for partner in (self.pete, cast.greta):
            cast.allocate(self.child, partner, part="partner", since=LONG_AGO)
        cast.allocate(self.child, cast.ava, part="advocate", since=LONG_AGO)

    def refer(self, by=None, as_of=None, **fields) -> Referral:
        """Referred, by the police unless told otherwise, about nobody by record unless told otherwise."""
        if not {"carer", "named", "account", "concern"} & set(fields):
            fields["named"] = "Somebody tall"
        by = by or self.pete
        receipt = actions.refer(**(SAID | fields), by=by, as_of=as_of or clock.now())
        return receipt.referral

    def act(self, name, referral, as_of=None, by=None, **fields):
        return getattr(actions, name)(referral=referral, by=by or self.cast.lee, as_of=as_of or clock.now(), **fields)

    def evaluate(self, referral, as_of=None, decision="meeting"):
        return self.act("evaluate", referral, as_of, decision=decision, text="It meets the threshold.")

    def meets(self, referral, held_at=None, **fields):
        fields = {"who_was_there": "Lee Martin; Pete Gannet, police", "text": "Interviewed next week."} | fields
        held_at = held_at or clock.now()
        return self.act("hold_meeting", referral, held_at, held_at=held_at, **fields)

    def closes(self, referral, outcome="unsubstantiated", as_of=None, **fields):
        fields = {"reasons": "Two accounts, and nothing else.", "summary": "May go back with supervision."} | fields
        return self.act("close_case", referral, as_of, outcome=outcome, **fields)
