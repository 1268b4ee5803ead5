from django.db import models
from django.utils.translation import gettext_lazy as _


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

    class Meta:
        indexes = [models.Index(fields=["service", "ended_at"], name="measured_lately")]

    def __str__(self) -> str:
        return str(self.subject)


class Cell(models.Model):
    """Where a figure belongs."""

    service = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    office = models.CharField(max_length=60)
    channel = models.CharField(max_length=40)
    day = models.DateField()
    measure = models.CharField(max_length=60)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.service} {self.day} {self.measure}"


KEY = ["service", "version", "office", "channel", "day", "measure"]


class Count(Cell):
    """How many, on one day: of the submission (received, steps, minutes) or of the end (outcomes, on time, late)."""

    number = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=KEY, name="count_once")]


class Bucket(Cell):
    """How many lengths of a month fall into one bucket; `day` is the first of the month."""

    bucket = models.IntegerField()
    number = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=[*KEY, "bucket"], name="bucket_once")]


class Length(Cell):
    """Exact sums of the lengths of a month, in microseconds; `day` is the first of the month."""

    number = models.BigIntegerField()
    total = models.DecimalField(max_digits=40, decimal_places=0)
    squares = models.DecimalField(max_digits=60, decimal_places=0)
    longest = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=KEY, name="length_once")]


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
