"""What lets programs act for a person; a model of the accounts, in a file of its own."""

import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

MARK, BYTES = "portal_", 32


def new_secret() -> str:
    """Give a secret that begins so that whoever finds it lying about knows what it is."""
    return MARK + secrets.token_urlsafe(BYTES)


def digest_of(secret: str) -> str:
    """Give what is kept of a secret: it has 256 bits of chance, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class TokenQuerySet(models.QuerySet["Token"]):
    def valid(self, now: datetime) -> Self:
        return self.filter(ended_at=None, expires_at__gt=now)


class Token(models.Model):
    """Lets a program act for a person within some bounds, until a day; of its secret only the digest is kept."""

    class Scope(models.TextChoices):
        READ = "requests:read", _("See my requests")
        DRAFT = "drafts:write", _("Read and fill in my drafts, without sending them")
        SUBMIT = "requests:submit", _("Send requests in my name")
        ACT = (
            "requests:act",
            _("Act on my requests: write, answer, add papers, confirm, complain, rate, end help, withdraw"),
        )
        SHARE = "documents:share", _("Make links to my documents, which open them to others, and end them")
        DESK_READ = "desk:read", _("Read at desks, changing nothing")
        DESK = "desk:work", _("Work at my desks in my name, as an official")
        WEBHOOKS = "webhooks:manage", _("Manage webhooks of my agencies in my name, as their manager")
        REPORT = "reports:submit", _("Pass on reports of others (Open311), in nobody’s name")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope))
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        app_label = "accounts"
        constraints = [models.CheckConstraint(condition=~models.Q(scopes=[]), name="token_for_something")]

    def __str__(self) -> str:
        return self.name

    def is_valid(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at

    def allows(self, scope: str) -> bool:
        """Tell whether it lets a program do something; who may work at desks may read there."""
        return scope in self.scopes or (scope == self.Scope.DESK_READ and self.Scope.DESK in self.scopes)

    @property
    def purposes(self) -> list[str]:
        """Give in words what it lets a program do; what only a newer release knows, by its name."""
        words = dict(self.Scope.choices)
        return [str(words.get(scope, scope)) for scope in self.scopes]
