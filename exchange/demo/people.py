"""The invented councils, teams and staff of the demonstration, with a named sign-in for every role."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from core import clock
from core.access import PartnerKind, Role
from core.models import Authority, Team, User
from placements.models import Provider, ProviderPost

PASSWORD = "harbour-lantern-meadow"  # noqa: S105 - printed for whoever tries the demonstration


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    role: str
    team: str = ""
    partner_kind: str = ""
    provider: str = ""
    temporary: bool = False
    newly_qualified: bool = False

    def email(self, council: str) -> str:
        """The invented address: at the provider's own domain for its people."""
        domain = self.provider.split()[0].lower() if self.provider else council
        return f"{self.key}@{domain}.example"


SERVICE = "Children in care service"
TEAMS = ["Children in care team 1", "Children in care team 2", "Children in care team 3", "Leaving care team"]

# One sign-in for every role: these are the people the README names.
NORTH = [
    Person("amy", "Amy Sparrow", Role.SOCIAL_WORKER, TEAMS[0]),
    Person("tom", "Tom Heron", Role.TEAM_MANAGER, TEAMS[0]),
    Person("hana", "Hana Finch", Role.HEAD_OF_SERVICE, SERVICE),
    Person("carl", "Carl Rook", Role.COMMISSIONER),
    Person("ines", "Ines Swift", Role.IRO),
    Person("lee", "Lee Martin", Role.LADO),
    Person("sal", "Sal Plover", Role.SAFEGUARDING_LEAD),
    Person("dee", "Dee Osprey", Role.DIRECTOR),
    Person("dora", "Dora Kestrel", Role.DCS),
    Person("lola", "Lola Dunlin", Role.LEGAL),
    Person("paul", "Paul Bunting", Role.PROVIDER_MANAGER, provider="Harbour Light Care"),
    Person("priya", "Priya Lark", Role.SHIFT_LEADER, provider="Harbour Light Care"),
    Person("greta", "Greta Siskin", Role.PARTNER, partner_kind=PartnerKind.GUARDIAN),
    Person("pete", "Pete Gannet", Role.PARTNER, partner_kind=PartnerKind.POLICE),
    Person("nell", "Nell Avocet", Role.PARTNER, partner_kind=PartnerKind.HEALTH),
    Person("vera", "Vera Nuthatch", Role.PARTNER, partner_kind=PartnerKind.VIRTUAL_SCHOOL),
    Person("edie", "Edie Crossbill", Role.PARTNER, partner_kind=PartnerKind.EDUCATION),
    Person("ava", "Ava Linnet", Role.ADVOCATE),
    Person("nina", "Nina Stork", Role.SCRUTINEER),
    Person("sam", "Sam Coot", Role.SYSTEM_ADMINISTRATOR),
]
# Their colleagues. Team 2's manager has left and nobody has been appointed: its flags go to the next person up.
COLLEAGUES = [
    *[
        Person(
            name.split()[0].lower(), name, Role.SOCIAL_WORKER, TEAMS[number % 3],
            temporary=name.startswith("Gwen"), newly_qualified=name.startswith("Jude"),
        )
        for number, name in enumerate(
            [
                "Ben Wren", "Chidi Dipper", "Farah Redpoll", "Gwen Whimbrel", "Hugo Sanderling", "Isla Turnstone",
                "Jude Wigeon", "Kofi Garganey", "Leila Pochard", "Mo Goldeneye", "Nadia Smew", "Owen Knot",
            ]
        )
    ],
    Person("rosa", "Rosa Wheatear", Role.TEAM_MANAGER, TEAMS[2]),
    Person("sunil", "Sunil Stonechat", Role.TEAM_MANAGER, TEAMS[3]),
    Person("tess", "Tess Whinchat", Role.SOCIAL_WORKER, TEAMS[3]),
    Person("uma", "Uma Fieldfare", Role.SOCIAL_WORKER, TEAMS[3]),
    Person("will", "Will Redwing", Role.IRO),
    Person("yara", "Yara Brambling", Role.IRO),
    Person("zack", "Zack Twite", Role.COMMISSIONER),
    Person("anya", "Anya Chough", Role.LEGAL),
    Person("bea", "Bea Hobby", Role.ADVOCATE),
    Person("cora", "Cora Merlin", Role.DIRECTOR),
    *[
        Person(name.split()[0].lower(), name, Role.SHIFT_LEADER, provider=provider)
        for name, provider in [
            ("Dan Fulmar", "Harbour Light Care"), ("Esi Petrel", "Harbour Light Care"), ("Flo Skua", "Harbour Light Care"),
            ("Gil Puffin", "Fernbank Homes"), ("Hope Razorbill", "Fernbank Homes"), ("Ivo Guillemot", "Fernbank Homes"),
            ("Joss Tern", "Kite Supported Living"), ("Kim Curlew", "Kite Supported Living"),
        ]
    ],
    Person("lena", "Lena Godwit", Role.PROVIDER_MANAGER, provider="Fernbank Homes"),
    Person("max", "Max Ruff", Role.PROVIDER_MANAGER, provider="Kite Supported Living"),
]  # fmt: skip
SOUTH = [
    Person("zoe", "Zoe Teal", Role.SOCIAL_WORKER, TEAMS[0]),
    Person("todd", "Todd Shrike", Role.TEAM_MANAGER, TEAMS[0]),
    Person("vik", "Vik Bittern", Role.SOCIAL_WORKER, TEAMS[0]),
    Person("wanda", "Wanda Egret", Role.HEAD_OF_SERVICE, SERVICE),
    Person("xan", "Xan Crake", Role.IRO),
    Person("duncan", "Duncan Pipit", Role.DCS),
    Person("saskia", "Saskia Eider", Role.SYSTEM_ADMINISTRATOR),
    Person("rhys", "Rhys Dotterel", Role.COMMISSIONER),
]
COUNCILS = [("901", "North Vale", "north", [*NORTH, *COLLEAGUES]), ("902", "South Mere", "south", SOUTH)]
SOUTH_TOO = "Fernbank Homes"  # has children of both councils, each of which has appointed its people
SINCE = dt.timedelta(days=900)
PROVIDERS = ["Harbour Light Care", "Fernbank Homes", "Kite Supported Living", "Northfield Fostering"]


def make_people(*, on: dt.date) -> dict[str, User]:
    """Councils, teams, providers and accounts. Returns the accounts by key; the keys are unique over both councils."""
    people: dict[str, User] = {}
    password = make_password(PASSWORD)
    providers = {name: Provider.objects.create(name=name) for name in PROVIDERS}
    for code, name, domain, staff in COUNCILS:
        authority = Authority.objects.create(code=code, name=name)
        service = Team.objects.create(authority=authority, name=SERVICE)
        teams = {SERVICE: service}
        for team in TEAMS:
            teams[team] = Team.objects.create(authority=authority, name=team, part_of=service)
        for person in staff:
            account = User.objects.create(
                email=person.email(domain),
                password=password,  # hashed once for all of them: hashing is slow by design
                name=person.name,
                role=person.role,
                team=teams.get(person.team),
                authority=None if person.provider else authority,
                partner_kind=person.partner_kind,
                terms=User.Terms.TEMPORARY if person.temporary else User.Terms.PERMANENT,
                newly_qualified_until=on + dt.timedelta(days=200) if person.newly_qualified else None,
                password_set_at=clock.at_local(on - SINCE, dt.time(9)),
            )
            people[person.key] = account
            if person.provider:
                post = ProviderPost(provider=providers[person.provider], person=account, started_on=on - SINCE)
                post.authority = authority
                post.save()
    for post in ProviderPost.objects.filter(provider__name=SOUTH_TOO):
        ProviderPost.objects.create(
            provider=post.provider, person=post.person, authority=authority, started_on=post.started_on
        )
    return people


def sign_ins() -> list[tuple[str, str, str]]:
    """Role, name and e-mail address of one account for each role, then two from the other council."""
    rows = []
    for person in NORTH:
        role = Role(person.role).label
        if person.partner_kind:
            role += f" ({PartnerKind(person.partner_kind).label.lower()})"
        rows.append((role, person.name, person.email("north")))
    rows += [(f"{Role(p.role).label}, South Mere", p.name, p.email("south")) for p in SOUTH[:2]]
    return rows
