"""GeoReport v2 as an OpenAPI document, which the specification doesn't give: for programs that make calls by one."""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.schemas.generators import is_api_view

from portal.api import openapi
from portal.api.open311 import shapes
from portal.api.open311.finding import MOST


class Endpoints(EndpointEnumerator):
    """GeoReport's addresses end in the name of a format, which others leave out."""

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        return is_api_view(callback)


class Generator(SchemaGenerator):
    """Names the document itself: settings of one view are set for the whole process while it answers."""

    endpoint_inspector_cls = Endpoints

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = super().get_schema(request, public)
        told["info"] |= {"title": "Open311 GeoReport v2", "version": "2"}
        told["paths"] = {f"/open311{path}": calls for path, calls in told["paths"].items()}
        return told


class Document(openapi.Document):
    """The document; that of all else is at `api_schema`."""

    generator_class = Generator
    urlconf = "portal.api.open311.urls"


@dataclass(frozen=True)
class Told:
    """What is told of a call: its name, what it gives, the statuses by which it may be refused, and what it takes."""

    name: str
    gives: Any
    refusals: tuple[int, ...] = ()
    takes: tuple[OpenApiParameter, ...] = ()
    sends: type[serializers.Serializer[Any]] | None = None


class GeoReportSchema(AutoSchema):
    """Tells what a view's `calls` say of each of its methods."""

    @property
    def _told(self) -> Told:
        told: Told = self.view.calls[self.method]
        return told

    def get_operation_id(self) -> str:
        return self._told.name

    def get_tags(self) -> list[str]:
        return ["open311"]

    def get_auth(self) -> list[dict[str, Any]]:
        """Give none: a key is an argument, `api_key`."""
        return []

    def get_override_parameters(self) -> list[OpenApiParameter]:
        return [FORMAT, *self._told.takes]

    def _get_format_parameters(self) -> list[dict[str, Any]]:
        """Give none: the format is in the address."""
        return []

    def get_request_serializer(self) -> Any:
        return self._told.sends

    def get_response_serializers(self) -> dict[int, Any]:
        faults = dict.fromkeys((*self._told.refusals, 404, 406), shapes.FAULTS)
        return {201 if self._told.sends else 200: self._told.gives, **faults}


def _asked(name: str, says: str, kind: type = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=says)


FORMAT = OpenApiParameter("format", str, OpenApiParameter.PATH, enum=["json", "xml"])
JURISDICTION = _asked("jurisdiction_id", "The code of an office that delivers it.")
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Any text; once a report.")
REPORTS_ASKED = (
    _asked("service_request_id", "Ids with commas; all else is left out then."),
    _asked("service_code", "Codes with commas."),
    _asked("start_date", "As in 2026-01-31T12:00:00Z; with end_date at most 90 days."),
    _asked("end_date", "As in 2026-01-31T12:00:00Z."),
    _asked("status", "open, closed, or both with a comma."),
    _asked("page", "From 1.", int),
    _asked("page_size", f"At most {MOST}.", int),
)

DISCOVERY = {"GET": Told("discovery", shapes.DiscoverySerializer)}
SERVICES = {"GET": Told("services", shapes.OfferedSerializer(many=True), takes=(JURISDICTION,))}
SERVICE = {"GET": Told("service", shapes.AttributesSerializer)}
REPORTS = {
    "GET": Told("reports", shapes.ToldReportSerializer(many=True), (400,), REPORTS_ASKED),
    "POST": Told(
        "send_report",
        shapes.ReceiptSerializer(many=True),
        (400, 403, 409, 413, 415, 422, 429),
        (KEY,),
        shapes.SentReportSerializer,
    ),
}
REPORT = {"GET": Told("report", shapes.ToldReportSerializer(many=True))}
TOKEN = {"GET": Told("report_of_token", shapes.TokenSerializer(many=True))}
