"""What applicants do in a simulation, through the portal's own operations."""

import random
from datetime import datetime

from portal.management.simulation.papers import paper
from portal.management.simulation.registers import Person
from portal.management.simulation.stories import Story
from services.accounts.models import User
from services.agencies.models import Office
from services.agencies.operations import load_person
from services.catalogue.models import ServiceVersion
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import add_evidence, start_draft
from services.workflow.models import Step
from services.workflow.operations import applicant
from services.workflow.operations.paper import papers_to_add, supply
from services.workflow.operations.rating import rate
from services.workflow.operations.submission import Submission, submit
from services.workflow.operations.walking import walking

SATISFIED, DISAPPOINTED = (50, 32, 9, 5, 4), (10, 16, 22, 24, 28)
NO_PASSWORD = "!"  # noqa: S105 - nobody can sign in with it


class Citizens:
    """The applicants of a simulation, and what they do."""

    def __init__(self, chance: random.Random, offices: dict[str, Office]) -> None:
        self.chance, self.offices = chance, offices
        self._files = 0

    def apply(self, story: Story, version: ServiceVersion, now: datetime) -> ServiceRequest:
        """Send what a story asks for, with its papers."""
        user = _account(story.person) if story.person else None
        office = self.offices[story.office]
        draft = self._draft(story, version, user, office, now) if story.papers else None
        return submit(
            Submission(
                version=version,
                office=office,
                answers=story.answers,
                contact=_contact(story),
                applicant=user,
                draft=draft,
                language=story.person.language if story.person else "az",
                channel=story.channel,
            ),
            now,
        )

    def _draft(self, story: Story, version: ServiceVersion, user: User | None, office: Office, now: datetime) -> Draft:
        draft = start_draft(version.service, user, office, story.answers)
        for key in story.papers:
            self._files += 1
            file, accept, at_most = paper(version.definition, key, self._files)
            add_evidence(draft, key.partition(":")[0], file, accept=accept, at_most=at_most, now=now)
        return draft

    def add_papers(self, story: Story, request: ServiceRequest, now: datetime) -> None:
        """Supply what was asked for, as far as the portal takes it now."""
        assert request.applicant is not None
        with walking(request.pk, now) as walk:
            wanted = {one.key for one in papers_to_add(walk)}
        for key in story.later:
            if key in wanted:
                self._files += 1
                file, _, _ = paper(request.version.definition, key, self._files)
                supply(request, key, file, request.applicant, now)

    def reply(self, story: Story, question: Step, field_key: str, now: datetime) -> None:
        """Answer an official's question: with a corrected answer, papers, or words."""
        request = question.service_request
        assert request.applicant is not None
        corrected = {key: value for key, value in story.corrects.items() if key == field_key}
        self.add_papers(story, request, now)
        words = "" if corrected else "Here is what you asked for."
        applicant.answer(question, words, request.applicant, now, corrected=corrected)

    def rate(self, request: ServiceRequest, now: datetime) -> None:
        """Say how satisfied one is; a refusal pleases few."""
        shares = DISAPPOINTED if request.status == "refused" else SATISFIED
        rate(request, self.chance.choices((5, 4, 3, 2, 1), shares)[0], now)


def _account(person: Person) -> User:
    known = {
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "personal_identifier": person.pin,
        "birth_date": person.birth_date,
        "phone": person.phone,
        "address": person.address,
    }
    return load_person(known, NO_PASSWORD)


def _contact(story: Story) -> dict[str, str]:
    person = story.person
    if person is None:
        return {}
    return {"name": person.name, "email": person.email, "phone": person.phone, "personal_identifier": person.pin}
