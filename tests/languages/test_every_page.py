"""No page falls back into English: every address in Arabic, which has no letter in common with it.

What the world of these tests calls its things stands in ‹ ›, so that what is left in Latin letters is the portal's own.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.access import ACCESS, Access
from services.accounts.models import User
from tests.access.test_every_url import EXPECTED, visitors_of
from tests.access.world import SHARED, Town, addresses
from tests.languages.reading import said_on

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
VISITORS = ("owner", "clerk", "manager", "anonymous")
LANGUAGES = "English|Azərbaycanca|Français"
OF_PROGRAMS = r"client_(id|secret)|(GET|POST) /api/\S+|Open311|OpenAPI|Idempotency-Key|If-Match|Retry-After|curl"
KINDS = f"{OF_PROGRAMS}|AZN|BPMN|CSV|JPEG|JSON|JavaScript|PDF|PNG|SHA-256|Standard Webhooks|UTF-8|YAML|ZIP|XmR"
PEOPLE = r"(Aysel|Bruno|Chloe|Dilara)(-North|-South)?|Secret of \w+|\S+@\S+"
THINGS = r"‹[^›]*›|(\w{4}-){2,3}\w{2,4}|(own-)?(north|south)|permit|(paper|draft)\.pdf"
MESSAGES = r"https://\S+|msg_\w{32}|webhook\.test"
WORDS = r"Late ones|Move|Own app|Thanks|Which paper\?"
ALIKE = re.compile(f"{LANGUAGES}|{KINDS}|{PEOPLE}|{THINGS}|{MESSAGES}|{WORDS}")
WORD = re.compile(r"[A-Za-z]{3,}")


def visits(here: Town) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """Give each address of a page with the first visitor who may come to it."""
    whole = addresses(here)
    for name, rule in ACCESS.items():
        if rule is not Access.DEMO and not name.startswith("api_"):
            allowed = [one for one in VISITORS if EXPECTED.get(name, {}).get(one, "ok") == "ok"]
            yield from ((name, who, kwargs) for who in allowed[:1] for kwargs in whole.get(name, [SHARED.get(name)]))


def latin(page: str) -> set[str]:
    return {text for text in said_on(page) if WORD.search(ALIKE.sub("", text))}


@pytest.mark.parametrize("method", ["get", "post"])
def test_speaks_no_english(towns: tuple[Town, Town], method: str) -> None:
    User.objects.update(language="ar")
    clients, found, pages = visitors_of(*towns), {}, 0
    for name, who, kwargs in visits(towns[0]):
        answer = visit(clients[who], method, reverse(name, kwargs=kwargs))
        if answer.get("Content-Type", "").startswith("text/html"):
            pages += 1
            found[name] = latin(answer.content.decode())

    assert pages > 60
    assert {name: texts for name, texts in found.items() if texts} == {}


def visit(client: Client, method: str, address: str) -> Any:
    """Visit an address, with nothing filled in; what that changes is taken back for the next one."""
    with transaction.atomic():
        answer = getattr(client, method)(address, follow=True, headers={"Accept-Language": "ar"})
        transaction.set_rollback(True)
    return answer


def test_an_english_word_is_noticed() -> None:
    page = (
        '<p title="Aysel">‹Permit› مرحبا</p><a aria-label="Go back">رجوع</a><p data-words="Kept at #">Bruno agreed</p>'
        '<p lang="en">Take a <code>task</code> now</p><span lang="en">It is</span>'
    )

    assert latin(page) == {"Go back", "Kept at #", "Bruno agreed"}
