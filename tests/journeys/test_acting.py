"""What applicants can do about a request, on a phone, in two languages: object, complain, rate, share, verify."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import expect

from tests.journeys.people import NEXT, Visitor, in_a_week
from tests.journeys.test_pages import assert_sound
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
LONG_AGO = """
UPDATE requests_servicerequest
SET submitted_at = submitted_at - interval '40 days', due_at = due_at - interval '40 days'
WHERE reference = %s
"""


@dataclass
class Cast:
    """Everybody who takes part, with the language in which they read."""

    language: str
    aysel: Visitor
    bruno: Visitor
    tural: Visitor
    vusala: Visitor
    stranger: Visitor


@pytest.fixture(params=["en", "az"])
def cast(visitor: Open, request: pytest.FixtureRequest) -> Cast:
    look = {"width": 390, "language": request.param}
    people = [visitor(name, **look) for name in ("aysel", "bruno", "tural", "vusala", "")]
    return Cast(request.param, *people)


def send_request(aysel: Visitor) -> tuple[str, str]:
    """Ask for a parking permit that a clerk has to look at; give the request's address and its reference."""
    page = aysel.page
    page.goto("/apply/parking-permit/")
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    page.locator("input[name=plate]").fill("10-BB-456")
    page.locator("input[name=vehicle_relation][value=company_car]").check()
    page.locator(NEXT).first.click()
    page.locator("input[name=zone][value=a]").check()
    page.locator("input[name=start]").fill(in_a_week())
    page.locator(NEXT).first.click()
    page.locator(NEXT).first.click()
    return check_and_send(aysel)


def check_and_send(aysel: Visitor) -> tuple[str, str]:
    page = aysel.page
    aysel.send()
    page.locator("main a[href^='/my/requests/']").first.click()
    return page.url, page.locator(".reference").first.inner_text()


def decide(clerk: Visitor, reference: str, outcome: str, words: str = "", *, refuses: bool = False) -> None:
    """Take the step of this request that waits at the desk, and decide it."""
    clerk.take(reference)
    clerk.decide(outcome, words, refuses=refuses)
    expect(clerk.page.locator("main [role=status]")).to_be_visible()


def test_a_refusal_is_objected_to_and_another_official_decides(cast: Cast) -> None:
    aysel, page = cast.aysel, cast.aysel.page
    first, reference = send_request(aysel)
    decide(cast.bruno, reference, "refuse", "You live elsewhere.", refuses=True)

    page.goto(first)
    aysel.wait_for_part("a[href$='/objection/']").click()
    assert_sound(aysel, f"object-{cast.language}")
    page.locator("main form button").last.click()
    page.locator("textarea[name=grounds]").fill("I moved in March, as the register says.")
    page.locator(NEXT).first.click()
    page.locator(NEXT).first.click()
    appeal, appeal_reference = check_and_send(aysel)
    expect(page.locator(f"main a[href='{first.partition('/my/')[1]}{first.partition('/my/')[2]}']")).to_be_visible()
    assert_sound(aysel, f"objection-{cast.language}")

    cast.bruno.open_request(appeal_reference)
    expect(cast.bruno.page.locator("[action$='/claim/'], [formaction$='/claim/']")).to_have_count(0)
    decide(cast.tural, appeal_reference, "annul", "The register shows the new home. Decide again.")
    assert_sound(cast.tural, f"objection-decided-{cast.language}")

    page.goto(first)
    aysel.sees("The register shows the new home. Decide again.")
    expect(page.locator("main a[href$='/withdraw/']")).to_be_visible()
    cast.bruno.open_request(reference)
    expect(cast.bruno.page.locator("[action$='/claim/'], [formaction$='/claim/']")).to_have_count(0)
    page.goto(appeal)
    assert_sound(aysel, f"objection-granted-{cast.language}")


def test_a_late_request_is_complained_about_and_the_supervisor_answers(cast: Cast, walked: LivePortal) -> None:
    aysel, vusala = cast.aysel, cast.vusala
    address, reference = send_request(aysel)
    aysel.page.goto(address)
    expect(aysel.page.locator("a[href$='/complaint/']")).to_have_count(0)
    with psycopg.connect(walked.database_url) as connection:
        connection.execute(LONG_AGO, [reference.replace("-", "")])

    aysel.page.reload()
    aysel.page.locator("a[href$='/complaint/']").click()
    assert_sound(aysel, f"complain-{cast.language}")
    words = f"I park far from home every night ({reference})."
    aysel.page.locator("textarea[name=words]").fill(words)
    aysel.page.locator("main form button").last.click()
    aysel.sees(words)

    vusala.page.goto("/desk/")
    vusala.page.locator("a[href^='/desk/complaints/']", has_text=reference).click()
    vusala.sees(words)
    assert_sound(vusala, f"complaint-{cast.language}")
    vusala.page.locator("textarea[name=words]").fill("You will have it by Friday.")
    vusala.page.locator("main form button").last.click()
    aysel.page.reload()
    aysel.sees("You will have it by Friday.")
    assert_sound(aysel, f"complaint-answered-{cast.language}")


def test_a_permit_is_rated_shared_and_verified(cast: Cast, walked: LivePortal) -> None:
    aysel, page = cast.aysel, cast.aysel.page
    address, reference = send_request(aysel)
    decide(cast.bruno, reference, "approve")
    cast.bruno.wait_for_part("form[action$='/record/'] button").click()

    page.goto(address)
    aysel.wait_for_part("button[name=score][value='5']")
    rate_by_letter(cast.stranger, reference, cast.language)
    page.locator("button[name=score][value='5']").click()
    expect(page.locator("button[name=score][value='5']")).to_have_attribute("aria-pressed", "true")
    page.locator("textarea[name=words]").fill("Quick and kind.")
    assert_sound(aysel, f"rated-{cast.language}")
    page.locator("form:has(textarea) button").last.click()

    page.goto(address)
    file = page.request.get(page.locator("main a[href^='/my/documents/']").first.get_attribute("href") or "").body()
    share_and_end(cast, walked)
    verify(cast.stranger, file, "granted", f"verified-{cast.language}")
    changed = bytearray(file)
    changed[len(changed) // 2] ^= 1
    verify(cast.stranger, bytes(changed), "refused", f"changed-{cast.language}")


def rate_by_letter(reader: Visitor, reference: str, language: str) -> None:
    """Open the page to which the letter about the decision leads, without signing in."""
    page, until = reader.page, time.monotonic() + 60
    while "/rate/" not in page.url:
        assert time.monotonic() < until, "no letter leads to a rating"
        page.goto("/mailbox/")
        for letter in page.locator("main li a").evaluate_all("links => links.slice(0, 8).map(link => link.href)"):
            page.goto(letter)
            link = page.locator("main a[href*='/rate/']")
            if reference in page.locator("main").inner_text() and link.count():
                page.goto(link.first.get_attribute("href") or "")
                break
    assert_sound(reader, f"rate-{language}")


def share_and_end(cast: Cast, walked: LivePortal) -> None:
    """Make two links and let a stranger open them; one is ended, the other one's time passes: then they are gone."""
    aysel, stranger = cast.aysel, cast.stranger
    aysel.page.goto("/my/documents/")
    assert_sound(aysel, f"documents-{cast.language}")
    aysel.page.locator("main a[href$='/share/']").first.click()
    link = make_link(cast)
    assert_sound(aysel, f"share-{cast.language}")
    assert_sound(stranger, f"shared-{cast.language}")
    aysel.page.goto(aysel.page.url)
    aysel.page.locator("form[action^='/my/links/'] button").first.click()
    assert_gone(stranger, link)
    assert_sound(stranger, f"shared-ended-{cast.language}")

    link = make_link(cast)
    expect(aysel.page.locator("main .tag.in_time")).to_have_count(1)
    with psycopg.connect(walked.database_url) as connection:
        expired = "UPDATE requests_sharelink SET made_at = made_at - interval '1 year', expires_at = now()"
        assert connection.execute(f"{expired} WHERE revoked_at IS NULL AND expires_at > now()").rowcount == 1
    assert_gone(stranger, link)
    aysel.page.goto(aysel.page.url)
    expect(aysel.page.locator("form[action^='/my/links/']")).to_have_count(0)
    expect(aysel.page.locator("main .tag.in_time")).to_have_count(0)
    expect(aysel.page.locator("main li .tag.done")).to_have_count(2)
    assert_sound(aysel, f"share-expired-{cast.language}")


def make_link(cast: Cast) -> str:
    """Make a link on the page of a document, and let the stranger open it."""
    cast.aysel.page.locator("main form:not([action]) button").first.click()
    link = cast.aysel.page.locator("#id_address").input_value()
    cast.stranger.page.goto(link)
    expect(cast.stranger.page.locator("main a[href$='/file/']")).to_be_visible()
    return link


def assert_gone(stranger: Visitor, link: str) -> None:
    answer = stranger.page.goto(link)
    assert answer is not None
    assert answer.status == 404


def verify(stranger: Visitor, file: bytes, state: str, name: str) -> None:
    stranger.page.goto("/verify/")
    upload = {"name": "permit.pdf", "mimeType": "application/pdf", "buffer": file}
    stranger.page.locator("input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
    stranger.page.locator("main form button").last.click()
    expect(stranger.page.locator(f"main .tag.{state}")).to_be_visible()
    assert_sound(stranger, name)
