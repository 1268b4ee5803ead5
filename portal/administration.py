"""The administration: for administrators only, who sign in as everybody does."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


class Administration(AdminSite):
    """Django's administration behind the portal's own sign-in; its scripts carry no nonce, so they come by address."""

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        return csp_replace({"script-src": [SELF]})(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        return secure_admin_login(super().login)(request, extra_context)
