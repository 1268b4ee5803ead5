"""How many files one sender may bring within an hour, whatever the ways."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from portal import upload_limit
from portal.limits import HOUR, Limit
from portal.upload_limit import TooManyUploads, count_uploads
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limit, "UPLOADS", Limit("uploads", 3, HOUR))


def sent(by: str = "", address: str = "203.0.113.7") -> HttpRequest:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    request.user = worlds.citizen(by) if by else AnonymousUser()
    return request


def test_ends_with_the_last_one_that_is_allowed() -> None:
    for _ in range(3):
        count_uploads(sent("aysel"))

    with pytest.raises(TooManyUploads, match="within an hour"):
        count_uploads(sent("aysel"))


def test_takes_several_at_once_or_none_of_them() -> None:
    count_uploads(sent("aysel"), 2)
    with pytest.raises(TooManyUploads):
        count_uploads(sent("aysel"), 2)

    count_uploads(sent("aysel"))


def test_counts_each_person_apart_at_one_address() -> None:
    count_uploads(sent("aysel"), 3)

    count_uploads(sent("elvin"), 3)
    count_uploads(sent(), 3)


def test_counts_nobody_in_particular_by_the_address() -> None:
    count_uploads(sent(), 3)
    with pytest.raises(TooManyUploads):
        count_uploads(sent())

    count_uploads(sent(address="203.0.113.8"))


def test_no_file_is_no_upload() -> None:
    count_uploads(sent("aysel"), 3)

    count_uploads(sent("aysel"), 0)
