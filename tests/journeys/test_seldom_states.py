"""States that few pages are in: two versions of answers, waiting for payment or a visit, locked, out of order, away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core import signing
from playwright.sync_api import expect
from psycopg import sql

from services.transparency.weekly import SALT
from tests.journeys.people import NEXT, Visitor, in_days
from tests.journeys.test_pages import LOOKS, assert_fits, assert_sound
from tests.journeys.test_small_ways import begin_a_report
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
HARD_LOOKS = ["dark", "arabic", "narrow"]
OWN_CAR = {"plate": "10-AB-123", "vehicle_relation": "owner", "electric": False, "zone": "a", "start": in_days(7)}
WEDDING = {
    "partner_name": "Səidə Kazımova",
    "partner_pin": "8SK6WRZ",
    "earlier_marriage": False,
    "wished_date": in_days(60),
    "surname": "own",
    "witnesses": [{"name": "Nigar Əliyeva", "pin": "3NG5PAJ"}, {"name": "Orxan Quliyev", "pin": "2RH8MV6"}],
}
STILL = {
    "dark": "the office waits for your payment. The day it is due moves accordingly.",
    "arabic": "ينتظر المكتب دفعك. ويتأخر الموعد النهائي بقدر ذلك.",
    "narrow": "l’administration attend votre paiement. L’échéance se décale d’autant.",
}
LOOKED_BECAUSE = {
    "dark": "The applicant is here or on the phone",
    "arabic": "مقدّم الطلب حاضر أو على الهاتف",
    "narrow": "Le demandeur est présent ou au téléphone",
}
AWAY = {
    "dark": "The portal is away for a moment",
    "arabic": "البوابة غير متاحة للحظات",
    "narrow": "Le portail est absent un instant",
}


@pytest.mark.parametrize("look", HARD_LOOKS)
def test_two_versions_of_answers(visitor: Open, look: str) -> None:
    person = visitor(**LOOKS[look])
    page = person.page
    begin_a_report(person)
    other = page.context.new_page()
    other.goto(page.url)
    for tab, words in ((other, "Before the bakery"), (page, "Behind the bakery")):
        tab.locator("main textarea").first.fill(words)
        tab.locator(NEXT).first.click()

    for words in ("Before the bakery", "Behind the bakery"):
        expect(page.locator("main td", has_text=words)).to_be_visible()
    assert_sound(person, f"conflict-{look}")
    page.locator("main button[name=do]").click()
    expect(page.locator("main textarea").first).to_have_value("Behind the bakery")


@pytest.mark.parametrize("look", HARD_LOOKS)
def test_waiting_for_payment_then_withdrawn(visitor: Open, look: str) -> None:
    aysel, bruno = visitor("aysel", **LOOKS[look]), visitor("bruno", **LOOKS[look])
    reference = aysel.send_by_program("parking-permit", OWN_CAR)
    open_own(aysel, reference)
    expect(aysel.wait_for_part("main .notice .reference")).to_be_visible()
    aysel.sees(STILL[look])
    assert_sound(aysel, f"waits-for-payment-{look}")
    assert_printed_without_its_frame(aysel, f"printed-{look}")
    bruno.open_request(reference)
    assert_asks_for_the_purpose(bruno, look)
    bruno.tell_purpose("present")
    expect(bruno.page.locator("form[action$='/record/'] button")).to_be_visible()
    assert_sound(bruno, f"desk-waits-for-payment-{look}")
    request = aysel.page.url
    aysel.page.goto("/my/data/readings/")
    seen = aysel.page.locator("main tr", has_text=reference)
    expect(seen).to_have_count(1)
    for words in ("Bruno Qasımov", LOOKED_BECAUSE[look]):
        expect(seen).to_contain_text(words)
    assert_sound(aysel, f"looked-at-{look}")
    aysel.page.goto(request)

    aysel.page.locator("main a[href$='/withdraw/']").click()
    aysel.page.locator("main form button.danger").click()
    expect(aysel.page.locator("main .tag.withdrawn").first).to_be_visible()
    assert_sound(aysel, f"withdrawn-{look}")
    bruno.page.reload()
    expect(bruno.page.locator("form[action$='/record/']")).to_have_count(0)
    assert_sound(bruno, f"desk-withdrawn-{look}")


def assert_asks_for_the_purpose(bruno: Visitor, look: str) -> None:
    """Prove that what isn't one's work is read only with a purpose."""
    assert_sound(bruno, f"desk-purpose-{look}")
    bruno.page.locator("form[action$='/purpose/'] button").click()
    expect(bruno.page.locator("[data-error-summary] a")).to_have_count(1)
    assert_sound(bruno, f"desk-purpose-faults-{look}")


def open_own(person: Visitor, reference: str) -> None:
    person.page.goto("/my/requests/")
    person.page.locator("main tr, main li").filter(has_text=reference).first.locator("a").first.click()


def assert_printed_without_its_frame(person: Visitor, name: str) -> None:
    around = person.page.locator(".menu-button, .breadcrumbs, .footer")
    expect(around.first).to_be_visible()
    person.page.emulate_media(media="print")
    for part in around.all():
        expect(part).to_be_hidden()
    expect(person.page.locator("main .reference").first).to_be_visible()
    assert_fits(person, name)
    person.page.emulate_media(media="null")


@pytest.mark.parametrize("look", HARD_LOOKS)
def test_waiting_for_a_visit(visitor: Open, look: str) -> None:
    elvin, carla = visitor("elvin", **LOOKS[look]), visitor("carla", **LOOKS[look])
    reference = elvin.send_by_program("marriage-registration", WEDDING, "civil-registry-baku")
    open_own(elvin, reference)
    expect(elvin.wait_for_part("main .notice .reference, main .notice strong")).to_be_visible()
    assert_sound(elvin, f"waits-for-visit-{look}")
    carla.open_request(reference, purpose="present")
    expect(carla.page.locator("form[action$='/record/'] button")).to_be_visible()
    assert_sound(carla, f"desk-waits-for-visit-{look}")


@pytest.mark.parametrize("look", HARD_LOOKS)
def test_a_form_without_the_portal_s_cookie(visitor: Open, look: str) -> None:
    """What was typed is shown and sent again by one press; a password never is."""
    person = visitor(**LOOKS[look])
    page = person.page
    page.goto("/status/")
    page.locator("input[name=reference]").fill("K7M2-9QXD-4T")
    page.context.clear_cookies(name="csrf")
    assert sent(person) == 403
    expect(page.locator("main")).to_contain_text("K7M2-9QXD-4T")
    assert_sound(person, f"send-again-{look}")
    assert sent(person) == 422
    expect(page.locator("input[name=reference]")).to_have_value("K7M2-9QXD-4T")

    page.goto("/account/login/")
    page.locator("input[name=login]").fill("nobody@example.org")
    page.locator("input[name=password]").fill("open sesame")
    page.context.clear_cookies(name="csrf")
    assert sent(person) == 403
    expect(page.locator("main")).not_to_contain_text("nobody@example.org")
    assert_sound(person, f"send-anew-{look}")


def sent(person: Visitor) -> int:
    """Press the first button of the page; give the status of the answer."""
    with person.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        person.page.locator("main form button").first.click()
    person.page.wait_for_load_state()
    return answer.value.status


def test_a_status_is_locked_after_five_wrong_codes(visitor: Open) -> None:
    """For everybody, whoever tried them: in French on a phone without scripts, in Arabic on a wide screen."""
    first = visitor(width=390, language="fr", java_script_enabled=False)
    second = visitor(width=1280, language="ar")
    assert [try_code(first) for _ in range(6)] == [422] * 5 + [429]
    assert try_code(second) == 429
    for person, language in ((first, "fr"), (second, "ar")):
        expect(person.page.locator("[data-error-summary]")).to_be_visible()
        assert_sound(person, f"status-locked-{language}")


def try_code(person: Visitor) -> int:
    person.page.goto("/status/")
    person.page.locator("input[name=reference]").fill("K7M2-9QXD-4T")
    person.page.locator("input[name=code]").fill("0000-0000-0000-0000")
    return sent(person)


@pytest.mark.parametrize("look", HARD_LOOKS)
def test_the_weekly_letter_is_ended_by_its_link(visitor: Open, walked: LivePortal, look: str) -> None:
    dilara, reader = visitor("dilara"), visitor(**LOOKS[look])
    dilara.page.goto("/manage/figures/")
    dilara.click("Get the weekly letter")
    with psycopg.connect(walked.database_url) as connection:
        [subscription] = connection.execute(
            "SELECT id FROM transparency_subscription WHERE ended_at IS NULL"
        ).fetchone()
    token = signing.Signer(key=walked.folder.secret("key"), salt=SALT).sign(str(subscription))

    reader.page.goto(f"/unsubscribe/{token}/")
    assert_sound(reader, f"letter-end-{look}")
    reader.page.locator("main form button").click()
    expect(reader.page.locator("main form")).to_have_count(0)
    assert_sound(reader, f"letter-ended-{look}")
    dilara.page.reload()
    expect(dilara.page.get_by_role("button", name="Get the weekly letter")).to_be_visible()


@pytest.mark.parametrize("look", HARD_LOOKS)
def test_something_is_wrong_on_our_side(visitor: Open, walked: LivePortal, look: str) -> None:
    person = visitor(**LOOKS[look])
    rename = "ALTER TABLE {} RENAME TO {}"
    names = [sql.Identifier(name) for name in ("requests_sharelink", "requests_sharelink_away")]
    with psycopg.connect(walked.database_url, autocommit=True) as connection:
        connection.execute(sql.SQL(rename).format(*names))
        try:
            answer = person.page.goto("/shared/anything/")
        finally:
            connection.execute(sql.SQL(rename).format(*reversed(names)))
    assert answer is not None
    assert answer.status == 500
    person.faults.clear()
    assert_sound(person, f"our-fault-{look}")
    person.page.locator("main a[href='/']").click()
    expect(person.page.locator("main input[name=q]")).to_be_visible()


def test_the_portal_is_away_and_comes_back(visitor: Open, walked: LivePortal) -> None:
    people = {look: visitor(**LOOKS[look]) for look in HARD_LOOKS}
    for person in people.values():
        person.page.goto("/status/")
    with no_database(walked):
        for look, person in people.items():
            assert_away(person, look)
    for person in people.values():
        person.page.reload()
        expect(person.page.locator("main input[name=q]")).to_be_visible()
        assert person.faults == []


def assert_away(person: Visitor, look: str) -> None:
    """Prove that what is sent and what is looked for get the page of a portal that is away, each in its words."""
    page = person.page
    page.locator("input[name=reference]").fill("K7M2-9QXD-4T")
    page.locator("input[name=code]").fill("0000-0000-0000-0000")
    with page.expect_response("**/status/") as sent:
        page.locator("main form button").first.click()
    assert sent.value.status == 503
    person.faults.clear()  # where an answer of 503 stands, too
    assert_sound(person, f"away-sent-{look}")
    said = page.locator("main").inner_text()
    answer = page.goto("/services/")
    assert answer is not None
    assert answer.status == 503
    person.faults.clear()
    assert_sound(person, f"away-{look}")
    expect(page.locator("h1")).to_have_text(AWAY[look])
    assert page.locator("main").inner_text() != said


@contextmanager
def no_database(walked: LivePortal) -> Iterator[None]:
    """Let nobody connect to the portal's database, and end the connections that there are."""
    place = urlsplit(walked.database_url)
    name = place.path.removeprefix("/")
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(urlunsplit(place._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(allow.format(sql.Identifier(name), sql.Literal(False)))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.Literal(True)))
    walked.wait_until_ready()
