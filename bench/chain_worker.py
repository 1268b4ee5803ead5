"""The worker's side of the chain: Django set up before tasks run."""

import django

django.setup()

from bench.chain import app  # noqa: E402

__all__ = ["app"]
