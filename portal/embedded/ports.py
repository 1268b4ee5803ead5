import socket
import time
from collections.abc import Callable

HOST = "127.0.0.1"


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_busy(port: int) -> bool:
    """Tell whether the port can't be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def answers(port: int) -> bool:
    """Tell whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def wait_until(is_true: Callable[[], bool], *, seconds: float, failure: str, every: float = 0.05) -> None:
    """Wait for something to become true; raise TimeoutError with the given words if it doesn't."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(failure)
        time.sleep(every)
