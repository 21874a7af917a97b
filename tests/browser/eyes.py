"""What every page is held to, however it was reached: `look(page)`.

No breach of the content security policy, no error in the console, nothing axe finds against WCAG 2.2 AA, one h1, a
title, and no sideways scroll. The status is the caller's to assert: a page that says something went wrong is well made
too.
"""

from functools import cache
from pathlib import Path

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
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


# What is asked of a page, in one question: each takes its way through three programs. `builtOf` is what it is built of,
# its words left out: each kind of part in its place, once, and the order of its headings.
ASKED = """
() => {
  const ids = new Map();
  for (const e of document.querySelectorAll("[id]")) ids.set(e.id, (ids.get(e.id) || 0) + 1);
  const kind = (e) => e && [e.tagName, e.getAttribute("class"), e.getAttribute("role"), e.type, e.hidden, e.open].join(" ");
  const parts = [...document.querySelectorAll("*")].map((e) => [
    kind(e.parentElement), kind(e.previousElementSibling), kind(e),
    ids.get(e.id) || "", e.tagName === "LABEL" && Boolean(e.control),
    [...e.attributes].map((a) => a.name), e.children.length || e.textContent.trim() ? "" : "empty",
  ].join());
  const headings = [...document.querySelectorAll("h1, h2, h3, h4")].map((e) => e.tagName);
  return {
    troubles: window.heldTroubles,
    title: document.title,
    h1s: document.querySelectorAll("h1").length,
    sideways: document.documentElement.scrollWidth - window.innerWidth,
    hasAxe: window.axe !== undefined,
    builtOf: [innerWidth, headings.filter((h, i) => h !== headings[i - 1]), [...new Set(parts)].sort()].join("\\n"),
  };
}
"""
_judged: set[str] = set()


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def look(page, *, anew: bool = True) -> None:
    """Hold the page to what every page is held to. With `anew=False` axe is not asked again about what it has judged: a
    page built of the same parts in the same places, at the same width."""
    where = page.url
    page.wait_for_load_state("load")
    answer = page.evaluate(ASKED)
    assert answer["troubles"] == [], where
    assert answer["title"].endswith("Held in Mind"), f"{where}: {answer['title']}"
    assert answer["h1s"] == 1, where
    assert answer["sideways"] <= 0, f"{where} scrolls sideways by {answer['sideways']} pixels"
    if answer["builtOf"] in _judged and not anew:
        return
    if not answer["hasAxe"]:
        page.evaluate(_axe())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)["violations"]
    assert found == [], f"{where}\n" + "\n".join(
        f"{rule['id']}: {rule['help']}\n  " + "\n  ".join(node["html"][:200] for node in rule["nodes"][:5])
        for rule in found
    )
    _judged.add(answer["builtOf"])
