"""What a program does for an applicant besides answering: object to a decision, complain, rate, end somebody's help."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.acts import Act
from portal.api.applicant_serializers import (
    ComplainSerializer,
    ComplaintSerializer,
    HelpSerializer,
    ObjectionsSerializer,
    RatedSerializer,
    RateSerializer,
)
from portal.api.draft_serializers import DraftSerializer
from portal.api.drafts import ETAG
from portal.api.drafts import told as told_draft
from portal.api.refusing import IDEMPOTENCY_KEY, key_of, refusals
from portal.api.serializers import WAITED_FOR
from portal.api.views import own_requests
from portal.applicant_acts import usual_until, way_now
from services.accounts.tokens import Token
from services.requests.assistance import Assistance
from services.workflow.models import Rating
from services.workflow.operations.assisting import end_assistance
from services.workflow.operations.complaint import complain
from services.workflow.operations.objection import begin_objection
from services.workflow.operations.rating import may_rate, rate


class Objections(Act):
    """Objections to how a request ended; each is a request of its own."""

    scopes = {"GET": Token.Scope.READ, "POST": Token.Scope.DRAFT}

    @extend_schema(operation_id="requests_objections", responses=ObjectionsSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Tell by which service, at which office and until when one can object, and the objections so far."""
        seen, own = self.seen(pk), own_requests(request)
        objections = list(own.filter(appeal_of=pk).order_by("-submitted_at", "pk").prefetch_related(WAITED_FOR))
        return Response(ObjectionsSerializer({"way": way_now(seen, objections), "objections": objections}).data)

    @extend_schema(operation_id="requests_object", request=None, responses={201: DraftSerializer}, parameters=[ETAG])
    def post(self, request: Request, pk: UUID) -> Response:
        """Begin the draft of an objection, to be filled in and sent like any other. Again it gives the same draft.

        409 where there is no decision that one can object to, or one has objected already.
        """
        seen = self.seen(pk)
        with refusals():
            draft = begin_objection(seen, {}, self.person(), timezone.now())
        return told_draft(draft, status.HTTP_201_CREATED)


class Complaints(Act):
    """Complaints that a request takes too long."""

    @extend_schema(operation_id="requests_complaints", responses=ComplaintSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """List them with the supervisor's answers, the earliest first."""
        return Response(ComplaintSerializer(self.seen(pk).complaints.order_by("made_at", "pk"), many=True).data)

    @extend_schema(
        operation_id="requests_complain",
        request=ComplainSerializer,
        responses={201: ComplaintSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Complain to the supervisor once the legal or the usual time is over. 409 before, and while one is open."""
        seen, by, words = self.seen(pk), self.person(), self.data(ComplainSerializer)["words"]
        key, now = key_of(request, by), timezone.now()
        with refusals():
            complaint = complain(seen, words, by, now, usual_until=usual_until(seen), key=key)
        return Response(ComplaintSerializer(complaint).data, status=status.HTTP_201_CREATED)


class Rated(Act):
    """How satisfied an applicant is with the service."""

    @extend_schema(operation_id="requests_rating", responses=RatedSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the rating, and whether it can be given or changed now."""
        seen = self.seen(pk)
        rating = Rating.objects.filter(service_request=seen).first()
        return Response(RatedSerializer({"rating": rating, "may_rate": may_rate(seen, rating, timezone.now())}).data)

    @extend_schema(operation_id="requests_rate", request=RateSerializer, responses={200: RatedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Rate after the decision, or change it within 30 days. The same again changes nothing; 409 when it is late."""
        seen, said, now = self.seen(pk), self.data(RateSerializer), timezone.now()
        with refusals():
            rating = rate(seen, said["score"], now, words=said.get("words"))
        return Response(RatedSerializer({"rating": rating, "may_rate": may_rate(seen, rating, now)}).data)


class Help(Act):
    """Somebody else's help with a request."""

    scopes = {"GET": Token.Scope.READ, "DELETE": Token.Scope.ACT}

    @extend_schema(operation_id="requests_assistance", responses=HelpSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Tell who filed the request for its applicant, as what and why, and whether they follow it."""
        return Response(HelpSerializer({"assistance": Assistance.of(self.seen(pk).assistance)}).data)

    @extend_schema(operation_id="requests_end_assistance", request=None, responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Let the assistant follow the request no longer; ending it again changes nothing."""
        seen = self.seen(pk)
        with refusals():
            end_assistance(seen, self.person(), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
