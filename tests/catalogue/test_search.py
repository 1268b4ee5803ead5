"""What a service tells is indexed by language, word for word; and found by that index."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from services.catalogue.models import Prose, Service
from services.catalogue.queries import searched
from services.catalogue.search import MOST_PROSE, prose_of
from tests import worlds

MANY = 2_000
KINDS = (
    *("title", "summary", "description", "requirement", "question", "advice", "law", "page", "intro", "flock", "item"),
    *("pigeon", "colour", "tip", "option", "ring", "paper", "fee", "reason", "document", "step", "meaning", "branch"),
)
UNTOLD = ("sentence", "choice", "motion", "care", "setting", "parameter", "objection", "keeping")


def text(word: str) -> dict[str, str]:
    return {"en": f"A {word} here", "fr": f"Voilà {word}ois", "az": f"Şu {word}ə", "ar": f"هذا {word}"}


def whole() -> dict[str, Any]:
    """Give the plain data of a definition that has each kind of text once."""
    part = {
        "key": "c",
        "label": text("colour"),
        "hint": text("tip"),
        "options": [{"value": "x", "label": text("ring")}],
    }
    options = [{"value": "x", "label": text("option"), "hint": text("pigeon")}]
    group = {"key": "g", "kind": "group", "label": text("flock"), "item": text("item"), "fields": [part]}
    choices = [{"key": "yes", "title": text("choice"), "to": "end"}]
    step = {"key": "a", "kind": "desk", "title": text("step"), "explain": text("meaning"), "outcomes": choices}
    tasks = {"activities": [{"title": text("motion")}], "after_care": [{"title": text("care")}]}
    ways = {
        "key": "b",
        "kind": "parallel",
        "branches": [{"key": "c", "title": text("branch")}],
        "settings": text("setting"),
    }
    return {
        "service": "whole",
        **{name: text(name) for name in ("title", "summary", "description")},
        "keywords": {"en": ["dove", "birds of a feather"], "fr": []},
        "eligibility": [
            {"text": text("requirement"), "questions": [{"text": text("question"), "hint": text("advice")}]}
        ],
        "legal_basis": [{"title": text("law"), "article": "1"}],
        "pages": [{"key": "p", "title": text("page"), "intro": text("intro"), "fields": [group, {"options": options}]}],
        "evidence": [{"key": "e", "title": text("paper")}],
        "fee": {"base": [{"amount": "1", "label": text("fee")}]},
        "rejection_reasons": [{"code": "r", "text": text("reason")}],
        "documents": [{"key": "d", "title": text("document"), "body": text("sentence")}],
        "workflow": {"start": "a", "steps": [{**step, **tasks}, ways]},
        "parameters": {"much": text("parameter")},
        "appeal": {"legal": text("objection")},
        "retention": {"law": text("keeping")},
    }


class TestProse:
    def test_has_every_text_that_people_read_each_in_its_language(self) -> None:
        told = {
            language: words.split()
            for language, words in prose_of(whole(), {"en": "City hall", "fr": "Mairie"}).items()
        }

        assert set(told) == {"en", "fr", "az", "ar"}
        assert set(told["en"]) == {"city", "hall", "a", "here", "dove", "birds", "of", "feather", *KINDS}
        assert set(told["fr"]) == {"mairie", "voila", *(f"{kind}ois" for kind in KINDS)}
        assert set(told["az"]) == {"su", *(f"{kind}e" for kind in KINDS)}
        assert set(told["ar"]) == {"هذا", *KINDS}

    def test_leaves_out_what_is_for_officials_and_what_stands_in_a_paper(self) -> None:
        words = " ".join(prose_of(whole(), {}).values())

        assert not [word for word in UNTOLD if word in words]

    def test_has_each_word_once_and_no_more_than_an_index_holds(self) -> None:
        much = {"pages": [{"title": {"en": f"Same same 同{number}"}} for number in range(MOST_PROSE)]}

        told = prose_of(much, {})["en"]

        assert told.startswith("same 同0 同1 同10 ")
        assert len(told) == MOST_PROSE


@pytest.mark.django_db
class TestPublishing:
    def test_keeps_what_the_service_tells_now(self) -> None:
        worlds.build_agencies("north")
        worlds.published([worlds.desk("judge")], description={"en": "Pigeons", "fr": "Des pigeons"})
        worlds.published([worlds.desk("judge")], description={"en": "Doves"})

        told = dict(Prose.objects.values_list("language", "words"))

        assert list(told) == ["en"]
        assert "doves" in told["en"].split()
        assert "north" in told["en"].split()
        assert "pigeons" not in told["en"]

    def test_takes_as_much_as_the_index_can_hold(self) -> None:
        worlds.build_agencies("north")
        version = worlds.published([worlds.desk("judge")])
        words = " ".join(f"{chr(0x20000 + number)}{number}" for number in range(MOST_PROSE // 4))[:MOST_PROSE]

        Prose.objects.create(service=version.service, language="ar", words=words)

        assert list(searched("\U000200077")) == [version.service]

    def test_what_was_published_before_is_indexed_by_the_update(self) -> None:
        worlds.build_agencies("north")
        worlds.published([worlds.desk("judge")], description={"en": "Pigeons", "fr": "Des pigeons"})
        before = {one.language: one.words.split() for one in Prose.objects.all()}
        Prose.objects.all().delete()
        Service.objects.create(code="never-published", responsible=Service.objects.get().responsible)

        import_module("services.catalogue.migrations.0008_prose_of_all").tell(apps, None)

        told = {one.language: one.words.split() for one in Prose.objects.all()}
        names = {"north", "hall", "moving", "home"}  # are added when it is published again
        assert {language: set(words) - names for language, words in before.items()} == {
            language: set(words) - names for language, words in told.items()
        }
        assert before.keys() == {"en", "fr"}


@pytest.mark.django_db
def test_prose_is_found_by_its_index_however_many_services_there_are() -> None:
    worlds.build_agencies("north")
    agency = worlds.published([worlds.desk("judge")]).service.responsible
    services = Service.objects.bulk_create(Service(code=f"s{number}", responsible=agency) for number in range(MANY))
    words = " ".join(f"word{number}" for number in range(100))
    Prose.objects.bulk_create(Prose(service=one, language="en", words=f"{words} only{one.code}") for one in services)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalogue_prose")

    told = searched("onlys77").explain()

    assert "Bitmap Index Scan on prose_words" in told
    assert "Seq Scan on catalogue_prose" not in told
