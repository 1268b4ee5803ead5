"""Fill a form in from the population register, when the person says so; each asking is on record."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.ledger.operations import Entry, record
from services.workflow import breakers
from services.workflow.actions.kinds import Failed, Job
from services.workflow.actions.registries import connector, look_up
from services.workflow.operations.walking import citizen, require

REGISTER = "population"
ADDRESS = ("street", "house", "apartment", "city", "postal_code")


def ask_register(user: User, now: datetime) -> dict[str, Any]:
    """Give name and address of a person as the register has them, by the parts of a profile; raise `Refused`."""
    require(user.personal_identifier, _("Without a personal identifier the register can’t be asked."))
    away = _("The register doesn’t answer now. Fill the form in yourself, or try again later.")
    require(breakers.lets_through(REGISTER, now), away)
    try:
        data = {"key": user.personal_identifier, "connector": connector(REGISTER)}
        entry = look_up(Job(target=REGISTER, data=data), "")
    except Failed as failure:
        if not failure.is_final:
            breakers.note_failure(REGISTER, now)
        entry = None
    require(entry is not None, away)
    assert entry is not None
    breakers.note_success(REGISTER, now)
    record([Entry(user.pk, "register_asked", citizen(user), now, {"register": REGISTER, "found": entry["found"]})])
    require(entry["found"], _("The register knows nothing under your identifier."))
    address = {part: entry[part] for part in ADDRESS if entry.get(part)}
    return {name: value for name, value in (("name", entry.get("name")), ("address", address)) if value}
