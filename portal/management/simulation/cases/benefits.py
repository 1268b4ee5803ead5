"""Housing benefits: a clerk always decides, and a second one when it is a refusal or much money."""

from portal.management.simulation.registers import Registers
from portal.management.simulation.stories import Kind, Story, always

OFFICES = {"absheron-social": 3, "ganja-social": 2}
CASES = {
    "small": 40.0,
    "large": 10,
    "other_income": 8,
    "proof": 5,
    "unreadable": 4,
    "sent_back": 2,
    "withdrawn": 1,
    "over_limit": 17,
    "covered": 4,
    "owner": 3,
    "elsewhere": 2,
    "not_proved": 2,
    "refusal_again": 2,
}
CITIES = {"absheron-social": ["Sumqayıt"] * 3 + ["Lənkəran"], "ganja-social": ["Gəncə"] * 3 + ["Şəki"]}


def tell(story: Story, case: str, known: Registers) -> None:
    city = known.chance.choice(CITIES[story.office])
    elsewhere = "Gəncə" if story.office == "absheron-social" else "Sumqayıt"
    story.person = person = known.person(elsewhere if case == "elsewhere" else city)
    earned = {"over_limit": 1400.0, "refusal_again": 1400.0, "covered": 700.0, "large": 60.0}.get(case, 360.0)
    known.tell("incomes", person.pin, monthly=earned * (1.3 if case == "other_income" else 1), source="employment")
    child = {"name": "Aylin", "birth_date": story.before(2000), "relation": "child", "income": "0"}
    household = {"name": person.name, "birth_date": person.birth_date.isoformat(), "relation": "self"}
    story.answers = {
        "household": [{**household, "income": f"{earned:.2f}"}, child],
        "address": person.address,
        "housing": "own" if case == "owner" else "rent",
        "rooms": 2,
        "heating": "gas",
        "iban": known.iban(),
        "income_consent": case not in ("proof", "not_proved", "unreadable"),
    }
    if case != "owner":
        story.answers["rent"] = "450" if case == "large" else "150" if case == "covered" else "260"
        story.papers = ["lease"]
    story.papers += [] if story.answers["income_consent"] else ["income_proof"]
    _tell_what_is_decided(story, case)


def _tell_what_is_decided(story: Story, case: str) -> None:
    reasons = {"over_limit": "income_over_limit", "refusal_again": "income_over_limit", "covered": "rent_covered"}
    reasons |= {"owner": "not_tenant", "elsewhere": "not_resident", "not_proved": "not_proved"}
    match case:
        case "unreadable":
            story.says["check"], story.later = ["ask:income_proof", "checked"], ["income_proof"]
        case "sent_back":
            story.says["second_grant"] = ["send_back", "confirm"]
            story.answers["household"][0]["income"], story.answers["rent"] = "330.00", "450"
            story.answers["household"][1]["income"] = "0"
        case "withdrawn":
            story.withdraws_after(0.5)
        case _ if case in reasons:
            story.says["decide"] = ["propose_refusal"]
            story.is_refused("second_refusal", reasons[case])
            if case == "refusal_again":
                story.says["decide"] *= 2
                story.says["second_refusal"].insert(0, "send_back")


KIND = Kind("housing-benefit", always(540), OFFICES, CASES, tell)
