"""No call reads more for more rows: each asks the database as often for four as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import Document, ServiceRequest
from services.workflow.operations import desk
from services.workflow.operations.looking import open_file
from services.workflow.operations.messages import write_to_office
from services.workflow.operations.paper import share
from tests import worlds
from tests.api.programs import READ, Program

pytestmark = pytest.mark.django_db
WORK = "desk:work"


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north")
    return worlds.published([worlds.desk("judge")])


@pytest.fixture
def aysel(version: ServiceVersion) -> User:
    return worlds.citizen()


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


def one_more(version: ServiceVersion, aysel: User, bruno: User, first: ServiceRequest | None) -> ServiceRequest:
    """Let one more of all that is listed be there: a service, a request, a task that is held, words and their event."""
    now = timezone.now()
    request = worlds.apply(version, by=aysel, at=now)
    desk.claim(worlds.open_step(request), bruno, now)
    write_to_office(first or request, "The gate is green.", aysel, now)
    open_file(request, bruno, now)
    share(document_of(first or request), 7, aysel, now)
    worlds.published([worlds.desk("judge")], service=f"other-{request.pk.hex[:8]}")
    return request


def document_of(request: ServiceRequest) -> Document:
    facts = {"key": "permit", "title": "Permit", "number": "A1B2C3", "sha256": "0" * 64, "issued_at": timezone.now()}
    return Document.objects.get_or_create(service_request=request, defaults=facts)[0]


def counted(program: Program, path: str) -> tuple[int, int]:
    """Give the rows of an answer, and how many statements it took."""
    program.get(path)  # the last use of a token is noted once a minute
    with CaptureQueriesContext(connection) as queries:
        answer = program.get(path)
    assert answer.status_code == 200, answer.content
    rows = answer.json()
    return len(rows["results"] if isinstance(rows, dict) else rows), len(queries)


@pytest.mark.parametrize(
    "path",
    [
        "/api/services/",
        "/api/requests/",
        "/api/requests/{first.pk}/history/",
        "/api/requests/{first.pk}/messages/",
        "/api/requests/{first.pk}/documents/{document.pk}/links/",
        "/api/readings/",
        "/api/desk/tasks/held/",
        "/api/desk/tasks/{task.pk}/history/",
    ],
)
def test_more_rows_take_no_more_statements(path: str, version: ServiceVersion, aysel: User, bruno: User) -> None:
    program = Program(bruno, WORK) if "/desk/" in path else Program(aysel, READ)
    first = one_more(version, aysel, bruno, None)
    address = path.format(first=first, task=worlds.open_step(first), document=document_of(first))
    rows, statements = counted(program, address)
    for _ in range(3):
        one_more(version, aysel, bruno, first)
    more_rows, more_statements = counted(program, address)

    assert more_rows > rows
    assert more_statements == statements
