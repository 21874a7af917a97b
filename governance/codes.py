"""What a meeting is made of, in the field's own words: who must be asked to it, and what it looks at."""

# Who a meeting about a child needs. The stored value is a stable code.
PARTS = [
    ("chair", "Chair"),
    ("social_worker", "Social worker"),
    ("placement_manager", "Placement manager"),
    ("agency", "Care agency"),
    ("health", "Children in care health"),
    ("send", "Special educational needs service"),
    ("virtual_school", "Virtual school"),
    ("police", "Police"),
    ("iro", "Independent reviewing officer"),
    ("commissioner", "Commissioner"),
    ("guardian", "Children’s guardian"),
    ("parent", "Parent"),
    ("advocate", "Advocate"),
    ("other", "Other"),
]
REQUIRABLE = [(code, label) for code, label in PARTS if code not in ("chair", "other")]

# A local matrix, not law: who is always asked, by what the meeting is about. Leaving one out needs a reason.
OF_EVERY_CHILD = ("social_worker", "health", "virtual_school", "iro")
WHERE_STAFF_CARE = ("placement_manager", "agency", "police", "commissioner", "advocate")
OF_A_PANEL = ("social_worker", "health", "send", "virtual_school", "iro", "commissioner")
WITH_A_PLAN = "send"  # where the child has an education, health and care plan, or nobody has said that there is none
UNDER_AN_ORDER = "guardian"

# The agencies that make a meeting one of several, and for which of them each part speaks. The provider whose care is
# looked at makes none, and neither does the family.
AGENCIES = [
    ("social_care", "Children’s social care"),
    ("health", "Health"),
    ("education", "Education: the school, the virtual school or special educational needs"),
    ("police", "Police"),
    ("guardian", "Children’s guardian"),
    ("advocate", "Advocacy"),
    ("other", "Another agency, named below"),
]
SPEAK_FOR = {
    "social_care": ("chair", "social_worker", "iro", "commissioner"),
    "health": ("health",),
    "education": ("virtual_school", "send"),
    "police": ("police",),
    "guardian": ("guardian",),
    "advocate": ("advocate",),
}
SEVERAL = 2  # agencies

# The whole of a child's life, so that no meeting looks at the care she is given and nothing else; each with what to ask.
SECTIONS = [
    ("safety", "Safety"),
    ("care", "Care"),
    ("health", "Health"),
    ("education", "Education"),
    ("identity", "Identity"),
    ("voice", "The child’s voice"),
    ("other", "Anything else"),
]
PROMPTS = {
    "safety": "What could hurt the child this week, and who is watching for it?",
    "care": "Who cares for the child, and is that working?",
    "health": "Body and mind: what health professionals see, and what they advise.",
    "education": "School, the education plan, and what is missing.",
    "identity": "Family, friends, culture, faith: who the child is.",
    "voice": "What the child says about all this, in the child’s own words.",
    "other": "What does not fit above.",
}
WHOLE_CHILD = tuple(code for code, _ in SECTIONS if code != "other")
