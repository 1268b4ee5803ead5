from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Agency
from services.workflow.operations.first_managers import name_first_managers
from services.workflow.refusals import Refused


class Command(BaseCommand):
    help = "Name the first managers of an agency that has none; they name everybody else on the portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agency", help="the agency's code")
        parser.add_argument("email", nargs="+", help="two people or more")

    def handle(self, *, agency: str, email: list[str], **options: Any) -> None:
        people = {address: User.objects.filter(email__iexact=address, is_active=True).first() for address in email}
        if unknown := [address for address, user in people.items() if user is None]:
            raise CommandError(f"Nobody has an account with {', '.join(unknown)}.")
        try:
            name_first_managers(agency, [user for user in people.values() if user], timezone.now())
        except Agency.DoesNotExist:
            raise CommandError(f"There is no agency “{agency}”.") from None
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{len(people)} managers of {agency}")
