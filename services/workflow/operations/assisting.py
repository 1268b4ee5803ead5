"""Help with requests: filed by somebody else for the applicant, on record and visible to the person helped."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.definition import Definition
from services.catalogue.models import Service
from services.requests.assistance import MANDATE, Assistance, Relation
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import start_draft
from services.workflow.operations.walking import citizen, clerk, is_applicant, require, walking
from services.workflow.queries import serves_at_counter

Answers = Mapping[str, Any]


def begin_help(
    service: Service,
    office: Office,
    helped: Mapping[str, str],
    assistance: Assistance,
    by: User,
    answers: Answers,
    pk: UUID | None = None,
) -> Draft:
    """Begin a draft for somebody else; raise `Refused` when the service or this person's part doesn't allow it."""
    _require_both(service, office, helped, assistance, by)
    return start_draft(service, by, office, answers, pk, helped=dict(helped), assistance=assistance.as_kept())


def change_help(draft: Draft, helped: Mapping[str, str], assistance: Assistance, by: User) -> None:
    """Change whom a draft is for and how; raise `Refused` as at its beginning."""
    assert draft.office is not None
    _require_both(draft.service, draft.office, helped, assistance, by)
    draft.helped, draft.assistance = dict(helped), assistance.as_kept()
    draft.save(update_fields=["helped", "assistance"])


def _require_both(
    service: Service, office: Office, helped: Mapping[str, str], assistance: Assistance, by: User
) -> None:
    assert service.current is not None
    require_helpable(service.current.definition, helped)
    require_assistant(assistance, by, office, helped)


def require_helpable(definition: Definition, contact: Mapping[str, str]) -> None:
    """Raise `Refused` unless a service may be asked for by somebody else, for a person who is named."""
    helpable = definition.assistance and not definition.is_appeal
    require(helpable, _("This service has to be asked for by the person it is for."))
    require(contact.get("name"), _("Write whom you help."))
    named = definition.identity == "none" or contact.get("personal_identifier")
    require(named, _("For this service the office needs the personal identifier of the person whom you help."))


def require_assistant(assistance: Assistance, by: User, office: Office, contact: Mapping[str, str]) -> None:
    """Raise `Refused` unless a person may file a request at an office as what they say they are."""
    require(assistance.relation in Relation.values, _("Choose what you are to the person whom you help."))
    require(assistance.reason.strip(), _("Write why you ask for it instead of the person."))
    own = by.personal_identifier and contact.get("personal_identifier") == by.personal_identifier
    require(not own, _("This is your own identifier. Apply for yourself."))
    at_counter = assistance.relation != Relation.OFFICIAL or serves_at_counter(by, office)
    require(at_counter, _("You don't work at a counter that serves for this office."))


def require_mandate(assistance: Assistance, evidence: Mapping[str, int]) -> None:
    """Raise `Refused` when the help needs a mandate that isn't there."""
    there = not assistance.needs_mandate or evidence.get(MANDATE)
    require(there, _("Add the mandate, or the paper that shows that you represent the person."))


def person_helped(contact: Mapping[str, str]) -> User | None:
    """Give the account of the person whom a request is for, told by the identifier; whether there is one isn't told."""
    identifier = contact.get("personal_identifier")
    return User.objects.filter(personal_identifier=identifier, is_active=True).first() if identifier else None


def assistant_actor(assistance: Assistance, by: User) -> str:
    return clerk(by) if assistance.relation == Relation.OFFICIAL else f"assistant:{by.pk}"


def end_assistance(service_request: ServiceRequest, by: User | None, now: datetime) -> None:
    """Let an assistant follow one's own request no longer; ending it again changes nothing."""
    with walking(service_request.pk, now) as walk:
        request = walk.service_request
        require(is_applicant(request, by), _("This is somebody else's request."))
        known = Assistance.of(request.assistance)
        if known is None or not known.may_follow:
            return
        request.assistance = replace(known, may_follow=False, ended_at=now.isoformat()).as_kept()
        request.save(update_fields=["assistance"])
        walk.tell("assistance_ended", citizen(by))
