"""The floor: Django views with no middleware, which do in plain SQL what the portal does.

One does the same inserts and sends one Celery message, one reads the newest requests of a person.
"""

import os
from uuid import UUID

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "bench.floor"

from celery import current_app  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

SERVICE, VERSION, OFFICE, DESK = map(int, os.environ.get("BENCH_KNOWN", "0,0,0,0").split(","))
REQUEST = """
    INSERT INTO requests_servicerequest
        (id, reference, service_id, version_id, office_id, contact, language, channel, status, answers, salt, facts,
         submitted_at, due_at, submission_digest)
    VALUES (gen_random_uuid(), substr(md5(random()::text), 1, 10), %s, %s, %s, '{}', 'en', 'online', 'in_progress', %s,
            '\\x00', '{}', now(), now(), '') RETURNING id
"""
STEP = """
    INSERT INTO workflow_step
        (service_request_id, key, kind, state, branch, awaits, returned, opened_at, outcome, lane, fence, attempts,
         trouble, desk_id, due_at)
    VALUES (%s, 'judge', 'desk', 'open', '', 0, '{}', now(), '', '', 0, 0, '{}', %s, now())
"""
EVENT = """
    INSERT INTO ledger_event (subject, seq, kind, actor, at, facts, previous, digest)
    VALUES (%s, 1, 'submitted', 'anonymous', now(), '{}', '\\x00', '\\x00'),
           (%s, 2, 'step_opened', 'system', now(), '{}', '\\x00', '\\x00')
"""


def submit(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REQUEST, [SERVICE, VERSION, OFFICE, '{"rooms": 3}'])
        [pk] = cursor.fetchone()
        cursor.execute(STEP, [pk, DESK])
        cursor.execute(EVENT, [pk, pk])
    current_app.send_task("services.workflow.tasks.run_lane", args=["rules"], queue="rules")
    return HttpResponse(str(pk))


READ = """
    SELECT one.id, one.reference, service.code, one.status, one.submitted_at, one.due_at, one.answers
    FROM requests_servicerequest one JOIN catalogue_service service ON service.id = one.service_id
    WHERE one.applicant_id = %s ORDER BY one.submitted_at DESC, one.id LIMIT 25
"""
NAMES = ("id", "reference", "service", "status", "submitted_at", "due_at", "answers")


def read(request: HttpRequest, applicant: UUID) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(READ, [applicant])
        rows = cursor.fetchall()
    return JsonResponse({"results": [dict(zip(NAMES, row, strict=True)) for row in rows]})


urlpatterns = [path("", submit), path("read/<uuid:applicant>/", read)]
application = get_wsgi_application()
