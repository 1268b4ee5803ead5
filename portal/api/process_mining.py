"""The public event log in the forms that process mining reads: XES (IEEE 1849-2016) and OCEL 2.0 (JSON).

Streamed, a request after the other. The log tells days and no times, so all events of a day stand at its beginning, in
their true order.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any
from xml.sax.saxutils import quoteattr

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.middleware import for_everybody
from services.ledger import proofs, public_log
from services.ledger.public_events import RENAMED, TOLD
from services.ledger.public_log import FLAGS, NUMBERS

GZIP = 31  # zlib's number for gzip's frame around its largest window
STEPS = {"step_opened": "start", "step_done": "complete"}
OFTEN = "public, max-age=300"
EXTENSIONS = {"Concept": "concept", "Lifecycle": "lifecycle", "Organizational": "org", "Time": "time"}
ABOUT_CASE = ("service", "version", "channel")
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
"""
GLOBALS = """<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/>\
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name lifecycle:transition"/>
"""
Told = Mapping[str, Any]


@require_safe
def xes(request: HttpRequest) -> HttpResponseBase:
    """Give the log as XES, compressed: a trace a request."""
    return _file(request, "events.xes.gz", "application/gzip", lambda services: _gzipped(xes_lines(services)))


@require_safe
def ocel(request: HttpRequest) -> HttpResponseBase:
    """Give the log as OCEL 2.0: requests, services and offices are its objects."""
    return _file(request, "events.ocel.json", "application/json", ocel_lines)


def _file(request: HttpRequest, name: str, kind: str, write: Any) -> HttpResponseBase:
    """Answer with a file of all services that the log tells of, or of the one that is asked for."""
    known, wanted = public_log.named_services(), request.GET.get("service")
    if wanted is not None and wanted not in known:
        message = _("service: the public log tells of no such service. It tells of: %(known)s.")
        return HttpResponse(message % {"known": ", ".join(known) or "–"}, status=400, content_type="text/plain")
    seal, services = proofs.newest_seal(), [wanted] if wanted else known
    tag = f'"{name}-{seal.size if seal else 0}-{public_log.number_of_names()}-{wanted or ""}"'
    answer: HttpResponseBase
    if tag in request.headers.get("If-None-Match", ""):
        answer = HttpResponse(status=304)
    else:
        answer = StreamingHttpResponse(write(services), content_type=kind)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["ETag"], answer.headers["Cache-Control"] = tag, OFTEN
    for_everybody(answer)
    return answer


def _gzipped(lines: Iterable[str]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=GZIP)
    for line in lines:
        if packed := packer.compress(line.encode()):
            yield packed
    yield packer.flush()


def _activity(told: Told) -> tuple[str, str]:
    """Give what an event is called, and whether it begins or completes: steps by their names, the rest by its kind."""
    if told["event"] in STEPS:
        return told["step"], STEPS[told["event"]]
    return told["event"], "complete"


def _at(told: Told) -> str:
    return f"{told['day']}T00:00:00Z"


# XES


def xes_lines(services: Iterable[str]) -> Iterator[str]:
    """Give the log line by line, its elements in the order that the schema asks for."""
    yield HEAD
    for name, prefix in EXTENSIONS.items():
        yield f'<extension name="{name}" prefix="{prefix}" uri="http://www.xes-standard.org/{prefix}.xesext"/>\n'
    yield GLOBALS
    for case in chain.from_iterable(map(public_log.cases_of, services)):
        about = {name: case[0][name] for name in ABOUT_CASE if name in case[0]}
        yield f"<trace>{_attribute('concept:name', case[0]['request'])}{_attributes(about)}\n"
        office = "*"
        for told in case:
            office = told.get("office", office)
            yield _xes_event(told, office)
        yield "</trace>\n"
    yield "</log>\n"


def _xes_event(told: Told, office: str) -> str:
    name, transition = _activity(told)
    known = {"concept:name": name, "lifecycle:transition": transition, "org:group": office}
    rest = {
        key: told[key] for key in _attribute_names(told["event"]) if key in told and key not in (*ABOUT_CASE, "office")
    }
    when = f'<date key="time:timestamp" value="{_at(told)}"/>'
    return f"<event>{_attributes(known)}{when}{_attributes(rest)}</event>\n"


def _attributes(known: Mapping[str, Any]) -> str:
    return "".join(_attribute(key, value) for key, value in known.items())


def _attribute(key: str, value: object) -> str:
    element = "boolean" if key in FLAGS else "int" if key in NUMBERS else "string"
    written = str(value).lower() if key in FLAGS else str(value)
    return f"<{element} key={quoteattr(key)} value={quoteattr(written)}/>"


# OCEL


def ocel_lines(services: Iterable[str]) -> Iterator[str]:
    """Give the log as one JSON document: its types, then every object, then every event."""
    services = list(services)
    objects, events = json.dumps(_object_types()), json.dumps(_event_types())
    yield f'{{"objectTypes": {objects},\n"eventTypes": {events},\n"objects": [\n'
    yield from _joined(_objects(services))
    yield '\n],\n"events": [\n'
    yield from _joined(_events(services))
    yield "\n]}\n"


def _joined(items: Iterable[Told]) -> Iterator[str]:
    mark = ""
    for item in items:
        yield mark + json.dumps(item, ensure_ascii=False)
        mark = ",\n"


def _object_types() -> list[Told]:
    about = [{"name": name, "type": _type(name)} for name in ABOUT_CASE if name != "service"]
    return [
        {"name": "request", "attributes": about},
        *({"name": name, "attributes": []} for name in ("service", "office")),
    ]


def _event_types() -> list[Told]:
    """Give every kind of event with what may be told of it."""
    return [
        {"name": kind, "attributes": [{"name": name, "type": _type(name)} for name in _attribute_names(kind)]}
        for kind in TOLD
    ]


def _attribute_names(kind: str) -> list[str]:
    names = [RENAMED.get(name, name) for name in TOLD[kind]]
    return [name for name in (*names, "took") if name not in ("service", "office")]


def _type(name: str) -> str:
    return "boolean" if name in FLAGS else "integer" if name in NUMBERS else "string"


def _objects(services: Iterable[str]) -> Iterator[Told]:
    for service in services:
        yield {"id": f"service:{service}", "type": "service"}
    offices = {
        key for service in services for _service, cut, key in public_log.named_places(service) if cut == "office"
    }
    for office in sorted({*offices, "*"}):
        yield {"id": f"office:{office}", "type": "office"}
    for case in chain.from_iterable(map(public_log.cases_of, services)):
        first = case[0]
        about = [
            {"name": name, "time": _at(first), "value": first[name]}
            for name in ABOUT_CASE
            if name in first and name != "service"
        ]
        belongs = [{"objectId": f"service:{first['service']}", "qualifier": "for"}] if "service" in first else []
        yield {"id": first["request"], "type": "request", "attributes": about, "relationships": belongs}


def _events(services: Iterable[str]) -> Iterator[Told]:
    for case in chain.from_iterable(map(public_log.cases_of, services)):
        for told in case:
            related = [{"objectId": told["request"], "qualifier": "of"}]
            if "service" in told:
                related.append({"objectId": f"service:{told['service']}", "qualifier": "for"})
            if "office" in told:
                related.append({"objectId": f"office:{told['office']}", "qualifier": "at"})
            known = [{"name": name, "value": told[name]} for name in _attribute_names(told["event"]) if name in told]
            plain = {"id": str(told["leaf"]), "type": told["event"], "time": _at(told)}
            yield {**plain, "attributes": known, "relationships": related}
