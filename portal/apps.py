from django.apps import AppConfig
from django.core.checks import Tags, register

from portal.checks import ledger_is_guarded, settings_are_strong


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Register the portal's own checks."""
        register(settings_are_strong, Tags.security, deploy=True)
        register(ledger_is_guarded, Tags.database, deploy=True)
