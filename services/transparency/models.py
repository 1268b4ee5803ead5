from django.db import models
from django.utils.translation import gettext_lazy as _

import services.transparency.background
import services.transparency.steering  # noqa: F401  their models belong to this app


class Cursor(models.Model):
    """Up to which event the figures are counted; one row, locked by whoever counts on."""

    transaction = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    as_of = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_cursor")]

    def __str__(self) -> str:
        return f"{self.transaction}/{self.event_id}"


class MeasuredRequest(models.Model):
    """What the ledger tells of one request; the fields of `rules.Known`."""

    subject = models.UUIDField(primary_key=True)
    service = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    office = models.CharField(max_length=60)
    office_seq = models.PositiveIntegerField()
    channel = models.CharField(max_length=40)
    day = models.DateField(null=True)
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_day = models.DateField(null=True)
    ended_seq = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=60)
    on_time = models.BooleanField(null=True)
    working_days = models.PositiveIntegerField(null=True)
    lost_days = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    robot_steps = models.PositiveIntegerField()
    clerk_steps = models.PositiveIntegerField()
    saved_minutes = models.PositiveIntegerField()
    clerk_minutes = models.PositiveIntegerField(default=0, db_default=0)
    rating = models.PositiveSmallIntegerField(default=0)
    rating_seq = models.PositiveIntegerField(default=0)
    rated_day = models.DateField(null=True)
    tallies = models.JSONField(default=dict)
    stops = models.JSONField(default=dict, help_text=_("When its clock stopped and went on; see `standing_still`."))
    steps = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["service", "ended_at"], name="measured_lately")]

    def __str__(self) -> str:
        return str(self.subject)


class Cut(models.TextChoices):
    """By what a service's figures are parted; never by two of them at once (see docs/decisions/0013)."""

    WHOLE = "", _("the whole service")
    VERSION = "version", _("by version")
    OFFICE = "office", _("by office")
    CHANNEL = "channel", _("by channel")


class Cell(models.Model):
    """Where a figure of a month belongs; `month` is its first day, `key` says which version, office or channel."""

    service = models.CharField(max_length=60)
    cut = models.CharField(max_length=8, choices=Cut, blank=True)
    key = models.CharField(max_length=60, blank=True)
    month = models.DateField()
    measure = models.CharField(max_length=60)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.service} {self.cut} {self.key} {self.month} {self.measure}"


KEY = ["service", "cut", "key", "month", "measure"]


class Count(Cell):
    """How many, in one month: of the submission (received, steps, minutes) or of the end (outcomes, on time, late)."""

    number = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=KEY, name="count_once")]
        indexes = [models.Index(fields=["cut", "key", "month"], name="count_of_key", include=["service"])]


class DayCount(models.Model):
    """How many, on one day, of a whole service; `open` tells of the day of submission how many are still open."""

    service = models.CharField(max_length=60)
    day = models.DateField()
    measure = models.CharField(max_length=60)
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "measure", "day"], name="day_count_once")]

    def __str__(self) -> str:
        return f"{self.service} {self.day} {self.measure}"


class Bucket(Cell):
    """How many lengths of a month fall into one bucket."""

    bucket = models.IntegerField()
    number = models.BigIntegerField()

    class Meta:
        # In the order in which pages read: one measure of a cut over a span of months, whatever its keys are.
        constraints = [
            models.UniqueConstraint(
                fields=["service", "cut", "measure", "month", "key", "bucket"], name="bucket_of_measure_once"
            )
        ]


class Length(models.Model):
    """Exact sums of the lengths of a month in a whole service, in microseconds or days."""

    service = models.CharField(max_length=60)
    month = models.DateField()
    measure = models.CharField(max_length=60)
    number = models.BigIntegerField()
    total = models.DecimalField(max_digits=40, decimal_places=0)
    squares = models.DecimalField(max_digits=60, decimal_places=0)
    longest = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "measure", "month"], name="length_once")]

    def __str__(self) -> str:
        return f"{self.service} {self.month} {self.measure}"


class OfficeFigures(models.Model):
    """What may be told of one service at one office in the last year, or ever when nothing was decided in it.

    Which rows may be told depends on all offices of the service; so they are found together, now and then.
    """

    service = models.CharField(max_length=60)
    office = models.CharField(max_length=60)
    period = models.CharField(max_length=10)
    numbers = models.JSONField()
    median_days = models.PositiveIntegerField(null=True)
    p90_days = models.PositiveIntegerField(null=True)
    beyond = models.SmallIntegerField(help_text=_("Less (-1) or more (1) often in time than chance explains."))
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "office"], name="office_figures_once")]
        indexes = [models.Index(fields=["office"], name="figures_of_office")]

    def __str__(self) -> str:
        return f"{self.service} {self.office}"


class Forecast(models.Model):
    """How long requests of a service stay undecided at an office, or anywhere (''); a curve of `survival`."""

    service = models.CharField(max_length=60)
    office = models.CharField(max_length=60, blank=True)
    curve = models.JSONField()
    decided = models.PositiveIntegerField(help_text=_("How many decisions it rests on."))
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "office"], name="forecast_once")]

    def __str__(self) -> str:
        return f"{self.service} {self.office}"


class Tallied(models.Model):
    """How many requests were decided, in time, and refused."""

    decided = models.PositiveIntegerField()
    on_time = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()

    class Meta:
        abstract = True


class EquityRun(Tallied):
    """When a service's groups were counted last, with all that was decided in the twelve months before `until`."""

    service = models.CharField(max_length=60, unique=True)
    until = models.DateField()

    def __str__(self) -> str:
        return f"{self.service} {self.until}"


class EquityCount(Tallied):
    """One group of a kind, of those who let themselves be counted; `key` "" are who didn't say."""

    run = models.ForeignKey(EquityRun, models.CASCADE, related_name="counts")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "kind", "key"], name="equity_count_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
