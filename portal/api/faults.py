"""What OpenAPI is told of faults: one shape for all, since forms are made of definitions and name their own fields."""

from typing import Any

from drf_standardized_errors.openapi import AutoSchema
from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    code = serializers.CharField(help_text="A word for programs; it stays the same in every language.")
    detail = serializers.CharField(help_text="What is wrong and what to do, in the language that was asked for.")
    attr = serializers.CharField(allow_null=True, help_text="The field, such as `answers.plate`; null: all of it.")


class ErrorsSerializer(serializers.Serializer[Any]):
    """All that is wrong with a call, at once."""

    type = serializers.ChoiceField(["validation_error", "client_error", "server_error"])
    errors = ErrorSerializer(many=True)


class Described(AutoSchema):
    """Tell of a change that it may be refused as things stand, as too much, or as another one under the same key."""

    def _should_add_error_response(self, responses: dict[str, Any], status_code: str) -> bool:
        if status_code in ("409", "413", "422"):
            return self.method not in ("GET", "HEAD") and status_code not in responses
        return super()._should_add_error_response(responses, status_code)
