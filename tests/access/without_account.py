"""A town's requests that were sent without an account: one with an open question, one decided, with their things."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.evidence import Evidence
from services.requests.models import Document, ServiceRequest
from services.requests.operations import add_evidence
from services.requests.share_links import ShareLink
from services.requests.status_codes import status_code_of
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.paper import share
from tests import worlds


@dataclass
class Nameless:
    """What nobody with an account owns: `asked` has an open question, `ended` a document that is shared."""

    asked: ServiceRequest
    ended: ServiceRequest
    evidence: Evidence
    document: Document
    link: ShareLink

    @property
    def question(self) -> Step:
        return self.asked.steps.all().get(kind=Step.Kind.APPLICANT)


def nameless_of(name: str, version: ServiceVersion, clerk: User, paper: Any, now: datetime) -> Nameless:
    """Build a town's requests without an account."""
    asked, ended = (
        worlds.apply(version, {"story": f"Secret of {name}"}, office=f"{name}-hall", at=now) for _ in range(2)
    )
    evidence = add_evidence(asked, "paper", paper, accept=["pdf"], at_most=3, now=now)
    desk.ask_applicant(desk.claim(worlds.open_step(asked), clerk, now), "Which paper?", clerk, now)
    desk.decide(desk.claim(worlds.open_step(ended), clerk, now), "yes", clerk, now)
    worlds.run_robots()
    document = Document.objects.get(service_request=ended)
    link, _secret = share(document, 7, None, now)
    asked, ended = (ServiceRequest.objects.get(pk=request.pk) for request in (asked, ended))
    return Nameless(asked, ended, evidence, document, link)


def holder_of(*requests: ServiceRequest) -> Client:
    """Give a browser without an account in which requests were opened with their codes."""
    client = Client(raise_request_exception=False)
    for request in requests:
        client.post(reverse("status"), {"reference": request.reference, "code": status_code_of(request.pk)})
    return client


def nameless_addresses(nameless: Nameless) -> dict[str, list[dict[str, Any]]]:
    """Give what to put into each address that the code of a request opens."""
    whole = [{"pk": nameless.asked.pk}, {"pk": nameless.ended.pk}]
    acts = ["withdraw", "write", "dates", "proof", "object", "complain", "rate", "papers", "end_assistance"]
    return {
        "apply_done": whole,
        "apply_receipt": whole,
        "my_request": whole,
        **{f"my_request_{act}": whole for act in acts},
        "my_request_answer": [{"pk": nameless.question.pk}],
        "my_request_confirm": [{"pk": nameless.question.pk}],
        "my_document_share": [{"pk": nameless.document.pk}],
        "my_link_end": [{"pk": nameless.link.pk}],
        "evidence": [{"pk": nameless.evidence.pk}],
        "document": [{"pk": nameless.document.pk}],
    }
