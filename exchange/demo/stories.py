"""The invented children of the demonstration: what each placement is like, told as data.

Days are counted back from the day the demonstration is loaded. Teya's is the placement going wrong: an emergency move
into an unregistered house under a deprivation of liberty order, visited as the law asks and no more, with no manager,
few logs and an authorisation that has run out, and carers from a list (rotas.py). Leah's is one going well.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class House:
    key: str
    name: str
    provider: str
    status: str = "registered"
    registered_for: str = "childrens_home"
    regulator: str = "ofsted"
    number: str = ""
    council: str = "north"


HOUSES = [
    House("beacon", "Beacon House", "Harbour Light Care", number="SC900101"),
    House("moorings", "The Moorings", "Harbour Light Care", status="not_registered"),
    House("fern", "Fernbank Lodge", "Fernbank Homes", number="SC900102"),
    House("willow", "Willow Bank", "Fernbank Homes", number="SC900103"),
    House("annexe", "The Annexe", "Fernbank Homes", status="not_known"),
    House(
        "kite",
        "Kite Court",
        "Kite Supported Living",
        registered_for="supported_living",
        regulator="cqc",
        number="1-900104",
    ),
    House("tern", "Tern House", "Kite Supported Living", registered_for="supported_accommodation", number="2790105"),
    House("gables", "The Gables Secure Unit", "Fernbank Homes", registered_for="secure_home", number="SC900107"),
    House("southlodge", "South Lodge", "Fernbank Homes", number="SC900106", council="south"),
]


@dataclass(frozen=True)
class Story:
    """One child. `visits` are days ago, newest last; a tuple adds (days ago, by whom, outcome, announced, hour)."""

    forename: str
    surname: str
    sex: str
    age: int
    ethnicity: str
    worker: str
    type: str
    placed: int  # days ago
    house: str = ""
    provider: str = ""
    known_as: str = ""
    about: str = ""
    in_care: int = 400  # days ago
    legal_status: str = "C2"
    until_18: bool = False
    emergency_hour: int | None = None
    manager: str = ""
    manager_left: int | None = None  # days ago
    dol: tuple[int, int] | None = None  # starts days ago, expires days from now
    ratio: int | None = None
    authorised: tuple[int, ...] = ()  # days ago; each for seven days
    visits: tuple = ()
    logs_missing: tuple[int, ...] = ()  # days ago
    no_logs: bool = False
    allocated: tuple[tuple[str, str], ...] = ()  # (person, part)
    workers_before: tuple[tuple[str, int], ...] = ()  # social workers who left, each with the days since
    meets: bool = False  # the people round the child meet, again and again: told in meetings.py
    rota: str = ""  # "well" or "badly": who cares for her is told in rotas.py
    plans: str = ""  # "well", "badly" or "in part": what was planned and paid for is told in plans.py
    decisions: tuple[tuple[int, str, str, str], ...] = ()  # days ago, what, why, who
    before: tuple[
        tuple[str, str, int, str], ...
    ] = ()  # earlier placements: type, house, started days ago, why it ended


VISIT_WORDS = [
    "I like it when someone asks me first.",
    "School is better this week. We made bread.",
    "I want to see my brother more.",
    "The new room is good. It is quiet.",
    "Nobody told me about the meeting.",
    "I am all right. Can we go to the beach again?",
]

STORIES = [
    Story(
        "Teya", "Marlowe", "F", 15, "MWBC", "amy", "Z12", 61, house="moorings", known_as="Tey", in_care=2100, legal_status="C2",
        about="Loves dancehall and doing other people’s hair; cooks better than any of us. Privacy matters to her: ask before you write.",
        emergency_hour=16, manager="Rowan Teasel", manager_left=47, dol=(61, 29), ratio=5,
        authorised=(61, 54, 47, 40, 33, 26, 19),
        visits=((56, "amy", "seen", True, 11), (18, "amy", "seen", True, 11),
                (12, "greta", "seen_alone", True, 15)),
        logs_missing=(44, 43, 41, 38, 37, 36, 33, 31, 30, 29, 28, 26, 25, 22, 21, 17, 16, 15, 12, 11, 9, 8, 7, 5, 4, 3, 2, 1),
        allocated=(("ines", "iro"), ("carl", "commissioner"), ("lola", "legal"), ("greta", "partner"), ("pete", "partner"),
                   ("nell", "partner"), ("ava", "advocate"), ("jude", "second_worker"), ("amy", "lead_day_to_day")),
        workers_before=(("ben", 170), ("mo", 75)), rota="badly", plans="badly", meets=True,
        decisions=((61, "Move to The Moorings as an emergency", "Her last home gave 48 hours’ notice and no registered home would take her.",
                    "dora"),),
        before=(("U6", "", 2100, "CREQB"), ("K2", "fern", 900, "CREQB"), ("K1", "gables", 240, "CREQO")),
    ),
    Story(
        "Callum", "Ashby", "M", 15, "WBRI", "amy", "K2", 210, house="beacon", in_care=900, manager="Maya Redstart",
        about="Mad about trains; knows every timetable on the coast line.",
        visits=(205, 170, 130, 90, 50, 12), allocated=(("ines", "iro"),), plans="in part",
    ),
    Story(
        "Rosie", "Penhale", "F", 11, "WBRI", "amy", "U4", 700, provider="Northfield Fostering", in_care=1100, until_18=True,
        about="Keeps hens. Reads under the covers.", visits=(600, 520, 435, 350, 260, 170, 80), allocated=(("ines", "iro"),),
    ),
    Story("Idris", "Calloway", "M", 9, "BAFR", "amy", "U6", 120, provider="Northfield Fostering", visits=(115, 80, 50),
          about="Draws dragons on everything.", allocated=(("will", "iro"),)),
    Story("Mina", "Farrow", "F", 13, "AIND", "amy", "U6", 5, provider="Northfield Fostering", in_care=5, legal_status="V2",
          about="New into care this week. Wants her cat."),
    Story("Jonah", "Tilley", "M", 16, "WBRI", "ben", "K3", 95, house="tern", in_care=1500, manager="Grace Burnet",
          visits=(90, 55, 20), allocated=(("will", "iro"),)),
    Story("Leah", "Osgood", "F", 16, "WBRI", "ben", "Z13", 33, house="kite", in_care=800, manager="Ade Campion", dol=(33, 62),
          ratio=2, rota="well", plans="well", meets=True, about="Training to be a lifeguard.",
          visits=(31, 24, 17, 10, 3, (28, "tom", "seen_alone", True, 14), (5, "tom", "seen", True, 14),
                  (26, "hana", "seen_alone", True, 10), (22, "ben", "seen", False, 23), (14, "ben", "seen_alone", False, 18)),
          allocated=(("ines", "iro"), ("carl", "commissioner"), ("ben", "lead_day_to_day"), ("tom", "lead_long_term"))),
    Story("Samir", "Holt", "M", 14, "APKN", "gwen", "K2", 330, house="fern", in_care=700, manager="Esther Vetch",
          visits=(325, 290, 250, 215, 180, 140, 100, 62), logs_missing=(1, 2)),
    Story("Daisy", "Lovell", "F", 12, "WBRI", "chidi", "K2", 45, house="annexe", in_care=45, legal_status="C1", manager="Lena Godwit",
          visits=(40, 8)),
    Story("Noor", "Ellery", "F", 17, "BAFR", "tess", "K3", 150, house="tern", in_care=2000, manager="Grace Burnet",
          visits=(145, 110, 70, 30)),
    Story("Ellis", "Varley", "M", 10, "MWAS", "chidi", "U6", 260, provider="Northfield Fostering", visits=(255, 215, 175, 140, 98)),
    Story("Beth", "Rudge", "F", 8, "WBRI", "farah", "P1", 90, in_care=400, visits=(85, 60)),
]  # fmt: skip

# The rest of the service, doing quietly well: (forename, surname, sex, age, ethnicity, worker, type, days, where).
QUIET = [
    ("Aaron", "Pike", "M", 6, "WBRI", "hugo", "U6", 400), ("Abi", "Quayle", "F", 14, "WBRI", "isla", "U4", 900),
    ("Bilal", "Rennie", "M", 12, "APKN", "jude", "U6", 75), ("Cerys", "Stopes", "F", 9, "WBRI", "kofi", "U1", 500),
    ("Dev", "Tranter", "M", 15, "AIND", "leila", "U6", 310), ("Effie", "Underhill", "F", 3, "WBRI", "mo", "A5", 60),
    ("Femi", "Vance", "M", 11, "BAFR", "nadia", "U4", 1300), ("Gala", "Winter", "F", 16, "WOTH", "uma", "K3", 200),
    ("Hari", "Yarrow", "M", 13, "AIND", "owen", "U6", 140), ("Iona", "Abbot", "F", 7, "WBRI", "ben", "U6", 220),
    ("Jaya", "Birtles", "F", 10, "MWAS", "chidi", "U6", 35), ("Kit", "Cobley", "M", 12, "WBRI", "farah", "U4", 820),
    ("Lowri", "Dacre", "F", 15, "WBRI", "gwen", "K2", 160), ("Manny", "Eves", "M", 8, "BCRB", "hugo", "U6", 450),
    ("Nia", "Forrest", "F", 14, "MWBC", "isla", "U6", 90), ("Otis", "Gale", "M", 5, "WBRI", "jude", "U2", 300),
    ("Polly", "Hallam", "F", 11, "WBRI", "kofi", "U6", 180), ("Quinn", "Ide", "M", 17, "WBRI", "tess", "U4", 640),
    ("Reza", "Jessop", "M", 16, "OOTH", "uma", "K3", 260), ("Skye", "Kemble", "F", 13, "WBRI", "leila", "U6", 30),
]  # fmt: skip
QUIET_SOUTH = [
    ("Tariq", "Lisle", "M", 14, "ABAN", "zoe", "K2", 300), ("Una", "Mallory", "F", 10, "WBRI", "zoe", "U6", 500),
    ("Vinny", "Nash", "M", 7, "WBRI", "vik", "U6", 130), ("Wren", "Oakley", "F", 12, "WBRI", "vik", "U4", 950),
    ("Yusuf", "Prior", "M", 15, "BAFR", "zoe", "U6", 60), ("Zara", "Quill", "F", 9, "AOTH", "zoe", "U6", 210),
    ("Alfie", "Rowe", "M", 13, "WBRI", "vik", "U6", 95), ("Bryony", "Sayer", "F", 16, "WBRI", "vik", "U6", 70),
]  # fmt: skip
