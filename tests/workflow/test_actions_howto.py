"""The how-to for actions holds: its example is taken out of it, added, and a request runs through it."""

import importlib
import re
from pathlib import Path

import pytest
import yaml

from services.catalogue.soundness import Unsound, parse
from services.workflow import actions
from tests import worlds
from tests.workflow.walks import fresh

ROOT = Path(__file__).parent.parent.parent
HOW_TO = (ROOT / "docs" / "actions.md").read_text()
[FILE], [LINE] = (re.findall(rf"```{kind}\n(.*?)```", HOW_TO, re.DOTALL) for kind in ("python", "diff"))
NAME = "draw_sample"


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the file beside the others, and its line into effect."""
    (tmp_path / f"{NAME}.py").write_text(FILE)
    monkeypatch.setattr(actions, "__path__", [*actions.__path__, str(tmp_path)])
    action = importlib.import_module(f"services.workflow.actions.{NAME}").ACTION
    monkeypatch.setitem(actions.ACTIONS, NAME, action)
    monkeypatch.setitem(actions.FORMS, NAME, action.settings)


def steps(percent: int) -> list[dict[str, object]]:
    [example] = [block for block in re.findall(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL) if NAME in block]
    [step] = yaml.safe_load(example)
    return [{**step, "settings": {**step["settings"], "percent": percent}}, worlds.desk("judge")]


def test_the_line_is_one_line_like_the_others() -> None:
    lines = (ROOT / "services" / "workflow" / "actions" / "__init__.py").read_text().splitlines()

    assert f'+    "{NAME}",\n' == LINE
    assert all(f'    "{name}",' in lines for name in actions.NAMES)


@pytest.mark.usefixtures("added")
@pytest.mark.django_db
@pytest.mark.parametrize(("percent", "status"), [(100, "in_progress"), (10, "approved")])
def test_a_request_runs_through_the_example(percent: int, status: str) -> None:
    worlds.build_agencies("north")
    version = worlds.published(steps(percent))
    requests = [worlds.apply(version) for _ in range(20)]
    worlds.run_robots()

    told = [fresh(request).status for request in requests]
    assert told.count(status) > (18 if percent == 100 else 9)


@pytest.mark.usefixtures("added")
def test_a_setting_of_the_example_that_does_not_fit_is_a_fault() -> None:
    with pytest.raises(Unsound, match=r"settings\.percent: Input should be less than or equal to 100"):
        parse(worlds.definition(steps(200)), actions.FORMS)


def test_every_action_is_in_the_how_to() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", HOW_TO, re.MULTILINE)

    assert listed == list(actions.NAMES)


def test_every_setting_of_an_action_is_in_the_how_to() -> None:
    rows = {row.split("`")[1]: row for row in HOW_TO.splitlines() if row.startswith("| `")}

    for name, form in actions.FORMS.items():
        for setting in form.model_fields:
            assert f"`{setting}`" in rows[name] or f"`{setting}?`" in rows[name] or "the same" in rows[name], setting
