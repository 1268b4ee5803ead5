"""Identity cards: everybody comes to a counter, so an official has a part in each."""

from portal.management.simulation.registers import Person, Registers
from portal.management.simulation.stories import Kind, Story, always

OFFICES = {"identity-baku": 3, "centre-baku": 5, "centre-ganja": 3}
CASES = {
    "expired": 52.0,
    "urgent": 8,
    "old": 4,
    "damaged": 6,
    "lost": 9,
    "stolen": 2.5,
    "lost_again": 1.5,
    "name": 4,
    "other_number": 4,
    "prints": 2,
    "small_photo": 2,
    "misprint": 0.6,
    "unpaid": 1.5,
    "no_show": 1.2,
    "late_visit": 1,
    "photo": 0.3,
    "identity": 0.2,
    "no_name_paper": 0.2,
}


def tell(story: Story, case: str, known: Registers) -> None:
    age = 74 if case == "old" else None
    person = known.person(known.city(), age=age, cards_lost_24_months=2.0 if case == "lost_again" else 0.0)
    known.tell("stations", person.pin, prints_readable=True, photo_fits=case != "photo")
    known.tell("card_factory", person.pin, as_ordered=True)
    story.person, story.comes = person, 3
    story.papers = ["photo"]
    story.answers = {
        "reason": "expired",
        "old_card_number": person.card_number,
        "speed": "urgent" if case == "urgent" else "standard",
        "phone": person.phone,
    }
    if case in ("lost", "stolen", "lost_again"):
        _tell_of_the_loss(story, "stolen" if case == "stolen" else "lost")
    _tell_what_is_unusual(story, case, person, known)
    _tell_how_it_ends(story, case)


def _tell_what_is_unusual(story: Story, case: str, person: Person, known: Registers) -> None:
    match case:
        case "damaged":
            story.answers["reason"] = "damaged"
        case "name" | "no_name_paper":
            story.answers |= {"reason": "name_change", "new_surname": f"{person.name.split()[0]} Qarayeva"}
            story.papers.append("name_paper")
        case "other_number":
            story.answers["old_card_number"] = f"AB{person.card_number[2:]}"
            story.says["clarify"] = ["ask:old_card_number", "accept"]
            story.corrects = {"old_card_number": person.card_number}
        case "prints":
            known.tell("stations", person.pin, prints_readable=False, photo_fits=True)
            story.says["confirm"] = ["come_again", "confirmed"]
        case "small_photo":
            story.papers, story.later = ["photo:small"], ["photo"]
        case "misprint":
            known.tell("card_factory", person.pin, as_ordered=False)
            story.says["receive"] = ["make_again", "good"]
        case "late_visit":
            story.comes = 24


def _tell_of_the_loss(story: Story, reason: str) -> None:
    story.answers |= {"reason": reason, "lost_date": story.before(2), "lost_where": "In a bus"}
    del story.answers["old_card_number"]
    if reason == "stolen":
        story.answers["police_report"] = "P-2026-118"


def _tell_how_it_ends(story: Story, case: str) -> None:
    match case:
        case "unpaid":
            story.is_closed(pays=None)
        case "no_show":
            story.is_closed(comes=None)
        case "photo":
            story.is_refused("confirm", "photo_unfit")
        case "identity":
            story.says["face"] = ["doubt"]
            story.is_refused("confirm", "identity_doubtful")
        case "no_name_paper":
            story.says["face"] = ["doubt"]
            story.is_refused("confirm", "no_name_paper")


KIND = Kind("id-card-renewal", always(4200), OFFICES, CASES, tell)
