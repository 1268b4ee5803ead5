"""Files that people supplied, and what is known of their harm; a model of the requests, in a file of its own."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class Scan(models.TextChoices):
    """What a scanner said of a file (docs/decisions/0019)."""

    UNASKED = "unasked"  # there was no scanner
    CLEAN = "clean"
    WAITING = "waiting"  # the scanner was away: nobody opens it before it was asked
    REFUSED = "refused"  # for ever


READABLE = (Scan.UNASKED, Scan.CLEAN)


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def readable(self) -> Self:
        """Keep what may be opened."""
        return self.filter(scan__in=READABLE)

    def accepted(self) -> Self:
        """Keep what counts as supplied: also what isn't checked yet."""
        return self.exclude(scan=Scan.REFUSED)

    def waiting(self) -> Self:
        return self.filter(scan=Scan.WAITING)


def evidence_path(evidence: "Evidence", name: str) -> str:
    return f"evidence/{evidence.pk}"


class Evidence(models.Model):
    """A file that the applicant supplied, for a draft first and then for its request."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey("Draft", models.SET_NULL, null=True, related_name="evidence")
    service_request = models.ForeignKey("ServiceRequest", models.CASCADE, null=True, related_name="evidence")
    message = models.ForeignKey("Message", models.SET_NULL, null=True, related_name="files")
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=evidence_path)
    supplied_at = models.DateTimeField()
    scan = models.CharField(max_length=8, choices=Scan, default=Scan.UNASKED, db_default=Scan.UNASKED)
    scan_at = models.DateTimeField(null=True, help_text="When the scanner is asked again, while the file waits.")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="evidence_has_size", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="waiting_file_is_scanned_some_day",
                condition=Q(scan="waiting", scan_at__isnull=False) | (~Q(scan="waiting") & Q(scan_at=None)),
            ),
            models.CheckConstraint(name="refused_file_is_gone", condition=~Q(scan="refused") | Q(file="")),
        ]
        indexes = [models.Index(fields=["scan_at"], name="evidence_to_scan", condition=Q(scan="waiting"))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_readable(self) -> bool:
        return self.scan in READABLE

    @property
    def is_refused(self) -> bool:
        return self.scan == Scan.REFUSED

    def settle(self, scan: Scan, scan_at: datetime | None = None) -> None:
        """Put down what is known of its harm now."""
        self.scan, self.scan_at = scan, scan_at
        self.save(update_fields=["scan", "scan_at", "file"])
