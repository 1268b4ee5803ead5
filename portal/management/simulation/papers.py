"""Small real files: what applicants attach passes the same checks as anybody's."""

import io
from functools import cache

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from services.catalogue.definition import Definition

PHOTO, SMALL, PAGE = (413, 531), (90, 120), (310, 438)
PAPER, SKIN, COAT = (246, 246, 244), (222, 184, 150), (60, 72, 90)


def paper(definition: Definition, key: str, number: int) -> tuple["ContentFile[bytes]", list[str], int]:
    """Give a file for a paper of a definition, with the kinds and the number that the definition takes.

    `photo:small` is a picture with too few pixels for what it is for.
    """
    name, _, size = key.partition(":")
    asked = next(
        one for one in [*definition.evidence, *definition.fields.values()] if one.key == name and hasattr(one, "accept")
    )
    if "pdf" in asked.accept:
        content, ending = _page() + f"%{number}\n".encode(), "pdf"
    else:
        content, ending = _picture(SMALL if size else PHOTO, number % 40), "jpg"
    return ContentFile(content, f"{name}-{number}.{ending}"), list(asked.accept), asked.at_most


@cache
def _page() -> bytes:
    """Draw a page with lines of writing."""
    page = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(page)
    for line in range(24):
        pen.line((30, 40 + 15 * line, 280 - line * 37 % 90, 40 + 15 * line), fill=(40, 40, 40))
    made = io.BytesIO()
    page.save(made, "PDF", resolution=37.5)
    return made.getvalue()


@cache
def _picture(size: tuple[int, int], shade: int) -> bytes:
    """Draw a head before a light wall."""
    width, height = size
    picture = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((width * 0.1, height * 0.75, width * 0.9, height * 1.4), fill=COAT)
    pen.ellipse((width * 0.22, height * 0.12, width * 0.78, height * 0.82), fill=tuple(part - shade for part in SKIN))
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=85)
    return made.getvalue()
