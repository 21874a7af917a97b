"""The return's placement codes, by collection year (1 April to 31 March), and what they mean to the rules.

The DfE changes the set: P2 and H5 gave way to K3 as supported accommodation came under registration on 28 October 2023,
and Z1 was split into Z11 to Z14 in 2025-26. A placement keeps the code that was right on the day it started.
"""

import datetime as dt

# code: (label, first day it may start, last day it may start)
ALWAYS = dt.date(2000, 4, 1), dt.date.max
TYPES: dict[str, tuple[str, dt.date, dt.date]] = {
    "A3": ("Placed for adoption with current foster carer, with consent", *ALWAYS),
    "A4": ("Placed for adoption not with current foster carer, with consent", *ALWAYS),
    "A5": ("Placed for adoption with current foster carer, placement order", *ALWAYS),
    "A6": ("Placed for adoption not with current foster carer, placement order", *ALWAYS),
    "H5": ("Semi-independent living, not subject to children’s homes regulations", ALWAYS[0], dt.date(2024, 3, 31)),
    "K1": ("Secure children’s home", *ALWAYS),
    "K2": ("Children’s home", *ALWAYS),
    "K3": ("Supported accommodation", dt.date(2023, 10, 28), dt.date.max),
    "P1": ("Placed with own parents", *ALWAYS),
    "P2": ("Independent living", ALWAYS[0], dt.date(2023, 10, 27)),
    "P3": ("Residential employment", *ALWAYS),
    "R1": ("Residential care home", *ALWAYS),
    "R2": ("NHS or health establishment", *ALWAYS),
    "R3": ("Family centre or mother and baby unit", *ALWAYS),
    "R5": ("Young offender institution", *ALWAYS),
    "S1": ("Residential school", *ALWAYS),
    "T0": ("Temporary move: all types", *ALWAYS),
    "T1": ("Temporary move: hospital", *ALWAYS),
    "T2": ("Temporary move: holiday", *ALWAYS),
    "T3": ("Temporary move: carer’s holiday", *ALWAYS),
    "T4": ("Temporary accommodation for seven days or less", *ALWAYS),
    "U1": ("Foster care with relative or friend, long term", *ALWAYS),
    "U2": ("Foster care with relative or friend, also approved for adoption", *ALWAYS),
    "U3": ("Foster care with relative or friend, not long term", *ALWAYS),
    "U4": ("Foster care, long term", *ALWAYS),
    "U5": ("Foster care, also approved for adoption", *ALWAYS),
    "U6": ("Foster care, not long term", *ALWAYS),
    "Z1": ("Other placement", ALWAYS[0], dt.date(2025, 3, 31)),
    "Z11": ("Other placement (Z11)", dt.date(2025, 4, 1), dt.date.max),
    "Z12": ("Other placement (Z12)", dt.date(2025, 4, 1), dt.date.max),
    "Z13": ("Other placement (Z13)", dt.date(2025, 4, 1), dt.date.max),
    "Z14": ("Other placement (Z14)", dt.date(2025, 4, 1), dt.date.max),
}
CHOICES = [(code, f"{code}: {label}") for code, (label, _, _) in TYPES.items()]

FOSTER = ("U1", "U2", "U3", "U4", "U5", "U6")
LONG_TERM = ("U1", "U4")
FOR_ADOPTION = ("A3", "A4", "A5", "A6")
WITH_PARENTS = ("P1",)
SECURE = ("K1",)

# Where somebody is employed to care for her, so there must be somebody who manages and a daily log.
RESIDENTIAL = ("K1", "K2", "K3", "H5", "R1", "R3", "S1", "Z1", "Z11", "Z12", "Z13", "Z14")

# Where there is no home to be registered: a family's own, or a young offender institution, which the Prison Service runs.
NO_HOME = (*FOSTER, *FOR_ADOPTION, *WITH_PARENTS, "R5")

# "Other arrangements" by their nature (Children Act 1989 s22C(6)(d)) that regulation 27A does not excuse under 16.
OTHER_ARRANGEMENTS = ("H5", "K3", "P2", "P3", "Z1", "Z11", "Z12", "Z13", "Z14")

PROVIDER_KIND = [
    ("PR0", "Parent or person with parental responsibility"),
    ("PR1", "Own provision"),
    ("PR2", "Another local authority"),
    ("PR3", "Other public provision"),
    ("PR4", "Private provision"),
    ("PR5", "Voluntary provision"),
]

REASON_FOR_CHANGE = [
    ("CARPL", "Change to or implementation of the care plan"),
    ("CLOSE", "Resource closed"),
    ("ALLEG", "Allegation (section 47)"),
    ("STAND", "Standards of care concern"),
    ("APPRR", "Approval removed"),
    ("CREQB", "Carer asked, because of the child’s behaviour"),
    ("CREQO", "Carer asked, for another reason"),
    ("CHILD", "Child asked"),
    ("LAREQ", "Responsible or area authority asked"),
    ("PLACE", "Change in the status of the placement only"),
    ("CUSTOD", "Custody arrangement"),
    ("OTHER", "Other"),
]


def valid_on(code: str, day: dt.date) -> bool:
    """Whether a placement starting on `day` could be given this code."""
    if code not in TYPES:
        return False
    _, first, last = TYPES[code]
    return first <= day <= last
