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


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def look(page) -> None:
    """Hold the page to what every page is held to."""
    where = page.url
    page.wait_for_load_state("load")
    assert page.evaluate("window.heldTroubles") == [], where
    assert page.title().endswith("Held in Mind"), f"{where}: {page.title()}"
    assert page.locator("h1").count() == 1, where
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{where} scrolls sideways by {wide} pixels"
    if page.evaluate("window.axe === undefined"):
        page.evaluate(_axe())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)["violations"]
    assert found == [], f"{where}\n" + "\n".join(
        f"{rule['id']}: {rule['help']}\n  " + "\n  ".join(node["html"][:200] for node in rule["nodes"][:5])
        for rule in found
    )
