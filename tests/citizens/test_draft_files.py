"""Files of a draft can be opened again before sending: by its holder, as far as they are known to be harmless."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from services.requests.evidence import Evidence, Scan
from services.requests.models import Draft
from tests.citizens.forms import DECLARED, PDF, begin, build_service, check_url, fill_in, page_url, upload
from tests.citizens.test_correcting import NOON, answer, ask
from tests.worlds import apply, citizen, desk, published, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client: Client) -> Draft:
    build_service()
    draft = begin(client)
    fill_in(client, draft, photo=upload(PDF, "<photo>.pdf"))
    return draft


def address_of(draft: Draft, file: Evidence | None = None) -> str:
    return reverse("apply_file", args=[draft.pk, (file or draft.evidence.get()).pk])


def picture() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (9, 9)).save(drawn, "PNG")
    return drawn.getvalue()


class TestOpening:
    def test_is_offered_on_the_page_of_the_file_and_on_the_check(self, client: Client, draft: Draft) -> None:
        link = f'<a href="{address_of(draft)}"><bdi>&lt;photo&gt;.pdf</bdi></a>'

        for page in (page_url(draft), check_url(draft)):
            assert client.get(page).content.decode().count(link) == 1

    def test_gives_the_very_file_under_its_name(self, client: Client, draft: Draft) -> None:
        given = client.get(address_of(draft))

        assert b"".join(given.streaming_content) == PDF
        assert given["Content-Disposition"] == 'attachment; filename="<photo>.pdf"'
        assert given["Content-Type"] == "application/pdf"

    def test_tells_what_its_content_is_not_what_its_name_says(self, client: Client, draft: Draft) -> None:
        client.post(page_url(draft), {"do": f"drop:{draft.evidence.get().pk}"})
        fill_in(client, draft, photo=upload(picture(), "page.pdf"))

        assert client.get(address_of(draft))["Content-Type"] == "image/png"

    def test_leaves_no_copy_and_gives_the_file_no_rights(self, client: Client, draft: Draft) -> None:
        given = client.get(address_of(draft))

        assert "no-store" in given["Cache-Control"]
        assert given["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in [part.strip() for part in given["Content-Security-Policy"].split(";")]

    @pytest.mark.parametrize("scan", Scan)
    def test_waits_for_the_scanner_and_its_word(self, client: Client, draft: Draft, scan: Scan) -> None:
        file = {"file": ""} if scan == Scan.REFUSED else {}
        Evidence.objects.update(scan=scan, scan_at=timezone.now() if scan == Scan.WAITING else None, **file)
        is_readable = scan in (Scan.UNASKED, Scan.CLEAN)

        assert client.get(address_of(draft)).status_code == (200 if is_readable else 404)
        for page in (page_url(draft), check_url(draft)):
            body = client.get(page).content.decode()
            assert (address_of(draft) in body) == is_readable
            assert "<bdi>&lt;photo&gt;.pdf</bdi>" in body
            assert ("Not checked yet" in body) == (scan == Scan.WAITING)

    def test_ends_when_the_file_is_removed_or_the_request_sent(self, client: Client, draft: Draft) -> None:
        address, removed = address_of(draft), reverse("apply_remove_file", args=[draft.pk, draft.evidence.get().pk])
        client.post(removed)
        gone = client.get(address).status_code
        fill_in(client, draft)
        address = address_of(draft)
        client.post(check_url(draft), DECLARED)

        assert gone == 404
        assert client.get(address).status_code == 302  # to where one signs in: the draft is nobody's any more
        assert Evidence.objects.get().service_request is not None

    def test_changes_nothing(self, client: Client, draft: Draft) -> None:
        assert client.post(address_of(draft)).status_code == 405
        assert client.head(address_of(draft)).status_code == 200


class TestSomebodyElse:
    @pytest.fixture
    def kept(self) -> Draft:
        """Give a draft of somebody with an account."""
        build_service()
        aysel = Client()
        aysel.force_login(citizen("aysel"))
        draft = begin(aysel)
        fill_in(aysel, draft)
        assert aysel.get(address_of(draft)).status_code == 200
        return draft

    def test_who_is_signed_in_meets_nothing(self, client: Client, draft: Draft) -> None:
        elvin = Client()
        elvin.force_login(citizen("elvin"))

        assert elvin.get(address_of(draft)).status_code == 404
        assert client.get(address_of(draft)).status_code == 200

    def test_who_is_not_signed_in_is_asked_to(self, kept: Draft) -> None:
        for address in (address_of(kept), address_of(kept, Evidence(pk=kept.pk))):
            assert Client().get(address).url == f"{reverse('account_login')}?next={address}"

    def test_who_remembers_a_draft_that_has_an_account_now_meets_nothing(self, client: Client, draft: Draft) -> None:
        Draft.objects.update(applicant=citizen("aysel"))

        assert client.get(address_of(draft)).status_code == 302

    def test_opens_no_file_of_mine_through_a_draft_of_theirs(self, client: Client, draft: Draft, kept: Draft) -> None:
        strangers = begin(client)

        assert client.get(address_of(strangers, draft.evidence.get())).status_code == 404
        assert client.get(address_of(strangers, kept.evidence.get())).status_code == 404
        assert client.get(address_of(draft, kept.evidence.get())).status_code == 404

    def test_opens_no_file_of_a_request_by_its_number(self, client: Client, draft: Draft) -> None:
        Evidence.objects.update(draft=None, service_request=apply(published([desk("judge")]), by=citizen("aysel")))

        assert client.get(address_of(draft, Evidence.objects.get())).status_code == 404


def test_a_mandate_can_be_opened_where_it_is_asked_for(client: Client, draft: Draft) -> None:
    aysel = citizen("aysel")
    helped = {"name": "Zeynab", "personal_identifier": "5ZK3Q1U"}
    Draft.objects.update(applicant=aysel, helped=helped, assistance={"relation": "guardian", "reason": "Hers"})
    Evidence.objects.update(key="mandate")
    client.force_login(aysel)

    assert address_of(draft) in client.get(reverse("apply_for_change", args=[draft.pk])).content.decode()


def test_files_of_a_request_have_no_address_as_files_of_a_draft(settings: Any, tmp_path: Any) -> None:
    """The same field is drawn where an answer is corrected; there is no draft, and the page is shown all the same."""
    settings.MEDIA_ROOT = tmp_path
    build_service()
    fields = [
        {"key": "rooms", "kind": "number", "label": text("Rooms")},
        {"key": "photo", "kind": "file", "label": text("Photo"), "required": False},
    ]
    version = published([desk("judge")], service="small", pages=[{"key": "a", "title": text("A"), "fields": fields}])
    seen = apply(version, {"rooms": "2"}, by=citizen("aysel"))
    kept = {"name": "plan.pdf", "content_type": "application/pdf", "size": 1, "supplied_at": NOON}
    Evidence.objects.create(service_request=seen, key="photo", **kept)

    shown = answer(ask(seen, "rooms"), asked=["rooms", "photo"], rooms="many")

    assert shown.status_code == 422
    assert "<bdi>plan.pdf</bdi>" in shown.content.decode()
