"""The field that an official asks about, filled in again at the very place, with all that then has to be said."""

from datetime import datetime
from typing import Any

from django.http import QueryDict

from portal.citizens.applying_questions import Question, error_links, questions_of
from portal.citizens.applying_typing import typed
from portal.filling import Filling, Sheet
from services.catalogue.answers import Problem
from services.catalogue.definition import AnyField, GroupField
from services.requests.models import Draft, Message, ServiceRequest

NOTHING: list[Question] = []


class Correcting:
    """An answer on its way to be corrected: what was typed, which fields that needs, and what is wrong with them."""

    def __init__(self, seen: ServiceRequest, question: Message | None, data: QueryDict | None, now: datetime) -> None:
        self._seen, self._data = seen, data
        self._fields = seen.version.definition.fields
        self._keys = [question.field_key] if question and question.field_key in self._fields else []
        if self._keys and data is not None:
            new = [key for key in data.getlist("asked") if key in self._fields and key not in seen.answers]
            self._keys = list(dict.fromkeys([*self._keys, *new]))
        self._filling = self._filled_in(now)
        self.problems = self._problems() if data is not None else []

    @property
    def is_asked(self) -> bool:
        return bool(self._keys)

    @property
    def asked(self) -> list[AnyField]:
        return [self._fields[key] for key in self._keys]

    def typed(self) -> dict[str, Any]:
        """Give what was typed into the fields; what was emptied is None."""
        if not self._keys or self._data is None:
            return {}
        given = self._with_button(typed(self.asked, self._data))
        return {key: given.get(key) for key in self._keys}

    @property
    def only_rearranges(self) -> bool:
        """Tell whether a button of a group was pressed, which adds or removes an entry and sends nothing."""
        return bool(self._data and self._data.get("do", "").startswith(("add:", "remove:")))

    def questions(self) -> list[Question]:
        """Give the fields to show: the one asked about, and those that the new answer asks for."""
        return questions_of(self._filling, self._sheet(), self.problems) if self._keys else NOTHING

    def errors(self) -> list[dict[str, str]]:
        return error_links(self._sheet(), self.problems)

    def take(self, problems: list[Problem]) -> None:
        """Show problems that were found when the answer was handed over."""
        self.problems = problems
        self._keys += [key for key in self._blamed(problems) if key not in self._keys]

    def _sheet(self) -> Sheet:
        return Sheet("", {}, {}, self.asked)

    def _filled_in(self, now: datetime) -> Filling:
        seen = self._seen
        answers = {key: value for key, value in {**seen.answers, **self.typed()}.items() if value is not None}
        draft = Draft(service=seen.service, office=seen.office, answers=answers, helped=seen.contact)
        return Filling(draft, now, seen.version, seen.evidence.all())

    def _problems(self) -> list[Problem]:
        """Give what is wrong with the fields, and with those that the new answer brought up."""
        if not self._keys or self.only_rearranges:
            return []
        found = self._filling.read(None).problems
        fields = [problem for problem in found if problem.path.partition(".")[0] in self._fields]
        self._keys += [key for key in self._blamed(fields) if key not in self._keys]
        return fields

    def _blamed(self, problems: list[Problem]) -> list[str]:
        return [key for problem in problems if (key := problem.path.partition(".")[0]) in self._fields]

    def _with_button(self, given: dict[str, Any]) -> dict[str, Any]:
        assert self._data is not None
        match self._data.get("do", "").split(":"):
            case ["add", key] if isinstance(self._fields.get(key), GroupField):
                return {**given, key: [*given.get(key, []), {}]}
            case ["remove", key, number] if isinstance(self._fields.get(key), GroupField) and number.isdecimal():
                left = [entry for place, entry in enumerate(given.get(key, [])) if place != int(number)]
                return {**given, key: left}
        return given
