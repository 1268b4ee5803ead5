"""Keys are replaced: what the former ones signed stays ours, and nobody can sign with them any more."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from services.requests import signing
from services.requests.typesetting import typeset
from tests.requests.test_documents import CONTENT


@pytest.fixture(autouse=True)
def keys(settings, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    return settings.KEYS_DIR


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return typeset(CONTENT)


def test_documents_of_every_key_are_ours(keys: Path, sheet: bytes) -> None:
    signed = []
    for _ in range(3):
        signed.append(signing.sign(sheet))
        call_command("make_keys", "--rotate", verbosity=0)
    signed.append(signing.sign(sheet))

    assert [signing.verify(pdf).why for pdf in signed] == ["ours"] * 4
    assert len(list((keys / signing.FORMER).glob("*.pem"))) == 3


def test_a_former_authority_that_is_lost_makes_its_documents_strange(keys: Path, sheet: bytes) -> None:
    pdf = signing.sign(sheet)
    signing.rotate_keys(keys)
    for file in (keys / signing.FORMER).glob("*.pem"):
        file.unlink()

    assert signing.verify(pdf).why == "stranger"


def test_a_changed_document_of_a_former_key_shows(keys: Path, sheet: bytes) -> None:
    pdf = bytearray(signing.sign(sheet))
    signing.rotate_keys(keys)
    pdf[len(pdf) // 2] ^= 1

    assert signing.verify(bytes(pdf)).why in ("changed", "unreadable")


def test_the_former_private_key_is_gone(keys: Path) -> None:
    before = (keys / signing.KEY).read_bytes()
    signing.rotate_keys(keys)

    assert before not in [file.read_bytes() for file in keys.rglob("*") if file.is_file()]
    assert (keys / signing.KEY).stat().st_mode & 0o777 == 0o600


def test_keys_that_do_not_fit_sign_nothing(keys: Path, sheet: bytes, tmp_path: Path) -> None:
    signing.make_keys(tmp_path / "other")
    (tmp_path / "other" / signing.KEY).replace(keys / signing.KEY)
    with pytest.raises(signing.KeysInChange):
        signing.sign(sheet)


def test_without_keys_there_is_nothing_to_replace(settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path / "none"
    with pytest.raises(CommandError, match="no keys yet"):
        call_command("make_keys", "--rotate")
