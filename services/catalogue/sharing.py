"""Share definitions between portals: a published one is given as a package, a stranger's is taken as a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from pydantic import TypeAdapter, ValidationError

from services.accounts.models import User
from services.agencies.models import Agency
from services.catalogue.action_settings import Actions
from services.catalogue.definition.terms import Text
from services.catalogue.definition_text import LONGEST, write_text
from services.catalogue.drafting import check_draft
from services.catalogue.models import DefinitionDraft, DraftOrigin, Service, ServiceVersion
from services.catalogue.packages import BadPackage, Content, Guidance, Package, packed, read_package
from services.catalogue.rules import subject_of
from services.connectors.addresses import NotAllowed, check_base, read_base
from services.connectors.wire import Call, Deadline, NoAnswer, NotSent, send
from services.ledger.keys import listed, log_key
from services.ledger.operations import Entry, record

PATH = "/open-data/services/{code}.package.json"
LARGEST_ANSWER, SECONDS = 1_000_000, 10


class UnknownKey(Exception):
    """A package is signed by a key that nobody has confirmed here."""


class CodeTaken(Exception):
    """There is a service with that code already, published or begun."""


class CannotDiscard(Exception):
    """A service that was published once stays."""


class CannotLook(Exception):
    """The origin can't be asked, or what it gives can't be believed."""


def package_of(version: ServiceVersion, origin: str, keys: Path, guidance: Mapping[str, str] | None = None) -> bytes:
    """Give a published version as a package, with guidance by the keys of steps where it isn't for everybody.

    Raise FileNotFoundError where the portal has no key yet.
    """
    more = {"guidance": [Guidance(step=step, text=text) for step, text in guidance.items()]} if guidance else {}
    published_at = version.published_at.isoformat()
    content = Content(
        origin=origin,
        service=version.service.code,
        version=version.number,
        published_at=published_at,
        definition=version.source,
        **more,
    )
    return packed(content, log_key(keys))


@dataclass(frozen=True)
class Here:
    """This portal: its address, the folder of its keys, and what its definitions may do."""

    address: str
    keys: Path
    actions: Actions


def is_known(agency: Agency, package: Package, here: Here) -> bool:
    """Tell whether a package's key is this portal's, or was confirmed before by the agency, for where it comes from."""
    key, origin = str(package.verifier), package.content.origin
    if key in {line.partition(" ")[0] for line in listed(here.keys)}:
        return origin == here.address
    confirmed = DraftOrigin.objects.filter(draft__service__responsible=agency)
    return confirmed.filter(key=key, address=origin).exists()


@transaction.atomic
def begin_service(
    agency: Agency, code: str, package: Package, fingerprint: str, *, by: User, now: datetime, here: Here
) -> DefinitionDraft:
    """Keep a package's definition as the first draft of a new service of an agency; it has no version yet.

    Raise `CodeTaken` when a service has that code, and what `take_package` raises.
    """
    title = _title_in(package) or {"en": code}
    try:
        with transaction.atomic():
            service = Service.objects.create(code=code, responsible=agency, title=title)
    except IntegrityError:
        raise CodeTaken from None
    return take_package(service, package, fingerprint, by=by, now=now, here=here)


def _title_in(package: Package) -> dict[str, str]:
    """Give the title by which a definition says that its service is called; nothing when it says none."""
    try:
        title = TypeAdapter(Text).validate_python(package.content.definition.get("title"))
    except ValidationError:
        return {}
    return {str(language): words for language, words in title.items()}


@transaction.atomic
def discard_service(service: Service, *, by: User, now: datetime) -> None:
    """Give up a service that was begun and never published, with its drafts; raise `CannotDiscard` for any other."""
    begun = Service.objects.select_for_update(of=["self"]).filter(pk=service.pk, current=None, versions=None).first()
    if begun is None:
        raise CannotDiscard
    facts = {"service": begun.code}
    record([Entry(subject_of(begun.code), "service_discarded", f"manager:{by.pk}", now, facts)])
    begun.delete()


@transaction.atomic
def take_package(
    service: Service, package: Package, fingerprint: str, *, by: User, now: datetime, here: Here
) -> DefinitionDraft:
    """Keep a package's definition as a draft of a service here, whose code and agency it gets.

    Raise `UnknownKey` unless the key is known or the fingerprint that a manager was told is the key's.
    """
    confirmed = "".join(fingerprint.split()).lower() == package.fingerprint.replace(" ", "")
    if not confirmed and not is_known(service.responsible, package, here):
        raise UnknownKey
    own = {"service": service.code, "responsible": service.responsible.code}
    text = write_text({**package.content.definition, **own})
    if len(text) > LONGEST:
        raise BadPackage("too_large")
    draft = check_draft(service, text, by, now, here.actions)
    origin = _keep_origin(draft, package)
    facts = {"service": service.code, "origin": str(origin), "digest": package.digest, "key": package.fingerprint}
    record([Entry(subject_of(service.code), "package_taken", f"manager:{by.pk}", now, facts)])
    return draft


def _keep_origin(draft: DefinitionDraft, package: Package) -> DraftOrigin:
    """Keep where a draft comes from: the last package that told the same."""
    content = package.content
    known = {"address": content.origin, "service": content.service, "version": content.version}
    more: dict[str, Any] = {"digest": package.digest, "key": str(package.verifier), "definition": content.definition}
    if content.guidance:  # the same without it takes away nothing that nobody has kept yet
        more["guidance"] = {one.step: one.text for one in content.guidance}
    origin, _is_new = DraftOrigin.objects.update_or_create(draft=draft, defaults={**known, **more})
    return origin


def newest_of(origin: DraftOrigin, own: str) -> Package:
    """Fetch what the origin publishes by now, signed by the same key; raise `CannotLook`."""
    try:
        base = read_base(origin.address)
        check_base(base, (), read_base(own))
        answer = send(Call(base, (), "GET", PATH.format(code=origin.service), Deadline(SECONDS), LARGEST_ANSWER))
        package = read_package(answer.body)
    except (NotAllowed, NotSent, NoAnswer, BadPackage) as error:
        raise CannotLook(str(error)) from None
    if str(package.verifier) != origin.key or package.content.service != origin.service:
        raise CannotLook("signed by another key")
    return package
