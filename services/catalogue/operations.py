"""Publish definitions: each published text is one immutable version."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from services.agencies.models import Agency, Desk, Office
from services.catalogue.action_settings import Actions, connectors_named
from services.catalogue.definition import Definition, DeskStep, Question
from services.catalogue.guides import read_event
from services.catalogue.models import Delivery, LifeEvent, Prose, Service, ServiceVersion, Word, digest_of
from services.catalogue.rules import subject_of
from services.catalogue.search import naming_words, prose_of, searchable_words, vocabulary_of, words_told
from services.catalogue.soundness import Fault, Unsound, bad_examples, fitting
from services.connectors.models import Connector
from services.ledger.operations import Entry, record


@transaction.atomic
def load_life_events(life_events: Iterable[Mapping[str, Any]]) -> None:
    """Write the life events in the order given; raise `BadEvent`. Idempotent."""
    for position, data in enumerate(life_events):
        event = read_event(data)
        known = event.model_dump(mode="json", exclude={"code"}, exclude_none=True)
        LifeEvent.objects.update_or_create(code=event.code, defaults={**known, "position": position})


def examine(data: Any, actions: Actions) -> Definition:
    """Read a definition and prove that it can be published here today; raise `Unsound` with every fault.

    `actions` are those that robots know, each with the form of its settings.
    """
    definition = fitting(data, actions)
    _refuse([*_misfits(definition, actions), *bad_examples(definition, timezone.localdate())])
    return definition


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Unsound(sorted(faults))


def _misfits(definition: Definition, actions: Actions) -> list[Fault]:
    """Give what of a definition isn't here, or is otherwise."""
    return [*_unknown_places(definition), *_other_questions(definition), *_unknown_connectors(definition, actions)]


@dataclass(frozen=True)
class Publisher:
    """Who publishes a definition: an actor of the ledger, and who wrote it when somebody else approved it."""

    actor: str = "system"
    proposed_by: str = ""
    is_only_manager: bool = False

    def facts(self) -> dict[str, Any]:
        return {"proposed_by": self.proposed_by, "only_manager": self.is_only_manager} if self.proposed_by else {}


SYSTEM = Publisher()


@transaction.atomic
def publish(data: Any, now: datetime, actions: Actions, by: Publisher = SYSTEM) -> tuple[ServiceVersion, bool]:
    """Publish a definition and tell whether that made a new version; raise `Unsound` with every fault.

    The same text again changes nothing, and its examples aren't judged again: their days may have passed. A changed
    text becomes the next version. Requests in flight keep theirs.
    """
    definition = fitting(data, actions)
    _refuse(_misfits(definition, actions))
    source = plain(definition)
    service = _locked_service(definition)
    digest = digest_of(source)
    if service.current is not None and service.current.digest == digest:
        return service.current, False
    _refuse(bad_examples(definition, timezone.localdate()))
    version = service.versions.create(
        number=service.versions.count() + 1,
        source=source,
        digest=digest,
        published_at=now,
        by_only_manager=by.is_only_manager,
    )
    _describe(service, version, definition)
    _tell_of(service, version, by)
    return version, True


def plain(definition: Definition) -> dict[str, Any]:
    """Give the plain data by which a definition is kept."""
    return definition.model_dump(mode="json", exclude_unset=True)


def _tell_of(service: Service, version: ServiceVersion, by: Publisher) -> None:
    facts = {"service": service.code, "version": version.number, "digest": version.digest, **by.facts()}
    record([Entry(subject_of(service.code), "version_published", by.actor, version.published_at, facts)])


def _locked_service(definition: Definition) -> Service:
    responsible = Agency.objects.get(code=definition.responsible)
    service, _ = Service.objects.get_or_create(code=definition.service, defaults={"responsible": responsible})
    return Service.objects.select_for_update(of=["self"]).select_related("current").get(pk=service.pk)


def _describe(service: Service, version: ServiceVersion, definition: Definition) -> None:
    service.current = version
    service.responsible = Agency.objects.get(code=definition.responsible)
    service.title, service.summary = dict(definition.title), dict(definition.summary)
    service.names, service.words = naming_words(definition), searchable_words(definition, service.responsible.name)
    service.save()
    service.life_events.set(LifeEvent.objects.filter(code__in=definition.life_events))
    offices = {office.code: office for office in Office.objects.all()}
    service.deliveries.exclude(office__code__in=[place.office for place in definition.delivered_by]).delete()
    for place in definition.delivered_by:
        parameters = {name: value if isinstance(value, str) else str(value) for name, value in place.parameters.items()}
        Delivery.objects.update_or_create(
            service=service, office=offices[place.office], defaults={"parameters": parameters}
        )
    _write_prose(service)


@transaction.atomic
def renew_prose() -> None:
    """Write anew what services are searched by, when agencies, offices or life events may have other names."""
    published = Service.objects.published().select_for_update(of=["self"])
    for service in published.select_related("current", "responsible").order_by("pk"):
        _write_prose(service)


def _write_prose(service: Service) -> None:
    """Write all that a service tells, and the names of who answers for it, who delivers it, and what leads to it."""
    assert service.current is not None
    offices = Office.objects.filter(deliveries__service=service).select_related("agency")
    names = [service.responsible.name, *(event.name for event in service.life_events.all())]
    names += [name for office in offices for name in (office.name, office.agency.name)]
    told = words_told(service.current.source, *names)
    before = {one.language: one.words.split() for one in service.prose.all()}
    service.prose.all().delete()
    Prose.objects.bulk_create(
        Prose(service=service, language=language, words=prose_of(words)) for language, words in told.items()
    )
    Word.objects.bulk_create((Word(**word) for word in vocabulary_of(told)), ignore_conflicts=True)
    for language, words in before.items():
        _forget(language, set(words) - told.get(language, {}).keys())


def _forget(language: str, words: Collection[str]) -> None:
    """Drop words that no service tells any more, so that no mistyped one leads to them."""
    if words:
        telling = Prose.objects.filter(
            language=language, vector=SearchQuery(OuterRef("folded"), config="simple", search_type="plain")
        )
        Word.objects.filter(~Exists(telling), language=language, folded__in=words).delete()


def _unknown_places(definition: Definition) -> Iterable[Fault]:
    agencies = set(Agency.objects.values_list("code", flat=True))
    offices = dict(Office.objects.values_list("code", "agency__code"))
    if definition.responsible not in agencies:
        yield Fault("responsible", f"there is no agency '{definition.responsible}'", "Name an agency.")
    for index, place in enumerate(definition.delivered_by):
        if place.office not in offices:
            yield Fault(f"delivered_by.{index}.office", f"there is no office '{place.office}'", "Name an office.")
    if definition.appeal.office is not None and definition.appeal.office not in offices:
        yield Fault("appeal.office", f"there is no office '{definition.appeal.office}'", "Name an office.")
    known_events = set(LifeEvent.objects.values_list("code", flat=True))
    for index, code in enumerate(definition.life_events):
        if code not in known_events:
            yield Fault(f"life_events.{index}", f"there is no life event '{code}'", "Name a life event.")
    yield from _unknown_desks(definition)


def _other_questions(definition: Definition) -> Iterable[Fault]:
    """Find questions that another service asks otherwise: people answer each only once."""
    others = Service.objects.published().exclude(code=definition.service).select_related("current")
    asked = {key: question for other in others for key, question in questions_of(other).items()}
    for key, question in definition.questions.items():
        known = asked.get(key, question)
        if (known.kind, known.text, known.options) != (question.kind, question.text, question.options):
            yield Fault("eligibility", f"another service asks '{key}' otherwise", "Ask it alike, or by another key.")


def questions_of(service: Service) -> Mapping[str, Question]:
    assert service.current is not None
    return service.current.definition.questions


def _unknown_desks(definition: Definition) -> Iterable[Fault]:
    desks = set(Desk.objects.values_list("office__code", "code"))
    at_agencies = set(Desk.objects.values_list("office__agency__code", "code"))
    for index, step in enumerate(definition.workflow.steps):
        if not isinstance(step, DeskStep):
            continue
        path = f"workflow.steps.{index}.desk"
        if step.agency is not None:
            if (step.agency, step.desk) not in at_agencies:
                yield Fault(path, f"agency '{step.agency}' has no desk '{step.desk}'", "Name one of its desks.")
            continue
        for place in definition.delivered_by:
            if (place.office, step.desk) not in desks:
                yield Fault(path, f"office '{place.office}' has no desk '{step.desk}'", "Name a desk that each has.")


def _unknown_connectors(definition: Definition, actions: Actions) -> Iterable[Fault]:
    known = {connector.code: connector.form.operations for connector in Connector.objects.all()}
    for path, code, operation in connectors_named(definition, actions):
        if code not in known:
            yield Fault(path, f"there is no connector '{code}'", "Name one: see docs/connectors.md.")
        elif getattr(known[code], operation) is None:
            yield Fault(
                path, f"the connector '{code}' has no operation '{operation}'", "Name another, or add it there."
            )
