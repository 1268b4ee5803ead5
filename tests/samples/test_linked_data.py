"""The catalogue as linked data is judged by the shapes that CPSV-AP publishes, and says what the definitions say."""

import json
from typing import Any

import pytest
from django.test import Client
from pyshacl import validate
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from services.catalogue.models import Service
from tests.samples.loading import ROOT

SHAPES = ROOT.parent / "shared" / "data" / "shapes" / "cpsv-ap-3.2.0-SHACL.ttl"
CPSV, CV = Namespace("http://purl.org/vocab/cpsv#"), Namespace("http://data.europa.eu/m8g/")
DCT, DCAT = Namespace("http://purl.org/dc/terms/"), Namespace("http://www.w3.org/ns/dcat#")
LAW = URIRef("http://data.europa.eu/eli/ontology#LegalResource")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("samples")]


def graph_of(content: bytes, kind: str = "json-ld") -> Graph:
    return Graph().parse(data=content, format=kind)


def number_of(graph: Graph, kind: URIRef) -> int:
    return len(set(graph.subjects(RDF.type, kind)))


def judged(graph: Graph) -> tuple[bool, str]:
    fits, _, words = validate(graph, shacl_graph=Graph().parse(SHAPES), do_owl_imports=False, meta_shacl=False)
    return bool(fits), str(words)


@pytest.mark.skipif(not SHAPES.exists(), reason=f"The shapes aren't at {SHAPES}")
class TestShapes:
    def test_the_whole_catalogue_fits(self, client: Client) -> None:
        graph = graph_of(client.get("/open-data/services.jsonld").content)
        definitions = [known.current.definition for known in Service.objects.published() if known.current]

        fits, words = judged(graph)

        assert fits, words
        assert number_of(graph, DCAT.Dataset) == 1
        assert number_of(graph, CPSV.PublicService) == len(definitions) == 14
        assert number_of(graph, CPSV.Rule) == 14
        assert number_of(graph, CV.Evidence) == sum(len(one.evidence) for one in definitions)
        assert number_of(graph, CV.Requirement) == sum(len(one.eligibility) for one in definitions)
        assert number_of(graph, CV.Output) == sum(len(one.documents) for one in definitions)
        assert number_of(graph, LAW) == sum(len(one.legal_basis) for one in definitions)
        assert number_of(graph, CV.PublicOrganisation) == len({one.responsible for one in definitions})
        assert number_of(graph, CV.LifeEvent) == len({code for one in definitions for code in one.life_events})
        assert number_of(graph, CV.Cost) >= 14
        assert number_of(graph, CV.Channel) >= 14

    def test_the_judge_would_find_what_is_wrong(self, client: Client) -> None:
        sound = client.get("/open-data/services/parking-permit.jsonld").json()
        assert judged(graph_of(json.dumps(sound).encode()))[0]
        for name in ("dct:identifier", "dct:title", "dct:description", "cv:hasCompetentAuthority"):
            spoiled = {key: value for key, value in sound.items() if key != name}
            assert not judged(graph_of(json.dumps(spoiled).encode()))[0], name
        spoiled = {**sound, "cv:processingTime": "P7D"}
        assert not judged(graph_of(json.dumps(spoiled).encode()))[0]


class TestOneService:
    def test_says_what_its_definition_says(self, client: Client, settings: Any) -> None:
        graph = graph_of(client.get("/open-data/services/parking-permit.jsonld").content)
        own = URIRef(f"{settings.BASE_URL}/services/parking-permit/#service")

        assert Literal("Permis de stationnement résident", lang="fr") in graph.objects(own, DCT.title)
        assert str(graph.value(own, CV.processingTime)) == "P7D"  # five working days
        rule = graph.value(own, CPSV.follows)
        assert Literal("By law decided within 5 working days.", lang="en") in graph.objects(rule, DCT.description)
        assert {str(words.language) for words in graph.objects(rule, DCT.title)} == {"en", "az", "fr", "ar"}
        papers = [str(graph.value(paper, DCT.identifier)) for paper in graph.objects(own, CPSV.hasInput)]
        assert sorted(papers) == ["employer_letter", "lease_contract"]
        costs = [str(graph.value(cost, DCT.identifier)) for cost in graph.objects(own, CV.hasCost)]
        assert len(costs) == 4  # each town asks for another fee
        assert {str(graph.value(cost, CV.hasValue)) for cost in graph.objects(own, CV.hasCost)} == {"None"}

    def test_has_a_value_where_the_fee_is_always_the_same(self, client: Client, settings: Any) -> None:
        graph = graph_of(client.get("/open-data/services/pothole-report.jsonld").content)
        own = URIRef(f"{settings.BASE_URL}/services/pothole-report/#service")

        (cost,) = graph.objects(own, CV.hasCost)
        assert float(str(graph.value(cost, CV.hasValue))) == 0

    def test_is_the_same_in_turtle(self, client: Client) -> None:
        for name in ("services", "services/parking-permit"):
            turtle = client.get(f"/open-data/{name}.ttl")

            assert turtle["Content-Type"] == "text/turtle; charset=utf-8"
            linked = graph_of(client.get(f"/open-data/{name}.jsonld").content)
            assert isomorphic(graph_of(turtle.content, "turtle"), linked)
            assert len(linked) > 50

    def test_more_services_take_no_more_queries(self, client: Client, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(4):
            client.get("/open-data/services.jsonld")
