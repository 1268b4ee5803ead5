"""The shapes of GeoReport v2, as the OpenAPI document tells them."""

from typing import Any

from rest_framework import serializers

from portal.api.file_field import SentFileField
from portal.api.open311.reading import ReportSerializer
from portal.api.open311.telling import CLOSED, DATATYPES, NOT_TOLD, OPEN

FAULT = {"code": {"type": "integer"}, "description": {"type": "string"}}
FAULTS = {"type": "array", "items": {"type": "object", "properties": FAULT, "required": list(FAULT)}}


class EndpointSerializer(serializers.Serializer[Any]):
    specification = serializers.URLField()
    url = serializers.URLField()
    changeset = serializers.DateTimeField()
    type = serializers.ChoiceField(["production", "test"])
    formats = serializers.ListField(child=serializers.CharField())


class DiscoverySerializer(serializers.Serializer[Any]):
    changeset = serializers.DateTimeField()
    contact = serializers.CharField()
    key_service = serializers.URLField()
    endpoints = EndpointSerializer(many=True)


class OfferedSerializer(serializers.Serializer[Any]):
    """A service whose reports are taken."""

    service_code = serializers.CharField()
    service_name = serializers.CharField()
    description = serializers.CharField()
    metadata = serializers.BooleanField()
    type = serializers.ChoiceField(["realtime"])
    keywords = serializers.CharField()
    group = serializers.CharField()


class ValueSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()


class AttributeSerializer(serializers.Serializer[Any]):
    variable = serializers.BooleanField()
    code = serializers.CharField()
    datatype = serializers.ChoiceField(sorted({"string", *DATATYPES.values()}))
    required = serializers.BooleanField()
    datatype_description = serializers.CharField()
    order = serializers.IntegerField()
    description = serializers.CharField()
    values = ValueSerializer(many=True)


class AttributesSerializer(serializers.Serializer[Any]):
    service_code = serializers.CharField()
    attributes = AttributeSerializer(many=True)


class ToldReportSerializer(serializers.Serializer[Any]):
    """How far a report is; what people wrote is never told, so these parts are empty."""

    service_request_id = serializers.UUIDField()
    status = serializers.ChoiceField([OPEN, CLOSED])
    status_notes = serializers.CharField()
    service_name = serializers.CharField()
    service_code = serializers.CharField()
    agency_responsible = serializers.CharField()
    requested_datetime = serializers.DateTimeField()
    updated_datetime = serializers.DateTimeField()
    expected_datetime = serializers.DateTimeField()
    lat = serializers.FloatField(allow_null=True)
    long = serializers.FloatField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **{name: serializers.CharField() for name in NOT_TOLD}}


class SentReportSerializer(ReportSerializer):
    """What is sent; `attribute[CODE]` for each attribute of the service comes beside it."""

    api_key = serializers.CharField()
    media = serializers.ListField(child=SentFileField(), required=False)


class ReceiptSerializer(serializers.Serializer[Any]):
    service_request_id = serializers.UUIDField()
    service_notice = serializers.CharField()
    account_id = serializers.CharField(allow_blank=True)


class TokenSerializer(serializers.Serializer[Any]):
    service_request_id = serializers.UUIDField()
    token = serializers.UUIDField()
