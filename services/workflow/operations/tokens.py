"""A person lets programs act, gives them a new secret, and ends that; each is on record, without the program's name."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.accounts.tokens import Token, digest_of, new_secret
from services.agencies.models import Membership
from services.ledger.operations import Entry, record
from services.workflow.operations.walking import citizen, require

AT_DESKS = (Token.Scope.DESK, Token.Scope.DESK_READ)
OF_OFFICIALS = (*AT_DESKS, Token.Scope.WEBHOOKS)
MOST, LONGEST_DAYS, OVERLAP = 20, 365, timedelta(hours=24)


@transaction.atomic
def make_token(*, user: User, name: str, scopes: Collection[str], days: int, now: datetime) -> tuple[Token, str]:
    """Let a program act for a person; give the token and its secret, which nobody can read again."""
    User.objects.select_for_update().get(pk=user.pk)
    require(bool(name.strip()), _("Give the program a name."))
    known = [scope for scope in Token.Scope.values if scope in scopes]
    require(bool(known) and len(known) == len(set(scopes)), _("Choose what the program may do."))
    _require_open(known, user)
    require(1 <= days <= LONGEST_DAYS, _("Choose how long it may do so."))
    others = Token.objects.valid(now).filter(user=user)
    require(others.count() < MOST, _("You have 20 programs already. End one first."))
    token, secret = _made(user, name.strip(), known, timedelta(days=days), now)
    record([Entry(user.pk, "token_made", citizen(user), now, {"scopes": known, "days": days})])
    return token, secret


def _require_open(scopes: Collection[str], user: User) -> None:
    lacking = set(scopes) - set(scopes_open_to(user))
    require(Token.Scope.WEBHOOKS not in lacking, _("Only managers can let a program manage webhooks."))
    require(not lacking, _("Only who works at a desk can let a program work there."))


def scopes_open_to(user: User) -> list[Token.Scope]:
    """Give what a person can let programs do: what officials do, only an official; what managers do, only a manager."""
    roles = Membership.objects.of(user)
    closed = () if roles.clerks().exists() else AT_DESKS
    closed = closed if roles.managers().exists() else (*closed, Token.Scope.WEBHOOKS)
    return [scope for scope in Token.Scope if scope not in closed]


@transaction.atomic
def renew_token(token: Token, now: datetime) -> tuple[Token, str]:
    """Give a program a new secret for as long as the old one was made for; the old one works for a day more."""
    old = _locked(token, now)
    _require_open(old.scopes, old.user)
    fresh, secret = _made(old.user, old.name, old.scopes, old.expires_at - old.made_at, now)
    old.expires_at = min(old.expires_at, now + OVERLAP)
    old.save(update_fields=["expires_at"])
    record([Entry(old.user_id, "token_renewed", citizen(old.user), now, {"scopes": old.scopes})])
    return fresh, secret


@transaction.atomic
def end_token(token: Token, now: datetime) -> None:
    """Let a program act no longer, from now on."""
    old = _locked(token, now)
    old.ended_at = now
    old.save(update_fields=["ended_at"])
    record([Entry(old.user_id, "token_ended", citizen(old.user), now, {"scopes": old.scopes})])


def _locked(token: Token, now: datetime) -> Token:
    found = Token.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    require(found.is_valid(now), _("This program may do nothing any more."))
    return found


def _made(user: User, name: str, scopes: list[str], length: timedelta, now: datetime) -> tuple[Token, str]:
    secret = new_secret()
    known = {"name": name, "scopes": scopes, "digest": digest_of(secret)}
    return Token.objects.create(user=user, made_at=now, expires_at=now + length, **known), secret
