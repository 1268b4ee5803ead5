"""GeoReport's two formats, and its way to tell what is wrong."""

import re
from typing import Any
from xml.etree import ElementTree as ET

from drf_standardized_errors.handler import exception_handler
from rest_framework import status
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ITEM_OF = {"service_requests": "request", "services": "service", "errors": "error"}


class GeoReportXml(BaseRenderer):
    """XML as GeoReport v2 writes it; `xml_root` of the view names the outermost element."""

    media_type, format, charset = "text/xml", "xml", "utf-8"

    def render(self, data: Any, media_type: str | None = None, context: Any = None) -> bytes:
        is_fault = context["response"].status_code >= status.HTTP_400_BAD_REQUEST
        root = ET.Element("errors" if is_fault else context["view"].xml_root)
        _fill(root, data)
        return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _fill(element: ET.Element, content: Any) -> None:
    """Write parts of a mapping as children by their names, and of a list by the singular of the list's name."""
    if isinstance(content, dict):
        for name, part in content.items():
            _fill(ET.SubElement(element, name), part)
    elif isinstance(content, list):
        name = ITEM_OF.get(element.tag, element.tag.removesuffix("s"))
        for part in content:
            _fill(ET.SubElement(element, name), part)
    elif content is not None:
        element.text = NOT_IN_XML.sub("", str(content).lower() if isinstance(content, bool) else str(content))


def faults(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Tell what is wrong as a list of code and description; who isn't known is told 403, as GeoReport says."""
    answer = exception_handler(exception, context)
    if answer is None or answer.data is None:
        return answer
    if answer.status_code == status.HTTP_401_UNAUTHORIZED:
        answer.status_code = status.HTTP_403_FORBIDDEN
    answer.data = [{"code": answer.status_code, "description": _words(one)} for one in answer.data["errors"]]
    return answer


def _words(fault: dict[str, Any]) -> str:
    """Name what is wrong; what is missing in GeoReport's own words."""
    if fault["attr"] and fault["code"] == "required":
        return f"{fault['attr']} required"
    return f"{fault['attr']}: {fault['detail']}" if fault["attr"] else str(fault["detail"])
