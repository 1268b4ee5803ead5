"""Programs of agencies; a model of the workflow, in a file of its own."""

import uuid
from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from services.accounts.models import User
from services.accounts.tokens import Token
from services.agencies.models import Agency, Desk, Membership

SCOPES = (Token.Scope.DESK_READ, Token.Scope.REPORT)


class ProgramQuerySet(models.QuerySet["Program"]):
    def valid(self, now: datetime) -> Self:
        """Give those that may act: confirmed, not ended, and somebody who still works there answers for them."""
        works = Membership.objects.filter(
            user=models.OuterRef("responsible"), agency=models.OuterRef("agency"), ended_at=None
        )
        known = self.filter(confirmed_at__isnull=False, ended_at=None, expires_at__gt=now)
        return known.filter(models.Exists(works), responsible__is_active=True)


class Program(models.Model):
    """A program that acts for an agency as itself, never as a person; of its secrets only digests are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="program")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="programs")
    responsible = models.ForeignKey(User, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200)
    scopes = ArrayField(models.CharField(max_length=30))
    desks = models.ManyToManyField(Desk, related_name="+")
    client_id = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64)
    old_digest = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        app_label = "workflow"
        constraints = [
            models.CheckConstraint(
                name="program_confirmed_by_a_second_person",
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | (
                    models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & ~models.Q(confirmed_by=models.F("made_by"))
                    & ~models.Q(confirmed_by=models.F("responsible"))
                ),
            ),
            models.CheckConstraint(
                name="program_does_little",
                condition=models.Q(scopes__contained_by=[str(scope) for scope in SCOPES]) & ~models.Q(scopes=[]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def purposes(self) -> list[str]:
        """Give in words what it may do."""
        return [str(Token.Scope(scope).label) for scope in self.scopes]
