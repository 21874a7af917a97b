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


# What a page is built of, its words left out: each kind of part in its place, once, and the order of its headings.
BUILT_OF = """
() => {
  const kind = (e) => e && [e.tagName, e.getAttribute("class"), e.getAttribute("role"), e.type, e.hidden, e.open].join(" ");
  const parts = [...document.querySelectorAll("*")].map((e) => [
    kind(e.parentElement), kind(e.previousElementSibling), kind(e),
    e.id ? document.querySelectorAll(`[id="${e.id}"]`).length : "", e.tagName === "LABEL" && Boolean(e.control),
    [...e.attributes].map((a) => a.name), e.children.length || e.textContent.trim() ? "" : "empty",
  ].join());
  const headings = [...document.querySelectorAll("h1, h2, h3, h4")].map((e) => e.tagName);
  return [innerWidth, headings.filter((h, i) => h !== headings[i - 1]), [...new Set(parts)].sort()].join("\\n");
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
    assert page.evaluate("window.heldTroubles") == [], where
    assert page.title().endswith("Held in Mind"), f"{where}: {page.title()}"
    assert page.locator("h1").count() == 1, where
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{where} scrolls sideways by {wide} pixels"
    built_of = page.evaluate(BUILT_OF)
    if built_of in _judged and not anew:
        return
    if page.evaluate("window.axe === undefined"):
        page.evaluate(_axe())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)["violations"]
    assert found == [], f"{where}\n" + "\n".join(
        f"{rule['id']}: {rule['help']}\n  " + "\n  ".join(node["html"][:200] for node in rule["nodes"][:5])
        for rule in found
    )
    _judged.add(built_of)
