"""Managers see what left its limits and what will come, of their services and nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from services.transparency.alerts import alerts_of
from services.transparency.models import Count, DayCount
from services.transparency.periods import months_after
from services.transparency.steering_words import alert_words
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def managing(client: Client) -> Client:
    worlds.build_agencies("north", "south")
    worlds.published([worlds.desk("judge")])
    client.force_login(worlds.clerk("dilara", desks=(), role="manager"))
    return client


def falling() -> None:
    """Let the share in time of the last whole month fall from 90 % to 20 %."""
    this = timezone.localdate().replace(day=1)
    for back in range(14, 0, -1):
        numbers = {"on_time": 20, "late": 80} if back == 1 else {"on_time": 90, "late": 10}
        for name, number in numbers.items():
            Count.objects.create(service="permit", month=months_after(this, -back), measure=name, number=number)


class TestPage:
    def test_tells_alarms_with_the_usual_limits(self, managing: Client) -> None:
        falling()

        for address in (reverse("managers_steering", args=["permit"]), reverse("managers")):
            told = managing.get(address).content.decode()
            assert "In time: 20 % in" in told
            assert "so far between 81 % and 99 %." in told

    def test_says_that_nothing_is_unusual_and_that_the_past_is_too_short(self, managing: Client) -> None:
        told = managing.get(reverse("managers_steering", args=["permit"])).content.decode()

        assert "Nothing left its usual limits in the last whole month." in told
        assert "The past is too short to tell" in told

    def test_tells_the_next_weeks_with_their_record(self, managing: Client) -> None:
        today = timezone.localdate()
        for back in range(60 * 7):
            day = today - timedelta(days=back)
            DayCount.objects.create(service="permit", day=day, measure="received", number=2)
            DayCount.objects.create(service="permit", day=day, measure="approved", number=2)

        told = managing.get(reverse("managers_steering", args=["permit"])).content.decode()

        assert "56–56" in told
        assert "times" in told

    def test_is_not_for_the_manager_of_another_agency(self, managing: Client, client: Client) -> None:
        client.force_login(worlds.clerk("dima", "south", desks=(), role="manager"))

        assert client.get(reverse("managers_steering", args=["permit"])).status_code == 404


@pytest.mark.parametrize("language", ["en", "fr", "az", "ar"])
def test_alarms_have_words_in_every_language(language: str, managing: Client) -> None:
    falling()
    [alert] = alerts_of(["permit"], timezone.localdate())
    with translation.override(language):
        told = alert_words(alert)

    assert "20 %" in told
    assert language == "en" or "so far between" not in told
