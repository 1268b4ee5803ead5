"""Signing in with a provider of identities: an address takes over no account, and faults are told."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from tests import worlds

pytestmark = pytest.mark.django_db
LOGIN = reverse("openid_connect_login", args=["government"])
CALLBACK = reverse("openid_connect_callback", args=["government"])


class Provider(ThreadingHTTPServer):
    """A provider that says what it is told to of whoever comes."""

    status = 200
    said: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> dict[str, Any]:
        if "well-known" in path:
            names = ("authorization", "token", "userinfo")
            return {"issuer": self.url, **{f"{name}_endpoint": f"{self.url}/{name}" for name in names}}
        return self.said if path == "/userinfo" else {"access_token": "t", "token_type": "Bearer"}


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        assert isinstance(self.server, Provider)
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer(self.path)).encode())

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), Answer)
    server.said = {"sub": "42", "email": "aysel@example.org", "email_verified": False, "name": "Somebody"}
    app = {"provider_id": "government", "name": "Government ID", "client_id": "portal", "secret": "s"}
    known = {"OAUTH_PKCE_ENABLED": True, "APPS": [{**app, "settings": {"server_url": server.url}}]}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": known}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def aysel() -> User:
    user = worlds.citizen("aysel")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def come_back(client: Client, state: str = "") -> Any:
    """Go to the provider and come back with what it gave."""
    sent = client.post(LOGIN)
    assert sent.status_code == 302, sent.content.decode()
    asked = parse_qs(urlparse(sent["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    return client.get(CALLBACK, {"code": "c", "state": state or asked["state"][0]}, follow=True)


def signed_in_as(client: Client) -> str:
    return client.session.get("_auth_user_id", "")


@pytest.mark.parametrize("is_verified", [False, True])
def test_the_same_address_takes_over_no_account(provider: Provider, aysel: User, is_verified: bool) -> None:
    provider.said["email_verified"] = is_verified
    client = Client()
    page = come_back(client)

    assert page.status_code == 200
    assert signed_in_as(client) == ""
    assert not SocialAccount.objects.filter(user=aysel).exists()
    assert User.objects.count() == 1


def test_a_signed_in_person_links_it_and_signs_in_with_it_from_then_on(provider: Provider, aysel: User) -> None:
    own, later = Client(), Client()
    own.force_login(aysel)
    sent = own.post(LOGIN + "?process=connect")
    state = parse_qs(urlparse(sent["Location"]).query)["state"][0]
    own.get(CALLBACK, {"code": "c", "state": state}, follow=True)
    come_back(later)

    assert SocialAccount.objects.get().user == aysel
    assert signed_in_as(later) == str(aysel.pk)


def test_a_state_of_somebody_else_is_refused(provider: Provider, aysel: User) -> None:
    client = Client(raise_request_exception=False)
    page = come_back(client, state="stolen")

    assert page.status_code < 500
    assert signed_in_as(client) == ""
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("status", [500, 0])
def test_a_provider_that_is_away_is_told(provider: Provider, status: int) -> None:
    if status:
        provider.status = status
    else:
        provider.shutdown()
        provider.server_close()
    page = Client(raise_request_exception=False).post(LOGIN)

    assert page.status_code == 503
    assert "doesn’t answer" in page.content.decode()
