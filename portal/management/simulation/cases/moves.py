"""Changes of address: whoever owns the home, or whose owner has agreed in the register, needs no clerk."""

from portal.management.simulation.registers import Home, Registers
from portal.management.simulation.stories import CITY_HALLS, Kind, Story, always

CASES = {
    "own": 40.0,
    "tenant": 28,
    "guest": 15,
    "tenant_on_paper": 6,
    "guest_on_paper": 3,
    "wrong_house": 4,
    "unreadable_lease": 1.5,
    "withdrawn": 0.7,
    "no_consent": 0.8,
    "unknown_house": 0.5,
    "too_many": 0.5,
}
ON_PAPER = {"tenant": "lease", "guest": "consent"}


def tell(story: Story, case: str, known: Registers) -> None:
    story.person = person = known.person(known.city())
    owner = person if case in ("own", "wrong_house", "withdrawn", "too_many") else known.person(story.city, age=55)
    home = known.home(story.city, owner_pin=owner.pin, full=case == "too_many")
    tenure = "owner" if owner is person else "guest" if "guest" in case else "tenant"
    alone = known.chance.random() < 0.6
    story.answers = {"new_address": home.written("5"), "move_date": story.before(6), "tenure": tenure, "alone": alone}
    if not alone:
        child = known.person(story.city, age=known.chance.randint(1, 16))
        story.answers["persons"] = [{"name": child.name, "pin": child.pin, "relation": "child"}]
    if case in ("tenant", "guest"):
        _agree(known, home, person.pin, owner.pin, "lease" if tenure == "tenant" else "consent")
    elif tenure != "owner":
        story.papers = [ON_PAPER[tenure]]
    _tell_what_goes_wrong(story, case, home)


def _agree(known: Registers, home: Home, resident: str, owner: str, kind: str) -> None:
    """Let the owner have agreed: the lease is registered, or consent was given to the register."""
    known.tell("residence_rights", f"{home.key}|{resident}", owner_pin=owner, kind=kind, valid_until="2029-12-31")


def _tell_what_goes_wrong(story: Story, case: str, home: Home) -> None:
    match case:
        case "wrong_house":
            story.answers["new_address"] = {**home.written("5"), "house": f"{home.house}-x"}
            story.corrects = {"new_address": home.written("5")}
            story.says["check"] = ["ask:new_address", "accept"]
        case "unreadable_lease":
            story.says["check"] = ["ask:lease", "accept"]
        case "withdrawn":
            story.answers["new_address"] = {**home.written("5"), "house": f"{home.house}-y"}
            story.withdraws_after(0.02)
        case "no_consent":
            story.is_refused("check", "no_consent")
        case "unknown_house":
            story.answers["new_address"] = {**home.written("5"), "house": f"{home.house}-z"}
            story.is_refused("check", "address_unknown")
        case "too_many":
            story.is_refused("check", "too_many_people")


KIND = Kind("address-change", always(2600), CITY_HALLS, CASES, tell)
