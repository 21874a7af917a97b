"""Said instead of acting: which of it a text is, where it says nothing else. One gate of words for every answer and closing.

A text is judged piece by piece, by its words. Each piece of it is what somebody is doing, or one of the excuses below, or
nothing. Only a text in which no piece is anything else is an excuse; what was really done, found or planned needs a word
that no excuse has, and so is never judged.
"""

import re
import unicodedata

from core import gates
from core.errors import Refused

KNOWN, ALTERNATIVE, SHORT, BEST, NOTHING = "known", "alternative", "short", "best", "nothing"
LABELS = {
    KNOWN: "It is already known to directors",
    ALTERNATIVE: "There is no alternative",
    SHORT: "It is only for a short time",
    BEST: "It is the best available",
}


def gate_reason(text: str, reason: str = "") -> None:
    """Refuse an answer or a closing that says instead of a reason that it is known, has no alternative, is short, or best; or
    that says nothing at all (ESC-05). `reason`: one of these, where it was chosen from a list."""
    said = reason if reason in LABELS else no_reason(text)
    if said:
        why = f"“{LABELS[said]}” answers nothing" if said in LABELS else "It says nothing of what is done"
        raise Refused(
            gates.ESCALATION_REASON,
            f"This was refused. {why}: everything is as it was before.",
            "Say what is done about it, by whom and by when, or how it was looked into and what was found.",
        )


# --- words ------------------------------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VERBS = _words(
    "is are was were be been being am has have had having do does did can could will would shall should may might must"
)
_SMALL = _VERBS | _words("""
    a an the all any each both of to by at in on for from with into up it its this that these those there theres here then so
    and but or as if because since though although while until when where which who whom whose what why how about again also
    already always now just only really very well fully currently presently still even too quite yet rather not no nor never
    dont cannot yes i we us our ours you your yours he him his she her hers they them their theirs me my mine one ones some
    such same today tonight moment time present right point further more else other another anything everything everyone
    everybody anyone anybody somebody someone nobody unfortunately sadly regrettably sorry afraid please however
    """)
# Courtesies: they stand for an answer and are none.
_POLITE = _words("""
    noted note ok okay thanks thank received understood acknowledged agreed agree done fine sure good dear hello hi regards
    kind many see above below per said stated discussed previously previous email reply answer na none nil tbc tba
    """)
_PEOPLE = _words("""
    director directors dcs executive executives manager managers management leader leaders leadership senior seniors head heads
    service services level levels council authority commissioner commissioners commissioning team teams social worker workers
    panel board chief officer officers colleagues staff
    """)
_THINGS = _words("""
    situation situations case cases concern concerns matter matters problem problems issue issues position circumstances risk
    risks escalation question child children young person home homes place places placement placements setting settings bed beds
    provider providers option options alternative alternatives choice choices arrangement arrangements solution solutions way
    ways thing things part fact basis measure period
    """)
_EXCUSES = _words("""
    known know knows knew aware informed notified briefed told knowledge hand nowhere nothing available suitable appropriate
    possible found identified identify find source sourced viable better best provided offered offer limited unable able lack
    short shortterm term temporary temporarily interim brief stopgap briefly day days night nights week weeks month months few
    couple go got get done
    """)
_DONE = _words("find found identify identified source sourced provided offered")  # of something, and not “no …”
_WORDS = _SMALL | _POLITE | _PEOPLE | _THINGS | _EXCUSES

# --- what each excuse is known by ---------------------------------------------------------------------------------------

_OBJECT = r"(alternatives?|options?|choices?|placements?|places?|beds?|homes?|settings?|providers?|solutions?|arrangements?|ways?)"
_LIKE = (
    r"((a|an|any|other|another|more|further|better|available|suitable|appropriate|viable|alternative|such|possible) )*"
)
_NOT = r"(no|not|never|only|without|lack of|limited|unable to (find|identify|source|offer))"
_KEYS = {
    KNOWN: re.compile(r"\b(known|know|knows|knew|aware|informed|notified|briefed|told|knowledge)\b"),
    ALTERNATIVE: re.compile(
        rf"\b{_NOT} ((have|got|had|find|found|get|see|identify|source|offer) )?{_LIKE}{_OBJECT}\b"
        rf"|\b{_OBJECT}\b.*\b(not|limited|none|unable)\b|\b(nowhere|nothing)\b|\bnone available\b"
    ),
    SHORT: re.compile(
        r"\b(short|shortterm|temporary|temporarily|interim|brief|briefly|stopgap)\b"
        r"|\b(only|just) .*\b(now|time|moment|present|while|days?|nights?|weeks?|months?|period)\b"
    ),
    BEST: re.compile(r"\bbest\b"),
}
# Somebody by name, or another agency, who knows of it: “Dee Osprey is aware of this”, “known to the police”.
_NAMED = re.compile(
    r"^(?:(?:the|our|a) )?\w+(?: \w+)? (?:(?:is|are|was|were|has|have|had|been|already|all|well|fully|now|also|both) )*"
    r"(?:aware|know|knows|knew)\b(?P<rest>.*)$"
    r"|^(?P<said>.*\bknown) to (?:(?:the|our) )?\w+(?: \w+)?$"
)

_FULL = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "n/a": "na",
    "short-term": "shortterm",
}
_ENDINGS = (("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'m", " am"))
_IS = re.compile(r"\b(it|there|that|this|he|she|what|here|who|nothing|nowhere|everyone|everybody)'s\b")
_CLAUSES = (
    "it|its|this|that|these|those|there|theres|they|we|i|she|he|you|no|not|nothing|nowhere|known|aware|all|everyone|everybody|"
    "the|a|an|directors?|managers?|senior|only|best|short|already|at|from|until"
)
_PIECES = re.compile(
    rf"[.;:!?,()\n\r]+|\s[–—-]\s|[–—]|\b(?:and|but|so|because|since|although|though)\b(?= (?:{_CLAUSES})\b)"
)


def no_reason(text: str) -> str:
    """Which excuse a text is, where it says that and nothing else, or nothing at all; else empty."""
    found = [_judged(words) for piece in _PIECES.split(_plain(text)) if (words := re.findall(r"\w+", piece))]
    if "" in found:
        return ""
    return next((said for said in found if said != NOTHING), NOTHING)


def _plain(text: str) -> str:
    """In small letters, with straight apostrophes, and contractions in full."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub("[‘’ʼ`´]", "'", plain)
    for short, full in _FULL.items():
        plain = plain.replace(short, full)
    plain = _IS.sub(r"\1 is", plain)
    for ending, word in _ENDINGS:
        plain = plain.replace(ending, word)
    return re.sub(r"'s?\b", "", plain)


def _judged(words: list[str]) -> str:
    """What one piece says: an excuse, nothing, or, as an empty word, something else."""
    words = [word for word in words if len(word) > 1 or word.isdigit() or word in _SMALL]
    if not _WORDS.issuperset(words):
        return _by_name(words)
    piece = " ".join(words)
    said = next((excuse for excuse, key in _KEYS.items() if key.search(piece)), "")
    if said:
        return said
    # A courtesy is no answer, nor is a thing or a post of which nothing is said: “Noted”, “Directors”, “The situation”.
    only_polite = (_SMALL | _POLITE).issuperset(words) and not _POLITE.isdisjoint(words)
    return NOTHING if only_polite or (_VERBS | _DONE).isdisjoint(words) else ""


def _by_name(words: list[str]) -> str:
    named = _NAMED.match(" ".join(words))
    if named is None:
        return ""
    rest = (named["rest"] or named["said"] or "").split()
    return KNOWN if _WORDS.issuperset(rest) else ""
