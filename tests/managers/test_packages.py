"""Services shared between portals: a package is given, checked and taken as a draft, and its origin is looked at."""

import copy
import hashlib
import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.managers import guidance
from services.accounts.models import User
from services.catalogue import sharing
from services.catalogue.definition_text import read_text
from services.catalogue.models import DefinitionDraft, DraftOrigin, Service, ServiceVersion
from services.catalogue.packages import Content, _signed_text, fingerprint_of, packed, read_package
from services.catalogue.rules import subject_of
from services.connectors.wire import Answer, Call, NoAnswer
from services.ledger import keys
from services.ledger.models import Event
from services.workflow.operations.knowledge import guidance_by_step, guidance_of, write_guidance
from tests import worlds

pytestmark = pytest.mark.django_db
STEPS = [worlds.desk("judge", minutes=20)]
ORIGIN = "https://portal.elsewhere.example.org"


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path / "own"
    keys.make_log_key(settings.KEYS_DIR, "portal.example.org/ledger")
    return tmp_path / "own"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give the folder of another portal's key."""
    keys.make_log_key(tmp_path / "elsewhere", "portal.elsewhere.example.org/ledger")
    return tmp_path / "elsewhere"


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north")
    return worlds.published(STEPS)


@pytest.fixture
def dilara(version: ServiceVersion) -> User:
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def file(elsewhere: Path, version: ServiceVersion) -> bytes:
    return package(elsewhere, version.source)


def package(
    folder: Path,
    source: dict[str, Any],
    origin: str = ORIGIN,
    version: int = 4,
    given: dict[str, str] | None = None,
    **more: Any,
) -> bytes:
    """Give the package of another portal, whose service and agency have other codes."""
    definition = {**copy.deepcopy(source), "service": "licence", "responsible": "west", "time_limit": {"days": 7}}
    plain = {"origin": origin, "service": "licence", "version": version, "published_at": "2026-03-01T08:00:00+00:00"}
    parts = {"guidance": [{"step": step, "text": text} for step, text in given.items()]} if given else {}
    return packed(Content(**{**plain, **parts, "definition": {**definition, **more}}), keys.log_key(folder))


def told(folder: Path) -> str:
    return fingerprint_of(keys.verifiers(folder)[-1])


def send(user: User, content: bytes, fingerprint: str = "", service: str = "permit") -> Any:
    client = Client()
    client.force_login(user)
    data = {"file": SimpleUploadedFile("licence.package.json", content), "fingerprint": fingerprint}
    return client.post(reverse("managers_package", args=[service]), data, follow=True)


class TestGiving:
    def test_a_stranger_checks_it_with_the_standard_library_and_one_signature(self, version: ServiceVersion) -> None:
        answer = Client().get("/open-data/services/permit.package.json")
        whole = json.loads(answer.content)

        text, _, line = whole["note"].partition("\n\n")
        public = b64decode(whole["key"].split("+", 2)[2])[1:]
        signature = b64decode(line.split()[2])[4:]
        Ed25519PublicKey.from_public_bytes(public).verify(signature, f"{text}\n".encode())
        content = json.dumps(whole["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        assert text == f"portal service package 1\n{hashlib.sha256(content).hexdigest()}"
        assert whole["content"]["definition"] == version.source
        assert whole["key"] in Client().get(reverse("api_log_keys")).content.decode()

    def test_is_not_sent_again_to_who_has_it(self, version: ServiceVersion) -> None:
        first = Client().get("/open-data/services/permit.package.json")
        again = Client(headers={"if-none-match": first["ETag"]}).get("/open-data/services/permit.package.json")

        assert (again.status_code, again.content) == (304, b"")

    def test_is_not_there_without_a_key(self, version: ServiceVersion, settings: Any) -> None:
        settings.KEYS_DIR = Path("/nowhere")

        assert Client().get("/open-data/services/permit.package.json").status_code == 404
        assert Client().get("/open-data/services/nothing.package.json").status_code == 404


class TestGuidance:
    GIVEN = {"judge": "Measure the gate first.", "seal": "Use the red stamp."}

    @pytest.fixture
    def origin(self, version: ServiceVersion, dilara: User, elsewhere: Path) -> DraftOrigin:
        """Take a package whose guidance is about a step that is here and about one that isn't."""
        send(dilara, package(elsewhere, version.source, given=self.GIVEN), told(elsewhere))
        return DraftOrigin.objects.get()

    def keep(self, user: User, origin: DraftOrigin) -> str:
        client = Client()
        client.force_login(user)
        path = reverse("managers_origin_guidance", args=["permit", origin.pk])
        return client.post(path, follow=True).content.decode()

    def test_goes_with_a_package_that_only_managers_get(self, version: ServiceVersion, dilara: User) -> None:
        north = version.service.responsible
        for text in ("Ask first.", "Measure the gate first."):
            write_guidance(version.service, "judge", north, text, dilara, timezone.now())
        client = Client()
        client.force_login(dilara)

        page = client.get(reverse("managers_package", args=["permit"])).content.decode()
        given = read_package(client.get(reverse("managers_package_file", args=["permit"])).content)
        public = Client().get("/open-data/services/permit.package.json").content

        assert reverse("managers_package_file", args=["permit"]) in page
        assert [(one.step, one.text) for one in given.content.guidance] == [("judge", "Measure the gate first.")]
        assert b"Measure" not in public
        assert b"guidance" not in public

    def test_cannot_be_given_by_a_portal_without_a_key(
        self, version: ServiceVersion, dilara: User, settings: Any
    ) -> None:
        settings.KEYS_DIR = Path("/nowhere")
        client = Client()
        client.force_login(dilara)

        page = client.get(reverse("managers_package_file", args=["permit"]), follow=True).content.decode()

        assert "This portal has no key yet to sign with." in page

    def test_without_any_no_other_file_is_offered(self, version: ServiceVersion, dilara: User) -> None:
        client = Client()
        client.force_login(dilara)

        page = client.get(reverse("managers_package", args=["permit"])).content.decode()

        assert reverse("managers_package_file", args=["permit"]) not in page

    def test_counts_only_when_it_is_kept_and_only_where_there_is_none(
        self, origin: DraftOrigin, version: ServiceVersion, dilara: User
    ) -> None:
        service, north = version.service, version.service.responsible
        assert guidance_of(service, "judge", north) is None

        page = self.keep(dilara, origin)

        kept = guidance_of(service, "judge", north)
        assert kept is not None
        assert (kept.text, kept.by) == ("Measure the gate first.", dilara)
        assert guidance_of(service, "seal", north) is None
        assert "Guidance on 1 step was kept." in page
        assert "your agency has its own" in page
        assert "no such step here yet" in page

    def test_is_still_there_when_the_same_comes_without_it(
        self, origin: DraftOrigin, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        send(dilara, file, told(elsewhere))

        origin.refresh_from_db()
        assert DraftOrigin.objects.count() == 1
        assert origin.guidance == self.GIVEN

    def test_on_a_step_that_the_service_has_no_more_stays_here(self, version: ServiceVersion, dilara: User) -> None:
        north, now = version.service.responsible, timezone.now()
        write_guidance(version.service, "judge", north, "Measure the gate first.", dilara, now)
        write_guidance(version.service, "gone", north, "The vault's code is 1234.", dilara, now)

        assert guidance_by_step(version.service) == {"judge": "Measure the gate first."}

    def test_that_is_too_long_for_a_package_is_told(
        self, version: ServiceVersion, dilara: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guidance, "LARGEST", 500)
        client = Client()
        client.force_login(dilara)

        page = client.get(reverse("managers_package_file", args=["permit"]), follow=True).content.decode()

        assert "the service is larger than a package may be" in page

    def test_leaves_ones_own_alone(self, origin: DraftOrigin, version: ServiceVersion, dilara: User) -> None:
        service, north = version.service, version.service.responsible
        write_guidance(service, "judge", north, "Our way.", dilara, timezone.now())

        page = self.keep(dilara, origin)

        kept = guidance_of(service, "judge", north)
        assert kept is not None
        assert kept.text == "Our way."
        assert "Guidance on 0 steps was kept." in page
        assert "Keep it where your agency has none" not in page

    def test_of_a_shape_that_is_none_is_refused(self, version: ServiceVersion, dilara: User, elsewhere: Path) -> None:
        whole = json.loads(package(elsewhere, version.source, given=self.GIVEN))
        for bad in (
            [{"step": "Judge!", "text": "x"}],
            [{"step": "judge", "text": ""}],
            [{"step": "judge"}],
            {"judge": "x"},
        ):
            content = {**whole["content"], "guidance": bad}
            note = keys.log_key(elsewhere).sign(_signed_text(content))
            file = json.dumps({**whole, "content": content, "note": note}).encode()

            answer = send(dilara, file, told(elsewhere))

            assert answer.status_code == 422
            assert "lacks a part, or a part has another shape" in answer.content.decode()
        assert not DraftOrigin.objects.exists()


class TestTaking:
    def test_becomes_a_draft_of_this_service_with_its_origin_on_record(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        page = send(dilara, file, told(elsewhere)).content.decode()

        draft = DefinitionDraft.objects.get()
        assert draft.is_sound
        assert read_text(draft.text).data == {**version.source, "time_limit": {"days": 7}}
        origin = DraftOrigin.objects.get()
        assert (origin.draft, origin.address, origin.service, origin.version) == (draft, ORIGIN, "licence", 4)
        assert origin.digest == read_package(file).digest
        event = Event.objects.get(subject=subject_of("permit"), kind="package_taken")
        assert (event.actor, event.facts["digest"]) == (f"manager:{dilara.pk}", origin.digest)
        assert ORIGIN in page
        client = Client()
        client.force_login(dilara)
        assert ORIGIN in client.get(reverse("managers_versions", args=["permit"])).content.decode()

    def test_asks_for_the_fingerprint_of_a_key_that_nobody_confirmed(
        self, version: ServiceVersion, dilara: User, file: bytes
    ) -> None:
        for fingerprint, words in (("", "isn’t known here"), ("0000 1111", "This isn’t the key")):
            answer = send(dilara, file, fingerprint)
            assert answer.status_code == 422
            assert words in answer.content.decode()
        assert not DefinitionDraft.objects.exists()

    def test_knows_a_key_that_was_confirmed_before(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        send(dilara, file, told(elsewhere))
        send(dilara, package(elsewhere, version.source, fee={"base": [{"amount": "5.00"}]}))

        assert DraftOrigin.objects.count() == 2

    def test_knows_a_key_only_for_where_it_comes_from(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        send(dilara, file, told(elsewhere))
        answer = send(dilara, package(elsewhere, version.source, origin="https://portal.ministry.example"))

        assert "The key of https://portal.ministry.example isn’t known here" in answer.content.decode()
        assert DraftOrigin.objects.count() == 1

    def test_knows_its_own_key_only_from_itself(self, version: ServiceVersion, dilara: User, own_keys: Path) -> None:
        assert "isn’t known here" in send(dilara, package(own_keys, version.source)).content.decode()

    def test_asks_each_agency_for_itself(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        send(dilara, file, told(elsewhere))
        worlds.build_agencies("north", "south")
        worlds.published(STEPS, towns=("south",), service="stall", responsible="south")
        farid = worlds.clerk("farid", town="south", desks=(), role="manager")

        assert "isn’t known here" in send(farid, file, service="stall").content.decode()

    def test_taken_again_tells_the_last_package(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        send(dilara, file, told(elsewhere))
        send(dilara, package(elsewhere, version.source, version=5))

        assert DraftOrigin.objects.get().version == 5
        event = Event.objects.filter(subject=subject_of("permit"), kind="package_taken").latest("id")
        assert event.facts["origin"] == f"{ORIGIN} licence v5"

    def test_its_own_package_changes_nothing(self, version: ServiceVersion, dilara: User) -> None:
        page = send(dilara, Client().get("/open-data/services/permit.package.json").content).content.decode()

        assert "it says the same as the version it is based on" in page

    def test_an_office_that_is_not_here_is_a_fault_of_the_draft(
        self, version: ServiceVersion, dilara: User, elsewhere: Path
    ) -> None:
        page = send(dilara, package(elsewhere, version.source, delivered_by=[{"office": "west-hall"}]), told(elsewhere))

        assert "there is no office &#x27;west-hall&#x27;" in page.content.decode()

    def test_a_stranger_finds_nothing(self, version: ServiceVersion, file: bytes) -> None:
        worlds.build_agencies("north", "south")
        foreign = worlds.clerk("farid", town="south", desks=(), role="manager")

        assert send(foreign, file).status_code == 404


class TestBeginning:
    """A package becomes the first draft of a service that isn't here."""

    PATH = "/manage/new-service/"

    @pytest.fixture
    def gulnar(self, version: ServiceVersion) -> User:
        return worlds.clerk("gulnar", desks=(), role="manager")

    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
        session.save()
        return client

    def begin(self, user: User, content: bytes, fingerprint: str, **more: str) -> Any:
        file = SimpleUploadedFile("licence.package.json", content)
        data = {"file": file, "fingerprint": fingerprint, "agency": "north", **more}
        return self.client(user).post(self.PATH, data, follow=True)

    def test_leads_to_a_first_version_by_two_managers(
        self, version: ServiceVersion, dilara: User, gulnar: User, file: bytes, elsewhere: Path
    ) -> None:
        page = self.begin(dilara, file, told(elsewhere)).content.decode()

        draft = DefinitionDraft.objects.get()
        own = {"service": "licence", "responsible": "north", "time_limit": {"days": 7}}
        assert read_text(draft.text).data == {**version.source, **own}
        assert (draft.is_sound, draft.base, draft.service.current) == (True, None, None)
        assert "It is to be the first version." in page
        colleague = self.client(gulnar).get(reverse("managers_draft", args=["licence", draft.pk])).content.decode()
        assert "Once this version is published, people find the service and can apply for it." in colleague
        assert "New requests are worked by the new version" not in colleague
        assert ORIGIN in page
        assert Event.objects.filter(subject=subject_of("licence"), kind="package_taken").exists()
        assert Client().get("/services/licence/").status_code == 404
        assert "licence" not in Client().get("/services/").content.decode()
        assert "/manage/services/licence/versions/" in self.client(gulnar).get("/manage/").content.decode()
        to_change = self.client(gulnar).get("/manage/services/licence/versions/")
        assert to_change["Location"].endswith(f"/{draft.pk}/")

        self.client(gulnar).post(reverse("managers_publish", args=["licence", draft.pk]))

        draft.refresh_from_db()
        assert (draft.version.number, draft.version.service.code) == (1, "licence")
        assert Client().get("/services/licence/").status_code == 200
        assert "/manage/services/licence/versions/" not in self.client(gulnar).get("/manage/").content.decode()
        assert self.client(gulnar).get(reverse("managers_draft", args=["licence", draft.pk])).status_code == 200

    def test_names_every_place_that_is_not_here_and_takes_the_text_with_ones_own(
        self, version: ServiceVersion, dilara: User, elsewhere: Path
    ) -> None:
        foreign = package(elsewhere, version.source, delivered_by=[{"office": "west-hall"}])

        page = self.begin(dilara, foreign, told(elsewhere), code="stall").content.decode()
        draft = DefinitionDraft.objects.get()
        mended = draft.text.replace("west-hall", "north-hall")
        self.client(dilara).post("/manage/services/stall/versions/", {"text": ""})
        self.client(dilara).post("/manage/services/stall/versions/", {"text": mended})

        assert "there is no office &#x27;west-hall&#x27;" in page
        assert "office &#x27;west-hall&#x27; has no desk" in page
        assert DefinitionDraft.objects.latest("made_at").is_sound

    def test_tells_at_its_field_what_is_refused_and_keeps_nothing(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        worlds.build_agencies("north", "south")
        known = told(elsewhere)
        for content, fingerprint, more, words in (
            (file, known, {"code": "permit"}, "There is a service with the code “permit” already."),
            (file, known, {"code": "No code"}, "Use small letters, digits and hyphens"),
            (file, known, {"agency": "south"}, "Choose an agency that you manage."),
            (file, "", {}, "isn’t known here"),
            (file.replace(b"licence", b"license"), known, {}, "was changed after it was signed"),
            (package(elsewhere, version.source, more="x" * 150_000), known, {}, "too large to be a package"),
        ):
            answer = self.begin(dilara, content, fingerprint, **more)
            assert answer.status_code == 422, words
            assert words in answer.content.decode()
        assert not Service.objects.filter(current=None).exists()
        assert not DefinitionDraft.objects.exists()

    def test_can_be_given_up_before_it_is_published(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path
    ) -> None:
        self.begin(dilara, file, told(elsewhere))
        worlds.build_agencies("north", "south")
        farid, path = worlds.clerk("farid", town="south", desks=(), role="manager"), "/manage/services/licence/discard/"

        assert self.client(farid).post(path).status_code == 404
        assert "Give up this service?" in self.client(dilara).get(path).content.decode()
        assert "Its code is free again." in self.client(dilara).post(path, follow=True).content.decode()

        assert not Service.objects.filter(code="licence").exists()
        assert not DefinitionDraft.objects.exists()
        event = Event.objects.get(subject=subject_of("licence"), kind="service_discarded")
        assert event.actor == f"manager:{dilara.pk}"
        assert self.begin(dilara, file, told(elsewhere)).status_code == 200

    def test_what_was_published_stays(self, version: ServiceVersion, dilara: User) -> None:
        assert self.client(dilara).post("/manage/services/permit/discard/").status_code == 404
        with pytest.raises(sharing.CannotDiscard):
            sharing.discard_service(version.service, by=dilara, now=timezone.now())

    def test_keeps_guidance_only_when_it_is_worked(
        self, version: ServiceVersion, dilara: User, elsewhere: Path
    ) -> None:
        self.begin(dilara, package(elsewhere, version.source, given={"judge": "Look."}), told(elsewhere))
        draft = DefinitionDraft.objects.get()

        keep = reverse("managers_origin_guidance", args=["licence", draft.pk])

        assert self.client(dilara).post(keep).status_code == 404


def changed(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(whole: dict[str, Any]) -> None:
        *parts, last = path.split(".")
        part = whole
        for name in parts:
            part = part[name]
        part[last] = value

    return change


TAMPERED = {
    "another format": (changed("format", "portal service package 2"), "of a kind that is known here"),
    "another origin": (changed("content.origin", "https://portal.example.org"), "was changed after it was signed"),
    "another service": (changed("content.service", "permit"), "was changed after it was signed"),
    "another version": (changed("content.version", 5), "was changed after it was signed"),
    "another time": (changed("content.published_at", "2026"), "was changed after it was signed"),
    "another limit": (changed("content.definition.time_limit", {"days": 1}), "was changed after it was signed"),
    "one part more": (changed("content.more", 1), "was changed after it was signed"),
    "no key": (changed("key", None), "lacks a part"),
    "half a key": (changed("key", "x+y"), "isn’t by the key"),
    "no note": (changed("note", ""), "isn’t by the key"),
    "no content": (changed("content", []), "lacks a part"),
    "a number with a point": (changed("content.version", 1.5), "can’t be read as JSON"),
}


class TestTampering:
    @pytest.mark.parametrize("part", TAMPERED)
    def test_is_refused_at_the_file(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path, part: str
    ) -> None:
        change, words = TAMPERED[part]
        whole = json.loads(file)
        change(whole)
        answer = send(dilara, json.dumps(whole).encode(), told(elsewhere))

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not DefinitionDraft.objects.exists()

    def test_another_key_is_not_the_one_that_was_confirmed(
        self, version: ServiceVersion, dilara: User, elsewhere: Path, tmp_path: Path
    ) -> None:
        keys.make_log_key(tmp_path / "thief", "portal.elsewhere.example.org/ledger")
        answer = send(dilara, package(tmp_path / "thief", version.source), told(elsewhere))

        assert "This isn’t the key that signed" in answer.content.decode()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"[" * 100_000, "can’t be read as JSON"),
            (b"[]", "can’t be read as JSON"),
            (b"\xff\xfe", "can’t be read as JSON"),
            (b'{"format": "\\ud800"}', "can’t be read as JSON"),
            (b'{"format": "\\u0000"}', "can’t be read as JSON"),
            (b'{"format": 1, "format": 1}', "can’t be read as JSON"),
            (b" " * 1_000_001, "too large"),
        ],
    )
    def test_what_is_no_package_is_refused(
        self, version: ServiceVersion, dilara: User, content: bytes, words: str
    ) -> None:
        assert words in send(dilara, content).content.decode()

    def test_what_is_signed_and_deep_is_refused(self, version: ServiceVersion, dilara: User, elsewhere: Path) -> None:
        deep: dict[str, Any] = {}
        for _ in range(100):
            deep = {"a": deep}

        assert "lacks a part" in send(dilara, package(elsewhere, version.source, **deep)).content.decode()

    def test_a_text_that_no_database_keeps_is_refused(
        self, version: ServiceVersion, dilara: User, elsewhere: Path
    ) -> None:
        file = package(elsewhere, version.source, title={"en": "a\0b"})

        assert "can’t be read as JSON" in send(dilara, file, told(elsewhere)).content.decode()

    def test_a_key_with_an_endless_name_is_refused(self, version: ServiceVersion, dilara: User, tmp_path: Path) -> None:
        keys.make_log_key(tmp_path / "long", "x" * 400)
        file = package(tmp_path / "long", version.source)

        assert "lacks a part" in send(dilara, file, told(tmp_path / "long")).content.decode()


class TestLooking:
    def look(self, user: User) -> str:
        client = Client()
        client.force_login(user)
        draft = DraftOrigin.objects.latest("draft__made_at").draft
        return client.post(reverse("managers_origin", args=["permit", draft.pk])).content.decode()

    def given(self, monkeypatch: pytest.MonkeyPatch, body: bytes) -> list[Call]:
        calls: list[Call] = []

        def send_to_nobody(call: Call) -> Answer:
            calls.append(call)
            return Answer(200, {}, body)

        monkeypatch.setattr(sharing, "send", send_to_nobody)
        return calls

    def test_tells_that_nothing_has_changed(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(dilara, file, told(elsewhere))
        calls = self.given(monkeypatch, file)

        assert "Nothing has changed there" in self.look(dilara)
        assert calls[0].target == "/open-data/services/licence.package.json"
        assert calls[0].allow == ()

    def test_guidance_that_only_managers_are_given_is_no_change(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(dilara, package(elsewhere, version.source, given=TestGuidance.GIVEN), told(elsewhere))
        self.given(monkeypatch, file)

        assert "Nothing has changed there" in self.look(dilara)

    def test_shows_what_has_changed(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(dilara, file, told(elsewhere))
        self.given(monkeypatch, package(elsewhere, version.source, fee={"base": [{"amount": "7.50"}]}))
        page = self.look(dilara)

        assert "The origin has changed" in page
        assert "7.50" in page

    def test_believes_no_other_key(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(dilara, file, told(elsewhere))
        keys.rotate_log_key(elsewhere)
        self.given(monkeypatch, package(elsewhere, version.source))

        assert "The origin could not be asked" in self.look(dilara)

    def test_tells_that_it_does_not_answer(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fall_silent(call: Call) -> Answer:
            raise NoAnswer("silence")

        send(dilara, file, told(elsewhere))
        monkeypatch.setattr(sharing, "send", fall_silent)

        assert "The origin could not be asked" in self.look(dilara)

    @pytest.mark.parametrize("address", ["https://10.1.2.3", "https://127.0.0.1", "http://[::1]:80", "https://a.b@c"])
    def test_calls_no_inside_address(
        self, version: ServiceVersion, dilara: User, file: bytes, elsewhere: Path, address: str
    ) -> None:
        send(dilara, file, told(elsewhere))
        DraftOrigin.objects.update(address=address)

        assert "The origin could not be asked" in self.look(dilara)
