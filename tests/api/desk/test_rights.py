"""Who works at desks by programs, and how far."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Membership
from services.catalogue.models import ServiceVersion
from services.workflow.models import Step
from services.workflow.operations.tokens import end_token
from services.workflow.refusals import Refused
from tests import worlds
from tests.api.desk.desks import Program, fault

pytestmark = pytest.mark.django_db


class TestRight:
    def test_ends_at_ones_own_desks(self, task: Step) -> None:
        other = Program(worlds.clerk("elvin", "south"))

        assert set(other.all(task).values()) == {404}
        assert other.get().json()["results"] == []
        assert other.delete(f"{task.pk}/claim/").status_code == 404

    def test_ends_at_ones_own_request(self, version: ServiceVersion, bruno: User, program: Program) -> None:
        own = worlds.open_step(worlds.apply(version, by=bruno))

        assert set(program.all(own).values()) == {404}
        assert program.get().json()["results"] == []

    def test_comes_with_the_scope(self, bruno: User, task: Step) -> None:
        other = Program(bruno, "requests:read", "requests:act")

        assert set(other.all(task).values()) == {403}
        assert fault(other.get())[3] == "The token needs the scope desk:read."
        assert fault(other.delete(f"{task.pk}/claim/"))[0] == 403

    def test_is_none_of_other_programs(self, program: Program) -> None:
        assert program.client.get("/api/requests/", headers=program.headers).status_code == 403

    def test_ends_with_the_token(self, program: Program, task: Step) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
            assert set(program.all(task).values()) == {401}
        end_token(program.token, timezone.now())
        assert set(program.all(task).values()) == {401}
        assert Client().get("/api/desk/tasks/").status_code == 401

    def test_ends_with_the_role(self, program: Program, bruno: User, task: Step) -> None:
        assert program.get().status_code == 200
        Membership.objects.filter(user=bruno).update(ended_at=timezone.now())

        assert set(program.all(task).values()) == {404}
        assert program.get().status_code == 404

    def test_needs_the_second_factor_that_officials_need(
        self, program: Program, bruno: User, task: Step, settings: Any
    ) -> None:
        settings.STAFF_NEED_SECOND_FACTOR = True
        assert set(program.all(task).values()) == {403}
        assert fault(program.get())[1] == "second_factor_needed"
        own = Client()
        own.force_login(bruno)
        assert own.get("/api/desk/tasks/").status_code == 403

        Authenticator.objects.create(user=bruno, type=Authenticator.Type.TOTP, data={})

        assert program.get().status_code == 200

    def test_is_given_by_officials_only(self, version: ServiceVersion) -> None:
        for user in (worlds.citizen("nigar"), worlds.clerk("dilara", desks=(), role="manager")):
            with pytest.raises(Refused, match="works at a desk"):
                Program(user)

    def test_needs_the_browsers_token_in_a_session(self, bruno: User, task: Step) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(bruno)

        assert client.get("/api/desk/tasks/").status_code == 200
        assert client.post(f"/api/desk/tasks/{task.pk}/claim/").status_code == 403
        assert worlds.open_step(task.service_request).assignee is None
