"""Complaints that requests take too long, by a program of the supervisor who answers them."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.examples import AN_ANSWER
from portal.api.desk.rights import AtDesk
from portal.api.desk.team_serializers import AnswerToComplaintSerializer, DeskComplaintSerializer
from portal.api.refusing import refusals
from portal.api.views import Pages
from services.workflow.models import Complaint
from services.workflow.operations.complaint import answer_complaint
from services.workflow.queries import complaints_of


class Complaints(AtDesk):
    """Complaints about the offices of the agencies that one supervises."""

    pagination_class, ordering = Pages, ("-made_at", "-pk")

    @extend_schema(operation_id="desk_complaints", responses=DeskComplaintSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List them, the latest first; `answered_at` is null where an answer lacks. Who supervises nothing has none."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(complaints_of(self.person()), request, view=self)
        return pages.get_paginated_response(DeskComplaintSerializer(page, many=True).data)


class AtComplaint(AtDesk):
    def complaint(self, pk: int) -> Complaint:
        return get_object_or_404(complaints_of(self.person()), pk=pk)


class OneComplaint(AtComplaint):
    """One complaint."""

    @extend_schema(operation_id="desk_complaint", responses=DeskComplaintSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(DeskComplaintSerializer(self.complaint(pk)).data)


class Answer(AtComplaint):
    """The supervisor's answer to a complaint."""

    @extend_schema(
        operation_id="desk_answer_complaint",
        request=AnswerToComplaintSerializer,
        responses={201: DeskComplaintSerializer},
        examples=[AN_ANSWER],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Answer it, once; the applicant is told. 409 when it was answered already."""
        known, words = self.complaint(pk), self.data(AnswerToComplaintSerializer)["words"]
        with refusals():
            answer_complaint(known, words, self.person(), timezone.now())
        return Response(DeskComplaintSerializer(self.complaint(pk)).data, status=status.HTTP_201_CREATED)
