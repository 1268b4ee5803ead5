"""Static files as a phone wants them: the style sheet in one piece, though its parts are files of their own."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "css/main.css"
IMPORT = re.compile(r"""@import\s+(?:url\()?["']([^"']+)["']\)?\s*(?:layer\(([\w.-]+)\))?\s*;""")


class OneSheetStorage(CompressedManifestStaticFilesStorage):
    """Put what the style sheet imports into it, each part in its layer, before names get their hashes."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if SHEET in paths and not dry_run:
            whole = with_imports(SHEET, paths)
            self.delete(SHEET)
            self.save(SHEET, ContentFile(whole.encode()))
            paths = {**paths, SHEET: (self, SHEET)}
        yield from super().post_process(paths, dry_run, **options)


def with_imports(name: str, sources: Mapping[str, Any]) -> str:
    """Give a style sheet with its imports written out, from its sources and not from what was collected before."""
    folder = PurePosixPath(name).parent

    def written_out(found: re.Match[str]) -> str:
        part = with_imports(str(folder / found[1]), sources)
        return f"@layer {found[2]} {{\n{part}\n}}" if found[2] else part

    storage, path = sources[name]
    with storage.open(path) as file:
        return IMPORT.sub(written_out, file.read().decode())
