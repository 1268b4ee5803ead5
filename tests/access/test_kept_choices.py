"""What was rightly chosen beside a fault stays chosen, in every form: lists, radios and boxes."""

from collections.abc import Mapping

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.access.pages import Page, SentForm
from tests.access.test_every_url import visitors_of
from tests.access.test_refusals import BAD, EXPECTED_FIELDS, all_forms, counts, fields_for, forms_found, kind_of, send
from tests.access.world import Town

pytestmark = pytest.mark.django_db
Choices = dict[str, list[str]]
# What has nothing beside it that is typed or chosen, in no form.
ALONE = {"paper": "stands beside a file: test_files.py", "to": "is alone in its short form"}


def rightly_chosen(form: SentForm, turn: int) -> Choices:
    """Choose what is offered: one of each list, the first in one turn and the last in another, and of boxes two."""
    chosen = {}
    for name, values in form.offered.items():
        if not (offered := [value for value in values if value]):
            continue
        is_many = len(offered) > 1 and form.choices[name].type == "checkbox"
        chosen[name] = offered[-2:] if is_many else [offered[-turn]]
    return chosen


def with_a_fault(form: SentForm, chosen: Choices) -> dict[str, str | list[str]]:
    """Add what can't be taken: in each field that is typed, else in the first that is chosen."""
    typed = {name: bad for name, (field, bad) in fields_for(form, 0).items() if name not in form.offered}
    for name, field in list(form.choices.items())[: 0 if typed else 1]:
        del chosen[name]
        return {**chosen, name: BAD[kind_of(field)][0]}
    return {**chosen, **typed}


def lost(answer: HttpResponse, form: SentForm, chosen: Mapping[str, list[str]]) -> list[str]:
    """Tell which choices an answer that refuses a form no longer shows."""
    if answer.status_code != 422:
        return [str(answer.status_code)]
    page = Page(answer.content.decode(), form.action)
    after = [one for one in page.forms if one.action == form.action]
    shown: Choices = {name: values for one in after for name, values in one.chosen.items()}
    return [f"{name}: {shown.get(name, [])}" for name, values in chosen.items() if shown.get(name, []) != values]


def test_what_was_chosen_beside_a_fault_stays_chosen_in_every_form(towns: tuple[Town, Town]) -> None:
    found = all_forms(towns)
    before, wrong, seen = counts(), {}, {}
    for client, form in found:
        for turn in (0, 1):
            chosen = rightly_chosen(form, turn)
            given = with_a_fault(form, chosen)
            if chosen and len(given) > len(chosen):
                seen |= {name: form.choices[name].type if name in form.choices else "box" for name in chosen}
                if told := lost(send(client, form, given), form, chosen):
                    wrong[form.action, turn] = told

    assert wrong == {}
    assert counts() == before
    expected = {name for kind in ("select", "radio", "checkbox") for name in EXPECTED_FIELDS[kind]}
    assert expected - seen.keys() == ALONE.keys()
    assert "box" in seen.values()


def test_a_choice_that_is_lost_is_noticed(towns: tuple[Town, Town]) -> None:
    client: Client = visitors_of(*towns)["owner"]
    ((_, form), *_) = forms_found([(client, reverse("my_notice_ways"))], lambda form: "language" in form.offered)
    answer = client.get(reverse("my_notice_ways"))

    assert lost(answer, form, {"language": ["ar"]}) == ["200"]
    answer.status_code = 422
    assert lost(answer, form, {"language": ["ar"]}) == ["language: ['en']"]
