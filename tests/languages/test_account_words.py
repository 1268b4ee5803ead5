"""No page of the account speaks English in the middle of another language."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from tests import worlds
from tests.languages.reading import said_on
from tests.languages.test_catalogues import catalogue, translations

pytestmark = pytest.mark.django_db
OPEN = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_request_login_code",
    "account_inactive",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
]
OWN = [
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
    "socialaccount_connections",
]
# What is alike everywhere: names, addresses, and what browsers send.
NAMES = [r"aysel@example\.org", "Aysel", "WebAuthn", "English", "Azərbaycanca", "Français", "PDF", "Government ID"]
FRENCH = ["Services", "Sessions", "Code", "Menu"]
ALIKE = re.compile("|".join([*NAMES, *FRENCH, "[A-Z2-7]{16,}"]))
WORD = re.compile(r"[A-Za-z]{3,}")
# Azerbaijani has two words for a password; the government's own pages say Şifrə, and so does all of the portal.
OTHER_WORD = re.compile("parol", re.IGNORECASE)


def texts(client: Client, name: str, language: str) -> set[str]:
    page = client.get(reverse(name), headers={"Accept-Language": language}, follow=True)
    assert page.status_code == (401 if name == "socialaccount_login_error" else 200)
    return {text for text in said_on(page.content.decode()) if WORD.search(ALIKE.sub("", text))}


@pytest.fixture
def clients() -> dict[str, Client]:
    own = Client()
    user = worlds.citizen("aysel")
    user.set_password("open-the-portal")
    user.save()
    own.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"open": Client(), "own": own}


@pytest.mark.parametrize("language", ["az", "fr", "ar"])
@pytest.mark.parametrize("name", [*OPEN, *OWN])
def test_speaks_one_language(clients: dict[str, Client], name: str, language: str) -> None:
    User.objects.update(language=language)
    client = clients["open" if name in OPEN else "own"]
    english, other = texts(client, name, "en"), texts(client, name, language)

    assert english, name
    assert english & other == set()


@pytest.mark.parametrize("name", [*OPEN, *OWN])
def test_a_password_has_one_name_in_azerbaijani(clients: dict[str, Client], name: str) -> None:
    User.objects.update(language="az")
    told = " ".join(texts(clients["open" if name in OPEN else "own"], name, "az"))

    assert OTHER_WORD.findall(told) == []
    assert "ifrə" in told or name not in ("account_login", "account_signup", "account_change_password")


def test_no_text_of_the_catalogue_has_the_other_name() -> None:
    told = [text for entry in catalogue("az") for text in translations(entry)]

    assert [text for text in told if OTHER_WORD.search(text)] == []
    assert OTHER_WORD.search("PDF parol tələb edir.")
