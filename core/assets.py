"""Prepares the pages' style sheets and scripts: `python -m core.assets`.

The GOV.UK and Ministry of Justice libraries are installed by npm and never copied into the repository. Two things in
them may be used by gov.uk services only: the GDS Transport typeface, and the crown and crest. This leaves both out,
makes every address relative (so that collectstatic can add fingerprints), and writes what is left to `.build/static/`.

Run again with nothing changed it touches nothing. It fails loudly if a new version of a library needs another look.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / ".build" / "static"

GOVUK = "govuk-frontend/dist/govuk"
MOJ = "@ministryofjustice/frontend/moj"

RESERVED = re.compile(r"transport|crown|crest|logotype", re.IGNORECASE)

FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
FONT_NAME = re.compile(r"""["']?GDS Transport["']?\s*,\s*""")
FONT_NOTICE = re.compile(r"/\*![^*]*Margaret Calvert[^*]*\*/\s*")
RESERVED_IMAGE = re.compile(r"url\([^)]*(?:crown|crest|logotype)[^)]*\)")
RESERVED_RULE = re.compile(r"[^{}]*__(?:crown|logotype[\w-]*)[^{}]*\{[^{}]*\}")
# A selector list is dropped only where every selector in it is of the crown or logotype; see `_without_reserved_rules`.
ASSET = re.compile(r"url\((?:/assets/|\.\./assets/)([^)]+)\)")
SOURCE_MAP = re.compile(r"(?:/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


class UnexpectedAsset(Exception):
    """A library holds something this module does not know how to make lawful or safe to serve."""


def _without_reserved_rules(css: str) -> str:
    def keep(match: re.Match) -> str:
        selectors, body = match.group(0).split("{", 1)
        kept = [s for s in selectors.split(",") if not re.search(r"__(?:crown|logotype)", s)]
        return ",".join(kept) + "{" + body if kept else ""

    return RESERVED_RULE.sub(keep, css)


def style_sheet(css: str) -> str:
    """A library's style sheet without typeface, crown or crest, and with its images beside it."""
    css = FONT_NOTICE.sub("", css)
    css = FONT_FACE.sub("", css)
    css = FONT_NAME.sub("", css)
    css = RESERVED_IMAGE.sub("none", css)
    css = _without_reserved_rules(css)
    css = SOURCE_MAP.sub("", css)
    css = ASSET.sub(r"url(\1)", css)
    if left := RESERVED.search(css):
        raise UnexpectedAsset(f"the style sheet still says “{css[max(0, left.start() - 40) : left.end() + 40]}”")
    if "url(/" in css or "@import" in css or "@font-face" in css:
        raise UnexpectedAsset("the style sheet asks for a file this module does not copy")
    return css.rstrip() + "\n"


def images(css: str) -> list[str]:
    """The images a prepared style sheet asks for."""
    return sorted({name for name in re.findall(r"url\(([^)]+)\)", css) if not name.startswith(("data:", "#"))})


def script(js: str) -> str:
    """A library's module without its source map's address, which is not served."""
    return SOURCE_MAP.sub("", js).rstrip() + "\n"


def build(modules: Path = MODULES, target: Path = TARGET) -> list[Path]:
    """Write every asset that is missing or different; remove what no longer belongs. Returns what changed."""
    wanted: dict[Path, bytes] = {}
    for folder, library, name in (("govuk", GOVUK, "govuk-frontend"), ("moj", MOJ, "moj-frontend")):
        source = modules / library
        css = style_sheet((source / f"{name}.min.css").read_text(encoding="utf-8"))
        wanted[target / folder / f"{name}.css"] = css.encode()
        wanted[target / folder / f"{name}.js"] = script(
            (source / f"{name}.min.js").read_text(encoding="utf-8")
        ).encode()
        for image in images(css):
            wanted[target / folder / image] = (source / "assets" / image).read_bytes()

    changed = []
    for path, content in wanted.items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(path)
    for folder in ("govuk", "moj"):
        for path in (target / folder).rglob("*"):
            if path.is_file() and path not in wanted:
                path.unlink()
                changed.append(path)
    return changed


def main() -> int:
    if not (MODULES / GOVUK).is_dir() or not (MODULES / MOJ).is_dir():
        print("The page libraries are not installed: run make install (or npm ci).", file=sys.stderr)
        return 1
    changed = build()
    print(f"{len(changed)} assets written to {TARGET.relative_to(ROOT)}" if changed else "assets are up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
