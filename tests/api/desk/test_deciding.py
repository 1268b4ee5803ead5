"""Deciding, undoing and asking by a program."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from services.requests.models import Decision, ServiceRequest
from services.workflow.models import ActivityRecord, Step
from services.workflow.operations.preparing import take_effect
from tests.api.desk.desks import Program, fault

pytestmark = pytest.mark.django_db


class TestDeciding:
    def test_ends_the_task_and_counts_at_once_without_time_to_undo(self, program: Program, held: Step) -> None:
        decided = program.post(f"{held.pk}/decision/", {"outcome": "no", "reason": "unfit", "words": "Too near."})
        again = program.post(f"{held.pk}/decision/", {"outcome": "no", "reason": "unfit"})

        assert (decided.status_code, decided.json()["outcome"]) == (201, "no")
        made = Decision.objects.get()
        assert (made.outcome, made.reason, made.words) == ("no", "unfit", "Too near.")
        assert fault(again)[:2] == (409, "conflict")

    def test_can_be_undone_where_there_is_time_for_it(self, program: Program, held: Step, settings: Any) -> None:
        settings.UNDO_S = 30
        decided = program.post(f"{held.pk}/decision/", {"outcome": "yes", "words": "Welcome"})
        meanwhile = program.delete(f"{held.pk}/claim/")
        undone, late = (program.delete(f"{held.pk}/decision/") for _ in range(2))

        assert decided.status_code == 202
        assert decided.json()["takes_effect_at"] is not None
        assert "Undo it first" in fault(meanwhile)[3]
        assert undone.json() == {"outcome": "yes", "reason": "", "words": "Welcome", "takes_effect_at": None}
        assert fault(late)[:2] == (409, "conflict")
        assert program.get(f"{held.pk}/").json()["draft"] == undone.json()
        assert take_effect(timezone.now() + timedelta(minutes=1)) == 0

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "outcome"),
            ({"outcome": "maybe"}, "outcome"),
            ({"outcome": ["yes"]}, "outcome"),
            ({"outcome": "no"}, "reason"),
            ({"outcome": "no", "reason": "whim"}, "reason"),
            ({"outcome": "yes", "words": "x" * 4001}, "words"),
            ({"outcome": "yes", "words": "a\x07bell"}, "words"),
        ],
    )
    def test_faults_are_told_by_name(self, program: Program, held: Step, body: dict[str, Any], attr: str) -> None:
        status, _code, named, words = fault(program.post(f"{held.pk}/decision/", body))

        assert (status, named) == (400, attr)
        assert words
        assert not Decision.objects.exists()

    def test_of_what_one_doesnt_hold_is_a_conflict(self, program: Program, task: Step) -> None:
        bodies = {"decision/": {"outcome": "yes"}, "question/": {"text": "Why?"}, "activities/": {"activity": "visit"}}
        answered = [program.post(f"{task.pk}/{what}", body) for what, body in bodies.items()]

        assert {fault(one)[:2] for one in answered} == {(409, "conflict")}
        assert {fault(one)[3] for one in answered} == {"Take this step first: you don't hold it."}

    def test_activities_are_put_on_record(self, program: Program, held: Step) -> None:
        done = program.post(f"{held.pk}/activities/", {"activity": "visit"})

        assert (done.status_code, done.json()["activity"]) == (201, "visit")
        assert ActivityRecord.objects.get().key == "visit"
        assert fault(program.post(f"{held.pk}/activities/", {"activity": "rest"}))[:3] == (400, "invalid", "activity")


class TestAsking:
    def test_opens_the_field_and_stops_the_clock(self, program: Program, held: Step) -> None:
        asked, again = (program.post(f"{held.pk}/question/", {"text": "Five?", "field": "rooms"}) for _ in range(2))

        assert asked.status_code == 201
        assert (asked.json()["text"], asked.json()["field_key"], asked.json()["is_question"]) == (
            "Five?",
            "rooms",
            True,
        )
        assert fault(again)[:2] == (409, "conflict")
        seen = ServiceRequest.objects.get()
        assert (seen.is_clock_stopped, seen.messages.count()) == (True, 1)
        (mine,) = program.get("held/").json()
        assert mine["state"] == "waiting"

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({}, "text"),
            ({"text": " "}, "text"),
            ({"text": "x" * 2001}, "text"),
            ({"text": "a\x07"}, "text"),
            ({"text": "Five?", "field": "plan"}, "field"),
            ({"text": "Five?", "paper": "rooms"}, "paper"),
            ({"text": "Five?", "field": "rooms", "paper": "plan"}, "paper"),
        ],
    )
    def test_faults_are_told_by_name(self, program: Program, held: Step, body: dict[str, Any], attr: str) -> None:
        status, _code, named, words = fault(program.post(f"{held.pk}/question/", body))

        assert (status, named) == (400, attr)
        assert words
        assert not held.service_request.messages.exists()
