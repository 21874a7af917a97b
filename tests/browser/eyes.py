"""What every page is held to, however it was reached: `look(page)`.

No breach of the content security policy, no error in the console, nothing axe finds against WCAG 2.2 AA, one h1, a
title, and no sideways scroll. The status is the caller's to assert: a page that says something went wrong is well made
too.
"""

from functools import cache
from pathlib import Path

from tests.browser.server import AXE, AXE_AT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Runs before anything of the page: what the policy refuses and what scripts trip over is kept for `look`.
WATCH = """
window.heldTroubles = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.heldTroubles.push(`policy: ${e.violatedDirective} refused ${e.blockedURI || e.sample}`));
window.addEventListener("error", (e) =>
  window.heldTroubles.push(`script: ${e.message || e.target.src || e.target.href}`), true);
window.addEventListener("unhandledrejection", (e) => window.heldTroubles.push(`script: ${e.reason}`));
"""


# axe, asked about the whole page or about some of its parts, each with whatever is around it. What it would fetch anew,
# the style sheets, is for rules not among ours and takes longer than all that are.
JUDGE = """
([tags, parts]) => {
  const around = parts && parts.flatMap((part) => window.heldParts.get(part)).map((e) => e.parentElement);
  const some = around && around.every((e) => e && e.closest("main, nav, header, footer"));
  return axe
    .run(some ? { include: [...new Set(around)] } : document, { runOnly: tags, resultTypes: ["violations"], preload: false })
    .then((answer) => answer.violations);
}
"""


class Judged:
    """What axe has found nothing wrong with in this run, by either of its workers: each adds to one file and reads it."""

    def __init__(self):
        self.known, self.file, self.read_to = set(), None, 0

    def kept_in(self, file: Path) -> None:
        self.known, self.file, self.read_to = set(), file, 0
        file.touch()

    def lacks(self, facts: set[str]) -> set[str]:
        if not facts <= self.known and self.file:
            with self.file.open("rb") as lines:
                lines.seek(self.read_to)
                whole = lines.read().rpartition(b"\n")[0]
            self.read_to += len(whole) + bool(whole)
            self.known.update(whole.decode().split("\n"))
        return facts - self.known

    def add(self, facts: set[str]) -> None:
        new = facts - self.known
        self.known |= new
        if new and self.file:
            with self.file.open("ab", buffering=0) as lines:
                lines.write("".join(f"{fact}\n" for fact in new).encode())


judged = Judged()


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


@cache
def _asked() -> str:
    return Path(__file__).with_name("eyes.js").read_text(encoding="utf-8")


def look(page, *, anew: bool = True) -> None:
    """Hold the page to what every page is held to.

    With `anew=False` axe is not asked again about what it has judged at this width, on whatever page: only about parts
    (eyes.js) that are new, and about the whole page where something of the whole is. What a page's words alone change is
    so judged where they were first met; what is asked for by name above, on every page.
    """
    where = page.url
    page.wait_for_load_state("load")
    answer = page.evaluate(_asked())
    assert answer["troubles"] == [], f"{where}: {answer['troubles']}"
    assert answer["title"].endswith("Held in Mind"), f"{where}: {answer['title']}"
    assert answer["h1s"] == 1, where
    assert answer["twice"] == [], f"{where} has ids that are used twice"
    assert answer["sideways"] <= 0, f"{where} scrolls sideways by {answer['sideways']} pixels"
    parts, whole = ({f"{answer['width']} {fact}" for fact in answer[of]} for of in ("parts", "whole"))
    new_parts, new_whole = judged.lacks(parts), judged.lacks(whole)
    if not (anew or new_parts or new_whole):
        return
    only = None if anew or new_whole else [part.split()[1] for part in new_parts]
    if not page.evaluate("window.axe !== undefined"):
        # A page of no server has it handed over.
        page.evaluate(f"import('{AXE_AT}').then(() => null)" if where.startswith("http") else _axe())
    found = page.evaluate(JUDGE, [TAGS, only])
    assert found == [], f"{where}\n" + "\n".join(
        f"{rule['id']}: {rule['help']}\n  " + "\n  ".join(node["html"][:200] for node in rule["nodes"][:5])
        for rule in found
    )
    judged.add(parts | whole)
