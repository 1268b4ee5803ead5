"""What a request leaves in one's hands, on a phone in two languages: a receipt, dates, a notice, a document."""

from collections.abc import Callable
from io import BytesIO

import psycopg
import pytest
from icalendar import Calendar
from playwright.sync_api import expect
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdfium2 import PdfDocument

from tests.journeys.people import Visitor, in_days
from tests.journeys.test_acting import verify
from tests.journeys.test_pages import assert_sound
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
# Robots alone decide this one, and it is free.
NIGARS_CAR = {
    "plate": "10-EV-500",
    "vehicle_relation": "owner",
    "electric": True,
    "zone": "b",
    "start": in_days(7),
    "disability_badge": "DB-004411",
}
NOBODYS = "ABCDE-FGHJK-MNPQR-STVWX"
WORDS = {
    "en": {
        "receipt": "Receipt",
        "ours": "This receipt is ours",
        "last day": "last day of validity",
        "valid": "This document is valid",
        "expired": "This document has expired",
        "revoked": "This document was revoked",
        "unknown": "This document is not ours",
    },
    "fr": {
        "receipt": "Accusé de réception",
        "ours": "Cet accusé de réception est le nôtre",
        "last day": "dernier jour de validité",
        "valid": "Ce document est valable",
        "expired": "Ce document a expiré",
        "revoked": "Ce document a été révoqué",
        "unknown": "Ce document n’est pas de nous",
    },
}


@pytest.fixture(params=WORDS)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def nigar(visitor: Open, language: str) -> Visitor:
    return visitor("nigar", width=390, language=language)


@pytest.fixture
def stranger(visitor: Open, language: str) -> Visitor:
    return visitor(width=390, language=language)


@pytest.fixture
def reference(nigar: Visitor) -> str:
    """Send Nigar's request and open its page when its permit is there; give its reference."""
    sent = nigar.send_by_program("parking-permit", NIGARS_CAR)
    nigar.page.goto("/my/requests/")
    nigar.page.locator("main tr, main li").filter(has_text=sent).first.locator("a").first.click()
    nigar.wait_for_part("main a[href^='/my/documents/'][href$='/share/']")
    return sent


def test_a_receipt_dates_and_a_notice(nigar: Visitor, stranger: Visitor, reference: str, language: str) -> None:
    words = WORDS[language]
    receipt = download(nigar, "main a[href$='/receipt.pdf'], aside a[href$='/receipt.pdf']", "application/pdf")
    assert PdfFileReader(BytesIO(receipt)).root["/Lang"] == language
    for told in (words["receipt"], reference, "10-EV-500", "Nigar Əliyeva"):
        assert told in text_of(receipt)
    verify(stranger, receipt, "granted", f"receipt-verified-{language}")
    expect(stranger.page.locator("h1")).to_have_text(words["ours"])

    [last_day] = Calendar.from_ical(download(nigar, "a[href$='/dates.ics']", "text/calendar")).walk("VEVENT")
    assert reference in last_day["summary"]
    assert words["last day"] in last_day["summary"]
    assert last_day["url"] == nigar.page.url
    assert last_day["dtstart"].dt.isoformat() in {in_days(364), in_days(365)}

    notices(nigar, reference, language)


def notices(nigar: Visitor, reference: str, language: str) -> None:
    """Find what was told of the request among the notices, new at first; then the ways, one of which must remain."""
    page = nigar.page
    page.goto("/my/notices/")
    told = page.locator("main li", has_text=reference)
    expect(told.first.locator(".tag.soon")).to_be_visible()
    assert_sound(nigar, f"notices-new-{language}")
    page.reload()
    expect(told.first).to_be_visible()
    expect(page.locator("main .tag.soon")).to_have_count(0)
    page.locator("main a[href='/my/notices/ways/']").click()
    for way in ("wants_mail", "wants_sms"):
        page.locator(f"input[name={way}]").uncheck()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#id_wants_mail_error")).to_be_visible()
    assert_sound(nigar, f"notice-ways-faults-{language}")
    page.locator("input[name=wants_mail]").check()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[role=status]").first).to_be_visible()
    page.goto("/my/notices/ways/")
    expect(page.locator("input[name=wants_mail]")).to_be_checked()
    expect(page.locator("input[name=wants_sms]")).not_to_be_checked()


def test_a_document_is_valid_until_it_expires_or_is_revoked(
    visitor: Open, nigar: Visitor, stranger: Visitor, reference: str, walked: LivePortal, language: str
) -> None:
    words, page = WORDS[language], stranger.page
    document = download(nigar, "main a[href^='/my/documents/']:not([href$='/share/'])", "application/pdf")
    number = str(nigar.page.locator("main a[href^='/verify/']").first.get_attribute("href"))
    page.goto(number)
    assert_told(stranger, "valid", "granted", language)

    move_last_day(walked, reference, -1000)
    page.reload()
    assert_told(stranger, "expired", "late", language)
    verify(stranger, document, "late", f"expired-by-file-{language}")
    move_last_day(walked, reference, 1000)
    revoke(visitor("bruno", width=390, language=language), reference)
    verify(stranger, document, "refused", f"revoked-by-file-{language}")
    assert_told(stranger, "revoked", "refused", language)
    page.goto(number)
    assert_told(stranger, "revoked", "refused", language)
    expect(page.locator("main")).not_to_contain_text("Nigar")
    nigar.page.reload()
    nigar.sees("The car was sold.")
    assert_sound(nigar, f"revoked-own-{language}")

    page.goto("/verify/")
    page.locator("input[name=number]").fill("ABCDE")
    page.locator("main form button").last.click()
    expect(page.locator("#id_number_error")).to_be_visible()
    assert_sound(stranger, f"verify-faults-{language}")
    page.goto(f"/verify/{NOBODYS}/")
    expect(page.locator("h1")).to_have_text(words["unknown"])
    expect(page.locator("main dl")).to_have_count(0)
    assert nigar.faults == stranger.faults == []


def download(person: Visitor, selector: str, kind: str) -> bytes:
    """Press a link that gives a file; prove of which kind the file is."""
    link = person.page.locator(selector).first
    with person.page.expect_download() as taken:
        link.click()
    assert person.page.request.get(taken.value.url).headers["content-type"].partition(";")[0] == kind
    return taken.value.path().read_bytes()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in PdfDocument(pdf))


def move_last_day(walked: LivePortal, reference: str, days: int) -> None:
    """Move the day until which the documents of a request are valid."""
    change = """
        UPDATE requests_document SET valid_until = valid_until + %s
        WHERE service_request_id = (SELECT id FROM requests_servicerequest WHERE reference = %s)
    """
    with psycopg.connect(walked.database_url) as connection:
        assert connection.execute(change, [days, reference.replace("-", "")]).rowcount == 1


def revoke(bruno: Visitor, reference: str) -> None:
    """Look into the request with a purpose and take its document back."""
    bruno.open_request(reference, purpose="present")
    bruno.page.locator("main a[href$='/revoke/']").click()
    bruno.page.locator("textarea[name=reason]").fill("The car was sold.")
    bruno.page.locator("main form button.danger").click()
    expect(bruno.page.locator("main [role=status]").first).to_be_visible()
    expect(bruno.page.locator("main a[href$='/revoke/']")).to_have_count(0)


def assert_told(stranger: Visitor, state: str, tag: str, language: str) -> None:
    """Prove that the page says in words what a known document is worth, with its facts."""
    expect(stranger.page.locator("h1")).to_have_text(WORDS[language][state])
    expect(stranger.page.locator(f"main .tag.{tag}")).to_be_visible()
    expect(stranger.page.locator("main dl")).to_be_visible()
    assert_sound(stranger, f"{state}-{language}")
