"""What a supervisor does, as JSON: complaints with their answers, who is away, and who gets a task."""

from typing import Any

from rest_framework import serializers

from portal.api.desk.handing_serializers import ColleagueSerializer
from portal.applicant_acts import LONGEST_COMPLAINT
from portal.field_faults import no_unkept
from services.accounts.models import User
from services.agencies.models import Absence
from services.catalogue.answer_kinds import NOT_OFFERED
from services.workflow.models import Complaint


class DeskComplaintSerializer(serializers.ModelSerializer[Complaint]):
    """An applicant's words that a request takes too long, and the answer; nothing else of the request."""

    request = serializers.UUIDField(source="service_request_id")
    reference = serializers.CharField(source="service_request.written_reference")
    service = serializers.CharField(source="service_request.service.code")
    office = serializers.CharField(source="office.code")
    answered_by = serializers.SerializerMethodField(help_text="The official's name; empty before the answer.")

    class Meta:
        model = Complaint
        fields = [
            "id", "request", "reference", "service", "office", "words", "made_at", "answer", "answered_by",
            "answered_at",
        ]  # fmt: skip

    def get_answered_by(self, complaint: Complaint) -> str:
        return str(complaint.answered_by or "")


class AnswerToComplaintSerializer(serializers.Serializer[Any]):
    """What the applicant reads: why it takes long and until when it will be decided."""

    words = serializers.CharField(max_length=LONGEST_COMPLAINT, validators=[no_unkept])


class GivingSerializer(serializers.Serializer[Any]):
    """Who gets a task: a colleague of its desk."""

    to = serializers.UUIDField()

    def validate_to(self, number: Any) -> User:
        """Put the colleague in place of the number."""
        return official(self.context["colleagues"], number)


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    """Days on which an official isn't there, and who stands in; null where steps go back to the desk."""

    user = ColleagueSerializer()
    stand_in = ColleagueSerializer(allow_null=True)

    class Meta:
        model = Absence
        fields = ["id", "user", "first_day", "last_day", "stand_in"]


class BeingAwaySerializer(serializers.Serializer[Any]):
    """Who will be away, from which day to which, and who stands in."""

    user = serializers.UUIDField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    stand_in = serializers.UUIDField(
        required=False, allow_null=True, help_text="Without one steps go back to the desk."
    )

    def validate_user(self, number: Any) -> User:
        return official(self.context["officials"], number)

    def validate_stand_in(self, number: Any) -> User | None:
        return official(self.context["officials"], number) if number else None


def official(known: Any, number: Any) -> User:
    """Give the official whom a number stands for; raise `ValidationError` for one who isn't among these."""
    found: User | None = known.filter(pk=number).first()
    if found is None:
        raise serializers.ValidationError(NOT_OFFERED)
    return found
