"""Resident's parking permits: nine of ten need no clerk."""

from portal.management.simulation.registers import CITIES, Registers
from portal.management.simulation.stories import CITY_HALLS, Kind, Story, always

CASES = {
    "own": 76.0,
    "electric": 5,
    "second": 5,
    "badge": 2,
    "unpaid": 1.5,
    "withdrawn": 0.5,
    "wrong_plate": 2.5,
    "company": 2,
    "company_without_letter": 1.5,
    "leased": 1.5,
    "fines": 1,
    "elsewhere": 0.6,
    "of_another": 0.5,
    "zone_full": 0.4,
}


def tell(story: Story, case: str, known: Registers) -> None:
    badge = f"DB-{known.number():06}" if case == "badge" else ""
    story.person = person = known.person(story.city, disability_badge=badge)
    story.answers = {"vehicle_relation": "owner", "zone": person.home.zone, "start": story.after(7)}
    if badge:
        story.answers["disability_badge"] = badge
    car = _whose(story, case, known)
    _tell_how_it_goes(story, case, known)
    story.answers["plate"] = known.vehicle(**car)
    if case == "wrong_plate":
        story.corrects = {"plate": story.answers["plate"]}
        story.answers["plate"] = f"99{story.answers['plate'][2:]}"


def _whose(story: Story, case: str, known: Registers) -> dict[str, object]:
    """Tell the form whose car it is, and give what the register of vehicles says."""
    assert story.person is not None
    if case.startswith("company") or case == "zone_full":
        _company_car(story, case)
        return {"owner_tax_id": "1200456785"}
    if case == "leased":
        story.answers["vehicle_relation"], story.papers = "lease", ["lease_contract"]
        return {"owner_tax_id": "1400991234", "lessee_pin": story.person.pin}
    owner = known.person(story.city) if case == "of_another" else story.person
    return {"owner_pin": owner.pin, "electric": case == "electric"}


def _tell_how_it_goes(story: Story, case: str, known: Registers) -> None:
    assert story.person is not None
    match case:
        case "electric":
            story.answers["electric"] = True
        case "second":
            story.answers["second_vehicle"] = True
        case "unpaid":
            story.is_closed(pays=None)
        case "withdrawn":
            story.withdraws_after(0.4)
            story.pays = 8
        case "wrong_plate":
            story.says["check"] = ["ask:plate", "approve"]
        case "fines":
            known.tell("fines", story.person.pin, unpaid=90.0, count=2.0)
            story.is_refused("check", "unpaid_fines")
        case "elsewhere" | "of_another":
            _tell_of_the_mismatch(story, case)


def _tell_of_the_mismatch(story: Story, case: str) -> None:
    if case == "of_another":
        story.is_refused("check", "other_owner")
        return
    other = [zone for zone in "abc" if zone != story.answers["zone"]]
    story.answers["zone"] = next((zone for zone in other if zone in CITIES[story.city]), other[0])
    story.is_refused("check", "not_resident")


def _company_car(story: Story, case: str) -> None:
    story.answers["vehicle_relation"] = "company_car"
    if case == "company_without_letter":
        story.says["check"] = ["ask:employer_letter", "approve"]
        story.later = ["employer_letter"]
    else:
        story.papers = ["employer_letter"]
    if case == "zone_full":
        story.answers["second_vehicle"] = True
        story.is_refused("check", "zone_full")


KIND = Kind("parking-permit", always(1450), CITY_HALLS, CASES, tell)
