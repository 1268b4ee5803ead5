"""No fault is told in the words of Django or allauth, whoever sent what."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.exceptions import ValidationError
from django.utils.translation import override

from services.accounts.models import User
from tests.languages.foreign_words import is_foreign

# Of allauth's faults, those that the portal's ways to sign in never have.
NOT_OURS = ("phone", "username", "unknown_phone")
LIBRARIES = ("django.", "allauth.headless", "allauth.idp", "rest_framework")


def all_forms(kind: type = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for one in kind.__subclasses__():
        yield one
        yield from all_forms(one)


def foreign_in(form: Any) -> list[tuple[str, str, str]]:
    """Give the faults of a form's fields that are told in foreign words: the field, the code, the words."""
    fields = getattr(form, "base_fields", {}).items()
    told = [(name, code, str(words)) for name, field in fields for code, words in field.error_messages.items()]
    own = {(name, code) for name, code, _ in told}
    told += [
        (name, one.code, str(one.message))
        for name, field in fields
        for one in field.validators
        if hasattr(one, "message") and (name, one.code) not in own
    ]
    return [one for one in told if is_foreign(one[2])]


def test_no_field_of_any_form() -> None:
    import_module(settings.ROOT_URLCONF)
    found = {form for form in all_forms() if not form.__module__.startswith(LIBRARIES)}

    assert {form.__name__ for form in found} >= {"ProfileForm", "DecideForm", "RoleForm", "LoginForm", "SignupForm"}
    assert {form.__qualname__: told for form in found if (told := foreign_in(form))} == {}


def test_a_field_that_does_is_noticed() -> None:
    class Foreign(forms.Form):
        span = forms.DurationField()
        name = forms.CharField(error_messages={"required": "This field is required."})

    assert ("name", "required", "This field is required.") in foreign_in(Foreign)
    assert {name for name, *_ in foreign_in(Foreign)} == {"span", "name"}


@pytest.mark.parametrize(
    "words", ["Enter a valid date.", "Saisissez une date valide.", "Incorrect code.", "“x” is not a valid UUID."]
)
def test_foreign_words_are_known(words: str) -> None:
    assert is_foreign(words)
    assert not is_foreign("Give a date that exists.")


@pytest.mark.parametrize("language", ["en", "fr", "az", "ar"])
def test_no_fault_of_the_account(language: str) -> None:
    with override(language):
        told = {code: str(words) for code, words in get_adapter().error_messages.items()}
        second = {code: str(words) for code, words in get_mfa_adapter().error_messages.items()}
    foreign = {code for code, words in told.items() if is_foreign(words)}

    assert {code for code, words in second.items() if is_foreign(words)} == set()
    assert foreign  # the control: those that are left as they are
    assert {code for code in foreign if not code.startswith(NOT_OURS)} == set()


@pytest.mark.parametrize("language", ["en", "fr", "az", "ar"])
@pytest.mark.parametrize("password", ["short", "password1234", "aysel@example.org"])
def test_no_fault_of_a_password(language: str, password: str) -> None:
    aysel = User(email="aysel@example.org", name="Aysel")
    told = []
    with override(language):
        for one in get_default_password_validators():
            try:
                one.validate(password, aysel)
            except ValidationError as error:
                told += error.messages

    assert told
    assert [words for words in told if is_foreign(words)] == []
