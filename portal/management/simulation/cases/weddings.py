"""Marriages: two people come, wait thirty days by law, and two officials register them."""

from portal.management.simulation.registers import Registers
from portal.management.simulation.stories import Kind, Story, always

CASES = {
    "plain": 68.0,
    "evening": 8,
    "divorced": 8,
    "corrected": 2,
    "late": 3,
    "withdrawn": 6,
    "not_come": 2,
    "bar": 1,
    "papers": 1,
    "consent": 1,
}


def tell(story: Story, case: str, known: Registers) -> None:
    bride, groom = known.couple(known.city(), married=False)
    story.person, partner = known.chance.sample((bride, groom), 2)
    if case == "bar":
        known.records["population"][partner.pin]["marital_status"] = "married"
    witnesses = [known.person(bride.home.city) for _ in range(2)]
    story.answers = {
        "partner_name": partner.name,
        "partner_pin": partner.pin,
        "earlier_marriage": case in ("divorced", "papers"),
        "wished_date": story.after(50),
        "outside_hours": case == "evening",
        "surname": known.chance.choice(("own", "mine", "partner")),
        "witnesses": [{"name": one.name, "pin": one.pin} for one in witnesses],
    }
    story.comes = 5
    _tell_how_it_goes(story, case)


def _tell_how_it_goes(story: Story, case: str) -> None:
    match case:
        case "divorced":
            story.papers = ["earlier_paper"]
        case "corrected":
            story.says["second_official"] = ["correct", "confirm"]
        case "late":
            story.comes, story.says["not_come"] = [45, 3], ["again"]
        case "not_come":
            story.comes, story.says["not_come"], story.ends = None, ["close"], "closed"
        case "withdrawn":
            story.withdraws_after(9)
        case "bar" | "papers":
            story.is_refused("check", case)
        case "consent":
            story.is_refused("register", "no_consent")


KIND = Kind("marriage-registration", always(240), {"civil-registry-baku": 1}, CASES, tell)
