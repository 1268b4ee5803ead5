"""The style sheet as it is served: one file with everything in it."""

from pathlib import Path
from typing import Any

from django.core.management import call_command

from portal.static_files import IMPORT, SHEET

SOURCES = Path(__file__).parent.parent.parent / "portal" / "static"


def test_one_sheet_holds_every_part_in_its_layer(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "portal.static_files.OneSheetStorage"}}
    call_command("collectstatic", interactive=False, verbosity=0)

    [served] = (tmp_path / "css").glob("main.*.css")
    told, written = served.read_text(), (SOURCES / SHEET).read_text()

    assert "@import" not in told
    parts = IMPORT.findall(written)
    assert len(parts) > 10
    for part, layer in parts:
        assert f"@layer {layer} {{" in told
        first_rule = (SOURCES / "css" / part).read_text().strip().splitlines()[0]
        assert first_rule in told
