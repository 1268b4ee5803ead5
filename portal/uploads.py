"""How much of a file is taken in: no more than is needed to tell that it is too large."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class OnlySoMuch(FileUploadHandler):
    """Let a file through to where it is kept up to the first bytes that are too many; the rest is read and forgotten.

    The form then finds a file that is too large, tells so at its field, and keeps everything else that was sent.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass on what comes while the file isn't too large yet."""
        return raw_data if start <= settings.EVIDENCE_MAX_BYTES else None

    def file_complete(self, file_size: int) -> Any:
        """Leave the file to the handlers that keep it."""
        return None
