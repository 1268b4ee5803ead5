"""Tests that run side by side have stores of their own, and those are the ones that their programs are told."""

import os
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection


def test_the_settings_are_made_of_what_programs_are_told() -> None:
    assert connection.settings_dict["PORT"] == str(urlsplit(os.environ["DATABASE_URL"]).port)
    assert os.environ["REDIS_URL"] == settings.REDIS_URL
    assert str(settings.VAR_DIR) == os.environ["PORTAL_VAR"]
