from django.apps import AppConfig
from django.core.checks import Tags, register

from portal import logs
from portal.celery import app as celery
from portal.checks import files_are_scanned, ledger_is_guarded, settings_are_strong


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Register the portal's own checks, its log, and its own Celery for every thread to ring through."""
        logs.configure()
        register(settings_are_strong, Tags.security, deploy=True)
        register(files_are_scanned, Tags.security, deploy=True)
        register(ledger_is_guarded, Tags.database, deploy=True)
        celery.set_default()
