"""A file sent by itself, as the script does: kept once, nothing else touched, refused in words at its field."""

import re

import pytest
from django.test import Client

from services.requests.evidence import Evidence
from services.requests.models import Draft
from tests.citizens.forms import PDF, begin, build_service, fill_in, page_url, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client: Client) -> Draft:
    build_service()
    return begin(client)


def send(client: Client, draft: Draft, **file: bytes | str) -> str:
    """Send one file alone; give the page that answers."""
    body = {"do": "show", "tab": "1.mine", "photo": upload(**file)}
    answer = client.post(page_url(draft), body, follow=True)
    assert answer.status_code in (200, 422)
    return str(answer.content.decode())


def test_is_kept_and_shown_in_the_list_that_the_script_takes_over(client: Client, draft: Draft) -> None:
    body = send(client, draft)

    assert 'id="id_photo_sending"' in body
    assert "photo.pdf" in re.split(r'id="id_photo_files"', body)[1]


def test_touches_no_answer_and_makes_no_other_tab(client: Client, draft: Draft) -> None:
    fill_in(client, draft)
    before = Draft.objects.get()

    send(client, draft, name="other.pdf")

    after = Draft.objects.get()
    assert (after.answers, after.version) == (before.answers, before.version)


def test_one_that_came_before_is_kept_once(client: Client, draft: Draft) -> None:
    """Its answer got lost on the way, and the person pressed “Try again”."""
    send(client, draft)

    body = send(client, draft)

    assert Evidence.objects.count() == 1
    assert 'id="id_photo_error"' not in body


@pytest.mark.parametrize("other", [{"name": "second.pdf"}, {"content": PDF + b"more"}])
def test_another_name_or_content_is_another_file(client: Client, draft: Draft, other: dict[str, bytes | str]) -> None:
    send(client, draft)

    body = send(client, draft, **other)

    assert "There are already 1 files" in body
    assert Evidence.objects.count() == 1


def test_what_is_refused_is_told_at_its_field(client: Client, draft: Draft) -> None:
    body = send(client, draft, content=b"no picture at all")

    assert "none of these kinds" in re.split(r'id="id_photo_error"', body)[1][:300]
    assert not Evidence.objects.exists()
