"""Fill an empty portal with what the drill needs: one agency, one service and its driver, who wants SMS, too."""

from pathlib import Path

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command

HERE = Path(__file__).parent
DRIVER, PASSWORD = "driver@example.org", "a-drill-for-the-portal"


def main() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("make_keys", verbosity=0)
    call_command("load_agencies", str(HERE / "agencies.yaml"))
    call_command("load_connectors", str(HERE / "connectors.yaml"))
    call_command("load_services", str(HERE / "services"))
    call_command("load_people", str(HERE / "people.yaml"), password=PASSWORD)
    get_user_model().objects.update(wants_sms=True)


if __name__ == "__main__":
    main()
