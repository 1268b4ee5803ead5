import pytest
from allauth.account.models import EmailAddress

from services.accounts.models import User
from tests import worlds

PASSWORD = "open-the-portal"


@pytest.fixture
def aysel() -> User:
    user = worlds.citizen()
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
