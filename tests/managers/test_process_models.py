"""A workflow from a file of BPMN: a manager's draft, what it can't hold, and refusals at the file's field."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.catalogue.bpmn import bpmn_of
from services.catalogue.definition_text import read_text, write_text
from services.catalogue.drafting import check_draft
from services.catalogue.models import DefinitionDraft, ServiceVersion
from services.workflow.actions import FORMS
from tests import worlds
from tests.catalogue.bpmn_files import CAMUNDA, HOSTILE, SIGNAVIO
from tests.worlds import NOON

pytestmark = pytest.mark.django_db
STEPS = [worlds.desk("judge", minutes=20)]


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north")
    return worlds.published(STEPS)


@pytest.fixture
def dilara(version: ServiceVersion) -> User:
    return worlds.clerk("dilara", desks=(), role="manager")


def send(user: User, content: bytes | str, language: str = "en", **more: str) -> Any:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    whole = content.encode() if isinstance(content, str) else content
    data = {"file": SimpleUploadedFile("way.bpmn", whole), **more}
    return client.post(reverse("managers_process_model", args=["permit"]), data, follow=True)


class TestTaking:
    def test_its_own_export_changes_nothing(self, version: ServiceVersion, dilara: User) -> None:
        page = send(dilara, bpmn_of(version.definition, "en", "https://portal.example.org/")).content.decode()

        draft = DefinitionDraft.objects.get()
        assert read_text(draft.text).data == version.source
        assert draft.is_sound
        assert draft.notes == []
        assert "it says the same as the version it is based on" in page
        assert "this draft can’t hold" not in page

    def test_every_element_that_is_lost_is_named(self, version: ServiceVersion, dilara: User) -> None:
        page = send(dilara, SIGNAVIO).content.decode()

        for told in ("sid-8", "Front office", "lane", "sid-14", "subProcess", "An official’s step stands in its place"):
            assert told in page

    def test_what_a_new_step_lacks_is_a_fault_of_the_draft(self, version: ServiceVersion, dilara: User) -> None:
        page = send(dilara, CAMUNDA).content.decode()

        paths = {fault["path"].rpartition(".")[2] for fault in DefinitionDraft.objects.get().faults}
        assert paths == {"desk", "action", "if_stuck"}
        assert "Field required" in page

    def test_is_put_into_the_draft_that_is_chosen(self, version: ServiceVersion, dilara: User) -> None:
        changed = write_text({**version.source, "time_limit": {"days": 3}})
        other = check_draft(version.service, changed, dilara, NOON, FORMS)
        send(dilara, bpmn_of(version.definition, "en", "https://portal.example.org/"), into=str(other.pk))

        assert read_text(DefinitionDraft.objects.latest("made_at").text).data["time_limit"] == {"days": 3}

    def test_a_draft_without_the_shape_of_a_definition_is_not_offered(
        self, version: ServiceVersion, dilara: User
    ) -> None:
        other = check_draft(version.service, "service: permit", dilara, NOON, FORMS)
        answer = send(dilara, CAMUNDA, into=str(other.pk))

        assert DefinitionDraft.objects.count() == 2  # the field isn't asked: the current version is changed
        assert answer.redirect_chain

    def test_another_choice_is_refused_at_its_field(self, version: ServiceVersion, dilara: User) -> None:
        check_draft(version.service, write_text(version.source), dilara, NOON, FORMS)
        answer = send(dilara, CAMUNDA, into="7")

        assert answer.status_code == 422
        assert "Choose the current version or one of these drafts." in answer.content.decode()


class TestRefusing:
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_nothing_is_kept_of_a_hostile_file(self, version: ServiceVersion, dilara: User, kind: str) -> None:
        answer = send(dilara, HOSTILE[kind][0])

        assert answer.status_code == 422
        assert 'href="#id_file"' in answer.content.decode()
        assert not DefinitionDraft.objects.exists()

    def test_is_told_by_the_element_in_the_language_of_the_page(self, version: ServiceVersion, dilara: User) -> None:
        page = send(dilara, HOSTILE["a dead end"][0], "fr").content.decode()

        assert "aucun chemin ne part d’ici. Menez un chemin" in page
        assert ", ligne 2" in page

    def test_asks_for_a_file(self, version: ServiceVersion, dilara: User) -> None:
        client = Client()
        client.force_login(dilara)
        answer = client.post(reverse("managers_process_model", args=["permit"]))

        assert answer.status_code == 422
        assert "Choose a file." in answer.content.decode()

    def test_a_stranger_finds_nothing(self, version: ServiceVersion) -> None:
        worlds.build_agencies("north", "south")
        foreign = worlds.clerk("farid", town="south", desks=(), role="manager")

        assert send(foreign, CAMUNDA).status_code == 404
        assert not DefinitionDraft.objects.exists()
