"""What production refuses to start with."""

from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from services.connectors.addresses import NotAllowed, read_allowed

SHORTEST_KEY = 50
FEWEST_CHARACTERS = 10
KNOWN_KEYS = ("demo-", "dev-", "test-", "django-insecure-", "change")
LEDGER_TRIGGERS = {"refuse_change", "refuse_truncate"}
LEDGER_TABLES = tuple(
    f"ledger_{name}" for name in ("event", "leaf", "seal", "publiccode", "publicevent", "cosignature")
)
GUARDING_TRIGGERS = """
    SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE tgrelid = ANY(SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
        AND NOT tgisinternal AND tgenabled IN ('O', 'A')
"""


def settings_are_strong(**_: Any) -> list[CheckMessage]:
    """Check the settings for what only a demonstration may have."""
    return [Error(reason, id="portal.E001") for reason in weak_settings()]


def files_are_scanned(**_: Any) -> list[CheckMessage]:
    """Warn of files that go to clerks as they came."""
    if settings.CLAMD_URL:
        return []
    return [
        Caution(
            "CLAMD_URL is empty: nobody checks files for harmful programs before clerks open them.", id="portal.W001"
        )
    ]


def ledger_is_guarded(databases: list[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Check the database for the triggers that keep the ledger append-only."""
    return [Error(reason, id="portal.E002") for reason in missing_guards()] if databases else []


def weak_settings() -> Iterator[str]:
    """Give a sentence for each setting that production must not have."""
    key = secret_key()
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        yield f"SECRET_KEY is too weak: set it to at least {SHORTEST_KEY} random characters."
    if key.startswith(KNOWN_KEYS):
        yield "SECRET_KEY comes from a demonstration: make a new one."
    if settings.DEBUG:
        yield "DEBUG shows the inside to everyone: switch it off."
    if not settings.ALLOWED_HOSTS or any(host.startswith("*") for host in settings.ALLOWED_HOSTS):
        yield "ALLOWED_HOSTS must name the portal's own host names."
    if urlparse(settings.BASE_URL).scheme != "https":
        yield "BASE_URL must start with https://."
    if not settings.STAFF_NEED_SECOND_FACTOR:
        yield "STAFF_NEED_SECOND_FACTOR must be on: staff see personal data."
    if urlparse(settings.CLAMD_URL).scheme not in ("", "tcp", "unix"):
        yield "CLAMD_URL must be tcp://host:port or unix:///path."
    yield from unreadable_places()
    yield from switches_of_tests()


def unreadable_places() -> Iterator[str]:
    for line in settings.WEBHOOK_ALLOW:
        try:
            read_allowed(line)
        except NotAllowed as why:
            yield f"WEBHOOK_ALLOW: “{line}” {why}."


def switches_of_tests() -> Iterator[str]:
    if not all(settings.GUARDS.values()):
        yield "GUARDS may be switched off by tests only."
    if settings.CRASH_AT:
        yield "CRASH_AT is for tests only: processes would kill themselves."


def secret_key() -> str:
    # Django itself raises when the key is empty; here that is one reason among others.
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return ""


def missing_guards() -> Iterator[str]:
    """Give a sentence for each trigger that the ledger lacks."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDING_TRIGGERS, [list(LEDGER_TABLES)])
        present = set(cursor.fetchall())
    for table, name in sorted(set(product(LEDGER_TABLES, LEDGER_TRIGGERS)) - present):
        yield f"The table {table} lacks its trigger {name}: run “manage.py migrate”, and find out who removed it."


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured with every reason why production must not start like this."""
    if not settings.IS_PRODUCTION:
        return
    reasons = [*weak_settings(), *missing_guards()]
    if reasons:
        raise ImproperlyConfigured("\n".join(["This portal refuses to start:", *reasons]))
