"""Tell officials what robots found, in rows of (name, words)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.templatetags.words import marked
from services.agencies.models import Office
from services.catalogue.definition import AnyField, Definition, RobotStep
from services.catalogue.models import Service
from services.requests.models import ServiceRequest
from services.workflow.actions.compare import Pairs, values_of

Row = tuple[str, Any]
PHOTO_FAULTS = {
    "missing": gettext_lazy("there is none"),
    "shape": gettext_lazy("its width doesn’t fit its height"),
    "pixels": gettext_lazy("it is too small"),
    "wall": gettext_lazy("the background isn’t plain and light"),
    "head": gettext_lazy("the head is too small or too large"),
}


def findings_of(service_request: ServiceRequest) -> list[dict[str, Any]]:
    """Give what robots found: the step's title, from where and when, whether it was there, rows of (name, words)."""
    findings = []
    found = service_request.facts.get("found", {})
    done = service_request.steps.all().filter(kind="robot", state="done").order_by("pk")
    at = dict(done.values_list("key", "finished_at"))
    for step in service_request.version.definition.workflow.steps:
        record = found.get(step.settings.get("save_as")) if isinstance(step, RobotStep) else None
        if isinstance(step, RobotStep) and record is not None:
            rows = list(_rows(service_request, step, record))
            told = {"title": marked(step.title), "source": _source(step), "at": at.get(step.key)}
            findings.append({**told, "found": record["found"], "rows": rows})
    return findings


def _source(step: RobotStep) -> str:
    """Tell from where a robot knows it: a register, or the request itself."""
    if "registry" in step.settings:
        return _("From the register “%(name)s”") % {"name": step.settings["registry"]}
    return _("Worked out from the answers, the files and what is known")


def _rows(service_request: ServiceRequest, step: RobotStep, record: Mapping[str, Any]) -> Iterator[Row]:
    if step.action == "compare":
        yield from _side_by_side(service_request, step, record)
    elif step.action == "find_duplicates":
        yield _("Requests like this one"), record["count"]
        yield _("Their references"), _references(record["requests"])
    elif step.action == "check_evidence":
        yield _("All papers are there"), record["complete"]
        yield _("Missing"), _papers(service_request.version.definition, record["missing"])
        yield _("Too old"), _papers(service_request.version.definition, record["too_old"])
        yield _("Too small to be read"), _papers(service_request.version.definition, record["unreadable"])
    elif step.action == "check_photo":
        yield _("The photo fits"), record["fit"]
        yield _("What is wrong with it"), ", ".join(str(PHOTO_FAULTS[fault]) for fault in record["faults"])
    elif step.action == "find_request":
        yield from _standing(record)
    else:
        yield from ((name.replace("_", " "), value) for name, value in record.items() if name != "found")


def _side_by_side(service_request: ServiceRequest, step: RobotStep, record: Mapping[str, Any]) -> Iterator[Row]:
    """Give what the applicant said beside what the register says, those that differ marked in words."""
    fields = service_request.version.definition.fields
    yield _("Both agree"), record["agrees"]
    for left, given, registered in values_of(service_request, Pairs.model_validate(step.settings)):
        label = _label(fields, left)
        told = {"given": "–" if given is None else given, "registered": "–" if registered is None else registered}
        if left in (*record["differ"], *record["lacking"]):
            yield label, _("Differs. Given: %(given)s. In the register: %(registered)s") % told
        else:
            yield label, _("Given: %(given)s. In the register: %(registered)s") % told


def _standing(record: Mapping[str, Any]) -> Iterator[Row]:
    """Tell how the request that somebody named stood at that moment."""
    if not record["found"]:
        return
    yield _("Service"), marked(Service.objects.get(code=record["service"]).title)
    yield _("Office"), marked(Office.objects.get(code=record["office"]).name)
    yield _("Status"), ServiceRequest.Status(record["status"]).label
    days = (_("Submitted"), "submitted_on"), (_("Due by"), "due_on"), (_("Ended"), "ended_on")
    yield from (
        (name, date_format(date.fromisoformat(record[key]), "DATE_FORMAT")) for name, key in days if record[key]
    )
    yield _("Late"), record["late"]


def _label(fields: Mapping[str, AnyField], left: str) -> str:
    """Give the question's label: of a question in a group, after the group's."""
    name, *inner = left.split(".")[1:]
    if name not in fields:
        return _("Name") if name == "name" else _("Personal identifier")
    labels = [fields[name].label]
    labels += [field.label for field in getattr(fields[name], "fields", []) if field.key in inner]
    return format_html_join(", ", "{}", ((marked(label),) for label in labels))


def _references(requests: list[str]) -> str:
    known = ServiceRequest.objects.filter(pk__in=requests).order_by("-submitted_at")
    return ", ".join(request.written_reference for request in known.only("reference"))


def _papers(definition: Definition, keys: list[str]) -> str:
    titles = {paper.key: marked(paper.title) for paper in definition.evidence}
    return format_html_join(", ", "{}", ((titles.get(key, key),) for key in keys))
