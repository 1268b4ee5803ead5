"""Every answer carries the headers that keep pages from being framed, guessed at, or kept by a cache."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.access import ACCESS
from tests.access.test_every_url import visitors_of
from tests.access.world import MISSING, SHARED, Town, addresses

pytestmark = pytest.mark.django_db

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
POLICY = [
    "default-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
]

# What people brought, as it came: no browser that shows it gives it rights.
BROUGHT = {"apply_file", "evidence", "desk_evidence", "desk_evidence_page", "api_desk_file", "api_file"}
BROUGHT |= {f"{room}_opinion_{what}" for room in ("desk", "api_desk") for what in ("paper", "file")}


def assert_guarded(answer: HttpResponse, where: object) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, (where, name)
    assert answer.headers.get("Referrer-Policy") in ("same-origin", "no-referrer"), where
    for part in POLICY:
        assert part in answer.headers.get("Content-Security-Policy", ""), (where, part)


def test_on_every_address_for_everybody(towns: tuple[Town, Town]) -> None:
    without_rights = set()
    for who, client in visitors_of(*towns).items():
        for name in sorted(ACCESS):
            kwargs = addresses(towns[0]).get(name, [SHARED.get(name)])[0]
            answer = client.get(reverse(name, kwargs=kwargs))
            assert_guarded(answer, (who, name))
            if answer.status_code == 200 and "; sandbox" in answer.headers["Content-Security-Policy"]:
                without_rights.add(name)
            if who != "anonymous":
                assert "no-store" in answer.headers["Cache-Control"], (who, name)
    assert without_rights == BROUGHT


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/admin/nowhere/", "/account/login/", "/api/nowhere/", "/static/nowhere.css"]
)
def test_on_what_is_not_there(client: Client, path: str) -> None:
    assert_guarded(client.get(path), path)


def test_on_refusals(client: Client, towns: tuple[Town, Town]) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.force_login(towns[0].citizen)
    withdraw = reverse("my_request_withdraw", kwargs={"pk": towns[0].open.pk})
    for answer, status in (
        (strict.post(withdraw), 403),
        (client.post(reverse("home")), 405),
        (client.get(reverse("home"), headers={"Host": "evil.example"}), 400),
        (client.get(reverse("api_request", kwargs={"pk": MISSING["pk"]})), 401),
    ):
        assert answer.status_code == status
        assert_guarded(answer, status)


def test_another_address_than_the_portals_own_is_told_in_words(client: Client) -> None:
    answer = client.get(reverse("home"), headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "Please type the portal’s own address" in answer.content.decode()
    assert "evil.example" not in answer.content.decode()


def test_on_a_fault_of_the_portal_which_tells_nothing(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEBUG = False

    def fail(*_: object) -> None:
        raise RuntimeError("the canary sings")

    monkeypatch.setattr("portal.public.views.decided_in_all", fail)
    answer = Client(raise_request_exception=False).get(reverse("home"))

    assert answer.status_code == 500
    assert "canary" not in answer.content.decode()
    assert_guarded(answer, "home")
