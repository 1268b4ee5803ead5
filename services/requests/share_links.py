"""Ways to a document that end by themselves; models of the requests, in a file of their own."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShareLink(models.Model):
    """A way to one document for whoever holds its secret, until a day; of the secret only the digest is kept."""

    document = models.ForeignKey("Document", models.CASCADE, related_name="share_links")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.document_id} until {self.expires_at}"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


class Opening(models.Model):
    """One use of a share link."""

    class What(models.TextChoices):
        SEEN = "seen", _("Page opened")
        TAKEN = "taken", _("File taken")

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="openings")
    what = models.CharField(max_length=5, choices=What)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.what} {self.at}"
