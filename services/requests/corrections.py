"""Answers that were changed after the submission; models of the requests, in a file of their own."""

from django.db import models


class Correction(models.Model):
    """One answer before and after, as the applicant changed it to answer an official's question."""

    question = models.ForeignKey("Message", models.CASCADE, related_name="corrections")
    key = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key} {self.at}"
