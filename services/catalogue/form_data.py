"""Turn the data of an HTML form into plain answers. Names: `key`, `address.street`, `owners.0.name`."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from services.catalogue.answer_kinds import ADDRESS_PARTS
from services.catalogue.definition import AnyField, GroupField


class FormData(Protocol):
    """What Django's QueryDict can do."""

    def get(self, key: str, default: str = "") -> Any: ...
    def getlist(self, key: str) -> list[Any]: ...
    def __iter__(self) -> Iterator[str]: ...


def from_form(fields: Iterable[AnyField], data: FormData) -> dict[str, Any]:
    """Give the answers to these fields as they were typed; what was left empty is left out."""
    given = {field.key: _value(field, data, field.key) for field in fields if field.kind != "file"}
    return {key: value for key, value in given.items() if value not in ("", None, [])}


def _value(field: Any, data: FormData, name: str) -> Any:
    match field.kind:
        case "group":
            return _items(field, data, name)
        case "address":
            return _parts(data, name, ADDRESS_PARTS)
        case "location":
            return {part: plain_number(value) for part, value in _parts(data, name, ("lat", "lon")).items()}
        case "several_of":
            return data.getlist(name)
        case "yes_no":
            return {"yes": True, "no": False}.get(data.get(name, ""))
        case "number" | "money":
            return plain_number(data.get(name, ""))
    return data.get(name, "")


def _parts(data: FormData, name: str, parts: Iterable[str]) -> dict[str, str]:
    given = {part: data.get(f"{name}.{part}", "").strip() for part in parts}
    return {part: value for part, value in given.items() if value}


def _items(group: GroupField, data: FormData, name: str) -> list[dict[str, Any]]:
    numbers = sorted({int(found[1]) for key in data if (found := re.match(rf"{name}\.(\d{{1,3}})\.", key))})
    items = [
        {field.key: _value(field, data, f"{name}.{number}.{field.key}") for field in group.fields}
        for number in numbers[: group.at_most + 1]
    ]
    return [{key: value for key, value in item.items() if value not in ("", None, [], {})} for item in items]


def plain_number(text: str) -> str:
    """Read a number as people type it: `1 234,5`, `1234.5` or with Arabic digits; anything else stays as it is."""
    plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", plain).replace("٫", ".").replace("−", "-")
    if re.fullmatch(r"[+-]?\d+,\d+", plain):
        plain = plain.replace(",", ".")
    return plain if re.fullmatch(r"[+-]?[\d.,]+", plain) else text
