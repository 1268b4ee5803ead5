"""One task in full as JSON: the request, its answers and papers, what robots found, and what can be done."""

from typing import Any

from django.utils.html import conditional_escape
from rest_framework import serializers

from portal.api.act_serializers import DocumentSerializer, MessageSerializer
from portal.api.desk.serializers import DecidedSerializer, TaskSerializer
from portal.api.serializers import ServiceRequestSerializer
from portal.templatetags.words import found_words, unmarked
from services.requests.evidence import Evidence
from services.requests.models import Decision


class ApplicantSerializer(serializers.Serializer[Any]):
    """Whom the request is for; empty where nothing was given."""

    name = serializers.CharField()
    personal_identifier = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class GivenSerializer(serializers.Serializer[Any]):
    """An answer: as it is kept, and in words."""

    page = serializers.CharField()
    key = serializers.CharField()
    label = serializers.CharField()
    value = serializers.JSONField()
    words = serializers.CharField()


class PaperSerializer(serializers.ModelSerializer[Evidence]):
    """A file of the applicant; `message` where it came with one."""

    class Meta:
        model = Evidence
        fields = ["id", "key", "name", "content_type", "size", "sha256", "supplied_at", "scan", "message"]


class FoundRowSerializer(serializers.Serializer[Any]):
    name = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField()

    def get_name(self, row: tuple[Any, Any]) -> str:
        return unmarked(conditional_escape(row[0]))

    def get_words(self, row: tuple[Any, Any]) -> str:
        return unmarked(conditional_escape(found_words(row[1])))


class FindingSerializer(serializers.Serializer[Any]):
    """What a robot found: from where, when, and whether it was there."""

    title = serializers.SerializerMethodField()
    source = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    found = serializers.BooleanField()
    rows = FoundRowSerializer(many=True)

    def get_title(self, finding: dict[str, Any]) -> str:
        return unmarked(finding["title"])


class MadeSerializer(serializers.ModelSerializer[Decision]):
    """What was decided already, at a step before this one, too."""

    step = serializers.CharField(source="step_key")
    by = serializers.StringRelatedField[Any]()

    class Meta:
        model = Decision
        fields = ["step", "outcome", "is_refusal", "reason", "words", "by", "at"]


class OutcomeSerializer(serializers.Serializer[Any]):
    """What can be chosen; a refusal needs one of `reasons`."""

    key = serializers.CharField()
    title = serializers.CharField()
    is_refusal = serializers.BooleanField()
    needs_words = serializers.BooleanField()


class TitledSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()


class FileSerializer(serializers.Serializer[Any]):
    """What is told of a request to who reads its file."""

    purpose = serializers.CharField(help_text="Why you look, as it is on record: `work`, or what you told.")
    request = ServiceRequestSerializer()
    extends_until = serializers.DateTimeField(allow_null=True, help_text="If you extend the legal deadline now.")
    applicant = ApplicantSerializer()
    answers = GivenSerializer(many=True)
    evidence = PaperSerializer(many=True)
    findings = FindingSerializer(many=True)
    messages = MessageSerializer(many=True)
    decisions = MadeSerializer(many=True)
    documents = DocumentSerializer(many=True)
    after_care = TitledSerializer(many=True, help_text="What may be done now that the request has ended.")


class WholeRequestSerializer(FileSerializer):
    """One request in full, and its tasks that are open now."""

    tasks = TaskSerializer(many=True)


class WholeSerializer(FileSerializer):
    """One task with all that its official needs."""

    task = TaskSerializer()
    may_claim = serializers.BooleanField()
    trouble = serializers.CharField(help_text="Why a robot handed it over; else empty.")
    outcomes = OutcomeSerializer(many=True)
    reasons = TitledSerializer(many=True)
    activities = TitledSerializer(many=True)
    may_ask = serializers.BooleanField()
    fields_to_ask_about = TitledSerializer(many=True)
    papers_to_ask_for = TitledSerializer(many=True)
    draft = DecidedSerializer(allow_null=True, help_text="What you have written or decided and can still undo.")
