"""The fields of a placement referral that other councils and providers use too.

Names, descriptions and options are facts taken from the Placements Data Standard, version 2 of 18 July 2025
(SocialCareData/placements-standard, commit 7024bf5, placements.json), used under the MIT licence.
"""

from typing import NamedTuple

RISK = ("No known risk", "Risk present")
SUITABILITY = ("Preferred", "Suitable but not preferred", "Unsuitable", "Not specified")


class Field(NamedTuple):
    name: str  # the standard's, as it is sent to others
    label: str
    options: tuple[str, ...] = ()  # none: free text


SECTIONS: dict[str, tuple[Field, ...]] = {
    "What is looked for": (
        Field("neededBy", "When is a place needed?", ("Today", "In less than 5 days", "In more than 5 days")),
        Field("siblingCount", "How many siblings are to be placed together?"),
        Field("preferredLocation", "Where is a home looked for?"),
        Field(
            "livingCompanions",
            "With whom can the child live?",
            (
                "Solo placement recommended", "With other children recommended", "Only with other older children",
                "Only with other younger children", "No preference",
            ),
        ),
        Field("pets", "Can the child live with animals?", ("Yes, must", "Yes, can", "No", "Not known")),
        Field("homeAdaptation", "Does the home need to be adapted?", ("Yes", "No")),
        Field("deprivationOfLiberty", "Is there a deprivation of liberty order?", ("Yes", "No")),
        Field("culturalNeeds", "Cultural needs", ("Required", "Not required", "Not known", "Other")),
        Field(
            "specificCommunicationRequirements",
            "Communication and language",
            ("English as another language", "British Sign Language", "Makaton", "Other", "None"),
        ),
        Field(
            "additionalSupport",
            "Other support",
            ("Additional supervision", "Therapeutic support", "A worker for respite", "Taxis to school", "None", "Other"),
        ),
    ),
    "What kind of home suits": (
        Field("fosterCareSuitability", "Foster care", SUITABILITY),
        Field("residentialCareSuitability", "Residential care", SUITABILITY),
        Field("supportedAccommodationSuitability", "Supported accommodation", SUITABILITY),
    ),
    "Risks to the child": (
        Field("riskSelfHarm", "Self-harm", RISK),
        Field("riskSexualExploitation", "Sexual exploitation", RISK),
        Field("riskCriminalExploitation", "Criminal exploitation", RISK),
        Field("riskDrugAlcohol", "Drugs and alcohol", RISK),
        Field("riskEatingDisorder", "Eating disorder", RISK),
        Field("riskMissing", "Going missing", RISK),
    ),
    "Risks to others or property": (
        Field("riskToOthersPhysical", "Physical harm", RISK),
        Field("riskToOthersSexual", "Sexual harm", RISK),
        Field("riskToOthersFire", "Fire-setting", RISK),
        Field("riskToOthersAnimals", "Harm to animals", RISK),
        Field("riskToOthersCriminal", "Criminal exploitation", RISK),
    ),
}  # fmt: skip
FIELDS = {field.name: field for fields in SECTIONS.values() for field in fields}


def in_words(answers: dict[str, str]) -> list[tuple[str, str]]:
    """What was answered, each with its label, in the order of the form."""
    return [(field.label, answers[name]) for name, field in FIELDS.items() if answers.get(name)]
