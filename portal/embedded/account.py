"""Finds an account for PostgreSQL, which refuses to run as root."""

import ctypes
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWUSER = 0x10000000
NOBODY = "nobody"


class NoAccount(Exception):
    """No way is left to run PostgreSQL without being root."""


@dataclass(frozen=True)
class Account:
    """How a process gives up being root: by a change of user, in a user namespace, or not at all."""

    user: str | None = None
    before_exec: Callable[[], None] | None = None

    def own(self, folder: Path) -> None:
        """Make a folder, and give it with all that is in it to whoever will use it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return
        owner = pwd.getpwnam(self.user or "root")
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def choose_account(*paths: Path) -> Account:
    """Choose the account that can reach all paths: our own, `nobody`, or root behind a user namespace."""
    if os.geteuid() != 0:
        return Account()
    if all(is_open_to_all(path) for path in paths):
        return Account(user=NOBODY)
    if can_unshare():
        return Account(before_exec=hide_root)
    raise NoAccount(
        f"PostgreSQL doesn't run as root, and the account “{NOBODY}” can't reach {paths[0]}. "
        "Move the folder out of the private home, run this as another user, or set DATABASE_URL."
    )


def is_open_to_all(path: Path) -> bool:
    """Tell whether every folder above a path lets everyone pass."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def hide_root() -> None:
    """Let this process see itself as `nobody` while the kernel goes on giving it root's files."""
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"65534 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"65534 {gid} 1")


def can_unshare() -> bool:
    """Try a user namespace in a child; containers may forbid it."""
    child = os.fork()
    if child == 0:
        os._exit(_try_to_hide())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _try_to_hide() -> int:
    try:
        hide_root()
    except OSError:
        return 1
    return 0
