"""The API's description as pages show it: each call with what it takes and gives, read from the generated OpenAPI."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.api import openapi
from portal.api.reference_examples import example_of
from portal.api.reference_fields import Field, fields_of, resolved, type_in_words, without_choices

METHODS = ("get", "post", "patch", "delete")
SHOWN_JSON = ("application/json", "application/schema+json")
FORM = "multipart/form-data"
SECRET, BASE = "portal_…", "https://portal.example.org"


@dataclass(frozen=True)
class Answer:
    """What comes back with a status; without fields it is a file, a text, or nothing."""

    status: int
    says: str
    kinds: tuple[str, ...]
    fields: tuple[Field, ...]
    example: str


@dataclass(frozen=True)
class Body:
    """What is sent; `form` are the fields of a form with files that may be sent in its place, if one may."""

    kind: str
    fields: tuple[Field, ...]
    example: str
    form: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Call:
    """One call; `scopes` are what its token needs, nothing for everybody's; `refusals` are statuses."""

    code: str
    method: str
    path: str
    tag: str
    says: str
    is_open: bool
    scopes: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: Body | None
    answers: tuple[Answer, ...]
    refusals: tuple[int, ...]
    curl: str

    @property
    def first_sentence(self) -> str:
        return self.says.partition("\n")[0]

    def is_about(self, words: str) -> bool:
        """Tell whether each of the words stands in the call's name, address, text, scopes or fields."""
        names = [field.name for field in (*self.parameters, *(self.body.fields if self.body else ()))]
        text = " ".join((self.code, self.method, self.path, self.says, *self.scopes, *names)).casefold()
        return all(word in text for word in words.casefold().split())


@cache
def calls() -> dict[str, Call]:
    """Give every call by its code, as the description tells them; the description is English."""
    return {call.code: call for call in _read(openapi.described())}


def _read(described: dict[str, Any]) -> Iterator[Call]:
    for path, acts in described["paths"].items():
        for method in METHODS:
            if method in acts:
                yield _call(described, method, path, acts[method])


def _call(described: dict[str, Any], method: str, path: str, act: dict[str, Any]) -> Call:
    parameters = tuple(_parameter(described, parameter) for parameter in act.get("parameters", ()))
    body, security = _body(described, act), act.get("security", [{}])
    statuses = sorted(act["responses"].items())
    return Call(
        code=act["operationId"],
        method=method.upper(),
        path=path,
        tag=act["tags"][0],
        says=act.get("description", ""),
        is_open={} in security,
        scopes=tuple(scope for way in security for scope in way.get("token", ())),
        parameters=parameters,
        body=body,
        answers=tuple(_answer(described, status, told) for status, told in statuses if status < "300"),
        refusals=tuple(int(status) for status, _told in statuses if status >= "300"),
        curl=_curl(method, path, parameters, body, is_open={} in security),
    )


def _parameter(described: dict[str, Any], parameter: dict[str, Any]) -> Field:
    schema = resolved(described, parameter["schema"])
    says = without_choices(parameter.get("description", ""))
    is_needed = bool(parameter.get("required"))
    return Field(parameter["name"], type_in_words(described, schema), is_needed, says, parameter["in"])


def _body(described: dict[str, Any], act: dict[str, Any]) -> Body | None:
    content = act.get("requestBody", {}).get("content", {})
    fields = {kind: tuple(fields_of(described, resolved(described, told["schema"]))) for kind, told in content.items()}
    for kind, told in content.items():
        form = fields.get(FORM, ()) if kind != FORM else ()
        return Body(kind, fields[kind], _example(described, told), form)
    return None


def _answer(described: dict[str, Any], status: str, told: dict[str, Any]) -> Answer:
    content = told.get("content") or {}
    shown = next((content[kind] for kind in SHOWN_JSON if kind in content), None)
    fields = tuple(fields_of(described, resolved(described, shown["schema"]))) if shown else ()
    example = _example(described, shown) if shown and fields else ""
    return Answer(int(status), told.get("description", ""), tuple(content), fields, example)


def _example(described: dict[str, Any], told: dict[str, Any]) -> str:
    """Give the example that was written for a content, or one made from its schema."""
    written = [example["value"] for example in told.get("examples", {}).values()]
    value = written[0] if written else example_of(described, told["schema"])
    return json.dumps(value, indent=2, ensure_ascii=False)


def _curl(method: str, path: str, parameters: tuple[Field, ...], body: Body | None, *, is_open: bool) -> str:
    """Give a line for a shell that makes the call."""
    parts = ["curl" if method in ("get", "post") else f"curl -X {method.upper()}", f"'{BASE}{path}'"]
    if method == "post" and not body:
        parts[0] = "curl -X POST"
    if not is_open:
        parts.append(f"-H 'Authorization: Bearer {SECRET}'")
    parts += [f"-H '{one.name}: …'" for one in parameters if one.where == "header" and one.is_needed]
    if body and body.kind == FORM:
        parts += [f"-F {one.name}={'@FILE' if one.name == 'file' else '…'}" for one in body.fields if one.is_needed]
    elif body:
        sent = json.dumps(json.loads(body.example), ensure_ascii=False).replace("'", "'\\''")
        parts += [f"-H 'Content-Type: {body.kind}'", f"-d '{sent}'"]
    return " \\\n  ".join(parts)
