import re
from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.sessions import end_sessions
from services.accounts.models import User
from services.ledger.operations import Entry, record

SHORTEST_NAME = 3
# What is on a card or a phone: an address of mail, or so many digits that they are somebody's.
SOMEBODYS = re.compile(r"\S@\S|\d(?:[\s-]?\d){5}")


def names_somebody(why: str, user: User) -> bool:
    """Tell whether words name the person, or hold what belongs to somebody: they would stay in the ledger for ever."""
    words = set(re.findall(r"\w+", why.casefold()))
    known = re.findall(
        r"\w+", f"{user.name} {user.personal_identifier or ''} {user.email.partition('@')[0]}".casefold()
    )
    return bool(SOMEBODYS.search(why) or words & {word for word in known if len(word) >= SHORTEST_NAME})


class Command(BaseCommand):
    help = (
        "Take away the second factors of somebody who lost them, and end their sessions. On record; the person is told."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--why",
            required=True,
            help="how you know that it is really this person; stays in the ledger for ever, so it must name nobody: "
            "no name, number or address (“showed a passport at the counter”)",
        )

    def handle(self, *, email: str, why: str, **options: Any) -> None:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(email__iexact=email).first()
            if user is None:
                raise CommandError(f"Nobody has an account with {email}.")
            if names_somebody(why, user):
                raise CommandError(
                    "The reason stays in the ledger for ever: write it without a name, number or address."
                )
            known = Authenticator.objects.filter(user=user)
            kinds = sorted({str(one.type) for one in known})
            if not kinds:
                raise CommandError(f"{email} has no second factor.")
            known.delete()
            now, facts = timezone.now(), {"kinds": kinds, "why": why}
            record([Entry(user.pk, "second_factor_forgotten", "system", now, facts)])
            ended = end_sessions(user, UserSession.objects.filter(user=user), by="system", now=now)
        with translation.override(user.language):
            send_mail(
                _("Your second way of signing in was removed"),
                _(
                    "Somebody told us that you lost it. We removed it, and signed you out everywhere. "
                    "If it wasn’t you, write to us at once."
                ),
                None,
                [user.email],
            )
        self.stdout.write(f"forgotten: {', '.join(kinds)}; sessions ended: {ended}")
