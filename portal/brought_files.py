"""Files that people brought, given back: saved and not run, with no rights in a browser, and kept by no cache."""

from collections.abc import Callable

from csp.decorators import csp_update
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from services.requests.evidence import Evidence

View = Callable[..., HttpResponseBase]


def gives_brought_files(view: View) -> View:
    """Let a browser that shows a file all the same give it no rights, and no cache keep it, whoever asks."""
    given: View = csp_update({"sandbox": True})(view)
    return never_cache(given)


def to_save(file: Evidence) -> FileResponse:
    """Give a file under its name and as what its content was found to be."""
    return FileResponse(file.file.open(), as_attachment=True, filename=file.name, content_type=file.content_type)
