"""The work of desks as JSON: what lists show of a step, what is sent, what comes back."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from rest_framework import serializers

from portal.api.act_serializers import HistorySerializer
from portal.asking import answers_to_ask_about, papers_to_ask_for
from portal.field_faults import no_unkept
from services.agencies.models import Desk
from services.agencies.rules import in_language
from services.catalogue.definition import Outcome
from services.workflow.desk_lists import STATES
from services.workflow.looking import Look
from services.workflow.models import Step

LONGEST_WORDS, LONGEST_QUESTION = 4000, 2000


def said(texts: Any) -> str:
    """Give a text of a definition in the language that is asked for."""
    return in_language(texts, get_language() or "en")


class PlaceSerializer(serializers.ModelSerializer[Desk]):
    """A desk; `allows_picking` tells whether its tasks may be chosen, or only the next be taken."""

    name = serializers.SerializerMethodField()

    class Meta:
        model = Desk
        fields = ["id", "code", "name", "allows_picking"]

    def get_name(self, desk: Desk) -> str:
        return said(desk.name)


class DeskSerializer(PlaceSerializer):
    """A desk with the code of its office."""

    office = serializers.CharField(source="office.code")

    class Meta(PlaceSerializer.Meta):
        fields = [*PlaceSerializer.Meta.fields, "office"]


class TaskSerializer(serializers.ModelSerializer[Step]):
    """A step at a desk as lists show it: nothing of the applicant."""

    request = serializers.UUIDField(source="service_request_id")
    reference = serializers.CharField(source="service_request.written_reference")
    service = serializers.CharField(source="service_request.service.code")
    step = serializers.CharField(source="key")
    title = serializers.SerializerMethodField()
    desk = PlaceSerializer()
    is_late = serializers.SerializerMethodField()
    held_by = serializers.SerializerMethodField(help_text="The official's name; empty while it is free.")
    is_held_by_you = serializers.SerializerMethodField()
    needs_second_official = serializers.SerializerMethodField(help_text="You had a part in it, so you can't take it.")
    is_from_robot = serializers.SerializerMethodField(help_text="A robot handed it over.")

    class Meta:
        model = Step
        fields = [
            "id", "request", "reference", "service", "step", "title", "desk", "state", "due_at", "is_late", "held_by",
            "is_held_by_you", "claimed_at", "needs_second_official", "is_from_robot",
        ]  # fmt: skip

    def get_title(self, step: Step) -> str:
        return said(step.service_request.version.definition.workflow.by_key[step.key].title)

    def get_is_late(self, step: Step) -> bool:
        return step.is_late(self.context["now"])

    def get_held_by(self, step: Step) -> str:
        return str(step.assignee or "")

    def get_is_held_by_you(self, step: Step) -> bool:
        return bool(step.assignee_id == self.context["user"].pk)

    def get_needs_second_official(self, step: Step) -> bool:
        return bool(step.is_barred)  # type: ignore[attr-defined]  # NULL where nobody is barred

    def get_is_from_robot(self, step: Step) -> bool:
        return bool(step.trouble)


class TasksSerializer(serializers.Serializer[Any]):
    """A page of a list, and the address of the next page; null at the end."""

    next = serializers.URLField(allow_null=True)
    results = TaskSerializer(many=True)


class WishSerializer(serializers.Serializer[Any]):
    """What is wished to be seen of a queue."""

    desk = serializers.IntegerField(required=False, min_value=1, help_text="The number of a desk where you work.")
    state = serializers.ChoiceField(STATES, required=False, default="")
    service = serializers.SlugField(max_length=60, required=False, default="")
    cursor = serializers.CharField(max_length=60, required=False, help_text="As `next` tells it.")


class NextSerializer(serializers.Serializer[Any]):
    """From which desk the next task is taken; from any of one's own without it."""

    desk = serializers.IntegerField(required=False, min_value=1)


class PurposeSerializer(serializers.Serializer[Any]):
    """Why an official looks into a request that isn't the official's work just now."""

    purpose = serializers.ChoiceField(Look.Purpose.choices)
    words = serializers.CharField(
        max_length=300, required=False, allow_blank=True, default="", validators=[no_unkept],
        help_text="Needed for the purpose `other`.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["purpose"] == Look.Purpose.OTHER and not attrs["words"]:
            raise serializers.ValidationError({"words": _("Say in a few words why you look into this request.")})
        return attrs


def decision_faults(said: Mapping[str, Any], outcomes: Iterable[Outcome], reasons: Collection[str]) -> dict[str, Any]:
    """Tell what is wrong with a decision at a step with these outcomes, by its fields."""
    chosen = next((outcome for outcome in outcomes if outcome.key == said["outcome"]), None)
    if chosen is None:
        return {"outcome": _("Choose one of the outcomes of this step.")}
    if chosen.is_refusal and said["reason"] not in reasons:
        return {"reason": _("Choose the reason of the refusal from the list.")}
    if chosen.effect and not said["words"]:
        return {"words": _("Write to the office what it has to do. The applicant reads it too.")}
    return {}


class DecisionSerializer(serializers.Serializer[Any]):
    """What is decided: an outcome of the step, and for a refusal a reason of the service's list."""

    outcome = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    words = serializers.CharField(
        max_length=LONGEST_WORDS, required=False, allow_blank=True, default="", validators=[no_unkept],
        help_text="To the applicant.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if faults := decision_faults(attrs, self.context["step"].outcomes, self.context["reasons"]):
            raise serializers.ValidationError(faults)
        return attrs


class DecidedSerializer(serializers.Serializer[Any]):
    """A decision, and from when on it counts; until then it can be undone."""

    outcome = serializers.CharField()
    reason = serializers.CharField()
    words = serializers.CharField()
    takes_effect_at = serializers.DateTimeField(allow_null=True, help_text="Null for a draft.")


class LetterOfDecisionSerializer(serializers.Serializer[Any]):
    """What the applicant would read, in the applicant's language."""

    language = serializers.CharField()
    ends = serializers.BooleanField(help_text="The request ends by it, and a notice of `subject` and `body` is sent.")
    subject = serializers.CharField()
    body = serializers.CharField()
    title = serializers.CharField(help_text="The outcome.")
    reason = serializers.CharField(help_text="Of a refusal; else empty.")
    words = serializers.CharField()
    agency = serializers.CharField()


class AskSerializer(serializers.Serializer[Any]):
    """What is asked of the applicant, in words; perhaps about one answer, or for one paper."""

    text = serializers.CharField(max_length=LONGEST_QUESTION, validators=[no_unkept])
    field = serializers.CharField(max_length=40, required=False, help_text="The answer that is opened again.")
    paper = serializers.CharField(max_length=40, required=False)

    default_error_messages = {
        "both": gettext_lazy("Ask about an answer or for a paper, not both."),
        "field": gettext_lazy("This form has no such question."),
        "paper": gettext_lazy("This form asks for no such paper."),
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        definition, faults = self.context["definition"], {}
        if "field" in attrs and "paper" in attrs:
            faults["paper"] = self.error_messages["both"]
        elif "field" in attrs and attrs["field"] not in answers_to_ask_about(definition):
            faults["field"] = self.error_messages["field"]
        elif "paper" in attrs and attrs["paper"] not in papers_to_ask_for(definition):
            faults["paper"] = self.error_messages["paper"]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class ActivitySerializer(serializers.Serializer[Any]):
    """An activity of the step that was done."""

    activity = serializers.CharField(max_length=40)

    def validate_activity(self, key: str) -> str:
        if key not in {activity.key for activity in self.context["step"].activities}:
            raise serializers.ValidationError(_("This step has no such activity."))
        return key


class DoneSerializer(serializers.Serializer[Any]):
    """An activity on record."""

    activity = serializers.CharField(source="key")
    at = serializers.DateTimeField()


class DeskHistorySerializer(HistorySerializer):
    """One event in words, with the official's name."""

    name = serializers.CharField(help_text="Of an official or assistant; else empty.")
