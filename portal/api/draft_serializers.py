from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from portal.api.file_field import SentFileField
from portal.api.serializers import SubmissionSerializer
from services.catalogue.answers import Problem
from services.requests.evidence import Evidence
from services.requests.models import Draft

BEGIN = OpenApiExample(
    "A draft with two answers",
    value={"service": "building-permit", "office": "sumgait-hall", "answers": {"rooms": 3, "owned": True}},
    request_only=True,
)
CHANGE = OpenApiExample(
    "One answer changed, one taken away", value={"answers": {"rooms": 4, "owned": None}}, request_only=True
)


class DraftInListSerializer(serializers.ModelSerializer[Draft]):
    """A draft as lists show it: what was answered so far may be long."""

    service = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    office = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)

    class Meta:
        model = Draft
        fields = ["id", "service", "office", "version", "created_at", "saved_at"]


class DraftSerializer(DraftInListSerializer):
    """A draft as it is kept. Numbers come as they were typed: as texts."""

    answers = serializers.DictField(read_only=True)

    class Meta(DraftInListSerializer.Meta):
        fields = [*DraftInListSerializer.Meta.fields, "answers"]


@extend_schema_serializer(examples=[BEGIN])
class BeginningSerializer(SubmissionSerializer):
    """A draft to be begun, with the answers that are known already."""

    answers = serializers.DictField(required=False, default=dict)
    contact = None  # type: ignore[assignment]


@extend_schema_serializer(examples=[CHANGE])
class ChangeSerializer(serializers.Serializer[Any]):
    """Answers to be changed by their keys; null takes one away, the others stay."""

    answers = serializers.DictField()


class DeclarationSerializer(serializers.Serializer[Any]):
    """The person's word that all of it is true, which a page asks for by a box to tick."""

    declared = serializers.BooleanField(help_text="Whether the person said: what I have written is true and complete.")

    def validate_declared(self, declared: bool) -> bool:
        """Refuse to send what nobody stands for."""
        if not declared:
            raise serializers.ValidationError("Send true once the person has said that the answers are true.")
        return declared


class FaultSerializer(serializers.Serializer[Problem]):
    """What keeps a draft from being sent: at which answer or file, as a code, and in words."""

    field = serializers.CharField(source="path", help_text="Such as `rooms`, or `owners.0.name` in a group.")
    code = serializers.CharField()
    message = serializers.CharField()


class DraftFileSerializer(serializers.ModelSerializer[Evidence]):
    """A file of a draft; `scan` tells what is known of its harm."""

    field = serializers.CharField(source="key", read_only=True)

    class Meta:
        model = Evidence
        fields = ["id", "field", "name", "content_type", "size", "sha256", "supplied_at", "scan"]


class UploadSerializer(serializers.Serializer[Any]):
    """One file for one question or paper of the form."""

    field = serializers.CharField(max_length=40)
    file = SentFileField()
