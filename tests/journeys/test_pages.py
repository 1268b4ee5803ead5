"""Every page in each role: no rule of WCAG 2.2 AA broken, nothing wider than the screen, no fault in the console.

With PICTURES=folder a picture of each page is kept there.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys import reading
from tests.journeys.people import Visitor, in_a_week

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
PICTURES = Path(os.environ["PICTURES"]) if os.environ.get("PICTURES") else None
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "preload": False}

PUBLIC = {
    "home": "/",
    "services": "/services/",
    "nothing-found": "/services/?q=zzzzzz",
    "service": "/services/parking-permit/",
    "building": "/services/small-business-licence/",
    "life-event": "/life-events/your-street/",
    "agency": "/agencies/sumgait/",
    "entitlements": "/entitlements/",
    "status": "/status/",
    "resume-nothing": "/apply/resume/nothing/",
    "place": "/place/",
    "figures": "/figures/",
    "figures-of": "/figures/pothole-report/",
    "no-figures": "/figures/address-change/",
    "verify": "/verify/",
    "calls": "/api/",
    "no-calls": "/api/?q=zzzzzz",
    "call": "/api/calls/desk_decide/",
    "unknown-document": "/verify/ABCDE-FGHJK-MNPQR-STVWX/",
    "mailbox": "/mailbox/",
    "style-guide": "/style-guide/",
    "sign-in": "/account/login/",
    "sign-up": "/account/signup/",
    "missing": "/nowhere/",
    "apply": "/apply/pothole-report/",
}
SELDOM_VISITED = {
    "ledger": "/ledger/",
    "measures": "/figures/measures/",
    "measure": "/figures/measures/on_time/",
    "index": "/figures/index/",
    "compare": "/figures/compare/?what=offices&service=pothole-report&a=sumgait-city-hall&b=ganja-city-hall",
    "compare-what": "/figures/compare/",
    "figures-of-agency": "/figures/agencies/sumgait/",
    "figures-of-office": "/figures/offices/sumgait-city-hall/",
    "no-such-period": "/figures/pothole-report/?period=never",
}
PERSONAL = {
    "": PUBLIC,
    "aysel": {
        "my-requests": "/my/requests/",
        "my-documents": "/my/documents/",
        "my-data": "/my/data/",
        "profile": "/my/profile/",
        "readings": "/my/data/readings/",
        "notices": "/my/notices/",
        "notice-ways": "/my/notices/ways/",
        "account": "/account/2fa/",
        "apply-parking": "/apply/parking-permit/",
        "apply-for": "/apply/parking-permit/for/",
    },
    "bruno": {"desk": "/desk/"},
    "dilara": {
        "manage": "/manage/",
        "manage-service": "/manage/services/pothole-report/",
        "manage-load": "/manage/load/",
        "manage-steering": "/manage/services/pothole-report/steering/",
        "manage-figures": "/manage/figures/",
    },
    "vusala": {"team": "/desk/team/", "signals": "/desk/team/signals/", "desk-of-supervisor": "/desk/"},
    "admin": {"connectors": "/manage/connectors/", "connector": "/manage/connectors/hospital_notices/"},
}
ERRORS = {"missing", "no-such-period", "resume-nothing", "unknown-document"}
LOOKS = {
    "phone": {"width": 390},
    "desktop": {"width": 1280},
    "dark": {"width": 390, "color_scheme": "dark"},
    "arabic": {"width": 390, "language": "ar"},
    "narrow": {"width": 320, "language": "fr"},
    "plain": {"width": 390, "language": "az", "java_script_enabled": False},
}
# What people keep on paper, or read with 200 % zoom at 1280 px and letters of twice the size.
OWN_LOOKS = {
    **LOOKS,
    "zoomed": {"width": 640, "device_scale_factor": 2, "letters": 32, "language": "fr"},
    "printed": {"width": 700, "prints": True},
}
LOOKS_OF = {"aysel": list(OWN_LOOKS), "vusala": ["dark", "arabic", "plain"], "admin": ["dark", "arabic", "plain"]}
WHO_LOOKS_HOW = [(name, look) for name in PERSONAL for look in LOOKS_OF.get(name, list(LOOKS))]
CUT = """() => [...document.querySelectorAll("body *")].filter(part => {
    const style = getComputedStyle(part), hides = /hidden|clip/.test(style.overflowX + style.overflowY);
    const isSeen = part.clientWidth > 1 && style.visibility !== "hidden" && !part.closest(".hidden-visually");
    const isWider = part.scrollWidth > part.clientWidth + 1, isHigher = part.scrollHeight > part.clientHeight + 1;
    return hides && isSeen && (isWider || isHigher) && !part.matches("input:enabled");
}).map(part => part.outerHTML.slice(0, 200))"""


def assert_sound(visitor: Visitor, name: str) -> None:
    """Prove a page sound as it stands, for who prints it on paper; keep its picture."""
    if visitor.prints:
        visitor.page.emulate_media(media="print")
    assert_fits(visitor, name)
    reading.note(visitor.page.url, visitor.status)
    found = Axe().run(visitor.page_for_axe(), options=RULES).response["violations"]
    assert found == [], [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in found]
    assert visitor.faults == []
    if visitor.prints:
        visitor.page.emulate_media(media="null")


def assert_sound_and_narrow(visitor: Visitor, name: str) -> None:
    """Prove a page sound as it stands, and that it fits the other of a phone and a desktop, too."""
    page, kept = visitor.page, visitor.page.viewport_size
    assert kept is not None
    assert_sound(visitor, f"{name}-{kept['width']}")
    other = 1280 if kept["width"] < 1000 else 390
    page.set_viewport_size({"width": other, "height": 900})
    assert_fits(visitor, f"{name}-{other}")
    page.set_viewport_size(kept)


def assert_sound_in_both_lights(visitor: Visitor, name: str) -> None:
    """Prove a page sound by day and by night, on a phone and on a desktop."""
    for light in ("dark", "light"):
        visitor.page.emulate_media(color_scheme=light)
        assert_sound_and_narrow(visitor, f"{name}-{light}")


def assert_fits(visitor: Visitor, name: str) -> None:
    """Prove that nothing is wider than the screen, and no words are cut; keep the page's picture."""
    page = visitor.page
    # While a slow answer to a click comes there is no page at all for a moment.
    page.wait_for_load_state()
    page.wait_for_function("document.documentElement !== null && document.readyState === 'complete'")
    if PICTURES:
        PICTURES.mkdir(parents=True, exist_ok=True)
        visitor.picture(PICTURES, name)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} is {overflow} px wider than the screen"
    assert (cut := page.evaluate(CUT)) == [], f"{name} cuts {cut}"


@pytest.mark.parametrize(("name", "look"), WHO_LOOKS_HOW)
def test_pages(visitor: Open, name: str, look: str) -> None:
    person = visitor(name, **OWN_LOOKS[look])
    for title, path in PERSONAL[name].items():
        person.page.goto(path)
        assert (person.status >= 400) == (title in ERRORS), title
        assert_sound(person, f"{name or 'public'}-{title}-{look}")


@pytest.mark.parametrize("look", ["arabic", "narrow"])
def test_pages_that_few_visit(visitor: Open, look: str) -> None:
    person = visitor(**LOOKS[look])
    for title, path in SELDOM_VISITED.items():
        person.page.goto(path)
        assert (person.status >= 400) == (title in ERRORS), title
        assert_sound(person, f"public-{title}-{look}")


@pytest.mark.parametrize("look", OWN_LOOKS)
def test_a_request_on_its_way(visitor: Open, look: str) -> None:
    aysel, bruno, stranger = (visitor(name, **OWN_LOOKS[look]) for name in ("aysel", "bruno", ""))
    for moment in steps_of(aysel, bruno):
        assert_sound(aysel, f"aysel-{moment}-{look}")
        assert_sound(bruno, f"bruno-{moment}-{look}")
        if moment == "form-sent":
            codes = aysel.page.locator(".reference").all_inner_texts()
            look_up_without_account(stranger, codes[0], codes[-1])
            assert_sound(stranger, f"public-status-found-{look}")
    aysel.page.goto("/mailbox/")
    aysel.page.locator("main li").filter(has_text="aysel@example.org").first.locator("a").click()
    assert_sound(aysel, f"public-letter-{look}")


def steps_of(aysel: Visitor, bruno: Visitor) -> Iterator[str]:
    """Take a request from the form to the decision, stopping where there is something to see. In any language."""
    page = aysel.page
    page.goto("/apply/parking-permit/")
    page.locator("input[name=office][value=sumgait-city-hall]").check()
    page.locator("main form button[type=submit]").last.click()
    yield "form"
    page.locator("main button[name=do][value=next]:not([aria-hidden])").first.click()
    yield "form-faults"
    form = page.url
    page.locator("main a[href$='/discard/']").click()
    yield "form-discard"
    page.goto(form)
    page.locator("input[name=plate]").fill("10-BB-456")
    page.locator("input[name=vehicle_relation][value=company_car]").check()
    page.locator("main button[name=do][value=next]:not([aria-hidden])").first.click()
    page.locator("input[name=zone][value=a]").check()
    page.locator("input[name=start]").fill(in_a_week())
    page.locator("main button[name=do][value=next]:not([aria-hidden])").first.click()
    yield "form-papers"
    page.locator("main button[name=do][value=next]:not([aria-hidden])").first.click()
    yield "form-check"
    aysel.send()
    yield "form-sent"
    page.locator("main a[href^='/my/requests/']").first.click()
    reference = page.locator(".reference").first.inner_text()
    bruno.open_request(reference)
    bruno.wait_for_part("form[action$='/claim/'] button").click()
    page.reload()
    yield "request-held"
    request = page.url
    page.locator("main a[href$='/withdraw/']").click()
    yield "request-withdraw"
    page.goto(request)
    bruno.page.locator("details:has(form[action$='/ask/']) > summary").click()
    bruno.page.locator("form[action$='/ask/'] textarea").fill("Please add the letter of your employer.")
    bruno.page.locator("form[action$='/ask/'] button").last.click()
    page.reload()
    yield "request-asked"
    page.locator("form[action$='/answer/'] textarea").fill("I have none.")
    page.locator("form[action$='/answer/'] button[type=submit]").click()
    bruno.page.reload()
    yield "request-answered"
    bruno.press_decide()
    yield "request-decide-faults"
    bruno.decide("refuse", "Without the letter we can't see that it is your car.", refuses=True)
    page.reload()
    yield "request-refused"


def look_up_without_account(stranger: Visitor, reference: str, code: str) -> None:
    page = stranger.page
    page.goto("/status/")
    page.locator("input[name=reference]").fill(reference)
    page.locator("input[name=code]").fill(code)
    page.locator("main form button").first.click()
    expect(page.locator("main .reference").first).to_have_text(reference)
