"""The catalogue of services as linked data: CPSV-AP 3.2.0 in JSON-LD with its context inlined, or in Turtle."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, override
from django.views.decorators.http import require_safe

from portal.api.log import FOR_A_MOMENT
from portal.middleware import for_everybody
from portal.negotiation import LINKED
from services.agencies.models import Agency, Office
from services.catalogue.definition import Definition
from services.catalogue.fees import fee_range
from services.catalogue.models import Delivery, LifeEvent, Service
from services.requests.models import Channel

Node = dict[str, Any]
EU = "http://publications.europa.eu/resource/authority"
LANGUAGES = {"en": "ENG", "az": "AZE", "fr": "FRA", "ar": "ARA"}
CONTEXT = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@require_safe
def services(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the whole catalogue: a dataset whose parts are all published services."""
    known = _known()
    dataset = {
        "@id": _iri("services") + "#catalogue",
        "@type": "dcat:Dataset",
        "dct:title": _in_each(lambda: gettext("Public services in one place")),
        "dct:description": _in_each(
            lambda: gettext("What each public service asks, costs and takes, by which law, and who answers for it.")
        ),
        "dct:publisher": {
            "@id": settings.BASE_URL + "/#publisher",
            "@type": "foaf:Agent",
            "dct:title": _in_each(lambda: gettext("One-Stop Portal")),
            "dct:identifier": settings.BASE_URL,
        },
        "dcat:landingPage": {"@id": _iri("services"), "@type": "foaf:Document"},
        "dct:hasPart": [service_node(service) for service in known],
    }
    return _answer(dataset, kind)


@require_safe
def service(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Give one service."""
    for known in _known(code=code):
        return _answer(service_node(known), kind)
    raise Http404


def _known(**of: str) -> Iterable[Service]:
    deliveries = Prefetch(
        "deliveries", Delivery.objects.select_related("office__agency__calendar").order_by("office__code")
    )
    chosen = Service.objects.published().filter(**of).select_related("current", "responsible__calendar")
    return chosen.prefetch_related(deliveries, "life_events").order_by("code")


def _answer(node: Node, kind: str) -> HttpResponse:
    if kind not in LINKED:
        raise Http404
    written = json.dumps({"@context": CONTEXT, **node}, ensure_ascii=False)
    answer = HttpResponse(
        written if kind == "jsonld" else _turtle(written), content_type=f"{LINKED[kind]}; charset=utf-8"
    )
    answer["Cache-Control"], answer["Access-Control-Allow-Origin"] = FOR_A_MOMENT, "*"
    for_everybody(answer)
    return answer


def _turtle(written: str) -> str:
    from rdflib import Graph  # noqa: PLC0415  takes its time, and few ask for Turtle

    return Graph().parse(data=written, format="json-ld").serialize(format="turtle")


def service_node(service: Service) -> Node:
    """Describe a service with all that belongs to it, each thing under an address of its own on the service's page."""
    assert service.current is not None
    definition, own = service.current.definition, _iri("service", service.code)
    offices = [delivery.office for delivery in service.deliveries.all()]
    laws = list(_laws(definition, own))
    return {
        "@id": f"{own}#service",
        "@type": "cpsv:PublicService",
        "dct:identifier": service.code,
        "dct:title": _texts(definition.title),
        "dct:description": _texts(definition.description or definition.summary),
        "dct:language": [_language(code) for code in definition.languages],
        "dcat:keyword": _keywords(definition),
        "foaf:page": {"@id": own, "@type": "foaf:Document"},
        "cv:hasCompetentAuthority": organisation(service.responsible),
        "dct:spatial": _once(_place(office.agency) for office in offices),
        "cv:contactPoint": [contact for office in offices if (contact := _contact(office))],
        "cv:processingTime": {"@type": "xsd:duration", "@value": duration(definition)},
        "cv:hasLegalResource": laws,
        "cpsv:follows": _time_rule(definition, own, laws),
        "cv:hasChannel": [_channel(channel, own) for channel in definition.channels if channel != "internal"],
        "cv:hasCost": list(_costs(service, definition, own)),
        "cpsv:hasInput": list(_papers(definition, own)),
        "cv:holdsRequirement": list(_requirements(definition, own)),
        "cpsv:produces": list(_documents(definition, own)),
        "cv:isGroupedBy": [_life_event(event) for event in service.life_events.all()],
    }


def organisation(agency: Agency) -> Node:
    """Describe an agency as the authority that answers for a service."""
    own = _iri("agency", agency.code)
    return {
        "@id": f"{own}#organisation",
        "@type": "cv:PublicOrganisation",
        "dct:identifier": agency.code,
        "dct:title": _texts(agency.name),
        "skos:prefLabel": _texts(agency.name),
        "dct:spatial": _place(agency),
        "foaf:homepage": {"@id": own, "@type": "foaf:Document"},
    }


def _place(agency: Agency) -> Node:
    """Give the country of a national agency, or the place that another one serves, by the agency's own name."""
    own = _iri("agency", agency.code)
    if agency.kind == Agency.Kind.NATIONAL and agency.calendar.country:
        return {"@id": f"urn:iso:3166:{agency.calendar.country}", "@type": "dct:Location"}
    return {"@id": f"{own}#place", "@type": "dct:Location", "skos:prefLabel": _texts(agency.name)}


def _contact(office: Office) -> Node | None:
    ways = {"cv:email": office.email, "cv:telephone": office.phone}
    told = {name: way for name, way in ways.items() if way}
    own = _iri("agency", office.agency.code)
    page = {"@id": own, "@type": "foaf:Document"}
    return {"@id": f"{own}#{office.code}", "@type": "cv:ContactPoint", **told, "cv:contactPage": page} if told else None


def duration(definition: Definition) -> str:
    """Give the legal time limit as xsd:duration; it knows no working days, so weeks of five stand for them."""
    limit = definition.time_limit
    return f"P{math.ceil(limit.days * 7 / 5) if limit.kind == 'working' else limit.days}D"


def _time_rule(definition: Definition, own: str, laws: list[Node]) -> Node:
    return {
        "@id": f"{own}#time-limit",
        "@type": "cpsv:Rule",
        "dct:identifier": "time-limit",
        "dct:title": _in_each(lambda: gettext("Time limit")),
        "dct:description": _in_each(lambda: render_to_string("public/limit.html", {"definition": definition}).strip()),
        "cpsv:implements": [{"@id": law["@id"], "@type": law["@type"]} for law in laws],
    }


def _laws(definition: Definition, own: str) -> Iterator[Node]:
    for number, law in enumerate(definition.legal_basis, 1):
        article = {"eli:id_local": law.article} if law.article else {}
        title = {"dct:title": _texts(law.title), **article}
        yield {"@id": f"{own}#law-{number}", "@type": "eli:LegalResource", **title}


def _channel(channel: str, own: str) -> Node:
    kind = {"@id": _iri("services") + f"#channel-{channel}", "@type": "skos:Concept"}
    label = _in_each(lambda: str(Channel(channel).label))
    told = {"dct:identifier": channel, "dct:type": {**kind, "skos:prefLabel": label}, "dct:description": label}
    return {"@id": f"{own}#channel-{channel}", "@type": "cv:Channel", **told}


def _costs(service: Service, definition: Definition, own: str) -> Iterator[Node]:
    """Give the fee of each office, or one where all ask for the same; a value where it is the same in all cases."""
    places = {place.office: place.parameters for place in definition.delivered_by}
    fees = {
        delivery.office: fee_range(definition, places[delivery.office.code]) for delivery in service.deliveries.all()
    }
    same = len(set(fees.values())) == 1
    for office, (low, high) in list(fees.items())[: 1 if same else None]:
        name = "cost" if same else f"cost-{office.code}"
        currency = {"@id": f"{EU}/currency/AZN", "@type": "skos:Concept"}
        cost = {"@id": f"{own}#{name}", "@type": "cv:Cost", "dct:identifier": name, "cv:currency": currency}
        if low == high:
            cost["cv:hasValue"] = {"@type": "xsd:double", "@value": str(low)}
        note = _texts(definition.fee.note) if definition.fee.note else []
        yield {**cost, "dct:description": [*_fee_in_words(low, high), *note]}


def _fee_in_words(low: Decimal, high: Decimal | None) -> list[Node]:
    return _in_each(lambda: render_to_string("public/fee.html", {"low": low, "high": high}).strip())


def _papers(definition: Definition, own: str) -> Iterator[Node]:
    for paper in definition.evidence:
        told = {"dct:identifier": paper.key, "dct:title": _texts(paper.title)}
        hint = {"dct:description": _texts(paper.hint)} if paper.hint else {}
        yield {"@id": f"{own}#paper-{paper.key}", "@type": "cv:Evidence", **told, **hint}


def _requirements(definition: Definition, own: str) -> Iterator[Node]:
    for number, requirement in enumerate(definition.eligibility, 1):
        told = {"dct:identifier": f"requirement-{number}", "dct:title": _texts(requirement.text)}
        yield {"@id": f"{own}#requirement-{number}", "@type": "cv:Requirement", **told}


def _documents(definition: Definition, own: str) -> Iterator[Node]:
    for document in definition.documents:
        told = {"dct:identifier": document.key, "dct:title": _texts(document.title)}
        yield {"@id": f"{own}#document-{document.key}", "@type": "cv:Output", **told}


def _life_event(event: LifeEvent) -> Node:
    own = _iri("life_event", event.code)
    told = {"dct:identifier": event.code, "dct:title": _texts(event.name), "dct:description": _texts(event.summary)}
    return {"@id": f"{own}#event", "@type": ["cv:LifeEvent", "cv:Event"], **told}


def _language(code: str) -> Node:
    return {"@id": f"{EU}/language/{LANGUAGES[code]}", "@type": "dct:LinguisticSystem"}


def _keywords(definition: Definition) -> list[Node]:
    words = definition.keywords.items()
    return [{"@language": language, "@value": word} for language, known in words for word in known]


def _texts(texts: Mapping[Any, str]) -> list[Node]:
    return [{"@language": language, "@value": words} for language, words in texts.items()]


def _in_each(told: Callable[[], str]) -> list[Node]:
    """Give words of the portal itself in each of its languages."""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            texts[code] = told()
    return _texts(texts)


def _once(nodes: Iterable[Node]) -> list[Node]:
    return list({node["@id"]: node for node in nodes}.values())


def _iri(name: str, *arguments: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=arguments)}"
