import pytest
from django.test import Client
from django.urls import reverse

from portal.browsers import browser_in_words
from tests import worlds

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{MOZILLA} (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome, Android"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        (f"{MOZILLA} (Windows NT 10.0; Win64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        (f"{MOZILLA} (X11; Linux x86_64; rv:130.0) Gecko Firefox/130.0", "Firefox, Linux"),
        ("curl/8", "Another program"),
        ("", "Another program"),
        ("<script>", "Another program"),
    ],
)
def test_a_browser_is_told_by_its_names(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words


@pytest.mark.django_db
def test_one_s_sessions_are_listed_by_them() -> None:
    client = Client(headers={"User-Agent": f"{MOZILLA} (iPad; Mac OS X) Safari/604.1"})
    user = worlds.citizen()
    user.set_password("open-the-portal")
    user.save()
    client.post(reverse("account_login"), {"login": user.email, "password": "open-the-portal"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("usersessions_list"))

    assert page.status_code == 200
    assert "Mozilla" not in page.content.decode()
