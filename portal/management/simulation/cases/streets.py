"""Reports about streets: anybody may report, most without an account."""

from portal.management.simulation.registers import CITY_OF, SPOTS, Registers
from portal.management.simulation.stories import CITY_HALLS, Kind, Story, always

CASES = {
    "pothole": 31.0,
    "lamp": 22,
    "tree": 8,
    "waste": 13,
    "danger": 6,
    "danger_later": 4,
    "same_place": 6,
    "look_again": 4,
    "outside": 1.5,
    "near_edge": 1.5,
    "not_found": 0.7,
    "not_public": 1,
    "planned": 1,
    "small": 1,
}
WORDS = {
    "pothole": "A deep hole in the right lane, just behind the crossing.",
    "lamp": "The lamp has been dark for several evenings.",
    "tree": "A large branch lies across the pavement.",
    "waste": "Rubble was dumped beside the road.",
}
REASONS = {"not_found": "not_found", "not_public": "not_public", "planned": "already_planned", "small": "too_small"}


def tell(story: Story, case: str, known: Registers) -> None:
    chance, (latitude, longitude) = known.chance, SPOTS[CITY_OF[story.office]]
    north, east = {"outside": (0.4, 0.0), "near_edge": (0.14, 0.0)}.get(
        case, (chance.uniform(-0.035, 0.035), chance.uniform(-0.045, 0.045))
    )
    if case == "same_place":  # one crossing that many report
        north, east = 0.01, 0.01
    category = case if case in WORDS else "pothole"
    story.answers = {
        "category": category,
        "danger": case.startswith("danger"),
        "description": WORDS[category],
        "place": {"lat": f"{latitude + north:.6f}", "lon": f"{longitude + east:.6f}"},
    }
    if category == "pothole":
        story.answers["size"] = "small" if case == "small" else chance.choice(("medium", "large"))
    if chance.random() < 0.45:
        story.person = known.person(story.city)
        story.answers["email"] = story.person.email
    if chance.random() < 0.5:
        story.papers = ["photo"]
    _tell_what_is_found(story, case)


def _tell_what_is_found(story: Story, case: str) -> None:
    match case:
        case "danger_later":
            story.says["make_safe"] = ["made_safe"]
        case "same_place":
            story.says |= {"repair": ["look_again"], "dispatch": ["known"], "inspect": ["known"]}
            story.ends = "closed"
        case "look_again":
            story.says["repair"] = ["look_again", "done"]
        case "outside":
            story.is_refused("triage", "outside_city", "not_ours")
        case "small" | "not_public" | "planned" | "not_found":
            story.says |= {"repair": ["look_again"], "dispatch": ["inspect"]}
            story.is_refused("inspect", REASONS[case])


CHANNELS = {"online": 70, "counter": 10, "phone": 15, "email": 5}
KIND = Kind("pothole-report", always(1900), CITY_HALLS, CASES, tell, CHANNELS)
