"""What people do in a browser, in the words that they read there."""

import re
import time
from pathlib import Path
from uuid import uuid4

from PIL import Image
from playwright.sync_api import Locator, Page, Response, expect

PASSWORD = "open-the-portal"
NEXT = "main button[name=do][value=next]:not([aria-hidden])"


def in_a_week() -> str:
    """Give a day that forms about the near future take."""
    return in_days(7)


def in_days(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(time.time() + days * 86_400))


class Visitor:
    """A person with a browser."""

    def __init__(self, page: Page, twin: Page | None = None, *, prints: bool = False) -> None:
        self.page, self.twin, self.prints = page, twin, prints
        self.faults: list[str] = []
        self.status = 200
        page.on("response", lambda answer: self.faults.append(answer.url) if answer.status >= 500 else None)
        page.on("response", self._keep_status)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console", lambda message: self.faults.append(message.text) if "Security Policy" in message.text else None
        )

    def _keep_status(self, answer: Response) -> None:
        """Keep how the page itself was answered, not its parts."""
        if answer.frame == self.page.main_frame and answer.request.is_navigation_request():
            self.status = answer.status

    def page_for_axe(self) -> Page:
        """Give the page as it stands; where no script may run, not even axe, a twin of it where axe alone may."""
        if self.twin is None:
            return self.page
        html = self.page.content().replace("<noscript>", "").replace("</noscript>", "")
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "script-src 'none'"}
        self.twin.route(re.compile(""), lambda route: route.fulfill(body=html, headers=headers), times=1)
        self.twin.goto(self.page.url)
        return self.twin

    def sign_in(self, name: str) -> None:
        self.page.goto("/account/login/")
        self.page.locator("input[name=login]").fill(f"{name}@example.org")
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("main form button[type=submit]").first.click()
        expect(self.page).not_to_have_url(re.compile("login"))

    def click(self, words: str) -> None:
        self.page.locator("main").get_by_role("button", name=words, exact=True).first.click()

    def follow(self, words: str) -> None:
        self.page.locator("main").get_by_role("link", name=words).first.click()

    def sees(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def wait_for(self, words: str, seconds: float = 30) -> None:
        """Look again until the page tells it: robots work behind it."""
        until = time.monotonic() + seconds
        while words not in self.page.locator("main").inner_text():
            assert time.monotonic() < until, f"“{words}” never came: {self.page.locator('main').inner_text()[:2000]}"
            time.sleep(0.5)
            self.page.reload()

    def wait_for_part(self, selector: str, seconds: float = 30) -> Locator:
        """Look again until there is such a part of the page."""
        until = time.monotonic() + seconds
        while not self.page.locator(selector).count():
            assert time.monotonic() < until, f"{selector} never came"
            time.sleep(0.5)
            self.page.reload()
        return self.page.locator(selector).first

    def apply_for_parking(self, relation: str, plate: str, letter: Path | None = None) -> str:
        """Fill in the form of the parking permit and send it, with a letter if given; give the reference."""
        page = self.page
        page.goto("/services/parking-permit/")
        self.follow("Apply now")
        page.locator("input[name=office][value=sumgait-city-hall]").check()
        self.click("Start")
        page.locator("input[name=plate]").fill(plate)
        page.locator(f"input[name=vehicle_relation][value={relation}]").check()
        self.click("Save and go on")
        page.locator("input[name=zone][value=a]").check()
        page.locator("input[name=start]").fill(in_a_week())
        self.click("Save and go on")
        expect(page.locator("main input[type=file], main input[type=checkbox]").first).to_be_attached()
        if letter:
            page.locator("input[type=file]").first.set_input_files(letter)
            expect(page.locator("[id$=_files] li")).to_have_count(1)
        if page.locator("input[type=file]").count():
            self.click("Save and go on")
        self.send()
        self.sees("Your request was sent")
        return page.locator(".reference, .confirmation .reference").first.inner_text()

    def send(self) -> None:
        """Declare that all is true and send the request, in any language."""
        self.page.locator("input[type=checkbox]").check()
        self.page.locator("main form button[type=submit]:not([name])").click()

    def open_request(self, reference: str, *, purpose: str = "") -> None:
        """Open a request at the desk by its reference; what isn't one's work is opened with a purpose."""
        self.page.goto("/desk/")
        self.page.locator("input[name=words]").fill(reference)
        self.page.locator("input[name=words]").press("Enter")
        self.page.wait_for_url(re.compile("/desk/requests/"))
        if purpose:
            self.tell_purpose(purpose)

    def tell_purpose(self, purpose: str) -> None:
        self.page.locator(f"input[name=purpose][value={purpose}]").check()
        self.page.locator("form[action$='/purpose/'] button").click()
        self.page.wait_for_url(re.compile("/desk/requests/[^/]+/$"))

    def take(self, reference: str) -> None:
        """Take the step of this request and no other: where nobody picks, what comes before it is given back after."""
        before: list[str] = []
        self.open_request(reference)
        while True:
            self.wait_for_part("main form[action$='/claim/'] button, main form[action$='/next/'] button").click()
            expect(self.page.locator("form[data-autosave]")).to_be_visible()
            if self.page.locator(".facts .reference").inner_text() == reference:
                break
            before.append(self.page.url)
            self.open_request(reference)
        own = self.page.url
        for address in before:
            self.page.goto(address)
            self.page.locator("details:has(form[action$='/release/']) > summary").click()
            self.page.locator("form[action$='/release/'] button").click()
        self.page.goto(own)

    def decide(self, outcome: str, words: str = "", *, refuses: bool = False) -> None:
        """Choose an outcome of the step in one's hands and decide, in any language."""
        form = self.page.locator("form[data-autosave]")
        form.locator(f"input[name=outcome][value={outcome}]").check()
        if refuses:
            form.locator("select[name=reason]").select_option(index=1)
        form.locator("textarea[name=words]").fill(words)
        self.press_decide()

    def press_decide(self) -> None:
        self.page.locator("form[data-autosave] button[type=submit]:not([name]):not([formaction])").click()

    def send_by_program(self, service: str, answers: dict[str, object], office: str = "sumgait-city-hall") -> str:
        """Send a request by the API, in the session of the browser; give the reference."""
        token = next(one["value"] for one in self.page.context.cookies() if one["name"] == "csrf")
        answer = self.page.request.post(
            "/api/requests/",
            data={"service": service, "office": office, "answers": answers},
            headers={"X-CSRFToken": token, "Idempotency-Key": uuid4().hex},
        )
        assert answer.status == 201, answer.text()
        return str(answer.json()["reference"])

    def picture(self, folder: Path, name: str) -> None:
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)


def paper(folder: Path) -> Path:
    """Make a small picture of a letter, as a phone would."""
    file = folder / "letter.png"
    Image.new("RGB", (40, 60), "white").save(file)
    return file


def press_until(person: Visitor, selector: str) -> None:
    """Press the tab key until a part of the page has the focus."""
    for _ in range(80):
        person.page.keyboard.press("Tab")
        if person.page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"no way to {selector} by keyboard")
