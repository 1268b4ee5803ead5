from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import get_language
from rest_framework import serializers

from services.agencies.models import Office
from services.agencies.rules import in_language
from services.catalogue.models import Service
from services.requests.models import ServiceRequest
from services.workflow.models import Step

WAITED_FOR = Prefetch("steps", Step.objects.active().exclude(kind=Step.Kind.NOTICE), to_attr="waited_for")


class ServiceSerializer(serializers.ModelSerializer[Service]):
    """A service in the catalogue, in few words."""

    responsible = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    version = serializers.IntegerField(source="current.number", read_only=True)

    class Meta:
        model = Service
        fields = ["code", "title", "summary", "responsible", "version"]


class ServiceDetailSerializer(ServiceSerializer):
    """A service with its whole published definition."""

    definition = serializers.JSONField(source="current.source", read_only=True)

    class Meta(ServiceSerializer.Meta):
        fields = [*ServiceSerializer.Meta.fields, "definition"]


class ContactSerializer(serializers.Serializer[Any]):
    """How to reach the applicant."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(required=False)
    phone = serializers.CharField(max_length=30, required=False)


class SubmissionSerializer(serializers.Serializer[Any]):
    """A request to be submitted. `answers` are named and shaped as the service's definition tells."""

    service = serializers.SlugRelatedField[Any](
        slug_field="code", queryset=Service.objects.published().select_related("current", "responsible")
    )
    office = serializers.SlugRelatedField[Any](
        slug_field="code", queryset=Office.objects.select_related("agency__calendar")
    )
    answers = serializers.DictField()
    contact = ContactSerializer(required=False)


class ServiceRequestSerializer(serializers.ModelSerializer[ServiceRequest]):
    """A request as its applicant may see it."""

    reference = serializers.CharField(source="written_reference", read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    office = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    waiting_for = serializers.SerializerMethodField()

    class Meta:
        model = ServiceRequest
        fields = [
            "id", "reference", "service", "office", "status", "channel", "submitted_at", "due_at", "clock_stopped_at",
            "ended_at", "fee", "waiting_for",
        ]  # fmt: skip

    def get_waiting_for(self, service_request: ServiceRequest) -> list[dict[str, str]]:
        """Give the steps that the request waits for now, with their titles in the asked language."""
        prefetch_related_objects([service_request], WAITED_FOR)  # nothing is asked where a list has read it for all
        known, language = service_request.version.definition.workflow.by_key, get_language() or "en"
        return [
            {"step": step.key, "kind": step.kind, "title": in_language(known[step.key].title, language)}
            for step in service_request.waited_for  # type: ignore[attr-defined]
        ]
