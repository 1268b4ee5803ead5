"""Opinions between agencies as JSON: what is asked, of whom, what may be seen for it, and the answer."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from portal.api.desk.serializers import DeskSerializer
from portal.api.desk.whole_serializers import GivenSerializer, PaperSerializer, TitledSerializer
from portal.api.file_field import SentFileField
from portal.field_faults import no_unkept
from services.catalogue.answer_kinds import NOT_ALL_OFFERED, NOT_OFFERED
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.consulting import silence_means
from services.workflow.operations.opinions import FEWEST_DAYS, MOST_DAYS

LONGEST_OPINION = 4000


class AgencyDeskSerializer(DeskSerializer):
    """A desk with the codes of its office and agency."""

    agency = serializers.CharField(source="office.agency.code")

    class Meta(DeskSerializer.Meta):
        fields = [*DeskSerializer.Meta.fields, "agency"]


class AskedOpinionSerializer(serializers.ModelSerializer[AskedOpinion]):
    """An opinion that was asked for, and the answer once it is there."""

    step = serializers.CharField(source="step.key")
    desk = AgencyDeskSerializer()
    papers = serializers.PrimaryKeyRelatedField[Any](many=True, read_only=True)
    asked_by = serializers.CharField()
    silence_means = serializers.SerializerMethodField(help_text="`no_opinion` or `no_objection`.")
    answered_by = serializers.SerializerMethodField(help_text="The official's name; empty until it is given.")
    file = serializers.CharField(source="file_name", help_text="The name of the file that came with it; else empty.")

    class Meta:
        model = AskedOpinion
        fields = [
            "id", "step", "desk", "question", "answers", "papers", "asked_by", "asked_at", "due_at", "state",
            "silence_means", "answered_by", "answered_at", "words", "file",
        ]  # fmt: skip

    def get_silence_means(self, opinion: AskedOpinion) -> str:
        return silence_means(opinion.service_request, opinion)

    def get_answered_by(self, opinion: AskedOpinion) -> str:
        return str(opinion.answered_by or "")


class OpinionsSerializer(serializers.Serializer[Any]):
    """All that was asked about a request; and, where you hold the task, whom you may ask and what they may see."""

    asked = AskedOpinionSerializer(many=True)
    desks = AgencyDeskSerializer(many=True)
    answers = TitledSerializer(many=True)
    papers = PaperSerializer(many=True)


class ConsultSerializer(serializers.Serializer[Any]):
    """What is asked of which desk, and what of the file it may see: nothing that isn't named."""

    desk = serializers.IntegerField(min_value=1)
    question = serializers.CharField(max_length=2000, validators=[no_unkept])
    days = serializers.IntegerField(
        min_value=FEWEST_DAYS, max_value=MOST_DAYS, help_text="Within how many of their working days."
    )
    answers = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list)
    papers = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)

    def validate_desk(self, number: int) -> Any:
        desk = self.context["desks"].filter(pk=number).first()
        if desk is None:
            raise serializers.ValidationError(NOT_OFFERED)
        return desk

    def validate_answers(self, keys: list[str]) -> list[str]:
        if not set(keys) <= {field.key for field in self.context["answers"]}:
            raise serializers.ValidationError(NOT_ALL_OFFERED)
        return list(dict.fromkeys(keys))

    def validate_papers(self, numbers: list[Any]) -> list[Any]:
        offered = {paper.pk: paper for paper in self.context["papers"]}
        if not set(numbers) <= set(offered):
            raise serializers.ValidationError(NOT_ALL_OFFERED)
        return [offered[number] for number in dict.fromkeys(numbers)]


class ToGiveSerializer(serializers.ModelSerializer[AskedOpinion]):
    """An opinion that is asked of one of your desks, as the list shows it: nothing of the file."""

    service = serializers.CharField(source="service_request.service.code")
    asked_by = serializers.CharField(source="step.desk.office.agency.code", help_text="The agency that asks.")
    desk = DeskSerializer()

    class Meta:
        model = AskedOpinion
        fields = ["id", "service", "asked_by", "desk", "asked_at", "due_at"]


class ToAnswerSerializer(serializers.Serializer[Any]):
    """What is asked, and what of the file may be seen for it."""

    opinion = ToGiveSerializer()
    reference = serializers.CharField()
    question = serializers.CharField()
    answers = GivenSerializer(many=True)
    papers = PaperSerializer(many=True)


class AnswerOpinionSerializer(serializers.Serializer[Any]):
    """An opinion in words."""

    words = serializers.CharField(
        max_length=LONGEST_OPINION, required=False, allow_blank=True, default="", validators=[no_unkept]
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["words"] and not attrs.get("file"):
            raise serializers.ValidationError({"words": _("Write your opinion or add a file.")})
        return attrs


class AnswerWithFileSerializer(AnswerOpinionSerializer):
    """An opinion in words, a file, or both, as a form."""

    file = SentFileField(required=False, help_text="PDF, JPEG or PNG.")


class AnsweredOpinionSerializer(serializers.ModelSerializer[AskedOpinion]):
    """An opinion that was given."""

    file = serializers.CharField(source="file_name")

    class Meta:
        model = AskedOpinion
        fields = ["id", "state", "words", "file", "answered_at"]
