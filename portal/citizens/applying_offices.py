"""Choose the office that shall deliver a service."""

from collections.abc import Sequence

from services.accounts.models import User
from services.agencies.models import Agency, Office
from services.catalogue.models import Service


def offices_of(service: Service) -> list[Office]:
    """Give the offices that deliver a service, by name in the reader's language."""
    return sorted(Office.objects.filter(deliveries__service=service).select_related("agency__calendar"), key=str)


class ChosenOffice:
    """The offices to choose from and the one chosen: what was posted, or the only one there is."""

    def __init__(self, offices: Sequence[Office], user: User | None, code: str, place: Agency | None = None) -> None:
        self.offices = offices
        own = (one for one in offices if place and one.agency_id == place.pk)
        self._suggested = next(own, None) or nearest(offices, user)
        self.office = offices[0] if self.is_only_one else next((one for one in offices if one.code == code), None)

    @property
    def is_only_one(self) -> bool:
        return len(self.offices) == 1

    @property
    def code(self) -> str:
        """Give the code of the office to mark: the chosen one, or one where the person lives."""
        marked = self.office or self._suggested
        return marked.code if marked else ""

    @property
    def choices(self) -> list[dict[str, str]]:
        return [{"value": one.code, "label": str(one), "texts": one.address} for one in self.offices]


def nearest(offices: Sequence[Office], user: User | None) -> Office | None:
    """Give an office in the town where the person lives, told by its name or address in any language."""
    town = str(user.address.get("city", "")).casefold() if user else ""
    if not town:
        return None
    return next((one for one in offices if town in _places(one)), None)


def _places(office: Office) -> str:
    return " ".join([*office.name.values(), *office.address.values()]).casefold()
