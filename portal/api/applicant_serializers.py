"""What an applicant does besides answering, as JSON: object, complain, rate, end help, share; and who looked."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from portal.api.serializers import ServiceRequestSerializer
from portal.applicant_acts import LONGEST_COMPLAINT, LONGEST_PRAISE
from portal.field_faults import no_unkept
from portal.reading import Reading
from services.requests.share_links import Opening, ShareLink
from services.workflow.models import Complaint, Rating

A_COMPLAINT = OpenApiExample(
    "Of a family that waits", value={"words": "We can't move in before winter without the permit."}, request_only=True
)
A_RATING = OpenApiExample("A satisfied one", value={"score": 4, "words": "Friendly, and quick."}, request_only=True)
A_WEEK = OpenApiExample("For a week", value={"days": 7}, request_only=True)


class WayToObjectSerializer(serializers.Serializer[Any]):
    """By which service, at which office and until when by law one can object."""

    service = serializers.CharField(source="service.code")
    office = serializers.CharField(source="office.code")
    until = serializers.DateTimeField(help_text="A later objection is taken and marked as late.")


class ObjectionsSerializer(serializers.Serializer[Any]):
    """The way to object to how a request ended, null where there is none now; and the objections so far."""

    way = WayToObjectSerializer(allow_null=True)
    objections = ServiceRequestSerializer(many=True)


class ComplaintSerializer(serializers.ModelSerializer[Complaint]):
    """Words that a request takes too long, and the supervisor's answer; `answered_at` is null before it."""

    class Meta:
        model = Complaint
        fields = ["id", "words", "made_at", "answer", "answered_at"]


@extend_schema_serializer(examples=[A_COMPLAINT])
class ComplainSerializer(serializers.Serializer[Any]):
    """What the delay means for the applicant."""

    words = serializers.CharField(max_length=LONGEST_COMPLAINT, validators=[no_unkept])


class RatingSerializer(serializers.ModelSerializer[Rating]):
    """How satisfied the applicant is: 5 very satisfied, 1 very dissatisfied."""

    class Meta:
        model = Rating
        fields = ["score", "words", "first_at", "changed_at"]


class RatedSerializer(serializers.Serializer[Any]):
    """The rating of a request, null before it; and whether it can be given or changed now."""

    rating = RatingSerializer(allow_null=True)
    may_rate = serializers.BooleanField()


@extend_schema_serializer(examples=[A_RATING])
class RateSerializer(serializers.Serializer[Any]):
    """How satisfied the applicant is; without `words` earlier words stay as they are."""

    score = serializers.IntegerField(
        min_value=min(Rating.Score.values), max_value=max(Rating.Score.values),
        help_text="From 5, very satisfied, to 1, very dissatisfied.",
    )  # fmt: skip
    words = serializers.CharField(
        max_length=LONGEST_PRAISE, required=False, allow_blank=True, validators=[no_unkept],
        help_text="Managers read them without a name; they are never published.",
    )  # fmt: skip


class AssistanceSerializer(serializers.Serializer[Any]):
    """Who filed a request for its applicant, as what and why, and whether they follow it."""

    name = serializers.CharField()
    relation = serializers.CharField(help_text="`relative`, `representative`, `volunteer` or `official`.")
    reason = serializers.CharField()
    may_follow = serializers.BooleanField()


class HelpSerializer(serializers.Serializer[Any]):
    """The help with a request; null where its applicant sent it alone."""

    assistance = AssistanceSerializer(allow_null=True)


class OpeningSerializer(serializers.ModelSerializer[Opening]):
    """One use of a link: its page was opened (`seen`), or the file taken (`taken`)."""

    class Meta:
        model = Opening
        fields = ["what", "at"]


class LinkSerializer(serializers.ModelSerializer[ShareLink]):
    """A link to a document with its uses, the earliest first."""

    is_open = serializers.SerializerMethodField(help_text="Whether it works now.")
    openings = serializers.SerializerMethodField()

    class Meta:
        model = ShareLink
        fields = ["id", "made_at", "expires_at", "is_open", "openings"]

    def get_is_open(self, link: ShareLink) -> bool:
        return link.is_open(self.context["now"])

    @extend_schema_field(OpeningSerializer(many=True))
    def get_openings(self, link: ShareLink) -> Any:
        return OpeningSerializer(sorted(link.openings.all(), key=lambda one: one.at), many=True).data


class MadeLinkSerializer(LinkSerializer):
    """A link that was made, with its address, which is told this once."""

    url = serializers.SerializerMethodField()

    class Meta(LinkSerializer.Meta):
        fields = [*LinkSerializer.Meta.fields, "url"]

    @extend_schema_field(serializers.URLField())
    def get_url(self, _link: ShareLink) -> str:
        return str(self.context["url"])


@extend_schema_serializer(examples=[A_WEEK])
class ShareSerializer(serializers.Serializer[Any]):
    """For how long a link works."""

    days = serializers.ChoiceField([(1, "A day"), (7, "A week"), (30, "30 days")])


class ReadingSerializer(serializers.Serializer[Reading]):
    """One look into a request: when, by whom of which agency, and why, in the language that is asked for."""

    at = serializers.DateTimeField()
    request = serializers.UUIDField(source="service_request.pk")
    reference = serializers.CharField(source="service_request.written_reference")
    name = serializers.CharField()
    agency = serializers.CharField()
    purpose = serializers.CharField()
