"""Hand in a report, with its picture."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request

from portal.api.open311 import finding, reading
from portal.api.refusing import file_refusals, own_key, refusals
from portal.upload_limit import count_uploads
from services.accounts.tokens import Token
from services.agencies.models import Office
from services.catalogue.models import ServiceVersion
from services.catalogue.reports import photo_of, told_apart
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import add_evidence, discard_draft, start_draft
from services.workflow.operations.submission import Submission, submit
from services.workflow.operations.walking import citizen
from services.workflow.refusals import Invalid

MEDIA = "media"


def send(request: Request, program: Token, arguments: Mapping[str, list[str]], language: str) -> ServiceRequest:
    """Take a report in that a program passes on; raise what is wrong with it, by GeoReport's names."""
    known = reading.checked(arguments)
    [service] = finding.offered_as(known["service_code"])
    version = service.current
    assert version is not None
    version.service = service
    office = Office.objects.select_related("agency__calendar").get(
        code=reading.office_code(version.definition, known.get("jurisdiction_id"))
    )
    draft = start_draft(service, None, office, {}) if request.FILES.getlist(MEDIA) else None
    try:
        if draft is not None:
            _keep_pictures(request, draft, version)
        return _submit(
            Submission(
                version=version,
                office=office,
                answers=reading.answers(version.definition, known, arguments),
                contact=_contact(known),
                draft=draft,
                language=language,
                key=_key(request, program),
                program=program.pk,
            )
        )
    finally:
        if draft is not None and draft.pk is not None:  # not handed in: refused, or known already
            discard_draft(draft)


def _submit(submission: Submission) -> ServiceRequest:
    with refusals():
        try:
            return submit(submission, timezone.now())
        except Invalid as invalid:
            names = _names(submission.version)
            faults = {names(one.path): [exceptions.ErrorDetail(str(one.message), one.code)] for one in invalid.problems}
            raise exceptions.ValidationError(faults) from None


def _names(version: ServiceVersion) -> Any:
    """Give what turns the path of an answer into the argument that brought it."""
    own = {key: name for name, key in told_apart(version.definition).items()}
    return lambda path: own.get(path, f"attribute[{path}]")


def _contact(known: Mapping[str, Any]) -> dict[str, str]:
    name = " ".join(known[part] for part in ("first_name", "last_name") if part in known)
    reached = {part: known[part] for part in ("email", "phone") if part in known}
    return {"name": name, "email": "", "personal_identifier": "", **reached}


def _key(request: Request, program: Token) -> str | None:
    key = request.headers.get("Idempotency-Key")
    return own_key(program.user, key) if key else None


def _keep_pictures(request: Request, draft: Draft, version: ServiceVersion) -> None:
    """Look the sent pictures over and keep them with a draft, to be handed in with it."""
    pictures, field = request.FILES.getlist(MEDIA), photo_of(version.definition)
    if field is None:
        raise exceptions.ValidationError({MEDIA: ["Reports for this service take no picture. Leave it out."]})
    known: dict[str, Any] = {"accept": field.accept, "at_most": field.at_most, "by": citizen(None)}
    with file_refusals(MEDIA):
        count_uploads(request._request, len(pictures))
        for picture in pictures:
            add_evidence(draft, field.key, picture, now=timezone.now(), **known)
