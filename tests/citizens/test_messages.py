"""Words and files go both ways while a request is in progress, and each side sees what the other has read."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence
from services.requests.models import Message, ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
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
