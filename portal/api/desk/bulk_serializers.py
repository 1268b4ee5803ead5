"""One act on a selection of tasks as JSON: what is asked for, how far it is, what failed."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from portal.api.desk.serializers import LONGEST_WORDS, decision_faults
from portal.field_faults import no_unkept
from services.catalogue.answer_kinds import NOT_OFFERED
from services.catalogue.definition import DeskStep
from services.workflow.bulk import BulkAct
from services.workflow.models import Step
from services.workflow.operations.bulk import MOST_STEPS

LARGEST = 2**63 - 1


class ManySerializer(serializers.Serializer[Any]):
    """What is to be done to which tasks of one's queue; all of them the same step of a service to decide them alike."""

    act = serializers.ChoiceField(BulkAct.Act.choices)
    tasks = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), min_length=1, max_length=MOST_STEPS
    )
    to = serializers.UUIDField(required=False, help_text="The colleague who gets them; for `reassign`.")
    outcome = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", help_text="For `decide`, as the next two."
    )
    reason = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    words = serializers.CharField(
        max_length=LONGEST_WORDS, required=False, allow_blank=True, default="", validators=[no_unkept],
        help_text="To the applicants.",
    )  # fmt: skip

    def validate_tasks(self, numbers: list[int]) -> list[Step]:
        """Put the steps in place of their numbers; refuse those that don't stand in one's queue."""
        found = {step.pk: step for step in self.context["queue"].filter(pk__in=numbers)}
        missing = [str(number) for number in dict.fromkeys(numbers) if number not in found]
        if missing:
            raise serializers.ValidationError(
                _("Leave these out, they aren’t in your queue: %(numbers)s.") % {"numbers": ", ".join(missing)}
            )
        return [found[number] for number in dict.fromkeys(numbers)]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        faults: dict[str, Any] = {}
        if attrs["act"] == BulkAct.Act.REASSIGN:
            faults = self._wrong_colleague(attrs)
        elif attrs["act"] == BulkAct.Act.DECIDE:
            faults = self._wrong_decision(attrs)
        if faults:
            raise serializers.ValidationError(faults)
        return attrs

    def _wrong_colleague(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "to" not in attrs:
            return {"to": _("Choose who gets them.")}
        colleagues = self.context["colleagues"]({step.desk_id for step in attrs["tasks"]})
        return {} if colleagues.filter(pk=attrs["to"]).exists() else {"to": NOT_OFFERED}

    def _wrong_decision(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, *others = attrs["tasks"]
        alike = (first.service_request.version_id, first.key)
        if any((step.service_request.version_id, step.key) != alike for step in others):
            return {"tasks": _("Only tasks of the same step of a service can be decided alike.")}
        definition = first.service_request.version.definition
        step = definition.workflow.by_key[first.key]
        assert isinstance(step, DeskStep)
        outcomes = [outcome for outcome in step.outcomes if not outcome.effect]
        return decision_faults(attrs, outcomes, {reason.code for reason in definition.rejection_reasons})


class FailureSerializer(serializers.Serializer[Any]):
    """A task that it couldn't be done to, and why."""

    task = serializers.IntegerField(source="step")
    reference = serializers.CharField()
    why = serializers.CharField()


class ProgressSerializer(serializers.ModelSerializer[BulkAct]):
    """How far an act on many tasks is; `finished_at` is null until all were tried."""

    all = serializers.SerializerMethodField()
    succeeded = serializers.IntegerField(read_only=True)
    failures = FailureSerializer(many=True)

    class Meta:
        model = BulkAct
        fields = ["id", "act", "all", "done", "succeeded", "failures", "asked_at", "finished_at"]

    def get_all(self, act: BulkAct) -> int:
        return len(act.steps)
