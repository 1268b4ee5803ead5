from django.db import models
from django.db.models import Func
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class CurrentTransaction(Func):
    """The number of the transaction that writes the row, so that readers know which rows are final."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class Event(models.Model):
    """One change, append-only: the database refuses UPDATE, DELETE and TRUNCATE. No personal data, ever."""

    subject = models.UUIDField(_("subject"))
    seq = models.PositiveIntegerField(_("number in the chain"))
    kind = models.CharField(_("kind"), max_length=60)
    actor = models.CharField(_("actor"), max_length=80)
    at = models.DateTimeField(_("time"))
    facts = models.JSONField(_("facts"), default=dict)
    previous = models.BinaryField()
    digest = models.BinaryField()
    recorded_at = models.DateTimeField(db_default=Now())
    transaction = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["subject", "seq"], name="event_chain")]
        indexes = [models.Index(fields=["transaction", "id"], name="event_in_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}/{self.seq}"
