"""Charts as files of their own: SVG, and PNG drawn from it by the typesetter of the documents, without a browser."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import typst
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext_lazy as _

from portal.charts import Chart

PIXELS_AN_INCH = 144
TYPES = {"svg": "image/svg+xml", "png": "image/png"}


class Words(NamedTuple):
    """What a chart is called and what it shows, as on the page."""

    title: str | Promise
    desc: str | Promise


CHARTS = {
    "volume": Words(
        _("Received and decided"),
        _(
            "The full line: received. The broken line: decided. A gap: few cases, told together with their neighbours "
            "in a longer period."
        ),
    ),
    "median": Words(_("Half decided within"), _("Working days of the office, by the end of the request.")),
    "on_time": Words(_("Decided in time"), _("Share of the decisions within the legal limit.")),
    "days": Words(
        _("How long decisions took"),
        _("Each bar: how many decisions took so many working days. Bars with few are told together."),
    ),
    "offices": Words(
        _("Offices compared with what chance alone would give"),
        _(
            "Each dot is an office. Between the broken lines chance alone may explain the difference from the share of "
            "all, which is the straight line; it does so 998 times of 1,000. Triangles lie outside."
        ),
    ),
}


def chart_of(told: dict[str, Any], name: str) -> Chart | None:
    """Give one chart of a service's figures; None where there is too little to draw."""
    if name in ("days", "offices"):
        drawn = told["histogram" if name == "days" else "funnel"]
        return drawn["chart"] if drawn else None
    chart: Chart | None = told["trends"][name]
    return chart


def as_file(chart: Chart, words: Words, kind: str, of: str, lines: Sequence[str] = ()) -> bytes:
    """Draw a chart of something as a file; `lines` stand below it in a picture. PNG takes some 60 ms."""
    svg = render_to_string("public/chart.svg", {"chart": chart, **words._asdict()})
    if kind == "svg":
        return svg.encode()
    data = {
        "of": of,
        "title": str(words.title),
        "svg": svg,
        "lines": [str(words.desc), *lines],
        "language": get_language() or "en",
        "right_to_left": get_language_bidi(),
    }
    fonts, source = _typesetting()
    inputs = {"data": json.dumps(data)}
    picture: bytes = typst.compile(
        source,
        format="png",
        ppi=PIXELS_AN_INCH,
        sys_inputs=inputs,
        font_paths=fonts,
        ignore_system_fonts=True,
    )
    return picture


@cache
def _typesetting() -> tuple[list[Path], bytes]:
    fonts = [Path(package.__file__).parent for package in (fontpkg_noto_sans, fontpkg_noto_sans_arabic)]
    return fonts, (Path(__file__).parent / "chart.typ").read_bytes()
