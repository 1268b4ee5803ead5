from django.apps import AppConfig
from django.core.checks import Tags, register

from portal import logs
from portal.celery import app as celery
from portal.checks import files_are_scanned, ledger_is_guarded, settings_are_strong
from portal.field_faults import speak_plainly


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Register the portal's own checks, its log, its words for faults, and its own Celery for every thread."""
        logs.configure()
        speak_plainly()
        register(settings_are_strong, Tags.security, deploy=True)
        register(files_are_scanned, Tags.security, deploy=True)
        register(ledger_is_guarded, Tags.database, deploy=True)
        celery.set_default()
