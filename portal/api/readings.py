"""Who looked into a person's requests, as the page of the person's data tells it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.applicant_serializers import ReadingSerializer
from portal.api.personal import ByPerson
from portal.api.views import Pages
from portal.reading import looks_at, told_looks
from services.accounts.tokens import Token


class Readings(ByPerson):
    """Looks into one's requests."""

    scopes = {"GET": Token.Scope.READ}
    pagination_class, ordering = Pages, ("-at", "-pk")

    @extend_schema(operation_id="readings_list", responses=ReadingSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List who looked into which request and why, the latest first; programs of agencies, too."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(looks_at(self.person()), request, view=self) or []
        return pages.get_paginated_response(ReadingSerializer(told_looks(page), many=True).data)
