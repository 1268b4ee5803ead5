"""The definitions that come with the portal, their schema, and the commands that check them."""

import io
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from services.catalogue.definition import Definition
from services.catalogue.models import Compiled, digest_of
from tests.catalogue.forms import source

SAMPLES = sorted(Path(settings.BASE_DIR, "samples", "services").glob("*.yaml"))
SCHEMA = Path(settings.BASE_DIR, "docs", "definition.schema.json")


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
class TestSamples:
    def test_are_sound(self, file: Path) -> None:
        call_command("check_definition", file, stdout=io.StringIO())

    def test_survive_being_kept(self, file: Path) -> None:
        definition = Definition.model_validate(yaml.safe_load(file.read_bytes()))
        kept = definition.model_dump(mode="json", exclude_unset=True)

        assert Compiled(kept).definition == definition
        assert digest_of(kept) == digest_of(Compiled(kept).definition.model_dump(mode="json", exclude_unset=True))


class TestCheckDefinition:
    def test_names_every_fault_with_its_file(self, tmp_path: Path) -> None:
        good, bad, broken = (tmp_path / name for name in ("good.yaml", "bad.yaml", "broken.yaml"))
        good.write_text(yaml.safe_dump(source()))
        bad.write_text(yaml.safe_dump(source(fee={"base": [{}]})))
        broken.write_text("a: [")
        told, wrong = io.StringIO(), io.StringIO()

        with pytest.raises(CommandError, match="3 of 4 definitions are unsound"):
            call_command("check_definition", good, bad, broken, tmp_path / "none.yaml", stdout=told, stderr=wrong)

        assert told.getvalue() == f"{good}: sound\n"
        assert (
            f"{bad}:5: fee.base.0: has both or neither of amount and parameter. Give one of them.\n" in wrong.getvalue()
        )
        assert f"{broken}:1: " in wrong.getvalue()
        assert "No such file" in wrong.getvalue()


class TestExportSchema:
    def test_is_up_to_date(self) -> None:
        call_command("export_schema", "--check", stdout=io.StringIO())

    def test_notices_a_stale_file(self, tmp_path: Path) -> None:
        stale = tmp_path / "schema.json"
        for content in (None, "{}"):
            if content:
                stale.write_text(content)
            with pytest.raises(CommandError, match="is stale"):
                call_command("export_schema", stale, "--check", stdout=io.StringIO())

    def test_writes_the_same_bytes_each_time(self, tmp_path: Path) -> None:
        call_command("export_schema", tmp_path / "schema.json", stdout=io.StringIO())

        assert (tmp_path / "schema.json").read_bytes() == SCHEMA.read_bytes()
