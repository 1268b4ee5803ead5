"""What a person did on a page of a form: typed, added, removed. Nothing typed is ever lost."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from portal.citizens.applying_tabs import tab_of
from portal.filling import Filling, Sheet
from services.accounts.models import User
from services.catalogue.answer_kinds import ADDRESS_PARTS
from services.catalogue.definition import AnyField, Definition, GroupField
from services.catalogue.form_data import from_form
from services.requests.operations import remove_evidence, save_draft

PROFILE = ("name", "email", "phone", "personal_identifier", "address")
NUL, SUBSTITUTE = "\x00", "\x1a"


def keep_typed(filling: Filling, key: str, data: QueryDict) -> set[str]:
    """Keep what was typed on a page; give the keys of the fields that the page had asked for.

    A field that wasn't on the page keeps its earlier answer, also while a condition hides it.
    """
    asked = asked_on(filling, key, data)
    keys = {field.key for field in asked}
    kept = {key: value for key, value in filling.draft.answers.items() if key not in keys}
    save_draft(filling.draft, {**kept, **typed(asked, data)}, tab=tab_of(data)[1])
    return keys


def asked_on(filling: Filling, key: str, data: QueryDict) -> list[AnyField]:
    """Give the fields that a page had asked for when it was sent."""
    page = next((page for page in filling.definition.pages if page.key == key), None)
    return [field for field in page.fields if _was_asked(field, data)] if page else []


def typed(asked: Iterable[AnyField], data: QueryDict) -> dict[str, Any]:
    """Give what was typed into fields, as it can be stored."""
    answers: dict[str, Any] = storable(from_form(list(asked), data))
    return answers


def _was_asked(field: AnyField, data: QueryDict) -> bool:
    return field.key in data.getlist("asked") or any(name.split(".")[0] == field.key for name in data)


def storable(value: Any) -> Any:
    """Put another control character where PostgreSQL can't keep the one typed; both are refused when read."""
    if isinstance(value, str):
        return value.replace(NUL, SUBSTITUTE)
    if isinstance(value, Mapping):
        return {key: storable(part) for key, part in value.items()}
    return [storable(part) for part in value] if isinstance(value, list) else value


def act(filling: Filling, wanted: str) -> str:
    """Add or remove an entry of a group, or a file; give the name of the field to go on with."""
    match wanted.split(":"):
        case ["add", key]:
            return _add(filling, key)
        case ["remove", key, number]:
            return _remove(filling, key, number)
        case ["drop", file]:
            return _drop(filling, file)
    return ""


def _add(filling: Filling, key: str) -> str:
    group = filling.definition.fields.get(key)
    entries = filling.given.get(key, [])
    if not isinstance(group, GroupField) or len(entries) >= group.at_most:
        return ""
    save_draft(filling.draft, {**filling.draft.answers, key: [*entries, {}]})
    return f"{key}.{len(entries)}.{group.fields[0].key}"


def _remove(filling: Filling, key: str, number: str) -> str:
    entries = filling.given.get(key, [])
    if not isinstance(filling.definition.fields.get(key), GroupField) or not number.isdecimal():
        return ""
    left = [entry for place, entry in enumerate(entries) if place != int(number)]
    save_draft(filling.draft, {**filling.draft.answers, key: left})
    return key


def _drop(filling: Filling, pk: str) -> str:
    for file in filling.files:
        if str(file.pk) == pk:
            remove_evidence(file)
            return file.key
    return ""


def profile_of(user: User | None) -> dict[str, Any]:
    """Give what a form may be filled in with; nothing for somebody who isn't signed in."""
    return {name: getattr(user, name) for name in PROFILE} if user else {}


def prefilled(definition: Definition, profile: Mapping[str, Any]) -> dict[str, Any]:
    """Give the answers that are known of a person already."""
    known = {field.key: _from_profile(field, profile) for field in definition.fields.values() if field.prefill}
    return {key: value for key, value in known.items() if value}


def _from_profile(field: AnyField, profile: Mapping[str, Any]) -> Any:
    value = profile.get(str(field.prefill))
    if field.kind == "address":
        return {part: value[part] for part in ADDRESS_PARTS if value.get(part)} if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def newly_asked(now_shown: Sheet, was_shown: Sheet, seen: Iterable[str]) -> list[str]:
    """Give the keys of questions that an answer brought onto a page, so that nobody had a chance to answer them."""
    known = {part.key for part in was_shown.parts} | set(seen)
    return [part.key for part in now_shown.parts if part.key not in known]
