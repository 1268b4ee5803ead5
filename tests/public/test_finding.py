"""Services are found by words, however they are typed, and by what a person is entitled to."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from services.agencies.models import Agency
from services.catalogue.queries import Spelling, respelled
from tests import worlds

pytestmark = pytest.mark.django_db
AssertMaxQueries = Callable[..., Any]


def tell(code: str, *, option: str | dict[str, str] = "Other", **texts: str) -> None:
    """Publish a service whose form has an option with these words."""
    label = worlds.text(option) if isinstance(option, str) else option
    options = [{"value": "x", "label": label}, {"value": "y", "label": worlds.text("None")}]
    field = {"key": "c", "kind": "one_of", "label": worlds.text("Which?"), "options": options}
    page = {"key": "a", "title": worlds.text("A"), "fields": [field]}
    named = {"title": worlds.text(code.title()), **{name: worlds.text(words) for name, words in texts.items()}}
    worlds.published([worlds.desk("judge")], service=code, pages=[page], **named)


class TestEntitlements:
    @pytest.fixture(autouse=True)
    def services(self) -> None:
        worlds.build_agencies("north")
        questions = [{"key": "age", "kind": "number", "text": worlds.text("How old are you?")}]
        rule = {"text": worlds.text("You are grown up"), "questions": questions, "when": "person.age >= 18"}
        worlds.published([worlds.desk("judge")], eligibility=[rule])

    def tell(self, client: Client, age: str) -> tuple[int, str]:
        answer = client.post(reverse("entitlements"), {"age": age})
        assert "no-store" in answer.headers["Cache-Control"]
        return answer.status_code, answer.content.decode()

    @pytest.mark.parametrize(
        ("age", "told"),
        [("30", "These are for you"), ("", "These may be for you"), ("7", "These are not for you")],
    )
    def test_tells_what_is_for_a_person(self, client: Client, age: str, told: str) -> None:
        status, body = self.tell(client, age)

        assert status == 200
        assert told in body
        assert "You are grown up" in body

    @pytest.mark.parametrize("age", ["many", "-1", "1e9", "99999999999999999999", "٣", "\0"])
    def test_bad_answers_are_told_and_kept(self, client: Client, age: str) -> None:
        status, body = self.tell(client, age)

        assert (status, "How old are you?" in body) in ((422, True), (200, True))
        assert status == 422 or age == "٣"

    def test_takes_the_age_from_the_profile_and_says_so(self, client: Client) -> None:
        client.force_login(worlds.citizen(birth_date=date(2000, 1, 1)))
        body = client.get(reverse("entitlements")).content.decode()

        assert "Your age comes from your profile." in body
        assert re.search(r'name="age" value="2[0-9]"', body)


class TestSearch:
    @pytest.fixture(autouse=True)
    def services(self) -> None:
        worlds.build_agencies("north")
        for code, title, summary in (
            ("parking", "Parking permit", "Park where you live"),
            ("building", "Building permit", "Build with a garage and a parking place"),
            ("seki", "Şəki ölkəşünaslıq", "Muzey"),
        ):
            worlds.published(
                [worlds.desk("judge")], service=code, title=worlds.text(title), summary=worlds.text(summary)
            )

    def found(self, client: Client, words: str) -> list[str]:
        answer = client.get(reverse("services"), {"q": words})
        assert answer.status_code == 200
        return [service.code for service in answer.context["page"].object_list]

    @pytest.mark.parametrize(
        ("words", "codes"),
        [
            ("parking", ["parking", "building"]),
            ("PARK", ["parking", "building"]),
            ("perm", ["building", "parking"]),
            ("parkng", ["parking", "building"]),
            ("Şəki", ["seki"]),
            ("seki olkesunasliq", ["seki"]),
            ("permit building", ["building"]),
        ],
    )
    def test_finds_what_is_called_so_first(self, client: Client, words: str, codes: list[str]) -> None:
        assert self.found(client, words)[: len(codes)] == codes

    def test_what_tells_of_it_anywhere_comes_after_what_is_called_so_and_before_what_is_written_alike(
        self, client: Client
    ) -> None:
        tell("alike", title="Pigeon")
        tell("called", title="Pigeons")
        tell("short", summary="For pigeons")
        tell("told", title="Loft", option="Pigeons")

        assert self.found(client, "pigeons") == ["called", "short", "told", "alike"]

    @pytest.mark.parametrize(
        ("words", "is_found"),
        [
            *(
                ("feathers", True),
                ("feath", True),
                ("FEATHERS", True),
                ("plumes", True),
                ("lelək", True),
                ("lelek", True),
            ),
            *(
                ("ريش", True),
                ("الحمام", True),
                ("الحم", True),
                ("loft feathers", True),
                ("feathers hall", True),
                ("of", True),
            ),
            *(("fethers", True), ("eathers", True), ("featherss", True), ("faethers", True), ("feithers", True)),
            *(("plumse", True), ("lələkk", True), ("lelk", True), ("الحمم", True), ("loft fethers", True)),
            *(("fthers", False), ("fetahres", False), ("plumes feathers", False), ("plumse feathers", False)),
            *(("o", False), ("off", False), ("hals", False), ("10000", True), ("10001", False)),
        ],
    )
    def test_tells_in_four_languages_by_whole_words_and_beginnings_with_one_error_in_each(
        self, client: Client, words: str, is_found: bool
    ) -> None:
        Agency.objects.filter(code="north").update(name={"en": "City hall", "fr": "Mairie"})
        tell(
            "told",
            title="Loft",
            option={"en": "Of 10000 feathers", "fr": "Plumes d’oiseau", "az": "Quş lələyi: lələk", "ar": "ريش الحمام"},
        )

        assert ("told" in self.found(client, words)) == is_found

    @pytest.mark.parametrize(
        ("name", "headers"), [("services", {}), ("services", {"HX-Request": "true"}), ("figures", {})]
    )
    def test_says_what_it_looked_for_instead_wherever_services_are_looked_for(
        self, client: Client, name: str, headers: dict[str, str]
    ) -> None:
        tell("told", title="Loft", option={"en": "Feathers", "fr": "À plumes"})

        body = client.get(reverse(name), {"q": "plumse"}, headers=headers).content.decode()

        assert "Nothing was found for “<bdi>plumse</bdi>”." in body
        assert re.search(r'“<a href="\?q=plumes[^"]*"><bdi lang="fr"[^>]*>plumes</bdi></a>”', body), body
        assert "Loft" in body
        assert "Parking permit" not in body

    @pytest.mark.parametrize(("language", "words"), [("en", "kittens"), ("fr", "mittens")])
    def test_of_several_words_that_may_be_meant_takes_the_one_of_the_page(
        self, client: Client, language: str, words: str
    ) -> None:
        tell("told", title="Loft", option={"en": "Kittens", "fr": "Mittens"})

        body = client.get(reverse("services"), {"q": "sittens"}, headers={"Accept-Language": language}).content.decode()

        assert f'<a href="?q={words}">{words}</a>' in body

    def test_offers_nothing_by_which_nothing_is_found(self, client: Client) -> None:
        tell("told", title="Loft", option="Kittens")

        answer = client.get(reverse("services"), {"q": "kttens parking"})

        assert respelled("kttens parking", "en") == Spelling("en", "kittens parking")
        assert "Nothing was found for" not in answer.content.decode()
        assert "No service was found." in answer.content.decode()

    def test_looks_for_it_within_what_was_chosen(self, client: Client) -> None:
        worlds.build_agencies("north", "south")
        tell("told", title="Loft", option="Kittens")

        near = client.get(reverse("figures"), {"q": "kttens", "agency": "north"}).content.decode()
        far = client.get(reverse("figures"), {"q": "kttens", "agency": "south"}).content.decode()

        assert '<a href="?q=kittens&amp;agency=north&amp;sort=">kittens</a>' in near
        assert "Nothing was found for" not in far
        assert "No service was found." in far

    def test_what_is_found_as_it_is_typed_is_not_respelled(self, client: Client) -> None:
        tell("told", title="Loft", option="Parkings")

        assert client.get(reverse("services"), {"q": "parkings"}).context["spelling"] is None
        assert self.found(client, "parkings") == ["told", "parking", "building"]

    @pytest.mark.parametrize(("words", "most"), [("parking", 2), ("park", 2), ("parkng", 4), ("xyzzy", 3)])
    def test_takes_few_queries(
        self, client: Client, words: str, most: int, django_assert_max_num_queries: AssertMaxQueries
    ) -> None:
        client.get(reverse("services"))

        with django_assert_max_num_queries(most):
            client.get(reverse("services"), {"q": words})

    def test_what_is_called_so_comes_before_what_speaks_of_it(self, client: Client) -> None:
        assert self.found(client, "parking")[0] == "parking"

    @pytest.mark.parametrize("words", ["veteran", "kartographie", "drawing unfit", "pigeons", "certificat", "mairie"])
    def test_finds_by_every_text_of_a_service(self, client: Client, words: str) -> None:
        Agency.objects.filter(code="north").update(name={"en": "City hall", "fr": "Mairie"})
        questions = [{"key": "b", "kind": "text", "label": worlds.text("How many pigeons?")}]
        worlds.published(
            [worlds.desk("judge")],
            service="whole",
            eligibility=[{"text": worlds.text("You are a veteran."), "when": "true"}],
            legal_basis=[{"title": {**worlds.text("Law"), "en": "Kartographie Act"}, "article": "1"}],
            rejection_reasons=[{"code": "unfit", "text": worlds.text("The drawing is unfit.")}],
            pages=[{"key": "a", "title": worlds.text("A"), "fields": questions}],
            documents=[{"key": "paper", "title": worlds.text("Certificate"), "body": worlds.text("{reference}")}],
        )

        assert "whole" in self.found(client, words)

    @pytest.mark.parametrize(
        "words",
        [
            "%",
            "_",
            "\\",
            "'",
            ";--",
            "x" * 10_000,
            "a " * 500,
            "a* OR b*",
            "!!!",
            "the",
            "&|!():*",
            "\0",
            "<->",
            "\u200b",
        ],
    )
    def test_odd_words_find_nothing_or_something_but_never_fail(self, client: Client, words: str) -> None:
        self.found(client, words)

    def test_suggests_what_is_written_nearly(self, client: Client) -> None:
        body = client.get(reverse("services"), {"q": "parqinq prmitt"}).content.decode()

        assert "No service was found." in body
        assert "Did you mean one of these?" in body
