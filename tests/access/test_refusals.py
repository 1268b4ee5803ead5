"""What a form can't take is refused at its field: 4xx, the fault in words, what was typed still there, nothing kept."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from tests.access.pages import Field, Page, SentForm
from tests.access.test_bad_input import forms
from tests.access.test_every_url import visitors_of
from tests.access.world import Town

pytestmark = pytest.mark.django_db
PASSWORD = "open-the-portal"
BAD = {"too long": "x" * 30_000, "NUL": "a\0b", "no day": "2026-02-30"}
PLAYGROUND = "/style-guide/"  # shows fields, and reads none
# Fields that take anything, and why.
TAKES_ANYTHING = {
    "too long": {
        "password": "a password may be as long as its owner likes",
        "password1": "the same",
        "password2": "the same",
        "text of /manage/services/own-north/versions/": "a draft is kept as it is written; its page tells the faults",
    },
    "NUL": {},
    "no day": {},
}
# What reading writes, and what tells who comes.
UNCOUNTED = {"Event", "Session", "UserSession"}


# So that a page that shows its form no longer is noticed.
EXPECTED_FIELDS = {
    "too long": {"story", "name", "city", "text", "words", "reason", "title", "login", "email", "code", "oldpassword"},
    "NUL": {"story", "name", "city", "text", "words", "reason", "title", "login", "email", "code", "password1"},
    "no day": {"birth_date", "since"},
}


def account_forms() -> Iterator[tuple[Client, str]]:
    """Give the forms of the account, with somebody who has just signed in, and with nobody."""
    aysel = User.objects.create_user("aysel-here@example.org", PASSWORD)
    EmailAddress.objects.create(user=aysel, email=aysel.email, verified=True, primary=True)
    nobody, somebody, asking, joining = Client(), Client(), Client(), Client()
    somebody.post(reverse("account_login"), {"login": aysel.email, "password": PASSWORD})
    asking.post(reverse("account_request_login_code"), {"email": aysel.email})
    new = {"email": "new@example.org", "password1": "a-long-way-home", "password2": "a-long-way-home"}
    joining.post(reverse("account_signup"), new)
    for name in ("account_login", "account_signup", "account_reset_password", "account_request_login_code"):
        yield nobody, reverse(name)
    own = (
        "account_email",
        "account_change_password",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    )
    for name in own:
        yield somebody, reverse(name)
    yield asking, reverse("account_confirm_login_code")
    yield joining, reverse("account_email_verification_sent")


def forms_found(
    visits: Iterable[tuple[Client, str]], wanted: Callable[[SentForm], bool] = lambda form: bool(form.typed)
) -> Iterator[tuple[Client, SentForm]]:
    """Give every form that is wanted, else those into which something is typed, once, with who may send it."""
    seen = set()
    for client, address in visits:
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        for form in Page(answer.content.decode(), address).forms:
            mark = (form.action, tuple(field.name for field in form.typed))
            if wanted(form) and mark not in seen and form.action != PLAYGROUND:
                seen.add(mark)
                yield client, form


def fields_for(form: SentForm, kind: str) -> list[Field]:
    """Give the fields of a form that have to refuse what is bad."""
    anything = TAKES_ANYTHING[kind].keys()
    typed = [one for one in form.typed if not anything & {one.name, f"{one.name} of {form.action}"}]
    return [one for one in typed if (one.type == "date") == (kind == "no day")]


def send(client: Client, form: SentForm, bad: list[Field], kind: str) -> HttpResponse:
    typed = {field.name: field.value for field in form.typed} | {field.name: BAD[kind] for field in bad}
    going_on = {"do": "next"} if "/draft/" in form.action else {}
    return client.post(form.action, {**form.others, **typed, **going_on})


def faults(answer: HttpResponse, form: SentForm, bad: list[Field], kind: str) -> list[str]:
    """Tell what is missing in an answer that refuses fields."""
    if not 400 <= answer.status_code < 500:
        return [f"{answer.status_code}"]
    page = Page(answer.content.decode(), form.action)
    kept = {field.name: field for one in page.forms if one.action == form.action for field in one.typed}
    told = [f"{field.name}: no error" for field in bad if f"{field.id}_error" not in page.ids]
    lost = [
        f"{field.name}: not kept"
        for field in bad
        if field.type != "password" and (field.name not in kept or not kept[field.name].value.startswith(BAD[kind][:1]))
    ]
    return told + lost


def counts() -> dict[str, int]:
    models = [model for model in apps.get_models() if model.__name__ not in UNCOUNTED]
    return {model.__name__: model._default_manager.count() for model in models}


@pytest.mark.parametrize("kind", BAD)
def test_is_told_at_its_field(towns: tuple[Town, Town], kind: str) -> None:
    found = list(forms_found([*forms(towns[0], visitors_of(*towns)), *account_forms()]))
    asked = [(client, form, bad) for client, form in found if (bad := fields_for(form, kind))]
    before, wrong = counts(), {}
    for client, form, bad in asked:
        cache.clear()  # who tries often isn't what is looked at here
        if told := faults(send(client, form, bad, kind), form, bad, kind):
            wrong[form.action] = told

    assert {field.name for *_, bad in asked for field in bad} >= EXPECTED_FIELDS[kind]
    assert wrong == {}
    assert counts() == before


def test_an_answer_that_tells_and_keeps_nothing_is_noticed(towns: tuple[Town, Town]) -> None:
    client = visitors_of(*towns)["owner"]
    ((_, form), *_) = forms_found([(client, reverse("my_profile"))])
    answer = client.get(reverse("my_profile"))
    bad = fields_for(form, "no day")

    assert faults(answer, form, bad, "no day") == ["200"]
    answer.status_code = 422
    assert faults(answer, form, bad, "no day") == ["birth_date: no error", "birth_date: not kept"]


def test_who_tries_too_often_at_the_account_is_told_so(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    answers = [client.post(reverse("account_reset_password"), {"email": "elvin@example.org"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 429]
    assert "Wait a few minutes" in answers[1].content.decode()
