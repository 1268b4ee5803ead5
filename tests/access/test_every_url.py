"""Every address, visited by everybody over two full worlds: what isn't theirs answers like what isn't there."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.access import ACCESS, GUARDED_BY_THEMSELVES, Access
from services.accounts.models import User
from services.ledger.models import Event
from tests import worlds
from tests.access.without_account import holder_of
from tests.access.world import MISSING, SHARED, Town, addresses

pytestmark = pytest.mark.django_db

# What people meet at things of a town: `ok` an answer, `in` the way to sign in, `no` 404, `401` JSON.
TABLE = """
                     anonymous owner stranger clerk  foreign_clerk manager foreign_manager admin
apply_page           in        ok    no       no     no            no      no              no
apply_check          in        ok    no       no     no            no      no              no
apply_keep           in        ok    no       no     no            no      no              no
apply_discard        in        ok    no       no     no            no      no              no
apply_file           in        ok    no       no     no            no      no              no
apply_remove_file    in        ok    no       no     no            no      no              no
apply_for            in        ok    ok       ok    ok            ok      ok              ok
apply_for_change     in        ok    no       no    no            no      no              no
my_request_end_assistance in   ok    no       no    no            no      no              no
apply_done           no        ok    no       no     no            no      no              no
apply_receipt        no        ok    no       no    no            no      no              no
my_request           in        ok    no       no     no            no      no              no
my_request_withdraw  in        ok    no       no     no            no      no              no
my_request_dates     in        ok    no       no     no            no      no              no
my_request_proof     in        ok    no       no     no            no      no              no
my_request_write     in        ok    no       no     no            no      no              no
my_request_answer    in        ok    no       no     no            no      no              no
my_request_confirm   in        ok    no       no     no            no      no              no
my_request_object    in        ok    no       no    no            no      no              no
my_request_complain  in        ok    no       no    no            no      no              no
my_request_rate      in        ok    no       no    no            no      no              no
my_request_papers    in        ok    no       no    no            no      no              no
my_document_share    in        ok    no       no    no            no      no              no
my_link_end          in        ok    no       no    no            no      no              no
evidence             in        ok    no       no     no            no      no              no
document             in        ok    no       no     no            no      no              no
desk_request         in        no    no       ok     no            no      no              no
desk_act             in        no    no       ok     no            no      no              no
desk_extend          in        no    no       ok     no            no      no              no
desk_write           in        no    no       ok     no            no      no              no
desk_after_care      in        no    no       ok     no            no      no              no
desk_evidence        in        no    no       ok     no            no      no              no
desk_opinion         in        no    no       no    ok            no      no              no
desk_opinion_paper   in        no    no       no    ok            no      no              no
desk_opinion_file    in        no    no       ok    no            no      no              no
desk_document        in        no    no       ok     no            no      no              no
desk_document_revoke in        no    no       ok    no            no      no              no
desk_complaint       in        no    no       ok    no            no      no              no
api_request          401       ok    no       no     no            no      no              no
api_history          401       ok    no       no     no            no      no              no
api_messages         401       ok    no       no     no            no      no              no
api_documents        401       ok    no       no     no            no      no              no
api_answer           401       ok    no       no     no            no      no              no
api_withdrawal       401       ok    no       no     no            no      no              no
api_document         401       ok    no       no     no            no      no              no
api_links            401       ok    no       no     no            no      no              no
api_link             401       ok    no       no     no            no      no              no
api_objections       401       ok    no       no     no            no      no              no
api_complaints       401       ok    no       no     no            no      no              no
api_rating           401       ok    no       no     no            no      no              no
api_assistance       401       ok    no       no     no            no      no              no
api_readings         401       ok    ok       ok     ok            ok      ok              ok
api_webhooks         401       no    no       no    no            ok      ok              no
api_webhook          401       no    no       no    no            ok      no              no
api_webhook_pause    401       no    no       no    no            ok      no              no
api_webhook_secret   401       no    no       no    no            ok      no              no
api_webhook_test     401       no    no       no    no            ok      no              no
api_webhook_replay   401       no    no       no    no            ok      no              no
api_webhook_messages 401       no    no       no    no            ok      no              no
api_webhook_message  401       no    no       no    no            ok      no              no
api_confirmation     401       ok    no       no     no            no      no              no
api_files            401       ok    no       no     no            no      no              no
api_file             401       ok    no       no     no            no      no              no
api_drafts           401       ok    ok       ok     ok            ok      ok              ok
api_draft            401       ok    no       no     no            no      no              no
api_draft_helped     401       ok    no       no     no            no      no              no
api_draft_faults     401       ok    no       no     no            no      no              no
api_draft_submission 401       ok    no       no     no            no      no              no
api_draft_files      401       ok    no       no     no            no      no              no
api_draft_file       401       ok    no       no     no            no      no              no
api_desk_desks       401       no    no       ok    ok            no      no              no
api_desk_tasks       401       no    no       ok    ok            no      no              no
api_desk_held        401       no    no       ok    ok            no      no              no
api_desk_next        401       no    no       ok    ok            no      no              no
api_desk_task        401       no    no       ok    no            no      no              no
api_desk_purpose     401       no    no       ok    no            no      no              no
api_desk_history     401       no    no       ok    no            no      no              no
api_desk_claim       401       no    no       ok    no            no      no              no
api_desk_decision    401       no    no       ok    no            no      no              no
api_desk_question    401       no    no       ok    no            no      no              no
api_desk_activities  401       no    no       ok    no            no      no              no
api_desk_handover    401       no    no       ok    no            no      no              no
api_desk_standing_aside 401       no    no       ok    no            no      no              no
api_desk_revocation  401       no    no       ok    no            no      no              no
api_desk_counter     401       no    no       ok    no            no      no              no
api_desk_found_out   401       no    no       ok    no            no      no              no
api_desk_complaints  401       no    no       ok    ok            no      no              no
api_desk_complaint   401       no    no       ok    no            no      no              no
api_desk_complaint_answer 401       no    no       ok    no            no      no              no
api_desk_team_tasks  401       no    no       ok    ok            no      no              no
api_desk_team_handover 401       no    no       ok    no            no      no              no
api_desk_absences    401       no    no       ok    ok            no      no              no
api_desk_absence     401       no    no       ok    no            no      no              no
api_desk_extension   401       no    no       ok    no            no      no              no
api_desk_messages    401       no    no       ok    no            no      no              no
api_desk_search      401       no    no       ok    ok            no      no              no
api_desk_bulk        401       no    no       ok    ok            no      no              no
api_desk_bulk_act    401       no    no       ok    no            no      no              no
api_desk_request     401       no    no       ok    no            no      no              no
api_desk_request_purpose 401       no    no       ok    no            no      no              no
api_desk_request_history 401       no    no       ok    no            no      no              no
api_desk_files       401       no    no       ok    no            no      no              no
api_desk_file        401       no    no       ok    no            no      no              no
api_desk_document    401       no    no       ok    no            no      no              no
api_desk_letter      401       no    no       ok    no            no      no              no
api_desk_opinions    401       no    no       ok    no            no      no              no
api_desk_opinions_to_give 401       no    no       ok    ok            no      no              no
api_desk_opinion     401       no    no       no    ok            no      no              no
api_desk_opinion_answer 401       no    no       no    ok            no      no              no
api_desk_opinion_paper 401       no    no       no    ok            no      no              no
api_desk_opinion_file 401       no    no       ok    no            no      no              no
api_desk_after_care  401       no    no       ok    no            no      no              no
desk                 in        no    no       ok     ok            no      no              no
desk_counts          in        no    no       ok    ok            no      no              no
desk_views           in        no    no       ok    ok            no      no              no
desk_view_removal    in        no    no       ok    no            no      no              no
desk_purpose         in        no    no       ok    no            no      no              no
desk_bulk            in        no    no       ok    ok            no      no              no
desk_bulk_act        in        no    no       ok    no            no      no              no
desk_blocks          in        no    no       ok    ok            no      no              no
desk_new_block       in        no    no       ok    ok            no      no              no
desk_block           in        no    no       ok    no            no      no              no
desk_block_removal   in        no    no       ok    no            no      no              no
desk_guidance        in        no    no       ok    no            no      no              no
desk_letter          in        no    no       ok    no            no      no              no
desk_evidence_preview in        no    no       ok    no            no      no              no
desk_evidence_page   in        no    no       ok    no            no      no              no
desk_team            in        no    no       ok    ok            no      no              no
desk_signals         in        no    no       ok    ok            no      no              no
desk_team_give       in        no    no       ok    no            no      no              no
desk_absence_end     in        no    no       ok    no            no      no              no
desk_role_settle     in        no    no       ok    no            no      no              no
managers_load        in        no    no       no    no            ok      ok              no
managers_figures     in        no    no       no    no            ok      ok              no
managers_figures_download in   no    no       no    no            no      no              no
managers_letters     in        no    no       no    no            ok      ok              no
managers_people      in        no    no       no    no            ok      ok              no
managers_role_end    in        no    no       no    no            ok      no              no
managers_role_settle in        no    no       no    no            ok      no              no
desk_program_confirm in        no    no       ok    no            no      no              no
managers_programs    in        no    no       no    no            ok      ok              no
managers_program_secret in     no    no       no    no            ok      no              no
managers_program_end in        no    no       no    no            ok      no              no
managers_program_confirm in    no    no       no    no            ok      no              no
managers_calendar    in        no    no       no     no            ok      no              no
managers_calendar_remove in    no    no       no     no            ok      no              no
desk_next            in        no    no       ok     ok            no      no              no
desk_find            in        no    no       ok     ok            no      no              no
managers             in        no    no       no     no            ok      ok              no
managers_service     in        no    no       no     no            ok      ok              no
managers_steering    in        no    no       no    no            ok      ok              no
managers_targets     in        no    no       no    no            ok      no              no
managers_target_end  in        no    no       no    no            ok      no              no
managers_remarks     in        no    no       no    no            ok      no              no
managers_remark_withdraw in    no    no       no    no            ok      no              no
managers_promises    in        no    no       no    no            ok      no              no
managers_promise_close in      no    no       no    no            ok      no              no
managers_robots      in        no    no       no     no            ok      ok              no
managers_robots_again in       no    no       no     no            ok      ok              no
managers_robot_act   in        no    no       no     no            ok      no              no
managers_connectors  in        no    no       no    no            ok      ok              ok
managers_connector   in        no    no       no    no            ok      ok              ok
managers_connector_act in      no    no       no    no            no      no              ok
managers_webhooks    in        no    no       no    no            ok      ok              no
managers_webhook_new in        no    no       no    no            ok      ok              no
managers_webhook     in        no    no       no    no            ok      no              no
managers_webhook_act in        no    no       no    no            ok      no              no
managers_webhook_replay in        no    no       no    no            ok      no              no
managers_webhook_renewal in        no    no       no    no            ok      no              no
managers_webhook_end in        no    no       no    no            ok      no              no
managers_message_replay in        no    no       no    no            ok      no              no
managers_versions    in        no    no       no     no            ok      no              no
managers_process_model in      no    no       no     no            ok      no              no
managers_new_service in        no    no       no    no            ok      ok              no
managers_discard     in        no    no       no     no            ok      no              no
managers_draft       in        no    no       no     no            ok      no              no
managers_package     in        no    no       no     no            ok      no              no
managers_origin      in        no    no       no     no            ok      no              no
managers_package_file in       no    no       no     no            ok      no              no
managers_origin_guidance in    no    no       no     no            ok      no              no
managers_try         in        no    no       no     no            ok      no              no
managers_publish     in        no    no       no     no            ok      no              no
managers_trial       in        no    no       no     no            ok      no              no
managers_trial_csv   in        no    no       no     no            ok      no              no
welcome              in        ok    ok       ok     ok            ok      ok              ok
my_documents         in        ok    ok       ok    ok            ok      ok              ok
my_data              in        ok    ok       ok     ok            ok      ok              ok
my_data_export       in        ok    ok       ok     ok            ok      ok              ok
my_data_download     in        no    no       no     no            no      no              no
my_data_erase        in        ok    ok       ok     ok            ok      ok              ok
my_readings          in        ok    ok       ok     ok            ok      ok              ok
my_profile           in        ok    ok       ok     ok            ok      ok              ok
my_programs          in        ok    ok       ok     ok            ok      ok              ok
my_program_renewal   in        ok    no       no     no            no      no              no
my_program_end       in        ok    no       no     no            no      no              no
my_notices           in        ok    ok       ok     ok            ok      ok              ok
my_notice_ways       in        ok    ok       ok     ok            ok      ok              ok
again                in        ok    ok       ok    ok            ok      ok              ok
still_here           in        ok    ok       ok     ok            ok      ok              ok
other_sessions       in        ok    ok       ok     ok            ok      ok              ok
other_session        in        ok    no       no     no            no      no              no
my_requests          in        ok    ok       ok     ok            ok      ok              ok
api_requests         401       ok    ok       ok     ok            ok      ok              ok
"""
NAMELESS = {"None"}  # an address without a name has no row in the table, and so answers 404 to everybody
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]

# Who came by the code of another request: where a code opens nothing, the way to sign in, as for anybody.
HOLDER = dict.fromkeys((name for name, rule in ACCESS.items() if rule is Access.HOLDER), "no")
HOLDER |= {"again": "ok", "still_here": "ok"}
EXPECTED = {name: dict(zip(HEAD, cells, strict=True)) for name, *cells in ROWS}
EXPECTED = {name: {**met, "holder": HOLDER.get(name, met["anonymous"])} for name, met in EXPECTED.items()}


def names() -> set[str]:
    """Give the names of all addresses that the table of access must know."""

    def walk(patterns: list[Any], prefix: str = "") -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                space = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from walk(pattern.url_patterns, prefix + space)
            elif isinstance(pattern, URLPattern):
                yield f"{prefix}{pattern.name}"

    found = walk(get_resolver().url_patterns)
    return {name for name in found if not name.startswith(GUARDED_BY_THEMSELVES)} - NAMELESS


@pytest.fixture
def visitors(towns: tuple[Town, Town]) -> dict[str, Client]:
    return visitors_of(*towns)


def visitors_of(here: Town, there: Town) -> dict[str, Client]:
    """Give everybody who comes to the things of a town, by the table's names; fresh browsers in each test."""
    clients = {who: Client(raise_request_exception=False) for who in here.entered}
    for who, client in clients.items():
        client.cookies.load(here.entered[who])
    return clients or enter(here, there)


def enter(here: Town, there: Town) -> dict[str, Client]:
    """Sign everybody in."""
    people = {
        "owner": here.citizen,
        "stranger": there.citizen,
        "clerk": here.clerk,
        "foreign_clerk": there.clerk,
        "manager": here.manager,
        "foreign_manager": there.manager,
        "admin": User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("admin@example.org"),
    }
    clients = {"anonymous": Client(raise_request_exception=False)}
    clients["holder"] = holder_of(here.nameless.asked, here.nameless.ended)
    for name, user in people.items():
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(user)
    return clients


def met(answer: HttpResponse) -> str:
    """Tell what a visitor met in the words of the table."""
    if answer.status_code == 302 and "/account/login/" in answer["Location"]:
        return "in"
    if answer.status_code in (401, 403):
        return "401"
    return {404: "no"}.get(answer.status_code, "ok")


def test_the_table_and_the_addresses_are_the_same() -> None:
    assert names() == set(ACCESS)


def test_what_everyone_may_see_names_nobody(towns: tuple[Town, Town], visitors: dict[str, Client]) -> None:
    open_to_all = [name for name, rule in ACCESS.items() if rule in (Access.EVERYONE, Access.DEMO)]
    for name in sorted(set(open_to_all) - set(EXPECTED)):
        address = reverse(name, kwargs=SHARED.get(name))
        for who, client in visitors.items():
            answer = client.get(address)
            assert answer.status_code < 500 or name == "health_ready", (name, who)
            told = content(answer)
            for secret in [secret for town in towns for secret in town.secrets]:
                if who in ("anonymous", "foreign_manager", "manager", "admin"):
                    assert secret not in told, (name, who, secret)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_everybody_at_the_things_of_both_towns(towns: tuple[Town, Town], name: str, method: str) -> None:
    for here, there in (towns, towns[::-1]):
        for who, client in visitors_of(here, there).items():
            for kwargs in addresses(here).get(name, [SHARED.get(name)]):
                meet(here, name, who, kwargs, getattr(client, method))
            if method == "post" and EXPECTED[name][who] == "ok":
                break  # what the rightful person did has changed the world


def meet(
    town: Town,
    name: str,
    who: str,
    kwargs: dict[str, Any] | None,
    visit: Callable[[str], HttpResponse],
    expected: str = "",
) -> None:
    """Visit an address; whom the table turns away learns nothing and changes nothing."""
    expected = expected or EXPECTED[name][who]
    before = Event.objects.count()
    answer = visit(reverse(name, kwargs=kwargs))
    assert answer.status_code < 500, (town.name, who, kwargs)
    if answer.status_code == 405:
        return  # told to everybody alike, whatever the address names
    assert met(answer) == expected, (town.name, who, kwargs, answer.status_code)
    if expected != "ok":
        assert Event.objects.count() == before, (town.name, who, kwargs)
        assert not [secret for secret in town.secrets if secret in content(answer)], (town.name, who, kwargs)


def content(answer: HttpResponse) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return body.decode(errors="replace")


def same(body: str) -> str:
    """Leave out what differs in every answer: nonces and tokens."""
    return re.sub(r'(nonce|value|X-CSRFToken&quot;: &quot;|"X-CSRFToken": ")=?"?[A-Za-z0-9+/=_-]{10,}', "", body)


def test_foreign_things_answer_like_missing_ones(towns: tuple[Town, Town], visitors: dict[str, Client]) -> None:
    for name, all_kwargs in addresses(towns[0]).items():
        for who, client in visitors.items():
            if EXPECTED[name][who] not in ("no", "in"):
                continue
            kwargs = all_kwargs[0]
            missing = {key: 999_999 if isinstance(kwargs[key], int) else MISSING[key] for key in kwargs}
            foreign, nothing = (client.get(reverse(name, kwargs=known)) for known in (kwargs, missing))
            assert foreign.status_code == nothing.status_code in (302, 404, 405), (name, who)
            assert same(content(foreign)) == same(content(nothing)), (name, who)


def test_a_rule_that_is_too_wide_is_noticed(
    towns: tuple[Town, Town], visitors: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACCESS, "desk", Access.SIGNED_IN)
    assert met(visitors["stranger"].get(reverse("desk"))) != EXPECTED["desk"]["stranger"]


def test_nobody_writes_rows_past_the_operations(visitors: dict[str, Client]) -> None:
    assert {client.get("/admin/").status_code for client in visitors.values()} == {404}


def test_staff_without_a_second_factor_are_led_to_it(
    towns: tuple[Town, Town], visitors: dict[str, Client], settings: Any
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True
    for who, name in (("clerk", "desk"), ("manager", "managers")):
        answer = visitors[who].get(reverse(name))
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))
    assert visitors["owner"].get(reverse("my_requests")).status_code == 200


def test_worlds_are_full(towns: tuple[Town, Town]) -> None:
    for town in towns:
        assert town.ended.status == "approved"
        assert town.asked.is_clock_stopped
        assert town.free_step.state == "open"
        assert worlds.open_step(town.open).assignee is None
