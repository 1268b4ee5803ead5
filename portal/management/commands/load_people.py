from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from services.agencies.operations import load_person


class Command(BaseCommand):
    help = "Write people with memberships and one common password from a YAML file. For demonstrations only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--password", required=True)

    def handle(self, *, file: Path, password: str, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("Refused in production: sample people share a password that everyone knows.")
        people = yaml.safe_load(file.read_text())["people"]
        password_hash = make_password(password)
        for person in people:
            user = load_person(person, password_hash)
            EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
        self.stdout.write(f"{len(people)} people")
