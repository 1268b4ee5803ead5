"""The second secret that opens a request's state to whom holds it, without an account.

It is 80 bits of an HMAC of the request's number under the portal's secret key, so nothing of it is stored: a copy of
the database opens no request.
"""

from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from services.requests.rules import ALPHABET, LOOK_ALIKES

LENGTH, GROUP = 16, 4
BITS = 5


def status_code_of(service_request: UUID, key: str | bytes | None = None) -> str:
    """Give a request's code, 16 characters of Crockford's alphabet."""
    digest = salted_hmac("portal.status", str(service_request), secret=key, algorithm="sha256").digest()
    number = int.from_bytes(digest[: LENGTH * BITS // 8])
    return "".join(ALPHABET[number >> BITS * place & 31] for place in range(LENGTH))


def write_status_code(code: str) -> str:
    """Write a code in groups: K7M2-9QXD-4TAB-3F0Z."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def opens(service_request: UUID, text: str) -> bool:
    """Tell whether a text, as people write it, is the code of a request; under a former key, too."""
    given = "".join(text.upper().split()).replace("-", "").translate(LOOK_ALIKES)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(given, status_code_of(service_request, key)) for key in keys)
