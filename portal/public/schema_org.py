"""A service's page told to search engines: schema.org's GovernmentService, in the language of the page."""

import json
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from portal.templatetags.words import in_language
from services.agencies.models import Agency
from services.catalogue.definition import Definition
from services.catalogue.models import Service

# What could end the script element, or begin a comment in it.
ESCAPED = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&"}


def government_service(service: Service, definition: Definition, delivering: Iterable[Agency]) -> SafeString:
    """Give the JSON-LD of a service, safe within a script element."""
    told = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": _address("service", service.code),
        "url": _address("service", service.code),
        "name": in_language(definition.title),
        "description": in_language(definition.description or definition.summary),
        "serviceOperator": _organisation(service.responsible),
        "provider": [_organisation(agency) for agency in {agency.pk: agency for agency in delivering}.values()],
        "serviceOutput": [{"@type": "Thing", "name": in_language(one.title)} for one in definition.documents],
    }
    if "online" in definition.channels and not definition.is_appeal:
        link, languages = _address("apply", service.code), list(definition.languages)
        told["availableChannel"] = {"@type": "ServiceChannel", "serviceUrl": link, "availableLanguage": languages}
    return mark_safe(json.dumps(told, ensure_ascii=False).translate(ESCAPED))  # noqa: S308  escaped just now


def _organisation(agency: Agency) -> dict[str, str]:
    own = _address("agency", agency.code)
    return {"@type": "GovernmentOrganization", "@id": own, "url": own, "name": in_language(agency.name)}


def _address(name: str, code: str) -> str:
    return settings.BASE_URL + reverse(name, args=[code])
