from uuid import uuid4

from django.contrib.postgres.functions import RandomUUID
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


class Leaf(models.Model):
    """Where an event stands in the sealed log; the tree itself is in tiles."""

    # Without a constraint in the database: the event is there before its leaf, and nobody may delete it.
    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, db_constraint=False)
    index = models.BigIntegerField(_("number in the log"), unique=True)

    def __str__(self) -> str:
        return str(self.index)


class Tile(models.Model):
    """Up to 256 neighbouring hashes of one level of the tree; a level is eight steps higher than the one below."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Sealing(models.Model):
    """Up to which event the log is sealed; one row, locked by whoever seals on."""

    transaction = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_sealing")]

    def __str__(self) -> str:
        return str(self.size)


class Seal(models.Model):
    """A signed tree head over the first `size` events of the log, as it was published (`note`)."""

    size = models.BigIntegerField(_("events"))
    root = models.BinaryField()
    at = models.DateTimeField(_("time"))
    note = models.TextField()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        indexes = [models.Index(fields=["size"], name="seal_by_size"), models.Index(fields=["at"], name="seal_by_time")]

    def __str__(self) -> str:
        return f"{self.size} {self.at:%Y-%m-%d %H:%M:%S}"


class PublicCode(models.Model):
    """The random name of a request in the public log, and another one of its applicant's answer there."""

    subject = models.UUIDField(primary_key=True)
    code = models.UUIDField(default=uuid4, unique=True)
    answer = models.UUIDField(default=uuid4, db_default=RandomUUID())
    service = models.CharField(max_length=60, db_default="")

    def __str__(self) -> str:
        return self.code.hex


class PublicEvent(models.Model):
    """What the public log tells of an event, kept as it was sealed: its leaf commits to it.

    Without a service it was sealed before there were rules of what may be told, and never is.
    """

    index = models.BigIntegerField(_("number in the log"), primary_key=True)
    told = models.JSONField()
    service = models.CharField(max_length=60, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["service", "index"], name="public_event_of_service")]

    def __str__(self) -> str:
        return str(self.index)


class NamedPlace(models.Model):
    """A service ('' as cut and key), or one of its offices or channels, that the public log may name.

    `since` is the size of the log since when it does. Once named it stays so, and what was sealed before is told then.
    """

    service = models.CharField(max_length=60)
    cut = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=60, blank=True)
    since = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "cut", "key"], name="named_once")]
        indexes = [models.Index(fields=["since"], name="named_since")]

    def __str__(self) -> str:
        return f"{self.service} {self.cut} {self.key}".strip()


class Cosignature(models.Model):
    """A witness's signature under a seal: it saw this head, and nothing that contradicts it."""

    seal = models.ForeignKey(Seal, models.DO_NOTHING, db_constraint=False, related_name="cosignatures")
    witness = models.CharField(_("witness"), max_length=200)
    at = models.DateTimeField(_("time"))
    line = models.TextField()

    class Meta:
        verbose_name = _("cosignature")
        verbose_name_plural = _("cosignatures")
        indexes = [models.Index(fields=["witness", "seal"], name="cosignature_of_witness")]

    def __str__(self) -> str:
        return f"{self.witness} {self.at:%Y-%m-%d %H:%M:%S}"


class WitnessRefusal(models.Model):
    """A witness's refusal to sign a seal, kept until it signs again: it may have seen another log than ours."""

    witness = models.CharField(_("witness"), max_length=200, primary_key=True)
    seal = models.ForeignKey(Seal, models.DO_NOTHING, db_constraint=False, related_name="+")
    since = models.DateTimeField(_("since"))
    why = models.TextField()

    def __str__(self) -> str:
        return f"{self.witness}: {self.why}"
