"""Licences of food stalls: six of ten sell what harms nobody."""

from portal.management.simulation.registers import SPOTS, Registers
from portal.management.simulation.stories import CITY_HALLS, Kind, Story, always

CASES = {
    "low": 60.0,
    "bakery": 4,
    "cold": 5,
    "hot": 5,
    "gas": 5,
    "alcohol": 5,
    "alcohol_again": 1,
    "no_hygiene": 7,
    "late_hours": 2,
    "objection": 1,
    "unpaid": 1.5,
    "no_certificate": 0.5,
    "zoning": 1.6,
    "near_school": 0.8,
    "debt": 1.4,
    "hygiene": 1,
    "fire": 0.6,
    "not_owner": 0.6,
}
GOODS = {"bakery": ["bakery", "drinks"], "cold": ["cold_food"], "low": ["fruit", "drinks"]}
LOW = ("low", "unpaid", "late_hours", "zoning", "debt", "not_owner")


def tell(story: Story, case: str, known: Registers) -> None:
    story.person = person = known.person(story.city)
    owner = known.person(story.city) if case == "not_owner" else person
    sells_alcohol = case in ("alcohol", "alcohol_again", "near_school")
    goods = GOODS.get("low" if case in LOW else case, ["hot_food", "drinks"])
    goods = ["cold_food", "alcohol"] if sells_alcohol else goods
    gas = case in ("gas", "fire")
    home = known.home(story.city, stalls_allowed=case != "zoning", near_school=case == "near_school")
    hygiene = "" if case in ("no_hygiene", "no_certificate") else "2028-01-31"
    latitude, longitude = SPOTS[story.city]
    story.answers = {
        "business_name": f"{person.name.split()[0]} stall",
        "legal_form": "sole_trader",
        "tax_id": known.business(owner, debt=820.0 if case == "debt" else 0.0, hygiene=hygiene),
        "address": home.written(),
        "spot": {"lat": f"{latitude:.6f}", "lon": f"{longitude:.6f}"},
        "floor_area": known.chance.randint(4, 24),
        "goods": goods,
        "opens_at": "09:00",
        "closes_at": "23:30" if case == "late_hours" else "20:00",
        "gas_used": gas,
    }
    story.papers = ["plan", *(["gas_check"] if gas else [])]
    _tell_what_goes_wrong(story, case)


def _tell_what_goes_wrong(story: Story, case: str) -> None:
    reasons = {"zoning": "zoning", "near_school": "near_school", "debt": "tax_debt", "not_owner": "not_owner"}
    match case:
        case "alcohol_again":
            story.says["confirm"] = ["send_back", "confirm"]
        case "no_hygiene":
            story.later = ["hygiene_certificate"]
        case "no_certificate":
            story.is_closed(adds=None)
        case "unpaid":
            story.is_closed(pays=None)
        case "objection":
            story.says["health"] = ["objection"]
        case "hygiene" | "fire":
            story.says["health" if case == "hygiene" else "fire"] = ["objection"]
            story.is_refused("decide", "hygiene" if case == "hygiene" else "fire_safety")
        case _ if case in reasons:
            story.is_refused("check", reasons[case])


KIND = Kind("small-business-licence", always(310), CITY_HALLS, CASES, tell)
