"""Forms that were sent, so that what comes twice by two clicks is taken once; a model in a file of its own."""

from django.db import models


class Sending(models.Model):
    """One form that was taken: a digest of the key that its page gave it and of what was said with it."""

    service_request = models.ForeignKey("ServiceRequest", models.CASCADE, related_name="sendings")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service_request", "digest"], name="sent_once")]

    def __str__(self) -> str:
        return f"{self.at}"
