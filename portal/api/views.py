from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, generics, permissions, status
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.refusing import IDEMPOTENCY_KEY, key_of, refusals
from portal.api.serializers import (
    WAITED_FOR,
    ServiceDetailSerializer,
    ServiceRequestSerializer,
    ServiceSerializer,
    SubmissionSerializer,
)
from services.accounts.models import User
from services.accounts.tokens import Token
from services.catalogue.examples import examples_on
from services.catalogue.form_schema import form_schema
from services.catalogue.models import Service
from services.requests.models import ServiceRequest
from services.workflow.operations.submission import Submission, submit

SCHEMA = "application/schema+json"


class Pages(CursorPagination):
    """Pages of 50, or of `limit`, that lead on from their last row: what comes in meanwhile shifts nothing."""

    page_size, max_page_size, page_size_query_param = 50, 200, "limit"

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        """Give a page; raise `NotFound` for a cursor that this portal never gave."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError, DataError):  # the place in it is no time, or can't be in a text
            if self.cursor_query_param not in request.query_params:
                raise
            raise exceptions.NotFound(self.invalid_cursor_message) from None

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)


class ServiceList(generics.ListAPIView[Service]):
    """Every published service."""

    queryset = Service.objects.published().with_current()
    serializer_class = ServiceSerializer
    permission_classes = [permissions.AllowAny]
    pagination_class, ordering = Pages, ("code",)


class ServiceDetail(generics.RetrieveAPIView[Service]):
    """One published service with its definition."""

    queryset = Service.objects.published().with_current()
    serializer_class = ServiceDetailSerializer
    permission_classes = [permissions.AllowAny]
    lookup_field = "code"


class ServiceForm(APIView):
    """What a service's form takes, as JSON Schema: labels and hints come in the language that is asked for.

    `examples` has made-up answers that it takes today, where the service gives any.
    """

    permission_classes = [permissions.AllowAny]

    @extend_schema(operation_id="services_form", responses={(200, SCHEMA): OpenApiTypes.OBJECT})
    def get(self, request: Request, code: str) -> Response:
        service = get_object_or_404(Service.objects.published().with_current(), code=code)
        assert service.current is not None
        schema = form_schema(service.current.definition, get_language() or "en")
        where = {"$id": request.build_absolute_uri(), "x-version": service.current.number}
        made_up = examples_on(service.current.definition, service.current.expressions, timezone.localdate())
        examples = {"examples": made_up} if made_up else {}
        return Response({**where, **schema, **examples}, content_type=SCHEMA)


class ServiceRequestList(APIView):
    """The requests of the person who asks."""

    scopes = {"GET": Token.Scope.READ, "POST": Token.Scope.SUBMIT}
    serializer_class = ServiceRequestSerializer
    pagination_class, ordering = Pages, ("-submitted_at", "pk")

    @extend_schema(operation_id="requests_list", responses=ServiceRequestSerializer(many=True))
    def get(self, request: Request) -> Response:
        pages = self.pagination_class()
        page = pages.paginate_queryset(own_requests(request).prefetch_related(WAITED_FOR), request, view=self)
        return pages.get_paginated_response(ServiceRequestSerializer(page, many=True).data)

    @extend_schema(
        request=SubmissionSerializer, responses={201: ServiceRequestSerializer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Submit a request. Sent again with the same `Idempotency-Key`, it gives the same request."""
        serializer = SubmissionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with refusals():
            created = submit(_submission(request, serializer.validated_data), timezone.now())
        return Response(ServiceRequestSerializer(created).data, status=status.HTTP_201_CREATED)


class ServiceRequestDetail(generics.RetrieveAPIView[ServiceRequest]):
    """One request of the person who asks."""

    scopes = {"GET": Token.Scope.READ}
    serializer_class = ServiceRequestSerializer

    def get_queryset(self) -> QuerySet[ServiceRequest]:
        return own_requests(self.request)


def own_requests(request: Request) -> QuerySet[ServiceRequest]:
    assert isinstance(request.user, User)
    return ServiceRequest.objects.of(request.user).with_service()


def _submission(request: Request, data: dict[str, Any]) -> Submission:
    user = request.user
    assert isinstance(user, User)
    service: Service = data["service"]
    assert service.current is not None
    service.current.service = service
    own = {"name": user.name, "email": user.email, "personal_identifier": user.personal_identifier or ""}
    return Submission(
        version=service.current,
        office=data["office"],
        answers=data["answers"],
        contact={**own, **data.get("contact", {})},
        applicant=user,
        language=get_language() or "en",
        key=key_of(request, user),
    )
