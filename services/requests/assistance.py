"""Help with a request: who files it for the applicant, as what, why, and how far the mandate goes."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

MANDATE, MOST_MANDATES = "mandate", 3


class Relation(models.TextChoices):
    RELATIVE = "relative", _("Relative or friend with a written mandate")
    REPRESENTATIVE = "representative", _("Legal representative, like a parent or guardian")
    VOLUNTEER = "volunteer", _("Volunteer")
    OFFICIAL = "official", _("Official at the counter")


PROVED_BY_PAPER = (Relation.RELATIVE, Relation.REPRESENTATIVE)


@dataclass(frozen=True)
class Assistance:
    """What is on record of help: `name` is the assistant's; `may_follow` lets the assistant follow and answer, too."""

    relation: str
    reason: str
    name: str
    may_follow: bool = False
    ended_at: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self | None:
        """Give the help that is kept with a request; None when the applicant filed it alone."""
        return cls(**kept) if kept else None

    @classmethod
    def told(cls, relation: str, reason: str, name: str, *, may_follow: bool) -> Self:
        """Give the help that somebody told of; an official sees the request at the desk, not as an assistant."""
        return cls(relation, reason.strip(), name, may_follow and relation != Relation.OFFICIAL)

    def as_kept(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def in_words(self) -> str:
        return str(Relation(self.relation).label)

    @property
    def needs_mandate(self) -> bool:
        return self.relation in PROVED_BY_PAPER
