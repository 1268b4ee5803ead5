"""Words and files go both ways while a request is in progress, and each side sees what the other has read."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence
from services.requests.models import Message, ServiceRequest
from services.requests.sendings import Sending
from services.workflow.models import Rating, Step
from services.workflow.operations import desk, messages
from services.workflow.operations.messages import write_to_office
from tests import worlds
from tests.citizens.forms import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(settings: Any, tmp_path: Any) -> ServiceRequest:
    settings.MEDIA_ROOT = tmp_path
    worlds.build_agencies("north")
    return worlds.apply(worlds.published([worlds.desk("judge")]), by=worlds.citizen())


@pytest.fixture
def clerk(sent: ServiceRequest) -> User:
    return worlds.clerk("bruno")


def signed_in(user: User | None) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(sent: ServiceRequest, who: User | None, name: str) -> str:
    return signed_in(who).get(reverse(name, kwargs={"pk": sent.pk})).content.decode()


def write(sent: ServiceRequest, who: User | None, name: str, text: str = "", *files: bytes) -> Any:
    uploads = [SimpleUploadedFile(f"paper{number}.pdf", file) for number, file in enumerate(files)]
    return signed_in(who).post(reverse(name, kwargs={"pk": sent.pk}), {"text": text, "files": uploads}, follow=True)


def test_both_ways_with_files_and_read_marks(sent: ServiceRequest, clerk: User) -> None:
    write(sent, sent.applicant, "my_request_write", "When will it be?", PDF, PDF)
    before, seen = page(sent, sent.applicant, "my_request"), page(sent, clerk, "desk_request")
    write(sent, clerk, "desk_write", "Next week.", PDF)
    after = page(sent, sent.applicant, "my_request")

    assert "not read yet" in before
    assert "When will it be?" in seen
    assert seen.count("paper0.pdf") == seen.count("paper1.pdf") == 1
    for words in ("Next week.", "read by the office", "paper0.pdf"):
        assert words in after
    assert Message.objects.filter(read_at=None).count() == 0
    assert list(Event.objects.filter(kind="message_written").values_list("facts", flat=True)) == [{}, {}]


def test_a_file_that_was_chosen_twice_comes_once(sent: ServiceRequest) -> None:
    twice = [SimpleUploadedFile("paper.pdf", PDF) for _ in range(2)]
    signed_in(sent.applicant).post(reverse("my_request_write", args=[sent.pk]), {"text": "Here", "files": twice})

    assert [file.name for file in Evidence.objects.all()] == ["paper.pdf"]


def test_one_file_more_than_a_request_takes_is_refused_with_a_way_on(
    sent: ServiceRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_FILES", 1)
    write(sent, sent.applicant, "my_request_write", "The first", PDF)
    answer = write(sent, sent.applicant, "my_request_write", "The second", PDF + b"\n")

    assert answer.status_code == 422
    for words in ("Hand this one over in person.", "The second"):
        assert words in answer.content.decode()
    assert Evidence.objects.count() == Message.objects.count() == 1


def test_the_office_writing_sends_a_notice_and_the_applicant_writing_none(sent: ServiceRequest, clerk: User) -> None:
    write(sent, sent.applicant, "my_request_write", "Hello")
    assert not Step.objects.filter(kind=Step.Kind.NOTICE, key="written").exists()
    write(sent, clerk, "desk_write", "Hello")
    assert Step.objects.filter(kind=Step.Kind.NOTICE, key="written").count() == 1


def test_a_message_is_not_taken_for_the_question_that_waits(sent: ServiceRequest, clerk: User) -> None:
    step = desk.claim(worlds.open_step(sent), clerk, worlds.NOON)
    desk.ask_applicant(step, "Which car is it?", clerk, worlds.NOON)
    write(sent, clerk, "desk_write", "By the way: we are closed on Friday.")
    body = page(sent, sent.applicant, "my_request")

    question = body.index("The office asks you")
    assert "Which car is it?" in body[question : question + 600]


@pytest.mark.parametrize(
    ("text", "files", "told"),
    [
        ("", [], "Write a message or add a file."),
        ("x" * 4001, [], "4001"),
        ("Here it is", [b"MZ no paper"], "none of these kinds"),
        ("Here it is", [b""], "empty"),
        ("Here they are", [PDF] * 6, "5 files at a time"),
    ],
)
@pytest.mark.parametrize("side", ["my_request_write", "desk_write"])
def test_what_is_wrong_is_told_what_was_typed_is_kept_and_nothing_is_written(
    sent: ServiceRequest, clerk: User, side: str, text: str, files: list[bytes], told: str
) -> None:
    who = clerk if side == "desk_write" else sent.applicant
    answer = write(sent, who, side, text, *files)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert text in answer.content.decode()
    assert not Message.objects.exists()
    assert not Evidence.objects.exists()


def test_after_the_end_nobody_writes(sent: ServiceRequest, clerk: User) -> None:
    desk.decide(desk.claim(worlds.open_step(sent), clerk, worlds.NOON), "yes", clerk, worlds.NOON)
    answer = write(sent, sent.applicant, "my_request_write", "One more thing")

    assert answer.status_code == 422
    assert "already come to an end" in answer.content.decode()
    assert not Message.objects.exists()


class TestTwoClicks:
    """Two clicks send one form with one key: it is taken once, whoever sends it."""

    def form_key(self, body: str, action: str) -> str:
        form = body.partition(f'action="{action}"')[2].partition("</form>")[0]
        found = re.search(r'name="form_key" value="([^"]+)"', form)
        assert found
        return found.group(1)

    def click_twice(self, sent: ServiceRequest, who: User | None, page_name: str, name: str) -> list[Any]:
        address = reverse(name, kwargs={"pk": sent.pk})
        key = self.form_key(page(sent, who, page_name), address)
        client = signed_in(who)
        return [
            client.post(address, {"text": "Hello", "form_key": key, "files": [SimpleUploadedFile("a.pdf", PDF)]})
            for _ in range(2)
        ]

    @pytest.mark.parametrize(
        ("side", "page_name", "name"), [("a", "my_request", "my_request_write"), ("o", "desk_request", "desk_write")]
    )
    def test_send_one_message(self, sent: ServiceRequest, clerk: User, side: str, page_name: str, name: str) -> None:
        answers = self.click_twice(sent, sent.applicant if side == "a" else clerk, page_name, name)

        assert [answer.status_code for answer in answers] == [302, 302]
        assert Message.objects.get().files.count() == 1
        assert Event.objects.filter(kind="message_written").count() == 1
        assert Step.objects.filter(kind=Step.Kind.NOTICE, key="written").count() == (side == "o")

    def test_send_two_where_the_guard_is_off(self, sent: ServiceRequest, settings: Any) -> None:
        settings.GUARDS = {**settings.GUARDS, "idempotency": False}
        self.click_twice(sent, sent.applicant, "my_request", "my_request_write")

        assert Message.objects.count() == 2

    def test_the_database_refuses_the_same_form_twice(self, sent: ServiceRequest) -> None:
        known = {"service_request": sent, "digest": "d" * 64, "at": timezone.now()}
        Sending.objects.create(**known)

        with pytest.raises(IntegrityError, match="sent_once"):
            Sending.objects.create(**known)

    def test_other_words_after_a_way_back_are_another_message(self, sent: ServiceRequest) -> None:
        address, client = reverse("my_request_write", args=[sent.pk]), signed_in(sent.applicant)
        for text in ("Hello", "Hello again"):
            client.post(address, {"text": text, "form_key": "one"})

        assert sorted(Message.objects.values_list("text", flat=True)) == ["Hello", "Hello again"]

    def test_the_same_words_from_a_page_opened_later_are_another_message(self, sent: ServiceRequest) -> None:
        address, client = reverse("my_request_write", args=[sent.pk]), signed_in(sent.applicant)
        for key in ("one", "two"):
            client.post(address, {"text": "Any news?", "form_key": key})

        assert Message.objects.count() == 2

    @pytest.mark.parametrize("key", ["", "\0", "x" * 10_000, "\ud83d", "ə"])
    def test_an_odd_key_loses_no_message(self, sent: ServiceRequest, key: str) -> None:
        write_to_office(sent, "Hello", sent.applicant, timezone.now(), key=key)

        assert Message.objects.count() == 1

    def test_answer_a_question_once_and_both_are_told_so(self, sent: ServiceRequest, clerk: User) -> None:
        version = worlds.published([worlds.desk("judge", may_ask_applicant=True)], service="asks")
        asked = worlds.apply(version, by=sent.applicant)
        held = desk.claim(worlds.open_step(asked), clerk, timezone.now())
        desk.ask_applicant(held, "Which?", clerk, timezone.now())
        question = worlds.open_step(asked, kind=Step.Kind.APPLICANT)
        address = reverse("my_request_answer", args=[question.pk])
        key = self.form_key(page(asked, sent.applicant, "my_request"), address)
        said = {"text": "This one.", "form_key": key}
        pages = [
            signed_in(sent.applicant).post(address, {**said, "file": SimpleUploadedFile("a.pdf", PDF)}, follow=True)
            for _ in range(2)
        ]
        other = signed_in(sent.applicant).post(address, {"text": "Another.", "form_key": key})

        for seen in pages:
            assert "Your answer is with the office." in seen.content.decode()
        assert asked.messages.filter(is_from_office=False).count() == 1
        assert asked.evidence.count() == 1
        assert other.status_code == 422
        assert "already answered" in other.content.decode()

    def test_rate_once(self, sent: ServiceRequest, clerk: User) -> None:
        desk.decide(desk.claim(worlds.open_step(sent), clerk, timezone.now()), "yes", clerk, timezone.now())
        address, client = reverse("my_request_rate", args=[sent.pk]), signed_in(sent.applicant)
        for typed in ({"score": 4}, {"score": 4}, {"score": 4, "words": "Quick."}, {"score": 4, "words": "Quick."}):
            assert client.post(address, typed).status_code == 302

        assert Event.objects.filter(kind="rated").count() == 2
        assert Rating.objects.get().words == "Quick."
