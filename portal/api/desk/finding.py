"""Finding requests by a program: by reference at once, by name or personal identifier on record."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.examples import A_NAME
from portal.api.desk.rights import AtDesk
from portal.field_faults import no_unkept
from services.requests.models import ServiceRequest
from services.requests.rules import read_reference
from services.workflow.operations.looking import MOST_HITS, find_by_reference, search
from services.workflow.refusals import Refused


class WantedSerializer(serializers.Serializer[Any]):
    """Whom or what one looks for."""

    words = serializers.CharField(
        max_length=100, validators=[no_unkept], help_text="A reference, a name or a personal identifier."
    )


class FoundSerializer(serializers.ModelSerializer[ServiceRequest]):
    """A request that fits. Where a reference led to it, it is only named: opening it asks for the purpose."""

    reference = serializers.CharField(source="written_reference")
    service = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    office = serializers.CharField(source="office.code", required=False)
    applicant = serializers.CharField(source="contact.name", required=False)
    NAMED = ("id", "reference", "service")

    class Meta:
        model = ServiceRequest
        fields = ["id", "reference", "service", "office", "applicant", "status", "submitted_at", "due_at", "ended_at"]
        extra_kwargs = {name: {"required": False} for name in ("status", "submitted_at", "due_at", "ended_at")}

    def to_representation(self, found: ServiceRequest) -> dict[str, Any]:
        told = super().to_representation(found)
        return {name: told[name] for name in self.NAMED} if self.context["by_reference"] else told


class HitsSerializer(serializers.Serializer[Any]):
    """What was found, the latest first."""

    results = FoundSerializer(many=True, help_text=f"{MOST_HITS} at most: write more of the name.")


class Finding(AtDesk):
    """A search for a request or a person."""

    @extend_schema(operation_id="desk_find", request=WantedSerializer, responses=HitsSerializer, examples=[A_NAME])
    def post(self, request: Request) -> Response:
        """Find requests. A search for a person goes on record, and everybody who is found can see that you searched."""
        words, user, now = self.data(WantedSerializer)["words"], self.person(), timezone.now()
        reference = read_reference(words)
        named = find_by_reference(reference, user, now) if reference else None
        if named is not None:
            return _hits([named], by_reference=True)
        try:
            return _hits(search(words, user, now), by_reference=False)
        except Refused as refused:
            raise exceptions.ValidationError({"words": [str(refused.message)]}) from None


def _hits(found: list[ServiceRequest], *, by_reference: bool) -> Response:
    return Response(HitsSerializer({"results": found}, context={"by_reference": by_reference}).data)
