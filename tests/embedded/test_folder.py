import os
from pathlib import Path

import pytest

from portal.checks import KNOWN_KEYS
from portal.embedded.account import is_open_to_all
from portal.embedded.folder import AlreadyRunning, Folder, stamp_of


class TestLock:
    def test_refuses_a_second_owner_in_one_line(self, tmp_path: Path) -> None:
        first = Folder(tmp_path)
        first.lock()

        with pytest.raises(AlreadyRunning) as refusal:
            Folder(tmp_path).lock()

        assert f"process {os.getpid()}" in str(refusal.value)
        assert "\n" not in str(refusal.value)

    def test_is_free_again_after_release(self, tmp_path: Path) -> None:
        first = Folder(tmp_path)
        first.lock()

        first.release()

        Folder(tmp_path).lock()


class TestSecret:
    def test_stays_the_same_and_is_readable_by_its_owner_only(self, tmp_path: Path) -> None:
        secret = Folder(tmp_path).secret("key")

        assert Folder(tmp_path).secret("key") == secret
        assert (tmp_path / "secrets" / "key").stat().st_mode & 0o077 == 0

    def test_is_one_that_production_refuses(self, tmp_path: Path) -> None:
        assert Folder(tmp_path).secret("key").startswith(KNOWN_KEYS)


class TestStamp:
    def test_changes_with_any_file(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("1")
        before = stamp_of([tmp_path])

        (tmp_path / "a").write_text("12")

        assert stamp_of([tmp_path]) != before


class TestOpenToAll:
    def test_is_false_behind_a_private_folder(self, tmp_path: Path) -> None:
        private = tmp_path / "private"
        private.mkdir(mode=0o700)

        assert not is_open_to_all(private / "data")
