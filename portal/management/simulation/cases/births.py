"""Births: seven of ten are registered without an official."""

from portal.management.simulation.registers import Person, Registers
from portal.management.simulation.stories import Kind, Story, always

OFFICES = {"civil-registry-baku": 3, "centre-baku": 4, "centre-ganja": 2}
CASES = {
    "married": 62.0,
    "mother_alone": 7,
    "copies": 2,
    "unmarried": 11,
    "other_spelling": 5,
    "other_day": 4,
    "at_home": 4,
    "abroad": 3,
    "sent_back": 0.7,
    "no_notice": 0.3,
    "name": 0.3,
    "no_signature": 0.3,
    "no_apostille": 0.2,
    "registered": 0.2,
}
GIVEN = {"f": ("Aylin", "Nuray", "Zəhra", "Mələk"), "m": ("Əli", "Murad", "Yusif", "Kənan")}


def tell(story: Story, case: str, known: Registers) -> None:
    mother, father = known.couple(known.city(), married=case not in ("unmarried", "no_signature", "mother_alone"))
    story.person = mother if known.chance.random() < 0.5 else father
    alone = case == "mother_alone"
    story.person = mother if alone else story.person
    sex, age = known.chance.choice("fm"), known.chance.randint(2, 20)
    story.answers = {
        "given_name": known.chance.choice(GIVEN[sex]),
        "surname": father.name.split()[1],
        "sex": sex,
        "birth_date": story.before(age),
        "birth_place": {"at_home": "home", "sent_back": "home", "abroad": "abroad", "no_apostille": "abroad"}.get(
            case, "hospital"
        ),
        "parents": [_parent(one, married=case != "unmarried") for one in ([mother] if alone else [mother, father])],
        "copies": 2 if case == "copies" else 1,
    }
    if not alone:
        story.answers["both_agree"] = True
    if story.answers["birth_place"] == "hospital":
        story.answers["notice_number"] = _notice(story, case, known, mother, father)
    else:
        story.papers = ["birth_notice", *(["translation"] if story.answers["birth_place"] == "abroad" else [])]
    _tell_what_goes_wrong(story, case, mother)


def _parent(person: Person, *, married: bool) -> dict[str, object]:
    return {"name": person.name, "pin": person.pin, "married": married}


def _notice(story: Story, case: str, known: Registers, mother: Person, father: Person) -> str:
    """Let the hospital have told of the birth; give the notice's number."""
    number = f"MN-{90000000 + known.number()}"
    born = story.before(3) if case == "other_day" else story.answers["birth_date"]
    if case != "no_notice":
        known.tell(
            "hospital_notices",
            number,
            child_sex=story.answers["sex"],
            child_birth_date=born,
            place="Sumqayıt şəhər doğum evi",
            mother_pin=mother.pin,
            father_pin=father.pin,
            registered=case == "registered",
            multiple=False,
        )
    return number


def _tell_what_goes_wrong(story: Story, case: str, mother: Person) -> None:
    match case:
        case "unmarried" | "no_signature":
            story.papers.append("acknowledgement")
            for parent in story.answers["parents"]:
                parent["married"] = False
        case "other_spelling":
            story.answers["parents"][0]["name"] = f"{mother.name.split()[0]} Qarayeva"
        case "other_day":
            story.answers["birth_date"] = story.before(4)
            story.corrects = {"birth_date": story.before(3)}
            story.says["check"] = ["ask:birth_date", "accept"]
        case "sent_back":
            story.says["second_check"] = ["back", "confirm"]
    reasons = {"no_notice": "no_notice", "name": "name_not_allowed", "no_signature": "no_signature"}
    reasons |= {"no_apostille": "no_apostille", "registered": "already_registered"}
    if case == "name":
        story.answers["parents"][0]["name"] = f"{mother.name} qızı Qara"
    if case in reasons:
        story.is_refused("second_check" if case == "no_apostille" else "check", reasons[case])


KIND = Kind("birth-registration", always(900), OFFICES, CASES, tell)
