"""Requests sent without an account: open to whoever showed reference and code, and to nobody else."""

import pytest
from django.urls import reverse

from portal.access import ACCESS, Access
from tests.access.test_every_url import meet, visitors_of
from tests.access.without_account import holder_of, nameless_addresses
from tests.access.world import Town

pytestmark = pytest.mark.django_db
FOR_EVERYBODY_WITH_A_CODE = {"again", "still_here"}
OPENED_BY_CODE = sorted({name for name, rule in ACCESS.items() if rule is Access.HOLDER} - FOR_EVERYBODY_WITH_A_CODE)
RECEIPTS = ["apply_done", "apply_receipt"]  # open to everyone who sent the request in this session, too


def test_every_address_that_a_code_opens_is_walked(towns: tuple[Town, Town]) -> None:
    assert set(nameless_addresses(towns[0].nameless)) == {*OPENED_BY_CODE, *RECEIPTS}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [*OPENED_BY_CODE, *RECEIPTS])
def test_everybody_at_a_request_without_an_account(towns: tuple[Town, Town], name: str, method: str) -> None:
    here, there = towns
    visitors = visitors_of(here, there)
    own, foreign = visitors.pop("holder"), holder_of(there.nameless.asked)
    for kwargs in nameless_addresses(here.nameless)[name]:
        nobody = "no" if name in RECEIPTS else "in"
        for who, client in {**visitors, "foreign_holder": foreign}.items():
            expected = nobody if who == "anonymous" else "no"
            meet(here, name, who, kwargs, getattr(client, method), expected)
        meet(here, name, "holder", kwargs, getattr(own, method), "ok")


def test_what_needs_an_account_leads_to_signing_in(towns: tuple[Town, Town]) -> None:
    holder = holder_of(towns[0].nameless.asked)
    for name in (name for name, rule in ACCESS.items() if rule is Access.SIGNED_IN and name.startswith("my_")):
        if name not in ("my_program_renewal", "my_program_end"):
            assert reverse("account_login") in holder.get(reverse(name), follow=True).redirect_chain[0][0], name
