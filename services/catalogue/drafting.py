"""Drafts of definitions: checked whole, tried, and published when a second manager agrees."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from pydantic import ValidationError

from services.accounts.models import User
from services.agencies.models import Membership
from services.catalogue.action_settings import Actions
from services.catalogue.bpmn_file import WHOLE
from services.catalogue.bpmn_merging import lost_silence, merged
from services.catalogue.bpmn_parts import Note
from services.catalogue.bpmn_steps import steps_of
from services.catalogue.definition import Definition
from services.catalogue.definition_text import LONGEST, read_text, write_text
from services.catalogue.models import DefinitionDraft, Service, ServiceVersion
from services.catalogue.operations import Publisher, examine, plain, publish
from services.catalogue.soundness import Fault, Unsound


class CannotPublish(Exception):
    """A draft that can't become a version, or not by this person; tells why, and what is wrong with its text by now."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults = faults


def text_of(version: ServiceVersion) -> str:
    """Give the text of a version: as a manager wrote it, or written anew from what is kept."""
    draft = DefinitionDraft.objects.filter(version=version).first()
    return draft.text if draft else write_text(plain(version.definition))


def read_for(service: Service, text: str, actions: Actions) -> tuple[Definition | None, list[Fault]]:
    """Read a text that is to become a version of a service; give its definition, or every fault with its line."""
    try:
        read = read_text(text)
    except Unsound as unsound:
        return None, unsound.faults
    try:
        definition = examine(read.data, actions)
        faults = _other_service(service, definition)
    except Unsound as unsound:
        definition, faults = None, unsound.faults
    return None if faults else definition, read.placed(faults)


def definition_of(draft: DefinitionDraft) -> Definition:
    """Give the definition that a sound draft's text says."""
    return Definition.model_validate(read_text(draft.text).data)


def _other_service(service: Service, definition: Definition) -> list[Fault]:
    """Find what would make it another service, or another agency's."""
    faults = []
    if definition.service != service.code:
        faults.append(Fault("service", f"this page is about '{service.code}'", "Write that code."))
    if definition.responsible != service.responsible.code:
        words = f"'{service.responsible.code}' answers for this service"
        faults.append(Fault("responsible", words, "Name that agency. A service isn't handed over here."))
    return faults


def check_draft(
    service: Service, text: str, by: User, now: datetime, actions: Actions, notes: Sequence[Note] = ()
) -> DefinitionDraft:
    """Check a text and keep it with its faults; the latest draft again, with the same faults, stays the one it is.

    `notes` tell what of a file, from which the text was read, it can't hold.
    """
    kept = [asdict(note) for note in notes]
    latest = service.definition_drafts.filter(base=service.current, version=None).order_by("-made_at").first()
    _definition, faults = read_for(service, text, actions)
    told = [asdict(fault) for fault in faults]
    if latest is not None and (latest.text, latest.notes, latest.faults) == (text, kept, told):
        return latest
    return DefinitionDraft.objects.create(
        service=service, base=service.current, text=text, faults=told, notes=kept, by=by, made_at=now
    )


def draft_from_model(
    service: Service,
    content: bytes,
    into: DefinitionDraft | None,
    language: str,
    *,
    by: User,
    now: datetime,
    actions: Actions,
) -> DefinitionDraft:
    """Keep as a draft the current definition, or that of a draft, with the workflow of a file of BPMN.

    The names in the file are in one of the definition's languages. Raise `Unsound` for why nothing can be taken.
    """
    assert service.current is not None
    base = read_text(into.text if into else text_of(service.current)).data
    Definition.model_validate(base)
    told = steps_of(content, language)
    text = write_text(merged(base, told))
    if len(text) > LONGEST:
        words = f"the definition would be longer than {LONGEST} characters"
        raise Unsound([Fault(WHOLE, words, "Shorten its names and texts.", 1)])
    return check_draft(service, text, by, now, actions, [*told.notes, *lost_silence(base, told)])


def takes_a_workflow(draft: DefinitionDraft) -> bool:
    """Tell whether a draft has the shape of a definition, so that its workflow can be exchanged."""
    try:
        Definition.model_validate(read_text(draft.text).data)
    except (Unsound, ValidationError):
        return False
    return True


def managers_of(service: Service) -> QuerySet[Membership]:
    """Give the memberships of those who manage the agency that answers for a service."""
    return Membership.objects.filter(
        agency=service.responsible, role=Membership.Role.MANAGER, ended_at=None, user__is_active=True
    )


def is_only_manager(service: Service, by: User) -> bool:
    managers = managers_of(service)
    return managers.filter(user=by).exists() and not managers.exclude(user=by).exists()


def hindrance(draft: DefinitionDraft, by: User) -> str:
    """Tell in words why this person can't publish a draft; empty when nothing stands against it."""
    if draft.version_id is not None:
        return _("This draft was published already.")
    if not draft.is_sound:
        return _("This draft has faults. Correct them first.")
    if draft.base_id != draft.service.current_id:
        return _("Another version was published in the meantime. Check this text again against that one.")
    if not managers_of(draft.service).filter(user=by).exists():
        return _("Only managers of the agency that answers for the service may publish it.")
    if draft.by_id == by.pk and not is_only_manager(draft.service, by):
        return _("You wrote this draft. Ask another manager of your agency to read and publish it.")
    return ""


@transaction.atomic
def publish_draft(draft: DefinitionDraft, by: User, now: datetime, actions: Actions) -> ServiceVersion:
    """Publish a draft that another manager wrote, or one's own as the agency's only manager; else `CannotPublish`."""
    service = Service.objects.select_for_update(of=["self"]).select_related("responsible").get(pk=draft.service_id)
    fresh = DefinitionDraft.objects.select_for_update().get(pk=draft.pk)
    fresh.service = service
    if words := hindrance(fresh, by):
        raise CannotPublish(words)
    definition, faults = read_for(service, fresh.text, actions)
    if definition is None:
        refusal = _(
            "Something has changed since this text was checked, or a day in it has passed. See what is wrong now."
        )
        raise CannotPublish(refusal, faults)
    publisher = Publisher(f"manager:{by.pk}", f"manager:{fresh.by_id}", is_only_manager=fresh.by_id == by.pk)
    version, is_new = publish(plain(definition), now, actions, publisher)
    if not is_new:
        raise CannotPublish(_("This text says the same as the current version: there is nothing to publish."))
    fresh.version = version
    fresh.save(update_fields=["version"])
    return version
