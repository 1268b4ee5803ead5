"""What people find in the samples by words: by all that a service tells, and by mistyped ones what was meant."""

import random
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from services.catalogue.models import Prose, Word
from services.catalogue.queries import found_or_respelled, respelled, searched
from services.catalogue.search import fold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("samples")]

# What is looked for instead, and what is found by that; nothing instead where something is found as it is typed.
MISTYPED = {
    "parkng": ("parking", "parking-permit address-change"),
    "parkng permit": ("parking permit", "parking-permit address-change"),
    "stationement": ("stationnement", "parking-permit address-change"),
    "carte d'identitee": ("", "id-card-renewal"),
    "identty card": ("identity card", "id-card-renewal marriage-registration"),
    "idntity": ("identity", "id-card-renewal marriage-registration"),
    "bussiness": ("business", "small-business-licence environmental-permit"),
    "kindergaten": ("kindergarten", "kindergarten-place address-change"),
    "marrage": ("marriage", "marriage-registration birth-registration"),
    "mariage registration": ("", "marriage-registration"),
    "bilding permit": ("building permit", "building-permit address-change"),
    "housng benefit": ("housing benefit", "housing-benefit"),
    "potole": ("pothole", "pothole-report"),
    "pothol report": ("", "pothole-report"),
    "birth regstration": ("birth registration", "birth-registration"),
    "naissence": ("naissance", "birth-registration kindergarten-place housing-benefit"),
    "şəxsiyyet vesiqesi": ("", "id-card-renewal"),
    "adress change": ("", "address-change"),
    "changment d'adresse": ("changement d adresse", "address-change"),
    "enviromental": ("environmental", "environmental-permit"),
    "proprty extract": ("property extract", "property-extract building-permit"),
    "complant": ("complaint", "complaint-appeal"),
    "apeal": ("appeal", "complaint-appeal appeal building-permit housing-benefit"),
    "parking permt sumgait": ("parking permit sumgait", "parking-permit address-change"),
    "food stal": ("", "small-business-licence"),
    "kiosq": ("", "small-business-licence"),
    "cofee": ("coffee", "small-business-licence"),
    "qevhe": ("qəhvə", "small-business-licence"),
    "qəhvvə": ("qəhvə", "small-business-licence"),
    "tikinti icazəsi": ("", "building-permit"),
    "icazələr": (
        "",
        "environmental-permit building-permit parking-permit small-business-licence marriage-registration",
    ),
    "bağçaların": ("", "kindergarten-place"),
    "constructions": ("", "building-permit"),
    "environnemental permit": ("", "environmental-permit"),
    "expird": ("expired", "id-card-renewal"),
    "xpired": ("expired", "id-card-renewal"),
    "ogurlnib": ("oğurlanıb", "id-card-renewal"),
    # Two errors in a word, words of two languages, words that nothing tells: they bring nothing, as unlike as they are.
    **dict.fromkeys(("parqinq prmitt", "dayanacaq icazsi", "sandwitch"), ("", "")),
    **dict.fromkeys(("xyzzy", "twins", "solar", "taxi", "100000"), ("", "")),
}
MUTATED, LEAST_FOUND, MOST_WRONG = 40, 0.95, 0.15  # words of a language; share of them; wrong services for each
# What stands in options, hints, titles of pages and steps and parts of groups, or in names; the best hit comes first.
TOLD = {
    "coffee": "small-business-licence",
    "Coffee": "small-business-licence",
    "coff": "small-business-licence",
    "café": "small-business-licence",
    "qəhvə": "small-business-licence",
    "qehve": "small-business-licence",
    "coffee licence": "small-business-licence",
    "sandwich": "small-business-licence",
    "wine": "small-business-licence",
    "bière": "small-business-licence",
    "pivə": "small-business-licence",
    "midnight": "small-business-licence",
    "expired": "id-card-renewal",
    "expir": "id-card-renewal",
    "stolen": "id-card-renewal",
    "volée": "id-card-renewal",
    "oğurlanıb": "id-card-renewal",
    "identity card": "id-card-renewal",
    "stationnement": "parking-permit",
    "parking": "parking-permit",
    "doğum": "birth-registration",
    "bağça": "kindergarten-place",
}
NOWHERE = ("xyzzy", "expired coffee", "coffee expir", "xpired", "café expired")  # as they are typed


def found(words: str) -> str:
    return " ".join(service.code for service in searched(words))


def found_anyway(words: str) -> tuple[str, str]:
    services, spelling = found_or_respelled(words, "en", searched)
    return spelling.words if spelling else "", " ".join(service.code for service in services)


def mutations(word: str, chance: random.Random) -> Iterator[str]:
    """Give a word with one letter left out, doubled, changed with the next, and replaced."""
    place = chance.randrange(len(word) - 1)
    before, letter, following, after = word[:place], word[place], word[place + 1], word[place + 2 :]
    yield from (before + following + after, before + letter + letter + following + after)
    yield from (before + following + letter + after, before + chance.choice("aeioukrstz") + following + after)


def test_mistyped_words_find_what_is_written_next_to_them_and_nothing_else() -> None:
    assert {words: found_anyway(words) for words in MISTYPED} == MISTYPED


def test_an_error_in_any_word_is_forgiven_and_brings_hardly_a_wrong_service() -> None:
    chance, telling = random.Random(28), defaultdict(set)
    for one in Prose.objects.select_related("service"):
        for word in one.words.split():
            telling[word].add(one.service.code)
    words = [
        word
        for language in ("en", "fr", "az")
        for word in chance.sample(
            sorted(Word.objects.filter(language=language).exclude(forms=[]).values_list("folded", flat=True)), MUTATED
        )
    ]
    typed = [(word, wrong) for word in words for wrong in mutations(word, chance) if wrong != word]
    lacking = [(word, wrong) for word, wrong in typed if not any(known.startswith(wrong) for known in telling)]

    meant = [(word, respelled(wrong, "en")) for word, wrong in lacking]
    services = [(telling[word], telling[fold(spelling.words)] if spelling else set()) for word, spelling in meant]

    assert len(lacking) > 3 * len(words)
    assert sum(bool(right & told) for right, told in services) / len(lacking) >= LEAST_FOUND
    assert sum(len(told - right) for right, told in services) / len(lacking) <= MOST_WRONG


def test_everything_that_a_service_tells_finds_it() -> None:
    assert {words: found(words).partition(" ")[0] for words in TOLD} == TOLD
    assert found("coffee") == "small-business-licence"
    assert found("expired") == "id-card-renewal"
    assert found("parking").split()[:2] == ["parking-permit", "address-change"]  # a step of it looks up the permit
    assert {words: found(words) for words in NOWHERE} == dict.fromkeys(NOWHERE, "")


def test_the_page_shows_it_or_says_what_it_shows_instead(client: Client) -> None:
    told = client.get(reverse("services"), {"q": "coffee"}).content.decode()
    instead = client.get(reverse("services"), {"q": "cofee"}).content.decode()

    for page in (told, instead):
        assert reverse("service", args=["small-business-licence"]) in page
        assert reverse("service", args=["id-card-renewal"]) not in page
    assert "Nothing was found for" not in told
    assert "Nothing was found for “<bdi>cofee</bdi>”." in instead
