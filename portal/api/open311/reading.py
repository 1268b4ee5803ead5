"""What a report says, from the arguments that GeoReport v2 names to the answers of a service's form."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import exceptions, serializers

from portal.fields import PhoneNumberField, as_seen
from services.catalogue.definition import AnyField, Definition, SeveralOfField
from services.catalogue.reports import attributes_of, finds_its_office, place_of, told_apart

ATTRIBUTE = re.compile(r"attribute\[([a-z][a-z0-9_]*)\](\[\])?")
TRUTHS = {"true": True, "false": False}
LONGEST_DESCRIPTION, LONGEST_LINK, LONGEST_NAME = 4000, 2000, 100


class ReportSerializer(serializers.Serializer[Any]):
    """GeoReport's own arguments. What is empty counts as not given."""

    service_code = serializers.CharField()
    lat = serializers.CharField(max_length=30)
    long = serializers.CharField(max_length=30)
    jurisdiction_id = serializers.CharField(required=False)
    description = serializers.CharField(max_length=LONGEST_DESCRIPTION, required=False)
    address_string = serializers.CharField(max_length=LONGEST_NAME * 2, required=False)
    media_url = serializers.URLField(max_length=LONGEST_LINK, required=False)
    email = serializers.EmailField(required=False)
    phone = serializers.CharField(max_length=30, required=False)
    first_name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    last_name = serializers.CharField(max_length=LONGEST_NAME, required=False)

    def validate_email(self, value: str) -> str:
        as_seen(value)
        return value

    def validate_phone(self, value: str) -> str:
        return str(PhoneNumberField().clean(value))


def given(form: QueryDict) -> dict[str, list[str]]:
    """Give the arguments with their values: an empty one equals an absent one."""
    values = {name: [value.strip() for value in form.getlist(name) if value.strip()] for name in form}
    return {name: kept for name, kept in values.items() if kept}


def checked(arguments: Mapping[str, list[str]]) -> dict[str, Any]:
    """Give GeoReport's own arguments, each once and well formed; raise `ValidationError` with every fault."""
    twice = {name: ["Send it once."] for name in ReportSerializer().fields if len(arguments.get(name, [])) > 1}
    if twice:
        raise exceptions.ValidationError(twice)
    serializer = ReportSerializer(data={name: values[0] for name, values in arguments.items()})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def office_code(definition: Definition, jurisdiction: str | None) -> str:
    """Give the office a report begins at: the one that is named, else any if the report finds its own."""
    codes = [one.office for one in definition.delivered_by]
    if jurisdiction is not None and jurisdiction not in codes:
        raise exceptions.NotFound(f"jurisdiction_id: this service is delivered by {', '.join(codes)}.")
    if jurisdiction is None and not finds_its_office(definition):
        raise exceptions.ValidationError({"jurisdiction_id": ["Say which of these delivers it: " + ", ".join(codes)]})
    return jurisdiction or codes[0]


def answers(definition: Definition, known: Mapping[str, Any], arguments: Mapping[str, list[str]]) -> dict[str, Any]:
    """Give the answers of the form, as they were sent: the engine judges them."""
    apart, sent = told_apart(definition), _attributes(definition, arguments)
    own = {apart[name]: known[name] for name in ("email", "phone") if name in apart and name in known}
    if words := _description(known):
        own |= {apart["description"]: words} if "description" in apart else {}
    place = {place_of(definition): {"lat": known["lat"], "lon": known["long"]}}
    return {**own, **sent, **place}


def _description(known: Mapping[str, Any]) -> str:
    """Give the description, and below it what no field of a form takes: an address in words and a link to a picture."""
    parts = [known[name] for name in ("description", "address_string", "media_url") if name in known]
    return "\n".join(parts)


def _attributes(definition: Definition, arguments: Mapping[str, list[str]]) -> dict[str, Any]:
    fields = {field.key: field for field in attributes_of(definition)}
    fields |= {key: definition.fields[key] for key in told_apart(definition).values()}
    sent, faults = {}, {}
    for name, values in arguments.items():
        if not name.startswith("attribute"):
            continue
        found = ATTRIBUTE.fullmatch(name)
        field = fields.get(found[1]) if found else None
        if field is None:
            faults[name] = [f"There is no such attribute. There are: {', '.join(fields)}."]
        elif len(values) > 1 and not isinstance(field, SeveralOfField):
            faults[name] = ["Send one value."]
        else:
            sent[field.key] = _value(field, values)
    if faults:
        raise exceptions.ValidationError(faults)
    return sent


def _value(field: AnyField, values: list[str]) -> Any:
    if isinstance(field, SeveralOfField):
        return values
    if field.kind == "yes_no":
        return TRUTHS.get(values[0].lower(), values[0])
    return values[0].partition("T")[0] if field.kind == "date" else values[0]
