"""What a program does about links to a person's documents: make, list and end them."""

from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.acts import Act
from portal.api.applicant_serializers import LinkSerializer, MadeLinkSerializer, ShareSerializer
from portal.api.refusing import refusals
from services.accounts.tokens import Token
from services.requests.models import Document
from services.workflow.operations.paper import end_sharing, share


class Shared(Act):
    """A document that one may share: of one's own request, and no letter."""

    scopes = {"GET": Token.Scope.READ, **dict.fromkeys(("POST", "DELETE"), Token.Scope.SHARE)}

    def document(self, pk: UUID, document: UUID) -> Document:
        return get_object_or_404(self.seen(pk).documents.filter(is_letter=False), pk=document)


class Links(Shared):
    """Links to a document, which open it for whoever has one, until their end."""

    @extend_schema(operation_id="requests_links", responses=LinkSerializer(many=True))
    def get(self, request: Request, pk: UUID, document: UUID) -> Response:
        """List them with each use, the latest first; their addresses were told once."""
        links = self.document(pk, document).share_links.prefetch_related("openings").order_by("-made_at", "-pk")
        return Response(LinkSerializer(links, many=True, context={"now": timezone.now()}).data)

    @extend_schema(operation_id="requests_share", request=ShareSerializer, responses={201: MadeLinkSerializer})
    def post(self, request: Request, pk: UUID, document: UUID) -> Response:
        """Make one; `url` is told this once. Sent again it makes another: end the one whose answer was lost."""
        known, now = self.document(pk, document), timezone.now()
        days = self.data(ShareSerializer)["days"]
        with refusals():
            link, secret = share(known, days, self.person(), now)
        context = {"now": now, "url": settings.SHARE_URL.format(secret=secret)}
        return Response(MadeLinkSerializer(link, context=context).data, status=status.HTTP_201_CREATED)


class Link(Shared):
    """One link to a document."""

    @extend_schema(operation_id="requests_end_link", request=None, responses={204: None})
    def delete(self, request: Request, pk: UUID, document: UUID, link: int) -> Response:
        """Let it work no more, from now on; ending it again changes nothing."""
        known = get_object_or_404(self.document(pk, document).share_links.select_related("document"), pk=link)
        with refusals():
            end_sharing(known, self.person(), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
