"""Files are looked at without being opened on the clerk’s machine."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from services.requests.operations import add_evidence
from services.requests.previews import NoPreview, page_as_picture, pages_of
from services.workflow.models import Step
from tests.access.world import one_page

pytestmark = pytest.mark.django_db


class TestPreview:
    @pytest.fixture
    def files(self, held: Step, settings: Any, tmp_path: Any) -> Any:
        settings.MEDIA_ROOT = tmp_path

        def add(content: bytes, name: str) -> Any:
            upload = ContentFile(content, name=name)
            known = {"accept": ["pdf", "png"], "at_most": 3, "now": timezone.now()}
            return add_evidence(held.service_request, "plan", upload, **known)

        return add

    def test_draws_pages_of_a_pdf(self, desk_client: Client, files: Any) -> None:
        file = files(one_page(), "plan.pdf")
        picture = desk_client.get(reverse("desk_evidence_page", args=[file.pk, 1]))

        assert picture["Content-Type"] == "image/png"
        assert Image.open(BytesIO(b"".join(picture.streaming_content))).width == 1000
        assert desk_client.get(reverse("desk_evidence_page", args=[file.pk, 2])).status_code == 404
        body = desk_client.get(reverse("desk_evidence_preview", args=[file.pk]), {"page": "99"}).content.decode()
        assert "plan.pdf, page 1" in body

    def test_says_when_a_file_cannot_be_drawn(self, desk_client: Client, files: Any) -> None:
        file = files(one_page(), "broken.pdf")
        Path(file.file.path).write_bytes(b"%PDF-1.7\nas taken before PDFs were opened")

        body = desk_client.get(reverse("desk_evidence_preview", args=[file.pk])).content.decode()

        assert "This file can’t be shown here." in body

    def test_a_hostile_file_ends_its_own_process_only(self) -> None:
        for content in (b"", b"%PDF-1.4" + b"\0" * 100_000):
            with pytest.raises(NoPreview):
                page_as_picture(content, 1)
        assert pages_of(one_page()) == 1
        assert Image.open(BytesIO(page_as_picture(one_page(side=14_400), 1))).size == (1000, 1000)
