"""Nobody decides in time, and the law does: what the citizen reads, and the official. On a phone, in two languages."""

from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import expect

from tests.journeys.people import Visitor, in_days
from tests.journeys.test_acting import LONG_AGO
from tests.journeys.test_pages import assert_sound_in_both_lights
from tests.journeys.test_seldom_states import open_own
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
# No register knows this house, so a clerk has to look at it.
MOVE = {
    "new_address": {"street": "Sahil bulvarı", "house": "404", "city": "Sumqayıt", "postal_code": "AZ5006"},
    "move_date": in_days(-5),
    "tenure": "owner",
    "alone": True,
}


DECIDED = {"en": "By law it counts as approved", "ar": "بحكم القانون يُعد مقبولًا"}
WHY = {
    "en": "and did not decide. For this case the law says what that means; nobody judged the request.",
    "ar": "ولم يقرر. يقول القانون ما معنى ذلك في هذه الحالة؛ لم ينظر أحد في الطلب.",
}


@pytest.mark.parametrize("language", DECIDED)
def test_silence_approves(visitor: Open, walked: LivePortal, language: str) -> None:
    look = {"width": 390, "language": language}
    orkhan, bruno = visitor("orkhan", **look), visitor("bruno", **look)
    reference = orkhan.send_by_program("address-change", MOVE)
    bruno.open_request(reference)
    bruno.wait_for_part("form[action$='/claim/'] button")
    with psycopg.connect(walked.database_url) as connection:
        assert connection.execute(LONG_AGO, [reference.replace("-", "")]).rowcount == 1

    open_own(orkhan, reference)
    orkhan.wait_for(DECIDED[language])
    orkhan.sees(WHY[language])
    confirmation = orkhan.wait_for_part("main a[href^='/my/documents/']:not([href$='/share/'])")
    orkhan.wait_for_part("main:not(:has(a[href$='/withdraw/']))")
    assert_sound_in_both_lights(orkhan, f"silence-approved-{language}")
    with orkhan.page.expect_download() as download:
        confirmation.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")

    bruno.open_request(reference, purpose="present")
    bruno.sees(DECIDED[language])
    expect(bruno.page.locator("form[action$='/claim/']")).to_have_count(0)
    assert_sound_in_both_lights(bruno, f"desk-silence-approved-{language}")
    assert orkhan.faults == bruno.faults == []
