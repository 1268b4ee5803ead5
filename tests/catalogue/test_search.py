"""What a service tells is indexed by language, word for word; and found by that index."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from services.catalogue.models import Prose, Service, Word
from services.catalogue.queries import like, searched
from services.catalogue.search import MOST_PROSE, as_written, forms_of, is_one_error, prose_of, words_told
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
        told = words_told(whole(), {"en": "City hall", "fr": "Mairie"})

        assert set(told) == {"en", "fr", "az", "ar"}
        assert set(told["en"]) == {"city", "hall", "a", "here", "dove", "birds", "of", "feather", *KINDS}
        assert set(told["fr"]) == {"mairie", "voila", *(f"{kind}ois" for kind in KINDS)}
        assert set(told["az"]) == {"su", *(f"{kind}e" for kind in KINDS)}
        assert set(told["ar"]) == {"هذا", *KINDS}
        assert told["fr"]["voila"] == "voilà"
        assert told["az"]["pigeone"] == "pigeonə"

    def test_leaves_out_what_is_for_officials_and_what_stands_in_a_paper(self) -> None:
        words = " ".join(prose_of(words) for words in words_told(whole()).values())

        assert not [word for word in UNTOLD if word in words]

    def test_has_each_word_once_and_no_more_than_an_index_holds(self) -> None:
        much = {"pages": [{"title": {"en": f"Same same 同{number}"}} for number in range(MOST_PROSE)]}

        told = prose_of(words_told(much)["en"])

        assert told.startswith("same 同0 同1 同10 ")
        assert len(told) == MOST_PROSE


class TestSpelling:
    @pytest.mark.parametrize(
        ("text", "language", "words"),
        [
            ("L’identité, Café", "fr", [("l", "l"), ("identite", "identité"), ("cafe", "café")]),
            ("IŞIQ İş", "az", [("isiq", "ışıq"), ("is", "iş")]),
            ("Cafe\u0301 e-mail", "fr", [("cafe", "cafe\u0301"), ("e", "e"), ("mail", "mail")]),
            ("قَهْوَة", "ar", [("قهوة", "قَهْوَة")]),
            ("½", "en", [("1", "1"), ("2", "2")]),
        ],
    )
    def test_words_are_folded_and_kept_as_they_are_written(
        self, text: str, language: str, words: list[tuple[str, str]]
    ) -> None:
        assert list(as_written(text, language)) == words

    @pytest.mark.parametrize(
        "typed", ["offee", "cofee", "coffe", "ccoffee", "coffeee", "cofefe", "ocffee", "coffex", "koffee"]
    )
    def test_one_error_is_seen_and_shares_a_form(self, typed: str) -> None:
        assert is_one_error(typed, "coffee")
        assert is_one_error("coffee", typed)
        assert set(forms_of(typed)) & set(forms_of("coffee"))

    @pytest.mark.parametrize("typed", ["cffe", "coffee" * 2, "offeec", "kofee", "tea", "cefofe"])
    def test_two_are_too_many(self, typed: str) -> None:
        assert not is_one_error(typed, "coffee")
        assert not is_one_error("coffee", typed)


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

    def test_keeps_the_words_that_some_service_tells_and_no_others(self) -> None:
        worlds.build_agencies("north")
        worlds.published([worlds.desk("judge")], service="loft", description={"en": "Pigeons"})
        worlds.published([worlds.desk("judge")], service="barn", description={"en": "Pigeons and swallows"})
        worlds.published([worlds.desk("judge")], service="barn", description={"en": "Owls"})

        known = set(Word.objects.filter(language="en").values_list("written", flat=True))

        assert known >= {"pigeons", "north", "owls"}
        assert "swallows" not in known
        assert "and" not in known

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
        vocabulary = set(Word.objects.values_list("language", "folded"))
        Prose.objects.all().delete()
        Word.objects.all().delete()
        Service.objects.create(code="never-published", responsible=Service.objects.get().responsible)

        for update in ("0008_prose_of_all", "0010_words_of_all"):
            import_module(f"services.catalogue.migrations.{update}").tell(apps, None)

        told = {one.language: one.words.split() for one in Prose.objects.all()}
        names = {"north", "hall", "moving", "home"}  # are added when it is published again
        assert {language: set(words) - names for language, words in before.items()} == {
            language: set(words) - names for language, words in told.items()
        }
        assert before.keys() == {"en", "fr"}
        told_again = set(Word.objects.values_list("language", "folded"))
        assert {word for word in told_again if word[1] not in names} == {
            word for word in vocabulary if word[1] not in names
        }


@pytest.mark.django_db
def test_words_are_found_by_their_indexes_however_many_services_there_are() -> None:
    worlds.build_agencies("north")
    agency = worlds.published([worlds.desk("judge")]).service.responsible
    words = " ".join(f"word{number}" for number in range(100))
    services = Service.objects.bulk_create(
        Service(code=f"s{number}", responsible=agency, words=f"{words} s{number}") for number in range(MANY)
    )
    Prose.objects.bulk_create(Prose(service=one, language="en", words=f"{words} only{one.code}") for one in services)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalogue_prose, catalogue_service")

    told = searched("onlys77").explain()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # of few words PostgreSQL rather reads all
    known = like(["offce"]).explain()

    assert "Bitmap Index Scan on prose_words" in told
    assert "Seq Scan on catalogue_prose" not in told
    assert "Bitmap Index Scan on service_vector" in told
    assert "Bitmap Index Scan on word_forms" in known
    assert "Seq Scan" not in known
