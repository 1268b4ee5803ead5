"""A service of one robot and one desk, and what the robot found."""

from typing import Any

from services.requests.models import ServiceRequest
from tests import worlds
from tests.workflow.walks import fresh


def field(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": worlds.text(key.title()), "required": False, **more}


def version_with(action: str, settings: dict[str, Any], *fields: dict[str, Any], **more: Any) -> Any:
    worlds.build_agencies("north")
    explain = more.pop("explain", worlds.text("Please do not forget."))
    following = more.pop("next", [{"to": "judge"}])
    others = more.pop("others", [])
    step = worlds.robot("work", action, settings={**settings}, explain=explain, next=following)
    pages = [{"key": "about", "title": worlds.text("About"), "fields": list(fields) or [field("story")]}]
    return worlds.published([step, *others, worlds.desk("judge")], pages=pages, **more)


def found(request: ServiceRequest) -> dict[str, Any]:
    return dict(fresh(request).facts["found"]["seen"])
