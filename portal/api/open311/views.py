"""Open311 GeoReport v2: city apps read which reports there are, send new ones and see how far they are."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from rest_framework import exceptions, permissions, status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.open311 import document, finding, reading, telling
from portal.api.open311.formats import GeoReportXml, faults
from portal.api.open311.sending import send
from portal.api.tokens import UNKNOWN, token_of
from portal.limits import HOUR, Limit
from services.accounts.tokens import Token
from services.requests.models import ServiceRequest
from services.requests.status_codes import status_code_of, write_status_code

CHANGESET = "2026-11-27T00:00:00Z"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
REPORTS = Limit("reports", 5000, HOUR)


class GeoReport(APIView):
    """What all calls share: their formats, and their way to tell what is wrong."""

    schema = document.GeoReportSchema()
    permission_classes = [permissions.AllowAny]
    renderer_classes = [JSONRenderer, GeoReportXml]
    parser_classes = [FormParser, MultiPartParser]
    calls: ClassVar[Mapping[str, document.Told]] = {}
    xml_root = ""

    def get_exception_handler(self) -> Any:
        return faults

    def asked(self) -> dict[str, str]:
        """Give the arguments of the address, each by its last value."""
        return {name: values[-1] for name, values in reading.given(self.request.query_params).items()}


class Discovery(GeoReport):
    """Where the calls are, and where a key comes from."""

    calls = document.DISCOVERY
    xml_root = "discovery"

    def get(self, request: Request, **_: Any) -> Response:
        base = request.build_absolute_uri(reverse("open311_services", kwargs={"format": "json"}))
        endpoint = {
            "specification": SPECIFICATION,
            "url": base.rpartition("/")[0],
            "changeset": CHANGESET,
            "type": "production" if settings.IS_PRODUCTION else "test",
            "formats": ["application/json", "text/xml"],
        }
        keys = request.build_absolute_uri(reverse("my_programs"))
        known = {"changeset": CHANGESET, "contact": settings.DEFAULT_FROM_EMAIL, "key_service": keys}
        return Response({**known, "endpoints": [endpoint]})


class Services(GeoReport):
    """The services whose reports everybody may send and see."""

    calls = document.SERVICES
    xml_root = "services"

    def get(self, request: Request, **_: Any) -> Response:
        place, services = self.asked().get("jurisdiction_id"), finding.offered()
        if place:
            services = [one for one in services if place in _offices(one)]
            if not services:
                raise exceptions.NotFound("jurisdiction_id: no report is delivered there.")
        return Response([telling.service(one) for one in services])


class Definition(GeoReport):
    """What a report for one service says beside its place."""

    calls = document.SERVICE
    xml_root = "service_definition"

    def get(self, request: Request, code: str, **_: Any) -> Response:
        return Response(telling.attributes(finding.offered_as(code)[0]))


class Reports(GeoReport):
    """The reports of the last 90 days or as asked for, at most a thousand; and how a new one is sent."""

    calls = document.REPORTS
    xml_root = "service_requests"

    def get(self, request: Request, **_: Any) -> Response:
        return Response([telling.report(one) for one in finding.found(self.asked(), timezone.now())])

    def post(self, request: Request, **_: Any) -> Response:
        """Take a report in. With the header `Idempotency-Key`, the same again gives the same report."""
        arguments = reading.given(request.POST)
        program = _program((arguments.get("api_key") or [""])[0])
        report = send(request, program, arguments, get_language() or "en")
        return Response([_receipt(request, report)], status=status.HTTP_201_CREATED)


class Report(GeoReport):
    """One report, in a list."""

    calls = document.REPORT
    xml_root = "service_requests"

    def get(self, request: Request, pk: str, **_: Any) -> Response:
        return Response([telling.report(_report(pk))])


class ReportOfToken(GeoReport):
    """The report that a token stands for. A report has its id at once, so the two are the same."""

    calls = document.TOKEN
    xml_root = "service_requests"

    def get(self, request: Request, pk: str, **_: Any) -> Response:
        known = str(_report(pk).pk)
        return Response([{"service_request_id": known, "token": known}])


def _report(pk: str) -> ServiceRequest:
    found = finding.told().filter(pk=finding.id_of(pk)).first()
    if found is None:
        raise exceptions.NotFound(f"service_request_id: there is no report {pk!r}.")
    return found


def _offices(one: Any) -> list[str]:
    return [place.office for place in one.current.definition.delivered_by]


def _program(key: str) -> Token:
    """Give the program that a key belongs to; raise when it may send no reports, or sent too many."""
    token = token_of(key) if key else None
    if token is None:
        raise exceptions.PermissionDenied(f"api_key: {UNKNOWN}")
    if Token.Scope.REPORT not in token.scopes:
        raise exceptions.PermissionDenied(f"api_key: this token needs the scope {Token.Scope.REPORT}.")
    if REPORTS.is_used_up(str(token.user_id)):
        raise exceptions.Throttled(HOUR)
    REPORTS.count(str(token.user_id))
    return token


def _receipt(request: Request, report: ServiceRequest) -> dict[str, str]:
    follow = {
        "address": request.build_absolute_uri(reverse("status")),
        "reference": report.written_reference,
        "code": write_status_code(status_code_of(report.pk)),
    }
    notice = gettext("Follow it at %(address)s with the reference %(reference)s and the code %(code)s.") % follow
    return {"service_request_id": str(report.pk), "service_notice": notice, "account_id": ""}
