"""A text that isn't in the page's language says in which one it is (WCAG 3.1.2), which no checker of pages can see.

The world's own words stand in ‹ › and are English; the reader's language is Arabic.
"""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape

from portal.access import ACCESS, Access
from portal.templatetags import words
from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.models import ServiceVersion
from services.catalogue.operations import load_life_events
from services.requests.operations import add_evidence, start_draft
from services.transparency.periods import months_after
from services.transparency.standings import renew_standings
from tests import worlds
from tests.access.test_every_url import visitors_of
from tests.access.world import Town, one_page
from tests.languages.conftest import in_marks
from tests.languages.test_every_page import visit, visits
from tests.public.test_figures import add

EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "source", "wbr"}
# What can't carry a mark, what isn't read, and definitions, which name their languages themselves.
WITHOUT_MARKS = {"title", "script", "style", "textarea", "pre"}
STAFF = (Access.CLERK, Access.SUPERVISOR, Access.MANAGER, Access.OVERSEER, Access.ADMIN, Access.DEMO)


Visit = tuple[str, str, dict[str, Any] | None]
FILLED = {"rooms": 3, "few": "v1", "people": [{"name": "Aysel"}], "agreed": True, "several": ["v1"]}


class Languages(HTMLParser):
    """Gather the texts in ‹ › that stand where the page says that its own language is spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = [("", "")]
        self.unmarked: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self.open.append((tag, dict(attributes).get("lang") or self.open[-1][1]))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in (known for known, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tag, language = self.open[-1]
        if "‹" in data and language == "ar" and tag not in WITHOUT_MARKS:
            self.unmarked.add(" ".join(data.split()))


def unmarked(page: str) -> set[str]:
    reader = Languages()
    reader.feed(page)
    return reader.unmarked


def rich() -> dict[str, Any]:
    """Give what a definition may say beside what the towns' own says."""

    def field(key: str, kind: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "kind": kind, "label": {"en": key}, "hint": {"en": f"hint of {key}"}, **more}

    def options(count: int) -> list[dict[str, Any]]:
        return [{"value": f"v{at}", "label": {"en": f"option {at}"}, "hint": {"en": "why"}} for at in range(count)]

    fields = [
        field("words", "text", example="any"),
        field("rooms", "number", unit={"en": "rooms"}),
        field("few", "one_of", options=options(2)),
        field("many", "one_of", options=options(9)),
        field("several", "several_of", options=options(2)),
        field("agreed", "yes_no"),
        field("where", "address", required=False),
        field("people", "group", item={"en": "Person"}, fields=[field("name", "text")]),
        field("plan", "file", at_most=2),
    ]
    question = {"key": "age", "kind": "number", "text": {"en": "Your age"}, "hint": {"en": "In years"}}
    choice = {"key": "kind", "kind": "one_of", "text": {"en": "Which kind"}, "options": options(2)}
    requirement = {"text": {"en": "Adults"}, "questions": [question, choice], "when": "person.age >= 18"}
    return in_marks(
        {
            "description": {"en": "All of it"},
            "identity": "none",
            "eligibility": [requirement, {"text": {"en": "Kind people"}}],
            "pages": [{"key": "about", "title": {"en": "About"}, "intro": {"en": "All about"}, "fields": fields}],
            "evidence": [{"key": "paper", "title": {"en": "Paper"}, "hint": {"en": "A new one"}}],
            "fee": {
                "base": [{"amount": 5, "when": "answers.rooms > 2", "label": {"en": "Large"}}, {"amount": 3}],
                "reductions": [{"percent": 10, "when": "answers.agreed", "label": {"en": "Agreed"}}],
                "note": {"en": "In cash"},
            },
            "appeal": {"legal": {"en": "Law of appeals"}},
            "retention": {"years": 5, "law": {"en": "Law of archives"}},
        }
    )


def many_worded(town: Town) -> ServiceVersion:
    """Publish a service of a town in which everything that may be said is said."""
    pay = {
        "key": "pay",
        "kind": "applicant",
        "title": worlds.text("Pay"),
        "explain": worlds.text("Pay at the counter"),
        "waits_for": "payment",
        "next": [{"to": "judge"}],
    }
    judge = worlds.desk("judge", explain=worlds.text("We look at it"))
    return worlds.published([pay, judge], towns=(town.name,), service="rich", **rich())


def rich_pages(town: Town) -> list[Visit]:
    """Give the addresses that show a service in which everything is said, and figures with many cases."""
    version = many_worded(town)
    advice = [{"service": "rich", "role": "first", "words": worlds.text("Begin here")}]
    known = {"name": worlds.text("Moving home"), "summary": worlds.text("All of it")}
    load_life_events([{"code": "moving-home", **known, "guide": advice}])
    office = Office.objects.get(code=f"{town.name}-hall")
    draft = start_draft(version.service, town.citizen, office, FILLED)
    add_evidence(
        draft, "plan", ContentFile(one_page(), name="draft.pdf"), accept=["pdf"], at_most=2, now=timezone.now()
    )
    measure_much()
    return [
        ("service", "anonymous", {"code": "rich"}),
        ("apply", "owner", {"code": "rich"}),
        ("apply_page", "owner", {"pk": draft.pk, "page": "about"}),
        ("apply_page", "owner", {"pk": draft.pk, "page": "papers"}),
        ("apply_check", "owner", {"pk": draft.pk}),
    ]


def staff_pages(town: Town) -> Iterator[Visit]:
    """Give the addresses of pages that only officials and managers come to."""
    return (one for one in visits(town) if ACCESS[one[0]] in STAFF and ACCESS[one[0]] is not Access.DEMO)


def measure_much() -> None:
    """Let both towns have decided a lot last month, one of them often late."""
    month = months_after(timezone.localdate().replace(day=1), -1)
    for town, late in (("north", 10), ("south", 60)):
        place = {"office": f"{town}-hall", "channel": "online", "version": "1"}
        for measure, number in (("received", 100), ("approved", 90), ("refused", 10), ("late", late)):
            add(measure, number, month, **place)
        add("on_time", 100 - late, month, **place)
    add("refused:unfit", 30, month)
    renew_standings(timezone.now(), all_of_them=True)


def found_on(clients: dict[str, Client], visited: Iterable[Visit], *methods: str) -> dict[str, set[str]]:
    """Visit pages in Arabic; give what has no mark by the page's name."""
    User.objects.update(language="ar")
    found: dict[str, set[str]] = {}
    for name, who, kwargs in visited:
        for method in methods:
            answer = visit(clients[who], method, reverse(name, kwargs=kwargs))
            if answer.get("Content-Type", "").startswith("text/html"):
                found.setdefault(name, set()).update(unmarked(answer.content.decode()))
    return found


def told(found: dict[str, set[str]]) -> dict[str, set[str]]:
    return {name: texts for name, texts in found.items() if texts}


@pytest.mark.slow
@pytest.mark.django_db
class TestMarks:
    def test_stand_at_each_text_in_another_language(self, towns: tuple[Town, Town]) -> None:
        rich, clients = rich_pages(towns[0]), visitors_of(*towns)
        theirs = [one for one in visits(towns[0]) if ACCESS[one[0]] not in STAFF]

        found = found_on(clients, theirs, "get")
        answered = found_on(clients, [*rich, ("entitlements", "anonymous", None)], "get", "post")

        assert len(found) > 40
        assert {**told(found), **told(answered)} == {}

    def test_stand_on_the_pages_of_officials_and_managers(self, towns: tuple[Town, Town]) -> None:
        clients, theirs = visitors_of(*towns), list(staff_pages(towns[0]))

        found = found_on(clients, theirs, "get", "post")

        assert len(found) > 30
        assert told(found) == {}

    def test_are_missed_there_when_they_are_off(
        self, towns: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(words, "_marked", lambda said, _language: conditional_escape(said))
        some = ("desk", "desk_request", "desk_document_revoke", "managers", "managers_service")
        theirs = [one for one in staff_pages(towns[0]) if one[0] in some]

        assert set(told(found_on(visitors_of(*towns), theirs, "get"))) == set(some)

    def test_are_missed_when_they_are_off(self, towns: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(words, "_marked", lambda said, _language: conditional_escape(said))
        rich, clients = rich_pages(towns[0]), visitors_of(*towns)
        asked = {"pk": towns[0].asked.pk}
        more = [("services", "anonymous", None), ("figures", "anonymous", None), ("my_request", "owner", asked)]

        found = found_on(clients, [*rich, *more], "get")

        assert set(told(found)) == set(found)
        assert len(found) == 7


def test_the_reader_of_pages_knows_whose_language_counts() -> None:
    mixed = '<p>‹a›<br><bdi lang="en">‹b›</bdi></p><p>‹c›</p>'
    page = f'<html lang="ar"><title>‹d›</title>{mixed}<option lang="en">‹e›</option>'

    assert unmarked(page) == {"‹a›", "‹c›"}
