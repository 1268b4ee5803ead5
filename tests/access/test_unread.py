"""What the table of readings keeps from axe gives no page to anybody: neither to the one whose thing it is."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.access import ACCESS
from tests.access.test_every_url import EXPECTED, content, visitors_of
from tests.access.world import SHARED, Town, addresses
from tests.journeys.reading import UNREAD

pytestmark = pytest.mark.django_db


def is_page(answer: HttpResponse) -> bool:
    """Tell whether an answer is a whole page that people read."""
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.status_code < 400 and is_html and "<main" in content(answer)


def test_no_page_is_kept_from_axe(towns: tuple[Town, Town]) -> None:
    visitors = visitors_of(*towns)
    for name in sorted(set(UNREAD) & set(ACCESS)):
        met = EXPECTED.get(name, {"anonymous": "ok"})
        for who in [who for who in visitors if met.get(who) == "ok"]:
            for kwargs in addresses(towns[0]).get(name, [SHARED.get(name)]):
                assert not is_page(visitors[who].get(reverse(name, kwargs=kwargs))), (name, who)


def test_a_page_would_be_noticed(towns: tuple[Town, Town]) -> None:
    client: Client = visitors_of(*towns)["owner"]

    assert is_page(client.get(reverse("my_request", kwargs={"pk": towns[0].ended.pk})))
    assert not is_page(client.get(reverse("my_request", kwargs={"pk": towns[1].ended.pk})))
