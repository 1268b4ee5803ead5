"""Programs of agencies: one manager makes them, another confirms; each act is on record."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.accounts.tokens import Token, digest_of, new_secret
from services.agencies.models import Agency, Desk, Membership
from services.ledger.operations import Entry, record
from services.workflow.operations.roles import agencies_managed_by, answers_for
from services.workflow.operations.walking import clerk, require
from services.workflow.programs import SCOPES, Program
from services.workflow.queries import supervised_by

LONGEST_DAYS, LONGEST_OVERLAP, ACCESS = 365, timedelta(days=7), timedelta(hours=1)
NOBODYS = digest_of("")


class WrongClient(Exception):
    """No program that may act now has this client_id and secret."""


class WrongScope(Exception):
    """The program wasn't given what it asks for."""


@transaction.atomic
def make_program(
    *,
    agency: Agency,
    name: str,
    purpose: str,
    responsible: User,
    scopes: Collection[str],
    desks: Collection[Desk],
    days: int,
    by: User,
    now: datetime,
) -> tuple[Program, str]:
    """Make a program that acts once another manager confirms it; give it with its secret, shown only now."""
    _require_manager(agency, by)
    require(name.strip(), _("Give the program a name."))
    require(purpose.strip(), _("Say what the program is for."))
    known = [scope for scope in SCOPES if scope in scopes]
    require(known and len(known) == len(set(scopes)), _("Choose what the program may do."))
    require(bool(desks) == (Token.Scope.DESK_READ in known), _("Choose desks exactly when the program may read there."))
    require(all(desk.office.agency_id == agency.pk for desk in desks), _("Choose desks of the agency."))
    works = Membership.objects.of(responsible).filter(agency=agency).exists()
    require(works, _("Who answers for the program has to work at the agency."))
    require(1 <= days <= LONGEST_DAYS, _("Choose how long it may do so."))
    client_id, secret = f"program_{secrets.token_hex(12)}", new_secret()
    user = User(email=f"{client_id}@programs.invalid", name=name.strip(), is_program=True, is_active=False)
    user.set_unusable_password()
    user.save()
    told = {"agency": agency, "responsible": responsible, "purpose": purpose.strip(), "scopes": known}
    kept = {"client_id": client_id, "digest": digest_of(secret), "expires_at": now + timedelta(days=days)}
    program = Program.objects.create(user=user, made_by=by, made_at=now, **told, **kept)
    program.desks.set(desks)
    record([_entry(program, "program_made", by, now, days=days)], new_subjects=True)
    return program, secret


def may_confirm(program: Program, user: User) -> bool:
    """Tell whether somebody is the second person: a manager or supervisor, neither its maker nor who answers for it."""
    return is_neither_side(program, user) and answers_for(user, program.agency_id)


def is_neither_side(program: Program, user: User) -> bool:
    return user.pk not in (program.made_by_id, program.responsible_id)


def programs_to_confirm(user: User) -> list[Program]:
    """Give the programs of the agencies that a person supervises and may confirm, the oldest first."""
    waiting = Program.objects.filter(agency__in=supervised_by(user), confirmed_at=None, ended_at=None)
    related = ("user", "agency", "made_by", "responsible")
    known = waiting.select_related(*related).prefetch_related("desks__office").order_by("made_at")
    return [one for one in known if is_neither_side(one, user)]


@transaction.atomic
def confirm_program(program: Program, by: User, now: datetime) -> None:
    """Let a program act from now on."""
    fresh = _locked(program)
    require(may_confirm(fresh, by), _("A second person has to confirm this, who is neither side of it."))
    require(fresh.confirmed_at is None, _("This was settled already."))
    fresh.confirmed_by, fresh.confirmed_at = by, now
    fresh.save(update_fields=["confirmed_by", "confirmed_at"])
    record([_entry(fresh, "program_confirmed", by, now)])


@transaction.atomic
def rotate_secret(program: Program, overlap: timedelta, by: User, now: datetime) -> str:
    """Give a new secret; the old one works for the overlap, and without one what it had opened is shut at once."""
    fresh = _locked(program)
    _require_manager(fresh.agency, by)
    require(timedelta(0) <= overlap <= LONGEST_OVERLAP, _("Choose how long the old secret works."))
    secret = new_secret()
    fresh.old_digest, fresh.old_until = (fresh.digest, now + overlap) if overlap else ("", None)
    fresh.digest = digest_of(secret)
    fresh.save(update_fields=["digest", "old_digest", "old_until"])
    if not overlap:
        _shut(fresh, now)
    record([_entry(fresh, "program_renewed", by, now, overlap_hours=int(overlap.total_seconds() // 3600))])
    return secret


@transaction.atomic
def end_program(program: Program, by: User, now: datetime) -> None:
    """Let a program act no longer, from now on."""
    fresh = _locked(program)
    _require_manager(fresh.agency, by)
    fresh.ended_at = now
    fresh.save(update_fields=["ended_at"])
    _shut(fresh, now)
    record([_entry(fresh, "program_ended", by, now)])


@transaction.atomic
def give_access(client_id: str, secret: str, scopes: Collection[str], now: datetime) -> tuple[Token, str]:
    """Give a token for an hour for a program's id and secret; raise `WrongClient` or `WrongScope`.

    Whether there is such a program can't be told from how long the answer takes: digests are always compared.
    """
    program = Program.objects.valid(now).select_for_update(of=("self",)).filter(client_id=client_id).first()
    digest = digest_of(secret)
    is_right = constant_time_compare(digest, program.digest if program else NOBODYS)
    is_old = constant_time_compare(digest, program.old_digest if program else NOBODYS)
    if program is None or not (is_right or (is_old and program.old_until is not None and now < program.old_until)):
        raise WrongClient
    if not set(scopes) <= set(program.scopes):
        raise WrongScope
    given = [scope for scope in program.scopes if not scopes or scope in scopes]
    Token.objects.filter(user=program.user_id, expires_at__lte=now).delete()
    until = min(now + ACCESS, program.expires_at)
    bearer = new_secret()
    told = {"name": "OAuth 2", "scopes": given, "digest": digest_of(bearer), "made_at": now, "expires_at": until}
    token = Token.objects.create(user_id=program.user_id, **told)
    Program.objects.filter(pk=program.pk).update(last_used_at=now)
    return token, bearer


def _locked(program: Program) -> Program:
    fresh = Program.objects.select_for_update(of=("self",)).select_related("agency", "user").get(pk=program.pk)
    require(fresh.ended_at is None, _("This program may do nothing any more."))
    return fresh


def _require_manager(agency: Agency, by: User) -> None:
    require(agencies_managed_by(by).filter(pk=agency.pk).exists(), _("Only managers of the agency may do this."))


def _shut(program: Program, now: datetime) -> None:
    Token.objects.filter(user=program.user_id, ended_at=None).update(ended_at=now)


def _entry(program: Program, kind: str, by: User, now: datetime, **more: object) -> Entry:
    facts = {"agency": program.agency.code, "scopes": program.scopes, "responsible": clerk(program.responsible)}
    return Entry(program.pk, kind, clerk(by), now, {**facts, **more})
