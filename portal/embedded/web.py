"""The WSGI application for the supervised web server."""

from portal.embedded.processes import die_with_parent

# The server's worker is a grandchild of the supervisor: it has to end with the server's main process.
die_with_parent()

from portal.wsgi import application  # noqa: E402

__all__ = ["application"]
