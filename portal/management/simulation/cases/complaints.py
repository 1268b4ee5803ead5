"""Complaints about public services: one of three is found justified."""

from portal.management.simulation.registers import Registers
from portal.management.simulation.stories import Kind, Story, always

CASES = {
    "justified": 28.0,
    "justified_at_once": 4,
    "written_again": 2,
    "not_shown": 54,
    "refusal_again": 2,
    "withdrawn": 2,
    "not_public": 5,
    "judged": 3,
}
MATTERS = ("delay", "refusal", "behaviour", "money", "other")


def tell(story: Story, case: str, known: Registers) -> None:
    story.person = known.person(known.city())
    story.answers = {
        "matter": known.chance.choice(MATTERS),
        "agency": "Municipality of Sumgait",
        "about_service": "Change of address",
        "happened_on": story.before(known.chance.randint(3, 40)),
        "story": "I came three times and was sent away each time.",
        "wishes": ["apology"],
        "name_may_be_told": True,
    }
    story.papers = ["proofs"] if known.chance.random() < 0.3 else []
    reasons = {"not_shown": "not_shown", "refusal_again": "not_shown", "not_public": "not_public"}
    reasons["judged"] = "already_judged"
    if case == "justified_at_once":
        story.says["read"] = ["no_need"]
    match case:
        case "written_again":
            story.says["confirm"] = ["again", "confirmed"]
        case "withdrawn":
            story.withdraws_after(3)
        case "not_public" | "judged":
            story.is_refused("read", reasons[case], "not_ours")
        case _ if case in reasons:
            story.says["answer"] = ["unjustified"]
            story.is_refused("confirm_refusal", reasons[case], "refused")
            if case == "refusal_again":
                story.says["answer"] *= 2
                story.says["confirm_refusal"].insert(0, "again")


KIND = Kind("complaint-appeal", always(380), {"ombuds-baku": 1}, CASES, tell)
