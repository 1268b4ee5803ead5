"""Pictures are drawn anew: upright, without place or anything hidden; bombs and ruins are refused in words."""

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from services.requests.operations import add_evidence, start_draft
from services.requests.supplying import BadEvidence
from tests import worlds

pytestmark = pytest.mark.django_db
GPS, ORIENTATION = 0x8825, 0x0112


@pytest.fixture
def keep(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path
    worlds.build_agencies("north")
    version = worlds.published([worlds.desk("judge")])
    draft = start_draft(version.service, None, None, {})

    def keep(content: bytes) -> Any:
        file = ContentFile(content, name="photo")
        return add_evidence(draft, "photo", file, accept=["jpeg", "png"], at_most=9, now=worlds.NOON)

    return keep


def photo(kind: str, mode: str = "RGB", tail: bytes = b"") -> bytes:
    picture, exif, made = Image.new(mode, (40, 20), 1), Image.Exif(), io.BytesIO()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (40.0, 24.0, 33.0)
    picture.save(made, kind, exif=exif)
    return made.getvalue() + tail


def png(width: int, height: int) -> bytes:
    """Give a PNG that claims a size which it doesn't have."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P")]
)
def test_what_is_hidden_stays_behind(keep: Any, kind: str, mode: str) -> None:
    evidence = keep(photo(kind, mode, b"<script>alert(1)</script>"))
    kept = evidence.file.open().read()
    picture = Image.open(io.BytesIO(kept))

    assert picture.size == (20, 40)
    assert not picture.getexif()
    assert b"script" not in kept
    assert evidence.size == len(kept)


def test_what_is_seen_through_stays_so(keep: Any) -> None:
    picture, made = Image.new("P", (4, 4), 0), io.BytesIO()
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.save(made, "PNG", transparency=0)
    kept = Image.open(io.BytesIO(keep(made.getvalue()).file.open().read()))

    assert kept.convert("RGBA").getpixel((0, 0)) == (255, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (png(60_000, 60_000), "too many pixels"),
        (png(10_000, 6_000), "too many pixels"),
        (png(100, 100)[:60], "can’t be read"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 200, "can’t be read"),
        (photo("JPEG")[:200], "can’t be read"),
    ],
)
def test_bombs_and_ruins_are_refused_in_words(keep: Any, content: bytes, told: str) -> None:
    with pytest.raises(BadEvidence) as refused:
        keep(content)

    assert told in str(refused.value.message)
