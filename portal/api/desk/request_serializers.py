"""What an official does with a whole request, as JSON."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from portal.api.file_field import SentFileField
from portal.field_faults import no_unkept
from portal.messages import LONGEST, MOST_AT_ONCE
from services.requests.clocks import DeadlineChange
from services.workflow.operations.outcomes import LONGEST_RECEIPT


class ExtendSerializer(serializers.Serializer[Any]):
    """Why the legal deadline is extended; the applicant reads it."""

    reason = serializers.CharField(max_length=2000, validators=[no_unkept])


class ExtendedSerializer(serializers.ModelSerializer[DeadlineChange]):
    """A legal deadline that was moved."""

    class Meta:
        model = DeadlineChange
        fields = ["before", "after", "reason", "at"]


class RevokeSerializer(serializers.Serializer[Any]):
    """Why a document is revoked; the applicant reads it."""

    reason = serializers.CharField(max_length=2000, validators=[no_unkept])


class FoundOutSerializer(serializers.Serializer[Any]):
    """Whether it was done there, with the number of the receipt if there is one."""

    was_done = serializers.BooleanField()
    receipt = serializers.CharField(max_length=LONGEST_RECEIPT, validators=[no_unkept], required=False, default="")


class AfterCareSerializer(serializers.Serializer[Any]):
    """An activity of after-care that was done."""

    activity = serializers.CharField(max_length=40)

    def validate_activity(self, key: str) -> str:
        if key not in self.context["known"]:
            raise serializers.ValidationError(_("This request has no such after-care."))
        return key


class LetterSerializer(serializers.Serializer[Any]):
    """What is written to the applicant: words, files, or both."""

    text = serializers.CharField(
        max_length=LONGEST, required=False, allow_blank=True, default="", validators=[no_unkept]
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["text"] and not attrs.get("files"):
            raise serializers.ValidationError({"text": _("Write a message or add a file.")})
        return attrs


class LetterWithFilesSerializer(LetterSerializer):
    """What is written to the applicant, as a form."""

    files = serializers.ListField(
        child=SentFileField(), required=False, default=list, max_length=MOST_AT_ONCE,
        help_text="PDF, JPEG or PNG.",
    )  # fmt: skip
