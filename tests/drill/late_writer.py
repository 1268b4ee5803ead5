"""Write an event, say so, and commit when told: its number is lower than those of all who commit meanwhile."""

import sys
from uuid import uuid4

import django
from django.db import transaction
from django.utils import timezone


def main() -> None:
    django.setup()
    from services.ledger.operations import Entry, record

    now = timezone.now()
    place = {"service": "drill", "version": 1, "office": "drill-hall", "agency": "drill", "channel": "online"}
    with transaction.atomic():
        record([Entry(uuid4(), "submitted", "system", now, {**place, "day": now.date().isoformat()})])
        print("written", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
