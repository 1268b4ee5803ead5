"""One public service, described once."""

from functools import cached_property
from typing import Literal

from pydantic import Field

from services.catalogue.definition.example import Example
from services.catalogue.definition.form import AnyField, Evidence, Page
from services.catalogue.definition.law import (
    Appeal,
    Delivery,
    DocumentTemplate,
    Fee,
    LegalResource,
    Question,
    RejectionReason,
    Requirement,
    Retention,
    TimeLimit,
)
from services.catalogue.definition.terms import Channel, Code, Key, Language, Part, Text
from services.catalogue.definition.work import Workflow


class Definition(Part):
    """One public service, described once."""

    service: Code
    languages: list[Language] = Field(min_length=1)
    title: Text
    summary: Text
    description: Text | None = None
    keywords: dict[Language, list[str]] = {}
    responsible: Code
    parameters: dict[Key, Text] = Field(default={}, description="What delivering offices may set, with its meaning.")
    delivered_by: list[Delivery] = Field(min_length=1, max_length=200)
    life_events: list[Code] = Field(min_length=1, max_length=10)
    legal_basis: list[LegalResource] = Field(min_length=1, max_length=20)
    eligibility: list[Requirement] = Field(default=[], max_length=20)
    identity: Literal["none", "account"] = "account"
    assistance: bool = Field(True, description="Somebody else may ask for it for the applicant, with a mandate.")
    conflicts: list[Literal["household", "family_name"]] = Field(
        default=["household"], description="What keeps an official from a request, besides its being one's own."
    )
    earlier_requests: Literal["none", "service", "agency"] = Field(
        "none",
        description="Which earlier requests of the applicant the law lets officials see: of this service, or all.",
    )
    open_reports: bool = Field(
        False,
        description="Reports of a place, taken and shown by Open311: everybody sees what, where and how far it is.",
    )
    channels: list[Channel] = Field(default=["online", "counter"], min_length=1)
    pages: list[Page] = Field(min_length=1, max_length=20)
    evidence: list[Evidence] = Field(default=[], max_length=20)
    fee: Fee = Fee()
    time_limit: TimeLimit
    retention: Retention = Retention()
    rejection_reasons: list[RejectionReason] = Field(default=[], max_length=30)
    documents: list[DocumentTemplate] = Field(default=[], max_length=10)
    appeal: Appeal = Appeal()
    is_appeal: bool = Field(False, description="Objections to decisions of other services: begun from a decision only.")
    workflow: Workflow
    examples: list[Example] = Field(
        default=[], max_length=20, description="Made-up requests, with which others try the service."
    )

    @cached_property
    def questions(self) -> dict[str, Question]:
        return {question.key: question for part in self.eligibility for question in part.questions}

    @cached_property
    def fields(self) -> dict[str, "AnyField"]:
        return {field.key: field for page in self.pages for field in page.fields}
