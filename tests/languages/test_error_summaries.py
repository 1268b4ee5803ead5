"""An error summary joins what a question is called and what is told of it as the page's language does."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from portal.templatetags.words import labelled
from tests import worlds
from tests.citizens.forms import begin, build_service, page_url

SUMMARY = re.compile(r"data-error-summary.*?</ul>", re.DOTALL)


def summary(body: str) -> str:
    found = SUMMARY.search(body)
    assert found
    return unescape(strip_tags(found[0]))


@pytest.mark.parametrize(
    ("language", "joined"),
    [("en", "Nom: Vide"), ("fr", "Nom\u00a0: Vide"), ("az", "Nom: Vide"), ("ar", "Nom: Vide")],
)
def test_a_colon_stands_as_the_language_has_it(language: str, joined: str) -> None:
    with override(language):
        assert strip_tags(labelled("Nom", "Vide")) == joined


@pytest.mark.parametrize("question", ["Which paper is it?", "ما الوثيقة؟"])
def test_a_question_mark_needs_no_colon(question: str) -> None:
    with override("fr"):
        assert strip_tags(labelled(question, "Vide")) == f"{question} Vide"


def test_what_is_joined_stays_text() -> None:
    assert "<b>" not in labelled("<b>", "<b>")


@pytest.mark.django_db
class TestPagesInFrench:
    def test_the_portals_own_form(self, client: Client) -> None:
        client.force_login(worlds.citizen())
        answer = client.post(reverse("my_profile"), {"birth_date": "2026-02-30"}, headers={"accept-language": "fr"})

        assert answer.status_code == 422
        assert "Date de naissance\u00a0: " in summary(answer.content.decode())

    def test_a_services_form(self, client: Client) -> None:
        build_service()
        house = page_url(begin(client))
        answer = client.post(house, {"do": "next"}, headers={"accept-language": "fr"})

        assert answer.status_code == 422
        assert "Story\u00a0: " in summary(answer.content.decode())
