"""Extracts from the property register: one's own are issued at once."""

from portal.management.simulation.registers import Registers
from portal.management.simulation.stories import Kind, Story, always

CASES = {
    "own": 60.0,
    "own_by_address": 21,
    "certified": 5,
    "unpaid": 2,
    "not_digital": 3,
    "mandate": 3,
    "of_another": 4,
    "no_interest": 0.9,
    "no_mandate": 0.4,
    "unknown": 0.4,
    "locked": 0.3,
}


def tell(story: Story, case: str, known: Registers) -> None:
    story.person = person = known.person(known.city())
    owner = known.person(person.home.city) if case in ("mandate", "no_mandate", "of_another", "no_interest") else person
    story.pays = 0.2
    story.answers = {"whose": "own", "purpose": known.chance.choice(("sale", "mortgage", "court", "own_use"))}
    if case == "own_by_address":
        home = known.home(person.home.city, owner_pin=person.pin)
        story.answers |= {"search_by": "address", "property_address": home.written()}
    else:
        parcel = known.parcel(person.home.city, owner.pin)
        if case != "unknown":
            state = {"digitised": case != "not_digital", "locked": case == "locked"}
            known.tell("properties", parcel, **known.property(owner.pin, parcel, **state))
        story.answers |= {"search_by": "parcel", "parcel": parcel}
    _tell_whose(story, case)
    reasons = {"no_interest": "no_interest", "no_mandate": "no_mandate", "unknown": "unknown_property"}
    if reason := {**reasons, "locked": "locked"}.get(case):
        story.is_refused("judge", reason)


def _tell_whose(story: Story, case: str) -> None:
    match case:
        case "certified":
            story.answers["certified"] = True
        case "unpaid":
            story.is_closed(pays=None)
        case "mandate" | "no_mandate":
            story.answers["whose"] = "mandate"
            story.papers = ["mandate"]
        case "of_another" | "no_interest":
            story.answers |= {"whose": "other", "interest": "I am about to buy the home."}


KIND = Kind("property-extract", always(3300), {"property-baku": 1}, CASES, tell)
