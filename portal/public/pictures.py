"""Charts of a page of figures with their words, their tables and their addresses as files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.chart_files import TYPES, Words, as_file
from portal.charts import Chart
from portal.public.keeping import kept
from portal.templatetags.words import in_language

ENDS = 12
Drawn = TypeVar("Drawn")


class Picture(NamedTuple):
    """A chart, what it is called in its address and in words, and the same numbers as a table of told cells.

    `about` names, in its languages, what the chart is about where that is less than the page.
    """

    name: str
    chart: Chart
    words: Words
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    about: Mapping[str, str] | None = None

    @property
    def whole_words(self) -> Words:
        """Give the words of the chart where it stands alone."""
        return Words(f"{self.words.title}: {in_language(self.about)}", self.words.desc) if self.about else self.words

    @property
    def labelled(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Give each row's head, and its other cells with what stands above them."""
        return [(head, list(zip(self.columns[1:], cells, strict=True))) for head, *cells in self.rows]


def of_a_page(pictures: Iterable[Picture], view: str, *args: str, query: str = "") -> list[dict[str, Any]]:
    """Give the charts of a page, each with the addresses of its files."""
    end = f"?{query}" if query else ""
    return [
        {"told": one, **{kind: reverse(view, args=[*args, one.name, kind]) + end for kind in TYPES}} for one in pictures
    ]


def as_picture_file(
    request: HttpRequest, name: str, kind: str, file: str, make: Callable[[], tuple[str, list[Picture]]]
) -> HttpResponse:
    """Give one chart of a page as a file; `make` gives what the page is about and its charts. 404 where it has none."""
    if kind not in TYPES:
        raise Http404

    def drawn() -> bytes:
        of, pictures = make()
        chosen = next((one for one in pictures if one.name == name), None)
        if chosen is None:
            raise Http404
        return as_file(chosen.chart, chosen.whole_words, kind, of)

    named = {"Content-Disposition": f'attachment; filename="{file}-{name}.{kind}"'}
    return HttpResponse(kept(request, drawn), content_type=TYPES[kind], headers=named)


def ends_of(rows: Sequence[Drawn]) -> list[Drawn]:
    """Give the first and the last rows of many: more are no picture any more."""
    return [*rows] if len(rows) <= 2 * ENDS else [*rows[:ENDS], *rows[-ENDS:]]


def cut_words(count: int) -> str:
    """Tell that only the ends of so many rows are drawn; "" when all are."""
    if count <= 2 * ENDS:
        return ""
    return " " + _("Drawn are the first %(ends)s and the last %(ends)s of %(count)s.") % {"ends": ENDS, "count": count}
