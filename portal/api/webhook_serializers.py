"""Webhooks as JSON: how one fares, what is sent to make one, its messages with each try."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from services.agencies.models import Agency
from services.catalogue.answer_kinds import NOT_OFFERED
from services.webhooks.models import Attempt, Delivery, Webhook
from services.webhooks.operations import BadAddress, check_address

LONGEST_HOURS = 24 * 30
ONE = OpenApiExample(
    "What waits and what ends",
    value={
        "agency": "sumgait",
        "url": "https://hooks.example.org/portal",
        "kinds": ["step.opened", "request.ended"],
    },
    request_only=True,
)
A_DAY = OpenApiExample("Of the last day", value={"hours": 24}, request_only=True)


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """An address that is told what happens; its secret was told once."""

    agency = serializers.CharField(source="agency.code")
    state = serializers.CharField(help_text="`new`, `healthy`, `failing`, `paused`, `disabled` or `ended`.")

    class Meta:
        model = Webhook
        fields = [
            "id", "agency", "url", "kinds", "state", "made_at", "called_at", "succeeded_at", "failures",
            "failing_since", "rests_until", "paused_at", "ended_at", "former_until",
        ]  # fmt: skip
        extra_kwargs = {
            "failures": {"help_text": "In a row."},
            "former_until": {"help_text": "Until then the secret before signs, too."},
        }


class MadeWebhookSerializer(WebhookSerializer):
    """A webhook that was made, with its secret, which is told this once."""

    secret = serializers.SerializerMethodField()

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]

    def get_secret(self, _webhook: Webhook) -> str:
        return str(self.context["secret"])


@extend_schema_serializer(examples=[ONE])
class MakeWebhookSerializer(serializers.Serializer[Any]):
    """Which agency's webhook it is, where messages go, and what is told."""

    agency = serializers.CharField(max_length=60, help_text="The code of an agency that you manage.")
    url = serializers.CharField(
        max_length=500, help_text="Outside, by https on port 443; an administrator can allow more."
    )
    kinds = serializers.ListField(child=serializers.ChoiceField(Webhook.Kind.choices), min_length=1)

    def validate_agency(self, code: str) -> Agency:
        """Put the agency in place of its code."""
        found: Agency | None = self.context["agencies"].filter(code=code).first()
        if found is None:
            raise serializers.ValidationError(NOT_OFFERED)
        return found

    def validate_url(self, url: str) -> str:
        """Look where an address leads already here, so that all that is wrong is told at once."""
        try:
            check_address(url)
        except BadAddress as bad:
            raise serializers.ValidationError(str(bad.message)) from None
        return url


class SecretSerializer(serializers.Serializer[Any]):
    """A new secret, and until when the one before signs beside it."""

    secret = serializers.CharField()
    former_until = serializers.DateTimeField()


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """One try to deliver a message; `trouble` is empty when it succeeded."""

    class Meta:
        model = Attempt
        fields = ["at", "status", "trouble", "took_ms"]


class SentMessageSerializer(serializers.ModelSerializer[Delivery]):
    """One message: `message_id` is the `webhook-id` that its receiver saw, `body` what was sent."""

    message_id = serializers.CharField()
    tries = serializers.SerializerMethodField(help_text="The earliest first.")

    class Meta:
        model = Delivery
        fields = ["id", "message_id", "kind", "body", "asked_at", "due_at", "delivered_at", "is_failed", "tries"]

    @extend_schema_field(AttemptSerializer(many=True))
    def get_tries(self, delivery: Delivery) -> Any:
        return AttemptSerializer(sorted(delivery.tries.all(), key=lambda one: one.at), many=True).data


@extend_schema_serializer(examples=[A_DAY])
class ReplaySerializer(serializers.Serializer[Any]):
    """Since how many hours."""

    hours = serializers.IntegerField(min_value=1, max_value=LONGEST_HOURS)


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many messages are sent again."""

    messages = serializers.IntegerField()
