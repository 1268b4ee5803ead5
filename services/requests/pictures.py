"""Draw pictures anew: what a phone hides in them (place, camera, earlier versions) doesn't come along."""

import io

from django.core.files.base import File
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


class BadPicture(Exception):
    """The picture can't be read, or `is_too_large` to be drawn."""

    def __init__(self, *, is_too_large: bool = False) -> None:
        super().__init__()
        self.is_too_large = is_too_large


def drawn_anew(upload: "File[bytes]", content_type: str) -> "File[bytes]":
    """Give the same picture, upright, without anything but its pixels; raise `BadPicture`."""
    upload.seek(0)
    try:
        return _drawn(upload, FORMATS[content_type])
    except Image.DecompressionBombError:
        raise BadPicture(is_too_large=True) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise BadPicture from None


def _drawn(upload: "File[bytes]", kind: str) -> "File[bytes]":
    with Image.open(upload, formats=[kind]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise BadPicture(is_too_large=True)
        upright = ImageOps.exif_transpose(_with_plain_colours(picture))
        bare = Image.new(upright.mode, upright.size)
        bare.paste(upright)
        made = io.BytesIO()
        bare.save(made, kind, quality=90) if kind == "JPEG" else bare.save(made, kind)
    return File(made, name=upload.name)


def _with_plain_colours(picture: Image.Image) -> Image.Image:
    """Give a picture without a palette: its transparency would be lost with it."""
    return picture.convert("RGBA" if "transparency" in picture.info else "RGB") if picture.mode == "P" else picture
