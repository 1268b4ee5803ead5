"""Two towns whose own words stand in ‹ ›, and are known in English only."""

from pathlib import Path
from typing import Any

import pytest

from tests import worlds
from tests.access import world
from tests.access.world import Town, build_towns


@pytest.fixture
def towns(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Town, Town]:
    monkeypatch.setattr(worlds, "text", lambda words: {"en": f"‹{words}›"})
    for module, names in ((worlds, ("ENDS",)), (world, ("STEPS", "DOCUMENT", "FIELDS"))):
        for name in names:
            monkeypatch.setattr(module, name, in_marks(getattr(module, name)))
    settings.KEYS_DIR, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    return build_towns()


def in_marks(said: Any) -> Any:
    """Give a part of a definition with its texts in marks."""
    if isinstance(said, list):
        return [in_marks(part) for part in said]
    if isinstance(said, dict):
        return {key: f"‹{part}›" if key == "en" else in_marks(part) for key, part in said.items()}
    return said
