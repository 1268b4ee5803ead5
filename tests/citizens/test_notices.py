"""What the portal tells a person: on the portal always, by e-mail and SMS as chosen, each once."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from services.accounts.models import User
from services.agencies.models import Agency
from services.requests.models import ServiceRequest
from services.workflow.actions import sms
from services.workflow.actions.kinds import Failed, Job
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import worlds
from tests.drill.texts import taking_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def aysel(settings: Any, tmp_path: Path) -> User:
    settings.MAILBOX_DIR, settings.SMS_URL = tmp_path, ""
    worlds.build_agencies("north")
    return worlds.citizen(phone="+994501234567")


def sent_by(user: User) -> ServiceRequest:
    request = worlds.apply(worlds.published([worlds.desk("judge")]), by=user)
    worlds.run_robots()
    return request


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def choose(user: User, **chosen: str) -> Any:
    return signed_in(user).post(reverse("my_notice_ways"), {"language": "en", "phone": "", **chosen}, follow=True)


def texts(folder: Path) -> list[Any]:
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("sms-*.log")]


def test_a_letter_has_words_for_every_program_and_no_person_in_its_subject(aysel: User) -> None:
    request = sent_by(aysel)
    [letter] = mail.outbox
    [(html, kind)] = letter.alternatives

    assert kind == "text/html"
    for words in ("We have received your request", request.written_reference, f"/my/requests/{request.pk}/"):
        assert words in letter.body
        assert words in html
    assert "Aysel" not in letter.subject
    assert "<script" not in html


def test_words_of_people_are_no_markup_in_letters(aysel: User) -> None:
    User.objects.update(name="<b>A & B</b>")
    aysel.refresh_from_db()
    sent_by(aysel)
    [(html, _)] = mail.outbox[0].alternatives

    assert "Dear b A B b" in html
    assert "<b>A" not in html


def test_sms_comes_beside_the_letter_without_personal_data_and_once(aysel: User, tmp_path: Path) -> None:
    choose(aysel, wants_mail="on", wants_sms="on", phone="+994501234567")
    aysel.refresh_from_db()
    request = sent_by(aysel)
    Step.objects.filter(kind=Step.Kind.NOTICE, branch="sms").update(state="due", run_at=worlds.NOON)
    worlds.run_robots()
    [text] = texts(tmp_path)

    assert text["To"] == "+994501234567"
    assert request.written_reference in text.get_content()
    assert "Aysel" not in text.get_content()
    assert len(text.get_content()) <= 161
    assert len(mail.outbox) == 1


def test_without_mail_the_notice_stands_on_the_portal_only(aysel: User, tmp_path: Path) -> None:
    choose(aysel, wants_sms="on", phone="+994501234567")
    aysel.refresh_from_db()
    sent_by(aysel)
    body = signed_in(aysel).get(reverse("my_notices")).content.decode()

    assert mail.outbox == []
    assert len(texts(tmp_path)) == 1
    assert "We have received your request" in body


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({}, "Choose one way at least"),
        ({"wants_sms": "on"}, "Give the number to which we may write."),
        ({"wants_sms": "on", "phone": "12"}, "Write a phone number like"),
        ({"wants_mail": "on", "language": "xx"}, "What was chosen is not offered any longer."),
    ],
)
def test_a_person_stays_reachable(aysel: User, chosen: dict[str, str], told: str) -> None:
    answer = choose(aysel, **chosen)
    aysel.refresh_from_db()

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert (aysel.wants_mail, aysel.wants_sms, aysel.phone) == (True, False, "+994501234567")


def test_new_notices_are_counted_until_they_are_read(aysel: User) -> None:
    sent_by(aysel)
    client = signed_in(aysel)
    before = client.get(reverse("my_requests")).content.decode()
    opened = client.get(reverse("my_notices")).content.decode()
    after = client.get(reverse("my_requests")).content.decode()

    assert "Notices (1)" in before
    assert "New" in opened
    assert "Notices (1)" not in after


def test_a_letter_that_could_not_be_delivered_is_told(
    aysel: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ROBOT_PAUSES_S = []

    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    sent_by(aysel)
    body = signed_in(aysel).get(reverse("my_notices")).content.decode()

    assert "The e-mail could not be delivered." in body


def test_a_provider_is_asked_with_a_key_and_its_failure_is_one_that_may_pass(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SMS_URL, settings.SMS_TOKEN = "http://127.0.0.1:1/", "secret"

    with pytest.raises(Failed) as failed:
        sms.send(Job("sms", {"to": "+994501234567", "text": "Hello"}), "a/1")
    assert not failed.value.is_final


@pytest.mark.parametrize("token", ["secret", ""])
def test_a_provider_takes_a_text_with_its_key(settings: Any, token: str) -> None:
    with taking_texts() as provider:
        settings.SMS_URL, settings.SMS_TOKEN = provider.url, token
        sms.send(Job("sms", {"to": "+994501234567", "text": "Hello"}), "a/1")

    assert provider.keys == ["a/1"]


def test_dates_go_into_ones_own_calendar(aysel: User) -> None:
    request, clerk = sent_by(aysel), worlds.clerk("bruno")
    desk.ask_applicant(desk.claim(worlds.open_step(request), clerk, worlds.NOON), "Which?", clerk, worlds.NOON)
    answer = signed_in(aysel).get(reverse("my_request_dates", kwargs={"pk": request.pk}))
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))

    assert answer["Content-Type"].startswith("text/calendar")
    assert {str(event["uid"]).split(".")[0].split("-")[0] for event in events} == {"due", "step"}
    assert all(event.decoded("dtstart") for event in events)
    assert all(request.written_reference in str(event["summary"]) for event in events)


def test_a_text_keeps_its_reference_whole_whatever_the_agency_is_called(aysel: User, tmp_path: Path) -> None:
    choose(aysel, wants_mail="on", wants_sms="on", phone="050 123 45 67")
    aysel.refresh_from_db()
    Agency.objects.update(name={"en": "Agency " * 40})
    request = sent_by(aysel)
    [text] = texts(tmp_path)

    assert text["To"] == "+994501234567"
    assert text.get_content().strip().endswith(f"Reference {request.written_reference}.")
