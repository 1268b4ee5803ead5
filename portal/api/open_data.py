"""The portal's open data, told to machines: a Frictionless Data Package and a DCAT-AP 3.0.1 catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.api.log import FOR_A_MOMENT
from portal.middleware import for_everybody
from services.catalogue.models import Service
from services.ledger import proofs, public_log
from services.ledger.public_log import FLAGS, NUMBERS

LICENCE, LICENCE_URL = "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"
NAME = "one-stop-portal"
FIGURE_FIELDS = [
    {"name": "service", "type": "string"},
    {"name": "period", "type": "string"},
    {"name": "table", "type": "string"},
    {"name": "key", "type": "string"},
    {"name": "measure", "type": "string"},
    {"name": "value", "type": "number"},
]
FIGURE_KEY = ["service", "period", "table", "key", "measure"]


@dataclass(frozen=True)
class File:
    """A table that anyone may take: its address, what is in it, and when it last changed."""

    name: str
    title: str
    path: str
    fields: list[dict[str, str]]
    key: list[str]
    missing: list[str]

    @property
    def address(self) -> str:
        return settings.BASE_URL + self.path


def figure_files() -> Iterator[File]:
    """Give the tables of figures: of all services, and of each."""
    shape = (FIGURE_FIELDS, FIGURE_KEY, list[str]())
    yield File("figures", "The main figures of every service", reverse("state_file", args=["csv"]), *shape)
    for service in Service.objects.published().order_by("code"):
        path = reverse("figures_file", args=[service.code, "csv"])
        yield File(f"figures-{service.code}", f"The figures of the service {service.code}", path, *shape)


def event_files() -> Iterator[File]:
    """Give the tables of the public event log, by month."""
    fields = [{"name": name, "type": type_of(name)} for name in public_log.COLUMNS]
    for month in public_log.months(timezone.now()):
        title = f"Events that were sealed in {month.name}"
        path = reverse("api_log_month", args=[month.name, "csv"])
        yield File(f"events-{month.name}", title, path, fields, ["leaf"], [""])


def type_of(column: str) -> str:
    if column == "day":
        return "date"
    return "integer" if column in NUMBERS else "boolean" if column in FLAGS else "string"


def sealed_at() -> datetime:
    """Give when what is told here was last sealed; now when nothing is."""
    seal = proofs.newest_seal()
    return seal.at if seal else timezone.now()


@require_safe
def data_package(request: HttpRequest) -> JsonResponse:
    """Describe every table: its columns with their types, its key, its licence, and when it was last sealed."""
    files = [*figure_files(), *event_files()]
    return _kept(
        {
            "profile": "tabular-data-package",
            "name": NAME,
            "title": "Public figures and events of the one-stop portal",
            "homepage": settings.BASE_URL + reverse("figures"),
            "created": f"{sealed_at().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "licenses": [{"name": LICENCE, "path": LICENCE_URL, "title": "Creative Commons Attribution 4.0"}],
            "resources": [_resource(file) for file in files],
        }
    )


def _resource(file: File) -> dict[str, Any]:
    schema = {"fields": file.fields, "primaryKey": file.key, "missingValues": file.missing}
    plain = {"name": file.name, "title": file.title, "path": file.address, "profile": "tabular-data-resource"}
    return {**plain, "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": schema}


FIGURES = (
    "For each service, by period, month, office, channel and version: requests received and decided, in time or late, "
    "and within how many working days. Counts of one to four, and what they would follow from, are left out."
)
EVENTS = (
    "Every event of every request by its day, under a random name, without persons, answers or reasons of refusals, "
    "sealed in a tree whose head is signed. Services, offices and channels of fewer than five requests aren't named."
)
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
EU = "http://publications.europa.eu/resource/authority"


@require_safe
def catalogue(request: HttpRequest) -> JsonResponse:
    """Describe the figures and the event log as datasets with their files (DCAT-AP 3.0.1, JSON-LD)."""
    modified = {"@type": "xsd:dateTime", "@value": sealed_at().astimezone(UTC).isoformat()}
    datasets = [
        _dataset("figures", "Figures of public services", FIGURES, list(figure_files()), modified),
        _dataset("events", "Public event log", EVENTS, list(event_files()), modified),
    ]
    return _kept(
        {
            "@context": CONTEXT,
            "@id": iri("catalogue"),
            "@type": "dcat:Catalog",
            "dct:title": english("Open data of the one-stop portal"),
            "dct:description": english("How well public services are delivered, and the events this is counted from."),
            "dct:publisher": publisher(),
            "dct:license": typed(LICENCE_URL, "dct:LicenseDocument"),
            "dct:modified": modified,
            "foaf:homepage": typed(settings.BASE_URL + reverse("figures"), "foaf:Document"),
            "dcat:dataset": datasets,
        },
        "application/ld+json",
    )


def _dataset(name: str, title: str, words: str, files: list[File], modified: dict[str, str]) -> dict[str, Any]:
    return {
        "@id": iri(name),
        "@type": "dcat:Dataset",
        "dct:identifier": iri(name),
        "dct:title": english(title),
        "dct:description": english(words),
        "dct:publisher": publisher(),
        "dct:modified": modified,
        "dct:accrualPeriodicity": typed(f"{EU}/frequency/CONT", "dct:Frequency"),
        "dct:accessRights": typed(f"{EU}/access-right/PUBLIC", "dct:RightsStatement"),
        "dcat:theme": typed(f"{EU}/data-theme/GOVE", "skos:Concept", "Government and public sector"),
        "dcat:keyword": [english("public services"), english(name)],
        "dcat:distribution": [_distribution(file, modified) for file in files],
    }


def _distribution(file: File, modified: dict[str, str]) -> dict[str, Any]:
    return {
        "@id": f"{iri('files')}/{file.name}",
        "@type": "dcat:Distribution",
        "dct:title": english(file.title),
        "dcat:accessURL": typed(file.address, "rdfs:Resource"),
        "dcat:downloadURL": typed(file.address, "rdfs:Resource"),
        "dct:format": typed(f"{EU}/file-type/CSV", "dct:MediaTypeOrExtent"),
        "dcat:mediaType": typed("https://www.iana.org/assignments/media-types/text/csv", "dct:MediaType"),
        "dct:license": typed(LICENCE_URL, "dct:LicenseDocument"),
        "dct:modified": modified,
    }


def publisher() -> dict[str, Any]:
    return {"@id": iri("publisher"), "@type": "foaf:Agent", "foaf:name": english(NAME)}


def iri(name: str) -> str:
    """Name a thing of the catalogue."""
    return f"{settings.BASE_URL}{reverse('open_data_catalogue')}#{name}"


def english(words: str) -> dict[str, str]:
    return {"@language": "en", "@value": words}


def typed(address: str, kind: str, label: str = "") -> dict[str, Any]:
    """Refer to something elsewhere, with its type beside it, so that nobody has to fetch it."""
    return {"@id": address, "@type": kind} | ({"skos:prefLabel": english(label)} if label else {})


def _kept(content: dict[str, Any], kind: str = "application/json") -> JsonResponse:
    answer = JsonResponse(content, content_type=kind, headers={"Cache-Control": FOR_A_MOMENT})
    for_everybody(answer)
    return answer
