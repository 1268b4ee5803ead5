"""Write files so that nobody ever reads half of one."""

import os
import tempfile
from pathlib import Path

from portalctl.stops import Stop


def replace_file(file: Path, content: bytes) -> None:
    """Put a whole new file in the place of another; only its owner may read it."""
    try:
        number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        fresh = Path(name)
        try:
            with os.fdopen(number, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as fault:
        raise Stop(f"{file} can't be written: {fault}.") from None
