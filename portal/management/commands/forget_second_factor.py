from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.ledger.operations import Entry, record


class Command(BaseCommand):
    help = "Take away the second factors and recovery codes of somebody who lost them. On record; the person is told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--why", required=True, help="how you know that it is really this person")

    def handle(self, *, email: str, why: str, **options: Any) -> None:
        with transaction.atomic():
            user = User.objects.select_for_update().filter(email__iexact=email).first()
            if user is None:
                raise CommandError(f"Nobody has an account with {email}.")
            known = Authenticator.objects.filter(user=user)
            kinds = sorted({str(one.type) for one in known})
            if not kinds:
                raise CommandError(f"{email} has no second factor.")
            known.delete()
            facts = {"kinds": kinds, "why": why}
            record([Entry(user.pk, "second_factor_forgotten", "system", timezone.now(), facts)])
        with translation.override(user.language):
            send_mail(
                _("Your second way of signing in was removed"),
                _("Somebody told us that you lost it, and we removed it. If it wasn’t you, write to us at once."),
                None,
                [user.email],
            )
        self.stdout.write(f"forgotten: {', '.join(kinds)}")
