"""Supervisors and managers: the team's work, roles for two, a draft tried and published by two, robots, connectors.

The supervisor has a phone; managers read French.
"""

import json
import re
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import FilePayload, Locator, expect

from services.catalogue.packages import Content, packed
from services.ledger.keys import log_key
from tests.catalogue.bpmn_files import HOSTILE, SIGNAVIO
from tests.journeys.people import PASSWORD, Visitor
from tests.journeys.test_account_pages import go_freshly, submit
from tests.journeys.test_pages import assert_sound_and_narrow
from tests.journeys.test_parking import set_registries
from tests.live import LivePortal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Open = Callable[..., Visitor]
ROADS = "Roads and lighting"
IN_A_WEEK = time.strftime("%Y-%m-%d", time.localtime(time.time() + 7 * 86_400))
OWN_CAR = {"plate": "10-AB-123", "vehicle_relation": "owner", "electric": False, "zone": "a", "start": IN_A_WEEK}


def test_a_supervisor_hands_out_work_and_a_role_needs_two(visitor: Open) -> None:
    vusala, dilara = visitor("vusala", width=390), visitor("dilara")
    page = vusala.page
    page.goto("/desk/team/")
    expect(page.locator("main tr", has_text=ROADS).first).to_be_visible()
    assert_sound_and_narrow(vusala, "team")

    row = hand_out(vusala, "Günay Abbasova")
    expect(row).to_contain_text("Günay Abbasova")
    enter_an_absence(vusala, "Günay Abbasova", stand_in="Bruno Qasımov")
    expect(row).to_contain_text("Bruno Qasımov")
    page.get_by_role("button", name="Remove Günay Abbasova").click()
    vusala.sees("The absence is removed.")
    vusala.follow("Numbers that are unlike the others")
    vusala.sees("Searches for people")
    assert_sound_and_narrow(vusala, "team-signals")

    propose_a_role(dilara)
    expect(dilara.page.get_by_role("button", name="Confirm")).to_have_count(0)
    page.goto("/desk/team/")
    vusala.sees("Waits for a second person")
    assert_sound_and_narrow(vusala, "team-role")
    page.locator("main li", has_text="Tural Rzayev").locator("form[action$='/confirm/'] button").click()
    dilara.page.reload()
    dilara.sees("Lately settled")
    dilara.sees("Dilarə Cəfərova and Vüsalə Nəbiyeva")
    dilara.page.goto("/manage/calendars/sumgait/")
    assert_sound_and_narrow(dilara, "manage-calendar")
    dilara.page.locator("main details summary", has_text="Add a day").click()
    dilara.click("Add the day")
    assert_sound_and_narrow(dilara, "manage-calendar-faults")
    assert vusala.faults == dilara.faults == []


def hand_out(vusala: Visitor, name: str) -> Locator:
    """Give a free step of a desk to an official; give its row."""
    rows = vusala.page.locator("main tr:has(form)")
    row = rows.filter(has_text=ROADS).filter(has_text="nobody yet").first
    reference = row.locator(".reference").inner_text()
    row.locator("select").select_option(label=name)
    row.locator("button").click()
    vusala.sees(f"{name} now holds this step.")
    return rows.filter(has_text=reference)


def enter_an_absence(vusala: Visitor, name: str, stand_in: str) -> None:
    page, today = vusala.page, time.strftime("%Y-%m-%d")
    page.locator("summary", has_text="Enter an absence").click()
    page.get_by_role("button", name="Enter the absence").click()
    assert_sound_and_narrow(vusala, "team-absence-faults")
    page.locator("select[name=user]").select_option(label=name)
    for day in ("first_day", "last_day"):
        page.locator(f"input[name={day}]").fill(today)
    page.locator("select[name=stand_in]").select_option(label=stand_in)
    page.get_by_role("button", name="Enter the absence").click()
    vusala.sees(f"{stand_in} stands in")


def propose_a_role(dilara: Visitor) -> None:
    page = dilara.page
    page.goto("/manage/people/")
    page.locator("summary", has_text="Propose a role").click()
    dilara.click("Propose the role")
    assert_sound_and_narrow(dilara, "manage-people-faults")
    page.locator("input[name=email]").fill("tural@example.org")
    page.locator("select[name=agency]").select_option(label="Municipality of Sumgait")
    page.locator("input[name=role][value=clerk]").check()
    page.get_by_label(f"{ROADS} – Sumgait city hall").check()
    dilara.click("Propose the role")
    dilara.sees("The role is proposed.")
    assert_sound_and_narrow(dilara, "manage-people-proposed")


@pytest.fixture
def without_worker(walked: LivePortal) -> Iterator[None]:
    """Let nothing be worked, so that what is on its way can be seen."""
    walked.stop("worker")
    yield
    walked.start("worker")
    walked.wait_until_ready()


def test_a_draft_is_tried_and_published_by_two(visitor: Open, walked: LivePortal, without_worker: None) -> None:
    """In French; what the trial is at is seen while no worker does it."""
    fuad, rena = (visitor(name, language="fr") for name in ("fuad", "rena"))
    page = fuad.page
    page.goto("/manage/services/pothole-report/")
    fuad.page.locator("main a[href$='/versions/']").last.click()
    assert_sound_and_narrow(fuad, "versions-fr")
    definition = page.locator("textarea[name=text]").input_value()
    check(fuad, definition.replace("kind: desk", "kind: table", 1))
    assert_sound_and_narrow(fuad, "draft-faults-fr")
    check(fuad, shorter(definition))
    fuad.sees("Demandez à un autre responsable")
    assert_sound_and_narrow(fuad, "draft-fr")
    draft = page.url

    page.locator("input[name=wanted][value='10']").check()
    page.locator("form[action$='/try/'] button").click()
    fuad.sees("0 demandes sur 10")
    assert_sound_and_narrow(fuad, "trial-on-its-way-fr")
    walked.start("worker")
    expect(page.locator("#trial:not([hx-get])")).to_be_visible(timeout=60_000)
    expect(page.locator("main tbody tr").first).to_be_visible()
    assert_sound_and_narrow(fuad, "trial-fr")

    rena.page.goto(draft)
    expect(rena.page.locator("main a[href$='/publish/']")).to_be_visible()
    go_freshly(rena, f"{draft}publish/", PASSWORD)
    assert_sound_and_narrow(rena, "publish-fr")
    rena.page.locator("main form button").click()
    rena.sees("version 2")
    assert_sound_and_narrow(rena, "manage-service-published-fr")
    rena.page.goto("/services/pothole-report/")
    rena.sees("9 jours")
    assert fuad.faults == rena.faults == []


def test_a_workflow_comes_from_a_file(visitor: Open) -> None:
    """In French: a file that is refused, and one of which not everything can be held."""
    fuad = visitor("fuad", language="fr", width=390)
    fuad.page.goto("/manage/services/pothole-report/versions/")
    fuad.page.locator("main a[href$='/model/']").click()
    assert_sound_and_narrow(fuad, "process-model-fr")
    bring(fuad, HOSTILE["billion laughs"][0])
    fuad.sees("a un type de document (DTD)")
    assert_sound_and_narrow(fuad, "process-model-faults-fr")
    bring(fuad, SIGNAVIO.encode())
    fuad.page.wait_for_url("**/versions/*-*/")
    fuad.sees("Une étape d’un agent la remplace.")
    assert_sound_and_narrow(fuad, "process-model-draft-fr")
    assert fuad.faults == []


def test_a_service_comes_from_another_portal(visitor: Open, walked: LivePortal) -> None:
    """A file that is none, then a package; its origin, which can't be asked from here."""
    fuad = visitor("fuad", width=390)
    fuad.page.goto("/manage/services/pothole-report/versions/")
    fuad.page.locator("main a[href$='/package/']").click()
    assert_sound_and_narrow(fuad, "package")
    bring(fuad, b"no package")
    fuad.sees("it can’t be read as JSON")
    assert_sound_and_narrow(fuad, "package-faults")
    package = guided(httpx.get(f"{walked.url}/open-data/services/pothole-report.package.json").content, walked)
    bring(fuad, package)
    fuad.page.wait_for_url("**/versions/*-*/")
    fuad.page.locator("summary", has_text="no such step here yet").click()
    assert_sound_and_narrow(fuad, "package-draft")
    fuad.page.locator("form[action$='/guidance/'] button").click()
    fuad.sees("Guidance on 1 step was kept.")
    assert_sound_and_narrow(fuad, "package-draft-kept")
    fuad.page.locator("form[action$='/origin/'] button").click()
    fuad.sees("The origin could not be asked")
    assert_sound_and_narrow(fuad, "package-origin")
    begin_and_give_up(fuad, package)
    assert fuad.faults == []


def begin_and_give_up(fuad: Visitor, package: bytes) -> None:
    """Begin a service with a package under a code that is taken, then under a free one; and give it up."""
    fuad.page.goto("/manage/")
    fuad.page.locator("main a[href='/manage/new-service/']").click()
    assert_sound_and_narrow(fuad, "new-service")
    bring(fuad, package)
    fuad.sees("There is a service with the code “pothole-report” already.")
    assert_sound_and_narrow(fuad, "new-service-faults")
    fuad.page.locator("input[name=code]").fill("potholes")
    bring(fuad, package)
    fuad.page.wait_for_url("**/manage/services/potholes/versions/*-*/")
    fuad.sees("It is to be the first version.")
    assert_sound_and_narrow(fuad, "new-service-draft")
    fuad.page.locator("main a[href$='/discard/']").click()
    assert_sound_and_narrow(fuad, "new-service-discard")
    fuad.page.locator("main form button").click()
    fuad.sees("Its code is free again.")


def guided(package: bytes, walked: LivePortal) -> bytes:
    """Give a package of this portal with guidance on a step that it has, and on one that it hasn't."""
    content = json.loads(package)["content"]
    guidance = [{"step": "triage", "text": "Look at the map of roads first."}, {"step": "dig", "text": "Call 112."}]
    return packed(Content(**content, guidance=guidance), log_key(walked.folder.path / "keys"))


def bring(fuad: Visitor, content: bytes) -> None:
    file: FilePayload = {"name": "way", "mimeType": "application/octet-stream", "buffer": content}
    fuad.page.locator("input[name=file]").set_input_files(file)
    fuad.page.locator("form:has(input[name=file]) button").click()


def check(fuad: Visitor, text: str) -> None:
    """Have a changed text checked."""
    if fuad.page.locator("details:not([open]) textarea[name=text]").count():
        fuad.page.locator("details:has(textarea[name=text]) > summary").click()
    fuad.page.locator("textarea[name=text]").fill(text)
    fuad.page.locator("form:has(textarea[name=text]) button").click()
    fuad.page.wait_for_url("**/versions/*/")


def shorter(definition: str) -> str:
    """Give the definition with a legal limit of nine days instead of ten."""
    head, limit, rest = definition.partition("time_limit:")
    assert "days: 10" in rest
    return head + limit + rest.replace("days: 10", "days: 9", 1)


def test_what_robots_hand_over_is_tried_again_or_done_by_hand(visitor: Open, walked: LivePortal) -> None:
    aysel, dilara, admin = visitor("aysel"), visitor("dilara", language="fr"), visitor("admin", width=390)
    pause_a_connector(admin)
    set_registries(walked, "down")
    try:
        first, second = (aysel.send_by_program("parking-permit", OWN_CAR) for _ in range(2))
        page = dilara.page
        page.goto("/manage/robots/")
        for reference in (first, second):
            dilara.wait_for_part(f"main li:has-text('{reference}')", seconds=60)
        assert_sound_and_narrow(dilara, "robots-fr")
        page.locator("a[href*='/robots/again/']").first.click()
        assert_sound_and_narrow(dilara, "robots-all-again-fr")
        page.go_back()
        page.locator(f"li:has-text('{first}') form[action$='/by-hand/'] button").click()
        dilara.sees("À faire à la main")
    finally:
        set_registries(walked, "none")
    page.locator(f"li:has-text('{second}') form[action$='/again/'] button").click()
    expect(page.locator(f"main li:has-text('{second}')")).to_have_count(0)
    assert_sound_and_narrow(dilara, "robots-by-hand-fr")

    page.goto("/manage/connectors/")
    assert_sound_and_narrow(dilara, "connectors-fr")
    page.locator("main tbody a").first.click()
    assert_sound_and_narrow(dilara, "connector-fr")
    assert dilara.faults == admin.faults == []


def pause_a_connector(admin: Visitor) -> None:
    """Pause a connector and resume it."""
    page = admin.page
    page.goto("/manage/connectors/")
    page.locator("main details:has(textarea[name=text]) > summary").click()
    page.locator("main textarea[name=text]").fill("connectors: [")
    page.locator("main form:has(textarea[name=text]) button").last.click()
    assert_sound_and_narrow(admin, "connectors-faults")
    page.goto("/manage/connectors/")
    page.locator("main tbody a[href$='/hospital_notices/']").click()
    admin.click("Pause")
    assert_sound_and_narrow(admin, "connector-pause-faults")
    page.locator("main form[action$='/pause/'] :is(input[type=text], textarea)").fill("They move their machines.")
    admin.click("Pause")
    admin.sees("They move their machines.")
    assert_sound_and_narrow(admin, "connector-paused")
    admin.click("Resume")
    expect(page.locator("form[action$='/pause/']")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_program_of_the_agency_needs_two(visitor: Open, walked: LivePortal, language: str) -> None:
    dilara, vusala = visitor("dilara", language=language), visitor("vusala", width=390, language=language)
    page = dilara.page
    open_the_form(dilara)
    assert_sound_and_narrow(dilara, f"programs-of-agency-{language}")
    press_freshly(dilara, page.locator("form[action='/manage/programs/'] button"))
    assert_sound_and_narrow(dilara, f"programs-of-agency-faults-{language}")
    open_the_form(dilara)
    secret = make_a_program(dilara)
    assert_sound_and_narrow(dilara, f"programs-of-agency-made-{language}")
    wanted, client = {"grant_type": "client_credentials"}, page.locator("#id_client").input_value()
    assert httpx.post(f"{walked.url}/oauth/token", data=wanted, auth=(client, secret)).status_code == 401

    vusala.page.goto("/desk/team/")
    assert_sound_and_narrow(vusala, f"team-program-{language}")
    vusala.page.locator("form[action$='/confirmation/'] button").first.click()
    expect(vusala.page.locator("form[action$='/confirmation/']")).to_have_count(0)
    given = httpx.post(f"{walked.url}/oauth/token", data=wanted, auth=(client, secret)).json()
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert httpx.get(f"{walked.url}/api/desk/tasks/", headers=bearer).status_code == 200

    go_freshly(dilara, "/manage/programs/", PASSWORD)
    assert_sound_and_narrow(dilara, f"programs-of-agency-listed-{language}")
    page.locator("main a[href$='/secret/']").first.click()
    assert_sound_and_narrow(dilara, f"program-secret-{language}")
    page.go_back()
    page.locator("main a[href$='/end/']").first.click()
    assert_sound_and_narrow(dilara, f"program-end-{language}")
    press_freshly(dilara, page.locator("main form button").first)
    expect(page.locator("main a[href$='/end/']")).to_have_count(0)
    assert httpx.get(f"{walked.url}/api/desk/tasks/", headers=bearer).status_code == 401
    assert vusala.faults == dilara.faults == []


def press_freshly(person: Visitor, button: Locator) -> None:
    """Press a button that wants the password again where that was long ago; what was sent goes on with it."""
    button.click()
    person.page.wait_for_load_state()
    if "reauthenticate" in person.page.url:
        person.page.locator("input[name=password]").fill(PASSWORD)
        submit(person)


def open_the_form(dilara: Visitor) -> None:
    """Go to the page with its form open."""
    dilara.page.goto("/manage/programs/")
    if not dilara.page.locator("form[action='/manage/programs/'] button").is_visible():
        dilara.page.locator("main details summary").last.click()


def make_a_program(dilara: Visitor) -> str:
    """Fill in the form, and give the secret that is shown."""
    form = dilara.page.locator("form[action='/manage/programs/']")
    form.locator("input[name=name]").fill("Archive")
    form.locator("input[name=purpose]").fill("Keeps closed files")
    town = form.locator("select[name=agency] option", has_text=re.compile("Sumgait|Soumgaït"))
    form.locator("select[name=agency]").select_option(value=town.get_attribute("value"))
    form.locator("input[name=responsible]").fill("bruno@example.org")
    form.locator("input[name=scopes][value='desk:read']").check()
    form.locator("input[name=desks]").last.check()
    press_freshly(dilara, form.locator("button"))
    return dilara.page.locator("#id_secret").input_value()
