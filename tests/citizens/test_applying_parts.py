"""Entries of groups and files: added, removed, refused."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal import upload_limit
from portal.citizens import applying_files
from portal.limits import HOUR, Limit
from services.requests.evidence import Evidence
from services.requests.operations import add_evidence
from tests.citizens.forms import (
    TYPED,
    begin,
    build_service,
    check_url,
    fill_in,
    page_url,
    upload,
)

pytestmark = pytest.mark.django_db


class TestGroups:
    def test_entries_are_added_and_removed_with_what_was_typed(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        added = client.post(page_url(draft), {"owners.0.name": "Aysel", "street_sign": "?", "do": "add:owners"})
        two = {"owners.0.name": "Aysel", "owners.1.name": "Bruno"}
        removed = client.post(page_url(draft), {**two, "do": "remove:owners:0"})
        draft.refresh_from_db()

        assert added.url == f"{page_url(draft)}#id_owners.1.name"
        assert removed.url == f"{page_url(draft)}#id_owners"
        assert draft.answers == {"street_sign": "?", "owners": [{"name": "Bruno"}]}

    def test_are_never_longer_than_the_definition_says(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        three = {f"owners.{number}.name": "x" for number in range(3)}

        client.post(page_url(draft), {**three, "do": "add:owners"})
        draft.refresh_from_db()

        assert len(draft.answers["owners"]) == 3
        assert b"add:owners" not in client.get(page_url(draft)).content

    @pytest.mark.parametrize(
        "wanted", ["add:rooms", "add:nothing", "remove:owners:x", "remove:owners:9", "drop:1", "??"]
    )
    def test_ignore_what_makes_no_sense(self, client: Client, wanted: str) -> None:
        build_service()
        draft = begin(client)

        assert client.post(page_url(draft), {"owners.0.name": "Aysel", "do": wanted}).status_code == 302
        draft.refresh_from_db()
        assert draft.answers["owners"] == [{"name": "Aysel"}]


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "told"),
        [(b"", "is empty"), (b"MZ\x90", "none of these kinds"), (b"%PDF-" + b"x" * 10_000_001, "larger than 10 MB")],
    )
    def test_that_can_not_be_taken_are_told_at_the_field(self, client: Client, content: bytes, told: str) -> None:
        build_service()
        draft = begin(client)

        answer = fill_in(client, draft, photo=upload(content))

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert 'href="#id_photo"' in answer.content.decode()
        assert not Evidence.objects.exists()

    def test_of_any_size_leave_no_more_than_is_needed_to_refuse_them(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build_service()
        draft, sizes = begin(client), []
        real = applying_files.look_over

        def looked_over(owner: Any, key: str, file: Any, **known: Any) -> Any:
            sizes.append(file.size)
            return real(owner, key, file, **known)

        monkeypatch.setattr(applying_files, "look_over", looked_over)
        answer = fill_in(client, draft, photo=upload(b"%PDF-" + b"x" * 51_000_000))

        assert answer.status_code == 422
        assert "larger than 10 MB" in answer.content.decode()
        assert f'value="{TYPED["email"]}"' in answer.content.decode()
        assert 10_000_000 < sizes[0] < 10_200_000

    def test_of_somebody_else_are_not_mine_by_their_number(self, client: Client) -> None:
        build_service()
        theirs = begin(Client())
        add_evidence(theirs, "photo", upload(), accept=["pdf"], at_most=1, now=timezone.now())
        file, mine = Evidence.objects.get(), begin(client)

        kept = fill_in(client, mine, photo=str(file.pk))
        client.post(page_url(mine), {**TYPED, "do": f"drop:{file.pk}"})
        gone = client.post(reverse("apply_remove_file", args=[mine.pk, file.pk]))

        assert kept.status_code == 422
        assert gone.status_code == 404
        assert Evidence.objects.get().draft == theirs

    def test_of_one_sender_are_not_taken_without_end(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upload_limit, "UPLOADS", Limit("uploads", 2, HOUR))
        build_service()
        draft = begin(client)
        for _ in range(3):
            answer = fill_in(client, draft)

        assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
        assert "Too many files came from you" in answer.content.decode()
        assert f'value="{TYPED["email"]}"' in answer.content.decode()
        assert Evidence.objects.count() == 1
        somebody = Client(REMOTE_ADDR="203.0.113.7")
        assert fill_in(somebody, begin(somebody)).status_code == 302

    def test_are_asked_for_on_a_page_of_their_own(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        papers = page_url(draft, "papers")

        assert fill_in(client, draft, rooms="4").url == papers
        assert client.post(papers, {"do": "next"}).status_code == 422
        assert client.post(papers, {"do": "next", "lease": upload()}).url == check_url(draft)
        assert set(draft.evidence.values_list("key", flat=True)) == {"photo", "lease"}

    def test_are_removed_with_what_was_typed_kept(self, client: Client, committing: Any) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        file = draft.evidence.get()

        with committing():
            client.post(page_url(draft), {**TYPED, "rooms": "5", "do": f"drop:{file.pk}"})
        draft.refresh_from_db()

        assert draft.answers["rooms"] == "5"
        assert not draft.evidence.exists()
        assert not Path(file.file.path).exists()

    def test_of_the_review_are_removed_by_their_own_address(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        address = reverse("apply_remove_file", args=[draft.pk, draft.evidence.get().pk])

        assert client.post(address).url == page_url(draft)
        assert client.post(address).status_code == 404
