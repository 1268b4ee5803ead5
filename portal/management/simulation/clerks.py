"""What officials do in a simulation, through the portal's own operations: take the next step, ask, decide."""

import random
from datetime import datetime

from portal.management.simulation.offices import Place
from portal.management.simulation.stories import ASK, Story
from services.accounts.models import User
from services.catalogue.definition import DeskStep
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.refusals import Refused

ROBOT_AGAIN = "again"  # at steps by hand: an official rather does it than let the robot try once more
QUESTION = "Please look at this once more: it doesn't agree with what we have."
WORDS = "We have looked at your papers and at the registers."


def take(place: Place, chance: random.Random, now: datetime) -> tuple[Step | None, User | None]:
    """Let somebody of a desk take what is most urgent; nothing when nobody can."""
    for clerk in chance.sample(place.clerks, len(place.clerks)):
        while (free := _most_urgent(place, clerk)) is not None:
            try:
                desk.claim(free, clerk, now)
            except Refused:  # too near to the applicant: put aside, on record, and the next one is looked at
                continue
            return Step.objects.select_related("service_request__version").get(pk=free.pk), clerk
    return None, None


def _most_urgent(place: Place, clerk: User) -> Step | None:
    return Step.objects.filter(desk=place.desk).free_for(clerk).by_due_date().first()


def handle(story: Story, step: Step, clerk: User, definition: DeskStep, now: datetime) -> str:
    """Ask the applicant, or decide, as the story says; give the key of what was asked about, or ''."""
    planned = story.says.get(step.key, [])
    said = planned.pop(0) if planned else usual(definition)
    outcome, _, about = said.partition(":")
    if outcome == ASK:
        _ask(story, step, clerk, about, now)
        return about
    desk.decide(step, outcome, clerk, now, reason=about, words=WORDS if about else "")
    return ""


def _ask(story: Story, step: Step, clerk: User, about: str, now: datetime) -> None:
    is_answer = about in story.answers
    words = {"field_key": about} if is_answer else {"evidence_key": about}
    desk.ask_applicant(step, QUESTION, clerk, now, **words)


def usual(definition: DeskStep) -> str:
    """Give what an official says when nothing is wrong: the definition's first outcome."""
    keys = [outcome.key for outcome in definition.outcomes]
    return next((key for key in keys if key != ROBOT_AGAIN), keys[0])
