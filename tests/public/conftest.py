import pytest

from services.catalogue.models import ServiceVersion
from tests.public.figured import publish_figured


@pytest.fixture
def figured(db: None) -> ServiceVersion:
    """Publish a service of three towns, each with 100 decisions last month."""
    return publish_figured()
