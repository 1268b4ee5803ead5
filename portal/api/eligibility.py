"""What a person is entitled to, for programs: the services' own questions and rules. Nothing of it is stored."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.templatetags.words import in_language
from services.catalogue.definition import Question
from services.catalogue.eligibility import Verdict, all_questions, judge
from services.catalogue.models import Service
from services.catalogue.queries import begun_by_anybody

MOST = 10_000_000
PERSON = OpenApiExample("What is known of a person", value={"person": {"age": 40}}, request_only=True)


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    text = serializers.CharField()


class QuestionSerializer(serializers.Serializer[Any]):
    """One question; its key means the same in every service."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(choices=["yes_no", "number", "one_of"])
    text = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    options = OptionSerializer(many=True)


class PersonSerializer(serializers.Serializer[Any]):
    """What is known of a person: answers by the keys of questions. What isn't known is left out."""

    person = serializers.DictField()


class ReasonSerializer(serializers.Serializer[Any]):
    """One requirement: whether it holds (null: not known), and which questions would tell."""

    text = serializers.CharField()
    holds = serializers.BooleanField(allow_null=True)
    unanswered = serializers.ListField(child=serializers.CharField())


class VerdictSerializer(serializers.Serializer[Any]):
    """Whether a service is for this person (null: perhaps), with the reasons."""

    service = serializers.CharField()
    title = serializers.CharField()
    holds = serializers.BooleanField(allow_null=True)
    reasons = ReasonSerializer(many=True)


class Eligibility(APIView):
    """What a person is entitled to, by the services' own rules."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(operation_id="eligibility_questions", responses=QuestionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Give the questions of all services, each once."""
        return Response([_question(key, one) for key, one in _questions(_services()).items()])

    @extend_schema(request=PersonSerializer, responses=VerdictSerializer(many=True), examples=[PERSON])
    def post(self, request: Request) -> Response:
        """Judge each service for a person. It is kept nowhere."""
        services = _services()
        person = _person(request, services)
        return Response([_verdict(one, person) for one in services])


class ServiceEligibility(APIView):
    """Whether one service is for a person, by its own rules."""

    permission_classes = [permissions.AllowAny]

    @extend_schema(operation_id="services_eligibility_questions", responses=QuestionSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """Give the questions of the service."""
        return Response([_question(key, one) for key, one in _questions([_service(code)]).items()])

    @extend_schema(
        operation_id="services_eligibility", request=PersonSerializer, responses=VerdictSerializer, examples=[PERSON]
    )
    def post(self, request: Request, code: str) -> Response:
        """Judge the service for a person. It is kept nowhere."""
        service = _service(code)
        return Response(_verdict(service, _person(request, [service])))


def _service(code: str) -> Service:
    return get_object_or_404(Service.objects.published().with_current(), code=code)


def _person(request: Request, services: list[Service]) -> dict[str, Any]:
    """Give what was sent of a person; raise `ValidationError` for answers to no question of these services."""
    serializer = PersonSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    person: dict[str, Any] = serializer.validated_data["person"]
    _check(person, _questions(services))
    return person


def _services() -> list[Service]:
    return begun_by_anybody(Service.objects.published().with_current().order_by("code"))


def _questions(services: list[Service]) -> dict[str, Question]:
    return all_questions(one.current.definition for one in services if one.current)


def _question(key: str, question: Question) -> dict[str, Any]:
    options = [{"value": option.value, "text": in_language(option.label)} for option in question.options]
    return {
        "key": key,
        "kind": question.kind,
        "text": in_language(question.text),
        "hint": in_language(question.hint) if question.hint else "",
        "options": options,
    }


def _check(person: dict[str, Any], questions: dict[str, Question]) -> None:
    """Refuse answers to no question, and those of another kind than the question's."""
    faults = {key: [fault] for key, value in person.items() if (fault := _fault(questions.get(key), value))}
    if faults:
        raise exceptions.ValidationError({"person": faults})


def _fault(question: Question | None, value: object) -> str:
    if question is None:
        return "There is no such question. Remove it."
    if question.kind == "yes_no":
        return "" if isinstance(value, bool) else "Send true or false."
    if question.kind == "number":
        is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST
        return "" if is_number else f"Send a whole number from 0 to {MOST}."
    known = [option.value for option in question.options]
    return "" if value in known else f"Send one of: {', '.join(known)}."


def _verdict(service: Service, person: dict[str, Any]) -> dict[str, Any]:
    assert service.current is not None
    verdict = judge(service.current.definition, service.current.expressions, person)
    plain = {"service": service.code, "title": in_language(service.title), "holds": verdict.holds}
    return {**plain, "reasons": _reasons(verdict)}


def _reasons(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "text": in_language(reason.requirement.text),
            "holds": reason.holds,
            "unanswered": [question.key for question in reason.unanswered],
        }
        for reason in verdict.reasons
    ]
