"""A file that is sent, told as bytes in OpenAPI: by itself its generator takes it for the address of one."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field(OpenApiTypes.BINARY)
class SentFileField(serializers.FileField):
    """One file of a form."""
