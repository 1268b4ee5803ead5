from typing import Any

from django import forms
from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from portal.api.file_field import SentFileField
from portal.api.serializers import SubmissionSerializer
from portal.field_faults import no_unkept
from portal.fields import IdentifierField, PhoneNumberField, as_seen
from services.catalogue.answers import Problem
from services.requests.assistance import Relation
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


FOR_ANOTHER = OpenApiExample(
    "For a grandmother",
    value={
        "service": "building-permit",
        "office": "sumgait-hall",
        "helped": {
            "name": "Zeynab Mammadova",
            "personal_identifier": "5ZK3Q1U",
            "language": "az",
            "relation": "relative",
            "reason": "She can't see well",
            "may_follow": True,
            "agreed": True,
        },
    },
    request_only=True,
)
MOVED = OpenApiExample("Another reach", value={"may_follow": False}, request_only=True)


def told_help(draft: Draft) -> dict[str, Any]:
    """Give whom a draft is for and how its author helps, as one thing."""
    return {**draft.helped, **{name: draft.assistance[name] for name in ("relation", "reason", "may_follow")}}


def read_by(field: forms.Field, value: str | None) -> str:
    """Read a text as that field of a page does; raise what it raises."""
    return str(field.clean(value))


@extend_schema_serializer(examples=[MOVED])
class HelpedSerializer(serializers.Serializer[Any]):
    """Who a draft is for when it isn't for its author, and how the author helps."""

    name = serializers.CharField(max_length=200, validators=[no_unkept])
    personal_identifier = serializers.CharField(
        max_length=60,
        required=False,
        allow_null=True,
        help_text="With it the request appears in the person's own account, too.",
    )
    email = serializers.EmailField(
        required=False, allow_null=True, validators=[as_seen], help_text="The person is told there."
    )
    phone = serializers.CharField(max_length=40, required=False, allow_null=True)
    language = serializers.ChoiceField(
        settings.LANGUAGES, required=False, help_text="Of letters to the person; without it that of this call."
    )
    relation = serializers.ChoiceField(
        Relation.choices, help_text="Relatives and representatives bring a mandate, as a file of the field `mandate`."
    )
    reason = serializers.CharField(
        max_length=500, validators=[no_unkept], help_text="The office and the person read it."
    )
    may_follow = serializers.BooleanField(
        required=False, default=False, help_text="Whether the author follows the request and answers for the person."
    )
    agreed = serializers.BooleanField(
        write_only=True, help_text="Whether the person knows of it and agrees, or the law lets the author act without."
    )

    def validate_personal_identifier(self, value: str | None) -> str:
        return read_by(IdentifierField(required=False), value)

    def validate_phone(self, value: str | None) -> str:
        return read_by(PhoneNumberField(required=False), value)

    def validate_agreed(self, agreed: bool) -> bool:
        """Refuse to act for somebody who doesn't know of it."""
        if not agreed:
            raise serializers.ValidationError(
                "Send true once the person agrees to it, or the law lets you act without."
            )
        return agreed


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
    helped = serializers.SerializerMethodField(help_text="Whom it is for and how; null when it is for its author.")

    class Meta(DraftInListSerializer.Meta):
        fields = [*DraftInListSerializer.Meta.fields, "answers", "helped"]

    @extend_schema_field(HelpedSerializer(allow_null=True))
    def get_helped(self, draft: Draft) -> dict[str, Any] | None:
        return HelpedSerializer(told_help(draft)).data if draft.assistance else None


@extend_schema_serializer(examples=[BEGIN, FOR_ANOTHER])
class BeginningSerializer(SubmissionSerializer):
    """A draft to be begun, with the answers that are known already."""

    answers = serializers.DictField(required=False, default=dict)
    helped = HelpedSerializer(required=False, help_text="Whom it is for, when it isn't for you.")
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
