from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings


@pytest.fixture(autouse=True)
def files_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Any:
    """Do within a block what a commit does: files go only then."""
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def signed_in(client: Client, django_user_model: Any) -> Client:
    """Sign Aysel in, of whom the profile knows much."""
    address = {"street": "Nizami", "house": "1"}
    known = {"name": "Aysel", "phone": "+994505551001", "personal_identifier": "5ZK3Q1U", "address": address}
    client.force_login(django_user_model.objects.create_user("aysel@example.org", **known))
    return client
