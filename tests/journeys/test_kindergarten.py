"""Places are given in a round: what it gave and why, its public list, and the click by which a place is accepted."""

import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from services.workflow.allocating import Candidate, allocate, ranked, seed_of
from tests.journeys.people import Visitor, in_days
from tests.journeys.test_pages import assert_sound_in_both_lights
from tests.journeys.test_seldom_states import open_own
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
CHILD = {"child_name": "Ayan", "child_birth_date": in_days(-1200), "start": in_days(60)}
WITH_A_BROTHER = {**CHILD, "wishes": [{"kindergarten": "no27"}, {"kindergarten": "no3"}], "sibling": True}
IN_VAIN = {**CHILD, "child_name": "Murad", "wishes": [{"kindergarten": "no27"}]}
# A round closes each month. Two that are at least 31 days apart never come to the same one.
DAYS_AGO = {"en": 40, "ar": 75}
CAME_EARLIER = """
UPDATE workflow_step SET opened_at = opened_at - %s * interval '1 day', run_at = now()
FROM requests_servicerequest AS request
WHERE service_request_id = request.id AND request.reference = ANY(%s)
AND workflow_step.key = 'places' AND workflow_step.state = 'due'
"""
WORDS = {
    "en": {
        "first": "This request had 30 points and came 1 of 2.",
        "given": "this place is given to you",
        "full": "no place was free",
        "second": "This request had 0 points and came 2 of 2.",
    },
    "ar": {
        "first": "كان لهذا الطلب 30 نقطة وترتيبه 1 من 2.",
        "given": "هذا المكان لك",
        "full": "لم يكن هناك مكان خالٍ",
        "second": "كان لهذا الطلب 0 نقطة وترتيبه 2 من 2.",
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_a_round_gives_a_place_that_is_accepted_and_none(visitor: Open, walked: LivePortal, language: str) -> None:
    elvin = visitor("elvin", width=390, language=language)
    page, words = elvin.page, WORDS[language]
    sent = [elvin.send_by_program("kindergarten-place", one, "ganja-city-hall") for one in (WITH_A_BROTHER, IN_VAIN)]
    close_the_round(walked, sent, DAYS_AGO[language])

    open_own(elvin, sent[0])
    accept = elvin.wait_for_part("main form[action$='/confirm/'] button")
    for told in ("first", "given", "full"):
        elvin.sees(words[told])
    assert_sound_in_both_lights(elvin, f"round-gave-a-place-{language}")
    assert_can_be_worked_out_again(elvin)
    accept.click()
    expect(page.locator("main [role=status]").first).to_be_visible()
    expect(page.locator("main form[action$='/confirm/']")).to_have_count(0)
    elvin.wait_for_part("main a[href^='/my/documents/']")
    elvin.sees(words["given"])
    assert_sound_in_both_lights(elvin, f"place-accepted-{language}")

    open_own(elvin, sent[1])
    elvin.wait_for(words["second"])
    elvin.sees(words["full"])
    expect(page.locator("main")).not_to_contain_text(words["given"])
    assert_sound_in_both_lights(elvin, f"round-gave-none-{language}")
    page.locator("main a[href$='/withdraw/']").click()
    page.locator("main form button.danger").click()
    expect(page.locator("main .tag.withdrawn").first).to_be_visible()
    elvin.sees(words["full"])
    assert elvin.faults == []


def close_the_round(walked: LivePortal, sent: list[str], days: int) -> None:
    """Let the requests have come to the round so many days ago, when robots have brought them there."""
    references = [reference.replace("-", "") for reference in sent]
    until = time.monotonic() + 60
    with psycopg.connect(walked.database_url) as connection:
        while connection.execute(CAME_EARLIER, [days, references]).rowcount != len(sent):
            connection.rollback()
            assert time.monotonic() < until, "robots never brought both to the round"
            time.sleep(0.5)


def assert_can_be_worked_out_again(person: Visitor) -> None:
    """Prove that the public list holds one's own code, names nobody, and gives the same result to whoever tries."""
    link = person.page.locator("main a[href^='/rounds/']")
    answer = person.page.request.get(link.get_attribute("href") or "")
    told: dict[str, Any] = answer.json()
    candidates = [Candidate(one["code"], one["points"], tuple(one["wishes"])) for one in told["candidates"]]
    own = next(one for one in candidates if one.code in link.locator("xpath=..").inner_text())
    order = ranked(candidates, seed_of(told["round"], [one.code for one in candidates]))
    result = allocate(order, told["places"])

    assert order == candidates
    assert {one["code"]: one["place"] for one in told["candidates"] if one["place"]} == result == {own.code: "no3"}
    assert "Elvin" not in answer.text()
    assert "Ayan" not in answer.text()
