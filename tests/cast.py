"""The small cast every test knows by name. All invented.

North: Amy (social worker), Ben (another, same team), Tom (their manager), Hana (head of service), Carl (commissioner),
Ines (IRO), Lee (LADO), Sal (safeguarding lead), Dee (director), Dora (director of children's services), Lola (legal),
Greta (guardian), Ava (advocate), Sam (system administrator), Nina (scrutineer). Provider: Paul (manager), Priya (shift
leader). South: Zoe (social worker), Todd (her manager), Duncan (director of children's services).
"""

import datetime as dt
from functools import cache, cached_property

from django.contrib.auth.hashers import make_password

from children.models import Allocation, CareEpisode, Child, LegalStatus
from core import clock
from core.access import PartnerKind, Role
from core.models import Authority, Team, User
from governance.models import Plan
from placements.models import (
    DolOrder,
    Home,
    ManagerAbsence,
    ManagerPost,
    Placement,
    Provider,
    ProviderPost,
    Registration,
)
from staffing.models import AgencyAgreement, Assignment, Carer, Check, Engagement, Evidence, Shift

PASSWORD = "a calm and quiet morning"

NORTH_PEOPLE = {
    "amy": ("Amy Sparrow", Role.SOCIAL_WORKER, "team"),
    "ben": ("Ben Wren", Role.SOCIAL_WORKER, "team"),
    "tom": ("Tom Heron", Role.TEAM_MANAGER, "team"),
    "hana": ("Hana Finch", Role.HEAD_OF_SERVICE, "service"),
    "carl": ("Carl Rook", Role.COMMISSIONER, None),
    "ines": ("Ines Swift", Role.IRO, None),
    "lee": ("Lee Martin", Role.LADO, None),
    "sal": ("Sal Plover", Role.SAFEGUARDING_LEAD, None),
    "dee": ("Dee Osprey", Role.DIRECTOR, None),
    "dora": ("Dora Kestrel", Role.DCS, None),
    "lola": ("Lola Dunlin", Role.LEGAL, None),
    "ava": ("Ava Linnet", Role.ADVOCATE, None),
    "sam": ("Sam Coot", Role.SYSTEM_ADMINISTRATOR, None),
    "nina": ("Nina Stork", Role.SCRUTINEER, None),
}


@cache
def _hashed() -> str:
    """Made once: in the drills it is made as in life, which takes a tenth of a second each time."""
    return make_password(PASSWORD)


def at(day: dt.date, hour: int = 12, minute: int = 0) -> dt.datetime:
    """An instant by English clocks."""
    return clock.at_local(day, dt.time(hour, minute))


class Cast:
    """Makes each authority and its people once; children and placements on request.

    Records are made directly, so that a test of a rule says only what the rule turns on. Tests that show a failing
    prevented, or a good practice left alone, go through the actions instead.
    """

    def __init__(self):
        self.north = Authority.objects.create(code="901", name="North Vale")
        self.service = Team.objects.create(authority=self.north, name="Children in care service")
        self.team = Team.objects.create(authority=self.north, name="Children in care team 1", part_of=self.service)
        for key, (name, role, team) in NORTH_PEOPLE.items():
            setattr(self, key, self._account(key, name, role, team=getattr(self, team) if team else None))
        self.greta = self._account("greta", "Greta Siskin", Role.PARTNER, partner_kind=PartnerKind.GUARDIAN)
        User.objects.bulk_create(getattr(self, key) for key in [*NORTH_PEOPLE, "greta"])

    def person(self, key, name, role, **fields) -> User:
        user = self._account(key, name, role, **fields)
        user.save()
        return user

    def _account(self, key, name, role, *, team=None, authority=None, at_provider=False, **fields) -> User:
        authority = None if at_provider else (authority or self.north)
        user = User(email=f"{key}@example.org", name=name, role=role, team=team, authority=authority, **fields)
        user.password = _hashed()
        return user

    @cached_property
    def south(self) -> Authority:
        return Authority.objects.create(code="902", name="South Mere")

    @cached_property
    def south_team(self) -> Team:
        return Team.objects.create(authority=self.south, name="Children in care team 1")

    @cached_property
    def zoe(self) -> User:
        return self.person("zoe", "Zoe Teal", Role.SOCIAL_WORKER, team=self.south_team, authority=self.south)

    @cached_property
    def todd(self) -> User:
        return self.person("todd", "Todd Shrike", Role.TEAM_MANAGER, team=self.south_team, authority=self.south)

    @cached_property
    def duncan(self) -> User:
        return self.person("duncan", "Duncan Pipit", Role.DCS, authority=self.south)

    @cached_property
    def provider(self) -> Provider:
        return Provider.objects.create(name="Harbour Light Care")

    @cached_property
    def paul(self) -> User:
        return self._at_provider("paul", "Paul Bunting", Role.PROVIDER_MANAGER)

    @cached_property
    def priya(self) -> User:
        return self._at_provider("priya", "Priya Lark", Role.SHIFT_LEADER)

    def _at_provider(self, key, name, role) -> User:
        user = self.person(key, name, role, at_provider=True)
        ProviderPost.objects.create(
            provider=self.provider, person=user, authority=self.north, started_on=dt.date(2020, 1, 1)
        )
        return user

    def child(
        self,
        *,
        born=dt.date(2010, 5, 4),
        since=dt.date(2021, 1, 4),
        legal_status="C2",
        worker=None,
        planned=True,
        **fields,
    ):
        """A child looked after since a day, with a care plan, allocated to Amy (worker=False: to nobody)."""
        fields = {
            "forename": "Robin",
            "surname": "Meadow",
            "sex": "F",
            "authority": self.north,
            "team": self.team,
        } | fields
        child = Child.objects.create(date_of_birth=born, **fields)
        CareEpisode.objects.create(child=child, started_on=since, need="N1")
        LegalStatus.objects.create(child=child, code=legal_status, started_on=since)
        if worker is not False:
            self.allocate(child, worker or self.amy, since=since)
        if planned:
            covers = [code for code, _ in Plan.SECTIONS]
            Plan.objects.create(
                child=child, kind="care", version=1, made_on=since, sections=covers, recorded_by=self.amy
            )
        return child

    def allocate(self, child, worker, *, part=Allocation.Part.SOCIAL_WORKER, since=dt.date(2021, 1, 4), until=None):
        return Allocation.objects.create(child=child, worker=worker, part=part, started_on=since, ended_on=until)

    def home(self, *, status=None, registered_for="", regulator="ofsted", since=dt.date(2015, 1, 1), **fields) -> Home:
        """A home of the provider. `status` None: nothing is recorded of its registration."""
        fields = {
            "name": f"Home {Home.objects.count() + 1}",
            "authority": self.north,
            "provider": self.provider,
        } | fields
        home = Home.objects.create(**fields)
        if status:
            registered = status == Registration.Status.REGISTERED
            Registration.objects.create(
                home=home,
                status=status,
                regulator=regulator if registered else "",
                registered_for=registered_for if registered else "",
                started_on=since,
                evidence="Looked up on the register.",
                recorded_by=self.carl,
            )
        return home

    def placement(self, child, start: dt.date, *, type="K2", home=None, hour=None, planned=True, **fields) -> Placement:
        """A placement from `start`, with its plan, followed from its first day; with `hour`, an emergency that began then."""
        fields = {"followed_from": start} | fields
        if hour is not None:
            fields |= {"basis": "emergency", "started_at": at(start, hour)}
        placement = Placement.objects.create(child=child, type=type, home=home, started_on=start, **fields)
        if planned:
            Plan.objects.create(
                child=child, kind="placement", placement=placement, made_on=start, signed_on=start, signed_by="Maya Redstart",
                version=Plan.objects.filter(child=child, kind="placement").count() + 1, recorded_by=self.amy,
            )  # fmt: skip
        return placement

    def unregistered(self, child, start: dt.date, **fields) -> Placement:
        """A placement in a home known not to be registered."""
        return self.placement(child, start, home=self.home(status=Registration.Status.NOT_REGISTERED), **fields)

    def dol_order(self, child, start: dt.date, *, months: int = 6) -> DolOrder:
        return DolOrder.objects.create(
            child=child,
            made_on=start,
            starts_on=start,
            expires_on=start + dt.timedelta(days=30 * months),
            restrictions="Staff with her at all times; doors locked at night.",
            staffing_ratio=5,
            recorded_by=self.amy,
        )

    def manager(self, placement, since: dt.datetime, *, until=None, name="Maya Redstart", account=None) -> ManagerPost:
        return ManagerPost.objects.create(
            placement=placement, name=name, started_at=since, ended_at=until, account=account
        )

    def absence(self, post, began_on: dt.date, *, days=None, planned=True, **fields) -> ManagerAbsence:
        """A manager away from a day, to be back after so many; None: nobody knows when, so it cannot be planned."""
        fields = {"reason": "Surgery.", "in_charge": "Wren Dipper", "recorded_by": self.amy} | fields
        back = None if days is None else began_on + dt.timedelta(days=days)
        return ManagerAbsence.objects.create(
            post=post, began_on=began_on, expected_back_on=back, planned=planned, **fields
        )

    # --- who cares for her ---------------------------------------------------------------------------------------------

    @cached_property
    def agency(self) -> Provider:
        """A nursing agency that supplies carers and runs no home."""
        return Provider.objects.create(name="Tideway Nursing")

    def carer(
        self, surname="Reed", *, forename="Corin", agency=None, checked=True, since=dt.date(2020, 1, 1), **fields
    ):
        """A carer of the agency's, whose checks were made the day they joined (or on the day `checked`; False: never).

        A DBS certificate lasts three years, so a story of today needs `checked=` a recent day.
        """
        fields = {"date_of_birth": dt.date(1988, 3, 9), "recorded_by": self.amy} | fields
        carer = Carer.objects.create(forename=forename, surname=surname, **fields)
        Engagement.objects.create(carer=carer, agency=agency or self.agency, started_on=since, recorded_by=self.amy)
        if checked:
            self.check(carer, *Check.REQUIRED, on=since if checked is True else checked)
        return carer

    def check(self, carer, *kinds, on: dt.date, **fields) -> list[Check]:
        evidence = Evidence.objects.filter(carer=carer).first() or Evidence.objects.create(
            carer=carer, name="checks.pdf", media_type="application/pdf", size=5, sha256="0" * 64, content=b"%PDF-",
            recorded_by=self.amy,
        )  # fmt: skip
        fields = {"detail": "Seen.", "checked_by": self.amy, "evidence": evidence} | fields
        return [
            Check.objects.create(
                **{"carer": carer, "kind": kind, "checked_on": on, "confirmed": list(Check.FACTS.get(kind, ()))}
                | fields
            )
            for kind in kinds
        ]

    def supplies(self, placement, agency=None, *, since=None, signed=True, **fields) -> AgencyAgreement:
        """An agency supplies carers to a placement from its start, under a signed agreement (signed=False: none yet)."""
        since = since or placement.started_on
        if signed:
            says = dict.fromkeys(
                ("supervises", "trains", "disciplines", "reports_to_lado", "hands_over"), "Agency manager"
            )
            fields = says | {
                "signed_on": since, "signed_for_agency": "Dana Crake", "signed_for_council": self.tom,
                "expires_on": since + dt.timedelta(days=365), "outcomes": "She sleeps through and goes to school.",
            } | fields  # fmt: skip
        return AgencyAgreement.objects.create(
            placement=placement, agency=agency or self.agency, started_on=since, recorded_by=self.amy, **fields
        )

    def shift(self, placement, day: dt.date, *, kind="day", hours=None, published=True, leader=None) -> Shift:
        """A published shift: 08:00 to 20:00 by day, 20:00 to 08:00 by night, unless hours=(from, until) says otherwise."""
        begins, ends = hours or ((8, 20) if kind == "day" else (20, 8))
        return Shift.objects.create(
            placement=placement, kind=kind, starts_at=at(day, begins), leader=leader, drafted_by=self.amy,
            ends_at=at(day if ends > begins else day + dt.timedelta(days=1), ends),
            published_at=at(day - dt.timedelta(days=7)) if published else None, published_by=self.amy if published else None,
        )  # fmt: skip

    def puts(self, carer, shift, *, agency=None, **fields) -> Assignment:
        """Put a carer on a shift, as the database lets anyone."""
        fields = {"starts_at": shift.starts_at, "ends_at": shift.ends_at, "assigned_by": self.amy} | fields
        return Assignment.objects.create(shift=shift, carer=carer, agency=agency or self.agency, **fields)
