"""What the portal knows of a person can be seen, put right, and taken away as a copy."""

import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from portal.reading import readings_of
from services.accounts.models import User
from services.requests.assistance import MANDATE
from services.requests.evidence import Scan
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import add_evidence, start_draft
from services.workflow import exports
from services.workflow.background import claim
from services.workflow.exports import KEPT, ask_for_export, make_exports
from services.workflow.models import DataExport, Step
from services.workflow.operations import applicant, desk
from services.workflow.operations.looking import open_file, search, tell_purpose
from services.workflow.operations.messages import write_to_office
from tests import worlds
from tests.api.agency_programs import confirmed
from tests.citizens.forms import PDF, upload

pytestmark = pytest.mark.django_db
NOON = worlds.NOON


@pytest.fixture
def version(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path
    worlds.build_agencies("north")
    story = {"key": "story", "kind": "text", "label": worlds.text("Story")}
    pages = [{"key": "about", "title": worlds.text("About"), "fields": [story]}]
    return worlds.published([worlds.desk("judge")], pages=pages)


@pytest.fixture
def people(version: Any) -> tuple[User, User]:
    users = worlds.citizen("aysel"), worlds.citizen("vali")
    for user in users:
        request = worlds.apply(version, {"story": f"canary of {user.name}"}, by=user)
        write_to_office(request, f"message of {user.name}", user, NOON, files=[upload(name=f"{user.name}.pdf")])
    return users


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def request_of(user: User) -> ServiceRequest:
    return ServiceRequest.objects.get(applicant=user)


def copied(user: User) -> Any:
    """Let a copy be made and read it."""
    ask_for_export(user, NOON)
    make_exports(NOON)
    return json.loads(zipfile.ZipFile(DataExport.objects.get().file.open()).read("data.json"))


class TestCopy:
    def test_holds_everything_of_the_person_and_nothing_of_others(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        client = signed_in(aysel)
        client.post(reverse("my_data_export"))
        waiting = client.get(reverse("my_data")).content.decode()
        make_exports(NOON)
        answer = client.get(reverse("my_data_download"))
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        told = json.loads(archive.read("data.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist()) + repr(archive.namelist()).encode()

        assert "Your copy is about to be made." in waiting
        assert told["profile"]["email"] == aysel.email
        [request] = told["requests"]
        assert request["answers"] == {"story": "canary of Aysel"}
        assert request["messages"][0]["text"] == "message of Aysel"
        assert request["history"][0]["kind"] == "submitted"
        assert any(name.endswith("Aysel.pdf") for name in archive.namelist())
        assert b"Vali" not in everything
        assert b"vali" not in everything

    def test_tells_the_ways_in_without_what_opens_a_door(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        EmailAddress.objects.create(user=aysel, email="second@example.org", verified=True)
        Authenticator.objects.create(user=aysel, type=Authenticator.Type.TOTP, data={"secret": "open sesame"})
        SocialAccount.objects.create(user=aysel, provider="oidc", uid="who-i-am", extra_data={"token": "open sesame"})
        key = "k" * 32
        UserSession.objects.create(user=aysel, ip="203.0.113.7", session_key=key, user_agent="Firefox")
        told = copied(aysel)

        ways = told["ways_to_sign_in"]
        assert [one["email"] for one in ways["e_mail_addresses"]] == ["second@example.org"]
        assert [one["type"] for one in ways["second_factors"]] == ["totp"]
        assert [one["provider"] for one in ways["providers"]] == ["oidc"]
        assert [one["ip"] for one in ways["sessions"]] == ["203.0.113.7"]
        assert (told["profile"]["wants_mail"], told["profile"]["wants_sms"]) == (True, False)
        assert not [secret for secret in ("open sesame", key) if secret in json.dumps(told)]

    def test_is_made_once_at_a_time_and_removed_after_its_days(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        first, again = ask_for_export(aysel, NOON), ask_for_export(aysel, NOON)
        assert first == again
        make_exports(NOON)
        DataExport.objects.update(finished_at=NOON)
        file = DataExport.objects.get().file.path
        make_exports(NOON + KEPT)
        assert Path(file).exists()
        make_exports(NOON + KEPT + timedelta(seconds=1))

        assert not DataExport.objects.exists()
        assert not Path(file).exists()

    def test_one_that_a_worker_let_fall_is_made_by_the_next(self, people: tuple[User, User]) -> None:
        export = ask_for_export(people[0], NOON)
        DataExport.objects.filter(pk=export.pk).update(lease_until=NOON + timedelta(minutes=2), done=1, total=9)

        assert make_exports(NOON + timedelta(minutes=1)) == 0
        assert make_exports(NOON + timedelta(minutes=3)) == 1
        export.refresh_from_db()
        assert (export.done, export.total) == (1, 1)

    def test_tells_who_read_what(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        open_file(request_of(aysel), worlds.clerk("bruno"), NOON)
        ask_for_export(aysel, NOON)
        make_exports(NOON)
        told = json.loads(zipfile.ZipFile(DataExport.objects.get().file.open()).read("data.json"))
        [reading] = [event for event in told["requests"][0]["history"] if event["kind"] == "file_read"]

        assert (reading["by"], reading["name"], reading["agency"]) == ("clerk", "Bruno", "north")

    def test_tells_why_somebody_looked(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        bruno, request = worlds.clerk("bruno"), request_of(aysel)
        open_file(request, bruno, NOON)
        search("Aysel", bruno, NOON)
        looks = [event for event in copied(aysel)["requests"][0]["history"] if "purpose" in event]

        assert [(look["kind"], look["purpose"]) for look in looks] == [
            ("file_read", "work"),
            ("found_in_search", "search"),
        ]

    def test_tells_what_a_program_that_looked_is_for(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        program, _secret = confirmed(worlds.clerk("bruno"))
        open_file(request_of(aysel), program.user, NOON)
        [look] = [event for event in copied(aysel)["requests"][0]["history"] if "purpose" in event]

        assert (look["by"], look["name"]) == ("program", "Program “Archive”")
        assert look["purpose"] == readings_of(aysel)[0].purpose == "Keeps closed files"

    def test_tells_the_purpose_that_was_told_before_a_look_in_its_words(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        bruno, request = worlds.clerk("bruno"), request_of(aysel)
        tell_purpose(request, bruno, NOON, purpose="other", words="A court asks")
        [told] = copied(aysel)["requests"][0]["purposes_told"]

        assert (told["purpose"], told["words"], told["name"], told["agency"]) == (
            "other",
            "A court asks",
            "Bruno",
            "north",
        )

    def test_tells_answers_that_were_corrected_as_they_were_and_are(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        bruno, request = worlds.clerk("bruno"), request_of(aysel)
        step = desk.claim(worlds.open_step(request), bruno, NOON)
        desk.ask_applicant(step, "Really?", bruno, NOON, field_key="story")
        question = worlds.open_step(request, kind=Step.Kind.APPLICANT)
        applicant.answer(question, "", aysel, NOON, corrected={"story": "Another"})
        [corrected] = copied(aysel)["requests"][0]["corrected_answers"]

        assert (corrected["key"], corrected["before"], corrected["after"]) == ("story", "canary of Aysel", "Another")

    def test_holds_the_files_of_drafts_with_mandates_but_none_that_nobody_may_open(
        self, people: tuple[User, User]
    ) -> None:
        aysel, _vali = people
        drafts = [start_draft(request_of(user).service, user, request_of(user).office, {}) for user in people]
        for draft, key, name in ((drafts[0], "story", "a"), (drafts[0], MANDATE, "b"), (drafts[0], "story", "c")):
            add_evidence(
                draft, key, upload(PDF + name.encode(), name=f"{name}.pdf"), accept=["pdf"], at_most=3, now=NOON
            )
        add_evidence(drafts[1], MANDATE, upload(name="v.pdf"), accept=["pdf"], at_most=3, now=NOON)
        drafts[0].evidence.filter(name="c.pdf").update(scan=Scan.WAITING, scan_at=NOON)
        told = copied(aysel)
        names = zipfile.ZipFile(DataExport.objects.get().file.open()).namelist()
        kept = sorted(name for name in names if name.startswith("drafts/"))

        [draft] = told["drafts"]
        assert [file["name"] for file in draft["files"]] == ["a.pdf", "b.pdf", "c.pdf"]
        assert [name.split("/")[1] for name in kept] == [str(drafts[0].pk)] * 2
        assert {name[-5:] for name in kept} == {"a.pdf", "b.pdf"}

    def test_tells_how_to_be_reached_as_a_draft_has_it(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        draft = start_draft(request_of(aysel).service, aysel, request_of(aysel).office, {})
        Draft.objects.filter(pk=draft.pk).update(contact={"phone": "+994501234567"})

        assert copied(aysel)["drafts"][0]["contact"] == {"phone": "+994501234567"}

    def test_tells_of_a_file_of_a_draft_that_is_gone(self, people: tuple[User, User]) -> None:
        aysel, _vali = people
        draft = start_draft(request_of(aysel).service, aysel, request_of(aysel).office, {})
        file = add_evidence(draft, MANDATE, upload(name="b.pdf"), accept=["pdf"], at_most=3, now=NOON)
        file.file.storage.delete(file.file.name)

        assert copied(aysel)["drafts"][0]["missing_files"] == [f"files/{file.pk}-b.pdf"]

    def test_tells_of_a_file_that_is_gone(self, people: tuple[User, User]) -> None:
        file = request_of(people[0]).evidence.get()
        file.file.storage.delete(file.file.name)
        ask_for_export(people[0], NOON)
        assert make_exports(NOON) == 1
        told = json.loads(zipfile.ZipFile(DataExport.objects.get().file.open()).read("data.json"))

        assert told["requests"][0]["missing_files"] == [f"files/{file.pk}-Aysel.pdf"]

    def test_one_that_fails_hinders_no_other_and_is_given_up_in_the_end(
        self, people: tuple[User, User], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        aysel, vali = people
        bad, good = ask_for_export(aysel, NOON), ask_for_export(vali, NOON + timedelta(seconds=1))
        make = exports._make

        def fail_for_one(export: DataExport) -> bool:
            if export.pk == bad.pk:
                raise OSError
            return make(export)

        monkeypatch.setattr(exports, "_make", fail_for_one)
        made = [make_exports(NOON + timedelta(minutes=3 * number)) for number in range(1, 8)]
        bad.refresh_from_db()
        good.refresh_from_db()

        assert made == [1, 0, 0, 0, 0, 0, 0]
        assert good.file
        assert (bad.attempts, bool(bad.finished_at), bool(bad.file)) == (5, True, False)
        assert "Your copy could not be made" in signed_in(aysel).get(reverse("my_data")).content.decode()
        assert signed_in(aysel).get(reverse("my_data_download")).status_code == 404

    def test_a_worker_that_comes_too_late_finishes_nothing(self, people: tuple[User, User]) -> None:
        export = ask_for_export(people[0], NOON)
        late = claim(DataExport.objects.all(), NOON)
        assert late
        assert make_exports(NOON + timedelta(minutes=3)) == 1

        assert not exports._make(late)
        export.refresh_from_db()
        assert export.file.name == f"exports/{export.pk}-2.zip"

    def test_the_eleventh_in_an_hour_waits(self, people: tuple[User, User]) -> None:
        client = signed_in(people[0])
        answers = [client.post(reverse("my_data_export")).status_code for _ in range(11)]

        assert answers == [302] * 10 + [429]


class TestReadings:
    def test_tell_who_looked_and_when(self, people: tuple[User, User]) -> None:
        aysel, vali = people
        open_file(request_of(aysel), worlds.clerk("bruno"), NOON)
        own, others = (signed_in(user).get(reverse("my_readings")).content.decode() for user in (aysel, vali))

        for words in ("Bruno", "north", request_of(aysel).written_reference):
            assert words in own
        assert "Bruno" not in others
        assert "Nobody so far." in others


class TestProfile:
    GOOD = {"name": "Vəli", "birth_date": "1990-07-31", "phone": "050 123 45 67", "language": "az", "city": "Şəki"}

    def save(self, user: User, **change: str) -> Any:
        answer = signed_in(user).post(reverse("my_profile"), {**self.GOOD, **change})
        user.refresh_from_db()
        return answer

    @pytest.mark.parametrize("name", ["Vəli", "O’Neill", "Anne-Marie d'Été", "Çiğdəm  Işıq", "李", "عليّ"])
    def test_takes_names_as_people_have_them(self, people: tuple[User, User], name: str) -> None:
        assert self.save(people[0], name=name).status_code == 302
        assert people[0].name == " ".join(name.split())
        assert people[0].phone == "+994501234567"
        assert people[0].address == {"city": "Şəki"}

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"birth_date": "2026-02-30"}, "birth_date"),
            ({"birth_date": "1850-01-01"}, "Give the day on which you were born"),
            ({"birth_date": "2999-01-01"}, "Give the day on which you were born"),
            ({"phone": "12"}, "Write a phone number like"),
            ({"phone": "0" * 1000}, "phone"),
            ({"language": "xx"}, "language"),
            ({"name": "x" * 201}, "name"),
            ({"city": "x" * 101}, "city"),
        ],
    )
    def test_faults_are_told_and_nothing_is_kept(
        self, people: tuple[User, User], change: dict[str, str], told: str
    ) -> None:
        answer = self.save(people[0], **change)

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert people[0].name == "Aysel"

    def test_the_number_we_write_to_is_not_taken_away(self, people: tuple[User, User]) -> None:
        User.objects.filter(pk=people[0].pk).update(wants_sms=True, wants_mail=False, phone="+994501234567")
        people[0].refresh_from_db()
        answer = self.save(people[0], phone="")

        assert answer.status_code == 422
        assert "Choose e-mail first" in answer.content.decode()
        assert people[0].phone == "+994501234567"

    def test_what_only_an_office_may_change_stays(self, people: tuple[User, User]) -> None:
        before = people[0].email, people[0].personal_identifier
        self.save(people[0], email="x@example.org", personal_identifier="7ABCDEF", is_superuser="on")

        assert (people[0].email, people[0].personal_identifier) == before
        assert not people[0].is_superuser
        assert not people[0].is_superuser


class TestTwoTabs:
    """Two tabs of the profile: the later save would undo the newer one, so the person is asked; nothing is lost."""

    TYPED = {"name": "Vəli", "birth_date": "", "phone": "", "language": "az", "gender": ""}

    def opened(self, client: Client) -> str:
        found = re.search(r'name="shown_state" value="([^"]+)"', client.get(reverse("my_profile")).content.decode())
        assert found
        return found.group(1)

    def save(self, client: Client, state: str, **change: str) -> Any:
        return client.post(reverse("my_profile"), {**self.TYPED, "shown_state": state, **change})

    def test_the_second_sees_both_and_chooses(self, people: tuple[User, User]) -> None:
        client, user = signed_in(people[0]), people[0]
        first, second = self.opened(client), self.opened(client)
        saved = self.save(client, first, city="Şəki", gender="woman")
        asked = self.save(client, second, city="Quba", birth_date="1990-07-31")
        body, known = asked.content.decode(), User.objects.get(pk=user.pk)
        again = re.search(r'name="shown_state" value="([^"]+)"', body)
        assert again
        chosen = self.save(client, again.group(1), city="Quba")

        assert (saved.status_code, asked.status_code, chosen.status_code) == (302, 409, 302)
        for words in ("Şəki", "Quba", "Woman", "31 July 1990", "City or village"):
            assert words in body, words
        assert "Language" not in body.partition("<tbody>")[2].partition("</tbody>")[0]
        assert (known.address, known.birth_date) == ({"city": "Şəki"}, None)
        assert User.objects.get(pk=user.pk).address == {"city": "Quba"}

    def test_two_clicks_ask_nothing(self, people: tuple[User, User]) -> None:
        client = signed_in(people[0])
        state = self.opened(client)

        assert [self.save(client, state, city="Şəki").status_code for _ in range(2)] == [302, 302]

    def test_what_is_sent_in_the_conflict_is_all_that_was_typed(self, people: tuple[User, User]) -> None:
        client = signed_in(people[0])
        state = self.opened(client)
        self.save(client, self.opened(client), city="Şəki")
        body = self.save(client, state, city="Quba", may_be_counted="on").content.decode()
        form = body.partition("</table>")[2].partition("</form>")[0]
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))

        assert client.post(reverse("my_profile"), fields).status_code == 302
        known = User.objects.get(pk=people[0].pk)
        assert (known.address, known.may_be_counted, known.language) == ({"city": "Quba"}, True, "az")

    def test_a_page_without_a_state_saves_as_before(self, people: tuple[User, User]) -> None:
        assert self.save(signed_in(people[0]), "").status_code == 302
