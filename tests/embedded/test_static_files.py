"""The style sheet as it is served: one file with everything in it."""

from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import get_finder
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


def test_a_part_that_changed_reaches_the_sheet_when_it_is_collected_again(settings: Any, tmp_path: Path) -> None:
    source, settings.STATIC_ROOT = tmp_path / "source", tmp_path / "collected"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "portal.static_files.OneSheetStorage"}}
    (source / "css").mkdir(parents=True)
    (source / SHEET).write_text('@import url("part.css") layer(parts);')
    get_finder.cache_clear()
    for colour in ("red", "green"):
        (source / "css" / "part.css").write_text(f"p {{ color: {colour}; }}")
        call_command("collectstatic", interactive=False, verbosity=0)
    get_finder.cache_clear()

    assert "green" in (settings.STATIC_ROOT / SHEET).read_text()
