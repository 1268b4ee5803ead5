"""Who helps somebody comes as far as the mandate reaches: to file only, or to follow as well, until it is ended."""

import pytest
from django.test import Client

from portal.access import ACCESS, Access
from services.accounts.models import User
from services.requests.assistance import Assistance
from services.requests.models import ServiceRequest
from services.workflow.operations.assisting import end_assistance
from tests import worlds
from tests.access.test_every_url import meet
from tests.access.world import Town, addresses

pytestmark = pytest.mark.django_db
FOR_THE_SESSION = {"again", "still_here"}
# decision 10: never to withdraw, object, complain, rate or share
FOLLOWED = {
    *("my_request", "my_request_answer", "my_request_confirm", "my_request_write", "my_request_papers"),
    *("my_request_dates", "my_request_proof", "evidence", "document"),
}
REACHED = sorted({name for name, rule in ACCESS.items() if rule is Access.HOLDER} - FOR_THE_SESSION)


def assistant_of(town: Town, name: str, *, may_follow: bool) -> User:
    """Let somebody have filed all requests of a town for their applicant."""
    helper = worlds.citizen(name)
    known = Assistance("volunteer", "Help", helper.name, may_follow=may_follow)
    filed = ServiceRequest.objects.filter(applicant=town.citizen)
    filed.update(assistant=helper, assistance=known.as_kept())
    return helper


def browser_of(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", REACHED)
class TestAnAssistant:
    def test_who_may_follow_comes_to_what_a_mandate_reaches(
        self, towns: tuple[Town, Town], name: str, method: str
    ) -> None:
        client = browser_of(assistant_of(towns[0], "zoe", may_follow=True))

        for kwargs in addresses(towns[0])[name]:
            expected = "ok" if name in FOLLOWED else "no"
            meet(towns[0], name, "zoe", kwargs, getattr(client, method), expected)

    def test_who_only_filed_comes_to_nothing(self, towns: tuple[Town, Town], name: str, method: str) -> None:
        client = browser_of(assistant_of(towns[0], "zoe", may_follow=False))

        for kwargs in addresses(towns[0])[name]:
            meet(towns[0], name, "zoe", kwargs, getattr(client, method), "no")

    def test_whose_help_was_ended_comes_to_nothing(self, towns: tuple[Town, Town], name: str, method: str) -> None:
        client = browser_of(assistant_of(towns[0], "zoe", may_follow=True))
        for filed in ServiceRequest.objects.filter(applicant=towns[0].citizen):
            end_assistance(filed, towns[0].citizen, filed.submitted_at)

        for kwargs in addresses(towns[0])[name]:
            meet(towns[0], name, "zoe", kwargs, getattr(client, method), "no")
