"""Rounds in which places are given, with the public list of each; models of the workflow, in a file of their own."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.models import ServiceRequest


class Round(models.Model):
    """All requests of an office that came to one step until a moment, decided at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    step_key = models.CharField(max_length=40)
    closed_at = models.DateTimeField()
    name = models.CharField(max_length=200)
    seed = models.CharField(max_length=64)
    places = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        app_label = "workflow"
        constraints = [
            models.UniqueConstraint(fields=["service", "office", "step_key", "closed_at"], name="round_held_once")
        ]

    def __str__(self) -> str:
        return self.name


class RoundEntry(models.Model):
    """One request in a round: what it had, and what it got."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="entries")
    service_request = models.ForeignKey(ServiceRequest, models.SET_NULL, null=True, related_name="round_entries")
    code = models.CharField(max_length=32)
    points = models.PositiveIntegerField()
    wishes = ArrayField(models.CharField(max_length=60))
    rank = models.PositiveIntegerField()
    place = models.CharField(max_length=60, blank=True)

    class Meta:
        app_label = "workflow"
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="code_once_a_round"),
            models.UniqueConstraint(fields=["round", "service_request"], name="request_once_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.place}"
