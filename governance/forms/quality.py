"""The form of a quality-assurance visit: what it asks depends on the kind of visit, and begins where the last one ended."""

from collections.abc import Iterable
from typing import Any

from core import clock, forms
from core.models import User
from governance.models.quality import CULTURE, PREMISES, QualityAddition, QualityScore, QualityVisit, QualityVisitor
from governance.policies import quality as policies
from placements.models import Placement

Kind, Score = QualityVisit.Kind, QualityScore.Score
MET = [(Score.MET, "Met"), (Score.PART, "In part"), (Score.NOT_MET, "Not met")]
ENDED = [(Score.ENDED, "Ended")]  # of what an earlier visit judged
SIGNS = [(Score.MET, "No sign of it"), (Score.PART, "Some signs"), (Score.NOT_MET, "Plainly there")]
SUITABLE = [(Score.MET, "Yes, suitable"), (Score.NOT_MET, "No")]
# How many rows, where there are not 2 visitors and 3 findings.
VISITORS: dict[str, int] = {Kind.MULTI_AGENCY: 3}
FINDINGS: dict[str, int] = {Kind.PREMISES: 1}
FEWEST, MORE, MOST = 4, 2, 20
VALUE = ("weekly_cost", "staff_to_one", "hours_paid", "hours_delivered")


class RecordVisit(forms.Form):
    """What a visit of one kind found. Needs and outcomes of the last such visit are there already, to be scored again or
    ended, and those of the referral profile and of what the placement agreed to."""

    occurred_at = forms.DateTimeField(label="When was the visit?", noun="date and time of the visit")
    announced = forms.YesNoField(
        label="Did they know you were coming?",
        yes="Yes, it was announced",
        no="No, it was unannounced",
        error_messages={"required": "Select whether the visit was announced"},
    )
    summary = forms.TextAreaField(label="What did you find?", noun="what was found", rows=4)

    def __init__(self, *args: Any, kind: str, placement: Placement, **kwargs: Any) -> None:
        self.kind = kind
        self.owners: dict[str, User] = {str(user.pk): user for user in policies.owners_for(placement)}
        self.lines = policies.earlier_lines(placement, kind)
        self.earlier = {part: len(lines) for part, lines in self.lines.items()}
        for part, planned in policies.planned_lines(placement, clock.local_date(clock.now())).items():
            there = {line.casefold() for line in self.lines[part]}
            self.lines[part] += [line for line in planned if line.casefold() not in there]
            del self.lines[part][max(MOST - MORE, self.earlier[part]) :]
        kwargs["initial"] = self._as_before() | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.sections: list[tuple[str, list[str]]] = []
        self._ask_visitors()
        for part in policies.JUDGES[kind]:
            getattr(self, f"_ask_{part}")()
        self._ask_findings()

    # --- what is asked ------------------------------------------------------------------------------------------------

    def _ask(self, heading: str, fields: dict[str, Any]) -> None:
        for name, field in fields.items():
            self.fields[name] = field
            self._prepare(name, field)
        self.sections.append((heading, list(fields)))

    def _ask_visitors(self) -> None:
        fields: dict[str, Any] = {}
        for n in range(1, VISITORS.get(self.kind, 2) + 1):
            who = f"Visitor {n}"
            fields |= {
                f"visitor_{n}_name": forms.TextField(
                    label=f"{who}: name", noun=f"name of visitor {n}", max_length=150, required=n == 1
                ),
                f"visitor_{n}_post": forms.TextField(
                    label=f"{who}: post", noun=f"post of visitor {n}", max_length=150, required=n == 1
                ),
                f"visitor_{n}_qualification": forms.TextField(
                    label=f"{who}: what qualifies them to judge this",
                    noun=f"what qualifies visitor {n}",
                    required=n == 1,
                ),
                f"visitor_{n}_sector": forms.SelectField(
                    label=f"{who}: from",
                    noun=f"where visitor {n} is from",
                    choices=[("", "Select one"), *QualityVisitor.Sector.choices],
                    required=n == 1,
                ),
            }
        self._ask("Who visited", fields)

    def _ask_needs(self) -> None:
        fields: dict[str, Any] = {}
        for n in range(1, self._rows(QualityScore.Part.NEED) + 1):
            fields |= {
                f"need_{n}": forms.TextField(
                    label=f"Need {n}", hint="As the plan says it." if n == 1 else "", max_length=300, required=n == 1
                ),
                f"need_{n}_score": forms.RadiosField(
                    label=f"Need {n}: is it met here?",
                    noun=f"how far need {n} is met",
                    choices=self._marks(QualityScore.Part.NEED, n),
                    required=n == 1,
                    inline=True,
                ),
                f"need_{n}_evidence": forms.TextField(
                    label=f"Need {n}: what shows that?",
                    hint=self._why(QualityScore.Part.NEED, n),
                    required=False,
                    max_length=1000,
                ),
            }
        self._ask("The needs in the plan", fields)

    def _ask_outcomes(self) -> None:
        fields: dict[str, Any] = {}
        for n in range(1, self._rows(QualityScore.Part.OUTCOME) + 1):
            fields |= {
                f"outcome_{n}": forms.TextField(
                    label=f"Outcome {n}",
                    hint="What the placement is to achieve for the child." if n == 1 else "",
                    max_length=300,
                    required=n == 1,
                ),
                f"outcome_{n}_score": forms.RadiosField(
                    label=f"Outcome {n}: is it reached?",
                    noun=f"how far outcome {n} is met",
                    choices=self._marks(QualityScore.Part.OUTCOME, n),
                    required=n == 1,
                    inline=True,
                ),
                f"outcome_{n}_evidence": forms.TextField(
                    label=f"Outcome {n}: what shows that?",
                    hint=self._why(QualityScore.Part.OUTCOME, n),
                    noun=f"what shows how far outcome {n} is reached",
                    required=n == 1,
                    max_length=1000,
                ),
                f"outcome_{n}_on": forms.DateField(
                    label=f"Outcome {n}: date of that evidence",
                    noun=f"date of the evidence for outcome {n}",
                    hint="",
                    required=n == 1,
                ),
            }
        self._ask("The outcomes in the plan", fields)

    def _ask_culture(self) -> None:
        fields: dict[str, Any] = {}
        for code, words in CULTURE.items():
            fields[f"culture_{code}"] = forms.RadiosField(
                label=words, noun=f"whether there is {words[0].lower()}{words[1:]}", choices=SIGNS, inline=True
            )
            fields[f"culture_{code}_evidence"] = forms.TextField(
                label=f"What shows that? ({code.replace('_', ' ')})", required=False, max_length=1000
            )
        self._ask("Signs of a closed culture", fields)

    def _ask_premises(self) -> None:
        fields: dict[str, Any] = {}
        for code, words in PREMISES.items():
            food = code == "kitchen"
            fields[f"premises_{code}"] = forms.RadiosField(
                label=words if code in ("kitchen", "bedroom", "safety") else f"{words}: is it low enough?",
                noun=f"whether this is suitable: {words[0].lower()}{words[1:]}",
                choices=SUITABLE,
                reveals={Score.NOT_MET: f"premises_{code}_mitigation"},
            )
            fields[f"premises_{code}_mitigation"] = forms.TextAreaField(
                label="The food plan: how will the child eat well?" if food else "What makes up for it?",
                rows=2,
                required=False,
                counted=False,
                max_length=2000,
            )
        fields["unsuitable_owner"] = forms.SelectField(
            label="Who sees to what is not suitable?", choices=self._owner_choices(), required=False
        )
        fields["unsuitable_until"] = forms.DateField(
            label="Until when may that go on?",
            hint="The last day. The premises are checked again by then.",
            required=False,
        )
        self._ask("The premises", fields)

    def _ask_value(self) -> None:
        self._ask(
            "Value for money",
            {
                "weekly_cost": forms.NumberField(
                    label="What does a week cost, in pounds?", noun="cost of a week", min_value=0, max_value=1_000_000
                ),
                "staff_to_one": forms.NumberField(
                    label="How many staff to one child are paid for?", noun="number of staff paid for", min_value=0,
                    max_value=20, width=2,
                ),
                "hours_paid": forms.NumberField(
                    label="Staff hours paid for in a week", noun="hours paid for", min_value=0, max_value=5_000
                ),
                "hours_delivered": forms.NumberField(
                    label="Staff hours delivered in that week", noun="hours delivered", min_value=0, max_value=5_000
                ),
                "bought": forms.TextAreaField(
                    label="What does this buy for the child?", noun="what this buys for the child", rows=3, max_length=2000
                ),
            },
        )  # fmt: skip

    def _ask_findings(self) -> None:
        fields: dict[str, Any] = {}
        for n in range(1, FINDINGS.get(self.kind, 3) + 1):
            fields |= {
                f"finding_{n}": forms.TextField(
                    label=f"Finding {n}: what must change?", required=False, max_length=1000
                ),
                f"finding_{n}_measure": forms.TextField(
                    label=f"Finding {n}: how will you know that it is done?", required=False, max_length=1000
                ),
                f"finding_{n}_owner": forms.SelectField(
                    label=f"Finding {n}: who does it?", choices=self._owner_choices(), required=False
                ),
                f"finding_{n}_due": forms.DateField(label=f"Finding {n}: by when?", hint="", required=False),
            }
        self._ask("What must change", fields)

    def _owner_choices(self) -> list[tuple[str, str]]:
        people = [(pk, f"{user.name}, {user.get_role_display().lower()}") for pk, user in self.owners.items()]
        return [("", "Select one"), *people]

    def _rows(self, part: str) -> int:
        return max(FEWEST, len(self.lines[part]) + MORE)

    def _marks(self, part: str, n: int) -> list[Any]:
        """How a need or an outcome is marked: what an earlier visit judged may also have ended."""
        return MET + ENDED if n <= self.earlier[part] else MET

    def _why(self, part: str, n: int) -> str:
        return "If it has ended, why." if n <= self.earlier[part] else ""

    def _as_before(self) -> dict[str, Any]:
        """The needs and outcomes there are, unscored: each visit tests the same things, and what came since."""
        found: dict[str, Any] = {}
        if self.kind == Kind.MULTI_AGENCY:
            found |= {f"visitor_{n}_sector": sector for n, sector in enumerate(QualityVisitor.Sector.values, 1)}
        for part, lines in self.lines.items():
            found |= {f"{part}_{n}": about for n, about in enumerate(lines, 1)}
        return found

    # --- what was answered --------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        parts = policies.JUDGES[self.kind]
        given: dict[str, Any] = {name: data.get(name) for name in ("occurred_at", "announced", "summary")}
        given["visitors"] = list(self._visitors(data))
        if "needs" in parts:
            given["needs"] = list(self._judged(data, "need"))
        if "outcomes" in parts:
            given["outcomes"] = list(self._judged(data, "outcome"))
        if "culture" in parts:
            given["culture"] = [
                {
                    "about": code,
                    "score": data.get(f"culture_{code}", ""),
                    "evidence": data.get(f"culture_{code}_evidence", ""),
                }
                for code in CULTURE
            ]
        if "premises" in parts:
            given["premises"] = list(self._premises(data))
        if "value" in parts:
            given["value"] = {name: data.get(name) for name in VALUE} | {"outcome": data.get("bought", "")}
        given["findings"] = list(self._findings(data))
        return given

    def _visitors(self, data: dict[str, Any]) -> Iterable[dict[str, Any]]:
        for n in range(1, VISITORS.get(self.kind, 2) + 1):
            row = {name: data.get(f"visitor_{n}_{name}", "") for name in ("name", "post", "qualification", "sector")}
            if any(row[name].strip() for name in ("name", "post", "qualification")):
                self._complete(
                    {
                        f"visitor_{n}_name": (row["name"], f"Enter the name of visitor {n}"),
                        f"visitor_{n}_post": (row["post"], f"Enter the post of visitor {n}"),
                        f"visitor_{n}_qualification": (row["qualification"], f"Enter what qualifies visitor {n}"),
                        f"visitor_{n}_sector": (row["sector"], f"Select where visitor {n} is from"),
                    }
                )
                yield row

    def _judged(self, data: dict[str, Any], word: str) -> Iterable[dict[str, Any]]:
        for n in range(1, self._rows(word) + 1):
            about, score = data.get(f"{word}_{n}", "").strip(), data.get(f"{word}_{n}_score", "")
            evidence, on = data.get(f"{word}_{n}_evidence", "").strip(), data.get(f"{word}_{n}_on")
            if not (about or score or evidence):
                continue
            needed: dict[str, tuple[Any, str]] = {
                f"{word}_{n}": (about, f"Enter {word} {n}"),
                f"{word}_{n}_score": (score, f"Select how far {word} {n} is met"),
            }
            row = {"about": about, "score": score, "evidence": evidence}
            if score == Score.ENDED:
                needed[f"{word}_{n}_evidence"] = (evidence, f"Enter why {word} {n} has ended")
            if word == "outcome":
                needed[f"{word}_{n}_evidence"] = (evidence, f"Enter what shows how far outcome {n} is reached")
                needed[f"{word}_{n}_on"] = (on, f"Enter the date of the evidence for outcome {n}")
                row["evidence_on"] = on
            self._complete(needed)
            yield row

    def _premises(self, data: dict[str, Any]) -> Iterable[dict[str, Any]]:
        owner, until = self.owners.get(data.get("unsuitable_owner", "")), data.get("unsuitable_until")
        for code in PREMISES:
            score = data.get(f"premises_{code}", "")
            if score != Score.NOT_MET:
                yield {"about": code, "score": score}
                continue
            mitigation = data.get(f"premises_{code}_mitigation", "")
            what = "the food plan" if code == "kitchen" else "what makes up for it"
            self._complete(
                {
                    f"premises_{code}_mitigation": (mitigation, f"{PREMISES[code]}: enter {what}"),
                    "unsuitable_owner": (owner, "Select who sees to what is not suitable"),
                    "unsuitable_until": (until, "Enter until when what is not suitable may go on"),
                }
            )
            yield {"about": code, "score": score, "mitigation": mitigation, "owner": owner, "until": until}

    def _findings(self, data: dict[str, Any]) -> Iterable[dict[str, Any]]:
        for n in range(1, FINDINGS.get(self.kind, 3) + 1):
            what, measure = data.get(f"finding_{n}", ""), data.get(f"finding_{n}_measure", "")
            owner, due = self.owners.get(data.get(f"finding_{n}_owner", "")), data.get(f"finding_{n}_due")
            if what.strip() or measure.strip() or owner or due:
                self._complete(
                    {
                        f"finding_{n}": (what, f"Enter what must change for finding {n}"),
                        f"finding_{n}_measure": (measure, f"Enter how you will know that finding {n} is done"),
                        f"finding_{n}_owner": (owner, f"Select who does finding {n}"),
                        f"finding_{n}_due": (due, f"Enter by when finding {n} is done"),
                    }
                )
                yield {"what": what, "measure": measure, "owner": owner, "due_on": due}

    def _complete(self, needed: dict[str, tuple[Any, str]]) -> None:
        """Ask for what is left empty of something that was begun, at its own field, once."""
        for name, (answer, sentence) in needed.items():
            if name not in self.errors and not (answer.strip() if isinstance(answer, str) else answer):
                self.add_error(name, sentence)


class AddToVisit(forms.Form):
    kind = forms.RadiosField(
        label="What do you want to do?",
        choices=[
            (QualityAddition.Kind.ADDENDUM, "Add to it"),
            (QualityAddition.Kind.CORRECTION, "Correct it"),
            (QualityAddition.Kind.WITHDRAWAL, "Say that it was recorded by mistake"),
        ],
        hints={
            QualityAddition.Kind.CORRECTION: "What was first written stays, with the correction beside it.",
            QualityAddition.Kind.WITHDRAWAL: "It stays on the record and no longer counts as a visit.",
        },
        error_messages={"required": "Select whether you are adding to it or correcting it"},
    )
    text = forms.TextAreaField(label="What do you want to say?", noun="what you want to say")
    reason = forms.TextField(
        label="Why is it corrected?",
        hint="Leave this empty if you are only adding to it.",
        required=False,
        max_length=1000,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") not in (None, QualityAddition.Kind.ADDENDUM) and not cleaned.get("reason", "").strip():
            self.add_error("reason", "Enter why it is corrected")
        return cleaned
