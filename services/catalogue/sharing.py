"""Share definitions between portals: a published one is given as a package, a stranger's is taken as a draft."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from services.accounts.models import User
from services.catalogue.action_settings import Actions
from services.catalogue.definition_text import LONGEST, write_text
from services.catalogue.drafting import check_draft
from services.catalogue.models import DefinitionDraft, DraftOrigin, Service, ServiceVersion
from services.catalogue.packages import BadPackage, Content, Package, packed, read_package
from services.catalogue.rules import subject_of
from services.connectors.addresses import NotAllowed, check_base, read_base
from services.connectors.wire import Call, Deadline, NoAnswer, NotSent, send
from services.ledger.keys import listed, log_key
from services.ledger.operations import Entry, record

PATH = "/open-data/services/{code}.package.json"
LARGEST_ANSWER, SECONDS = 1_000_000, 10


class UnknownKey(Exception):
    """A package is signed by a key that nobody has confirmed here."""


class CannotLook(Exception):
    """The origin can't be asked, or what it gives can't be believed."""


def package_of(version: ServiceVersion, origin: str, keys: Path) -> bytes:
    """Give a published version as a package; raise FileNotFoundError where the portal has no key yet."""
    published_at = version.published_at.isoformat()
    content = Content(
        origin=origin,
        service=version.service.code,
        version=version.number,
        published_at=published_at,
        definition=version.source,
    )
    return packed(content, log_key(keys))


def is_known(package: Package, keys: Path) -> bool:
    """Tell whether a package's key is one of this portal, or was confirmed here before."""
    key = str(package.verifier)
    own = {line.partition(" ")[0] for line in listed(keys)}
    return key in own or DraftOrigin.objects.filter(key=key).exists()


@transaction.atomic
def take_package(
    service: Service, package: Package, fingerprint: str, *, by: User, now: datetime, actions: Actions, keys: Path
) -> DefinitionDraft:
    """Keep a package's definition as a draft of a service here, whose code and agency it gets.

    Raise `UnknownKey` unless the key is known or the fingerprint that a manager was told is the key's.
    """
    if not is_known(package, keys) and "".join(fingerprint.split()).lower() != package.fingerprint.replace(" ", ""):
        raise UnknownKey
    here = {"service": service.code, "responsible": service.responsible.code}
    text = write_text({**package.content.definition, **here})
    if len(text) > LONGEST:
        raise BadPackage("too_large")
    draft = check_draft(service, text, by, now, actions)
    origin = _keep_origin(draft, package)
    facts = {"service": service.code, "origin": str(origin), "digest": package.digest, "key": package.fingerprint}
    record([Entry(subject_of(service.code), "package_taken", f"manager:{by.pk}", now, facts)])
    return draft


def _keep_origin(draft: DefinitionDraft, package: Package) -> DraftOrigin:
    """Keep where a draft comes from; taken again, it stays the one it is."""
    content = package.content
    known = {"address": content.origin, "service": content.service, "version": content.version}
    more = {"digest": package.digest, "key": str(package.verifier), "definition": content.definition}
    origin, _is_new = DraftOrigin.objects.get_or_create(draft=draft, defaults={**known, **more})
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
