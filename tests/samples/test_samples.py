"""The sample services: sound, publishable, and between them everything that a definition can say."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.catalogue.definition import Definition, GroupField
from services.catalogue.models import Service, ServiceVersion
from services.catalogue.operations import publish
from services.catalogue.soundness import parse
from services.workflow.actions import FORMS
from tests.samples.loading import ROOT, load
from tests.worlds import NOON

FILES = sorted((ROOT / "samples" / "services").glob("*.yaml"))
LANGUAGES = {"en", "az", "fr"}
FIELDS = {
    "text", "long_text", "number", "money", "date", "yes_no", "one_of", "several_of", "email", "phone", "address",
    "personal_identifier", "location", "file", "group",
}  # fmt: skip


def read(file: Path) -> Definition:
    return parse(yaml.safe_load(file.read_text()), FORMS)


@pytest.fixture(scope="module")
def definitions() -> list[Definition]:
    return [read(file) for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_is_sound_and_speaks_three_languages(file: Path) -> None:
    definition = read(file)
    assert definition.service == file.stem
    assert set(definition.languages) >= LANGUAGES


def test_no_date_may_lie_in_another_age(definitions: list[Definition]) -> None:
    fields = [field for definition in definitions for field in definition.fields.values()]
    inner = [field for group in fields if isinstance(group, GroupField) for field in group.fields]
    dates = [field for field in [*fields, *inner] if field.kind == "date"]
    assert dates
    assert not [field.key for field in dates if not (field.earliest and field.latest)]


def test_there_are_twelve_the_objection_and_the_one_behind_the_replay(definitions: list[Definition]) -> None:
    assert len(definitions) == 14


def test_together_they_use_everything(definitions: list[Definition]) -> None:
    fields = [field for definition in definitions for field in definition.fields.values()]
    inner = [field for group in fields if isinstance(group, GroupField) for field in group.fields]
    assert {field.kind for field in [*fields, *inner]} == FIELDS
    steps = [step for definition in definitions for step in definition.workflow.steps]
    assert {step.kind for step in steps} == {"robot", "desk", "applicant", "wait", "parallel", "end"}
    assert any(step.kind == "parallel" and step.quorum for step in steps)
    assert any(step.kind == "applicant" and step.within for step in steps)
    assert any(step.kind == "desk" and step.agency for step in steps)
    assert any(step.kind == "desk" and step.not_by_decider_of for step in steps)
    assert any(definition.time_limit.extension for definition in definitions)
    assert any(len(definition.delivered_by) >= 4 and definition.parameters for definition in definitions)


@pytest.fixture(autouse=True)
def sandbox(settings: Any) -> None:
    settings.CONNECTOR_VALUES = {"REGISTRY_URL": "http://127.0.0.1:8001"}


@pytest.mark.django_db
def test_publishing_again_changes_nothing_and_a_changed_text_is_the_next_version() -> None:
    load()
    load()
    assert ServiceVersion.objects.count() == Service.objects.published().count() == len(FILES)
    plain: dict[str, Any] = yaml.safe_load(FILES[0].read_text())
    plain["summary"]["en"] += " today"
    version, is_new = publish(plain, NOON, FORMS)
    assert (version.number, is_new) == (2, True)
    assert Service.objects.get(code=plain["service"]).current == version


def test_the_example_of_the_handbook_is_sound() -> None:
    handbook = (ROOT / "docs" / "definitions.md").read_text()
    example = re.search(r"```yaml\n(.*?)```", handbook, re.DOTALL)
    assert example is not None
    assert parse(yaml.safe_load(example[1]), FORMS).service == "dog-registration"
