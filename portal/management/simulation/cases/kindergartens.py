"""Kindergarten places: six thousand ask in spring for the year's round, some every month."""

from datetime import date

from portal.management.simulation.registers import Registers
from portal.management.simulation.stories import CITY_HALLS, Kind, Story

CASES = {
    "plain": 48.0,
    "sibling": 14,
    "alone": 10,
    "needs": 4,
    "needs_asked": 2,
    "offered_again": 2,
    "not_accepted": 3,
    "no_place": 13,
    "elsewhere": 2,
}
SPRING, ROUND, ROLLING = (3, 4, 5), 2000, 120
OPEN, IN_REPAIR = ("no3", "no12", "gunesh", "benovshe", "nagil"), "no27"


def a_month(day: date) -> float:
    """Give how many ask in a month: those of the yearly round in spring, and those who move or turn three."""
    return ROLLING + (ROUND if day.month in SPRING else 0)


def tell(story: Story, case: str, known: Registers) -> None:
    home = next(city for city in ("Gəncə", "Sumqayıt") if city != story.city) if case == "elsewhere" else story.city
    story.person = known.person(home, age=known.chance.randint(22, 42))
    wishes = known.chance.sample(OPEN, known.chance.randint(1, 3))
    story.answers = {
        "child_name": known.chance.choice(("Aylin", "Murad", "Yusif", "Nuray")),
        "child_birth_date": story.before(known.chance.randint(700, 1900)),
        "start": story.after(60),
        "wishes": [{"kindergarten": name} for name in wishes],
        "sibling": case == "sibling",
        "single_parent": case == "alone",
        "special_needs": case.startswith("needs"),
    }
    if case.startswith("needs"):
        story.answers["support"] = "She needs somebody who helps her to walk."
        story.papers = ["support_paper"]
    match case:
        case "needs_asked":
            story.says["needs"] = ["ask:support", "clear"]
            story.corrects = {"support": "She needs somebody who helps her to walk, in the morning."}
        case "offered_again":
            story.confirms, story.says["not_accepted"] = [14, 2], ["again"]
        case "not_accepted":
            story.confirms, story.says["not_accepted"], story.ends = None, ["close"], "closed"
        case "no_place":  # the only wish gives no places this year
            story.answers["wishes"] = [{"kindergarten": IN_REPAIR}]
            story.is_refused("unplaced", "no_place")
        case "elsewhere":
            story.is_refused("check", "not_resident")


KIND = Kind("kindergarten-place", a_month, CITY_HALLS, CASES, tell)
