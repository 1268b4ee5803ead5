"""When a request's clock stood still and how its deadline changed; models of the requests, in a file of their own."""

from django.db import models

from services.accounts.models import User
from services.agencies.rules import Stop


class ClockStop(models.Model):
    """A span in which the clock stood still because somebody else than the office had to act."""

    service_request = models.ForeignKey("ServiceRequest", models.CASCADE, related_name="clock_stops")
    step_key = models.CharField(max_length=40)
    stopped_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_request"], condition=models.Q(resumed_at=None), name="one_open_clock_stop"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stopped_at} - {self.resumed_at}"

    @property
    def span(self) -> Stop:
        return self.stopped_at, self.resumed_at


class DeadlineChange(models.Model):
    """A recorded change of the legal deadline, with its reason."""

    service_request = models.ForeignKey("ServiceRequest", models.CASCADE, related_name="deadline_changes")
    before = models.DateTimeField()
    after = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}"
