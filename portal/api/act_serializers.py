from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from portal.field_faults import no_unkept
from portal.messages import LONGEST
from portal.reading import Told
from portal.templatetags.words import unmarked
from services.requests.models import Document, Message

A_CONFIRMATION = OpenApiExample("The papers are there", value={"step": "bring_papers"}, request_only=True)


class HistorySerializer(serializers.Serializer[Told]):
    """One event in words of the language that is asked for."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    words = serializers.SerializerMethodField()
    who = serializers.CharField(help_text="Applicant, official, robot or portal.")

    def get_words(self, told: Told) -> str:
        """Tell it as the page does, without its marks."""
        return unmarked(told.words)


class MessageSerializer(serializers.ModelSerializer[Message]):
    """Words of the office or of the applicant; `field_key` and `evidence_key` name what a question is about."""

    class Meta:
        model = Message
        fields = ["id", "is_from_office", "is_question", "field_key", "evidence_key", "text", "at", "read_at"]


class WordsSerializer(serializers.Serializer[Any]):
    """What is written to the office."""

    text = serializers.CharField(max_length=LONGEST, validators=[no_unkept])


class AnswerSerializer(serializers.Serializer[Any]):
    """Words, or the answer of the form that was asked about, or both."""

    text = serializers.CharField(max_length=LONGEST, validators=[no_unkept], required=False, default="")
    answers = serializers.DictField(required=False, default=dict)


class ConfirmationSerializer(serializers.Serializer[Any]):
    """What is confirmed: a step that `waiting_for` of the request tells."""

    step = serializers.CharField(max_length=40)


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A signed document or letter; anybody can verify it by its number."""

    state = serializers.SerializerMethodField()

    class Meta:
        model = Document
        fields = [
            "id", "key", "title", "language", "number", "is_letter", "sha256", "issued_at", "valid_until", "state",
        ]  # fmt: skip

    def get_state(self, document: Document) -> str:
        """Tell whether it is `valid`, `revoked` or `expired` today."""
        return document.state(timezone.localdate())
