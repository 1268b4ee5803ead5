"""Every act in every state, through the operations: what isn't listed is refused, and then nothing has changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import (
    applicant,
    complaint,
    desk,
    file,
    messages,
    opinions,
    outcomes,
    preparing,
    rating,
    robots,
)
from services.workflow.operations.standing_aside import stand_aside
from services.workflow.refusals import Refused
from tests import worlds
from tests.clerks import office

pytestmark = pytest.mark.django_db
NOW = worlds.NOON + timedelta(seconds=10)
MODELS = ("workflow", "requests", "ledger")


@dataclass
class World:
    """One request with the step at which things are tried, and everybody who may try them."""

    version: ServiceVersion
    aysel: User
    bruno: User
    chloe: User
    dilara: User
    request: ServiceRequest
    step: Step

    @property
    def question(self) -> Step:
        """Give the open question if there is one, else what stands where it would be."""
        return self.step.children.all().filter(kind=Step.Kind.APPLICANT).first() or self.step


# -- the states: each takes a request that is free at the desk, and gives the step at which things are tried -----------


def free(world: World) -> None:
    """Leave the step as it is, at Bruno's desk."""


def mine(world: World) -> None:
    desk.claim(world.step, world.bruno, worlds.NOON)


def a_colleagues(world: World) -> None:
    desk.claim(world.step, world.chloe, worlds.NOON)


def for_a_second(world: World) -> None:
    world.request.barred.add(world.bruno)


def asked(world: World) -> None:
    mine(world)
    desk.ask_applicant(world.step, "Which colour?", world.bruno, worlds.NOON)


def about_to_take_effect(world: World) -> None:
    mine(world)
    preparing.decide_soon(world.step, "yes", world.bruno, worlds.NOON)


def approved(world: World) -> None:
    mine(world)
    desk.decide(world.step, "yes", world.bruno, worlds.NOON)


def withdrawn(world: World) -> None:
    mine(world)
    applicant.withdraw(world.request, world.aysel, worlds.NOON)


def waits_for(what: str) -> Callable[[World], None]:
    def wait(world: World) -> None:
        _apply_again(world, office.published(office.waiting_for(what), service=what))
        world.step = worlds.open_step(world.request, kind=Step.Kind.APPLICANT)

    return wait


def parked(world: World) -> None:
    rule = {"rule": "answers.rooms > 3", "save_as": "big"}
    _apply_again(world, office.published(worlds.robot("look", "check_rule", settings=rule), service="parked"))
    worlds.run_robots()
    world.step = worlds.open_step(world.request)


def outcome_unknown(world: World) -> None:
    parked(world)
    Step.objects.filter(pk=world.step.pk).update(trouble={"code": "outcome_unknown", "what": "Cars", "times": 1})
    world.step.refresh_from_db()


def outcome_mine(world: World) -> None:
    outcome_unknown(world)
    mine(world)


def _apply_again(world: World, version: ServiceVersion) -> None:
    world.step.delete()
    world.request = worlds.apply(version, by=world.aysel)


STATES: dict[str, Callable[[World], None]] = {
    "free": free,
    "mine": mine,
    "a colleague's": a_colleagues,
    "for a second": for_a_second,
    "asked": asked,
    "about to take effect": about_to_take_effect,
    "approved": approved,
    "withdrawn": withdrawn,
    "to pay": waits_for("payment"),
    "to confirm": waits_for("confirmation"),
    "parked": parked,
    "outcome unknown": outcome_unknown,
    "outcome unknown, mine": outcome_mine,
}

# -- the acts: Bruno's but for those of the applicant and of the manager -----------------------------------------------


def take_the_next(world: World) -> None:
    if desk.claim_next(world.bruno, NOW) is None:
        raise Refused("There is no free step.")


ACTS: dict[str, Callable[[World], Any]] = {
    "claim": lambda world: desk.claim(world.step, world.bruno, NOW),
    "take the next": take_the_next,
    "release": lambda world: desk.release(world.step, world.bruno, NOW),
    "reassign": lambda world: desk.reassign(world.step, world.chloe, world.bruno, NOW),
    "pass on": lambda world: desk.pass_on(world.step, worlds.desk_of("north", "roads"), world.bruno, NOW),
    "complete": lambda world: desk.complete_activity(world.step, "visit", world.bruno, NOW),
    "approve": lambda world: desk.decide(world.step, "yes", world.bruno, NOW),
    "refuse": lambda world: desk.decide(world.step, "no", world.bruno, NOW, reason="unfit"),
    "refuse without reason": lambda world: desk.decide(world.step, "no", world.bruno, NOW),
    "decide otherwise": lambda world: desk.decide(world.step, "perhaps", world.bruno, NOW),
    "approve soon": lambda world: preparing.decide_soon(world.step, "yes", world.bruno, NOW),
    "keep a draft": lambda world: preparing.keep_draft(world.step, world.bruno, NOW, words="Well"),
    "undo": lambda world: preparing.undo(world.step, world.bruno, NOW),
    "ask": lambda world: desk.ask_applicant(world.step, "How many?", world.bruno, NOW),
    "consult": lambda world: opinions.ask_opinion(
        world.step, opinions.Question(worlds.desk_of("south", "permits"), "Is it safe?", 5), world.bruno, NOW
    ),
    "stand aside": lambda world: stand_aside(world.step, world.bruno, NOW, words="My cousin"),
    "extend": lambda world: file.extend_deadline(world.request, world.bruno, NOW, reason="Illness"),
    "after-care": lambda world: file.after_care(world.request, "letter", world.bruno, NOW),
    "record": lambda world: file.record_at_counter(world.step, world.bruno, NOW),
    "write to applicant": lambda world: messages.write_to_applicant(world.request, "Soon", world.bruno, NOW),
    "answer": lambda world: applicant.answer(world.question, "Blue", world.aysel, NOW),
    "confirm": lambda world: applicant.confirm(world.step, world.aysel, NOW),
    "withdraw": lambda world: applicant.withdraw(world.request, world.aysel, NOW),
    "write to office": lambda world: messages.write_to_office(world.request, "When?", world.aysel, NOW),
    "complain": lambda world: complaint.complain(world.request, "Slow", world.aysel, NOW, usual_until=worlds.NOON),
    "rate": lambda world: rating.rate(world.request, 5, NOW),
    "try again": lambda world: robots.try_again(world.step, world.dilara, NOW),
    "tell done": lambda world: outcomes.tell_done(world.step, world.bruno, NOW),
    "tell not done": lambda world: outcomes.tell_not_done(world.step, world.bruno, NOW),
    "do by hand": lambda world: robots.leave_to_hands(world.step, world.dilara, NOW),
}

ALWAYS = {"withdraw", "write to office", "extend", "write to applicant"}
IN_PROGRESS = ALWAYS | {"complain"}  # while the clock stands still, it isn't the office that takes long
TAKING = {"claim", "take the next"}
HOLDING = {"release", "reassign", "pass on", "complete", "approve", "refuse", "approve soon", "keep a draft", "ask"}
HOLDING |= {"consult"}
SUCCEEDS = {
    "free": IN_PROGRESS | TAKING,
    "mine": IN_PROGRESS | HOLDING | {"claim", "stand aside"},
    "a colleague's": IN_PROGRESS,
    "for a second": IN_PROGRESS,
    "asked": ALWAYS | {"answer", "reassign", "stand aside"},
    "about to take effect": IN_PROGRESS | {"claim", "undo", "reassign", "stand aside"},
    "approved": {"after-care", "rate"},
    "withdrawn": {"after-care"},
    "to pay": ALWAYS | {"record"},
    "to confirm": ALWAYS | {"record", "confirm"},
    "parked": IN_PROGRESS | TAKING | {"try again", "do by hand"},
    "outcome unknown": IN_PROGRESS | TAKING | {"do by hand"},
    "outcome unknown, mine": IN_PROGRESS
    | HOLDING
    | {"claim", "stand aside", "do by hand", "tell done", "tell not done"},
}


@pytest.fixture
def world() -> World:
    worlds.build_agencies("north", "south")
    version, aysel = office.published(), worlds.citizen()
    request = worlds.apply(version, by=aysel)
    clerks = [worlds.clerk("bruno"), worlds.clerk("chloe"), worlds.clerk("dilara", desks=(), role="manager")]
    return World(version, aysel, *clerks, request, worlds.open_step(request))


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Read every row that an act could change."""
    models = [model for name in MODELS for model in apps.get_app_config(name).get_models(include_auto_created=True)]
    return {model.__name__: sorted(model._default_manager.values_list(), key=repr) for model in models}


def succeeds(act: Callable[[World], Any], world: World, before: dict[str, list[tuple[Any, ...]]]) -> bool:
    """Try an act and take it back; what was refused must have changed nothing."""
    with transaction.atomic():
        try:
            act(world)
        except Refused:
            assert everything() == before
            return False
        transaction.set_rollback(True)
    return True


def test_every_act_is_listed_in_some_state() -> None:
    assert set(SUCCEEDS) == set(STATES)
    assert set(ACTS) - set().union(*SUCCEEDS.values()) == {"refuse without reason", "decide otherwise"}


@pytest.mark.parametrize("state", STATES)
def test_only_what_is_listed_succeeds(world: World, state: str) -> None:
    STATES[state](world)
    before = everything()

    assert {name for name, act in ACTS.items() if succeeds(act, world, before)} == SUCCEEDS[state]
