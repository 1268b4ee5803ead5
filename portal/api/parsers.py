"""Read JSON without guessing: what is ambiguous is refused."""

import json
from collections import Counter
from typing import IO, Any

from django.conf import settings
from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request


class StrictJSONParser(JSONParser):  # type: ignore[misc]
    """Parse UTF-8 JSON; refuse repeated keys, NaN and Infinity, lone surrogates, NUL, deep nesting and large bodies."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ParseError("The body is too large.")
        try:
            content = json.loads(body.decode(), object_pairs_hook=_once_each, parse_constant=_refuse_constant)
            json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
            _refuse_nul(content)
        except (ValueError, RecursionError) as fault:
            raise ParseError(f"The body is not sound JSON: {fault}") from None
        return content


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    once = dict(pairs)
    if len(once) < len(pairs):
        times = Counter(key for key, _ in pairs)
        raise ValueError(f"repeated keys {sorted(key for key in once if times[key] > 1)}")
    return once


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _refuse_nul(content: Any) -> None:
    if isinstance(content, str) and "\0" in content:
        raise ValueError("the character NUL is in a text")
    if isinstance(content, dict):
        content = [*content.keys(), *content.values()]
    for part in content if isinstance(content, list) else []:
        _refuse_nul(part)


def is_form(request: Request) -> bool:
    """Tell whether a form was sent, however the name of its type is written, and not JSON."""
    return isinstance(request.data, QueryDict)
