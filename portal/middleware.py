import threading
from collections.abc import Callable
from http import HTTPStatus

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from portal.held_requests import held_by

GetResponse = Callable[[HttpRequest], HttpResponse]


def for_everybody(response: HttpResponseBase) -> None:
    """Mark an answer that is the same for everybody in every language, so that caches keep one copy of it."""
    response.is_for_everybody = True  # type: ignore[attr-defined]


class SecurityHeaders:
    """Set on every answer what Django has no setting for; personal pages are never kept by a cache."""

    HEADERS = {
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
        "X-Content-Type-Options": "nosniff",
    }

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        if is_personal(request, response):
            if getattr(response, "is_for_everybody", False):
                del response.headers["Cache-Control"]
            response.headers.setdefault("Cache-Control", "no-store")
        elif getattr(response, "is_for_everybody", False):
            del response.headers["Vary"]
        return response


def is_personal(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether no cache may keep an answer; after a fault nobody asks who it was for, that may be what failed."""
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return True
    return getattr(request, "user", None) is not None and (request.user.is_authenticated or bool(held_by(request)))


class FaultyForms:
    """Answer 422 where a library's form shows what is wrong with it, as the portal's own forms do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Take a form that was sent and has errors for what it is: not taken."""
        is_faulty = any(getattr(value, "errors", None) for value in (response.context_data or {}).values())
        if request.method == "POST" and response.status_code == HTTPStatus.OK and is_faulty:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response


class ConnectionsEndWithThreads:
    """Close a thread's connection to the database when the thread ends.

    The web server ends threads that rest and starts others when work comes. Django's connections lie in a circle of
    references, so each would stay open until Python happens to collect it, and PostgreSQL would run out of places.
    """

    # Of the class: a thread outlives this object where there are several, as in tests.
    _thread = threading.local()

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not hasattr(self._thread, "end"):
            self._thread.end = _End(connections["default"])
        return self.get_response(request)


class _End:
    """Belongs to one thread alone, so that it ends when the thread does."""

    def __init__(self, database: BaseDatabaseWrapper) -> None:
        self.database = database

    def __del__(self) -> None:
        if self.database.connection is not None:
            self.database.connection.close()
