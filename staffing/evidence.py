"""Reading a document that somebody sends as evidence: what it may be is told by its content, never by its name.

A PDF is kept as it is. A photograph is drawn anew, so that neither the place where it was taken, nor the camera, nor
anything hidden behind the picture stays in it. See docs/adr/0017.
"""

import io
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps

from core.errors import Invalid

LARGEST = 5 * 2**20  # bytes
MOST_PIXELS = 25_000_000  # a photograph of a phone has 12 million; drawn, each takes four bytes of memory
ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
LONGEST_NAME = 150

NOT_READ = "The document must be a PDF, or a photograph or scan saved as JPEG or PNG"
TOO_LARGE = f"The document must be smaller than {LARGEST // 2**20} MB"
DAMAGED = "The document could not be read to its end. Save it again, and select it again"
TOO_MANY_PIXELS = "The picture has more detail than is needed. Save it smaller, and select it again"


@dataclass(frozen=True)
class Document:
    name: str
    media_type: str
    content: bytes


def read(upload: Any, field: str = "upload") -> Document:
    """The document in an uploaded file. Raises Invalid for `field` where it is none that is kept here."""
    if upload.size > LARGEST:
        raise Invalid({field: TOO_LARGE})
    upload.seek(0)
    content = upload.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Invalid({field: TOO_LARGE})
    if not content:
        raise Invalid({field: "The document you selected is empty"})
    if content.startswith(b"%PDF-"):
        media_type = "application/pdf"
        _ends_as_a_pdf(content, field)
    elif content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        content, media_type = _drawn_anew(content, field)
    else:
        raise Invalid({field: NOT_READ})
    return Document(cleaned_name(upload.name, media_type), media_type, content)


def cleaned_name(name: str | None, media_type: str) -> str:
    """A file's name with nothing in it but letters, figures, spaces, hyphens and full stops, ending as its content does."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFKC", name or ""))[-1]
    stem = last.rpartition(".")[0] or last
    stem = "".join(c if c in " .-_" or unicodedata.category(c)[0] in "LNM" else " " for c in stem)
    stem = re.sub(r"\s+", " ", stem).strip(" .-_")
    ending = ENDINGS[media_type]
    return (stem[: LONGEST_NAME - len(ending)].rstrip(" .") or "document") + ending


def _ends_as_a_pdf(content: bytes, field: str) -> None:
    """Nothing may follow the end marker but white space: what follows could be another file altogether."""
    if not content.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF"):
        raise Invalid({field: DAMAGED})


def _drawn_anew(content: bytes, field: str) -> tuple[bytes, str]:
    """A picture's pixels in a new file, the right way up, with nothing else of the old one."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid({field: TOO_MANY_PIXELS})
            is_png = picture.format == "PNG"
            upright = ImageOps.exif_transpose(picture)
            mode = _mode(upright, is_png)
            drawn = Image.new(mode, upright.size)  # a copy would bring the old one's comments and profiles along
            drawn.paste(upright.convert(mode))
    except Invalid:
        raise
    except Exception as error:  # a broken picture may make its decoder raise anything
        raise Invalid({field: DAMAGED}) from error
    anew = io.BytesIO()
    if is_png:
        drawn.save(anew, "PNG")
    else:
        drawn.save(anew, "JPEG", quality=88)
    if anew.tell() > 2 * LARGEST:
        raise Invalid({field: TOO_MANY_PIXELS})
    return anew.getvalue(), "image/png" if is_png else "image/jpeg"


def _mode(picture: Image.Image, is_png: bool) -> str:
    if is_png and picture.has_transparency_data:
        return "RGBA"
    return "L" if picture.mode in ("1", "L") else "RGB"
